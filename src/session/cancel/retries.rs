//! Owns what follows a cleanup that proved nothing: three retries, then a loud word and quiet attempts in the background.
//! Called by the machine in `cancel`.

use std::time::{Duration, Instant};

use super::super::cleanup::ProcessLine;
use super::{Cancel, CancelStep, CleanFailure, Phase, Retry};

/// Waits before the three retries, without jitter.
const RETRIES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The longest wait between two background attempts, in minutes.
const LONGEST_BACKGROUND: u64 = 60;

impl Cancel {
    pub(super) fn survivors(&self) -> String {
        let name = |line: &ProcessLine| match line.state {
            'D' => format!("{} {}, in disk wait", line.pid, line.comm),
            _ => format!("{} {}", line.pid, line.comm),
        };
        let names: Vec<String> = self.names.iter().take(3).map(name).collect();
        format!("{} left: {}", self.names.len(), names.join(", "))
    }

    pub(super) fn failed(
        &mut self,
        failure: &CleanFailure,
        now: Instant,
        random: u32,
    ) -> Vec<CancelStep> {
        let wait = RETRIES.get(self.retries).copied();
        match (failure.retry, wait) {
            (Retry::Useful, Some(wait)) if self.background == 0 => {
                self.retries = self.retries.saturating_add(1);
                self.why = Some(failure.why.clone());
                self.enter(Phase::Waiting, now);
                self.wait(wait, now, random)
            }
            (Retry::Useful | Retry::Useless, _) => self.not_confirmed(failure, now, random),
        }
    }

    pub(super) fn not_confirmed(
        &mut self,
        failure: &CleanFailure,
        now: Instant,
        random: u32,
    ) -> Vec<CancelStep> {
        self.enter(Phase::NotConfirmed, now);
        self.why = Some(failure.why.clone());
        let mut steps = Vec::new();
        if self.background == 0 {
            steps.push(CancelStep::NotConfirmed {
                left: self.left,
                why: failure.why.clone(),
            });
        }
        if failure.retry == Retry::Useful {
            let minutes = 1u64
                .checked_shl(self.background)
                .unwrap_or(LONGEST_BACKGROUND);
            self.background = self.background.saturating_add(1).min(16);
            let wait = Duration::from_secs(60 * minutes.min(LONGEST_BACKGROUND));
            steps.extend(self.wait(wait, now, random));
        }
        steps
    }

    /// Up to a quarter more than `base`, so that 50 panes do not come back at once.
    fn wait(&mut self, base: Duration, now: Instant, random: u32) -> Vec<CancelStep> {
        let wait = base.saturating_add(base / 1024 * (random % 256));
        self.until = now.checked_add(wait);
        vec![self.timer_step(wait)]
    }
}
