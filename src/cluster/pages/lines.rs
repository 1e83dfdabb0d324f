//! Owns how the lines of a page are laid out: labelled values, wrapped sentences, tables; all of it printable. Knows no pods.

use jiff::Timestamp;

use crate::inventory::{human_duration, printable_line};

/// Columns of the label before a value.
const LABEL: usize = 14;

/// Columns that wrapped text is given; a word longer than that is not broken.
const WRAP: usize = 96;

/// A page while it is written.
#[derive(Default, Debug)]
pub(super) struct Page {
    lines: Vec<String>,
}

impl Page {
    /// The finished lines.
    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// A line of its own, `depth` steps in.
    pub(super) fn line(&mut self, depth: usize, text: &str) {
        let text = format!("{}{}", "  ".repeat(depth), printable_line(text));
        self.lines.push(text.trim_end().to_owned());
    }

    /// A label and its value; nothing at all for an empty value.
    pub(super) fn field(&mut self, depth: usize, label: &str, value: &str) {
        self.several(depth, label, [value]);
    }

    /// A label and its values, one under the other; empty ones are left out.
    pub(super) fn several<T: AsRef<str>>(
        &mut self,
        depth: usize,
        label: &str,
        values: impl IntoIterator<Item = T>,
    ) {
        let mut label = format!("{label}:");
        for value in values {
            for piece in wrapped(&printable_line(value.as_ref()), WRAP) {
                self.line(depth, &format!("{label:LABEL$} {piece}"));
                label.clear();
            }
        }
    }

    /// Columns aligned below each other; the last one is wrapped.
    pub(super) fn table<const N: usize>(&mut self, depth: usize, rows: &[[String; N]]) {
        let rows: Vec<[String; N]> = rows
            .iter()
            .map(|row| row.each_ref().map(|cell| printable_line(cell)))
            .collect();
        let widths: [usize; N] = std::array::from_fn(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        });
        for row in &rows {
            let Some((last, before)) = row.split_last() else {
                continue;
            };
            let cells = before.iter().zip(widths);
            let cells = cells.map(|(cell, width)| format!("{cell:width$}  "));
            let mut start = cells.collect::<Vec<_>>().concat();
            for piece in wrapped(last, WRAP) {
                self.line(depth, &format!("{start}{piece}"));
                start = " ".repeat(start.chars().count());
            }
            if last.is_empty() {
                self.line(depth, &start);
            }
        }
    }
}

/// Breaks at blanks; nothing for an empty text.
fn wrapped(text: &str, columns: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let long = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + long <= columns => {
                line.push(' ');
                line.push_str(word);
                length += 1 + long;
            }
            Some(_) | None => {
                lines.push(word.to_owned());
                length = long;
            }
        }
    }
    lines
}

/// The first characters of a text, with a sign where some are missing.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// `3m20s ago`; `now` in Unix seconds.
pub(super) fn ago(at: Timestamp, now: i64) -> String {
    format!("{} ago", age(at, now))
}

/// `3m20s`; `now` in Unix seconds.
pub(super) fn age(at: Timestamp, now: i64) -> String {
    human_duration(now.saturating_sub(at.as_second()))
}

/// Joins what is not empty.
pub(super) fn joined<T: AsRef<str>>(parts: impl IntoIterator<Item = T>, between: &str) -> String {
    let mut text = String::new();
    for part in parts {
        let part = part.as_ref();
        if part.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push_str(between);
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn values_stand_below_each_other_and_empty_ones_are_left_out() {
        let mut page = Page::default();
        page.field(0, "Name", "web");
        page.field(0, "Node", "");
        page.several(1, "Labels", ["a=1", "", "b=\x1b[31m2"]);
        assert_eq!(
            page.into_lines(),
            [
                "Name:          web",
                "  Labels:        a=1",
                "                 b=2"
            ]
        );
    }

    #[test]
    fn table_cells_are_aligned_and_the_last_one_wraps() {
        let long = "word ".repeat(30);
        let mut page = Page::default();
        page.table(
            0,
            &[
                ["AGE".into(), "MESSAGE".into()],
                ["3m20s".into(), long],
                ["1s".into(), String::new()],
            ],
        );
        let lines = page.into_lines();
        assert_eq!(lines[0], "AGE    MESSAGE");
        assert!(lines[1].starts_with("3m20s  word word"));
        assert!(lines[2].starts_with("       word"));
        assert_eq!(lines[3], "1s");
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("aé日x", 3), "aé日…");
        assert_eq!(cut("abc", 3), "abc");
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_word(text in "[a-z ]{0,80}", columns in 1usize..20) {
            let lines = wrapped(&text, columns);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(words(&lines.join(" ")), words(&text));
            for line in lines {
                prop_assert!(line.len() <= columns || !line.contains(' '));
            }
        }
    }
}
