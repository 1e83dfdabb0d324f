//! Owns one session's task: it tries the ways to start, runs both halves side by side, and says the one end.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::frames::Channel;
use super::open::{self, Connected, Shape};
use super::overtaking::Overtaking;
use super::pulse::Pulse;
use super::reader::{Announced, Parts, Reader, ReaderEnd, Search};
use super::sizes::FirstSize;
use super::writer::{Lanes, Urgent, Writer, WriterEnd};
use super::{ExecRequest, Marking, OutputChunk, SessionEvent, Stdin};
use crate::ids::SessionId;
use crate::session::wrapper::{self, Attempt, HandshakeScanner};
use crate::session::{Outcome, SessionCommand};

/// The way to the loop.
#[derive(Debug)]
pub(super) struct Events {
    pub(super) session: SessionId,
    pub(super) to: mpsc::Sender<(SessionId, SessionEvent)>,
    pub(super) wake: Arc<Notify>,
}

impl Events {
    pub(super) async fn send(&self, event: SessionEvent) {
        // A loop that is gone needs no events; the handle's end closes the stream.
        drop(self.to.send((self.session, event)).await);
        self.wake();
    }

    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }
}

/// The task's ends of all that it shares with the handle.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) events: Events,
    pub(super) output: mpsc::Sender<OutputChunk>,
    pub(super) pulse: Arc<Pulse>,
    pub(super) lanes: Lanes,
    pub(super) urgent: mpsc::WeakSender<Urgent>,
}

pub(super) async fn run(client: kube::Client, request: ExecRequest, mut ends: Ends) {
    let attempts = attempts(&request);
    let last = attempts.len().saturating_sub(1);
    let mut first_words = None;
    let mut outcome = Outcome::StartFailed("no command was given".into());
    for (n, attempt) in attempts.iter().enumerate() {
        let end = one(&client, &request, attempt, &mut ends).await;
        let over = n == last || !can_try_next(&end, attempt);
        outcome = end.outcome;
        if over {
            break;
        }
        first_words.get_or_insert_with(|| outcome.clone());
    }
    // The shell that was asked for first says best what is missing.
    if let (SessionCommand::Shell(_), Some(first), Outcome::StartFailed(_)) =
        (&request.command, first_words, &outcome)
    {
        outcome = first;
    }
    drop(ends.output);
    ends.events.send(SessionEvent::Ended(outcome)).await;
}

fn attempts(request: &ExecRequest) -> Vec<Attempt> {
    match request.marking {
        Marking::Wrapped(file_size) => {
            let marking = wrapper::Marking {
                session: request.session,
                tty: request.tty,
                term: request.term.clone(),
                file_size,
            };
            wrapper::attempts(&marking, &request.command)
        }
        Marking::Bare => {
            let argv = match &request.command {
                SessionCommand::Shell(words) => words.iter().take(1).cloned().collect(),
                SessionCommand::Argv(words) => words.clone(),
            };
            vec![Attempt {
                argv,
                marked: false,
            }]
        }
    }
}

/// The runtime found no such interpreter: nothing ran, so the next may be tried.
fn can_try_next(end: &ReaderEnd, attempt: &Attempt) -> bool {
    if end.announced == Announced::Opened || !attempt.marked {
        return false;
    }
    match &end.outcome {
        Outcome::StartFailed(words) => ["no such file", "not found", "permission denied"]
            .iter()
            .any(|part| words.contains(part)),
        Outcome::Exited(126 | 127) => !end.text,
        Outcome::Exited(_) | Outcome::Lost(_) | Outcome::TimedOut | Outcome::Cancelled { .. } => {
            false
        }
    }
}

async fn one(
    client: &kube::Client,
    request: &ExecRequest,
    attempt: &Attempt,
    ends: &mut Ends,
) -> ReaderEnd {
    let shape = Shape {
        tty: request.tty.is_some(),
        stdin: request.stdin == Stdin::Open,
    };
    let opening = open::connect(
        client,
        &request.target,
        &attempt.argv,
        shape,
        request.open_timeout,
    );
    let connected = tokio::select! {
        connected = opening => connected,
        () = ends.output.closed() => Err(Outcome::Lost("closed by podmux while it opened".into())),
    };
    match connected {
        Ok(connected) => both_halves(connected, request, attempt, ends).await,
        Err(outcome) => ReaderEnd {
            outcome,
            announced: Announced::NotYet,
            text: false,
        },
    }
}

async fn both_halves(
    connected: Connected,
    request: &ExecRequest,
    attempt: &Attempt,
    ends: &mut Ends,
) -> ReaderEnd {
    let (sink, stream) = connected.socket.split();
    let (dropped, drops) = mpsc::channel(1);
    let mut reader = Reader::new(Parts {
        stream,
        output: &ends.output,
        events: &ends.events,
        pulse: &ends.pulse,
        urgent: &ends.urgent,
        dropped: drops,
        timing: request.timing,
        search: search(request, attempt),
    });
    let mut writer = Writer {
        sink,
        lanes: &mut ends.lanes,
        half_close: connected.half_close,
        first_size: FirstSize::of(&request.command, attempt.marked),
        pulse: &ends.pulse,
        dropped,
        rest: Bytes::new(),
        overtaking: Overtaking::default(),
    };
    let mut reading = std::pin::pin!(reader.run());
    tokio::select! {
        end = &mut reading => end,
        stopped = writer.run(request.timing) => match stopped {
            WriterEnd::HandleDropped => ReaderEnd {
                outcome: Outcome::Lost("closed by podmux".into()),
                announced: Announced::Opened,
                text: false,
            },
            // What the server said before it stopped listening may still be on its way.
            WriterEnd::Failed => reading.await,
        },
    }
}

fn search(request: &ExecRequest, attempt: &Attempt) -> Search {
    if !attempt.marked {
        return Search::Over;
    }
    Search::Running {
        scanner: HandshakeScanner::new(request.session),
        channel: if request.tty.is_some() {
            Channel::Out
        } else {
            Channel::Err
        },
        until: Instant::now() + request.open_timeout,
    }
}
