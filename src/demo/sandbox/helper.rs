//! Owns one running command on the far side of an exec: its terminal or pipes, its exit code. A process of its own, with one thread, because a
//! process that joined another process namespace may not start threads.

use std::fs::File;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::UnixStream as StdStream;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::sync::{mpsc, watch};

use super::super::real::wire::{self, Wire};
use super::super::shells::not_found;
use super::{ExecOrder, FLAG, Place, StageError, leader};

mod command;

/// The longest that output which nobody reads can keep a helper whose command is gone.
const FAREWELL: Duration = Duration::from_secs(2);

/// Pieces of output or input in flight.
const QUEUE: usize = 4;

/// The socket to the demo, which every stage has as its standard input.
pub(super) fn socket() -> Result<StdStream, StageError> {
    let input = std::io::stdin();
    let copy = input
        .as_fd()
        .try_clone_to_owned()
        .map_err(StageError::step("socket"))?;
    Ok(StdStream::from(copy))
}

/// Tells the demo why a stage did not work; there is nobody else to tell.
pub(super) fn report_failure(why: &str) {
    use std::io::Write;
    let told = socket().is_ok_and(|mut socket| {
        let line = why.replace('\n', " ");
        writeln!(socket, "error {line}").is_ok()
    });
    if !told {
        tracing::trace!("the demo is gone");
    }
}

/// Runs the command of an order until it ends.
pub(super) fn run(order: &ExecOrder) -> Result<ExitCode, StageError> {
    let own_program = match order.place {
        Place::Machine => None,
        Place::Sandbox { outer, init } => Some(enter(outer, init)?),
    };
    let socket = socket()?;
    socket
        .set_nonblocking(true)
        .map_err(StageError::step("socket"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(StageError::step("runtime"))?;
    runtime.block_on(async {
        let socket = UnixStream::from_std(socket).map_err(StageError::step("socket"))?;
        carry(order, own_program.as_ref(), socket).await
    })
}

/// Joins a sandbox; gives this program as an open file, because its path means nothing in there.
#[cfg(target_os = "linux")]
fn enter(outer: u32, init: u32) -> Result<File, StageError> {
    super::namespaces::cut_loose()?;
    super::namespaces::become_unprivileged()?;
    let own = File::open("/proc/self/exe").map_err(StageError::step("own program"))?;
    super::namespaces::join(outer, init)?;
    Ok(own)
}

#[cfg(not(target_os = "linux"))]
fn enter(_outer: u32, _init: u32) -> Result<File, StageError> {
    Err(StageError::Refused("no sandbox on this system".to_owned()))
}

async fn carry(
    order: &ExecOrder,
    own_program: Option<&File>,
    socket: UnixStream,
) -> Result<ExitCode, StageError> {
    let own_path = own_program.map(|file| format!("/proc/self/fd/{}", file.as_raw_fd()));
    let own_path = PathBuf::from(own_path.unwrap_or_default());
    let (reader, mut writer) = socket.into_split();
    let program = order.argv.first().map_or("", String::as_str);
    if !is_program(program) {
        wire::send(&mut writer, &Wire::StartFailed(not_found(program)))
            .await
            .map_err(StageError::step("socket"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (sender, mut output) = mpsc::channel(QUEUE);
    let (fate, mut seen) = watch::channel(Fate::default());
    let running = async {
        let ended = command::run(order, &own_path, reader, &sender, &fate).await;
        let message = match ended {
            Ok(status) => Wire::Exited(code(status)),
            Err(error) => Wire::StartFailed(error.to_string()),
        };
        // The loop below lives as long as this sender.
        let _told = sender.send(message).await.is_ok();
        drop(sender);
    };
    let writing = async {
        let mut is_there = true;
        while let Some(message) = output.recv().await {
            // Output of a command that the demo let go of is dropped until it is gone.
            is_there = is_there && wire::send(&mut writer, &message).await.is_ok();
        }
    };
    let farewell = async {
        if seen
            .wait_for(|fate| fate.ended && fate.abandoned)
            .await
            .is_ok()
        {
            tokio::time::sleep(FAREWELL).await;
        }
    };
    tokio::select! {
        ((), ()) = async { tokio::join!(running, writing) } => {}
        () = farewell => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// What became of the two ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Fate {
    /// The command is gone.
    ended: bool,
    /// Nobody will read its output any more.
    abandoned: bool,
}

fn code(status: ExitStatus) -> i32 {
    status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal))
        .unwrap_or(-1)
}

/// Whether the program is there, seen from inside.
fn is_program(program: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let executable = |path: &Path| {
        path.metadata()
            .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    if program.contains('/') {
        return executable(Path::new(program));
    }
    !program.is_empty()
        && leader::PATH
            .split(':')
            .any(|place| executable(&Path::new(place).join(program)))
}

/// The program and its words: inside of a sandbox the last step is ours, outside it is the command itself.
fn words(order: &ExecOrder, own_program: &Path) -> (PathBuf, Vec<String>) {
    let terminal = if order.tty { "tty" } else { "pipes" };
    match order.place {
        Place::Sandbox { .. } => {
            let mut words = vec![FLAG.to_owned(), "leader".to_owned(), terminal.to_owned()];
            words.extend(order.argv.iter().cloned());
            (own_program.to_owned(), words)
        }
        Place::Machine => {
            let mut words = order.argv.clone();
            let program = if words.is_empty() {
                String::new()
            } else {
                words.remove(0)
            };
            (program.into(), words)
        }
    }
}
