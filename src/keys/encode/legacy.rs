//! Owns xterm's key codes: PC style function keys, control characters, modifyOtherKeys, the application keypad.
//! Knows nothing of kitty's protocol or of the mouse. Called by `encode`.

use super::{ESC, parameter};
use crate::keys::chord::{Chord, Key, Mods};

/// The code of a key where modifyOtherKeys changes nothing.
pub(super) fn key(chord: Chord, application_cursor: bool) -> Vec<u8> {
    let mods = chord.mods.without(Mods::SUPER);
    match form(chord.key) {
        Form::Text(c) => escaped(mods, text(c, mods)),
        Form::Control(byte) => escaped(mods, control_key(chord.key, byte, mods)),
        Form::Letter(letter) if mods.is_empty() => {
            let cursor = !matches!(chord.key, Key::F(_));
            let introducer = if cursor && !application_cursor {
                '['
            } else {
                'O'
            };
            format!("\x1b{introducer}{letter}").into_bytes()
        }
        Form::Letter(letter) => format!("\x1b[1;{}{letter}", parameter(mods)).into_bytes(),
        Form::Number(n) if mods.is_empty() => format!("\x1b[{n}~").into_bytes(),
        Form::Number(n) => format!("\x1b[{n};{}~", parameter(mods)).into_bytes(),
    }
}

/// The code that modifyOtherKeys gives an ordinary key at this level; `None` where the key keeps its plain code.
pub(super) fn other_key(chord: Chord, level: u8) -> Option<Vec<u8>> {
    let mods = with_visible_shift(chord.key, chord.mods.without(Mods::SUPER));
    let reported = match level {
        0 => false,
        1 => reported_at_level_one(chord.key, mods),
        _ => reported_at_level_two(chord.key, mods),
    };
    let code = match chord.key {
        Key::Char(c) if mods.contains(Mods::SHIFT) => u32::from(upper(c)),
        Key::Char(c) => u32::from(c),
        Key::Enter => 13,
        Key::Tab => 9,
        Key::Backspace => 127,
        Key::Esc => 27,
        Key::Up
        | Key::Down
        | Key::Left
        | Key::Right
        | Key::Home
        | Key::End
        | Key::PageUp
        | Key::PageDown
        | Key::Insert
        | Key::Delete
        | Key::F(_) => return None,
    };
    reported.then(|| format!("\x1b[27;{};{code}~", parameter(mods)).into_bytes())
}

/// The application code of a keypad key; `None` for a key that the keypad does not have, or one with modifiers.
pub(super) fn keypad(chord: Chord) -> Option<Vec<u8>> {
    let code = match chord.key {
        Key::Enter => 'M',
        Key::Char('*') => 'j',
        Key::Char('+') => 'k',
        Key::Char(',') => 'l',
        Key::Char('-') => 'm',
        Key::Char('.') => 'n',
        Key::Char('/') => 'o',
        Key::Char('=') => 'X',
        Key::Char(digit) => u32::from('p')
            .checked_add(digit.to_digit(10)?)
            .and_then(char::from_u32)?,
        Key::Tab | Key::Backspace | Key::Esc | Key::Up | Key::Down | Key::Left | Key::Right => {
            return None;
        }
        Key::Home
        | Key::End
        | Key::PageUp
        | Key::PageDown
        | Key::Insert
        | Key::Delete
        | Key::F(_) => return None,
    };
    chord
        .mods
        .is_empty()
        .then(|| format!("\x1bO{code}").into_bytes())
}

enum Form {
    /// A character.
    Text(char),
    /// A key that is one control byte.
    Control(u8),
    /// `CSI letter`, `SS3 letter` or `CSI 1 ; mods letter`.
    Letter(char),
    /// `CSI number ~`.
    Number(u16),
}

