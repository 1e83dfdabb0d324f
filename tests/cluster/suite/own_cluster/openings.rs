//! What opening fifty shells at once costs: whole and resumed TLS handshakes, and the time of each, with and without a pace.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use podmux::cluster::client::{Overrides, connect, probe};
use podmux::cluster::exec::{self, ExecRequest, Marking, SessionEvent, Stdin, Timing};
use podmux::cluster::kubeconfig::{KubeconfigSources, load};
use podmux::geometry::GridSize;
use podmux::ids::ContainerRef;
use podmux::session::SessionCommand;
use podmux::session::wrapper::FileSizeMark;
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::time::Instant;

use crate::left_behind::new_id;
use crate::support::crew::Crew;
use crate::support::proxy::{Between, Proxy, kubeconfig_through, server};

const SHELLS: usize = 50;

/// One shell from the request to its handshake; it stays open until `handle` goes.
async fn opened(client: kube::Client, target: ContainerRef) -> (Duration, exec::SessionHandle) {
    let (events, mut said) = mpsc::channel(64);
    let request = ExecRequest {
        session: new_id(),
        target,
        command: SessionCommand::Shell(vec!["sh".to_owned()]),
        tty: Some(GridSize::new(24, 80)),
        term: "xterm-256color".to_owned(),
        stdin: Stdin::Open,
        marking: Marking::Wrapped(FileSizeMark::Off),
        open_timeout: Duration::from_secs(60),
        timing: Timing::default(),
    };
    let began = Instant::now();
    let handle = exec::open(client, request, events, Arc::new(Notify::new()));
    while let Some((_, event)) = said.recv().await {
        match event {
            SessionEvent::Started(_) => return (began.elapsed(), handle),
            SessionEvent::Ended(outcome) => panic!("{outcome}"),
            SessionEvent::Opened
            | SessionEvent::Unmarked
            | SessionEvent::Silent(_)
            | SessionEvent::InputDropped(_) => {}
        }
    }
    panic!("no end was told")
}

/// Fifty shells over fresh connections, so many at a time; a line with the figures.
async fn round(targets: &[ContainerRef], at_once: usize) -> String {
    let home = tempfile::tempdir().unwrap();
    let proxy = Proxy::start(server(), Between::Nothing);
    let file = kubeconfig_through(home.path(), &format!("https://127.0.0.1:{}", proxy.port()));
    let merged = load(&KubeconfigSources {
        flag: Some(file),
        ..KubeconfigSources::default()
    })
    .unwrap();
    let context = merged.pick(None).unwrap();
    let clients = connect(&merged, &context, &Overrides::default())
        .await
        .unwrap();
    probe(&clients).await.unwrap();
    let before = proxy.handshakes();
    let turns = Arc::new(Semaphore::new(at_once));
    let began = Instant::now();
    let all = (0..SHELLS).map(|n| {
        let (client, turns) = (clients.exec.clone(), Arc::clone(&turns));
        let target = targets[n % targets.len()].clone();
        tokio::spawn(async move {
            let asked = Instant::now();
            let _turn = turns.acquire().await.unwrap();
            let waited = asked.elapsed();
            let (took, handle) = opened(client, target).await;
            (waited + took, handle)
        })
    });
    let mut took = Vec::new();
    let mut handles = Vec::new();
    for shell in all.collect::<Vec<_>>() {
        let (time, handle) = shell.await.unwrap();
        took.push(time);
        handles.push(handle);
    }
    let whole = began.elapsed().as_secs_f32();
    let (full, resumed) = proxy.handshakes();
    took.sort();
    let share = |part: usize| took[(took.len() - 1) * part / 100].as_secs_f32();
    format!(
        "{at_once:>3} at once: {:>2} full, {:>2} resumed handshakes; a shell opens in p50 {:.2} s, p95 {:.2} s; all in {whole:.2} s\n",
        full - before.0,
        resumed - before.1,
        share(50),
        share(95),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn fifty_shells_are_counted_with_their_handshakes() {
    let crew = Crew::new("openings", "busybox", 10);
    let targets = crew.targets();
    let mut text = String::from("\n50 shells in 10 pods\n");
    // Each twice: the first round warms the node.
    for at_once in [SHELLS, 8, SHELLS, 8] {
        text.push_str(&round(&targets, at_once).await);
    }
    std::io::stdout().write_all(text.as_bytes()).unwrap();
}
