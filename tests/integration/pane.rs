//! What a pane keeps and gives back: history, places, selections, matches, synchronised updates, titles.

use std::time::Duration;

use podmux::geometry::GridSize;
use podmux::screen::{HistoryLimits, Match, Point, Screen, Selection, SelectionShape};
use proptest::prelude::*;
use regex::Regex;

use crate::byte_table::{now, rows, screen};
use crate::replay::history;

fn fed(rows: u16, cols: u16, bytes: &str) -> Screen {
    let mut screen = screen(rows, cols);
    screen.feed(bytes.as_bytes(), now());
    screen
}

fn numbered(lines: std::ops::Range<usize>) -> String {
    let lines: Vec<String> = lines.map(|line| format!("line {line}\r\n")).collect();
    lines.concat()
}

#[test]
fn rows_that_scroll_off_are_history() {
    let screen = fed(3, 10, "one\r\ntwo\r\nthree\r\nfour\r\nfive");
    assert_eq!(history(&screen), ["one", "two"]);
    assert_eq!(rows(&screen), ["three", "four", "five"]);
}

#[test]
fn the_alternate_screen_adds_no_history() {
    let screen = fed(3, 10, "one\r\n\x1b[?1049ha\r\nb\r\nc\r\nd\r\ne\x1b[?1049l");
    assert_eq!(history(&screen), [""; 0]);
}

#[test]
fn clearing_the_screen_keeps_what_it_showed() {
    let screen = fed(4, 10, "one\r\ntwo\x1b[H\x1b[2J$ ");
    assert_eq!(history(&screen), ["one", "two"]);
    assert_eq!(rows(&screen)[0], "$");
}

#[test]
fn a_full_reset_keeps_the_history() {
    let screen = fed(3, 10, "one\r\ntwo\r\nthree\r\nfour\x1bc$");
    assert_eq!(history(&screen), ["one", "two", "three", "four"]);
    assert_eq!(rows(&screen), ["$", "", ""]);
}

#[test]
fn clearing_the_history_clears_it() {
    let screen = fed(3, 10, "one\r\ntwo\r\nthree\r\nfour\x1b[3J");
    assert_eq!(history(&screen), [""; 0]);
    assert_eq!(rows(&screen), ["two", "three", "four"]);
    assert_eq!(screen.first_row(), 1, "rows are numbered on");
}

#[test]
fn history_wraps_at_the_new_width() {
    let mut screen = fed(2, 10, "0123456789abcdef\r\nx\r\ny\r\nz");
    assert_eq!(history(&screen), ["0123456789+", "abcdef", "x"]);
    screen.resize(GridSize::new(2, 20));
    assert_eq!(history(&screen), ["0123456789abcdef", "x"]);
    screen.resize(GridSize::new(2, 5));
    assert_eq!(history(&screen), ["01234+", "56789+", "abcde+", "f", "x"]);
}

#[test]
fn the_grid_wraps_at_the_new_width_and_back() {
    let mut screen = fed(4, 10, "0123456789abc\r\n$ ls");
    screen.resize(GridSize::new(4, 6));
    assert_eq!(rows(&screen), ["012345", "6789ab", "c", "$ ls"]);
    let cursor = screen.cursor().unwrap();
    assert_eq!((cursor.row, cursor.col), (3, 4));
    screen.resize(GridSize::new(4, 10));
    assert_eq!(rows(&screen), ["0123456789", "abc", "$ ls", ""]);
    let cursor = screen.cursor().unwrap();
    assert_eq!((cursor.row, cursor.col), (2, 4));
}

#[test]
fn a_taller_pane_takes_rows_back_from_the_history() {
    let mut screen = fed(2, 10, "one\r\ntwo\r\nthree\r\n$ ");
    screen.resize(GridSize::new(3, 10));
    assert_eq!(rows(&screen), ["two", "three", "$"]);
    assert_eq!(history(&screen), ["one"]);
    screen.resize(GridSize::new(5, 10));
    assert_eq!(rows(&screen), ["one", "two", "three", "$", ""]);
    assert_eq!(history(&screen), [""; 0]);
    screen.resize(GridSize::new(2, 10));
    assert_eq!(rows(&screen), ["three", "$"]);
    assert_eq!(history(&screen), ["one", "two"]);
}

