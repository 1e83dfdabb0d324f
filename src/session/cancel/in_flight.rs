//! Owns what a clean look is worth while the exec itself was never heard of: nothing, until it can no longer start.
//! Called by the machine in `cancel`.

use std::time::{Duration, Instant};

use super::input::MAY_START;
use super::{Cancel, CancelEnd, CancelStep, Identity, Phase};

/// How long after its intent an exec that was sent may still start: its streams must open within 30 s.
pub const IN_FLIGHT: Duration = Duration::from_secs(35);

impl Cancel {
    /// Until when the exec may still start, if it may.
    pub(super) fn may_start(&self, now: Instant) -> Option<Instant> {
        match self.identity {
            Identity::Unheard { until } if now < until => Some(until),
            Identity::Unheard { .. }
            | Identity::Handshake
            | Identity::Marker
            | Identity::Nothing => None,
        }
    }

    /// Waits until it cannot start any more, then cleans and looks again.
    pub(super) fn wait_for_start(&mut self, now: Instant) -> Vec<CancelStep> {
        let Some(until) = self.may_start(now) else {
            return self.clean(now);
        };
        self.enter(Phase::InFlight, now);
        self.until = Some(until);
        self.why = Some(MAY_START.into());
        let timer = self.timer_step(until.saturating_duration_since(now));
        let why = MAY_START.into();
        vec![CancelStep::MayStart { until, why }, timer]
    }

    /// It has started: from now on a look proves something.
    pub(super) fn started(&mut self, now: Instant) -> Vec<CancelStep> {
        self.identity = Identity::Handshake;
        match self.phase {
            Phase::InFlight => self.clean(now),
            Phase::Grace { .. }
            | Phase::Cleaning
            | Phase::Verifying { .. }
            | Phase::Waiting
            | Phase::NotConfirmed
            | Phase::Finished => Vec::new(),
        }
    }

    pub(super) fn never_started(&mut self, now: Instant) -> Vec<CancelStep> {
        let end = CancelEnd::Proven {
            found: 0,
            zombies: 0,
            not_attributable: Vec::new(),
        };
        self.left = Some(0);
        self.finish(end, now)
    }
}
