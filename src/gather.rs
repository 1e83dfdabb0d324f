//! Owns the folding of many answers to one command: which are the same, which differ and how, what the different ones have in common.
//! Knows nothing of sessions or drawing. Called by `app` and `headless`.

use std::fmt;
use std::sync::Arc;

use crate::ids::ContainerRef;

pub mod common;
pub mod difference;
pub mod fold;
pub mod names;

pub use common::Fact;
pub use difference::{Difference, Line};
pub use fold::fold;
pub use names::fold_names;

/// How one target's command ended, as far as it has.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Ending {
    /// The command ended with this code.
    Exited(i32),
    /// The command never started, and why.
    NotStarted(Arc<str>),
    /// The connection was lost, and why: what became of the command is not known.
    Lost(Arc<str>),
    /// The command was ended because it took too long.
    TimedOut,
    /// The command was cancelled.
    Cancelled,
    /// The command still runs.
    Running,
}

impl Ending {
    /// What went wrong, where an end has words for it.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::NotStarted(why) | Self::Lost(why) => Some(why),
            Self::Exited(_) | Self::TimedOut | Self::Cancelled | Self::Running => None,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(f, "exit {code}"),
            Self::NotStarted(why) => write!(f, "start failed: {why}"),
            Self::Lost(why) => write!(f, "lost: {why}"),
            Self::TimedOut => f.write_str("timed out"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Running => f.write_str("running"),
        }
    }
}

/// What one target answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub target: ContainerRef,
    pub ending: Ending,
    /// The whole output; the text so far while it runs.
    pub text: Arc<str>,
    /// What is known of the target, to find what different ones have in common.
    pub facts: Vec<Fact>,
}

/// Why answers are together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// The answer that most of those that exited 0 gave.
    Same,
    /// Another answer with exit 0.
    Differ,
    /// Every other end.
    Failed,
    /// No end yet.
    Running,
}

impl Kind {
    /// The word shown for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differ => "differ",
            Self::Failed => "failed",
            Self::Running => "running",
        }
    }
}

/// Targets with the same end and the same text; of running ones the text is left out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    pub kind: Kind,
    pub ending: Ending,
    /// Without blanks at the ends of lines and without empty lines at the end.
    pub text: Arc<str>,
    /// In the order of their names.
    pub targets: Vec<ContainerRef>,
    /// Line by line against the same ones; none for the same ones, for running ones, and where there are no same ones.
    pub difference: Option<Difference>,
    /// What these have in common and the same ones have not, as a sentence.
    pub common: Option<String>,
}

/// All answers to one command, folded: same, then differ, then failed, then running, larger groups first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Gathered {
    pub groups: Vec<Group>,
}

impl Gathered {
    /// How many targets are in groups of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        self.groups
            .iter()
            .filter(|group| group.kind == kind)
            .map(|group| group.targets.len())
            .sum()
    }

    /// How many targets there are.
    pub fn len(&self) -> usize {
        self.groups.iter().map(|group| group.targets.len()).sum()
    }

    /// Whether there is no target.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// The counts in one line, such as `46 same · 2 differ · 1 failed`; kinds without targets are left out.
    pub fn summary(&self) -> String {
        let kinds = [Kind::Same, Kind::Differ, Kind::Failed, Kind::Running];
        let counts = kinds
            .map(|kind| (self.count(kind), kind))
            .into_iter()
            .filter(|(count, _)| *count > 0);
        counts
            .map(|(count, kind)| format!("{count} {}", kind.word()))
            .collect::<Vec<_>>()
            .join(" · ")
    }
}
