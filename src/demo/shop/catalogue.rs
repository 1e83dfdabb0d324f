//! Owns the list of the shop's workloads and the state that each pod starts in. Pure constants; knows nothing of how pods are built. Read by
//! `shop` only.

use super::super::pod::{Health, ImageContent};

/// What kind of object keeps the pods alive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::demo) enum Role {
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    CronJob,
    Static,
}

impl Role {
    /// The `kind` of the object.
    pub(in crate::demo) const fn kind(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::ReplicaSet => "ReplicaSet",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::Job => "Job",
            Self::CronJob => "CronJob",
            Self::Static => "Pod",
        }
    }

    /// The `apiVersion` of the object.
    pub(in crate::demo) const fn api_version(self) -> &'static str {
        match self {
            Self::Deployment | Self::ReplicaSet | Self::StatefulSet | Self::DaemonSet => "apps/v1",
            Self::Job | Self::CronJob => "batch/v1",
            Self::Static => "v1",
        }
    }

    /// The plural name in a path.
    pub(in crate::demo) const fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::ReplicaSet => "replicasets",
            Self::StatefulSet => "statefulsets",
            Self::DaemonSet => "daemonsets",
            Self::Job => "jobs",
            Self::CronJob => "cronjobs",
            Self::Static => "pods",
        }
    }
}

/// How one pod starts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start {
    /// The end of the name; empty for a drawn one.
    pub(super) suffix: &'static str,
    pub(super) health: Health,
    pub(super) age_minutes: i64,
    pub(super) restarts: u32,
    /// Seconds ago.
    pub(super) last_restart: Option<i64>,
    pub(super) deleting: bool,
}

impl Start {
    /// A healthy pod with a drawn name.
    pub(super) const fn plain(age_minutes: i64) -> Self {
        Self::named("", age_minutes)
    }

    const fn named(suffix: &'static str, age_minutes: i64) -> Self {
        let health = Health::Running;
        Self {
            suffix,
            health,
            age_minutes,
            restarts: 0,
            last_restart: None,
            deleting: false,
        }
    }

    const fn with(self, health: Health) -> Self {
        Self { health, ..self }
    }

    const fn restarted(self, restarts: u32, seconds_ago: i64) -> Self {
        Self {
            restarts,
            last_restart: Some(seconds_ago),
            ..self
        }
    }

    const fn deleting(self) -> Self {
        Self {
            deleting: true,
            ..self
        }
    }
}

/// One workload revision.
#[derive(Debug)]
pub(super) struct Workload {
    pub(super) role: Role,
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    /// The part between the workload's name and the pod's own end; a template hash or a job's number.
    pub(super) hash: &'static str,
    pub(super) revision: &'static str,
    pub(super) containers: &'static [(&'static str, ImageContent)],
    pub(super) init: &'static [&'static str],
    pub(super) default_container: Option<&'static str>,
    pub(super) pods: &'static [Start],
    /// Pods in all where there are more than `pods` names.
    pub(super) extra_pods: u8,
    /// Whether more namespaces get a copy when many pods are asked for.
    pub(super) repeats: bool,
}

const SHELL: ImageContent = ImageContent::WithShell;
const APP: &[(&str, ImageContent)] = &[("app", SHELL)];
const APP_AND_PROXY: &[(&str, ImageContent)] = &[("app", SHELL), ("proxy", SHELL)];

const DAY: i64 = 24 * 60;

const BASE: Workload = Workload {
    role: Role::Deployment,
    namespace: "shop",
    name: "",
    hash: "5f6b",
    revision: "7f3c9e1",
    containers: APP,
    init: &[],
    default_container: None,
    pods: &[],
    extra_pods: 0,
    repeats: false,
};

