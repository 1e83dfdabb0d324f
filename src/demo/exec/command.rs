//! Owns the bytes between one command and its stream, and what is left when the stream goes. Part of `exec`.

use std::pin::pin;

use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::{mpsc, watch};
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
    /// The name of the pod.
    pub(super) pod: String,
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
        let (deaf, is_deaf) = watch::channel(false);
        let mut hears = server.faults.heard_execs();
        let hears_keys = |bytes: &[u8]| {
            if self.terminal == Terminal::Tty {
                server.typed.note(&self.pod, bytes);
            }
        };
        let input = Input {
            stdin,
            resizes: held.clone(),
            protocol: self.protocol,
        };
        let reader = read(&mut stream, input, silent, hears_keys);
        let reader = unless_deaf(reader, is_deaf);
        let writer = write(&mut sink, &mut output, &self.fault, &deaf);
        let healed = heal(&mut hears, &deaf);
        let over = tokio::select! {
            over = writer => over,
            () = reader => Over::Disconnected,
            _ = cuts.changed() => Over::Disconnected,
            // The server lives longer than its streams.
            () = healed => Over::Disconnected,
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
    mut gone: watch::Receiver<bool>,
) {
    // An error means that the far side itself is gone.
    let _ended = gone.wait_for(|gone| *gone).await.is_ok();
    drop((input, output));
}

/// Where the client's frames go.
struct Input {
    stdin: Option<mpsc::Sender<ExecInput>>,
    resizes: Option<mpsc::Sender<ExecInput>>,
    protocol: Protocol,
}

async fn read(
    stream: &mut SplitStream<Socket>,
    mut to: Input,
    silent: bool,
    hears_keys: impl Fn(&[u8]),
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
                hears_keys(&bytes);
                if let Some(sender) = &to.stdin {
                    // A process that is gone takes no input; its status frame follows.
                    let _delivered = sender.send(ExecInput::Bytes(bytes)).await.is_ok();
                }
            }
            Frame::Resize { columns, rows } => {
                if let Some(sender) = &to.resizes {
                    let resize = ExecInput::Resize { columns, rows };
                    let _delivered = sender.send(resize).await.is_ok();
                }
            }
            Frame::CloseStdin if to.protocol == Protocol::V5 => to.stdin = None,
            Frame::CloseStdin | Frame::Other => {}
        }
    }
}

/// Makes the stream hear again whenever the server is told so.
async fn heal(hears: &mut watch::Receiver<u64>, deaf: &watch::Sender<bool>) {
    while hears.changed().await.is_ok() {
        deaf.send_replace(false);
    }
}

/// Work that stands still while the server is deaf.
async fn unless_deaf(work: impl Future<Output = ()>, mut deaf: watch::Receiver<bool>) {
    let mut work = pin!(work);
    // An error means that the stream is over.
    while deaf.wait_for(|deaf| !*deaf).await.is_ok() {
        tokio::select! {
            biased;
            Ok(_) = deaf.wait_for(|deaf| *deaf) => {}
            () = &mut work => return,
        }
    }
}

/// Looks for a text in what is written, piece by piece.
struct Lookout<'a> {
    text: &'a str,
    tail: Vec<u8>,
}

impl<'a> Lookout<'a> {
    const fn new(text: &'a str) -> Self {
        let tail = Vec::new();
        Self { text, tail }
    }

    /// Whether this piece brings the text to its end; once.
    fn ends_in(&mut self, piece: &[u8]) -> bool {
        self.tail.extend_from_slice(piece);
        let text = self.text.as_bytes();
        let seen = self
            .tail
            .windows(text.len().max(1))
            .any(|part| part == text);
        let kept = if seen { 0 } else { text.len() };
        let over = self.tail.len().saturating_sub(kept);
        drop(self.tail.drain(..over));
        seen
    }
}

async fn write(
    sink: &mut SplitSink<Socket, Message>,
    output: &mut mpsc::Receiver<ExecOutput>,
    fault: &ExecFault,
    deaf: &watch::Sender<bool>,
) -> Over {
    let (mut left, mut cut_at, mut deaf_at) = (None, None, None);
    match fault {
        ExecFault::CutAfter(bytes) => left = Some(*bytes),
        ExecFault::CutAfterText(text) => cut_at = Some(Lookout::new(text)),
        ExecFault::DeafAfterText(text) => deaf_at = Some(Lookout::new(text)),
        ExecFault::Silent => return std::future::pending().await,
        ExecFault::None
        | ExecFault::Refuse { .. }
        | ExecFault::Hang
        | ExecFault::StartFails(_)
        | ExecFault::EndWithoutStatus => {}
    }
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
        if cut_at.as_mut().is_some_and(|text| text.ends_in(&bytes)) {
            return Over::Disconnected;
        }
        if deaf_at.as_mut().is_some_and(|text| text.ends_in(&bytes)) {
            deaf.send_replace(true);
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
