//! Owns the one door that everything for many pods goes through: the guard rails' verdict becomes go, a question, or a refusal.

use crate::app::edit::Edit;
use crate::app::overlay::{Answer, Demand, Overlay, Question};
use crate::app::{App, Effect, Turn, Weight};
use crate::ids::PodRef;
use crate::journal::audit::{Act, AuditTarget};
use crate::keys::Chord;
use crate::session::guard::{
    Action, Pattern, Presence, Question as Asked, Rule, Rules, Target, Verdict,
};

use super::session::audit;

/// Whether an action may go on at once. Else a question is open whose answer carries it on, or the refusal was said.
pub(super) fn passed(
    app: &mut App,
    action: Action<'_>,
    pods: &[PodRef],
    what: &str,
    answer: Answer,
    turn: &mut Turn<'_>,
) -> bool {
    let targets: Vec<Target> = pods.iter().map(target).collect();
    match rules(app).judge(action, &targets, Presence::Console) {
        Verdict::Allowed => true,
        Verdict::Ask(asked) => {
            ask(app, what, pods, &asked, answer);
            false
        }
        Verdict::Refused(rule) => {
            refuse(app, what, &rule, pods, turn);
            false
        }
    }
}

fn target(pod: &PodRef) -> Target {
    Target {
        context: pod.context.clone(),
        namespace: pod.namespace.to_string(),
    }
}

/// The rules of the configuration; a context's own `protected` counts before the patterns.
fn rules(app: &App) -> Rules {
    let guard = &app.settings.config.guard;
    let broadcast = &app.settings.config.broadcast;
    let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let protected = app
        .contexts
        .open()
        .iter()
        .filter(|context| context.protected);
    Rules {
        read_only: guard.read_only,
        protected_contexts: protected
            .map(|context| Pattern::new(context.name.as_str()))
            .collect(),
        protected_namespaces: guard
            .protected_namespaces
            .iter()
            .map(|pattern| Pattern::new(pattern.as_str()))
            .collect(),
        confirm_over: count(broadcast.confirm_over),
        max_targets: count(broadcast.max_targets),
        deny: guard.deny.iter().map(|deny| deny.regex().clone()).collect(),
    }
}

fn ask(app: &mut App, what: &str, pods: &[PodRef], asked: &[Asked], answer: Answer) {
    let mut words = Vec::new();
    for question in asked {
        match question {
            Asked::TypeNames(names) => words.extend(names.iter().map(|name| shown(app, name))),
            Asked::TypeNumber(number) => words.push(number.to_string()),
            Asked::PressTwice => {
                return press_again(app, what.to_owned(), vec![names_line(pods)], "y", answer);
            }
        }
    }
    let contexts = contexts_line(app, pods);
    let mut lines = vec![contexts, names_line(pods)];
    lines.push(String::new());
    lines.push(match words.as_slice() {
        [only] => format!("Type {only} to go on:"),
        _ => format!("Type each of these to go on: {}", words.join("  ")),
    });
    let question = Question {
        title: what.to_owned(),
        lines,
        demand: Demand::Words(words),
        typed: Edit::new(""),
        opened: app.now,
        answer,
    };
    app.overlays.push(Overlay::Question(question));
}

/// Asks for a key that is not Enter.
pub(super) fn press_again(
    app: &mut App,
    title: String,
    lines: Vec<String>,
    key: &str,
    answer: Answer,
) {
    let Ok(chord) = key.parse::<Chord>() else {
        return;
    };
    let question = Question {
        title,
        lines,
        demand: Demand::Press(chord),
        typed: Edit::new(""),
        opened: app.now,
        answer,
    };
    app.overlays.push(Overlay::Question(question));
    app.touch();
}

/// A protected name as it is shown: a context's alias, without the `!` before it.
fn shown(app: &App, name: &str) -> String {
    let context = app
        .contexts
        .open()
        .iter()
        .find(|context| context.name.as_str() == name);
    context.map_or_else(|| name.to_owned(), |context| context.short.clone())
}

fn contexts_line(app: &App, pods: &[PodRef]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for pod in pods {
        let context = app.contexts.get(&pod.context);
        let shown = context.map_or_else(
            || pod.context.to_string(),
            super::super::context::ContextState::shown,
        );
        match counts.iter_mut().find(|(name, _)| *name == shown) {
            Some((_, count)) => *count += 1,
            None => counts.push((shown, 1)),
        }
    }
    let shown: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    format!("it will go to   {}", shown.join("   "))
}

fn names_line(pods: &[PodRef]) -> String {
    let names: Vec<&str> = pods.iter().take(4).map(|pod| &*pod.name).collect();
    let more = pods.len().saturating_sub(names.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    format!("{}{more}", names.join(", "))
}

fn refuse(app: &mut App, what: &str, rule: &Rule, pods: &[PodRef], turn: &mut Turn<'_>) {
    let place = where_it_stands(app, rule);
    let text = format!("{what} refused: {rule}{place}");
    let targets = pods
        .iter()
        .map(|pod| AuditTarget {
            context: pod.context.to_string(),
            namespace: pod.namespace.to_string(),
            pod: pod.name.to_string(),
            uid: String::new(),
            container: String::new(),
            session: None,
        })
        .collect();
    let act = Act::Refused {
        what: what.to_owned(),
        rule: rule.to_string(),
        targets,
    };
    turn.push(Effect::Audit(audit(app, act)));
    app.say(Weight::Warning, text);
}

/// The line of the configuration file that holds the rule, where one does.
fn where_it_stands(app: &App, rule: &Rule) -> String {
    let line = match rule {
        Rule::Deny { pattern } => {
            let denies = &app.settings.config.guard.deny;
            denies
                .iter()
                .find(|deny| deny.as_str() == pattern)
                .map(crate::config::pattern::Deny::line)
        }
        Rule::ReadOnly | Rule::MaxTargets { .. } | Rule::ProtectedWithoutYes { .. } => None,
    };
    line.map(|line| format!(" (config line {line})"))
        .unwrap_or_default()
}
