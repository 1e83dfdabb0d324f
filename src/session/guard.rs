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
    /// Unprotected targets above which a number is asked.
    pub confirm_over: usize,
    /// Targets above which broadcast, compose and run are refused.
    pub max_targets: usize,
    pub deny: Vec<Regex>,
}

/// A name pattern: `*` stands for any run of characters.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pattern(String);

impl Pattern {
    /// Takes the pattern as the configuration spells it; every text is a pattern.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Whether the whole name fits.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
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

/// The rule that refused; its text says what to change.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Rule {
    ReadOnly,
    MaxTargets { targets: usize, most: usize },
    Deny { pattern: String },
    ProtectedWithoutYes { names: Vec<String> },
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReadOnly => f.write_str("read-only: guard.read_only or --read-only is set"),
            Self::MaxTargets { targets, most } => {
                write!(
                    f,
                    "{targets} targets are more than broadcast.max_targets = {most}"
                )
            }
            Self::Deny { pattern } => write!(f, "the text matches guard.deny {pattern:?}"),
            Self::ProtectedWithoutYes { names } => {
                write!(f, "protected: {}; give --yes to go on", names.join(", "))
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
            Action::Broadcast => self.judge_many(targets, presence, None),
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
            .filter_map(|t| self.protected_name(t))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    fn protected_name(&self, target: &Target) -> Option<String> {
        let fits = |patterns: &[Pattern], name: &str| patterns.iter().any(|p| p.matches(name));
        if fits(&self.protected_contexts, target.context.as_str()) {
            Some(target.context.as_str().into())
        } else if fits(&self.protected_namespaces, &target.namespace) {
            Some(target.namespace.clone())
        } else {
            None
        }
    }

    fn unless_read_only(&self) -> Verdict {
        if self.read_only {
            Verdict::Refused(Rule::ReadOnly)
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
            return Verdict::Refused(Rule::ReadOnly);
        }
        let denied = text.and_then(|text| self.deny.iter().find(|regex| regex.is_match(text)));
        if let Some(regex) = denied {
            return Verdict::Refused(Rule::Deny {
                pattern: regex.as_str().into(),
            });
        }
        if targets.len() > self.max_targets {
            let (targets, most) = (targets.len(), self.max_targets);
            return Verdict::Refused(Rule::MaxTargets { targets, most });
        }
        let names = self.protected_names(targets);
        match presence {
            Presence::Headless { yes: Yes::NotGiven } if !names.is_empty() => {
                Verdict::Refused(Rule::ProtectedWithoutYes { names })
            }
            Presence::Headless { .. } => Verdict::Allowed,
            Presence::Console => self.questions(names, targets),
        }
    }

    fn questions(&self, names: Vec<String>, targets: &[Target]) -> Verdict {
        let others = targets
            .iter()
            .filter(|t| self.protected_name(t).is_none())
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
