//! Owns an answer of the outer terminal that comes after nobody waits for it any more: it must not be taken for keys. Pure; time is an
//! argument. Called by `console` for each chord.

use std::time::{Duration, Instant};

use crate::keys::{Chord, Key, Mods};

/// How late an answer may be. A terminal that takes longer is taken for one that does not answer.
const LATEST: Duration = Duration::from_secs(10);

/// `11;rgba:ffff/ffff/ffff/ffff` is the longest.
const LONGEST: usize = 40;

/// Takes a late `ESC ] 11 ; … ST` out of the chords that a reader of keys makes of it.
#[derive(Debug)]
pub(super) enum LateAnswer {
    /// None is on its way.
    NotOwed,
    OwedUntil(Instant),
    /// Within it; so many characters were taken.
    Inside(usize),
}

impl LateAnswer {
    /// The question was asked at `now` and is not answered yet.
    pub(super) fn owed(now: Instant) -> Self {
        Self::OwedUntil(now + LATEST)
    }

    /// Gives the chord back unless it belongs to the answer.
    pub(super) fn take(&mut self, chord: Chord, now: Instant) -> Option<Chord> {
        match *self {
            Self::OwedUntil(until) if now < until && chord == with_alt(']') => {
                *self = Self::Inside(0);
                None
            }
            Self::NotOwed | Self::OwedUntil(_) => Some(chord),
            Self::Inside(taken) if taken < LONGEST && is_part(chord) => {
                *self = Self::Inside(taken + 1);
                None
            }
            Self::Inside(_) => {
                *self = Self::NotOwed;
                // BEL or ST end it; anything else was typed.
                (chord != Chord::ctrl('g') && chord != with_alt('\\')).then_some(chord)
            }
        }
    }
}

fn with_alt(c: char) -> Chord {
    Chord::new(Key::Char(c), Mods::ALT)
}

fn is_part(chord: Chord) -> bool {
    let Key::Char(c) = chord.key else {
        return false;
    };
    let plain = !chord.mods.contains(Mods::CTRL) && !chord.mods.contains(Mods::ALT);
    plain && (c.is_ascii_hexdigit() || ";:/rgba".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::driver::now;

    fn chords(text: &str) -> Vec<Chord> {
        text.chars().map(Chord::char).collect()
    }

    fn answer(end: Chord) -> Vec<Chord> {
        let mut all = vec![with_alt(']')];
        all.extend(chords("11;rgb:1e1e/ABCD/2e2e"));
        all.push(end);
        all
    }

    fn kept(late: &mut LateAnswer, all: &[Chord], now: Instant) -> Vec<Chord> {
        let kept = all.iter().filter_map(|chord| late.take(*chord, now));
        kept.collect()
    }

    #[test]
    fn a_late_answer_is_no_keys_whatever_ends_it() {
        for end in [Chord::ctrl('g'), with_alt('\\')] {
            let mut late = LateAnswer::owed(now());
            let mut all = chords("j");
            all.extend(answer(end));
            all.extend(chords("kg"));
            assert_eq!(kept(&mut late, &all, now()), chords("jkg"));
        }
    }

    #[test]
    fn keys_are_keys_when_nothing_is_owed() {
        let all = answer(Chord::ctrl('g'));
        assert_eq!(kept(&mut LateAnswer::NotOwed, &all, now()), all);
        let mut late = LateAnswer::owed(now());
        let after = now() + LATEST + Duration::from_secs(1);
        assert_eq!(kept(&mut late, &all, after), all);
    }

    #[test]
    fn a_key_that_no_answer_holds_ends_the_swallowing() {
        let mut late = LateAnswer::owed(now());
        let mut all = vec![with_alt(']'), Chord::plain(Key::Enter)];
        all.extend(chords("abc"));
        assert_eq!(kept(&mut late, &all, now()), all[1..]);
    }
}