fn form(key: Key) -> Form {
    match key {
        Key::Char(c) => Form::Text(c),
        Key::Enter => Form::Control(b'\r'),
        Key::Tab => Form::Control(b'\t'),
        Key::Backspace => Form::Control(0x7f),
        Key::Esc => Form::Control(ESC),
        Key::Up => Form::Letter('A'),
        Key::Down => Form::Letter('B'),
        Key::Right => Form::Letter('C'),
        Key::Left => Form::Letter('D'),
        Key::End => Form::Letter('F'),
        Key::Home => Form::Letter('H'),
        Key::Insert => Form::Number(2),
        Key::Delete => Form::Number(3),
        Key::PageUp => Form::Number(5),
        Key::PageDown => Form::Number(6),
        Key::F(n) => function(n),
    }
}

// The gaps are the VT220's. After F20 xterm counts on from 42.
fn function(n: u8) -> Form {
    let n16 = u16::from(n);
    match n {
        1 => Form::Letter('P'),
        2 => Form::Letter('Q'),
        3 => Form::Letter('R'),
        0 | 4 => Form::Letter('S'),
        5 => Form::Number(15),
        6..=10 => Form::Number(n16 + 11),
        11..=14 => Form::Number(n16 + 12),
        15 | 16 => Form::Number(n16 + 13),
        17..=20 => Form::Number(n16 + 14),
        21.. => Form::Number(n16 + 21),
    }
}

fn escaped(mods: Mods, mut bytes: Vec<u8>) -> Vec<u8> {
    if mods.contains(Mods::ALT) {
        bytes.insert(0, ESC);
    }
    bytes
}

fn text(c: char, mods: Mods) -> Vec<u8> {
    if let Some(byte) = control_byte(c).filter(|_| mods.contains(Mods::CTRL)) {
        return vec![byte];
    }
    let c = if mods.contains(Mods::SHIFT) {
        upper(c)
    } else {
        c
    };
    c.to_string().into_bytes()
}

/// The control character that a key gives with control held; `None` where it stays itself.
fn control_byte(c: char) -> Option<u8> {
    let byte = u8::try_from(c).ok()?.to_ascii_lowercase();
    Some(match byte {
        b'a'..=b'z' => byte - b'a' + 1,
        b' ' | b'2' | b'@' | b'`' => 0x00,
        b'3' | b'[' | b'{' => 0x1b,
        b'4' | b'\\' | b'|' => 0x1c,
        b'5' | b']' | b'}' => 0x1d,
        b'6' | b'^' | b'~' => 0x1e,
        b'7' | b'_' | b'/' => 0x1f,
        b'8' | b'?' => 0x7f,
        _ => return None,
    })
}

fn control_key(key: Key, byte: u8, mods: Mods) -> Vec<u8> {
    if key == Key::Tab && mods.contains(Mods::SHIFT) {
        return b"\x1b[Z".to_vec();
    }
    if key == Key::Backspace && mods.contains(Mods::CTRL) {
        return vec![0x08];
    }
    vec![byte]
}

fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    all.next().filter(|_| all.next().is_none()).unwrap_or(c)
}

// A chord keeps the shift of a letter in the letter; xterm reports both.
fn with_visible_shift(key: Key, mods: Mods) -> Mods {
    if let Key::Char(c) = key
        && c.is_uppercase()
    {
        return mods.with(Mods::SHIFT);
    }
    mods
}

// Level 1 leaves alone what has a well-known code: control characters, alt as escape prefix, Backspace, shift-Tab.
fn reported_at_level_one(key: Key, mods: Mods) -> bool {
    let ctrl = mods.contains(Mods::CTRL);
    match key {
        Key::Char(c) => ctrl && control_byte(c).is_none(),
        Key::Tab => ctrl,
        Key::Enter | Key::Esc => ctrl || mods == Mods::SHIFT,
        Key::Backspace
        | Key::Up
        | Key::Down
        | Key::Left
        | Key::Right
        | Key::Home
        | Key::End
        | Key::PageUp
        | Key::PageDown
        | Key::Insert
        | Key::Delete
        | Key::F(_) => false,
    }
}

fn reported_at_level_two(key: Key, mods: Mods) -> bool {
    let character = matches!(key, Key::Char(_));
    let counted = if character {
        mods.without(Mods::SHIFT)
    } else {
        mods
    };
    !counted.is_empty()
}
