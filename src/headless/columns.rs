//! Owns plain tables for the standard output: a heading, columns as wide as their widest cell, the last one free. Pure.

use std::io;
use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use super::streams::{Streams, printable};

/// Rows under a heading.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn new(heading: &[&str]) -> Self {
        let heading = heading.iter().map(|&word| word.to_owned()).collect();
        Self {
            rows: vec![heading],
        }
    }

    /// Control characters are taken out of the cells.
    pub(super) fn row(&mut self, cells: &[String]) {
        self.rows
            .push(cells.iter().map(|cell| printable(cell)).collect());
    }

    pub(super) fn print(&self, streams: &mut Streams<'_>) -> io::Result<()> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                let blanks = width.saturating_sub(cell.width()) + 2;
                line.push_str(cell);
                line.push_str(&" ".repeat(blanks));
            }
            streams.line(line.trim_end())?;
        }
        Ok(())
    }
}

/// An age as kubectl prints it.
pub(super) fn age(age: Duration) -> String {
    crate::inventory::human_duration(i64::try_from(age.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::headless::streams::{Count, Terminal};

    #[test]
    fn columns_line_up_and_the_last_one_is_free() {
        let mut table = Table::new(&["A", "LONG", "C"]);
        table.row(&["wide one".into(), "x".into(), "a\x1bb c".into()]);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut streams = Streams {
            out: &mut out,
            err: &mut err,
            terminal: Terminal::No,
            width: 80,
            count: Count::Off,
        };
        table.print(&mut streams).unwrap();
        let expected = "A         LONG  C\nwide one  x     a\u{fffd}b c\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
