//! Owns the split of a byte stream into text, controls, sequences and strings, whatever way it is cut into chunks.
//! Knows nothing of what they mean. `Terminal` acts on the tokens.

mod params;
mod text;

pub(super) use params::Params;
pub(super) use text::is_shown;
use text::{Found, Utf8, plain_prefix};

/// A control sequence longer than this is dropped.
const SEQUENCE_BYTES: usize = 256;
/// A string longer than this is dropped, but still read to its end.
pub(super) const STRING_BYTES: usize = 64 * 1024;

const ESC: u8 = 0x1b;

/// One piece of output.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    /// Printable characters, carriage returns and line feeds; valid UTF-8 without spoofing characters.
    Text(&'a [u8]),
    /// A C0 control other than carriage return, line feed and escape.
    Control(u8),
    /// `ESC` intermediates final.
    Escape {
        between: &'a [u8],
        last: u8,
    },
    Csi(Csi<'a>),
    /// OSC, DCS and such; `body` is cut at nothing: too long a string never becomes a token.
    String {
        kind: StringKind,
        body: &'a [u8],
        bell: bool,
    },
}

/// A control sequence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Csi<'a> {
    /// The whole sequence, well formed.
    pub(super) raw: &'a [u8],
    /// `?`, `>`, `=`, `<`, or 0.
    pub(super) prefix: u8,
    /// The first intermediate, or 0.
    pub(super) between: u8,
    pub(super) params: &'a Params,
    pub(super) last: u8,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum StringKind {
    Osc,
    Dcs,
    /// APC, PM and SOS: nothing of ours.
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum State {
    #[default]
    Ground,
    Escape,
    Csi,
    /// In a string; the flag says that an ESC was seen, which ends it.
    String(StringKind, AfterEsc),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AfterEsc {
    Yes,
    No,
}

/// The state between two chunks.
#[derive(Default)]
pub(super) struct Lexer {
    state: State,
    /// Bytes of the unfinished sequence or string.
    held: Vec<u8>,
    /// The unfinished sequence or string is too long already.
    overlong: bool,
    utf8: Utf8,
    params: Params,
    /// The token lent out last is in `held`; it is cleared on the next call.
    spent: bool,
}

impl Lexer {
    /// Whether a string has begun and not ended.
    pub(super) fn in_string(&self) -> bool {
        matches!(self.state, State::String(..))
    }

    /// Whether nothing is held back: what comes next stands for itself.
    #[inline]
    pub(super) fn is_between_tokens(&self) -> bool {
        (self.state == State::Ground || self.spent) && !self.utf8.is_open()
    }

    /// Gives an unfinished sequence or string up.
    pub(super) fn abort(&mut self) {
        self.begin(State::Ground);
        self.held.shrink_to(SEQUENCE_BYTES);
    }

    /// Takes the next token off the front of `input`; none when the rest waits for the next chunk.
    #[inline]
    pub(super) fn next<'t, 'i: 't>(&'t mut self, input: &mut &'i [u8]) -> Option<Token<'t>> {
        if std::mem::take(&mut self.spent) {
            self.begin(State::Ground);
            self.held.shrink_to(SEQUENCE_BYTES);
        }
        loop {
            match self.state {
                State::Ground => match self.ground(input) {
                    Step::Token(found) => return Some(self.lend(&found)),
                    Step::Go => {}
                    Step::Wait => return None,
                },
                State::Escape | State::Csi | State::String(..) => {
                    let (&byte, rest) = input.split_first()?;
                    *input = rest;
                    if let Some(found) = self.step(byte) {
                        return Some(self.lend(&found));
                    }
                }
            }
        }
    }

    #[inline]
    fn begin(&mut self, state: State) {
        self.state = state;
        self.held.clear();
        self.overlong = false;
    }

    #[inline]
    fn ground<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        if self.utf8.is_open() {
            return match self.utf8.resume(input) {
                Found::Wait => Step::Wait,
                Found::Text(_) => Step::Token(Lent::Carried),
                Found::Drop | Found::Special => Step::Go,
            };
        }
        let Some(&byte) = input.first() else {
            return Step::Wait;
        };
        if byte == ESC {
            return self.escape(input);
        }
        let (found, rest) = plain_prefix(input, &mut self.utf8);
        *input = rest;
        match found {
            Found::Text(text) => Step::Token(Lent::Text(text)),
            Found::Drop => Step::Go,
            Found::Wait => Step::Wait,
            Found::Special => Self::control(input),
        }
    }

    #[inline]
    fn control<'a>(input: &mut &'a [u8]) -> Step<'a> {
        let Some((&byte, rest)) = input.split_first() else {
            return Step::Wait;
        };
        *input = rest;
        // DEL is never shown.
        if byte == 0x7f {
            return Step::Go;
        }
        Step::Token(Lent::Control(byte))
    }

    /// At an ESC: the common case, a whole clean control sequence in this chunk, is lent without a copy.
    #[inline]
    fn escape<'a>(&mut self, input: &mut &'a [u8]) -> Step<'a> {
        let bytes: &'a [u8] = input;
        if let Some(b'[') = bytes.get(1)
            && let Some(length) = self.params.parse(bytes.get(2..).unwrap_or_default())
            && let Some((raw, rest)) = bytes.split_at_checked(length + 2)
        {
            *input = rest;
            return Step::Token(Lent::Csi(raw));
        }
        *input = bytes.get(1..).unwrap_or_default();
        self.begin(State::Escape);
        Step::Go
    }

    fn step<'a>(&mut self, byte: u8) -> Option<Lent<'a>> {
        match (self.state, byte) {
            (State::String(kind, AfterEsc::Yes), _) => self.after_string_escape(kind, byte),
            (State::String(kind, AfterEsc::No), ESC) => {
                self.state = State::String(kind, AfterEsc::Yes);
                None
            }
            (State::String(StringKind::Osc, _), 0x07) => self.end_string(StringKind::Osc, true),
            // CAN and SUB abort whatever is open.
            (_, 0x18 | 0x1a) => {
                self.begin(State::Ground);
                None
            }
            (State::String(..), _) => {
                self.hold(byte, STRING_BYTES);
                None
            }
            (_, ESC) => {
                self.begin(State::Escape);
                None
            }
            (_, 0x00..=0x1f) => Some(Lent::Control(byte)),
            (State::Ground, _) | (_, 0x7f) => None,
            (State::Escape, _) => self.in_escape(byte),
            (State::Csi, _) => self.in_csi(byte),
        }
    }

    fn after_string_escape<'a>(&mut self, kind: StringKind, byte: u8) -> Option<Lent<'a>> {
        if byte == b'\\' {
            return self.end_string(kind, false);
        }
        self.begin(State::Escape);
        self.step(byte)
    }

    fn end_string<'a>(&mut self, kind: StringKind, bell: bool) -> Option<Lent<'a>> {
        self.state = State::Ground;
        if self.overlong {
            self.abort();
            return None;
        }
        Some(Lent::String(kind, bell))
    }

    fn in_escape<'a>(&mut self, byte: u8) -> Option<Lent<'a>> {
        match byte {
            0x20..=0x2f => {
                self.hold(byte, SEQUENCE_BYTES);
                return None;
            }
            0x80.. => self.begin(State::Ground),
            _ if !self.held.is_empty() => return Some(Lent::Escape(byte)),
            b'[' => {
                self.begin(State::Csi);
                self.held.extend_from_slice(b"\x1b[");
            }
            b']' => self.begin(State::String(StringKind::Osc, AfterEsc::No)),
            b'P' => self.begin(State::String(StringKind::Dcs, AfterEsc::No)),
            b'X' | b'^' | b'_' => self.begin(State::String(StringKind::Other, AfterEsc::No)),
            _ => return Some(Lent::Escape(byte)),
        }
        None
    }

    fn in_csi<'a>(&mut self, byte: u8) -> Option<Lent<'a>> {
        if byte >= 0x80 {
            self.begin(State::Ground);
            return None;
        }
        self.hold(byte, SEQUENCE_BYTES);
        if byte < 0x40 {
            return None;
        }
        let whole = self.held.get(2..).unwrap_or_default();
        if self.overlong || self.params.parse(whole) != Some(whole.len()) {
            self.begin(State::Ground);
            return None;
        }
        Some(Lent::HeldCsi)
    }

    fn hold(&mut self, byte: u8, limit: usize) {
        if self.held.len() < limit {
            self.held.push(byte);
        } else {
            self.overlong = true;
        }
    }

    #[inline]
    fn lend<'a>(&'a mut self, found: &Lent<'a>) -> Token<'a> {
        self.spent = matches!(found, Lent::HeldCsi | Lent::Escape(_) | Lent::String(..));
        match *found {
            Lent::Text(text) => Token::Text(text),
            Lent::Carried => Token::Text(self.utf8.carried()),
            Lent::Control(byte) => Token::Control(byte),
            Lent::Escape(last) => Token::Escape {
                between: &self.held,
                last,
            },
            Lent::Csi(raw) => Token::Csi(self.params.as_csi(raw)),
            Lent::HeldCsi => Token::Csi(self.params.as_csi(&self.held)),
            Lent::String(kind, bell) => Token::String {
                kind,
                body: &self.held,
                bell,
            },
        }
    }
}

enum Step<'a> {
    Token(Lent<'a>),
    Go,
    Wait,
}

/// A token before it borrows from the lexer.
enum Lent<'a> {
    Text(&'a [u8]),
    Carried,
    Control(u8),
    Escape(u8),
    Csi(&'a [u8]),
    HeldCsi,
    String(StringKind, bool),
}
