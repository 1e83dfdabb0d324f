//! Owns the numbers of a control sequence. Knows nothing of their meaning. The lexer fills it, `Terminal` reads it.

use super::Csi;

/// More numbers than this are dropped, as vt100 does.
const MOST: usize = 32;

/// Prefix, numbers and intermediates of one control sequence.
#[derive(Clone, Debug, Default)]
pub(in crate::screen) struct Params {
    values: [u16; MOST],
    count: usize,
    /// Bit n: number n was joined to the one before by a colon.
    joined: u32,
    prefix: u8,
    between: u8,
    last: u8,
}

impl Params {
    /// Reads what follows `ESC [` up to the final byte and says how long that is; none when it is cut short or malformed.
    #[inline]
    pub(super) fn parse(&mut self, bytes: &[u8]) -> Option<usize> {
        (self.count, self.joined, self.prefix, self.between) = (0, 0, 0, 0);
        let mut value: u32 = 0;
        let mut given = false;
        for (at, &byte) in bytes.iter().enumerate() {
            match byte {
                b'0'..=b'9' if self.between == 0 => {
                    value = (value * 10 + u32::from(byte - b'0')).min(0xffff);
                    given = true;
                }
                b';' | b':' if self.between == 0 => {
                    self.push(value);
                    if byte == b':' && self.count < MOST {
                        self.joined |= 1 << self.count;
                    }
                    (value, given) = (0, true);
                }
                b'<'..=b'?' if at == 0 => self.prefix = byte,
                0x20..=0x2f if self.between == 0 => self.between = byte,
                0x20..=0x2f => self.between = 0xff,
                0x40..=0x7e => {
                    if given {
                        self.push(value);
                    }
                    self.last = byte;
                    return Some(at + 1);
                }
                _ => return None,
            }
        }
        None
    }

    #[inline]
    fn push(&mut self, value: u32) {
        if let Some(slot) = self.values.get_mut(self.count) {
            *slot = u16::try_from(value).unwrap_or(u16::MAX);
            self.count += 1;
        }
    }

    /// Reads a whole sequence, `ESC [` included; `false` when it is none.
    pub(in crate::screen) fn read(&mut self, sequence: &[u8]) -> bool {
        let body = sequence.strip_prefix(b"\x1b[");
        body.is_some_and(|body| self.parse(body) == Some(body.len()))
    }

    #[inline]
    pub(super) fn as_csi<'a>(&'a self, raw: &'a [u8]) -> Csi<'a> {
        Csi {
            raw,
            prefix: self.prefix,
            between: self.between,
            params: self,
            last: self.last,
        }
    }

    /// The number at an index, 0 when it is not given.
    #[inline]
    pub(in crate::screen) fn get(&self, index: usize) -> u16 {
        if index < self.count {
            self.values.get(index).copied().unwrap_or(0)
        } else {
            0
        }
    }

    /// The number at an index, where 0 and none mean 1.
    #[inline]
    pub(in crate::screen) fn at_least_one(&self, index: usize) -> u16 {
        self.get(index).max(1)
    }

    #[inline]
    pub(in crate::screen) fn len(&self) -> usize {
        self.count
    }

    /// The numbers.
    #[inline]
    pub(in crate::screen) fn all(&self) -> &[u16] {
        self.values.get(..self.count).unwrap_or_default()
    }

    /// The numbers, each with whether a colon joins it to the one before.
    pub(in crate::screen) fn iter(&self) -> impl Iterator<Item = (u16, bool)> + '_ {
        let joined = self.joined;
        let values = self.values.iter().take(self.count).enumerate();
        values.map(move |(index, value)| (*value, joined & (1 << index) != 0))
    }

    /// Whether some numbers are joined by colons.
    #[inline]
    pub(in crate::screen) fn has_colons(&self) -> bool {
        self.joined != 0
    }
}
