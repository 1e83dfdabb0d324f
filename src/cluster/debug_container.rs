//! Owns the ephemeral container beside one that has no shell: in that one's process namespace and with its rights. Knows nothing of
//! panes or of who asked. Called by `runtime` and `headless`, after the user said yes.

mod spec;

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use k8s_openapi::api::core::v1::ContainerStatus;
use kube::api::{Api, Patch, PatchParams};
use kube::runtime::watcher;
use thiserror::Error;
use tokio::time::timeout;

use super::error::{causes, sentence};
use super::whole_pod::is_pod;
use super::{WholePod, container_status};
use crate::ids::ContainerRef;

/// What its name starts with; the rest is drawn by lot.
pub const NAME: &str = "podmux-";

/// One container to be added, or found again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugOrder {
    /// The container that it looks into.
    pub target: ContainerRef,
    pub image: String,
    /// [`NAME`] and letters that no other container of the pod has.
    pub name: String,
    /// From the request to the running container, its image pulled.
    pub timeout: Duration,
}

/// An ephemeral container that runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugContainer {
    pub name: String,
    /// The runtime's id.
    pub id: String,
}

/// Why there is none.
#[derive(Debug, Error)]
pub enum DebugError {
    #[error("the pod is gone")]
    PodGone,
    #[error("the pod was replaced")]
    PodReplaced,
    #[error("the pod has no container {0}")]
    NoContainer(String),
    #[error("the pod cannot be read: {0}")]
    Read(String),
    /// The API server's own words, also those of its policies.
    #[error("it was refused: {0}")]
    Refused(String),
    #[error("it cannot be watched: {0}")]
    Watch(String),
    /// The kubelet's own words.
    #[error("it does not start: {0}")]
    NotStarted(String),
    #[error("it did not start in {} s: {why}", .limit.as_secs())]
    Late { limit: Duration, why: String },
}

/// Adds the container and waits until it runs. One of ours that already runs beside the same target is taken instead: none of them
/// can ever be removed.
///
/// # Errors
/// Every variant of [`DebugError`].
pub async fn add(client: &kube::Client, order: &DebugOrder) -> Result<DebugContainer, DebugError> {
    let api: Api<WholePod> = Api::namespaced(client.clone(), &order.target.pod.namespace);
    let name = &order.target.pod.name;
    let pod = match api.get(name).await {
        Ok(pod) => same(pod, &order.target)?,
        Err(kube::Error::Api(status)) if status.code == 404 => return Err(DebugError::PodGone),
        Err(error) => return Err(DebugError::Read(sentence(&error))),
    };
    if let Some(running) = already_there(&pod, &order.target.container) {
        return Ok(running);
    }
    let container = spec::ephemeral(&pod, order)?;
    let patch = serde_json::json!({"spec": {"ephemeralContainers": [container]}});
    let params = PatchParams::default();
    api.patch_subresource(
        "ephemeralcontainers",
        name,
        &params,
        &Patch::Strategic(patch),
    )
    .await
    .map_err(|error| DebugError::Refused(sentence(&error)))?;
    until_it_runs(api, order).await
}

fn same(pod: WholePod, target: &ContainerRef) -> Result<WholePod, DebugError> {
    if is_pod(&pod.metadata, &target.uid) {
        Ok(pod)
    } else {
        Err(DebugError::PodReplaced)
    }
}

fn already_there(pod: &WholePod, target: &str) -> Option<DebugContainer> {
    let all = pod.spec.as_ref()?.ephemeral_containers.as_ref()?;
    let ours = |name: &str| name.starts_with(NAME);
    all.iter()
        .filter(|one| ours(&one.name) && one.target_container_name.as_deref() == Some(target))
        .find_map(|one| running(container_status(pod, &one.name)?))
}

fn running(status: &ContainerStatus) -> Option<DebugContainer> {
    status.state.as_ref()?.running.as_ref()?;
    Some(DebugContainer {
        name: status.name.clone(),
        id: status.container_id.clone().unwrap_or_default(),
    })
}

async fn until_it_runs(
    api: Api<WholePod>,
    order: &DebugOrder,
) -> Result<DebugContainer, DebugError> {
    let mut why = "the kubelet has said nothing of it".to_owned();
    let seen = watched(api, order, &mut why);
    match timeout(order.timeout, seen).await {
        Ok(end) => end,
        Err(_elapsed) => Err(DebugError::Late {
            limit: order.timeout,
            why,
        }),
    }
}

async fn watched(
    api: Api<WholePod>,
    order: &DebugOrder,
    why: &mut String,
) -> Result<DebugContainer, DebugError> {
    let mut changes = watcher::watch_object(api, &order.target.pod.name).boxed();
    let mut failures = 0_u32;
    loop {
        let pod = match changes.try_next().await {
            Ok(Some(Some(pod))) => same(pod, &order.target)?,
            Ok(Some(None)) => return Err(DebugError::PodGone),
            Ok(None) => return Err(DebugError::Watch("it ended".to_owned())),
            // The watcher goes on by itself; one that cannot is told after a few.
            Err(error) => {
                failures += 1;
                if failures > 5 {
                    return Err(DebugError::Watch(causes(&error)));
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
        };
        if let Some(status) = container_status(&pod, &order.name) {
            match stage(status) {
                Stage::Running(container) => return Ok(container),
                Stage::Over(why) => return Err(DebugError::NotStarted(why)),
                Stage::Coming(word) => *why = word,
            }
        }
    }
}

/// How far the kubelet is with it.
#[derive(PartialEq, Eq, Debug)]
enum Stage {
    Running(DebugContainer),
    Coming(String),
    Over(String),
}

/// What the kubelet calls a wait that the user has to end.
const HOPELESS: [&str; 5] = [
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
];

fn stage(status: &ContainerStatus) -> Stage {
    if let Some(container) = running(status) {
        return Stage::Running(container);
    }
    let state = status.state.clone().unwrap_or_default();
    if let Some(end) = state.terminated {
        let reason = end.reason.unwrap_or_default();
        let message = end.message.map(|text| format!(": {}", text.trim()));
        let message = message.unwrap_or_default();
        return Stage::Over(format!("{reason}, exit {}{message}", end.exit_code));
    }
    let waiting = state.waiting.unwrap_or_default();
    let reason = waiting.reason.unwrap_or_default();
    let message = waiting.message.map(|text| format!(": {}", text.trim()));
    let words = format!("{reason}{}", message.unwrap_or_default());
    if HOPELESS.contains(&reason.as_str()) {
        Stage::Over(words)
    } else {
        Stage::Coming(words)
    }
}

#[cfg(test)]
mod tests;
