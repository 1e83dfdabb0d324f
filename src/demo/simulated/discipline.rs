//! Owns the line discipline of a simulated terminal: echo, editing, Ctrl-C, Ctrl-D, history. Pure: bytes in, echo and lines out. Called by
//! the session that owns the terminal.

/// The longest line; further letters are refused with a bell.
const LONGEST: usize = 4096;

/// Lines kept for the arrow keys.
const HISTORY: usize = 200;

/// What a byte led to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Typed {
    Line(String),
    Interrupt,
    EndOfInput,
}

/// The state between two bytes.
#[derive(Clone, Debug, Default)]
pub(super) struct Discipline {
    line: String,
    /// Bytes of a letter that is not complete yet.
    partial: Vec<u8>,
    escape: Escape,
    history: Vec<String>,
    /// Steps back in the history; 0 is the line being typed.
    back: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Escape {
    #[default]
    None,
    Started,
    Sequence,
}

impl Discipline {
    /// Takes one byte; what is to be echoed is added to `echo`.
    pub(super) fn feed(&mut self, byte: u8, echo: &mut Vec<u8>) -> Option<Typed> {
        if self.escape != Escape::None {
            self.escaped(byte, echo);
            return None;
        }
        match byte {
            b'\r' | b'\n' => {
                echo.extend_from_slice(b"\r\n");
                return Some(Typed::Line(self.take_line()));
            }
            0x03 => {
                echo.extend_from_slice(b"^C\r\n");
                self.line.clear();
                return Some(Typed::Interrupt);
            }
            0x04 if self.line.is_empty() => return Some(Typed::EndOfInput),
            0x08 | 0x7f => {
                if self.line.pop().is_some() {
                    echo.extend_from_slice(b"\x08 \x08");
                }
            }
            0x15 => self.erase(0, echo),
            0x17 => {
                let kept = self.line.trim_end().rfind(' ').map_or(0, |at| at + 1);
                self.erase(kept, echo);
            }
            0x0c => {
                echo.extend_from_slice(b"\x1b[H\x1b[2J");
                echo.extend_from_slice(self.line.as_bytes());
            }
            0x1b => self.escape = Escape::Started,
            0x09 => self.letter(b' ', echo),
            0x00..=0x1f => {}
            letter => self.letter(letter, echo),
        }
        None
    }

    fn take_line(&mut self) -> String {
        self.back = 0;
        self.partial.clear();
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() && self.history.last() != Some(&line) {
            if self.history.len() == HISTORY {
                self.history.remove(0);
            }
            self.history.push(line.clone());
        }
        line
    }

    fn letter(&mut self, byte: u8, echo: &mut Vec<u8>) {
        if self.line.len() >= LONGEST {
            echo.push(0x07);
            return;
        }
        self.partial.push(byte);
        match std::str::from_utf8(&self.partial) {
            Ok(text) => {
                self.line.push_str(text);
                echo.extend_from_slice(&self.partial);
                self.partial.clear();
            }
            Err(error) if error.error_len().is_some() || self.partial.len() >= 4 => {
                self.partial.clear();
            }
            Err(_) => {}
        }
    }

    fn erase(&mut self, kept: usize, echo: &mut Vec<u8>) {
        let tail = self.line.get(kept..).unwrap_or_default();
        for _ in tail.chars() {
            echo.extend_from_slice(b"\x08 \x08");
        }
        self.line.truncate(kept);
    }

    fn escaped(&mut self, byte: u8, echo: &mut Vec<u8>) {
        self.escape = match (self.escape, byte) {
            (Escape::Sequence, b'A') => {
                self.recall(self.back + 1, echo);
                Escape::None
            }
            (Escape::Sequence, b'B') => {
                self.recall(self.back.saturating_sub(1), echo);
                Escape::None
            }
            (Escape::Started, b'[' | b'O') | (Escape::Sequence, 0x20..=0x3f) => Escape::Sequence,
            (Escape::None | Escape::Started | Escape::Sequence, _) => Escape::None,
        };
    }

    fn recall(&mut self, back: usize, echo: &mut Vec<u8>) {
        let line = match back {
            0 => Some(String::new()),
            steps => self
                .history
                .len()
                .checked_sub(steps)
                .and_then(|at| self.history.get(at).cloned()),
        };
        if let Some(line) = line {
            self.erase(0, echo);
            echo.extend_from_slice(line.as_bytes());
            self.line = line;
            self.back = back;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn type_in(bytes: &[u8]) -> (Vec<Typed>, String) {
        let mut discipline = Discipline::default();
        let mut echo = Vec::new();
        let typed = bytes
            .iter()
            .filter_map(|byte| discipline.feed(*byte, &mut echo))
            .collect();
        (typed, String::from_utf8_lossy(&echo).into_owned())
    }

    #[test]
    fn editing_keys_edit() {
        for (bytes, wanted) in [
            (&b"ls\r"[..], "ls"),
            (b"lx\x7fs\n", "ls"),
            (b"rm -rf x\x15ls\r", "ls"),
            (b"echo one two\x17three\r", "echo one three"),
            (b"l\x1b[D\x1b[1;5Cs\r", "ls"),
            ("gr\u{fc}\u{df}\x7fn\r".as_bytes(), "gr\u{fc}n"),
        ] {
            assert_eq!(
                type_in(bytes).0,
                [Typed::Line(wanted.to_owned())],
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn control_c_drops_the_line_and_is_echoed() {
        let (typed, echo) = type_in(b"abc\x03");
        assert_eq!(typed, [Typed::Interrupt]);
        assert_eq!(echo, "abc^C\r\n");
    }

    #[test]
    fn control_d_ends_only_an_empty_line() {
        assert_eq!(type_in(b"\x04").0, [Typed::EndOfInput]);
        assert_eq!(type_in(b"a\x04").0, []);
    }

    #[test]
    fn the_up_arrow_brings_a_line_back() {
        let (typed, _) = type_in(b"one\rtwo\r\x1b[A\x1b[A\r");
        assert_eq!(typed.last(), Some(&Typed::Line("one".to_owned())));
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_discipline(bytes: Vec<u8>) {
            type_in(&bytes);
        }
    }
}
