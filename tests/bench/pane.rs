//! What a pane costs: parse speed and memory, beside vt100 alone and, where it is installed, tmux, all in one run.
//! Speeds are MB per second of processor time, the best of several rounds. Run by `tests/bench/run`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a bench prints its figures"
)]

#[path = "pane/console.rs"]
mod console;
#[path = "../support/floods.rs"]
mod floods;
#[path = "pane/streams.rs"]
mod streams;
#[path = "pane/tmux.rs"]
mod tmux;

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use podmux::geometry::GridSize;
use podmux::screen::{HistoryLimits, Screen};

const ROWS: u16 = 40;
const COLS: u16 = 120;
/// What one turn of the console brings from a session that floods.
const CHUNK: usize = 64 * 1024;
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
    let only: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let wanted = |name: &str| only.is_empty() || only.iter().any(|only| only == name);
    for (name, target) in streams::ALL.into_iter().filter(|(name, _)| wanted(name)) {
        let bytes = streams::stream(name, effort.bytes);
        let ours = best(effort, || pane(&bytes));
        let vt100 = best(effort, || vt100_alone(&bytes));
        let tmux = best_of_tmux(effort, &bytes)?;
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
    frames(effort);
    broadcast(effort);
    hostile(effort);
    Ok(())
}

/// The best of some rounds: one alone is counted in ticks of 10 ms.
fn best_of_tmux(effort: Effort, bytes: &[u8]) -> std::io::Result<Option<Duration>> {
    let rounds = 0..effort.rounds.div_ceil(2);
    let times = rounds.map(|_| tmux::user_time(bytes, ROWS, COLS));
    let times = times.collect::<std::io::Result<Vec<_>>>()?;
    Ok(times.into_iter().flatten().min())
}

fn ratio(theirs: Duration, ours: Duration) -> f64 {
    theirs.as_secs_f64() / ours.as_secs_f64()
}

fn megabytes(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e6
}

/// What this thread has had of a processor.
fn processor_time() -> Duration {
    nix::time::clock_gettime(nix::time::ClockId::CLOCK_THREAD_CPUTIME_ID)
        .map_or(Duration::ZERO, Duration::from)
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

/// What 64 KiB of bytes meant to hurt cost, the dearest first, and the most that is kept of any.
fn hostile(effort: Effort) {
    let mut floods: Vec<(Duration, usize, &str)> = floods::UNITS
        .iter()
        .map(|unit| {
            let bytes = floods::flood(unit);
            let kept = pane(&bytes).history_bytes();
            (best(effort, || pane(&bytes)), kept, *unit)
        })
        .collect();
    floods.sort_unstable_by(|a, b| b.cmp(a));
    let most = floods.iter().map(|(_, kept, _)| kept).max();
    println!(
        "\nhostile 64 KiB, milliseconds of processor time (wanted at most 50); kept of any at most {} KB (1024)",
        most.map_or(0, |kept| kept >> 10)
    );
    for (took, _, unit) in floods.iter().take(4) {
        println!("{:>8.1} {unit:?}", took.as_secs_f64() * 1e3);
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

/// Repaints of every pane, and the frame that follows, with all that ratatui does up to the bytes.
fn frames(effort: Effort) {
    let size = GridSize::new(96, 320);
    let mut console = console::Console::new(size, 64, now());
    let pane = console.pane_size();
    println!(
        "\nframe, 320x96, 64 panes of {}x{}, {} of them shown, best of {}, microseconds of processor time",
        pane.cols(),
        pane.rows(),
        console.shown(),
        20 * effort.rounds
    );
    let scenes = [
        ("nothing new", Vec::new()),
        (
            "a line each",
            vec![
                "2026-11-26 request 200\r\n".to_owned(),
                "2026-11-26 error 500\r\n".to_owned(),
            ],
        ),
        ("repaint", vec![repaint(pane, 0), repaint(pane, 1)]),
    ];
    for (name, texts) in scenes {
        let texts: Vec<bytes::Bytes> = texts.into_iter().map(bytes::Bytes::from).collect();
        let (mut feed, mut draw, mut bytes) = (Duration::MAX, Duration::MAX, 0);
        for round in 0..20 * effort.rounds {
            let start = processor_time();
            if let Some(text) = texts.get(round % texts.len().max(1)) {
                console.output(text);
            }
            let between = processor_time();
            bytes = console.draw();
            feed = feed.min(between.saturating_sub(start));
            draw = draw.min(processor_time().saturating_sub(between));
        }
        println!(
            "{name:12} {:>8} output {:>8} frame {bytes:>8} bytes out (wanted at most 2500 for the frame)",
            feed.as_micros(),
            draw.as_micros()
        );
    }
}

/// A key to 64 panes: from the event to what is to be written to each session. The streams themselves are in the bench of echoes.
fn broadcast(effort: Effort) {
    let mut console = console::Console::new(GridSize::new(96, 320), 64, now());
    console.broadcast();
    let keys = 200 * effort.rounds;
    let mut times = Vec::with_capacity(keys);
    let mut written = 0;
    for _ in 0..keys {
        let start = processor_time();
        written = console.letter();
        times.push(processor_time().saturating_sub(start));
    }
    times.sort_unstable();
    let part = |percent: usize| {
        times
            .get(keys * percent / 100)
            .map_or(0, |time: &Duration| time.as_micros())
    };
    println!(
        "\nbroadcast key to {written} panes, microseconds of processor time: p50 {}, p99 {} (wanted at most 2000)",
        part(50),
        part(99)
    );
}

/// A screen of coloured words, different for each seed.
fn repaint(size: GridSize, seed: u16) -> String {
    let mut text = String::new();
    for row in 0..size.rows() {
        // Writing into a string cannot fail.
        write!(text, "\x1b[{};1H", row + 1).ok();
        for word in 0..size.cols() / 8 {
            let color = 31 + (row + word + seed) % 7;
            let number = row * 31 + word * 7 + seed * 13;
            write!(text, "\x1b[{color}m{number:<8}").ok();
        }
    }
    text
}
