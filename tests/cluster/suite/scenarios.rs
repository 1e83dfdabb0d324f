//! Eight things that people come for, done from the first key to the last on the real cluster. Each prints its keys and seconds, and
//! how many keys k9s, or tmux with kubectl, takes for the same.
//!
//! How the others are counted: every character and chord is one key, pods and workloads are named by completion (six keys a name,
//! tab included), a shell history is empty, and nothing is scripted beforehand for either side. What the other tool cannot do at
//! all is said in words instead.

mod broadcast;
mod network;
mod own_cluster;
mod protected;
mod reading;

use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::{Crew, guests};
use crate::support::node::wait_until;

/// One of twelve has another revision.
///
/// k9s has no way to run one command in many pods: a shell in each (`s`), the 13 keys of the command, `Ctrl-d`, `down`: 16 keys, 12
/// times, compared by eye. With kubectl it is a loop of 95 keys, read by eye, and then `kubectl exec -it NAME -- sh`, 30 keys.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn find_the_pod_that_differs_among_twelve() {
    let crew = Crew::new("differs", "busybox", 12);
    let names = crew.names();
    for (n, name) in names.iter().enumerate() {
        let rev = if n == 7 { "5ab1120" } else { "7f3c9e1" };
        crew.runs(name, &format!("echo {rev} >/tmp/rev"));
    }
    let other = names.get(7).expect("twelve pods");
    let mut console = Console::start(&["-n", crew.namespace()], WIDE);
    console.waits_for("PODS  12 ");
    console.counts_from_here();
    console.keys("a !");
    console.types("cat /tmp/rev");
    console.keys("enter");
    console.waits_for("11 same · 1 differ");
    console.keys("j s");
    console.waits_for("/ #");
    let text = console.terminal.text();
    assert!(
        text.contains(&format!("▸{other}")),
        "not in {other}:\n{text}"
    );
    console.tells(
        "find the pod that differs among twelve, and open a shell in it",
        "k9s 192 (12 shells, compared by eye); kubectl 125 (a loop, compared by eye)",
    );
    assert_eq!(console.quits("ctrl-g q"), 0);
}

/// A flood is interrupted, starts again and is cancelled with its shell.
///
/// With kubectl in a terminal: `yes`, Enter, Ctrl-C, `yes`, Enter, Ctrl-C, Ctrl-d: 11 keys, and no proof; that takes
/// `kubectl exec NAME -- ps`, 27 more. k9s is the same, with the shell behind `s`.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn flood_interrupt_cancel() {
    let crew = Crew::new("flood", "busybox", 1);
    let containers = crew.containers();
    let mut console = Console::start(&["-n", crew.namespace()], WIDE);
    console.waits_for("PODS  1 ");
    console.keys("enter");
    console.waits_for("/ #");
    console.counts_from_here();
    let floods = |count| {
        wait_until("the flood", LONG, || guests(&containers).len() == count);
    };
    console.types("yes");
    console.keys("enter");
    floods(2);
    console.keys("ctrl-c");
    floods(1);
    console.types("yes");
    console.keys("enter");
    floods(2);
    console.keys("ctrl-g c");
    console.waits_for("✓ cancelled, 0 left");
    console.tells(
        "flood, interrupt, flood again, cancel with proof",
        "kubectl 11 without proof, 38 with a look by ps",
    );
    assert!(guests(&containers).is_empty());
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}
