//! Owns one key press with its modifiers: read from the terminal, written and read as the config spells it.
//! Knows nothing of what a chord does. Called by the keymap, the encoder, `config` and `app`.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

mod words;

/// A key without its modifiers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Key {
    /// The character that the key gives; the shifted one where shift was held.
    Char(char),
    Enter,
    Tab,
    Backspace,
    Esc,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    Insert,
    Delete,
    /// A function key, 1..=35.
    F(u8),
}

/// The set of modifiers held with a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct Mods(u8);

impl Mods {
    pub const NONE: Self = Self(0);
    pub const SHIFT: Self = Self(1);
    pub const ALT: Self = Self(2);
    pub const CTRL: Self = Self(4);
    pub const SUPER: Self = Self(8);

    /// Whether every modifier of `other` is held.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This set less the other.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether none is held.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as xterm and kitty count it: shift 1, alt 2, ctrl 4, super 8.
    pub const fn bits(self) -> u8 {
        self.0
    }
}

/// One key press as bindings and panes see it.
///
/// Always in canonical form when made by [`Chord::new`]: shift is part of a character where the character can show it,
/// and control keys that every terminal sends as the same byte are one chord.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Chord {
    pub key: Key,
    pub mods: Mods,
}

impl Chord {
    /// Puts a key and its modifiers into canonical form.
    pub fn new(key: Key, mods: Mods) -> Self {
        let Key::Char(c) = key else {
            return Self { key, mods };
        };
        if mods.contains(Mods::CTRL) {
            return Self::control(c, mods);
        }
        let c = if mods.contains(Mods::SHIFT) {
            upper(c)
        } else {
            c
        };
        Self {
            key: Key::Char(c),
            mods: mods.without(Mods::SHIFT),
        }
    }

    /// A character typed without modifiers.
    pub fn char(c: char) -> Self {
        Self::new(Key::Char(c), Mods::NONE)
    }

    /// A character typed with control held.
    pub fn ctrl(c: char) -> Self {
        Self::new(Key::Char(c), Mods::CTRL)
    }

    /// A key that gives no character, without modifiers.
    pub fn plain(key: Key) -> Self {
        Self::new(key, Mods::NONE)
    }

    /// Reads a terminal event; `None` for releases and for keys that podmux has no name for.
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let mods = mods_of(event.modifiers);
        if event.code == KeyCode::BackTab {
            return Some(Self::new(Key::Tab, mods.with(Mods::SHIFT)));
        }
        if event.code == KeyCode::Null {
            return Some(Self::ctrl(' '));
        }
        key_of(event.code).map(|key| Self::new(key, mods))
    }

    // A terminal sends 0x1c..=0x1f for two names each; crossterm reports the digits, people write the signs.
    fn control(c: char, mods: Mods) -> Self {
        let shifted = c.is_uppercase();
        let c = match c {
            '4' => '\\',
            '5' => ']',
            '6' => '^',
            '7' | '/' => '_',
            '2' | '@' => ' ',
            other => lower(other),
        };
        let mods = match (shifted, c.is_alphabetic()) {
            (true, _) => mods.with(Mods::SHIFT),
            (false, true) => mods,
            (false, false) => mods.without(Mods::SHIFT),
        };
        Self {
            key: Key::Char(c),
            mods,
        }
    }
}

fn upper(c: char) -> char {
    let mut all = c.to_uppercase();
    match (all.next(), all.next()) {
        (Some(one), None) if lower(one) == c => one,
        _ => c,
    }
}

fn lower(c: char) -> char {
    let mut all = c.to_lowercase();
    match (all.next(), all.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

fn mods_of(held: KeyModifiers) -> Mods {
    [
        (KeyModifiers::SHIFT, Mods::SHIFT),
        (KeyModifiers::ALT, Mods::ALT),
        (KeyModifiers::META, Mods::ALT),
        (KeyModifiers::CONTROL, Mods::CTRL),
        (KeyModifiers::SUPER, Mods::SUPER),
    ]
    .into_iter()
    .filter(|(theirs, _)| held.contains(*theirs))
    .fold(Mods::NONE, |mods, (_, ours)| mods.with(ours))
}

fn key_of(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Tab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Esc => Key::Esc,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Insert => Key::Insert,
        KeyCode::Delete => Key::Delete,
        KeyCode::F(n) => Key::F(n),
        KeyCode::BackTab
        | KeyCode::Null
        | KeyCode::CapsLock
        | KeyCode::ScrollLock
        | KeyCode::NumLock
        | KeyCode::PrintScreen
        | KeyCode::Pause
        | KeyCode::Menu
        | KeyCode::KeypadBegin
        | KeyCode::Media(_)
        | KeyCode::Modifier(_) => return None,
    })
}

