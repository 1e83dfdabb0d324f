//! Owns what a screen may know of a running cancel. Read-only.

use std::time::Instant;

use super::{Cancel, CancelMode, Phase};
use crate::session::cleanup::ProcessLine;

/// The phase's name, for a border word or a slip.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PhaseName {
    Grace,
    Cleaning,
    Verifying,
    /// Before a retry.
    Waiting,
    /// Nothing is left; its exec may still start.
    InFlight,
    NotConfirmed,
    Finished,
}

/// How far a cancel is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress<'a> {
    pub mode: CancelMode,
    pub phase: PhaseName,
    /// When the cancel began.
    pub started: Instant,
    /// When this phase began.
    pub since: Instant,
    /// When the next thing happens by itself: end of the grace, a retry, a background attempt.
    pub until: Option<Instant>,
    /// How many times Ctrl-C went out.
    pub interrupts: u8,
    /// Cleanup execs so far.
    pub attempts: u32,
    /// Processes that the first cleanup found.
    pub found: u32,
    pub signalled: u32,
    /// The last proven number; `None` before the first verification.
    pub left: Option<u32>,
    /// Those that are left.
    pub names: &'a [ProcessLine],
    /// Born during the session and not to be attributed to it: named, never ended.
    pub not_attributable: &'a [ProcessLine],
    /// Why it is not confirmed yet.
    pub why: Option<&'a str>,
}

impl Cancel {
    /// What a pane shows while this runs and after.
    pub fn progress(&self) -> Progress<'_> {
        let phase = match self.phase {
            Phase::Grace { .. } => PhaseName::Grace,
            Phase::Cleaning => PhaseName::Cleaning,
            Phase::Verifying { .. } => PhaseName::Verifying,
            Phase::Waiting => PhaseName::Waiting,
            Phase::InFlight => PhaseName::InFlight,
            Phase::NotConfirmed => PhaseName::NotConfirmed,
            Phase::Finished => PhaseName::Finished,
        };
        Progress {
            mode: self.mode,
            phase,
            started: self.started,
            since: self.since,
            until: self.until,
            interrupts: self.interrupts,
            attempts: self.attempt,
            found: self.found,
            signalled: self.signalled,
            left: self.left,
            names: &self.names,
            not_attributable: &self.strays,
            why: self.why.as_deref(),
        }
    }
}
