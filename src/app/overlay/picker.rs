//! Owns a list to choose from by typing a few letters.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::edit::Edit;
use crate::app::open::OpenPlan;
use crate::ids::{ContextName, PaneId};
use crate::screen::Point;

/// What is chosen.
#[derive(Clone, Debug)]
pub enum PickerKind {
    /// Namespaces of a context; several may be marked.
    Namespaces(ContextName),
    /// Contexts of the kubeconfig; several may be marked.
    Contexts,
    /// The container for the pods of one workload, before their shells open; whose.
    Container(Box<OpenPlan>, String),
    /// The container whose log is shown.
    LogContainer,
    /// Any action by name, namespaces, contexts and themes.
    Palette,
    /// A pane of any tab, troubled ones first.
    Panes,
    /// Addresses that a pane's program has linked; of which pod.
    Links(String),
    /// What a search of all panes found.
    Matches { pattern: String },
}

/// What a row stands for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Choice {
    AllNamespaces,
    Namespace(Arc<str>),
    /// A namespace that is not listed: typed by the user.
    TypedNamespace,
    Context(ContextName),
    Container(Arc<str>),
    Act(Action),
    Pane(PaneId),
    /// A place in a pane's scrollback.
    Match(PaneId, Point),
    Theme(String),
    Link(String),
}

/// One row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PickerRow {
    pub choice: Choice,
    pub text: String,
    /// Dim text to the right: keys, states, counts.
    pub aside: String,
    pub marked: bool,
}

/// A list to choose from.
#[derive(Clone, Debug)]
pub struct Picker {
    pub kind: PickerKind,
    pub rows: Vec<PickerRow>,
    pub query: Edit,
    /// Index among the shown rows.
    pub cursor: usize,
    marks: Marks,
}

/// Whether the marks are those that the list opened with, or the user's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Marks {
    AsOpened,
    Changed,
}

impl Picker {
    /// Opens with the cursor on the first marked row, else on the first one.
    pub fn new(kind: PickerKind, rows: Vec<PickerRow>) -> Self {
        let marked = rows.iter().position(|row| row.marked);
        Self {
            kind,
            rows,
            query: Edit::new(""),
            cursor: marked.unwrap_or(0),
            marks: Marks::AsOpened,
        }
    }

    /// Indices of the rows that hold every typed word, case ignored.
    pub fn shown(&self) -> Vec<usize> {
        let query = self.query.line().to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let holds = |row: &PickerRow| {
            let text = format!("{} {}", row.text, row.aside).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let mut shown: Vec<usize> = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| holds(row))
            .map(|(i, _)| i)
            .collect();
        // What starts with the query is what its user means: `ns` before `answers`.
        shown.sort_by_key(|i| {
            !self
                .rows
                .get(*i)
                .is_some_and(|row| row.text.starts_with(&query))
        });
        shown
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&PickerRow> {
        self.shown()
            .get(self.cursor)
            .and_then(|index| self.rows.get(*index))
    }

    /// Moves the cursor by `by` rows, stopping at the ends.
    pub fn step(&mut self, by: isize) {
        let last = self.shown().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }

    /// Marks or unmarks the row under the cursor.
    pub fn toggle(&mut self) {
        self.marks = Marks::Changed;
        let index = self.shown().get(self.cursor).copied();
        if let Some(row) = index.and_then(|index| self.rows.get_mut(index)) {
            row.marked = !row.marked;
        }
    }

    /// The choices that the user marked, else the one under the cursor: marks that were there already are no choice.
    pub fn chosen(&self) -> Vec<Choice> {
        let marked: Vec<Choice> = self
            .rows
            .iter()
            .filter(|row| row.marked)
            .map(|row| row.choice.clone())
            .collect();
        if marked.is_empty() || self.marks == Marks::AsOpened {
            return self
                .current()
                .map(|row| row.choice.clone())
                .into_iter()
                .collect();
        }
        marked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker(texts: &[&str]) -> Picker {
        let row = |text: &&str| PickerRow {
            choice: Choice::Namespace((*text).into()),
            text: (*text).to_owned(),
            aside: String::new(),
            marked: false,
        };
        Picker::new(PickerKind::Contexts, texts.iter().map(row).collect())
    }

    #[test]
    fn rows_that_start_with_the_query_come_first() {
        let mut picker = picker(&["answers", "ns", "other"]);
        picker.query = Edit::new("ns");
        assert_eq!(picker.shown(), [1, 0]);
    }

    #[test]
    fn enter_takes_the_row_under_the_cursor_until_the_user_marks() {
        let mut rows = picker(&["a", "b", "c"]).rows;
        rows[1].marked = true;
        let mut picker = Picker::new(PickerKind::Contexts, rows);
        assert_eq!(picker.cursor, 1);
        picker.step(1);
        assert_eq!(picker.chosen(), [Choice::Namespace("c".into())]);
        picker.query = Edit::new("nothing is called so");
        assert_eq!(picker.chosen(), []);
        picker.query = Edit::new("");
        picker.toggle();
        let both = ["b", "c"].map(|name| Choice::Namespace(name.into()));
        assert_eq!(picker.chosen(), both);
    }

    #[test]
    fn the_cursor_stops_at_both_ends() {
        let mut picker = picker(&["a", "b"]);
        picker.step(9);
        assert_eq!(picker.cursor, 1);
        picker.step(-9);
        assert_eq!(picker.cursor, 0);
    }

    #[test]
    fn marked_rows_win_over_the_cursor() {
        let mut picker = picker(&["a", "b", "c"]);
        assert_eq!(picker.chosen(), [Choice::Namespace("a".into())]);
        picker.step(1);
        picker.toggle();
        picker.step(1);
        assert_eq!(picker.chosen(), [Choice::Namespace("b".into())]);
    }
}
