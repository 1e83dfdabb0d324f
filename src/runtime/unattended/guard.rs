//! Owns the dead-man guard of one container: one more exec that ends the sessions of this client when it falls silent. It is a
//! session itself, with an entry in the journal. Called by the engine and by the console's `leases`.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::begin;
use super::ending::{Ended, Ending, Remains};
use super::records::Records;
use super::{Job, Limits};
use crate::cluster::exec::{
    self, ExecRequest, Marking, SessionEvent, SessionHandle, Stdin, Timing,
};
use crate::ids::SessionId;
use crate::journal::{CloseReason, Fact};
use crate::runtime::driver::now;
use crate::session::cancel::{IN_FLIGHT, Link};
use crate::session::cleanup::{Forking, LEAST_GRACE, ScriptMode, ScriptOrder};
use crate::session::lease;
use crate::session::wrapper::FileSizeMark;
use crate::session::{Handshake, Outcome, SessionCommand};

/// Words that may wait for the guard's task.
const WORDS: usize = 64;

/// How long a guard that was told to go may take.
const LEAVING: Duration = Duration::from_secs(3);

/// Wait before a guard that was lost is replaced.
const AGAIN: Duration = Duration::from_secs(1);

/// The longest such wait.
const LONGEST: Duration = Duration::from_secs(30);

/// What a guard's task is told.
enum Word {
    Guard(Box<ScriptOrder>),
    Release(SessionId),
    Leave,
}

/// The guard of one container. Dropping it leaves its sessions to the lease.
pub(crate) struct Guard {
    words: mpsc::Sender<Word>,
    task: JoinHandle<()>,
    leaves: Leaves,
}

/// What the end of a guard means for its sessions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Leaves {
    /// The stream ends, and the lease runs out.
    ToTheLease,
    InPeace,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.leaves == Leaves::ToTheLease {
            self.task.abort();
        }
    }
}

/// What a guard is made of.
pub(crate) struct GuardPlan {
    /// Where; the session is the guard's own.
    pub(crate) job: Job,
    pub(crate) records: Records,
    pub(crate) limits: Limits,
    pub(crate) lease: Duration,
}

impl Guard {
    pub(crate) fn open(plan: GuardPlan) -> Self {
        let (words, told) = mpsc::channel(WORDS);
        let task = tokio::spawn(Task::new(plan, told).run());
        let leaves = Leaves::ToTheLease;
        Self {
            words,
            task,
            leaves,
        }
    }

    /// From now on this session is ended when this client falls silent.
    pub(crate) fn guard(&self, session: SessionId, leader: &Handshake) {
        self.tell(Word::Guard(Box::new(ScriptOrder {
            session,
            leader: Some(leader.clone()),
            mode: ScriptMode::Session,
            grace: LEAST_GRACE,
            forking: Forking::Allowed,
        })));
    }

    /// This session is over.
    pub(crate) fn release(&self, session: SessionId) {
        self.tell(Word::Release(session));
    }

    fn tell(&self, word: Word) {
        if self.words.try_send(word).is_err() {
            tracing::warn!("a guard did not hear a word");
        }
    }

    /// The guard goes and touches nothing; its entry is closed when it is seen to go.
    pub(crate) async fn leave(mut self) {
        self.leaves = Leaves::InPeace;
        self.tell(Word::Leave);
        if timeout(LEAVING * 2, &mut self.task).await.is_err() {
            tracing::warn!("a guard did not go in time");
        }
    }
}

struct Task {
    plan: GuardPlan,
    told: mpsc::Receiver<Word>,
    guarded: Vec<ScriptOrder>,
    leaving: bool,
}

/// How one exec of a guard ended.
enum Over {
    /// It was told to go, and went.
    Left,
    /// Its stream is gone.
    Lost(Option<Handshake>),
    /// It ended by itself: this shell cannot run it, or it has cleaned up.
    Gone(Option<Handshake>),
    /// There is no way to run one here.
    Never(String),
}

impl Task {
    fn new(plan: GuardPlan, told: mpsc::Receiver<Word>) -> Self {
        Self {
            plan,
            told,
            guarded: Vec::new(),
            leaving: false,
        }
    }

