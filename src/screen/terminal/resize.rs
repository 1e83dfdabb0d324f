//! Owns the change of size: the primary screen and the history are wrapped anew, the alternate screen is cut. Part of `Terminal`.

use super::super::history::Line;
use super::super::parser::cell_ref;
use super::super::sgr;
use super::super::view::CellStyle;
use super::Terminal;
use crate::geometry::GridSize;

/// The primary screen as text that draws it at any width.
#[derive(Default)]
struct Picture {
    before_cursor: String,
    after_cursor: String,
    style: CellStyle,
    past_cursor: bool,
}

impl Picture {
    fn push(&mut self, text: &str) {
        let part = if self.past_cursor {
            &mut self.after_cursor
        } else {
            &mut self.before_cursor
        };
        part.push_str(text);
    }

    fn push_cell(&mut self, text: &str, style: CellStyle) {
        if style != self.style {
            self.push(&format!("\x1b[{}m", sgr::codes(&style)));
            self.style = style;
        }
        self.push(if text.is_empty() { " " } else { text });
    }
}

impl Terminal {
    /// Changes the size; the cursor stays on its character.
    pub(in crate::screen) fn resize(&mut self, size: GridSize) {
        if size == self.size {
            return;
        }
        self.flush();
        self.held = None;
        self.modes.synchronised_until = None;
        let alternate = self.modes.input.alternate_screen;
        let (style, (row, col)) = (super::super::parser::pen(self.parser.grid()), self.cursor());
        if alternate {
            self.parser.feed(b"\x1b[?47l");
        }
        let moved = self.rewrap(size);
        if alternate {
            self.parser.feed(b"\x1b[?47h");
        }
        self.margins = (0, size.rows().saturating_sub(1));
        for saved in &mut self.saved {
            saved.row = saved
                .row
                .saturating_add_signed(moved)
                .min(size.rows().saturating_sub(1));
        }
        self.emit(if self.modes.origin {
            b"\x1b[?6h"
        } else {
            b"\x1b[?6l"
        });
        self.set_style(&style);
        if alternate {
            self.go_to(
                row.min(size.rows().saturating_sub(1)),
                col.min(size.cols().saturating_sub(1)),
            );
        } else {
            let (row, col) = self.rewrapped_cursor;
            self.place(row, col, &style);
        }
        self.flush();
    }

    /// Draws the primary screen anew at another size; says how many rows its cursor moved down.
    fn rewrap(&mut self, size: GridSize) -> i16 {
        let (row, _) = self.parser.grid().cursor_position();
        let mut picture = self.picture();
        let mut prefix = Vec::new();
        if self.parser.history_runs_on() {
            prefix.extend(self.parser.history_mut().pop().map(|line| (line, "")));
        }
        let history = self.parser.history_mut();
        history.set_cols(size.cols());
        let cols = usize::from(size.cols());
        let mut rows = rows_of(&picture, cols);
        while rows < usize::from(size.rows())
            && let Some(line) = history.pop()
        {
            rows += rows_of_text(&line, cols);
            prefix.push((line, "\r\n"));
        }
        self.parser.break_line();
        self.parser.resize(size);
        self.size = size;
        self.parser
            .feed_uncaptured(b"\x1b[r\x1b[?6l\x1b[m\x1b[H\x1b[2J");
        for (line, end) in prefix.iter().rev() {
            self.parser.feed(format!("{line}\x1b[m{end}").as_bytes());
        }
        self.parser.feed(picture.before_cursor.as_bytes());
        let (mut at_row, mut at_col) = self.parser.grid().cursor_position();
        // On a character that begins the next row.
        let on_text = !picture.after_cursor.is_empty() && !picture.after_cursor.starts_with('\r');
        if at_col >= size.cols() && on_text {
            (at_row, at_col) = (at_row.saturating_add(1), 0);
        }
        let taken = self.parser.rows_taken();
        cut_to_rows(&mut picture.after_cursor, usize::from(size.rows()));
        self.parser.feed(picture.after_cursor.as_bytes());
        let scrolled = self.parser.rows_taken().wrapping_sub(taken);
        let at_row = at_row.saturating_sub(u16::try_from(scrolled).unwrap_or(u16::MAX));
        self.rewrapped_cursor = (at_row, at_col);
        let moved = i32::from(at_row) - i32::from(row);
        i16::try_from(moved).unwrap_or(0)
    }

    /// Reads the primary screen down to its last used row, or to the cursor.
    fn picture(&self) -> Picture {
        let grid = self.parser.grid();
        let (cursor_row, cursor_col) = grid.cursor_position();
        let last = self.parser.used_rows().max(cursor_row + 1);
        let mut picture = Picture::default();
        for row in 0..last {
            let wrapped = grid.row_wrapped(row);
            let end = if wrapped {
                self.size.cols()
            } else {
                self.row_end(row)
            };
            for col in 0..self.size.cols() {
                if (row, col) == (cursor_row, cursor_col) {
                    picture.past_cursor = true;
                }
                let cell = cell_ref(grid, row, col);
                // Blanks up to the cursor hold its place.
                let before_cursor = row == cursor_row && col < cursor_col;
                if cell.width > 0 && (col < end || before_cursor) {
                    picture.push_cell(cell.text, cell.style);
                }
            }
            picture.past_cursor |= row >= cursor_row;
            if !wrapped && row + 1 < last {
                picture.push_cell_end();
            }
        }
        picture
    }

    /// The column after the last cell that shows something.
    fn row_end(&self, row: u16) -> u16 {
        let shows = |col: &u16| {
            let cell = cell_ref(self.parser.grid(), row, *col);
            !cell.text.is_empty() || cell.style != CellStyle::default()
        };
        (0..self.size.cols())
            .rev()
            .find(shows)
            .map_or(0, |col| col + 1)
    }
}

impl Picture {
    /// Ends a line; colours must not run into what a scroll brings in.
    fn push_cell_end(&mut self) {
        if self.style != CellStyle::default() {
            self.push("\x1b[m");
            self.style = CellStyle::default();
        }
        self.push("\r\n");
    }
}

fn rows_of(picture: &Picture, cols: usize) -> usize {
    let whole = format!("{}{}", picture.before_cursor, picture.after_cursor);
    whole
        .split("\r\n")
        .map(|line| rows_of_text(line, cols))
        .sum()
}

fn rows_of_text(line: &str, cols: usize) -> usize {
    let (width, wide) = super::super::history::plain_width(line);
    Line::new(line, width, wide).rows(cols)
}

/// Cuts text below the cursor that could only push the cursor off the screen.
fn cut_to_rows(text: &mut String, rows: usize) {
    let cut = text.match_indices("\r\n").nth(rows).map(|(at, _)| at);
    if let Some(at) = cut {
        text.truncate(at);
    }
}
