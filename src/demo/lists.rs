//! Owns answers to LIST and single GET requests, and their paging. Knows nothing of connections. Called by `server`.

use bytes::Bytes;
use futures_util::stream;
use http::Response;
use serde_json::{Value, json};

use super::answers::{self, Body, Refusal};
use super::pod::PodKey;
use super::pod_json;
use super::routes::Query;
use super::selectors::Selection;
use super::shop::{NODES, WorkloadObject};
use super::store::{Store, Stored};

/// Pods turned into JSON at a time while a list is written out.
const PIECE: usize = 64;

/// The selectors of a request.
///
/// # Errors
/// 400 for a selector that cannot be read.
pub(super) fn selection(namespace: Option<&str>, query: &Query) -> Result<Selection, Refusal> {
    Selection::new(
        namespace,
        query.get("labelSelector"),
        query.get("fieldSelector"),
    )
    .map_err(|bad| Refusal::bad_request(bad.to_string()))
}

/// A page of pods, or all of them, written out piece by piece.
///
/// # Errors
/// 400 for a bad selector, limit or token; 410 for a token that is too old.
pub(super) fn pods(
    store: &Store,
    namespace: Option<&str>,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let selection = selection(namespace, query)?;
    let limit = limit(query)?;
    let token = token(store, query.get("continue"))?;
    let after = token.as_ref().map(|token| &token.after);
    let (now, page, more) = store.page(after, limit, |pod| selection.takes(pod));
    let version = token.as_ref().map_or(now, |token| token.version);
    let mut metadata = json!({"resourceVersion": version.to_string()});
    if more && let (Some(last), Value::Object(map)) = (page.last(), &mut metadata) {
        let key = last.pod.key();
        let next = format!("{version}.{}.{}", key.namespace, key.name);
        map.insert("continue".to_owned(), Value::String(next));
    }
    let head = format!(r#"{{"kind":"PodList","apiVersion":"v1","metadata":{metadata},"items":["#);
    Ok(answers::streamed("application/json", pieces(head, page)))
}

fn pieces(
    head: String,
    page: Vec<Stored>,
) -> impl futures_util::Stream<Item = std::io::Result<Bytes>> + Send {
    let rows = page.into_iter();
    stream::unfold(Some((Some(head), rows)), |state| async {
        let (head, mut rows) = state?;
        let first = head.is_some();
        let mut piece = head.unwrap_or_default();
        let mut written = 0;
        for stored in rows.by_ref().take(PIECE) {
            if !first || written > 0 {
                piece.push(',');
            }
            written += 1;
            piece.push_str(&item(&stored).to_string());
        }
        if written < PIECE {
            piece.push_str("]}\n");
            return Some((Ok(Bytes::from(piece)), None));
        }
        Some((Ok(Bytes::from(piece)), Some((None, rows))))
    })
}

/// Items of a list carry no kind of their own.
fn item(stored: &Stored) -> Value {
    let mut object = pod_json::object(&stored.pod, stored.version);
    if let Value::Object(map) = &mut object {
        map.remove("kind");
        map.remove("apiVersion");
    }
    object
}

fn limit(query: &Query) -> Result<usize, Refusal> {
    match query.get("limit") {
        "" | "0" => Ok(usize::MAX),
        text => text
            .parse()
            .map_err(|error| Refusal::bad_request(format!("invalid limit {text:?}: {error}"))),
    }
}

struct Token {
    version: u64,
    after: PodKey,
}

fn token(store: &Store, text: &str) -> Result<Option<Token>, Refusal> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.splitn(3, '.');
    let version = parts.next().and_then(|version| version.parse::<u64>().ok());
    let (Some(version), Some(namespace), Some(name)) = (version, parts.next(), parts.next()) else {
        return Err(Refusal::bad_request("continue key is not valid"));
    };
    if let Err(gone) = store.since(version, 0) {
        return Err(Refusal::expired(version, gone.oldest));
    }
    Ok(Some(Token {
        version,
        after: PodKey {
            namespace: namespace.into(),
            name: name.into(),
        },
    }))
}

/// One pod.
///
/// # Errors
/// 404.
pub(super) fn pod(store: &Store, key: &PodKey) -> Result<Response<Body>, Refusal> {
    let stored = store
        .get(key)
        .ok_or_else(|| Refusal::not_found("pods", &key.name))?;
    Ok(answers::json(&pod_json::object(
        &stored.pod,
        stored.version,
    )))
}

