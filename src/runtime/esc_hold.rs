//! Owns the short wait after a lone ESC: an arrow key whose bytes arrive in two pieces must become an arrow, never text.
//! Pure; time is an argument. Called by `driver` for each chord of the outer terminal.

use std::time::{Duration, Instant};

use crate::keys::{Chord, Key, Mods};

/// How long an ESC waits for the rest of a split sequence. Longer under SSH, where the network cuts.
pub(super) fn hold_time(ssh: bool) -> Duration {
    Duration::from_millis(if ssh { 100 } else { 25 })
}

/// Chords on their way in, with an ESC that may still be the start of a sequence.
#[derive(Debug)]
pub(super) struct EscHold {
    hold: Duration,
    held: Option<Held>,
}

#[derive(Debug)]
struct Held {
    until: Instant,
    /// What followed the ESC so far, as characters.
    after: String,
}

/// Longer sequences than this are no keys.
const LONGEST: usize = 24;

impl EscHold {
    pub(super) const fn new(hold: Duration) -> Self {
        Self { hold, held: None }
    }

    /// When [`Self::expire`] has something to give.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.held.as_ref().map(|held| held.until)
    }

    /// Takes a chord and gives those that are certain now.
    pub(super) fn take(&mut self, chord: Chord, now: Instant) -> Vec<Chord> {
        let mut certain = self.expire(now);
        let escape = chord == Chord::plain(Key::Esc);
        match self.held.take() {
            None if escape => self.held = Some(self.fresh(now)),
            None => certain.push(chord),
            Some(held) if escape => {
                certain.extend(as_typed(&held));
                self.held = Some(self.fresh(now));
            }
            Some(held) => certain.extend(self.join(held, chord)),
        }
        certain
    }

    /// Gives what no longer waits: a lone ESC was the Esc key.
    pub(super) fn expire(&mut self, now: Instant) -> Vec<Chord> {
        match self.held.take_if(|held| now >= held.until) {
            Some(held) => as_typed(&held),
            None => Vec::new(),
        }
    }

    fn fresh(&self, now: Instant) -> Held {
        Held {
            until: now + self.hold,
            after: String::new(),
        }
    }

    fn join(&mut self, mut held: Held, chord: Chord) -> Vec<Chord> {
        let Key::Char(c) = chord.key else {
            let mut typed = as_typed(&held);
            typed.push(chord);
            return typed;
        };
        if held.after.is_empty() && !matches!(c, '[' | 'O') {
            return vec![Chord::new(chord.key, chord.mods.with(Mods::ALT))];
        }
        held.after.push(c);
        let parameter = matches!(c, '0'..='9' | ';' | '<' | '?' | '>' | '=');
        if held.after.len() == 1 || (parameter && held.after.len() < LONGEST) {
            self.held = Some(held);
            return Vec::new();
        }
        decode(&held.after).into_iter().collect()
    }
}

/// What was held, as the keys that it looked like.
fn as_typed(held: &Held) -> Vec<Chord> {
    let escape = Chord::plain(Key::Esc);
    std::iter::once(escape)
        .chain(held.after.chars().map(Chord::char))
        .collect()
}

/// The key of a sequence without its ESC; `None` for mouse and other reports, which are nobody's text.
fn decode(sequence: &str) -> Option<Chord> {
    let mut chars = sequence.chars();
    chars.next()?;
    let last = chars.next_back()?;
    let mut parameters = chars
        .as_str()
        .split(';')
        .map(|text| text.parse::<u8>().ok());
    let first = parameters.next().flatten();
    let bits = parameters.next().flatten().unwrap_or(1).saturating_sub(1);
    let key = match (last, first) {
        ('A', _) => Key::Up,
        ('B', _) => Key::Down,
        ('C', _) => Key::Right,
        ('D', _) => Key::Left,
        ('H', _) | ('~', Some(1 | 7)) => Key::Home,
        ('F', _) | ('~', Some(4 | 8)) => Key::End,
        ('~', Some(2)) => Key::Insert,
        ('~', Some(3)) => Key::Delete,
        ('~', Some(5)) => Key::PageUp,
        ('~', Some(6)) => Key::PageDown,
        ('P', _) => Key::F(1),
        ('Q', _) => Key::F(2),
        ('R', _) => Key::F(3),
        ('S', _) => Key::F(4),
        _ => return None,
    };
    let mods = [(1, Mods::SHIFT), (2, Mods::ALT), (4, Mods::CTRL)]
        .into_iter()
        .filter(|(bit, _)| bits & bit != 0)
        .fold(Mods::NONE, |mods, (_, held)| mods.with(held));
    Some(Chord::new(key, mods))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(
        clippy::disallowed_methods,
        reason = "an arbitrary instant to count from"
    )]
    fn start() -> Instant {
        Instant::now()
    }

    fn typed(keys: &[(&str, u64)]) -> Vec<String> {
        let start = start();
        let mut hold = EscHold::new(hold_time(false));
        let mut out = Vec::new();
        for (key, at) in keys {
            out.extend(hold.take(key.parse().unwrap(), start + Duration::from_millis(*at)));
        }
        out.extend(hold.expire(start + Duration::from_secs(9)));
        out.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_lone_escape_is_the_key() {
        assert_eq!(typed(&[("esc", 0)]), ["esc"]);
        assert_eq!(typed(&[("esc", 0), ("j", 200)]), ["esc", "j"]);
    }

    #[test]
    fn a_split_arrow_is_an_arrow() {
        assert_eq!(typed(&[("esc", 0), ("[", 3), ("A", 4)]), ["up"]);
        assert_eq!(typed(&[("esc", 0), ("O", 3), ("P", 4)]), ["f1"]);
        assert_eq!(
            typed(&[("esc", 0), ("[", 1), ("1", 1), (";", 1), ("5", 1), ("C", 1)]),
            ["ctrl-right"]
        );
        assert_eq!(
            typed(&[("esc", 0), ("[", 1), ("5", 1), ("~", 1)]),
            ["pageup"]
        );
    }

    #[test]
    fn a_split_report_becomes_no_text() {
        let report = [
            ("esc", 0),
            ("[", 1),
            ("<", 1),
            ("0", 1),
            (";", 1),
            ("9", 1),
            ("M", 1),
        ];
        assert_eq!(typed(&report), Vec::<String>::new());
    }

    #[test]
    fn a_key_right_after_escape_is_alt() {
        assert_eq!(typed(&[("esc", 0), ("b", 5)]), ["alt-b"]);
        assert_eq!(typed(&[("esc", 0), ("esc", 5), ("x", 6)]), ["esc", "alt-x"]);
    }
}
