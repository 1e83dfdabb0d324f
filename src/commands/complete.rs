//! Owns where the names of live completion come from: the kubeconfig, and the clusters within a short time. Called by `commands`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use podmux::cli::WorkloadKind;
use podmux::cli::complete::{self, About, Named, Names, Shell};
use podmux::cluster::client::{self, Clients, Overrides};
use podmux::cluster::error::AccessError;
use podmux::cluster::list::{self, Asked};
use podmux::ids::ContextName;
use podmux::inventory::{PodRow, Scope, WorkloadKind as OwnerKind, workload};
use podmux::runtime::settings_file;

use super::access;

/// Someone waits at a prompt.
const LIMIT: Duration = Duration::from_secs(2);
/// A credential plugin that hangs is ended before that.
const REQUEST: Duration = Duration::from_millis(1800);

/// Prints a candidate a line, with a tab before what stands beside it.
pub(super) fn print(shell: Shell, words: &[OsString]) -> Result<ExitCode> {
    let found = complete::candidates(shell, words, Arc::new(Live));
    let line = |found: complete::Candidate| format!("{}\t{}\n", found.value, found.aside);
    super::print(&found.into_iter().map(line).collect::<String>())
}

/// The names of the clusters that the command line means.
struct Live;

impl Names for Live {
    fn contexts(&self, about: &About) -> Vec<String> {
        let merged = access::load(&about.access);
        let lines = merged.map(|merged| merged.contexts()).unwrap_or_default();
        lines
            .into_iter()
            .map(|line| line.name.to_string())
            .collect()
    }

    fn namespaces(&self, about: &About) -> Vec<String> {
        let found = within_limit(async {
            let mut names = Vec::new();
            for (context, clients) in connected(about).await? {
                match list::namespaces(asked(&context, &clients)).await {
                    Ok(found) => names.extend(found),
                    // Who may not list them has at least the context's own.
                    Err(_refused) => names.push(clients.namespace),
                }
            }
            Ok(names)
        });
        sorted(found)
    }

    fn themes(&self) -> Vec<String> {
        settings_file::all_theme_names()
    }

    fn folder(&self) -> Option<PathBuf> {
        std::env::current_dir().ok()
    }

    fn targets(&self, about: &About) -> Vec<Named> {
        let found = within_limit(async {
            let mut named = Vec::new();
            for (context, clients) in connected(about).await? {
                for scope in scopes(about, &clients) {
                    let selectors = access::selectors(&about.select);
                    let pods = list::pods(asked(&context, &clients), &scope, &selectors).await?;
                    let live = pods.into_iter().filter(|pod| !pod.ended);
                    named.extend(live.flat_map(|pod| names_of(&pod.row)));
                }
            }
            Ok(named)
        });
        sorted(found)
    }
}

fn sorted<T: Ord>(mut names: Vec<T>) -> Vec<T> {
    names.sort();
    names.dedup();
    names
}

/// Nothing where it takes too long or fails.
fn within_limit<T>(names: impl Future<Output = Result<Vec<T>, AccessError>>) -> Vec<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let Ok(runtime) = runtime else {
        return Vec::new();
    };
    let found = runtime.block_on(async { tokio::time::timeout(LIMIT, names).await });
    runtime.shutdown_background();
    match found {
        Ok(Ok(names)) => names,
        Ok(Err(error)) => {
            tracing::info!(%error, "no candidates");
            Vec::new()
        }
        Err(_late) => Vec::new(),
    }
}

async fn connected(about: &About) -> Result<Vec<(ContextName, Clients)>, AccessError> {
    let merged = access::load(&about.access)?;
    // A time limit of the command line may be longer than anyone waits here.
    let overrides = Overrides {
        request_timeout: Some(REQUEST),
        ..access::overrides(&about.access, REQUEST)
    };
    let mut clients = Vec::new();
    for context in access::picked(&about.access, &merged)? {
        let connected = client::connect(&merged, &context, &overrides).await?;
        clients.push((context, connected));
    }
    Ok(clients)
}

fn asked<'a>(context: &'a ContextName, clients: &'a Clients) -> Asked<'a> {
    Asked {
        client: &clients.exec,
        server: &clients.server,
        context,
    }
}

fn scopes(about: &About, clients: &Clients) -> Vec<Scope> {
    match (
        about.select.all_namespaces,
        about.select.namespaces.as_slice(),
    ) {
        (true, _) => vec![Scope::All],
        (false, []) => vec![Scope::Namespace(clients.namespace.as_str().into())],
        (false, names) => names
            .iter()
            .map(|name| Scope::Namespace(name.as_str().into()))
            .collect(),
    }
}

fn names_of(row: &PodRow) -> Vec<Named> {
    let owner = workload(row);
    // A Job of a CronJob is opened by its own name.
    let job = row.owner.as_ref().filter(|owner| &*owner.kind == "Job");
    let kind = match owner.kind {
        OwnerKind::Deployment => Some((WorkloadKind::Deployment, owner.name)),
        OwnerKind::StatefulSet => Some((WorkloadKind::StatefulSet, owner.name)),
        OwnerKind::DaemonSet => Some((WorkloadKind::DaemonSet, owner.name)),
        OwnerKind::Job
        | OwnerKind::CronJob
        | OwnerKind::ReplicaSet
        | OwnerKind::ReplicationController
        | OwnerKind::Node
        | OwnerKind::Other(_)
        | OwnerKind::Bare => job.map(|job| (WorkloadKind::Job, &*job.name)),
    };
    let pod = Named {
        kind: WorkloadKind::Pod,
        name: row.pod.name.to_string(),
        aside: row.status.word.to_string(),
    };
    let workload = kind.map(|(kind, name)| Named {
        kind,
        name: name.to_owned(),
        aside: String::new(),
    });
    std::iter::once(pod).chain(workload).collect()
}
