//! Owns one exec stream per session over the raw WebSocket: opening it, its reader and writer halves, pings, size, its honest end.
//! Knows nothing of panes or screens. Called by `runtime` and `headless`.

mod backlog;
pub(super) mod frames;
pub(super) mod open;
mod overtaking;
mod pulse;
mod reader;
mod sizes;
mod task;
pub(super) mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use thiserror::Error;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

use crate::geometry::GridSize;
use crate::ids::{ContainerRef, SessionId};
use crate::session::wrapper::FileSizeMark;
use crate::session::{Handshake, Outcome, SessionCommand};

/// Chunks of output that wait for the loop; when full, the reader half waits and the remote program with it.
pub const OUTPUT_CHUNKS: usize = 32;

/// Bytes in one chunk of output and in one frame of input.
pub const CHUNK: usize = 16 * 1024;

/// Inputs that wait for the writer; when full, the input is rejected.
pub const INPUTS: usize = 64;

/// Output that is kept from an interrupt on.
pub const KEPT_AFTER_INTERRUPT: usize = 256 * 1024;

/// Everything that opening one session takes.
#[derive(Clone, Debug)]
pub struct ExecRequest {
    pub session: SessionId,
    pub target: ContainerRef,
    pub command: SessionCommand,
    /// Size of the terminal; `None` runs without one, with standard error apart.
    pub tty: Option<GridSize>,
    /// Value of TERM; empty leaves it alone.
    pub term: String,
    pub stdin: Stdin,
    pub marking: Marking,
    /// From the request to the server's answer.
    pub open_timeout: Duration,
    pub timing: Timing,
}

/// Whether the session has a standard input.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stdin {
    Open,
    None,
}

/// Whether the session is wrapped and marked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Marking {
    Wrapped(FileSizeMark),
    /// The command's own words, nothing around them.
    Bare,
}

/// The clocks of a stream; shorter ones are for tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    pub ping_every: Duration,
    /// Silence of the server after which the stream is lost.
    pub pong_deadline: Duration,
    /// The size is sent again this often, against idle timeouts that only payload resets.
    pub size_again: Duration,
    /// From the first byte of output to the end of the search for the handshake.
    pub handshake: Duration,
    /// Input without an answer for this long asks for a ping, and for this long again makes the session silent.
    pub answer: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            ping_every: Duration::from_secs(10),
            pong_deadline: Duration::from_secs(30),
            size_again: Duration::from_secs(180),
            handshake: Duration::from_secs(5),
            answer: Duration::from_secs(3),
        }
    }
}

/// What the loop learns of a session besides its output.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SessionEvent {
    /// It takes input from now on.
    Opened,
    /// Its handshake came.
    Started(Handshake),
    /// No handshake came: only the marker, if that, can find its processes.
    Unmarked,
    /// It stopped, or began again, to answer.
    Silent(bool),
    /// So many bytes of input were dropped before they were sent.
    InputDropped(usize),
    /// The last event; output that came before it may still be waiting.
    Ended(Outcome),
}

/// Output in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OutputChunk {
    /// Standard output, or the terminal's bytes; at most [`CHUNK`] of them.
    Bytes(Bytes),
    /// Standard error of a session without a terminal.
    ErrorBytes(Bytes),
    /// So many bytes are missing here.
    Gap(usize),
}

/// Why input was not taken; it is not queued anywhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Error)]
pub enum InputRejected {
    #[error("the session's input queue is full")]
    Full,
    #[error("the session has ended")]
    Ended,
}

/// The loop's end of a session. Dropping it closes the stream, which ends nothing in the container.
#[derive(Debug)]
pub struct SessionHandle {
    session: SessionId,
    input: mpsc::Sender<writer::Input>,
    urgent: mpsc::Sender<writer::Urgent>,
    /// Typed interrupts so far.
    tickets: AtomicU64,
    size: Option<watch::Sender<GridSize>>,
    output: mpsc::Receiver<OutputChunk>,
    pulse: Arc<pulse::Pulse>,
    task: JoinHandle<()>,
}

/// Opens a session in a task of its own; all that comes of it arrives as events and output, each followed by one `wake`.
pub fn open(
    client: kube::Client,
    request: ExecRequest,
    events: mpsc::Sender<(SessionId, SessionEvent)>,
    wake: Arc<Notify>,
) -> SessionHandle {
    let (input, inputs) = mpsc::channel(INPUTS);
    let (urgent, urgents) = mpsc::channel(16);
    let (output, outputs) = mpsc::channel(OUTPUT_CHUNKS);
    let (size, sizes) = request.tty.map(watch::channel).unzip();
    let pulse = Arc::new(pulse::Pulse::default());
    let session = request.session;
    let ends = task::Ends {
        events: task::Events {
            session,
            to: events,
            wake,
        },
        output,
        pulse: Arc::clone(&pulse),
        lanes: writer::Lanes {
            inputs,
            urgents,
            sizes,
        },
        urgent: urgent.downgrade(),
    };
    let task = tokio::spawn(task::run(client, request, ends));
    SessionHandle {
        session,
        input,
        urgent,
        tickets: AtomicU64::new(1),
        size,
        output: outputs,
        pulse,
        task,
    }
}

