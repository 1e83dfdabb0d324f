//! Owns the rows that left the top of a pane's grid, as logical lines in blocks of text with colour sequences.
//! Wraps them at whatever width they are read. Knows nothing of vt100 or of the grid. `Parser` fills it, `Screen` reads it.

mod line;

use std::collections::VecDeque;

use super::HistoryLimits;
pub(super) use line::{Glyph, Line, apply, plain_width, width_of};

/// A block is sealed at this size, so that the oldest text goes away in small pieces.
const BLOCK_BYTES: usize = 64 * 1024;
/// A longer line is broken, so that one endless line cannot escape the limits.
const LINE_BYTES: usize = 64 * 1024;
/// Wide characters make counting rows a walk along the line, so such lines are broken sooner.
const WIDE_LINE_BYTES: usize = 4 * 1024;
const WIDE: u32 = 1 << 31;

/// The history of one pane.
#[derive(Default)]
pub(super) struct History {
    blocks: VecDeque<Block>,
    limits: HistoryLimits,
    cols: usize,
    lines: usize,
    rows: usize,
    sealed_bytes: usize,
    dropped_lines: u64,
    dropped_rows: usize,
}

#[derive(Default)]
struct Block {
    text: String,
    lines: Vec<Extent>,
    /// Lines at the front that are dropped already.
    gone: usize,
    rows: usize,
}

/// Where a line ends in its block, and how wide it is (with [`WIDE`] when it has wide characters).
#[derive(Clone, Copy)]
struct Extent {
    end: u32,
    width: u32,
}

impl Block {
    fn bytes(&self) -> usize {
        self.text.capacity() + self.lines.capacity() * size_of::<Extent>() + size_of::<Self>()
    }

    fn used(&self) -> usize {
        self.text.len() + self.lines.len() * size_of::<Extent>()
    }

    fn line(&self, index: usize) -> Option<Line<'_>> {
        let extent = self.lines.get(index)?;
        let before = index.checked_sub(1).and_then(|i| self.lines.get(i));
        let start = before.map_or(0, |before| before.end);
        let text = self.text.get(start as usize..extent.end as usize)?;
        let wide = extent.width & WIDE != 0;
        Some(Line::new(text, (extent.width & !WIDE) as usize, wide))
    }

    fn count_rows(&mut self, cols: usize) {
        let lines = (self.gone..self.lines.len()).filter_map(|i| self.line(i));
        self.rows = lines.map(|line| line.rows(cols)).sum();
    }
}

impl History {
    pub(super) fn new(limits: HistoryLimits, cols: u16) -> Self {
        let cols = usize::from(cols);
        Self {
            limits,
            cols,
            ..Self::default()
        }
    }

