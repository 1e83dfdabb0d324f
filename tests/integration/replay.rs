//! Recorded sessions of real programs: what they show, and that it does not matter how their bytes are cut.

use std::fs;
use std::path::Path;

use podmux::geometry::GridSize;
use podmux::screen::{HistoryLimits, Screen};
use proptest::prelude::*;

use crate::byte_table::{now, rows};
use crate::oracle;

const LIMITS: HistoryLimits = HistoryLimits {
    lines: 10_000,
    bytes: 8 << 20,
};

/// Where we mean to differ from alacritty, and why.
const DIFFERENT: &[(&str, &str)] = &[
    (
        "decaln_reset",
        "the alignment pattern puts the cursor home, as DEC and xterm have it; alacritty leaves it",
    ),
    (
        "selective_erasure",
        "selective erase erases what is not protected, and nothing is; alacritty ignores it",
    ),
];

struct Recording {
    name: String,
    bytes: Vec<u8>,
    size: GridSize,
}

fn recordings() -> Vec<Recording> {
    let folders = fs::read_dir(oracle::recordings()).unwrap();
    let mut found: Vec<Recording> = folders
        .map(|folder| recording(&folder.unwrap().path()))
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn recording(folder: &Path) -> Recording {
    let size: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("size.json")).unwrap()).unwrap();
    let length = |name: &str| u16::try_from(size[name].as_u64().unwrap()).unwrap();
    Recording {
        name: folder.file_name().unwrap().to_string_lossy().into_owned(),
        bytes: fs::read(folder.join("alacritty.recording")).unwrap(),
        size: GridSize::new(length("screen_lines"), length("columns")),
    }
}

/// Everything that can be read from a pane.
#[derive(PartialEq, Debug)]
struct Seen {
    rows: Vec<String>,
    history: Vec<String>,
    cursor: Option<(u16, u16)>,
    replies: Vec<u8>,
    styles: Vec<podmux::screen::CellStyle>,
}

fn replay(recording: &Recording, cuts: impl Iterator<Item = usize>) -> Seen {
    let mut screen = Screen::new(recording.size, LIMITS);
    let now = now();
    let mut replies = Vec::new();
    let mut rest = &recording.bytes[..];
    for cut in cuts {
        let (piece, after) = rest.split_at(cut.min(rest.len()));
        replies.extend(screen.feed(piece, now).replies);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    replies.extend(screen.feed(rest, now).replies);
    seen(&screen, replies)
}

fn seen(screen: &Screen, replies: Vec<u8>) -> Seen {
    let size = screen.size();
    let cursor = screen.cursor().map(|cursor| (cursor.row, cursor.col));
    let view = screen.view(0);
    let cells = (0..size.rows()).flat_map(|row| (0..size.cols()).map(move |col| (row, col)));
    let styles = cells.map(|(row, col)| view.cell(row, col).style).collect();
    Seen {
        rows: rows(screen),
        history: history(screen),
        cursor,
        replies,
        styles,
    }
}

/// The rows of the history, trailing blanks cut, each with `+` when it runs on.
pub(crate) fn history(screen: &Screen) -> Vec<String> {
    let size = screen.size();
    let total = screen.history_rows();
    let mut found = Vec::new();
    while found.len() < total {
        let view = screen.view(total - found.len());
        for row in 0..size
            .rows()
            .min(u16::try_from(total - found.len()).unwrap_or(u16::MAX))
        {
            let cells = (0..size.cols())
                .map(|col| view.cell(row, col))
                .filter(|cell| cell.width > 0);
            let text: String = cells
                .map(|cell| if cell.text.is_empty() { " " } else { cell.text })
                .collect();
            found.push(format!(
                "{}{}",
                text.trim_end(),
                if view.wrapped(row) { "+" } else { "" }
            ));
        }
    }
    found
}

#[test]
fn recordings_show_what_they_show_in_alacritty() {
    let recordings = recordings();
    assert_eq!(recordings.len(), 45);
    let mut different = Vec::new();
    for recording in &recordings {
        let ours = replay(recording, std::iter::empty()).rows;
        let theirs = oracle::rows(
            &recording.bytes,
            recording.size.rows(),
            recording.size.cols(),
        );
        if ours != theirs {
            different.push(recording.name.as_str());
            let pairs = ours
                .iter()
                .zip(&theirs)
                .enumerate()
                .filter(|(_, (a, b))| a != b);
            for (row, (ours, theirs)) in pairs.take(3) {
                println!(
                    "{} row {row}\n  ours   {ours:?}\n  theirs {theirs:?}",
                    recording.name
                );
            }
        }
    }
    println!(
        "{} of {} recordings equal",
        recordings.len() - different.len(),
        recordings.len()
    );
    let expected: Vec<&str> = DIFFERENT.iter().map(|(name, _)| *name).collect();
    assert_eq!(different, expected);
}

#[test]
fn recordings_may_come_byte_by_byte() {
    for recording in recordings()
        .iter()
        .filter(|recording| recording.bytes.len() < 20_000)
    {
        let whole = replay(recording, std::iter::empty());
        let bytewise = replay(recording, std::iter::repeat(1));
        assert!(whole == bytewise, "{}", recording.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]
    #[test]
    fn recordings_may_be_cut_anywhere(cuts in proptest::collection::vec(1_usize..4000, 1..200)) {
        for recording in &recordings() {
            let whole = replay(recording, std::iter::empty());
            let cut = replay(recording, cuts.iter().copied().cycle());
            prop_assert!(whole == cut, "{}", recording.name);
        }
    }
}

/// Lines as logs and programs write them.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[ -~]{0,50}",
        2 => "[a-z\\t ]{0,30}",
        2 => "([a-z]{1,5}|\u{1b}\\[(1|4|7|31|38;5;9|39|0)?m){0,8}",
        1 => "([a-z]{1,5}|\u{1b}\\[(41|48;5;9|49|0)?m){0,8}",
        2 => "[a-z日本é✓]{0,24}",
        1 => "[a-z\u{301}\u{200d}\u{202e}]{0,10}",
        1 => "[a-z]{0,20}\u{1b}\\[(2J|H|3A|K|2;3r|r|\\?1049h|\\?1049l|4h|4l|\\?7l|\\?7h|38:2::1:2:3m|21m|3J)[a-z]{0,30}",
        1 => "[a-z]{0,20}\r[a-z]{0,20}\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_flood_of_lines_ends_as_if_each_was_drawn(
        lines in proptest::collection::vec(line(), 1..200),
        rows in 1_u16..8,
        cols in 1_u16..30,
    ) {
        let text = lines.join("\r\n");
        let bytes = text.as_bytes().to_vec();
        let recording = Recording { name: String::new(), bytes, size: GridSize::new(rows, cols) };
        let whole = replay(&recording, std::iter::empty());
        let bytewise = replay(&recording, std::iter::repeat(1));
        prop_assert_eq!(whole, bytewise);
    }
}
