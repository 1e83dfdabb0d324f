//! Owns what podmux says on its own: the current message of the status line and the history of all. Called by `update` and `ui`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How much a notice matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Nice to know; gone after a few seconds.
    Plain,
    /// Something was refused or needs a look; stays longer.
    Warning,
    /// Something failed; stays until the next notice.
    Bad,
}

/// One sentence of podmux to its user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Notice {
    pub weight: Weight,
    pub text: String,
    pub said: Instant,
    /// Seconds since 1970, UTC.
    pub unix: i64,
}

/// The last notices, oldest first.
#[derive(Clone, Default, Debug)]
pub struct Notices {
    kept: VecDeque<Notice>,
    /// The one that was said last, until it was read.
    unread: Option<Notice>,
}

/// How many notices the history keeps.
const KEPT: usize = 200;

/// How long a plain notice is shown whatever is typed.
const READ: Duration = Duration::from_secs(2);

impl Notices {
    /// Adds a notice; the same text said again replaces the last one, so that a repeated refusal does not fill the history.
    pub fn say(&mut self, notice: Notice) {
        self.note(notice.clone());
        self.unread = Some(notice);
    }

    /// Adds to the history alone: what stands on the screen already, but shorter.
    pub fn note(&mut self, notice: Notice) {
        if self
            .kept
            .back()
            .is_some_and(|last| last.text == notice.text)
        {
            self.kept.pop_back();
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(notice);
    }

    /// A key was pressed: what was nice to know has been read by then.
    pub fn key(&mut self, now: Instant) {
        let read = |last: &Notice| {
            last.weight == Weight::Plain && now.saturating_duration_since(last.said) >= READ
        };
        self.read_if(read);
    }

    /// podmux itself was told to do something: who does that looks at what it says, and has read a warning by then.
    pub fn acted(&mut self, now: Instant) {
        let read = |last: &Notice| {
            last.weight != Weight::Bad && now.saturating_duration_since(last.said) >= READ
        };
        self.read_if(read);
    }

    /// A dialog has opened: its keys take the place of what was said before it, which stays in the history.
    pub fn opened(&mut self, now: Instant) {
        self.read_if(|last| last.said < now);
    }

    fn read_if(&mut self, read: impl Fn(&Notice) -> bool) {
        self.unread.take_if(|last| read(last));
    }

    /// The notice that the status line still shows at `now`.
    pub fn current(&self, now: Instant) -> Option<&Notice> {
        let last = self.unread.as_ref()?;
        let age = now.saturating_duration_since(last.said);
        match last.weight {
            Weight::Plain => age < Duration::from_secs(5),
            Weight::Warning => age < Duration::from_secs(12),
            Weight::Bad => age < Duration::from_secs(60),
        }
        .then_some(last)
    }

    /// All that are kept, oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.kept.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(text: &str, weight: Weight, said: Instant) -> Notice {
        Notice {
            weight,
            text: text.to_owned(),
            said,
            unix: 0,
        }
    }

    #[test]
    fn a_repeated_notice_is_kept_once() {
        let now = start();
        let mut notices = Notices::default();
        notices.say(notice("a", Weight::Plain, now));
        notices.say(notice("a", Weight::Plain, now + Duration::from_secs(1)));
        assert_eq!(notices.history().count(), 1);
    }

    #[test]
    fn a_plain_notice_leaves_before_a_bad_one() {
        let now = start();
        let later = now + Duration::from_secs(20);
        let mut notices = Notices::default();
        notices.say(notice("plain", Weight::Plain, now));
        assert_eq!(notices.current(later), None);
        notices.say(notice("bad", Weight::Bad, now));
        assert_eq!(notices.current(later).map(|n| n.text.as_str()), Some("bad"));
    }

    #[test]
    fn what_is_only_noted_covers_nothing() {
        let now = start();
        let mut notices = Notices::default();
        notices.say(notice("bad", Weight::Bad, now));
        notices.note(notice("a reason", Weight::Bad, now));
        assert_eq!(notices.current(now).map(|n| n.text.as_str()), Some("bad"));
        assert_eq!(notices.history().count(), 2);
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an arbitrary instant to count from"
    )]
    fn start() -> Instant {
        Instant::now()
    }
}
