//! Owns the look at one line of a flood: whether drawing it would do nothing but put text and colours into rows. Part of `bulk`.

use unicode_width::UnicodeWidthChar;

use super::super::super::history::apply;
use super::super::super::lexer::is_shown;
use super::super::super::view::CellStyle;

/// A longer line is left to the grid.
const LONGEST: usize = 4096;

/// A line that ends with CR LF.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scanned {
    /// Length with the CR LF.
    pub(super) bytes: usize,
    /// Columns.
    pub(super) width: usize,
    pub(super) wide: bool,
    pub(super) rows: usize,
    pub(super) has_tabs: bool,
    /// A background was set somewhere in it.
    pub(super) background: bool,
    /// After it.
    pub(super) style: CellStyle,
}

/// Looks at the first line; none when it is not whole or holds anything but text, tabs and common colours.
pub(super) fn scan_line(input: &[u8], cols: usize, style: CellStyle) -> Option<Scanned> {
    let bytes = memchr::memchr(b'\n', input)? + 1;
    let line = input.get(..bytes.checked_sub(2)?)?;
    if input.get(bytes - 2) != Some(&b'\r') || line.len() > LONGEST {
        return None;
    }
    let mut scan = Scan {
        cols,
        col: 0,
        width: 0,
        wide: false,
        has_tabs: false,
        background: false,
        style,
    };
    if is_plain(line) {
        scan.width = line.len();
    } else {
        scan.walk(std::str::from_utf8(line).ok()?)?;
    }
    Some(Scanned {
        bytes,
        width: scan.width,
        wide: scan.wide,
        rows: scan.width.div_ceil(cols.max(1)).max(1),
        has_tabs: scan.has_tabs,
        background: scan.background,
        style: scan.style,
    })
}

fn is_plain(line: &[u8]) -> bool {
    // One flag for all, not an early exit: the compiler makes vector instructions of this.
    line.iter()
        .fold(true, |all, byte| all & (0x20..0x7f).contains(byte))
}

struct Scan {
    cols: usize,
    /// Column in the row, the number of columns while a wrap is pending.
    col: usize,
    width: usize,
    wide: bool,
    has_tabs: bool,
    background: bool,
    style: CellStyle,
}

impl Scan {
    fn walk(&mut self, text: &str) -> Option<()> {
        let mut rest = text;
        while let Some(first) = rest.bytes().next() {
            if first == 0x1b {
                rest = self.colours(rest)?;
                continue;
            }
            let plain = rest
                .bytes()
                .take_while(|byte| (0x20..0x7f).contains(byte))
                .count();
            if plain > 0 {
                self.forward(plain);
                rest = rest.get(plain..)?;
                continue;
            }
            let c = rest.chars().next()?;
            self.character(c)?;
            rest = rest.get(c.len_utf8()..)?;
        }
        Some(())
    }

    fn forward(&mut self, columns: usize) {
        self.width += columns;
        let cols = self.cols.max(1);
        self.col = match self.width % cols {
            0 => cols,
            col => col,
        };
    }

    fn character(&mut self, c: char) -> Option<()> {
        if c == '\t' {
            // In one row only: behind a wrap the stops count anew.
            let next = (self.width / 8 + 1) * 8;
            (next < self.cols).then_some(())?;
            self.has_tabs = true;
            self.forward(next - self.width);
            return Some(());
        }
        let width = c.width().unwrap_or(0).min(2);
        // Marks join what is before them; a wide character at the edge ends the line there.
        if width == 0
            || !is_shown(c)
            || (width == 2 && self.col + 1 == self.cols)
            || width > self.cols
        {
            return None;
        }
        self.wide |= width == 2;
        self.forward(width);
        Some(())
    }

    fn colours<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let body = text.strip_prefix("\x1b[")?;
        let end = body
            .bytes()
            .position(|byte| !matches!(byte, b'0'..=b'9' | b';'))?;
        let (codes, rest) = body.split_at_checked(end)?;
        let rest = rest.strip_prefix('m')?;
        apply(&mut self.style, codes)?;
        self.background |= super::Pen::of(&self.style).background;
        Some(rest)
    }
}

/// The text with blanks for tabs, as stops at every eighth column have it.
pub(super) fn without_tabs(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 16);
    let mut column = 0;
    let mut in_sequence = false;
    for c in text.chars() {
        match c {
            '\t' => {
                let next = (column / 8 + 1) * 8;
                plain.extend(std::iter::repeat_n(' ', next - column));
                column = next;
                continue;
            }
            '\x1b' => in_sequence = true,
            'm' if in_sequence => in_sequence = false,
            _ if in_sequence => {}
            c => column += c.width().unwrap_or(0).min(2),
        }
        plain.push(c);
    }
    plain
}
