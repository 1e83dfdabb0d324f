//! Owns the two processes that keep a container's namespaces: the outer one, which made them, and the first one inside. Linux only.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, Stdio};

use nix::errno::Errno;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::sethostname;

use super::{ContainerOrder, FLAG, StageError, helper, namespaces, root};

/// Makes the namespaces, starts the first process in them, and stays as the way in.
pub(super) fn outer(_order: &ContainerOrder, text: &OsString) -> Result<ExitCode, StageError> {
    namespaces::cut_loose()?;
    namespaces::become_unprivileged()?;
    namespaces::create()?;
    let mut init = Command::new("/proc/self/exe")
        .args([FLAG, "init"])
        .arg(text)
        .env_clear()
        .stdin(Stdio::inherit())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(StageError::step("first process"))?;
    let mut socket = helper::socket()?;
    writeln!(socket, "init {}", init.id()).map_err(StageError::step("socket"))?;
    init.wait().map_err(StageError::step("first process"))?;
    Ok(ExitCode::SUCCESS)
}

/// Process 1 of a container: builds the root, gives up what it can do, then reaps until the demo lets go.
pub(super) fn init(order: &ContainerOrder) -> Result<ExitCode, StageError> {
    sethostname(&order.hostname).map_err(StageError::step("hostname"))?;
    root::build(order)?;
    namespaces::become_app()?;
    let mut children = SigSet::empty();
    children.add(Signal::SIGCHLD);
    // Blocked before the second thread starts, which takes it over.
    children
        .thread_block()
        .map_err(StageError::step("signals"))?;
    std::thread::Builder::new()
        .name("reaper".to_owned())
        .spawn(move || reap(&children))
        .map_err(StageError::step("reaper"))?;
    let mut socket = helper::socket()?;
    socket
        .write_all(b"ready\n")
        .map_err(StageError::step("socket"))?;
    wait_for_the_end(&mut socket);
    Ok(ExitCode::SUCCESS)
}

/// The end of process 1 ends everything in the container.
fn wait_for_the_end(socket: &mut UnixStream) {
    let mut nothing = [0; 16];
    while matches!(socket.read(&mut nothing), Ok(count) if count > 0) {}
}

fn reap(children: &SigSet) {
    while children.wait().is_ok() {
        loop {
            match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::StillAlive) | Err(Errno::ECHILD) => break,
                Ok(_) | Err(_) => {}
            }
        }
    }
}
