//! The status words of the workloads, as kubectl prints them: the golden list that podmux is measured against.

use std::time::Duration;

use crate::support::kubectl::{PrintedPod, kubectl, wait_for_pods};

/// The pods of one workload: its name (or the pod's own), how many there are, their READY and STATUS.
type Expected = (&'static str, usize, &'static str, &'static str);

/// Calm but for two.
const SHOP: &[Expected] = &[
    ("agent", 1, "1/1", "Running"),
    ("api", 2, "3/3", "Running"),
    ("chatty", 1, "1/1", "Running"),
    ("crashing", 1, "0/1", "CrashLoopBackOff"),
    ("db", 3, "2/2", "Running"),
    ("distroless", 2, "1/1", "Running"),
    ("locked-down", 1, "1/1", "Running"),
    ("shared-processes", 1, "2/2", "Running"),
    ("unpullable", 1, "0/1", "ErrImageNeverPull"),
    ("web", 6, "1/1", "Running"),
    ("with-sidecar", 1, "2/2", "Running"),
];

/// One pod a word, written by a real kubelet.
const STATES: &[Expected] = &[
    ("crash-loop", 1, "0/1", "CrashLoopBackOff"),
    ("deadline", 1, "0/1", "Completed"),
    ("done", 1, "0/1", "Completed"),
    ("evicted", 1, "0/1", "Completed"),
    ("failed", 1, "0/1", "Error"),
    ("finalized", 1, "0/1", "Completed"),
    ("gated", 1, "0/1", "SchedulingGated"),
    ("half-done", 1, "1/2", "NotReady"),
    ("image-name", 1, "0/1", "InvalidImageName"),
    ("image-never", 1, "0/1", "ErrImageNeverPull"),
    ("image-refused", 1, "0/1", "ImagePullBackOff"),
    ("init-crash-loop", 1, "0/1", "Init:CrashLoopBackOff"),
    ("init-failed", 1, "0/1", "Init:Error"),
    ("init-first", 1, "0/1", "Init:0/2"),
    ("init-image", 1, "0/1", "Init:ErrImageNeverPull"),
    ("init-out-of-memory", 1, "0/1", "Init:OOMKilled"),
    ("init-second", 1, "0/1", "Init:1/2"),
    ("migrate", 2, "0/1", "Completed"),
    ("no-command", 1, "0/1", "CreateContainerError"),
    ("no-config", 1, "0/1", "CreateContainerConfigError"),
    ("no-node", 1, "0/1", "Pending"),
    ("no-program", 1, "0/1", "StartError"),
    ("no-volume", 1, "0/1", "ContainerCreating"),
    ("not-ready", 1, "0/1", "Running"),
    ("not-root", 1, "0/1", "CreateContainerConfigError"),
    ("out-of-memory", 1, "0/1", "OOMKilled"),
    ("report-once", 1, "0/1", "Completed"),
    ("restarted", 1, "1/1", "Running"),
    ("running", 1, "1/1", "Running"),
    ("sidecar", 1, "2/2", "Running"),
    ("sidecar-starting", 1, "0/2", "Init:0/1"),
    ("terminating", 1, "1/1", "Terminating"),
];

const ODD: &[Expected] = &[
    ("app-user", 1, "1/1", "Running"),
    ("ash", 1, "1/1", "Running"),
    ("bash", 1, "1/1", "Running"),
    ("few-processes", 1, "1/1", "Running"),
    ("host-processes", 1, "1/1", "Running"),
    ("insider", 1, "1/1", "Running"),
    ("no-reaper", 1, "1/1", "Running"),
    ("read-only", 1, "1/1", "Running"),
    ("shared-processes", 1, "3/3", "Running"),
];

/// One pod a rule, written by hand.
const MADE: &[Expected] = &[
    ("made-completed-beside-ready", 1, "1/2", "Running"),
    ("made-completed-beside-starting", 1, "0/2", "Completed"),
    ("made-completed-beside-unready", 1, "1/2", "NotReady"),
    ("made-creating", 1, "0/1", "ContainerCreating"),
    ("made-evicted", 1, "0/1", "Evicted"),
    (
        "made-evicted-with-containers",
        1,
        "0/1",
        "ContainerStatusUnknown",
    ),
    ("made-exit-code", 1, "0/1", "ExitCode:7"),
    ("made-failed-going", 1, "0/1", "Error"),
    ("made-first-container-wins", 1, "1/3", "CrashLoopBackOff"),
    ("made-init-0-of-2", 1, "0/1", "Init:0/2"),
    ("made-init-1-of-2", 1, "0/1", "Init:1/2"),
    ("made-init-again", 1, "1/1", "Init:0/1"),
    ("made-init-back-off", 1, "0/1", "Init:CrashLoopBackOff"),
    ("made-init-done", 1, "0/1", "PodInitializing"),
    ("made-init-error", 1, "0/1", "Init:Error"),
    ("made-init-exit-code", 1, "0/1", "Init:ExitCode:5"),
    ("made-init-signal", 1, "0/1", "Init:Signal:9"),
    ("made-last-word-wins", 1, "1/3", "Error"),
    ("made-lost", 1, "1/1", "Unknown"),
    ("made-node-affinity", 1, "0/1", "NodeAffinity"),
    ("made-ready", 1, "1/1", "Running"),
    ("made-restarted", 1, "2/2", "Running"),
    ("made-shutdown", 1, "0/1", "Completed"),
    ("made-sidecar-crashing", 1, "1/2", "Init:CrashLoopBackOff"),
    ("made-sidecar-ready", 1, "2/2", "Running"),
    ("made-sidecar-started", 1, "1/2", "Init:1/2"),
    ("made-sidecar-starting", 1, "0/2", "Init:0/1"),
    ("made-sidecar-unready", 1, "1/2", "Running"),
    ("made-signal", 1, "0/1", "Signal:9"),
    ("made-terminating", 1, "1/1", "Terminating"),
    ("made-two-of-three", 1, "2/3", "Running"),
    ("made-unknown-phase", 1, "1/1", "Unknown"),
    ("made-unschedulable", 1, "0/1", "Pending"),
    ("made-waiting-without-reason", 1, "0/1", "Pending"),
];

/// Pods of a workload are named after it, with a number or one or two hashes behind.
fn belongs_to(pod: &PrintedPod, workload: &str) -> bool {
    let Some(rest) = pod.name.strip_prefix(workload) else {
        return false;
    };
    let hashes = |rest: &str| {
        rest.split('-')
            .all(|part| part.parse::<u32>().is_ok() || (5..=10).contains(&part.len()))
    };
    rest.is_empty()
        || rest
            .strip_prefix('-')
            .is_some_and(|rest| rest.split('-').count() <= 2 && hashes(rest))
}

/// Right, or one line for each workload that is not.
fn compare(pods: &[PrintedPod], expected: &[Expected]) -> Result<(), String> {
    let named_longer = |pod: &PrintedPod, workload: &str| {
        expected
            .iter()
            .any(|(other, ..)| other.len() > workload.len() && belongs_to(pod, other))
    };
    let mut wrong = Vec::new();
    let mut known = 0;
    for (workload, count, ready, status) in expected {
        let found: Vec<_> = pods
            .iter()
            .filter(|pod| belongs_to(pod, workload) && !named_longer(pod, workload))
            .collect();
        known += found.len();
        let right = found
            .iter()
            .filter(|pod| pod.ready == *ready && pod.status == *status)
            .count();
        if right != *count || found.len() != *count {
            wrong.push(format!(
                "{workload}: expected {count} x {ready} {status}, found {found:?}"
            ));
        }
    }
    if known != pods.len() {
        wrong.push(format!("{} pods are in no list", pods.len() - known));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}

/// Pods that crash show other words in between, so the list need only be right at one moment.
#[track_caller]
fn reaches(namespace: &str, expected: &[Expected]) {
    wait_for_pods(namespace, Duration::from_secs(150), |pods| {
        compare(pods, expected)
    });
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_shop_reaches_its_words() {
    reaches("shop", SHOP);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn every_state_reaches_its_word() {
    reaches("states", STATES);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_odd_pods_run() {
    let class = kubectl(&[
        "get",
        "runtimeclasses",
        "few-pids",
        "--ignore-not-found",
        "--output",
        "name",
    ]);
    let own = !class.is_empty();
    let expected: Vec<Expected> = ODD
        .iter()
        .filter(|(name, ..)| own || *name != "few-processes")
        .copied()
        .collect();
    reaches("odd", &expected);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn handwritten_statuses_show_their_words() {
    reaches("made", MADE);
}
