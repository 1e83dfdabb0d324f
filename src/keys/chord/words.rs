//! Owns the words that the config uses for keys and modifiers, and the guess at what a wrong one meant.
//! Knows nothing of events. Called by `chord` only.

use super::{ChordError, Key, Mods};
use crate::keys::nearest;

/// The modifiers in the order in which they are printed.
pub(super) const MODIFIERS: [(&str, Mods); 4] = [
    ("super", Mods::SUPER),
    ("ctrl", Mods::CTRL),
    ("alt", Mods::ALT),
    ("shift", Mods::SHIFT),
];

const KEYS: [(&str, Key); 15] = [
    ("enter", Key::Enter),
    ("tab", Key::Tab),
    ("backspace", Key::Backspace),
    ("esc", Key::Esc),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("home", Key::Home),
    ("end", Key::End),
    ("pageup", Key::PageUp),
    ("pagedown", Key::PageDown),
    ("insert", Key::Insert),
    ("delete", Key::Delete),
    ("space", Key::Char(' ')),
];

/// Words of other programs for the same keys and modifiers; a suggestion, never accepted.
const FOREIGN: [(&str, &str); 26] = [
    ("c", "ctrl"),
    ("control", "ctrl"),
    ("ctl", "ctrl"),
    ("m", "alt"),
    ("a", "alt"),
    ("meta", "alt"),
    ("option", "alt"),
    ("opt", "alt"),
    ("s", "shift"),
    ("d", "super"),
    ("win", "super"),
    ("cmd", "super"),
    ("return", "enter"),
    ("ret", "enter"),
    ("cr", "enter"),
    ("escape", "esc"),
    ("del", "delete"),
    ("ins", "insert"),
    ("bs", "backspace"),
    ("bspace", "backspace"),
    ("spc", "space"),
    ("pgup", "pageup"),
    ("ppage", "pageup"),
    ("pgdn", "pagedown"),
    ("npage", "pagedown"),
    ("backtab", "shift-tab"),
];

/// The word of a key that is named by one; `None` for other characters and function keys.
pub(super) fn name(key: Key) -> Option<&'static str> {
    KEYS.iter()
        .find(|(_, known)| *known == key)
        .map(|(name, _)| *name)
}

/// The modifier that a word names, in any case.
pub(super) fn modifier(word: &str) -> Result<Mods, ChordError> {
    MODIFIERS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, mods)| *mods)
        .ok_or_else(|| ChordError::Modifier {
            word: word.to_owned(),
            nearest: nearest(word, MODIFIERS.iter().map(|(name, _)| *name)),
        })
}

/// The key that a word names: one character as it is, a longer word in any case.
pub(super) fn key(word: &str) -> Result<Key, ChordError> {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (None, _) => return Err(ChordError::Empty),
        (Some(c), None) if !c.is_control() => return Ok(Key::Char(c)),
        (Some(_), _) => {}
    }
    let known = KEYS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(_, key)| *key);
    known
        .or_else(|| function_key(word))
        .ok_or_else(|| ChordError::Key {
            word: word.to_owned(),
            nearest: nearest(word, KEYS.iter().map(|(name, _)| *name)),
        })
}

fn function_key(word: &str) -> Option<Key> {
    let digits = word.strip_prefix(['f', 'F'])?;
    let plain = !digits.starts_with(['0', '+']);
    digits
        .parse()
        .ok()
        .filter(|n| plain && (1..=35).contains(n))
        .map(Key::F)
}

fn nearest(word: &str, right: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let right: Vec<&'static str> = right.collect();
    let foreign: Vec<(&str, &'static str)> = FOREIGN
        .into_iter()
        .filter(|(_, ours)| right.contains(ours) || *ours == "shift-tab")
        .collect();
    let all = right
        .iter()
        .copied()
        .chain(foreign.iter().map(|(name, _)| *name));
    let exact = foreign
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
        .map(|(name, _)| *name);
    let near = exact.or_else(|| nearest::nearest(word, all))?;
    right
        .iter()
        .copied()
        .find(|name| *name == near)
        .or_else(|| {
            foreign
                .iter()
                .find(|(name, _)| *name == near)
                .map(|(_, ours)| *ours)
        })
}
