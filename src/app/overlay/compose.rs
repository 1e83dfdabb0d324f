//! Owns the text that is written first and sent to many panes then, and the history of such texts.

use std::time::Instant;

use crate::app::edit::Edit;
use crate::app::send::SendPlan;

/// How far the composer is.
#[derive(Clone, Debug)]
pub enum ComposeStage {
    /// Enter shows targets and expansions.
    Writing,
    /// Enter sends.
    Preview(Preview),
}

/// Who would get what.
#[derive(Clone, Debug)]
pub struct Preview {
    pub plan: Box<SendPlan>,
    /// The first target that is shown.
    pub from: usize,
    /// Targets on a page.
    pub page: usize,
    /// Keys are ignored for [`super::DEAF`] from here: an Enter too many must not send.
    pub opened: Instant,
}

impl Preview {
    /// Shows the next targets; after the last ones the first.
    pub fn turn_page(&mut self) {
        let next = self.from + self.page;
        self.from = if next < self.plan.to.len() { next } else { 0 };
    }
}

/// Text for many panes.
#[derive(Clone, Debug)]
pub struct Composer {
    pub edit: Edit,
    pub stage: ComposeStage,
    /// Index into the history while it is walked, newest is 0.
    pub recalled: Option<usize>,
    /// Why it cannot be sent as it is.
    pub complaint: Option<String>,
}

/// Texts sent before, newest last.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct History {
    texts: Vec<String>,
}

/// How many texts are remembered.
const REMEMBERED: usize = 200;

impl History {
    /// Takes texts from earlier runs, newest last.
    pub fn new(texts: Vec<String>) -> Self {
        Self { texts }
    }

    /// Remembers a text, unless it starts with a space or repeats the last one. `true` when it was remembered.
    pub fn remember(&mut self, text: &str) -> bool {
        if text.starts_with(' ') || self.texts.last().is_some_and(|last| last == text) {
            return false;
        }
        self.texts.push(text.to_owned());
        let over = self.texts.len().saturating_sub(REMEMBERED);
        self.texts.drain(..over);
        true
    }

    /// The text that is `back` steps before the newest.
    pub fn back(&self, back: usize) -> Option<&str> {
        self.texts.iter().rev().nth(back).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_starts_with_a_space_is_not_remembered() {
        let mut history = History::default();
        assert!(history.remember("date"));
        assert!(!history.remember(" secret"));
        assert!(!history.remember("date"));
        assert_eq!((history.back(0), history.back(1)), (Some("date"), None));
    }
}
