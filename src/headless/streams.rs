//! Owns where text goes, and that text from a cluster cannot steer the user's terminal. Called by every headless command.

use std::collections::BTreeSet;
use std::io::{self, Write};

pub(super) use crate::session::outcome::brief;
use crate::session::rights::Refused;

/// Whether a stream is shown on a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Terminal {
    Yes,
    No,
}

/// Standard output and standard error of a command.
pub struct Streams<'a> {
    pub out: &'a mut dyn Write,
    pub err: &'a mut dyn Write,
    /// Of the standard output.
    pub terminal: Terminal,
    /// Cells in a line of the standard output, for names that are folded.
    pub width: usize,
    pub count: Count,
}

/// The line that counts answers while all of them are waited for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Count {
    /// The standard error is no terminal: a line that comes and goes would stay in it.
    Off,
    Hidden,
    Shown,
}

impl Streams<'_> {
    /// One line on the standard output.
    ///
    /// # Errors
    /// What the stream says, for example that its reader has gone.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }

    /// One line on the standard error. There is nobody to tell when that cannot be written.
    pub fn note(&mut self, text: &str) {
        self.hide_count();
        self.plain(&format!("podmux: {text}"));
    }
}

impl Streams<'_> {
    /// Shows how many answers are there, in the place of what it showed before.
    pub(super) fn show_count(&mut self, answered: usize, all: usize) {
        if self.count == Count::Off {
            return;
        }
        self.count = Count::Shown;
        self.plain_bytes(format!("\r{answered} of {all} answered").as_bytes());
    }

    /// Takes the count away.
    pub(super) fn hide_count(&mut self) {
        if self.count == Count::Shown {
            self.count = Count::Hidden;
            self.plain_bytes(b"\r\x1b[K");
        }
    }

    /// Each missing right of these messages once, with a Role that grants it.
    pub(super) fn advise<'m>(&mut self, messages: impl IntoIterator<Item = &'m str>) {
        let refused: BTreeSet<Refused> = messages.into_iter().filter_map(Refused::read).collect();
        for refused in refused {
            for line in refused.advice().lines() {
                self.plain(line);
            }
        }
    }

    /// A line on the standard error that can be copied as it is.
    fn plain(&mut self, text: &str) {
        self.plain_bytes(format!("{}\n", printable(text)).as_bytes());
    }

    fn plain_bytes(&mut self, bytes: &[u8]) {
        let written = self.err.write_all(bytes).and_then(|()| self.err.flush());
        if let Err(error) = written {
            tracing::debug!(%error, "standard error could not be written");
        }
    }
}

/// Text of a cluster for one line of a terminal: control characters are replaced.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

/// Text of a cluster for a terminal: line feeds and tabs stay, other control characters are replaced.
pub(super) fn printable_block(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() && !matches!(c, '\n' | '\t') {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_lose_their_power_on_a_terminal() {
        assert_eq!(
            printable("a\x1b[2Jb\nc\t"),
            "a\u{fffd}[2Jb\u{fffd}c\u{fffd}"
        );
        assert_eq!(printable_block("a\x1b[2Jb\nc\t"), "a\u{fffd}[2Jb\nc\t");
    }
}
