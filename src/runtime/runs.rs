//! Owns commands that run in many pods from the console: one exec without a terminal per target, each recorded first,
//! its answer told as it ends, its leftovers counted. Called by `perform`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, mpsc, watch};

use super::clusters::{Cluster, Clusters, send};
use super::perform::Note;
use crate::app::effect::{RunOrder, RunTarget};
use crate::app::event::{Event, RunAnswer};
use crate::cluster::cleanup::{self, CleanupRequest};
use crate::cluster::exec::{
    self, ExecRequest, Marking, OutputChunk, SessionEvent, SessionHandle, Stdin, Timing,
};
use crate::session::cleanup::{Forking, LEAST_GRACE, ScriptMode, ScriptOrder};
use crate::session::wrapper::FileSizeMark;
use crate::session::{Handshake, Outcome, ReportExit, SessionCommand};

/// Commands that run at the same time.
const FANOUT: usize = 32;

/// Bytes kept of one answer.
const MOST: usize = 1 << 20;

/// The runs whose commands may still be running.
#[derive(Default)]
pub(super) struct Runs {
    cancels: HashMap<u32, watch::Sender<bool>>,
}

/// What every target of a run needs.
#[derive(Clone)]
struct Shared {
    run: u32,
    command: Vec<String>,
    open: Duration,
    cleanup: Duration,
    limit: Option<Duration>,
    places: Arc<Semaphore>,
    cancelled: watch::Receiver<bool>,
    notes: mpsc::Sender<Note>,
}

/// The limits of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunLimits {
    pub(super) open: Duration,
    pub(super) cleanup: Duration,
    /// How long one command may take; none: as long as it wants.
    pub(super) run: Option<Duration>,
}

impl Runs {
    /// Starts the command in every target; those that are not connected answer at once.
    pub(super) fn start(
        &mut self,
        order: RunOrder,
        clusters: &Clusters,
        limits: RunLimits,
        notes: &mpsc::Sender<Note>,
    ) {
        let (cancel, cancelled) = watch::channel(false);
        self.cancels.retain(|_, sender| !sender.is_closed());
        self.cancels.insert(order.run, cancel);
        let shared = Shared {
            run: order.run,
            command: order.command,
            open: limits.open,
            cleanup: limits.cleanup,
            limit: limits.run,
            places: Arc::new(Semaphore::new(FANOUT)),
            cancelled,
            notes: notes.clone(),
        };
        for (index, target) in order.targets.into_iter().enumerate() {
            let cluster = clusters.get(&target.target.pod.context).cloned();
            tokio::spawn(one(shared.clone(), index, target, cluster));
        }
    }

    /// Cancels what still runs.
    pub(super) fn cancel(&self, run: u32) {
        if let Some(cancel) = self.cancels.get(&run) {
            cancel.send_replace(true);
        }
    }
}

/// What one command gave before it ended.
#[derive(Default)]
struct Gathered {
    output: Vec<u8>,
    truncated: bool,
    handshake: Option<Handshake>,
}

impl Gathered {
    fn take(&mut self, chunk: &OutputChunk) {
        let bytes = match chunk {
            OutputChunk::Bytes(bytes) | OutputChunk::ErrorBytes(bytes) => bytes,
            OutputChunk::Gap(_) => return self.truncated = true,
        };
        let room = MOST.saturating_sub(self.output.len());
        self.truncated |= bytes.len() > room;
        self.output.extend(bytes.iter().take(room));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures how long the command took"
)]
async fn one(shared: Shared, index: usize, target: RunTarget, cluster: Option<Cluster>) {
    let Ok(_place) = shared.places.acquire().await else {
        return;
    };
    let began = Instant::now();
    let (outcome, gathered, left) = if let Some(cluster) = cluster {
        in_container(&shared, &target, &cluster).await
    } else {
        let why = "its context is not connected".to_owned();
        (Outcome::StartFailed(why), Gathered::default(), Some(0))
    };
    let answer = RunAnswer {
        run: shared.run,
        target: index,
        outcome,
        output: gathered.output,
        truncated: gathered.truncated,
        seconds: began.elapsed().as_secs_f64(),
        left,
    };
    send(&shared.notes, Note::Event(Event::Answer(answer))).await;
}

