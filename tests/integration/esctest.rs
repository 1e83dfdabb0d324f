//! esctest2, xterm's own test suite, against the pane engine. It is GPL and not part of this repository: `PODMUX_ESCTEST` names a
//! checkout of <https://github.com/ThomasDickey/esctest2>, and without it the test says that it was not run.
//!
//! A class of tests runs in one process whose terminal is a pane. What a pane must never answer (checksums of its screen, its title)
//! or do (change its size), and what the suite cannot do without, is answered here, outside of the engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use podmux::geometry::GridSize;
use podmux::screen::Screen;

use crate::byte_table::rows;
use crate::engine::{Between, Engine, command};

const SIZE: (u16, u16) = (25, 80);
/// A class of tests takes this long at most.
const CLASS: Duration = Duration::from_secs(120);
/// How many tests of the core must pass.
const CORE: usize = 225;

/// Classes about what a pane does not have by design: each with the reason.
const OUTSIDE: &[(&str, &[&str])] = &[
    (
        "colours that programs redefine",
        &[
            "ChangeColorTests",
            "ChangeDynamicColorTests",
            "ChangeSpecialColorTests",
            "ResetColorTests",
            "ResetSpecialColorTests",
        ],
    ),
    (
        "rectangles",
        &["DECCRATests", "DECERATests", "DECFRATests", "DECSERATests"],
    ),
    (
        "left and right margins",
        &["DECBITests", "DECFITests", "DECICTests", "DECDCTests"],
    ),
    ("8-bit controls", &["S8C1TTests"]),
    (
        "the window is not the program's: size, titles told, clipboard told",
        &[
            "XtermWinopsTests",
            "SMTitleTests",
            "ManipulateSelectionDataTests",
        ],
    ),
    (
        "printer, locator and the modes of a VT520",
        &["DECDSRTests", "DECRQMTests"],
    ),
    ("protected characters", &["DECSEDTests", "DECSELTests"]),
];

/// Answers checksums and follows changes of size.
#[derive(Default)]
struct Suite {
    held: Vec<u8>,
}

impl Between for Suite {
    fn feed(&mut self, screen: &mut Screen, bytes: &[u8], now: Instant) -> Vec<u8> {
        let pattern = regex::bytes::Regex::new(r"\x1b\[([0-9;]*)(\*y|t|\*\|)").unwrap();
        self.held.extend_from_slice(bytes);
        let held = std::mem::take(&mut self.held);
        let mut owed = Vec::new();
        let mut done = 0;
        for found in pattern.captures_iter(&held) {
            let whole = found.get(0).unwrap();
            owed.extend(screen.feed(&held[done..whole.start()], now).replies);
            let numbers = numbers(&found[1]);
            match (&found[2], numbers.as_slice()) {
                (b"*y", [id, _, top, left, bottom, right]) => {
                    let sum = checksum(screen, (*top, *left), (*bottom, *right));
                    owed.extend(format!("\x1bP{id}!~{sum:04X}\x1b\\").bytes());
                }
                (b"t", [8, rows, cols]) => {
                    let now = screen.size();
                    let or = |wanted: u16, now: u16| if wanted == 0 { now } else { wanted };
                    screen.resize(GridSize::new(or(*rows, now.rows()), or(*cols, now.cols())));
                }
                (b"t" | b"*|", [rows]) if *rows >= 24 => {
                    screen.resize(GridSize::new(*rows, screen.size().cols()));
                }
                _ => owed.extend(screen.feed(whole.as_bytes(), now).replies),
            }
            done = whole.end();
        }
        // A sequence that is cut short waits for the rest.
        let rest = &held[done..];
        let open = rest.iter().rposition(|byte| *byte == 0x1b).filter(|at| {
            rest[at + 1..]
                .iter()
                .all(|byte| b"[0123456789;*".contains(byte))
        });
        let (ready, open) = rest.split_at(open.unwrap_or(rest.len()));
        owed.extend(screen.feed(ready, now).replies);
        self.held = open.to_vec();
        owed
    }
}

fn numbers(text: &[u8]) -> Vec<u16> {
    let text = std::str::from_utf8(text).unwrap();
    text.split(';')
        .map(|number| number.parse().unwrap_or(0))
        .collect()
}

/// The sum of the characters of a rectangle, blanks as 32, as xterm has it since patch 334.
fn checksum(screen: &Screen, from: (u16, u16), to: (u16, u16)) -> u32 {
    let view = screen.view(0);
    let cells = (from.0..=to.0).flat_map(|row| (from.1..=to.1).map(move |col| (row, col)));
    cells
        .map(|(row, col)| {
            let cell = view.cell(row.saturating_sub(1), col.saturating_sub(1));
            cell.text.chars().next().map_or(32, u32::from)
        })
        .sum()
}

/// What became of a test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Passed,
    /// Wants a terminal of a higher level, or is known to fail in xterm.
    NotCounted,
    Failed,
}

