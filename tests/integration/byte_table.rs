//! The byte table: what each sequence does to a small pane, as xterm's documentation has it.

use std::time::Instant;

use podmux::geometry::GridSize;
use podmux::screen::{Color, Cursor, HistoryLimits, Screen};

pub(crate) use crate::engine::rows;

const LIMITS: HistoryLimits = HistoryLimits {
    lines: 1000,
    bytes: 1 << 20,
};

#[expect(
    clippy::disallowed_methods,
    reason = "the engine takes the time; these tests do not depend on it"
)]
pub(crate) fn now() -> Instant {
    Instant::now()
}

pub(crate) fn screen(rows: u16, cols: u16) -> Screen {
    Screen::new(GridSize::new(rows, cols), LIMITS)
}

/// One line of the table.
struct Case<'a> {
    name: &'a str,
    bytes: String,
    rows: &'a str,
    cursor: &'a str,
    replies: String,
}

fn case(line: &str) -> Case<'_> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [name, bytes, rows, cursor, replies] = fields[..] else {
        panic!("five fields: {line:?}");
    };
    let (bytes, replies) = (unescape(bytes), unescape(replies));
    Case {
        name,
        bytes,
        rows,
        cursor,
        replies,
    }
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let text = text.replace("{version}", env!("CARGO_PKG_VERSION"));
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        plain.push(match chars.next().unwrap() {
            'e' => '\x1b',
            'r' => '\r',
            'n' => '\n',
            't' => '\t',
            'x' => hex(&chars.by_ref().take(2).collect::<String>()),
            'u' => hex(chars
                .by_ref()
                .take_while(|c| *c != '}')
                .collect::<String>()
                .trim_start_matches('{')),
            other => other,
        });
    }
    plain
}

fn hex(digits: &str) -> char {
    char::from_u32(u32::from_str_radix(digits, 16).unwrap()).unwrap()
}

fn difference(case: &Case<'_>) -> Option<String> {
    let mut screen = screen(4, 10);
    let fed = screen.feed(case.bytes.as_bytes(), now());
    let shown = rows(&screen).join("|");
    let shown = shown.trim_end_matches('|');
    let Cursor { row, col, .. } = screen.cursor().unwrap();
    let cursor = format!("{},{}", row + 1, col + 1);
    let replies = String::from_utf8(fed.replies).unwrap();
    let right = (&shown.to_owned(), cursor.as_str(), &replies)
        == (&unescape(case.rows), case.cursor, &case.replies);
    let Case {
        name,
        bytes,
        rows,
        cursor: at,
        replies: wanted,
    } = case;
    (!right).then(|| {
        format!("{name}: {bytes:?}\n  shows {shown:?} at {cursor} answers {replies:?}\n  wants {rows:?} at {at} answers {wanted:?}")
    })
}

fn check(table: &str, least: usize) {
    let lines = table
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("\tlisted\t"));
    let cases: Vec<Case<'_>> = lines.map(case).collect();
    let differences: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(cases.len() >= least, "{} cases", cases.len());
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        cases.len(),
        differences.join("\n")
    );
}

#[test]
fn every_sequence_of_the_table_does_what_xterm_does() {
    check(include_str!("../data/replay/byte_table.tsv"), 170);
}

#[test]
fn every_string_of_terminfo_xterm_is_understood_or_swallowed() {
    check(include_str!("../data/replay/terminfo_xterm.tsv"), 99);
}

/// The style of the first cell after some bytes.
fn style(bytes: &str) -> podmux::screen::CellStyle {
    let mut screen = screen(4, 10);
    screen.feed(bytes.as_bytes(), now());
    screen.view(0).cell(0, 0).style
}

#[test]
fn colours_in_every_spelling() {
    let red = Color::Rgb(1, 2, 3);
    let cases: &[(&str, Color, Color)] = &[
        ("\x1b[31;42mX", Color::Indexed(1), Color::Indexed(2)),
        ("\x1b[97;103mX", Color::Indexed(15), Color::Indexed(11)),
        (
            "\x1b[38;5;200;48;5;7mX",
            Color::Indexed(200),
            Color::Indexed(7),
        ),
        ("\x1b[38;2;1;2;3mX", red, Color::Default),
        ("\x1b[38:2:1:2:3mX", red, Color::Default),
        ("\x1b[38:2::1:2:3mX", red, Color::Default),
        ("\x1b[48:2::1:2:3mX", Color::Default, red),
        ("\x1b[38:5:9mX", Color::Indexed(9), Color::Default),
        ("\x1b[31m\x1b[39mX", Color::Default, Color::Default),
        ("\x1b[41m\x1b[49mX", Color::Default, Color::Default),
        ("\x1b[38;2;300;1;1;32mX", Color::Indexed(2), Color::Default),
        (
            "\x1b[38;5;1;31;58;2;4;4;4mX",
            Color::Indexed(1),
            Color::Default,
        ),
        ("\x1b[31;58:2::4:4:4mX", Color::Indexed(1), Color::Default),
        ("\x1b[31;5;8;9;53mX", Color::Indexed(1), Color::Default),
    ];
    for (bytes, fg, bg) in cases {
        let style = style(bytes);
        assert_eq!((style.fg, style.bg), (*fg, *bg), "{bytes:?}");
    }
}

