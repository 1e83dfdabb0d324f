//! How long a cancel takes to be proven: one pane, round after round (`PODMUX_TEST_ROUNDS=20`), and fifty panes together, beside fifty
//! plain execs in the same run.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::{WORKLOAD, all_gone};
use crate::leaks::clients::{ended, podmux, said};
use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::{Crew, guests};
use crate::support::node::wait_until;
use crate::support::now;

const PANES: usize = 50;
const GRACE: f64 = 2.0;

/// Seconds from the key to the proof, by the audit, sorted.
#[track_caller]
fn proven_in(audit: &Path) -> Vec<f64> {
    let text = std::fs::read_to_string(audit).expect("the audit can be read");
    let mut asked: BTreeMap<String, i64> = BTreeMap::new();
    let mut took = Vec::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a JSON line");
        let step = &line["step"];
        let (Some(session), Some(at)) = (line["session"].as_str(), line["at"].as_i64()) else {
            continue;
        };
        match step["step"].as_str() {
            Some("asked") => drop(asked.insert(session.to_owned(), at)),
            Some("finished") => {
                let end = step["end"].as_str().unwrap_or_default();
                assert!(end.starts_with("Proven"), "{end}");
                let since = asked.get(session).expect("it was asked for");
                took.push(f64::from(i32::try_from(at - since).unwrap_or(i32::MAX)) / 1000.0);
            }
            Some(_) | None => {}
        }
    }
    took.sort_by(f64::total_cmp);
    took
}

/// The value that so many hundredths of the sorted ones do not exceed.
fn share(sorted: &[f64], hundredths: usize) -> f64 {
    sorted[(sorted.len() - 1) * hundredths / 100]
}

fn print(line: &str) {
    std::io::stdout()
        .write_all(line.as_bytes())
        .expect("the figures are printed");
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn one_pane_is_cancelled_round_after_round() {
    let rounds = std::env::var("PODMUX_TEST_ROUNDS").map_or(3, |rounds| {
        rounds
            .parse::<usize>()
            .expect("PODMUX_TEST_ROUNDS is a number")
    });
    let crew = Crew::new("rounds", "busybox", 1);
    let containers = crew.containers();
    let mut console = Console::start(&["-n", crew.namespace(), "deploy/crew"], WIDE);
    let state = console.home.path().join(".local/state/podmux");
    let said = |file: &str, word: &str| {
        let text = std::fs::read_to_string(state.join(file)).unwrap_or_default();
        text.matches(word).count()
    };
    for round in 1..=rounds {
        wait_until("the shell has said who it is", LONG, || {
            said("journal.jsonl", "\"fact\":\"handshake\"") == round
        });
        console.types(WORKLOAD);
        console.keys("enter");
        wait_until("the workload runs", LONG, || {
            let found = guests(&containers);
            let sleeps = found.iter().filter(|one| one.command == "sleep 1000");
            sleeps.count() == 3
        });
        console.keys("ctrl-g c");
        wait_until("the cancel is proven", LONG, || {
            said("audit.jsonl", "\"step\":\"finished\"") == round
        });
        all_gone(&containers);
        if round < rounds {
            console.keys("ctrl-g r");
        }
    }
    let took = proven_in(&state.join("audit.jsonl"));
    assert_eq!(took.len(), rounds);
    print(&format!(
        "\none pane cancelled {rounds} times: p50 {:.1} s, p95 {:.1} s; target {:.1} s\n",
        share(&took, 50),
        share(&took, 95),
        GRACE + 1.5,
    ));
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn fifty_panes_are_cancelled_together() {
    let crew = Crew::new("fifty", "busybox", PANES);
    let containers = crew.containers();
    let home = tempfile::tempdir().expect("a folder");
    let began = now();
    let args = [
        "run",
        "-n",
        crew.namespace(),
        "--fanout",
        "50",
        "deploy/crew",
        "--",
        "true",
    ];
    let output = ended(podmux(home.path()).args(args));
    assert!(output.status.success(), "{}", said(&output));
    // Each command has a look behind it: two execs.
    let execs = began.elapsed().as_secs_f64() / 2.0;

    let mut console = Console::start(&["-n", crew.namespace(), "deploy/crew"], WIDE);
    let state = console.home.path().join(".local/state/podmux");
    wait_until("fifty shells have said who they are", LONG * 4, || {
        let text = std::fs::read_to_string(state.join("journal.jsonl")).unwrap_or_default();
        text.matches("\"fact\":\"handshake\"").count() == PANES
    });
    console.keys("ctrl-g b");
    console.waits_for("the number of panes");
    console.answers("50");
    console.waits_for("BROADCAST 50 of 50");
    console.types(WORKLOAD);
    console.keys("enter");
    wait_until("the workloads run", LONG * 4, || {
        let found = guests(&containers);
        found
            .iter()
            .filter(|one| one.command == "sleep 1000")
            .count()
            == 3 * PANES
    });
    console.keys("ctrl-g C");
    console.waits_for("again to go on");
    console.answers("C");
    console.terminal.wait_for("50 done, 0 left", LONG * 4);
    all_gone(&containers);
    let took = proven_in(&state.join("audit.jsonl"));
    assert_eq!(took.len(), PANES);
    print(&format!(
        "\n50 panes cancelled together: p50 {:.1} s, p95 {:.1} s, all {:.1} s; 50 concurrent execs {execs:.1} s; target {:.1} s\n",
        share(&took, 50),
        share(&took, 95),
        share(&took, 100),
        GRACE + 2.0 + 2.0 * execs,
    ));
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}
