use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn now() -> i64 {
    "2026-01-01T01:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .as_second()
}

fn pod(state: &Value, last: &Value, restarts: i32) -> WholePod {
    serde_json::from_value(json!({
        "metadata": {"name": "web"},
        "spec": {"containers": [{"name": "app"}]},
        "status": {"containerStatuses": [{"name": "app", "image": "", "imageID": "", "ready": true, "restartCount": restarts,
            "state": state, "lastState": last}]},
    }))
    .unwrap()
}

fn running() -> Value {
    json!({"running": {"startedAt": "2026-01-01T00:57:00Z"}})
}

fn crashed() -> Value {
    json!({"terminated": {"exitCode": 1, "reason": "Error\u{1b}[2J", "finishedAt": "2026-01-01T00:56:40Z"}})
}

#[rstest]
#[case(running(), json!({}), 0, &[(Run::Newest, "")])]
#[case(json!({}), json!({}), 0, &[(Run::Newest, "")])]
#[case(json!({"waiting": {"reason": "ContainerCreating"}}), json!({}), 0, &[(Run::Newest, "")])]
#[case(running(), crashed(), 1, &[
    (Run::Previous, "=== previous run, ended 3m20s ago, Error, exit code 1"),
    (Run::Newest, "=== this run, started 3m ago (1 restart)"),
])]
#[case(crashed(), crashed(), 7, &[
    (Run::Previous, "=== previous run, ended 3m20s ago, Error, exit code 1"),
    (Run::Newest, "=== this run, ended 3m20s ago, Error, exit code 1 (7 restarts)"),
])]
#[case(json!({"waiting": {"reason": "CrashLoopBackOff"}}), crashed(), 7, &[
    (Run::Newest, "=== last run, ended 3m20s ago, Error, exit code 1; now CrashLoopBackOff"),
])]
#[case(json!({"terminated": {"exitCode": 137, "signal": 9}}), json!({}), 0, &[(Run::Newest, "=== ended, signal 9")])]
fn each_run_that_has_a_log_is_headed(
    #[case] state: Value,
    #[case] last: Value,
    #[case] restarts: i32,
    #[case] expected: &[(Run, &str)],
) {
    let plan = plan(&pod(&state, &last, restarts), Some("app"), now());
    let parts: Vec<(Run, &str)> = plan
        .parts
        .iter()
        .map(|part| (part.run, part.heading.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(parts, expected);
}

#[test]
fn the_first_container_is_meant_and_all_are_named() {
    let pod: WholePod = serde_json::from_value(json!({
        "spec": {"containers": [{"name": "app"}, {"name": "proxy"}], "initContainers": [{"name": "init"}]},
    }))
    .unwrap();
    for (asked, chosen) in [(None, "app"), (Some("init"), "init")] {
        let plan = plan(&pod, asked, now());
        assert_eq!(plan.container.as_deref(), Some(chosen));
        assert_eq!(plan.containers, ["app", "proxy", "init"]);
    }
}

fn kept(bytes: &[u8], cut: bool) -> Newest {
    Newest {
        bytes: bytes.to_vec(),
        cut,
    }
}

#[test]
fn log_lines_are_printable_and_bounded() {
    let long = "x".repeat(5000);
    let text = [
        b"\x1b[32mok\x1b[0m\tdone\r\n\xff\xfe\n".as_slice(),
        long.as_bytes(),
    ]
    .concat();
    let lines = lines(&kept(&text, false));
    assert_eq!(lines[0], "ok      done");
    assert_eq!(lines[1], "\u{fffd}\u{fffd}");
    assert_eq!(lines[2].chars().count(), LINE + 1);
}

#[test]
fn a_log_that_was_cut_says_so_and_drops_its_first_half_line() {
    assert_eq!(
        lines(&kept(b"alf\nwhole\n", true)),
        ["(the newest line; older ones are not shown)", "whole"]
    );
    let full = "x\n".repeat(usize::from(LINES));
    let lines = lines(&kept(full.as_bytes(), false));
    assert_eq!(lines.len(), usize::from(LINES) + 1);
    assert_eq!(
        lines[0],
        "(the newest 2000 lines; older ones are not shown)"
    );
}

#[test]
fn an_empty_log_is_said() {
    assert_eq!(lines(&kept(b"", false)), ["(nothing was written)"]);
}

#[test]
fn a_followed_log_comes_in_whole_lines() {
    let mut bytes = b"one\r\ntwo\nthr".to_vec();
    assert_eq!(whole_lines(&mut bytes), ["one", "two"]);
    assert_eq!(bytes, b"thr");
    assert_eq!(whole_lines(&mut bytes), Vec::<String>::new());
    bytes.extend_from_slice(b"ee\n");
    assert_eq!(whole_lines(&mut bytes), ["three"]);
    let mut endless = vec![b'x'; LINE * 5];
    assert_eq!(whole_lines(&mut endless).len(), 1);
    assert!(endless.is_empty(), "an endless line takes no memory");
}
