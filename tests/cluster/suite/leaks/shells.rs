//! What kubectl leaves of a workload, and whether `podmux leaks` lists it.

use std::collections::BTreeSet;
use std::time::Duration;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::clients::{ended, podmux, said};
use super::pods::Place;
use super::table::Line;
use crate::pty::Terminal;
use crate::support::node::{Process, pass};

/// Long enough for what dies with its stream to die.
const SETTLES: Duration = Duration::from_millis(700);

/// Kills kubectl, counts what stays, checks `podmux leaks`, and sweeps.
#[track_caller]
pub(super) fn after_kubectl(place: &Place, kubectl: &mut Terminal, line: &mut Line) {
    let before = place.found();
    kubectl.signal(Signal::SIGKILL);
    kubectl.wait_exit(super::clients::LONG);
    count(place, &before, line);
}

/// Counts what stays of what ran before, after kubectl has gone.
#[track_caller]
pub(super) fn count(place: &Place, before: &[Process], line: &mut Line) {
    let roots: BTreeSet<u32> = before
        .iter()
        .filter(|one| one.is_exec_root())
        .map(|one| one.session)
        .collect();
    pass(SETTLES);
    let left = place.found();
    line.kubectl = format!("{} of {}", left.len(), before.len());
    listed(place, &left, &roots, line);
    place.sweep();
}

/// Those that came by an exec, are descendants of one that did, or are in the session of one, must be listed.
fn listed(place: &Place, left: &[Process], roots: &BTreeSet<u32>, line: &mut Line) {
    let mut due: Vec<&Process> = left
        .iter()
        .filter(|one| one.is_exec_root() || roots.contains(&one.session))
        .collect();
    loop {
        let known: BTreeSet<i32> = due.iter().map(|one| one.pid).collect();
        let more = left
            .iter()
            .filter(|one| !known.contains(&one.pid) && known.contains(&one.parent));
        let before = due.len();
        due.extend(more.collect::<Vec<_>>());
        if due.len() == before {
            break;
        }
    }
    let pids = leaks(place, line);
    let Some(pids) = pids else {
        line.seen = "cannot look".to_owned();
        return;
    };
    let sees = due.iter().filter(|one| pids.contains(&one.inner)).count();
    let living: BTreeSet<i32> = place.found().iter().map(|one| one.pid).collect();
    // What has ended by itself meanwhile is not there to be listed.
    let absent = due
        .iter()
        .filter(|one| !pids.contains(&one.inner) && living.contains(&one.pid));
    let absent: Vec<_> = absent.collect();
    line.seen = format!("{sees}/{}", due.len());
    let missed = left.len() - due.len();
    if missed > 0 {
        let found = left
            .iter()
            .filter(|one| {
                !due.iter().any(|other| other.pid == one.pid) && pids.contains(&one.inner)
            })
            .count();
        line.seen = format!("{} +{found}/{missed}", line.seen);
    }
    line.claim(absent.is_empty(), || {
        format!("podmux leaks does not list {absent:?}")
    });
}

/// The process numbers that `podmux leaks` prints for the place; `None` where it says that it cannot look.
fn leaks(place: &Place, line: &mut Line) -> Option<BTreeSet<u32>> {
    let home = tempfile::tempdir().expect("a folder");
    let pod = format!("pod/{}", place.pod);
    let output = ended(podmux(home.path()).args([
        "leaks",
        "--json",
        "-n",
        &place.namespace,
        "-c",
        "app",
        &pod,
    ]));
    let blind = place.has_no_shell();
    let code = output.status.code();
    let expected = if blind {
        code == Some(3)
    } else {
        matches!(code, Some(0 | 1))
    };
    line.claim(expected, || said(&output));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pids = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|line| u32::try_from(line.get("pid")?.as_u64()?).ok());
    (!blind).then(|| pids.collect())
}
