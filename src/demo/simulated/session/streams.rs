//! Owns where a simulated program's output goes and where its input comes from. Knows nothing of programs. Used by the shell.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::super::super::shells::{ExecOutput, Terminal};
use super::super::container::Container;

/// Bytes in one piece of output.
const PIECE: usize = 16 * 1024;

/// The most that one program hands to the next in a pipe.
const PIPE: usize = 1 << 20;

/// One end of output.
#[derive(Clone, Debug)]
pub(in super::super) enum Sink {
    Stdout,
    Stderr,
    Nowhere,
    Buffer(Arc<Mutex<Vec<u8>>>),
    File(String),
}

/// One end of input.
#[derive(Clone, Debug)]
pub(in super::super) enum Source {
    Console,
    Bytes(Arc<Vec<u8>>),
}

/// The three streams of a program.
#[derive(Clone, Debug)]
pub(in super::super) struct Streams {
    pub(in super::super) input: Source,
    pub(in super::super) output: Sink,
    pub(in super::super) errors: Sink,
    sender: mpsc::Sender<ExecOutput>,
    terminal: Terminal,
}

/// Whether more can be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in super::super) enum Written {
    More,
    /// Nobody reads any more, or there is no room.
    Enough,
}

impl Streams {
    pub(in super::super) fn new(sender: mpsc::Sender<ExecOutput>, terminal: Terminal) -> Self {
        Self {
            input: Source::Console,
            output: Sink::Stdout,
            errors: if terminal == Terminal::Tty {
                Sink::Stdout
            } else {
                Sink::Stderr
            },
            sender,
            terminal,
        }
    }

    pub(in super::super) fn terminal(&self) -> Terminal {
        self.terminal
    }

    /// Writes all of `bytes`; waits while the reader is slow, as a pipe does.
    pub(in super::super) async fn write(
        &self,
        sink: &Sink,
        bytes: &[u8],
        container: &Container,
    ) -> Written {
        match sink {
            Sink::Nowhere => Written::More,
            Sink::Stdout => self.send(bytes, ExecOutput::Stdout).await,
            Sink::Stderr => self.send(bytes, ExecOutput::Stderr).await,
            Sink::Buffer(buffer) => {
                let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
                let room = PIPE.saturating_sub(buffer.len());
                buffer.extend(bytes.iter().take(room));
                if room > bytes.len() {
                    Written::More
                } else {
                    Written::Enough
                }
            }
            Sink::File(path) => match container.lock().write(path, bytes, true) {
                Ok(()) => Written::More,
                Err(_) => Written::Enough,
            },
        }
    }

    async fn send(&self, bytes: &[u8], wrap: fn(Bytes) -> ExecOutput) -> Written {
        for piece in bytes.chunks(PIECE) {
            let piece = match self.terminal {
                Terminal::Tty => with_returns(piece),
                Terminal::Pipes => Bytes::copy_from_slice(piece),
            };
            if self.sender.send(wrap(piece)).await.is_err() {
                return Written::Enough;
            }
        }
        Written::More
    }
}

/// A terminal turns each new line into return and new line.
fn with_returns(bytes: &[u8]) -> Bytes {
    let mut text = Vec::with_capacity(bytes.len() + 16);
    let mut before = 0;
    for byte in bytes {
        if *byte == b'\n' && before != b'\r' {
            text.push(b'\r');
        }
        text.push(*byte);
        before = *byte;
    }
    Bytes::from(text)
}
