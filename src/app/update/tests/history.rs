//! Reading the scrollback: search in one pane and in all, moving by words, the memory of all panes.

use crate::app::overlay::{Choice, Overlay};
use crate::app::testing::Desk;
use crate::config::Config;
use crate::screen::Point;

fn found(desk: &Desk) -> Vec<(String, String)> {
    let Some(Overlay::Picker(picker)) = desk.app.overlays.last() else {
        return Vec::new();
    };
    let rows = picker
        .shown()
        .into_iter()
        .filter_map(|row| picker.rows.get(row));
    rows.map(|row| (row.text.clone(), row.aside.clone()))
        .collect()
}

fn search_all(desk: &mut Desk, pattern: &str) {
    desk.keys("ctrl-g / tab");
    desk.typed(pattern);
    desk.keys("enter");
}

#[test]
fn a_search_of_all_panes_lists_its_matches_and_leaves_the_shells_alone() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.output(0, "all well\r\n");
    desk.output(1, "first Error\r\n   second   error   here\r\n");
    desk.output(2, "an error\r\n");
    for _ in 0..100 {
        desk.output(2, "quiet\r\n");
    }
    search_all(&mut desk, "error");
    let rows = found(&desk);
    let up = rows.last().map(|(_, aside)| aside.clone());
    assert!(
        up.as_ref()
            .is_some_and(|aside| aside.ends_with(" up · an error")),
        "{up:?}"
    );
    assert_eq!(
        rows[0],
        ("web-1".to_owned(), "second error here".to_owned())
    );
    assert_eq!(rows[1], ("web-1".to_owned(), "first Error".to_owned()));
    assert_eq!(rows.len(), 3);
    assert_eq!(desk.said(), "3 found in 2 panes");
    assert!(desk.app.panes.values().all(|pane| pane.scroll.is_none()));
}

#[test]
fn a_chosen_match_is_jumped_to_with_the_others_of_its_pane_highlighted() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(1, "one error\r\nmore\r\nanother error\r\n");
    search_all(&mut desk, "error");
    desk.keys("down enter");
    let pane = desk.app.focused_pane().unwrap();
    assert_eq!(pane.id, desk.pane(1));
    let scroll = pane.scroll.as_ref().unwrap();
    assert_eq!(
        (scroll.cursor, scroll.matches.len()),
        (Point { row: 0, col: 4 }, 2)
    );
    assert!(desk.app.overlays.is_empty());
    desk.keys("N");
    let pane = desk.app.focused_pane().unwrap();
    assert_eq!(
        pane.scroll.as_ref().unwrap().cursor,
        Point { row: 2, col: 8 }
    );
}

#[test]
fn nothing_found_opens_no_list() {
    let mut desk = Desk::new();
    desk.shells(2);
    search_all(&mut desk, "error");
    assert!(desk.app.overlays.is_empty());
    assert_eq!(desk.said(), "nothing found in any pane");
}

#[test]
fn a_loud_pane_does_not_bury_the_others() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(0, &"error\r\n".repeat(500));
    desk.output(1, "error\r\n");
    search_all(&mut desk, "error");
    assert_eq!(found(&desk).len(), 101);
    assert_eq!(
        desk.said(),
        "501 found in 2 panes; the newest 100 of each are listed"
    );
}

#[test]
fn a_broken_pattern_is_told_where_it_is_typed() {
    let mut desk = Desk::new();
    desk.shells(1);
    search_all(&mut desk, "err[or");
    let Some(Overlay::Prompt(prompt)) = desk.app.overlays.last() else {
        panic!("the prompt stays");
    };
    assert!(
        prompt
            .complaint
            .as_ref()
            .unwrap()
            .starts_with("not a pattern")
    );
}

#[test]
fn words_are_found_behind_wide_characters() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, "日本 word 語");
    desk.keys("ctrl-g [ g w");
    let column = |desk: &Desk| {
        desk.app
            .focused_pane()
            .unwrap()
            .scroll
            .as_ref()
            .unwrap()
            .cursor
            .col
    };
    assert_eq!(column(&desk), 5);
    desk.keys("w");
    assert_eq!(column(&desk), 10);
    desk.keys("b b");
    assert_eq!(column(&desk), 0);
}

#[test]
fn half_a_page_moves_what_is_seen_and_the_cursor() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, &"line\r\n".repeat(200));
    desk.keys("ctrl-g [");
    let rows = usize::from(desk.app.focused_pane().unwrap().screen.size().rows());
    let seen = |desk: &Desk| {
        let pane = desk.app.focused_pane().unwrap();
        (
            pane.scrolled_back(),
            pane.scroll.as_ref().unwrap().cursor.row,
        )
    };
    let (_, start) = seen(&desk);
    desk.keys("ctrl-u");
    assert_eq!(seen(&desk), (rows / 2, start - rows / 2));
    desk.keys("ctrl-u ctrl-d ctrl-d");
    assert_eq!(seen(&desk), (0, start));
}

