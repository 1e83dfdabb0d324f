//! Owns the guard rails: one place that says, for every way of acting on pods, whether it goes, asks first, or is refused and by
//! which rule. Pure. Called by `app` and `headless` before anything is sent.

use std::fmt;

use regex::Regex;

use crate::ids::ContextName;

/// A way of acting on pods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action<'a> {
    /// Plain shells, however many.
    OpenShells,
    /// Keys or a paste into one pane.
    KeysToOne,
    /// Switching the broadcast on, or its set growing.
    Broadcast,
    /// A paste of several lines to all receiving panes.
    BroadcastPaste,
    /// A composed text to several panes.
    Compose {
        text: &'a str,
    },
    /// One command in several pods; also a command given for the first panes.
    Run {
        text: &'a str,
    },
    PortForward,
    /// Containers that are added to pods for good.
    DebugContainer,
    /// One pane, or all while the focus is where the user thinks.
    Cancel,
    /// All panes of a tab or of a broadcast.
    CancelAll {
        focus: FocusedPane,
    },
    /// Cleanup after the fact, a census, a reaper.
    Cleanup,
}

/// Whether the focused pane is part of what an action on all panes touches.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FocusedPane {
    Included,
    /// The mode cell says HERE ONLY, and the action goes elsewhere.
    Excluded,
}

/// Who is there to answer a question.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Presence {
    Console,
    /// No terminal; `--yes` was given or not.
    Headless {
        yes: Yes,
    },
}

/// Whether the command line accepted protected targets.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Yes {
    Given,
    NotGiven,
}

/// One pod to act on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub context: ContextName,
    pub namespace: String,
}

/// The rules of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    pub read_only: bool,
    pub protected_contexts: Vec<Pattern>,
    pub protected_namespaces: Vec<Pattern>,
    /// Where `read_only` was set.
    pub read_only_at: Origin,
    /// Where `max_targets` was set.
    pub max_targets_at: Origin,
    /// Unprotected targets above which a number is asked.
    pub confirm_over: usize,
    /// Targets above which broadcast, compose and run are refused.
    pub max_targets: usize,
    pub deny: Vec<Deny>,
}

/// Where a rule was set, for its refusal: a file with a line, an option of the command line, or nothing for a default.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Origin(pub String);

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", self.0)
    }
}

/// An expression that text must match nowhere, neither as a whole nor in one of its lines.
#[derive(Clone, Debug)]
pub struct Deny {
    pub regex: Regex,
    pub origin: Origin,
}

impl Deny {
    fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text) || text.lines().any(|line| self.regex.is_match(line.trim()))
    }
}

/// A name pattern: `*` stands for any run of characters; the case of ASCII letters is ignored.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pattern {
    text: String,
    origin: Origin,
}

impl Pattern {
    /// Takes the pattern as the configuration spells it; every text is a pattern.
    pub fn new(text: &str) -> Self {
        Self::standing(text, Origin::default())
    }

    /// The same, with where it stands.
    pub fn standing(text: &str, origin: Origin) -> Self {
        Self {
            text: text.to_ascii_lowercase(),
            origin,
        }
    }

    /// Whether the whole name fits.
    pub fn matches(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let mut parts = self.text.split('*');
        let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else {
            return false;
        };
        let mut middle: Vec<&str> = parts.collect();
        let Some(last) = middle.pop() else {
            return rest.is_empty();
        };
        for part in middle {
            let Some((_, after)) = rest.split_once(part) else {
                return false;
            };
            rest = after;
        }
        rest.ends_with(last)
    }
}

/// What the rules say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    Allowed,
    /// Every one of these must be answered, in order; plain Enter answers none.
    Ask(Vec<Question>),
    Refused(Rule),
}

/// What the user must do before anything is sent.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Question {
    /// Type each of these protected names.
    TypeNames(Vec<String>),
    /// Type this number of targets.
    TypeNumber(usize),
    /// Press the same key again.
    PressTwice,
}

/// The rule that refused; its text says what to change, and where it stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Rule {
    ReadOnly(Origin),
    MaxTargets {
        targets: usize,
        most: usize,
        origin: Origin,
    },
    Deny {
        pattern: String,
        origin: Origin,
    },
    ProtectedWithoutYes {
        names: Vec<String>,
        origin: Origin,
    },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly(origin) => write!(f, "guard.read_only is set{origin}"),
            Self::MaxTargets {
                targets,
                most,
                origin,
            } => {
                write!(
                    f,
                    "{targets} targets are more than broadcast.max_targets = {most}{origin}"
                )
            }
            Self::Deny { pattern, origin } => {
                write!(f, "the text matches guard.deny {pattern:?}{origin}")
            }
            Self::ProtectedWithoutYes { names, origin } => {
                write!(
                    f,
                    "protected: {}{origin}; give --yes to go on",
                    names.join(", ")
                )
            }
        }
    }
}

