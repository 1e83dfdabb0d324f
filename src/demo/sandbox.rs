//! Owns what runs in the processes that the demo starts from its own program: building namespaces, joining them, becoming a command. It must
//! not use the demo's state: it is another process. Called at the very top of `main`, before any thread is started.

use std::ffi::OsString;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

#[cfg(target_os = "linux")]
mod container;
mod helper;
mod leader;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod root;

/// The hidden first argument.
pub const FLAG: &str = "__sandbox";

/// Where a container's own files come from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct ContainerOrder {
    pub(super) hostname: String,
    pub(super) container: String,
    pub(super) revision: String,
}

/// What a helper is to run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) struct ExecOrder {
    pub(super) place: Place,
    pub(super) argv: Vec<String>,
    pub(super) tty: bool,
    pub(super) stdin: bool,
    pub(super) hostname: String,
}

/// Where a helper runs its command.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(super) enum Place {
    /// In the namespaces of these two processes: the one that made them, and the first in them.
    Sandbox { outer: u32, init: u32 },
    /// On this machine, as its user.
    Machine,
}

/// Why a stage did not work; the words go to the status line.
#[derive(Debug, thiserror::Error)]
enum StageError {
    #[error("{what}: {source}")]
    Step {
        what: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{0}")]
    Refused(String),
}

impl StageError {
    fn step<E: Into<std::io::Error>>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        |source| Self::Step {
            what,
            source: source.into(),
        }
    }
}

/// Runs a stage where the first argument after the program's name is [`FLAG`]; otherwise gives nothing, and the program goes on as usual.
///
/// `main` calls this first of all, with the arguments after the program's name.
pub fn child_main(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut args = args.into_iter();
    if args.next()? != FLAG {
        return None;
    }
    let words: Vec<OsString> = args.collect();
    Some(match stage(&words) {
        Ok(code) => code,
        Err(error) => {
            helper::report_failure(&error.to_string());
            ExitCode::from(125)
        }
    })
}

fn stage(words: &[OsString]) -> Result<ExitCode, StageError> {
    let (stage, rest) = words
        .split_first()
        .ok_or_else(|| StageError::Refused("no stage was named".to_owned()))?;
    match (stage.to_str(), rest) {
        (Some("exec"), [order]) => helper::run(&parsed(order)?),
        (Some("leader"), [terminal, argv @ ..]) => leader::run(terminal == "tty", argv),
        #[cfg(target_os = "linux")]
        (Some("container"), [order]) => container::outer(&parsed(order)?, order),
        #[cfg(target_os = "linux")]
        (Some("init"), [order]) => container::init(&parsed(order)?),
        (_, _) => Err(StageError::Refused("no such stage".to_owned())),
    }
}

fn parsed<T: for<'a> Deserialize<'a>>(order: &OsString) -> Result<T, StageError> {
    let text = order.to_string_lossy();
    serde_json::from_str(&text).map_err(StageError::step("order"))
}
