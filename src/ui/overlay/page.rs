//! Owns pages of text over the whole screen: logs, describe, YAML, events, notices, and the page of keys. Called by `overlay`.

use crate::app::App;
use crate::app::bindings::{self, Binding};
use crate::app::overlay::text_page::PageState;
use crate::app::overlay::{Help, TextPage};
use crate::config::Role;
use crate::geometry::Area;
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells};
use crate::ui::text;
use crate::ui::words;

/// Columns from which the page of keys has room for the names of actions.
const NAMED_FROM: u16 = 100;

/// Between the screen's first and last row.
fn body(app: &App) -> Area {
    Area::new(
        0,
        1,
        app.terminal.cols(),
        app.terminal.rows().saturating_sub(2),
    )
}

fn title(app: &App, left: &[Piece], right: &str, canvas: &mut Canvas<'_>) {
    let (pen, columns) = (canvas.pen(), app.terminal.cols());
    let whole = Area::new(0, 0, columns, app.terminal.rows().saturating_sub(1).max(1));
    canvas.clear(whole, pen.style(Role::Text));
    let end = canvas.pieces(0, 0, columns, left);
    let right = pen.own(right, Role::Dim);
    let x = columns
        .saturating_sub(1)
        .saturating_sub(cells(right.width()));
    if x > end.saturating_add(1) {
        canvas.pieces(x, 0, columns.saturating_sub(x), &[right]);
    }
}

/// Draws a page of text.
pub(super) fn draw(app: &App, page: &TextPage, canvas: &mut Canvas<'_>) {
    let (pen, body) = (canvas.pen(), body(app));
    let lines = page.lines();
    let top = page.scroll.min(lines.len().saturating_sub(1));
    let shown = usize::from(body.height).min(lines.len() - top.min(lines.len()));
    let place = match &page.state {
        PageState::Shown(kept) if !kept.is_empty() => {
            format!("{} to {} of {}", top + 1, top + shown, lines.len())
        }
        PageState::Asked | PageState::Shown(_) | PageState::Failed(_) => String::new(),
    };
    title(app, &heading(app, page, pen), &place, canvas);
    for (row, line) in (0..body.height).zip(lines.iter().skip(top)) {
        let line = text::printable(&line.replace('\t', "    "));
        canvas.print(
            1,
            body.y + row,
            body.width.saturating_sub(1),
            &line,
            pen.style(Role::Text),
        );
    }
}

fn heading(app: &App, page: &TextPage, pen: Pen<'_>) -> Vec<Piece> {
    let mut line = vec![pen.own(
        &format!(" {}  ", page.kind.word().to_uppercase()),
        Role::Accent,
    )];
    if let Some(pod) = &page.pod {
        if let Some(context) = app.contexts.get(&pod.context) {
            line.extend([contexts::name(context, app, pen), pen.own(" · ", Role::Dim)]);
        }
        line.push(pen.foreign(&pod.to_string(), Role::Text));
    }
    line
}

/// Draws the page of keys.
pub(super) fn draw_help(app: &App, help: &Help, canvas: &mut Canvas<'_>) {
    let (pen, body) = (canvas.pen(), body(app));
    let mut heading = vec![pen.own(" KEYS  ", Role::Accent)];
    if help.query.is_empty() {
        heading.push(pen.own("type to search", Role::Dim));
    } else {
        heading.extend([
            pen.own("search ", Role::Dim),
            pen.foreign(&help.query, Role::Text),
        ]);
    }
    let rows = bindings::help_rows(help.from, &help.query);
    title(app, &heading, &words::count(rows.len(), "action"), canvas);
    let lines = help_lines(app, &rows, help.scroll, pen);
    for (row, line) in (0..body.height).zip(&lines) {
        canvas.pieces(1, body.y + row, body.width.saturating_sub(1), line);
    }
    if rows.is_empty() {
        let none = pen.own("No action is called that; Backspace shows more.", Role::Dim);
        canvas.pieces(1, body.y, body.width.saturating_sub(1), &[none]);
    }
}

/// Rows from `scroll` on, under the heading of their place.
fn help_lines(app: &App, rows: &[&Binding], scroll: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    let mut place = None;
    for row in rows.iter().skip(scroll) {
        if place != Some(row.place) {
            if place.is_some() {
                lines.push(Vec::new());
            }
            place = Some(row.place);
            lines.push(vec![pen.own(row.place.title(), Role::Accent)]);
        }
        lines.push(help_row(app, row, pen));
    }
    lines
}

fn help_row(app: &App, row: &Binding, pen: Pen<'_>) -> Vec<Piece> {
    let chords = app.settings.keys.chords(row.place, row.action);
    let keys: Vec<String> = chords.iter().copied().map(words::key).collect();
    let keys = if keys.is_empty() {
        "no key".to_owned()
    } else {
        keys.join(" ")
    };
    let mut line = vec![pen.own(&text::pad_right(&format!("  {keys}"), 20), Role::Text)];
    // The name is for the configuration; where there is little room what it does matters more.
    if app.terminal.cols() >= NAMED_FROM {
        line.push(pen.own(&text::pad_right(row.name, 18), Role::Dim));
    }
    line.push(pen.own(row.help, Role::Text));
    line
}
