//! Owns a page of text about a pod, or of notices: lines, where the reader is.

use crate::ids::PodRef;

/// What the page shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageKind {
    Logs,
    Describe,
    Yaml,
    Events,
    Notices,
}

impl PageKind {
    /// The word in the page's title.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Logs => "logs",
            Self::Describe => "describe",
            Self::Yaml => "yaml",
            Self::Events => "events",
            Self::Notices => "notices",
        }
    }
}

/// A page of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TextPage {
    pub kind: PageKind,
    pub pod: Option<PodRef>,
    pub state: PageState,
    /// Lines scrolled away at the top.
    pub scroll: usize,
}

/// Where the text comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PageState {
    Asked,
    Shown(Vec<String>),
    Failed(String),
}

impl TextPage {
    /// The lines to show; a sentence while there are none.
    pub fn lines(&self) -> Vec<&str> {
        match &self.state {
            PageState::Asked => vec!["asking the API server …"],
            PageState::Shown(lines) if lines.is_empty() => vec!["nothing there"],
            PageState::Shown(lines) => lines.iter().map(String::as_str).collect(),
            PageState::Failed(why) => vec![why],
        }
    }

    /// Moves by `by` lines within what `height` rows leave to scroll.
    pub fn step(&mut self, by: isize, height: usize) {
        let last = self.lines().len().saturating_sub(height);
        self.scroll = self.scroll.saturating_add_signed(by).min(last);
    }
}
