//! Owns what a cancel starts from: what is to be ended, how the session can be reached and told from others, and the limits.
//! Called by the machine in `cancel` and its callers.

use std::time::{Duration, Instant};

use super::super::cleanup::ScriptMode;

/// What is to be ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CancelMode {
    /// All of the session, its shell included; the pane stays.
    Session,
    /// Only what the shell started; the shell stays.
    InterruptOnly,
    /// As `Session`, and the pane closes when 0 left is proven.
    CloseWhenProven,
}

impl CancelMode {
    pub(super) const fn script(self) -> ScriptMode {
        match self {
            Self::Session | Self::CloseWhenProven => ScriptMode::Session,
            Self::InterruptOnly => ScriptMode::Children,
        }
    }
}

/// What can still be said to the session in its own stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Link {
    /// A terminal: takes Ctrl-C.
    Terminal,
    /// No terminal, but its standard input can be closed.
    ClosableInput,
    /// Nothing can be said in band.
    Quiet,
    /// The stream is gone or ended: the cleanup comes at once.
    Gone,
}

/// By what the session's processes can be found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Identity {
    /// Its handshake came: marker, session id and start are known.
    Handshake,
    /// It was wrapped, but its handshake was not seen: the marker only.
    Marker,
    /// As `Marker`, and nothing at all was heard of its exec, which may start as late as this: a clean look before proves nothing.
    Unheard { until: Instant },
    /// It was started bare: nothing tells its processes from others.
    Nothing,
}

/// The limits that the configuration gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CancelLimits {
    /// From the first interrupt to the cleanup.
    pub grace: Duration,
    /// For one cleanup or verify exec.
    pub cleanup: Duration,
}
