//! Owns the Event objects that explain a pod's state, and their list. Called by `server`.

use http::Response;
use serde_json::{Value, json};

use super::answers::{self, Body, Refusal};
use super::lists::list;
use super::pod::{Health, Pod, ShopPod};
use super::pod_json;
use super::routes::Query;
use super::store::{Store, Stored};

/// Events of the pods that are in trouble.
///
/// # Errors
/// 400 for a bad selector.
pub(super) fn answer(
    store: &Store,
    namespace: Option<&str>,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let wanted = involved(query.get("fieldSelector"))?;
    let (version, page, _) = store.page(None, usize::MAX, |pod| {
        namespace.is_none_or(|namespace| *pod.key().namespace == *namespace)
            && wanted.iter().all(|(field, value)| match field {
                Involved::Name => *pod.key().name == **value,
                Involved::Namespace => *pod.key().namespace == **value,
                Involved::Uid => pod.uid() == *value,
                Involved::Kind => value == "Pod",
            })
    });
    let items: Vec<_> = page.iter().flat_map(of).collect();
    Ok(answers::json(&list("EventList", "v1", version, &items)))
}

enum Involved {
    Name,
    Namespace,
    Uid,
    Kind,
}

fn involved(text: &str) -> Result<Vec<(Involved, String)>, Refusal> {
    let rules = text.split(',').filter(|rule| !rule.is_empty());
    rules
        .map(|rule| {
            let (name, value) = rule.split_once('=').unwrap_or((rule, ""));
            let field = match name {
                "involvedObject.name" => Involved::Name,
                "involvedObject.namespace" => Involved::Namespace,
                "involvedObject.uid" => Involved::Uid,
                "involvedObject.kind" => Involved::Kind,
                _ => {
                    let message = format!("field label not supported: {name}");
                    return Err(Refusal::bad_request(message));
                }
            };
            Ok((field, value.trim_start_matches('=').to_owned()))
        })
        .collect()
}

/// What the API server would have to say about this pod, oldest first.
fn of(stored: &Stored) -> Vec<Value> {
    let Pod::Shop(pod) = &*stored.pod else {
        return Vec::new();
    };
    let mut events = Vec::new();
    if let Some(node) = &pod.node {
        let message = format!(
            "Successfully assigned {}/{} to {node}",
            pod.key.namespace, pod.key.name
        );
        events.push(event(pod, 0, "Normal", "Scheduled", &message, 1));
    }
    let image = pod
        .template
        .containers
        .first()
        .map_or("", |spec| &*spec.image);
    if let Some((reason, message)) = trouble(pod, image) {
        events.push(event(
            pod,
            1,
            "Warning",
            reason,
            &message,
            pod.restarts.max(1),
        ));
    }
    if pod.deleting.is_some() {
        let message = format!("Stopping container {}", pod.template.app);
        events.push(event(pod, 2, "Normal", "Killing", &message, 1));
    }
    events
}

fn trouble(pod: &ShopPod, image: &str) -> Option<(&'static str, String)> {
    match pod.health {
        Health::CrashLoop { .. } | Health::OomKilled => {
            Some(("BackOff", "Back-off restarting failed container".to_owned()))
        }
        Health::NotReady => {
            let message = "Readiness probe failed: HTTP probe failed with statuscode: 503";
            Some(("Unhealthy", message.to_owned()))
        }
        Health::ImagePullBackOff => {
            Some(("BackOff", format!("Back-off pulling image \"{image}\"")))
        }
        Health::ErrImagePull => Some(("Failed", format!("Failed to pull image \"{image}\""))),
        Health::Unschedulable => {
            let message = "0/3 nodes are available: 3 Insufficient memory.";
            Some(("FailedScheduling", message.to_owned()))
        }
        Health::Evicted => Some((
            "Evicted",
            "The node was low on resource: ephemeral-storage.".to_owned(),
        )),
        Health::Running
        | Health::Completed
        | Health::Failed { .. }
        | Health::Creating
        | Health::Init { .. } => None,
    }
}

fn event(pod: &ShopPod, number: u8, kind: &str, reason: &str, message: &str, count: u32) -> Value {
    let last = pod.last_restart.unwrap_or(pod.created);
    json!({
        "metadata": {
            "name": format!("{}.{number:016x}", pod.key.name),
            "namespace": &*pod.key.namespace,
            "uid": format!("{}-{number}", pod.uid),
            "creationTimestamp": pod_json::time(pod.created),
        },
        "involvedObject": {
            "kind": "Pod",
            "apiVersion": "v1",
            "namespace": &*pod.key.namespace,
            "name": &*pod.key.name,
            "uid": pod.uid.to_string(),
        },
        "type": kind,
        "reason": reason,
        "message": message,
        "count": count,
        "firstTimestamp": pod_json::time(pod.created),
        "lastTimestamp": pod_json::time(last),
        "source": {"component": "kubelet"},
    })
}
