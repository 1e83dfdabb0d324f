//! Owns the vt100 parser: the only place that calls it. Hands rows that leave the grid to the history, and rebuilds a blank
//! grid after a caught panic. Takes only complete, cleaned sequences. Called by `Terminal`.

use std::fmt;

use vt100::capture::{BasicFormattedCaptureState, RowContents};

use super::caught::caught;
use super::history::{History, width_of};
use super::view::{CellRef, CellStyle, Color};
use crate::geometry::GridSize;

/// What vt100 calls a screen: two grids and the state of the pen.
pub(super) type Grid = vt100::Screen;

/// A grid of cells driven by bytes, and the history above it.
pub(super) struct Parser {
    inner: vt100::Parser<Capture>,
    /// The parser panicked since this was last asked.
    failed: bool,
}

/// Takes each row that scrolls off the primary grid.
#[derive(Default)]
struct Capture {
    history: History,
    state: Option<BasicFormattedCaptureState>,
    paused: bool,
    /// Rows taken so far.
    rows: usize,
}

impl vt100::Callbacks for Capture {
    fn on_scroll(&mut self, row: RowContents<'_>, alternate_screen: bool) {
        if alternate_screen || self.paused {
            return;
        }
        self.rows = self.rows.wrapping_add(1);
        if let Some(state) = &mut self.state {
            let mut ended = false;
            self.history.extend_line(|line| {
                let mut sink = RowSink::new(line, Begun::No);
                ended = row.write_formatted_basic(&mut sink, state).is_err();
                sink.extent()
            });
            if !ended {
                return;
            }
        }
        let mut state = BasicFormattedCaptureState::new();
        self.history.begin_line();
        self.history.extend_line(|line| {
            let mut sink = RowSink::new(line, Begun::Yes);
            // A string takes all that is written to it.
            let written = row.write_formatted_basic(&mut sink, &mut state);
            debug_assert!(written.is_ok());
            sink.extent()
        });
        self.state = Some(state);
    }
}

/// Whether a row is known to belong to the line that is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Begun {
    Yes,
    No,
}

/// Takes a row that continues a line, and refuses one that starts a new line: vt100 tells the two apart only by writing
/// a line feed before the latter.
struct RowSink<'a> {
    line: &'a mut String,
    begun: Begun,
    /// Length of the line before the row.
    start: usize,
}

impl<'a> RowSink<'a> {
    fn new(line: &'a mut String, begun: Begun) -> Self {
        let start = line.len();
        Self { line, begun, start }
    }

    /// Columns of what was taken, and whether some characters are wide.
    fn extent(&self) -> (usize, bool) {
        let mut rest = self.line.get(self.start..).unwrap_or_default();
        let (mut columns, mut any_wide) = (0, false);
        while !rest.is_empty() {
            let text = memchr::memchr(0x1b, rest.as_bytes()).unwrap_or(rest.len());
            let (text, sequence) = rest.split_at_checked(text).unwrap_or((rest, ""));
            let (width, wide) = width_of(text);
            columns += width;
            any_wide |= wide;
            // All sequences in it set colours.
            rest = match sequence.bytes().position(|byte| byte == b'm') {
                Some(end) => sequence.get(end + 1..).unwrap_or_default(),
                None => "",
            };
        }
        (columns, any_wide)
    }

    #[inline]
    fn begins(&mut self, first: Option<u8>) -> fmt::Result {
        if self.begun == Begun::No {
            if first == Some(b'\n') {
                return Err(fmt::Error);
            }
            self.begun = Begun::Yes;
        }
        Ok(())
    }
}

impl fmt::Write for RowSink<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.begins(text.as_bytes().first().copied())?;
        self.line.push_str(text);
        Ok(())
    }

    #[inline]
    fn write_char(&mut self, c: char) -> fmt::Result {
        self.begins(u8::try_from(c).ok())?;
        self.line.push(c);
        Ok(())
    }
}

