//! Owns reading a pane: the view to draw, places that stay put, text and matches. Part of `Screen`.

mod select;

use super::Screen;
use super::history::{History, Line};
use super::parser::Grid;
use super::view::{Anchor, CellRef, HistoryRow, View};

impl Screen {
    fn history(&self) -> &History {
        self.terminal.parser.history()
    }

    /// The grid that is shown: the one before an open synchronised update.
    fn shown(&self) -> &Grid {
        match &self.terminal.held {
            Some(held) => &held.grid,
            None => self.terminal.parser.grid(),
        }
    }

    /// Whether the newest line of the history goes on in the grid that is shown.
    fn runs_on(&self) -> bool {
        !self.alternate_screen() && self.terminal.parser.history_runs_on()
    }

    fn cols(&self) -> usize {
        usize::from(self.size().cols())
    }

    /// Rows of history above the live grid.
    pub fn history_rows(&self) -> usize {
        self.history().rows()
    }

    /// Memory that the history takes. Bytes.
    pub fn history_bytes(&self) -> usize {
        self.history().bytes()
    }

    /// Drops the oldest history until at most `bytes` are left: how a budget over all panes is kept.
    pub fn shrink_history(&mut self, bytes: usize) {
        self.touch();
        self.terminal.parser.history_mut().shrink(bytes);
    }

    /// The number of the oldest row kept, see [`super::Point`].
    pub fn first_row(&self) -> usize {
        self.history().first_row()
    }

    /// The rows to draw, `scrolled_back` rows above the live grid (clamped to the history).
    pub fn view(&self, scrolled_back: usize) -> View<'_> {
        let back = scrolled_back.min(self.history_rows());
        let top = self.history_rows() - back;
        let rows = usize::from(self.size().rows());
        let mut history = self.rows_from(top, back.min(rows));
        if back <= rows
            && let Some(last) = history.last_mut()
        {
            last.wrapped = self.runs_on();
        }
        View {
            grid: self.shown(),
            history,
            top_row: self.first_row() + top,
        }
    }

    /// History rows, `top` counted from the oldest one kept.
    fn rows_from(&self, top: usize, count: usize) -> Vec<HistoryRow<'_>> {
        let mut found = Vec::with_capacity(count);
        let Some((_, line, within)) = self.history().line_at(top) else {
            return found;
        };
        if count > 0 {
            place(&line, within, self.cols(), count, &mut found);
        }
        while found.len() < count {
            let Some((_, line, within)) = self.history().line_at(top + found.len()) else {
                break;
            };
            place(&line, within, self.cols(), count, &mut found);
        }
        found
    }

    /// Remembers the row at the top of that view, so that it can be found again after more output or a resize.
    pub fn anchor(&self, scrolled_back: usize) -> Anchor {
        let history = self.history();
        let row = history.rows().saturating_sub(scrolled_back);
        match history.line_at(row) {
            Some((number, line, within)) => Anchor {
                line: number,
                column: line.column_of_row(within, self.cols()),
            },
            None => Anchor {
                line: u64::MAX,
                column: 0,
            },
        }
    }

    /// How far back the anchored row is now; the oldest row when it has been dropped.
    pub fn scrolled_back(&self, anchor: Anchor) -> usize {
        let history = self.history();
        if anchor.line < history.first_line() {
            return history.rows();
        }
        let Some((row, line)) = history.row_of(anchor.line) else {
            return 0;
        };
        history.rows() - row - line.row_of_column(anchor.column, self.cols())
    }
}

/// Appends the rows of a line from one of them on.
fn place<'a>(
    line: &Line<'a>,
    from: usize,
    cols: usize,
    most: usize,
    found: &mut Vec<HistoryRow<'a>>,
) {
    let start = found.len();
    let rows = line.rows(cols);
    let count = rows.saturating_sub(from).min(most - start);
    found.extend((0..count).map(|offset| HistoryRow {
        cells: Vec::new(),
        wrapped: from + offset + 1 < rows,
    }));
    for (row, _, glyph) in line.placed(cols) {
        if row >= from + count {
            break;
        }
        let Some(target) = row
            .checked_sub(from)
            .and_then(|row| found.get_mut(start + row))
        else {
            continue;
        };
        let (text, width, style) = (glyph.text, glyph.width, glyph.style);
        target.cells.push(CellRef { text, width, style });
        if width > 1 {
            target.cells.push(CellRef {
                text: "",
                width: 0,
                style,
            });
        }
    }
}
