//! Owns how the lines of a page are written: labelled values and tables, each line whole, all of it printable. Knows no pods and no
//! width: whoever shows the page wraps it.

use jiff::Timestamp;

use crate::inventory::{human_duration, printable_line};

/// Columns of the label before a value.
const LABEL: usize = 14;

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
            let value = single_spaced(&printable_line(value.as_ref()));
            if !value.is_empty() {
                self.line(depth, &format!("{label:LABEL$} {value}"));
                label.clear();
            }
        }
    }

    /// Columns aligned below each other; the last one may be long.
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
            let start = cells.collect::<Vec<_>>().concat();
            self.line(depth, &format!("{start}{}", single_spaced(last)));
        }
    }
}

/// Two blanks stand between columns and nowhere else.
fn single_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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
    fn table_cells_are_aligned_and_the_last_one_stays_whole() {
        let long = "word ".repeat(30);
        let mut page = Page::default();
        page.table(
            0,
            &[
                ["AGE".into(), "MESSAGE".into()],
                ["3m20s".into(), long.clone()],
                ["1s".into(), String::new()],
            ],
        );
        let lines = page.into_lines();
        assert_eq!(lines[0], "AGE    MESSAGE");
        assert_eq!(lines[1], format!("3m20s  {}", long.trim_end()));
        assert_eq!(lines[2], "1s");
    }

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("aé日x", 3), "aé日…");
        assert_eq!(cut("abc", 3), "abc");
    }
}
