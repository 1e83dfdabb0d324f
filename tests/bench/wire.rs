//! All pods of a real cluster into the inventory: time to the first row and to the last, CPU, memory, and the same stream merely read.
//! `PODMUX_TEST_KUBECONFIG=FILE cargo bench --bench wire`
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use http_body_util::BodyExt;
use kube::client::Body;
use podmux::cluster::client::{Clients, Overrides, connect};
use podmux::cluster::kubeconfig::{KubeconfigSources, load};
use podmux::cluster::watch::{QUEUE, Selectors, watch_pods};
use podmux::ids::ContextName;
use podmux::inventory::{Inventory, ListView, Scope, ViewSpec, WatchKey, WatchMessage, WatchState};

const STREAM: &str = "/api/v1/pods?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion=0&timeoutSeconds=60";

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    let Some(file) = std::env::var_os("PODMUX_TEST_KUBECONFIG") else {
        println!("PODMUX_TEST_KUBECONFIG names no kubeconfig: nothing measured");
        return Ok(());
    };
    let merged = load(&KubeconfigSources {
        flag: Some(PathBuf::from(file)),
        ..KubeconfigSources::default()
    })?;
    let context = merged.pick(None)?;
    for _ in 0..3 {
        let clients = connect(&merged, &context, &Overrides::default()).await?;
        list(&clients, &context).await?;
        let clients = connect(&merged, &context, &Overrides::default()).await?;
        only_read(&clients).await?;
    }
    Ok(())
}

/// What the console does, without a screen.
async fn list(clients: &Clients, context: &ContextName) -> Result<()> {
    let (began, cpu) = (Instant::now(), cpu_time());
    let key = WatchKey {
        context: context.clone(),
        scope: Scope::All,
    };
    let (sender, mut messages) = tokio::sync::mpsc::channel(QUEUE);
    let handle = watch_pods(
        clients.exec.clone(),
        &clients.server,
        key,
        Selectors::default(),
        sender,
    );
    let (mut inventory, mut view) = (Inventory::new(), ListView::new(ViewSpec::default()));
    let (mut first, mut batches) = (None, 0);
    loop {
        let (key, message) = messages.recv().await.context("the watch ended")?;
        match message {
            WatchMessage::Deltas(deltas) => {
                inventory.apply_all(&key, deltas);
                batches += 1;
                if first.is_none() && !inventory.is_empty() {
                    first = Some(began.elapsed());
                }
            }
            WatchMessage::State(WatchState::Live) => break,
            WatchMessage::State(_) => {}
        }
    }
    let sorting = Instant::now();
    view.refresh(&inventory);
    println!(
        "{} pods: first row {:?}, all {:?} in {batches} batches, sorted in {:?}, CPU {:?}, resident {} MB",
        inventory.len(),
        first.unwrap_or_default(),
        began.elapsed(),
        sorting.elapsed(),
        cpu_time().saturating_sub(cpu),
        resident() / 1024,
    );
    drop(handle);
    Ok(())
}

/// The floor: the same stream, its bytes counted and dropped.
async fn only_read(clients: &Clients) -> Result<()> {
    let began = Instant::now();
    let request = http::Request::get(STREAM)
        .header("accept", "application/vnd.kubernetes.protobuf;stream=watch");
    let mut body = clients
        .exec
        .send(request.body(Body::empty())?)
        .await?
        .into_body();
    let (mut bytes, mut last) = (0, Duration::ZERO);
    while let Ok(Some(frame)) = tokio::time::timeout(Duration::from_millis(500), body.frame()).await
    {
        bytes += frame?.data_ref().map_or(0, bytes::Bytes::len);
        last = began.elapsed();
    }
    println!("only read: {bytes} bytes, all {last:?}");
    Ok(())
}

/// User and system time of this process.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat
        .rsplit_once(") ")
        .map(|(_, rest)| rest.split(' ').collect())
        .unwrap_or_default();
    let ticks: u64 = fields
        .iter()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// Resident memory in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
