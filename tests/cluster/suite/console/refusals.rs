//! Where the console cannot start, or not do all: a clear sentence with the next step.

use std::process::{Command, Stdio};

use rstest::rstest;

use crate::leaks::clients::{podmux, said};
use crate::pty::{Program, Size};
use crate::support::console::LONG;
use crate::support::crew::{Crew, guests};
use crate::support::variable;

/// The console with its streams set by hand; its words must be on standard error.
#[track_caller]
fn refused(command: &mut Command) -> String {
    let output = command.output().expect("podmux starts");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(output.stdout.is_empty(), "{}", said(&output));
    said(&output)
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn without_a_terminal_run_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    for stdin in [Stdio::null, || {
        Stdio::from(std::fs::File::open("/dev/null").expect("null"))
    }] {
        let text = refused(podmux(home.path()).stdin(stdin()));
        assert!(
            text.contains("terminal") && text.contains("podmux run"),
            "{text}"
        );
    }
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_dumb_terminal_is_refused_and_run_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .env("TERM", "dumb")
        .start();
    let code = terminal.wait_exit(LONG).exit_code();
    let text = terminal.text();
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("dumb") && text.contains("podmux run"),
        "{text}"
    );
    assert!(
        !terminal.output().contains(&0x1b),
        "a dumb terminal gets no sequences"
    );
}

/// Standard input is closed, or output goes elsewhere, while the other end is a terminal.
#[rstest]
#[case::closed_input("\"$0\" <&-")]
#[case::empty_input("\"$0\" </dev/null")]
#[case::output_elsewhere("\"$0\" >/dev/null")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_half_of_a_terminal_is_not_enough(#[case] script: &str) {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Program::new("/bin/sh", home.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_podmux")])
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .start();
    let code = terminal.wait_exit(LONG).exit_code();
    let text = terminal.text();
    assert_eq!(code, 2, "{text}");
    assert!(
        text.contains("terminal") && text.contains("podmux run"),
        "{text}"
    );
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_state_folder_that_cannot_be_written_refuses_shells_and_nothing_else() {
    let crew = Crew::new("state", "busybox", 1);
    let containers = crew.containers();
    let home = tempfile::tempdir().expect("a folder");
    // A file where a folder must be stops root as well.
    let blocked = home.path().join("file");
    std::fs::write(&blocked, "").expect("a file");
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["-n", crew.namespace()])
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .env("XDG_STATE_HOME", blocked.as_os_str())
        .size(Size(30, 300))
        .start();
    terminal.wait_for("PODS  1 ", LONG);
    terminal.send("\r");
    terminal.wait_for("no shells", LONG);
    terminal.wait_for("XDG_STATE_HOME", LONG);
    assert!(guests(&containers).is_empty(), "nothing was started");
    terminal.send("q");
    terminal.wait_exit(LONG);

    let mut run = podmux(home.path());
    run.env("XDG_STATE_HOME", &blocked);
    let text = refused(run.args(["run", "-n", crew.namespace(), "deploy/crew", "--", "true"]));
    assert!(text.contains("XDG_STATE_HOME"), "{text}");
    assert!(guests(&containers).is_empty(), "nothing was started");
}
