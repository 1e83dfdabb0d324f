//! Owns how targets are written: `NAME`, `pod/NAME`, `deploy/NAME` and so on, `-` for standard input. Asks no cluster. Called by `cli`.

use std::fmt;

use crate::keys::nearest::nearest;

/// The kinds of things that pods are found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum WorkloadKind {
    Pod,
    Deployment,
    StatefulSet,
    DaemonSet,
    Job,
}

impl WorkloadKind {
    /// The word that podmux writes before the slash.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Pod => "pod",
            Self::Deployment => "deploy",
            Self::StatefulSet => "sts",
            Self::DaemonSet => "ds",
            Self::Job => "job",
        }
    }
}

/// The words that kubectl reads and prints for the kinds; the first of each kind is ours.
pub(super) const KINDS: [(&str, WorkloadKind); 14] = [
    ("pod", WorkloadKind::Pod),
    ("pods", WorkloadKind::Pod),
    ("po", WorkloadKind::Pod),
    ("deploy", WorkloadKind::Deployment),
    ("deployment", WorkloadKind::Deployment),
    ("deployments", WorkloadKind::Deployment),
    ("sts", WorkloadKind::StatefulSet),
    ("statefulset", WorkloadKind::StatefulSet),
    ("statefulsets", WorkloadKind::StatefulSet),
    ("ds", WorkloadKind::DaemonSet),
    ("daemonset", WorkloadKind::DaemonSet),
    ("daemonsets", WorkloadKind::DaemonSet),
    ("job", WorkloadKind::Job),
    ("jobs", WorkloadKind::Job),
];

/// One target of the command line.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Target {
    /// A pod, or the pods of a workload.
    Named { kind: WorkloadKind, name: String },
    /// One target per line of standard input.
    StandardInput,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named { kind, name } => write!(f, "{}/{name}", kind.short()),
            Self::StandardInput => f.write_str("-"),
        }
    }
}

/// Why a text is no target.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TargetError {
    /// Nothing is written, or nothing after the slash.
    #[error(
        "the name is missing: write NAME, pod/NAME, deploy/NAME, sts/NAME, ds/NAME or job/NAME"
    )]
    Empty,
    /// The word before the slash is no kind that podmux opens.
    #[error("`{word}` is no kind of target{}", suggestion(*nearest))]
    Kind {
        word: String,
        /// The kind that comes nearest.
        nearest: Option<&'static str>,
    },
    /// The API server has no such names.
    #[error(
        "`{name}` cannot be a name: names have lower-case letters, digits, `-` and `.`, begin and end with a letter or digit, and have at most 253 characters"
    )]
    Name { name: String },
    /// `-` stands in the text read from standard input.
    #[error("`-` cannot be read from standard input")]
    Nested,
}

fn suggestion(nearest: Option<&'static str>) -> String {
    let known = || ": write pod, deploy, sts, ds or job".to_owned();
    nearest.map_or_else(known, |kind| format!(", did you mean `{kind}`?"))
}

/// Reads one target.
///
/// # Errors
/// [`TargetError`], one variant per part that is wrong.
pub fn parse(text: &str) -> Result<Target, TargetError> {
    if text == "-" {
        return Ok(Target::StandardInput);
    }
    let (kind, name) = match text.split_once('/') {
        Some((word, name)) => (kind(word)?, name),
        None => (WorkloadKind::Pod, text),
    };
    if name.is_empty() {
        return Err(TargetError::Empty);
    }
    if !is_name(name) {
        return Err(TargetError::Name {
            name: name.to_owned(),
        });
    }
    Ok(Target::Named {
        kind,
        name: name.to_owned(),
    })
}

/// Reads the targets of standard input: one per line or several apart by blanks, `#` starts a comment.
///
/// # Errors
/// The number of the first wrong line, from 1, and what is wrong there.
pub fn parse_targets(text: &str) -> Result<Vec<Target>, (usize, TargetError)> {
    let mut targets = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split_once('#').map_or(line, |(before, _)| before);
        for word in line.split_whitespace() {
            match parse(word) {
                Ok(Target::StandardInput) => return Err((number, TargetError::Nested)),
                Ok(target) => targets.push(target),
                Err(error) => return Err((number, error)),
            }
        }
    }
    Ok(targets)
}

