//! Rows in which the client, the container or the pod goes away: 1, 27, 31 to 33.

use std::path::Path;
use std::process::Output;

use super::Job;
use super::clients::{
    Console, LONG, Running, ended, kubectl_in_terminal, podmux, said, until_ready,
};
use super::commands::job;
use super::pods::{Kind, Place, Pods};
use super::shells::after_kubectl;
use super::table::Line;
use super::token;
use crate::pty::{Program, Size};
use crate::support::kubectl::kubectl;
use crate::support::node::wait_until;
use crate::support::{now, variable};

const MIXED: &str = "setsid sleep T & sleep T & sleep T";

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for (kind, image, shell) in [
        (Kind::Busybox, "busybox", "ash"),
        (Kind::Debian, "Debian", "bash"),
    ] {
        let case = format!("terminal, sleep, client killed, then reap: {image}");
        jobs.push(job(1, &case, kind, killed));
        let case = format!("client kill -9, next start, reap: {shell}");
        jobs.push(job(27, &case, kind, move |place, line| {
            reaped_at_next_start(place, line, shell);
        }));
    }
    jobs.push(job(33, "journal torn, two reapers at once", Kind::Debian, torn));
    jobs.push(own_pod(31, "container restarted, decoy of equal pid", restarted));
    jobs.push(own_pod(32, "pod deleted mid-session", deleted));
    jobs
}

/// A job with a pod of its own, which it may end.
fn own_pod(row: u8, case: &str, run: fn(&mut Place, &mut Line)) -> Job {
    let name = case.to_owned();
    Job::new(row, case, move |pods: &Pods| {
        let pod = format!("row-{row}");
        pods.apply(&format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: {pod}}}, spec: {{terminationGracePeriodSeconds: 1, \
             containers: [{{name: app, image: 'localhost/test-debian:1', imagePullPolicy: Never}}]}}}}"
        ));
        wait_ready(pods.namespace(), &pod);
        let mut place = Place::new(pods.namespace(), &pod, Kind::Debian);
        let mut line = Line {
            row,
            case: name,
            ..Line::default()
        };
        run(&mut place, &mut line);
        vec![line]
    })
}

#[track_caller]
fn wait_ready(namespace: &str, pod: &str) {
    let pod = format!("pod/{pod}");
    let ready = "--for=condition=Ready";
    kubectl(&["--namespace", namespace, "wait", &pod, ready, "--timeout=90s"]);
}

/// Types the mixed workload into a shell and waits until it runs.
#[track_caller]
fn open_mixed(place: &Place, shell: &str) -> (Console, String) {
    let token = token();
    let mut console = Console::open(place, shell, &[]);
    until_ready(&mut console.terminal);
    console.terminal.send(MIXED.replace('T', &token) + "\r");
    wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    (console, token)
}

fn reap(home: &Path, options: &[&str]) -> Output {
    ended(podmux(home).arg("reap").args(options))
}

/// Row 1.
fn killed(place: &mut Place, line: &mut Line) {
    let token = token();
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &["sleep", &token]);
    wait_until("the workload runs", LONG, || place.carrying(&token) == 1);
    after_kubectl(place, &mut kubectl, line);

    let console = Console::open(place, "sh", &["sleep", &token]);
    wait_until("the workload runs", LONG, || place.carrying(&token) == 1);
    let home = console.kill();
    line.claim(place.carrying(&token) == 1, || "it died with the client".to_owned());
    let began = now();
    let output = reap(home.path(), &["--yes"]);
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.claim(output.status.success(), || said(&output));
    line.left = place.found().len();
}

/// Row 27: the next start says it, `reap` shows it, `reap --yes` ends it.
fn reaped_at_next_start(place: &mut Place, line: &mut Line, shell: &str) {
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &[shell]);
    until_ready(&mut kubectl);
    let token = token();
    kubectl.send(MIXED.replace('T', &token) + "\r");
    wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    after_kubectl(place, &mut kubectl, line);

    let (console, _) = open_mixed(place, shell);
    let home = console.kill();
    let mut next = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["-n", &place.namespace])
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .size(Size(24, 120))
        .start();
    next.wait_for("podmux reap", LONG);
    next.send("q");
    let code = next.wait_exit(LONG).exit_code();
    line.claim(code == 0, || format!("the next console quit with {code}"));
    let shown = reap(home.path(), &[]);
    line.claim(shown.status.code() == Some(1), || said(&shown));
    line.claim(place.found().len() >= 4, || "showing has ended something".to_owned());
    let began = now();
    let output = reap(home.path(), &["--yes"]);
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.claim(output.status.success(), || said(&output));
    line.left = place.found().len();
    let again = reap(home.path(), &["--yes"]);
    let text = said(&again);
    line.claim(again.status.success() && text.contains("left nothing"), || text);
}

