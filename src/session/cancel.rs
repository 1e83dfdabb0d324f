//! Owns the order of a cancel: interrupt, grace, cleanup, verify, retries, and what counts as proof. Pure: values in, steps out,
//! one machine per session. Knows nothing of sockets or clocks. Called by `app`; `headless` drives the same machine.

mod asked;
mod in_flight;
mod input;
mod progress;
mod retries;
mod step;

pub use asked::{CancelLimits, CancelMode, Identity, Link};
pub use in_flight::IN_FLIGHT;
pub use input::{CancelInput, CleanFailure, Retry};
pub use progress::{PhaseName, Progress};
pub use step::{CancelEnd, CancelStep};

use std::time::{Duration, Instant};

use super::cleanup::{LEAST_GRACE, ProcessLine, Report, ReportExit, ScriptMode};
use input::{hidden, no_answer, unmarked};

/// Wait before the second interrupt.
pub const SECOND_INTERRUPT: Duration = Duration::from_millis(300);

/// How long an answer may take over its own time limit before the machine stops waiting for it.
const ANSWER_SLACK: Duration = Duration::from_secs(5);

#[derive(Clone, PartialEq, Eq, Debug)]
enum Phase {
    /// Ctrl-C was sent; `second` says whether the next timer sends it once more.
    Grace {
        second: Second,
    },
    Cleaning,
    Verifying {
        script: ScriptMode,
    },
    /// Before a retry.
    Waiting,
    /// Nothing is left, but its exec may still start.
    InFlight,
    /// Loud; `Some` while quiet attempts go on.
    NotConfirmed,
    Finished,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Second {
    Due,
    Sent,
}

/// One cancel of one session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cancel {
    mode: CancelMode,
    identity: Identity,
    limits: CancelLimits,
    link: Link,
    phase: Phase,
    started: Instant,
    since: Instant,
    until: Option<Instant>,
    epoch: u32,
    attempt: u32,
    /// Retries used in this series.
    retries: usize,
    /// Background attempts made.
    background: u32,
    interrupts: u8,
    found: u32,
    signalled: u32,
    left: Option<u32>,
    names: Vec<ProcessLine>,
    strays: Vec<ProcessLine>,
    why: Option<String>,
    script: ScriptMode,
}

impl Cancel {
    /// Starts a cancel; perform the steps in order.
    pub fn begin(
        mode: CancelMode,
        identity: Identity,
        link: Link,
        limits: CancelLimits,
        now: Instant,
    ) -> (Self, Vec<CancelStep>) {
        let mut cancel = Self {
            mode,
            identity,
            limits,
            link,
            phase: Phase::Grace {
                second: Second::Due,
            },
            started: now,
            since: now,
            until: None,
            epoch: 0,
            attempt: 0,
            retries: 0,
            background: 0,
            interrupts: 0,
            found: 0,
            signalled: 0,
            left: None,
            names: Vec::new(),
            strays: Vec::new(),
            why: None,
            script: mode.script(),
        };
        let steps = cancel.open(now);
        (cancel, steps)
    }

    /// Takes what happened and says what to do. `random` is any number, for the jitter of the waits.
    pub fn step(&mut self, input: CancelInput, now: Instant, random: u32) -> Vec<CancelStep> {
        if self.is_finished() {
            return Vec::new();
        }
        match input {
            CancelInput::Press(mode) => self.press(mode, now),
            CancelInput::KeepShell => self.keep_shell(),
            CancelInput::Timer(epoch) if epoch == self.epoch => self.timer(now, random),
            CancelInput::Started => self.started(now),
            CancelInput::NeverStarted => self.never_started(now),
            CancelInput::StreamEnded => self.stream_ended(now),
            CancelInput::Cleaned { attempt, result } if self.awaits_cleanup(attempt) => {
                self.cleaned(result, now, random)
            }
            CancelInput::Verified { attempt, result } if self.awaits_verify(attempt) => {
                self.verified(result, now, random)
            }
            CancelInput::Timer(_) | CancelInput::Cleaned { .. } | CancelInput::Verified { .. } => {
                Vec::new()
            }
            CancelInput::ContainerGone => self.finish(CancelEnd::ContainerGone, now),
            CancelInput::GiveUp => self.finish(CancelEnd::GivenUp { left: self.left }, now),
        }
    }

