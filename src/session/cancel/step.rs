//! Owns what a cancel asks of its caller, and how it ends. Called by the machine in `cancel` and its callers.

use std::time::{Duration, Instant};

use super::super::cleanup::{ProcessLine, ScriptMode};
use super::super::outcome::Outcome;

/// What the caller must do, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelStep {
    /// Forget input that is still queued for this session, and drop all but its newest output.
    DropInput,
    /// 0x03, ahead of all other input.
    SendInterrupt,
    /// Close the standard input.
    CloseInput,
    /// Come back with [`CancelInput::Timer`]; the epoch before this one is stale.
    StartTimer { epoch: u32, after: Duration },
    /// One cleanup exec, answered by [`CancelInput::Cleaned`].
    Clean {
        attempt: u32,
        mode: ScriptMode,
        grace: Duration,
    },
    /// One report-only exec over a fresh connection, answered by [`CancelInput::Verified`].
    Verify { attempt: u32, mode: ScriptMode },
    /// Say it loudly: all retries are used up. The journal entry stays; quiet attempts follow unless they are useless.
    NotConfirmed { left: Option<u32>, why: String },
    /// Nothing is left, but the exec may still start: looked again by itself at this time. The journal entry stays.
    MayStart { until: Instant, why: String },
    /// The stream is evidence no longer.
    CloseStream,
    /// Close the pane.
    ClosePane,
    /// The last step.
    Finished(CancelEnd),
}

/// How a cancel ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelEnd {
    /// A report over a fresh connection counted 0.
    Proven {
        found: u32,
        zombies: u32,
        not_attributable: Vec<ProcessLine>,
    },
    /// This run of the container is over, and all of its processes with it.
    ContainerGone,
    /// Only Ctrl-C was sent: without a handshake the shell cannot be told from what it started.
    InterruptSent,
    /// Given up by the user.
    GivenUp { left: Option<u32> },
}

impl CancelEnd {
    /// What the pane's border says; a number only where it was counted.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Proven { .. } => Outcome::Cancelled { left: Some(0) },
            Self::ContainerGone => Outcome::Lost("its container is gone".into()),
            Self::InterruptSent => Outcome::Cancelled { left: None },
            Self::GivenUp { left } => Outcome::Cancelled { left: *left },
        }
    }
}
