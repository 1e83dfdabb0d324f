//! Owns the app's timers: what fires when. No task per timer; the loop sleeps until the next one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::app::event::Timer;

/// Timers in the order in which they fire.
#[derive(Debug, Default)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<(Instant, u64)>>,
    waiting: std::collections::HashMap<u64, Timer>,
    next: u64,
}

impl Timers {
    /// Adds a timer; those that turn out stale are told apart by their own numbers.
    pub(super) fn start(&mut self, timer: Timer, at: Instant) {
        self.next += 1;
        self.heap.push(Reverse((at, self.next)));
        self.waiting.insert(self.next, timer);
    }

    /// When the next one fires.
    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// Takes one that is due.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        let Reverse((at, number)) = *self.heap.peek()?;
        if at > now {
            return None;
        }
        self.heap.pop();
        self.waiting.remove(&number)
    }
}
