//! Owns the mouse: a click focuses, the wheel scrolls, a drag selects and copies; programs that asked for the mouse get it.

use bytes::Bytes;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::layout::PanePlace;
use crate::app::overlay::Overlay;
use crate::app::{App, Effect, Focus, Step, Turn};
use crate::keys::{self, MouseInput, MouseMode, encode};
use crate::screen::{Point, SelectionShape};

use super::{act, list, scroll, text};

/// Lines per notch of the wheel.
const NOTCH: isize = 3;

/// Takes one report of the outer terminal.
pub(super) fn mouse(app: &mut App, event: MouseEvent, turn: &mut Turn<'_>) {
    if let Some(overlay) = app.overlays.last() {
        if matches!(overlay, Overlay::Text(_)) {
            wheel_in_text(app, event);
        }
        return;
    }
    let (x, y) = (event.column, event.row);
    if app.layout.list.is_some_and(|area| area.contains(x, y)) {
        return in_list(app, event, turn);
    }
    let place = app
        .layout
        .panes
        .iter()
        .find(|place| place.outer.contains(x, y))
        .copied();
    if let Some(place) = place {
        in_pane(app, place, event, turn);
    }
}

fn wheel_in_text(app: &mut App, event: MouseEvent) {
    match event.kind {
        MouseEventKind::ScrollUp => text::step(app, Step::Up),
        MouseEventKind::ScrollDown => text::step(app, Step::Down),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

fn in_list(app: &mut App, event: MouseEvent, turn: &mut Turn<'_>) {
    let height = list::height(app);
    app.touch();
    match event.kind {
        MouseEventKind::ScrollUp => list::step(app, Step::Up),
        MouseEventKind::ScrollDown => list::step(app, Step::Down),
        MouseEventKind::Down(MouseButton::Left) => {
            let titles = u16::from(app.tabs.is_empty());
            let first = app.layout.list.map_or(0, |area| area.y) + titles;
            if event.row >= first {
                let line = app.list.top + usize::from(event.row - first);
                app.list.go_to(line, &app.inventory, height);
            }
            act::act(
                app,
                crate::app::Action::FocusList,
                crate::app::Place::List,
                turn,
            );
        }
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

fn in_pane(app: &mut App, place: PanePlace, event: MouseEvent, turn: &mut Turn<'_>) {
    if let MouseEventKind::Down(_) = event.kind
        && (app.focused_pane().map(|pane| pane.id) != Some(place.pane) || app.focus == Focus::List)
    {
        app.tabs.jump_to(place.pane);
        app.focus = Focus::Panes;
        app.place_everything(turn);
        // The click is for podmux, and a drag may begin with it.
        if event.kind == MouseEventKind::Down(MouseButton::Left) && !wants_mouse(app, place) {
            drag_start(app, place, event);
        }
        return;
    }
    if to_program(app, place, event, turn) {
        return;
    }
    app.touch();
    match event.kind {
        MouseEventKind::ScrollUp => wheel(app, place, NOTCH, turn),
        MouseEventKind::ScrollDown => wheel(app, place, -NOTCH, turn),
        MouseEventKind::Down(MouseButton::Left) => drag_start(app, place, event),
        MouseEventKind::Drag(MouseButton::Left) => drag(app, place, event),
        MouseEventKind::Up(MouseButton::Left) => drag_end(app, turn),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

/// Whether the pane's program asked for the mouse and may have it.
fn wants_mouse(app: &App, place: PanePlace) -> bool {
    app.panes.get(&place.pane).is_some_and(|pane| {
        pane.screen.modes().mouse != MouseMode::Off && pane.takes_keys() && pane.scroll.is_none()
    })
}

/// Gives the report to the pane's program if it asked for the mouse; never to more than this one pane.
fn to_program(app: &mut App, place: PanePlace, event: MouseEvent, turn: &mut Turn<'_>) -> bool {
    if !wants_mouse(app, place) {
        return false;
    }
    let Some(pane) = app.panes.get(&place.pane) else {
        return false;
    };
    let modes = pane.screen.modes();
    let Some(input) = MouseInput::from_event(&event).within(place.inner) else {
        return false;
    };
    if let Some(bytes) = encode::mouse(input, &modes) {
        turn.push(Effect::Write {
            session: pane.session,
            bytes: Bytes::from(bytes),
        });
    }
    true
}

/// The wheel: arrows for a full-screen program that wants them, else the scrollback.
fn wheel(app: &mut App, place: PanePlace, lines: isize, turn: &mut Turn<'_>) {
    let Some(pane) = app.panes.get_mut(&place.pane) else {
        return;
    };
    let modes = pane.screen.modes();
    if modes.alternate_screen && modes.alternate_scroll && pane.takes_keys() {
        let key = if lines > 0 {
            keys::Key::Up
        } else {
            keys::Key::Down
        };
        let one = encode::key(keys::Chord::plain(key), &modes);
        let bytes = one.repeat(lines.unsigned_abs());
        turn.push(Effect::Write {
            session: pane.session,
            bytes: Bytes::from(bytes),
        });
        return;
    }
    scroll::wheel(pane, lines);
}

fn point(app: &App, place: PanePlace, event: MouseEvent) -> Option<Point> {
    let pane = app.panes.get(&place.pane)?;
    let (x, y) = (
        event.column.max(place.inner.x),
        event.row.max(place.inner.y),
    );
    let last = |origin: u16, length: u16| (origin + length).saturating_sub(1);
    let x = x.min(last(place.inner.x, place.inner.width)) - place.inner.x;
    let y = y.min(last(place.inner.y, place.inner.height)) - place.inner.y;
    let top = pane.screen.view(pane.scrolled_back()).top_row();
    Some(Point {
        row: top + usize::from(y),
        col: x,
    })
}

fn drag_start(app: &mut App, place: PanePlace, event: MouseEvent) {
    let at = point(app, place, event);
    app.drag = at.map(|at| (place.pane, at));
}

fn drag(app: &mut App, place: PanePlace, event: MouseEvent) {
    let Some((pane, start)) = app.drag.filter(|(pane, _)| *pane == place.pane) else {
        return;
    };
    let Some(end) = point(app, place, event) else {
        return;
    };
    if app
        .panes
        .get(&pane)
        .is_some_and(|pane| pane.scroll.is_none())
    {
        scroll::enter(app);
    }
    if let Some(scroll) = app
        .panes
        .get_mut(&pane)
        .and_then(|pane| pane.scroll.as_mut())
    {
        scroll.selecting = Some((start, SelectionShape::Stream));
        scroll.cursor = end;
    }
}

fn drag_end(app: &mut App, turn: &mut Turn<'_>) {
    let Some((pane, _)) = app.drag.take() else {
        return;
    };
    let selecting = app.panes.get(&pane).and_then(|pane| pane.scroll.as_ref());
    if selecting.is_some_and(|scroll| scroll.selecting.is_some()) {
        scroll::copy(app, turn);
    }
}
