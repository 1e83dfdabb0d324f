//! Owns where a pod's status speaks of one container. Called by whoever has a whole pod at hand.

use k8s_openapi::api::core::v1::ContainerStatus;

use super::WholePod;

/// What a pod's status says of one container, be it an ordinary, an init or an ephemeral one.
pub fn container_status<'a>(pod: &'a WholePod, container: &str) -> Option<&'a ContainerStatus> {
    let status = pod.status.as_ref()?;
    [
        &status.container_statuses,
        &status.init_container_statuses,
        &status.ephemeral_container_statuses,
    ]
    .into_iter()
    .flatten()
    .flatten()
    .find(|found| found.name == container)
}
