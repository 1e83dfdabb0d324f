//! Owns one logical line of history: how wide it is, where it wraps, and its glyphs with their styles.
//! Knows nothing of where lines are kept. Read by `History` and by what searches and draws it.

use unicode_width::UnicodeWidthChar;

use crate::screen::view::{CellStyle, Color};

/// One line as the program wrote it, soft wraps joined, colours as SGR sequences.
#[derive(Clone, Copy)]
pub(in crate::screen) struct Line<'a> {
    text: &'a str,
    width: usize,
    wide: bool,
}

/// One character of a line with its combining marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::screen) struct Glyph<'a> {
    pub(in crate::screen) text: &'a str,
    /// Columns: 1 or 2.
    pub(in crate::screen) width: u8,
    pub(in crate::screen) style: CellStyle,
}

impl<'a> Line<'a> {
    pub(in crate::screen) fn new(text: &'a str, width: usize, wide: bool) -> Self {
        Self { text, width, wide }
    }

    /// The text with its colour sequences.
    pub(in crate::screen) fn text(&self) -> &'a str {
        self.text
    }

    pub(in crate::screen) fn is_wide(&self) -> bool {
        self.wide
    }

    /// Rows that it takes at a width; an empty line takes one.
    pub(in crate::screen) fn rows(&self, cols: usize) -> usize {
        if !self.wide || self.width <= cols {
            return self.width.div_ceil(cols.max(1)).max(1);
        }
        let mut placer = Placer::new(cols);
        let last = glyphs(self.text)
            .map(|glyph| placer.place(glyph.width).0)
            .last();
        last.map_or(1, |row| row + 1)
    }

    /// Glyphs with their row and column at a width.
    pub(in crate::screen) fn placed(
        &self,
        cols: usize,
    ) -> impl Iterator<Item = (usize, usize, Glyph<'a>)> + use<'a> {
        let mut placer = Placer::new(cols);
        glyphs(self.text).map(move |glyph| {
            let (row, col) = placer.place(glyph.width);
            (row, col, glyph)
        })
    }

    /// The column of the whole line at which a row starts.
    pub(in crate::screen) fn column_of_row(&self, row: usize, cols: usize) -> usize {
        if !self.wide {
            return row * cols;
        }
        let above = self.placed(cols).take_while(|(r, _, _)| *r < row);
        above.map(|(_, _, glyph)| usize::from(glyph.width)).sum()
    }

    /// The row that holds a column of the whole line.
    pub(in crate::screen) fn row_of_column(&self, column: usize, cols: usize) -> usize {
        if !self.wide {
            return (column / cols.max(1)).min(self.rows(cols) - 1);
        }
        let mut seen = 0;
        let mut row = 0;
        for (r, _, glyph) in self.placed(cols) {
            if seen > column {
                break;
            }
            row = r;
            seen += usize::from(glyph.width);
        }
        row
    }
}

/// Walks a line as a terminal of some width would place it.
struct Placer {
    cols: usize,
    row: usize,
    col: usize,
}

impl Placer {
    fn new(cols: usize) -> Self {
        let cols = cols.max(1);
        Self {
            cols,
            row: 0,
            col: 0,
        }
    }

    fn place(&mut self, width: u8) -> (usize, usize) {
        let width = usize::from(width);
        if self.col > 0 && self.col + width > self.cols {
            self.row += 1;
            self.col = 0;
        }
        let at = (self.row, self.col);
        self.col += width;
        at
    }
}

/// Columns of a text with colour sequences, and whether some are wide.
pub(in crate::screen) fn plain_width(text: &str) -> (usize, bool) {
    let (mut columns, mut any_wide) = (0, false);
    let mut rest = text;
    loop {
        let (plain, after) = match memchr::memchr(0x1b, rest.as_bytes()) {
            Some(at) => rest.split_at_checked(at).unwrap_or((rest, "")),
            None => (rest, ""),
        };
        let (width, wide) = width_of(plain);
        columns += width;
        any_wide |= wide;
        let Some(end) = memchr::memchr(b'm', after.as_bytes()) else {
            return (columns, any_wide);
        };
        rest = after.get(end + 1..).unwrap_or_default();
    }
}

