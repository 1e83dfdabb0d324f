//! Owns the seam between exec streams and what runs at their far end: simulated or real processes. Knows nothing of WebSocket streams. Called by
//! `exec`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::pod::Pod;
use super::real::RealShells;
use super::simulated::Simulator;

/// Pieces of output in flight between a process and its stream; a full queue stops the process, as a pipe does.
pub(super) const QUEUE: usize = 16;

/// What an exec request asks for.
#[derive(Clone, Debug)]
pub(super) struct ExecStart {
    pub(super) pod: Arc<Pod>,
    pub(super) container: String,
    pub(super) argv: Vec<String>,
    pub(super) terminal: Terminal,
    pub(super) stdin: Stdin,
}

/// Whether the command gets a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Terminal {
    Tty,
    Pipes,
}

/// Whether the command can be written to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stdin {
    Open,
    Empty,
}

/// From the stream to the process. The end of the queue is the end of stdin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ExecInput {
    Bytes(Bytes),
    Resize { columns: u16, rows: u16 },
}

/// From the process to the stream; `Ended` is the last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ExecOutput {
    Stdout(Bytes),
    Stderr(Bytes),
    Ended(ExecEnd),
}

/// How a command ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum ExecEnd {
    Code(i32),
    /// In the words of the container runtime.
    StartFailed(String),
}

/// A started command, seen from its stream.
#[derive(Debug)]
pub(super) struct ExecProcess {
    pub(super) input: mpsc::Sender<ExecInput>,
    pub(super) output: mpsc::Receiver<ExecOutput>,
    /// True once the process is gone, even while its output is unread.
    pub(super) gone: watch::Receiver<bool>,
    /// Says that nobody will read the output any more.
    pub(super) abandoned: watch::Sender<bool>,
}

/// The far side of [`ExecProcess`].
#[derive(Debug)]
pub(super) struct ProcessSide {
    pub(super) input: mpsc::Receiver<ExecInput>,
    pub(super) output: mpsc::Sender<ExecOutput>,
    pub(super) gone: watch::Sender<bool>,
    pub(super) abandoned: watch::Receiver<bool>,
}

/// The two sides of a new command.
pub(super) fn process() -> (ExecProcess, ProcessSide) {
    let (input_sender, input) = mpsc::channel(QUEUE);
    let (output, output_receiver) = mpsc::channel(QUEUE);
    let (gone, gone_receiver) = watch::channel(false);
    let (abandoned, abandoned_receiver) = watch::channel(false);
    (
        ExecProcess {
            input: input_sender,
            output: output_receiver,
            gone: gone_receiver,
            abandoned,
        },
        ProcessSide {
            input,
            output,
            gone,
            abandoned: abandoned_receiver,
        },
    )
}

/// Where commands run.
#[derive(Debug)]
pub(super) enum Shells {
    Simulated(Simulator),
    Real(Arc<RealShells>),
}

impl Shells {
    /// Starts a command; failures come as [`ExecEnd::StartFailed`].
    pub(super) fn start(&self, start: ExecStart) -> ExecProcess {
        match self {
            Self::Simulated(simulator) => simulator.start(start),
            Self::Real(shells) => shells.start(start),
        }
    }

    /// The container of a pod that is gone, or that started again, goes with all its processes.
    pub(super) fn forget(&self, pod: &Pod) {
        match self {
            Self::Simulated(simulator) => simulator.forget(&pod.uid()),
            Self::Real(shells) => shells.forget(&pod.uid()),
        }
    }
}

/// Counts the exec processes that are alive.
#[derive(Clone, Debug, Default)]
pub(super) struct Census(Arc<AtomicUsize>);

/// One living process; dropping it counts down.
#[derive(Debug)]
pub(super) struct Counted(Census);

impl Census {
    pub(super) fn enter(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted(self.clone())
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What the runtime says when a command is not there.
pub(super) fn not_found(program: &str) -> String {
    let cause = if program.starts_with('/') {
        format!("exec: \"{program}\": stat {program}: no such file or directory")
    } else {
        format!("exec: \"{program}\": executable file not found in $PATH")
    };
    format!(
        "failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: {cause}: unknown"
    )
}