/// Row 31: neither the number nor the place makes a decoy ours.
fn restarted(place: &mut Place, line: &mut Line) {
    let burn = "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done";
    let exec = |script: &str| {
        let pod = place.pod.as_str();
        kubectl(&["--namespace", &place.namespace, "exec", pod, "--", "sh", "-c", script])
    };
    exec(burn);
    let (console, _) = open_mixed(place, "bash");
    let roots: Vec<_> = place.found().into_iter().filter(|one| one.command == "bash").collect();
    let leader = roots.first().expect("the shell runs").inner;
    let home = console.kill();
    place.end();
    let path = "jsonpath={.status.containerStatuses[0].restartCount}";
    wait_until("the container is started again", LONG, || {
        let args = ["--namespace", &place.namespace, "get", "pod", &place.pod, "--output", path];
        kubectl(&args) == "1"
    });
    wait_ready(&place.namespace, &place.pod);
    let decoy = format!(
        "while :; do sleep 86401 & p=$!; [ $p -lt {leader} ] || break; kill $p; done >/dev/null 2>&1; echo $p"
    );
    let pid = exec(&decoy);
    line.claim(pid.trim() == leader.to_string(), || {
        format!("the decoy has {pid}, the leader had {leader}")
    });
    let mut again = Place::new(&place.namespace, &place.pod, Kind::Debian);
    let began = now();
    let output = reap(home.path(), &["--yes"]);
    line.seconds = Some(began.elapsed().as_secs_f32());
    let text = said(&output);
    line.claim(output.status.success() && text.contains("restarted"), || text);
    line.killed = again.killed();
    line.kubectl = "-".to_owned();
    line.note = format!("decoy has pid {leader}");
}

/// Row 32: the pod's end is the session's end, said once, and nothing stays open in the journal.
fn deleted(place: &mut Place, line: &mut Line) {
    let (mut console, _) = open_mixed(place, "bash");
    let pod = place.pod.as_str();
    kubectl(&["--namespace", &place.namespace, "delete", "pod", pod, "--wait=false"]);
    let began = now();
    console.terminal.wait_until("the pane's session has ended", LONG, |screen| {
        let text = screen.contents();
        ["exited 137", "lost:", "exited 143"].iter().any(|word| text.contains(word))
    });
    line.seconds = Some(began.elapsed().as_secs_f32());
    wait_until("the container has gone", LONG, || place.found().is_empty());
    line.note = console
        .terminal
        .text()
        .lines()
        .find(|row| row.contains("ended") || row.contains("lost "))
        .unwrap_or_default()
        .trim_matches(['│', '║', '░', ' '])
        .to_owned();
    console.press(b'q');
    let code = console.terminal.wait_exit(LONG).exit_code();
    line.claim(code == 0, || format!("quit with {code}\n{}", console.terminal.text()));
    let output = reap(console.home.path(), &["--yes"]);
    line.claim(output.status.success(), || said(&output));
    line.kubectl = "-".to_owned();
}

/// Row 33.
fn torn(place: &mut Place, line: &mut Line) {
    let (console, _) = open_mixed(place, "bash");
    let home = console.kill();
    let journal = home.path().join(".local/state/podmux/journal.jsonl");
    let mut text = std::fs::read(&journal).expect("the journal can be read");
    let tail: Vec<u8> = text.iter().take(60).copied().collect();
    text.extend(tail);
    std::fs::write(&journal, text).expect("the journal can be written");
    let began = now();
    let start = || Running::start(podmux(home.path()).args(["reap", "--yes"]));
    let mut both = [start(), start()];
    let codes = both.each_mut().map(|one| one.0.wait().expect("podmux ends").code());
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.claim(codes == [Some(0); 2], || format!("{codes:?}"));
    line.left = place.found().len();
    line.kubectl = "-".to_owned();
    line.note = "both said 0 left".to_owned();
}