async fn in_container(
    shared: &Shared,
    target: &RunTarget,
    cluster: &Cluster,
) -> (Outcome, Gathered, Option<u32>) {
    let (reports, mut events) = mpsc::channel(16);
    let request = ExecRequest {
        session: target.session,
        target: target.target.clone(),
        command: SessionCommand::Argv(shared.command.clone()),
        tty: None,
        term: String::new(),
        stdin: Stdin::None,
        marking: Marking::Wrapped(FileSizeMark::Off),
        open_timeout: shared.open,
        timing: Timing::default(),
    };
    let mut handle = exec::open(
        cluster.exec.clone(),
        request,
        reports,
        Arc::new(Notify::new()),
    );
    let mut gathered = Gathered::default();
    let mut cancelled = shared.cancelled.clone();
    let end = tokio::select! {
        outcome = until_end(&mut handle, &mut events, &mut gathered) => End::Own(outcome),
        _ = cancelled.wait_for(|cancelled| *cancelled) => End::Cancelled,
        () = passed(shared.limit) => End::TimedOut,
    };
    let mode = match &end {
        End::Own(_) => ScriptMode::Report,
        End::Cancelled | End::TimedOut => ScriptMode::Session,
    };
    let left = look(shared, target, cluster, gathered.handshake.clone(), mode).await;
    handle.close();
    let outcome = match end {
        End::Own(outcome) => outcome,
        End::Cancelled => Outcome::Cancelled { left },
        End::TimedOut => Outcome::TimedOut,
    };
    (outcome, gathered, left)
}

/// Why a command is over.
enum End {
    Own(Outcome),
    Cancelled,
    TimedOut,
}

/// Waits as long as a command may take; for ever where there is no limit.
async fn passed(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}

async fn until_end(
    handle: &mut SessionHandle,
    events: &mut mpsc::Receiver<(crate::ids::SessionId, SessionEvent)>,
    gathered: &mut Gathered,
) -> Outcome {
    loop {
        tokio::select! {
            biased;
            chunk = handle.output() => match chunk {
                Some(chunk) => gathered.take(&chunk),
                None => return last_word(events, gathered).await,
            },
            event = events.recv() => match event {
                Some((_, SessionEvent::Started(handshake))) => gathered.handshake = Some(handshake),
                Some((_, SessionEvent::Ended(outcome))) => {
                    while let Some(chunk) = handle.try_output() {
                        gathered.take(&chunk);
                    }
                    return outcome;
                }
                Some((_, SessionEvent::Opened | SessionEvent::Unmarked | SessionEvent::Silent(_) | SessionEvent::InputDropped(_))) => {}
                None => return Outcome::Lost("its task is gone".to_owned()),
            },
        }
    }
}

async fn last_word(
    events: &mut mpsc::Receiver<(crate::ids::SessionId, SessionEvent)>,
    gathered: &mut Gathered,
) -> Outcome {
    while let Some((_, event)) = events.recv().await {
        match event {
            SessionEvent::Ended(outcome) => return outcome,
            SessionEvent::Started(handshake) => gathered.handshake = Some(handshake),
            SessionEvent::Opened
            | SessionEvent::Unmarked
            | SessionEvent::Silent(_)
            | SessionEvent::InputDropped(_) => {}
        }
    }
    Outcome::Lost("its task is gone".to_owned())
}

/// Looks what is left; a cancel cleans first and looks again over a stream of its own.
async fn look(
    shared: &Shared,
    target: &RunTarget,
    cluster: &Cluster,
    leader: Option<Handshake>,
    mode: ScriptMode,
) -> Option<u32> {
    let modes = if mode == ScriptMode::Session {
        vec![mode, ScriptMode::Report]
    } else {
        vec![mode]
    };
    let mut left = None;
    for mode in modes {
        let request = CleanupRequest {
            target: target.target.clone(),
            container_id: Some(target.container_id.clone()).filter(|id| !id.is_empty()),
            order: ScriptOrder {
                session: target.session,
                leader: leader.clone(),
                mode,
                grace: LEAST_GRACE,
                forking: Forking::Allowed,
            },
            timeout: shared.cleanup,
        };
        left = match cleanup::clean(&cluster.exec, &request).await {
            Ok(report) => match report.exit {
                ReportExit::Clean | ReportExit::GuardMismatch => Some(0),
                ReportExit::Survivors => u32::try_from(report.left.len()).ok(),
                ReportExit::CannotRead => None,
            },
            Err(error) if error.container_is_gone() => Some(0),
            Err(_) => None,
        };
    }
    left
}
