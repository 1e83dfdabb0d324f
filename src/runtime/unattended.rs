//! Owns one command in one container without a screen, from its intent in the journal to the proof of its end: the same engine for
//! `podmux run` and for runs of the console. Knows nothing of targets' choice or of printing. Called by `runs` and `headless`.

mod aftermath;
mod begin;
pub(crate) mod capture;
pub(crate) mod ending;
pub(crate) mod guard;
pub(crate) mod records;
mod session;
mod spool;

pub use records::{StateError, StateFiles};
pub(crate) use session::run;
pub(crate) use spool::Spool;
pub use spool::StandardInput;

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

use self::capture::{Capture, Source};
use self::guard::{Guard, GuardPlan};
use self::records::Records;
use crate::ids::{ContainerRef, SessionId};
use crate::session::{Handshake, Outcome};

/// How many times the user asked to stop; it only grows.
pub type Interrupts = watch::Receiver<u32>;

/// The time limits of the settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// From asking for a session to its first byte.
    pub open: Duration,
    /// From the interrupt to the cleanup.
    pub grace: Duration,
    /// For one try of the cleanup, or one look.
    pub cleanup: Duration,
}

/// One target, numbered in the order of the list.
#[derive(Clone)]
pub(crate) struct Job {
    pub(crate) index: usize,
    pub(crate) session: SessionId,
    pub(crate) target: ContainerRef,
    /// The runtime's id of the container, where it is known.
    pub(crate) container_id: Option<String>,
    /// For sessions: never tries again by itself.
    pub(crate) client: kube::Client,
    /// The address, as the journal fingerprints it.
    pub(crate) server: String,
}

/// What all targets share.
pub(crate) struct Shared {
    pub(crate) command: Vec<String>,
    pub(crate) limits: Limits,
    /// The full cancel follows; `None` waits for ever.
    pub(crate) timeout: Option<Duration>,
    /// Bytes kept of each answer; told output has no limit.
    pub(crate) max_output: usize,
    pub(crate) records: Records,
    pub(crate) stdin: Option<Spool>,
    /// Where output goes as it comes; `None` keeps it for the answer.
    pub(crate) told: Option<mpsc::Sender<Progress>>,
    pub(crate) interrupts: Interrupts,
    /// Silence of this client after which a guard ends the command; `None` opens no guard.
    pub(crate) lease: Option<Duration>,
}

impl Shared {
    fn guard(&self, job: &Job, leader: &Handshake) -> Option<Guard> {
        let plan = GuardPlan {
            job: Job {
                session: SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes()),
                ..job.clone()
            },
            records: self.records.clone(),
            limits: self.limits,
            lease: self.lease?,
        };
        let guard = Guard::open(plan);
        guard.guard(job.session, leader);
        Some(guard)
    }
}

/// What a target tells while it runs, and at its end.
#[derive(Debug)]
pub(crate) enum Progress {
    Output {
        index: usize,
        source: Source,
        bytes: Bytes,
    },
    Ended(Box<Answer>),
}

/// How one target ended.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) index: usize,
    pub(crate) target: ContainerRef,
    pub(crate) outcome: Outcome,
    pub(crate) capture: Capture,
    pub(crate) seconds: f64,
    /// Processes left in the container; `None` where that is not known.
    pub(crate) left: Option<u32>,
    /// What the user should know of the remains.
    pub(crate) warning: Option<String>,
    /// What is still to be proven, by whoever goes on.
    pub(crate) unproven: Option<ending::Remains>,
}

impl Answer {
    /// Of a target in which nothing was started.
    pub(crate) fn never_started(job: Job, outcome: Outcome) -> Self {
        Self {
            index: job.index,
            target: job.target,
            outcome,
            capture: Capture::default(),
            seconds: 0.0,
            left: Some(0),
            warning: None,
            unproven: None,
        }
    }
}

/// The wall clock, in milliseconds since 1970.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
