//! Owns the driving of one cancel machine without a screen: its timers, its cleanup execs, its records. Knows nothing of output.
//! Called by the engine on a time limit, an interrupt or a lost stream, and by `reap`.

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Limits;
use super::records::Records;
use crate::cluster::cleanup::{self, CleanupError, CleanupRequest};
use crate::ids::{ContainerRef, SessionId};
use crate::journal::CloseReason;
use crate::journal::audit::{Act, CancelRecord};
use crate::runtime::driver::now;
use crate::session::cancel::{CancelLimits, Identity, Link};
use crate::session::cleanup::{Forking, LEAST_GRACE, Report, ScriptMode, ScriptOrder};
use crate::session::{Cancel, CancelEnd, CancelInput, CancelMode, CancelStep, Handshake};

/// All that finds a session's processes again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Remains {
    pub(crate) session: SessionId,
    pub(crate) target: ContainerRef,
    pub(crate) container_id: Option<String>,
    pub(crate) leader: Option<Handshake>,
    /// Until when its exec may still start; `None` once anything was heard of it.
    pub(crate) may_start: Option<std::time::Instant>,
}

impl Remains {
    fn identity(&self) -> Identity {
        match (&self.leader, self.may_start) {
            (Some(_), _) => Identity::Handshake,
            (None, Some(until)) => Identity::Unheard { until },
            (None, None) => Identity::Marker,
        }
    }

    fn request(
        &self,
        mode: ScriptMode,
        grace: std::time::Duration,
        limits: &Limits,
    ) -> CleanupRequest {
        CleanupRequest {
            target: self.target.clone(),
            container_id: self.container_id.clone(),
            order: ScriptOrder {
                session: self.session,
                leader: self.leader.clone(),
                mode,
                grace,
                forking: Forking::Allowed,
            },
            timeout: limits.cleanup,
        }
    }

    /// One look that changes nothing.
    pub(crate) async fn look(
        &self,
        client: &kube::Client,
        limits: &Limits,
    ) -> Result<Report, CleanupError> {
        let request = self.request(ScriptMode::Report, LEAST_GRACE, limits);
        cleanup::clean(client, &request).await
    }
}

/// The reason that a failed look gives for closing an entry, if it gives one.
pub(crate) fn gone(error: &CleanupError) -> Option<CloseReason> {
    match error {
        CleanupError::PodGone => Some(CloseReason::PodGone),
        CleanupError::PodReplaced => Some(CloseReason::PodReplaced),
        CleanupError::ContainerRestarted => Some(CloseReason::ContainerRestarted),
        CleanupError::ContainerEnded => Some(CloseReason::ContainerEnded),
        CleanupError::Look(_)
        | CleanupError::Refused(_)
        | CleanupError::NoShell(_)
        | CleanupError::Lost(_)
        | CleanupError::TimedOut(_)
        | CleanupError::Report(_) => None,
    }
}

/// What must be said in the session's own stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum InBand {
    DropInput,
    Interrupt,
    CloseInput,
    Close,
}

/// How a cancel ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// Nothing is left; what may come from the session but cannot be told to is named.
    Proven {
        strays: Vec<String>,
    },
    /// The container's run is over.
    ContainerGone,
    NotConfirmed {
        left: Option<u32>,
        why: String,
    },
}

impl Ended {
    /// How many processes are left, where that is known.
    pub(crate) fn left(&self) -> Option<u32> {
        match self {
            Self::Proven { .. } | Self::ContainerGone => Some(0),
            Self::NotConfirmed { left, .. } => *left,
        }
    }
}

/// One running cancel.
pub(crate) struct Ending<'a> {
    client: kube::Client,
    remains: Remains,
    limits: Limits,
    records: &'a Records,
    cancel: Cancel,
    timer: Option<(u32, Instant)>,
    jobs: JoinSet<CancelInput>,
    ended: Option<Ended>,
}

impl<'a> Ending<'a> {
    /// Starts to end a session; the first words in its stream come back.
    pub(crate) async fn begin(
        client: kube::Client,
        remains: Remains,
        link: Link,
        limits: Limits,
        records: &'a Records,
    ) -> (Self, Vec<InBand>) {
        let identity = remains.identity();
        let of_machine = CancelLimits {
            grace: limits.grace,
            cleanup: limits.cleanup,
        };
        let (cancel, steps) = Cancel::begin(CancelMode::Session, identity, link, of_machine, now());
        let mut ending = Self {
            client,
            remains,
            limits,
            records,
            cancel,
            timer: None,
            jobs: JoinSet::new(),
            ended: None,
        };
        let mode = "session".to_owned();
        ending.record(CancelRecord::Asked { mode }).await;
        let said = ending.perform(steps).await;
        (ending, said)
    }

    /// The handshake came after all.
    pub(crate) fn heard(&mut self, leader: Handshake) {
        self.remains.leader = Some(leader);
    }

    /// Waits for the next thing that happens by itself. Nothing is lost when it is dropped.
    pub(crate) async fn next(&mut self) -> CancelInput {
        loop {
            let timer = self.timer;
            tokio::select! {
                Some(done) = self.jobs.join_next(), if !self.jobs.is_empty() => match done {
                    Ok(input) => return input,
                    Err(error) => tracing::error!(%error, "a cleanup ended by a panic"),
                },
                () = until(timer) => {
                    self.timer = None;
                    return CancelInput::Timer(timer.map_or(0, |(epoch, _)| epoch));
                }
            }
        }
    }

