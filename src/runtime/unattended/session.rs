//! Owns one target: journal, exec, output, time limit, interrupt, and the look after its end. Knows nothing of the other targets.
//! Called by the runs of the console and of the command line, one task each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::aftermath;
use super::begin::{announce, feed};
use super::capture::{Capture, Source};
use super::ending::{self, Ending, InBand, Remains};
use super::guard::Guard;
use super::{Answer, Job, Progress, Shared};
use crate::cluster::exec::{
    self, ExecRequest, Marking, OutputChunk, SessionEvent, SessionHandle, Stdin, Timing,
};
use crate::ids::SessionId;
use crate::journal::Fact;
use crate::session::cancel::{IN_FLIGHT, Link};
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
pub(crate) async fn run(shared: &Shared, job: Job) -> Answer {
    let started = Instant::now();
    if *shared.interrupts.borrow() > 0 {
        return Answer::never_started(job, Outcome::Cancelled { left: Some(0) });
    }
    if let Err(why) = announce(&shared.records, &job, &shared.command).await {
        let why = format!("not recorded, so not started: {why}");
        return Answer::never_started(job, Outcome::StartFailed(why));
    }
    let mut session = Session::open(shared, job, started);
    session.live().await;
    session.last_output().await;
    let ended = session.into_ended();
    aftermath::settle(shared, ended, started).await
}

/// What is known when nothing more comes of the stream and its cancel.
pub(crate) struct EndedSession {
    pub(crate) id: SessionId,
    pub(crate) job: Job,
    pub(crate) handshake: Option<Handshake>,
    pub(crate) outcome: Outcome,
    /// The stream was seen to end.
    pub(crate) stream_ended: bool,
    /// Until when its exec may still start; `None` once anything was heard of it.
    pub(crate) may_start: Option<std::time::Instant>,
    /// How the cancel ended, if there was one.
    pub(crate) cancelled: Option<ending::Ended>,
    pub(crate) capture: Capture,
    pub(super) guard: Option<Guard>,
}

struct Session<'a> {
    shared: &'a Shared,
    job: Job,
    id: SessionId,
    handle: SessionHandle,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    started: Instant,
    deadline: Option<Instant>,
    handshake: Option<Handshake>,
    feeder: Option<Feeder>,
    guard: Option<Guard>,
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
    fn open(shared: &'a Shared, job: Job, started: Instant) -> Self {
        let id = job.session;
        let (tell, events) = mpsc::channel(16);
        let request = ExecRequest {
            session: id,
            target: job.target.clone(),
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
        let handle = exec::open(job.client.clone(), request, tell, wake);
        Self {
            shared,
            job,
            id,
            handle,
            events,
            started,
            deadline: shared.timeout.and_then(|limit| started.checked_add(limit)),
            handshake: None,
            feeder: None,
            guard: None,
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
            let told = self.shared.told.clone();
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
                Some(room) = room(told.as_ref()), if self.pending.is_some() => {
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
                self.handshake = Some(handshake.clone());
                self.shared.records.fact_or_log(self.id, fact).await;
                self.guard = self.shared.guard(&self.job, &handshake);
                if let Some((_, ending)) = &mut self.cancel {
                    ending.heard(handshake);
                    self.cancel_input(CancelInput::Started).await;
                }
            }
            SessionEvent::Unmarked | SessionEvent::Silent(_) | SessionEvent::InputDropped(_) => {}
            SessionEvent::Ended(outcome) => {
                let never = matches!(outcome, Outcome::StartFailed(_)) && self.handshake.is_none();
                // Such a code is the command's own: it has started, heard of or not.
                let ran = matches!(outcome, Outcome::Exited(code) if code != 0);
                self.outcome = Some(outcome);
                if self.cancel.is_some() {
                    if ran {
                        self.cancel_input(CancelInput::Started).await;
                    }
                    let input = if never {
                        CancelInput::NeverStarted
                    } else {
                        CancelInput::StreamEnded
                    };
                    self.cancel_input(input).await;
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
        if self.shared.told.is_some() {
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
            target: self.job.target.clone(),
            container_id: self.job.container_id.clone(),
            leader: self.handshake.clone(),
            may_start: may_start(self.started, self.handshake.as_ref(), self.outcome.as_ref()),
        };
        let link = if self.outcome.is_some() {
            Link::Gone
        } else if self.shared.stdin.is_some() {
            Link::ClosableInput
        } else {
            Link::Quiet
        };
        let shared = self.shared;
        let client = self.job.client.clone();
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
                let Some(told) = &self.shared.told else {
                    return;
                };
                if told.send(output).await.is_err() {
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
        let may_start = may_start(self.started, self.handshake.as_ref(), self.outcome.as_ref());
        let cancelled = self
            .cancel
            .as_ref()
            .and_then(|(_, ending)| ending.ended().cloned());
        let left = cancelled.as_ref().and_then(ending::Ended::left);
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
            may_start,
            cancelled,
            capture: self.capture,
            guard: self.guard,
        }
    }
}

async fn room(told: Option<&mpsc::Sender<Progress>>) -> Option<mpsc::Permit<'_, Progress>> {
    match told {
        Some(told) => told.reserve().await.ok(),
        None => None,
    }
}

/// Only a handshake or an exit code proves that the exec has started and will not start again.
fn may_start(
    started: Instant,
    handshake: Option<&Handshake>,
    outcome: Option<&Outcome>,
) -> Option<std::time::Instant> {
    let heard = handshake.is_some() || matches!(outcome, Some(Outcome::Exited(_)));
    if heard {
        return None;
    }
    started.checked_add(IN_FLIGHT).map(Instant::into_std)
}

/// Whether more output can come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum StreamEnd {
    Seen,
    Awaited,
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
