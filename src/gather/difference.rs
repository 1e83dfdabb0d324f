//! Owns the comparison of two texts line by line. Knows nothing of groups. Called by `fold`.

use std::sync::Arc;

use similar::DiffOp;
use similar::algorithms::{Capture, Replace, myers};

/// Lines of each text that are compared; what follows is only counted, since time grows with the square of what differs.
const COMPARED_LINES: usize = 2_000;

/// One line of a comparison.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// In both texts.
    Kept(Arc<str>),
    /// Only in the usual text.
    Removed(Arc<str>),
    /// Only in the other text.
    Added(Arc<str>),
}

/// How a text differs from the usual one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Difference {
    pub lines: Vec<Line>,
    /// Lines at the end of the longer text that were not compared.
    pub not_compared: usize,
}

impl Difference {
    /// Compares a text with the usual one.
    pub fn between(usual: &str, other: &str) -> Self {
        let (usual_head, usual_rest) = head(usual);
        let (other_head, other_rest) = head(other);
        // By the one algorithm that is used: the crate's front door holds all of them for every type, which is half a megabyte.
        let mut changes = Replace::new(Capture::new());
        let (all_usual, all_other) = (0..usual_head.len(), 0..other_head.len());
        let Ok(()) = myers::diff(&mut changes, &usual_head, all_usual, &other_head, all_other);
        let changes = changes.into_inner().into_ops();
        let lines = changes
            .iter()
            .flat_map(|change| lines(change, &usual_head, &other_head));
        Self {
            lines: lines.collect(),
            not_compared: usual_rest.max(other_rest),
        }
    }

    /// The lines that are not in both texts, for the short form.
    pub fn changes(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| !matches!(line, Line::Kept(_)))
    }
}

/// The lines of one change, those of the usual text first.
fn lines(change: &DiffOp, usual: &[&str], other: &[&str]) -> Vec<Line> {
    let part = |all: &[&str], from: usize, count: usize, line: fn(Arc<str>) -> Line| {
        let part = all.iter().skip(from).take(count);
        part.map(|text| line(Arc::from(*text))).collect::<Vec<_>>()
    };
    match *change {
        DiffOp::Equal { old_index, len, .. } => part(usual, old_index, len, Line::Kept),
        DiffOp::Delete {
            old_index, old_len, ..
        } => part(usual, old_index, old_len, Line::Removed),
        DiffOp::Insert {
            new_index, new_len, ..
        } => part(other, new_index, new_len, Line::Added),
        DiffOp::Replace {
            old_index,
            old_len,
            new_index,
            new_len,
        } => {
            let mut lines = part(usual, old_index, old_len, Line::Removed);
            lines.extend(part(other, new_index, new_len, Line::Added));
            lines
        }
    }
}

fn head(text: &str) -> (Vec<&str>, usize) {
    let head: Vec<&str> = text.lines().take(COMPARED_LINES).collect();
    (head, text.lines().skip(COMPARED_LINES).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_changed_line_is_removed_and_added() {
        let difference = Difference::between("a\nb\nc", "a\nx\nc");
        let expected = [
            Line::Kept("a".into()),
            Line::Removed("b".into()),
            Line::Added("x".into()),
            Line::Kept("c".into()),
        ];
        assert_eq!(
            difference,
            Difference {
                lines: expected.to_vec(),
                not_compared: 0
            }
        );
        assert_eq!(difference.changes().count(), 2);
    }

    #[test]
    fn long_texts_are_compared_at_their_heads_and_the_rest_counted() {
        let long = "x\n".repeat(COMPARED_LINES + 7);
        let difference = Difference::between("x", &long);
        assert_eq!(
            (difference.lines.len(), difference.not_compared),
            (COMPARED_LINES, 7)
        );
    }

    proptest! {
        #[test]
        fn both_texts_can_be_read_back_from_the_comparison(a in "([ab]\n){0,12}", b in "([ab]\n){0,12}") {
            let difference = Difference::between(&a, &b);
            let (mut usual, mut other) = (String::new(), String::new());
            for line in &difference.lines {
                match line {
                    Line::Kept(text) => { usual.push_str(text); usual.push('\n'); other.push_str(text); other.push('\n'); }
                    Line::Removed(text) => { usual.push_str(text); usual.push('\n'); }
                    Line::Added(text) => { other.push_str(text); other.push('\n'); }
                }
            }
            prop_assert_eq!((usual, other), (a, b));
        }
    }
}
