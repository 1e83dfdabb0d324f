//! Owns one pane's terminal: bytes of a session in; cells, replies and modes out. Knows nothing of sessions, of drawing or of clocks.
//! `app` feeds it, `ui` draws it.

mod caught;
mod changes;
mod history;
mod lexer;
mod parser;
mod read;
mod repaint;
mod sgr;
mod terminal;
#[cfg(test)]
mod upstream;
mod view;

use std::ops::Range;
use std::time::Instant;

use crate::geometry::GridSize;
use crate::keys::InputModes;

pub use caught::parsing;
use changes::Changes;
use history::History;
use terminal::Terminal;
pub use view::{
    Anchor, CellRef, CellStyle, Color, Cursor, CursorShape, Match, Point, Selection,
    SelectionShape, View,
};

/// What programs are told when they ask for the colours of the terminal. Red, green, blue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colors {
    pub foreground: (u8, u8, u8),
    pub background: (u8, u8, u8),
}

impl Default for Colors {
    fn default() -> Self {
        Self {
            foreground: (229, 229, 229),
            background: (0, 0, 0),
        }
    }
}

/// How much history a pane keeps; the first bound that is reached counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct HistoryLimits {
    /// Lines as the program wrote them; soft-wrapped rows count once.
    pub lines: usize,
    /// Bytes of memory.
    pub bytes: usize,
}

/// What feeding bytes brought about besides changed cells.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Fed {
    /// Owed to the session that sent the bytes, and to no other. At most 4 KiB.
    pub replies: Vec<u8>,
    /// The bell rang, at most once per second.
    pub bell: bool,
    pub title_changed: bool,
    /// The parser failed on these bytes; the grid was rebuilt blank and the history kept.
    pub recovered: bool,
    /// What the program asked to put on the clipboard (OSC 52), decoded, at most 64 KiB.
    pub clipboard: Option<Vec<u8>>,
}

/// One pane's terminal.
pub struct Screen {
    terminal: Terminal,
    revision: u64,
    changes: Changes,
}

impl Screen {
    /// A blank grid with an empty history.
    pub fn new(size: GridSize, history: HistoryLimits) -> Self {
        let terminal = Terminal::new(size, History::new(history, size.cols()));
        Self {
            terminal,
            revision: 0,
            changes: Changes::default(),
        }
    }

    /// Takes output of the session.
    pub fn feed(&mut self, bytes: &[u8], now: Instant) -> Fed {
        match self.terminal.only_cells_of(bytes) {
            Some((row, columns)) => self.touch_few(row, columns),
            None => self.touch(),
        }
        self.terminal.feed(bytes, now)
    }

    /// Ends a synchronised update that the program has left open for 150 ms, and an unterminated string after 5 s.
    pub fn tick(&mut self, now: Instant) {
        if self.terminal.end_late_update(now) {
            self.touch();
        }
        self.terminal.time_string(now);
    }

    /// When [`Self::tick`] has something to do, if ever.
    pub fn next_tick(&self) -> Option<Instant> {
        let update = self.terminal.modes.synchronised_until;
        update
            .into_iter()
            .chain(self.terminal.string_deadline())
            .min()
    }

    /// Changes the size; history and primary screen are wrapped anew, the alternate screen is cut or extended.
    /// `true` when the parser failed and the grid was rebuilt.
    pub fn resize(&mut self, size: GridSize) -> bool {
        self.touch();
        self.terminal.resize(size);
        self.terminal.recover()
    }

    pub fn size(&self) -> GridSize {
        self.terminal.size()
    }

    /// Marks `dropped` bytes of lost output and starts over with a blank grid; input modes are kept.
    pub fn reset_after_gap(&mut self, dropped: usize) {
        self.touch();
        self.terminal.mark_gap(dropped);
    }

    /// What the program is told when it asks for the terminal's colours.
    pub fn set_colors(&mut self, colors: Colors) {
        self.terminal.colors = colors;
    }

    pub fn modes(&self) -> InputModes {
        self.terminal.modes.input
    }

    pub fn alternate_screen(&self) -> bool {
        self.modes().alternate_screen
    }

    /// The title that the program set: printable, at most 256 characters.
    pub fn title(&self) -> &str {
        &self.terminal.titles.now
    }

    /// Web addresses that the program has linked (OSC 8), the newest first: at most 64 of at most 1 KiB, printable ASCII.
    pub fn links(&self) -> impl Iterator<Item = &str> {
        self.terminal.links.iter()
    }

    /// The cursor of the live grid, none while hidden.
    pub fn cursor(&self) -> Option<Cursor> {
        match &self.terminal.held {
            Some(held) => held.cursor,
            None => self.terminal.visible_cursor(),
        }
    }

    /// Changes whenever what [`Self::view`] or [`Self::cursor`] show may have changed.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The columns of a row of the live grid that may look otherwise than they did at that revision; they may reach beyond its end.
    pub fn changed_since(&self, revision: u64, row: u16) -> Range<u16> {
        self.changes.since(revision, row)
    }

    fn touch(&mut self) {
        self.revision = self.revision.wrapping_add(1);
        self.changes.all(self.revision);
    }

    fn touch_few(&mut self, row: u16, columns: Range<u16>) {
        self.revision = self.revision.wrapping_add(1);
        self.changes.few(self.revision, row, columns);
    }
}
