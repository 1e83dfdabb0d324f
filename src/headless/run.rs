//! Owns `podmux run`: one command in many containers, without a terminal. Knows nothing of the command line's grammar. Called by
//! `main`.

mod judge;
mod print;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;

use self::print::Printer;
use super::streams::{Streams, Terminal};
use super::targets::{self, Chosen, Selection};
use super::{
    Cluster, Clusters, ExitCode, Interrupts, Limits, StandardInput, StateError, StateFiles, named,
};
use crate::gather::Fact;
use crate::ids::SessionId;
use crate::journal::audit::{Act, SentText};
use crate::runtime::unattended::records::{Records, audit_target};
use crate::runtime::unattended::{self, Progress, Shared, Spool};
use crate::session::Outcome;
use crate::session::guard::{Rules, Yes};

/// Output that may wait for the printer; when full, the targets wait.
const PROGRESS: usize = 64;

/// How answers are printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Output {
    /// Equal answers once, with the names of their pods.
    Fold,
    /// Each line as it comes, with its pod before it.
    Stream,
    /// One JSON line per target.
    Json,
}

/// Whether anything is run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Rehearsal {
    /// Only the targets are printed.
    DryRun,
    No,
}

/// Everything that the command line and the settings say about one run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    pub selection: Selection,
    /// At least one word.
    pub command: Vec<String>,
    /// `None`: fold on a terminal, stream in a pipe.
    pub output: Option<Output>,
    /// The full cancel follows; `None` waits for ever.
    pub timeout: Option<Duration>,
    /// Silence of this client after which a guard in the container ends the command; `None` opens no guard.
    pub lease: Option<Duration>,
    /// Commands that run at the same time, at least 1.
    pub fanout: usize,
    /// Bytes kept of each answer; a stream has no limit.
    pub max_output: usize,
    /// With the command line's own `--max-targets`, if there was one.
    pub rules: Rules,
    pub yes: Yes,
    pub rehearsal: Rehearsal,
    pub limits: Limits,
}

/// One target, numbered in the order of the list.
struct Job {
    index: usize,
    chosen: Chosen,
    cluster: Arc<Cluster>,
    facts: Vec<Fact>,
}

/// What one end makes of the exit code of all.
const fn exit(outcome: &Outcome) -> ExitCode {
    match outcome {
        Outcome::Exited(0) => ExitCode::Success,
        Outcome::Exited(_) => ExitCode::Failure,
        Outcome::StartFailed(_) | Outcome::Lost(_) | Outcome::TimedOut => ExitCode::Unknown,
        Outcome::Cancelled { .. } => ExitCode::Interrupted,
    }
}

/// Runs the command. `stdin` is copied to every target; the count of `interrupts` cancels all at the first step, and skips their
/// grace at the next.
pub async fn run(
    options: &RunOptions,
    clusters: &Clusters,
    state: &StateFiles,
    mut interrupts: Interrupts,
    stdin: Option<StandardInput>,
    streams: &mut Streams<'_>,
) -> ExitCode {
    // Nothing was started yet that would have to be cleaned up.
    let found = tokio::select! {
        found = find(options, clusters, streams) => found,
        Ok(()) = interrupts.changed() => Err(ExitCode::Interrupted),
    };
    let jobs = match found {
        Ok(jobs) => jobs,
        Err(exit) => return exit,
    };
    if options.rehearsal == Rehearsal::DryRun {
        return print::targets(&jobs, options.output, streams);
    }
    let records = match records(state).await {
        Ok(records) => records.knowing(named(clusters)).await,
        Err(error) => {
            streams.note(&error.to_string());
            return ExitCode::Usage;
        }
    };
    if let Err(exit) = judge::judge(options, &jobs, &records, streams).await {
        return exit;
    }
    let stdin = match stdin.map(Spool::start).transpose() {
        Ok(stdin) => stdin,
        Err(error) => {
            streams.note(&format!("standard input cannot be copied: {error}"));
            return ExitCode::Usage;
        }
    };
    go(options, jobs, records, interrupts, stdin, streams).await
}

/// Records that take a line: a full disk still opens its files.
async fn records(state: &StateFiles) -> Result<Records, StateError> {
    let records = Records::open(state)?;
    records.tried().await?;
    Ok(records)
}

