//! Owns whole lines of one target, each with its pod before it. On a terminal control characters are taken out; a pipe gets the
//! bytes as they came.

use std::io::{self, Write};

use crate::headless::streams::{Streams, Terminal, printable_block};
use crate::runtime::unattended::capture::Source;

/// A line without an end is printed in pieces of this size.
const LONGEST: usize = 64 * 1024;

/// What has come of the current line of each stream.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Lines {
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Lines {
    /// Prints every line that is whole now.
    pub(super) fn take(
        &mut self,
        source: Source,
        bytes: &[u8],
        label: &str,
        streams: &mut Streams<'_>,
    ) -> io::Result<()> {
        let held = match source {
            Source::Out => &mut self.out,
            Source::Err => &mut self.err,
        };
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            held.extend(piece);
            if piece.ends_with(b"\n") || held.len() >= LONGEST {
                let line = std::mem::take(held);
                print(source, &line, label, streams)?;
            }
        }
        Ok(())
    }

    /// Prints what has no line feed at its end.
    pub(super) fn finish(&mut self, label: &str, streams: &mut Streams<'_>) -> io::Result<()> {
        for (source, held) in [(Source::Out, &mut self.out), (Source::Err, &mut self.err)] {
            if !held.is_empty() {
                print(source, &std::mem::take(held), label, streams)?;
            }
        }
        Ok(())
    }
}

fn print(source: Source, line: &[u8], label: &str, streams: &mut Streams<'_>) -> io::Result<()> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let shown;
    let line = match streams.terminal {
        Terminal::Yes => {
            shown = printable_block(&String::from_utf8_lossy(line));
            shown.as_bytes()
        }
        Terminal::No => line,
    };
    let to: &mut dyn Write = match source {
        Source::Out => streams.out,
        Source::Err => streams.err,
    };
    let whole = [label.as_bytes(), b": ", line, b"\n"].concat();
    to.write_all(&whole)
}
