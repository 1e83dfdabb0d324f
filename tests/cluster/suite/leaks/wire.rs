//! Rows about what lies between: 38, servers of both protocol versions; 39, a proxy that cuts idle connections.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::Job;
use super::clients::{Console, LONG, Running, podmux, said, until_ready};
use super::commands::job;
use super::pods::{Kind, Place};
use super::table::Line;
use crate::pty::Program;
use crate::support::kubectl::serve;
use crate::support::node::pass;
use crate::support::proxy::{Between, Proxy, kubeconfig_through, server};
use crate::support::{now, variable};

pub(super) fn jobs() -> Vec<Job> {
    vec![
        job(
            38,
            "server of v5: half close, tail, status",
            Kind::Debian,
            |place, line| {
                spoken(place, line, Between::Nothing);
            },
        ),
        job(
            38,
            "server of v4: no half close, tail, status",
            Kind::Debian,
            |place, line| {
                spoken(place, line, Between::OnlyV4);
            },
        ),
        job(39, "idle through a proxy that cuts", Kind::Debian, idle),
    ]
}

/// Row 38. `kubectl proxy` takes the TLS away, so that what is offered can be changed on the way.
fn spoken(place: &mut Place, line: &mut Line, between: Between) {
    let home = tempfile::tempdir().expect("a folder");
    let (_serving, port) = serve();
    let proxy = Proxy::start(("127.0.0.1".to_owned(), port), between);
    let config = kubeconfig_through(home.path(), &format!("http://127.0.0.1:{}", proxy.port()));
    let run = |options: &[&str], script: &str, input: &str| -> (Output, Value) {
        let pod = format!("pod/{}", place.pod);
        let mut run = podmux(home.path());
        run.env("KUBECONFIG", &config)
            .args([
                "run",
                "-n",
                &place.namespace,
                "-c",
                "app",
                "--output",
                "json",
                "--stdin",
            ])
            .args(options)
            .args([&pod, "--", "sh", "-c", script])
            .stdin(Stdio::piped());
        let mut run = Running::start(&mut run);
        let mut stdin = run.0.stdin.take().expect("the input is piped");
        // A command that has ended takes no more.
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        let output = run.finish();
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (output, answer)
    };
    let (output, answer) = run(&[], "read x; echo got $x; seq 2000; exit 7", "one\ntwo\n");
    let tail = answer["stdout"]
        .as_str()
        .is_some_and(|out| out.starts_with("got one\n") && out.ends_with("\n2000\n"));
    line.claim(tail && answer["exit_code"] == 7, || said(&output));
    let (options, outcome): (&[&str], _) = match between {
        Between::OnlyV4 => (&["--timeout", "2s"], "timed_out"),
        Between::Nothing | Between::CutsIdle(_) | Between::Gate => (&[], "exited"),
    };
    let began = now();
    let (output, answer) = run(options, "cat; echo tail", "one\n");
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.claim(answer["outcome"] == outcome && answer["left"] == 0, || {
        said(&output)
    });
    line.claim(proxy.downgraded() == (between == Between::OnlyV4), || {
        "the proxy saw no offer to change".to_owned()
    });
    line.left = place.found().len();
    line.kubectl = "-".to_owned();
    line.note = format!("end of input: {outcome}");
}

/// Row 39: short in CI; `PODMUX_TEST_IDLE=30m` takes the row's own half hour and a cut after a minute.
fn idle(place: &mut Place, line: &mut Line) {
    let whole = std::env::var("PODMUX_TEST_IDLE").is_ok_and(|time| time == "30m");
    let [cut, time] = if whole { [60, 1800] } else { [15, 40] }.map(Duration::from_secs);
    let start = || Proxy::start(server(), Between::CutsIdle(cut));
    let (ours, theirs) = (start(), start());
    let home = tempfile::tempdir().expect("a folder");
    let file = kubeconfig_through(home.path(), &format!("https://127.0.0.1:{}", theirs.port()));
    let mut kubectl = Program::new(variable("PODMUX_TEST_KUBECTL"), home.path())
        .args([
            "-n",
            &place.namespace,
            "exec",
            "-it",
            &place.pod,
            "-c",
            "app",
            "--",
            "bash",
        ])
        .env("KUBECONFIG", file)
        .start();
    until_ready(&mut kubectl);
    let home = tempfile::tempdir().expect("a folder");
    let file = kubeconfig_through(home.path(), &format!("https://127.0.0.1:{}", ours.port()));
    let mut console = Console::through(&file, home, place, "bash");
    until_ready(&mut console.terminal);
    pass(time);
    kubectl.send("echo al''ive\r");
    console.terminal.send("echo al''ive\r");
    console.terminal.wait_for("alive", LONG);
    let alive = catch_unwind(AssertUnwindSafe(|| {
        kubectl.wait_for("alive", Duration::from_secs(5));
    }));
    let alive = alive.is_ok();
    line.kubectl = if alive { "alive" } else { "cut" }.to_owned();
    kubectl.signal(nix::sys::signal::Signal::SIGKILL);
    kubectl.wait_exit(LONG);
    line.seconds = Some(console.cancel());
    console.quit();
    line.note = format!(
        "alive after {} s, cut at {} s",
        time.as_secs(),
        cut.as_secs()
    );
}