    /// Rows at the present width.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn first_row(&self) -> usize {
        self.dropped_rows
    }

    /// Memory taken. Bytes.
    pub(super) fn bytes(&self) -> usize {
        self.sealed_bytes + self.blocks.back().map_or(0, Block::bytes)
    }

    pub(super) fn set_cols(&mut self, cols: u16) {
        self.cols = usize::from(cols);
        for block in &mut self.blocks {
            block.count_rows(self.cols);
        }
        self.rows = self.blocks.iter().map(|block| block.rows).sum();
    }

    /// Forgets everything, but keeps numbering on.
    pub(super) fn clear(&mut self) {
        self.dropped_lines = self.dropped_lines.saturating_add(self.lines as u64);
        self.dropped_rows += self.rows;
        (self.lines, self.rows, self.sealed_bytes) = (0, 0, 0);
        self.blocks.clear();
    }

    /// Appends a finished line of known width, which begins with `prefix`.
    pub(super) fn push(&mut self, prefix: &str, text: &str, width: usize, wide: bool) {
        self.begin_line();
        let write = |line: &mut String| {
            line.push_str(prefix);
            line.push_str(text);
            (width, wide)
        };
        self.extend_line(write);
    }

    /// Opens a line, which [`Self::extend_line`] fills.
    pub(super) fn begin_line(&mut self) {
        let full = |block: &Block| block.used() >= self.block_bytes();
        if self.blocks.back().is_none_or(full) {
            self.seal();
            self.blocks.push_back(Block::default());
        }
        if let Some(block) = self.blocks.back_mut() {
            let end = u32::try_from(block.text.len()).unwrap_or(u32::MAX);
            block.lines.push(Extent { end, width: 0 });
            block.rows += 1;
            self.rows += 1;
            self.lines += 1;
        }
        self.enforce();
    }

    /// Appends to the newest line; `write` says how many columns it added, and whether some characters are wide.
    pub(super) fn extend_line(&mut self, write: impl FnOnce(&mut String) -> (usize, bool)) {
        if self.newest_is_full() {
            self.begin_line();
        }
        let cols = self.cols;
        let Some(block) = self.blocks.back_mut() else {
            return;
        };
        let Some(index) = block.lines.len().checked_sub(1) else {
            return;
        };
        let rows_before = block.line(index).map_or(0, |line| line.rows(cols));
        let (width, wide) = write(&mut block.text);
        if let Some(extent) = block.lines.last_mut() {
            let columns = u32::try_from(width).unwrap_or(u32::MAX) & !WIDE;
            extent.end = u32::try_from(block.text.len()).unwrap_or(u32::MAX);
            extent.width = extent.width.saturating_add(columns) | if wide { WIDE } else { 0 };
        }
        let rows_after = block.line(index).map_or(0, |line| line.rows(cols));
        block.rows = block.rows + rows_after - rows_before;
        self.rows = self.rows + rows_after - rows_before;
    }

    /// Takes the newest line out again.
    pub(super) fn pop(&mut self) -> Option<String> {
        let cols = self.cols;
        let block = self.blocks.back_mut()?;
        let index = block.lines.len().checked_sub(1)?;
        let line = block.line(index)?;
        let (text, rows) = (line.text().to_owned(), line.rows(cols));
        block.text.truncate(block.text.len() - text.len());
        block.lines.pop();
        block.rows -= rows;
        self.rows -= rows;
        self.lines -= 1;
        if block.lines.len() <= block.gone {
            self.blocks.pop_back();
            // The block before was counted as sealed; it is the open one now.
            self.sealed_bytes -= self.blocks.back().map_or(0, Block::bytes);
        }
        Some(text)
    }

    fn newest_is_full(&self) -> bool {
        let Some(line) = self.lines().next_back() else {
            return true;
        };
        let limit = if line.is_wide() {
            WIDE_LINE_BYTES
        } else {
            LINE_BYTES
        };
        line.text().len() >= limit
    }

    fn block_bytes(&self) -> usize {
        BLOCK_BYTES.min(self.limits.bytes / 8)
    }

    fn seal(&mut self) {
        if let Some(block) = self.blocks.back_mut() {
            block.text.shrink_to_fit();
            block.lines.shrink_to_fit();
            self.sealed_bytes += block.bytes();
        }
    }

    fn enforce(&mut self) {
        while self.lines > self.limits.lines.max(1) {
            self.drop_oldest_line();
        }
        self.shrink(self.limits.bytes);
    }

    /// Drops whole blocks from the old end until at most `bytes` are taken.
    pub(super) fn shrink(&mut self, bytes: usize) {
        while self.bytes() > bytes && self.blocks.len() > 1 {
            let before = self.blocks.len();
            while self.blocks.len() == before {
                self.drop_oldest_line();
            }
        }
    }

    fn drop_oldest_line(&mut self) {
        let cols = self.cols;
        let Some(block) = self.blocks.front_mut() else {
            return;
        };
        let rows = block.line(block.gone).map_or(0, |line| line.rows(cols));
        block.gone += 1;
        block.rows -= rows;
        self.rows -= rows;
        self.lines = self.lines.saturating_sub(1);
        self.dropped_rows += rows;
        self.dropped_lines += 1;
        if block.gone >= block.lines.len() {
            let bytes = block.bytes();
            let newest = self.blocks.len() == 1;
            self.blocks.pop_front();
            self.sealed_bytes -= if newest { 0 } else { bytes };
        }
    }

    /// All lines, oldest first.
    pub(super) fn lines(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        self.blocks.iter().flat_map(Block::all)
    }

    /// The number of the oldest line kept, counted from the start of the pane.
    pub(super) fn first_line(&self) -> u64 {
        self.dropped_lines
    }

    /// The line that holds a row, counted from the oldest row kept: its number, itself, and the row within it.
    pub(super) fn line_at(&self, row: usize) -> Option<(u64, Line<'_>, usize)> {
        let (mut rest, mut number) = (row, self.dropped_lines);
        for block in &self.blocks {
            if rest >= block.rows {
                rest -= block.rows;
                number += (block.lines.len() - block.gone) as u64;
                continue;
            }
            for line in block.all() {
                let rows = line.rows(self.cols);
                if rest < rows {
                    return Some((number, line, rest));
                }
                rest -= rows;
                number += 1;
            }
        }
        None
    }

    /// The first row of a line, counted from the oldest row kept; none when dropped or not there yet.
    pub(super) fn row_of(&self, number: u64) -> Option<(usize, Line<'_>)> {
        let index = usize::try_from(number.checked_sub(self.dropped_lines)?).ok()?;
        let (mut rest, mut row) = (index, 0);
        for block in &self.blocks {
            let count = block.lines.len() - block.gone;
            if rest >= count {
                rest -= count;
                row += block.rows;
                continue;
            }
            let above: usize = block
                .all()
                .take(rest)
                .map(|line| line.rows(self.cols))
                .sum();
            return Some((row + above, block.line(block.gone + rest)?));
        }
        None
    }
}

impl Block {
    fn all(&self) -> impl DoubleEndedIterator<Item = Line<'_>> {
        (self.gone..self.lines.len()).filter_map(|index| self.line(index))
    }
}