    /// Whether nothing more will come of it.
    pub fn is_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    fn awaits_cleanup(&self, attempt: u32) -> bool {
        attempt == self.attempt && self.phase == Phase::Cleaning
    }

    fn awaits_verify(&self, attempt: u32) -> bool {
        attempt == self.attempt && matches!(self.phase, Phase::Verifying { .. })
    }

    fn open(&mut self, now: Instant) -> Vec<CancelStep> {
        let mut steps = vec![CancelStep::DropInput];
        match self.link {
            Link::Terminal => {
                self.interrupts = 1;
                steps.push(CancelStep::SendInterrupt);
                steps.push(self.timer_step(SECOND_INTERRUPT.min(self.limits.grace)));
                self.until = now.checked_add(self.limits.grace);
            }
            Link::ClosableInput => {
                steps.push(CancelStep::CloseInput);
                steps.push(self.wait_out_grace(now));
            }
            Link::Quiet => steps.push(self.wait_out_grace(now)),
            Link::Gone => steps.extend(self.clean(now)),
        }
        steps
    }

    fn wait_out_grace(&mut self, now: Instant) -> CancelStep {
        self.phase = Phase::Grace {
            second: Second::Sent,
        };
        self.until = now.checked_add(self.limits.grace);
        self.timer_step(self.limits.grace)
    }

    fn press(&mut self, mode: CancelMode, now: Instant) -> Vec<CancelStep> {
        let same = mode == self.mode;
        if mode != CancelMode::InterruptOnly {
            self.mode = mode;
        }
        match self.phase {
            Phase::Grace { .. } if same => self.clean(now),
            Phase::Waiting | Phase::InFlight => self.clean(now),
            Phase::NotConfirmed => {
                self.retries = 0;
                self.background = 0;
                self.clean(now)
            }
            Phase::Grace { .. } | Phase::Cleaning | Phase::Verifying { .. } | Phase::Finished => {
                Vec::new()
            }
        }
    }

    fn keep_shell(&mut self) -> Vec<CancelStep> {
        if matches!(self.phase, Phase::Grace { .. }) && self.link != Link::Gone {
            self.mode = CancelMode::InterruptOnly;
        }
        Vec::new()
    }

    fn stream_ended(&mut self, now: Instant) -> Vec<CancelStep> {
        self.link = Link::Gone;
        // A shell that cannot be reached any more is not worth keeping.
        if self.mode == CancelMode::InterruptOnly {
            self.mode = CancelMode::Session;
        }
        match self.phase {
            Phase::Grace { .. } => self.clean(now),
            Phase::Cleaning
            | Phase::Verifying { .. }
            | Phase::Waiting
            | Phase::InFlight
            | Phase::NotConfirmed
            | Phase::Finished => Vec::new(),
        }
    }

    fn timer(&mut self, now: Instant, random: u32) -> Vec<CancelStep> {
        match self.phase {
            Phase::Grace {
                second: Second::Due,
            } if self.limits.grace > SECOND_INTERRUPT => {
                self.phase = Phase::Grace {
                    second: Second::Sent,
                };
                self.interrupts = 2;
                let rest = self.limits.grace.saturating_sub(SECOND_INTERRUPT);
                vec![CancelStep::SendInterrupt, self.timer_step(rest)]
            }
            Phase::Grace { .. } | Phase::Waiting | Phase::InFlight | Phase::NotConfirmed => {
                self.clean(now)
            }
            Phase::Cleaning => self.failed(&no_answer("the cleanup"), now, random),
            Phase::Verifying { .. } => self.failed(&no_answer("the verification"), now, random),
            Phase::Finished => Vec::new(),
        }
    }

