//! Owns the way out: what still has to be ended before the console may go.

use std::time::Instant;

use crate::ids::PaneId;

/// The console is leaving.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quit {
    pub since: Instant,
    /// Panes whose sessions are being ended.
    pub waiting_for: Vec<PaneId>,
    pub cause: QuitCause,
}

/// Why it leaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QuitCause {
    /// The user asked, and may force it.
    Asked,
    /// SIGTERM or SIGHUP: nobody can be asked.
    Signal,
}
