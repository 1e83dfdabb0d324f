//! The embedded cluster through the real client: lists, watches, rights, faults.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test names the one event that it expects; all others are failures"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::TryStreamExt;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::authorization::v1::SelfSubjectAccessReview;
use k8s_openapi::api::core::v1::{Event, Namespace, Pod};
use kube::Api;
use kube::api::{ListParams, LogParams, PostParams, WatchEvent, WatchParams};
use kube::runtime::{WatchStreamExt, watcher};
use podmux::demo::{Churn, Control, Demo, DemoOptions, Denial, ShellChoice, StreamingLists, start};
use serde_json::json;
use tokio::time::timeout;

/// The longest that any answer may take.
const LONG: Duration = Duration::from_secs(20);

pub(crate) async fn demo(pods: usize) -> (Demo, Control) {
    let options = DemoOptions {
        pods,
        shells: ShellChoice::Simulated,
        churn: Churn::Still,
        ..DemoOptions::default()
    };
    let demo = start(options).unwrap();
    let control = demo.control();
    (demo, control)
}

fn made(name: &str) -> serde_json::Value {
    json!({
        "metadata": {"namespace": "shop", "name": name, "uid": format!("uid-{name}"), "labels": {"app": "made"}},
        "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "i"}]},
        "status": {"phase": "Running"},
    })
}

fn names(pods: &[Pod]) -> BTreeSet<String> {
    pods.iter()
        .filter_map(|pod| pod.metadata.name.clone())
        .collect()
}

#[tokio::test]
async fn a_list_holds_every_pod_and_pages_add_up_to_it() {
    let (demo, _) = demo(700).await;
    let pods: Api<Pod> = Api::all(demo.client());
    let all = pods.list(&ListParams::default()).await.unwrap();
    assert_eq!(all.items.len(), 700);
    let mut paged = Vec::new();
    let mut params = ListParams::default().limit(300);
    loop {
        let page = pods.list(&params).await.unwrap();
        paged.extend(page.items);
        match page.metadata.continue_.filter(|token| !token.is_empty()) {
            Some(token) => params = params.continue_token(&token),
            None => break,
        }
    }
    assert_eq!(paged.len(), 700);
    assert_eq!(names(&all.items), names(&paged));
}

#[tokio::test]
async fn selectors_and_namespaces_cut_the_list() {
    let (demo, _) = demo(214).await;
    let shop: Api<Pod> = Api::namespaced(demo.client(), "shop");
    let web = shop
        .list(&ListParams::default().labels("app=web"))
        .await
        .unwrap();
    assert_eq!(web.items.len(), 7);
    let one = shop
        .list(&ListParams::default().fields("metadata.name=web-6d9c8-4kq2p"))
        .await
        .unwrap();
    assert_eq!(one.items.len(), 1);
    let all: Api<Pod> = Api::all(demo.client());
    let failed = all
        .list(&ListParams::default().fields("status.phase=Failed"))
        .await
        .unwrap();
    assert!(!failed.items.is_empty());
    let namespaces: Api<Namespace> = Api::all(demo.client());
    let listed = namespaces.list(&ListParams::default()).await.unwrap();
    assert!(
        listed
            .items
            .iter()
            .any(|one| one.metadata.name.as_deref() == Some("billing"))
    );
    let deployments: Api<Deployment> = Api::namespaced(demo.client(), "shop");
    assert_eq!(
        deployments.get("web").await.unwrap().spec.unwrap().replicas,
        Some(7)
    );
}

