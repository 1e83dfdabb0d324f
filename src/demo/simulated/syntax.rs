//! Owns the part of the shell language that simulated shells read: words, quotes, variables, lists, pipes, loops. Pure; knows nothing of
//! processes. Called by `shell`.

mod lexer;
mod parser;

pub(super) use parser::parse;

/// Commands in order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct List(pub(super) Vec<Item>);

/// One entry of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Item {
    pub(super) first: Pipeline,
    pub(super) rest: Vec<(Connector, Pipeline)>,
    pub(super) place: Place,
    /// As it was written, for `jobs` and `ps`.
    pub(super) text: String,
}

/// Between two pipelines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Connector {
    And,
    Or,
}

/// Whether the shell waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    Foreground,
    Background,
}

/// Commands joined by `|`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Pipeline {
    pub(super) negated: bool,
    pub(super) commands: Vec<Command>,
}

/// One command.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Command {
    Simple(Simple),
    While {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        name: String,
        words: Vec<Word>,
        body: List,
    },
    If {
        arms: Vec<(List, List)>,
        otherwise: List,
    },
    Group(List),
    Subshell(List),
}

/// A program with its words.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Simple {
    pub(super) assignments: Vec<(String, Word)>,
    pub(super) words: Vec<Word>,
    pub(super) redirects: Vec<Redirect>,
}

/// `2>&1`, `>file` and so on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Redirect {
    pub(super) descriptor: u8,
    pub(super) target: Target,
}

/// Where a redirect leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Target {
    Read(Word),
    Write(Word),
    Append(Word),
    Duplicate(u8),
}

/// A word before expansion.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Word(pub(super) Vec<Part>);

/// A piece of a word.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Part {
    Text {
        text: String,
        quoted: bool,
    },
    Variable {
        name: String,
        otherwise: Option<String>,
        quoted: bool,
    },
    Substitution {
        script: String,
        quoted: bool,
    },
}

/// Why a script cannot be run.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum SyntaxError {
    /// More lines may complete it.
    #[error("Syntax error: end of file unexpected")]
    Incomplete,
    #[error("Syntax error: \"{0}\" unexpected")]
    Unexpected(String),
}

impl Word {
    /// The word where it is plain text without quotes; reserved words are only those.
    pub(super) fn plain(&self) -> Option<&str> {
        match self.0.as_slice() {
            [
                Part::Text {
                    text,
                    quoted: false,
                },
            ] => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
