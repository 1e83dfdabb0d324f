//! Owns what a program may cost beyond what it sends: work that fills a screen, and history that a few bytes bring about.
//! Pure but for the history that it shortens. Called by `Terminal`.

use std::time::{Duration, Instant};

use super::super::history::History;

/// Sequences that may cost a screen of work each: so many at once, and as many again in [`HEAVY_TIME`].
const HEAVY: u16 = 256;
const HEAVY_TIME: Duration = Duration::from_millis(250);

/// Bytes of history that each byte of output may bring about, and how many more than that. What honest programs write takes a
/// few for each byte; beyond this the oldest history is dropped, so that 64 KiB never leave more than 1 MiB behind.
const GROWTH: usize = 12;
const GROWTH_AHEAD: usize = 64 * 1024;
const GROWTH_MOST: usize = GROWTH * 64 * 1024 + GROWTH_AHEAD;

/// What is left of what a program may cost.
pub(super) struct Budget {
    heavy_left: u16,
    filled_up: Option<Instant>,
    growth_left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            heavy_left: HEAVY,
            filled_up: None,
            growth_left: GROWTH_AHEAD,
        }
    }
}

impl Budget {
    /// Fills up what time gives back.
    pub(super) fn refill(&mut self, now: Instant) {
        let due = |last| now.saturating_duration_since(last) >= HEAVY_TIME;
        if self.filled_up.is_none_or(due) {
            self.filled_up = Some(now);
            self.heavy_left = HEAVY;
        }
    }

    /// Some short sequences cost a screen of work each; so many of them in one feed come from no honest program.
    pub(super) fn may_do_heavy_work(&mut self) -> bool {
        let may = self.heavy_left > 0;
        self.heavy_left = self.heavy_left.saturating_sub(1);
        may
    }

    /// Drops the oldest history when `fed` bytes made much of it since it took `before` bytes.
    pub(super) fn bound_growth(&mut self, history: &mut History, before: usize, fed: usize) {
        let allowed = self.growth_left.saturating_add(fed.saturating_mul(GROWTH));
        let allowed = allowed.min(GROWTH_MOST.max(fed.saturating_mul(GROWTH)));
        history.shrink(before.saturating_add(allowed));
        let grown = history.bytes().saturating_sub(before);
        self.growth_left = allowed.saturating_sub(grown).min(GROWTH_MOST);
    }
}
