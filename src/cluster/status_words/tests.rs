use serde::Deserialize;

use super::*;

/// Pods made by hand on a real API server (1.34), each with what `kubectl get pods` printed for it.
const PRINTED: &str = include_str!("../../../tests/data/watch/status_words.jsonl");

#[derive(Deserialize)]
struct Printed {
    ready: String,
    status: String,
    restarts: String,
    /// Whether kubectl added how long ago the last restart was.
    dated: bool,
    pod: Pod,
}

#[test]
fn every_word_is_the_one_that_kubectl_printed() {
    let cases: Vec<Printed> = PRINTED
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(cases.len() >= 80, "only {} cases", cases.len());
    for case in cases {
        let cells = cells(&case.pod);
        let ours = (
            format!("{}/{}", cells.ready.0, cells.ready.1),
            cells.word.into_owned(),
            cells.restarts.to_string(),
            cells.restarts > 0 && cells.last_restart.is_some(),
        );
        assert_eq!(
            ours,
            (case.ready, case.status, case.restarts, case.dated),
            "{}",
            case.pod.metadata.name
        );
    }
}

#[test]
fn words_are_sorted_by_what_they_ask_of_the_reader() {
    let expected = [
        ("Running", StatusKind::Ok),
        ("Completed", StatusKind::Done),
        ("Terminating", StatusKind::Going),
        ("Pending", StatusKind::Waiting),
        ("SchedulingGated", StatusKind::Waiting),
        ("ContainerCreating", StatusKind::Working),
        ("Init:1/2", StatusKind::Working),
        ("Init:Error", StatusKind::Trouble),
        ("Init:CrashLoopBackOff", StatusKind::Trouble),
        ("CrashLoopBackOff", StatusKind::Trouble),
        ("Unknown", StatusKind::Trouble),
        ("Evicted", StatusKind::Trouble),
        ("Signal:9", StatusKind::Trouble),
    ];
    for (word, kind) in expected {
        assert_eq!(kind_of(word), kind, "{word}");
    }
}

#[test]
fn the_last_restart_is_the_newest_of_all_containers() {
    let line = PRINTED
        .lines()
        .find(|line| line.contains("\"running-two-restarted\""))
        .unwrap();
    let case: Printed = serde_json::from_str(line).unwrap();
    let newest: jiff::Timestamp = "2026-11-02T10:00:00Z".parse().unwrap();
    assert_eq!(cells(&case.pod).last_restart, Some(newest.as_second()));
}
