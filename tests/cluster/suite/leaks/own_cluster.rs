//! Rows that need the own cluster: 29 and 30 stop its components, 37 and 40 need its users.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::Job;
use super::clients::{
    Console, LONG, ended, kubectl_exec, kubectl_in_terminal, podmux, said, until_ready,
};
use super::pods::{Kind, Pods};
use super::shells::count;
use super::table::{Line, print};
use super::token;
use crate::pty::{Program, Size};
use crate::support::fault::Stopped;
use crate::support::kubectl::{kubectl, kubectl_as};
use crate::support::node::{pass, wait_until};
use crate::support::{kubeconfig_of, now, variable};

/// One component dies under a session, and comes back.
fn killed(component: &'static str, row: u8, pods: &Pods) -> Line {
    let mut line = Line {
        row,
        case: format!("{component} killed mid-session"),
        ..Line::default()
    };
    let (theirs, mut ours) = (pods.take(Kind::Debian), pods.take(Kind::Debian));
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(&theirs, home.path(), &["bash"]);
    let mut console = Console::open(&ours, "bash", &[]);
    let token = token();
    for (place, terminal) in [(&ours, &mut console.terminal), (&theirs, &mut kubectl)] {
        until_ready(terminal);
        terminal.send(format!(
            "setsid sleep {token} & sleep {token} & sleep {token}\r"
        ));
        wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    }
    let before = theirs.found();
    let stopped = Stopped::stop(component);
    console.terminal.wait_for("lost", LONG);
    let code = kubectl.wait_exit(LONG).exit_code();
    drop(stopped);
    let began = now();
    console
        .terminal
        .wait_for("· 0 left", Duration::from_secs(150));
    wait_until("kubectl gets through again", LONG, || {
        let tried = kubectl_exec(&theirs, &[], &["true"]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = ours.found().len();
    line.killed = ours.killed();
    let code_of_ours = console.quit();
    line.claim(code_of_ours == 0, || format!("quit with {code_of_ours}"));
    count(&theirs, &before, &mut line);
    line.note = format!("lost, then proven; kubectl says exit {code}");
    ours.sweep();
    pods.put(ours);
    pods.put(theirs);
    line
}

/// A component that has just come back refuses execs for a moment.
#[track_caller]
fn execs_work(pods: &Pods) {
    let place = pods.take(Kind::Debian);
    wait_until("kubectl gets through", LONG, || {
        let tried = kubectl_exec(&place, &[], &["true"]).output();
        tried.is_ok_and(|output| output.status.success())
    });
    pods.put(place);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_component_that_dies_is_a_lost_session_and_then_nothing() {
    let pods = Pods::start(&[Kind::Debian]);
    let rows = [("apiserver", 29), ("kubelet", 30), ("containerd", 30)];
    let lines = rows.map(|(component, row)| {
        execs_work(&pods);
        let job = Job::new(row, component, move |pods| {
            vec![killed(component, row, pods)]
        });
        super::run_all(vec![job], &pods)
    });
    print(lines.into_iter().flatten().collect(), &[]);
}

/// Row 37 on a server before 1.35: `get` is enough, and `create` alone is not.
fn rights() -> Vec<Line> {
    wait_until("the shop answers", LONG, || {
        let tried = kubectl_as(
            &kubeconfig_of("admin"),
            &["-n", "shop", "exec", "deploy/web", "--", "true"],
        );
        tried.status.success()
    });
    let rows = [
        ("operator", true),
        ("exec-get", true),
        ("exec-create", false),
        ("reader", false),
    ];
    let row = |(user, allowed): (&str, bool)| {
        let mut line = Line {
            row: 37,
            case: format!("rights on a 1.34 server: {user}"),
            ..Line::default()
        };
        let home = tempfile::tempdir().expect("a folder");
        let mut run = podmux(home.path());
        run.env("KUBECONFIG", kubeconfig_of(user));
        let began = now();
        let output = ended(run.args(["run", "-n", "shop", "deploy/web", "--", "hostname"]));
        line.seconds = Some(began.elapsed().as_secs_f32());
        let text = said(&output);
        let words = ["get", "pods/exec", "shop"];
        let right = if allowed {
            output.status.success()
        } else {
            output.status.code() == Some(3) && words.iter().all(|word| text.contains(word))
        };
        line.claim(right, || text);
        line.kubectl = "-".to_owned();
        line.note = if allowed {
            "allowed"
        } else {
            "refused, get on pods/exec named"
        }
        .to_owned();
        line
    };
    rows.map(row).into()
}

/// What kubectl makes of the same plugin: its words stand on the screen, and it takes the keys.
#[track_caller]
fn asked_by_kubectl() -> &'static str {
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = Program::new(variable("PODMUX_TEST_KUBECTL"), home.path())
        .args(["get", "pods"])
        .env("KUBECONFIG", kubeconfig_of("plugin-prompts"))
        .size(Size(24, 120))
        .start();
    let shown = catch_unwind(AssertUnwindSafe(|| kubectl.wait_for("Token:", LONG)));
    kubectl.signal(Signal::SIGKILL);
    kubectl.wait_exit(LONG);
    if shown.is_ok() { "prompts" } else { "silent" }
}

/// Row 40: what a credential plugin prints, and what it asks, never reaches the screen as it is.
fn plugin() -> Line {
    let mut line = Line {
        row: 40,
        case: "credential plugin that prints and asks".to_owned(),
        kubectl: asked_by_kubectl().to_owned(),
        note: "captured, told in a sentence; keys stay ours".to_owned(),
        ..Line::default()
    };
    let home = tempfile::tempdir().expect("a folder");
    let mut console = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .env("KUBECONFIG", kubeconfig_of("plugin-prompts"))
        .size(Size(24, 120))
        .start();
    console.wait_for("Token: nobody answered", LONG);
    let text = console.text();
    let whole = text.starts_with(" PODS")
        && text
            .trim_end()
            .lines()
            .last()
            .is_some_and(|last| last.starts_with(" LIST"));
    line.claim(whole, || format!("the screen is not whole:\n{text}"));
    console.send("q");
    let code = console.wait_exit(LONG).exit_code();
    line.claim(code == 0, || format!("quit with {code}"));
    line
}

/// Rights of a user in the namespace; the binding to exec may be taken away.
const RIGHTS: &str = "\
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: look}, rules: [{apiGroups: [''], resources: [pods], verbs: [get, list, watch]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: exec}, rules: [{apiGroups: [''], resources: [pods/exec], verbs: [get, create]}]}
---
{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: look}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: look}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: nobody}]}
";
const MAY_EXEC: &str = "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: exec}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: exec}, subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: nobody}]}";