impl Parser {
    pub(super) fn new(size: GridSize, history: History) -> Self {
        let capture = Capture {
            history,
            ..Capture::default()
        };
        let inner = Self::blank(size, capture);
        let failed = false;
        Self { inner, failed }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that owns a vt100 parser"
    )]
    fn blank(size: GridSize, capture: Capture) -> vt100::Parser<Capture> {
        // No scrollback of its own: it costs 30 times the memory of the text, and halves the speed.
        vt100::Parser::new_with_callbacks(size.nonzero_rows(), size.nonzero_cols(), 0, capture)
    }

    /// Feeds complete sequences and whole characters.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        let fed = caught(|| self.inner.process(bytes));
        if fed.is_none() {
            self.rebuild(self.size());
        }
    }

    /// How far down the grid shows something: the number of rows that are not blank at its end.
    pub(super) fn used_rows(&self) -> u16 {
        let mut sink = LastLine::default();
        let range = vt100::capture::BasicFormattedCaptureRange::Visible;
        let written = self.grid().write_contents_formatted_basic(&mut sink, range);
        debug_assert!(written.is_ok());
        let Some(last) = sink.last_used else {
            return 0;
        };
        // Wrapped rows are one line.
        let ends = (0..self.size().rows()).filter(|row| !self.grid().row_wrapped(*row));
        ends.take(last + 1).last().map_or(0, |row| row + 1)
    }

    /// Feeds without taking rows that scroll off.
    pub(super) fn feed_uncaptured(&mut self, bytes: &[u8]) {
        self.inner.callbacks_mut().paused = true;
        self.feed(bytes);
        self.inner.callbacks_mut().paused = false;
    }

    /// Changes the size of both grids by cutting and padding; nothing goes to the history. To be called on the primary grid.
    pub(super) fn resize(&mut self, size: GridSize) {
        self.inner.callbacks_mut().paused = true;
        let (rows, cols) = (size.nonzero_rows(), size.nonzero_cols());
        let done = caught(|| {
            // Else vt100 would add blank rows at the top for each row that ever scrolled off.
            self.inner.screen_mut().clear_scrollback();
            self.inner.set_size(rows, cols);
        });
        self.inner.callbacks_mut().paused = false;
        if done.is_none() {
            self.rebuild(size);
        }
    }

    /// Starts over with blank grids; the history stays.
    pub(super) fn rebuild(&mut self, size: GridSize) {
        let history = std::mem::take(self.history_mut());
        self.inner = Self::new(size, history).inner;
        self.failed = true;
    }

    /// Whether the parser panicked and the grid was rebuilt, since the last call.
    pub(super) fn take_failure(&mut self) -> bool {
        std::mem::take(&mut self.failed)
    }

    /// Ends the line that the newest history row belongs to: what scrolls off next starts a new one.
    pub(super) fn break_line(&mut self) {
        self.inner.callbacks_mut().state = None;
    }

    /// Rows that have scrolled off the primary grid so far; wraps around.
    pub(super) fn rows_taken(&self) -> usize {
        self.inner.callbacks().rows
    }

    /// Whether the newest line of the history goes on in the first row of the primary grid, as far as known.
    pub(super) fn history_runs_on(&self) -> bool {
        let Some(mut state) = self.inner.callbacks().state.clone() else {
            return false;
        };
        let mut probe = Probe::default();
        let range = vt100::capture::BasicFormattedCaptureRange::Full(&mut state);
        let stopped = self
            .grid()
            .write_contents_formatted_basic(&mut probe, range);
        stopped.is_err() && !probe.line_ended
    }

    pub(super) fn size(&self) -> GridSize {
        let (rows, cols) = self.grid().size();
        GridSize::new(rows.get(), cols.get())
    }

    pub(super) fn grid(&self) -> &Grid {
        self.inner.screen()
    }

    pub(super) fn history(&self) -> &History {
        &self.inner.callbacks().history
    }

    pub(super) fn history_mut(&mut self) -> &mut History {
        &mut self.inner.callbacks_mut().history
    }
}

