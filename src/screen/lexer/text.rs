//! Owns the scan of plain text: valid UTF-8, without characters that hide or reorder others. Called by the lexer.

/// What stands at the front of the input.
pub(super) enum Found<'a> {
    /// Valid UTF-8.
    Text(&'a [u8]),
    /// Bytes that are never shown were skipped.
    Drop,
    /// A control is next.
    Special,
    /// A character is cut short by the end of the chunk.
    Wait,
}

/// A character whose first bytes came with an earlier chunk.
#[derive(Default)]
pub(super) struct Utf8 {
    bytes: [u8; 4],
    len: usize,
    /// The character in `bytes` is whole and lent out.
    whole: bool,
}

impl Utf8 {
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.len > 0 && !self.whole
    }

    /// The character that was put together last.
    pub(super) fn carried(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }

    fn hold(&mut self, bytes: &[u8]) {
        self.len = 0;
        self.whole = false;
        for (slot, byte) in self.bytes.iter_mut().zip(bytes) {
            *slot = *byte;
            self.len += 1;
        }
    }

    /// Goes on with the held bytes; leaves `input` behind what was taken.
    pub(super) fn resume(&mut self, input: &mut &[u8]) -> Found<'static> {
        while let Some((&byte, rest)) = input.split_first() {
            if let Some(slot) = self.bytes.get_mut(self.len) {
                *slot = byte;
                self.len += 1;
            }
            match std::str::from_utf8(self.bytes.get(..self.len).unwrap_or_default()) {
                Ok(text) => {
                    *input = rest;
                    let shown = text.chars().next().is_some_and(is_shown);
                    self.whole = shown;
                    self.len = if shown { self.len } else { 0 };
                    return if shown { Found::Text(b"") } else { Found::Drop };
                }
                Err(error) if error.error_len().is_some() => {
                    // The new byte does not belong to it and is looked at anew.
                    self.len = 0;
                    return Found::Drop;
                }
                Err(_) => *input = rest,
            }
        }
        Found::Wait
    }
}

/// Whether a character may reach the grid. Not shown are: the emoji presentation selector, which makes vt100 0.18
/// panic; controls of writing direction, line separators and tag characters, which make text look like another.
pub(in crate::screen) fn is_shown(c: char) -> bool {
    !matches!(c,
        '\u{fe0f}'
        | '\u{80}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200e}' | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffd}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn is_plain(byte: u8) -> bool {
    byte >= 0x20 && byte != 0x7f || byte == b'\n' || byte == b'\r'
}

#[inline]
fn is_plain_ascii(byte: u8) -> bool {
    (0x20..0x7f).contains(&byte) || byte == b'\n' || byte == b'\r'
}

fn without_controls(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .position(|&byte| !is_plain(byte))
        .unwrap_or(bytes.len())
}

/// Length of the prefix of printable ASCII, CR and LF.
#[inline]
fn plain_ascii(bytes: &[u8]) -> usize {
    let mut length = 0;
    for piece in bytes.chunks_exact(32) {
        // One flag per piece, not an early exit: the compiler makes vector instructions of this.
        if piece
            .iter()
            .fold(false, |any, &byte| any | !is_plain_ascii(byte))
        {
            break;
        }
        length += 32;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length
        + rest
            .iter()
            .position(|&byte| !is_plain_ascii(byte))
            .unwrap_or(rest.len())
}

/// A piece with other than ASCII is taken in windows, so that many broken or hidden characters cost no more than one each.
const WINDOW: usize = 512;
const LONG_ASCII: usize = 64;

/// Splits plain text off the front of `input`.
#[inline]
pub(super) fn plain_prefix<'a>(input: &'a [u8], held: &mut Utf8) -> (Found<'a>, &'a [u8]) {
    let ascii = plain_ascii(input);
    let ends = input.get(ascii).is_none_or(u8::is_ascii);
    match input.split_at_checked(ascii) {
        Some((text, rest)) if ascii >= LONG_ASCII || (ends && ascii > 0) => {
            (Found::Text(text), rest)
        }
        _ if ends => (Found::Special, input),
        _ => mixed_prefix(input, held),
    }
}

/// The same where other than ASCII is near.
fn mixed_prefix<'a>(input: &'a [u8], held: &mut Utf8) -> (Found<'a>, &'a [u8]) {
    let window = input.get(..WINDOW).unwrap_or(input);
    let run = window.get(..without_controls(window)).unwrap_or_default();
    if run.is_empty() {
        return (Found::Special, input);
    }
    let valid = match std::str::from_utf8(run) {
        Ok(text) => text,
        Err(error) => {
            let (good, bad) = run
                .split_at_checked(error.valid_up_to())
                .unwrap_or((run, &[]));
            if good.is_empty() {
                return broken(
                    input,
                    bad,
                    error.error_len(),
                    run.len() == input.len(),
                    held,
                );
            }
            std::str::from_utf8(good).unwrap_or_default()
        }
    };
    let hidden = if valid.is_ascii() {
        None
    } else {
        first_hidden(valid)
    };
    let (text, rest) = match hidden {
        None => (valid, input.get(valid.len()..)),
        Some((0, length)) => ("", input.get(length..)),
        Some((at, _)) => (valid.get(..at).unwrap_or_default(), input.get(at..)),
    };
    let found = if text.is_empty() {
        Found::Drop
    } else {
        Found::Text(text.as_bytes())
    };
    (found, rest.unwrap_or_default())
}

fn broken<'a>(
    input: &'a [u8],
    bad: &[u8],
    length: Option<usize>,
    at_end: bool,
    held: &mut Utf8,
) -> (Found<'a>, &'a [u8]) {
    match length {
        Some(length) => (Found::Drop, input.get(length..).unwrap_or_default()),
        // Cut short by the end of the chunk.
        None if at_end => {
            held.hold(bad);
            (Found::Wait, &[])
        }
        // Cut short by a control.
        None => (Found::Drop, input.get(bad.len()..).unwrap_or_default()),
    }
}

fn first_hidden(text: &str) -> Option<(usize, usize)> {
    let hidden = text.char_indices().find(|(_, c)| !is_shown(*c));
    hidden.map(|(at, c)| (at, c.len_utf8()))
}
