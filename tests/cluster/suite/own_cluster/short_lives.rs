//! What a command writes just before it ends: all of it comes, and its exit code. The wire in between loses both when anything is
//! sent in that moment, which no client can tell from a command that wrote nothing and succeeded.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use podmux::cluster::exec::{self, ExecRequest, Marking, OutputChunk, SessionEvent, Stdin, Timing};
use podmux::geometry::GridSize;
use podmux::ids::ContainerRef;
use podmux::session::wrapper::FileSizeMark;
use podmux::session::{Outcome, SessionCommand};
use tokio::sync::{Notify, Semaphore, mpsc};

use super::sessions::client;
use crate::left_behind::new_id;
use crate::support::crew::Crew;

/// Lives at the same time.
const AT_ONCE: usize = 12;

/// A command that says its terminal's size and ends.
async fn lived(client: kube::Client, target: ContainerRef) -> (String, Outcome) {
    let (events, mut said) = mpsc::channel(64);
    let words = ["sh", "-c", "stty size; exit 7"];
    let request = ExecRequest {
        session: new_id(),
        target,
        command: SessionCommand::Argv(words.map(str::to_owned).into()),
        tty: Some(GridSize::new(21, 79)),
        term: "xterm-256color".to_owned(),
        stdin: Stdin::Open,
        marking: Marking::Wrapped(FileSizeMark::Off),
        open_timeout: Duration::from_secs(60),
        timing: Timing::default(),
    };
    let mut handle = exec::open(client, request, events, Arc::new(Notify::new()));
    let mut text = Vec::new();
    while let Some(chunk) = handle.output().await {
        if let OutputChunk::Bytes(bytes) = chunk {
            text.extend_from_slice(&bytes);
        }
    }
    while let Some((_, event)) = said.recv().await {
        if let SessionEvent::Ended(outcome) = event {
            return (String::from_utf8_lossy(&text).into_owned(), outcome);
        }
    }
    panic!("no end was told")
}

/// So many lives in each image: `PODMUX_TEST_ROUNDS`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn the_words_and_the_exit_code_of_a_command_that_ends_at_once_come() {
    let rounds = std::env::var("PODMUX_TEST_ROUNDS").map_or(100, |n| n.parse().unwrap());
    let client = client().await;
    for image in ["busybox", "debian"] {
        let crew = Crew::new("short", image, 2);
        let targets = crew.targets();
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let all = (0..rounds).map(|n: usize| {
            let (client, turns) = (client.clone(), Arc::clone(&turns));
            let target = targets[n % targets.len()].clone();
            tokio::spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                lived(client, target).await
            })
        });
        let mut odd = Vec::new();
        for life in all.collect::<Vec<_>>() {
            let life = life.await.unwrap();
            if life != ("21 79\r\n".to_owned(), Outcome::Exited(7)) {
                odd.push(life);
            }
        }
        let lost = odd.len();
        writeln!(std::io::stdout(), "{image}: {rounds} lives, {lost} lost").unwrap();
        assert!(odd.is_empty(), "{odd:?}");
    }
}
