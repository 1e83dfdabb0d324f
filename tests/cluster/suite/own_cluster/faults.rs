//! Components can be killed, started, silenced and continued, and pods outlive all of it.

use std::time::Duration;

use rstest::rstest;

use crate::support::fault::{Repair, cluster};
use crate::support::kubectl::{Namespace, kubectl, kubectl_as};
use crate::support::{kubeconfig_of, now};

const POD: &str = "
apiVersion: v1
kind: Pod
metadata: {name: witness}
spec:
  terminationGracePeriodSeconds: 1
  containers: [{name: app, image: 'localhost/test-busybox:1', imagePullPolicy: Never}]
";

/// A pod that must live through the fault, in a namespace of its own.
struct Witness {
    namespace: Namespace,
    born: String,
}

impl Witness {
    #[track_caller]
    fn new() -> Self {
        let namespace = Namespace::new("fault");
        namespace.apply(POD);
        kubectl(&[
            "--namespace",
            namespace.name(),
            "wait",
            "pod/witness",
            "--for=condition=Ready",
            "--timeout=60s",
        ]);
        let born = birth(&namespace);
        Self { namespace, born }
    }

    /// A kubelet that has just started refuses execs for a moment, so it is asked for a minute.
    #[track_caller]
    fn answers(&self) {
        let args = [
            "--namespace",
            self.namespace.name(),
            "exec",
            "witness",
            "--",
            "hostname",
        ];
        let deadline = now() + Duration::from_secs(60);
        let mut output = kubectl_as(&kubeconfig_of("admin"), &args);
        while !output.status.success() && now() < deadline {
            output = kubectl_as(&kubeconfig_of("admin"), &args);
        }
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "witness\n",
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(
            birth(&self.namespace),
            self.born,
            "the container was replaced"
        );
    }
}

fn birth(namespace: &Namespace) -> String {
    let container = "jsonpath={.metadata.uid} {.status.containerStatuses[0].containerID}";
    kubectl(&[
        "--namespace",
        namespace.name(),
        "get",
        "pod",
        "witness",
        "--output",
        container,
    ])
}

#[rstest]
#[case::etcd("etcd")]
#[case::apiserver("apiserver")]
#[case::manager("manager")]
#[case::scheduler("scheduler")]
#[case::containerd("containerd")]
#[case::kubelet("kubelet")]
#[case::forward("forward")]
#[case::metrics("metrics")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_component_is_killed_and_comes_back(#[case] component: &'static str) {
    let witness = Witness::new();
    {
        let _repair = Repair("start", component);
        cluster(&["stop", component]);
        assert!(cluster(&["status"]).contains(&format!("{component} stopped")));
    }
    assert!(cluster(&["status"]).contains(&format!("{component} running")));
    witness.answers();
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_frozen_api_server_is_silent_and_goes_on_where_it_was() {
    let witness = Witness::new();
    {
        let _repair = Repair("thaw", "apiserver");
        cluster(&["freeze", "apiserver"]);
        let output = kubectl_as(
            &kubeconfig_of("admin"),
            &["get", "namespaces", "--request-timeout=2s"],
        );
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && !said.contains("refused"),
            "{said}"
        );
    }
    witness.answers();
}
