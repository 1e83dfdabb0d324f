//! The console end to end on the real cluster, as its user has it: the real binary in a terminal.

mod debug_container;
mod endings;
mod fifty;
mod forward;
mod own_cluster;
mod refusals;

use std::time::Duration;

use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::{Crew, guests};
use crate::support::node::wait_until;

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_list_follows_a_deployment_as_it_is_scaled() {
    let crew = Crew::new("scale", "busybox", 6);
    let mut console = Console::start(&["-n", crew.namespace()], WIDE);
    for count in [6, 12, 3] {
        crew.scales(count);
        console
            .terminal
            .wait_until(&format!("{count} pods run"), LONG, |screen| {
                let text = screen.contents();
                let running = text.matches(" 1/1  Running").count();
                text.contains(&format!("PODS  {count} ")) && running == count
            });
    }
    console.keys("q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// A sleep, a child that traps everything, and one that leaves the session: what Ctrl-C alone does not end.
const WORKLOAD: &str =
    "sh -c 'trap \"\" TERM INT HUP; sleep 1000; :' & setsid sleep 1000 & sleep 1000";

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn six_shells_answer_a_broadcast_and_are_cancelled_to_nothing() {
    let crew = Crew::new("six", "busybox", 6);
    let containers = crew.containers();
    let mut console = Console::start(&["-n", crew.namespace()], WIDE);
    console.waits_for("PODS  6 ");
    console.keys("a");
    console.waits_for("6 marked");
    console.keys("enter");
    console.waits_for_all(6, " live ─");
    console.waits_for_all(6, "/ #");
    console.keys("ctrl-g b");
    console.waits_for("BROADCAST 6 of 6");

    console.types("hostname");
    console.keys("enter");
    for name in crew.names() {
        // Once in the pane's title, and once as its answer.
        let what = format!("{name} answers");
        console.terminal.wait_until(&what, LONG, |screen| {
            screen.contents().matches(&name).count() == 2
        });
    }

    console.keys("ctrl-g o ctrl-g l");
    console.waits_for("BROADCAST 5 of 6");
    console.types("echo with''out");
    console.keys("enter");
    console.waits_for_all(5, "without");
    console.keys("ctrl-g h ctrl-g o");
    console.waits_for("BROADCAST 6 of 6");

    console.types(WORKLOAD);
    console.keys("enter");
    wait_until("six workloads run", LONG, || {
        let found = guests(&containers);
        found
            .iter()
            .filter(|one| one.command == "sleep 1000")
            .count()
            == 18
    });
    console.keys("ctrl-g C");
    console.waits_for_all(6, "✓ cancelled, 0 left");
    let left = guests(&containers);
    assert!(left.is_empty(), "{left:#?}");
    for name in crew.names() {
        let shown = crew.runs(&name, "ps -o args");
        assert!(!shown.contains("sleep"), "{name}: {shown}");
    }
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
}

/// Six shells with something in each that Ctrl-C alone does not end.
#[track_caller]
fn at_work(crew: &Crew) -> (Console, Vec<crate::support::node::Container>) {
    let containers = crew.containers();
    let mut console = Console::start(&["-n", crew.namespace(), "deploy/crew"], WIDE);
    let count = containers.len();
    console.waits_for_all(count, " live ─");
    console.waits_for_all(count, "/ #");
    console.keys("ctrl-g b");
    console.waits_for("BROADCAST");
    console.types(WORKLOAD);
    console.keys("enter");
    wait_until("the workloads run", LONG, || {
        let found = guests(&containers);
        found
            .iter()
            .filter(|one| one.command == "sleep 1000")
            .count()
            == 3 * count
    });
    (console, containers)
}

/// Nothing of ours lives in these containers, at once or within the time that the program's word takes.
#[track_caller]
fn all_gone(containers: &[crate::support::node::Container]) {
    wait_until("nothing is left", Duration::from_secs(1), || {
        guests(containers).is_empty()
    });
}
