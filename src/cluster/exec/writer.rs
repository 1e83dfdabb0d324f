//! Owns the half of a stream that speaks: urgent things first, then size, pings and input. It never waits on the reader or the loop.

use std::time::Duration;

use bytes::Bytes;
use futures_util::{Sink, SinkExt};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::overtaking::Overtaking;
use super::pulse::Pulse;
use super::sizes::{FirstSize, Sizes};
use super::{CHUNK, Timing, frames};
use crate::geometry::GridSize;

/// Ctrl-C.
const INTERRUPT: &[u8] = b"\x03";
/// From the last input to its end. A command that ends by itself upon its last input does so meanwhile: API servers lose its exit code,
/// and report success, when the stream is half closed in that very moment (5 of 400 against Kubernetes 1.34; kubectl, too).
const END_APART: Duration = Duration::from_millis(200);

/// In order.
#[derive(Debug)]
pub(super) enum Input {
    Bytes(Bytes),
    /// A typed Ctrl-C; skipped when it has overtaken what was before it.
    Interrupt {
        ticket: u64,
        bytes: Bytes,
    },
    End,
}

/// Ahead of all input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Urgent {
    Interrupt,
    /// The typed Ctrl-C of this ticket waits in order; from then on it waits no longer.
    Overtake {
        ticket: u64,
        bytes: Bytes,
        from: Instant,
    },
    Ping,
    DropInput,
}

/// What the handle sends.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) inputs: mpsc::Receiver<Input>,
    pub(super) urgents: mpsc::Receiver<Urgent>,
    pub(super) sizes: Option<watch::Receiver<GridSize>>,
}

/// Whether the server can close one direction of the stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cluster) enum HalfClose {
    Known,
    Unknown,
}

/// Why the writer stopped.
#[derive(Debug)]
pub(super) enum WriterEnd {
    HandleDropped,
    Failed,
}

/// The writer of one connection.
pub(super) struct Writer<'a, S> {
    pub(super) sink: S,
    pub(super) lanes: &'a mut Lanes,
    pub(super) half_close: HalfClose,
    pub(super) first_size: FirstSize,
    pub(super) pulse: &'a Pulse,
    /// Says how many bytes of input were dropped.
    pub(super) dropped: mpsc::Sender<usize>,
    /// The part of an input that was not sent yet.
    pub(super) rest: Bytes,
    pub(super) overtaking: Overtaking,
}

enum Next {
    Urgent(Option<Urgent>),
    Size,
    Ping,
    Overtake,
    Rest,
    Input(Option<Input>),
    End,
}

impl<S: Sink<Message, Error = Error> + Unpin> Writer<'_, S> {
    pub(super) async fn run(&mut self, timing: Timing) -> WriterEnd {
        match self.speak(timing).await {
            Ok(()) => WriterEnd::HandleDropped,
            Err(_) => WriterEnd::Failed,
        }
    }

    async fn speak(&mut self, timing: Timing) -> Result<(), Error> {
        let mut pings = every(timing.ping_every);
        let mut sizes_again = every(timing.size_again);
        let mut more_input = true;
        let mut end: Option<Instant> = None;
        let mut sizes = Sizes::new(self.lanes.sizes.clone(), self.first_size);
        loop {
            let rest = !self.rest.is_empty();
            let due = self.overtaking.due();
            let next = tokio::select! {
                biased;
                urgent = self.lanes.urgents.recv() => Next::Urgent(urgent),
                () = sizes.due(self.pulse) => Next::Size,
                _ = pings.tick() => Next::Ping,
                _ = sizes_again.tick() => Next::Size,
                () = at(due), if due.is_some() => Next::Overtake,
                () = std::future::ready(()), if rest => Next::Rest,
                input = self.lanes.inputs.recv(), if more_input && !rest => Next::Input(input),
                () = at(end), if end.is_some() => Next::End,
            };
            match next {
                Next::Urgent(None) => return self.sink.send(Message::Close(None)).await,
                Next::Urgent(Some(urgent)) => self.urgent(urgent).await?,
                Next::Size => {
                    if let Some(size) = sizes.take() {
                        self.sink.send(frames::resize(size)).await?;
                    }
                }
                Next::Ping => self.sink.send(Message::Ping(Bytes::new())).await?,
                Next::Overtake => self.overtake().await?,
                Next::Rest => self.send_rest().await?,
                Next::Input(Some(Input::Bytes(bytes))) => self.rest = bytes,
                Next::Input(Some(Input::Interrupt { ticket, bytes })) => {
                    if self.overtaking.in_order(ticket) {
                        self.rest = bytes;
                    }
                }
                Next::Input(Some(Input::End)) => end = Some(Instant::now() + END_APART),
                Next::End => {
                    end = None;
                    self.end_input().await?;
                }
                Next::Input(None) => more_input = false,
            }
        }
    }

    async fn urgent(&mut self, urgent: Urgent) -> Result<(), Error> {
        match urgent {
            Urgent::Interrupt => {
                self.pulse.asked(Instant::now());
                self.sink.send(frames::stdin(INTERRUPT)).await
            }
            Urgent::Overtake {
                ticket,
                bytes,
                from,
            } => {
                self.overtaking.expect(ticket, bytes, from);
                Ok(())
            }
            Urgent::Ping => self.sink.send(Message::Ping(Bytes::new())).await,
            Urgent::DropInput => {
                self.drop_input();
                Ok(())
            }
        }
    }

    fn drop_input(&mut self) {
        let mut dropped = self.rest.len();
        self.rest.clear();
        self.overtaking.forget();
        while let Ok(input) = self.lanes.inputs.try_recv() {
            match input {
                Input::Bytes(bytes) | Input::Interrupt { bytes, .. } => dropped += bytes.len(),
                Input::End => {}
            }
        }
        // A full lane means that an earlier count still waits: the loop learns of a drop anyway.
        if dropped > 0 && self.dropped.try_send(dropped).is_err() {
            tracing::debug!(dropped, "more input was dropped");
        }
    }

    /// Ctrl-C waited long enough behind input that does not go out.
    async fn overtake(&mut self) -> Result<(), Error> {
        while let Some(bytes) = self.overtaking.take_due(Instant::now()) {
            self.pulse.asked(Instant::now());
            self.sink.send(frames::stdin(&bytes)).await?;
        }
        Ok(())
    }

    async fn send_rest(&mut self) -> Result<(), Error> {
        let chunk = self.rest.split_to(self.rest.len().min(CHUNK));
        self.pulse.asked(Instant::now());
        self.sink.send(frames::stdin(&chunk)).await
    }

    async fn end_input(&mut self) -> Result<(), Error> {
        match self.half_close {
            HalfClose::Known => self.sink.send(frames::close_stdin()).await,
            // Closing would cost the output that is still to come.
            HalfClose::Unknown => Ok(()),
        }
    }
}

async fn at(due: Option<Instant>) {
    match due {
        // A timer fires a little late, and input that is ready would go out meanwhile.
        Some(due) if due <= Instant::now() => {}
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + period, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

#[cfg(test)]
mod tests;
