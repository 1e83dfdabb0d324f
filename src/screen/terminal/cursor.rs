//! Owns the cursor beyond what vt100 knows: pending wrap, saved states, tabs, the two screens. Part of `Terminal`.

use super::super::parser::{cell_ref, pen};
use super::super::sgr::{self, Pen};
use super::super::view::CellStyle;
use super::modes::BackWrap;
use super::{Charset, Terminal};

/// What saving the cursor keeps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Saved {
    pub(super) row: u16,
    /// The number of columns when a wrap was pending.
    col: u16,
    style: CellStyle,
    concealed: bool,
    origin: bool,
    charset: Charset,
}

/// Why the screens are switched.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Switch {
    /// Mode 47: nothing more.
    Plain,
    /// Mode 1047: the alternate screen is cleared when it is left.
    Clearing,
    /// Mode 1049: cleared when entered; the cursor is saved and restored.
    Saving,
}

impl Terminal {
    /// Row and column of the cursor; the column equals the width while a wrap is pending.
    pub(super) fn cursor(&mut self) -> (u16, u16) {
        self.flush();
        let (row, col) = self.parser.grid().cursor_position();
        self.reach = usize::from(col);
        (row, col)
    }

    fn wrap_is_pending(&mut self) -> bool {
        self.reach >= self.cols() && usize::from(self.cursor().1) >= self.cols()
    }

    /// Puts the cursor onto the last column when a wrap is pending: there most sequences see it.
    pub(super) fn leave_pending_wrap(&mut self) {
        if self.wrap_is_pending() {
            self.go_to_column(self.cols());
        }
    }

    /// Moves to a column, counted from 1.
    pub(super) fn go_to_column(&mut self, column: usize) {
        self.emit(format!("\x1b[{column}G").as_bytes());
        self.reach = column.clamp(1, self.cols()) - 1;
    }

    /// Moves to a cell whatever the origin mode is: vt100 takes the row of VPA as absolute.
    pub(super) fn go_to(&mut self, row: u16, col: u16) {
        let (line, column) = (u32::from(row) + 1, u32::from(col) + 1);
        self.emit(format!("\x1b[{line}d\x1b[{column}G").as_bytes());
        self.reach = usize::from(col);
    }

    /// Goes left as BS and CUB do, with what reverse wraparound adds.
    pub(super) fn back(&mut self, count: u16) {
        if self.modes.back_wrap == BackWrap::Off || !self.modes.wrap {
            self.leave_pending_wrap();
            self.emit(format!("\x1b[{count}D").as_bytes());
            // The bound stays: it may be higher than the column.
            return;
        }
        let (mut row, mut col) = self.cursor();
        let cells = u32::from(self.size.rows()) * u32::from(self.size.cols());
        let mut left = u32::from(count).min(cells);
        if col >= self.size.cols() {
            // Out of the wait for a wrap: the first step only ends it.
            col = self.size.cols().saturating_sub(1);
            left = left.saturating_sub(1);
        }
        while left > u32::from(col) {
            let Some(above) = self.row_before(row) else {
                break;
            };
            left -= u32::from(col) + 1;
            (row, col) = (above, self.size.cols().saturating_sub(1));
        }
        self.go_to(
            row,
            col.saturating_sub(u16::try_from(left).unwrap_or(u16::MAX)),
        );
    }

    /// The row that reverse wraparound leads to from the start of a row.
    fn row_before(&self, row: u16) -> Option<u16> {
        let (top, bottom) = self.margins;
        let region = self.modes.back_wrap == BackWrap::Region;
        if row == top {
            return region.then_some(bottom);
        }
        let above = row.checked_sub(1)?;
        (region || self.parser.grid().row_wrapped(above)).then_some(above)
    }

    /// Goes right by tab stops; stays put while a wrap is pending.
    pub(super) fn tab(&mut self, count: u16) {
        let (_, col) = self.cursor();
        let last = self.size.cols().saturating_sub(1);
        let mut target = col;
        for _ in 0..count {
            if target >= last {
                break;
            }
            target = self.tabs.after(target).unwrap_or(last).min(last);
        }
        if target != col {
            self.go_to_column(usize::from(target) + 1);
        }
    }

    pub(super) fn back_tab(&mut self, count: u16) {
        let (_, col) = self.cursor();
        let mut target = col.min(self.size.cols().saturating_sub(1));
        for _ in 0..count {
            if target == 0 {
                break;
            }
            target = self.tabs.before(target);
        }
        self.go_to_column(usize::from(target) + 1);
    }

