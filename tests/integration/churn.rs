//! Random keys, pastes, resizes and the demo's own churn on the console in a real terminal. The oracle: whom the audit names as
//! having got a line is whom the screen showed as receiving just before.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::pty::{Program, Size, Terminal};

const SOON: Duration = Duration::from_secs(60);
const STEP: Duration = Duration::from_millis(30);
const QUIET: Duration = Duration::from_millis(120);

/// A small generator, so that a run can be played again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

/// What the screen says of the next key.
struct Shown {
    /// `None`: one pane or none.
    receivers: Option<usize>,
    /// Ends of the names of panes drawn with the mark.
    marked: BTreeSet<String>,
}

fn shown(terminal: &Terminal) -> Shown {
    let text = terminal.text();
    let status = text
        .lines()
        .last()
        .unwrap_or_default()
        .trim_start()
        .to_owned();
    let count = status
        .strip_prefix("BROADCAST ")
        .and_then(|rest| rest.split(' ').next()?.parse().ok());
    let title = |part: &str| {
        let name = part.trim_start_matches(['»', ' ', '▸']);
        let name = name.split([' ', '━']).next().unwrap_or_default();
        let end = name.rsplit('-').next().unwrap_or_default();
        end.trim_start_matches('…').to_owned()
    };
    // The list repeats the marks: only titles of panes are meant.
    let marked = text
        .lines()
        .flat_map(|line| line.split(['┏', '━']).filter(|part| part.starts_with('»')))
        .map(title)
        .collect();
    Shown {
        receivers: count,
        marked,
    }
}

/// The ends of the pod names that got a line, of each line that the audit tells since `from`.
fn lines_sent(audit: &Path, from: usize) -> Vec<BTreeSet<String>> {
    let text = fs::read_to_string(audit).unwrap_or_default();
    let lines = text.get(from..).unwrap_or_default().lines();
    let targets = |line: &str| -> Option<BTreeSet<String>> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let found = find(&value, "input")?;
        let targets = found.get("targets")?.as_array()?.iter();
        let pod = |target: &serde_json::Value| Some(target.get("pod")?.as_str()?.to_owned());
        Some(
            targets
                .filter_map(pod)
                .map(|pod| pod.rsplit('-').next().unwrap_or_default().to_owned())
                .collect(),
        )
    };
    lines.filter_map(targets).collect()
}

/// The record of an act, whatever the shape of the line around it.
fn find<'a>(value: &'a serde_json::Value, act: &str) -> Option<&'a serde_json::Value> {
    let object = value.as_object()?;
    if object.values().any(|inner| inner.as_str() == Some(act)) {
        return Some(value);
    }
    object
        .iter()
        .find_map(|(key, inner)| (key == act).then_some(inner).or_else(|| find(inner, act)))
}

fn audit_under(folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == "audit.jsonl") {
            return Some(path);
        }
        if path.is_dir()
            && let Some(found) = audit_under(&path)
        {
            return Some(found);
        }
    }
    None
}

/// One random act; gives whether a line was ended in the panes.
fn act(dice: &mut Dice, terminal: &mut Terminal) {
    match dice.roll(24) {
        0..=7 => terminal.send(dice.pick(&["a", "b", "ls", "x", "echo hi", "date"])),
        8..=15 => {
            let key = dice.pick(&[
                "b", "b", "o", "h", "j", "k", "l", "z", "n", "p", ",", ".", "=", "\\", "m", "m",
                "i", "r", "[",
            ]);
            terminal.send("\x07");
            terminal.send(key);
        }
        16 => terminal.send("\x1b[200~pasted\x1b[201~"),
        17 => terminal.send("\x1b"),
        18 => terminal.send("\x03"),
        19 => terminal.send("q"),
        20 => {
            let (rows, columns) = (16 + dice.roll(30), 60 + dice.roll(120));
            terminal.resize(Size(
                u16::try_from(rows).unwrap(),
                u16::try_from(columns).unwrap(),
            ));
        }
        21 => terminal.send("\x07B"),
        22 => terminal.send("\r"),
        _ => terminal.send("vi\r"),
    }
}

