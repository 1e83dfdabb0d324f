//! Owns the answers that a terminal owes to the program that asks. No answer carries text that a program chose. Part of `Terminal`.

use super::super::lexer::Params;
use super::super::parser::pen;
use super::super::{CursorShape, sgr};
use super::Terminal;

/// Answers beyond this, per feed, are dropped: each is longer than its question.
const REPLY_BYTES: usize = 4096;
/// The size of a cell that programs are told. Pixels.
const CELL: (u32, u32) = (16, 8);

impl Terminal {
    /// Owes an answer, whole or not at all.
    pub(super) fn reply(&mut self, bytes: &[u8]) {
        if self.fed.replies.len() + bytes.len() <= REPLY_BYTES {
            self.fed.replies.extend_from_slice(bytes);
        }
    }

    pub(super) fn report_status(&mut self, what: u16) {
        match what {
            5 => self.reply(b"\x1b[0n"),
            6 => self.report_position(false),
            _ => {}
        }
    }

    pub(super) fn report_position(&mut self, private: bool) {
        let (row, col) = self.cursor();
        let top = if self.modes.origin { self.margins.0 } else { 0 };
        let row = u32::from(row.saturating_sub(top)) + 1;
        let col = u32::from(col.min(self.size.cols().saturating_sub(1))) + 1;
        let mark = if private { "?" } else { "" };
        self.reply(format!("\x1b[{mark}{row};{col}R").as_bytes());
    }

    pub(super) fn report_mode(&mut self, mode: u16, private: bool) {
        let state = self.modes.report(mode, private);
        let mark = if private { "?" } else { "" };
        self.reply(format!("\x1b[{mark}{mode};{state}$y").as_bytes());
    }

    pub(super) fn report_version(&mut self) {
        self.reply(concat!("\x1bP>|podmux ", env!("CARGO_PKG_VERSION"), "\x1b\\").as_bytes());
    }

    /// DECREQTPARM: no parity, 8 bits, 38400 baud.
    pub(super) fn report_parameters(&mut self, what: u16) {
        if what <= 1 {
            self.reply(format!("\x1b[{};1;1;128;128;1;0x", what + 2).as_bytes());
        }
    }

    /// XTWINOPS: sizes are told, titles are stacked; nothing moves or resizes a window, and no title is told.
    pub(super) fn window(&mut self, params: &Params) {
        let (rows, cols) = (u32::from(self.size.rows()), u32::from(self.size.cols()));
        let (high, wide) = CELL;
        match params.get(0) {
            14 => self.reply(format!("\x1b[4;{};{}t", rows * high, cols * wide).as_bytes()),
            16 => self.reply(format!("\x1b[6;{high};{wide}t").as_bytes()),
            18 => self.reply(format!("\x1b[8;{rows};{cols}t").as_bytes()),
            19 => self.reply(format!("\x1b[9;{rows};{cols}t").as_bytes()),
            22 if params.get(1) != 1 => self.titles.push(),
            23 if params.get(1) != 1 => self.fed.title_changed |= self.titles.pop(),
            _ => {}
        }
    }

    /// DECRQSS, for the settings that programs ask for; XTGETTCAP is refused.
    pub(super) fn device_control(&mut self, body: &[u8]) {
        if body.starts_with(b"+q") {
            self.reply(b"\x1bP0+r\x1b\\");
            return;
        }
        let Some(setting) = body.strip_prefix(b"$q") else {
            return;
        };
        let value = match setting {
            b"m" => {
                self.flush();
                let hidden = if self.pen.conceals() { ";8" } else { "" };
                format!("{}{hidden}m", sgr::codes(&pen(self.parser.grid())))
            }
            b"r" => format!(
                "{};{}r",
                u32::from(self.margins.0) + 1,
                u32::from(self.margins.1) + 1
            ),
            b" q" => format!("{} q", shape_number(self.shape)),
            b"\"p" => "61;1\"p".to_owned(),
            // Nothing is protected, there is no status line, and a page is what is seen.
            b"\"q" => "0\"q".to_owned(),
            b"$}" => "0$}".to_owned(),
            b"$~" => "0$~".to_owned(),
            b"t" => format!("{}t", self.size.rows()),
            b"*|" => format!("{}*|", self.size.rows()),
            _ => {
                self.reply(b"\x1bP0$r\x1b\\");
                return;
            }
        };
        self.reply(format!("\x1bP1$r{value}\x1b\\").as_bytes());
    }
}

fn shape_number(shape: CursorShape) -> u8 {
    match shape {
        CursorShape::Default => 0,
        CursorShape::BlinkingBlock => 1,
        CursorShape::Block => 2,
        CursorShape::BlinkingUnderline => 3,
        CursorShape::Underline => 4,
        CursorShape::BlinkingBar => 5,
        CursorShape::Bar => 6,
    }
}
