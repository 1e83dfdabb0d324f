//! Owns the fixed script that marks a session inside the container, and finds its handshake in the byte stream. Knows nothing of
//! sockets or clocks: the caller feeds chunks and says when the time is over. Called by `cluster::exec`.

mod scanner;

pub use scanner::{HandshakeScanner, Scanned, Verdict};

use crate::geometry::GridSize;
use crate::ids::SessionId;

/// Name of the environment variable that every process of a session inherits.
pub const MARKER: &str = "PODMUX_SESSION";

/// Start of the private handshake sequence; a terminal that does not know it shows nothing.
pub const HANDSHAKE_START: &[u8] = b"\x1b]7367;podmux;";

/// End of the private handshake sequence.
pub const HANDSHAKE_END: &[u8] = b"\x1b\\";

/// Interpreters that may run our scripts, in the order in which they are tried.
pub const INTERPRETERS: [&str; 3] = ["/bin/sh", "sh", "/busybox/sh"];

/// What runs between the runtime's exec and the user's command; the words of the user are only ever `"$@"`.
pub const SCRIPT: &str = include_str!("wrapper/wrapper.sh");

/// What the session runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SessionCommand {
    /// The first of these that exists in the container, without arguments.
    Shell(Vec<String>),
    /// This program with these arguments, byte for byte.
    Argv(Vec<String>),
}

/// What the wrapper needs besides the command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marking {
    /// The id that becomes the marker.
    pub session: SessionId,
    /// Size to set before the first byte; `None` without a terminal.
    pub tty: Option<GridSize>,
    /// Value of TERM; empty leaves it alone.
    pub term: String,
    /// Whether to set the soft file size limit as a further mark (programs may print or check it).
    pub file_size: FileSizeMark,
}

/// Whether a session also carries a huge odd soft file size limit, which survives a cleared environment.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum FileSizeMark {
    /// The limit is left alone.
    #[default]
    Off,
    /// The limit is set to about 2^61 bytes; the true value comes back in the handshake.
    On,
}

/// Who the session's leader is inside the container, by its own word.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Handshake {
    /// Process id of the wrapper, and then of the command, in the container's own namespace.
    pub pid: u32,
    /// Its session id; equal to `pid` wherever an exec makes a session leader.
    pub sid: u32,
    /// Its start in clock ticks since boot: valid only together with `boot_id`.
    pub start: u64,
    /// The kernel's boot id.
    pub boot_id: String,
    /// Start of process 1 as seen from inside, which tells one run of a container from the next; `None` where it is hidden.
    pub init_start: Option<u64>,
    /// The soft file size limit in bytes where it was set as a mark.
    pub file_size: Option<u64>,
}

/// One way to start a session; the next is tried when the runtime finds no such program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// The exec's words.
    pub argv: Vec<String>,
    /// Whether a handshake is to be expected.
    pub marked: bool,
}

/// Every way to start this command, best first: wrapped by each interpreter, then (for a plain command) bare.
pub fn attempts(marking: &Marking, command: &SessionCommand) -> Vec<Attempt> {
    let wrapped = INTERPRETERS.iter().map(|sh| Attempt {
        argv: wrapped_argv(sh, marking, command),
        marked: true,
    });
    let bare = match command {
        SessionCommand::Shell(_) => None,
        SessionCommand::Argv(words) => Some(Attempt {
            argv: words.clone(),
            marked: false,
        }),
    };
    wrapped.chain(bare).collect()
}

/// The words of an exec that marks itself and then becomes the command.
pub fn wrapped_argv(interpreter: &str, marking: &Marking, command: &SessionCommand) -> Vec<String> {
    let (kind, words) = match command {
        SessionCommand::Shell(candidates) => ("shell", candidates),
        SessionCommand::Argv(words) => ("argv", words),
    };
    let (rows, cols) = marking
        .tty
        .map_or((0, 0), |size| (size.rows(), size.cols()));
    let mut argv: Vec<String> = [interpreter, "-c", SCRIPT, "sh"].map(String::from).into();
    argv.push(marking.session.to_string());
    argv.push(rows.to_string());
    argv.push(cols.to_string());
    argv.push(marking.term.clone());
    argv.push(file_size_blocks(marking).to_string());
    argv.push(kind.to_string());
    argv.extend(words.iter().cloned());
    argv
}

/// Blocks for `ulimit -f`: 2^52 plus 40 bits of the id, odd; 2^61 or 2^62 bytes by the shell's block size. 0 leaves it alone.
fn file_size_blocks(marking: &Marking) -> u64 {
    match marking.file_size {
        FileSizeMark::Off => 0,
        FileSizeMark::On => {
            let text = marking.session.to_string();
            let bits = u64::from_str_radix(text.get(..10).unwrap_or("1"), 16).unwrap_or(1);
            (1 << 52) + (bits | 1)
        }
    }
}

#[cfg(test)]
mod tests;
