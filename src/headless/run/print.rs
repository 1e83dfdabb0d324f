//! Owns how a run is printed: folded, streamed line by line, or as JSON lines; and the exit code that it all adds up to. Knows
//! nothing of sessions. Called by `run` with what the targets tell.

mod folded;
mod json;
mod lines;

use std::io;

use self::lines::Lines;
use super::{ExitCode, Job, Output, exit};
use crate::headless::streams::{Streams, brief};
use crate::headless::targets::labels;
use crate::runtime::unattended::capture::Source;
use crate::runtime::unattended::{Answer, Progress};
use crate::session::Outcome;

/// Prints one run.
pub(super) struct Printer {
    mode: Mode,
    /// How each target is called, by its number.
    labels: Vec<String>,
    facts: Vec<Vec<crate::gather::Fact>>,
    worst: ExitCode,
    muted: bool,
    /// What the API server refused, to be explained once at the end.
    refusals: Vec<String>,
}

enum Mode {
    Fold(Vec<Answer>),
    /// One half-printed line per target and stream.
    Stream(Vec<Lines>),
    Json,
}

impl Printer {
    pub(super) fn new(output: Output, jobs: &[Job]) -> Self {
        let targets: Vec<_> = jobs.iter().map(|job| &job.chosen.container).collect();
        let mode = match output {
            Output::Fold => Mode::Fold(Vec::new()),
            Output::Stream => Mode::Stream(jobs.iter().map(|_| Lines::default()).collect()),
            Output::Json => Mode::Json,
        };
        Self {
            mode,
            labels: labels(&targets),
            facts: jobs.iter().map(|job| job.facts.clone()).collect(),
            worst: ExitCode::Success,
            muted: false,
            refusals: Vec::new(),
        }
    }

    /// Prints what can be printed now.
    pub(super) fn take(&mut self, report: Progress, streams: &mut Streams<'_>) -> io::Result<()> {
        match report {
            Progress::Output {
                index,
                source,
                bytes,
            } => self.output(index, source, &bytes, streams),
            Progress::Ended(answer) => self.ended(*answer, streams),
        }
    }

    /// Prints nothing more on the standard output, which is gone.
    pub(super) fn mute(&mut self, error: &io::Error, streams: &mut Streams<'_>) {
        if !self.muted {
            streams.note(&format!(
                "standard output cannot be written, all is cancelled: {error}"
            ));
        }
        self.muted = true;
        if error.kind() != io::ErrorKind::BrokenPipe {
            self.worst = worse(self.worst, ExitCode::Unknown);
        }
    }

    /// Counts a target whose end nobody saw.
    pub(super) fn fault(&mut self) {
        self.worst = worse(self.worst, ExitCode::Unknown);
    }

    /// Prints what waited for the end.
    pub(super) fn finish(self, streams: &mut Streams<'_>) -> ExitCode {
        streams.hide_count();
        let printed = match &self.mode {
            Mode::Fold(answers) if !self.muted => {
                folded::print(answers, &self.labels, &self.facts, streams)
            }
            Mode::Fold(_) | Mode::Stream(_) | Mode::Json => Ok(()),
        };
        streams.advise(self.refusals.iter().map(String::as_str));
        match printed.and_then(|()| streams.out.flush()) {
            Ok(()) => self.worst,
            Err(_) if self.muted => self.worst,
            Err(error) => {
                streams.note(&format!("standard output cannot be written: {error}"));
                worse(self.worst, ExitCode::Unknown)
            }
        }
    }

    fn output(
        &mut self,
        index: usize,
        source: Source,
        bytes: &[u8],
        streams: &mut Streams<'_>,
    ) -> io::Result<()> {
        let Mode::Stream(targets) = &mut self.mode else {
            return Ok(());
        };
        let (Some(lines), Some(label)) = (targets.get_mut(index), self.labels.get(index)) else {
            return Ok(());
        };
        if self.muted {
            return Ok(());
        }
        lines.take(source, bytes, label, streams)
    }

    fn ended(&mut self, answer: Answer, streams: &mut Streams<'_>) -> io::Result<()> {
        self.worst = worse(self.worst, exit(&answer.outcome));
        let label = self.labels.get(answer.index).cloned().unwrap_or_default();
        let muted = self.muted;
        let printed = match &mut self.mode {
            Mode::Fold(_) => Ok(()),
            Mode::Stream(_) | Mode::Json if muted => Ok(()),
            Mode::Stream(targets) => match targets.get_mut(answer.index) {
                Some(lines) => lines.finish(&label, streams),
                None => Ok(()),
            },
            Mode::Json => json::line(&answer).and_then(|text| streams.line(&text)),
        };
        say(&answer, &label, streams);
        if let (Mode::Stream(_), Outcome::Exited(1..)) = (&self.mode, &answer.outcome) {
            streams.note(&format!("{label}: {}", answer.outcome));
        }
        self.refusals.extend(refusal(&answer));
        if let Mode::Fold(answers) = &mut self.mode {
            answers.push(answer);
            streams.show_count(answers.len(), self.labels.len());
        }
        printed.and_then(|()| streams.out.flush())
    }
}

/// What is not in the output: ends that are no exit, and what is left.
fn say(answer: &Answer, label: &str, streams: &mut Streams<'_>) {
    match &answer.outcome {
        Outcome::Exited(_) | Outcome::Cancelled { left: Some(0) } => {}
        other @ (Outcome::StartFailed(_)
        | Outcome::Lost(_)
        | Outcome::TimedOut
        | Outcome::Cancelled { .. }) => {
            streams.note(&format!("{label}: {}", brief(&other.to_string())));
        }
    }
    if let Some(warning) = &answer.warning {
        streams.note(&format!("{label}: {}", brief(warning)));
    }
}

/// The API server's words, where it refused the exec.
fn refusal(answer: &Answer) -> Option<String> {
    match &answer.outcome {
        Outcome::StartFailed(why) => Some(why.clone()),
        Outcome::Exited(_) | Outcome::Lost(_) | Outcome::TimedOut | Outcome::Cancelled { .. } => {
            answer.warning.clone()
        }
    }
}

/// Interrupted wins over unknown, unknown over failure.
pub(super) fn worse(a: ExitCode, b: ExitCode) -> ExitCode {
    let rank = |code: ExitCode| match code {
        ExitCode::Success => 0,
        ExitCode::Failure => 1,
        ExitCode::NoTarget => 2,
        ExitCode::Usage => 3,
        ExitCode::Unknown => 4,
        ExitCode::Interrupted => 5,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// Prints the targets of a rehearsal.
pub(super) fn targets(jobs: &[Job], output: Option<Output>, streams: &mut Streams<'_>) -> ExitCode {
    let print = |streams: &mut Streams<'_>| -> io::Result<()> {
        for job in jobs {
            let target = &job.chosen.container;
            match output {
                Some(Output::Json) => streams.line(&json::target(target)?)?,
                Some(Output::Fold | Output::Stream) | None => {
                    let context = &target.pod.context;
                    streams.line(&format!("{context} {} {}", target.pod, target.container))?;
                }
            }
        }
        streams.out.flush()
    };
    match print(streams) {
        Ok(()) => ExitCode::Success,
        Err(error) => {
            streams.note(&format!("standard output cannot be written: {error}"));
            ExitCode::Unknown
        }
    }
}

#[cfg(test)]
mod tests;
