//! Owns answers to WATCH requests: initial events, changes, bookmarks, 410, time limits. Each answer is a stream that lives and dies with its
//! connection, so no task is left behind. Called by `server`.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::Response;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::answers::{self, Body, Refusal};
use super::faults::{Faults, StreamingLists};
use super::lists;
use super::pod_json;
use super::routes::Query;
use super::selectors::Selection;
use super::store::{Change, Store, Stored};

/// Changes written in one piece.
const PIECE: usize = 64;

/// How often a bookmark tells the version while nothing changes.
const BOOKMARK_EVERY: Duration = Duration::from_secs(30);

/// The longest that a watch without a limit of its own lives.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// What is watched.
#[derive(Debug)]
pub(super) enum Watched {
    Pods(Selection),
    Namespaces { started: i64 },
}

struct Watch {
    store: Arc<Store>,
    watched: Watched,
    initial: VecDeque<Bytes>,
    pods: std::vec::IntoIter<Stored>,
    end_mark: bool,
    version: u64,
    bookmarks: bool,
    latest: watch::Receiver<u64>,
    cuts: watch::Receiver<u64>,
    bookmark_at: tokio::time::Instant,
    ends_at: tokio::time::Instant,
    over: bool,
}

/// Starts a watch.
///
/// # Errors
/// 400 for a bad version; 422 for options that do not fit together. A version that is too old is told in the stream, as the watch cache of a
/// real server does: kube's watcher lists again only then.
pub(super) fn answer(
    store: &Arc<Store>,
    faults: &Faults,
    watched: Watched,
    query: &Query,
) -> Result<Response<Body>, Refusal> {
    let initial_events = initial_events(faults, query)?;
    // Subscribed before the first look, so that no change falls between.
    let (latest, cuts) = (store.subscribe(), faults.watch_cuts());
    let asked = version(query)?;
    if faults.take_expired_watch() {
        return Err(Refusal::expired(asked, store.version()));
    }
    let now = tokio::time::Instant::now();
    let mut watch = Watch {
        store: Arc::clone(store),
        watched,
        initial: VecDeque::new(),
        pods: Vec::new().into_iter(),
        end_mark: initial_events,
        version: asked,
        bookmarks: query.flag("allowWatchBookmarks"),
        latest,
        cuts,
        bookmark_at: now + BOOKMARK_EVERY,
        ends_at: now + time_limit(query),
        over: false,
    };
    if initial_events || asked == 0 {
        watch.take_snapshot();
    }
    Ok(answers::streamed(
        "application/json",
        stream::unfold(watch, step),
    ))
}

fn initial_events(faults: &Faults, query: &Query) -> Result<bool, Refusal> {
    if query.get("sendInitialEvents").is_empty() {
        return Ok(false);
    }
    match faults.streaming_lists() {
        StreamingLists::Refused => Err(Refusal::invalid(
            "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
        )),
        StreamingLists::Served if query.get("resourceVersionMatch") != "NotOlderThan" => {
            Err(Refusal::invalid(
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            ))
        }
        StreamingLists::Served => Ok(query.flag("sendInitialEvents")),
    }
}

fn version(query: &Query) -> Result<u64, Refusal> {
    match query.get("resourceVersion") {
        "" => Ok(0),
        text => text.parse().map_err(|error| {
            Refusal::bad_request(format!("resourceVersion: Invalid value: {text:?}: {error}"))
        }),
    }
}

fn time_limit(query: &Query) -> Duration {
    query
        .get("timeoutSeconds")
        .parse()
        .map_or(LONGEST, Duration::from_secs)
        .min(LONGEST)
}

enum Woken {
    Changed,
    Cut,
    Bookmark,
    Over,
}

async fn step(mut watch: Watch) -> Option<(std::io::Result<Bytes>, Watch)> {
    loop {
        if watch.over {
            return None;
        }
        if let Some(piece) = watch.ready() {
            return Some((Ok(piece), watch));
        }
        match watch.wait().await {
            Woken::Changed => {}
            Woken::Cut => {
                watch.over = true;
                let cut = std::io::Error::other("the watch was cut by a scripted fault");
                return Some((Err(cut), watch));
            }
            Woken::Bookmark => {
                watch.bookmark_at = tokio::time::Instant::now() + BOOKMARK_EVERY;
                if watch.bookmarks {
                    let mark = watch.bookmark(false);
                    return Some((Ok(mark), watch));
                }
            }
            Woken::Over => {
                watch.over = true;
                return watch.bookmarks.then(|| (Ok(watch.bookmark(false)), watch));
            }
        }
    }
}

