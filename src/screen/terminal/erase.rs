//! Owns erasing and scrolling with the background colour, and the resets. Part of `Terminal`.

use super::super::parser::{cell_ref, pen};
use super::super::view::{CellStyle, Color};
use super::cursor::{Saved, Switch};
use super::modes::Modes;
use super::tabs::Tabs;
use super::{Charset, Terminal};

impl Terminal {
    /// Emits an erasing sequence; vt100 would leave underline and inverse in the erased cells.
    pub(super) fn erase(&mut self, sequence: &[u8]) {
        let (underline, inverse) = (self.pen.underline, self.pen.inverse);
        if underline || inverse {
            self.emit(b"\x1b[24;27m");
        }
        self.emit(sequence);
        if underline {
            self.emit(b"\x1b[4m");
        }
        if inverse {
            self.emit(b"\x1b[7m");
        }
    }

    /// Fills `count` rows from `first` with the background.
    fn fill_rows(&mut self, first: u16, count: u16) {
        let (row, col) = self.cursor();
        let style = pen(self.parser.grid());
        for offset in 0..count {
            self.go_to(first.saturating_add(offset), 0);
            self.erase(b"\x1b[2K");
        }
        self.place(row, col, &style);
    }

    fn region_rows(&self) -> u16 {
        self.margins.1 - self.margins.0 + 1
    }

    pub(super) fn scroll_up(&mut self, count: u16) {
        let count = count.min(self.region_rows());
        if count > self.size.rows() / 2 && !self.budget.may_do_heavy_work() {
            self.flush();
            self.parser
                .feed_uncaptured(format!("\x1b[{count}S").as_bytes());
            return;
        }
        self.emit(format!("\x1b[{count}S").as_bytes());
        if self.pen.background {
            self.fill_rows(self.margins.1 + 1 - count, count);
        }
    }

    pub(super) fn scroll_down(&mut self, count: u16) {
        let count = count.min(self.region_rows());
        self.emit(format!("\x1b[{count}T").as_bytes());
        if self.pen.background {
            self.fill_rows(self.margins.0, count);
        }
    }

    pub(super) fn insert_lines(&mut self, count: u16) {
        self.leave_pending_wrap();
        let count = count.min(self.size.rows());
        self.emit(format!("\x1b[{count}L").as_bytes());
        if let Some((row, fit)) = self.rows_to_fill(count) {
            self.fill_rows(row, fit);
        }
    }

    pub(super) fn delete_lines(&mut self, count: u16) {
        self.leave_pending_wrap();
        let count = count.min(self.size.rows());
        self.emit(format!("\x1b[{count}M").as_bytes());
        if let Some((_, fit)) = self.rows_to_fill(count) {
            self.fill_rows(self.margins.1 + 1 - fit, fit);
        }
    }

    /// The cursor's row and how many of `count` rows fit below it in the region; none when no fill is needed.
    fn rows_to_fill(&mut self, count: u16) -> Option<(u16, u16)> {
        if !self.pen.background {
            return None;
        }
        let (row, _) = self.cursor();
        let (top, bottom) = self.margins;
        (top..=bottom)
            .contains(&row)
            .then(|| (row, count.min(bottom + 1 - row)))
    }

    pub(super) fn insert_cells(&mut self, count: u16) {
        self.leave_pending_wrap();
        self.emit(format!("\x1b[{count}@").as_bytes());
        if self.pen.background {
            self.erase(format!("\x1b[{count}X").as_bytes());
        }
    }

    pub(super) fn delete_cells(&mut self, count: u16) {
        self.leave_pending_wrap();
        self.emit(format!("\x1b[{count}P").as_bytes());
        if self.pen.background {
            let (_, col) = self.cursor();
            let cols = self.size.cols();
            let freed = count.min(cols.saturating_sub(col));
            self.go_to_column(usize::from(cols - freed) + 1);
            self.erase(format!("\x1b[{freed}X").as_bytes());
            self.go_to_column(usize::from(col) + 1);
        }
    }

    pub(super) fn reverse_index(&mut self) {
        self.leave_pending_wrap();
        // vt100 would scroll a region that begins further down.
        if self.margins.0 > 0 && self.cursor().0 == 0 {
            return;
        }
        if !self.pen.background {
            self.emit(b"\x1bM");
            return;
        }
        let (row, _) = self.cursor();
        self.emit(b"\x1bM");
        if row == self.margins.0 {
            self.erase(b"\x1b[2K");
        }
    }

