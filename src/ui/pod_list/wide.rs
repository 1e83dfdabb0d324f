//! Owns the wide list: one table over the whole width. Called by `pod_list`.

use crate::app::App;
use crate::app::layout::DRAWER_BELOW;
use crate::config::{ListColumn, Role};
use crate::geometry::Area;
use crate::inventory::{
    Grouping, ListLine, PodRow, Scratch, Usage, WorkloadGroup, human_duration, restarts_text,
    workload,
};
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::pod_list::columns::{GAP, Placed, Wanted, at_right, heading, place};
use crate::ui::pod_list::{
    empty, forwards, gutter, light_cursor, name, padded, signs, status_role,
};
use crate::ui::text;

/// Rows that are measured besides those on the screen, so that widths do not jump while it scrolls.
const MEASURED: usize = 300;

/// What all rows have in common.
struct Table {
    gutter: usize,
    narrow: bool,
    indent: usize,
    columns: Vec<Placed>,
}

/// Draws headings and rows.
pub(super) fn draw(app: &App, area: Area, canvas: &mut Canvas<'_>) {
    let body = Area {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    if app.list.view.is_empty() {
        return empty::draw(app, body, canvas);
    }
    let pen = canvas.pen();
    let range = app.list.top..app.list.top + usize::from(body.height);
    let lines: Vec<ListLine> = app.list.view.lines(range, &app.inventory).collect();
    let table = table(app, &lines, usize::from(area.width));
    let headings = headings(&table, pen);
    canvas.pieces(
        area.x.saturating_add(cells(table.gutter)),
        area.y,
        area.width.saturating_sub(cells(table.gutter)),
        &headings,
    );
    let mut scratch = Scratch::default();
    for (row, line) in (0..body.height).zip(&lines) {
        let pieces = line_pieces(
            app,
            &table,
            line,
            app.list.top + usize::from(row),
            &mut scratch,
            pen,
        );
        canvas.pieces(area.x, body.y + row, area.width, &pieces);
    }
    light_cursor(app, body, body.y, canvas);
}

fn line_pieces(
    app: &App,
    table: &Table,
    line: &ListLine,
    number: usize,
    scratch: &mut Scratch,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let uid = match line {
        ListLine::Pod(uid) => Some(uid),
        ListLine::Group(_) => None,
    };
    let signs = signs(app, uid, number, pen);
    let mut pieces = vec![signs.cursor, signs.mark];
    pieces.extend(Some(signs.shell).filter(|_| !app.panes.is_empty()));
    pieces.extend(Some(signs.forward).filter(|_| forwards(app)));
    pieces.push(pen.own(" ", Role::Text));
    for column in &table.columns {
        let cell = match line {
            ListLine::Group(group) => group_cell(app, group, *column, pen),
            ListLine::Pod(uid) => match app.inventory.get(uid) {
                Some(row) => cell(app, row, *column, table, scratch, pen),
                None => Vec::new(),
            },
        };
        pieces.extend(aligned(cell, *column, pen));
        pieces.push(pen.own(&" ".repeat(GAP), Role::Text));
    }
    pieces
}

fn aligned(cell: Vec<Piece>, column: Placed, pen: Pen<'_>) -> Vec<Piece> {
    if !at_right(column.column) {
        return padded(cell, column.width, pen);
    }
    let blanks = column.width.saturating_sub(width(&cell));
    std::iter::once(pen.own(&" ".repeat(blanks), Role::Text))
        .chain(cell)
        .collect()
}

fn headings(table: &Table, pen: Pen<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for column in &table.columns {
        let word = text::clip(heading(column.column, table.narrow), column.width);
        pieces.extend(aligned(vec![pen.own(&word, Role::Dim)], *column, pen));
        pieces.push(pen.own(&" ".repeat(GAP), Role::Text));
    }
    pieces
}

fn table(app: &App, lines: &[ListLine], columns: usize) -> Table {
    let gutter = gutter(app, if app.panes.is_empty() { 3 } else { 4 });
    let narrow = columns < usize::from(DRAWER_BELOW);
    let indent = match app.list.view.spec().grouping {
        Grouping::Flat => 0,
        Grouping::ByWorkload => 2,
    };
    let mut wanted: Vec<ListColumn> = app
        .settings
        .config
        .list
        .columns
        .iter()
        .copied()
        .filter(|column| app.measured || !measured(*column))
        .collect();
    if app.contexts.several() && !wanted.contains(&ListColumn::Context) {
        wanted.insert(0, ListColumn::Context);
    }
    if !wanted.contains(&ListColumn::Pod) {
        wanted.insert(0, ListColumn::Pod);
    }
    let measured: Vec<&PodRow> = app
        .list
        .view
        .pods(&app.inventory)
        .take(MEASURED)
        .chain(lines.iter().filter_map(|line| match line {
            ListLine::Pod(uid) => app.inventory.get(uid),
            ListLine::Group(_) => None,
        }))
        .collect();
    let want = |column: ListColumn| {
        let own = heading(column, narrow).len();
        let widest = measured
            .iter()
            .map(|row| text::width(&plain(app, row, column, narrow)))
            .max();
        let extra = if column == ListColumn::Pod { indent } else { 0 };
        Wanted {
            column,
            width: widest.unwrap_or(0).saturating_add(extra).max(own),
        }
    };
    let wanted: Vec<Wanted> = wanted.into_iter().map(want).collect();
    Table {
        gutter,
        narrow,
        indent,
        columns: place(&wanted, columns.saturating_sub(gutter + 1)),
    }
}

/// A column whose figures somebody has to measure.
const fn measured(column: ListColumn) -> bool {
    matches!(column, ListColumn::Cpu | ListColumn::Mem)
}

/// The text of a cell.
fn plain(app: &App, row: &PodRow, column: ListColumn, narrow: bool) -> String {
    match column {
        ListColumn::Context => app.contexts.get(&row.pod.context).map_or_else(
            || row.pod.context.to_string(),
            crate::app::ContextState::shown,
        ),
        ListColumn::Namespace => row.pod.namespace.to_string(),
        ListColumn::Pod => row.pod.name.to_string(),
        ListColumn::Ready => format!("{}/{}", row.ready.0, row.ready.1),
        ListColumn::Status => row.status.word.to_string(),
        ListColumn::Restarts if narrow => row.restarts.to_string(),
        ListColumn::Restarts => restarts_text(row.restarts, row.last_restart, app.unix()),
        ListColumn::Age => human_duration(app.unix().saturating_sub(row.created)),
        ListColumn::Node => row.node.to_string(),
        ListColumn::Ip => row.ip.to_string(),
        ListColumn::Owner => workload(row).to_string(),
        ListColumn::Cpu => row.usage.map(Usage::cpu).unwrap_or_default(),
        ListColumn::Mem => row.usage.map(Usage::memory).unwrap_or_default(),
        ListColumn::Containers => row
            .containers
            .iter()
            .map(|container| &*container.name)
            .collect::<Vec<_>>()
            .join(", "),
    }
}

fn cell(
    app: &App,
    row: &PodRow,
    placed: Placed,
    table: &Table,
    scratch: &mut Scratch,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let words = || plain(app, row, placed.column, table.narrow);
    let role = match placed.column {
        ListColumn::Pod => {
            let indent = pen.own(&" ".repeat(table.indent), Role::Text);
            let columns = placed.width.saturating_sub(table.indent);
            return std::iter::once(indent)
                .chain(name(app, row, columns, scratch, pen))
                .collect();
        }
        ListColumn::Context => {
            let context = app.contexts.get(&row.pod.context);
            let name = context.map(|context| contexts::name(context, app, pen));
            return name
                .map(|name| Piece {
                    text: pen.name(&name.text, placed.width),
                    ..name
                })
                .into_iter()
                .collect();
        }
        ListColumn::Namespace => {
            return vec![Piece {
                text: pen.name(&words(), placed.width),
                style: pen.style(Role::Text),
            }];
        }
        ListColumn::Containers => return containers(row, placed.width, pen),
        ListColumn::Owner => {
            return vec![Piece {
                text: pen.name(&words(), placed.width),
                style: pen.style(Role::Dim),
            }];
        }
        ListColumn::Status => status_role(row.status.kind),
        ListColumn::Ready if row.ready.0 < row.ready.1 => Role::Warn,
        ListColumn::Restarts if row.restarts > 0 => Role::Warn,
        ListColumn::Ready
        | ListColumn::Restarts
        | ListColumn::Age
        | ListColumn::Cpu
        | ListColumn::Mem => Role::Text,
        ListColumn::Node | ListColumn::Ip => Role::Dim,
    };
    vec![Piece {
        text: pen.start(&words(), placed.width),
        style: pen.style(role),
    }]
}

/// `redis, exporter`; where they do not fit, whole names and how many more: `redis +1`.
fn containers(row: &PodRow, columns: usize, pen: Pen<'_>) -> Vec<Piece> {
    let names: Vec<&str> = row.containers.iter().map(|one| &*one.name).collect();
    let written = |shown: usize| {
        let first = names.get(..shown).unwrap_or_default().join(", ");
        match names.len().saturating_sub(shown) {
            0 => first,
            more => format!("{first} +{more}"),
        }
    };
    let fits = |words: &String| text::width(words) <= columns;
    let whole = (1..=names.len()).rev().map(written).find(fits);
    let words = whole.unwrap_or_else(|| pen.name(&names.join(", "), columns));
    vec![pen.foreign(&words, Role::Dim)]
}

fn group_cell(app: &App, group: &WorkloadGroup, placed: Placed, pen: Pen<'_>) -> Vec<Piece> {
    match placed.column {
        ListColumn::Context => {
            let context = app.contexts.get(&group.context);
            context
                .map(|context| contexts::name(context, app, pen))
                .into_iter()
                .collect()
        }
        ListColumn::Namespace => {
            vec![Piece {
                text: pen.name(&group.namespace, placed.width),
                style: pen.style(Role::Text),
            }]
        }
        ListColumn::Pod => {
            vec![Piece {
                text: pen.name(&group.name, placed.width),
                style: pen.style(Role::Accent),
            }]
        }
        ListColumn::Ready => {
            let role = if group.ready < group.pods {
                Role::Warn
            } else {
                Role::Text
            };
            vec![pen.own(&format!("{}/{}", group.ready, group.pods), role)]
        }
        ListColumn::Status
        | ListColumn::Restarts
        | ListColumn::Age
        | ListColumn::Node
        | ListColumn::Ip
        | ListColumn::Owner
        | ListColumn::Cpu
        | ListColumn::Mem
        | ListColumn::Containers => Vec::new(),
    }
}
