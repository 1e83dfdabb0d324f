//! Owns the events of a pod: asked for, put in order of time, laid out as a table. Used as a page and at the end of describe.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::Event;
use kube::Client;
use kube::core::params::ListParams;
use kube::core::{ObjectList, Request, Resource};

use super::PageError;
use super::lines::{Page, age};
use super::request::{self, Asked};
use crate::ids::PodRef;

/// The pod's events as a table, the newest last; empty where there are none. `now` in Unix seconds.
///
/// # Errors
/// Every variant of [`PageError`] but `NoLog` and `TimedOut`.
pub async fn events(client: &Client, pod: &PodRef, now: i64) -> Result<Vec<String>, PageError> {
    let found = of_pod(client, pod, None).await?;
    let mut page = Page::default();
    table(&mut page, 0, found, now);
    Ok(page.into_lines())
}

/// Asks for the events of all pods that had this name, or of one by its uid.
///
/// # Errors
/// As [`events`].
pub(super) async fn of_pod(
    client: &Client,
    pod: &PodRef,
    uid: Option<&str>,
) -> Result<Vec<Event>, PageError> {
    let asked = Asked {
        verb: "list",
        resource: "events",
        pod,
    };
    let mut fields = format!("involvedObject.kind=Pod,involvedObject.name={}", pod.name);
    if let Some(uid) = uid {
        fields = format!("{fields},involvedObject.uid={uid}");
    }
    let path = Event::url_path(&(), Some(&pod.namespace));
    let request = Request::new(path).list(&ListParams::default().fields(&fields));
    let list: ObjectList<Event> = request::document(client, request, asked).await?;
    Ok(list.items)
}

/// Writes the table with its head; nothing where there are no events.
pub(super) fn table(page: &mut Page, depth: usize, mut events: Vec<Event>, now: i64) {
    if events.is_empty() {
        return;
    }
    // The sort is stable: events of the same second stay as the server gave them.
    events.sort_by_key(last_seen);
    let head = ["AGE", "TYPE", "REASON", "COUNT", "MESSAGE"].map(str::to_owned);
    let rows = events.iter().map(|event| row(event, now));
    let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
    page.table(depth, &rows);
}

fn row(event: &Event, now: i64) -> [String; 5] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        last_seen(event).map_or_else(|| "?".to_owned(), |at| age(at, now)),
        text(&event.type_),
        text(&event.reason),
        count(event).to_string(),
        text(&event.message),
    ]
}

/// How often it happened; events of the newer kind count in their series.
fn count(event: &Event) -> i32 {
    let series = event.series.as_ref().and_then(|series| series.count);
    series.or(event.count).unwrap_or(1).max(1)
}

fn last_seen(event: &Event) -> Option<Timestamp> {
    let series = event
        .series
        .as_ref()
        .and_then(|series| series.last_observed_time.as_ref());
    let newer = series.or(event.event_time.as_ref()).map(|time| time.0);
    let older = event
        .last_timestamp
        .as_ref()
        .or(event.first_timestamp.as_ref());
    let made = event.metadata.creation_timestamp.as_ref();
    newer
        .max(older.map(|time| time.0))
        .or_else(|| made.map(|time| time.0))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rendered(events: Value) -> Vec<String> {
        let events = serde_json::from_value(events).unwrap();
        let mut page = Page::default();
        let now = "2026-01-01T01:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .as_second();
        table(&mut page, 0, events, now);
        page.into_lines()
    }

    #[test]
    fn the_newest_event_comes_last_whichever_clock_it_carries() {
        let about = json!({"kind": "Pod"});
        let lines = rendered(json!([
            {"metadata": {}, "involvedObject": about, "type": "Warning", "reason": "BackOff", "message": "Back-off\nrestarting",
             "count": 12, "firstTimestamp": "2026-01-01T00:00:00Z", "lastTimestamp": "2026-01-01T00:59:00Z"},
            {"metadata": {}, "involvedObject": about, "type": "Normal", "reason": "Scheduled", "message": "assigned",
             "eventTime": "2026-01-01T00:00:00.000000Z", "lastTimestamp": null},
            {"metadata": {}, "involvedObject": about, "type": "Normal", "reason": "Seen", "message": "often", "eventTime": "2026-01-01T00:00:00.000000Z",
             "series": {"count": 3, "lastObservedTime": "2026-01-01T00:30:00.000000Z"}},
            {"metadata": {"creationTimestamp": "2026-01-01T00:40:00Z"}, "involvedObject": about, "reason": "Bare"},
            {"metadata": {}, "involvedObject": about, "type": "Normal", "reason": "Timeless", "message": "\u{1b}[2Jx"},
        ]));
        assert_eq!(
            lines,
            [
                "AGE  TYPE     REASON     COUNT  MESSAGE",
                "?    Normal   Timeless   1      x",
                "60m  Normal   Scheduled  1      assigned",
                "30m  Normal   Seen       3      often",
                "20m           Bare       1",
                "60s  Warning  BackOff    12     Back-off restarting",
            ]
        );
    }

    #[test]
    fn no_events_are_no_lines() {
        assert_eq!(rendered(json!([])), Vec::<String>::new());
    }
}
