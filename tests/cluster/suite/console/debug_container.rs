//! Pods without a shell: a debug container for all of them, entered, cancelled, looked into.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::leaks::clients::{ended, podmux, said};
use crate::leaks::token;
use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::Crew;
use crate::support::kubectl::{background, kubectl};
use crate::support::node::{Container, wait_until};

const IMAGE: &str = "localhost/test-busybox:1";

/// Settings that name the image.
#[track_caller]
pub(super) fn settings() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file: PathBuf = folder.path().join("settings.toml");
    let text = format!("[shell]\ndebug_image = \"{IMAGE}\"\n");
    std::fs::write(&file, text).expect("the settings are written");
    let file = file.to_string_lossy().into_owned();
    (folder, file)
}

/// The names of a pod's ephemeral containers.
#[track_caller]
fn added(namespace: &str, pod: &str) -> Vec<String> {
    let path = "jsonpath={.spec.ephemeralContainers[*].name}";
    let names = kubectl(&["-n", namespace, "get", "pod", pod, "--output", path]);
    names.split_whitespace().map(str::to_owned).collect()
}

/// The one debug container of each pod.
fn debug_containers(crew: &Crew) -> Vec<Container> {
    let of_pod = |pod: &String| {
        let names = added(crew.namespace(), pod);
        let [name] = names.as_slice() else {
            panic!("one container each, not {names:?}")
        };
        assert!(name.starts_with("podmux-"), "{name}");
        Container::of(crew.namespace(), pod, name)
    };
    crew.names().iter().map(of_pod).collect()
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn all_pods_without_a_shell_get_a_debug_container_after_one_yes() {
    let crew = Crew::new("debug", "static", 2);
    let (_folder, file) = settings();
    let args = ["-n", crew.namespace(), "--config", &file, "deploy/crew"];
    let mut console = Console::start(&args, WIDE);
    console.waits_for_all(2, "start failed: no shell");
    console.keys("ctrl-g d");
    console.waits_for("cannot be removed");
    for pod in crew.names() {
        assert!(added(crew.namespace(), &pod).is_empty(), "before the yes");
    }
    console.answers("y");
    console.waits_for_all(2, " live ─");
    console.waits_for_all(2, "/ #");

    // The processes are the target's: its first one is 1.
    console.keys("ctrl-g b");
    console.waits_for("BROADCAST 2 of 2");
    console.types("tr '\\0' ' ' </proc/1/cmdline; echo is 1");
    console.keys("enter");
    console.waits_for_all(2, "/idle is 1");

    let token = token();
    console.types(&format!("setsid sleep {token} & sleep {token}"));
    console.keys("enter");
    let inside = debug_containers(&crew);
    let carrying = || {
        let all = inside.iter().flat_map(Container::processes);
        all.filter(|one| one.command.contains(&token)).count()
    };
    wait_until("the workloads run", LONG, || carrying() == 4);
    console.keys("ctrl-g C");
    console.waits_for_all(2, "✓ cancelled, 0 left");
    assert_eq!(carrying(), 0);
    let first = crew.containers();
    assert!(
        first.iter().all(|one| one.processes().len() == 1),
        "the targets live on"
    );
    console.keys("ctrl-g q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);

    // The next console finds those that run.
    let mut console = Console::start(&args, WIDE);
    console.waits_for_all(2, "start failed: no shell");
    console.keys("ctrl-g d");
    console.waits_for("cannot be removed");
    console.answers("y");
    console.waits_for_all(2, " live ─");
    for pod in crew.names() {
        assert_eq!(
            added(crew.namespace(), &pod).len(),
            1,
            "a second one in {pod}"
        );
    }
    assert_eq!(console.quits("ctrl-g q"), 0);
}

/// Adds a debug container as kubectl does.
fn add_helper(namespace: &str, pod: &str) {
    let image = format!("--image={IMAGE}");
    let mut debug = background(&[
        "-n",
        namespace,
        "debug",
        pod,
        &image,
        "--target=app",
        "--container=helper",
        "--image-pull-policy=Never",
        "--",
        "sleep",
        "1000",
    ]);
    let path = "jsonpath={.status.ephemeralContainerStatuses[?(@.name==\"helper\")].state.running.startedAt}";
    wait_until("the debug container runs", LONG, || {
        !kubectl(&["-n", namespace, "get", "pod", pod, "--output", path]).is_empty()
    });
    debug.wait().expect("kubectl ends");
}

/// What another tool leaves in a debug container is listed there; the processes that keep the containers up are nobody's leak.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_census_tells_an_exec_from_a_debug_container_itself() {
    let crew = Crew::new("census", "busybox", 1);
    let pod = crew.names().remove(0);
    let namespace = crew.namespace();
    add_helper(namespace, &pod);
    let home = tempfile::tempdir().expect("a folder");
    let leaks = || {
        let mut command = podmux(home.path());
        let output = ended(command.args(["leaks", "--json", "-n", namespace, "deploy/crew"]));
        let text = said(&output);
        let lines = String::from_utf8_lossy(&output.stdout).into_owned();
        let found: Vec<Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON line"))
            .collect();
        (output.status.code(), found, text)
    };
    let (code, found, text) = leaks();
    assert_eq!((code, found.len()), (Some(0), 0), "{text}");

    let token = token();
    let mut tools: Vec<_> = ["app", "helper"]
        .map(|container| {
            background(&[
                "-n", namespace, "exec", &pod, "-c", container, "--", "sleep", &token,
            ])
        })
        .into();
    let containers = ["app", "helper"].map(|name| Container::of(namespace, &pod, name));
    wait_until("both sleep", LONG, || {
        let all = containers.iter().flat_map(Container::processes);
        all.filter(|one| one.command.contains(&token)).count() == 2
    });
    for tool in &mut tools {
        tool.kill().expect("kubectl is killed");
        tool.wait().expect("kubectl ends");
    }
    let (code, found, text) = leaks();
    let mut names: Vec<&str> = found
        .iter()
        .filter_map(|line| line["container"].as_str())
        .collect();
    names.sort_unstable();
    assert_eq!((code, names), (Some(1), vec!["app", "helper"]), "{text}");
    let sleeps = |line: &Value| {
        line["command"]
            .as_str()
            .is_some_and(|words| words.contains(&token))
    };
    assert!(found.iter().all(sleeps), "{text}");
}
