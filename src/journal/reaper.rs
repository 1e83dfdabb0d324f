//! Owns what becomes of an open entry once its owner and its pod were looked at. Never guesses: what is not known is kept.

use super::entry::{CloseReason, Entry};
use crate::session::cleanup::{Report, ReportExit};

/// How long an exec that was sent may still take to start, in milliseconds: streams must open within 30 s.
pub const IN_FLIGHT_MS: i64 = 35_000;

/// Whether the process that owns an entry runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum OwnerState {
    /// Same pid, same start, same boot.
    Alive,
    Gone,
}

/// What the API server says of an entry's pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Observed {
    /// There is no such context, or it means another server now.
    NoContext,
    /// No answer, or no right to look.
    Unknown { why: String },
    /// The API server says that there is no such pod.
    NoPod,
    Pod {
        uid: String,
        container: ObservedContainer,
    },
}

/// The container that an entry names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ObservedContainer {
    /// The status does not speak of it.
    Unknown,
    Running {
        id: Option<String>,
    },
    /// Terminated, or waiting to be started again.
    NotRunning,
}

/// What to do with an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// Look into the container, and clean where that is wanted.
    Clean,
    /// Nothing of it can live: write [`CloseReason`] and forget it.
    Close(CloseReason),
    Keep(KeepReason),
}

impl Decision {
    /// How many processes are left, where that was counted.
    pub const fn left(&self) -> Option<u32> {
        match self {
            Self::Close(_) => Some(0),
            Self::Keep(KeepReason::Left(left)) => Some(*left),
            Self::Clean
            | Self::Keep(
                KeepReason::OwnerAlive
                | KeepReason::NoContext
                | KeepReason::Unknown(_)
                | KeepReason::InFlight { .. }
                | KeepReason::Hidden,
            ) => None,
        }
    }
}

/// Why an entry stays open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeepReason {
    /// Another podmux runs it.
    OwnerAlive,
    NoContext,
    Unknown(String),
    /// Its exec may still be on its way; look again at this time (milliseconds since 1970).
    InFlight {
        until: i64,
    },
    /// So many live on.
    Left(u32),
    /// The container hides its processes.
    Hidden,
}

/// Decides by what can be seen from outside.
pub fn decide(entry: &Entry, owner: OwnerState, observed: &Observed) -> Decision {
    if owner == OwnerState::Alive {
        return Decision::Keep(KeepReason::OwnerAlive);
    }
    match observed {
        Observed::NoContext => Decision::Keep(KeepReason::NoContext),
        Observed::Unknown { why } => Decision::Keep(KeepReason::Unknown(why.clone())),
        Observed::NoPod => Decision::Close(CloseReason::PodGone),
        Observed::Pod { uid, .. } if *uid != entry.intent.uid => {
            Decision::Close(CloseReason::PodReplaced)
        }
        Observed::Pod { container, .. } => decide_container(entry, container),
    }
}

fn decide_container(entry: &Entry, container: &ObservedContainer) -> Decision {
    match container {
        ObservedContainer::Unknown => Decision::Keep(KeepReason::Unknown(
            "the pod's status does not name the container".into(),
        )),
        ObservedContainer::NotRunning => Decision::Close(CloseReason::ContainerEnded),
        ObservedContainer::Running { id } => match (id, &entry.intent.container_id) {
            (Some(now), Some(then)) if now != then => {
                Decision::Close(CloseReason::ContainerRestarted)
            }
            (Some(_) | None, _) => Decision::Clean,
        },
    }
}

/// Decides by a report from inside, made at `looked_at` (milliseconds since 1970).
pub fn settle(entry: &Entry, report: &Report, looked_at: i64) -> Decision {
    let until = entry.since.saturating_add(IN_FLIGHT_MS);
    let may_start = entry.handshake.is_none() && !ran(entry) && looked_at < until;
    match report.exit {
        ReportExit::GuardMismatch => Decision::Close(CloseReason::OtherRun),
        ReportExit::CannotRead => Decision::Keep(KeepReason::Hidden),
        ReportExit::Survivors => Decision::Keep(KeepReason::Left(
            u32::try_from(report.left.len()).unwrap_or(u32::MAX),
        )),
        ReportExit::Clean if may_start => Decision::Keep(KeepReason::InFlight { until }),
        ReportExit::Clean => Decision::Close(CloseReason::Proven),
    }
}

/// Whether an exit code came: a stream that broke or was never answered says nothing about a start.
fn ran(entry: &Entry) -> bool {
    let words = entry.ended.as_deref();
    words.is_some_and(|words| words.starts_with("exited "))
}

#[cfg(test)]
mod tests;
