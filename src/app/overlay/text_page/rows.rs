//! Owns how a page's lines become rows of the screen: nothing is cut, what does not fit goes on below. Pure. Called by `text_page`.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// How a line that does not fit is broken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Break {
    /// Wherever the row ends, as a terminal does: what is copied stays whole.
    Anywhere,
    /// Between words, below the start of the last column.
    Words,
}

/// One row of the screen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// Index of the line.
    pub line: usize,
    /// The bytes of it that are shown.
    pub bytes: Range<usize>,
    /// Blank columns before them.
    pub indent: usize,
}

impl Row {
    /// Its part of the line.
    pub fn of<'a>(&self, line: &'a str) -> &'a str {
        line.get(self.bytes.clone()).unwrap_or_default()
    }
}

/// The rows of a line; one at least.
pub fn rows(number: usize, line: &str, columns: usize, style: Break) -> Vec<Row> {
    let columns = columns.max(2);
    let hang = match style {
        Break::Anywhere => 0,
        Break::Words => hanging(line, columns),
    };
    let mut rows = Vec::new();
    let mut start = 0;
    loop {
        let indent = if start == 0 { 0 } else { hang };
        let rest = line.get(start..).unwrap_or_default();
        let length = fitting(rest, columns - indent, style);
        let bytes = start..start + length;
        start = bytes.end;
        rows.push(Row {
            line: number,
            bytes,
            indent,
        });
        let rest = line.get(start..).unwrap_or_default();
        if style == Break::Words {
            start += rest.len() - rest.trim_start_matches(' ').len();
        }
        if start >= line.len() {
            return rows;
        }
    }
}

/// Bytes of the text that go into so many columns; some at least.
fn fitting(text: &str, columns: usize, style: Break) -> usize {
    let mut used = 0;
    let mut blank = None;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            let first = text.chars().next().map_or(0, char::len_utf8);
            let whole = blank.filter(|_| style == Break::Words);
            // A blank that does not fit is no loss.
            let here = if c == ' ' { Some(at) } else { whole };
            return here.filter(|at| *at > 0).unwrap_or(at).max(first);
        }
        if c == ' ' && !text.get(..at).unwrap_or_default().trim().is_empty() {
            blank = Some(at);
        }
    }
    text.len()
}

/// Where the rows after the first begin: below the last column of a table, else a little to the right of the line's own start.
fn hanging(line: &str, columns: usize) -> usize {
    let most = columns / 2;
    let start = line.len() - line.trim_start_matches(' ').len();
    let column = line
        .rmatch_indices("  ")
        .map(|(at, gap)| at + gap.len())
        .find(|at| *at > start && line.get(*at..).is_some_and(|rest| !rest.starts_with(' ')));
    let column = column.map(|at| {
        let before = line.get(..at).unwrap_or_default();
        before.chars().map(|c| c.width().unwrap_or(0)).sum()
    });
    column
        .filter(|at| *at <= most)
        .unwrap_or(start + 2)
        .min(most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(line: &str, columns: usize, style: Break) -> Vec<String> {
        let text = |row: Row| format!("{}{}", " ".repeat(row.indent), row.of(line));
        rows(0, line, columns, style)
            .into_iter()
            .map(text)
            .collect()
    }

    #[test]
    fn a_log_line_is_broken_where_the_row_ends() {
        assert_eq!(
            shown("abc defgh", 4, Break::Anywhere),
            ["abc ", "defg", "h"]
        );
        assert_eq!(shown("", 4, Break::Anywhere), [""]);
        assert_eq!(shown("日本語", 4, Break::Anywhere), ["日本", "語"]);
    }

    #[test]
    fn words_go_on_below_the_last_column() {
        assert_eq!(
            shown("Name:  one two three", 14, Break::Words),
            ["Name:  one two", "       three"]
        );
        assert_eq!(
            shown("  deep words here", 9, Break::Words),
            ["  deep", "    words", "    here"]
        );
        assert_eq!(
            shown("nobreakinthisword", 8, Break::Words),
            ["nobreaki", "  nthisw", "  ord"]
        );
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_wide(line in "[a-z 日é]{0,60}", columns in 2usize..30, words: bool) {
            let style = if words { Break::Words } else { Break::Anywhere };
            let rows = rows(0, &line, columns, style);
            let kept: String = rows.iter().map(|row| row.of(&line)).collect();
            let solid = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(solid(&kept), solid(&line));
            if !words {
                prop_assert_eq!(&kept, &line);
            }
            for row in &rows {
                let text = row.of(&line);
                let width = row.indent + text.trim_end().chars().map(|c| c.width().unwrap_or(0)).sum::<usize>();
                prop_assert!(width <= columns.max(2) || text.chars().count() == 1, "{text:?}");
            }
        }
    }
}
