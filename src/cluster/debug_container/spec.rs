//! Owns what an ephemeral container is made of. Pure.

use k8s_openapi::api::core::v1::{EphemeralContainer, SecurityContext};

use super::{DebugError, DebugOrder};
use crate::cluster::{WholePod, container_status};

/// What its own process does: it waits for shells, and ends when none has come for long.
pub(super) const IDLE: &str = include_str!("idle.sh");

/// The container for this order: the target's process namespace, its security context, and the user that it runs as.
pub(super) fn ephemeral(
    pod: &WholePod,
    order: &DebugOrder,
) -> Result<EphemeralContainer, DebugError> {
    let target = &*order.target.container;
    Ok(EphemeralContainer {
        name: order.name.clone(),
        image: Some(order.image.clone()),
        image_pull_policy: Some("IfNotPresent".to_owned()),
        command: Some(vec!["sh".to_owned(), "-c".to_owned(), IDLE.to_owned()]),
        target_container_name: Some(target.to_owned()),
        security_context: security_context(pod, target)?,
        ..EphemeralContainer::default()
    })
}

/// As another user it could not end what the target started, nor look into its files.
fn security_context(pod: &WholePod, target: &str) -> Result<Option<SecurityContext>, DebugError> {
    let spec = pod.spec.as_ref();
    let mut containers = spec.into_iter().flat_map(|spec| {
        let inits = spec.init_containers.iter().flatten();
        spec.containers.iter().chain(inits)
    });
    let container = containers
        .find(|container| container.name == target)
        .ok_or_else(|| DebugError::NoContainer(target.to_owned()))?;
    let own = container.security_context.clone();
    let of_pod = spec.and_then(|spec| spec.security_context.as_ref());
    let asked = own.as_ref().and_then(|own| own.run_as_user);
    if asked.or_else(|| of_pod?.run_as_user).is_some() {
        return Ok(own);
    }
    // The image says who runs there; kubelets tell it from 1.31 on.
    let user = container_status(pod, target)
        .and_then(|status| status.user.as_ref()?.linux.as_ref())
        .cloned();
    let Some(user) = user else {
        return Ok(own);
    };
    let own = own.unwrap_or_default();
    Ok(Some(SecurityContext {
        run_as_user: Some(user.uid),
        run_as_group: own.run_as_group.or(Some(user.gid)),
        ..own
    }))
}
