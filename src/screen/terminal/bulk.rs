//! Owns the short cut for floods of lines: those that would scroll through the grid unseen go straight to the history.
//! The grid and the history end up as if every line had been drawn. Part of `Terminal`.

mod scan;

use super::super::parser::pen;
use super::super::sgr::{self, Pen};
use super::super::view::CellStyle;
use super::Terminal;
use scan::{Scanned, scan_line};

impl Terminal {
    /// Takes a flood off the front of the output; says how many bytes it took. Called between two tokens only.
    pub(super) fn bulk(&mut self, input: &[u8]) -> usize {
        if !self.may_be_bulk(input.len()) {
            return 0;
        }
        let mut taken = 0;
        let bottom = self.size.rows().saturating_sub(1);
        // The line that the cursor stands in may have begun before; it and those that fill the screen are drawn.
        for _ in 0..=self.size.rows() {
            let rest = input.get(taken..).unwrap_or_default();
            let Some(line) = scan_line(rest, self.cols(), CellStyle::default()) else {
                return taken;
            };
            // Behind other text, or with a wrap, tabs and backgrounds may fall elsewhere than scanned.
            let odd = line.has_tabs || line.background;
            if odd && (self.reach > 0 || line.rows > 1) {
                return taken;
            }
            self.emit(rest.get(..line.bytes).unwrap_or_default());
            taken += line.bytes;
            let at_bottom = self.cursor() == (bottom, 0);
            self.pen = Pen::of(&pen(self.parser.grid()));
            if self.pen.background {
                return taken;
            }
            if at_bottom && self.row_is_blank(bottom) {
                return taken + self.skip_lines(input.get(taken..).unwrap_or_default());
            }
        }
        taken
    }

    fn may_be_bulk(&self, bytes: usize) -> bool {
        let (top, bottom) = self.margins;
        let rows = self.size.rows();
        bytes >= usize::from(rows) * 8
            && top == 0
            && bottom + 1 == rows
            && rows > 1
            && !self.modes.input.alternate_screen
            && !self.modes.origin
            && !self.modes.insert
            && !self.modes.newline
            && self.modes.wrap
            && self.charset.letters() == super::Letters::Ascii
            && !self.pen.background
            && !self.pen.concealed
            && self.tabs.are_default()
    }

    /// With the cursor at the start of the blank bottom row.
    fn skip_lines(&mut self, input: &[u8]) -> usize {
        let on_screen = usize::from(self.size.rows()) - 1;
        let before = pen(self.parser.grid());
        let lines = self.scan(input, before);
        let total: usize = lines.iter().map(|line| line.rows).sum();
        if total < on_screen * 2 {
            return 0;
        }
        let mut rows = 0;
        let kept = lines.iter().rev().take_while(|line| {
            let more = rows < on_screen;
            rows += line.rows;
            more
        });
        let skipped = lines.len() - kept.count();
        let (skipped, kept) = lines.split_at_checked(skipped).unwrap_or((&[], &[]));
        // What stands on the screen goes first.
        self.emit(format!("\x1b[{on_screen}S").as_bytes());
        self.flush();
        self.parser.break_line();
        let mut at = self.keep_lines(input, before, skipped);
        self.emit(b"\x1b[H");
        let style = skipped.last().map_or(before, |line| line.style);
        self.set_style(&style);
        for line in kept {
            self.emit(input.get(at..at + line.bytes).unwrap_or_default());
            at += line.bytes;
        }
        self.pen = Pen::of(&kept.last().map_or(style, |line| line.style));
        self.reach = 0;
        self.flush();
        at
    }

    fn scan(&self, input: &[u8], mut style: CellStyle) -> Vec<Scanned> {
        let mut rest = input;
        let mut lines = Vec::with_capacity(input.len() / 64);
        while let Some(line) = scan_line(rest, self.cols(), style) {
            // A scroll while a background is set fills cells.
            if line.background && (line.rows > 1 || Pen::of(&line.style).background) {
                break;
            }
            style = line.style;
            rest = rest.get(line.bytes..).unwrap_or_default();
            lines.push(line);
        }
        lines
    }

    /// Puts lines into the history; says how many bytes they are.
    fn keep_lines(&mut self, input: &[u8], mut style: CellStyle, lines: &[Scanned]) -> usize {
        let history = self.parser.history_mut();
        let mut at = 0;
        for line in lines {
            let text = input
                .get(at..at + line.bytes.saturating_sub(2))
                .unwrap_or_default();
            let text = std::str::from_utf8(text).unwrap_or_default();
            let prefix = if style == CellStyle::default() || text.is_empty() {
                String::new()
            } else {
                format!("\x1b[{}m", sgr::codes(&style))
            };
            if line.has_tabs {
                history.push(&prefix, &scan::without_tabs(text), line.width, line.wide);
            } else {
                history.push(&prefix, text, line.width, line.wide);
            }
            style = line.style;
            at += line.bytes;
        }
        at
    }
}
