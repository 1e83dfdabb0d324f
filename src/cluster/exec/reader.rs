//! Owns the half of a stream that listens: output into the bounded queue, the handshake, the status, and whether anyone is there.
//! While the queue is full it does not read, and then no clock of the server runs.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::backlog::Backlog;
use super::frames::{self, Channel, Incoming};
use super::pulse::Pulse;
use super::task::Events;
use super::writer::Urgent;
use super::{OutputChunk, SessionEvent, Timing};
use crate::session::Outcome;
use crate::session::wrapper::{HandshakeScanner, Verdict};

/// How long output may still come after the status.
const AFTER_STATUS: Duration = Duration::from_secs(2);

/// Whether the session was announced to the loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Announced {
    /// No byte has proven yet that the command started.
    NotYet,
    Opened,
}

/// Where the search for the handshake stands.
#[derive(Debug)]
pub(super) enum Search {
    /// Fed with the bytes of one channel until then.
    Running {
        scanner: HandshakeScanner,
        channel: Channel,
        until: Instant,
    },
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Awaited,
    PingSent,
    Silent,
}

/// How one connection ended.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct ReaderEnd {
    pub(super) outcome: Outcome,
    pub(super) announced: Announced,
    /// Whether any output came that was not the handshake.
    pub(super) text: bool,
}

/// What a reader works with.
pub(super) struct Parts<'a, S> {
    pub(super) stream: S,
    pub(super) output: &'a mpsc::Sender<OutputChunk>,
    pub(super) events: &'a Events,
    pub(super) pulse: &'a Pulse,
    pub(super) urgent: &'a mpsc::WeakSender<Urgent>,
    pub(super) dropped: mpsc::Receiver<usize>,
    pub(super) timing: Timing,
    pub(super) search: Search,
}

/// The reader of one connection.
pub(super) struct Reader<'a, S> {
    parts: Parts<'a, S>,
    announced: Announced,
    backlog: Backlog,
    last_seen: Instant,
    answer: Answer,
    /// The command said its handshake: a failure from now on is no failed start.
    started: bool,
    /// The outcome, and when to stop waiting for the rest of the output.
    status: Option<(Outcome, Instant)>,
    text: bool,
}

enum Next {
    HandedOver,
    Message(Option<Result<Message, Error>>),
    Dropped(usize),
    Changed,
    Deadline,
    LoopGone,
}

impl<'a, S: Stream<Item = Result<Message, Error>> + Unpin> Reader<'a, S> {
    pub(super) fn new(parts: Parts<'a, S>) -> Self {
        Self {
            parts,
            announced: Announced::NotYet,
            backlog: Backlog::default(),
            last_seen: Instant::now(),
            answer: Answer::Awaited,
            started: false,
            status: None,
            text: false,
        }
    }

    /// Reads until the connection is over. A session without a search is announced at once.
    pub(super) async fn run(&mut self) -> ReaderEnd {
        if matches!(self.parts.search, Search::Over) {
            self.unmarked().await;
        }
        let mut outcome = self.listen().await;
        let handshake_missing = self.give_up_search();
        // An API server that has lost the runtime's answer says success.
        if outcome == Outcome::Exited(0) && handshake_missing && !self.text {
            outcome = Outcome::Lost("the server lost its output".into());
        }
        self.hand_over_rest().await;
        ReaderEnd {
            outcome,
            announced: self.announced,
            text: self.text,
        }
    }

    async fn listen(&mut self) -> Outcome {
        loop {
            let end = match self.next().await {
                Next::HandedOver => {
                    self.handed_over();
                    None
                }
                Next::Message(message) => self.message(message).await,
                Next::Dropped(bytes) => {
                    self.parts
                        .events
                        .send(SessionEvent::InputDropped(bytes))
                        .await;
                    None
                }
                Next::Changed => None,
                Next::Deadline => self.deadline_passed().await,
                Next::LoopGone => Some(Outcome::Lost("closed by podmux".into())),
            };
            if let Some(outcome) = end {
                return outcome;
            }
        }
    }

    async fn next(&mut self) -> Next {
        let reads = self.backlog.is_empty() || self.floods();
        let deadline = self.deadline();
        tokio::select! {
            biased;
            room = self.parts.output.reserve(), if !self.backlog.is_empty() => match room {
                Ok(room) => {
                    if let Some(chunk) = self.backlog.pop() {
                        room.send(chunk);
                    }
                    Next::HandedOver
                }
                Err(_closed) => Next::LoopGone,
            },
            message = self.parts.stream.next(), if reads => Next::Message(message),
            Some(bytes) = self.parts.dropped.recv() => Next::Dropped(bytes),
            () = self.parts.pulse.changed.notified() => Next::Changed,
            () = sleep_until(deadline), if reads => Next::Deadline,
        }
    }

    /// While an interrupt runs, old output makes room and reading goes on.
    fn floods(&self) -> bool {
        self.parts
            .pulse
            .read()
            .flood_until
            .is_some_and(|until| Instant::now() < until)
    }

    fn handed_over(&mut self) {
        self.parts.events.wake();
        if self.backlog.is_empty() {
            // Nothing was read meanwhile, so the server's clocks start anew.
            self.last_seen = Instant::now();
            self.parts.pulse.answered();
        }
    }

    fn deadline(&self) -> Instant {
        let clocks = self.parts.pulse.read();
        let timing = self.parts.timing;
        let unanswered = clocks.asked.and_then(|asked| match self.answer {
            Answer::Awaited => Some(asked + timing.answer),
            Answer::PingSent => Some(asked + timing.answer * 2),
            Answer::Silent => None,
        });
        let search = match &self.parts.search {
            Search::Running { until, .. } => Some(*until),
            Search::Over => None,
        };
        let closing = self.status.as_ref().map(|(_, at)| *at);
        let lost = self.last_seen + timing.pong_deadline;
        [clocks.probe_until, unanswered, search, closing]
            .into_iter()
            .flatten()
            .fold(lost, Instant::min)
    }

