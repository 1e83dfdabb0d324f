//! Owns why a container ended, in its pod's own words: reason, exit code, last message. Called when a pane's session went with it.

use k8s_openapi::api::core::v1::{ContainerStateTerminated, ContainerStatus};
use kube::api::Api;
use kube::{Client, Error};

use super::WholePod;
use super::whole_pod::is_pod;
use crate::ids::ContainerRef;

/// The most of a message that a pane shows.
const MOST: usize = 160;

/// Asks the pod; `None` where it says nothing of that run of the container.
///
/// # Errors
/// Whatever the request fails with; a pod that is gone is no error.
pub async fn ask(
    client: &Client,
    target: &ContainerRef,
    container_id: &str,
) -> Result<Option<String>, Error> {
    let api: Api<WholePod> = Api::namespaced(client.clone(), &target.pod.namespace);
    let pod = api.get_opt(&target.pod.name).await?;
    let same = pod.filter(|pod| is_pod(&pod.metadata, &target.uid));
    Ok(same.and_then(|pod| words(&pod, &target.container, container_id)))
}

/// Why this run of the container ended, as `OOMKilled, exit 137`; an eviction of the whole pod says it first.
fn words(pod: &WholePod, container: &str, id: &str) -> Option<String> {
    let status = pod.status.as_ref()?;
    let whole = status.reason.as_ref().map(|reason| match &status.message {
        Some(message) => format!("{reason}: {}", short(message)),
        None => reason.clone(),
    });
    let all = [
        &status.container_statuses,
        &status.init_container_statuses,
        &status.ephemeral_container_statuses,
    ];
    let own = all
        .into_iter()
        .flatten()
        .flatten()
        .find(|status| status.name == container)
        .and_then(|status| end_of(status, id))
        .map(said);
    let parts: Vec<String> = whole.into_iter().chain(own).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// The end of the run with this id; without one, the newest end.
fn end_of<'a>(status: &'a ContainerStatus, id: &str) -> Option<&'a ContainerStateTerminated> {
    [&status.state, &status.last_state]
        .into_iter()
        .flatten()
        .filter_map(|state| state.terminated.as_ref())
        .find(|end| id.is_empty() || end.container_id.as_deref().is_none_or(|own| own == id))
}

fn said(end: &ContainerStateTerminated) -> String {
    let mut parts = Vec::new();
    parts.extend(end.reason.clone());
    parts.push(format!("exit {}", end.exit_code));
    parts.extend(end.message.as_deref().map(short));
    parts.join(", ")
}

/// The end of a message says most: a kubelet takes it from the end of the log.
fn short(message: &str) -> String {
    let line: Vec<&str> = message.split_whitespace().collect();
    let line = line.join(" ");
    let skipped = line.chars().count().saturating_sub(MOST);
    if skipped == 0 {
        return line;
    }
    let end: String = line.chars().skip(skipped).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(status: &str) -> WholePod {
        serde_json::from_str(&format!(r#"{{"status":{status}}}"#)).unwrap()
    }

    fn restarted() -> WholePod {
        pod(
            r#"{"containerStatuses":[{"name":"app","image":"","imageID":"","ready":true,"restartCount":1,
            "state":{"running":{}},
            "lastState":{"terminated":{"containerID":"c1","exitCode":137,"reason":"OOMKilled","message":"out of\nmemory"}}}]}"#,
        )
    }

    #[test]
    fn the_run_that_the_session_was_in_tells_its_end() {
        let said = words(&restarted(), "app", "c1");
        assert_eq!(said.as_deref(), Some("OOMKilled, exit 137, out of memory"));
        assert_eq!(
            words(&restarted(), "app", "c0"),
            None,
            "another run says nothing"
        );
        assert_eq!(words(&restarted(), "side", "c1"), None);
    }

    #[test]
    fn an_eviction_is_said_in_the_pods_words() {
        let evicted =
            pod(r#"{"reason":"Evicted","message":"The node was low on resource: memory."}"#);
        assert_eq!(
            words(&evicted, "app", "c1").as_deref(),
            Some("Evicted: The node was low on resource: memory.")
        );
    }

    #[test]
    fn of_a_long_message_the_end_is_shown() {
        let text = short(&format!("{} the end", "x".repeat(500)));
        assert!(text.starts_with('…') && text.ends_with("the end"), "{text}");
        assert_eq!(text.chars().count(), MOST + 1);
    }
}
