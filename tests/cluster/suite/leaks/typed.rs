//! Rows that type something into a shell and press the cancel key: 6 to 16, 18 to 22, 24, 25.

use super::Job;
use super::clients::{Console, LONG, kubectl_in_terminal, until_ready};
use super::pods::{Kind, Place};
use super::shells::after_kubectl;
use super::table::Line;
use super::token;
use crate::pty::Terminal;
use crate::support::node::{Process, wait_until};

/// What a row types, and where.
struct Row {
    number: u8,
    case: &'static str,
    shells: &'static [(Kind, &'static str)],
    /// `T` stands for the token.
    text: &'static str,
    /// Typed once it runs.
    then: Then,
    /// So many processes carry the token when it runs.
    runs: usize,
    /// Processes that cannot be attributed: they are named, and not killed.
    may_stay: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Nothing,
    Suspend,
    /// 11 KB of lines that nobody reads.
    TypeAhead,
}

const ALL: &[(Kind, &str)] = &[
    (Kind::Busybox, "ash"),
    (Kind::Debian, "dash"),
    (Kind::Debian, "bash"),
];
const BASH: &[(Kind, &str)] = &[(Kind::Debian, "bash")];
const LOGIN: &[(Kind, &str)] = &[(Kind::Busybox, "ash"), (Kind::Debian, "bash")];
const MIXED: &str = "setsid sleep T & sleep T & sleep T";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    row(6, "foreground and two background jobs", BASH, "sleep T & sleep T & sleep T", 3),
    row(7, "traps INT, TERM, HUP", ALL, "sh -c 'trap \"\" INT TERM HUP; sleep T; sleep T'", 2),
    row(8, "setsid child", ALL, "setsid sleep T & sleep T", 2),
    row(9, "double fork daemon, parent gone", ALL, "(setsid sh -c 'sleep T & sleep T' &) ; :", 2),
    row(10, "env -i child, same session", ALL, "env -i sleep T", 1),
    Row { may_stay: 1, ..row(11, "env -i, setsid, reparented", ALL, "(env -i setsid sleep T &) ; :", 1) },
    Row { may_stay: 1, ..row(12, "su - user, setsid, reparented", LOGIN, "su - app -c '(setsid sleep T &)' ; :", 1) },
    row(13, "sudo -u other", BASH, "sudo -u app sleep T", 2),
    Row { then: Then::Suspend, ..row(14, "stopped job", ALL, "sleep T", 1) },
    row(15, "respawn storm, 5 per second", ALL, "while :; do sleep T & sleep 0.2; done", 4),
    row(16, "pipeline", ALL, "yes T | cat | sleep T", 1),
    Row { then: Then::TypeAhead, ..row(18, "11 KB typed ahead", ALL, "sleep T", 1) },
    row(19, "raw-mode program (vi)", ALL, "vi /tmp/T", 1),
    row(20, "read-only root, uid 1000, drop ALL", &[(Kind::Locked, "bash"), (Kind::Locked, "dash")], MIXED, 3),
    row(21, "shareProcessNamespace", &[(Kind::Shared, "bash")], MIXED, 3),
    row(22, "hostPID", &[(Kind::Host, "bash")], MIXED, 3),
    row(24, "PID 1 never reaps", &[(Kind::NoReaper, "bash")], "(true &) ; setsid sleep T & sleep T", 2),
    row(25, "pids.max reached", &[(Kind::FewPids, "dash")], "while :; do sleep T & done", 10),
];

const fn row(
    row: u8,
    case: &'static str,
    shells: &'static [(Kind, &'static str)],
    text: &'static str,
    runs: usize,
) -> Row {
    Row {
        number: row,
        case,
        shells,
        text,
        then: Then::Nothing,
        runs,
        may_stay: 0,
    }
}

/// One job for each row and shell; kinds that this cluster has not are named.
pub(super) fn jobs(kinds: &[Kind], missing: &mut Vec<String>) -> Vec<Job> {
    let mut jobs = Vec::new();
    for row in ROWS {
        for &(kind, shell) in row.shells {
            let case = format!("{}: {shell}", row.case);
            if kinds.contains(&kind) {
                let name = case.clone();
                jobs.push(Job::new(row.number, case, move |pods| {
                    let mut place = pods.take(kind);
                    let line = run(row, shell, name, &mut place);
                    pods.put(place);
                    vec![line]
                }));
            } else {
                missing.push(format!(
                    "row {} ({case}): this cluster has no {kind:?}",
                    row.number
                ));
            }
        }
    }
    jobs
}

fn run(row: &'static Row, shell: &str, case: String, place: &mut Place) -> Line {
    let mut line = Line {
        row: row.number,
        case,
        may_stay: row.may_stay,
        ..Line::default()
    };
    let home = tempfile::tempdir().expect("a folder");
    let mut kubectl = kubectl_in_terminal(place, home.path(), &[shell]);
    start(row, place, &mut kubectl);
    after_kubectl(place, &mut kubectl, &mut line);

    let mut console = Console::open(place, shell, &[]);
    start(row, place, &mut console.terminal);
    line.seconds = Some(console.cancel());
    let left = place.found();
    line.left = left.len();
    line.killed = place.killed();
    line.claim(left.len() == row.may_stay, || format!("left: {left:?}"));
    if row.may_stay > 0 {
        let text = console.terminal.text();
        line.claim(text.contains("not attributable"), || {
            format!("what stays is not named:\n{text}")
        });
        line.note = "named, not killed".to_owned();
    }
    let code = console.quit();
    line.claim(code == 0, || format!("quit with {code}"));
    place.sweep();
    line
}

/// Types the row's text, and waits until it runs.
#[track_caller]
fn start(row: &Row, place: &Place, terminal: &mut Terminal) {
    let token = token();
    until_ready(terminal);
    terminal.send(row.text.replace('T', &token));
    terminal.send("\r");
    wait_until(&format!("{} runs", row.text), LONG, || {
        place.carrying(&token) >= row.runs
    });
    // What goes its own way is the shell's child for a moment.
    if row.may_stay > 0 {
        wait_until("it has gone its own way", LONG, || {
            let found = place.found();
            let asleep = |one: &Process| one.command.starts_with("sleep");
            found.len() == 2 && found.iter().any(asleep)
        });
    }
    match row.then {
        Then::Nothing => {}
        Then::Suspend => {
            terminal.send("\x1a");
            wait_until("the job is stopped", LONG, || {
                place.found().iter().any(|one| one.state == 'T')
            });
        }
        Then::TypeAhead => {
            for _ in 0..11 {
                terminal.send("x".repeat(999) + "\r");
            }
        }
    }
}
