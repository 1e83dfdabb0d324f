//! Owns a line that the user types for a purpose.

use crate::app::edit::Edit;
use crate::ids::{ContextName, PaneId};

/// What the typed line is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PromptKind {
    /// Narrows the list with every key.
    Filter,
    /// A regular expression to find in scrollback: in one pane, or in all of them.
    Search { pane: PaneId, reach: Reach },
    /// A command line for the marked pods.
    Run,
    /// A namespace that the API server would not list.
    Namespace { context: ContextName },
    /// Where folded answers are saved.
    Save,
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
            complaint: None,
        }
    }
}
