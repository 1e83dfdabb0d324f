//! Owns the script that ends or counts what a session left in its container, its arguments and its report. Knows nothing of
//! sockets. Called by `cluster::cleanup`; the cancel machine reads its reports.

mod report;

pub use report::{ProcessLine, Report, ReportError, ReportExit, clean_name};

use std::time::Duration;

use super::wrapper::Handshake;
use crate::ids::SessionId;

/// The script, sent through the standard input of `sh -s`; it ends by `exit`, so no end of input is needed.
pub const SCRIPT: &str = include_str!("cleanup/cleanup.sh");

/// The least time between TERM and KILL.
pub const LEAST_GRACE: Duration = Duration::from_millis(500);

/// What the script is to do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ScriptMode {
    /// End every process of the session.
    Session,
    /// End all that the session's first process started, and let that one live.
    Children,
    /// Only count and name; signal nothing.
    Report,
    /// Only count and name what the session's first process started.
    ReportChildren,
}

impl ScriptMode {
    /// The word that the script takes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Children => "children",
            Self::Report => "report",
            Self::ReportChildren => "report-children",
        }
    }

    /// The mode that proves what this one did.
    #[must_use]
    pub const fn proof(self) -> Self {
        match self {
            Self::Session | Self::Report => Self::Report,
            Self::Children | Self::ReportChildren => Self::ReportChildren,
        }
    }
}

/// Whether the script may start programs of its own.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Forking {
    /// `grep` and `sleep` where they help; the script looks at the container's own limit first.
    #[default]
    Allowed,
    /// Builtins only: for a container at its limit of processes. Slower.
    Forbidden,
}

/// Everything that one run of the script needs to know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptOrder {
    pub session: SessionId,
    /// `None` for a session that never said its handshake: then only the marker counts.
    pub leader: Option<Handshake>,
    pub mode: ScriptMode,
    /// Wait between TERM and KILL; raised to [`LEAST_GRACE`].
    pub grace: Duration,
    pub forking: Forking,
}

impl ScriptOrder {
    /// The words after `sh -s`.
    pub fn arguments(&self) -> Vec<String> {
        let leader = self.leader.as_ref();
        // Only a session leader's pid is a session id; 0 switches that criterion off.
        let sid = leader.filter(|h| h.sid == h.pid).map_or(0, |h| h.pid);
        let number = |n: Option<u64>| n.unwrap_or(0).to_string();
        vec![
            self.session.to_string(),
            leader.map_or(0, |h| h.pid).to_string(),
            sid.to_string(),
            number(leader.map(|h| h.start)),
            leader.map_or_else(|| "-".into(), |h| h.boot_id.clone()),
            number(leader.and_then(|h| h.init_start)),
            (self.grace.max(LEAST_GRACE).as_millis() / 10).to_string(),
            self.mode.word().into(),
            number(leader.and_then(|h| h.file_size)),
            match self.forking {
                Forking::Allowed => "fork".into(),
                Forking::Forbidden => "nofork".into(),
            },
        ]
    }
}
