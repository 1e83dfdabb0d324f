//! Every way to leave the console while shells are at work.

use nix::sys::signal::Signal;
use rstest::rstest;

use super::{all_gone, at_work};
use crate::leaks::clients::{ended, podmux, said};
use crate::support::console::LONG;
use crate::support::crew::{Crew, guests};

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_quit_asks_once_and_leaves_nothing() {
    let crew = Crew::new("quit", "busybox", 3);
    let (mut console, containers) = at_work(&crew);
    assert_eq!(console.quits("ctrl-g q"), 0, "{}", console.terminal.text());
    all_gone(&containers);
}

#[rstest]
#[case::terminate(Signal::SIGTERM)]
#[case::hang_up(Signal::SIGHUP)]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_signal_cancels_everything_first(#[case] signal: Signal) {
    let crew = Crew::new("signal", "busybox", 3);
    let (mut console, containers) = at_work(&crew);
    console.terminal.signal(signal);
    console.terminal.wait_exit(LONG);
    all_gone(&containers);
    assert_terminal_given_back(&console.terminal);
}

/// The alternate screen is left, the cursor shown, the mouse released.
#[track_caller]
fn assert_terminal_given_back(terminal: &crate::pty::Terminal) {
    let screen = terminal.screen();
    assert!(!screen.alternate_screen(), "{}", terminal.text());
    assert!(!screen.hide_cursor());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_reaper_ends_what_a_killed_console_left() {
    let crew = Crew::new("reap", "busybox", 3);
    let (mut console, containers) = at_work(&crew);
    console.terminal.signal(Signal::SIGKILL);
    console.terminal.wait_exit(LONG);
    assert!(
        guests(&containers).len() >= 12,
        "they died with the console"
    );
    let output = ended(podmux(console.home.path()).args(["reap", "--yes"]));
    assert!(output.status.success(), "{}", said(&output));
    all_gone(&containers);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_pod_deleted_under_a_shell_is_said_once_and_the_others_live_on() {
    let crew = Crew::new("delete", "busybox", 3);
    let (mut console, _) = at_work(&crew);
    let names = crew.names();
    let name = names.first().expect("a pod");
    crate::support::kubectl::kubectl(&[
        "-n",
        crew.namespace(),
        "delete",
        "pod",
        name,
        "--wait=false",
    ]);
    // A new replica may have joined by then, out of the broadcast.
    console.waits_for("» 2 of ");
    console.waits_for("░ended");
    console.terminal.signal(Signal::SIGTERM);
    console.terminal.wait_exit(LONG);
    all_gone(&crew.containers());
}