    fn clean(&mut self, now: Instant) -> Vec<CancelStep> {
        match (self.identity, self.mode) {
            (Identity::Nothing, _) => return self.not_confirmed(&unmarked(), now, 0),
            (Identity::Marker | Identity::Unheard { .. }, CancelMode::InterruptOnly) => {
                return self.finish(CancelEnd::InterruptSent, now);
            }
            (Identity::Handshake | Identity::Marker | Identity::Unheard { .. }, _) => {}
        }
        let ends = self.started.checked_add(self.limits.grace);
        let rest = ends.map_or(LEAST_GRACE, |end| end.saturating_duration_since(now));
        self.enter(Phase::Cleaning, now);
        self.attempt = self.attempt.saturating_add(1);
        self.script = self.mode.script();
        let grace = rest.max(LEAST_GRACE);
        vec![
            CancelStep::Clean {
                attempt: self.attempt,
                mode: self.script,
                grace,
            },
            self.timer_step(
                self.limits
                    .cleanup
                    .saturating_add(grace)
                    .saturating_add(ANSWER_SLACK),
            ),
        ]
    }

    fn cleaned(
        &mut self,
        result: Result<Report, CleanFailure>,
        now: Instant,
        random: u32,
    ) -> Vec<CancelStep> {
        let report = match result {
            Ok(report) => report,
            Err(failure) => return self.failed(&failure, now, random),
        };
        self.found = self.found.max(count(&report.found));
        self.signalled = self.signalled.saturating_add(report.signalled);
        match report.exit {
            ReportExit::GuardMismatch => self.finish(CancelEnd::ContainerGone, now),
            ReportExit::CannotRead => self.failed(&hidden(), now, random),
            ReportExit::Clean | ReportExit::Survivors => {
                let script = self.script.proof();
                self.enter(Phase::Verifying { script }, now);
                let limit = self.limits.cleanup.saturating_add(ANSWER_SLACK);
                vec![
                    CancelStep::Verify {
                        attempt: self.attempt,
                        mode: script,
                    },
                    self.timer_step(limit),
                ]
            }
        }
    }

    fn verified(
        &mut self,
        result: Result<Report, CleanFailure>,
        now: Instant,
        random: u32,
    ) -> Vec<CancelStep> {
        let report = match result {
            Ok(report) => report,
            Err(failure) => return self.failed(&failure, now, random),
        };
        match report.exit {
            ReportExit::GuardMismatch => self.finish(CancelEnd::ContainerGone, now),
            ReportExit::CannotRead => self.failed(&hidden(), now, random),
            ReportExit::Survivors => {
                self.left = Some(count(&report.left));
                self.names = report.left;
                let failure = CleanFailure {
                    why: self.survivors(),
                    retry: Retry::Useful,
                };
                self.failed(&failure, now, random)
            }
            // The user may have asked for more than what was just proven.
            ReportExit::Clean if self.script != self.mode.script() => self.clean(now),
            ReportExit::Clean if self.may_start(now).is_some() => self.wait_for_start(now),
            ReportExit::Clean => {
                self.left = Some(0);
                self.names.clear();
                let zombies = count(&report.zombies);
                let not_attributable = report.not_attributable;
                self.strays.clone_from(&not_attributable);
                self.finish(
                    CancelEnd::Proven {
                        found: self.found,
                        zombies,
                        not_attributable,
                    },
                    now,
                )
            }
        }
    }

    fn finish(&mut self, end: CancelEnd, now: Instant) -> Vec<CancelStep> {
        let closes = match (&end, self.mode) {
            (CancelEnd::InterruptSent, _)
            | (CancelEnd::Proven { .. }, CancelMode::InterruptOnly) => Vec::new(),
            (CancelEnd::Proven { .. } | CancelEnd::ContainerGone, CancelMode::CloseWhenProven) => {
                vec![CancelStep::CloseStream, CancelStep::ClosePane]
            }
            (
                CancelEnd::Proven { .. } | CancelEnd::ContainerGone | CancelEnd::GivenUp { .. },
                _,
            ) => {
                vec![CancelStep::CloseStream]
            }
        };
        self.enter(Phase::Finished, now);
        closes
            .into_iter()
            .chain([CancelStep::Finished(end)])
            .collect()
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
        self.until = None;
    }

    fn timer_step(&mut self, after: Duration) -> CancelStep {
        self.epoch = self.epoch.wrapping_add(1);
        CancelStep::StartTimer {
            epoch: self.epoch,
            after,
        }
    }
}

fn count(lines: &[ProcessLine]) -> u32 {
    u32::try_from(lines.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