impl Watch {
    fn take_snapshot(&mut self) {
        match &self.watched {
            Watched::Pods(selection) => {
                let takes = |pod: &_| selection.takes(pod);
                let (version, pods, _) = self.store.page(None, usize::MAX, takes);
                self.version = version;
                self.pods = pods.into_iter();
            }
            Watched::Namespaces { started } => {
                let lines = self.store.namespaces(0);
                self.version = self.store.version();
                let line = |name: &str, version| {
                    line("ADDED", &lists::namespace_object(name, version, *started))
                };
                let text: String = lines.iter().map(|(name, at)| line(name, *at)).collect();
                self.initial.push_back(Bytes::from(text));
            }
        }
    }

    /// The next piece that can be written without waiting.
    fn ready(&mut self) -> Option<Bytes> {
        if let Some(piece) = self.initial.pop_front() {
            return Some(piece);
        }
        let added = |stored: Stored| line("ADDED", &pod_json::object(&stored.pod, stored.version));
        let text: String = self.pods.by_ref().take(PIECE).map(added).collect();
        if !text.is_empty() {
            return Some(Bytes::from(text));
        }
        if std::mem::take(&mut self.end_mark) {
            return Some(self.bookmark(true));
        }
        self.changes()
    }

    fn changes(&mut self) -> Option<Bytes> {
        self.latest.mark_unchanged();
        let text = match &self.watched {
            Watched::Pods(selection) => match self.store.since(self.version, PIECE) {
                Ok(changes) => {
                    self.version = changes.last().map_or(self.version, |change| change.version);
                    changes
                        .iter()
                        .filter_map(|change| changed(change, selection))
                        .collect()
                }
                Err(gone) => {
                    self.over = true;
                    // The answer still has to be written, so `step` sees the end one turn later.
                    let refusal = Refusal::expired(self.version, gone.oldest);
                    return Some(Bytes::from(line("ERROR", &refusal.status())));
                }
            },
            Watched::Namespaces { started } => {
                let new = self.store.namespaces(self.version);
                self.version = self.store.version();
                let text: String = new
                    .iter()
                    .map(|(name, at)| line("ADDED", &lists::namespace_object(name, *at, *started)))
                    .collect();
                text
            }
        };
        (!text.is_empty()).then(|| Bytes::from(text))
    }

    async fn wait(&mut self) -> Woken {
        if self.store.version() > self.version && matches!(self.watched, Watched::Pods(_)) {
            // Only changes that the selection leaves out were read so far, or more than one piece is due.
            if self
                .store
                .since(self.version, 1)
                .is_ok_and(|changes| !changes.is_empty())
            {
                return Woken::Changed;
            }
        }
        tokio::select! {
            _ = self.latest.changed() => Woken::Changed,
            _ = self.cuts.changed() => Woken::Cut,
            () = tokio::time::sleep_until(self.bookmark_at) => Woken::Bookmark,
            () = tokio::time::sleep_until(self.ends_at) => Woken::Over,
        }
    }

    fn bookmark(&self, end_of_initial: bool) -> Bytes {
        let (kind, version) = match self.watched {
            Watched::Pods(_) => ("Pod", self.version),
            Watched::Namespaces { .. } => ("Namespace", self.version),
        };
        let mut metadata =
            json!({"resourceVersion": version.to_string(), "creationTimestamp": null});
        if end_of_initial && let Value::Object(map) = &mut metadata {
            map.insert(
                "annotations".to_owned(),
                json!({"k8s.io/initial-events-end": "true"}),
            );
        }
        let object = json!({
            "kind": kind,
            "apiVersion": "v1",
            "metadata": metadata,
            "spec": {"containers": null},
            "status": {},
        });
        Bytes::from(line("BOOKMARK", &object))
    }
}

/// An object that stops to match is deleted for this watch, one that begins to match is added.
fn changed(change: &Change, selection: &Selection) -> Option<String> {
    let before = change.before.as_ref().filter(|pod| selection.takes(pod));
    let after = change.after.as_ref().filter(|pod| selection.takes(pod));
    let (kind, pod) = match (before, after) {
        (None, None) => return None,
        (None, Some(pod)) => ("ADDED", pod),
        (Some(before), Some(after)) if before.uid() != after.uid() => {
            let gone = line("DELETED", &pod_json::object(before, change.version));
            let new = line("ADDED", &pod_json::object(after, change.version));
            return Some(gone + &new);
        }
        (Some(_), Some(pod)) => ("MODIFIED", pod),
        (Some(pod), None) => ("DELETED", change.after.as_ref().unwrap_or(pod)),
    };
    Some(line(kind, &pod_json::object(pod, change.version)))
}

fn line(kind: &str, object: &Value) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}