#[test]
fn a_resize_during_a_full_screen_program_keeps_the_shell_behind_it() {
    let mut screen = fed(3, 10, "one\r\ntwo\r\nthree\r\n$ vi\x1b[?1049h\x1b[HVI");
    screen.resize(GridSize::new(5, 20));
    assert_eq!(rows(&screen)[0], "VI");
    screen.feed(b"\x1b[?1049l!", now());
    assert_eq!(rows(&screen), ["one", "two", "three", "$ vi!", ""]);
}

#[test]
fn colours_survive_a_resize() {
    let mut screen = fed(2, 10, "\x1b[31mred\x1b[m plain\r\n\x1b[44mx");
    screen.resize(GridSize::new(3, 7));
    let view = screen.view(0);
    assert_eq!(view.cell(0, 0).style.fg, podmux::screen::Color::Indexed(1));
    assert_eq!(view.cell(0, 4).style, podmux::screen::CellStyle::default());
    screen.feed(b"y", now());
    assert_eq!(
        screen.view(0).cell(2, 1).style.bg,
        podmux::screen::Color::Indexed(4)
    );
}

#[test]
fn an_anchored_view_stays_while_output_arrives() {
    let mut screen = fed(3, 20, &numbered(0..50));
    let anchor = screen.anchor(20);
    let top = |screen: &Screen| {
        let view = screen.view(screen.scrolled_back(anchor));
        (0..8).map(|col| view.cell(0, col).text).collect::<String>()
    };
    let before = top(&screen);
    screen.feed(numbered(50..90).as_bytes(), now());
    assert_eq!(top(&screen), before);
    screen.resize(GridSize::new(5, 40));
    assert_eq!(top(&screen), before);
    screen.feed(numbered(90..9000).as_bytes(), now());
    assert_eq!(
        screen.scrolled_back(anchor),
        screen.history_rows(),
        "dropped: the oldest row is shown"
    );
}

#[test]
fn a_view_shows_history_above_the_grid() {
    let screen = fed(3, 10, "one\r\ntwo\r\nthree\r\nfour\r\nfive");
    let view = screen.view(1);
    let first: Vec<&str> = (0..3).map(|row| view.cell(row, 0).text).collect();
    assert_eq!(first, ["t", "t", "f"]);
    assert_eq!(view.top_row(), 1);
    assert_eq!(screen.view(99).top_row(), 0, "clamped");
}

#[test]
fn lines_and_bytes_are_limited() {
    let limits = HistoryLimits {
        lines: 100,
        bytes: 1 << 20,
    };
    let mut screen = Screen::new(GridSize::new(3, 20), limits);
    screen.feed(numbered(0..1000).as_bytes(), now());
    assert_eq!(screen.history_rows(), 100);
    assert_eq!(history(&screen)[99], "line 997");
    let limits = HistoryLimits {
        lines: 1_000_000,
        bytes: 100_000,
    };
    let mut screen = Screen::new(GridSize::new(3, 20), limits);
    for from in 0..100 {
        screen.feed(numbered(from * 1000..(from + 1) * 1000).as_bytes(), now());
        assert!(
            screen.history_bytes() <= 100_000 + 20_000,
            "{}",
            screen.history_bytes()
        );
    }
    assert!(screen.history_rows() > 3000);
    screen.shrink_history(40_000);
    assert!(screen.history_bytes() <= 40_000);
    assert_eq!(history(&screen).last().unwrap(), "line 99997");
}

fn stream(start: (usize, u16), end: (usize, u16), shape: SelectionShape) -> Selection {
    let point = |(row, col)| Point { row, col };
    Selection {
        start: point(start),
        end: point(end),
        shape,
    }
}

