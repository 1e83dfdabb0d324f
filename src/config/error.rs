//! Owns what is told about a wrong settings or theme file. Knows nothing of sections or values. Called by all readers in `config`.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Where in a text something stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Place {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// In characters within the line, at least 1.
    pub width: usize,
}

impl Place {
    /// The place of a byte range; one that spans lines ends with its first line.
    pub fn of(text: &str, span: &Range<usize>) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let marked = text.get(span.clone()).unwrap_or_default();
        let width = marked
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            .max(1);
        Self {
            line: before.matches('\n').count() + 1,
            column,
            width,
        }
    }
}

/// One thing that is wrong in a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigError {
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What would be right, where that can be guessed.
    pub help: Option<String>,
}

/// Everything that is wrong in one file, in the order of its lines. Nothing of the file takes effect.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigErrors {
    file_name: String,
    text: Arc<str>,
    errors: Vec<ConfigError>,
}

impl ConfigErrors {
    /// Puts the errors of one text in order.
    pub fn new(file_name: &str, text: &str, mut errors: Vec<ConfigError>) -> Self {
        errors.sort_by(|a, b| (a.place, &a.message).cmp(&(b.place, &b.message)));
        Self {
            file_name: file_name.to_owned(),
            text: text.into(),
            errors,
        }
    }

    /// The errors, at least one.
    pub fn errors(&self) -> &[ConfigError] {
        &self.errors
    }

    /// The first error in one line, with the last part of the file's name and how many more there are.
    pub fn brief(&self) -> String {
        let name = self.file_name.rsplit('/').next().unwrap_or_default();
        let Some((first, more)) = self.errors.split_first() else {
            return name.to_owned();
        };
        let Place { line, column, .. } = first.place;
        let message = &first.message;
        // A status line may have no room for more than the guess.
        let said = match first.help.as_deref() {
            Some(guess) if guess.ends_with('?') => format!("{guess} {message}"),
            Some(help) => format!("{message}; {help}"),
            None => message.clone(),
        };
        let more = match more.len() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        format!("{name}:{line}:{column}: {said}{more}")
    }

    /// The name of the file as it was given.
    pub fn file_name(&self) -> &str {
        &self.file_name
    }
}

impl fmt::Display for ConfigErrors {
    /// Each error as `file:line:column: message`, the source line, and a caret line with the help.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let Place {
                line,
                column,
                width,
            } = error.place;
            let source = self
                .text
                .lines()
                .nth(line.saturating_sub(1))
                .unwrap_or_default()
                .replace('\t', " ");
            let shown: String = source
                .chars()
                .map(|c| if c.is_control() { '?' } else { c })
                .collect();
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(
                f,
                "{gap}{}:{line}:{column}: {}",
                self.file_name, error.message
            )?;
            writeln!(f, "{line:>5} | {shown}")?;
            let (indent, carets) = (" ".repeat(column.saturating_sub(1)), "^".repeat(width));
            let help = error
                .help
                .as_deref()
                .map(|help| format!(" {help}"))
                .unwrap_or_default();
            write!(f, "      | {indent}{carets}{help}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
