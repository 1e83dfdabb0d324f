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
    /// The screen itself, for who has to find out why.
    text: String,
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
        text,
    }
}

/// The ends of the pod names that got a line, of each line that was ended at `since` or later, in milliseconds since 1970. The file
/// may be written later than that.
fn lines_sent(audit: &Path, since: u128) -> Vec<BTreeSet<String>> {
    let text = fs::read_to_string(audit).unwrap_or_default();
    let targets = |line: &str| -> Option<BTreeSet<String>> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let at = u128::from(value.get("at")?.as_u64()?);
        let found = find(&value, "input")?;
        let targets = found.get("targets")?.as_array()?.iter();
        let pod = |target: &serde_json::Value| Some(target.get("pod")?.as_str()?.to_owned());
        (at >= since).then(|| {
            targets
                .filter_map(pod)
                .map(|pod| pod.rsplit('-').next().unwrap_or_default().to_owned())
                .collect()
        })
    };
    text.lines().filter_map(targets).collect()
}

fn now_ms() -> u128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_millis()
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

/// One random act. Most of them type and change who receives: what is checked are lines, and a mix of all keys would spend its time
/// in dialogs.
fn act(dice: &mut Dice, terminal: &mut Terminal) {
    match dice.roll(64) {
        0..=23 => terminal.send(dice.pick(&["a", "b", "ls", "x", "echo hi", "date", "é日"])),
        24..=47 => {
            let key = dice.pick(&[
                "b", "o", "o", "h", "j", "k", "l", "n", "p", ",", ".", "z", "=", "<", "+", "\\",
            ]);
            terminal.send("\x07");
            terminal.send(key);
        }
        48..=50 => terminal.send("\x1b[200~pasted\x1b[201~"),
        51..=52 => {
            let (rows, columns) = (16 + dice.roll(30), 60 + dice.roll(120));
            terminal.resize(Size(
                u16::try_from(rows).unwrap(),
                u16::try_from(columns).unwrap(),
            ));
        }
        53..=54 => terminal.send("\x03"),
        55 => terminal.send("vi\r"),
        56..=57 => terminal.send("\x1b:q!\r"),
        58 => terminal.send(dice.pick(&["exit\r", "sleep 9 &\r"])),
        // Cancel, interrupt, new sessions, another tab, the list with its marks and filter, scrollback, composer, palette.
        59 => terminal.send(dice.pick(&["\x07c", "\x07i", "\x07x", "\x07C", "\x07I"])),
        60 => terminal.send(dice.pick(&["\x07r", "\x07a"])),
        61 => terminal.send(dice.pick(&["\x07gj\rb\t", "\x07g/web\r\t", "\x07gav\t", "\x07gjt"])),
        62 => terminal.send(dice.pick(&["\x07[kkvy", "\x07/date\r", "\x07f", "\x07A"])),
        _ => terminal.send(dice.pick(&["\x07Becho hi", "\x07:", "\x07!", "\x07m", "q"])),
    }
}

/// The first word of the status line: where the next key goes.
fn mode(terminal: &Terminal) -> String {
    let text = terminal.text();
    let status = text.lines().last().unwrap_or_default().trim_start();
    status.split("  ").next().unwrap_or_default().to_owned()
}

/// Back to the panes, whatever lies over them.
fn back_to_the_panes(terminal: &mut Terminal) {
    match mode(terminal).split(' ').next().unwrap_or_default() {
        "LIST" => terminal.send("\t"),
        "SCROLL" => terminal.send("q"),
        "ASK" | "RUN" => terminal.send("\x1b"),
        // A prefix may wait for its key.
        _ => terminal.send("\x07\x1b"),
    }
}

/// Reads what comes until the screen is as wanted; gives whether that happened in time.
fn comes(terminal: &mut Terminal, wanted: impl Fn(&Terminal) -> bool) -> bool {
    (0..100).any(|_| {
        terminal.holds_for("nothing is asserted while it is read", STEP, |_| true);
        wanted(terminal)
    })
}

fn in_panes(terminal: &Terminal) -> bool {
    let mode = mode(terminal);
    ["PANE", "BROADCAST", "HERE ONLY"]
        .iter()
        .any(|of| mode.starts_with(of))
}

/// Makes sure that the screen shows all that was typed: the page of keys comes once everything before it was taken, and goes again.
/// The status line is the last that is drawn of a frame. Gives up where keys go elsewhere, to a dialog or a page.
fn caught_up(terminal: &mut Terminal) -> bool {
    const PAGE: &str = "type to search";
    terminal.holds_for("nothing is asserted while it is read", QUIET, |_| true);
    if !in_panes(terminal) {
        return false;
    }
    terminal.send("\x07?");
    if !comes(terminal, |terminal| {
        terminal.text().contains(PAGE) && mode(terminal).starts_with("ASK")
    }) {
        return false;
    }
    terminal.send("\x1b");
    comes(terminal, |terminal| {
        !terminal.text().contains(PAGE) && in_panes(terminal)
    })
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

/// What was shown as receiving got the line, and nothing else did.
fn judge(before: &Shown, got: &BTreeSet<String>, moment: &str) {
    match before.receivers {
        None => assert!(
            got.len() <= 1,
            "{moment}: {got:?} got a line, one was shown\n{}",
            before.text
        ),
        Some(count) => {
            assert_eq!(got.len(), count, "{moment}: {got:?}\n{}", before.text);
            assert!(
                before.marked.is_subset(got),
                "{moment}: {:?} shown, {got:?} got it",
                before.marked
            );
        }
    }
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
        if acts % 3 != 0 {
            continue;
        }
        if !caught_up(&mut terminal) {
            back_to_the_panes(&mut terminal);
            continue;
        }
        let before = shown(&terminal);
        let since = now_ms();
        terminal.send("\r");
        terminal.holds_for("nothing is asserted while it settles", QUIET, |_| true);
        for got in lines_sent(&audit, since) {
            lines += 1;
            many += u64::from(before.receivers.is_some());
            judge(&before, &got, &format!("seed {seed}, act {acts}"));
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