fn cursor(desk: &Desk) -> (usize, u16) {
    let pane = desk.app.focused_pane().unwrap();
    let cursor = pane.scroll.as_ref().expect("scroll mode").cursor;
    (cursor.row, cursor.col)
}

#[test]
fn a_number_before_a_key_counts_as_in_vi() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, &"one two  three\r\n".repeat(100));
    desk.keys("ctrl-g [ g");
    let cases = [
        ("1 0 j", (10, 0)),
        ("2 9 k", (0, 0)),
        ("5 l", (0, 5)),
        ("3 h", (0, 2)),
        ("2 w", (0, 9)),
        ("5 w", (2, 4)),
        ("4 b", (1, 0)),
        ("3 $", (3, 13)),
        ("0", (3, 0)),
        ("4 2 G", (41, 0)),
        ("7 g", (6, 0)),
        ("1 5 ctrl-d", (21, 0)),
        ("4 ctrl-u", (17, 0)),
        ("1 0 esc j", (18, 0)),
        ("3 v j", (19, 0)),
        ("9 9 9 9 9 9 9 9 k", (0, 0)),
    ];
    for (keys, place) in cases {
        desk.keys(keys);
        assert_eq!(cursor(&desk), place, "{keys}");
    }
}

#[test]
fn a_number_goes_so_many_matches_on() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, &"error\r\n".repeat(5));
    desk.keys("ctrl-g /");
    desk.typed("error");
    desk.keys("enter");
    assert_eq!(cursor(&desk), (4, 0));
    desk.keys("2 n");
    assert_eq!(cursor(&desk), (2, 0));
    desk.keys("3 N");
    assert_eq!(cursor(&desk), (0, 0), "around the end");
    desk.keys("5 0 0 1 n");
    assert_eq!(cursor(&desk), (4, 0));
}

#[test]
fn a_digit_with_a_meaning_of_its_own_keeps_it() {
    let mut desk = Desk::new();
    desk.app.settings.keys =
        crate::app::Keys::new(&[], &[("bottom".to_owned(), vec!["5".parse().unwrap()])]).unwrap();
    desk.shells(1);
    desk.output(0, &"line\r\n".repeat(100));
    desk.keys("ctrl-g [ g 5");
    assert!(cursor(&desk).0 > 90);
    desk.keys("g 1 5 j");
    assert_eq!(cursor(&desk), (15, 0));
}

#[test]
fn the_wheel_takes_the_cursor_of_scroll_mode_along() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, &"line\r\n".repeat(200));
    desk.keys("ctrl-g [");
    let inner = desk.app.layout.panes[0].inner;
    for _ in 0..10 {
        desk.event(crate::app::Event::Mouse(crossterm::event::MouseEvent {
            kind: crossterm::event::MouseEventKind::ScrollUp,
            column: inner.x,
            row: inner.y,
            modifiers: crossterm::event::KeyModifiers::NONE,
        }));
    }
    let pane = desk.app.focused_pane().unwrap();
    let top = pane.screen.view(pane.scrolled_back()).top_row();
    let row = pane.scroll.as_ref().unwrap().cursor.row;
    assert_eq!(pane.scrolled_back(), 30);
    assert_eq!(row, top + usize::from(pane.screen.size().rows()) - 1);
}

#[test]
fn all_panes_together_keep_to_their_memory() {
    let mut config = Config::default();
    config.history.bytes_total = 1 << 20;
    let mut desk = Desk::with(config);
    desk.shells(4);
    desk.output(0, "short\r\n");
    let line = format!("{}\r\n", "x".repeat(78));
    for _ in 0..8 {
        for pane in 1..4 {
            desk.output(pane, &line.repeat(1000));
        }
    }
    let bytes: Vec<usize> = desk
        .app
        .panes
        .values()
        .map(|pane| pane.screen.history_bytes())
        .collect();
    assert!(bytes.iter().sum::<usize>() <= 1 << 20, "{bytes:?}");
    assert!(
        bytes[1..].iter().all(|bytes| *bytes > 200 << 10),
        "{bytes:?}"
    );
    let text = desk
        .app
        .panes
        .values()
        .next()
        .unwrap()
        .screen
        .view(0)
        .cell(0, 0)
        .text
        .to_owned();
    assert_eq!(text, "s");
}

#[test]
fn a_list_of_matches_holds_places() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.output(0, "an error");
    search_all(&mut desk, "error");
    let Some(Overlay::Picker(picker)) = desk.app.overlays.last() else {
        panic!("a list");
    };
    let place = Choice::Match(desk.pane(0), Point { row: 0, col: 3 });
    assert_eq!(picker.chosen(), [place]);
}
