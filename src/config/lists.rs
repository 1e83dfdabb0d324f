//! Owns the words of settings that take one of a few. Knows nothing of TOML. Called by `sections`.

use std::fmt;

use super::order::{Direction, Group, ListColumn, Sort};
use super::settings::{ClipboardRule, Reconnect};
use crate::keys::nearest::nearest;

const COLUMNS: [(&str, ListColumn); 13] = [
    ("context", ListColumn::Context),
    ("namespace", ListColumn::Namespace),
    ("pod", ListColumn::Pod),
    ("ready", ListColumn::Ready),
    ("status", ListColumn::Status),
    ("restarts", ListColumn::Restarts),
    ("age", ListColumn::Age),
    ("node", ListColumn::Node),
    ("ip", ListColumn::Ip),
    ("owner", ListColumn::Owner),
    ("cpu", ListColumn::Cpu),
    ("mem", ListColumn::Mem),
    ("containers", ListColumn::Containers),
];

impl ListColumn {
    /// The word of the column in the settings.
    pub fn name(self) -> &'static str {
        COLUMNS
            .iter()
            .find(|(_, column)| *column == self)
            .map_or("", |(name, _)| name)
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minus = match self.direction {
            Direction::Ascending => "",
            Direction::Descending => "-",
        };
        write!(f, "{minus}{}", self.column.name())
    }
}

/// What `sort` looks like, for the schema.
#[cfg(test)]
pub(super) fn sort_pattern() -> String {
    format!("^-?({})$", COLUMNS.map(|(name, _)| name).join("|"))
}

pub(super) fn column(word: &str) -> Result<ListColumn, String> {
    choice(word, &COLUMNS)
}

pub(super) fn sort(text: &str) -> Result<Sort, String> {
    let (word, direction) = text
        .strip_prefix('-')
        .map_or((text, Direction::Ascending), |word| {
            (word, Direction::Descending)
        });
    column(word).map(|column| Sort { column, direction })
}

pub(super) fn reconnect(word: &str) -> Result<Reconnect, String> {
    choice(word, &[("ask", Reconnect::Ask), ("auto", Reconnect::Auto)])
}

pub(super) fn clipboard(word: &str) -> Result<ClipboardRule, String> {
    let choices = [
        ("off", ClipboardRule::Off),
        ("ask", ClipboardRule::Ask),
        ("allow", ClipboardRule::Allow),
    ];
    choice(word, &choices)
}

pub(super) fn group(word: &str) -> Result<Group, String> {
    choice(
        word,
        &[("none", Group::None), ("workload", Group::Workload)],
    )
}

fn choice<T: Copy>(word: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices
        .iter()
        .find(|(name, _)| *name == word)
        .map(|(_, choice)| *choice);
    found.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let near = nearest(word, names.iter().copied());
        let near = near.map_or_else(String::new, |right| format!("; did you mean `{right}`?"));
        format!("`{word}` is none of {}{near}", names.join(", "))
    })
}
