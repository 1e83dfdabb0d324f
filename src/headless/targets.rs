//! Owns the way from the words of a command line to containers: asks each cluster once, expands workloads, chooses containers, says
//! what was left out. Knows nothing of what will be done there. Called by `run` and `leaks`.

mod choose;
mod say;

pub(super) use choose::{Chosen, Note, choose, chosen};
pub(super) use say::{choose_or_say, find_or_say, labels};

use std::fmt;
use std::sync::Arc;

use super::Cluster;
use crate::cluster::error::AccessError;
use crate::cluster::list::{self, Asked, Listed};
use crate::cluster::watch::Selectors;
use crate::ids::{ContextName, PodRef};
use crate::inventory::{PodRow, Scope, WorkloadKind, workload};

/// Named pods are asked for one by one up to this many; the right to list is not needed then.
const ASKED_ONE_BY_ONE: usize = 16;

/// What a target of the command line is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
}

/// One target of the command line.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TargetName {
    pub kind: TargetKind,
    pub name: String,
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.kind {
            TargetKind::Pod => "pod",
            TargetKind::Deployment => "deploy",
            TargetKind::StatefulSet => "sts",
            TargetKind::DaemonSet => "ds",
            TargetKind::Job => "job",
        };
        write!(f, "{word}/{}", self.name)
    }
}

/// Where to look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Namespaces {
    /// The one that the context names.
    OfContext,
    Named(Vec<String>),
    All,
}

/// Which pods are meant, and which of their containers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    /// Empty means all that the selectors let through.
    pub names: Vec<TargetName>,
    pub namespaces: Namespaces,
    /// In the syntax of kubectl.
    pub selectors: Selectors,
    pub container: Option<String>,
}

impl Selection {
    /// Whether anything narrows the choice down.
    pub fn is_everything(&self) -> bool {
        self.names.is_empty() && self.selectors == Selectors::default()
    }
}

/// The pods that were meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Found {
    /// In order of cluster, namespace and name; each pod once, with the cluster's place in the list of clusters.
    pub(super) pods: Vec<(usize, PodRow)>,
    /// Names of pods that have ended.
    pub(super) ended: Vec<PodRef>,
    /// Named targets that no cluster and no namespace has.
    pub(super) missing: Vec<TargetName>,
}

/// Why the pods could not be found out.
#[derive(Debug, thiserror::Error)]
#[error("{context}: {why}")]
pub(super) struct LookupError {
    pub(super) context: ContextName,
    #[source]
    pub(super) why: AccessError,
}

/// Asks every cluster for the pods that are meant.
pub(super) async fn find(
    clusters: &[Arc<Cluster>],
    selection: &Selection,
) -> Result<Found, LookupError> {
    let mut all = Vec::new();
    for (place, cluster) in clusters.iter().enumerate() {
        for scope in scopes(cluster, &selection.namespaces) {
            let listed = ask(cluster, &scope, selection).await;
            let listed = listed.map_err(|why| LookupError {
                context: cluster.context.clone(),
                why,
            })?;
            all.extend(listed.into_iter().map(|pod| (place, pod)));
        }
    }
    Ok(sort_out(all, &selection.names))
}

fn scopes(cluster: &Cluster, namespaces: &Namespaces) -> Vec<Scope> {
    match namespaces {
        Namespaces::All => vec![Scope::All],
        Namespaces::OfContext => vec![Scope::Namespace(cluster.namespace.as_str().into())],
        Namespaces::Named(names) => {
            let mut names = names.clone();
            names.sort();
            names.dedup();
            names
                .into_iter()
                .map(|name| Scope::Namespace(name.into()))
                .collect()
        }
    }
}

async fn ask(
    cluster: &Cluster,
    scope: &Scope,
    selection: &Selection,
) -> Result<Vec<Listed>, AccessError> {
    let server = Asked {
        client: &cluster.api,
        server: &cluster.server,
        context: &cluster.context,
    };
    let by_name = selection.names.len() <= ASKED_ONE_BY_ONE
        && selection.selectors == Selectors::default()
        && !selection.names.is_empty()
        && selection.names.iter().all(|t| t.kind == TargetKind::Pod);
    let Scope::Namespace(namespace) = scope else {
        return list::pods(server, scope, &selection.selectors).await;
    };
    if !by_name {
        return list::pods(server, scope, &selection.selectors).await;
    }
    let mut pods = Vec::new();
    for target in &selection.names {
        let pod = PodRef {
            context: cluster.context.clone(),
            namespace: namespace.clone(),
            name: target.name.as_str().into(),
        };
        pods.extend(list::pod(server, &pod).await?);
    }
    Ok(pods)
}

fn sort_out(all: Vec<(usize, Listed)>, names: &[TargetName]) -> Found {
    let mut found = Found::default();
    let is_meant = |row: &PodRow| names.is_empty() || names.iter().any(|name| fits(row, name));
    let missing = |name: &&TargetName| !all.iter().any(|(_, pod)| fits(&pod.row, name));
    found.missing = names.iter().filter(missing).cloned().collect();
    for (place, pod) in all {
        if !is_meant(&pod.row) {
            continue;
        }
        if pod.ended {
            found.ended.push(pod.row.pod);
        } else {
            found.pods.push((place, pod.row));
        }
    }
    found
        .pods
        .sort_by(|a, b| (a.0, &a.1.pod).cmp(&(b.0, &b.1.pod)));
    found.pods.dedup_by(|a, b| a.0 == b.0 && a.1.pod == b.1.pod);
    found.ended.sort();
    found.ended.dedup();
    found
}

fn fits(row: &PodRow, target: &TargetName) -> bool {
    let owned_by = |kind: &str| {
        let owner = row.owner.as_ref();
        owner.is_some_and(|owner| &*owner.kind == kind && *owner.name == *target.name)
    };
    match target.kind {
        TargetKind::Pod => *row.pod.name == *target.name,
        TargetKind::Deployment => {
            let owner = workload(row);
            owner.kind == WorkloadKind::Deployment && owner.name == target.name
        }
        TargetKind::StatefulSet => owned_by("StatefulSet"),
        TargetKind::DaemonSet => owned_by("DaemonSet"),
        TargetKind::Job => owned_by("Job"),
    }
}

#[cfg(test)]
mod tests;