#[test]
fn attributes_in_every_spelling() {
    let of = |bytes: &str| {
        let style = style(bytes);
        [
            style.bold,
            style.dim,
            style.italic,
            style.underline,
            style.inverse,
        ]
    };
    assert_eq!(of("\x1b[1;3;4;7mX"), [true, false, true, true, true]);
    assert_eq!(of("\x1b[2mX"), [false, true, false, false, false]);
    assert_eq!(of("\x1b[1;3;4;7m\x1b[22;23;24;27mX"), [false; 5]);
    assert_eq!(of("\x1b[1;3;4;7m\x1b[mX"), [false; 5]);
    assert_eq!(of("\x1b[4:3mX"), [false, false, false, true, false]);
    assert_eq!(of("\x1b[4m\x1b[4:0mX"), [false; 5]);
    assert_eq!(of("\x1b[21mX"), [false, false, false, true, false]);
    assert_eq!(of("\x1b[58;2;2;3;4mX"), [false; 5]);
    assert_eq!(
        of("\x1b[7m\x1b[KX\x1b[2;1H"),
        [false, false, false, false, true]
    );
}

#[test]
fn an_erased_cell_keeps_the_background_only() {
    let mut screen = screen(4, 10);
    screen.feed(b"\x1b[1;4;7;31;44m\x1b[2J", now());
    let cell = screen.view(0).cell(2, 2);
    assert_eq!(cell.text, "");
    let plain = podmux::screen::CellStyle {
        bg: Color::Indexed(4),
        ..Default::default()
    };
    assert_eq!(cell.style, plain);
}

#[test]
fn scrolled_in_cells_take_the_background() {
    let blue = Color::Indexed(4);
    let cases: &[(&str, (u16, u16))] = &[
        ("\x1b[4;1H\x1b[44m\n", (3, 5)),
        ("\x1b[4;1H\x1b[44m\x1bD", (3, 5)),
        ("\x1b[4;1H\x1b[44m0123456789a", (3, 5)),
        ("\x1b[44m\x1bM", (0, 5)),
        ("\x1b[44m\x1b[2S", (2, 0)),
        ("\x1b[44m\x1b[2T", (1, 9)),
        ("\x1b[44m\x1b[2L", (1, 9)),
        ("\x1b[44m\x1b[2M", (3, 9)),
        ("\x1b[44m\x1b[3@", (0, 2)),
        ("\x1b[44m\x1b[3P", (0, 9)),
        ("\x1b[44m\x1b[3X", (0, 2)),
        ("\x1b[44m\x1b[K", (0, 9)),
    ];
    for (bytes, (row, col)) in cases {
        let mut screen = screen(4, 10);
        screen.feed(bytes.as_bytes(), now());
        assert_eq!(screen.view(0).cell(*row, *col).style.bg, blue, "{bytes:?}");
    }
}

#[test]
fn modes_are_reported_for_the_encoding_of_input() {
    use podmux::keys::{MouseEncoding, MouseMode};
    let mut screen = screen(4, 10);
    screen.feed(
        b"\x1b[?1h\x1b=\x1b[?2004h\x1b[?1004h\x1b[>4;2m\x1b[>1u\x1b[?1002h\x1b[?1006h\x1b[?1007l",
        now(),
    );
    let modes = screen.modes();
    assert!(modes.application_cursor && modes.application_keypad && modes.bracketed_paste);
    assert!(modes.focus_events && !modes.alternate_scroll && !modes.alternate_screen);
    assert_eq!((modes.modify_other_keys, modes.kitty_flags), (2, 1));
    assert_eq!(
        (modes.mouse, modes.mouse_encoding),
        (MouseMode::ButtonMotion, MouseEncoding::Sgr)
    );
    screen.feed(b"\x1b[?1049h", now());
    assert_eq!(
        screen.modes().kitty_flags,
        0,
        "each screen has its own stack"
    );
    screen.feed(b"\x1b[?1049l\x1b[?1002l\x1b[?1006l\x1b[!p", now());
    let modes = screen.modes();
    assert_eq!(
        (modes.mouse, modes.mouse_encoding, modes.kitty_flags),
        (MouseMode::Off, MouseEncoding::Default, 1)
    );
    assert!(!modes.application_cursor && !modes.application_keypad && modes.bracketed_paste);
}
