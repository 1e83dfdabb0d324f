//! Owns what a session reads: a terminal with its line discipline, or a plain pipe. Knows nothing of programs. Used by the shell; the pump
//! runs beside it, so that Ctrl-C is seen while a program floods.

use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use super::super::super::shells::{ExecInput, ExecOutput};
use super::super::container::Container;
use super::super::discipline::{Discipline, Typed};

/// Lines typed ahead; more are refused with a bell, as a full terminal does.
const AHEAD: usize = 64;

/// The size of the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in super::super) struct Size {
    pub(in super::super) columns: u16,
    pub(in super::super) rows: u16,
}

/// What was typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in super::super) enum Read {
    Line(String),
    Interrupted,
    End,
}

/// The reading end.
#[derive(Debug)]
pub(in super::super) enum Console {
    Tty {
        lines: mpsc::Receiver<(u64, Typed)>,
        interrupts: watch::Receiver<u64>,
        size: watch::Receiver<Size>,
    },
    Pipe {
        input: mpsc::Receiver<ExecInput>,
        held: Vec<u8>,
    },
    Empty,
}

/// Work that must go on beside the shell; it ends when the terminal is hung up.
pub(in super::super) type Pump = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Console {
    /// A terminal whose keys are echoed to `output`.
    pub(in super::super) fn tty(
        container: &Arc<Container>,
        sid: u32,
        input: mpsc::Receiver<ExecInput>,
        output: mpsc::Sender<ExecOutput>,
    ) -> (Self, Pump) {
        let (line_sender, lines) = mpsc::channel(AHEAD);
        let (interrupt_sender, interrupts) = watch::channel(0);
        let (size_sender, size) = watch::channel(Size::default());
        let keyboard = Keyboard {
            container: Arc::clone(container),
            sid,
            lines: line_sender,
            interrupts: interrupt_sender,
            size: size_sender,
            output,
        };
        (
            Self::Tty {
                lines,
                interrupts,
                size,
            },
            Box::pin(keyboard.pump(input)),
        )
    }

    pub(in super::super) fn pipe(input: mpsc::Receiver<ExecInput>) -> (Self, Pump) {
        (
            Self::Pipe {
                input,
                held: Vec::new(),
            },
            Box::pin(std::future::pending()),
        )
    }

    pub(in super::super) fn empty() -> (Self, Pump) {
        (Self::Empty, Box::pin(std::future::pending()))
    }

    /// How often Ctrl-C was pressed.
    pub(in super::super) fn interrupts(&self) -> u64 {
        match self {
            Self::Tty { interrupts, .. } => *interrupts.borrow(),
            Self::Pipe { .. } | Self::Empty => 0,
        }
    }

    pub(in super::super) fn size(&self) -> Size {
        match self {
            Self::Tty { size, .. } => *size.borrow(),
            Self::Pipe { .. } | Self::Empty => Size::default(),
        }
    }

    /// The next line.
    pub(in super::super) async fn line(&mut self) -> Read {
        match self {
            Self::Empty => Read::End,
            Self::Pipe { input, held } => pipe_line(input, held).await,
            Self::Tty {
                lines, interrupts, ..
            } => loop {
                let seen = *interrupts.borrow_and_update();
                tokio::select! {
                    biased;
                    Ok(()) = interrupts.changed() => return Read::Interrupted,
                    typed = lines.recv() => match typed {
                        // Ctrl-C flushes what was typed before it.
                        Some((at, _)) if at < seen => {}
                        Some((_, Typed::Line(line))) => return Read::Line(line),
                        Some((_, Typed::EndOfInput)) | None => return Read::End,
                        Some((_, Typed::Interrupt)) => return Read::Interrupted,
                    },
                }
            },
        }
    }

    /// The next bytes of a pipe or the next line of a terminal; nothing at the end.
    pub(in super::super) async fn bytes(&mut self) -> Option<Bytes> {
        if let Self::Pipe { input, held } = self {
            if !held.is_empty() {
                return Some(Bytes::from(std::mem::take(held)));
            }
            return loop {
                match input.recv().await? {
                    ExecInput::Bytes(bytes) => break Some(bytes),
                    ExecInput::Resize { .. } => {}
                }
            };
        }
        match self.line().await {
            Read::Line(line) => Some(Bytes::from(line + "\n")),
            Read::Interrupted | Read::End => None,
        }
    }
}

async fn pipe_line(input: &mut mpsc::Receiver<ExecInput>, held: &mut Vec<u8>) -> Read {
    loop {
        if let Some(end) = held.iter().position(|byte| *byte == b'\n') {
            let rest = held.split_off(end + 1);
            let line = std::mem::replace(held, rest);
            let text = String::from_utf8_lossy(&line);
            return Read::Line(text.trim_end_matches('\n').to_owned());
        }
        match input.recv().await {
            Some(ExecInput::Bytes(bytes)) => held.extend_from_slice(&bytes),
            Some(ExecInput::Resize { .. }) => {}
            None if held.is_empty() => return Read::End,
            None => {
                let line = String::from_utf8_lossy(&std::mem::take(held)).into_owned();
                return Read::Line(line);
            }
        }
    }
}

struct Keyboard {
    container: Arc<Container>,
    sid: u32,
    lines: mpsc::Sender<(u64, Typed)>,
    interrupts: watch::Sender<u64>,
    size: watch::Sender<Size>,
    output: mpsc::Sender<ExecOutput>,
}

impl Keyboard {
    async fn pump(self, mut input: mpsc::Receiver<ExecInput>) {
        let mut discipline = Discipline::default();
        while let Some(input) = input.recv().await {
            match input {
                ExecInput::Resize { columns, rows } => {
                    self.size.send_replace(Size { columns, rows });
                }
                ExecInput::Bytes(bytes) => {
                    let mut echo = Vec::new();
                    for byte in bytes {
                        if let Some(typed) = discipline.feed(byte, &mut echo) {
                            self.typed(typed, &mut echo);
                        }
                    }
                    // Never waits: a flooded reader must not keep the next Ctrl-C from being seen.
                    let echoed = self.output.try_send(ExecOutput::Stdout(Bytes::from(echo)));
                    if echoed.is_err() {
                        tracing::trace!("an echo was dropped: the reader is behind");
                    }
                }
            }
        }
    }

    fn typed(&self, typed: Typed, echo: &mut Vec<u8>) {
        if typed == Typed::Interrupt {
            self.container.lock().processes.interrupt(self.sid);
            self.interrupts.send_modify(|count| *count += 1);
            return;
        }
        let at = *self.interrupts.borrow();
        if self.lines.try_send((at, typed)).is_err() {
            echo.push(0x07);
        }
    }
}
