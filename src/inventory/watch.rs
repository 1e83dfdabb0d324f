//! What a watch reports, as values. Knows nothing of the connection behind it. Sent by `cluster`, folded by the store.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::pod::PodRow;
use crate::ids::{ContextName, PodRef, PodUid};

/// The part of a cluster that one watch covers.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Scope {
    All,
    Namespace(Arc<str>),
}

/// Names one watch.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct WatchKey {
    pub context: ContextName,
    pub scope: Scope,
}

impl fmt::Display for WatchKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::All => write!(f, "{}, all namespaces", self.context),
            Scope::Namespace(name) => write!(f, "{}, namespace {name}", self.context),
        }
    }
}

/// One step of a watch. `Init` to `InitDone` is a fresh list: what it does not name is gone from that watch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PodDelta {
    Init,
    InitApply(PodRow),
    InitDone,
    Apply(PodRow),
    Delete { pod: PodRef, uid: PodUid },
}

/// How a watch is doing, for the status line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WatchState {
    Connecting,
    Listing,
    Live,
    /// Cut off; the next try starts at `until`, or at once when asked for.
    Reconnecting {
        until: Instant,
        attempt: u32,
        reason: Box<str>,
    },
    /// The user lacks a right; it is asked for again each minute.
    Forbidden {
        verb: Box<str>,
        resource: Box<str>,
        namespace: Option<Arc<str>>,
        user: Box<str>,
    },
    /// It cannot go on without the user: the sentence says what to do.
    Failed {
        reason: Box<str>,
    },
}

impl WatchState {
    /// Time left until the next try; zero when none is scheduled.
    pub fn retry_in(&self, now: Instant) -> Duration {
        match self {
            Self::Reconnecting { until, .. } => until.saturating_duration_since(now),
            Self::Connecting
            | Self::Listing
            | Self::Live
            | Self::Forbidden { .. }
            | Self::Failed { .. } => Duration::ZERO,
        }
    }
}

/// What one watch sends; deltas come in batches so that 10,000 pods cost few wake-ups.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum WatchMessage {
    Deltas(Vec<PodDelta>),
    State(WatchState),
}
