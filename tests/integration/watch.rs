//! The pod watch against a scripted API server: what it asks, what it passes on, what it says about itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use kube::Client;
use kube::client::Body;
use podmux::cluster::watch::{
    NamespaceMessage, QUEUE, Selectors, WatchHandle, watch_namespaces, watch_pods,
};
use podmux::ids::ContextName;
use podmux::inventory::{Inventory, PodDelta, Scope, WatchKey, WatchMessage, WatchState};
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// One answer of the server, given to the requests in turn.
struct Answer {
    status: u16,
    content_type: &'static str,
    chunks: Vec<Bytes>,
    end: End,
}

#[derive(Clone, Copy)]
enum End {
    /// The answer ends in good order.
    Closed,
    /// The connection stays open, and says no more.
    Open,
    /// The connection breaks.
    Broken,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            content_type: "application/json",
            chunks: vec![body.to_string().into()],
            end: End::Closed,
        }
    }

    fn refusal(code: u16, message: &str) -> Self {
        let body = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code});
        Self::json(code, &body)
    }

    fn watch(events: &[Value], end: End) -> Self {
        let lines = events
            .iter()
            .map(|event| format!("{event}\n").into())
            .collect();
        Self {
            status: 200,
            content_type: "application/json",
            chunks: lines,
            end,
        }
    }

    fn protobuf(chunks: Vec<Bytes>, end: End) -> Self {
        Self {
            status: 200,
            content_type: "application/vnd.kubernetes.protobuf;stream=watch",
            chunks,
            end,
        }
    }

    fn response(
        self,
    ) -> Response<StreamBody<stream::BoxStream<'static, std::io::Result<Frame<Bytes>>>>> {
        let chunks = stream::iter(self.chunks.into_iter().map(|chunk| Ok(Frame::data(chunk))));
        let body = match self.end {
            End::Closed => chunks.boxed(),
            End::Open => chunks.chain(stream::pending()).boxed(),
            End::Broken => chunks
                .chain(stream::iter([Err(
                    std::io::ErrorKind::ConnectionReset.into()
                )]))
                .boxed(),
        };
        let response = Response::builder()
            .status(self.status)
            .header("content-type", self.content_type);
        response.body(StreamBody::new(body)).unwrap()
    }
}

/// Gives its answers in order, and afterwards open watches without events; remembers what was asked.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            asked: Arc::default(),
        }
    }

    fn client(&self) -> Client {
        let script = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            script.asked.lock().unwrap().push(request.uri().to_string());
            let next = script.answers.lock().unwrap().pop_front();
            let answer = next.unwrap_or_else(|| Answer::watch(&[], End::Open));
            async move { Ok::<_, std::convert::Infallible>(answer.response()) }
        });
        Client::new(service, "default")
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

struct Watched {
    handle: WatchHandle,
    messages: mpsc::Receiver<(WatchKey, WatchMessage)>,
    key: WatchKey,
    inventory: Inventory,
    deltas: Vec<PodDelta>,
    deadline: tokio::time::Instant,
}

impl Watched {
    fn start(script: &Script) -> Self {
        let key = WatchKey {
            context: ContextName::new("test"),
            scope: Scope::Namespace("shop".into()),
        };
        let deadline = tokio::time::Instant::now() + Duration::from_secs(900);
        let (sender, messages) = mpsc::channel(QUEUE);
        let handle = watch_pods(
            script.client(),
            "https://test",
            key.clone(),
            Selectors::default(),
            sender,
        );
        Self {
            handle,
            messages,
            key,
            inventory: Inventory::new(),
            deltas: Vec::new(),
            deadline,
        }
    }

    /// The clock of these tests jumps ahead while nothing happens: a quarter of an hour passes at once.
    async fn next(&mut self) -> Option<(WatchKey, WatchMessage)> {
        let message = tokio::time::timeout_at(self.deadline, self.messages.recv()).await;
        message.unwrap_or_else(|_| panic!("nothing came of it; {:?}", self.deltas))
    }

    /// Folds what comes until a state satisfies the wish; every state on the way is returned.
    async fn until(&mut self, wanted: impl Fn(&WatchState) -> bool) -> Vec<WatchState> {
        let mut states = Vec::new();
        while let Some((key, message)) = self.next().await {
            assert_eq!(key, self.key);
            match message {
                WatchMessage::Deltas(deltas) => {
                    self.deltas.extend(deltas.iter().cloned());
                    self.inventory.apply_all(&key, deltas);
                }
                WatchMessage::State(state) => {
                    let found = wanted(&state);
                    states.push(state);
                    if found {
                        return states;
                    }
                }
            }
        }
        panic!("the watch ended after {states:?}");
    }

    /// Folds until the named pod is there, or gone.
    async fn until_pod(&mut self, name: &str, there: bool) {
        while self.names().iter().any(|known| known == name) != there {
            let (key, message) = self.next().await.expect("the watch goes on");
            if let WatchMessage::Deltas(deltas) = message {
                self.inventory.apply_all(&key, deltas);
            }
        }
    }

