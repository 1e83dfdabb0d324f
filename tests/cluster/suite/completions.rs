//! Tab in every real shell: contexts of the kubeconfig, and what the cluster has at the moment when the key is pressed.

use std::path::PathBuf;

use crate::support::kubectl::{Namespace, kubectl};
use crate::support::variable;
use crate::tab::press;

/// A pod that is listed from the moment it is made, whether it runs or not.
fn pod(name: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{containers: [{{name: app, \
         image: 'localhost/test-busybox:1', imagePullPolicy: Never, command: [sleep, '600']}}]}}}}"
    )
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn tab_completes_what_the_cluster_has_now() {
    let home = tempfile::tempdir().expect("a folder");
    let kubeconfig = PathBuf::from(variable("KUBECONFIG"));
    let namespace = Namespace::new("tab");
    let name = namespace.name();
    let context = kubectl(&["config", "current-context"]);
    let (context, cut) = (context.trim(), |word: &str| {
        let mut shorter = word.to_owned();
        shorter.pop();
        shorter
    });
    // bash completes behind the last colon only, so the line may show less of a name with one.
    let shown = context.rsplit(':').next().unwrap_or(context);
    let lines = [
        (format!("--context {}\t", cut(context)), shown.to_owned()),
        (format!("-n {}\t", cut(name)), format!("podmux -n {name}")),
        (
            "run -n shop db-0\tdeploy/we\t".to_owned(),
            "podmux run -n shop db-0 deploy/web".to_owned(),
        ),
        (
            format!("run -n {name} fir\t"),
            format!("podmux run -n {name} first-of-"),
        ),
        (
            format!("leaks -n {name} sec\t"),
            format!("podmux leaks -n {name} second-of-"),
        ),
        ("leaks --js\t".to_owned(), "podmux leaks --json".to_owned()),
        ("--theme li\t".to_owned(), "podmux --theme light".to_owned()),
    ];
    let lines: Vec<(&str, &str)> = lines
        .iter()
        .map(|(typed, line)| (typed.as_str(), line.as_str()))
        .collect();
    // Made while the shell waits at its prompt, so that nothing of an earlier Tab can know it.
    press(home.path(), &kubeconfig, &lines, |shell, number| {
        let made = match number {
            3 => pod(&format!("first-of-{shell}")),
            4 => pod(&format!("second-of-{shell}")),
            _ => return,
        };
        kubectl(&[
            "--namespace",
            name,
            "delete",
            "pods",
            "--all",
            "--now",
            "--wait=true",
        ]);
        namespace.apply(&made);
    });
}
