//! Owns which answers go together and which of them are the majority. Called by `app` and `headless` through `gather`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::common::{self, Fact};
use super::difference::Difference;
use super::{Answer, Ending, Gathered, Group, Kind};
use crate::ids::ContainerRef;

type Members<'a> = Vec<&'a Answer>;

/// Folds answers. The order in which they came does not matter; every target is in one group.
pub fn fold(answers: &[Answer]) -> Gathered {
    let together = together(answers);
    let majority = majority(&together);
    let same: Members<'_> = majority
        .as_ref()
        .and_then(|key| together.get(key))
        .cloned()
        .unwrap_or_default();
    let mut groups: Vec<Group> = together
        .iter()
        .map(|(key, members)| group(key, members, majority.as_ref(), &same))
        .collect();
    groups.sort_by(|a, b| {
        (a.kind, b.targets.len(), &a.targets).cmp(&(b.kind, a.targets.len(), &b.targets))
    });
    Gathered { groups }
}

type Key = (Ending, Arc<str>);

fn together(answers: &[Answer]) -> BTreeMap<Key, Members<'_>> {
    let mut groups: BTreeMap<Key, Members<'_>> = BTreeMap::new();
    for answer in answers {
        let text = match answer.ending {
            Ending::Running => Arc::from(""),
            Ending::Exited(_)
            | Ending::NotStarted(_)
            | Ending::Lost(_)
            | Ending::TimedOut
            | Ending::Cancelled => Arc::from(without_trailing_blanks(&answer.text)),
        };
        groups
            .entry((answer.ending.clone(), text))
            .or_default()
            .push(answer);
    }
    for members in groups.values_mut() {
        members.sort_by(|a, b| a.target.cmp(&b.target));
    }
    groups
}

/// The answer of most of those that exited 0; of equally many, the one of the first target.
/// None where several answered and no two gave the same: nobody is the odd one out then.
fn majority(groups: &BTreeMap<Key, Members<'_>>) -> Option<Key> {
    let good: Vec<(&Key, &Members<'_>)> = groups
        .iter()
        .filter(|((ending, _), _)| *ending == Ending::Exited(0))
        .collect();
    let first = |members: &Members<'_>| members.first().map(|answer| &answer.target).cloned();
    let largest = good
        .iter()
        .max_by(|(_, a), (_, b)| (a.len(), first(b)).cmp(&(b.len(), first(a))))?;
    let alone = largest.1.len() == 1 && good.len() > 1;
    (!alone).then(|| largest.0.clone())
}

fn group(key: &Key, members: &[&Answer], majority: Option<&Key>, same: &[&Answer]) -> Group {
    let (ending, text) = key;
    let kind = match ending {
        Ending::Exited(0) if Some(key) == majority => Kind::Same,
        Ending::Exited(0) => Kind::Differ,
        Ending::Running => Kind::Running,
        Ending::Exited(_)
        | Ending::NotStarted(_)
        | Ending::Lost(_)
        | Ending::TimedOut
        | Ending::Cancelled => Kind::Failed,
    };
    let compared = matches!(kind, Kind::Differ | Kind::Failed);
    let targets: Vec<ContainerRef> = members.iter().map(|answer| answer.target.clone()).collect();
    let difference = majority
        .filter(|_| compared)
        .map(|(_, usual)| Difference::between(usual, text));
    let facts = |answers: &[&Answer]| {
        answers
            .iter()
            .map(|answer| answer.facts.clone())
            .collect::<Vec<Vec<Fact>>>()
    };
    let common = compared
        .then(|| common::sentence(&facts(members), &facts(same)))
        .flatten();
    Group {
        kind,
        ending: ending.clone(),
        text: text.clone(),
        targets,
        difference,
        common,
    }
}

fn without_trailing_blanks(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end_matches('\n').to_owned()
}

#[cfg(test)]
mod tests;
