//! Owns what a terminal does beyond the grid of vt100: every sequence is either understood here, rewritten for it, or passed on
//! as it is. Nothing else reaches it. Knows nothing of sessions or of drawing. Called by `Screen`.

mod budget;
mod bulk;
mod charset;
mod csi;
mod cursor;
mod erase;
mod links;
mod modes;
mod reply;
mod resize;
mod run;
mod strings;
mod tabs;

use std::ops::Range;
use std::time::Instant;

use unicode_width::UnicodeWidthChar;

use super::history::History;
use super::lexer::{Lexer, Token};
use super::parser::Parser;
use super::sgr::Pen;
use super::{Colors, CursorShape, Fed};
use crate::geometry::GridSize;

use budget::Budget;
use charset::{Charset, Letters};
use cursor::Saved;
use links::Links;
use modes::Held;
pub(super) use modes::Modes;
use strings::Titles;
use tabs::Tabs;

/// Output that is drawn before another look for a flood of lines. Bytes.
const BULK_AGAIN: usize = 4096;

/// Rewritten output waits here for the grid up to this size.
const OUT_BYTES: usize = 16 * 1024;

/// The terminal of one pane.
pub(super) struct Terminal {
    pub(super) parser: Parser,
    lexer: Lexer,
    /// Output for the grid, not fed yet.
    out: Vec<u8>,
    /// The cursor's column is at most this; asking the grid itself means feeding it first.
    reach: usize,
    size: GridSize,
    pub(super) modes: Modes,
    /// First and last row of the scroll region.
    margins: (u16, u16),
    tabs: Tabs,
    charset: Charset,
    pen: Pen,
    /// Of the primary and of the alternate screen.
    saved: [Saved; 2],
    pub(super) titles: Titles,
    pub(super) links: Links,
    pub(super) shape: CursorShape,
    /// Where the cursor of the primary screen was put by the last change of size.
    rewrapped_cursor: (u16, u16),
    pub(super) held: Option<Box<Held>>,
    pub(super) colors: Colors,
    /// When the open string began.
    string_since: Option<Instant>,
    last_bell: Option<Instant>,
    budget: Budget,
    /// Nothing came since everything was reset: resetting again changes nothing.
    just_reset: bool,
    fed: Fed,
}

impl Terminal {
    pub(super) fn new(size: GridSize, history: History) -> Self {
        Self {
            parser: Parser::new(size, history),
            lexer: Lexer::default(),
            out: Vec::new(),
            reach: 0,
            size,
            modes: Modes::default(),
            margins: (0, size.rows().saturating_sub(1)),
            tabs: Tabs::default(),
            charset: Charset::default(),
            pen: Pen::default(),
            saved: [Saved::default(), Saved::default()],
            titles: Titles::default(),
            links: Links::default(),
            shape: CursorShape::default(),
            rewrapped_cursor: (0, 0),
            held: None,
            colors: Colors::default(),
            string_since: None,
            last_bell: None,
            budget: Budget::default(),
            just_reset: false,
            fed: Fed::default(),
        }
    }

    pub(super) fn size(&self) -> GridSize {
        self.size
    }

    /// The row and the columns of it that are all that this output can change, where a look at it tells: letters that fit behind the
    /// cursor. A wide character of which they take one half loses the other.
    pub(super) fn only_cells_of(&self, output: &[u8]) -> Option<(u16, Range<u16>)> {
        let letters = output.iter().all(|byte| (0x20..0x7f).contains(byte));
        let fits = self.reach + output.len() <= self.cols();
        let alone = self.held.is_none() && self.lexer.is_between_tokens();
        if !letters || !fits || !alone || !self.prints_plainly() {
            return None;
        }
        let (row, col) = self.parser.grid().cursor_position();
        let end = usize::from(col) + output.len() + 1;
        Some((
            row,
            col.saturating_sub(1)..u16::try_from(end).unwrap_or(u16::MAX),
        ))
    }

