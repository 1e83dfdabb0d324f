//! Owns the mouse: a click focuses, on a tab's title it goes there; the wheel scrolls, a drag selects and copies. Programs that asked
//! for the mouse get it, whole clicks only.

use bytes::Bytes;
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use crate::app::layout::PanePlace;
use crate::app::overlay::Overlay;
use crate::app::tab_line::{Spot, tab_line};
use crate::app::{Action, App, Effect, Focus, Place, Press, Step, Turn};
use crate::ids::PaneId;
use crate::keys::{self, MouseInput, MouseMode, encode};
use crate::screen::{Point, SelectionShape};

use super::{act, list, overlay, panes, scroll};

/// Lines per notch of the wheel.
const NOTCH: isize = 3;

/// Takes one report of the outer terminal.
pub(super) fn mouse(app: &mut App, event: MouseEvent, turn: &mut Turn<'_>) {
    if !app.overlays.is_empty() {
        return wheel_over(app, event.kind, turn);
    }
    // A release that was lost must not keep the next press from anyone.
    let press = if matches!(event.kind, MouseEventKind::Down(_)) {
        Press::Anyone
    } else {
        app.press
    };
    if let MouseEventKind::Down(_) | MouseEventKind::Up(_) = event.kind {
        app.press = Press::Anyone;
    }
    if let (Press::Program(pane), MouseEventKind::Up(_) | MouseEventKind::Drag(_)) =
        (press, event.kind)
    {
        return to_presser(app, pane, event, turn);
    }
    let (x, y) = (event.column, event.row);
    if app.layout.top.contains(x, y) {
        return in_top_row(app, event, turn);
    }
    if app.layout.list.is_some_and(|area| area.contains(x, y)) {
        return in_list(app, event, turn);
    }
    let place = place_of(app, |place| place.outer.contains(x, y));
    if let Some(place) = place {
        in_pane(app, place, press, event, turn);
    }
}

fn place_of(app: &App, wanted: impl Fn(&PanePlace) -> bool) -> Option<PanePlace> {
    app.layout.panes.iter().copied().find(wanted)
}

/// A drag or a release outside of the pane whose program has the button is at that pane's edge.
fn to_presser(app: &mut App, pane: PaneId, event: MouseEvent, turn: &mut Turn<'_>) {
    let place = place_of(app, |place| place.pane == pane);
    let Some(place) = place.filter(|place| !place.inner.is_empty()) else {
        return;
    };
    let inner = place.inner;
    let event = MouseEvent {
        column: event.column.clamp(inner.x, inner.right() - 1),
        row: event.row.clamp(inner.y, inner.bottom() - 1),
        ..event
    };
    to_program(app, place, event, turn);
}

/// A click on a tab's title goes there, one on the handle of the drawer opens or shuts it.
fn in_top_row(app: &mut App, event: MouseEvent, turn: &mut Turn<'_>) {
    if event.kind != MouseEventKind::Down(MouseButton::Left) {
        return;
    }
    match tab_line(app).at(event.column) {
        Some(Spot::Tab(position)) => panes::show_tab(app, position, turn),
        Some(Spot::Drawer) if app.focus == Focus::List => {
            act::act(app, Action::FocusPanes, Place::List, turn);
        }
        Some(Spot::Drawer) => act::act(app, Action::FocusList, Place::Prefix, turn),
        None => {}
    }
}

/// The wheel moves in lists and pages; what is typed or asked is left alone.
fn wheel_over(app: &mut App, kind: MouseEventKind, turn: &mut Turn<'_>) {
    let (step, key) = if kind == MouseEventKind::ScrollUp {
        (Step::Up, keys::Key::Up)
    } else if kind == MouseEventKind::ScrollDown {
        (Step::Down, keys::Key::Down)
    } else {
        return;
    };
    let place = match app.overlays.last() {
        Some(Overlay::Text(_)) => Place::Text,
        Some(Overlay::Gather) => Place::Gather,
        Some(Overlay::Leaks(_)) => Place::Leaks,
        Some(Overlay::Forwards(_)) => Place::Forwards,
        Some(Overlay::Picker(_) | Overlay::Help(_)) => {
            return overlay::key(app, keys::Chord::plain(key), turn);
        }
        Some(
            Overlay::Prompt(_)
            | Overlay::Question(_)
            | Overlay::Refusal(_)
            | Overlay::Composer(_)
            | Overlay::Forward(_),
        )
        | None => return,
    };
    act::act(app, Action::Move(step), place, turn);
}

fn in_list(app: &mut App, event: MouseEvent, turn: &mut Turn<'_>) {
    let height = list::height(app);
    app.touch();
    match event.kind {
        MouseEventKind::ScrollUp => app.list.scroll(-NOTCH, &app.inventory, height),
        MouseEventKind::ScrollDown => app.list.scroll(NOTCH, &app.inventory, height),
        MouseEventKind::Down(MouseButton::Left) => {
            let titles = u16::from(app.tabs.is_empty());
            let first = app.layout.list.map_or(0, |area| area.y) + titles;
            let row = event.row.checked_sub(first);
            let line = row.map(|row| app.list.top + usize::from(row));
            if let Some(line) = line.filter(|line| *line < app.list.view.len()) {
                app.list.go_to(line, &app.inventory, height);
            }
            act::act(app, Action::FocusList, Place::List, turn);
        }
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => {}
    }
}

fn in_pane(app: &mut App, place: PanePlace, press: Press, event: MouseEvent, turn: &mut Turn<'_>) {
    if let MouseEventKind::Down(_) = event.kind
        && (app.focused_pane().map(|pane| pane.id) != Some(place.pane) || app.focus == Focus::List)
    {
        app.tabs.jump_to(place.pane);
        app.focus = Focus::Panes;
        app.place_everything(turn);
        // The click is for podmux up to its release, and a drag may begin with it.
        app.press = Press::Ours;
        if event.kind == MouseEventKind::Down(MouseButton::Left) && !wants_mouse(app, place) {
            drag_start(app, place, event);
        }
        return;
    }
    if press != Press::Ours && to_program(app, place, event, turn) {
        if let MouseEventKind::Down(_) = event.kind {
            app.press = Press::Program(place.pane);
        }
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
