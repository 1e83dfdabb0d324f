//! Random keys, pastes, resizes and the demo's own churn on the console in a real terminal. The oracle: whom the audit names as
//! having got a line is whom the screen showed as receiving just before, but for panes that are proven to have ended or to have taken
//! no keys in between.

use std::collections::{BTreeMap, BTreeSet};
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

/// One line of the audit.
struct Record {
    /// Milliseconds since 1970.
    at: u128,
    value: serde_json::Value,
}

/// What the audit says of `since` and later; the file may be written later than that.
fn records(audit: &Path, since: u128) -> Vec<Record> {
    let text = fs::read_to_string(audit).unwrap_or_default();
    let record = |line: &str| -> Option<Record> {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        let at = u128::from(value.get("at")?.as_u64()?);
        Some(Record { at, value })
    };
    let records = text.lines().filter_map(record);
    records.filter(|record| record.at >= since).collect()
}

/// Who got a line.
#[derive(Default)]
struct Got {
    /// Ends of pod names.
    pods: BTreeSet<String>,
    /// One for each pane: two panes may lie in one pod.
    sessions: BTreeSet<String>,
}

fn text_of(value: &serde_json::Value, key: &str) -> String {
    let text = value.get(key).and_then(serde_json::Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn end_of(pod: &str) -> String {
    pod.rsplit('-').next().unwrap_or_default().to_owned()
}

/// Who got the lines that were ended at `since` or later.
fn lines_sent(audit: &Path, since: u128) -> Vec<Got> {
    let got = |record: &Record| -> Option<Got> {
        let targets = find(&record.value, "input")?.get("targets")?.as_array()?;
        Some(Got {
            pods: targets
                .iter()
                .map(|of| end_of(&text_of(of, "pod")))
                .collect(),
            sessions: targets.iter().map(|of| text_of(of, "session")).collect(),
        })
    };
    records(audit, since).iter().filter_map(got).collect()
}

/// What may explain that a pane which was shown as receiving got nothing.
#[derive(Default)]
struct Evidence {
    /// Sessions that ended, by the audit, with the ends of their pods' names.
    ended: BTreeMap<String, String>,
    /// Ends of the names of panes that the screen shows as taking no keys by now.
    deaf: BTreeSet<String>,
    /// How many panes the status line counts as not live by now.
    not_live: usize,
}

impl Evidence {
    fn of(terminal: &Terminal, audit: &Path, since: u128) -> Self {
        let mut opened = BTreeMap::new();
        for record in records(audit, 0) {
            if let Some(target) =
                find(&record.value, "session_open").and_then(|it| it.get("target"))
            {
                opened.insert(text_of(target, "session"), end_of(&text_of(target, "pod")));
            }
        }
        let over = |record: &Record| {
            let act = text_of(&record.value, "act");
            let session = text_of(&record.value, "session");
            let over = act == "session_end" || act == "cancel";
            over.then(|| {
                (
                    session.clone(),
                    opened.get(&session).cloned().unwrap_or_default(),
                )
            })
        };
        let text = terminal.text();
        let (titles, count) = (title_pattern(), not_live_pattern());
        let status = text.lines().last().unwrap_or_default();
        Self {
            ended: records(audit, since).iter().filter_map(over).collect(),
            deaf: titles
                .captures_iter(&text)
                .map(|found| found[1].to_owned())
                .collect(),
            not_live: count
                .captures(status)
                .map_or(0, |found| found[1].parse().unwrap()),
        }
    }
}

/// The title of a pane that takes no keys: the end of its name, then its word.
fn title_pattern() -> regex::Regex {
    let words = "opening|silent|exited|start failed|lost|cancelling|interrupting|cancelled|not confirmed|timed out";
    regex::Regex::new(&format!(
        r"[┌╔━─═]. ▸?[^ ]*?(?:-|…)(\w+)(?: · \w+)?[ ─═]+[^─═\n]*?(?:{words})"
    ))
    .unwrap()
}

fn not_live_pattern() -> regex::Regex {
    regex::Regex::new(r"(\d+) not live").unwrap()
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
        _ => terminal.send(dice.pick(&["\x07Becho hi", "\x07:", "\x07!", "\x07m"])),
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
        // Without a tab there is no pane to go to: new shells, so that the run goes on.
        "LIST"
            if !terminal
                .text()
                .lines()
                .next()
                .unwrap_or_default()
                .contains('│') =>
        {
            // What was typed here by chance may have left a filter that nothing fits.
            terminal.send("\x1b");
            terminal.send("/web-6\r");
            terminal.send("ua\r");
        }
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
/// The status line is the last that is drawn of a frame. Gives a moment before the screen was drawn, or gives up where keys go
/// elsewhere, to a dialog or a page.
fn caught_up(terminal: &mut Terminal) -> Option<u128> {
    const PAGE: &str = "type to search";
    terminal.holds_for("nothing is asserted while it is read", QUIET, |_| true);
    if !in_panes(terminal) {
        return None;
    }
    terminal.send("\x07?");
    if !comes(terminal, |terminal| {
        terminal.text().contains(PAGE) && mode(terminal).starts_with("ASK")
    }) {
        return None;
    }
    let closed = now_ms();
    terminal.send("\x1b");
    let back = comes(terminal, |terminal| {
        !terminal.text().contains(PAGE) && in_panes(terminal)
    });
    back.then_some(closed)
}

/// The demo with a tab of shells.
fn shells(home: &Path) -> Terminal {
    // Nothing that is typed by chance may end the run.
    let settings = home.join("config.toml");
    fs::write(&settings, "[keys]\nquit = []\n").unwrap();
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args([
            "demo",
            "--pods",
            "60",
            "--config",
            settings.to_str().unwrap(),
        ])
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

/// What is wrong with a line, if anything is: it went to whom was shown, and to all of them but those of which it is proven that they
/// ended or took no keys in between.
fn fault(before: &Shown, got: &Got, evidence: &Evidence) -> Option<String> {
    let Some(count) = before.receivers else {
        return (got.sessions.len() > 1).then(|| "one was shown".to_owned());
    };
    if got.sessions.len() > count {
        return Some(format!("{count} were shown"));
    }
    let missing = count - got.sessions.len();
    let left_out: Vec<&String> = before.marked.difference(&got.pods).collect();
    if left_out.len() > missing {
        return Some(format!("others got it instead of {left_out:?}"));
    }
    let ended = |pod: &&&String| evidence.ended.values().any(|of| of == **pod);
    let explained = |pod: &&&String| ended(pod) || evidence.deaf.contains(**pod);
    if let Some(pod) = left_out.iter().find(|pod| !explained(pod)) {
        return Some(format!("{pod} was shown, got nothing, and lives"));
    }
    // Those on other pages have no title: for each of them a session ended that none of the others is, or the status line counts one.
    let visible = |pod: &String| before.marked.contains(pod);
    let elsewhere = evidence.ended.iter();
    let elsewhere =
        elsewhere.filter(|(session, pod)| !got.sessions.contains(*session) && !visible(pod));
    let room = elsewhere.count() + evidence.not_live;
    let hidden = missing - left_out.len();
    (hidden > room).then(|| {
        format!("{hidden} hidden ones got nothing, {room} of them are known to have ended")
    })
}

/// Says what is wrong, once nothing that is still on its way can explain it.
fn judge(before: &Shown, got: &Got, moment: &str, mut evidence: impl FnMut() -> Evidence) {
    let mut found = fault(before, got, &Evidence::default());
    for _ in 0..100 {
        if found.is_none() {
            return;
        }
        found = fault(before, got, &evidence());
    }
    if let Some(why) = found {
        panic!("{moment}: {why}; {:?} got it\n{}", got.pods, before.text);
    }
}

#[cfg(test)]
mod judging {
    use super::*;

    fn set(of: &[&str]) -> BTreeSet<String> {
        of.iter().map(|&name| name.to_owned()).collect()
    }

    fn got(pods: &[&str]) -> Got {
        Got {
            pods: set(pods),
            sessions: pods.iter().map(|pod| format!("of {pod}")).collect(),
        }
    }

    fn shown(receivers: usize, marked: &[&str]) -> Shown {
        Shown {
            receivers: Some(receivers),
            marked: set(marked),
            text: String::new(),
        }
    }

    fn ended(pods: &[&str]) -> Evidence {
        let of = |pod: &&str| (format!("of {pod}"), (*pod).to_owned());
        Evidence {
            ended: pods.iter().map(of).collect(),
            ..Evidence::default()
        }
    }

    #[test]
    fn a_pane_that_got_nothing_must_have_ended_or_taken_no_keys() {
        let before = shown(3, &["a", "b", "c"]);
        assert_eq!(fault(&before, &got(&["a", "b", "c"]), &ended(&[])), None);
        assert!(fault(&before, &got(&["a", "b"]), &ended(&[])).is_some());
        assert!(fault(&before, &got(&["a", "b"]), &ended(&["a"])).is_some());
        assert_eq!(fault(&before, &got(&["a", "b"]), &ended(&["c"])), None);
        let silent = Evidence {
            deaf: set(&["c"]),
            ..Evidence::default()
        };
        assert_eq!(fault(&before, &got(&["a", "b"]), &silent), None);
    }

    #[test]
    fn so_must_one_that_was_hidden() {
        let before = shown(3, &["a", "b"]);
        assert_eq!(fault(&before, &got(&["a", "b", "h"]), &ended(&[])), None);
        assert!(fault(&before, &got(&["a", "b"]), &ended(&[])).is_some());
        assert!(fault(&before, &got(&["a", "b"]), &ended(&["b"])).is_some());
        assert_eq!(fault(&before, &got(&["a", "b"]), &ended(&["h"])), None);
    }

    #[test]
    fn nobody_gets_what_was_not_shown() {
        assert!(fault(&shown(1, &["a"]), &got(&["a", "x"]), &ended(&[])).is_some());
        assert!(fault(&shown(2, &["a", "b"]), &got(&["a", "x"]), &ended(&["b"])).is_some());
        let one = Shown {
            receivers: None,
            ..shown(0, &[])
        };
        assert!(fault(&one, &got(&["a", "b"]), &ended(&[])).is_some());
    }

    #[test]
    fn titles_tell_who_takes_no_keys() {
        let screen = "┌─ ▸web-6d9c8-4kq2p · app ──── exited 1 ─┌─ web-6d9c8-7hhzn · app ─── live ─\n\
                      ╔! …6d9c8-9xw4t  not confirmed, 1 left ═┏» web-58b7f-zz81k · app ━━ live ━\n\
                      ╔! …p0c3v ═══ lost, cleanup in 4 s ═┌× web-1-kk02s · app ── opted out ─";
        let pattern = title_pattern();
        let found: Vec<&str> = pattern
            .captures_iter(screen)
            .map(|it| it.get(1).unwrap().as_str())
            .collect();
        assert_eq!(found, ["4kq2p", "9xw4t", "p0c3v"]);
        assert!(not_live_pattern().is_match("BROADCAST 2 of 3  1 not live: …2jw8x"));
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
    let (mut acts, mut lines, mut many, mut fewer) = (0_u64, 0_u64, 0_u64, 0_u64);
    let until = std::time::SystemTime::now() + Duration::from_secs(seconds);
    while std::time::SystemTime::now() < until {
        assert!(!terminal.has_ended(), "seed {seed}: ended at act {acts}");
        act(&mut dice, &mut terminal);
        acts += 1;
        if acts % 3 != 0 {
            continue;
        }
        let Some(drawn) = caught_up(&mut terminal) else {
            back_to_the_panes(&mut terminal);
            continue;
        };
        let before = shown(&terminal);
        let since = now_ms();
        terminal.send("\r");
        terminal.holds_for("nothing is asserted while it settles", QUIET, |_| true);
        for got in lines_sent(&audit, since) {
            lines += 1;
            many += u64::from(before.receivers.is_some());
            fewer += u64::from(
                before
                    .receivers
                    .is_some_and(|count| got.sessions.len() < count),
            );
            judge(&before, &got, &format!("seed {seed}, act {acts}"), || {
                terminal.holds_for("nothing is asserted while it is read", STEP, |_| true);
                Evidence::of(&terminal, &audit, drawn)
            });
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
    println!(
        "seed {seed}: {acts} acts, {lines} lines checked, {many} of them broadcast, {fewer} to fewer than shown, each of the others seen to have ended"
    );
    assert!(lines > 0 && many > 0, "nothing was tried");
}
