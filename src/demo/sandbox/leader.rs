//! Owns the last step before a command: its own session, limits, an empty environment, and no way back to privileges. Becomes the command.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};
use std::sync::Arc;

use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::setsid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

use super::StageError;

/// Processes that one container may have, so that a fork bomb stays in it.
const PROCESSES: u64 = 256;

/// Bytes that one process may allocate.
const MEMORY: u64 = 1 << 30;

/// Where programs are looked for.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin";

/// Becomes the command; comes back only if that fails.
pub(super) fn run(tty: bool, argv: &[OsString]) -> Result<ExitCode, StageError> {
    let (program, words) = argv
        .split_first()
        .ok_or_else(|| StageError::Refused("no command".to_owned()))?;
    if !tty {
        setsid().map_err(StageError::step("setsid"))?;
    }
    give_up_privileges()?;
    let limits = [
        (Resource::RLIMIT_CORE, 0),
        (Resource::RLIMIT_DATA, MEMORY),
        (Resource::RLIMIT_NOFILE, 1024),
    ];
    for (resource, limit) in limits {
        setrlimit(resource, limit, limit).map_err(StageError::step("limits"))?;
    }
    usual_signals().map_err(|source| StageError::Step {
        what: "signals".to_owned(),
        source,
    })?;
    let hostname = nix::unistd::gethostname().map_err(StageError::step("hostname"))?;
    let mut command = Command::new(program);
    command.args(words).env_clear().current_dir("/");
    command
        .env("PATH", PATH)
        .env("HOME", "/tmp")
        .env("HOSTNAME", hostname);
    if tty {
        command.env("TERM", "xterm");
    }
    Err(StageError::Step {
        what: "exec".to_owned(),
        source: command.exec(),
    })
}

/// A program that was started with signals ignored (`nohup`, `&` in a script) hands that on to all that it starts; a container runtime
/// does not. A handler ends with the exec, and leaves what is usual.
fn usual_signals() -> std::io::Result<()> {
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    Ok(())
}

#[cfg(target_os = "linux")]
fn give_up_privileges() -> Result<(), StageError> {
    setrlimit(Resource::RLIMIT_NPROC, PROCESSES, PROCESSES).map_err(StageError::step("limits"))?;
    nix::sys::prctl::set_no_new_privs().map_err(StageError::step("no_new_privs"))?;
    if super::namespaces::is_powerless()? {
        return Ok(());
    }
    Err(StageError::Refused("the sandbox has privileges".to_owned()))
}

#[cfg(not(target_os = "linux"))]
fn give_up_privileges() -> Result<(), StageError> {
    Err(StageError::Refused(format!(
        "no sandbox on this system ({PROCESSES} processes)"
    )))
}
