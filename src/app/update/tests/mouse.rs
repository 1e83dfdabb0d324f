use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};

use crate::app::testing::Desk;
use crate::app::{Effect, Event, Focus};

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
