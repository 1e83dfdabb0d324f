//! Owns the order of a cancel: interrupt, grace, cleanup, verify, retries, and what counts as proof. Pure: values in, steps out,
//! one machine per session. Knows nothing of sockets or clocks. Called by `app`; `headless` drives the same machine.

mod progress;

pub use progress::{PhaseName, Progress};

use std::time::{Duration, Instant};

use super::cleanup::{LEAST_GRACE, ProcessLine, Report, ReportExit, ScriptMode};
use super::outcome::Outcome;

/// Wait before the second interrupt.
pub const SECOND_INTERRUPT: Duration = Duration::from_millis(300);

/// Waits before the three retries, without jitter.
const RETRIES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// The longest wait between two background attempts, in minutes.
const LONGEST_BACKGROUND: u64 = 60;

/// How long an answer may take over its own time limit before the machine stops waiting for it.
const ANSWER_SLACK: Duration = Duration::from_secs(5);

/// What is to be ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CancelMode {
    /// All of the session, its shell included; the pane stays.
    Session,
    /// Only what the shell started; the shell stays.
    InterruptOnly,
    /// As `Session`, and the pane closes when 0 left is proven.
    CloseWhenProven,
}

impl CancelMode {
    const fn script(self) -> ScriptMode {
        match self {
            Self::Session | Self::CloseWhenProven => ScriptMode::Session,
            Self::InterruptOnly => ScriptMode::Children,
        }
    }
}

/// What can still be said to the session in its own stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Link {
    /// A terminal: takes Ctrl-C.
    Terminal,
    /// No terminal, but its standard input can be closed.
    ClosableInput,
    /// Nothing can be said in band.
    Quiet,
    /// The stream is gone or ended: the cleanup comes at once.
    Gone,
}

/// By what the session's processes can be found.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Identity {
    /// Its handshake came: marker, session id and start are known.
    Handshake,
    /// It was wrapped, but its handshake was not seen: the marker only.
    Marker,
    /// It was started bare: nothing tells its processes from others.
    Nothing,
}

/// The limits that the configuration gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CancelLimits {
    /// From the first interrupt to the cleanup.
    pub grace: Duration,
    /// For one cleanup or verify exec.
    pub cleanup: Duration,
}

/// Why a cleanup or verify exec gave no report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CleanFailure {
    /// For the operator: the stage and the cause.
    pub why: String,
    pub retry: Retry,
}

/// Whether trying again can help.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Retry {
    /// Network, time limit, refusal, a busy container.
    Useful,
    /// There is no shell in the image, or it hides its processes.
    Useless,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelInput {
    /// The user asked, again or for something stronger.
    Press(CancelMode),
    /// The user wants to keep the shell; counts only within the grace.
    KeepShell,
    /// The timer of this epoch fired; a stale one is ignored.
    Timer(u32),
    /// The stream ended, with or without a status frame.
    StreamEnded,
    /// The answer to [`CancelStep::Clean`] of this attempt.
    Cleaned {
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// The answer to [`CancelStep::Verify`] of this attempt.
    Verified {
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// The API server says that this pod or this run of the container is no more.
    ContainerGone,
    /// The user gives it up; the journal keeps it.
    GiveUp,
}

/// What the caller must do, in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelStep {
    /// Forget input that is still queued for this session, and drop all but its newest output.
    DropInput,
    /// 0x03, ahead of all other input.
    SendInterrupt,
    /// Close the standard input.
    CloseInput,
    /// Come back with [`CancelInput::Timer`]; the epoch before this one is stale.
    StartTimer { epoch: u32, after: Duration },
    /// One cleanup exec, answered by [`CancelInput::Cleaned`].
    Clean {
        attempt: u32,
        mode: ScriptMode,
        grace: Duration,
    },
    /// One report-only exec over a fresh connection, answered by [`CancelInput::Verified`].
    Verify { attempt: u32, mode: ScriptMode },
    /// Say it loudly: all retries are used up. The journal entry stays; quiet attempts follow unless they are useless.
    NotConfirmed { left: Option<u32>, why: String },
    /// The stream is evidence no longer.
    CloseStream,
    /// Close the pane.
    ClosePane,
    /// The last step.
    Finished(CancelEnd),
}

/// How a cancel ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CancelEnd {
    /// A report over a fresh connection counted 0.
    Proven {
        found: u32,
        zombies: u32,
        not_attributable: Vec<ProcessLine>,
    },
    /// This run of the container is over, and all of its processes with it.
    ContainerGone,
    /// Only Ctrl-C was sent: without a handshake the shell cannot be told from what it started.
    InterruptSent,
    /// Given up by the user.
    GivenUp { left: Option<u32> },
}

impl CancelEnd {
    /// What the pane's border says; a number only where it was counted.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Proven { .. } => Outcome::Cancelled { left: Some(0) },
            Self::ContainerGone => Outcome::Lost("its container is gone".into()),
            Self::InterruptSent => Outcome::Cancelled { left: None },
            Self::GivenUp { left } => Outcome::Cancelled { left: *left },
        }
    }
}

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
            Phase::Waiting => self.clean(now),
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
            Phase::Grace { .. } | Phase::Waiting | Phase::NotConfirmed => self.clean(now),
            Phase::Cleaning => self.failed(&no_answer("the cleanup"), now, random),
            Phase::Verifying { .. } => self.failed(&no_answer("the verification"), now, random),
            Phase::Finished => Vec::new(),
        }
    }

    fn clean(&mut self, now: Instant) -> Vec<CancelStep> {
        match (self.identity, self.mode) {
            (Identity::Nothing, _) => return self.not_confirmed(&unmarked(), now, 0),
            (Identity::Marker, CancelMode::InterruptOnly) => {
                return self.finish(CancelEnd::InterruptSent, now);
            }
            (Identity::Handshake | Identity::Marker, _) => {}
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
            ReportExit::Clean => {
                self.left = Some(0);
                self.names.clear();
                let zombies = count(&report.zombies);
                let not_attributable = report.not_attributable;
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

    fn survivors(&self) -> String {
        let name = |line: &ProcessLine| match line.state {
            'D' => format!("{} {}, in disk wait", line.pid, line.comm),
            _ => format!("{} {}", line.pid, line.comm),
        };
        let names: Vec<String> = self.names.iter().take(3).map(name).collect();
        format!("{} left: {}", self.names.len(), names.join(", "))
    }

    fn failed(&mut self, failure: &CleanFailure, now: Instant, random: u32) -> Vec<CancelStep> {
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

    fn not_confirmed(
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

fn no_answer(what: &str) -> CleanFailure {
    CleanFailure {
        why: format!("{what} gave no answer in time"),
        retry: Retry::Useful,
    }
}

fn hidden() -> CleanFailure {
    CleanFailure {
        why: "the container hides its processes".into(),
        retry: Retry::Useless,
    }
}

fn unmarked() -> CleanFailure {
    CleanFailure {
        why: "the session carries no mark: no shell in the image".into(),
        retry: Retry::Useless,
    }
}

#[cfg(test)]
mod tests;
