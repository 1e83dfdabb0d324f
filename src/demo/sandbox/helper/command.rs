//! Owns the command itself: started on a terminal or on pipes, fed, listened to, and waited for. Part of the helper.

use std::path::Path;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use bytes::Bytes;
use pty_process::{OwnedWritePty, Size};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::OwnedReadHalf;
use tokio::process::{Child, ChildStdin};
use tokio::sync::{mpsc, watch};

use super::super::super::real::wire::{self, Wire};
use super::super::{ExecOrder, StageError};
use super::{Fate, words};

/// Output that was on its way when the command ended may pause this long.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// Where typed bytes go.
enum Keys {
    Terminal(OwnedWritePty),
    Pipe(ChildStdin),
    Nowhere,
}

/// Work that shows output until it ends.
type Showing<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Runs the command to its end.
pub(super) async fn run(
    order: &ExecOrder,
    own_program: &Path,
    reader: OwnedReadHalf,
    output: &mpsc::Sender<Wire>,
    fate: &watch::Sender<Fate>,
) -> Result<ExitStatus, StageError> {
    let (child, keys, showing) = if order.tty {
        on_terminal(order, own_program, output, fate.subscribe())?
    } else {
        on_pipes(order, own_program, output, fate.subscribe())?
    };
    attend(child, keys, showing, reader, fate).await
}

fn on_terminal<'a>(
    order: &ExecOrder,
    own_program: &Path,
    output: &'a mpsc::Sender<Wire>,
    fate: watch::Receiver<Fate>,
) -> Result<(Child, Keys, Showing<'a>), StageError> {
    let refused = |error: pty_process::Error| StageError::Refused(format!("terminal: {error}"));
    let (terminal, far) = pty_process::open().map_err(refused)?;
    let (program, words) = words(order, own_program);
    let child = pty_process::Command::new(program)
        .args(words)
        .kill_on_drop(true)
        .spawn(far)
        .map_err(refused)?;
    let (from, to) = terminal.into_split();
    Ok((
        child,
        Keys::Terminal(to),
        Box::pin(copy(from, output, Wire::Stdout, fate)),
    ))
}

fn on_pipes<'a>(
    order: &ExecOrder,
    own_program: &Path,
    output: &'a mpsc::Sender<Wire>,
    fate: watch::Receiver<Fate>,
) -> Result<(Child, Keys, Showing<'a>), StageError> {
    let (program, words) = words(order, own_program);
    let mut child = tokio::process::Command::new(program)
        .args(words)
        .stdin(if order.stdin {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(StageError::step("spawn"))?;
    let keys = child.stdin.take().map_or(Keys::Nowhere, Keys::Pipe);
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let showing = async move {
        let complaints = fate.clone();
        let shown = async {
            if let Some(out) = out {
                copy(out, output, Wire::Stdout, fate).await;
            }
        };
        let complained = async {
            if let Some(err) = err {
                copy(err, output, Wire::Stderr, complaints).await;
            }
        };
        tokio::join!(shown, complained);
    };
    Ok((child, keys, Box::pin(showing)))
}

async fn attend(
    mut child: Child,
    keys: Keys,
    mut showing: Showing<'_>,
    reader: OwnedReadHalf,
    fate: &watch::Sender<Fate>,
) -> Result<ExitStatus, StageError> {
    let typing = feed(reader, keys, fate);
    tokio::pin!(typing);
    let mut is_showing = true;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status.map_err(StageError::step("wait"))?,
            () = &mut showing, if is_showing => is_showing = false,
            () = &mut typing => {
                // The demo is gone, and takes the command with it.
                child.kill().await.map_err(StageError::step("kill"))?;
            }
        }
    };
    fate.send_modify(|fate| fate.ended = true);
    if is_showing {
        tokio::select! {
            () = showing => {}
            () = typing => {}
        }
    }
    Ok(status)
}

/// Hands what the demo sends to the command; ends when the demo lets go.
async fn feed(mut reader: OwnedReadHalf, mut keys: Keys, fate: &watch::Sender<Fate>) {
    while let Ok(message) = wire::receive(&mut reader).await {
        match message {
            Wire::Stdin(bytes) => {
                let taken = match &mut keys {
                    Keys::Terminal(to) => to.write_all(&bytes).await,
                    Keys::Pipe(to) => to.write_all(&bytes).await,
                    Keys::Nowhere => Ok(()),
                };
                if taken.is_err() {
                    keys = Keys::Nowhere;
                }
            }
            Wire::Resize { columns, rows } => {
                if let Keys::Terminal(to) = &keys
                    && let Err(error) = to.resize(Size::new(rows.max(1), columns.max(1)))
                {
                    tracing::trace!(%error, "a terminal was not resized");
                }
            }
            // A terminal does not hear of the end of its input.
            Wire::EndOfStdin => {
                if let Keys::Pipe(_) = keys {
                    keys = Keys::Nowhere;
                }
            }
            Wire::Abandoned => fate.send_modify(|fate| fate.abandoned = true),
            Wire::Stdout(_) | Wire::Stderr(_) | Wire::Exited(_) | Wire::StartFailed(_) => {}
        }
    }
}

/// Shows output until its end; after the command's own end only what is already on its way.
async fn copy(
    mut from: impl AsyncRead + Unpin,
    output: &mpsc::Sender<Wire>,
    wrap: fn(Bytes) -> Wire,
    mut fate: watch::Receiver<Fate>,
) {
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let silence = async {
            // An error means that nobody waits for the end any more.
            let _known = fate.wait_for(|fate| fate.ended).await.is_ok();
            tokio::time::sleep(LAST_WORDS).await;
        };
        let read = tokio::select! {
            read = from.read(&mut buffer) => read,
            () = silence => return,
        };
        // A terminal whose last user is gone answers with an error; that is its end.
        let Ok(count @ 1..) = read else { return };
        let piece = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
        if output.send(wrap(piece)).await.is_err() {
            return;
        }
    }
}
