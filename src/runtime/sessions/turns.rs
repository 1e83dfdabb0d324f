//! Owns whose output a turn of the loop takes, in which order and how much of it. What was typed into comes first. The others get a
//! small share of each frame's time while somebody types, and else half of all time: a loop that never rests waits for the processor
//! like any program that computes, just when a key or its echo comes. Pure. Called by `sessions`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::ids::SessionId;

/// Output that is taken in one turn. Bytes; one chunk may go over it.
const BYTES: usize = 256 * 1024;

/// The same while somebody types.
const BYTES_TYPING: usize = 64 * 1024;

/// The longest that a turn takes output; one session's share may go over it.
const TIME: Duration = Duration::from_millis(4);

/// Who typed this long ago may type again.
const TYPING: Duration = Duration::from_secs(1);

/// While somebody types, one of the others gives so many bytes before the next one's turn.
const SHARE: usize = 16 * 1024;

/// While somebody types, the others' output is taken once in this time: frames that show it do not follow faster.
const OTHERS_EVERY: Duration = Duration::from_millis(16);

/// From the first answer to a key that went to several sessions until it is drawn, unless all have answered: one frame shows them all,
/// and none is drawn while the key is on its way to the last.
const TOGETHER: Duration = Duration::from_millis(4);

/// Who typed where, and how far the rotation of the others has come.
#[derive(Debug, Default)]
pub(super) struct Turns {
    typed: BTreeMap<SessionId, Typed>,
    /// When the first answer came while others were still awaited.
    first_answer: Option<Instant>,
    /// Where the rotation goes on.
    next: Option<SessionId>,
    /// From when on the others' output is taken again.
    others_from: Option<Instant>,
}

/// A session that was typed into a short while ago.
#[derive(Clone, Copy, Debug)]
struct Typed {
    at: Instant,
    answer: Answer,
}

/// What came back since.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Answer {
    Awaited,
    /// It lets its user wait; a frame does not.
    Late,
    Came,
}

/// What one turn takes.
#[derive(Debug)]
pub(in crate::runtime) struct Portion {
    typed: VecDeque<SessionId>,
    others: VecDeque<SessionId>,
    /// What one of the others gives at most.
    share: usize,
    bytes: usize,
    began: Instant,
    typing: bool,
    took_other: bool,
    left: Left,
    answered: bool,
}

/// When output that was not taken is to be taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::runtime) enum Left {
    Nothing,
    /// In the next turn.
    Now,
    From(Instant),
}

impl Portion {
    /// The first output after a key is among what was taken: its user waits for that frame.
    pub(in crate::runtime) fn answered(&self) -> bool {
        self.answered
    }

    fn spent(&self, now: Instant) -> bool {
        self.bytes == 0 || now >= self.began + TIME
    }
}

impl Turns {
    /// A key or a paste went to a session.
    pub(super) fn typed(&mut self, session: SessionId, now: Instant) {
        let answer = match self.typed.get(&session).map(|typed| typed.answer) {
            None | Some(Answer::Came) => Answer::Awaited,
            Some(Answer::Awaited | Answer::Late) => Answer::Late,
        };
        self.typed.insert(session, Typed { at: now, answer });
    }

    /// Until when the next frame waits for more answers; none when it need not.
    pub(super) fn frame_waits(&self) -> Option<Instant> {
        self.first_answer.map(|first| first + TOGETHER)
    }

    /// The session is over.
    pub(super) fn forget(&mut self, session: SessionId) {
        self.typed.remove(&session);
    }

    /// Begins a turn; `all` sessions are in order.
    pub(super) fn begin(&mut self, all: &[SessionId], now: Instant) -> Portion {
        self.typed
            .retain(|_, typed| now.saturating_duration_since(typed.at) < TYPING);
        self.wait_no_longer(now);
        let typing = !self.typed.is_empty();
        let resting = self.others_from.filter(|from| now < *from);
        let mut typed: Vec<_> = self.typed.iter().collect();
        typed.sort_by_key(|(_, typed)| Reverse(typed.at));
        Portion {
            typed: typed.into_iter().map(|(session, _)| *session).collect(),
            others: match resting {
                Some(_) => VecDeque::new(),
                None => self.rotation(all),
            },
            share: if typing { SHARE } else { BYTES },
            bytes: if typing { BYTES_TYPING } else { BYTES },
            began: now,
            typing,
            took_other: false,
            left: resting.map_or(Left::Nothing, Left::From),
            answered: false,
        }
    }

    /// Whoever has not answered by now does not hold up the frames of those who do.
    fn wait_no_longer(&mut self, now: Instant) {
        if self.frame_waits().is_none_or(|until| now < until) {
            return;
        }
        self.first_answer = None;
        for typed in self.typed.values_mut() {
            if typed.answer == Answer::Awaited {
                typed.answer = Answer::Late;
            }
        }
    }

    fn rotation(&self, all: &[SessionId]) -> VecDeque<SessionId> {
        let next = self.next;
        let from = all.partition_point(|session| next.is_some_and(|next| *session < next));
        let (before, after) = all.split_at_checked(from).unwrap_or((&[], all));
        let others = after.iter().chain(before);
        others
            .filter(|session| !self.typed.contains_key(session))
            .copied()
            .collect()
    }

    /// Who gives output next, and how many bytes at most; none when the turn is over.
    pub(super) fn next(
        &mut self,
        portion: &mut Portion,
        now: Instant,
    ) -> Option<(SessionId, usize)> {
        if portion.typed.is_empty() && portion.others.is_empty() {
            return None;
        }
        if portion.spent(now) {
            portion.left = Left::Now;
            return None;
        }
        if let Some(session) = portion.typed.pop_front() {
            return Some((session, portion.bytes));
        }
        if portion.answered {
            // Drawn before anything else is looked at.
            portion.left = Left::Now;
            return None;
        }
        let session = portion.others.pop_front()?;
        self.next = portion.others.front().copied();
        Some((session, portion.bytes.min(portion.share)))
    }

    /// So much output of the session was taken.
    pub(super) fn took(&mut self, portion: &mut Portion, session: SessionId, bytes: usize) {
        if bytes == 0 {
            return;
        }
        portion.bytes = portion.bytes.saturating_sub(bytes);
        portion.left = Left::Now;
        match self.typed.get_mut(&session) {
            Some(typed) => {
                let before = std::mem::replace(&mut typed.answer, Answer::Came);
                portion.answered |= before != Answer::Came;
            }
            None => portion.took_other = true,
        }
    }

    /// Ends a turn; says when what it left is to be taken.
    pub(super) fn end(&mut self, portion: &Portion, now: Instant) -> Left {
        let mut typed = self.typed.values();
        if !typed.any(|typed| typed.answer == Answer::Awaited) {
            self.first_answer = None;
        } else if portion.answered {
            self.first_answer.get_or_insert(now);
        }
        if portion.took_other {
            let worked = now.saturating_duration_since(portion.began);
            self.others_from = Some(if portion.typing {
                portion.began + OTHERS_EVERY
            } else {
                now + worked
            });
        }
        portion.left
    }
}

#[cfg(test)]
mod tests;
