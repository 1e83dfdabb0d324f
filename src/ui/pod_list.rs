//! Owns the list of pods: a wide table without panes, a narrow one beside them or as a drawer over them. Called by `frame`.

mod columns;
mod empty;
mod narrow;
mod wide;

use crate::app::pane::Phase;
use crate::app::{App, Focus, Pane};
use crate::config::{Mark, Role, Weight};
use crate::geometry::Area;
use crate::ids::PodUid;
use crate::inventory::{PodRow, Scratch, StatusKind};
use crate::session::Membership;
use crate::session::broadcast::{Broadcast, Life};
use crate::ui::paint::{Canvas, Pen, Piece};
use crate::ui::text;

/// Columns from which a table shows more than names.
const TABLE_FROM: u16 = 56;

/// Draws the list where the layout has it.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let Some(area) = app.layout.list.filter(|area| !area.is_empty()) else {
        return;
    };
    let pen = canvas.pen();
    canvas.clear(area, pen.style(Role::Text));
    let area = if app.layout.drawer {
        edge(area, canvas)
    } else {
        area
    };
    if app.tabs.is_empty() && area.width < TABLE_FROM {
        narrow::draw_titled(app, area, canvas);
    } else if app.tabs.is_empty() {
        wide::draw(app, area, canvas);
    } else {
        narrow::draw(app, area, canvas);
    }
}

/// The drawer's right edge keeps it apart from the panes under it.
fn edge(area: Area, canvas: &mut Canvas<'_>) -> Area {
    let pen = canvas.pen();
    let x = area.right().saturating_sub(1);
    for y in area.y..area.bottom() {
        canvas.put_char(
            x,
            y,
            pen.look.lines(Weight::Light).vertical,
            pen.style(Role::Accent),
        );
    }
    Area {
        width: area.width.saturating_sub(1),
        ..area
    }
}

/// The signs before a row: cursor, mark, shell, forward.
struct Signs {
    cursor: Piece,
    mark: Piece,
    shell: Piece,
    forward: Piece,
}

/// Columns of the signs that every row has, and of a blank: forwards have one only while there are some.
fn gutter(app: &App, always: usize) -> usize {
    always + usize::from(forwards(app))
}

fn forwards(app: &App) -> bool {
    app.forwards.live().next().is_some()
}

fn signs(app: &App, uid: Option<&PodUid>, line: usize, pen: Pen<'_>) -> Signs {
    let sign = |mark: Option<Mark>, role| {
        let text = mark.map_or_else(|| " ".to_owned(), |mark| pen.look.mark(mark).to_string());
        Piece {
            text,
            style: pen.style(role),
        }
    };
    let cursor = (app.focus == Focus::List && line == app.list.line).then_some(Mark::Focus);
    let marked = uid
        .filter(|uid| app.list.is_marked(uid))
        .map(|_| Mark::Marked);
    let forward = uid
        .filter(|uid| app.forwards.leads_to(uid))
        .map(|_| Mark::Forwards);
    let shell = uid.and_then(|uid| shell_sign(app, uid));
    let (mark, role) = shell.map_or((None, Role::Text), |(mark, role)| (Some(mark), role));
    Signs {
        cursor: sign(cursor, Role::Accent),
        mark: sign(marked, Role::Accent),
        shell: sign(mark, role),
        forward: sign(forward, Role::Accent),
    }
}

/// What a pod's pane is doing, in one sign: trouble, out, receives, or just there.
fn shell_sign(app: &App, uid: &PodUid) -> Option<(Mark, Role)> {
    let mut signs = app
        .panes
        .values()
        .filter(|pane| pane.target.uid == *uid)
        .map(|pane| pane_sign(app, pane));
    let first = signs.next()?;
    Some(signs.fold(first, |worst, sign| {
        if rank(sign.0) > rank(worst.0) {
            sign
        } else {
            worst
        }
    }))
}