impl Rules {
    /// Judges one action on these targets.
    pub fn judge(&self, action: Action<'_>, targets: &[Target], presence: Presence) -> Verdict {
        match action {
            Action::OpenShells | Action::PortForward => self.unless_read_only(),
            Action::KeysToOne | Action::Cancel | Action::Cleanup => Verdict::Allowed,
            Action::CancelAll { focus } => self.judge_cancel_all(focus, targets),
            Action::Broadcast | Action::DebugContainer => self.judge_many(targets, presence, None),
            Action::BroadcastPaste => self.judge_paste(targets, presence),
            Action::Compose { text } | Action::Run { text } => {
                self.judge_many(targets, presence, Some(text))
            }
        }
    }

    /// The shown names, of contexts and namespaces, that make these targets protected; sorted, each once.
    pub fn protected_names(&self, targets: &[Target]) -> Vec<String> {
        let mut names: Vec<String> = targets
            .iter()
            .filter_map(|t| self.protected_by(t))
            .map(|(name, _)| name)
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// The shown name that makes a target protected, and where that stands.
    fn protected_by(&self, target: &Target) -> Option<(String, Origin)> {
        let fits = |patterns: &[Pattern], name: &str| {
            let pattern = patterns.iter().find(|pattern| pattern.matches(name))?;
            Some((name.to_owned(), pattern.origin.clone()))
        };
        fits(&self.protected_contexts, target.context.as_str())
            .or_else(|| fits(&self.protected_namespaces, &target.namespace))
    }

    fn unless_read_only(&self) -> Verdict {
        if self.read_only {
            Verdict::Refused(Rule::ReadOnly(self.read_only_at.clone()))
        } else {
            Verdict::Allowed
        }
    }

    fn judge_cancel_all(&self, focus: FocusedPane, targets: &[Target]) -> Verdict {
        if focus == FocusedPane::Excluded || targets.len() > self.confirm_over {
            Verdict::Ask(vec![Question::PressTwice])
        } else {
            Verdict::Allowed
        }
    }

    fn judge_paste(&self, targets: &[Target], presence: Presence) -> Verdict {
        match self.judge_many(targets, presence, None) {
            Verdict::Allowed => Verdict::Ask(vec![Question::TypeNumber(targets.len())]),
            asked @ (Verdict::Ask(_) | Verdict::Refused(_)) => asked,
        }
    }

    fn judge_many(&self, targets: &[Target], presence: Presence, text: Option<&str>) -> Verdict {
        if self.read_only {
            return Verdict::Refused(Rule::ReadOnly(self.read_only_at.clone()));
        }
        let denied = text.and_then(|text| self.deny.iter().find(|deny| deny.matches(text)));
        if let Some(deny) = denied {
            return Verdict::Refused(Rule::Deny {
                pattern: deny.regex.as_str().into(),
                origin: deny.origin.clone(),
            });
        }
        if targets.len() > self.max_targets {
            let (targets, most) = (targets.len(), self.max_targets);
            let origin = self.max_targets_at.clone();
            return Verdict::Refused(Rule::MaxTargets {
                targets,
                most,
                origin,
            });
        }
        let names = self.protected_names(targets);
        match presence {
            Presence::Headless { yes: Yes::NotGiven } if !names.is_empty() => {
                let first = targets.iter().find_map(|t| self.protected_by(t));
                let origin = first.map(|(_, origin)| origin).unwrap_or_default();
                Verdict::Refused(Rule::ProtectedWithoutYes { names, origin })
            }
            Presence::Headless { .. } => Verdict::Allowed,
            Presence::Console => self.questions(names, targets),
        }
    }

    fn questions(&self, names: Vec<String>, targets: &[Target]) -> Verdict {
        let others = targets
            .iter()
            .filter(|t| self.protected_by(t).is_none())
            .count();
        let mut asked = Vec::new();
        if !names.is_empty() {
            asked.push(Question::TypeNames(names));
        }
        if others > self.confirm_over {
            asked.push(Question::TypeNumber(others));
        }
        if asked.is_empty() {
            Verdict::Allowed
        } else {
            Verdict::Ask(asked)
        }
    }
}

#[cfg(test)]
mod tests;
