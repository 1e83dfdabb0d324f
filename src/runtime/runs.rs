//! Owns commands that run in many pods from the console: one engine per target, its answer told as it ends, and what could not be
//! proven then tried again in the background. Called by `perform`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc, watch};

use super::clusters::{Cluster, Clusters, send};
use super::driver::now;
use super::identity;
use super::line_file::LineFile;
use super::perform::Note;
use super::unattended::ending::{Ended, Ending, Remains};
use super::unattended::records::Records;
use super::unattended::{self, Answer, Job, Limits, Shared};
use crate::app::effect::{RunOrder, RunTarget};
use crate::app::event::{Event, RunAnswer};
use crate::journal::audit::KeepText;
use crate::journal::{CloseReason, Fact};
use crate::session::Outcome;
use crate::session::cancel::Link;

/// Commands that run at the same time.
const FANOUT: usize = 32;

/// Bytes kept of one answer.
const MOST: usize = 1 << 20;

/// The longest wait between two attempts in the background, in minutes.
const LONGEST_WAIT: u64 = 60;

/// The runs whose commands may still be running.
#[derive(Default)]
pub(super) struct Runs {
    stops: HashMap<u32, watch::Sender<u32>>,
}

/// The limits of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunLimits {
    pub(super) limits: Limits,
    pub(super) timeout: Option<Duration>,
    pub(super) lease: Option<Duration>,
}

/// One run, as each of its targets sees it.
#[derive(Clone)]
struct OneRun {
    run: u32,
    shared: Arc<Shared>,
    places: Arc<Semaphore>,
    notes: mpsc::Sender<Note>,
}

impl Runs {
    /// Starts the command in every target; those that are not connected, and all without a journal, answer at once.
    pub(super) fn start(
        &mut self,
        order: RunOrder,
        clusters: &Clusters,
        records: Option<Records>,
        limits: RunLimits,
        notes: &mpsc::Sender<Note>,
    ) {
        let Some(records) = records else {
            return refuse(&order, notes);
        };
        let (stop, interrupts) = watch::channel(0);
        self.stops.retain(|_, sender| !sender.is_closed());
        self.stops.insert(order.run, stop);
        let run = OneRun {
            run: order.run,
            shared: Arc::new(Shared {
                command: order.command,
                limits: limits.limits,
                timeout: limits.timeout,
                max_output: MOST,
                records,
                stdin: None,
                told: None,
                interrupts,
                lease: limits.lease,
            }),
            places: Arc::new(Semaphore::new(FANOUT)),
            notes: notes.clone(),
        };
        for (index, target) in order.targets.into_iter().enumerate() {
            let cluster = clusters.get(&target.target.pod.context).cloned();
            tokio::spawn(one(run.clone(), index, target, cluster));
        }
    }

    /// Cancels what still runs; asked again, it skips the grace.
    pub(super) fn cancel(&self, run: u32) {
        if let Some(stop) = self.stops.get(&run) {
            stop.send_modify(|count| *count = count.saturating_add(1));
        }
    }
}

/// The console's own files, for sessions without a pane; `None` without a journal.
pub(super) fn records(
    journal: Option<&Arc<LineFile>>,
    audit: Option<&Arc<LineFile>>,
    keep_text: KeepText,
    clusters: &Clusters,
) -> Option<Records> {
    Some(Records {
        journal: Arc::clone(journal?),
        audit: audit.cloned(),
        operator: identity::operator(),
        owner: identity::owner(),
        keep_text,
        cluster_users: Arc::new(clusters.users()),
    })
}

fn refuse(order: &RunOrder, notes: &mpsc::Sender<Note>) {
    for target in 0..order.targets.len() {
        let why = "not recorded, so not started: there is no journal".to_owned();
        let answer = not_started(order.run, target, why);
        let notes = notes.clone();
        tokio::spawn(async move { send(&notes, Note::Event(Event::Answer(answer))).await });
    }
}

fn not_started(run: u32, target: usize, why: String) -> RunAnswer {
    RunAnswer {
        run,
        target,
        outcome: Outcome::StartFailed(why),
        output: String::new(),
        truncated: false,
        seconds: 0.0,
        left: Some(0),
        warning: None,
    }
}

async fn one(run: OneRun, index: usize, target: RunTarget, cluster: Option<Cluster>) {
    let Some(cluster) = cluster else {
        let answer = not_started(run.run, index, "its context is not connected".to_owned());
        return send(&run.notes, Note::Event(Event::Answer(answer))).await;
    };
    let job = Job {
        index,
        session: target.session,
        target: target.target,
        container_id: Some(target.container_id).filter(|id| !id.is_empty()),
        client: cluster.exec,
        server: cluster.server,
    };
    let mut interrupts = run.shared.interrupts.clone();
    let place = tokio::select! {
        place = run.places.acquire() => place.ok(),
        // What was not begun needs no turn to be called off.
        _ = interrupts.wait_for(|count| *count > 0) => None,
    };
    let answer = unattended::run(&run.shared, job.clone()).await;
    drop(place);
    let unproven = answer.unproven.clone();
    send(
        &run.notes,
        Note::Event(Event::Answer(told(run.run, answer))),
    )
    .await;
    if let Some(remains) = unproven {
        keep_trying(&run, index, &job, remains).await;
    }
}

fn told(run: u32, answer: Answer) -> RunAnswer {
    RunAnswer {
        run,
        target: answer.index,
        outcome: answer.outcome,
        output: answer.capture.merged(),
        truncated: answer.capture.is_truncated(),
        seconds: answer.seconds,
        left: answer.left,
        warning: answer.warning,
    }
}

/// As the console does for its panes: quiet attempts until it is proven; the journal keeps the entry meanwhile.
async fn keep_trying(run: &OneRun, index: usize, job: &Job, mut remains: Remains) {
    let mut minutes = 1;
    loop {
        let wait = match remains.may_start.take() {
            Some(until) => until.saturating_duration_since(now()),
            None => Duration::from_secs(60 * minutes),
        };
        minutes = (minutes * 2).min(LONGEST_WAIT);
        sleep(wait).await;
        let shared = &run.shared;
        let (client, limits) = (job.client.clone(), shared.limits);
        let begun = Ending::begin(client, remains.clone(), Link::Gone, limits, &shared.records);
        let (ending, _) = begun.await;
        let reason = match ending.finish().await {
            Ended::Proven { .. } => CloseReason::Proven,
            Ended::ContainerGone => CloseReason::ContainerEnded,
            Ended::NotConfirmed { .. } => continue,
        };
        let closed = Fact::Closed { reason };
        shared.records.fact_or_log(job.session, closed).await;
        let settled = Event::RunSettled {
            run: run.run,
            target: index,
        };
        return send(&run.notes, Note::Event(settled)).await;
    }
}

async fn sleep(wait: Duration) {
    let until: Option<Instant> = now().checked_add(wait);
    match until {
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
