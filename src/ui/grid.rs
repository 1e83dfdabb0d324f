//! Owns the way of a pane's cells into the frame. Called by `ui/pane.rs`.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier, Style};

use crate::geometry::Area;
use crate::screen::{CellRef, CellStyle, Color as PaneColor, Match, Point, Selection, View};

/// What is marked in a view besides its own colours.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Highlights<'a> {
    pub(super) matches: &'a [Match],
    pub(super) selection: Option<Selection>,
    pub(super) match_style: Style,
    pub(super) selection_style: Style,
}

/// Copies the cells of some parts of rows of `view` into `area`, where these parts are blank.
pub(super) fn draw(
    view: &View<'_>,
    area: Area,
    parts: impl Iterator<Item = (u16, Range<u16>)>,
    highlights: Highlights<'_>,
    buffer: &mut Buffer,
) {
    let plain = highlights.matches.is_empty() && highlights.selection.is_none();
    let blank = CellRef {
        width: 1,
        ..CellRef::default()
    };
    // Neighbours mostly look the same.
    let mut last = (CellStyle::default(), style(CellStyle::default()));
    for (row, columns) in parts {
        let mut col = columns.start;
        while col < columns.end {
            let cell = view.cell(row, col);
            if plain && cell == blank {
                // Most cells of most panes, and the buffer's own look like it.
                col += 1;
                continue;
            }
            let wide = cell.width == 2;
            let fits = !wide || col + 1 < area.width;
            if cell.style != last.0 {
                last = (cell.style, style(cell.style));
            }
            let point = Point {
                row: view.top_row() + usize::from(row),
                col,
            };
            let look = if plain {
                last.1
            } else {
                highlighted(last.1, point, highlights)
            };
            let (x, y) = (area.x + col, area.y + row);
            put(buffer, x, y, if fits { symbol(cell) } else { " " }, look);
            if wide && fits {
                put(buffer, x + 1, y, " ", look);
                col += 1;
            }
            col += 1;
        }
    }
}

fn put(buffer: &mut Buffer, x: u16, y: u16, symbol: &str, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_symbol(symbol).set_style(style);
    }
}

/// A trailing joiner would glue the cell to its neighbour in the outer terminal.
fn symbol(cell: CellRef<'_>) -> &str {
    match cell.text.trim_end_matches('\u{200D}') {
        "" => " ",
        text => text,
    }
}

fn highlighted(style: Style, point: Point, highlights: Highlights<'_>) -> Style {
    if highlights
        .selection
        .is_some_and(|selection| selected(selection, point))
    {
        return style.patch(highlights.selection_style);
    }
    let found = highlights
        .matches
        .iter()
        .any(|found| found.start <= point && point <= found.end);
    if found {
        style.patch(highlights.match_style)
    } else {
        style
    }
}

fn selected(selection: Selection, point: Point) -> bool {
    use crate::screen::SelectionShape as Shape;
    let (start, end) = if selection.start <= selection.end {
        (selection.start, selection.end)
    } else {
        (selection.end, selection.start)
    };
    match selection.shape {
        Shape::Stream => start <= point && point <= end,
        Shape::Line => (start.row..=end.row).contains(&point.row),
        Shape::Block => {
            let (left, right) = (start.col.min(end.col), start.col.max(end.col));
            (start.row..=end.row).contains(&point.row) && (left..=right).contains(&point.col)
        }
    }
}

fn style(cell: CellStyle) -> Style {
    let modifiers = [
        (cell.bold, Modifier::BOLD),
        (cell.dim, Modifier::DIM),
        (cell.italic, Modifier::ITALIC),
        (cell.underline, Modifier::UNDERLINED),
        (cell.inverse, Modifier::REVERSED),
        (cell.strike, Modifier::CROSSED_OUT),
    ];
    modifiers.into_iter().filter(|(set, _)| *set).fold(
        Style::new().fg(color(cell.fg)).bg(color(cell.bg)),
        |style, (_, modifier)| style.add_modifier(modifier),
    )
}

fn color(color: PaneColor) -> Color {
    match color {
        PaneColor::Default => Color::Reset,
        PaneColor::Indexed(index) => Color::Indexed(index),
        PaneColor::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}