/// Runs a class and reads its log.
fn class(suite: &Path, name: &str, log: &Path) -> BTreeMap<String, Verdict> {
    let include = format!("^{name}\\.");
    let mut command = command("python3", &["esctest.py", "--expected-terminal=xterm"]);
    command.args([
        "--xterm-checksum=334",
        "--max-vt-level=4",
        "--no-print-logs",
    ]);
    command.args(["--xterm-reverse-wrap=383"]);
    command.args(["--timeout=1", "--include", &include, "--logfile"]);
    command.arg(log);
    command.cwd(suite);
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    let size = GridSize::new(SIZE.0, SIZE.1);
    let mut engine = Engine::start(command, size, Suite::default());
    if !engine.wait_end(CLASS) {
        println!("{name} did not end:\n{}", rows(&engine.screen).join("\n"));
    }
    verdicts(&fs::read_to_string(log).unwrap_or_default())
}

fn verdicts(log: &str) -> BTreeMap<String, Verdict> {
    let mut found = BTreeMap::new();
    let mut test = None;
    for line in log.lines() {
        if let Some(at) = line.find("Run test: ") {
            let name = line.get(at + "Run test: ".len()..).unwrap_or_default();
            test = Some(name.trim().to_owned());
        }
        let verdict = if line.contains("Passed.") {
            Verdict::Passed
        } else if line.contains("Fails as expected") || line.contains("Skipped because") {
            Verdict::NotCounted
        } else if line.contains("*** TEST ") {
            Verdict::Failed
        } else {
            continue;
        };
        if let Some(test) = test.take() {
            found.insert(test, verdict);
        }
    }
    found
}

/// Tests by their full name, with whether they use left and right margins or 8-bit controls.
fn tests(suite: &Path) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for file in fs::read_dir(suite.join("tests")).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|ending| ending == "py") {
            read_tests(&fs::read_to_string(file).unwrap(), &mut found);
        }
    }
    found
}

fn read_tests(source: &str, found: &mut BTreeMap<String, bool>) {
    let mut class = "";
    let mut test = None;
    for line in source.lines() {
        if let Some(rest) = line.strip_prefix("class ") {
            class = rest.split(['(', ':']).next().unwrap_or(rest);
            test = None;
        }
        let words = line.trim_start();
        if let Some(rest) = words.strip_prefix("def ") {
            let name = rest.split('(').next().unwrap_or(rest);
            test = name.starts_with("test_").then(|| format!("{class}.{name}"));
            if let Some(test) = &test {
                found.insert(
                    test.clone(),
                    test.contains("LeftRight") || test.contains("LRM"),
                );
            }
        }
        if let Some(test) = &test {
            let outside = ["LRMM", "DECSLRM", "8bit", "8Bit"]
                .iter()
                .any(|word| line.contains(word));
            *found.get_mut(test).unwrap() |= outside;
        }
    }
}

#[test]
fn the_core_of_esctest_passes() {
    let Some(checkout) = std::env::var_os("PODMUX_ESCTEST") else {
        println!("esctest was not run: PODMUX_ESCTEST names no checkout of ThomasDickey/esctest2");
        return;
    };
    let suite = Path::new(&checkout).join("esctest");
    let tests = tests(&suite);
    assert!(
        tests.len() > 500,
        "{} holds {} tests",
        suite.display(),
        tests.len()
    );
    let outside: BTreeSet<&str> = OUTSIDE
        .iter()
        .flat_map(|(_, classes)| classes.iter().copied())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let only = std::env::var("PODMUX_ESCTEST_CLASS").unwrap_or_default();
    let classes: BTreeSet<&str> = tests
        .keys()
        .filter_map(|test| test.split('.').next())
        .filter(|class| class.contains(&only))
        .collect();
    let mut counts = Counts::default();
    for name in classes {
        let log = folder.path().join(name);
        for (test, verdict) in class(&suite, name, &log) {
            let in_core =
                !outside.contains(name) && !tests.get(&test).is_some_and(|outside| *outside);
            counts.count(&test, verdict, in_core);
        }
        if !only.is_empty() {
            println!("{}", fs::read_to_string(&log).unwrap_or_default());
        }
    }
    counts.print();
    assert!(
        !only.is_empty() || counts.core.0 >= CORE,
        "{} of the core pass, {CORE} must",
        counts.core.0
    );
}

/// Passed and run, of all and of the core.
#[derive(Default)]
struct Counts {
    all: (usize, usize),
    core: (usize, usize),
    failed: Vec<String>,
}

impl Counts {
    fn count(&mut self, test: &str, verdict: Verdict, in_core: bool) {
        let passed = usize::from(verdict == Verdict::Passed);
        let run = usize::from(verdict != Verdict::NotCounted);
        self.all = (self.all.0 + passed, self.all.1 + run);
        if in_core {
            self.core = (self.core.0 + passed, self.core.1 + run);
            if verdict == Verdict::Failed {
                self.failed.push(test.to_owned());
            }
        }
    }

    fn print(&self) {
        let (passed, run) = self.all;
        println!("esctest, all: {passed} of {run} pass");
        println!("esctest, core: {} of {} pass", self.core.0, self.core.1);
        for (reason, classes) in OUTSIDE {
            println!("  not core: {reason} ({})", classes.join(" "));
        }
        println!("failing in the core:\n  {}", self.failed.join("\n  "));
    }
}
