use std::convert::Infallible;

use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};

use super::*;

fn context() -> ContextName {
    ContextName::new("c")
}

/// A server that answers every request the same way and tells the paths.
fn server(code: u16, answer: &Value) -> (Client, mpsc::Receiver<String>) {
    let (asked, paths) = mpsc::channel(16);
    let text = answer.to_string();
    let service = tower::service_fn(move |request: Request<Body>| {
        let (asked, text) = (asked.clone(), text.clone());
        async move {
            asked.send(request.uri().path().to_owned()).await.unwrap();
            let body = Body::from(text.into_bytes());
            Ok::<_, Infallible>(Response::builder().status(code).body(body).unwrap())
        }
    });
    (Client::new(service, "default"), paths)
}

fn refusal(code: u16) -> Value {
    json!({"kind": "Status", "status": "Failure", "message": "no", "reason": "No", "code": code})
}

fn list() -> Value {
    json!({"items": [
        {"metadata": {"name": "web-1", "namespace": "shop"}, "window": "15s", "containers": [
            {"name": "app", "usage": {"cpu": "1500001n", "memory": "20Mi"}},
            {"name": "proxy", "usage": {"cpu": "499999n", "memory": "1Ki"}},
        ]},
        {"metadata": {"name": "odd", "namespace": "shop"}, "containers": [{"name": "app", "usage": {"cpu": "much", "memory": "1"}}]},
        {"metadata": {"name": "ended", "namespace": "shop"}, "containers": []},
    ]})
}

#[test]
fn containers_are_summed_and_unreadable_pods_left_out() {
    let pods = uses(&context(), serde_json::from_value(list()).unwrap());
    let read: Vec<_> = pods
        .iter()
        .map(|found| (&*found.pod.name, found.cpu_millicores, found.memory_bytes))
        .collect();
    assert_eq!(read, [("web-1", 2, (20 << 20) + 1024), ("ended", 0, 0)]);
    assert!(Arc::ptr_eq(&pods[0].pod.namespace, &pods[1].pod.namespace));
}

#[tokio::test(start_paused = true)]
async fn it_asks_only_while_wanted_and_then_every_period() {
    let (client, mut paths) = server(200, &list());
    let (sender, mut batches) = mpsc::channel(4);
    let handle = watch_use(client, context(), sender);
    tokio::time::sleep(PERIOD * 3).await;
    assert!(paths.try_recv().is_err(), "asked before anybody wanted it");

    handle.want(vec![Scope::Namespace("shop".into())]);
    let started = tokio::time::Instant::now();
    for round in 0..3 {
        let batch = batches.recv().await.unwrap();
        assert_eq!(
            (batch.pods.len(), &batch.scope),
            (2, &Scope::Namespace("shop".into()))
        );
        assert_eq!(started.elapsed().as_secs(), round * PERIOD.as_secs());
        let path = paths.recv().await.unwrap();
        assert_eq!(path, "/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods");
    }
    handle.stop();
    tokio::time::sleep(PERIOD * 3).await;
    assert!(paths.try_recv().is_err(), "asked after it was stopped");

    handle.want(vec![Scope::All]);
    batches.recv().await.unwrap();
    assert_eq!(
        paths.recv().await.unwrap(),
        "/apis/metrics.k8s.io/v1beta1/pods"
    );
    assert!(!handle.is_over());
}

#[tokio::test(start_paused = true)]
async fn a_cluster_without_metrics_and_a_refusal_end_it_after_one_request() {
    for code in [404, 403] {
        let (client, mut paths) = server(code, &refusal(code));
        let (sender, mut batches) = mpsc::channel(4);
        let handle = watch_use(client, context(), sender);
        handle.want(vec![Scope::All]);
        assert_eq!(batches.recv().await, None, "{code}");
        assert!(paths.recv().await.is_some());
        tokio::time::sleep(PERIOD * 3).await;
        assert!(handle.is_over() && paths.try_recv().is_err(), "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_in_trouble_is_asked_again() {
    let (client, mut paths) = server(503, &refusal(503));
    let (sender, _batches) = mpsc::channel(4);
    let handle = watch_use(client, context(), sender);
    handle.want(vec![Scope::All]);
    for _ in 0..3 {
        paths.recv().await.unwrap();
    }
    assert!(!handle.is_over());
}
