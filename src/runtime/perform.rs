//! Owns the carrying out of effects: each becomes a queued write, a task, or a change of the outer terminal. Never waits.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;

use super::clusters::{self, Backend, Cluster, Clusters, send};
use super::forwards::Forwards;
use super::journal_file::OnTheWay;
use super::leases::Leases;
use super::limits::Limits;
use super::line_file::{Durability, LineFile, Written};
use super::looks::{self, Look};
use super::paths::Record;
use super::recordings::Recordings;
use super::sessions::Sessions;
use super::terminal::TerminalOrder;
use super::timers::Timers;
use super::unattended::records::Records;
use super::{copy, journal_file, pages, runs, save};
use crate::app::Weight;
use crate::app::effect::{Effect, Opening, QuitReport};
use crate::app::event::{Event, JournalState, SessionNews};
use crate::cluster::exec::{
    self, ExecRequest, Marking, SessionEvent, SessionHandle, Stdin, Timing,
};
use crate::cluster::metrics::{self, MetricsHandle, UseBatch};
use crate::cluster::watch::{self, NamespaceMessage, Selectors, WatchHandle};
use crate::ids::{ContextName, SessionId};
use crate::inventory::{Scope, WatchKey, WatchMessage};
use crate::session::Outcome;
use crate::session::wrapper::FileSizeMark;

/// What tasks tell the loop.
pub(super) enum Note {
    Event(Event),
    Connected(ContextName, Box<Cluster>),
    /// The journal has the intent: the exec may go out.
    MayOpen(Box<Opening>),
}

/// Everything that effects act on.
pub(super) struct Hands {
    pub(super) backend: Backend,
    pub(super) clusters: Clusters,
    pub(super) sessions: Sessions,
    pub(super) timers: Timers,
    pub(super) limits: Limits,
    pub(super) selectors: Selectors,
    pub(super) journal: Option<Arc<LineFile>>,
    pub(super) places: journal_file::Places,
    pub(super) audit: Option<Arc<LineFile>>,
    pub(super) history: Option<LineFile>,
    pub(super) recordings: Recordings,
    pub(super) notes: mpsc::Sender<Note>,
    pub(super) reports: mpsc::Sender<(SessionId, SessionEvent)>,
    pub(super) watch_messages: mpsc::Sender<(WatchKey, WatchMessage)>,
    pub(super) namespace_messages: mpsc::Sender<(ContextName, NamespaceMessage)>,
    pub(super) watches: HashMap<WatchKey, WatchHandle>,
    pub(super) namespace_watches: HashMap<ContextName, WatchHandle>,
    pub(super) metrics: HashMap<ContextName, MetricsHandle>,
    pub(super) figures: mpsc::Sender<UseBatch>,
    pub(super) followed: pages::Followed,
    pub(super) runs: runs::Runs,
    pub(super) forwards: Forwards,
    pub(super) leases: Leases,
    pub(super) on_the_way: OnTheWay,
    pub(super) terminal: Vec<TerminalOrder>,
    pub(super) quit: Option<QuitReport>,
}

