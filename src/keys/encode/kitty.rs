//! Owns kitty's keyboard protocol for press events: flags 1 (disambiguate), 4 (alternate keys), 8 (all keys) and 16 (text).
//! Flag 2 (event types) adds nothing to a press. Knows nothing of xterm's codes. Called by `encode`.

use crate::keys::chord::{Chord, Key, Mods};

const ALTERNATE_KEYS: u8 = 4;
const ALL_KEYS: u8 = 8;
const TEXT: u8 = 16;

/// The code of a key press under the flags, at least one of which is set.
pub(super) fn key(chord: Chord, flags: u8) -> Vec<u8> {
    match chord.key {
        Key::Char(c) => character(c, chord.mods, flags),
        Key::Enter => control(13, "\r", chord.mods, flags),
        Key::Tab => control(9, "\t", chord.mods, flags),
        Key::Backspace => control(127, "\x7f", chord.mods, flags),
        Key::Esc => unicode("27", chord.mods, ""),
        Key::Up => letter('A', chord.mods),
        Key::Down => letter('B', chord.mods),
        Key::Right => letter('C', chord.mods),
        Key::Left => letter('D', chord.mods),
        Key::End => letter('F', chord.mods),
        Key::Home => letter('H', chord.mods),
        Key::Insert => number(2, chord.mods),
        Key::Delete => number(3, chord.mods),
        Key::PageUp => number(5, chord.mods),
        Key::PageDown => number(6, chord.mods),
        Key::F(n) => function(n, chord.mods),
    }
}

// F3 has a number: its letter would be a cursor report.
fn function(n: u8, mods: Mods) -> Vec<u8> {
    let n16 = u16::from(n);
    match n {
        1 => letter('P', mods),
        2 => letter('Q', mods),
        0 | 3 => number(13, mods),
        4 => letter('S', mods),
        5 => number(15, mods),
        6..=10 => number(n16 + 11, mods),
        11 | 12 => number(n16 + 12, mods),
        13.. => unicode(&(57_363 + u32::from(n)).to_string(), mods, ""),
    }
}

fn character(c: char, mods: Mods, flags: u8) -> Vec<u8> {
    let base = lower(c);
    let mods = if base == c {
        mods
    } else {
        mods.with(Mods::SHIFT)
    };
    let shown = if mods.contains(Mods::SHIFT) {
        upper(c)
    } else {
        c
    };
    let plain = mods.without(Mods::SHIFT).is_empty();
    if plain && flags & ALL_KEYS == 0 {
        return shown.to_string().into_bytes();
    }
    let number = |c: char| u32::from(c).to_string();
    let code = if flags & ALTERNATE_KEYS != 0 && shown != base {
        format!("{}:{}", number(base), number(shown))
    } else {
        number(base)
    };
    let with_text = flags & TEXT != 0 && flags & ALL_KEYS != 0 && plain;
    unicode(
        &code,
        mods,
        &if with_text {
            number(shown)
        } else {
            String::new()
        },
    )
}

// Enter, Tab and Backspace keep their bytes unless every key is to be a code: a crashed program must leave a usable shell.
fn control(code: u32, byte: &str, mods: Mods, flags: u8) -> Vec<u8> {
    if mods.is_empty() && flags & ALL_KEYS == 0 {
        return byte.as_bytes().to_vec();
    }
    unicode(&code.to_string(), mods, "")
}

fn unicode(code: &str, mods: Mods, text: &str) -> Vec<u8> {
    match (mods.is_empty(), text.is_empty()) {
        (true, true) => format!("\x1b[{code}u"),
        (false, true) => format!("\x1b[{code};{}u", super::parameter(mods)),
        (true, false) => format!("\x1b[{code};;{text}u"),
        (false, false) => format!("\x1b[{code};{};{text}u", super::parameter(mods)),
    }
    .into_bytes()
}

fn letter(letter: char, mods: Mods) -> Vec<u8> {
    if mods.is_empty() {
        return format!("\x1b[{letter}").into_bytes();
    }
    format!("\x1b[1;{}{letter}", super::parameter(mods)).into_bytes()
}

fn number(n: u16, mods: Mods) -> Vec<u8> {
    if mods.is_empty() {
        return format!("\x1b[{n}~").into_bytes();
    }
    format!("\x1b[{n};{}~", super::parameter(mods)).into_bytes()
}

fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    all.next().filter(|_| all.next().is_none()).unwrap_or(c)
}

fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    all.next().filter(|_| all.next().is_none()).unwrap_or(c)
}
