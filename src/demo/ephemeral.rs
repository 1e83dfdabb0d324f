//! Owns containers that are added to pods of the shop while they run. Called by `server`.

use std::sync::Arc;
use std::time::Duration;

use http::Response;
use serde_json::Value;

use super::answers::{self, Body, Refusal};
use super::pod::{Ephemeral, EphemeralState, Pod, PodKey};
use super::pod_json;
use super::server::Server;

/// How long the made-up kubelet takes to start one.
const STARTS_IN: Duration = Duration::from_millis(150);

/// Adds what a strategic merge patch of `spec.ephemeralContainers` names.
///
/// # Errors
/// 404 for a pod that is not there; 422 in the API server's words for what it takes no such container for.
pub(super) fn add(
    server: &Arc<Server>,
    key: &PodKey,
    patch: &Value,
) -> Result<Response<Body>, Refusal> {
    let stored = server
        .store
        .get(key)
        .ok_or_else(|| Refusal::not_found("pods", &key.name))?;
    let Pod::Shop(pod) = &*stored.pod else {
        return Err(Refusal::invalid("this pod takes no ephemeral containers"));
    };
    let mut pod = pod.clone();
    if pod.template.owner.is_none() {
        return Err(Refusal::invalid(
            "static pods do not support ephemeral containers",
        ));
    }
    let specs = patch.pointer("/spec/ephemeralContainers");
    for spec in specs.and_then(Value::as_array).into_iter().flatten() {
        let name = text(spec, "name");
        let target = text(spec, "targetContainerName");
        let containers = &pod.template.containers;
        if !containers.iter().any(|own| *own.name == *target) {
            return Err(Refusal::invalid(format!(
                "spec.ephemeralContainers[0].targetContainerName: Not found: {target:?}"
            )));
        }
        if pod.ephemeral.iter().any(|one| *one.name == *name) {
            return Err(Refusal::invalid(
                "spec.ephemeralContainers: Forbidden: existing ephemeral containers may not be changed",
            ));
        }
        pod.ephemeral.push(Ephemeral {
            name: name.into(),
            spec: spec.clone(),
            state: EphemeralState::Creating,
        });
        start_later(server, key, name);
    }
    let version = server.store.put(Pod::Shop(pod.clone()));
    Ok(answers::json(&pod_json::object(&Pod::Shop(pod), version)))
}

fn text<'a>(object: &'a Value, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn start_later(server: &Arc<Server>, key: &PodKey, name: &str) {
    let (of, key, name) = (Arc::clone(server), key.clone(), name.to_owned());
    server.tasks.spawn(async move {
        tokio::time::sleep(STARTS_IN).await;
        start(&of, &key, &name);
    });
}

fn start(server: &Server, key: &PodKey, name: &str) {
    let Some(stored) = server.store.get(key) else {
        return;
    };
    let Pod::Shop(pod) = &*stored.pod else {
        return;
    };
    let mut pod = pod.clone();
    if let Some(one) = pod.ephemeral.iter_mut().find(|one| *one.name == *name) {
        one.state = if server.faults.has_image(text(&one.spec, "image")) {
            EphemeralState::Running
        } else {
            EphemeralState::NoImage
        };
        server.store.put(Pod::Shop(pod));
    }
}