/// Why a text names no chord.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChordError {
    /// The text is empty, or ends after a modifier.
    #[error("the key is missing")]
    Empty,
    /// A word before a `-` is no modifier.
    #[error("`{word}` is no modifier{}", suggestion(*nearest))]
    Modifier {
        word: String,
        /// The right word that comes nearest.
        nearest: Option<&'static str>,
    },
    /// The last word is no key.
    #[error("`{word}` is no key{}", suggestion(*nearest))]
    Key {
        word: String,
        /// The right word that comes nearest.
        nearest: Option<&'static str>,
    },
}

fn suggestion(nearest: Option<&'static str>) -> String {
    nearest
        .map(|word| format!(", did you mean `{word}`?"))
        .unwrap_or_default()
}

impl Chord {
    /// Why no terminal sends it as it is written, and what it sends instead; `None` for a key that can be pressed.
    pub fn never_sent(self) -> Option<String> {
        if self.mods.contains(Mods::SUPER) {
            return Some(format!(
                "no terminal sends {self}: the desktop keeps super for itself"
            ));
        }
        let twin = self.twin()?;
        Some(format!(
            "no terminal tells {self} from {twin}: write \"{twin}\""
        ))
    }

    /// The chord that a terminal sends the same bytes for.
    fn twin(self) -> Option<Self> {
        let Key::Char(c) = self.key else { return None };
        if !self.mods.contains(Mods::CTRL) {
            return None;
        }
        let named = match c {
            'i' => Some(Key::Tab),
            'm' => Some(Key::Enter),
            '[' => Some(Key::Esc),
            _ => None,
        };
        let shifted = self.mods.contains(Mods::SHIFT);
        named
            .map(|key| Self::new(key, self.mods.without(Mods::CTRL.with(Mods::SHIFT))))
            .or_else(|| shifted.then(|| Self::new(self.key, self.mods.without(Mods::SHIFT))))
    }

    /// The chord as people write it: `Ctrl-g`, `PageUp`, `G`.
    pub fn written(self) -> String {
        let text = self.to_string();
        if text.chars().count() < 2 {
            return text;
        }
        let words: Vec<String> = text.split('-').map(capital).collect();
        words.join("-")
    }
}

fn capital(word: &str) -> String {
    match word {
        "pageup" => return "PageUp".to_owned(),
        "pagedown" => return "PageDown".to_owned(),
        _ => {}
    }
    let mut chars = word.chars();
    match (chars.next(), chars.as_str()) {
        (Some(first), rest) if !rest.is_empty() => {
            first.to_uppercase().chain(rest.chars()).collect()
        }
        (Some(_) | None, _) => word.to_owned(),
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in words::MODIFIERS {
            if self.mods.contains(modifier) {
                write!(f, "{name}-")?;
            }
        }
        if let Some(word) = words::name(self.key) {
            return f.write_str(word);
        }
        match self.key {
            Key::F(n) => write!(f, "f{n}"),
            Key::Char(c) => write!(f, "{c}"),
            Key::Enter
            | Key::Tab
            | Key::Backspace
            | Key::Esc
            | Key::Up
            | Key::Down
            | Key::Left
            | Key::Right
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::Insert
            | Key::Delete => Ok(()),
        }
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let mut rest = text;
        let mut mods = Mods::NONE;
        while let Some((word, tail)) = rest
            .split_once('-')
            .filter(|(w, t)| !w.is_empty() && !t.is_empty())
        {
            mods = mods.with(words::modifier(word)?);
            rest = tail;
        }
        if rest
            .strip_suffix('-')
            .is_some_and(|word| words::modifier(word).is_ok())
        {
            return Err(ChordError::Empty);
        }
        Ok(Self::new(words::key(rest)?, mods))
    }
}

#[cfg(test)]
pub(crate) mod tests;
