//! Owns one target of a run: journal, exec, output, time limit, interrupt, and the look after its end. Knows nothing of the other
//! targets or of printing. Called by `run`, one task each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::aftermath;
use super::capture::{Capture, Source};
use super::spool::Reader;
use super::{Answer, Job, Progress, Shared};
use crate::cluster::exec::{
    self, ExecRequest, Marking, OutputChunk, PatientInput, SessionEvent, SessionHandle, Stdin,
    Timing,
};
use crate::headless::ending::{Ending, InBand, Remains};
use crate::headless::records::audit_target;
use crate::ids::SessionId;
use crate::journal::audit::{Act, SentText};
use crate::journal::{Fact, Intent, fingerprint};
use crate::session::cancel::Link;
use crate::session::wrapper::FileSizeMark;
use crate::session::{CancelInput, CancelMode, Handshake, Outcome, SessionCommand};

/// How long the last output of a cancelled command is waited for.
const LAST_OUTPUT: Duration = Duration::from_secs(1);

/// Why a command was cancelled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Cause {
    TimedOut,
    Interrupted,
}

/// Runs the command in one target.
pub(super) async fn run(shared: Arc<Shared>, job: Job) -> Answer {
    let started = Instant::now();
    if *shared.interrupts.borrow() > 0 {
        return Answer::never_started(job, Outcome::Cancelled { left: Some(0) });
    }
    let id = SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes());
    if let Err(why) = announce(&shared, &job, id).await {
        return Answer::never_started(job, Outcome::StartFailed(why));
    }
    let mut session = Session::open(&shared, job, id, started);
    session.live().await;
    session.last_output().await;
    let ended = session.into_ended();
    aftermath::settle(&shared, ended, started).await
}

/// On the disk before the exec goes out.
async fn announce(shared: &Shared, job: &Job, id: SessionId) -> Result<(), String> {
    let target = &job.chosen.container;
    let words: Vec<&[u8]> = shared.command.iter().map(String::as_bytes).collect();
    let intent = Intent {
        context: target.pod.context.as_str().into(),
        server: fingerprint(&[job.cluster.server.as_bytes()]),
        namespace: target.pod.namespace.to_string(),
        pod: target.pod.name.to_string(),
        uid: target.uid.as_str().into(),
        container: target.container.to_string(),
        container_id: job.chosen.id.clone(),
        tty: false,
        argv: fingerprint(&words),
        owner: shared.records.owner.clone(),
    };
    let open = Act::SessionOpen {
        target: audit_target(target, Some(id)),
        tty: false,
        command: SentText::of(&shared.command.join(" "), shared.records.keep_text),
    };
    let audited = shared.records.act(open).await;
    audited.map_err(|error| error.to_string())?;
    let written = shared
        .records
        .fact(id, Fact::Intent(Box::new(intent)))
        .await;
    written.map_err(|error| error.to_string())
}

/// What is known when nothing more comes of the stream and its cancel.
pub(super) struct EndedSession {
    pub(super) id: SessionId,
    pub(super) job: Job,
    pub(super) handshake: Option<Handshake>,
    pub(super) outcome: Outcome,
    /// The stream was seen to end.
    pub(super) stream_ended: bool,
    /// The container is known to have started the exec.
    pub(super) heard_of: bool,
    /// How the cancel ended, if there was one.
    pub(super) cancelled: Option<crate::headless::ending::Ended>,
    pub(super) capture: Capture,
}

struct Session<'a> {
    shared: &'a Shared,
    job: Job,
    id: SessionId,
    handle: SessionHandle,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    deadline: Option<Instant>,
    handshake: Option<Handshake>,
    feeder: Option<Feeder>,
    capture: Capture,
    /// Output that waits for the printer.
    pending: Option<(Source, Bytes)>,
    outcome: Option<Outcome>,
    cancel: Option<(Cause, Ending<'a>)>,
}

/// Copies standard input into the session; ends with it.
struct Feeder(JoinHandle<()>);

