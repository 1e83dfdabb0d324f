use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::app::tab_line::tab_line;
use crate::app::testing::Desk;
use crate::app::{Effect, Event, Focus, Overlay};
use crate::geometry::GridSize;

fn report(desk: &mut Desk, kind: MouseEventKind, (column, row): (u16, u16)) {
    desk.event(Event::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    }));
}

const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

/// The cell at an offset from the first one of the n-th pane.
fn cell(desk: &Desk, pane: usize, (x, y): (u16, u16)) -> (u16, u16) {
    let inner = desk.app.layout.panes[pane].inner;
    (inner.x + x, inner.y + y)
}

fn copied(desk: &mut Desk) -> Option<String> {
    desk.take().into_iter().find_map(|effect| match effect {
        Effect::Copy { text } => Some(text),
        _ => None,
    })
}

#[test]
fn a_click_focuses_a_pane_and_sends_nothing() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.output(1, "\x1b[?1000h");
    desk.keys("ctrl-g g");
    desk.take();
    let at = cell(&desk, 1, (3, 3));
    report(&mut desk, DOWN, at);
    let focused = desk.app.focused_pane().unwrap().id;
    assert_eq!((focused, desk.app.focus), (desk.pane(1), Focus::Panes));
    assert!(desk.written().is_empty(), "{:?}", desk.written());
}

#[test]
fn the_release_of_a_click_that_focuses_is_not_the_programs_either() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(1, "\x1b[?1002h\x1b[?1006h");
    desk.take();
    let (at, beside) = (cell(&desk, 1, (3, 3)), cell(&desk, 1, (5, 3)));
    report(&mut desk, DOWN, at);
    report(&mut desk, DRAG, beside);
    report(&mut desk, UP, beside);
    assert!(desk.written().is_empty(), "{:?}", desk.written());
    report(&mut desk, DOWN, at);
    report(&mut desk, UP, at);
    let expected = [(
        desk.session(1).to_string(),
        b"\x1b[<0;4;4M\x1b[<0;4;4m".to_vec(),
    )];
    assert_eq!(desk.written(), expected.into());
}

#[test]
fn a_program_gets_the_release_of_its_press_wherever_it_happens() {
    let mut desk = Desk::new();
    desk.shells(2);
    for pane in 0..2 {
        desk.output(pane, "\x1b[?1002h\x1b[?1006h");
    }
    desk.take();
    let (at, far) = (cell(&desk, 0, (4, 2)), cell(&desk, 1, (4, 2)));
    report(&mut desk, DOWN, at);
    report(&mut desk, UP, far);
    let written = desk.written();
    let pressed = desk.session(0).to_string();
    let bytes = String::from_utf8(written.get(&pressed).unwrap().clone()).unwrap();
    assert_eq!(written.len(), 1, "{written:?}");
    assert!(
        bytes.starts_with("\x1b[<0;5;3M\x1b[<0;") && bytes.ends_with('m'),
        "{bytes:?}"
    );
}

#[test]
fn a_click_on_a_tabs_title_goes_to_that_tab() {
    let mut desk = Desk::new();
    desk.pods(3);
    desk.keys("a t");
    desk.allow("shop");
    desk.all_live();
    assert_eq!(desk.app.tabs.len(), 3);
    for tab in [2, 0, 1] {
        desk.keys("ctrl-g g");
        let line = tab_line(&desk.app);
        let title = line
            .titles
            .iter()
            .find(|title| title.position == tab)
            .unwrap()
            .clone();
        let last = title.x + title.width - 1;
        report(&mut desk, DOWN, (last, 0));
        report(&mut desk, UP, (last, 0));
        assert_eq!(desk.app.tabs.active_position(), tab);
        assert_eq!(desk.app.focus, Focus::Panes);
        report(&mut desk, DOWN, (last + 1, 0));
        assert_eq!(desk.app.tabs.active_position(), tab, "a rail is no title");
    }
    assert!(desk.written().is_empty());
}

#[test]
fn a_click_on_the_handle_of_the_drawer_opens_it_and_another_one_shuts_it() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.event(Event::Resized(GridSize::new(24, 80)));
    assert_eq!(desk.app.layout.list, None);
    report(&mut desk, DOWN, (2, 0));
    assert_eq!(desk.app.focus, Focus::List);
    assert!(desk.app.layout.list.is_some());
    report(&mut desk, DOWN, (2, 0));
    assert_eq!((desk.app.focus, desk.app.layout.list), (Focus::Panes, None));
}

#[test]
fn a_click_below_the_last_row_moves_nothing() {
    let mut desk = Desk::new();
    desk.pods(3);
    let area = desk.app.layout.list.unwrap();
    report(&mut desk, DOWN, (area.x + 2, area.y + 1 + 10));
    assert_eq!(desk.app.list.line, 0);
    report(&mut desk, DOWN, (area.x + 2, area.y + 1 + 2));
    assert_eq!(desk.app.list.line, 2);
}