impl Hands {
    /// Carries out one effect.
    #[expect(clippy::too_many_lines, reason = "one arm per effect, no work")]
    pub(super) fn perform(&mut self, effect: Effect, now: Instant) {
        match effect {
            Effect::Connect(context) => {
                clusters::connect(&self.backend, context, self.notes.clone());
            }
            Effect::Watch(key) => self.watch(key),
            Effect::Unwatch(key) => {
                self.watches.remove(&key);
            }
            Effect::ReconnectNow => self.watches.values().for_each(WatchHandle::retry_now),
            Effect::ListNamespaces(context) => self.list_namespaces(context),
            Effect::AskRights {
                context,
                namespace,
                need,
            } => self.ask_rights(context, namespace, need),
            Effect::Census { look, targets } => self.census(look, targets),
            Effect::EndProcess {
                look,
                pid,
                session,
                order,
            } => self.end_process(look, pid, session, order),
            Effect::AddDebugContainer(order) => self.add_debug_container(order),
            Effect::Journal(line) => self.journal(&line),
            Effect::TryJournal => self.try_journal(),
            Effect::Audit(line) => self.audit(&line),
            Effect::Open(opening) => self.open_when_recorded(opening),
            Effect::Write { session, bytes } => {
                let refused = self.sessions.write(session, &bytes, now);
                self.tell(refused);
            }
            Effect::Reply { session, bytes } => {
                let refused = self.sessions.reply(session, &bytes);
                self.tell(refused);
            }
            Effect::TypedInterrupt { session, bytes } => {
                let refused = self.sessions.typed_interrupt(session, &bytes, now);
                self.tell(refused);
            }
            Effect::Interrupt(session) => {
                let refused = self.sessions.interrupt(session);
                self.tell(refused);
            }
            Effect::DropInput(session) => self.sessions.drop_input(session),
            Effect::CloseInput(session) => self.sessions.close_input(session),
            Effect::Resize { session, size } => self.sessions.resize(session, size),
            Effect::CloseStream(session) => self.sessions.close(session),
            Effect::Clean {
                session,
                attempt,
                order,
            } => {
                self.look(session, order, Look::Clean(attempt));
            }
            Effect::Verify {
                session,
                attempt,
                order,
            } => {
                self.look(session, order, Look::Verify(attempt));
            }
            Effect::Count { session, order } => self.look(session, order, Look::Count),
            Effect::AskEnd {
                session,
                target,
                container_id,
            } => {
                let cluster = self.clusters.get(&target.pod.context);
                looks::ask_end(cluster, session, target, container_id, &self.notes);
            }
            Effect::AskPorts { pod, uid } => self.ask_ports(pod, uid),
            Effect::Forward(order) => self.forward(order),
            Effect::EndForward(forward) => self.forwards.end(forward),
            Effect::Start { timer, after } => self.timers.start(timer, now + after),
            Effect::Fetch {
                pod,
                container,
                kind,
            } => {
                let cluster = self.clusters.get(&pod.context);
                let client = cluster.map(|cluster| cluster.api.clone());
                pages::fetch(client, pod, container, kind, self.notes.clone());
            }
            Effect::Follow { pod, container } => {
                let cluster = self.clusters.get(&pod.context);
                let client = cluster.map(|cluster| cluster.exec.clone());
                self.followed
                    .start(client, pod, container, self.notes.clone());
            }
            Effect::EndFollow => self.followed.end(),
            Effect::Run(order) => self.run(*order),
            Effect::CancelRun(run) => self.runs.cancel(run),
            Effect::Copy { text } => self.copy(text),
            Effect::Save { path, text } => self.spawn(save::save(path, text)),
            Effect::Remember { text } => self.remember(&text),
            Effect::Measure { context, scopes } => self.measure(context, scopes),
            Effect::Edit { text } => self.terminal.push(TerminalOrder::Edit(text)),
            Effect::Record(recording) => {
                let told = self.recordings.start(&recording, now);
                self.tell(Some(told));
            }
            Effect::RecordPiece { pane, piece } => {
                let failed = self.recordings.piece(pane, &piece, now);
                self.tell(failed);
            }
            Effect::RecordEnd(pane) => {
                let told = self.recordings.end(pane);
                self.tell(told);
            }
            Effect::Mouse(mouse) => self.terminal.push(TerminalOrder::Mouse(mouse)),
            Effect::Quit(report) => self.quit = Some(report),
        }
    }

    /// Runs a task whose event goes to the loop. Boxed, so that one kind of task is compiled and not one for each caller.
    pub(super) fn spawn(&self, task: impl Future<Output = Event> + Send + 'static) {
        let notes = self.notes.clone();
        let task: Pin<Box<dyn Future<Output = Event> + Send>> = Box::pin(task);
        tokio::spawn(async move { send(&notes, Note::Event(task.await)).await });
    }

    fn tell(&self, event: Option<Event>) {
        if let Some(event) = event {
            self.spawn(async move { event });
        }
    }

    fn watch(&mut self, key: WatchKey) {
        let Some(cluster) = self.clusters.get(&key.context) else {
            return;
        };
        let handle = watch::watch_pods(
            cluster.exec.clone(),
            &cluster.server,
            key.clone(),
            self.selectors.clone(),
            self.watch_messages.clone(),
        );
        self.watches.insert(key, handle);
    }

    fn measure(&mut self, context: ContextName, scopes: Vec<Scope>) {
        let Some(cluster) = self.clusters.get(&context) else {
            return;
        };
        let api = cluster.api.clone();
        let figures = self.figures.clone();
        self.metrics
            .entry(context)
            .or_insert_with_key(|context| metrics::watch_use(api, context.clone(), figures))
            .want(scopes);
    }

    fn list_namespaces(&mut self, context: ContextName) {
        if self.namespace_watches.contains_key(&context) {
            return;
        }
        let Some(cluster) = self.clusters.get(&context) else {
            return;
        };
        let handle = watch::watch_namespaces(
            cluster.exec.clone(),
            &cluster.server,
            context.clone(),
            self.namespace_messages.clone(),
        );
        self.namespace_watches.insert(context, handle);
    }

    fn journal(&mut self, line: &crate::journal::JournalLine) {
        let session = line.session;
        if matches!(line.fact, crate::journal::Fact::Closed { .. }) {
            self.leases.over(session);
        }
        let intent = matches!(line.fact, crate::journal::Fact::Intent(_));
        let Some(file) = &self.journal else { return };
        match serde_json::to_string(line) {
            Ok(text) => {
                let written = file.append(text, Durability::Synced);
                if intent {
                    self.on_the_way.intents.insert(session, written);
                } else {
                    self.watch_written(Record::Journal, written);
                }
            }
            Err(error) => tracing::error!(%error, "a journal line cannot be written as JSON"),
        }
    }

