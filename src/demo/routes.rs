//! Owns what a path and a query mean: which resource, which verb, which options. Pure. Called once per request, before anything is answered.

use super::pod::PodKey;

/// What a request is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Route {
    Version,
    Healthy,
    GroupList,
    Group(GroupVersion),
    Namespaces,
    Namespace(String),
    Nodes,
    Pods {
        namespace: Option<String>,
    },
    Pod(PodKey),
    Exec(PodKey),
    Forward(PodKey),
    EphemeralContainers(PodKey),
    Log(PodKey),
    Events {
        namespace: Option<String>,
    },
    Workloads {
        plural: String,
        namespace: Option<String>,
    },
    Workload {
        plural: String,
        namespace: String,
        name: String,
    },
    Metrics {
        namespace: Option<String>,
        name: Option<String>,
    },
    AccessReview,
    SubjectReview,
    Unknown,
}

/// The API groups that the demo serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum GroupVersion {
    Core,
    Apps,
    Batch,
    Metrics,
    Authorization,
    Authentication,
}

/// What a rights check asks: who may do which verb on which resource where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Asked {
    pub(super) verb: &'static str,
    pub(super) group: &'static str,
    /// With its subresource, such as `pods/exec`.
    pub(super) resource: String,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
}

/// The decoded query of a request.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes `a=b&c=d`; percent signs and plus as in forms.
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name), decode(value))
                })
                .collect(),
        )
    }

    /// The first value of that name; empty where there is none.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// All values of that name in order.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Whether the option is on.
    pub(super) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "1")
    }
}

/// Reads the path of a request.
pub(super) fn route(path: &str) -> Route {
    let parts: Vec<String> = path
        .split('/')
        .filter(|part| !part.is_empty())
        .map(decode)
        .collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["version"] => Route::Version,
        ["healthz" | "readyz" | "livez"] => Route::Healthy,
        ["apis"] => Route::GroupList,
        ["api", "v1", rest @ ..] => core(rest),
        ["apis", "apps", "v1", rest @ ..] => grouped(GroupVersion::Apps, rest),
        ["apis", "batch", "v1", rest @ ..] => grouped(GroupVersion::Batch, rest),
        ["apis", "metrics.k8s.io", "v1beta1", rest @ ..] => metrics(rest),
        ["apis", "authorization.k8s.io", "v1"] => Route::Group(GroupVersion::Authorization),
        [
            "apis",
            "authorization.k8s.io",
            "v1",
            "selfsubjectaccessreviews",
        ] => Route::AccessReview,
        ["apis", "authentication.k8s.io", "v1"] => Route::Group(GroupVersion::Authentication),
        ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"] => Route::SubjectReview,
        _ => Route::Unknown,
    }
}

fn core(parts: &[&str]) -> Route {
    match parts {
        [] => Route::Group(GroupVersion::Core),
        ["namespaces"] => Route::Namespaces,
        ["namespaces", name] => Route::Namespace((*name).to_owned()),
        ["nodes"] => Route::Nodes,
        ["pods"] => Route::Pods { namespace: None },
        ["events"] => Route::Events { namespace: None },
        ["namespaces", namespace, "pods"] => Route::Pods {
            namespace: Some((*namespace).to_owned()),
        },
        ["namespaces", namespace, "events"] => Route::Events {
            namespace: Some((*namespace).to_owned()),
        },
        ["namespaces", namespace, "pods", name] => Route::Pod(key(namespace, name)),
        ["namespaces", namespace, "pods", name, "exec"] => Route::Exec(key(namespace, name)),
        ["namespaces", namespace, "pods", name, "portforward"] => {
            Route::Forward(key(namespace, name))
        }
        ["namespaces", namespace, "pods", name, "ephemeralcontainers"] => {
            Route::EphemeralContainers(key(namespace, name))
        }
        ["namespaces", namespace, "pods", name, "log"] => Route::Log(key(namespace, name)),
        _ => Route::Unknown,
    }
}

fn key(namespace: &str, name: &str) -> PodKey {
    PodKey {
        namespace: namespace.into(),
        name: name.into(),
    }
}

fn grouped(group: GroupVersion, parts: &[&str]) -> Route {
    let known = |plural: &str| match group {
        GroupVersion::Apps => {
            matches!(
                plural,
                "deployments" | "replicasets" | "statefulsets" | "daemonsets"
            )
        }
        GroupVersion::Batch => matches!(plural, "jobs" | "cronjobs"),
        GroupVersion::Core
        | GroupVersion::Metrics
        | GroupVersion::Authorization
        | GroupVersion::Authentication => false,
    };
    match parts {
        [] => Route::Group(group),
        [plural] if known(plural) => Route::Workloads {
            plural: (*plural).to_owned(),
            namespace: None,
        },
        ["namespaces", namespace, plural] if known(plural) => Route::Workloads {
            plural: (*plural).to_owned(),
            namespace: Some((*namespace).to_owned()),
        },
        ["namespaces", namespace, plural, name] if known(plural) => Route::Workload {
            plural: (*plural).to_owned(),
            namespace: (*namespace).to_owned(),
            name: (*name).to_owned(),
        },
        _ => Route::Unknown,
    }
}

