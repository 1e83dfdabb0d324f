//! Owns the made-up use of CPU and memory, as the metrics API shows it. Called by `server`.

use http::Response;
use serde_json::{Value, json};

use super::answers::{self, Body, Refusal};
use super::lists::list;
use super::pod::PodKey;
use super::pod_json;
use super::store::{Store, Stored};

/// Use of CPU and memory, made up from the uid so that it stays the same.
///
/// # Errors
/// 404 for a pod that is not there.
pub(super) fn answer(
    store: &Store,
    namespace: Option<&str>,
    name: Option<&str>,
    now: i64,
) -> Result<Response<Body>, Refusal> {
    if let Some(name) = name {
        let key = PodKey {
            namespace: namespace.unwrap_or_default().into(),
            name: name.into(),
        };
        let stored = store
            .get(&key)
            .ok_or_else(|| Refusal::not_found("podmetrics", name))?;
        return Ok(answers::json(&usage(&stored, now)));
    }
    let (version, page, _) = store.page(None, usize::MAX, |pod| {
        pod.phase() == "Running"
            && namespace.is_none_or(|namespace| *pod.key().namespace == *namespace)
    });
    let items: Vec<_> = page.iter().map(|stored| usage(stored, now)).collect();
    Ok(answers::json(&list(
        "PodMetricsList",
        "metrics.k8s.io/v1beta1",
        version,
        &items,
    )))
}

fn usage(stored: &Stored, now: i64) -> Value {
    let key = stored.pod.key();
    let sum: u64 = key.name.bytes().map(u64::from).sum();
    let containers: Vec<_> = stored
        .pod
        .containers()
        .into_iter()
        .map(|name| {
            json!({
                "name": name,
                "usage": {
                    "cpu": format!("{}n", (sum % 40 + 1) * 1_000_000),
                    "memory": format!("{}Ki", (sum % 90 + 20) * 1024),
                },
            })
        })
        .collect();
    json!({
        "kind": "PodMetrics",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": {"name": &*key.name, "namespace": &*key.namespace},
        "timestamp": pod_json::time(now),
        "window": "15s",
        "containers": containers,
    })
}