// `kubectl get -o name` prints the API group after the kind: `deployment.apps/web`.
pub(super) fn kind(word: &str) -> Result<WorkloadKind, TargetError> {
    let bare = word
        .strip_suffix(".apps")
        .or_else(|| word.strip_suffix(".batch"))
        .unwrap_or(word)
        .to_ascii_lowercase();
    KINDS
        .iter()
        .find(|(known, _)| *known == bare)
        .map(|(_, kind)| *kind)
        .ok_or_else(|| TargetError::Kind {
            word: word.to_owned(),
            nearest: nearest_kind(&bare),
        })
}

fn nearest_kind(word: &str) -> Option<&'static str> {
    let right = nearest(word, KINDS.iter().map(|(known, _)| *known))?;
    KINDS
        .iter()
        .find(|(known, _)| *known == right)
        .map(|(_, kind)| kind.short())
}

fn is_name(name: &str) -> bool {
    let inside = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |part: &str| {
        let bytes = part.as_bytes();
        bytes.first().copied().is_some_and(inside)
            && bytes.last().copied().is_some_and(inside)
            && bytes.iter().all(|b| inside(*b) || *b == b'-')
    };
    name.len() <= 253 && name.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(kind: WorkloadKind, name: &str) -> Target {
        Target::Named {
            kind,
            name: name.to_owned(),
        }
    }

    #[test]
    fn every_way_to_write_a_target() {
        let table = [
            (
                "web-6d9c8-4kq2p",
                named(WorkloadKind::Pod, "web-6d9c8-4kq2p"),
            ),
            ("pod/db-0", named(WorkloadKind::Pod, "db-0")),
            ("pods/db-0", named(WorkloadKind::Pod, "db-0")),
            ("po/run", named(WorkloadKind::Pod, "run")),
            ("deploy/web", named(WorkloadKind::Deployment, "web")),
            (
                "deployment.apps/web",
                named(WorkloadKind::Deployment, "web"),
            ),
            ("Deployment/web", named(WorkloadKind::Deployment, "web")),
            ("sts/db", named(WorkloadKind::StatefulSet, "db")),
            (
                "statefulset.apps/db",
                named(WorkloadKind::StatefulSet, "db"),
            ),
            ("ds/agent", named(WorkloadKind::DaemonSet, "agent")),
            ("job.batch/import", named(WorkloadKind::Job, "import")),
            ("pod/a.b-c.d", named(WorkloadKind::Pod, "a.b-c.d")),
            ("-", Target::StandardInput),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn wrong_targets_say_which_part_is_wrong() {
        let kind = |word: &str, nearest| TargetError::Kind {
            word: word.to_owned(),
            nearest,
        };
        let name = |name: &str| TargetError::Name {
            name: name.to_owned(),
        };
        let long = "a".repeat(254);
        let table = [
            ("", TargetError::Empty),
            ("pod/", TargetError::Empty),
            ("depoly/web", kind("depoly", Some("deploy"))),
            ("svc/web", kind("svc", None)),
            ("/web", kind("", None)),
            ("pod/Web", name("Web")),
            ("pod/-web", name("-web")),
            ("pod/web-", name("web-")),
            ("pod/we b", name("we b")),
            ("pod/a..b", name("a..b")),
            ("shop/pod/web", kind("shop", None)),
            (long.as_str(), name(&long)),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn standard_input_has_a_target_per_word_and_comments() {
        let read = parse_targets("pod/a\n\n  deploy/b c # not this\n");
        let expected = vec![
            named(WorkloadKind::Pod, "a"),
            named(WorkloadKind::Deployment, "b"),
            named(WorkloadKind::Pod, "c"),
        ];
        assert_eq!(read, Ok(expected));
        assert_eq!(parse_targets("a\n-\n"), Err((2, TargetError::Nested)));
        assert_eq!(
            parse_targets("a\nb\nX"),
            Err((
                3,
                TargetError::Name {
                    name: "X".to_owned()
                }
            ))
        );
    }

    #[test]
    fn a_target_reads_back_as_printed() {
        for text in ["pod/a", "deploy/a", "sts/a", "ds/a", "job/a", "-"] {
            assert_eq!(
                parse(text).map(|target| target.to_string()),
                Ok(text.to_owned())
            );
        }
    }
}
