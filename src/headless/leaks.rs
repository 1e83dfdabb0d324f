//! Owns `podmux leaks`: a census of the exec processes in the containers of the targets. Changes nothing. Knows nothing of the
//! command line's grammar. Called by `main`.

mod print;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::streams::{Streams, brief};
use super::targets::{self, Selection, chosen};
use super::{Cluster, Clusters, ExitCode, Form, Interrupts, Limits, now_ms};
use crate::cluster::census;
use crate::ids::ContainerRef;
use crate::inventory::PodRow;
use crate::runtime::journal_file;
use crate::session::census::{Client, ExecProcess};

/// Everything that the command line and the settings say about one census.
#[derive(Clone, Debug)]
pub struct LeaksOptions {
    pub selection: Selection,
    pub form: Form,
    /// Younger processes are left out.
    pub older: Duration,
    pub limits: Limits,
    /// The journal of this machine, which knows the clients of our own sessions.
    pub journal: PathBuf,
}

/// One process, and what is known of its client.
struct Row<'a> {
    answer: &'a Answer,
    process: &'a ExecProcess,
    client: Client,
}

/// What one container answered.
struct Answer {
    index: usize,
    target: ContainerRef,
    /// When, in milliseconds since 1970.
    at: i64,
    found: Result<Vec<ExecProcess>, String>,
}

/// Looks into every running container of the targets.
pub async fn leaks(
    options: &LeaksOptions,
    clusters: &Clusters,
    mut interrupts: Interrupts,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let work = look_into_all(options, clusters, streams);
    tokio::select! {
        exit = work => exit,
        Ok(()) = interrupts.changed() => ExitCode::Interrupted,
    }
}

async fn look_into_all(
    options: &LeaksOptions,
    clusters: &Clusters,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let found = match targets::find_or_say(clusters, &options.selection, streams).await {
        Ok(found) => found,
        // An empty namespace has no leaks.
        Err(ExitCode::NoTarget) if options.selection.is_everything() => return ExitCode::Success,
        Err(exit) => return exit,
    };
    let asked = options.selection.container.as_deref();
    let mut tasks = JoinSet::new();
    let turns = Arc::new(Semaphore::new(census::AT_ONCE));
    for (place, row) in &found.pods {
        for target in running(row, asked) {
            let Some(cluster) = clusters.get(*place) else {
                continue;
            };
            let (cluster, turns) = (Arc::clone(cluster), Arc::clone(&turns));
            let (index, limits) = (tasks.len(), options.limits);
            tasks.spawn(async move {
                let _turn = turns.acquire().await.ok();
                look_into(index, &cluster, target, limits).await
            });
        }
    }
    if let (Some(asked), true) = (asked, tasks.is_empty()) {
        streams.note(&format!("no running container is called {asked}"));
        return ExitCode::NoTarget;
    }
    let mut answers = Vec::new();
    let mut faults = ExitCode::Success;
    while let Some(answer) = tasks.join_next().await {
        match answer {
            Ok(answer) => answers.push(answer),
            Err(error) => {
                streams.note(&format!("a census ended by a fault: {error}"));
                faults = ExitCode::Unknown;
            }
        }
    }
    answers.sort_by_key(|answer| answer.index);
    sum_up(&answers, options, faults, streams)
}

fn running(row: &PodRow, asked: Option<&str>) -> Vec<ContainerRef> {
    row.enterable()
        .filter(|container| container.running && asked.is_none_or(|name| *container.name == *name))
        .map(|container| chosen(row, container).container)
        .collect()
}

async fn look_into(
    index: usize,
    cluster: &Cluster,
    target: ContainerRef,
    limits: Limits,
) -> Answer {
    let census = census::look(&cluster.exec, &target, limits.cleanup).await;
    let at = now_ms();
    let found = census
        .map(|census| census.exec_processes())
        .map_err(|error| error.to_string());
    Answer {
        index,
        target,
        at,
        found,
    }
}

fn sum_up(
    answers: &[Answer],
    options: &LeaksOptions,
    faults: ExitCode,
    streams: &mut Streams<'_>,
) -> ExitCode {
    let mut blind = faults == ExitCode::Unknown;
    let owners = journal_file::owners(&options.journal);
    let mut rows = Vec::new();
    for answer in answers {
        match &answer.found {
            Ok(found) => {
                let old = found.iter().filter(|process| process.age >= options.older);
                rows.extend(old.map(|process| Row {
                    answer,
                    process,
                    client: journal_file::client(&owners, process.owner()),
                }));
            }
            Err(why) => {
                blind = true;
                let pod = &answer.target;
                let why = brief(why);
                streams.note(&format!(
                    "{}/{pod}: not looked into: {why}",
                    pod.pod.context
                ));
            }
        }
    }
    let failed = answers
        .iter()
        .filter_map(|answer| answer.found.as_ref().err());
    streams.advise(failed.map(String::as_str));
    if rows.is_empty() && options.form == Form::Table {
        streams.note(&nothing(answers, options.older));
    }
    if let Err(error) = print::all(&rows, options.form, streams) {
        streams.note(&format!("standard output cannot be written: {error}"));
        return ExitCode::Unknown;
    }
    match (blind, rows.is_empty()) {
        (true, _) => ExitCode::Unknown,
        (false, false) => ExitCode::Failure,
        (false, true) => ExitCode::Success,
    }
}

/// A silent end would leave the user to guess what was looked into.
fn nothing(answers: &[Answer], older: Duration) -> String {
    let looked = answers.iter().filter(|answer| answer.found.is_ok()).count();
    let containers = match looked {
        1 => "1 container".to_owned(),
        many => format!("{many} containers"),
    };
    if older.is_zero() {
        format!("no exec process runs in {containers}")
    } else {
        let age = super::columns::age(older);
        format!("no exec process older than {age} runs in {containers}")
    }
}
