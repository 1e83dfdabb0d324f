//! Owns one pane on the screen: its title line, its rail, its cells and the slip at its foot. Called by `frame`.

mod sign;
mod slip;
mod title;

use std::ops::Range;

use ratatui::layout::Position;
use ratatui::style::{Modifier, Style};

use crate::app::layout::PanePlace;
use crate::app::{App, Focus, Pane};
use crate::config::{Role, Weight};
use crate::geometry::Area;
use crate::ids::{PaneId, TabId};
use crate::screen::Match;
use crate::session::broadcast::{Broadcast, Life};
use crate::session::{Membership, answer};
use crate::ui::drawn::{Kept, KeptPanes};
use crate::ui::grid::{self, Highlights};
use crate::ui::paint::{Canvas, Pen};
use crate::workspace::Zoom;

use sign::{Answer, Reception, Sign};

/// Parts of panes' rows that look as they did in the frame before.
pub(super) fn standing(app: &App, kept: &KeptPanes) -> Vec<Area> {
    let mut standing = Vec::new();
    for place in &app.layout.panes {
        if let Some(pane) = app.panes.get(&place.pane) {
            let inner = place.inner;
            let before = before(pane, inner, kept);
            for row in 0..inner.height {
                let fresh = fresh_columns(pane, inner, row, before);
                let part = |columns: Range<u16>| {
                    let width = columns.end - columns.start;
                    Area::new(inner.x + columns.start, inner.y + row, width, 1)
                };
                standing.extend([part(0..fresh.start), part(fresh.end..inner.width)]);
            }
        }
    }
    standing.retain(|part| !part.is_empty());
    standing
}

/// Draws the panes of the shown page; where slips lie over their cells.
pub(super) fn draw_all(app: &App, kept: &mut KeptPanes, canvas: &mut Canvas<'_>) -> Vec<Area> {
    let mut slips = Vec::new();
    let Some(tab) = app.tabs.active() else {
        return slips;
    };
    let odd = odd_answers(app, tab.id);
    for place in &app.layout.panes {
        if let Some(pane) = app.panes.get(&place.pane) {
            let answer = if odd.contains(&pane.id) {
                Answer::Differs
            } else {
                Answer::Same
            };
            let sign = sign::sign(pane, reception(app, tab.id, answer), app.now);
            frame(app, pane, *place, &sign, canvas);
            cells(pane, place.inner, kept, canvas);
            canvas.take_painted();
            slip(app, pane, *place, canvas);
            slips.push(canvas.take_painted());
            if shows_live(pane) {
                keep(app, pane, place.inner, kept);
            }
        }
    }
    slips
}

fn keep(app: &App, pane: &Pane, area: Area, kept: &mut KeptPanes) {
    let screen = app.terminal;
    if area.right() <= screen.cols() && area.bottom() <= screen.rows() {
        let revision = pane.screen.revision();
        kept.keep(pane.session, Kept { revision, area });
    }
}

/// What is scrolled, searched or selected changes without output.
fn shows_live(pane: &Pane) -> bool {
    pane.scroll.is_none() && pane.scrolled_back() == 0
}

/// How a pane stands in the frame before, where it is drawn alike.
fn before(pane: &Pane, inner: Area, kept: &KeptPanes) -> Option<Kept> {
    kept.before(pane.session, inner)
        .filter(|_| shows_live(pane))
}

/// The columns of a pane's row that are not in the frame already, whole characters.
fn fresh_columns(pane: &Pane, inner: Area, row: u16, before: Option<Kept>) -> Range<u16> {
    let Some(kept) = before else {
        return 0..inner.width;
    };
    let changed = pane.screen.changed_since(kept.revision, row);
    let (mut start, mut end) = (changed.start.min(inner.width), changed.end.min(inner.width));
    if start < end {
        let view = pane.screen.view(0);
        start -= u16::from(start > 0 && view.cell(row, start).width == 0);
        end += u16::from(end < inner.width && view.cell(row, end).width == 0);
    }
    start..end
}

fn reception(app: &App, tab: TabId, answer: Answer) -> Reception {
    match app.broadcast_state(tab) {
        Broadcast::Off => Reception::Off,
        Broadcast::On { .. } => Reception::On(answer),
    }
}

