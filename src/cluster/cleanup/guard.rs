//! Owns the look at the pod before anything is run in it: same pod, same run of the same container.

use kube::Api;

use super::CleanupError;
use crate::cluster::error::sentence;
use crate::cluster::whole_pod::is_pod;
use crate::cluster::{WholePod, container_status};
use crate::ids::ContainerRef;

/// Compares the pod's uid and the container's id with what the session was opened in.
pub(super) async fn check(
    client: &kube::Client,
    target: &ContainerRef,
    container_id: Option<&str>,
) -> Result<(), CleanupError> {
    let api: Api<WholePod> = Api::namespaced(client.clone(), &target.pod.namespace);
    match api.get(&target.pod.name).await {
        Ok(pod) => compare(&pod, target, container_id),
        Err(kube::Error::Api(status)) if status.code == 404 => Err(CleanupError::PodGone),
        Err(error) => Err(CleanupError::Look(sentence(&error))),
    }
}

fn compare(
    pod: &WholePod,
    target: &ContainerRef,
    expected: Option<&str>,
) -> Result<(), CleanupError> {
    if !is_pod(&pod.metadata, &target.uid) {
        return Err(CleanupError::PodReplaced);
    }
    let Some(status) = container_status(pod, &target.container) else {
        return Ok(());
    };
    let ended = status
        .state
        .as_ref()
        .is_some_and(|state| state.running.is_none());
    match (status.container_id.as_deref(), expected) {
        (Some(now), Some(then)) if now != then => Err(CleanupError::ContainerRestarted),
        (Some(_) | None, _) if ended => Err(CleanupError::ContainerEnded),
        (Some(_) | None, _) => Ok(()),
    }
}

/// The id of a container as its pod's status names it.
pub fn container_id<'a>(pod: &'a WholePod, container: &str) -> Option<&'a str> {
    container_status(pod, container)?.container_id.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ContextName, PodRef, PodUid};

    fn pod(state: &str) -> WholePod {
        serde_json::from_str(&format!(
            r#"{{"metadata":{{"uid":"u1"}},"status":{{"containerStatuses":[{{"name":"app","image":"","imageID":"","ready":true,"restartCount":0,"containerID":"c1","state":{state}}}]}}}}"#
        ))
        .unwrap()
    }

    fn target(uid: &str) -> ContainerRef {
        ContainerRef {
            pod: PodRef {
                context: ContextName::new("x"),
                namespace: "shop".into(),
                name: "web".into(),
            },
            uid: PodUid::new(uid),
            container: "app".into(),
        }
    }

    #[track_caller]
    fn check(state: &str, uid: &str, id: Option<&str>, expected: Option<&CleanupError>) {
        let result = compare(&pod(state), &target(uid), id);
        assert_eq!(format!("{:?}", result.err()), format!("{expected:?}"));
    }

    const RUNNING: &str = r#"{"running":{}}"#;

    #[test]
    fn the_same_container_passes() {
        check(RUNNING, "u1", Some("c1"), None);
        check(RUNNING, "u1", None, None);
    }

    #[test]
    fn another_pod_of_that_name_stops_it() {
        check(RUNNING, "u2", Some("c1"), Some(&CleanupError::PodReplaced));
    }

    #[test]
    fn another_run_of_the_container_stops_it() {
        check(
            RUNNING,
            "u1",
            Some("c0"),
            Some(&CleanupError::ContainerRestarted),
        );
    }

    #[test]
    fn a_container_that_does_not_run_stops_it() {
        for state in [r#"{"terminated":{"exitCode":0}}"#, r#"{"waiting":{}}"#] {
            check(state, "u1", Some("c1"), Some(&CleanupError::ContainerEnded));
        }
    }
}
