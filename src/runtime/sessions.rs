//! Owns the loop's ends of all sessions: input goes in, output is taken in turns.

mod joined;
mod turns;
mod waiting;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

use joined::Joined;
use turns::Turns;
pub(super) use turns::{Left, Portion};
use waiting::Waiting;

use crate::app::event::{Event, SessionNews, Silence};
use crate::cluster::exec::{InputRejected, OutputChunk, SessionEvent, SessionHandle};
use crate::geometry::GridSize;
use crate::ids::SessionId;

/// A typed Ctrl-C goes ahead of input that has been stuck for this long.
const BLOCKED: Duration = Duration::from_millis(200);

/// Input that waits for a session's queue. Bytes; more is rejected and told.
const INPUT_WAITING: usize = 4 << 20;

/// The sessions that the console holds.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    handles: BTreeMap<SessionId, SessionHandle>,
    /// Input of this turn, joined: a burst of keys must not fill a queue that counts messages.
    waiting: BTreeMap<SessionId, Waiting>,
    turns: Turns,
    pub(super) wake: Arc<Notify>,
}

/// The queue that all sessions report to.
pub(super) type Reports = mpsc::Receiver<(SessionId, SessionEvent)>;

impl Sessions {
    pub(super) fn add(&mut self, handle: SessionHandle) {
        self.handles.insert(handle.session(), handle);
    }

    pub(super) fn has(&self, session: SessionId) -> bool {
        self.handles.contains_key(&session)
    }

    /// Takes input for the end of the turn; what cannot be kept is told.
    pub(super) fn write(
        &mut self,
        session: SessionId,
        bytes: &Bytes,
        now: Instant,
    ) -> Option<Event> {
        self.turns.typed(session, now);
        self.reply(session, bytes)
    }

    /// Takes what a session's own output asked for, as [`Self::write`] does; nobody typed it, so nobody waits for what follows.
    pub(super) fn reply(&mut self, session: SessionId, bytes: &Bytes) -> Option<Event> {
        let waiting = self.waiting.entry(session).or_default();
        if !self.handles.contains_key(&session) || waiting.len() + bytes.len() > INPUT_WAITING {
            return Some(rejected(session, bytes.len()));
        }
        waiting.push(bytes);
        None
    }

    /// Takes a typed Ctrl-C: in order, but not for longer than [`BLOCKED`] behind input that does not go out.
    pub(super) fn typed_interrupt(
        &mut self,
        session: SessionId,
        bytes: &Bytes,
        now: Instant,
    ) -> Option<Event> {
        self.turns.typed(session, now);
        if !self.handles.contains_key(&session) {
            return Some(rejected(session, bytes.len()));
        }
        let ahead = now.checked_add(BLOCKED).unwrap_or(now);
        let waiting = self.waiting.entry(session).or_default();
        waiting.interrupt(bytes.clone(), ahead);
        None
    }

    /// A silent session takes no input: what waits for it is dropped, and told.
    pub(super) fn drop_waiting(&mut self, session: SessionId) -> Option<Event> {
        let waiting = self.waiting.remove(&session)?;
        (waiting.len() > 0).then(|| rejected(session, waiting.len()))
    }

    /// Hands the turn's input over. `true` when a full queue held some back.
    pub(super) fn flush(&mut self, now: Instant, mut tell: impl FnMut(Event)) -> bool {
        let handles = &self.handles;
        self.waiting.retain(|session, waiting| {
            let Some(handle) = handles.get(session) else {
                if waiting.len() > 0 {
                    tell(rejected(*session, waiting.len()));
                }
                return false;
            };
            match waiting.hand_over(handle, now) {
                Ok(()) => false,
                Err(InputRejected::Full) => true,
                Err(InputRejected::Ended) => {
                    tell(rejected(*session, waiting.len()));
                    false
                }
            }
        });
        !self.waiting.is_empty()
    }

    pub(super) fn interrupt(&self, session: SessionId) -> Option<Event> {
        let rejected = self.handles.get(&session).map(SessionHandle::interrupt);
        rejected_event(session, 1, rejected)
    }

    pub(super) fn drop_input(&mut self, session: SessionId) {
        self.waiting.remove(&session);
        if let Some(Err(error)) = self.handles.get(&session).map(SessionHandle::drop_input) {
            tracing::debug!(%session, %error, "input was not dropped");
        }
    }

