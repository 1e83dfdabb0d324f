//! Owns when a typed Ctrl-C stops waiting in order: once what was typed before it has not gone out for a while. Pure.
//! Called by the writer.

use std::collections::VecDeque;

use bytes::Bytes;
use tokio::time::Instant;

/// The typed interrupts that are queued, oldest first, and those that went ahead.
#[derive(Debug, Default)]
pub(super) struct Overtaking {
    waiting: VecDeque<(u64, Bytes, Instant)>,
    /// The newest ticket that went out ahead of its turn, or in it.
    done: Option<u64>,
}

impl Overtaking {
    /// The interrupt of this ticket stands in the queue, and may go ahead from then on.
    pub(super) fn expect(&mut self, ticket: u64, bytes: Bytes, from: Instant) {
        if self.done.is_none_or(|done| ticket > done) {
            self.waiting.push_back((ticket, bytes, from));
        }
    }

    /// When the next one goes ahead.
    pub(super) fn due(&self) -> Option<Instant> {
        self.waiting.front().map(|(_, _, from)| *from)
    }

    /// The oldest that may go ahead now.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<Bytes> {
        self.due().filter(|from| *from <= now)?;
        let (ticket, bytes, _) = self.waiting.pop_front()?;
        self.done = Some(ticket);
        Some(bytes)
    }

    /// Its turn has come in the queue: whether it is still to be sent.
    pub(super) fn in_order(&mut self, ticket: u64) -> bool {
        let first = self.done.is_none_or(|done| ticket > done);
        if first {
            self.done = Some(ticket);
            self.waiting.retain(|(waiting, _, _)| *waiting > ticket);
        }
        first
    }

    /// All that was queued is dropped.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn byte() -> Bytes {
        Bytes::from_static(b"\x03")
    }

    #[tokio::test]
    async fn each_ctrl_c_goes_out_once_in_order_or_ahead() {
        let now = Instant::now();
        let later = now + Duration::from_millis(200);
        let mut overtaking = Overtaking::default();
        overtaking.expect(1, byte(), later);
        overtaking.expect(2, byte(), later);
        assert!(overtaking.take_due(now).is_none(), "too early");
        assert!(overtaking.in_order(1), "its turn came first");
        assert_eq!(overtaking.due(), Some(later));
        assert_eq!(overtaking.take_due(later), Some(byte()));
        assert!(!overtaking.in_order(2), "it went ahead already");
        assert!(overtaking.take_due(later).is_none());
    }

    #[tokio::test]
    async fn a_word_that_comes_after_its_turn_is_nothing() {
        let mut overtaking = Overtaking::default();
        assert!(overtaking.in_order(1));
        overtaking.expect(1, byte(), Instant::now());
        assert_eq!(overtaking.due(), None);
    }
}
