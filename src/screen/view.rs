//! Owns what a reader of a pane sees: cells, colours, the cursor. Knows nothing of ratatui and of how bytes become cells.
//! `ui` draws from it.

use super::parser::{Grid, cell_ref};

/// A colour as the program named it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Color {
    /// The outer terminal's own foreground or background.
    #[default]
    Default,
    /// An entry of the 256-colour palette.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// How one cell is painted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent attribute of a cell"
)]
pub struct CellStyle {
    pub fg: Color,
    pub bg: Color,
    pub bold: bool,
    pub dim: bool,
    pub italic: bool,
    pub underline: bool,
    pub inverse: bool,
    pub strike: bool,
}

/// One cell as it is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CellRef<'a> {
    /// A base character with its combining marks; empty for a blank cell.
    pub text: &'a str,
    /// Columns taken: 1, 2, or 0 for the second half of a wide character.
    pub width: u8,
    pub style: CellStyle,
}

/// The form that the program gave the cursor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum CursorShape {
    /// Whatever the outer terminal uses.
    #[default]
    Default,
    BlinkingBlock,
    Block,
    BlinkingUnderline,
    Underline,
    BlinkingBar,
    Bar,
}

/// The visible cursor of a pane, 0-based in its grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    pub row: u16,
    pub col: u16,
    pub shape: CursorShape,
}

/// One place in a pane: history and grid together.
///
/// Rows are numbered from the first row that the pane ever showed, so a point stays true while output
/// arrives and old rows are dropped; `Screen::first_row` is the oldest one kept. Only a change of the
/// pane's width renumbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Point {
    pub row: usize,
    pub col: u16,
}

/// Cells found by a search; `end` is the last cell, inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Match {
    pub start: Point,
    pub end: Point,
}

/// Which cells lie between the two ends of a selection.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SelectionShape {
    /// As text runs, from one end to the other.
    #[default]
    Stream,
    /// Whole lines, soft wraps included.
    Line,
    /// A rectangle.
    Block,
}

/// Selected cells; both ends belong to it and may stand in either order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Selection {
    pub start: Point,
    pub end: Point,
    pub shape: SelectionShape,
}

/// A place in the history that stays put while output arrives, rows are dropped and the width changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Anchor {
    /// Number of the logical line, counted from the start of the pane.
    pub(super) line: u64,
    /// Column of the logical line at which the anchored row starts.
    pub(super) column: usize,
}

/// The rows of a pane as they are to be drawn: those of the history first, then those of the grid.
pub struct View<'a> {
    pub(super) grid: &'a Grid,
    pub(super) history: Vec<HistoryRow<'a>>,
    pub(super) top_row: usize,
}

/// One row of the history, its cells in order.
#[derive(Default)]
pub(super) struct HistoryRow<'a> {
    pub(super) cells: Vec<CellRef<'a>>,
    pub(super) wrapped: bool,
}

impl<'a> View<'a> {
    /// The cell at a row and column of the view; blank outside of it.
    pub fn cell(&self, row: u16, col: u16) -> CellRef<'a> {
        if let Some(line) = self.history.get(usize::from(row)) {
            let blank = CellRef {
                width: 1,
                ..CellRef::default()
            };
            return line.cells.get(usize::from(col)).copied().unwrap_or(blank);
        }
        cell_ref(self.grid, self.grid_row(row), col)
    }

    /// The number of the first row shown, see [`Point`].
    pub fn top_row(&self) -> usize {
        self.top_row
    }

    /// Whether the row runs on into the next one.
    pub fn wrapped(&self, row: u16) -> bool {
        match self.history.get(usize::from(row)) {
            Some(line) => line.wrapped,
            None => self.grid.row_wrapped(self.grid_row(row)),
        }
    }

    fn grid_row(&self, row: u16) -> u16 {
        row.saturating_sub(u16::try_from(self.history.len()).unwrap_or(u16::MAX))
    }
}
