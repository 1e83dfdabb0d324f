//! Owns the meaning of control sequences: which pass to the grid as they are, which are rewritten. Part of `Terminal`.

use std::time::Instant;

use super::super::lexer::{Csi, Params};
use super::super::{CursorShape, sgr};
use super::Terminal;

impl Terminal {
    #[inline]
    pub(super) fn csi(&mut self, csi: &Csi<'_>, now: Instant) {
        match (csi.prefix, csi.between) {
            (0, 0) => self.plain_csi(csi),
            (b'?', 0) => self.private_csi(csi, now),
            (b'>', 0) => self.greater_csi(csi),
            (b'<', 0) if csi.last == b'u' => self.modes.pop_kitty(csi.params.at_least_one(0)),
            (b'=', 0) if csi.last == b'u' => {
                self.modes.set_kitty(csi.params.get(0), csi.params.get(1));
            }
            (0, b' ') if csi.last == b'q' => self.set_shape(csi.params.get(0)),
            (0, b'!') if csi.last == b'p' => self.soft_reset(),
            (0 | b'?', b'$') if csi.last == b'p' => {
                self.report_mode(csi.params.get(0), csi.prefix == b'?');
            }
            _ => {}
        }
    }

    #[inline]
    fn plain_csi(&mut self, csi: &Csi<'_>) {
        let first = csi.params.get(0);
        let count = first.max(1);
        match csi.last {
            b'm' => self.style(csi),
            b'H' | b'f' => self.pass(csi.raw, usize::from(csi.params.at_least_one(1)) - 1),
            b'G' | b'`' => self.pass(csi.raw, usize::from(count) - 1),
            b'K' => self.erase(csi.raw),
            b'J' => self.erase_display(csi.raw, first),
            b'A' | b'B' | b'd' => self.pass_unwrapped(csi.raw),
            b'D' => self.back(count),
            b'X' => {
                self.leave_pending_wrap();
                self.erase(csi.raw);
            }
            b'C' => self.pass(csi.raw, self.reach + usize::from(count)),
            b'E' | b'F' => self.pass(csi.raw, 0),
            b'a' => self.pass(
                format!("\x1b[{count}C").as_bytes(),
                self.reach + usize::from(count),
            ),
            b'e' => self.move_rows_down(count),
            b'L' => self.insert_lines(count),
            b'M' => self.delete_lines(count),
            b'S' => self.scroll_up(count),
            // With more numbers it is highlight mouse tracking.
            b'T' if csi.params.len() <= 1 => self.scroll_down(count),
            b'@' => self.insert_cells(count),
            b'P' => self.delete_cells(count),
            b'b' => self.repeat(count),
            b'I' => self.tab(count),
            b'Z' => self.back_tab(count),
            b'g' => self.clear_tabs(first),
            b'r' => self.set_margins(first, csi.params.get(1)),
            b's' if csi.params.len() == 0 => self.save_cursor(),
            b'u' => self.restore_cursor(),
            b'h' => self.set_ansi_modes(csi.params, true),
            b'l' => self.set_ansi_modes(csi.params, false),
            b'c' if first == 0 => self.reply(b"\x1b[?1;2c"),
            b'n' => self.report_status(first),
            b't' => self.window(csi.params),
            b'x' => self.report_parameters(first),
            _ => {}
        }
    }

    fn private_csi(&mut self, csi: &Csi<'_>, now: Instant) {
        match csi.last {
            b'h' => self.set_private_modes(csi.params, true, now),
            b'l' => self.set_private_modes(csi.params, false, now),
            // Selective erase: nothing is ever protected.
            b'J' => self.erase_display(
                format!("\x1b[{}J", csi.params.get(0)).as_bytes(),
                csi.params.get(0),
            ),
            b'K' => self.erase(format!("\x1b[{}K", csi.params.get(0)).as_bytes()),
            b'n' if csi.params.get(0) == 6 => self.report_position(true),
            b's' => self.save_modes(csi.params),
            b'r' => self.restore_modes(csi.params, now),
            b'u' => {
                let flags = self.modes.input.kitty_flags;
                self.reply(format!("\x1b[?{flags}u").as_bytes());
            }
            b'm' if csi.params.get(0) == 4 => {
                let level = self.modes.input.modify_other_keys;
                self.reply(format!("\x1b[>4;{level}m").as_bytes());
            }
            _ => {}
        }
    }

    fn greater_csi(&mut self, csi: &Csi<'_>) {
        match csi.last {
            b'c' if csi.params.get(0) == 0 => self.reply(b"\x1b[>84;0;0c"),
            b'q' if csi.params.get(0) == 0 => self.report_version(),
            b'u' => self.modes.push_kitty(csi.params.get(0)),
            b'm' if csi.params.len() == 0 || csi.params.get(0) == 4 => {
                self.modes.input.modify_other_keys =
                    u8::try_from(csi.params.get(1).min(2)).unwrap_or(0);
            }
            b'n' if csi.params.get(0) == 4 => self.modes.input.modify_other_keys = 0,
            _ => {}
        }
    }

    #[inline]
    fn pass(&mut self, raw: &[u8], reach: usize) {
        self.emit(raw);
        self.reach = reach.min(self.cols().saturating_sub(1));
    }

    /// Passes a sequence on which sees the cursor on the last column while a wrap is pending.
    fn pass_unwrapped(&mut self, raw: &[u8]) {
        self.leave_pending_wrap();
        self.emit(raw);
    }

    #[inline]
    fn style(&mut self, csi: &Csi<'_>) {
        let before = self.pen;
        if self.pen.follow(csi.params) {
            self.emit(csi.raw);
            return;
        }
        self.pen = before;
        let cleaned = sgr::clean(csi.params);
        let mut again = Params::default();
        if again.read(&cleaned) && self.pen.follow(&again) {
            self.emit(&cleaned);
        }
    }

    fn move_rows_down(&mut self, count: u16) {
        self.leave_pending_wrap();
        let (row, _) = self.cursor();
        let row = row
            .saturating_add(count)
            .min(self.size.rows().saturating_sub(1));
        self.emit(format!("\x1b[{}d", u32::from(row) + 1).as_bytes());
    }

    /// At most a row's worth: programs repeat within a row, and more would let 9 bytes cost a screen of work.
    fn repeat(&mut self, count: u16) {
        let count = usize::from(count).min(self.cols());
        self.emit(format!("\x1b[{count}b").as_bytes());
        self.reach += 2 * count;
    }

    fn set_shape(&mut self, shape: u16) {
        self.shape = match shape {
            0 => CursorShape::Default,
            1 => CursorShape::BlinkingBlock,
            2 => CursorShape::Block,
            3 => CursorShape::BlinkingUnderline,
            4 => CursorShape::Underline,
            5 => CursorShape::BlinkingBar,
            6 => CursorShape::Bar,
            _ => self.shape,
        };
    }
}