/// The input of a session, for a task that may wait. It does not keep the session open.
#[derive(Clone, Debug)]
pub struct PatientInput(mpsc::WeakSender<writer::Input>);

impl PatientInput {
    /// Queues input in order, and waits while the queue is full.
    ///
    /// # Errors
    /// [`InputRejected::Ended`].
    pub async fn write(&self, bytes: Bytes) -> Result<(), InputRejected> {
        self.queue(writer::Input::Bytes(bytes)).await
    }

    /// As [`SessionHandle::close_stdin`].
    ///
    /// # Errors
    /// [`InputRejected::Ended`].
    pub async fn close_stdin(&self) -> Result<(), InputRejected> {
        self.queue(writer::Input::End).await
    }

    async fn queue(&self, input: writer::Input) -> Result<(), InputRejected> {
        let lane = self.0.upgrade().ok_or(InputRejected::Ended)?;
        let sent = lane.send(input).await;
        sent.map_err(|_unsent| InputRejected::Ended)
    }
}

impl SessionHandle {
    /// Whose handle it is.
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Queues input, in order; never waits.
    ///
    /// # Errors
    /// [`InputRejected::Full`]: the server does not take input as fast; [`InputRejected::Ended`].
    pub fn write(&self, bytes: Bytes) -> Result<(), InputRejected> {
        self.queue(writer::Input::Bytes(bytes))
    }

    /// A second way to the same input, for a task that may wait until there is room.
    pub fn patient_input(&self) -> PatientInput {
        PatientInput(self.input.downgrade())
    }

    /// Closes the standard input after all queued input; where the server cannot half-close, this does nothing.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn close_stdin(&self) -> Result<(), InputRejected> {
        self.queue(writer::Input::End)
    }

    fn queue(&self, input: writer::Input) -> Result<(), InputRejected> {
        self.input.try_send(input).map_err(|refused| match refused {
            TrySendError::Full(_) => InputRejected::Full,
            TrySendError::Closed(_) => InputRejected::Ended,
        })
    }

    /// Sends 0x03 ahead of all queued input; from now on only the newest output is kept.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn interrupt(&self) -> Result<(), InputRejected> {
        self.pulse.flood();
        self.urgent(writer::Urgent::Interrupt)
    }

    /// Queues a typed Ctrl-C in order; where the input before it does not go out, it goes ahead of it from `from` on.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn typed_interrupt(&self, bytes: Bytes, from: Instant) -> Result<(), InputRejected> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let in_order = writer::Input::Interrupt {
            ticket,
            bytes: bytes.clone(),
        };
        self.queue(in_order)?;
        let ahead = writer::Urgent::Overtake {
            ticket,
            bytes,
            from: from.into(),
        };
        // A full lane costs the short cut, not the Ctrl-C.
        if let Err(error) = self.urgent(ahead) {
            tracing::debug!(%error, session = %self.session, "Ctrl-C stays in order");
        }
        Ok(())
    }

    /// Sends a typed Ctrl-C ahead of all input that is queued.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn overtake(&self, bytes: Bytes, now: Instant) -> Result<(), InputRejected> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let from = now.into();
        self.urgent(writer::Urgent::Overtake {
            ticket,
            bytes,
            from,
        })
    }

    /// Forgets input that was not sent yet; [`SessionEvent::InputDropped`] says how much.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn drop_input(&self) -> Result<(), InputRejected> {
        self.urgent(writer::Urgent::DropInput)
    }

    /// Asks the server for a sign of life, for example after the laptop slept; no answer within `deadline` is a lost stream.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn probe(&self, deadline: Duration) -> Result<(), InputRejected> {
        self.pulse.probe(deadline);
        self.urgent(writer::Urgent::Ping)
    }

    fn urgent(&self, urgent: writer::Urgent) -> Result<(), InputRejected> {
        self.urgent
            .try_send(urgent)
            .map_err(|refused| match refused {
                TrySendError::Full(_) => InputRejected::Full,
                TrySendError::Closed(_) => InputRejected::Ended,
            })
    }

    /// Sets the terminal's size; only the newest size is sent.
    pub fn resize(&self, size: GridSize) {
        if let Some(sizes) = &self.size {
            sizes.send_replace(size);
        }
    }

    /// Takes the next output without waiting; `None` when there is none now.
    pub fn try_output(&mut self) -> Option<OutputChunk> {
        self.output.try_recv().ok()
    }

    /// Whether output waits to be taken.
    pub fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    /// Waits for the next output; `None` after the last.
    pub async fn output(&mut self) -> Option<OutputChunk> {
        self.output.recv().await
    }

    /// Closes the stream; ends nothing in the container.
    pub fn close(self) {
        drop(self);
    }

    /// Whether its task is over.
    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }
}
