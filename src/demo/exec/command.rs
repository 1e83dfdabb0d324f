//! Owns the bytes between one command and its stream, and what is left when the stream goes. Part of `exec`.

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use super::super::faults::ExecFault;
use super::super::server::Server;
use super::super::shells::{Counted, ExecEnd, ExecInput, ExecOutput, ExecProcess, Stdin, Terminal};
use super::super::upgrade::{Protocol, Socket, close};
use super::frames::{self, Channel, Frame};
use super::{finish, status};

/// Why the stream is over.
enum Over {
    Ended(ExecEnd),
    Disconnected,
}

/// One command and its stream.
pub(super) struct Command {
    pub(super) counted: Counted,
    pub(super) terminal: Terminal,
    pub(super) stdin: Stdin,
    pub(super) described: String,
    pub(super) process: ExecProcess,
    pub(super) protocol: Protocol,
    pub(super) fault: ExecFault,
}

impl Command {
    /// Carries bytes until the command ends or the client is gone.
    pub(super) async fn carry(self, server: &Server, socket: Socket) {
        let mut cuts = server.faults.exec_cuts();
        let (mut sink, mut stream) = socket.split();
        let ExecProcess {
            input,
            mut output,
            gone,
            abandoned,
        } = self.process;
        // A terminal is held open by more than its stdin; the input of a pipe ends with its writer.
        let (stdin, held) = match (self.terminal, self.stdin) {
            (Terminal::Tty, Stdin::Open) => (Some(input.clone()), Some(input)),
            (Terminal::Tty, Stdin::Empty) => (None, Some(input)),
            (Terminal::Pipes, Stdin::Open) => (Some(input), None),
            (Terminal::Pipes, Stdin::Empty) => (None, None),
        };
        let silent = self.fault == ExecFault::Silent;
        let reader = read(&mut stream, stdin, held.clone(), self.protocol, silent);
        let writer = write(&mut sink, &mut output, &self.fault);
        let over = tokio::select! {
            over = writer => over,
            () = reader => Over::Disconnected,
            _ = cuts.changed() => Over::Disconnected,
        };
        match over {
            Over::Ended(end) => {
                drop((self.counted, held));
                let Ok(mut socket) = sink.reunite(stream) else {
                    return;
                };
                if self.fault == ExecFault::EndWithoutStatus {
                    close(&mut socket).await;
                } else {
                    finish(socket, &status(&end, &self.described)).await;
                }
            }
            Over::Disconnected => {
                drop((sink, stream));
                abandoned.send_replace(true);
                linger(held, output, gone).await;
                drop(self.counted);
            }
        }
    }
}

/// A terminal outlives its stream: the process keeps running, nobody reads it, and it is not told.
async fn linger(
    input: Option<mpsc::Sender<ExecInput>>,
    output: mpsc::Receiver<ExecOutput>,
    mut gone: tokio::sync::watch::Receiver<bool>,
) {
    // An error means that the far side itself is gone.
    let _ended = gone.wait_for(|gone| *gone).await.is_ok();
    drop((input, output));
}

async fn read(
    stream: &mut SplitStream<Socket>,
    mut stdin: Option<mpsc::Sender<ExecInput>>,
    resizes: Option<mpsc::Sender<ExecInput>>,
    protocol: Protocol,
    silent: bool,
) {
    while let Some(Ok(message)) = stream.next().await {
        let Message::Binary(bytes) = message else {
            if matches!(message, Message::Close(_)) {
                return;
            }
            continue;
        };
        if silent {
            continue;
        }
        match frames::parse(bytes) {
            Frame::Stdin(bytes) => {
                if let Some(sender) = &stdin {
                    // A process that is gone takes no input; its status frame follows.
                    let _delivered = sender.send(ExecInput::Bytes(bytes)).await.is_ok();
                }
            }
            Frame::Resize { columns, rows } => {
                if let Some(sender) = &resizes {
                    let resize = ExecInput::Resize { columns, rows };
                    let _delivered = sender.send(resize).await.is_ok();
                }
            }
            Frame::CloseStdin if protocol == Protocol::V5 => stdin = None,
            Frame::CloseStdin | Frame::Other => {}
        }
    }
}

async fn write(
    sink: &mut SplitSink<Socket, Message>,
    output: &mut mpsc::Receiver<ExecOutput>,
    fault: &ExecFault,
) -> Over {
    let mut left = match fault {
        ExecFault::CutAfter(bytes) => Some(*bytes),
        ExecFault::Silent => return std::future::pending().await,
        ExecFault::None
        | ExecFault::Refuse { .. }
        | ExecFault::Hang
        | ExecFault::StartFails(_)
        | ExecFault::EndWithoutStatus => None,
    };
    loop {
        let (channel, bytes) = match output.recv().await {
            Some(ExecOutput::Stdout(bytes)) => (Channel::Stdout, bytes),
            Some(ExecOutput::Stderr(bytes)) => (Channel::Stderr, bytes),
            Some(ExecOutput::Ended(end)) => return Over::Ended(end),
            None => return Over::Ended(ExecEnd::Code(137)),
        };
        let bytes = cut(bytes, &mut left);
        if sink.send(frames::message(channel, &bytes)).await.is_err() || left == Some(0) {
            return Over::Disconnected;
        }
    }
}

fn cut(mut bytes: Bytes, left: &mut Option<usize>) -> Bytes {
    if let Some(left) = left {
        bytes.truncate(*left);
        *left = left.saturating_sub(bytes.len());
    }
    bytes
}
