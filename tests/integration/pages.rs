//! Pages about pods and their use, asked of the embedded cluster through the real client.

use std::time::Duration;

use podmux::cluster::metrics::watch_use;
use podmux::cluster::pages::{PageError, describe, events, follow, logs, yaml};
use podmux::demo::{Demo, Denial};
use podmux::ids::{ContextName, PodRef};
use podmux::inventory::Scope;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::demo::demo;

/// The longest that any answer may take.
const LONG: Duration = Duration::from_secs(20);

fn pod(namespace: &str, name: &str) -> PodRef {
    PodRef {
        context: ContextName::new(Demo::CONTEXT),
        namespace: namespace.into(),
        name: name.into(),
    }
}

fn web() -> PodRef {
    pod("shop", "web-6d9c8-4kq2p")
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

fn denial(verb: &str, resource: &str) -> Denial {
    Denial {
        verb: verb.to_owned(),
        resource: resource.to_owned(),
        namespace: None,
    }
}

#[tokio::test]
async fn every_page_of_a_pod_is_served() {
    let (demo, _) = demo(214).await;
    let client = demo.client();
    let log = logs(&client, &web(), None, now()).await.unwrap().lines;
    assert!(
        log.iter().filter(|line| line.contains("request=")).count() >= 40,
        "{log:#?}"
    );
    let page = describe(&client, &web(), now()).await.unwrap();
    assert_eq!(page[0], "Name:          web-6d9c8-4kq2p");
    assert!(
        page.iter().any(|line| line.contains("Scheduled")),
        "{page:#?}"
    );
    let object = yaml(&client, &web()).await.unwrap();
    assert!(
        object.contains(&"  name: web-6d9c8-4kq2p".to_owned()),
        "{object:#?}"
    );
    let table = events(&client, &web(), now()).await.unwrap();
    assert!(table[0].starts_with("AGE") && table.len() > 1, "{table:#?}");
}

#[tokio::test]
async fn a_restarted_container_has_both_logs_under_their_headings() {
    let (demo, control) = demo(20).await;
    let state = json!({"running": {"startedAt": "2026-01-01T00:00:00Z"}});
    let last = json!({"terminated": {"exitCode": 3, "reason": "Error"}});
    control
        .put_pod(json!({
            "metadata": {"namespace": "shop", "name": "twice", "uid": "u"},
            "spec": {"nodeName": "n1", "containers": [{"name": "app", "image": "i"}]},
            "status": {"phase": "Running", "containerStatuses": [{"name": "app", "image": "i", "imageID": "", "ready": true,
                "restartCount": 1, "state": state, "lastState": last}]},
        }))
        .unwrap();
    let log = logs(&demo.client(), &pod("shop", "twice"), Some("app"), now())
        .await
        .unwrap()
        .lines;
    let headings: Vec<&String> = log.iter().filter(|line| line.starts_with("===")).collect();
    assert_eq!(headings[0], "=== previous run, ended, Error, exit code 3");
    assert!(
        headings[1].starts_with("=== this run, started"),
        "{headings:?}"
    );
    let asked = control.requests();
    let logs = asked.iter().filter(|line| line.contains("/log?"));
    let logs: Vec<bool> = logs.map(|line| line.contains("previous=true")).collect();
    assert_eq!(logs, [true, false]);
}

#[tokio::test]
async fn a_missing_right_is_named_and_a_pod_that_is_gone_is_said() {
    let (demo, control) = demo(214).await;
    let client = demo.client();
    let gone = yaml(&client, &pod("shop", "nobody")).await.unwrap_err();
    assert!(matches!(gone, PageError::Gone { .. }), "{gone}");
    control.deny(denial("list", "events"));
    let refused = events(&client, &web(), now())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("you may not list events in namespace shop"),
        "{refused}"
    );
    // The rest of describe is there.
    let page = describe(&client, &web(), now()).await.unwrap().join("\n");
    assert!(
        page.contains("Events:        you may not list events"),
        "{page}"
    );
    control.deny(denial("get", "pods"));
    let refused = yaml(&client, &web()).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("you may not get pods in namespace shop"),
        "{refused}"
    );
    // Logs need no look at the pod.
    let log = logs(&client, &web(), Some("app"), now()).await;
    assert!(log.is_ok(), "{log:?}");
    control.deny(denial("get", "pods/log"));
    let refused = logs(&client, &web(), None, now())
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with("you may not get pods/log in namespace shop"),
        "{refused}"
    );
}

#[tokio::test]
async fn the_use_of_pods_comes_in_one_batch() {
    let (demo, _) = demo(214).await;
    let (sender, mut batches) = mpsc::channel(2);
    let handle = watch_use(demo.client(), ContextName::new(Demo::CONTEXT), sender);
    handle.want(vec![Scope::Namespace("shop".into())]);
    let batch = timeout(LONG, batches.recv()).await.unwrap().unwrap();
    let found = batch.pods.iter().find(|found| found.pod == web()).unwrap();
    assert!(
        found.cpu_millicores > 0 && found.memory_bytes > 1 << 20,
        "{found:?}"
    );
}

#[tokio::test]
async fn refused_metrics_end_quietly() {
    let (demo, control) = demo(20).await;
    control.deny(denial("list", "pods"));
    let (sender, mut batches) = mpsc::channel(2);
    let handle = watch_use(demo.client(), ContextName::new(Demo::CONTEXT), sender);
    handle.want(vec![Scope::All]);
    assert_eq!(timeout(LONG, batches.recv()).await.unwrap(), None);
    drop(handle);
}

#[tokio::test]
async fn a_followed_log_goes_on_until_nobody_listens() {
    let (demo, _) = demo(214).await;
    let client = demo.client();
    let (lines, mut coming) = mpsc::channel(4);
    let pod = web();
    let read = follow(&client, &pod, Some("app"), &lines);
    let listened = async {
        let first = coming.recv().await.unwrap();
        assert!(first.len() >= 40, "{first:#?}");
        let next = coming.recv().await.unwrap();
        assert!(next[0].contains("request=40"), "{next:?}");
        drop(coming);
    };
    let (read, ()) = timeout(LONG, async { tokio::join!(read, listened) })
        .await
        .unwrap();
    read.unwrap();
}