    pub(super) fn close_input(&self, session: SessionId) {
        if let Some(Err(error)) = self.handles.get(&session).map(SessionHandle::close_stdin) {
            tracing::debug!(%session, %error, "input was not closed");
        }
    }

    pub(super) fn resize(&self, session: SessionId, size: GridSize) {
        if let Some(handle) = self.handles.get(&session) {
            handle.resize(size);
        }
    }

    /// Closes a stream; ends nothing in the container.
    pub(super) fn close(&mut self, session: SessionId) {
        self.waiting.remove(&session);
        self.turns.forget(session);
        if let Some(handle) = self.handles.remove(&session) {
            handle.close();
        }
    }

    /// Asks every server for a sign of life, as after the laptop slept.
    pub(super) fn probe_all(&self, deadline: Duration) {
        for (session, handle) in &self.handles {
            if let Err(error) = handle.probe(deadline) {
                tracing::debug!(%session, %error, "not probed");
            }
        }
    }

    /// Begins a turn of taking output.
    pub(super) fn begin(&mut self, now: Instant) -> Portion {
        let all: Vec<SessionId> = self.handles.keys().copied().collect();
        self.turns.begin(&all, now)
    }

    /// Takes the output of the session whose turn it is; `false` when the turn is over.
    pub(super) fn take_next(
        &mut self,
        portion: &mut Portion,
        now: Instant,
        mut take: impl FnMut(Event),
    ) -> bool {
        let Some((session, most)) = self.turns.next(portion, now) else {
            return false;
        };
        let mut taken = 0;
        let mut joined = Joined::new(session);
        while taken < most {
            let handle = self.handles.get_mut(&session);
            let Some(chunk) = handle.and_then(SessionHandle::try_output) else {
                break;
            };
            taken += size(&chunk);
            joined.push(chunk, &mut take);
        }
        joined.tell(&mut take);
        self.turns.took(portion, session, taken);
        true
    }

    /// Ends a turn; says when the output that it left is to be taken.
    pub(super) fn end(&mut self, portion: &Portion, now: Instant) -> Left {
        let waits = || self.handles.values().any(SessionHandle::has_output);
        match self.turns.end(portion, now) {
            left @ (Left::Now | Left::From(_)) if waits() => left,
            Left::Nothing | Left::Now | Left::From(_) => Left::Nothing,
        }
    }

    /// Until when the next frame waits for more answers to a key; none when it need not.
    pub(super) fn frame_waits(&self) -> Option<Instant> {
        self.turns.frame_waits()
    }

    /// Takes all that a session still has, before its end is told.
    pub(super) fn drain_one(&mut self, session: SessionId, mut take: impl FnMut(Event)) {
        let mut joined = Joined::new(session);
        while let Some(chunk) = self
            .handles
            .get_mut(&session)
            .and_then(SessionHandle::try_output)
        {
            joined.push(chunk, &mut take);
        }
        joined.tell(&mut take);
    }
}

fn rejected(session: SessionId, bytes: usize) -> Event {
    Event::Session(session, SessionNews::InputRejected(bytes))
}

fn size(chunk: &OutputChunk) -> usize {
    match chunk {
        OutputChunk::Bytes(bytes) | OutputChunk::ErrorBytes(bytes) => bytes.len(),
        OutputChunk::Gap(_) => 1,
    }
}

fn rejected_event(
    session: SessionId,
    size: usize,
    result: Option<Result<(), InputRejected>>,
) -> Option<Event> {
    match result {
        Some(Ok(())) => None,
        Some(Err(InputRejected::Full | InputRejected::Ended)) | None => {
            Some(rejected(session, size))
        }
    }
}

/// A session's report in the app's words.
pub(super) fn news(event: SessionEvent) -> SessionNews {
    match event {
        SessionEvent::Opened => SessionNews::Opened,
        SessionEvent::Started(handshake) => SessionNews::Started(handshake),
        SessionEvent::Unmarked => SessionNews::Unmarked,
        SessionEvent::Silent(true) => SessionNews::Silent(Silence::NoAnswer),
        SessionEvent::Silent(false) => SessionNews::Silent(Silence::AnswersAgain),
        SessionEvent::InputDropped(bytes) => SessionNews::InputRejected(bytes),
        SessionEvent::Ended(outcome) => SessionNews::Ended(outcome),
    }
}