#[test]
fn selections_join_soft_wraps_and_cut_blanks() {
    let screen = fed(3, 10, "first\r\n0123456789abcdef  \r\nlast one\r\nx");
    let text = |selection| screen.text(selection);
    assert_eq!(
        text(stream((0, 2), (2, 2), SelectionShape::Stream)),
        "rst\n0123456789abc"
    );
    assert_eq!(
        text(stream((2, 2), (0, 2), SelectionShape::Stream)),
        "rst\n0123456789abc"
    );
    assert_eq!(
        text(stream((1, 8), (4, 0), SelectionShape::Stream)),
        "89abcdef\nlast one\nx"
    );
    assert_eq!(
        text(stream((2, 3), (2, 3), SelectionShape::Line)),
        "0123456789abcdef"
    );
    assert_eq!(
        text(stream((1, 1), (3, 3), SelectionShape::Block)),
        "123\nbcd\nast"
    );
    assert_eq!(
        text(stream((0, 0), (99, 9), SelectionShape::Line)),
        "first\n0123456789abcdef\nlast one\nx"
    );
}

#[test]
fn a_word_is_found_across_a_soft_wrap() {
    let screen = fed(3, 10, "see /var/log/pods.log now");
    let word = screen.word_at(Point { row: 1, col: 2 });
    assert_eq!(screen.text(word), "/var/log/pods.log");
    assert_eq!(screen.text(screen.word_at(Point { row: 0, col: 3 })), "");
    let wide = fed(3, 10, "日本語 x");
    assert_eq!(wide.text(wide.word_at(Point { row: 0, col: 3 })), "日本語");
}

fn found(screen: &Screen, pattern: &str) -> Vec<((usize, u16), (usize, u16))> {
    let ends = |Match { start, end }: Match| ((start.row, start.col), (end.row, end.col));
    screen
        .search(&Regex::new(pattern).unwrap())
        .into_iter()
        .map(ends)
        .collect()
}

#[test]
fn matches_are_found_in_history_and_grid_across_wraps() {
    let screen = fed(
        3,
        10,
        "an error\r\n\x1b[31m0123456er\x1b[mror 1\r\n日本 error\r\nok\r\nerror",
    );
    let errors = [
        ((0, 3), (0, 7)),
        ((1, 7), (2, 1)),
        ((3, 5), (3, 9)),
        ((5, 0), (5, 4)),
    ];
    assert_eq!(found(&screen, "error"), errors);
    assert_eq!(found(&screen, "^ok$"), [((4, 0), (4, 1))]);
    assert_eq!(found(&screen, "本"), [((3, 2), (3, 3))]);
    assert_eq!(found(&screen, "x*"), []);
}

#[test]
fn a_match_may_run_from_history_into_the_grid() {
    let screen = fed(2, 10, "0123456789abcdefghij0123\r\n");
    assert_eq!(history(&screen), ["0123456789+", "abcdefghij+"]);
    assert_eq!(found(&screen, "ij01"), [((1, 8), (2, 1))]);
    assert_eq!(
        screen.text(stream((1, 8), (2, 1), SelectionShape::Stream)),
        "ij01"
    );
}

#[test]
fn a_synchronised_update_is_shown_when_it_ends() {
    let start = now();
    let mut screen = screen(2, 10);
    screen.feed(b"old", start);
    screen.feed(b"\x1b[?2026h\x1b[Hnew", start);
    assert_eq!(rows(&screen)[0], "old");
    assert_eq!(screen.cursor().unwrap().col, 3);
    screen.feed(b"er\x1b[?2026l", start);
    assert_eq!(rows(&screen)[0], "newer");
}

#[test]
fn a_synchronised_update_ends_after_150_ms() {
    let start = now();
    let mut screen = screen(2, 10);
    screen.feed(b"old\x1b[?2026h\x1b[Hnew", start);
    screen.tick(start + Duration::from_millis(149));
    assert_eq!(rows(&screen)[0], "old");
    assert_eq!(screen.next_tick(), Some(start + Duration::from_millis(150)));
    let before = screen.revision();
    screen.tick(start + Duration::from_millis(150));
    assert_eq!(rows(&screen)[0], "new");
    assert_ne!(screen.revision(), before);
    assert_eq!(screen.next_tick(), None);
}

#[test]
fn a_string_without_an_end_is_given_up_after_5_s() {
    let start = now();
    let mut screen = screen(2, 10);
    screen.feed(b"\x1b]0;never ends", start);
    screen.tick(start + Duration::from_secs(4));
    screen.feed(b"x", start + Duration::from_secs(4));
    assert_eq!(rows(&screen)[0], "");
    screen.tick(start + Duration::from_secs(5));
    screen.feed(b"y", start + Duration::from_secs(5));
    assert_eq!(rows(&screen)[0], "y");
}