#[tokio::test]
async fn a_missing_pod_is_a_404_in_the_right_words() {
    let (demo, _) = demo(10).await;
    let shop: Api<Pod> = Api::namespaced(demo.client(), "shop");
    match shop.get("nothing").await {
        Err(kube::Error::Api(status)) => {
            assert_eq!(status.code, 404);
            assert_eq!(status.message, "pods \"nothing\" not found");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_streaming_list_ends_its_initial_events_and_follows_changes() {
    let (demo, control) = demo(40).await;
    let pods: Api<Pod> = Api::all(demo.client());
    let config = watcher::Config::default().streaming_lists();
    let mut events = Box::pin(watcher(pods, config).default_backoff());
    let mut count = 0;
    loop {
        match timeout(LONG, events.try_next())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
        {
            watcher::Event::Init => {}
            watcher::Event::InitApply(_) => count += 1,
            watcher::Event::InitDone => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(count, 40);
    control.put_pod(made("new")).unwrap();
    match timeout(LONG, events.try_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
    {
        watcher::Event::Apply(pod) => assert_eq!(pod.metadata.name.as_deref(), Some("new")),
        other => panic!("{other:?}"),
    }
    assert!(control.remove_pod("shop", "new"));
    match timeout(LONG, events.try_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
    {
        watcher::Event::Delete(pod) => assert_eq!(pod.metadata.name.as_deref(), Some("new")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_cut_watch_and_a_forgotten_history_are_survived() {
    let (demo, control) = demo(20).await;
    let pods: Api<Pod> = Api::namespaced(demo.client(), "shop");
    let events = Box::pin(watcher(pods, watcher::Config::default()));
    let next = async |events: &mut std::pin::Pin<Box<_>>| loop {
        let events: &mut std::pin::Pin<
            Box<dyn futures_util::Stream<Item = watcher::Result<watcher::Event<Pod>>>>,
        > = events;
        match timeout(LONG, events.try_next()).await.unwrap() {
            Ok(Some(event)) => break event,
            Ok(None) => panic!("the watcher ended"),
            Err(_) => {}
        }
    };
    let mut events: std::pin::Pin<Box<dyn futures_util::Stream<Item = _>>> = events;
    while !matches!(next(&mut events).await, watcher::Event::InitDone) {}
    control.put_pod(made("before")).unwrap();
    assert!(matches!(next(&mut events).await, watcher::Event::Apply(_)));
    control.cut_watches();
    control.put_pod(made("after")).unwrap();
    match next(&mut events).await {
        watcher::Event::Apply(pod) => assert_eq!(pod.metadata.name.as_deref(), Some("after")),
        other => panic!("{other:?}"),
    }
    control.compact();
    control.cut_watches();
    assert!(matches!(next(&mut events).await, watcher::Event::Init));
    while !matches!(next(&mut events).await, watcher::Event::InitDone) {}
}

#[tokio::test]
async fn a_selecting_watch_deletes_what_stops_to_match() {
    let (demo, control) = demo(5).await;
    control.put_pod(made("a")).unwrap();
    let pods: Api<Pod> = Api::namespaced(demo.client(), "shop");
    let version = control.version().to_string();
    let params = WatchParams::default().labels("app=made");
    let mut events = Box::pin(pods.watch(&params, &version).await.unwrap());
    let mut other = made("a");
    other["metadata"]["labels"]["app"] = json!("other");
    control.put_pod(other).unwrap();
    match timeout(LONG, events.try_next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
    {
        WatchEvent::Deleted(pod) => assert_eq!(pod.metadata.name.as_deref(), Some("a")),
        event => panic!("{event:?}"),
    }
}

#[tokio::test]
async fn an_old_version_is_answered_with_410() {
    let (demo, _) = demo(5).await;
    let pods: Api<Pod> = Api::all(demo.client());
    let watch = pods.watch(&WatchParams::default(), "1").await;
    let expired = match watch {
        Err(kube::Error::Api(status)) => status.code == 410,
        Err(other) => panic!("{other:?}"),
        Ok(events) => {
            let first = timeout(LONG, Box::pin(events).try_next()).await.unwrap();
            matches!(first, Ok(Some(WatchEvent::Error(status))) if status.code == 410)
        }
    };
    assert!(expired);
}

#[tokio::test]
async fn a_watch_ends_at_its_time_limit_after_a_bookmark() {
    let (demo, _) = demo(5).await;
    let pods: Api<Pod> = Api::all(demo.client());
    let version = demo.control().version().to_string();
    let params = WatchParams::default().timeout(1);
    let events = pods.watch(&params, &version).await.unwrap();
    let all: Vec<_> = timeout(LONG, events.try_collect()).await.unwrap().unwrap();
    assert!(
        matches!(all.as_slice(), [WatchEvent::Bookmark(_)]),
        "{all:?}"
    );
}

#[tokio::test]
async fn a_server_without_streaming_lists_says_so() {
    let (demo, control) = demo(5).await;
    control.streaming_lists(StreamingLists::Refused);
    let pods: Api<Pod> = Api::all(demo.client());
    let mut events = Box::pin(watcher(pods, watcher::Config::default().streaming_lists()));
    let error = loop {
        match timeout(LONG, events.try_next()).await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert!(
        error.to_string().contains("422") || format!("{error:?}").contains("422"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_denied_verb_is_403_and_the_review_says_the_same() {
    let (demo, control) = demo(5).await;
    control.deny(Denial::everywhere("list", "namespaces"));
    let namespaces: Api<Namespace> = Api::all(demo.client());
    match namespaces.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) => {
            assert_eq!(status.code, 403);
            assert_eq!(
                status.message,
                "namespaces is forbidden: User \"demo\" cannot list resource \"namespaces\" in API group \"\" at the cluster scope"
            );
        }
        other => panic!("{other:?}"),
    }
    let reviews: Api<SelfSubjectAccessReview> = Api::all(demo.client());
    for (resource, allowed) in [("namespaces", false), ("pods", true)] {
        let review: SelfSubjectAccessReview = serde_json::from_value(json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "metadata": {},
            "spec": {"resourceAttributes": {"verb": "list", "resource": resource}},
        }))
        .unwrap();
        let answer = reviews
            .create(&PostParams::default(), &review)
            .await
            .unwrap();
        assert_eq!(answer.status.unwrap().allowed, allowed, "{resource}");
    }
    control.unauthorized(true);
    match namespaces.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) => assert_eq!(status.code, 401),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn logs_and_events_explain_a_pod() {
    let (demo, _) = demo(60).await;
    let pods: Api<Pod> = Api::namespaced(demo.client(), "shop");
    let params = LogParams {
        container: Some("app".to_owned()),
        tail_lines: Some(3),
        ..LogParams::default()
    };
    let log = pods.logs("web-6d9c8-4kq2p", &params).await.unwrap();
    assert_eq!(log.lines().count(), 3);
    let events: Api<Event> = Api::namespaced(demo.client(), "shop");
    let about = ListParams::default().fields("involvedObject.name=web-6d9c8-m2v8d");
    let listed = events.list(&about).await.unwrap();
    let reasons: Vec<_> = listed
        .items
        .iter()
        .filter_map(|one| one.reason.as_deref())
        .collect();
    assert_eq!(reasons, ["Scheduled", "BackOff"]);
}

#[tokio::test]
async fn the_same_cluster_can_be_served_on_the_loopback_address() {
    let (demo, _) = demo(12).await;
    let address = demo.listen().await.unwrap();
    let uri = format!("http://{address}").parse().unwrap();
    let client = kube::Client::try_from(kube::Config::new(uri)).unwrap();
    let pods: Api<Pod> = Api::all(client);
    assert_eq!(
        pods.list(&ListParams::default()).await.unwrap().items.len(),
        12
    );
}
