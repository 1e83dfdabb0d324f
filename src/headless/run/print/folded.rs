//! Owns the folded form: equal answers once, with the names of their pods, and what the different ones differ in.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use crate::gather::{self, Ending, Group, Kind, Line, fold_names};
use crate::headless::streams::{Streams, Terminal, brief, printable, printable_block};
use crate::ids::ContainerRef;
use crate::runtime::unattended::Answer;
use crate::session::Outcome;

/// Prints all answers.
pub(super) fn print(
    answers: &[Answer],
    labels: &[String],
    facts: &[Vec<gather::Fact>],
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let mut names = HashMap::new();
    let mut folded = Vec::new();
    for answer in answers {
        let label = labels.get(answer.index).cloned().unwrap_or_default();
        names.insert(&answer.target, label);
        folded.push(gather::Answer {
            target: answer.target.clone(),
            ending: ending(&answer.outcome),
            text: answer.capture.merged().into(),
            facts: facts.get(answer.index).cloned().unwrap_or_default(),
        });
    }
    let gathered = gather::fold(&folded);
    for group in &gathered.groups {
        head(group, &names, streams)?;
        body(group, streams)?;
    }
    streams.line(&gathered.summary())
}

fn ending(outcome: &Outcome) -> Ending {
    match outcome {
        Outcome::Exited(code) => Ending::Exited(*code),
        Outcome::StartFailed(why) => Ending::NotStarted(brief(why).into()),
        Outcome::Lost(why) => Ending::Lost(Arc::from(why.as_str())),
        Outcome::TimedOut => Ending::TimedOut,
        Outcome::Cancelled { .. } => Ending::Cancelled,
    }
}

fn head(
    group: &Group,
    names: &HashMap<&ContainerRef, String>,
    streams: &mut Streams<'_>,
) -> io::Result<()> {
    let listed: Vec<&str> = group
        .targets
        .iter()
        .filter_map(|target| names.get(target).map(String::as_str))
        .collect();
    let ending = printable(&group.ending.to_string());
    let start = format!(
        "{:>3} {:<7} {ending}  ",
        group.targets.len(),
        group.kind.word()
    );
    // In a pipe nothing is left out.
    let listed = match streams.terminal {
        Terminal::Yes => fold_names(&listed, streams.width.saturating_sub(start.chars().count())),
        Terminal::No => listed.join(" "),
    };
    streams.line(&format!("{start}{listed}"))?;
    match &group.common {
        Some(common) => streams.line(&format!("    {}", printable(common))),
        None => Ok(()),
    }
}

fn body(group: &Group, streams: &mut Streams<'_>) -> io::Result<()> {
    if let (Kind::Differ, Some(difference)) = (group.kind, &group.difference) {
        for line in difference.changes() {
            let (sign, text) = match line {
                Line::Kept(text) => (' ', text),
                Line::Removed(text) => ('-', text),
                Line::Added(text) => ('+', text),
            };
            let text = safe(text, streams);
            streams.line(&format!("  {sign} {text}"))?;
        }
        if difference.not_compared > 0 {
            streams.line(&format!(
                "    {} more lines not compared",
                difference.not_compared
            ))?;
        }
        return Ok(());
    }
    for line in group.text.lines() {
        let text = safe(line, streams);
        streams.line(&format!("    {text}"))?;
    }
    Ok(())
}

fn safe(text: &str, streams: &Streams<'_>) -> String {
    match streams.terminal {
        Terminal::Yes => printable_block(text.trim_end_matches('\n')),
        Terminal::No => text.trim_end_matches('\n').to_owned(),
    }
}
