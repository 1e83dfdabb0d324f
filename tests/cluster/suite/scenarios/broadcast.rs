//! Forty shells, two of them out and one in vi.

use crate::pty::Size;
use crate::support::console::{Console, LONG};
use crate::support::crew::{Crew, guests};
use crate::support::node::wait_until;

/// With tmux and kubectl: a loop that splits forty times, 110 keys; `C-b :setw synchronize-panes on`, 30; for each pane that must
/// not hear it, going there and `C-b :set -p synchronize-panes off`, 38, three times; the command, 9; and to end it all
/// `C-b :kill-session`, 17, which leaves every process in its pod. k9s has one shell at a time.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn broadcast_to_forty_with_two_out_and_one_in_vi() {
    let crew = Crew::new("forty", "busybox", 40);
    let containers = crew.containers();
    let mut console = Console::start(&["-n", crew.namespace()], Size(100, 300));
    console.waits_for("PODS  40 ");
    console.counts_from_here();
    console.keys("a enter");
    console.waits_for_all(40, " live ─");
    console.keys("ctrl-g o ctrl-g l ctrl-g o ctrl-g l");
    console.types("vi");
    console.keys("enter");
    wait_until("vi runs", LONG, || {
        guests(&containers).iter().any(|one| one.command == "vi")
    });
    console.waits_for("1/1 100%");
    console.keys("ctrl-g l ctrl-g b");
    console.waits_for("37 panes");
    console.answers("37");
    console.keys("enter");
    console.waits_for("BROADCAST 37 of 40");
    console.types("echo he''ard");
    console.keys("enter");
    console.waits_for_all(37, "heard");
    console.keys("ctrl-g b ctrl-g C");
    console.waits_for("cancel: 40 panes");
    console.answers("C");
    console.waits_for_all(40, "0 left ─");
    console.tells(
        "broadcast to forty with two out and one in vi, then cancel all forty",
        "tmux with kubectl 280, and every process stays in its pod; k9s cannot",
    );
    assert!(guests(&containers).is_empty());
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}