/// The cell of a grid as it is drawn.
pub(super) fn cell_ref(grid: &Grid, row: u16, col: u16) -> CellRef<'_> {
    let Some(cell) = grid.cell(row, col) else {
        return CellRef {
            width: 1,
            ..CellRef::default()
        };
    };
    let width = match (cell.is_wide(), cell.is_wide_continuation()) {
        (true, _) => 2,
        (false, true) => 0,
        (false, false) => 1,
    };
    let bg = color(cell.bgcolor());
    if !cell.has_contents() && width == 1 {
        // An erased cell keeps all attributes in vt100; only the background is true.
        let style = CellStyle {
            bg,
            ..CellStyle::default()
        };
        return CellRef {
            text: "",
            width,
            style,
        };
    }
    let style = CellStyle {
        fg: color(cell.fgcolor()),
        bg,
        bold: cell.bold(),
        dim: cell.dim(),
        italic: cell.italic(),
        underline: cell.underline(),
        inverse: cell.inverse(),
        strike: false,
    };
    // Nothing may be joined to the glyph in the next cell.
    let text = cell.contents().trim_end_matches('\u{200d}');
    CellRef { text, width, style }
}

/// The style that the next character will have.
pub(super) fn pen(grid: &Grid) -> CellStyle {
    CellStyle {
        fg: color(grid.fgcolor()),
        bg: color(grid.bgcolor()),
        bold: grid.bold(),
        dim: grid.dim(),
        italic: grid.italic(),
        underline: grid.underline(),
        inverse: grid.inverse(),
        strike: false,
    }
}

fn color(color: vt100::Color) -> Color {
    match color {
        vt100::Color::Default => Color::Default,
        vt100::Color::Idx(index) => Color::Indexed(index),
        vt100::Color::Rgb(red, green, blue) => Color::Rgb(red, green, blue),
    }
}

/// Counts lines, and remembers the last one with something in it.
#[derive(Default)]
struct LastLine {
    line: usize,
    last_used: Option<usize>,
}

impl fmt::Write for LastLine {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        match text {
            "\n" => self.line += 1,
            "" => {}
            _ => self.last_used = Some(self.line),
        }
        Ok(())
    }
}

/// Looks at the first thing written only.
#[derive(Default)]
struct Probe {
    line_ended: bool,
}

impl fmt::Write for Probe {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.is_empty() {
            return Ok(());
        }
        self.line_ended = text.starts_with('\n');
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::HistoryLimits;

    const LIMITS: HistoryLimits = HistoryLimits {
        lines: 100,
        bytes: 1 << 20,
    };

    fn parser() -> Parser {
        Parser::new(GridSize::new(24, 80), History::new(LIMITS, 80))
    }

    /// The presentation selector widens a character in the last column; overwriting that one panics in vt100 0.18.1.
    /// When this fails, vt100 is repaired: let `is_shown` of the lexer pass U+FE0F.
    #[test]
    fn vt100_still_needs_the_presentation_selector_dropped() {
        let mut parser = parser();
        parser.feed("\x1b[24;80H1\u{fe0f}\x1b[23;80Hz".as_bytes());
        assert!(parser.take_failure());
    }

    #[test]
    fn a_panic_leaves_the_history_and_a_blank_grid() {
        let mut parser = parser();
        parser.feed(b"first\r\n\x1b[24;1H\n");
        parser.feed("\x1b[24;80H1\u{fe0f}\x1b[23;80Hz".as_bytes());
        assert!(parser.take_failure());
        assert!(!parser.take_failure());
        assert_eq!(
            parser
                .history()
                .lines()
                .map(|line| line.text().to_owned())
                .collect::<Vec<_>>(),
            // The widened cell did not fit and wrapped, which scrolled the row below off before the panic.
            ["first", ""]
        );
        parser.feed(b"again");
        assert_eq!(parser.grid().contents(), "again");
    }
}
