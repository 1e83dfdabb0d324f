//! Rows about one command: 1 to 5, 26, 34, 36.

use std::process::Stdio;

use nix::sys::signal::Signal;
use serde_json::Value;

use super::Job;
use super::clients::{
    Console, LONG, Running, ended, kubectl_exec, kubectl_in_terminal, podmux, said, until_ready,
};
use super::pods::{Kind, Place};
use super::shells::{after_kubectl, count};
use super::table::Line;
use super::token;
use crate::support::node::wait_until;
use crate::support::now;

/// Runs the row in a place of this kind, and puts its counts into the line.
pub(super) fn job(
    row: u8,
    case: &str,
    kind: Kind,
    run: impl FnOnce(&mut Place, &mut Line) + Send + 'static,
) -> Job {
    let name = case.to_owned();
    Job::new(row, case, move |pods| {
        let mut place = pods.take(kind);
        let mut line = Line {
            row,
            case: name,
            ..Line::default()
        };
        run(&mut place, &mut line);
        line.killed += place.killed();
        place.sweep();
        pods.put(place);
        vec![line]
    })
}

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for (kind, shell) in [
        (Kind::Busybox, "ash"),
        (Kind::Debian, "dash"),
        (Kind::Debian, "bash"),
    ] {
        let case = format!("idle login shell, pane closed: {shell}");
        jobs.push(job(5, &case, kind, move |place, line| {
            pane_closed(place, line, shell);
        }));
        let case = format!("daemon kept by a normal exit: {shell}");
        jobs.push(job(34, &case, kind, move |place, line| {
            daemon(place, line, shell);
        }));
    }
    for (kind, image) in [(Kind::Busybox, "busybox"), (Kind::Debian, "Debian")] {
        let case = |what: &str| format!("{what}: {image}");
        jobs.push(job(
            2,
            &case("terminal, sleep, cancel key"),
            kind,
            cancelled,
        ));
        jobs.push(job(
            3,
            &case("no terminal, stdin, SIGINT"),
            kind,
            |place, line| {
                interrupted(place, line, &["--stdin"], &["-i"]);
            },
        ));
        jobs.push(job(
            4,
            &case("no terminal, no stdin, SIGINT"),
            kind,
            |place, line| {
                interrupted(place, line, &[], &[]);
            },
        ));
        jobs.push(job(36, &case("words arrive byte for byte"), kind, words));
    }
    jobs.push(job(26, "no shell in the image", Kind::Static, no_shell));
    jobs
}

fn runs(place: &Place, token: &str, count: usize) {
    wait_until("the workload runs", LONG, || place.carrying(token) >= count);
}

/// Row 2: the command is the session, so kubectl's own Ctrl-C ends it too.
fn cancelled(place: &mut Place, line: &mut Line) {
    let home = tempfile::tempdir().expect("a folder");
    let token = token();
    let mut kubectl = kubectl_in_terminal(place, home.path(), &["sleep", &token]);
    runs(place, &token, 1);
    let before = place.found();
    kubectl.send("\x03");
    kubectl.wait_exit(LONG);
    count(place, &before, line);

    let mut console = Console::open(place, "sh", &["sleep", &token]);
    runs(place, &token, 1);
    line.seconds = Some(console.cancel());
    line.left = place.found().len();
    let code = console.quit();
    line.claim(code == 0, || format!("quit with {code}"));
}

/// Rows 3 and 4: `podmux run` is interrupted and cleans up before it ends.
fn interrupted(place: &mut Place, line: &mut Line, ours: &[&str], theirs: &[&str]) {
    let token = token();
    let mut kubectl = kubectl_exec(place, theirs, &["sleep", &token]);
    let kubectl = Running::start(kubectl.stdin(Stdio::piped()));
    runs(place, &token, 1);
    let before = place.found();
    kubectl.signal(Signal::SIGINT);
    drop(kubectl);
    count(place, &before, line);

    let home = tempfile::tempdir().expect("a folder");
    let pod = format!("pod/{}", place.pod);
    let mut run = podmux(home.path());
    run.args([
        "run",
        "-n",
        &place.namespace,
        "-c",
        "app",
        "--output",
        "json",
    ])
    .args(ours)
    .args([&pod, "--", "sleep", &token])
    .stdin(Stdio::piped());
    let mut run = Running::start(&mut run);
    runs(place, &token, 1);
    let began = now();
    run.signal(Signal::SIGINT);
    let output = run.finish();
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = place.found().len();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let proven = answer["outcome"] == "cancelled" && answer["left"] == 0;
    line.claim(proven && output.status.code() == Some(130), || {
        said(&output)
    });
}

