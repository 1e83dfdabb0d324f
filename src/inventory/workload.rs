//! Tells which workload a pod belongs to, from the pod alone. Knows nothing of the API server. Used by filter, view and targets.

use std::fmt;

use super::pod::PodRow;

/// The kinds that pods are grouped by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum WorkloadKind<'a> {
    Deployment,
    StatefulSet,
    DaemonSet,
    CronJob,
    Job,
    ReplicaSet,
    ReplicationController,
    /// A mirror of a static pod, owned by its node.
    Node,
    /// Another kind, as the owner reference spells it.
    Other(&'a str),
    /// No controlling owner.
    Bare,
}

impl<'a> WorkloadKind<'a> {
    /// Reads a kind as an owner reference or a command line spells it (`Deployment`, `deploy`, `sts` …).
    pub fn parse(word: &'a str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "deployment" | "deployments" | "deploy" => Self::Deployment,
            "statefulset" | "statefulsets" | "sts" => Self::StatefulSet,
            "daemonset" | "daemonsets" | "ds" => Self::DaemonSet,
            "cronjob" | "cronjobs" | "cj" => Self::CronJob,
            "job" | "jobs" => Self::Job,
            "replicaset" | "replicasets" | "rs" => Self::ReplicaSet,
            "replicationcontroller" | "replicationcontrollers" | "rc" => {
                Self::ReplicationController
            }
            "node" => Self::Node,
            _ => Self::Other(word),
        }
    }

    /// The short word before the slash.
    pub const fn word(self) -> &'a str {
        match self {
            Self::Deployment => "deploy",
            Self::StatefulSet => "sts",
            Self::DaemonSet => "ds",
            Self::CronJob => "cronjob",
            Self::Job => "job",
            Self::ReplicaSet => "rs",
            Self::ReplicationController => "rc",
            Self::Node => "node",
            Self::Other(kind) => kind,
            Self::Bare => "bare pods",
        }
    }
}

/// A workload within a namespace, printed as `deploy/web`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Workload<'a> {
    pub kind: WorkloadKind<'a>,
    /// Empty for bare pods, which form one group per namespace.
    pub name: &'a str,
}

impl fmt::Display for Workload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        if self.name.is_empty() {
            Ok(())
        } else {
            write!(f, "/{}", self.name)
        }
    }
}

/// The workload of a pod: a `ReplicaSet` of a `Deployment` counts as that `Deployment`, a `Job` of a `CronJob` as that `CronJob`.
pub fn workload(row: &PodRow) -> Workload<'_> {
    let Some(owner) = &row.owner else {
        return Workload {
            kind: WorkloadKind::Bare,
            name: "",
        };
    };
    let kind = kind_of_owner(&owner.kind);
    let stripped = match kind {
        WorkloadKind::ReplicaSet => {
            deployment_name(row, &owner.name).map(|name| (WorkloadKind::Deployment, name))
        }
        WorkloadKind::Job => cron_job_name(&owner.name).map(|name| (WorkloadKind::CronJob, name)),
        WorkloadKind::Deployment
        | WorkloadKind::StatefulSet
        | WorkloadKind::DaemonSet
        | WorkloadKind::CronJob
        | WorkloadKind::ReplicationController
        | WorkloadKind::Node
        | WorkloadKind::Other(_)
        | WorkloadKind::Bare => None,
    };
    let (kind, name) = stripped.unwrap_or((kind, &owner.name));
    Workload { kind, name }
}

/// Exact spelling only: this runs for every row of every filter, and owner references are never abbreviated.
fn kind_of_owner(kind: &str) -> WorkloadKind<'_> {
    match kind {
        "ReplicaSet" => WorkloadKind::ReplicaSet,
        "StatefulSet" => WorkloadKind::StatefulSet,
        "DaemonSet" => WorkloadKind::DaemonSet,
        "Job" => WorkloadKind::Job,
        "CronJob" => WorkloadKind::CronJob,
        "Deployment" => WorkloadKind::Deployment,
        "ReplicationController" => WorkloadKind::ReplicationController,
        "Node" => WorkloadKind::Node,
        other => WorkloadKind::Other(other),
    }
}

/// A `Deployment` names its replica sets `NAME-HASH` and puts the hash into a label of each pod.
fn deployment_name<'a>(row: &PodRow, replica_set: &'a str) -> Option<&'a str> {
    let hash = row.label("pod-template-hash")?;
    replica_set
        .strip_suffix(hash)?
        .strip_suffix('-')
        .filter(|name| !name.is_empty())
}

/// A `CronJob` names its jobs `NAME-MINUTES`, the scheduled time in minutes since 1970: eight digits until the year 2160.
fn cron_job_name(job: &str) -> Option<&str> {
    let (name, minutes) = job.rsplit_once('-')?;
    let scheduled = minutes.len() == 8
        && minutes.bytes().all(|b| b.is_ascii_digit())
        && !minutes.starts_with('0');
    (scheduled && !name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rstest::rstest;

    use super::*;
    use crate::inventory::pod::Owner;
    use crate::inventory::store::tests::row;

    #[rstest]
    #[case("ReplicaSet", "web-6d9c8", Some("6d9c8"), "deploy/web")]
    #[case("ReplicaSet", "web-6d9c8", None, "rs/web-6d9c8")]
    #[case("ReplicaSet", "web-other", Some("6d9c8"), "rs/web-other")]
    #[case("ReplicaSet", "6d9c8", Some("6d9c8"), "rs/6d9c8")]
    #[case("ReplicaSet", "-6d9c8", Some("6d9c8"), "rs/-6d9c8")]
    #[case("StatefulSet", "db", None, "sts/db")]
    #[case("DaemonSet", "agent", None, "ds/agent")]
    #[case("Job", "backup-29396160", None, "cronjob/backup")]
    #[case("Job", "backup-2939616", None, "job/backup-2939616")]
    #[case("Job", "backup-2939616x", None, "job/backup-2939616x")]
    #[case("Job", "migrate", None, "job/migrate")]
    #[case("Node", "node-1", None, "node/node-1")]
    #[case("Rollout", "web", None, "Rollout/web")]
    fn the_owner_tells_the_workload(
        #[case] kind: &str,
        #[case] owner: &str,
        #[case] hash: Option<&str>,
        #[case] expected: &str,
    ) {
        let labels = hash.map(|hash| (Arc::from("pod-template-hash"), Arc::from(hash)));
        let owner = Some(Owner {
            kind: kind.into(),
            name: owner.into(),
        });
        let pod = PodRow {
            owner,
            labels: labels.into_iter().collect(),
            ..row("shop", "pod")
        };
        assert_eq!(workload(&pod).to_string(), expected);
    }

    #[test]
    fn a_pod_without_an_owner_is_bare() {
        assert_eq!(workload(&row("shop", "pod")).to_string(), "bare pods");
    }

    #[test]
    fn kinds_are_read_in_every_usual_spelling() {
        for word in ["deploy", "Deployment", "deployments"] {
            assert_eq!(WorkloadKind::parse(word), WorkloadKind::Deployment);
        }
        assert_eq!(
            WorkloadKind::parse("rollout"),
            WorkloadKind::Other("rollout")
        );
    }
}
