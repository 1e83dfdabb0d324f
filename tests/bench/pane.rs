//! What a pane costs: parse speed and memory, beside vt100 alone and, where it is installed, tmux, all in one run.
//! Speeds are MB per second of processor time, the best of several rounds. Run by `tests/bench/run`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its figures"
)]

#[path = "../support/floods.rs"]
mod floods;
#[path = "pane/streams.rs"]
mod streams;
#[path = "pane/tmux.rs"]
mod tmux;

use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use podmux::geometry::GridSize;
use podmux::screen::{HistoryLimits, Screen};

const ROWS: u16 = 40;
const COLS: u16 = 120;
/// What one read of a session brings.
const CHUNK: usize = 16 * 1024;
const LIMITS: HistoryLimits = HistoryLimits {
    lines: 10_000,
    bytes: 8 << 20,
};

/// How much is measured.
#[derive(Clone, Copy)]
struct Effort {
    bytes: usize,
    rounds: usize,
}

const WHOLE: Effort = Effort {
    bytes: 16 << 20,
    rounds: 5,
};
const SMOKE: Effort = Effort {
    bytes: 1 << 20,
    rounds: 1,
};

fn main() -> std::io::Result<()> {
    let smoke = std::env::args().any(|argument| argument == "--smoke");
    let effort = if smoke { SMOKE } else { WHOLE };
    println!("parse, {ROWS}x{COLS}, 10,000 lines of history, MB per second of processor time");
    println!(
        "{:12} {:>8} {:>8} {:>8} {:>9} {:>9}",
        "stream", "podmux", "vt100", "tmux", "to vt100", "to tmux"
    );
    for (name, target) in streams::ALL {
        let bytes = streams::stream(name, effort.bytes);
        let ours = best(effort, || pane(&bytes));
        let vt100 = best(effort, || vt100_alone(&bytes));
        let tmux = tmux::user_time(&bytes, ROWS, COLS)?;
        let speed = |time: Duration| megabytes(bytes.len()) / time.as_secs_f64();
        let to_tmux = tmux.map_or_else(
            || {
                format!(
                    "{:>8} {:>9.2} {:>9}",
                    "-",
                    vt100.as_secs_f64() / ours.as_secs_f64(),
                    "-"
                )
            },
            |tmux| {
                let (beside, ratio) = (ratio(vt100, ours), ratio(tmux, ours));
                format!(
                    "{:>8.0} {beside:>9.2} {ratio:>9.2} (wanted {target})",
                    speed(tmux)
                )
            },
        );
        println!(
            "{name:12} {:>8.0} {:>8.0} {to_tmux}",
            speed(ours),
            speed(vt100)
        );
    }
    memory();
    hostile(effort);
    Ok(())
}

fn ratio(theirs: Duration, ours: Duration) -> f64 {
    theirs.as_secs_f64() / ours.as_secs_f64()
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

fn processor_time() -> Duration {
    let usage = getrusage(UsageWho::RUSAGE_THREAD).map(|usage| usage.user_time());
    let time = usage.map_or((0, 0), |time| (time.tv_sec(), time.tv_usec()));
    let seconds = u64::try_from(time.0).unwrap_or(0);
    let micros = u64::try_from(time.1).unwrap_or(0);
    Duration::from_secs(seconds) + Duration::from_micros(micros)
}

fn best<T>(effort: Effort, mut work: impl FnMut() -> T) -> Duration {
    let round = |_| {
        let start = processor_time();
        std::hint::black_box(work());
        processor_time().saturating_sub(start)
    };
    (0..effort.rounds)
        .map(round)
        .min()
        .unwrap_or_default()
        .max(Duration::from_micros(1))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the engine wants the time; nothing measured depends on it"
)]
fn now() -> Instant {
    Instant::now()
}

fn pane(bytes: &[u8]) -> Screen {
    let mut screen = Screen::new(GridSize::new(ROWS, COLS), LIMITS);
    let now = now();
    for chunk in bytes.chunks(CHUNK) {
        screen.feed(chunk, now);
    }
    screen
}

#[expect(
    clippy::disallowed_methods,
    reason = "what the engine is compared with"
)]
fn vt100_alone(bytes: &[u8]) -> vt100::Parser {
    let size = GridSize::new(ROWS, COLS);
    let mut parser = vt100::Parser::new(size.nonzero_rows(), size.nonzero_cols(), 0);
    for chunk in bytes.chunks(CHUNK) {
        parser.process(chunk);
    }
    parser
}

/// Resident memory of this process. Bytes; 0 where the system does not tell.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|pages| pages.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// The flood that costs most. Milliseconds of processor time for 64 KiB.
fn hostile(effort: Effort) {
    let dearest = floods::UNITS
        .iter()
        .map(|unit| {
            let bytes = floods::flood(unit);
            (best(effort, || pane(&bytes)), unit)
        })
        .max();
    if let Some((took, unit)) = dearest {
        println!(
            "\nhostile 64 KiB: at most {:.1} ms, {unit:?} (wanted at most 50)",
            took.as_secs_f64() * 1000.0
        );
    }
}

fn memory() {
    println!("\nmemory of a pane with 10,000 lines, KB of history");
    for name in ["ascii", "log", "json", "coloured", "unicode"] {
        let screen = pane(&streams::stream(name, 2 << 20));
        println!(
            "{name:12} {:>8} in {} rows",
            screen.history_bytes() / 1024,
            screen.history_rows()
        );
    }
    let bytes = streams::stream("log", 2 << 20);
    let before = resident();
    let panes: Vec<Screen> = (0..64).map(|_| pane(&bytes)).collect();
    let grown = resident().saturating_sub(before);
    println!(
        "64 panes     {:>8} MB resident (wanted at most 250)",
        grown >> 20
    );
    drop(panes);
}