fn metrics(parts: &[&str]) -> Route {
    match parts {
        [] => Route::Group(GroupVersion::Metrics),
        ["pods"] => Route::Metrics {
            namespace: None,
            name: None,
        },
        ["namespaces", namespace, "pods"] => Route::Metrics {
            namespace: Some((*namespace).to_owned()),
            name: None,
        },
        ["namespaces", namespace, "pods", name] => Route::Metrics {
            namespace: Some((*namespace).to_owned()),
            name: Some((*name).to_owned()),
        },
        _ => Route::Unknown,
    }
}

impl Route {
    /// What the rights check of the API server would ask; nothing for what everybody may do.
    pub(super) fn asked(&self, query: &Query) -> Option<Asked> {
        let collection = if query.flag("watch") { "watch" } else { "list" };
        let ask = |verb, group, resource: &str, namespace: Option<&str>, name: Option<&str>| {
            Some(Asked {
                verb,
                group,
                resource: resource.to_owned(),
                namespace: namespace.map(str::to_owned),
                name: name.map(str::to_owned),
            })
        };
        let of_pod = |verb, resource: &str, key: &PodKey| {
            ask(verb, "", resource, Some(&key.namespace), Some(&key.name))
        };
        match self {
            Self::Namespaces => ask(collection, "", "namespaces", None, None),
            Self::Namespace(name) => ask("get", "", "namespaces", Some(name), Some(name)),
            Self::Nodes => ask(collection, "", "nodes", None, None),
            Self::Pods { namespace } => ask(collection, "", "pods", namespace.as_deref(), None),
            Self::Events { namespace } => ask(collection, "", "events", namespace.as_deref(), None),
            Self::Pod(key) => of_pod("get", "pods", key),
            Self::Exec(key) => of_pod("get", "pods/exec", key),
            Self::Forward(key) => of_pod("get", "pods/portforward", key),
            Self::EphemeralContainers(key) => of_pod("patch", "pods/ephemeralcontainers", key),
            Self::Log(key) => of_pod("get", "pods/log", key),
            Self::Workloads { plural, namespace } => ask(
                collection,
                group_of(plural),
                plural,
                namespace.as_deref(),
                None,
            ),
            Self::Workload {
                plural,
                namespace,
                name,
            } => ask("get", group_of(plural), plural, Some(namespace), Some(name)),
            Self::Metrics { namespace, name } => {
                let verb = if name.is_some() { "get" } else { "list" };
                ask(
                    verb,
                    "metrics.k8s.io",
                    "pods",
                    namespace.as_deref(),
                    name.as_deref(),
                )
            }
            Self::Version
            | Self::Healthy
            | Self::GroupList
            | Self::Group(_)
            | Self::AccessReview
            | Self::SubjectReview
            | Self::Unknown => None,
        }
    }
}

fn group_of(plural: &str) -> &'static str {
    if matches!(plural, "jobs" | "cronjobs") {
        "batch"
    } else {
        "apps"
    }
}

fn decode(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => decoded.push(b' '),
            b'%' => {
                let digits = [bytes.next(), bytes.next()].map(|digit| digit.and_then(hex));
                match digits {
                    [Some(high), Some(low)] => decoded.push(high * 16 + low),
                    [None, _] | [_, None] => decoded.push(b'?'),
                }
            }
            plain => decoded.push(plain),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_their_resource() {
        let some = |text: &str| Some(text.to_owned());
        for (path, wanted) in [
            ("/version", Route::Version),
            ("/api/v1/pods", Route::Pods { namespace: None }),
            (
                "/api/v1/namespaces/shop/pods",
                Route::Pods {
                    namespace: some("shop"),
                },
            ),
            (
                "/api/v1/namespaces/shop/pods/a",
                Route::Pod(key("shop", "a")),
            ),
            (
                "/api/v1/namespaces/shop/pods/a/exec",
                Route::Exec(key("shop", "a")),
            ),
            (
                "/api/v1/namespaces/shop",
                Route::Namespace("shop".to_owned()),
            ),
            ("/apis/apps/v1/namespaces/shop/jobs", Route::Unknown),
            ("/api/v2/pods", Route::Unknown),
        ] {
            assert_eq!(route(path), wanted, "{path}");
        }
    }

    #[test]
    fn a_query_is_decoded_as_a_form() {
        let query = Query::parse("command=sh&command=-c&command=a+b%20%22c%22&tty=true&x");
        assert_eq!(query.all("command"), ["sh", "-c", "a b \"c\""]);
        assert!(query.flag("tty"));
        assert!(!query.flag("x"));
        assert_eq!(query.get("nothing"), "");
    }

    #[test]
    fn a_watch_needs_another_right_than_a_list() {
        let pods = route("/api/v1/pods");
        assert_eq!(pods.asked(&Query::parse("")).unwrap().verb, "list");
        assert_eq!(
            pods.asked(&Query::parse("watch=true")).unwrap().verb,
            "watch"
        );
    }
}