/// Row 5: nothing runs but the shell.
fn pane_closed(place: &mut Place, line: &mut Line, shell: &str) {
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &[shell, "-l"]);
    until_ready(&mut kubectl);
    after_kubectl(place, &mut kubectl, line);

    let mut console = Console::open(place, shell, &[]);
    until_ready(&mut console.terminal);
    let login = format!("{shell} -l");
    console.terminal.send(format!("exec {login}\r"));
    runs(place, &login, 1);
    let began = now();
    console.press(b'x');
    console
        .terminal
        .wait_until("the pane is gone", LONG, |screen| {
            screen
                .contents()
                .lines()
                .last()
                .is_some_and(|line| line.contains("LIST"))
        });
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = place.found().len();
    let code = console.quit();
    line.claim(code == 0, || format!("quit with {code}"));
}

/// Row 34: a daemon that was started on purpose outlives a normal exit, and is named.
fn daemon(place: &mut Place, line: &mut Line, shell: &str) {
    let token = token();
    let daemon = format!("setsid sleep {token} >/dev/null 2>&1 &\r");
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &[shell]);
    until_ready(&mut kubectl);
    kubectl.send(&daemon);
    runs(place, &token, 1);
    let before: Vec<_> = place
        .found()
        .into_iter()
        .filter(|one| one.command.contains(&token))
        .collect();
    kubectl.send("exit\r");
    kubectl.wait_exit(LONG);
    count(place, &before, line);

    let mut console = Console::open(place, shell, &[]);
    until_ready(&mut console.terminal);
    console.terminal.send(&daemon);
    runs(place, &token, 1);
    console.terminal.send("exit\r");
    console.terminal.wait_for("exit 0 · 1 left", LONG);
    line.left = place.carrying(&token);
    line.may_stay = 1;
    line.note = "survives a normal exit, counted".to_owned();
    let text = console.terminal.text();
    line.claim(text.contains("sleep"), || {
        format!("it is not named:\n{text}")
    });
    drop(console.kill());
    line.left = place.carrying(&token);
}

/// Row 26: there is nothing to clean up with, and that is said.
fn no_shell(place: &mut Place, line: &mut Line) {
    let token = token();
    let kubectl = Running::start(&mut kubectl_exec(place, &[], &["/idle", "sleep", &token]));
    runs(place, &token, 1);
    let before = place.found();
    drop(kubectl);
    count(place, &before, line);

    let mut console = Console::open(place, "sh", &[]);
    console.terminal.wait_for("start failed: no shell", LONG);
    let code = console.quit();
    line.claim(code == 0, || format!("quit with {code}"));

    let home = tempfile::tempdir().expect("a folder");
    let pod = format!("pod/{}", place.pod);
    let mut run = podmux(home.path());
    run.args([
        "run",
        "-n",
        &place.namespace,
        "--output",
        "json",
        &pod,
        "--",
    ]);
    let mut run = Running::start(run.args(["/idle", "sleep", &token]));
    runs(place, &token, 1);
    let began = now();
    run.signal(Signal::SIGINT);
    let text = said(&run.finish());
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = place.carrying(&token);
    line.may_stay = 1;
    line.claim(text.contains("shell"), || {
        format!("why it stays is not said: {text:?}")
    });
    line.note = "stays, and that is said".to_owned();
}

/// Row 36.
fn words(place: &mut Place, line: &mut Line) {
    const WORDS: [&str; 10] = [
        "a'b\"c",
        "$(id) `id` ${HOME}",
        "two\nlines\n",
        "-n",
        "--help",
        "; exit 9 #",
        "größe → \u{1F600}",
        "",
        " * ",
        "back\\slash",
    ];
    let home = tempfile::tempdir().expect("a folder");
    let pod = format!("pod/{}", place.pod);
    let script = "for w; do printf '%s|' \"$w\"; done; exit 7";
    let mut run = podmux(home.path());
    run.args([
        "run",
        "-n",
        &place.namespace,
        "-c",
        "app",
        "--output",
        "json",
        &pod,
        "--",
    ])
    .args(["sh", "-c", script, "x"])
    .args(WORDS);
    let output = ended(&mut run);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let expected = WORDS.join("|") + "|";
    line.claim(
        answer["stdout"] == expected && answer["exit_code"] == 7,
        || said(&output),
    );
    line.claim(output.status.code() == Some(1), || said(&output));
    line.left = place.found().len();
    line.kubectl = "-".to_owned();
    line.note = "10 words".to_owned();
}
