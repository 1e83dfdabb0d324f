//! Programs in a pod, in a pane and in tmux: the text seen is equal. kubectl carries both.

use crate::programs::{Place, compare_all};
use crate::support::kubectl::kubectl;
use crate::support::variable;

const NAMESPACE: &str = "--namespace=default";
const POD: &str = "programs";

/// A pod of its own, which goes with the test.
struct Pod;

impl Pod {
    fn start() -> Self {
        kubectl(&[
            NAMESPACE,
            "delete",
            "pod",
            POD,
            "--ignore-not-found",
            "--now",
        ]);
        let image = "--image=localhost/test-debian:1";
        let pull = "--image-pull-policy=Never";
        kubectl(&[NAMESPACE, "run", POD, image, pull, "--restart=Never"]);
        let ready = "--for=condition=Ready";
        kubectl(&[NAMESPACE, "wait", "pod", POD, ready, "--timeout=60s"]);
        Self
    }
}

impl Drop for Pod {
    fn drop(&mut self) {
        kubectl(&[NAMESPACE, "delete", "pod", POD, "--now", "--wait=false"]);
    }
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn programs_in_a_pod_show_in_a_pane_what_they_show_in_tmux() {
    let _pod = Pod::start();
    let program = variable("PODMUX_TEST_KUBECTL");
    let words = |more: &[&str], script: &str| {
        let exec = [NAMESPACE, "exec", POD, "--stdin"];
        let mut words = vec![program.clone()];
        words.extend(exec.iter().chain(more).map(|word| (*word).to_owned()));
        words.extend(["--", "sh", "-c", script].map(str::to_owned));
        words
    };
    let report = compare_all(&Place {
        name: "in a pod",
        in_terminal: &|script| words(&["--tty"], script),
        without: &|script| words(&[], script),
        environment: &[("KUBECONFIG", variable("KUBECONFIG"))],
    });
    report.print("in a pod");
    assert!(
        report.different.is_empty(),
        "{} differ",
        report.different.len()
    );
    assert!(
        report.missing.is_empty(),
        "the image lacks {:?}",
        report.missing
    );
}