    async fn until_live(&mut self) -> Vec<WatchState> {
        self.until(|state| *state == WatchState::Live).await
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .inventory
            .iter()
            .map(|row| row.pod.name.to_string())
            .collect();
        names.sort();
        names
    }
}

fn pod(name: &str, version: u32) -> Value {
    json!({
        "kind": "Pod", "apiVersion": "v1",
        "metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{name}"), "resourceVersion": version.to_string()},
        "spec": {"containers": [{"name": "app", "image": "i"}]},
        "status": {"phase": "Running"},
    })
}

fn event(kind: &str, object: &Value) -> Value {
    json!({"type": kind, "object": object})
}

fn added(name: &str, version: u32) -> Value {
    event("ADDED", &pod(name, version))
}

fn bookmark(version: u32, ends_list: bool) -> Value {
    let annotations = if ends_list {
        json!({"k8s.io/initial-events-end": "true"})
    } else {
        json!({})
    };
    event(
        "BOOKMARK",
        &json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string(), "annotations": annotations}}),
    )
}

fn gone() -> Value {
    event(
        "ERROR",
        &json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "too old resource version", "reason": "Expired", "code": 410}),
    )
}

fn list(names: &[&str], version: u32) -> Value {
    let items: Vec<Value> = names.iter().map(|name| pod(name, version)).collect();
    json!({"kind": "PodList", "apiVersion": "v1", "metadata": {"resourceVersion": version.to_string()}, "items": items})
}

