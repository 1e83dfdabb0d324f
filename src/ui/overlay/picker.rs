//! Owns lists to choose from: namespaces, contexts, containers, panes, the palette. Called by `overlay`.

use ratatui::layout::Position;

use crate::app::App;
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::{Picker, PickerKind};
use crate::config::{Mark, Role};
use crate::keys::Chord;
use crate::ui::overlay::dialog;
use crate::ui::paint::{Canvas, Pen, Piece};
use crate::ui::status_line::window;
use crate::ui::text;

/// Most rows shown at once.
const ROWS: usize = 16;

/// Columns of cursor, mark and a blank.
const GUTTER: usize = 3;

/// How a row's cells are shared.
#[derive(Clone, Copy)]
struct Columns {
    room: usize,
    name: usize,
}

/// Draws a picker; the place of its cursor.
pub(super) fn draw(app: &App, picker: &Picker, canvas: &mut Canvas<'_>) -> Option<Position> {
    let pen = canvas.pen();
    let room = dialog::room(app);
    let shown = picker.shown();
    let blank = usize::from(dialog::is_roomy(app));
    let rows = dialog::height(app).saturating_sub(1 + blank).clamp(1, ROWS);
    let top = (picker.cursor + 1)
        .saturating_sub(rows)
        .min(shown.len().saturating_sub(1));
    let (typed, column) = window(&picker.query, room.saturating_sub(1), pen);
    let mut lines = vec![vec![
        pen.own("/", Role::Dim),
        Piece {
            text: typed,
            style: pen.style(Role::Text),
        },
    ]];
    lines.extend(std::iter::repeat_n(Vec::new(), blank));
    let texts = shown.iter().filter_map(|index| picker.rows.get(*index));
    let widest = texts.map(|row| text::width(&row.text)).max().unwrap_or(0);
    let columns = Columns {
        room,
        name: widest.min(room.saturating_sub(GUTTER) / 2),
    };
    for (position, index) in shown.iter().enumerate().skip(top).take(rows) {
        if let Some(row) = picker.rows.get(*index) {
            lines.push(row_pieces(row, position == picker.cursor, columns, pen));
        }
    }
    if shown.is_empty() {
        lines.push(vec![pen.own(nothing(&picker.kind), Role::Dim)]);
    }
    let title = format!(
        "{} · {} of {}",
        title(app, &picker.kind),
        shown.len(),
        picker.rows.len()
    );
    let inner = dialog::draw(app, &title, &lines, canvas);
    let column = column.saturating_add(1);
    (column < inner.width && inner.height > 0).then(|| Position::new(inner.x + column, inner.y))
}

/// Name, what is known of it, and a key at the right end.
fn row_pieces(row: &PickerRow, current: bool, columns: Columns, pen: Pen<'_>) -> Vec<Piece> {
    let cursor = if current {
        pen.look.mark(Mark::Focus)
    } else {
        ' '
    };
    let mark = if row.marked {
        pen.look.mark(Mark::Marked)
    } else {
        ' '
    };
    let style = pen.style(if current { Role::Accent } else { Role::Text });
    let (aside, key) = split_key(&row.aside);
    let name = text::pad_right(&pen.name(&row.text, columns.name), columns.name + 2);
    let left = columns.room.saturating_sub(GUTTER + columns.name + 2);
    let aside = pen.start(aside, left.saturating_sub(text::width(&key) + 1));
    let aside = text::pad_right(
        &pen.look.words(&aside),
        left.saturating_sub(text::width(&key)),
    );
    vec![
        pen.own(&format!("{cursor}{mark} "), Role::Accent),
        Piece { text: name, style },
        Piece {
            text: aside,
            style: pen.style(Role::Dim),
        },
        pen.own(&key, Role::Accent),
    ]
}

/// The palette puts the key of an action at the end, apart by three blanks.
fn split_key(aside: &str) -> (&str, String) {
    match aside.rsplit_once("   ") {
        Some((help, key)) => {
            let shown = key.parse().map_or_else(|_| key.to_owned(), Chord::written);
            (help, shown)
        }
        None => (aside, String::new()),
    }
}

fn title(app: &App, kind: &PickerKind) -> String {
    match kind {
        PickerKind::Namespaces(context) => {
            let shown = app
                .contexts
                .get(context)
                .map(crate::app::ContextState::shown);
            format!(
                "namespaces of {}",
                shown.unwrap_or_else(|| context.to_string())
            )
        }
        PickerKind::Contexts => "contexts".to_owned(),
        PickerKind::Container(_, whose) => format!("container for {whose}"),
        PickerKind::Palette => "palette".to_owned(),
        PickerKind::Panes => "find a pane".to_owned(),
        PickerKind::LogContainer => "log of which container".to_owned(),
        PickerKind::Links(pod) => format!("linked by {}", text::printable(pod)),
        PickerKind::Matches { pattern } => format!("found: {}", text::printable(pattern)),
    }
}

const fn nothing(kind: &PickerKind) -> &'static str {
    match kind {
        PickerKind::Namespaces(_) => "None is listed; Enter takes the name as it is typed.",
        PickerKind::Contexts
        | PickerKind::Container(..)
        | PickerKind::Palette
        | PickerKind::Matches { .. }
        | PickerKind::Links(_)
        | PickerKind::LogContainer
        | PickerKind::Panes => "Nothing is called that; Backspace shows more.",
    }
}
