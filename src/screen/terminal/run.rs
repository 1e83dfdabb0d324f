//! Owns the short cut for runs of short text between colours and cursor positions, as programs that repaint write them: one look
//! in place of a token each, and one copy for all. Nothing else is understood here; whatever else comes ends the run. Part of
//! `Terminal`.

use super::Terminal;

/// More numbers than these in one sequence end the run.
const NUMBERS: usize = 16;

/// More digits than these in one number end the run.
const DIGITS: u32 = 4;

/// The numbers of one sequence.
#[derive(Default)]
struct Numbers {
    values: [u16; NUMBERS],
    count: usize,
}

impl Numbers {
    #[inline]
    fn push(&mut self, value: u16) -> Option<()> {
        *self.values.get_mut(self.count)? = value;
        self.count += 1;
        Some(())
    }

    #[inline]
    fn all(&self) -> &[u16] {
        self.values.get(..self.count).unwrap_or_default()
    }
}

impl Terminal {
    /// Takes a run off the front of the output, which begins with a control sequence; says how many bytes it took. Called between
    /// two tokens only.
    pub(super) fn run(&mut self, input: &[u8]) -> usize {
        if !self.prints_plainly() {
            return 0;
        }
        let mut taken = 0;
        loop {
            let rest = input.get(taken..).unwrap_or_default();
            let length = match rest {
                [0x1b, b'[', sequence @ ..] => match self.follow(sequence) {
                    Some(length) => length + 2,
                    None => break,
                },
                [0x20..0x7f, ..] => match self.print_ahead(rest) {
                    Some(length) => length,
                    None => break,
                },
                _ => break,
            };
            taken += length;
        }
        self.emit(input.get(..taken).unwrap_or_default());
        taken
    }

    /// Printable ASCII that the grid treats right by itself.
    #[inline]
    fn print_ahead(&mut self, input: &[u8]) -> Option<usize> {
        let is_text = |byte: &&u8| (0x20..0x7f).contains(*byte);
        let length = input.iter().take_while(is_text).count();
        let reach = self.reach + length;
        let wraps = self.pen.background && reach > self.cols();
        // A run may have come to conceal only just now.
        if wraps || self.pen.concealed {
            return None;
        }
        self.reach = reach;
        Some(length)
    }

    /// A whole sequence for colours or for the cursor's place, from behind its `ESC [`; says how long it is.
    #[inline]
    fn follow(&mut self, sequence: &[u8]) -> Option<usize> {
        let mut numbers = Numbers::default();
        let (mut value, mut digits, mut given) = (0, 0, false);
        for (at, &byte) in sequence.iter().enumerate() {
            match byte {
                b'0'..=b'9' if digits < DIGITS => {
                    value = value * 10 + u16::from(byte - b'0');
                    digits += 1;
                    given = true;
                }
                b';' => {
                    numbers.push(value)?;
                    (value, digits, given) = (0, 0, true);
                }
                b'm' | b'H' => {
                    if given {
                        numbers.push(value)?;
                    }
                    return self.obey(byte, numbers.all()).then_some(at + 1);
                }
                _ => return None,
            }
        }
        None
    }

    #[inline]
    fn obey(&mut self, last: u8, numbers: &[u16]) -> bool {
        if last == b'm' {
            let before = self.pen;
            let right = self.pen.follow_codes(numbers);
            if !right {
                self.pen = before;
            }
            return right;
        }
        let column = numbers.get(1).copied().unwrap_or(1).max(1);
        self.reach = usize::from(column - 1).min(self.cols().saturating_sub(1));
        true
    }
}