async fn find(
    options: &RunOptions,
    clusters: &Clusters,
    streams: &mut Streams<'_>,
) -> Result<Vec<Job>, ExitCode> {
    if options.selection.is_everything() {
        streams.note("name at least one TARGET, or select pods with -l or --field-selector");
        return Err(ExitCode::Usage);
    }
    let found = targets::find_or_say(clusters, &options.selection, streams).await?;
    let mut jobs = Vec::new();
    for (place, row) in &found.pods {
        let asked = options.selection.container.as_deref();
        let Some(chosen) = targets::choose_or_say(row, asked, streams) else {
            continue;
        };
        let image = row
            .containers
            .iter()
            .find(|c| c.name == chosen.container.container);
        let labels = row.labels.iter().map(|(key, value)| (&**key, &**value));
        let image = image.map_or("", |container| &*container.image);
        if let Some(cluster) = clusters.get(*place) {
            jobs.push(Job {
                index: jobs.len(),
                facts: Fact::of(&row.node, image, labels),
                chosen,
                cluster: Arc::clone(cluster),
            });
        }
    }
    if jobs.is_empty() {
        return Err(ExitCode::NoTarget);
    }
    Ok(jobs)
}

async fn go(
    options: &RunOptions,
    jobs: Vec<Job>,
    records: Records,
    interrupts: Interrupts,
    stdin: Option<Spool>,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let output = options.output.unwrap_or(match streams.terminal {
        Terminal::Yes => Output::Fold,
        Terminal::No => Output::Stream,
    });
    let stop = Stop::after(interrupts);
    let (progress, reports) = mpsc::channel(PROGRESS);
    let shared = Arc::new(Shared {
        command: options.command.clone(),
        limits: options.limits,
        timeout: options.timeout,
        lease: options.lease,
        max_output: options.max_output,
        records,
        stdin,
        told: (output == Output::Stream).then(|| progress.clone()),
        interrupts: stop.stopped.subscribe(),
    });
    let printer = Printer::new(output, &jobs);
    let tasks = spawn_all(&shared, jobs, options.fanout, &progress);
    drop(progress);
    drop(shared);
    attend(printer, reports, tasks, &stop, streams).await
}

fn spawn_all(
    shared: &Arc<Shared>,
    jobs: Vec<Job>,
    fanout: usize,
    progress: &mpsc::Sender<Progress>,
) -> JoinSet<()> {
    let turns = Arc::new(Semaphore::new(fanout.max(1)));
    let mut tasks = JoinSet::new();
    for job in jobs {
        let (shared, turns) = (Arc::clone(shared), Arc::clone(&turns));
        let progress = progress.clone();
        tasks.spawn(async move {
            // Closed never: every task holds the semaphore.
            let turn = turns.acquire().await.ok();
            let answer = unattended::run(&shared, engine_job(job)).await;
            drop(turn);
            if progress
                .send(Progress::Ended(Box::new(answer)))
                .await
                .is_err()
            {
                tracing::debug!("nobody waits for an answer any more");
            }
        });
    }
    tasks
}

fn engine_job(job: Job) -> unattended::Job {
    unattended::Job {
        index: job.index,
        session: SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes()),
        target: job.chosen.container,
        container_id: job.chosen.id,
        client: job.cluster.exec.clone(),
        server: job.cluster.server.clone(),
    }
}

async fn attend(
    mut printer: Printer,
    mut reports: mpsc::Receiver<Progress>,
    mut tasks: JoinSet<()>,
    stop: &Stop,
    streams: &mut Streams<'_>,
) -> ExitCode {
    while let Some(report) = reports.recv().await {
        if let Err(error) = printer.take(report, streams) {
            // The reader has gone: nobody wants the rest, but nothing of it may be left behind.
            printer.mute(&error, streams);
            stop.now();
        }
    }
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            streams.note(&format!("a target's task ended by a fault: {error}"));
            printer.fault();
        }
    }
    printer.finish(streams)
}

/// The user's interrupts and our own reasons to stop, in one count.
struct Stop {
    stopped: Arc<watch::Sender<u32>>,
    task: tokio::task::JoinHandle<()>,
}

impl Stop {
    fn after(mut interrupts: Interrupts) -> Self {
        let stopped = Arc::new(watch::Sender::new(*interrupts.borrow_and_update()));
        let to = Arc::clone(&stopped);
        let task = tokio::spawn(async move {
            while interrupts.changed().await.is_ok() {
                interrupts.borrow_and_update();
                to.send_modify(|count| *count = count.saturating_add(1));
            }
        });
        Self { stopped, task }
    }

    fn now(&self) {
        self.stopped.send_if_modified(|count| {
            let first = *count == 0;
            *count = (*count).max(1);
            first
        });
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The record of the whole act.
fn run_record(jobs: &[Job], command: &[String], records: &Records) -> Act {
    Act::Run {
        targets: jobs
            .iter()
            .map(|job| audit_target(&job.chosen.container, None))
            .collect(),
        text: SentText::of(&command.join(" "), records.keep_text),
    }
}