    /// Takes output of the program.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Instant) -> Fed {
        self.end_late_update(now);
        self.budget.refill(now);
        let kept = self.parser.history().bytes();
        let mut lexer = std::mem::take(&mut self.lexer);
        let mut rest = bytes;
        // A flood that was not skipped is looked at again behind the line that was in the way.
        let mut looked_at = rest.len() + 1;
        loop {
            if rest.len() < looked_at && lexer.is_between_tokens() {
                let taken = self.bulk(rest);
                self.just_reset &= taken == 0;
                rest = rest.get(taken..).unwrap_or_default();
                looked_at = rest.len().saturating_sub(BULK_AGAIN);
            }
            if rest.starts_with(b"\x1b[") && lexer.is_between_tokens() {
                let taken = self.run(rest);
                self.just_reset &= taken == 0;
                rest = rest.get(taken..).unwrap_or_default();
            }
            let Some(token) = lexer.next(&mut rest) else {
                break;
            };
            self.act(token, now);
        }
        self.lexer = lexer;
        self.time_string(now);
        self.flush();
        let history = self.parser.history_mut();
        self.budget.bound_growth(history, kept, bytes.len());
        self.fed.recovered = self.recover();
        std::mem::take(&mut self.fed)
    }

    /// Follows a rebuilt grid; `true` when there was one.
    pub(super) fn recover(&mut self) -> bool {
        let failed = self.parser.take_failure();
        if failed {
            self.after_rebuild();
        }
        failed
    }

    #[inline]
    fn act(&mut self, token: Token<'_>, now: Instant) {
        let was_reset = std::mem::take(&mut self.just_reset);
        match token {
            Token::Text(text) => self.text(text),
            Token::Control(byte) => self.control(byte, now),
            Token::Escape {
                between: [],
                last: b'c',
            } if was_reset => self.just_reset = true,
            Token::Escape { between, last } => self.escape(between, last),
            Token::Csi(csi) => self.csi(&csi, now),
            Token::String { kind, body, bell } => self.string(kind, body, bell),
        }
    }

    /// Hands what was rewritten so far to the grid.
    fn flush(&mut self) {
        if !self.out.is_empty() {
            self.parser.feed(&self.out);
            self.out.clear();
        }
    }

    #[inline]
    fn emit(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        if self.out.len() >= OUT_BYTES {
            self.flush();
        }
    }

    #[inline]
    fn cols(&self) -> usize {
        usize::from(self.size.cols())
    }

    /// Valid UTF-8.
    #[inline]
    fn text(&mut self, text: &[u8]) {
        if self.is_plain_for(text) {
            self.plain_text(text);
        } else {
            self.odd_text(std::str::from_utf8(text).unwrap_or_default());
        }
    }

    /// Whether the grid itself treats the text right.
    #[inline]
    fn is_plain_for(&self, text: &[u8]) -> bool {
        if !self.prints_plainly() {
            return false;
        }
        !self.pen.background
            || (self.reach + text.len() <= self.cols() && memchr::memchr(b'\n', text).is_none())
    }

    /// Whether no mode changes what printing does.
    #[inline]
    fn prints_plainly(&self) -> bool {
        !self.modes.insert
            && self.modes.wrap
            && !self.modes.newline
            && !self.pen.conceals()
            && self.charset.letters() == Letters::Ascii
    }

    #[inline]
    fn plain_text(&mut self, text: &[u8]) {
        self.reach = match memchr::memrchr(b'\r', text) {
            Some(at) => text.len() - at - 1,
            None => self.reach + text.len(),
        };
        self.emit(text);
    }

    fn odd_text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\r' => self.carriage_return(),
                '\n' => self.line_feed(),
                c if self.pen.conceals() => (0..c.width().unwrap_or(0)).for_each(|_| self.put(' ')),
                c => self.put(self.charset.letters().show(c)),
            }
        }
    }

    fn carriage_return(&mut self) {
        self.emit(b"\r");
        self.reach = 0;
    }

    fn line_feed(&mut self) {
        if self.modes.newline {
            self.carriage_return();
        }
        self.index();
    }

    /// One row down, scrolling at the end of the region.
    fn index(&mut self) {
        if !self.pen.background {
            self.emit(b"\n");
            return;
        }
        let (row, _) = self.cursor();
        self.emit(b"\n");
        if row == self.margins.1 {
            self.erase(b"\x1b[2K");
        }
    }

    /// One character where the grid needs help with it.
    fn put(&mut self, c: char) {
        let width = c.width().unwrap_or(0).min(2);
        let wraps = width > 0 && self.reach + width > self.cols() && {
            let (_, col) = self.cursor();
            usize::from(col) + width > self.cols()
        };
        let scrolls = wraps && self.pen.background && self.cursor().0 == self.margins.1;
        if wraps && !self.modes.wrap {
            let last = self.cols().saturating_sub(width) + 1;
            self.go_to_column(last);
        } else if wraps && self.modes.insert {
            self.emit(b"\r\n");
            self.reach = 0;
        }
        if self.modes.insert && width > 0 {
            self.emit(if width == 2 { b"\x1b[2@" } else { b"\x1b[@" });
        }
        let mut buffer = [0; 4];
        self.emit(c.encode_utf8(&mut buffer).as_bytes());
        self.reach += width;
        if scrolls && self.modes.wrap {
            self.erase(b"\x1b[K");
        }
    }

    fn control(&mut self, byte: u8, now: Instant) {
        match byte {
            0x07 => self.bell(now),
            0x08 => self.back(1),
            0x09 => self.tab(1),
            // An escape sequence may hold these two; elsewhere they are text.
            b'\r' => self.carriage_return(),
            b'\n' | 0x0b | 0x0c => self.line_feed(),
            0x0e => self.charset.shifted = true,
            0x0f => self.charset.shifted = false,
            _ => {}
        }
    }

    fn bell(&mut self, now: Instant) {
        let quiet = |last| now.saturating_duration_since(last).as_secs() >= 1;
        if self.last_bell.is_none_or(quiet) {
            self.last_bell = Some(now);
            self.fed.bell = true;
        }
    }

    fn escape(&mut self, between: &[u8], last: u8) {
        match (between, last) {
            ([], b'7') => self.save_cursor(),
            ([], b'8') => self.restore_cursor(),
            ([], b'D') => self.index(),
            ([], b'E') => {
                self.carriage_return();
                self.index();
            }
            ([], b'H') => self.set_tab(),
            ([], b'M') => self.reverse_index(),
            ([], b'Z') => self.reply(b"\x1b[?1;2c"),
            ([], b'c') => self.full_reset(),
            ([], b'=') => self.modes.input.application_keypad = true,
            ([], b'>') => self.modes.input.application_keypad = false,
            ([b'('], set) => self.designate(0, set),
            ([b')'], set) => self.designate(1, set),
            ([b'#'], b'8') => self.alignment_pattern(),
            _ => {}
        }
    }

    fn designate(&mut self, slot: usize, set: u8) {
        if let Some(letters) = self.charset.sets.get_mut(slot) {
            *letters = Letters::named(set);
        }
    }

    /// The grid was rebuilt blank: everything about its state starts over, modes of the keyboard stay.
    fn after_rebuild(&mut self) {
        let input = self.modes.input;
        self.modes = Modes::default();
        self.modes.input = input;
        self.held = None;
        self.modes.input.alternate_screen = false;
        self.margins = (0, self.size.rows().saturating_sub(1));
        self.pen = Pen::default();
        self.charset = Charset::default();
        self.reach = 0;
    }
}