/// How long cleanups are refused.
const REFUSED: Duration = Duration::from_secs(60);

fn refused(pods: &Pods) -> Line {
    let mut line = Line {
        row: 30,
        case: format!("cleanup refused for {} s, then allowed", REFUSED.as_secs()),
        kubectl: "-".to_owned(),
        ..Line::default()
    };
    pods.apply(RIGHTS);
    pods.apply(MAY_EXEC);
    let mut place = pods.take(Kind::Debian);
    let home = tempfile::tempdir().expect("a folder");
    let mut console = Console::through(&kubeconfig_of("nobody"), home, &place, "bash");
    let token = token();
    until_ready(&mut console.terminal);
    console.terminal.send(format!(
        "setsid sleep {token} & sleep {token} & sleep {token}\r"
    ));
    wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    kubectl(&["-n", pods.namespace(), "delete", "rolebinding", "exec"]);
    let began = now();
    console.press(b'c');
    console.terminal.wait_for("not confirmed", LONG);
    let text = console.terminal.text();
    line.claim(place.carrying(&token) > 0, || {
        format!("a refused cleanup ended it:\n{text}")
    });
    pass(REFUSED.saturating_sub(began.elapsed()));
    pods.apply(MAY_EXEC);
    let allowed = now();
    // The first attempts in the background come after one and after three minutes.
    console
        .terminal
        .wait_for("cancelled, 0 left", Duration::from_secs(240));
    line.seconds = Some(allowed.elapsed().as_secs_f32());
    line.left = place.found().len();
    line.killed = place.killed();
    line.note = "no key pressed after it was allowed".to_owned();
    let code = console.quit();
    line.claim(code == 0, || format!("quit with {code}"));
    place.sweep();
    pods.put(place);
    line
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_cleanup_that_was_refused_is_made_up_for_without_a_key() {
    let pods = Pods::start(&[Kind::Debian]);
    let job = Job::new(30, "cleanup refused", |pods| vec![refused(pods)]);
    print(super::run_all(vec![job], &pods), &[]);
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn rights_and_plugins_are_told_in_the_right_words() {
    let mut lines = rights();
    lines.push(plugin());
    print(lines, &[]);
}