fn is_reconnecting(state: &WatchState) -> bool {
    matches!(state, WatchState::Reconnecting { .. })
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_is_passed_on_and_then_followed() {
    let events = [
        added("a", 1),
        added("b", 2),
        bookmark(3, true),
        event("DELETED", &pod("a", 4)),
        added("c", 5),
    ];
    let script = Script::new([Answer::watch(&events, End::Open)]);
    let mut watched = Watched::start(&script);
    let states = watched.until_live().await;
    assert_eq!(
        states,
        [
            WatchState::Connecting,
            WatchState::Listing,
            WatchState::Live
        ]
    );
    assert_eq!(watched.deltas.first(), Some(&PodDelta::Init));
    watched.until_pod("c", true).await;
    assert_eq!(watched.names(), ["b", "c"]);
    assert!(script.asked()[0].contains("/api/v1/namespaces/shop/pods?"));
    assert!(
        script.asked()[0].contains("sendInitialEvents=true"),
        "{:?}",
        script.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn protobuf_that_straddles_chunks_gives_the_same_rows() {
    let recorded = Bytes::from_static(include_bytes!("../data/watch/pods.watch.protobuf"));
    let chunks = recorded
        .chunks(1013)
        .map(|chunk| recorded.slice_ref(chunk))
        .collect();
    let script = Script::new([Answer::protobuf(chunks, End::Open)]);
    let mut watched = Watched::start(&script);
    watched.until_live().await;
    assert_eq!(watched.names().len(), 34);
    let lost = watched
        .inventory
        .iter()
        .find(|row| &*row.pod.name == "made-lost")
        .unwrap();
    assert_eq!(&*lost.status.word, "Unknown");
}

#[tokio::test(start_paused = true)]
async fn a_gone_version_lists_again_and_drops_what_is_no_longer_there() {
    let script = Script::new([
        Answer::watch(
            &[added("a", 1), added("b", 2), bookmark(3, true), gone()],
            End::Open,
        ),
        Answer::watch(&[added("b", 2), bookmark(9, true)], End::Open),
    ]);
    let mut watched = Watched::start(&script);
    watched.until_live().await;
    let states = watched.until_live().await;
    assert!(!states.iter().any(is_reconnecting), "{states:?}");
    assert_eq!(watched.names(), ["b"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_for_good_is_not_hammered() {
    let script = Script::new((0..50).map(|_| Answer::watch(&[gone()], End::Open)));
    let mut watched = Watched::start(&script);
    watched.until(is_reconnecting).await;
    assert!(script.asked().len() <= 2, "{:?}", script.asked());
}

#[tokio::test(start_paused = true)]
async fn a_missing_right_is_said_and_asked_for_again_when_told() {
    let message = r#"pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "shop""#;
    let allowed = [added("a", 1), bookmark(3, true)];
    let script = Script::new([
        Answer::refusal(403, message),
        Answer::watch(&allowed, End::Open),
    ]);
    let mut watched = Watched::start(&script);
    let states = watched
        .until(|state| matches!(state, WatchState::Forbidden { .. }))
        .await;
    let forbidden = WatchState::Forbidden {
        verb: "watch".into(),
        resource: "pods".into(),
        namespace: Some("shop".into()),
        user: "jane".into(),
    };
    assert_eq!(states.last(), Some(&forbidden));
    watched.handle.retry_now();
    watched.until_live().await;
    assert_eq!(watched.names(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_without_streaming_lists_is_listed_page_by_page() {
    let mut first = list(&["a"], 5);
    first["metadata"]["continue"] = "next".into();
    let script = Script::new([
        Answer::refusal(
            422,
            "sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled",
        ),
        Answer::json(200, &first),
        Answer::json(200, &list(&["b"], 5)),
        Answer::watch(&[added("c", 6)], End::Open),
    ]);
    let mut watched = Watched::start(&script);
    watched.until_live().await;
    assert_eq!(watched.names(), ["a", "b"]);
    watched.until_pod("c", true).await;
    let asked = script.asked();
    assert!(
        asked[1].contains("limit=500") && asked[2].contains("continue=next"),
        "{asked:?}"
    );
    assert!(asked[3].contains("resourceVersion=5"), "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn a_streaming_list_that_never_ends_is_given_up_for_pages() {
    let script = Script::new([
        Answer::watch(&[added("a", 1)], End::Open),
        Answer::json(200, &list(&["a", "b"], 5)),
    ]);
    let mut watched = Watched::start(&script);
    watched.until_live().await;
    assert_eq!(watched.names(), ["a", "b"]);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_said_and_the_watch_goes_on_where_it_stood() {
    let script = Script::new([
        Answer::watch(
            &[added("a", 1), bookmark(3, true), bookmark(7, false)],
            End::Broken,
        ),
        Answer::watch(&[added("b", 8)], End::Open),
    ]);
    let mut watched = Watched::start(&script);
    let states = watched.until(is_reconnecting).await;
    assert!(
        matches!(
            states.last(),
            Some(WatchState::Reconnecting { attempt: 1, .. })
        ),
        "{states:?}"
    );
    watched.until_live().await;
    watched.until_pod("b", true).await;
    assert_eq!(watched.names(), ["a", "b"]);
    assert!(
        script.asked()[1].contains("resourceVersion=7"),
        "{:?}",
        script.asked()
    );
}

#[tokio::test(start_paused = true)]
async fn a_quiet_connection_is_live_as_soon_as_the_server_answers() {
    let script = Script::new([
        Answer::watch(&[bookmark(3, true)], End::Broken),
        Answer::watch(&[], End::Open),
    ]);
    let mut watched = Watched::start(&script);
    watched.until(is_reconnecting).await;
    let before = tokio::time::Instant::now();
    watched.until_live().await;
    assert!(
        before.elapsed() < Duration::from_secs(2),
        "{:?}",
        before.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn a_frame_cut_short_is_a_broken_connection() {
    let recorded = Bytes::from_static(include_bytes!("../data/watch/pods.watch.protobuf"));
    let script = Script::new([
        Answer::protobuf(vec![recorded.slice(..recorded.len() - 9)], End::Closed),
        Answer::watch(&[added("a", 1), bookmark(3, true)], End::Open),
    ]);
    let mut watched = Watched::start(&script);
    let states = watched.until_live().await;
    assert!(states.iter().any(is_reconnecting), "{states:?}");
    assert_eq!(watched.names(), ["a"]);
}

#[tokio::test(start_paused = true)]
async fn waits_grow_while_the_server_stays_away() {
    let script = Script::new((0..5).map(|_| Answer::refusal(500, "etcd is away")));
    let mut watched = Watched::start(&script);
    let mut last = Duration::ZERO;
    for expected in 1..=4 {
        let before = tokio::time::Instant::now();
        let states = watched.until(is_reconnecting).await;
        let Some(WatchState::Reconnecting {
            attempt, reason, ..
        }) = states.last()
        else {
            unreachable!()
        };
        assert_eq!(*attempt, expected);
        assert!(reason.contains("etcd is away"), "{reason}");
        assert!(
            expected == 1 || before.elapsed() > last,
            "{:?} after {last:?}",
            before.elapsed()
        );
        last = before.elapsed();
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_when_nobody_listens() {
    let script = Script::new([Answer::watch(
        &[bookmark(3, true), added("a", 4)],
        End::Broken,
    )]);
    let Watched {
        handle, messages, ..
    } = Watched::start(&script);
    drop(messages);
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(script.asked().len() <= 1, "{:?}", script.asked());
    drop(handle);
}

#[tokio::test(start_paused = true)]
async fn namespaces_are_sent_whole_and_again_when_they_change() {
    let namespace = |name: &str, version: u32| json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": name, "resourceVersion": version.to_string()}});
    let events = [
        event("ADDED", &namespace("shop", 1)),
        event("ADDED", &namespace("cart", 2)),
        bookmark(3, true),
        event("ADDED", &namespace("demo", 4)),
        event("DELETED", &namespace("shop", 5)),
    ];
    let script = Script::new([Answer::watch(&events, End::Open)]);
    let (sender, mut messages) = mpsc::channel(QUEUE);
    let _handle = watch_namespaces(
        script.client(),
        "https://test",
        ContextName::new("test"),
        sender,
    );
    let mut last = Vec::new();
    let mut first = None;
    while last != ["cart", "demo"] {
        if let (_, NamespaceMessage::Names(names)) =
            tokio::time::timeout(Duration::from_secs(60), messages.recv())
                .await
                .unwrap()
                .unwrap()
        {
            last = names.iter().map(ToString::to_string).collect();
            first.get_or_insert(last.clone());
        }
    }
    assert!(first.is_some_and(|first| first.contains(&"cart".to_owned())));
}