fn pane_sign(app: &App, pane: &Pane) -> (Mark, Role) {
    if pane.in_trouble() {
        return (Mark::Alert, Role::Bad);
    }
    let tab = app.tabs.of(pane.id).map(|tab| tab.id);
    let on = tab.is_some_and(|tab| matches!(app.broadcast_state(tab), Broadcast::On { .. }));
    match (&pane.phase, pane.membership) {
        (Phase::Ended(_), _) => (Mark::Shell, Role::Dim),
        (_, Membership::Receiving) if on && pane.life() == Life::Live => {
            (Mark::Receives, Role::Broadcast)
        }
        // Its border says so before the broadcast is switched on, too.
        (Phase::Live { .. }, Membership::OptedOut) => (Mark::Out, Role::Dim),
        (
            _,
            Membership::OptedOut | Membership::Held | Membership::NewShell | Membership::Joining,
        ) if on => (Mark::Out, Role::Dim),
        (Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. }, _) => {
            (Mark::Shell, Role::Accent)
        }
    }
}

const fn rank(mark: Mark) -> u8 {
    match mark {
        Mark::Alert => 3,
        Mark::Out => 2,
        Mark::Receives => 1,
        Mark::Focus
        | Mark::Proven
        | Mark::Refused
        | Mark::Marked
        | Mark::Shell
        | Mark::Differs
        | Mark::Live
        | Mark::Waiting
        | Mark::Cut
        | Mark::Dot
        | Mark::Drawer
        | Mark::Ascending
        | Mark::Forwards
        | Mark::Descending => 0,
    }
}

/// The look of a status word; the word itself says what the colour repeats.
const fn status_role(kind: StatusKind) -> Role {
    match kind {
        StatusKind::Trouble => Role::Bad,
        StatusKind::Waiting | StatusKind::Working => Role::Warn,
        StatusKind::Going | StatusKind::Done => Role::Dim,
        StatusKind::Ok => Role::Text,
    }
}

/// A pod's name in so many columns, what the filter found in it lit.
fn name(
    app: &App,
    row: &PodRow,
    columns: usize,
    scratch: &mut Scratch,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let whole = text::printable(&row.pod.name);
    let shown = pen.name(&whole, columns);
    let found = app
        .list
        .view
        .spec()
        .filter
        .highlights(&row.pod.name, scratch);
    let (plain, lit) = (pen.style(Role::Text), pen.style(Role::Match));
    let (all, kept) = (whole.chars().count(), shown.chars().count());
    let cut = if shown == whole {
        0
    } else {
        pen.cut().chars().count()
    };
    // The end of the name is what is left of it: characters are counted from there.
    let offset = all.saturating_sub(kept.saturating_sub(cut));
    let is_lit = |index: usize| {
        index >= cut
            && found
                .iter()
                .any(|range| range.contains(&(index - cut + offset)))
    };
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, c) in shown.chars().enumerate() {
        let style = if is_lit(index) { lit } else { plain };
        match pieces.last_mut() {
            Some(last) if last.style == style => last.text.push(c),
            Some(_) | None => pieces.push(Piece {
                text: c.to_string(),
                style,
            }),
        }
    }
    pieces
}

/// Puts pieces into so many columns, at the left of them.
fn padded(mut pieces: Vec<Piece>, columns: usize, pen: Pen<'_>) -> Vec<Piece> {
    let blanks = columns.saturating_sub(super::paint::width(&pieces));
    pieces.push(pen.own(&" ".repeat(blanks), Role::Text));
    pieces
}

/// Lays the look of the current row over what is drawn.
fn light_cursor(app: &App, area: Area, first: u16, canvas: &mut Canvas<'_>) {
    let row = app
        .list
        .line
        .checked_sub(app.list.top)
        .and_then(|row| u16::try_from(row).ok());
    let Some(row) = row.filter(|_| app.focus == Focus::List && !app.list.view.is_empty()) else {
        return;
    };
    let y = first.saturating_add(row);
    if y < area.bottom() {
        let bold = ratatui::style::Style::new().add_modifier(ratatui::style::Modifier::BOLD);
        canvas.restyle(
            Area {
                y,
                height: 1,
                ..area
            },
            bold,
        );
    }
}