    pub(super) fn erase_display(&mut self, raw: &[u8], what: u16) {
        match what {
            0 | 1 => self.erase(raw),
            2 => {
                self.keep_screen();
                self.erase(b"\x1b[2J");
            }
            3 => {
                self.flush();
                self.parser.history_mut().clear();
                self.parser.break_line();
            }
            _ => {}
        }
    }

    /// Moves what stands on the primary screen to the history, so that clearing it loses nothing.
    pub(super) fn keep_screen(&mut self) {
        self.flush();
        if self.modes.input.alternate_screen || !self.budget.may_do_heavy_work() {
            return;
        }
        let used = self.parser.used_rows();
        if used == 0 {
            return;
        }
        let (row, col) = self.cursor();
        let margins = std::mem::replace(&mut self.margins, (0, self.size.rows().saturating_sub(1)));
        let origin = self.modes.origin;
        self.emit(b"\x1b[?6l\x1b[r");
        self.emit(format!("\x1b[{used}S").as_bytes());
        self.margins = margins;
        self.restore_region(origin);
        self.go_to(row, col.min(self.size.cols().saturating_sub(1)));
        self.flush();
        self.parser.break_line();
    }

    fn restore_region(&mut self, origin: bool) {
        let (top, bottom) = self.margins;
        self.emit(format!("\x1b[{};{}r", u32::from(top) + 1, u32::from(bottom) + 1).as_bytes());
        self.set_origin(origin);
    }

    pub(super) fn row_is_blank(&self, row: u16) -> bool {
        (0..self.size.cols()).all(|col| {
            let cell = cell_ref(self.parser.grid(), row, col);
            cell.text.is_empty() && cell.style.bg == Color::Default
        })
    }

    /// DECCOLM: the width of a pane is not the program's to change, but the rest of it is done.
    pub(super) fn clear_for_columns(&mut self) {
        if !self.budget.may_do_heavy_work() {
            return;
        }
        self.margins = (0, self.size.rows().saturating_sub(1));
        self.restore_region(self.modes.origin);
        self.erase_display(b"\x1b[2J", 2);
        self.emit(b"\x1b[H");
        self.reach = 0;
    }

    /// DECALN: the whole screen full of `E`.
    pub(super) fn alignment_pattern(&mut self) {
        if !self.budget.may_do_heavy_work() {
            return;
        }
        self.flush();
        let style = pen(self.parser.grid());
        self.margins = (0, self.size.rows().saturating_sub(1));
        self.set_style(&CellStyle::default());
        self.restore_region(false);
        let line = "E".repeat(self.cols());
        for row in 0..self.size.rows() {
            self.go_to(row, 0);
            self.emit(line.as_bytes());
        }
        self.go_to(0, 0);
        self.set_style(&style);
    }

    /// DECSTR: modes, margins and style as at the start; the text stays.
    pub(super) fn soft_reset(&mut self) {
        let input = self.modes.input;
        self.modes.soft_reset();
        self.modes.input.alternate_screen = input.alternate_screen;
        self.charset = Charset::default();
        self.saved = [Saved::default(); 2];
        let (row, col) = self.cursor();
        self.margins = (0, self.size.rows().saturating_sub(1));
        self.set_style(&CellStyle::default());
        self.restore_region(false);
        self.go_to(row, col.min(self.size.cols().saturating_sub(1)));
    }

    /// RIS: everything as at the start; what was on the primary screen goes to the history.
    pub(super) fn full_reset(&mut self) {
        self.switch_screen(false, Switch::Clearing);
        self.soft_reset();
        self.keep_screen();
        self.emit(b"\x1b[H\x1b[2J");
        self.reach = 0;
        self.modes = Modes::default();
        self.held = None;
        self.tabs = Tabs::default();
        self.shape = super::CursorShape::default();
        self.fed.title_changed |= self.titles.reset();
        self.just_reset = true;
    }

    /// Part of the output was lost: whatever the screen showed is not to be trusted.
    pub(in crate::screen) fn mark_gap(&mut self, dropped: usize) {
        self.just_reset = false;
        self.lexer.abort();
        self.string_since = None;
        self.soft_reset();
        self.keep_screen();
        self.emit(b"\x1b[H\x1b[2J");
        let notice = format!("\x1b[7m[{dropped} bytes of output dropped]\x1b[m\r\n");
        self.emit(notice.as_bytes());
        self.reach = 0;
        self.flush();
    }
}