    /// Hands the machine what happened, and does what it asks for.
    pub(crate) async fn take(&mut self, input: CancelInput) -> Vec<InBand> {
        self.record_answer(&input).await;
        let [a, b, c, d, ..] = *uuid::Uuid::new_v4().as_bytes();
        let steps = self
            .cancel
            .step(input, now(), u32::from_be_bytes([a, b, c, d]));
        self.perform(steps).await
    }

    /// How it ended, once it has.
    pub(crate) fn ended(&self) -> Option<&Ended> {
        self.ended.as_ref()
    }

    /// Goes on to the end, for a session that has no stream any more.
    pub(crate) async fn finish(mut self) -> Ended {
        loop {
            if let Some(ended) = self.ended.take() {
                return ended;
            }
            let input = self.next().await;
            self.take(input).await;
        }
    }

    async fn perform(&mut self, steps: Vec<CancelStep>) -> Vec<InBand> {
        let mut said = Vec::new();
        for step in steps {
            match step {
                CancelStep::DropInput => said.push(InBand::DropInput),
                CancelStep::SendInterrupt => {
                    self.record(CancelRecord::Interrupt).await;
                    said.push(InBand::Interrupt);
                }
                CancelStep::CloseInput => {
                    self.record(CancelRecord::InputClosed).await;
                    said.push(InBand::CloseInput);
                }
                CancelStep::StartTimer { epoch, after } => {
                    let at = Instant::now().checked_add(after);
                    self.timer = at.map(|at| (epoch, at));
                }
                CancelStep::Clean {
                    attempt,
                    mode,
                    grace,
                } => {
                    self.record(CancelRecord::Cleanup { attempt }).await;
                    self.spawn(mode, grace, move |result| cleanup::cleaned(attempt, result));
                }
                CancelStep::Verify { attempt, mode } => {
                    self.spawn(mode, LEAST_GRACE, move |result| {
                        cleanup::verified(attempt, result)
                    });
                }
                CancelStep::NotConfirmed { left, why } => self.not_confirmed(left, why).await,
                CancelStep::MayStart { why, .. } => self.not_confirmed(None, why).await,
                CancelStep::CloseStream => said.push(InBand::Close),
                CancelStep::ClosePane => {}
                CancelStep::Finished(end) => self.finished(end).await,
            }
        }
        said
    }

    fn spawn(
        &mut self,
        mode: ScriptMode,
        grace: std::time::Duration,
        answer: impl FnOnce(Result<Report, CleanupError>) -> CancelInput + Send + 'static,
    ) {
        let (client, request) = (
            self.client.clone(),
            self.remains.request(mode, grace, &self.limits),
        );
        self.jobs
            .spawn(async move { answer(cleanup::clean(&client, &request).await) });
    }

    /// The console would go on in the background; a command ends here, and the journal keeps the entry.
    async fn not_confirmed(&mut self, left: Option<u32>, why: String) {
        let record = CancelRecord::NotConfirmed {
            left,
            why: why.clone(),
        };
        self.record(record).await;
        self.ended = Some(Ended::NotConfirmed { left, why });
    }

    async fn finished(&mut self, end: CancelEnd) {
        let ended = match end {
            CancelEnd::Proven {
                not_attributable, ..
            } => Ended::Proven {
                strays: not_attributable
                    .into_iter()
                    .map(|line| format!("{} {}", line.pid, line.comm))
                    .collect(),
            },
            CancelEnd::ContainerGone => Ended::ContainerGone,
            CancelEnd::InterruptSent => Ended::NotConfirmed {
                left: None,
                why: "only an interrupt was sent".into(),
            },
            CancelEnd::GivenUp { left } => Ended::NotConfirmed {
                left,
                why: "given up".into(),
            },
        };
        let end = match &ended {
            Ended::Proven { .. } => "0 left".to_owned(),
            Ended::ContainerGone => "the container is gone".to_owned(),
            Ended::NotConfirmed { why, .. } => why.clone(),
        };
        self.record(CancelRecord::Finished { end }).await;
        self.ended = Some(ended);
    }

    async fn record_answer(&self, input: &CancelInput) {
        let record = match input {
            CancelInput::Cleaned {
                attempt,
                result: Ok(report),
            } => CancelRecord::Cleaned {
                attempt: *attempt,
                found: report.found.len(),
                signalled: report.signalled,
                left: report.left.len(),
            },
            CancelInput::Verified {
                attempt,
                result: Ok(report),
            } => CancelRecord::Verified {
                attempt: *attempt,
                left: report.left.len(),
                zombies: report.zombies.len(),
            },
            CancelInput::Cleaned {
                attempt,
                result: Err(failure),
            }
            | CancelInput::Verified {
                attempt,
                result: Err(failure),
            } => CancelRecord::Failed {
                attempt: *attempt,
                why: failure.why.clone(),
            },
            CancelInput::Press(_)
            | CancelInput::KeepShell
            | CancelInput::Started
            | CancelInput::NeverStarted
            | CancelInput::Timer(_)
            | CancelInput::StreamEnded
            | CancelInput::ContainerGone
            | CancelInput::GiveUp => return,
        };
        self.record(record).await;
    }

    async fn record(&self, step: CancelRecord) {
        let session = self.remains.session.to_string();
        self.records.act_or_log(Act::Cancel { session, step }).await;
    }
}

async fn until(timer: Option<(u32, Instant)>) {
    match timer {
        Some((_, at)) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
