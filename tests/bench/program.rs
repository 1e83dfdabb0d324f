//! What the whole program costs, on the demo in a pseudo terminal: its size, its start, its rest, its memory with shells.
//! Each figure stands beside the one that the design allows. Run by `tests/bench/run`.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, needs a clock, and ends where it cannot go on"
)]

#[expect(
    dead_code,
    reason = "shared with the tests, which use and test all of it"
)]
#[path = "../support/pty.rs"]
mod pty;

use std::path::Path;
use std::time::{Duration, Instant};

use pty::{Program, Size, Terminal};

const LONG: Duration = Duration::from_secs(60);
const PROGRAM: &str = env!("CARGO_BIN_EXE_podmux");

fn demo(home: &Path, pods: &str) -> Program {
    Program::new(PROGRAM, home)
        .args(["demo", "--pods", pods])
        .size(Size(40, 120))
}

/// The allowance is for what is handed out; `release` is built for those who wait for it.
fn size() {
    let bytes = |path: &str| std::fs::metadata(path).expect("the program").len();
    println!(
        "binary, release               {:6.1} MiB",
        mega(bytes(PROGRAM))
    );
    match std::env::var("PODMUX_BENCH_DIST") {
        Ok(dist) => println!(
            "binary, dist                  {:6.1} MiB   allowed 12",
            mega(bytes(&dist))
        ),
        Err(_) => {
            println!("binary, dist                  not built: tests/bench/run without --smoke");
        }
    }
}

fn mega(bytes: u64) -> f64 {
    let kibibytes = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
    f64::from(kibibytes) / 1024.0
}

/// From before the start of the process to a screen with a status line, as its terminal sees it.
fn first_frame(home: &Path, rounds: usize) {
    let round = |_| {
        let start = Instant::now();
        let mut terminal = demo(home, "214").start();
        terminal.wait_for("LIST", LONG);
        let took = start.elapsed();
        quit(terminal);
        took
    };
    let mut times: Vec<Duration> = (0..rounds).map(round).collect();
    times.sort_unstable();
    println!(
        "start to first frame          {:6.1} ms   allowed 10, median of {rounds} ({:.1} to {:.1})",
        milliseconds(times[rounds / 2]),
        milliseconds(times[0]),
        milliseconds(times[rounds - 1]),
    );
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn quit(mut terminal: Terminal) {
    terminal.send("q");
    terminal.wait_exit(LONG);
}

/// Clock ticks (10 ms) of processor time that a process has used so far.
fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("a running process");
    let (_, fields) = stat.rsplit_once(") ").expect("a stat line");
    let fields: Vec<u64> = fields
        .split(' ')
        .filter_map(|field| field.parse().ok())
        .collect();
    // The letter of the state is no number: utime and stime are the 11th and 12th that follow it.
    fields[10] + fields[11]
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kibibytes.expect("a resident size") * 1024
}

/// A still cluster of one pod, with a shell that says nothing.
fn idle(home: &Path, seconds: u64) {
    let mut terminal = demo(home, "1").start();
    // The first frame comes before the first pod.
    terminal.wait_for("Running", LONG);
    terminal.send("\r");
    terminal.wait_for(" live ─", LONG);
    settle(&mut terminal);
    let (before, written) = (ticks(terminal.pid()), terminal.output().len());
    settle_for(&mut terminal, Duration::from_secs(seconds));
    let used = ticks(terminal.pid()) - before;
    println!(
        "idle, one shell               {used:6} ticks of 10 ms in {seconds} s, {} bytes written   allowed 0",
        terminal.output().len() - written
    );
}

fn settle(terminal: &mut Terminal) {
    settle_for(terminal, Duration::from_secs(3));
}

/// Reads along while time passes.
fn settle_for(terminal: &mut Terminal, time: Duration) {
    terminal.holds_for("it goes on", time, |_| true);
}

fn shells(home: &Path, count: usize, allowed: u64) {
    let mut terminal = demo(home, "400").start();
    terminal.wait_for("LIST", LONG);
    terminal.send("/");
    terminal.send("ns:branch");
    terminal.send("\r");
    // Keys that come before the pods mark none.
    terminal.wait_for("of 400", LONG);
    for _ in 0..count {
        terminal.send(" ");
    }
    terminal.wait_for(&format!("{count} marked"), LONG);
    terminal.send("\r");
    terminal.wait_for("PANE", LONG);
    settle(&mut terminal);
    terminal.wait_until("no pane opens any more", LONG, |screen| {
        !screen.contents().contains("opening")
    });
    println!(
        "resident, {count:3} shells          {:6.1} MiB   allowed {allowed}, the demo's cluster included",
        mega(resident(terminal.pid())),
    );
}

fn main() {
    let smoke = std::env::args().any(|argument| argument == "--smoke");
    let home = tempfile::tempdir().expect("a folder");
    size();
    first_frame(home.path(), if smoke { 3 } else { 21 });
    idle(home.path(), if smoke { 3 } else { 20 });
    shells(home.path(), 10, 40);
    if !smoke {
        shells(home.path(), 200, 150);
    }
}
