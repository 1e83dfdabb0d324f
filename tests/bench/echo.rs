//! How long a key takes until its echo is drawn: in one pane, while other panes flood, in 64 panes at once. The whole program on
//! the demo in a pseudo terminal, beside tmux at the same work in the same run. Run by `tests/bench/run`.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a bench prints its figures, needs a clock, and ends where it cannot go on"
)]

#[path = "echo/podmux.rs"]
mod podmux;
#[expect(
    dead_code,
    reason = "shared with the tests, which use and test all of it"
)]
#[path = "../support/pty.rs"]
mod pty;
#[path = "echo/tap.rs"]
mod tap;
#[path = "echo/tmux.rs"]
mod tmux;

use std::path::Path;
use std::time::{Duration, Instant};

use pty::{Program, Size, Terminal};
use tap::{Own, Taps};

const LONG: Duration = Duration::from_secs(60);

/// Of a terminal with one pane, with 16, with 64.
const SMALL: Size = Size(40, 120);
const MIDDLE: Size = Size(48, 160);
const LARGE: Size = Size(96, 320);

/// Between two keys of somebody who types fast.
const BETWEEN: Duration = Duration::from_millis(70);

/// Typed before the keys that count, so that nothing else on the screen looks like them.
const AHEAD: &str = "zqx";
const LINE: usize = 20;

/// Types letters; says how long each took until `panes` panes showed it, sorted.
fn echo(terminal: &mut Terminal, keys: usize, panes: usize) -> Vec<Duration> {
    echo_tapped(terminal, keys, panes, None)
}

/// The same; a tap beside it learns of each key.
fn echo_tapped(
    terminal: &mut Terminal,
    keys: usize,
    panes: usize,
    mut tapped: Option<(&Taps, &mut Own)>,
) -> Vec<Duration> {
    let shown = |typed: &str| {
        let typed = typed.to_owned();
        move |screen: &vt100::Screen| screen.contents().matches(&typed).count() >= panes
    };
    let mut typed = String::new();
    let mut times = Vec::with_capacity(keys);
    for key in 0..keys {
        if typed.is_empty() {
            AHEAD.clone_into(&mut typed);
            terminal.send(AHEAD);
            terminal.wait_until("the line begins", LONG, shown(AHEAD));
        }
        let letter = char::from(b'a' + u8::try_from(key % 20).expect("a letter"));
        typed.push(letter);
        terminal.holds_for("it goes on", BETWEEN, |_| true);
        if let Some((taps, _)) = &tapped {
            taps.forget(panes);
        }
        let began = Instant::now();
        terminal.send(letter.to_string());
        terminal.wait_until("the echo is drawn", LONG, shown(&typed));
        let drawn = terminal.came;
        times.push(drawn - began);
        if let Some((taps, own)) = &mut tapped {
            own.key(taps, panes, began, drawn);
        }
        if typed.len() > LINE {
            terminal.send("\x15");
            terminal.wait_until("the line is taken back", LONG, |screen| {
                !screen.contents().contains(AHEAD)
            });
            typed.clear();
        }
    }
    terminal.send("\x15");
    times.sort_unstable();
    times
}

/// A share of sorted times, in milliseconds.
fn part(times: &[Duration], percent: usize) -> f64 {
    let last = times.len().saturating_sub(1);
    let at = (times.len() * percent / 100).min(last);
    times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn row(what: &str, ours: &[Duration], theirs: Option<&[Duration]>, wanted: &str) {
    let ratio = theirs.map_or_else(
        || "no tmux here".to_owned(),
        |theirs| {
            format!(
                "tmux {:6.2} {:6.2} {:6.2}   to tmux {:4.2} {:4.2}",
                part(theirs, 50),
                part(theirs, 95),
                part(theirs, 99),
                part(ours, 50) / part(theirs, 50),
                part(ours, 95) / part(theirs, 95),
            )
        },
    );
    println!(
        "{what:28} {:6.2} {:6.2} {:6.2}   {ratio}   wanted {wanted}",
        part(ours, 50),
        part(ours, 95),
        part(ours, 99),
    );
}

/// What podmux itself takes, without the shells and their server.
fn own_part(home: &Path, scene: Scene, keys: usize) {
    let own = podmux::measure_own(home, scene, keys);
    for (what, times, wanted) in [
        (
            "  key to last stream written",
            &own.out,
            "p99 2 (all of 64)",
        ),
        ("  that and echo to frame", &own.whole, "as above"),
    ] {
        println!(
            "{what:28} {:6.2} {:6.2} {:6.2}   wanted {wanted}",
            part(times, 50),
            part(times, 95),
            part(times, 99),
        );
    }
}

/// The shell alone in the pseudo terminal: what no console can be faster than.
fn shell_alone(home: &Path, keys: usize) {
    let mut terminal = Program::new("/bin/sh", home)
        .env("PS1", "$ ")
        .size(SMALL)
        .start();
    terminal.wait_for("$", LONG);
    let times = echo(&mut terminal, keys, 1);
    println!(
        "{:28} {:6.2} {:6.2} {:6.2}",
        "the shell without a console",
        part(&times, 50),
        part(&times, 95),
        part(&times, 99)
    );
}

fn main() {
    let smoke = std::env::args().any(|argument| argument == "--smoke");
    // Any other word picks the scenes that have it in their names.
    let picked = std::env::args()
        .skip(1)
        .find(|word| !word.starts_with("--"));
    let keys = if smoke { 10 } else { 150 };
    let home = tempfile::tempdir().expect("a folder");
    println!("milliseconds from a key to its drawn echo: p50, p95, p99 of {keys}");
    shell_alone(home.path(), keys);
    let scenes = [
        ("one pane", Scene::One, "p50 1 above the shell's"),
        ("15 other panes flood", Scene::Flooded(16), "p50 8, p95 17"),
        ("63 other panes flood", Scene::Flooded(64), "p95 33"),
        ("in all of 64 panes", Scene::All(64), "p50 1.5, p99 6"),
    ];
    for (what, scene, wanted) in scenes {
        if picked.as_ref().is_some_and(|word| !what.contains(word)) {
            continue;
        }
        let ours = podmux::measure(home.path(), scene, keys);
        let theirs = tmux::measure(home.path(), scene, keys);
        row(what, &ours, theirs.as_deref(), wanted);
        own_part(home.path(), scene, keys);
    }
}

/// Who gets the keys, and what the others do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Scene {
    One,
    /// So many panes, all but one of which print without end.
    Flooded(usize),
    /// So many panes that all get every key.
    All(usize),
}

impl Scene {
    fn panes(self) -> usize {
        match self {
            Self::One => 1,
            Self::Flooded(panes) | Self::All(panes) => panes,
        }
    }

    fn size(self) -> Size {
        match self.panes() {
            0..=1 => SMALL,
            2..=16 => MIDDLE,
            _ => LARGE,
        }
    }

    /// Panes that show each key.
    fn shown(self) -> usize {
        match self {
            Self::One | Self::Flooded(_) => 1,
            Self::All(panes) => panes,
        }
    }
}
