//! The network is cut for 40 s under a shell.

use std::time::Duration;

use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::{Crew, guests};
use crate::support::node::{pass, wait_until};
use crate::support::proxy::{Between, Proxy, kubeconfig_through, server};

/// kubectl in a tmux pane says nothing while the network is gone and ends with an error after it; then it is `up`, Enter for a new
/// shell, and the old one stays in the pod: to end that, `kubectl exec NAME -- ps`, a look for the number, and
/// `kubectl exec NAME -- kill NUMBER`, 62 keys.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_network_is_cut_for_forty_seconds() {
    let crew = Crew::new("cut", "busybox", 1);
    let containers = crew.containers();
    let proxy = Proxy::start(server(), Between::Gate);
    let home = tempfile::tempdir().expect("a folder");
    let kubeconfig =
        kubeconfig_through(home.path(), &format!("https://127.0.0.1:{}", proxy.port()));
    let mut console = Console::start_with(&kubeconfig, &["-n", crew.namespace()], WIDE);
    console.waits_for("PODS  1 ");
    console.keys("enter");
    console.waits_for("/ #");
    console.types("sleep 1000 &");
    console.keys("enter");
    wait_until("the sleep runs", LONG, || guests(&containers).len() == 2);
    console.counts_from_here();
    proxy.cut();
    console.types("ls");
    console.waits_for("silent");
    pass(Duration::from_secs(34));
    proxy.mend();
    console.terminal.wait_until(
        "it answers again, or is lost and cleaned up",
        LONG,
        |screen| {
            let text = screen.contents();
            text.contains(" live ─") || text.contains("· 0 left")
        },
    );
    let lost = console.terminal.text().contains("· 0 left");
    if lost {
        assert!(guests(&containers).is_empty(), "what was lost is ended");
        console.keys("ctrl-g r");
        console.waits_for(" live ─");
        console.waits_gone("sleep 1000");
        console.waits_for("/ #");
    }
    console.keys("ctrl-c");
    console.types("echo ba''ck");
    console.keys("enter");
    console.waits_for("back");
    console.tells(
        &format!(
            "the network cut for 40 s ({})",
            if lost {
                "lost, and cleaned up"
            } else {
                "the shell lived on"
            }
        ),
        "kubectl 2 for a new shell, and 62 to find and end what the old one left",
    );
    assert_eq!(console.quits("ctrl-g q"), 0);
    wait_until("nothing is left", Duration::from_secs(1), || {
        guests(&containers).is_empty()
    });
}