impl Drop for Feeder {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<'a> Session<'a> {
    fn open(shared: &'a Shared, job: Job, id: SessionId, started: Instant) -> Self {
        let (tell, events) = mpsc::channel(16);
        let request = ExecRequest {
            session: id,
            target: job.chosen.container.clone(),
            command: SessionCommand::Argv(shared.command.clone()),
            tty: None,
            term: String::new(),
            stdin: if shared.stdin.is_some() {
                Stdin::Open
            } else {
                Stdin::None
            },
            marking: Marking::Wrapped(FileSizeMark::Off),
            open_timeout: shared.limits.open,
            timing: Timing::default(),
        };
        let wake = Arc::new(Notify::new());
        let handle = exec::open(job.cluster.exec.clone(), request, tell, wake);
        Self {
            shared,
            job,
            id,
            handle,
            events,
            deadline: shared.timeout.and_then(|limit| started.checked_add(limit)),
            handshake: None,
            feeder: None,
            capture: Capture::new(shared.max_output),
            pending: None,
            outcome: None,
            cancel: None,
        }
    }

    /// Until the stream has ended, and the cancel too if there is one.
    async fn live(&mut self) {
        let mut interrupts = self.shared.interrupts.clone();
        let mut interruptible = true;
        while !self.is_over() {
            let progress = self.shared.progress.clone();
            tokio::select! {
                changed = interrupts.changed(), if interruptible => {
                    interruptible = changed.is_ok();
                    if interruptible {
                        self.interrupted().await;
                    }
                }
                () = at(self.deadline), if self.cancel.is_none() => self.begin(Cause::TimedOut).await,
                Some((_, event)) = self.events.recv() => self.event(event).await,
                input = next_of(&mut self.cancel) => self.cancel_input(input).await,
                Ok(room) = progress.reserve(), if self.pending.is_some() => {
                    if let Some((source, bytes)) = self.pending.take() {
                        room.send(Progress::Output { index: self.job.index, source, bytes });
                    }
                }
                Some(chunk) = self.handle.output(), if self.pending.is_none() => self.output(chunk),
                else => self.stream_broke(),
            }
        }
    }

    fn is_over(&self) -> bool {
        match &self.cancel {
            Some((_, ending)) => ending.ended().is_some(),
            None => self.outcome.is_some(),
        }
    }

    /// Its task ended without a word; that is never a success.
    fn stream_broke(&mut self) {
        self.outcome = Some(Outcome::Lost("the session's task ended".into()));
    }

    async fn event(&mut self, event: SessionEvent) {
        match event {
            SessionEvent::Opened => self.feed(),
            SessionEvent::Started(handshake) => {
                let fact = Fact::Handshake((&handshake).into());
                self.handshake = Some(handshake);
                self.shared.records.fact_or_log(self.id, fact).await;
            }
            SessionEvent::Unmarked | SessionEvent::Silent(_) | SessionEvent::InputDropped(_) => {}
            SessionEvent::Ended(outcome) => {
                self.outcome = Some(outcome);
                if self.cancel.is_some() {
                    self.cancel_input(CancelInput::StreamEnded).await;
                }
            }
        }
    }

    fn feed(&mut self) {
        if let Some(spool) = &self.shared.stdin {
            let feeding = feed(spool.reader(), self.handle.patient_input());
            self.feeder = Some(Feeder(tokio::spawn(feeding)));
        }
    }

    fn output(&mut self, chunk: OutputChunk) {
        let (source, bytes) = match chunk {
            OutputChunk::Bytes(bytes) => (Source::Out, bytes),
            OutputChunk::ErrorBytes(bytes) => (Source::Err, bytes),
            OutputChunk::Gap(_) => return self.capture.gap(),
        };
        if self.shared.streams_output {
            self.pending = Some((source, bytes));
        } else {
            self.capture.push(source, &bytes);
        }
    }

    async fn interrupted(&mut self) {
        if self.cancel.is_some() {
            self.cancel_input(CancelInput::Press(CancelMode::Session))
                .await;
        } else {
            self.begin(Cause::Interrupted).await;
        }
    }