#[test]
fn the_wheel_over_the_list_scrolls_it_and_leaves_the_cursor_where_it_can() {
    let mut desk = Desk::new();
    desk.pods(200);
    desk.event(Event::Resized(GridSize::new(24, 80)));
    desk.keys("j j j j j j j j j j");
    let at = (10, 10);
    let seen = |desk: &Desk| (desk.app.list.top, desk.app.list.line);
    report(&mut desk, MouseEventKind::ScrollDown, at);
    assert_eq!(seen(&desk), (3, 10));
    for _ in 0..4 {
        report(&mut desk, MouseEventKind::ScrollDown, at);
    }
    assert_eq!(seen(&desk), (15, 15), "the cursor is never out of sight");
    for _ in 0..100 {
        report(&mut desk, MouseEventKind::ScrollDown, at);
    }
    assert_eq!(desk.app.list.top, 200 - 21);
    for _ in 0..100 {
        report(&mut desk, MouseEventKind::ScrollUp, at);
    }
    assert_eq!(seen(&desk), (0, 20));
}

#[test]
fn a_click_in_the_list_goes_to_its_line() {
    let mut desk = Desk::new();
    desk.shells(3);
    let area = desk.app.layout.list.unwrap();
    report(&mut desk, DOWN, (area.x + 2, area.y + 2));
    assert_eq!(desk.app.focus, Focus::List);
    let current = desk.app.list.current(&desk.app.inventory).unwrap();
    assert_eq!(&*current.pod.name, "web-2");
}

#[test]
fn the_wheel_scrolls_the_pane_under_it_and_no_other() {
    let mut desk = Desk::new();
    desk.shells(2);
    for pane in 0..2 {
        desk.output(pane, &"line\r\n".repeat(200));
    }
    let at = cell(&desk, 1, (1, 1));
    report(&mut desk, MouseEventKind::ScrollUp, at);
    let back: Vec<usize> = desk
        .app
        .panes
        .values()
        .map(crate::app::Pane::scrolled_back)
        .collect();
    assert_eq!(back, [0, 3]);
}

#[test]
fn a_drag_selects_within_its_pane_and_copies_at_its_end() {
    for focused in [0, 1] {
        let mut desk = Desk::new();
        desk.shells(2);
        desk.output(0, "first words\r\nsecond line");
        if focused == 1 {
            desk.keys("ctrl-g j");
        }
        desk.take();
        let (from, to) = (cell(&desk, 0, (6, 0)), cell(&desk, 0, (5, 1)));
        report(&mut desk, DOWN, from);
        report(&mut desk, DRAG, to);
        report(&mut desk, UP, to);
        let text = copied(&mut desk);
        assert_eq!(
            text.as_deref(),
            Some("words\nsecond"),
            "pane {focused} had the focus"
        );
    }
}

#[test]
fn a_program_that_asks_for_the_mouse_gets_it_and_no_other_does() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.output(0, "\x1b[?1000h\x1b[?1006h");
    desk.output(1, "\x1b[?1000h\x1b[?1006h");
    desk.keys("ctrl-g b");
    desk.take();
    let at = cell(&desk, 0, (4, 2));
    report(&mut desk, DOWN, at);
    report(&mut desk, UP, at);
    let written = desk.written();
    let expected = [(
        desk.session(0).to_string(),
        b"\x1b[<0;5;3M\x1b[<0;5;3m".to_vec(),
    )];
    assert_eq!(written, expected.into());
}

#[test]
fn the_wheel_moves_in_what_lies_over_the_screen() {
    let cursor = |desk: &Desk| match desk.app.overlay() {
        Some(Overlay::Picker(picker)) => picker.cursor,
        Some(Overlay::Help(help)) => help.scroll,
        _ => panic!("another overlay"),
    };
    for keys in [":", "?"] {
        let mut desk = Desk::new();
        desk.pods(3);
        desk.keys(keys);
        for (kind, expected) in [
            (MouseEventKind::ScrollDown, 1),
            (MouseEventKind::ScrollDown, 2),
            (MouseEventKind::ScrollUp, 1),
        ] {
            report(&mut desk, kind, (30, 10));
            assert_eq!(cursor(&desk), expected, "{keys}");
        }
    }
}

#[test]
fn the_wheel_answers_no_question() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g q");
    report(&mut desk, MouseEventKind::ScrollDown, (30, 10));
    report(&mut desk, DOWN, (30, 10));
    assert!(matches!(desk.app.overlay(), Some(Overlay::Question(_))));
}
