//! Owns selected text, words and matches, across soft wraps. Part of `Screen`.

use std::ops::Range;

use regex::Regex;

use super::super::history::Glyph;
use super::super::parser::cell_ref;
use super::super::view::{Match, Point, Selection, SelectionShape};
use super::Screen;

/// A search stops at so many matches.
const MATCHES: usize = 10_000;
/// What belongs to a word besides letters and digits.
const WORD: &str = "-_./~:@%+";

/// A logical line with the place of each character.
struct Laid {
    text: String,
    /// Byte offset, place and width of each glyph, in order.
    glyphs: Vec<(usize, Point, u16)>,
    first_row: usize,
    rows: usize,
}

impl Laid {
    fn new(first_row: usize) -> Self {
        Self {
            text: String::new(),
            glyphs: Vec::new(),
            first_row,
            rows: 1,
        }
    }

    fn of_history<'a>(
        placed: impl Iterator<Item = (usize, usize, Glyph<'a>)>,
        first_row: usize,
        rows: usize,
    ) -> Self {
        let mut laid = Self {
            rows,
            ..Self::new(first_row)
        };
        for (row, col, glyph) in placed {
            laid.push(glyph.text, first_row + row, col, glyph.width);
        }
        laid
    }

    fn push(&mut self, text: &str, row: usize, col: usize, width: u8) {
        let col = u16::try_from(col).unwrap_or(u16::MAX);
        self.glyphs
            .push((self.text.len(), Point { row, col }, u16::from(width)));
        self.text.push_str(if text.is_empty() { " " } else { text });
    }

    fn span(&self, range: Range<usize>) -> Option<Match> {
        let first = self
            .glyphs
            .partition_point(|(at, _, _)| *at <= range.start)
            .checked_sub(1)?;
        let last = self
            .glyphs
            .partition_point(|(at, _, _)| *at < range.end)
            .checked_sub(1)?;
        let (_, start, _) = *self.glyphs.get(first)?;
        let (_, last, width) = *self.glyphs.get(last)?;
        let end = Point {
            row: last.row,
            col: last.col + width.saturating_sub(1),
        };
        Some(Match { start, end })
    }
}

impl Screen {
    /// All matches in history and grid, oldest first, across soft wraps; at most 10,000. Empty matches do not count.
    pub fn search(&self, pattern: &Regex) -> Vec<Match> {
        let mut found = Vec::new();
        let mut row = self.first_row();
        let mut lines = self.history().lines().peekable();
        let runs_on = self.runs_on();
        while let Some(line) = lines.next() {
            let rows = line.rows(self.cols());
            let open = lines.peek().is_none() && runs_on;
            let plain = !line.text().contains('\x1b');
            // Laying a line out costs more than looking at it.
            if open || !plain || pattern.is_match(line.text()) {
                let mut laid = Laid::of_history(line.placed(self.cols()), row, rows);
                if open {
                    self.lay_grid_line(&mut laid, 0);
                }
                add_matches(&laid, pattern, &mut found);
            }
            row += rows;
            if found.len() >= MATCHES {
                return found;
            }
        }
        let skip = if runs_on { self.grid_line_rows(0) } else { 0 };
        self.search_grid(pattern, skip, &mut found);
        found
    }

    fn search_grid(&self, pattern: &Regex, from: u16, found: &mut Vec<Match>) {
        let mut row = from;
        while row < self.size().rows() && found.len() < MATCHES {
            let mut laid = Laid::new(self.grid_top() + usize::from(row));
            row += self.lay_grid_line(&mut laid, row);
            add_matches(&laid, pattern, found);
        }
    }

    /// The number of the first row of the grid.
    fn grid_top(&self) -> usize {
        self.first_row() + self.history_rows()
    }

    fn grid_line_rows(&self, row: u16) -> u16 {
        let wraps = |row: &u16| self.shown().row_wrapped(*row);
        let more = (row..self.size().rows().saturating_sub(1))
            .take_while(wraps)
            .count();
        u16::try_from(more).unwrap_or(0) + 1
    }

    /// Adds the logical line that begins in a row of the grid; says how many rows it takes.
    fn lay_grid_line(&self, laid: &mut Laid, row: u16) -> u16 {
        let rows = self.grid_line_rows(row);
        for row in row..row + rows {
            for col in 0..self.size().cols() {
                let cell = cell_ref(self.shown(), row, col);
                if cell.width > 0 {
                    laid.push(
                        cell.text,
                        self.grid_top() + usize::from(row),
                        usize::from(col),
                        cell.width,
                    );
                }
            }
        }
        laid.rows = (self.grid_top() + usize::from(row + rows)).saturating_sub(laid.first_row);
        let text = laid.text.trim_end_matches(' ').len();
        laid.text.truncate(text);
        laid.glyphs.retain(|(at, _, _)| *at < text);
        rows
    }