/// Columns of a text without sequences, and whether some characters are wide.
pub(in crate::screen) fn width_of(mut text: &str) -> (usize, bool) {
    if text.is_ascii() {
        return (text.len(), false);
    }
    let (mut columns, mut any_wide) = (0, false);
    while let Some(((_, width), rest)) = first_glyph(text) {
        columns += usize::from(width);
        any_wide |= width > 1;
        text = rest;
    }
    (columns, any_wide)
}

/// Splits a text with colour sequences into glyphs.
pub(in crate::screen) fn glyphs(text: &str) -> impl Iterator<Item = Glyph<'_>> {
    let mut rest = text;
    let mut style = CellStyle::default();
    std::iter::from_fn(move || {
        while let Some(after) = rest.strip_prefix("\x1b[") {
            let (codes, tail) = after.split_once('m')?;
            // What is kept was looked at before.
            let known = apply(&mut style, codes);
            debug_assert!(known.is_some());
            rest = tail;
        }
        let (glyph, tail) = first_glyph(rest)?;
        rest = tail;
        let (text, width) = glyph;
        Some(Glyph { text, width, style })
    })
}

fn first_glyph(text: &str) -> Option<((&str, u8), &str)> {
    let mut chars = text.char_indices();
    let (_, first) = chars.next()?;
    let marks = |c: char| c != '\x1b' && !c.is_ascii() && c.width() == Some(0);
    let end = chars
        .find(|(_, c)| !marks(*c))
        .map_or(text.len(), |(at, _)| at);
    let (glyph, rest) = text.split_at_checked(end)?;
    let width = if first.width().unwrap_or(1) > 1 { 2 } else { 1 };
    Some(((glyph, width), rest))
}

/// Follows the numbers of an SGR sequence; none when it holds some that mean more than a pane can show.
pub(in crate::screen) fn apply(style: &mut CellStyle, codes: &str) -> Option<()> {
    let mut codes = Codes {
        rest: codes.as_bytes(),
        done: false,
    };
    while let Some(code) = codes.next() {
        match code {
            0 => *style = CellStyle::default(),
            1 => (style.bold, style.dim) = (true, false),
            2 => (style.bold, style.dim) = (false, true),
            3 => style.italic = true,
            4 => style.underline = true,
            7 => style.inverse = true,
            22 => (style.bold, style.dim) = (false, false),
            23 => style.italic = false,
            24 => style.underline = false,
            27 => style.inverse = false,
            30..=37 => style.fg = Color::Indexed(byte(code - 30)?),
            38 => style.fg = extended(&mut codes)?,
            39 => style.fg = Color::Default,
            40..=47 => style.bg = Color::Indexed(byte(code - 40)?),
            48 => style.bg = extended(&mut codes)?,
            49 => style.bg = Color::Default,
            90..=97 => style.fg = Color::Indexed(byte(code - 82)?),
            100..=107 => style.bg = Color::Indexed(byte(code - 92)?),
            8 | 21 | 58 => return None,
            _ => {}
        }
    }
    Some(())
}

/// The numbers between semicolons; none at all means one 0.
struct Codes<'a> {
    rest: &'a [u8],
    done: bool,
}

impl Iterator for Codes<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.done {
            return None;
        }
        let mut value: u16 = 0;
        while let Some((digit, rest)) = self.rest.split_first() {
            self.rest = rest;
            match digit {
                b'0'..=b'9' => {
                    value = value
                        .saturating_mul(10)
                        .saturating_add(u16::from(digit - b'0'));
                }
                _ => return Some(value),
            }
        }
        self.done = true;
        Some(value)
    }
}

fn byte(value: u16) -> Option<u8> {
    u8::try_from(value).ok()
}

fn extended(codes: &mut Codes<'_>) -> Option<Color> {
    let kind = codes.next()?;
    let mut next = || codes.next().and_then(byte);
    match kind {
        5 => Some(Color::Indexed(next()?)),
        2 => Some(Color::Rgb(next()?, next()?, next()?)),
        _ => None,
    }
}
