//! Owns `podmux reap`: what earlier runs left behind, by the journal, looked at and with consent ended. Knows nothing of the command
//! line's grammar. Called by `main`.

mod entry;
mod print;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use self::entry::Reaped;
use super::StateFiles;
use super::streams::Streams;
use super::{Cluster, ExitCode, Form, Interrupts, Limits, named};
use crate::cluster::error::AccessError;
use crate::ids::ContextName;
use crate::journal::{Decision, Entry, KeepReason};
use crate::runtime::journal_file;
use crate::runtime::unattended::records::Records;
use crate::session::guard::Yes;

/// Entries that are looked after at the same time.
const AT_ONCE: usize = 16;

/// Everything that the command line and the settings say about one reaping.
#[derive(Clone, Copy, Debug)]
pub struct ReapOptions {
    /// Whether what is left is ended, or only shown.
    pub yes: Yes,
    pub form: Form,
    pub limits: Limits,
}

/// Why a context of the journal cannot be asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoCluster {
    /// The kubeconfig has no such context.
    NoContext,
    Failed(String),
}

impl From<AccessError> for NoCluster {
    fn from(error: AccessError) -> Self {
        if matches!(error, AccessError::UnknownContext { .. }) {
            Self::NoContext
        } else {
            Self::Failed(error.to_string())
        }
    }
}

/// What all entries share.
struct Shared {
    options: ReapOptions,
    records: Option<Records>,
    interrupts: Interrupts,
}

/// Shows, and with [`Yes::Given`] ends, what the journal knows of. `connect` makes the clients of a context.
pub async fn reap(
    options: ReapOptions,
    connect: impl AsyncFn(&ContextName) -> Result<Cluster, NoCluster>,
    state: &StateFiles,
    interrupts: Interrupts,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let records = match (Records::open(state), options.yes) {
        (Ok(records), _) => Some(records),
        (Err(error), Yes::Given) => {
            streams.note(&error.to_string());
            return ExitCode::Usage;
        }
        // Showing needs no writing.
        (Err(_), Yes::NotGiven) => None,
    };
    let folded = match journal_file::read(&state.journal) {
        Ok(folded) => folded,
        Err(error) => {
            streams.note(&format!(
                "{} cannot be read: {error}",
                state.journal.display()
            ));
            return ExitCode::Unknown;
        }
    };
    if folded.torn > 0 {
        streams.note(&format!(
            "{} torn lines of the journal are passed over",
            folded.torn
        ));
    }
    let clusters = connect_all(&folded.open, connect).await;
    let records = match records {
        Some(records) => {
            let connected = clusters
                .values()
                .filter_map(|cluster| cluster.as_ref().ok());
            Some(records.knowing(named(connected)).await)
        }
        None => None,
    };
    let shared = Arc::new(Shared {
        options,
        records,
        interrupts,
    });
    let entries = folded.open.len();
    let reaped = look_after_all(&shared, folded.open, &clusters, streams).await;
    let exit = sum_up(&reaped, options.form, streams);
    if *shared.interrupts.borrow() > 0 {
        ExitCode::Interrupted
    } else if reaped.len() < entries {
        ExitCode::Unknown
    } else {
        exit
    }
}

type Connections = HashMap<String, Result<Arc<Cluster>, NoCluster>>;

async fn connect_all(
    entries: &[Entry],
    connect: impl AsyncFn(&ContextName) -> Result<Cluster, NoCluster>,
) -> Connections {
    let mut clusters = Connections::new();
    for entry in entries {
        let name = &entry.intent.context;
        if !clusters.contains_key(name) {
            let cluster = connect(&ContextName::new(name)).await.map(Arc::new);
            clusters.insert(name.clone(), cluster);
        }
    }
    clusters
}

async fn look_after_all(
    shared: &Arc<Shared>,
    entries: Vec<Entry>,
    clusters: &Connections,
    streams: &mut Streams<'_>,
) -> Vec<Reaped> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (index, entry) in entries.into_iter().enumerate() {
        let cluster = clusters.get(&entry.intent.context).cloned();
        let cluster = cluster.unwrap_or(Err(NoCluster::NoContext));
        let (shared, turns) = (Arc::clone(shared), Arc::clone(&turns));
        tasks.spawn(async move {
            let _turn = turns.acquire().await.ok();
            (index, entry::look_after(&shared, entry, cluster).await)
        });
    }
    let mut reaped = Vec::new();
    while let Some(done) = tasks.join_next().await {
        match done {
            Ok(one) => reaped.push(one),
            Err(error) => streams.note(&format!("an entry's task ended by a fault: {error}")),
        }
    }
    reaped.sort_by_key(|(index, _)| *index);
    reaped.into_iter().map(|(_, one)| one).collect()
}

fn sum_up(reaped: &[Reaped], form: Form, streams: &mut Streams<'_>) -> ExitCode {
    if let Err(error) = print::all(reaped, form, streams) {
        streams.note(&format!("standard output cannot be written: {error}"));
        return ExitCode::Unknown;
    }
    let unknown = reaped.iter().filter_map(|one| match &one.decision {
        Decision::Keep(KeepReason::Unknown(why)) => Some(why.as_str()),
        Decision::Keep(_) | Decision::Close(_) | Decision::Clean => None,
    });
    streams.advise(unknown);
    let exits: Vec<ExitCode> = reaped.iter().map(|one| exit_of(&one.decision)).collect();
    let has = |code| exits.contains(&code);
    if has(ExitCode::Unknown) {
        ExitCode::Unknown
    } else if has(ExitCode::Failure) {
        ExitCode::Failure
    } else {
        ExitCode::Success
    }
}

const fn exit_of(decision: &Decision) -> ExitCode {
    match decision {
        // A session that another podmux runs was not left by anybody.
        Decision::Close(_) | Decision::Keep(KeepReason::OwnerAlive) => ExitCode::Success,
        Decision::Keep(KeepReason::Left(_)) => ExitCode::Failure,
        Decision::Clean
        | Decision::Keep(
            KeepReason::NoContext
            | KeepReason::Unknown(_)
            | KeepReason::InFlight { .. }
            | KeepReason::Hidden,
        ) => ExitCode::Unknown,
    }
}