/// Reads what comes until the text is shown, or is not shown any more; gives whether that happened in time.
fn comes(terminal: &mut Terminal, text: &str, there: bool) -> bool {
    (0..100).any(|_| {
        terminal.holds_for("nothing is asserted while it is read", STEP, |_| true);
        terminal.text().contains(text) == there
    })
}

/// Makes sure that the screen shows all that was typed: the page of keys comes once everything before it was taken, and goes again.
/// Gives up where keys go elsewhere, to a dialog or a page.
fn caught_up(terminal: &mut Terminal) -> bool {
    const PAGE: &str = "type to search";
    terminal.holds_for("nothing is asserted while it is read", QUIET, |_| true);
    let text = terminal.text();
    let status = text.lines().last().unwrap_or_default().trim_start();
    let panes = ["PANE", "BROADCAST", "HERE ONLY"].iter();
    if !panes.clone().any(|mode| status.starts_with(mode)) {
        return false;
    }
    terminal.send("\x07?");
    if !comes(terminal, PAGE, true) {
        return false;
    }
    terminal.send("\x1b");
    comes(terminal, PAGE, false)
}

/// The demo with a tab of shells.
fn shells(home: &Path) -> Terminal {
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args(["demo", "--pods", "60"])
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("TMPDIR", home)
        .size(Size(40, 120))
        .start();
    terminal.wait_for("CrashLoop", SOON);
    terminal.send("/web-6\r");
    terminal.wait_for("filter web-6", SOON);
    terminal.send("a\r");
    terminal.wait_for(" live ", SOON);
    terminal
}

/// Seconds of `PODMUX_CHURN_SECONDS`, played with the seed of `PODMUX_CHURN_SEED`.
#[test]
#[ignore = "plays for as long as PODMUX_CHURN_SECONDS says"]
fn no_line_reaches_a_pane_that_was_not_shown_as_receiving() {
    let number = |name: &str, default: u64| {
        let value = std::env::var(name).ok();
        value.and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (seconds, seed) = (
        number("PODMUX_CHURN_SECONDS", 600),
        number("PODMUX_CHURN_SEED", 20_261_126),
    );
    let home = tempfile::tempdir().unwrap();
    let mut terminal = shells(home.path());
    let audit = audit_under(home.path()).expect("the demo keeps an audit");
    let mut dice = Dice(seed | 1);
    let (mut acts, mut lines, mut many) = (0_u64, 0_u64, 0_u64);
    let until = std::time::SystemTime::now() + Duration::from_secs(seconds);
    while std::time::SystemTime::now() < until {
        act(&mut dice, &mut terminal);
        acts += 1;
        if acts % 4 != 0 {
            continue;
        }
        if !caught_up(&mut terminal) {
            // Out of a dialog or a page, and from the list back to the panes.
            terminal.send("\x1b");
            terminal.send("q\t");
            continue;
        }
        let before = shown(&terminal);
        let from = fs::read_to_string(&audit).map_or(0, |text| text.len());
        terminal.send("\r");
        terminal.holds_for("nothing is asserted while it settles", QUIET, |_| true);
        for got in lines_sent(&audit, from) {
            lines += 1;
            match before.receivers {
                None => assert!(
                    got.len() <= 1,
                    "seed {seed}, act {acts}: {got:?} got a line, one was shown"
                ),
                Some(count) => {
                    many += 1;
                    assert_eq!(got.len(), count, "seed {seed}, act {acts}: {got:?}");
                    assert!(
                        before.marked.is_subset(&got),
                        "seed {seed}, act {acts}: {:?} shown, {got:?} got it",
                        before.marked
                    );
                }
            }
        }
        if before.receivers.is_none() && dice.roll(3) == 0 {
            terminal.send("\x07b");
        }
        if !terminal.text().contains(" live ") {
            // Everything ended: new shells, so that the run goes on.
            terminal.send("\x07a");
            terminal.send("\x07r");
        }
    }
    println!("seed {seed}: {acts} acts, {lines} lines checked, {many} of them broadcast");
    assert!(lines > 0 && many > 0, "nothing was tried");
}
