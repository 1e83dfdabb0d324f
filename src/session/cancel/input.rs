//! Owns what can happen to a cancel, and the failures that its execs can meet. Called by the machine in `cancel` and its callers.

use super::super::cleanup::Report;
use super::asked::CancelMode;

/// Why a cleanup or verify exec gave no report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CleanFailure {
    /// For the operator: the stage and the cause.
    pub why: String,
    pub retry: Retry,
}

/// Whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// Network, time limit, refusal, a busy container.
    Useful,
    /// There is no shell in the image, or it hides its processes.
    Useless,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelInput {
    /// The user asked, again or for something stronger.
    Press(CancelMode),
    /// The user wants to keep the shell; counts only within the grace.
    KeepShell,
    /// The timer of this epoch fired; a stale one is ignored.
    Timer(u32),
    /// The handshake came after all.
    Started,
    /// The exec was refused before anything could start.
    NeverStarted,
    /// The stream ended, with or without a status frame.
    StreamEnded,
    /// The answer to [`CancelStep::Clean`] of this attempt.
    Cleaned {
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// The answer to [`CancelStep::Verify`] of this attempt.
    Verified {
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// The API server says that this pod or this run of the container is no more.
    ContainerGone,
    /// The user gives it up; the journal keeps it.
    GiveUp,
}

pub(super) fn no_answer(what: &str) -> CleanFailure {
    CleanFailure {
        why: format!("{what} gave no answer in time"),
        retry: Retry::Useful,
    }
}

pub(super) fn hidden() -> CleanFailure {
    CleanFailure {
        why: "the container hides its processes".into(),
        retry: Retry::Useless,
    }
}

/// Why a clean look is no proof yet.
pub(super) const MAY_START: &str =
    "nothing is left, but its start was never answered: it may still come";

pub(super) fn unmarked() -> CleanFailure {
    CleanFailure {
        why: "the session carries no mark: no shell in the image".into(),
        retry: Retry::Useless,
    }
}
