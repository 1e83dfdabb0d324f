//! Owns a line that the user types for a purpose.

use crate::app::edit::Edit;
use crate::ids::{ContextName, PaneId};
use crate::keys::{Chord, Key, Mods};

/// What the typed line is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PromptKind {
    /// Narrows the list with every key.
    Filter,
    /// A regular expression to find in scrollback: in one pane, or in all of them.
    Search { pane: PaneId, reach: Reach },
    /// A regular expression to find in the page of text below.
    SearchPage,
    /// A command line for the marked pods.
    Run,
    /// A namespace that the API server would not list.
    Namespace { context: ContextName },
    /// Where a text is saved.
    Save(Saved),
}

/// What is saved to a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Saved {
    /// The folded answers of a run.
    Answers,
    /// What was copied last.
    Copied,
}

/// How far a search reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    ThisPane,
    AllPanes,
}

/// A line being typed.
#[derive(Clone, Debug)]
pub struct Prompt {
    pub kind: PromptKind,
    pub edit: Edit,
    /// What stood there before, for Esc.
    pub before: String,
    /// Whether the text is an old one that what is typed first replaces, as a selected text is.
    pub old: Old,
    /// Why the last Enter was refused.
    pub complaint: Option<String>,
}

impl Prompt {
    /// Opens with `text`, the cursor at its end.
    pub fn new(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            edit: Edit::new(text),
            before: text.to_owned(),
            old: Old::Kept,
            complaint: None,
        }
    }

    /// The same, the text selected: typing replaces it, moving in it edits it.
    #[must_use]
    pub fn selected(self) -> Self {
        let old = if self.edit.is_empty() {
            Old::Kept
        } else {
            Old::Selected
        };
        Self { old, ..self }
    }

    /// Takes an editing key.
    pub fn key(&mut self, chord: Chord) {
        let typed = matches!(chord.key, Key::Char(_)) && !chord.mods.contains(Mods::CTRL);
        if std::mem::take(&mut self.old) == Old::Selected && typed {
            self.edit = Edit::new("");
        }
        self.edit.key(chord);
        self.complaint = None;
    }
}

/// What becomes of the text that stood there before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Old {
    #[default]
    Kept,
    Selected,
}