    async fn begin(&mut self, cause: Cause) {
        self.feeder = None;
        let remains = Remains {
            session: self.id,
            target: self.job.chosen.container.clone(),
            container_id: self.job.chosen.id.clone(),
            leader: self.handshake.clone(),
        };
        let link = if self.outcome.is_some() {
            Link::Gone
        } else if self.shared.stdin.is_some() {
            Link::ClosableInput
        } else {
            Link::Quiet
        };
        let shared = self.shared;
        let client = self.job.cluster.exec.clone();
        let (ending, said) =
            Ending::begin(client, remains, link, shared.limits, &shared.records).await;
        self.cancel = Some((cause, ending));
        self.say(&said);
    }

    async fn cancel_input(&mut self, input: CancelInput) {
        if let Some((_, ending)) = &mut self.cancel {
            let said = ending.take(input).await;
            self.say(&said);
        }
    }

    /// What cannot be said any more need not be: the cleanup comes from outside.
    fn say(&self, said: &[InBand]) {
        for word in said {
            let result = match word {
                InBand::DropInput => self.handle.drop_input(),
                InBand::Interrupt => self.handle.interrupt(),
                InBand::CloseInput => self.handle.close_stdin(),
                InBand::Close => Ok(()),
            };
            if let Err(error) = result {
                tracing::debug!(%error, ?word, session = %self.id, "not said in band");
            }
        }
    }

    /// Output that came before the end may still be waiting.
    async fn last_output(&mut self) {
        if self.cancel.is_some() {
            let limit = tokio::time::timeout(LAST_OUTPUT, self.drain(StreamEnd::Awaited)).await;
            if limit.is_err() {
                self.capture.gap();
            }
        } else {
            self.drain(StreamEnd::Seen).await;
        }
    }

    async fn drain(&mut self, end: StreamEnd) {
        loop {
            if let Some((source, bytes)) = self.pending.take() {
                let index = self.job.index;
                let output = Progress::Output {
                    index,
                    source,
                    bytes,
                };
                if self.shared.progress.send(output).await.is_err() {
                    return;
                }
            }
            let next = match (end, &self.outcome) {
                (StreamEnd::Seen, _) | (StreamEnd::Awaited, Some(_)) => self.handle.output().await,
                (StreamEnd::Awaited, None) => self.handle.try_output(),
            };
            match next {
                Some(chunk) => self.output(chunk),
                None => return,
            }
        }
    }

    fn into_ended(self) -> EndedSession {
        let stream_ended = self.outcome.is_some();
        let heard_of = self.handshake.is_some() || matches!(self.outcome, Some(Outcome::Exited(_)));
        let cancelled = self
            .cancel
            .as_ref()
            .and_then(|(_, ending)| ending.ended().cloned());
        let left = cancelled
            .as_ref()
            .and_then(crate::headless::ending::Ended::left);
        let outcome = match self.cancel.as_ref().map(|(cause, _)| *cause) {
            Some(Cause::TimedOut) => Outcome::TimedOut,
            Some(Cause::Interrupted) => Outcome::Cancelled { left },
            None => self
                .outcome
                .unwrap_or_else(|| Outcome::Lost("no end was seen".into())),
        };
        EndedSession {
            id: self.id,
            job: self.job,
            handshake: self.handshake,
            outcome,
            stream_ended,
            heard_of,
            cancelled,
            capture: self.capture,
        }
    }
}

/// Whether more output can come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StreamEnd {
    Seen,
    Awaited,
}

async fn feed(mut reader: Reader, input: PatientInput) {
    while let Some(chunk) = reader.next().await {
        let sent = match chunk {
            Ok(bytes) => input.write(bytes).await,
            Err(error) => {
                tracing::error!(%error, "standard input cannot be read");
                break;
            }
        };
        if sent.is_err() {
            return;
        }
    }
    if let Err(error) = input.close_stdin().await {
        tracing::debug!(%error, "standard input was not closed");
    }
}

async fn next_of(cancel: &mut Option<(Cause, Ending<'_>)>) -> CancelInput {
    match cancel {
        Some((_, ending)) => ending.next().await,
        None => std::future::pending().await,
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}