    pub(super) fn set_tab(&mut self) {
        let (_, col) = self.cursor();
        self.tabs.set(col.min(self.size.cols().saturating_sub(1)));
    }

    pub(super) fn clear_tabs(&mut self, what: u16) {
        match what {
            0 => {
                let (_, col) = self.cursor();
                self.tabs.clear(col);
            }
            3 => self.tabs.clear_all(),
            _ => {}
        }
    }

    fn slot(&mut self) -> &mut Saved {
        let [primary, alternate] = &mut self.saved;
        if self.modes.input.alternate_screen {
            alternate
        } else {
            primary
        }
    }

    pub(super) fn save_cursor(&mut self) {
        let (row, col) = self.cursor();
        let style = pen(self.parser.grid());
        let (origin, charset) = (self.modes.origin, self.charset);
        *self.slot() = Saved {
            row,
            col,
            style,
            concealed: self.pen.concealed,
            origin,
            charset,
        };
    }

    pub(super) fn restore_cursor(&mut self) {
        let saved = *self.slot();
        self.set_origin(saved.origin);
        self.charset = saved.charset;
        self.place(saved.row, saved.col, &saved.style);
        self.pen.concealed = saved.concealed;
    }

    /// Moves to a cell, or into the wait for a wrap when the column is the width, and sets the style.
    pub(super) fn place(&mut self, row: u16, col: u16, style: &CellStyle) {
        let row = row.min(self.size.rows().saturating_sub(1));
        if usize::from(col) >= self.cols() {
            self.wait_for_wrap(row);
        } else {
            self.go_to(row, col);
        }
        self.set_style(style);
    }

    /// The only way to a pending wrap is to print into the last column: again what stands there already.
    fn wait_for_wrap(&mut self, row: u16) {
        self.flush();
        let last = self.size.cols().saturating_sub(1);
        let cell = |col| cell_ref(self.parser.grid(), row, col);
        let (at, found) = match cell(last) {
            half if half.width == 0 => (last.saturating_sub(1), cell(last.saturating_sub(1))),
            whole => (last, whole),
        };
        let (text, style) = (found.text.to_owned(), found.style);
        self.go_to(row, at);
        self.set_style(&style);
        if text.is_empty() {
            // vt100's own saved cursor, which nothing else uses, keeps the wait while the blank is taken away again.
            self.emit(b" \x1b7\x08\x1b[X\x1b8");
        } else {
            self.emit(text.as_bytes());
        }
        self.reach = self.cols();
    }

    pub(super) fn set_style(&mut self, style: &CellStyle) {
        self.emit(format!("\x1b[{}m", sgr::codes(style)).as_bytes());
        self.pen = Pen {
            concealed: self.pen.concealed,
            ..Pen::of(style)
        };
    }

    /// Sets origin mode, which puts the cursor home.
    pub(super) fn set_origin(&mut self, on: bool) {
        self.modes.origin = on;
        self.emit(if on { b"\x1b[?6h" } else { b"\x1b[?6l" });
        self.reach = 0;
    }

    /// Sets the scroll region and puts the cursor home; a region of less than two rows is refused.
    pub(super) fn set_margins(&mut self, top: u16, bottom: u16) {
        let rows = self.size.rows();
        let bottom = if bottom == 0 { rows } else { bottom.min(rows) };
        let top = top.max(1);
        if top < bottom {
            self.margins = (top - 1, bottom - 1);
            self.emit_margins();
            self.emit(b"\x1b[H");
            self.reach = 0;
        }
    }

    fn emit_margins(&mut self) {
        let (top, bottom) = self.margins;
        self.emit(format!("\x1b[{};{}r", u32::from(top) + 1, u32::from(bottom) + 1).as_bytes());
    }

    pub(super) fn switch_screen(&mut self, to_alternate: bool, how: Switch) {
        if to_alternate && how == Switch::Saving {
            self.save_cursor();
        }
        if to_alternate != self.modes.input.alternate_screen {
            if !to_alternate && how == Switch::Clearing {
                self.erase(b"\x1b[2J");
            }
            let (row, col) = self.cursor();
            let style = pen(self.parser.grid());
            self.modes.swap_screen(to_alternate);
            self.emit(if to_alternate {
                b"\x1b[?47h"
            } else {
                b"\x1b[?47l"
            });
            self.emit_margins();
            self.set_origin(self.modes.origin);
            if to_alternate && how == Switch::Saving {
                self.erase(b"\x1b[2J");
            }
            self.place(row, col, &style);
        }
        if !to_alternate && how == Switch::Saving {
            self.restore_cursor();
        }
    }
}
