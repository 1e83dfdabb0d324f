//! Row 28: the client is killed or frozen, and a guard in the container ends what it left.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::Job;
use super::clients::{Console, LONG, ended, kubectl_in_terminal, podmux, said, until_ready};
use super::commands::job;
use super::pods::{Kind, Place};
use super::shells::after_kubectl;
use super::table::Line;
use super::token;
use crate::pty::Terminal;
use crate::support::node::{pass, wait_until};
use crate::support::now;

const LEASE: Duration = Duration::from_secs(10);

pub(super) fn jobs() -> Vec<Job> {
    let mut jobs = Vec::new();
    for (kind, shell) in [(Kind::Busybox, "ash"), (Kind::Debian, "bash")] {
        for (signal, word) in [(Signal::SIGKILL, "killed"), (Signal::SIGSTOP, "frozen")] {
            let case = format!("client {word}, lease of {} s: {shell}", LEASE.as_secs());
            jobs.push(job(28, &case, kind, move |place, line| {
                silenced(place, line, shell, signal);
            }));
        }
    }
    jobs
}

#[track_caller]
fn start(place: &Place, terminal: &mut Terminal) -> String {
    let token = token();
    until_ready(terminal);
    terminal.send(format!(
        "setsid sleep {token} & sleep {token} & sleep {token}\r"
    ));
    wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    token
}

fn silenced(place: &mut Place, line: &mut Line, shell: &str, signal: Signal) {
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &[shell]);
    start(place, &mut kubectl);
    after_kubectl(place, &mut kubectl, line);

    let mut console = Console::leased(place, shell, LEASE);
    start(place, &mut console.terminal);
    let journal = console
        .home
        .path()
        .join(".local/state/podmux/journal.jsonl");
    wait_until("shell and guard have said who they are", LONG, || {
        let text = std::fs::read_to_string(&journal).unwrap_or_default();
        text.matches("\"handshake\"").count() >= 2
    });
    // Longer than the lease: what lives with its client is left alone.
    pass(LEASE + Duration::from_secs(2));
    line.claim(place.found().len() >= 5, || {
        "the guard ended a session whose client lives".to_owned()
    });
    console.terminal.signal(signal);
    let began = now();
    let gone = catch_unwind(AssertUnwindSafe(|| {
        wait_until("the guard has ended all, itself too", LONG, || {
            place.found().is_empty()
        });
    }));
    line.claim(gone.is_ok(), || format!("left: {:#?}", place.found()));
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = place.found().len();
    line.note = format!("target: {} s", (LEASE + Duration::from_secs(3)).as_secs());
    let home = if signal == Signal::SIGKILL {
        console.terminal.wait_exit(LONG);
        console.home
    } else {
        console.kill()
    };
    let output = ended(podmux(home.path()).args(["reap", "--yes"]));
    line.claim(output.status.success(), || said(&output));
}
