//! Owns what a group of targets has in common that the others have not: node, image, revision. Knows nothing of answers. Called by `fold`.

use std::fmt;
use std::sync::Arc;

/// The labels that name a revision of a workload, with a Deployment's first.
const REVISION_LABELS: [&str; 2] = ["pod-template-hash", "controller-revision-hash"];

/// One thing that is known of a target.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Fact {
    /// The image of the container.
    Image(Arc<str>),
    /// The revision of the workload, by label.
    Revision(Arc<str>),
    /// The node that the pod runs on.
    Node(Arc<str>),
}

impl Fact {
    /// What a pod's node, container image and labels tell; empty values tell nothing.
    pub fn of<'a>(
        node: &str,
        image: &str,
        labels: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Vec<Self> {
        let labels: Vec<(&str, &str)> = labels.into_iter().collect();
        let revision = REVISION_LABELS
            .iter()
            .find_map(|wanted| labels.iter().find(|(key, _)| key == wanted));
        let told = |value: &str| {
            Some(value)
                .filter(|value| !value.is_empty())
                .map(Arc::<str>::from)
        };
        let facts = [
            told(image).map(Self::Image),
            revision
                .and_then(|(_, value)| told(value))
                .map(Self::Revision),
            told(node).map(Self::Node),
        ];
        facts.into_iter().flatten().collect()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(image) => write!(f, "image {image}"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
            Self::Node(node) => write!(f, "node {node}"),
        }
    }
}

/// What every target of the group has and none of the others, as a sentence; failing that, what all of it has and less than half of the others.
/// `None` where there is no such thing, or nobody to compare with.
pub fn sentence(group: &[Vec<Fact>], others: &[Vec<Fact>]) -> Option<String> {
    let (first, rest) = group.split_first()?;
    if others.is_empty() {
        return None;
    }
    let shared = first
        .iter()
        .filter(|fact| rest.iter().all(|facts| facts.contains(fact)));
    let counted: Vec<(&Fact, usize)> = shared
        .map(|fact| {
            (
                fact,
                others.iter().filter(|facts| facts.contains(fact)).count(),
            )
        })
        .collect();
    let subject = match group.len() {
        1 => "it has".to_owned(),
        2 => "both have".to_owned(),
        many => format!("all {many} have"),
    };
    let own: Vec<String> = counted
        .iter()
        .filter(|(_, count)| *count == 0)
        .map(|(fact, _)| fact.to_string())
        .collect();
    if !own.is_empty() {
        let none = if others.len() == 1 {
            "the other has not".to_owned()
        } else {
            format!("none of the {} others has", others.len())
        };
        return Some(format!("{subject} {}; {none}", listed(&own)));
    }
    let (fact, count) = counted
        .into_iter()
        .filter(|(_, count)| count * 2 < others.len())
        .min_by_key(|(_, count)| *count)?;
    Some(format!(
        "{subject} {fact}; so {} {count} of the {} others",
        if count == 1 { "has" } else { "have" },
        others.len()
    ))
}

fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        Some((last, _)) => last.clone(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(text: &str) -> Vec<Fact> {
        let [image, revision, node] = text.split(' ').collect::<Vec<_>>()[..] else {
            panic!("three words")
        };
        Fact::of(
            node,
            image,
            [("app", "web"), ("pod-template-hash", revision)],
        )
    }

    fn sentence_of(group: &[&str], others: &[&str]) -> Option<String> {
        let all = |texts: &[&str]| texts.iter().map(|text| facts(text)).collect::<Vec<_>>();
        sentence(&all(group), &all(others))
    }

    #[test]
    fn what_only_the_different_ones_have_is_told() {
        let table: [(&[&str], &[&str], Option<&str>); 7] = [
            (
                &["web:1 a n1", "web:1 a n2"],
                &["web:2 b n1", "web:2 b n2"],
                Some("both have image web:1 and revision a; none of the 2 others has"),
            ),
            (
                &["web:1 a n1", "web:1 a n2", "web:1 a n3"],
                &["web:2 a n1", "web:2 a n3"],
                Some("all 3 have image web:1; none of the 2 others has"),
            ),
            (
                &["web:1 a n9"],
                &["web:1 a n1"],
                Some("it has node n9; the other has not"),
            ),
            (
                &["web:1 a n1", "web:1 a n1"],
                &["web:1 a n1", "web:1 a n2", "web:1 a n3"],
                Some("both have node n1; so has 1 of the 3 others"),
            ),
            (
                &["web:1 a n1", "web:1 a n2"],
                &["web:1 a n1", "web:1 a n2"],
                None,
            ),
            (&["web:1 a n1"], &[], None),
            (&[], &["web:1 a n1"], None),
        ];
        for (group, others, expected) in table {
            assert_eq!(
                sentence_of(group, others).as_deref(),
                expected,
                "{group:?} against {others:?}"
            );
        }
    }

    #[test]
    fn empty_values_are_no_facts() {
        assert_eq!(Fact::of("", "", [("pod-template-hash", "")]), []);
        assert_eq!(
            Fact::of("n", "", [("controller-revision-hash", "r")]),
            [Fact::Revision("r".into()), Fact::Node("n".into())]
        );
    }
}
