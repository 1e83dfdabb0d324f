//! Each user of the cluster may do what README says, and each broken kubeconfig is broken in its own way.

use rstest::rstest;

use crate::support::kubeconfig_of;
use crate::support::kubectl::{kubectl, kubectl_as};

/// What a user may do: list namespaces, list pods in `shop`, in `team`, exec by `get`, exec by `create`.
#[rstest]
#[case::admin("admin", [true, true, true, true, true])]
#[case::operator("operator", [true, true, true, true, true])]
#[case::reader("reader", [true, true, true, false, false])]
#[case::exec_get("exec-get", [true, true, true, true, false])]
#[case::exec_create("exec-create", [true, true, true, false, true])]
#[case::one_namespace("one-namespace", [false, false, true, false, false])]
#[case::nobody("nobody", [false, false, false, false, false])]
#[case::impersonator("impersonator", [false, false, false, false, false])]
#[case::impersonated("impersonated", [true, true, true, false, false])]
#[case::token_file("token-file", [true, true, true, false, false])]
#[case::insecure("insecure", [true, true, true, false, false])]
#[case::plugin("plugin", [true, true, true, false, false])]
#[case::plugin_certificate("plugin-certificate", [true, true, true, true, true])]
#[case::embedded("embedded", [true, true, true, true, true])]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn users_may_do_what_their_names_say(#[case] user: &str, #[case] expected: [bool; 5]) {
    let may = |verb: &str, resource: &str, namespace: &str| {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        let asked = [
            "auth",
            "can-i",
            verb,
            resource,
            "--subresource",
            subresource,
            "--namespace",
            namespace,
        ];
        let output = kubectl_as(&kubeconfig_of(user), &asked);
        match String::from_utf8_lossy(&output.stdout).trim() {
            "yes" => true,
            "no" => false,
            other => panic!(
                "{user} was not told about {verb} {resource}: {other} {}",
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    };
    let found = [
        may("list", "namespaces", "default"),
        may("list", "pods", "shop"),
        may("list", "pods", "team"),
        may("get", "pods/exec", "shop"),
        may("create", "pods/exec", "shop"),
    ];
    assert_eq!(found, expected);
}

#[rstest]
#[case::expired_certificate("expired-certificate", "Unauthorized")]
#[case::expired_token("expired-token", "Unauthorized")]
#[case::wrong_token("wrong-token", "Unauthorized")]
#[case::wrong_ca("wrong-ca", "unknown authority")]
#[case::wrong_name("wrong-name", "not elsewhere.example")]
#[case::unreachable("unreachable", "refused")]
#[case::malformed("malformed", "yaml")]
#[case::plugin_fails("plugin-fails", "exit code 1")]
#[case::plugin_missing("plugin-missing", "no such file")]
#[case::plugin_prompts("plugin-prompts", "exit code 1")]
#[case::plugin_garbage("plugin-garbage", "decoding stdout")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn broken_kubeconfigs_are_refused_for_their_own_reason(#[case] user: &str, #[case] reason: &str) {
    let output = kubectl_as(&kubeconfig_of(user), &["get", "namespaces"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{user} was let in");
    assert!(said.contains(reason), "{user}: {said}");
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_pod_reaches_the_api_server_by_its_service_address() {
    let reach =
        "exec 3<>/dev/tcp/$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT && echo reached";
    let said = kubectl(&[
        "--namespace",
        "odd",
        "exec",
        "insider",
        "--",
        "timeout",
        "5",
        "bash",
        "-c",
        reach,
    ]);
    assert_eq!(said, "reached\n");
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_pod_of_few_processes_runs_out_of_them() {
    let fork = "for i in $(seq 20); do idle sleep 2 & done 2>&1; wait; true";
    let output = kubectl_as(
        &kubeconfig_of("admin"),
        &[
            "--namespace",
            "odd",
            "exec",
            "few-processes",
            "--",
            "bash",
            "-c",
            fork,
        ],
    );
    let said = [output.stdout, output.stderr].concat();
    assert!(
        String::from_utf8_lossy(&said).contains("Resource temporarily unavailable"),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
