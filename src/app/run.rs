//! Owns one command in many pods and its folded answers, as the console shows them.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use crate::app::effect::RunTarget;
use crate::app::event::RunAnswer;
use crate::gather::{Answer, Ending, Fact, Gathered, Group, fold};
use crate::ids::{ContainerRef, PodUid};
use crate::session::Outcome;

/// A command that waits for the guard rails.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunPlan {
    /// As it was typed; `/bin/sh -c` runs it.
    pub line: String,
    /// The containers, each with the runtime's id.
    pub targets: Vec<(ContainerRef, String)>,
}

/// A command that runs or ran.
#[derive(Debug)]
pub struct Run {
    pub id: u32,
    pub line: String,
    pub targets: Vec<RunTarget>,
    facts: Vec<Vec<Fact>>,
    answers: Vec<Option<RunAnswer>>,
    /// The answers so far, folded.
    pub gathered: Gathered,
    /// The group under the cursor.
    pub cursor: usize,
    /// Groups shown whole.
    pub unfolded: BTreeSet<usize>,
    /// Whether whole diffs are shown.
    pub diff: DiffView,
    pub started: Instant,
    pub ended: Option<Instant>,
}

/// One target that a run has not proven to be over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rest {
    pub run: u32,
    /// Index of the target in the run.
    pub index: usize,
    pub target: ContainerRef,
    pub state: RestState,
}

/// Why a target of a run is not over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RestState {
    Running,
    /// It answered, and something may be left.
    NotProven,
}

/// How much of a difference is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DiffView {
    /// The first changed lines.
    Short,
    Whole,
}

impl Run {
    /// A run none of whose targets has answered. `facts` go with the targets by position.
    pub fn new(
        id: u32,
        line: String,
        targets: Vec<RunTarget>,
        facts: Vec<Vec<Fact>>,
        now: Instant,
    ) -> Self {
        let answers = targets.iter().map(|_| None).collect();
        let mut run = Self {
            id,
            line,
            targets,
            facts,
            answers,
            gathered: Gathered::default(),
            cursor: 0,
            unfolded: BTreeSet::new(),
            diff: DiffView::Short,
            started: now,
            ended: None,
        };
        run.fold();
        run
    }

    /// Takes a target's answer.
    pub fn take(&mut self, answer: RunAnswer, now: Instant) {
        if let Some(place) = self.answers.get_mut(answer.target) {
            *place = Some(answer);
        }
        if self.running() == 0 {
            self.ended = Some(now);
        }
        self.fold();
    }

    /// Targets that have not answered.
    pub fn running(&self) -> usize {
        self.answers
            .iter()
            .filter(|answer| answer.is_none())
            .count()
    }

    /// Processes that the looks after the ends found, and how many of these looks gave no number.
    pub fn left(&self) -> (u32, usize) {
        let counts = self.answers.iter().flatten().map(|answer| answer.left);
        counts.fold((0, 0), |(left, unknown), count| match count {
            Some(count) => (left + count, unknown),
            None => (left, unknown + 1),
        })
    }

    /// A target's remains are proven to be gone.
    pub fn settle(&mut self, target: usize) {
        if let Some(Some(answer)) = self.answers.get_mut(target) {
            answer.left = Some(0);
            answer.warning = None;
        }
    }

    /// What of it is not proven to be over.
    pub fn rests(&self) -> impl Iterator<Item = Rest> {
        let targets = self.targets.iter().zip(&self.answers).enumerate();
        targets.filter_map(|(index, (target, answer))| {
            let state = match answer {
                None => RestState::Running,
                Some(answer) if answer.left == Some(0) => return None,
                Some(_) => RestState::NotProven,
            };
            Some(Rest {
                run: self.id,
                index,
                target: target.target.clone(),
                state,
            })
        })
    }

    /// The group under the cursor.
    pub fn current(&self) -> Option<&Group> {
        self.gathered.groups.get(self.cursor)
    }

    /// The pods of the group under the cursor.
    pub fn pods(&self) -> Vec<PodUid> {
        let targets = self
            .current()
            .map(|group| group.targets.as_slice())
            .unwrap_or_default();
        targets.iter().map(|target| target.uid.clone()).collect()
    }

    /// All answers as text, for a file.
    pub fn text(&self) -> String {
        let mut out = format!("$ {}\n{}\n", self.line, self.gathered.summary());
        for group in &self.gathered.groups {
            let names: Vec<String> = group
                .targets
                .iter()
                .map(|target| target.pod.to_string())
                .collect();
            let head = format!(
                "{} {} · {}",
                group.targets.len(),
                group.kind.word(),
                group.ending
            );
            for line in ["", &format!("== {head}"), &names.join(" "), &*group.text] {
                out.push_str(line);
                out.push('\n');
            }
        }
        out
    }

    fn fold(&mut self) {
        let answers: Vec<Answer> = self
            .targets
            .iter()
            .zip(&self.answers)
            .zip(&self.facts)
            .map(|((target, answer), facts)| gathered(target, answer.as_ref(), facts.clone()))
            .collect();
        self.gathered = fold(&answers);
        self.cursor = self
            .cursor
            .min(self.gathered.groups.len().saturating_sub(1));
    }
}

fn gathered(target: &RunTarget, answer: Option<&RunAnswer>, facts: Vec<Fact>) -> Answer {
    let (ending, text): (Ending, Arc<str>) = match answer {
        None => (Ending::Running, "".into()),
        Some(answer) => (ending(&answer.outcome), answer.output.as_str().into()),
    };
    Answer {
        target: target.target.clone(),
        ending,
        text,
        facts,
    }
}

fn ending(outcome: &Outcome) -> Ending {
    match outcome {
        Outcome::Exited(code) => Ending::Exited(*code),
        Outcome::StartFailed(why) => Ending::NotStarted(why.as_str().into()),
        Outcome::Lost(why) => Ending::Lost(why.as_str().into()),
        Outcome::TimedOut => Ending::TimedOut,
        Outcome::Cancelled { .. } => Ending::Cancelled,
    }
}