    async fn run(mut self) {
        let mut wait = AGAIN;
        loop {
            let session = self.plan.job.session;
            let command = lease::argv(self.plan.lease);
            if let Err(why) = begin::announce(&self.plan.records, &self.plan.job, &command).await {
                return tracing::error!(%why, "there is no guard: it could not be recorded");
            }
            let sent = now();
            match self.stand(command).await {
                Over::Left => {
                    let reason = CloseReason::Proven;
                    let closed = Fact::Closed { reason };
                    return self.plan.records.fact_or_log(session, closed).await;
                }
                Over::Never(why) => {
                    tracing::error!(%why, "there is no guard here");
                    let reason = CloseReason::NeverStarted;
                    let closed = Fact::Closed { reason };
                    return self.plan.records.fact_or_log(session, closed).await;
                }
                Over::Gone(leader) => return self.end_lost(leader, sent).await,
                Over::Lost(leader) => self.end_lost(leader, sent).await,
            }
            if self.told.is_closed() || self.leaving {
                return;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST);
            self.plan.job.session = SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes());
        }
    }

    /// The old guard must not act on sessions that this client still holds.
    async fn end_lost(&self, leader: Option<Handshake>, sent: std::time::Instant) {
        let job = &self.plan.job;
        tracing::info!(container = %job.target, "what a guard left is looked after");
        let remains = Remains {
            session: job.session,
            target: job.target.clone(),
            container_id: job.container_id.clone(),
            may_start: sent.checked_add(IN_FLIGHT).filter(|_| leader.is_none()),
            leader,
        };
        let (client, records) = (job.client.clone(), &self.plan.records);
        let begun = Ending::begin(client, remains, Link::Gone, self.plan.limits, records);
        let (ending, _) = begun.await;
        let reason = match ending.finish().await {
            Ended::Proven { .. } => CloseReason::Proven,
            Ended::ContainerGone => CloseReason::ContainerEnded,
            Ended::NotConfirmed { .. } => return,
        };
        records
            .fact_or_log(job.session, Fact::Closed { reason })
            .await;
    }

    async fn stand(&mut self, command: Vec<String>) -> Over {
        let (tell, mut events) = mpsc::channel(16);
        let wake = Arc::new(Notify::new());
        let mut handle = exec::open(
            self.plan.job.client.clone(),
            self.request(command),
            tell,
            wake,
        );
        let mut leader = None;
        let mut beats = interval(lease::beat_every(self.plan.lease));
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some((_, SessionEvent::Started(handshake))) => {
                        let fact = Fact::Handshake((&handshake).into());
                        self.plan.records.fact_or_log(self.plan.job.session, fact).await;
                        leader = Some(handshake);
                        self.teach(&handle);
                    }
                    Some((_, SessionEvent::Ended(Outcome::StartFailed(why)))) if leader.is_none() => return Over::Never(why),
                    Some((_, SessionEvent::Ended(outcome))) => {
                        tracing::warn!(%outcome, "a guard ended");
                        return match outcome {
                            Outcome::Exited(_) => Over::Gone(leader),
                            Outcome::StartFailed(_)
                            | Outcome::Lost(_)
                            | Outcome::TimedOut
                            | Outcome::Cancelled { .. } => Over::Lost(leader),
                        };
                    }
                    Some((_, SessionEvent::Opened | SessionEvent::Unmarked | SessionEvent::Silent(_) | SessionEvent::InputDropped(_))) => {}
                    None => return Over::Lost(leader),
                },
                _ = beats.tick(), if leader.is_some() => say(&handle, lease::BEAT.to_owned()),
                word = self.told.recv() => match word {
                    Some(Word::Leave) | None => {
                        self.leaving = true;
                        return left(&handle, &mut events, leader).await;
                    }
                    Some(word) => self.hear(word, leader.is_some().then_some(&handle)),
                },
                // It says nothing; what comes all the same must not stop its stream.
                Some(_) = handle.output() => {}
            }
        }
    }

    fn request(&self, command: Vec<String>) -> ExecRequest {
        ExecRequest {
            session: self.plan.job.session,
            target: self.plan.job.target.clone(),
            command: SessionCommand::Argv(command),
            tty: None,
            term: String::new(),
            stdin: Stdin::Open,
            marking: Marking::Wrapped(FileSizeMark::Off),
            open_timeout: self.plan.limits.open,
            timing: Timing::default(),
        }
    }

    fn teach(&self, handle: &SessionHandle) {
        say(handle, lease::script());
        for order in &self.guarded {
            say(handle, lease::guarded(order));
        }
    }

    fn hear(&mut self, word: Word, handle: Option<&SessionHandle>) {
        let line = match word {
            Word::Guard(order) => {
                let line = lease::guarded(&order);
                self.guarded.push(*order);
                line
            }
            Word::Release(session) => {
                self.guarded.retain(|order| order.session != session);
                lease::released(session)
            }
            Word::Leave => return,
        };
        if let Some(handle) = handle {
            say(handle, line);
        }
    }
}

fn say(handle: &SessionHandle, line: String) {
    if let Err(error) = handle.write(Bytes::from(line)) {
        tracing::debug!(%error, "a guard did not hear a word");
    }
}

/// Only an exit code proves that it went by itself.
async fn left(
    handle: &SessionHandle,
    events: &mut mpsc::Receiver<(SessionId, SessionEvent)>,
    leader: Option<Handshake>,
) -> Over {
    say(handle, lease::QUIT.to_owned());
    let going = async {
        while let Some((_, event)) = events.recv().await {
            if let SessionEvent::Ended(outcome) = event {
                return Some(outcome);
            }
        }
        None
    };
    match timeout(LEAVING, going).await {
        Ok(Some(Outcome::Exited(_))) => Over::Left,
        Ok(_) | Err(_) => Over::Lost(leader),
    }
}
