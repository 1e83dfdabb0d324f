//! Owns what the embedded server says about itself: its version, groups and resources. Pure. Called by `server`.

use serde_json::{Value, json};

use super::routes::GroupVersion;

/// What `/version` says.
pub(super) fn version() -> Value {
    json!({
        "major": "1",
        "minor": "34",
        "gitVersion": "v1.34.0-demo",
        "gitCommit": "",
        "gitTreeState": "clean",
        "buildDate": "2025-08-27T00:00:00Z",
        "goVersion": "none",
        "compiler": "none",
        "platform": "linux/amd64",
    })
}

/// The API groups.
pub(super) fn groups() -> Value {
    let groups = [
        ("apps", "v1"),
        ("batch", "v1"),
        ("metrics.k8s.io", "v1beta1"),
        ("authorization.k8s.io", "v1"),
        ("authentication.k8s.io", "v1"),
    ];
    let groups: Vec<_> = groups
        .iter()
        .map(|(name, version)| {
            let one = json!({"groupVersion": format!("{name}/{version}"), "version": version});
            json!({"name": name, "versions": [one], "preferredVersion": one})
        })
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

/// One resource: plural name, kind, whether it belongs to a namespace, verbs.
type Resource = (&'static str, &'static str, bool, &'static [&'static str]);

const GET: &[&str] = &["get"];
const LIST: &[&str] = &["list"];
const GET_LIST: &[&str] = &["get", "list"];
const WATCH: &[&str] = &["get", "list", "watch"];
const CREATE: &[&str] = &["create"];

const CORE: &[Resource] = &[
    ("namespaces", "Namespace", false, WATCH),
    ("nodes", "Node", false, LIST),
    ("pods", "Pod", true, WATCH),
    ("pods/ephemeralcontainers", "Pod", true, &["patch"]),
    (
        "pods/portforward",
        "PodPortForwardOptions",
        true,
        &["create", "get"],
    ),
    ("pods/exec", "PodExecOptions", true, &["create", "get"]),
    ("pods/log", "Pod", true, GET),
    ("events", "Event", true, LIST),
];

const APPS: &[Resource] = &[
    ("deployments", "Deployment", true, GET_LIST),
    ("replicasets", "ReplicaSet", true, GET_LIST),
    ("statefulsets", "StatefulSet", true, GET_LIST),
    ("daemonsets", "DaemonSet", true, GET_LIST),
];

const BATCH: &[Resource] = &[
    ("jobs", "Job", true, GET_LIST),
    ("cronjobs", "CronJob", true, GET_LIST),
];

const METRICS: &[Resource] = &[("pods", "PodMetrics", true, GET_LIST)];

const AUTHORIZATION: &[Resource] = &[(
    "selfsubjectaccessreviews",
    "SelfSubjectAccessReview",
    false,
    CREATE,
)];

const AUTHENTICATION: &[Resource] = &[("selfsubjectreviews", "SelfSubjectReview", false, CREATE)];

/// The resources of one group.
pub(super) fn resources(group: GroupVersion) -> Value {
    let (version, resources) = match group {
        GroupVersion::Core => ("v1", CORE),
        GroupVersion::Apps => ("apps/v1", APPS),
        GroupVersion::Batch => ("batch/v1", BATCH),
        GroupVersion::Metrics => ("metrics.k8s.io/v1beta1", METRICS),
        GroupVersion::Authorization => ("authorization.k8s.io/v1", AUTHORIZATION),
        GroupVersion::Authentication => ("authentication.k8s.io/v1", AUTHENTICATION),
    };
    let resources: Vec<_> = resources
        .iter()
        .map(|(name, kind, namespaced, verbs)| {
            json!({
                "name": name,
                "singularName": "",
                "kind": kind,
                "namespaced": namespaced,
                "verbs": verbs,
            })
        })
        .collect();
    json!({
        "kind": "APIResourceList",
        "apiVersion": "v1",
        "groupVersion": version,
        "resources": resources,
    })
}
