//! Owns the describe page: what a person asks of a pod in trouble, in the order of kubectl's, shorter. Values of the environment are
//! never shown.

mod containers;
mod volumes;

use k8s_openapi::api::core::v1::{PodCondition, PodStatus, Toleration};
use kube::Client;

use super::lines::{Page, age, ago, cut, joined};
use super::{PageError, events, request};
use crate::cluster::whole_pod::{WholePod, WholeSpec};
use crate::ids::PodRef;

/// The most characters that are shown of an annotation's value.
const ANNOTATION: usize = 80;

/// A copy of the whole manifest, values of the environment included.
const MANIFEST: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The pod in words, then its events. A user who may not list events gets the rest. `now` in Unix seconds.
///
/// # Errors
/// Every variant of [`PageError`] but `NoLog` and `TimedOut`.
pub async fn describe(client: &Client, pod: &PodRef, now: i64) -> Result<Vec<String>, PageError> {
    let object: WholePod = request::pod(client, pod).await?;
    let mut page = Page::default();
    write(&mut page, &object, now);
    let uid = object.metadata.uid.as_deref();
    match events::of_pod(client, pod, uid).await {
        Ok(found) if found.is_empty() => page.line(0, "Events: none"),
        Ok(found) => {
            page.line(0, "Events:");
            events::table(&mut page, 1, found, now);
        }
        Err(error) => page.field(0, "Events", &error.to_string()),
    }
    Ok(page.into_lines())
}

fn write(page: &mut Page, pod: &WholePod, now: i64) {
    let no_spec = WholeSpec::default();
    let no_status = PodStatus::default();
    let spec = pod.spec.as_ref().unwrap_or(&no_spec);
    let status = pod.status.as_ref().unwrap_or(&no_status);
    identity(page, pod, spec, status, now);
    state(page, pod, status, now);
    containers::write(page, spec, status, now);
    volumes::write(page, spec.volumes.as_deref().unwrap_or_default());
    page.several(
        0,
        "Tolerations",
        spec.tolerations.iter().flatten().map(toleration),
    );
}

fn identity(page: &mut Page, pod: &WholePod, spec: &WholeSpec, status: &PodStatus, now: i64) {
    let meta = &pod.metadata;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    page.field(0, "Name", &text(&meta.name));
    page.field(0, "Namespace", &text(&meta.namespace));
    page.field(0, "UID", &text(&meta.uid));
    let host = status.host_ip.as_deref().unwrap_or_default();
    let node = joined(
        [spec.node_name.as_deref().unwrap_or("none yet"), host],
        " / ",
    );
    page.field(0, "Node", &node);
    let ips = status.pod_ips.iter().flatten().map(|ip| &*ip.ip);
    let ips = joined(ips, ", ");
    page.field(
        0,
        "IP",
        if ips.is_empty() {
            status.pod_ip.as_deref().unwrap_or("none yet")
        } else {
            &ips
        },
    );
    if let Some(time) = &meta.creation_timestamp {
        page.field(0, "Created", &format!("{} ({})", time.0, ago(time.0, now)));
    }
    let labels = meta.labels.iter().flatten();
    page.several(
        0,
        "Labels",
        labels.map(|(key, value)| format!("{key}={value}")),
    );
    let annotations = meta.annotations.iter().flatten();
    let annotations = annotations.filter(|(key, _)| *key != MANIFEST);
    page.several(
        0,
        "Annotations",
        annotations.map(|(key, value)| format!("{key}: {}", cut(value, ANNOTATION))),
    );
    let owners = meta.owner_references.iter().flatten();
    let owners = owners.map(|owner| format!("{}/{}", owner.kind, owner.name));
    page.several(0, "Owner", owners);
    page.field(
        0,
        "Account",
        spec.service_account_name.as_deref().unwrap_or_default(),
    );
    page.field(
        0,
        "Priority",
        spec.priority_class_name.as_deref().unwrap_or_default(),
    );
}

fn state(page: &mut Page, pod: &WholePod, status: &PodStatus, now: i64) {
    let mut word = status.phase.clone().unwrap_or_else(|| "Unknown".to_owned());
    if let Some(time) = &pod.metadata.deletion_timestamp {
        let grace = pod.metadata.deletion_grace_period_seconds.unwrap_or(0);
        // The timestamp is the end of the grace period, not the moment of the delete.
        let since = now.saturating_sub(time.0.as_second().saturating_sub(grace));
        word = format!(
            "Terminating for {}, grace period {grace} s",
            crate::inventory::human_duration(since)
        );
    }
    page.field(0, "Status", &word);
    page.field(0, "Reason", status.reason.as_deref().unwrap_or_default());
    page.field(0, "Message", status.message.as_deref().unwrap_or_default());
    page.field(0, "QoS", status.qos_class.as_deref().unwrap_or_default());
    let conditions = status.conditions.as_deref().unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        let rows: Vec<[String; 4]> = conditions
            .iter()
            .map(|found| condition(found, now))
            .collect();
        page.table(1, &rows);
    }
}

fn condition(condition: &PodCondition, now: i64) -> [String; 4] {
    let since = condition.last_transition_time.as_ref();
    let why = [&condition.reason, &condition.message].map(|text| text.clone().unwrap_or_default());
    [
        condition.type_.clone(),
        condition.status.clone(),
        since.map(|time| age(time.0, now)).unwrap_or_default(),
        joined(why, ": "),
    ]
}

fn toleration(toleration: &Toleration) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let key = match (toleration.key.as_deref(), toleration.operator.as_deref()) {
        (None | Some(""), _) => "everything".to_owned(),
        (Some(key), Some("Exists")) => key.to_owned(),
        (Some(key), _) => format!("{key}={}", text(&toleration.value)),
    };
    let seconds = toleration
        .toleration_seconds
        .map(|seconds| format!("for {seconds} s"));
    let effect = joined([key, text(&toleration.effect)], ":");
    joined([effect, seconds.unwrap_or_default()], " ")
}

#[cfg(test)]
mod tests;
