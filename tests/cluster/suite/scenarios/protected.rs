//! A context that is called prod.

use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::{Crew, guests};
use crate::support::kubectl::kubectl;

/// tmux and k9s know no protected context: `C-b :setw synchronize-panes on` is 30 keys, and then the command runs in production.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_protected_context_wants_its_name() {
    let crew = Crew::new("protected", "busybox", 3);
    let containers = crew.containers();
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("kubeconfig");
    let raw = kubectl(&["config", "view", "--raw", "--flatten", "--minify"]);
    std::fs::write(&file, raw).expect("the kubeconfig is written");
    let path = file.to_string_lossy().into_owned();
    let context = kubectl(&["--kubeconfig", &path, "config", "current-context"]);
    kubectl(&[
        "--kubeconfig",
        &path,
        "config",
        "rename-context",
        context.trim(),
        "prod-eu",
    ]);

    let mut console = Console::start_with(&file, &["-n", crew.namespace()], WIDE);
    console.waits_for("PODS  3 ");
    console.waits_for("!prod-eu");
    console.counts_from_here();
    console.keys("a enter");
    console.waits_for_all(3, "/ #");
    console.keys("ctrl-g b");
    console.waits_for("Type the name");
    // What works elsewhere accepts nothing here.
    console.answers("y");
    console.keys("enter");
    console.types("prod-eu");
    console
        .terminal
        .wait_until("nothing is broadcast yet", LONG, |screen| {
            !screen.contents().contains("BROADCAST 3")
        });
    console.keys("esc");
    console.waits_gone("Type the name");
    console.keys("ctrl-g b");
    console.waits_for("Type the name");
    console.answers("prod-eu");
    console.keys("enter");
    console.waits_for("BROADCAST 3 of 3");
    console.types("echo su''re");
    console.keys("enter");
    console.waits_for_all(3, "sure");
    console.tells(
        "a protected context: broadcast to three only after its name was typed",
        "tmux with kubectl 30, and nobody asks",
    );
    assert_eq!(console.quits("ctrl-g q"), 0);
    assert!(guests(&containers).is_empty());
}