#[test]
fn titles_are_cleaned_and_stacked() {
    let start = now();
    let mut screen = screen(2, 10);
    assert!(screen.feed(b"\x1b]2;a;b\x07", start).title_changed);
    assert_eq!(screen.title(), "a;b");
    assert!(!screen.feed(b"\x1b]2;a;b\x07", start).title_changed);
    screen.feed(b"\x1b[22;0;0t\x1b]0;vim\x1b\\", start);
    assert_eq!(screen.title(), "vim");
    assert!(screen.feed(b"\x1b[23;0;0t", start).title_changed);
    assert_eq!(screen.title(), "a;b");
    screen.feed(
        "\x1b]2;evil\u{202e}\u{9b}31m\x1b[1mtext\x07".as_bytes(),
        start,
    );
    assert_eq!(screen.title(), "a;b", "a sequence aborts the title");
}

#[test]
fn the_bell_rings_once_a_second() {
    let start = now();
    let mut screen = screen(2, 10);
    assert!(screen.feed(b"\x07\x07", start).bell);
    assert!(
        !screen
            .feed(b"\x07", start + Duration::from_millis(999))
            .bell
    );
    assert!(screen.feed(b"\x07", start + Duration::from_secs(1)).bell);
}

#[test]
fn the_clipboard_is_offered_decoded_and_never_read() {
    let mut screen = screen(2, 10);
    assert_eq!(
        screen
            .feed(b"\x1b]52;c;cG9k\x07", now())
            .clipboard
            .as_deref(),
        Some(&b"pod"[..])
    );
    assert_eq!(screen.feed(b"\x1b]52;c;?\x07", now()).clipboard, None);
    assert_eq!(screen.feed(b"\x1b]52;c;!!\x07", now()).clipboard, None);
}

#[test]
fn a_gap_is_marked_and_the_screen_starts_over() {
    let mut screen = fed(4, 30, "text\x1b[?1h\x1b[2;3r\x1b[31m\x1b]0;half a tit");
    screen.reset_after_gap(1234);
    screen.feed(b"more", now());
    assert_eq!(history(&screen), ["text"]);
    assert_eq!(
        rows(&screen)[..2],
        ["[1234 bytes of output dropped]", "more"]
    );
    assert_eq!(
        screen.view(0).cell(1, 0).style,
        podmux::screen::CellStyle::default()
    );
}

proptest! {
    #[test]
    fn resizing_loses_no_text(
        lines in proptest::collection::vec("[a-z日]{0,25}", 1..12),
        sizes in proptest::collection::vec((1_u16..8, 2_u16..30), 1..6),
    ) {
        let mut screen = fed(5, 10, &lines.join("\r\n"));
        for (rows, cols) in sizes {
            screen.resize(GridSize::new(rows, cols));
        }
        let mut whole = history(&screen);
        whole.extend(rows(&screen));
        let joined: String = whole.iter().map(|row| row.trim_end_matches('+')).collect();
        prop_assert_eq!(joined, lines.concat());
    }
}
#[test]
fn a_cursor_behind_a_full_row_stays_behind_it() {
    let mut screen = fed(3, 10, "0123456789");
    screen.resize(GridSize::new(3, 5));
    screen.resize(GridSize::new(3, 10));
    screen.feed(b"X", now());
    assert_eq!(rows(&screen), ["0123456789", "X", ""]);
}

#[test]
fn letters_change_the_cells_that_they_take_and_what_they_leave_of_wide_characters() {
    let mut screen = fed(3, 10, "日本\x1b[2G");
    let before = screen.revision();
    screen.feed(b"x", now());
    assert_eq!(rows(&screen)[0], " x本", "the first half is gone");
    assert_eq!(screen.changed_since(before, 0), 0..3);
    let between = screen.revision();
    screen.feed(b"y", now());
    assert_eq!(rows(&screen)[0], " xy", "the second half is gone");
    assert_eq!(screen.changed_since(between, 0), 1..4);
    assert_eq!(screen.changed_since(before, 0), 0..4);
    assert!(screen.changed_since(before, 1).is_empty());
    screen.feed(b"\n", now());
    assert!(
        screen.changed_since(between, 1).contains(&9),
        "anything else may change all"
    );
}
