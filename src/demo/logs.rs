//! Owns the log lines of the demo's pods. Knows nothing of shells. Called by `server`.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::Response;

use super::answers::{self, Body, Refusal};
use super::pod::{Entry, Pod, PodKey};
use super::pod_json;
use super::routes::Query;
use super::store::Store;

/// Lines that a pod has written before anybody asked.
const LINES: u64 = 40;

/// The pace of a followed log.
const PACE: Duration = Duration::from_secs(2);

/// A log, from its beginning or its last lines; `follow=true` goes on until the client leaves.
///
/// # Errors
/// 400 for a container that is not there or has not started, 404 for a pod that is not there.
pub(super) fn answer(
    store: &Store,
    key: &PodKey,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let stored = store
        .get(key)
        .ok_or_else(|| Refusal::not_found("pods", &key.name))?;
    let pod = &stored.pod;
    let container = match (query.get("container"), pod.containers().as_slice()) {
        ("", [only]) => (*only).to_owned(),
        ("", several) => {
            return Err(Refusal::bad_request(format!(
                "a container name must be specified for pod {}, choose one of: [{}]",
                key.name,
                several.join(" ")
            )));
        }
        (name, _) => name.to_owned(),
    };
    refuse_unready(pod, &container)?;
    let last = query.get("tailLines").parse().unwrap_or(LINES).min(LINES);
    let stamps = query.flag("timestamps");
    let now = super::now();
    let first: String = (LINES - last..LINES)
        .map(|number| {
            let age = i64::try_from(LINES - number).unwrap_or(0) * 2;
            line(key, &container, number, now - age, stamps)
        })
        .collect();
    if !query.flag("follow") {
        return Ok(answers::text(first));
    }
    let key = key.clone();
    let pieces = stream::unfold((LINES, Some(first)), move |(number, head)| {
        let (key, container) = (key.clone(), container.clone());
        async move {
            if let Some(head) = head {
                return Some((Ok(Bytes::from(head)), (number, None)));
            }
            tokio::time::sleep(PACE).await;
            let text = line(&key, &container, number, super::now(), stamps);
            Some((Ok(Bytes::from(text)), (number + 1, None)))
        }
    });
    Ok(answers::streamed("text/plain", pieces))
}

fn refuse_unready(pod: &Pod, container: &str) -> Result<(), Refusal> {
    let name = &pod.key().name;
    match pod.entry(container) {
        Entry::Open(_) => Ok(()),
        Entry::NotRunning if pod.phase() != "Pending" => Ok(()),
        Entry::NoSuchContainer => Err(Refusal::bad_request(format!(
            "container {container} is not valid for pod {name}"
        ))),
        Entry::NotRunning | Entry::Unscheduled => Err(Refusal::bad_request(format!(
            "container \"{container}\" in pod \"{name}\" is waiting to start: ContainerCreating"
        ))),
    }
}

fn line(key: &PodKey, container: &str, number: u64, at: i64, stamps: bool) -> String {
    let stamp = if stamps {
        format!("{} ", pod_json::time(at))
    } else {
        String::new()
    };
    let code = if number % 17 == 5 { 503 } else { 200 };
    let level = if code == 200 { "info" } else { "warn" };
    let millis = 3 + number * 7 % 90;
    format!(
        "{stamp}level={level} container={container} pod={} request={number} status={code} ms={millis}\n",
        key.name
    )
}
