//! Owns pages of text over the whole screen: logs, describe, YAML, events, notices, and the page of keys. Called by `overlay`.

use std::ops::Range;

use crate::app::App;
use crate::app::bindings::Binding;
use crate::app::overlay::text_page::Follow;
use crate::app::overlay::{Help, PageKind, TextPage};
use crate::config::Role;
use crate::geometry::Area;
use crate::keys::Chord;
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells};
use crate::ui::text;
use crate::ui::words;

/// Columns from which the page of keys has room for the names of actions.
const NAMED_FROM: u16 = 96;

/// Columns from which most keys of an action stand in one line.
const ROOMY_FROM: u16 = 60;

/// Columns of an action's keys where there is room, and where there is little.
const WIDE: usize = 20;
const NARROW: usize = 14;

/// Columns of an action's name.
const NAME: usize = 18;

/// Blanks before an action's keys.
const INSET: usize = 2;

/// Between the screen's first and last row.
fn body(app: &App) -> Area {
    Area::new(
        0,
        1,
        app.terminal.cols(),
        app.terminal.rows().saturating_sub(2),
    )
}

/// Clears the screen but its last row, and draws the first one; `right` only where there is room beside `left`.
pub(super) fn title(app: &App, left: &[Piece], right: &str, canvas: &mut Canvas<'_>) {
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
    let place = page.place(usize::from(body.height));
    let place = place.map_or_else(String::new, |(first, last, all)| {
        format!("{first} to {last} of {all}")
    });
    let place = match page.follow {
        Follow::On if place.is_empty() => "following".to_owned(),
        Follow::On => format!("following · {place}"),
        Follow::Off => place,
    };
    title(app, &heading(app, page, pen), &place, canvas);
    for (y, (row, line)) in (body.y..body.bottom()).zip(page.shown()) {
        let x = 1 + cells(row.indent);
        let room = body.width.saturating_sub(x);
        let lit = page.found() == Some(row.line);
        canvas.pieces(
            x,
            y,
            room,
            &lit_pieces(page, line, row.bytes.clone(), lit, pen),
        );
    }
}

/// A row's part of a line, what is searched for lit in it; the match that the reader is at stands out.
fn lit_pieces(
    page: &TextPage,
    line: &str,
    bytes: Range<usize>,
    current: bool,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let plain = pen.style(Role::Text);
    let lit = if current {
        pen.reversed(Role::Match)
    } else {
        pen.style(Role::Match)
    };
    let mut pieces = Vec::new();
    let mut at = bytes.start;
    let mut push = |range: Range<usize>, style| {
        let text = line.get(range).unwrap_or_default().to_owned();
        if !text.is_empty() {
            pieces.push(Piece { text, style });
        }
    };
    let found = page
        .pattern
        .iter()
        .flat_map(|pattern| pattern.find_iter(line));
    for found in found {
        let range = found.start().max(bytes.start)..found.end().min(bytes.end);
        if range.is_empty() {
            continue;
        }
        push(at..range.start, plain);
        at = range.end;
        push(range, lit);
    }
    push(at..bytes.end, plain);
    pieces
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
        if let Some(container) = page
            .container
            .as_deref()
            .filter(|_| page.kind == PageKind::Logs)
        {
            line.extend([
                pen.own(" · ", Role::Dim),
                pen.foreign(container, Role::Text),
            ]);
        }
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
    let rows = app.settings.keys.help_rows(help.from, &help.query);
    title(app, &heading, &words::count(rows.len(), "action"), canvas);
    let across = Help::across(body.width);
    let width = body.width / across;
    let (mut column, mut row) = (0, 0);
    for block in help_blocks(app, &rows, help.scroll, width, pen) {
        if row > 0 && row + cells(block.len()) > body.height {
            (column, row) = (column + 1, 0);
        }
        if column == across {
            break;
        }
        // No blank line at the top of a column.
        let blank = usize::from(row == 0 && block.first().is_some_and(Vec::is_empty));
        for line in block.iter().skip(blank) {
            if row < body.height {
                let x = 1 + column * width;
                canvas.pieces(x, body.y + row, width.saturating_sub(1), line);
                row += 1;
            }
        }
    }
    if rows.is_empty() {
        let none = pen.own("No action is called that; Backspace shows more.", Role::Dim);
        canvas.pieces(1, body.y, body.width.saturating_sub(1), &[none]);
    }
}

/// Rows from `scroll` on in lines that stay together: the first one of a place with its heading.
fn help_blocks(
    app: &App,
    rows: &[&Binding],
    scroll: usize,
    columns: u16,
    pen: Pen<'_>,
) -> Vec<Vec<Vec<Piece>>> {
    let mut place = None;
    let block = |row: &&Binding| {
        let mut lines = Vec::new();
        if place != Some(row.place) {
            if place.is_some() {
                lines.push(Vec::new());
            }
            place = Some(row.place);
            lines.push(vec![pen.own(row.place.title(), Role::Accent)]);
        }
        lines.extend(help_row(app, row, columns, pen));
        lines
    };
    rows.iter().skip(scroll).map(block).collect()
}

/// A row, in as many lines as its keys and its words need.
fn help_row(app: &App, row: &Binding, columns: u16, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let chords = app.settings.keys.chords(row.place, row.action);
    let keys: Vec<String> = chords.iter().copied().map(Chord::written).collect();
    let longest = keys.iter().map(|key| text::width(key)).max().unwrap_or(0);
    let usual = if columns < ROOMY_FROM { NARROW } else { WIDE };
    let keys_to = usual.max(longest + INSET + 1);
    let keys = if keys.is_empty() {
        "no key".to_owned()
    } else {
        keys.join(" ")
    };
    let keys = text::wrapped(&keys, keys_to - INSET - 1);
    // The name is for the configuration; where there is little room what it does matters more.
    let named = columns >= NAMED_FROM;
    let before = 1 + keys_to + if named { NAME } else { 0 };
    let room = usize::from(columns).saturating_sub(before).max(1);
    let does = text::wrapped(row.help, room);
    let line = |at: usize| {
        let part = |lines: &[String]| lines.get(at).cloned().unwrap_or_default();
        let keys = format!("{:INSET$}{}", "", part(&keys));
        let mut line = vec![pen.own(&text::pad_right(&keys, keys_to), Role::Text)];
        if named {
            let name = if at == 0 { row.name } else { "" };
            line.push(pen.own(&text::pad_right(name, NAME), Role::Dim));
        }
        line.push(pen.own(&part(&does), Role::Text));
        line
    };
    (0..keys.len().max(does.len())).map(line).collect()
}