    /// A line that did not reach the disk blocks new sessions until one does.
    fn watch_written(&self, record: Record, written: Written) {
        let notes = self.notes.clone();
        tokio::spawn(async move {
            let state = journal_file::state(record, written.await);
            if state != JournalState::Writable {
                send(&notes, Note::Event(Event::Journal(state))).await;
            }
        });
    }

    fn try_journal(&mut self) {
        let tried = journal_file::tried(&mut self.journal, &mut self.audit, &self.places);
        // Why it cannot be opened was said when it was tried first.
        if let Ok(recorded) = tried {
            self.spawn(async move { Event::Journal(recorded.state().await) });
        }
    }

    fn audit(&mut self, line: &crate::journal::audit::AuditLine) {
        let Some(file) = &self.audit else { return };
        match serde_json::to_string(line) {
            Ok(text) => {
                let written = file.append(text, Durability::Buffered);
                if let Some(session) = line.act.opens() {
                    self.on_the_way.audits.insert(session.to_owned(), written);
                } else {
                    self.watch_written(Record::Audit, written);
                }
            }
            Err(error) => tracing::error!(%error, "an audit line cannot be written as JSON"),
        }
    }

    /// The exec goes out only once its intent is on the disk, and its line in the audit written.
    fn open_when_recorded(&mut self, opening: Opening) {
        let recorded = self.on_the_way.take(opening.session);
        let notes = self.notes.clone();
        tokio::spawn(async move {
            let state = match recorded {
                Some(recorded) => recorded.state().await,
                None => JournalState::Blocked("there is no journal".to_owned()),
            };
            let note = match state {
                JournalState::Writable => Note::MayOpen(Box::new(opening)),
                JournalState::Blocked(why) => {
                    send(
                        &notes,
                        Note::Event(Event::Journal(JournalState::Blocked(why.clone()))),
                    )
                    .await;
                    let outcome =
                        Outcome::StartFailed(format!("not recorded, so not started: {why}"));
                    Note::Event(Event::Session(opening.session, SessionNews::Ended(outcome)))
                }
            };
            send(&notes, note).await;
        });
    }

    /// Opens a session whose intent is recorded.
    pub(super) fn open(&mut self, opening: Opening) {
        let Some(cluster) = self.clusters.get(&opening.target.pod.context) else {
            let outcome = Outcome::StartFailed("its context is not connected".to_owned());
            let ended = Event::Session(opening.session, SessionNews::Ended(outcome));
            return self.tell(Some(ended));
        };
        self.leases.opening(&opening, self.limits.lease);
        let request = ExecRequest {
            session: opening.session,
            target: opening.target,
            command: opening.command,
            tty: Some(opening.size),
            term: self.limits.term.clone(),
            stdin: Stdin::Open,
            marking: Marking::Wrapped(FileSizeMark::Off),
            open_timeout: self.limits.times.open,
            timing: Timing::default(),
        };
        let (reports, wake) = (self.reports.clone(), self.sessions.wake.clone());
        let handle: SessionHandle = exec::open(cluster.exec.clone(), request, reports, wake);
        self.sessions.add(handle);
    }

    /// The console's own files, for what runs without a pane.
    pub(super) fn records(&self) -> Option<Records> {
        let (journal, audit) = (self.journal.as_ref(), self.audit.as_ref());
        runs::records(journal, audit, self.limits.keep_text, &self.clusters)
    }

    fn run(&mut self, order: crate::app::effect::RunOrder) {
        let limits = runs::RunLimits {
            limits: self.limits.times,
            timeout: self.limits.run,
            lease: self.limits.lease,
        };
        let records = self.records();
        self.runs
            .start(order, &self.clusters, records, limits, &self.notes);
    }

    fn copy(&mut self, text: String) {
        match copy::way(&self.limits.copy_command) {
            copy::Way::Program(program) => self.spawn(copy::by_program(program, text)),
            copy::Way::Terminal => {
                if let Some(bytes) = copy::sequence(&text) {
                    self.terminal.push(TerminalOrder::Raw(bytes));
                    let said = format!("{} sent to the clipboard", copy::said(&text));
                    let weight = Weight::Plain;
                    self.tell(Some(Event::Copied { weight, said, text }));
                } else {
                    let path = std::env::temp_dir().join("podmux-copy.txt");
                    self.spawn(save::save(path.display().to_string(), text));
                }
            }
        }
    }

    fn remember(&self, text: &str) {
        let Some(file) = &self.history else { return };
        match serde_json::to_string(text) {
            // A text that is not remembered is no harm; the file's own trouble shows in the log.
            Ok(line) => drop(file.append(line, Durability::Buffered)),
            Err(error) => tracing::warn!(%error, "a text was not remembered"),
        }
    }
}