/// All namespaces.
pub(super) fn namespaces(store: &Store, started: i64) -> Response<Body> {
    let items: Vec<_> = store
        .namespaces(0)
        .iter()
        .map(|(name, version)| namespace_object(name, *version, started))
        .collect();
    answers::json(&list("NamespaceList", "v1", store.version(), &items))
}

/// One namespace.
///
/// # Errors
/// 404.
pub(super) fn namespace(
    store: &Store,
    name: &str,
    started: i64,
) -> Result<Response<Body>, Refusal> {
    let found = store
        .namespaces(0)
        .into_iter()
        .find(|(known, _)| **known == *name);
    let (name, version) = found.ok_or_else(|| Refusal::not_found("namespaces", name))?;
    Ok(answers::json(&namespace_object(&name, version, started)))
}

/// A namespace as the API server writes it.
pub(super) fn namespace_object(name: &str, version: u64, started: i64) -> Value {
    json!({
        "kind": "Namespace",
        "apiVersion": "v1",
        "metadata": {
            "name": name,
            "uid": format!("00000000-0000-4000-8000-{:012x}", version),
            "resourceVersion": version.to_string(),
            "creationTimestamp": pod_json::time(started - 90 * 24 * 3600),
            "labels": {"kubernetes.io/metadata.name": name},
        },
        "spec": {"finalizers": ["kubernetes"]},
        "status": {"phase": "Active"},
    })
}

/// The nodes of the demo.
pub(super) fn nodes(store: &Store, started: i64) -> Response<Body> {
    let items: Vec<_> = NODES
        .iter()
        .map(|name| {
            json!({
                "metadata": {
                    "name": name,
                    "creationTimestamp": pod_json::time(started - 60 * 24 * 3600),
                },
                "spec": {},
                "status": {
                    "conditions": [{"type": "Ready", "status": "True"}],
                    "nodeInfo": {"kubeletVersion": "v1.34.0"},
                },
            })
        })
        .collect();
    answers::json(&list("NodeList", "v1", store.version(), &items))
}

/// The workload objects of one kind.
///
/// # Errors
/// 400 for a bad selector.
pub(super) fn workloads(
    store: &Store,
    all: &[WorkloadObject],
    plural: &str,
    namespace: Option<&str>,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let selection = selection(None, query)?;
    let found = all.iter().filter(|object| {
        object.role.plural() == plural
            && namespace.is_none_or(|namespace| *object.namespace == *namespace)
            && selection.takes_labels(&object.labels)
    });
    let (mut kind, mut version) = ("Workload", "apps/v1");
    let mut items = Vec::new();
    for object in found {
        (kind, version) = (object.role.kind(), object.role.api_version());
        items.push(workload_object(object));
    }
    Ok(answers::json(&list(
        &format!("{kind}List"),
        version,
        store.version(),
        &items,
    )))
}

/// One workload object.
///
/// # Errors
/// 404.
pub(super) fn workload(
    all: &[WorkloadObject],
    plural: &str,
    namespace: &str,
    name: &str,
) -> Result<Response<Body>, Refusal> {
    let found = all.iter().find(|object| {
        object.role.plural() == plural && *object.namespace == *namespace && *object.name == *name
    });
    let object = found.ok_or_else(|| Refusal::not_found(plural, name))?;
    Ok(answers::json(&workload_object(object)))
}

fn workload_object(object: &WorkloadObject) -> Value {
    let labels: serde_json::Map<String, Value> = object
        .labels
        .iter()
        .map(|(name, value)| (name.to_string(), Value::String(value.to_string())))
        .collect();
    let owners: Vec<_> = object
        .owner
        .iter()
        .map(|owner| {
            json!({
                "apiVersion": owner.api_version,
                "kind": owner.kind,
                "name": owner.name,
                "uid": owner.uid,
                "controller": true,
            })
        })
        .collect();
    json!({
        "kind": object.role.kind(),
        "apiVersion": object.role.api_version(),
        "metadata": {
            "name": object.name,
            "namespace": &*object.namespace,
            "uid": object.uid.to_string(),
            "creationTimestamp": pod_json::time(object.created),
            "labels": labels,
            "ownerReferences": owners,
        },
        "spec": {"replicas": object.replicas, "selector": {"matchLabels": labels}},
        "status": {"replicas": object.replicas, "readyReplicas": object.replicas},
    })
}

/// A list object.
pub(super) fn list(kind: &str, api_version: &str, version: u64, items: &[Value]) -> Value {
    json!({
        "kind": kind,
        "apiVersion": api_version,
        "metadata": {"resourceVersion": version.to_string()},
        "items": items,
    })
}