/// The receiving panes whose answer to the last line is not that of more than half of them.
fn odd_answers(app: &App, tab: TabId) -> Vec<PaneId> {
    let receives =
        |pane: &&Pane| pane.membership == Membership::Receiving && pane.life() == Life::Live;
    let panes: Vec<&Pane> = app.panes_of(tab).filter(receives).collect();
    let answers: Vec<_> = panes.iter().map(|pane| pane.answer.answer()).collect();
    answer::odd_ones(&answers)
        .into_iter()
        .filter_map(|at| panes.get(at).map(|pane| pane.id))
        .collect()
}

/// The title line and the rail.
fn frame(app: &App, pane: &Pane, place: PanePlace, sign: &Sign, canvas: &mut Canvas<'_>) {
    let focused = app.focus == Focus::Panes && is_focus(app, pane);
    let pen = canvas.pen();
    let line = line_style(app, sign.weight, focused, pen);
    let zoomed = app.tabs.active().is_some_and(|tab| tab.zoom == Zoom::On);
    let stand = title::Stand {
        focused,
        zoomed,
        line,
    };
    let title = title::compose(
        usize::from(place.outer.width),
        &name(app, pane, pen),
        sign,
        stand,
        pen,
    );
    if place.outer.height > 0 {
        canvas.pieces(place.outer.x, place.outer.y, place.outer.width, &title);
    }
    if !zoomed {
        rail(
            place.outer,
            pen.look.lines(sign.weight).vertical,
            line,
            canvas,
        );
        thumb(pane, place, canvas);
    }
}

fn is_focus(app: &App, pane: &Pane) -> bool {
    app.tabs.active().is_some_and(|tab| tab.focus() == pane.id)
}

fn line_style(app: &App, weight: Weight, focused: bool, pen: Pen<'_>) -> Style {
    match weight {
        // Heavy lines say where keys go; with the focus on the list they go nowhere yet.
        Weight::Heavy if app.focus == Focus::List => {
            pen.style(Role::Line).add_modifier(Modifier::DIM)
        }
        Weight::Heavy => pen.style(Role::Broadcast),
        Weight::Double => pen.style(Role::Bad).remove_modifier(Modifier::REVERSED),
        Weight::Light if focused => pen.style(Role::Accent),
        Weight::Light => pen.style(Role::Line),
    }
}

fn name(app: &App, pane: &Pane, pen: Pen<'_>) -> title::Name {
    let pod = &pane.target.pod;
    let context = app
        .contexts
        .get(&pod.context)
        .filter(|_| app.contexts.several());
    let context =
        context.map(|context| (context.shown(), super::contexts::style(context, app, pen)));
    title::Name {
        context,
        pod: pod.name.to_string(),
        container: pane.target.container.to_string(),
    }
}

fn rail(outer: Area, vertical: char, style: Style, canvas: &mut Canvas<'_>) {
    if outer.width == 0 {
        return;
    }
    for y in outer.y.saturating_add(1)..outer.bottom() {
        canvas.put_char(outer.x, y, vertical, style);
    }
}

/// While a pane is scrolled back its rail shows where.
fn thumb(pane: &Pane, place: PanePlace, canvas: &mut Canvas<'_>) {
    let back = pane.scrolled_back();
    if back == 0 || place.outer.width == 0 {
        return;
    }
    let pen = canvas.pen();
    let (mark, style) = (pen.look.thumb(), pen.style(Role::Accent));
    for row in thumb_rows(place.inner.height, pane.screen.history_rows(), back) {
        canvas.put_char(
            place.outer.x,
            place.inner.y.saturating_add(row),
            mark,
            style,
        );
    }
}

/// The rows of a rail that stand for what is seen of `history` rows and a screenful, `back` rows above the end.
fn thumb_rows(height: u16, history: usize, back: usize) -> Range<u16> {
    let rail = usize::from(height);
    let all = (history + rail).max(1);
    let length = (rail * rail / all).max(1).min(rail);
    let room = rail - length;
    let start = history.saturating_sub(back) * room / history.max(1);
    let cell = |row: usize| u16::try_from(row).unwrap_or(u16::MAX);
    cell(start)..cell(start + length)
}