    /// The logical line that holds a row; none beyond the last row.
    fn laid_line(&self, row: usize) -> Option<Laid> {
        let above = row.checked_sub(self.first_row())?;
        let runs_on = self.runs_on();
        let last = self.history_rows().checked_sub(1);
        let in_grid = above.checked_sub(self.history_rows());
        let grid_row = in_grid.map(|row| u16::try_from(row).unwrap_or(u16::MAX));
        if let Some(grid_row) = grid_row {
            if grid_row >= self.size().rows() {
                return None;
            }
            let wraps = |row: &u16| self.shown().row_wrapped(*row);
            let before = (0..grid_row).rev().take_while(wraps).count();
            let first = grid_row - u16::try_from(before).unwrap_or(0);
            if first > 0 || !runs_on || last.is_none() {
                let mut laid = Laid::new(self.grid_top() + usize::from(first));
                self.lay_grid_line(&mut laid, first);
                return Some(laid);
            }
        }
        let (number, line, within) =
            self.history()
                .line_at(if grid_row.is_some() { last? } else { above })?;
        let first_row = if grid_row.is_some() {
            self.grid_top() - 1 - within
        } else {
            row - within
        };
        let rows = line.rows(self.cols());
        let mut laid = Laid::of_history(line.placed(self.cols()), first_row, rows);
        let newest = self.history().row_of(number + 1).is_none();
        if newest && runs_on {
            self.lay_grid_line(&mut laid, 0);
        }
        Some(laid)
    }

    /// The selected text: soft wraps joined, trailing blanks cut.
    pub fn text(&self, selection: Selection) -> String {
        let (start, end) = (
            selection.start.min(selection.end),
            selection.start.max(selection.end),
        );
        let (left, right) = (
            start.col.min(end.col),
            selection.start.col.max(selection.end.col),
        );
        let mut pieces = Vec::new();
        let mut row = start.row.max(self.first_row());
        while row <= end.row {
            let Some(laid) = self.laid_line(row) else {
                break;
            };
            let next = laid.first_row + laid.rows;
            match selection.shape {
                SelectionShape::Line => pieces.push(laid.text.trim_end().to_owned()),
                SelectionShape::Stream => pieces.push(piece(&laid, |at| start <= at && at <= end)),
                SelectionShape::Block => {
                    let rows = row..next.min(end.row + 1);
                    let cell =
                        |row| move |at: Point| at.row == row && (left..=right).contains(&at.col);
                    pieces.extend(rows.map(|row| piece(&laid, cell(row))));
                }
            }
            row = next.max(row + 1);
        }
        pieces.join("\n")
    }

    /// The word at a point: a run of letters, digits and `-_./~:@%+`, across soft wraps; or the single cell.
    pub fn word_at(&self, point: Point) -> Selection {
        let shape = SelectionShape::Stream;
        let single = Selection {
            start: point,
            end: point,
            shape,
        };
        let Some(laid) = self.laid_line(point.row) else {
            return single;
        };
        let covers = |(_, at, width): &(usize, Point, u16)| {
            at.row == point.row && (at.col..at.col + width).contains(&point.col)
        };
        let Some(index) = laid.glyphs.iter().position(covers) else {
            return single;
        };
        let is_word = |index: &usize| {
            let at = laid
                .glyphs
                .get(*index)
                .and_then(|(at, _, _)| laid.text.get(*at..));
            let first = at.and_then(|text| text.chars().next());
            first.is_some_and(|c| c.is_alphanumeric() || WORD.contains(c))
        };
        if !is_word(&index) {
            return single;
        }
        let first = (0..=index)
            .rev()
            .take_while(is_word)
            .last()
            .unwrap_or(index);
        let last = (index..laid.glyphs.len())
            .take_while(is_word)
            .last()
            .unwrap_or(index);
        match (laid.glyphs.get(first), laid.glyphs.get(last)) {
            (Some((_, start, _)), Some((_, end, _))) => Selection {
                start: *start,
                end: *end,
                shape,
            },
            _ => single,
        }
    }
}

/// The characters of a line whose places are wanted, without trailing blanks.
fn piece(laid: &Laid, wanted: impl Fn(Point) -> bool) -> String {
    let mut text = String::new();
    let ends = laid
        .glyphs
        .iter()
        .skip(1)
        .map(|(at, _, _)| *at)
        .chain([laid.text.len()]);
    for ((at, point, _), end) in laid.glyphs.iter().zip(ends) {
        if wanted(*point) {
            text.push_str(laid.text.get(*at..end).unwrap_or_default());
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn add_matches(laid: &Laid, pattern: &Regex, found: &mut Vec<Match>) {
    let ranges = pattern.find_iter(&laid.text).map(|hit| hit.range());
    let spans = ranges
        .filter(|range| !range.is_empty())
        .filter_map(|range| laid.span(range));
    found.extend(spans.take(MATCHES - found.len().min(MATCHES)));
}