/// In the order in which a small `--pods` keeps them.
pub(super) const WORKLOADS: [Workload; 26] = [
    Workload {
        name: "web",
        hash: "6d9c8",
        containers: APP_AND_PROXY,
        default_container: Some("app"),
        pods: &[
            Start::named("4kq2p", 3 * DAY),
            Start::named("7hhzn", 3 * DAY),
            Start::named("9xw4t", 3 * DAY),
            Start::named("p0c3v", 3 * DAY),
            Start::named("m2v8d", 3 * DAY)
                .with(Health::CrashLoop { exit_code: 1 })
                .restarted(9, 40),
        ],
        ..BASE
    },
    Workload {
        name: "web",
        hash: "58b7f",
        revision: "5ab1120",
        containers: APP_AND_PROXY,
        default_container: Some("app"),
        pods: &[
            Start::named("zz81k", 21 * DAY),
            Start::named("kk02s", 21 * DAY).deleting(),
        ],
        ..BASE
    },
    Workload {
        namespace: "cart",
        name: "cart",
        hash: "77c4d",
        pods: &[
            Start::named("2jw8x", 9 * DAY).restarted(2, 4 * 3600),
            Start::named("hq7rt", 9 * DAY),
            Start::named("k9b4m", 9 * DAY),
        ],
        ..BASE
    },
    Workload {
        role: Role::CronJob,
        namespace: "cart",
        name: "cart-migrate",
        hash: "28811",
        containers: &[("migrate", SHELL)],
        pods: &[Start::named("x9x2b", 240).with(Health::Completed)],
        ..BASE
    },
    Workload {
        role: Role::StatefulSet,
        namespace: "cart",
        name: "cart-redis",
        containers: &[("redis", SHELL), ("exporter", SHELL)],
        default_container: Some("redis"),
        extra_pods: 3,
        ..BASE
    },
    Workload {
        name: "webhook",
        init: &["wait-for-db", "migrate"],
        pods: &[
            Start::named("ttz9q", 0).with(Health::Init { done: 1 }),
            Start::named("d5vvn", 2 * DAY),
        ],
        ..BASE
    },
    Workload {
        name: "checkout",
        hash: "84d5c",
        pods: &[
            Start::named("8wq5l", 5 * DAY),
            Start::named("b7xkc", 5 * DAY).with(Health::NotReady),
            Start::named("nf6zp", 5 * DAY),
        ],
        ..BASE
    },
    Workload {
        name: "catalog",
        hash: "6b9f4",
        pods: &[
            Start::named("lv2hq", DAY),
            Start::named("q4zdx", DAY),
            Start::named("w8ktg", 12).with(Health::ImagePullBackOff),
        ],
        ..BASE
    },
    Workload {
        namespace: "billing",
        name: "invoices",
        hash: "7d4b8",
        pods: &[
            Start::named("fm4cz", 30 * DAY),
            Start::named("rx7vd", 30 * DAY)
                .with(Health::OomKilled)
                .restarted(4, 90),
        ],
        ..BASE
    },
    Workload {
        namespace: "billing",
        name: "ledger",
        hash: "59c7d",
        containers: &[("ledger", ImageContent::NoShell)],
        pods: &[
            Start::named("5tnwk", 12 * DAY),
            Start::named("gx9pb", 12 * DAY),
        ],
        ..BASE
    },
    Workload {
        role: Role::Job,
        namespace: "billing",
        name: "month-end",
        containers: &[("report", SHELL)],
        pods: &[
            Start::named("vq8sd", 8 * DAY).with(Health::Failed { exit_code: 2 }),
            Start::named("z7hlm", 8 * DAY).with(Health::Completed),
        ],
        ..BASE
    },
    Workload {
        namespace: "billing",
        name: "payments",
        hash: "66bd5",
        pods: &[
            Start::named("c2m7x", 6 * DAY),
            Start::named("j8f5r", 6 * DAY),
            Start::named("s6pkd", 3).with(Health::Unschedulable),
        ],
        ..BASE
    },
    Workload {
        role: Role::StatefulSet,
        namespace: "billing",
        name: "postgres",
        containers: &[("postgres", SHELL)],
        extra_pods: 2,
        ..BASE
    },
    Workload {
        namespace: "search",
        name: "search-api",
        hash: "79f6c",
        extra_pods: 4,
        pods: &[
            Start::named("bb6wn", 4 * DAY),
            Start::named("tz4qk", 0).with(Health::Creating),
        ],
        ..BASE
    },
    Workload {
        role: Role::StatefulSet,
        namespace: "search",
        name: "index",
        containers: &[("index", SHELL), ("compactor", SHELL)],
        extra_pods: 3,
        ..BASE
    },
    Workload {
        role: Role::DaemonSet,
        namespace: "kube-system",
        name: "node-agent",
        containers: &[("agent", SHELL)],
        extra_pods: 6,
        ..BASE
    },
    Workload {
        namespace: "kube-system",
        name: "coredns",
        hash: "5dd5c",
        containers: &[("coredns", ImageContent::NoShell)],
        extra_pods: 2,
        ..BASE
    },
    Workload {
        role: Role::Static,
        namespace: "kube-system",
        name: "kube-apiserver",
        containers: &[("kube-apiserver", ImageContent::NoShell)],
        pods: &[Start::named("ip-10-0-4-7", 60 * DAY)],
        ..BASE
    },
    Workload {
        role: Role::Static,
        namespace: "kube-system",
        name: "etcd",
        containers: &[("etcd", ImageContent::NoShell)],
        pods: &[Start::named("ip-10-0-4-7", 60 * DAY).restarted(1, 20 * DAY * 60)],
        ..BASE
    },
    Workload {
        role: Role::DaemonSet,
        namespace: "monitoring",
        name: "log-shipper",
        containers: &[("shipper", SHELL)],
        extra_pods: 6,
        ..BASE
    },
    Workload {
        role: Role::StatefulSet,
        namespace: "monitoring",
        name: "metrics",
        containers: &[("metrics", SHELL), ("reloader", SHELL)],
        extra_pods: 2,
        ..BASE
    },
    Workload {
        namespace: "staging",
        name: "web",
        hash: "5c8d7",
        containers: APP_AND_PROXY,
        default_container: Some("app"),
        pods: &[
            Start::named("d9s2m", 90),
            Start::named("h4vzc", 2).with(Health::ErrImagePull),
        ],
        ..BASE
    },
    Workload {
        namespace: "staging",
        name: "batch",
        pods: &[
            Start::named("k5nqw", 700).with(Health::Evicted),
            Start::named("m8tdb", 600),
        ],
        ..BASE
    },
    Workload {
        name: "orders",
        hash: "6f7b9",
        extra_pods: 30,
        repeats: true,
        ..BASE
    },
    Workload {
        name: "recommend",
        hash: "8c9d6",
        containers: APP_AND_PROXY,
        default_container: Some("app"),
        extra_pods: 40,
        repeats: true,
        ..BASE
    },
    Workload {
        name: "images",
        hash: "7b5f8",
        extra_pods: 50,
        repeats: true,
        ..BASE
    },
];
