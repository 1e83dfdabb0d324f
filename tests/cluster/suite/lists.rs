//! Every pod of the cluster, against the table that its API server prints for kubectl.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kube::Client;
use podmux::cluster::client::{Clients, Overrides, connect};
use podmux::cluster::kubeconfig::{KubeconfigSources, load};
use podmux::cluster::watch::{NamespaceMessage, QUEUE, Selectors, watch_namespaces, watch_pods};
use podmux::ids::ContextName;
use podmux::inventory::{Inventory, Scope, WatchKey, WatchMessage, WatchState};
use serde_json::Value;
use tokio::sync::mpsc;

async fn clients(file: PathBuf) -> Clients {
    let merged = load(&KubeconfigSources {
        flag: Some(file),
        ..KubeconfigSources::default()
    })
    .unwrap();
    connect(&merged, &merged.pick(None).unwrap(), &Overrides::default())
        .await
        .unwrap()
}

fn kubeconfig() -> PathBuf {
    crate::support::variable("KUBECONFIG").into()
}

/// `namespace/name` to READY, STATUS and the count of RESTARTS.
type Table = BTreeMap<String, (String, String, String)>;

async fn printed(client: &Client) -> Table {
    let accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    let request = http::Request::get("/api/v1/pods")
        .header("accept", accept)
        .body(Vec::new())
        .unwrap();
    let table: Value = client.request(request).await.unwrap();
    let rows = table["rows"].as_array().unwrap().iter().map(|row| {
        let meta = &row["object"]["metadata"];
        let cell = |index: usize| row["cells"][index].to_string().trim_matches('"').to_owned();
        let restarts = cell(3).split(' ').next().unwrap_or_default().to_owned();
        let name = format!(
            "{}/{}",
            meta["namespace"].as_str().unwrap(),
            meta["name"].as_str().unwrap()
        );
        (name, (cell(1), cell(2), restarts))
    });
    rows.collect()
}

async fn listed(clients: &Clients) -> Table {
    let key = WatchKey {
        context: ContextName::new("real"),
        scope: Scope::All,
    };
    let (sender, mut messages) = mpsc::channel(QUEUE);
    let _handle = watch_pods(
        clients.exec.clone(),
        &clients.server,
        key,
        Selectors::default(),
        sender,
    );
    let mut inventory = Inventory::new();
    loop {
        match messages.recv().await.unwrap() {
            (key, WatchMessage::Deltas(deltas)) => {
                inventory.apply_all(&key, deltas);
            }
            (_, WatchMessage::State(WatchState::Live)) => break,
            (_, WatchMessage::State(_)) => {}
        }
    }
    let rows = inventory.iter().map(|row| {
        let cells = (
            format!("{}/{}", row.ready.0, row.ready.1),
            row.status.word.to_string(),
            row.restarts.to_string(),
        );
        (row.pod.to_string(), cells)
    });
    rows.collect()
}

/// Pods change while we look, so a pod counts when the server printed the same before and after.
#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn every_cell_is_the_one_that_the_api_server_prints() {
    let clients = clients(kubeconfig()).await;
    let (before, ours, after) = (
        printed(&clients.api).await,
        listed(&clients).await,
        printed(&clients.api).await,
    );
    let mut compared = 0;
    for (name, cells) in before
        .iter()
        .filter(|(name, cells)| after.get(*name) == Some(*cells))
    {
        assert_eq!(ours.get(name), Some(cells), "{name}");
        compared += 1;
    }
    println!("{compared} of {} pods compared", before.len());
    assert!(compared > 0);
}

#[tokio::test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn namespaces_are_listed_or_their_right_is_named() {
    for (name, allowed) in [("admin", true), ("one-namespace", false)] {
        let clients = clients(kubeconfig().with_file_name(format!("kubeconfig-{name}"))).await;
        let (sender, mut messages) = mpsc::channel(QUEUE);
        let _handle = watch_namespaces(
            clients.exec.clone(),
            &clients.server,
            ContextName::new("real"),
            sender,
        );
        let answer = loop {
            match messages.recv().await.unwrap().1 {
                NamespaceMessage::Names(names) => break Ok(names),
                NamespaceMessage::State(WatchState::Forbidden {
                    verb,
                    resource,
                    user,
                    ..
                }) => {
                    break Err(format!("{user} may not {verb} {resource}"));
                }
                NamespaceMessage::State(_) => {}
            }
        };
        println!("{name}: {answer:?}");
        assert_eq!(answer.is_ok(), allowed, "{name}: {answer:?}");
    }
}