fn cells(pane: &Pane, inner: Area, kept: &KeptPanes, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let scroll = pane.scroll.as_ref();
    let view = pane.screen.view(pane.scrolled_back());
    let rows = view.top_row()..view.top_row() + usize::from(inner.height);
    let in_view = |found: &&Match| found.start.row < rows.end && found.end.row >= rows.start;
    let matches: Vec<Match> = scroll
        .map(|scroll| scroll.matches.iter().filter(in_view).copied().collect())
        .unwrap_or_default();
    let highlights = Highlights {
        matches: &matches,
        selection: scroll.and_then(crate::app::pane::ScrollMode::selection),
        match_style: pen.style(Role::Match),
        selection_style: pen.style(Role::Selection),
    };
    let before = before(pane, inner, kept);
    let parts = (0..inner.height).map(|row| (row, fresh_columns(pane, inner, row, before)));
    grid::draw(&view, inner, parts, highlights, canvas.buffer());
}

/// The rows at the foot that the slip covers.
fn slip(app: &App, pane: &Pane, place: PanePlace, canvas: &mut Canvas<'_>) {
    if place.outer.height < slip::LEAST_ROWS || pane.scroll.is_some() {
        return;
    }
    let around = slip::Circumstances {
        keys: &app.settings.keys,
        grace: app.settings.config.timeouts.grace,
        now: app.now,
    };
    let columns = usize::from(place.inner.width.saturating_sub(1));
    let lines = slip::rows(pane, columns, around);
    let pen = canvas.pen();
    let (rail, style) = (pen.look.slip().to_string(), pen.style(Role::Note));
    let inner = place.inner;
    for (row, line) in (0..).zip(lines.iter().rev()) {
        let y = inner.bottom().saturating_sub(1 + row);
        canvas.clear(
            Area {
                y,
                height: 1,
                ..inner
            },
            style,
        );
        let x = canvas.print(inner.x, y, inner.width, &rail, style);
        let room = inner.right().saturating_sub(x);
        let text = pen.look.words(&pen.start(line, usize::from(room)));
        canvas.print(x, y, room, &text, style);
    }
}

/// Whether the session of the focused pane is over and the pane has too few rows to say what follows.
pub(super) fn lacks_slip(app: &App) -> bool {
    let Some(pane) = app.focused_pane().filter(|pane| !pane.may_run()) else {
        return false;
    };
    let mut places = app.layout.panes.iter();
    let place = places.find(|place| place.pane == pane.id);
    place.is_none_or(|place| place.outer.height < slip::LEAST_ROWS)
}

/// Where the cursor of the outer terminal stands while the keys go to a pane.
pub(super) fn cursor(app: &App) -> Option<Position> {
    let pane = app.focused_pane()?;
    let place = app
        .layout
        .panes
        .iter()
        .find(|place| place.pane == pane.id)?;
    let (row, col) = match &pane.scroll {
        Some(scroll) => {
            let top = pane.screen.view(pane.scrolled_back()).top_row();
            (
                u16::try_from(scroll.cursor.row.checked_sub(top)?).ok()?,
                scroll.cursor.col,
            )
        }
        None if pane.scrolled_back() > 0 || !pane.may_run() => return None,
        None => pane
            .screen
            .cursor()
            .map(|cursor| (cursor.row, cursor.col))?,
    };
    let inner = place.inner;
    let inside = row < inner.height && col < inner.width;
    inside.then(|| Position::new(inner.x + col, inner.y + row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_thumb_stands_at_both_ends() {
        assert_eq!(thumb_rows(10, 990, 990), 0..1);
        assert_eq!(thumb_rows(10, 990, 1), 8..9);
        assert_eq!(thumb_rows(10, 990, 0), 9..10);
        assert_eq!(thumb_rows(10, 10, 10), 0..5);
        assert_eq!(thumb_rows(0, 10, 10), 0..0);
    }

    proptest! {
        #[test]
        fn the_thumb_is_on_the_rail(height in 0_u16..200, history in 0_usize..100_000, back in 0_usize..120_000) {
            let rows = thumb_rows(height, history, back);
            prop_assert!(rows.start <= rows.end && rows.end <= height, "{rows:?}");
        }
    }
}