    async fn message(&mut self, message: Option<Result<Message, Error>>) -> Option<Outcome> {
        let incoming = match message {
            Some(Ok(message)) => frames::incoming(message),
            Some(Err(error)) => return Some(self.ended(&frames::broke(&error))),
            None => return Some(self.ended("the connection was closed without a status")),
        };
        self.alive().await;
        match incoming {
            Incoming::Output(channel, bytes) => self.take(channel, bytes).await,
            Incoming::Status(frame) => {
                self.status = Some((Outcome::from_status(&frame), Instant::now() + AFTER_STATUS));
            }
            Incoming::Alive => {}
            Incoming::Closing(reason) => {
                let reason = reason.unwrap_or_else(|| "no reason given".into());
                return Some(self.ended(&format!("closed without a status: {reason}")));
            }
        }
        None
    }

    fn ended(&mut self, otherwise: &str) -> Outcome {
        match self.status.take() {
            Some((Outcome::StartFailed(words), _)) if self.started => Outcome::Lost(words),
            Some((outcome, _)) => outcome,
            None => Outcome::Lost(otherwise.into()),
        }
    }

    async fn alive(&mut self) {
        self.last_seen = Instant::now();
        self.parts.pulse.answered();
        if std::mem::replace(&mut self.answer, Answer::Awaited) == Answer::Silent {
            self.parts.events.send(SessionEvent::Silent(false)).await;
        }
    }

    async fn take(&mut self, channel: Channel, bytes: Bytes) {
        let text = self.scan(channel, bytes).await;
        self.text |= !text.is_empty();
        self.backlog.push(channel, text);
        if self.floods() {
            self.backlog.keep_newest();
        }
    }

    async fn scan(&mut self, from: Channel, bytes: Bytes) -> Bytes {
        let soon = Instant::now() + self.parts.timing.handshake;
        let Search::Running {
            scanner,
            channel,
            until,
        } = &mut self.parts.search
        else {
            return bytes;
        };
        *until = (*until).min(soon);
        if *channel != from {
            return bytes;
        }
        let scanned = scanner.feed(&bytes);
        match scanned.verdict {
            Verdict::Searching => {}
            Verdict::Found(handshake) => {
                self.parts.search = Search::Over;
                self.started = true;
                self.announce().await;
                self.parts
                    .events
                    .send(SessionEvent::Started(handshake))
                    .await;
            }
            Verdict::Over => self.unmarked().await,
        }
        scanned.text.into()
    }

    async fn announce(&mut self) {
        self.parts.pulse.spoke.notify_one();
        if self.announced == Announced::NotYet {
            self.announced = Announced::Opened;
            self.parts.events.send(SessionEvent::Opened).await;
        }
    }

    async fn unmarked(&mut self) {
        self.parts.search = Search::Over;
        self.announce().await;
        self.parts.events.send(SessionEvent::Unmarked).await;
    }

    /// Whether the search was still on.
    fn give_up_search(&mut self) -> bool {
        let running = matches!(self.parts.search, Search::Running { .. });
        if let Search::Running {
            scanner, channel, ..
        } = &mut self.parts.search
        {
            let held = scanner.give_up();
            self.text |= !held.is_empty();
            self.backlog.push(*channel, held.into());
        }
        running
    }

    async fn deadline_passed(&mut self) -> Option<Outcome> {
        let now = Instant::now();
        let clocks = self.parts.pulse.read();
        let timing = self.parts.timing;
        if self.status.as_ref().is_some_and(|(_, at)| now >= *at) {
            return Some(self.ended("the output never ended"));
        }
        if now >= self.last_seen + timing.pong_deadline {
            return Some(self.ended(&format!("no answer {} s", timing.pong_deadline.as_secs())));
        }
        if clocks.probe_until.is_some_and(|until| now >= until) {
            return Some(self.ended("no answer to a ping"));
        }
        if matches!(&self.parts.search, Search::Running { until, .. } if now >= *until) {
            self.give_up_search();
            self.unmarked().await;
        }
        if let Some(asked) = clocks.asked {
            self.unanswered(now, asked).await;
        }
        None
    }

    async fn unanswered(&mut self, now: Instant, asked: Instant) {
        let answer = self.parts.timing.answer;
        match self.answer {
            Answer::Awaited if now >= asked + answer => {
                self.answer = Answer::PingSent;
                self.ask_writer(Urgent::Ping);
            }
            Answer::PingSent if now >= asked + answer * 2 => {
                self.answer = Answer::Silent;
                self.ask_writer(Urgent::DropInput);
                self.parts.events.send(SessionEvent::Silent(true)).await;
            }
            Answer::Awaited | Answer::PingSent | Answer::Silent => {}
        }
    }

    /// A full lane already holds what makes the writer speak.
    fn ask_writer(&self, urgent: Urgent) {
        let lane = self.parts.urgent.upgrade();
        if let Some(Err(full)) = lane.map(|lane| lane.try_send(urgent)) {
            tracing::debug!(%full, "the urgent lane is full");
        }
    }

    async fn hand_over_rest(&mut self) {
        while let Some(chunk) = self.backlog.pop() {
            if self.parts.output.send(chunk).await.is_err() {
                return;
            }
            self.parts.events.wake();
        }
    }
}

#[cfg(test)]
mod tests;
