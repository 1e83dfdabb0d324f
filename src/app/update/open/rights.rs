//! Owns the question whether something is allowed, asked before it is done.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::event::{Right, RightsAnswer};
use crate::app::open::{OpenPlan, RightKey, Then, WaitingOpen};
use crate::app::overlay::{Answer, Overlay, Refusal, Rest};
use crate::app::{App, Effect, Turn, Weight};
use crate::ids::{ContextName, PodRef, PodUid};
use crate::session::rights::Need;

use super::super::{debug_container, forward};
use super::proceed;

/// A pod in which something is not allowed.
pub(in crate::app::update) struct Missing {
    pub(in crate::app::update) pod: PodRef,
    verbs: Vec<&'static str>,
    user: String,
}

fn key(pod: &PodRef, need: Need) -> RightKey {
    (pod.context.clone(), pod.namespace.clone(), need)
}

/// Whether all answers are known; else they are asked for, and `then` goes on when they have come.
pub(in crate::app::update) fn ask(
    app: &mut App,
    need: Need,
    pods: &[PodRef],
    then: Then,
    turn: &mut Turn<'_>,
) -> bool {
    let mut asked: Vec<RightKey> = Vec::new();
    for pod in pods {
        let key = key(pod, need);
        if app.rights.known(&key, app.now).is_none() && !asked.contains(&key) {
            asked.push(key);
        }
    }
    if asked.is_empty() {
        return true;
    }
    for (context, namespace, need) in asked.clone() {
        turn.push(Effect::AskRights {
            context,
            namespace,
            need,
        });
    }
    app.waiting.push(WaitingOpen { then, asked });
    false
}

/// Asks whether these shells are allowed, before twelve red panes say that they are not.
pub(super) fn ask_rights(app: &mut App, plan: OpenPlan, turn: &mut Turn<'_>) -> Option<OpenPlan> {
    let pods = pods_of(app, &plan.pods);
    if ask(app, Need::Shell, &pods, Then::Open(plan.clone()), turn) {
        refuse_forbidden(app, plan)
    } else {
        None
    }
}

fn pods_of(app: &App, pods: &[PodUid]) -> Vec<PodRef> {
    pods.iter()
        .filter_map(|uid| app.inventory.get(uid))
        .map(|row| row.pod.clone())
        .collect()
}

/// An answer about rights; what waited for it goes on.
pub(in crate::app::update) fn rights(app: &mut App, answer: RightsAnswer, turn: &mut Turn<'_>) {
    let key = (answer.context, answer.namespace, answer.need);
    let why = match &answer.right {
        Right::Unknown(why) => Some(why.clone()),
        Right::Allowed | Right::Missing { .. } => None,
    };
    app.rights.learn(key.clone(), answer.right, app.now);
    if let Some(why) = why {
        say_unknown(app, answer.need, &why);
    }
    let waiting = std::mem::take(&mut app.waiting);
    for mut wait in waiting {
        wait.asked.retain(|asked| *asked != key);
        match wait.then {
            _ if !wait.asked.is_empty() => app.waiting.push(wait),
            Then::Open(plan) => proceed(app, plan, turn),
            Then::Debug(panes) => debug_container::allowed(app, &panes, turn),
            Then::Forward(uid) => forward::allowed(app, &uid, turn),
        }
    }
}

/// Who cannot be told is not held up: the API server decides as it is done.
fn say_unknown(app: &mut App, need: Need, why: &str) {
    let namespaces = app.rights.unknown(need).join(", ");
    let done = doing(need);
    app.say(
        Weight::Warning,
        format!("not known if you may {done} in {namespaces}: trying, the server decides ({why})"),
    );
}

/// What the right lets one do.
const fn doing(need: Need) -> &'static str {
    match need {
        Need::Shell => "exec",
        Need::Forward => "forward ports",
        Need::DebugContainer => "add debug containers",
    }
}

/// Those of these pods in which it is known to be forbidden.
pub(in crate::app::update) fn missing(app: &App, need: Need, pods: &[PodRef]) -> Vec<Missing> {
    let missing = |pod: &PodRef| match app.rights.known(&key(pod, need), app.now) {
        Some(Right::Missing { verbs, user }) => Some(Missing {
            pod: pod.clone(),
            verbs: verbs.clone(),
            user: user.clone(),
        }),
        Some(Right::Allowed | Right::Unknown(_)) | None => None,
    };
    pods.iter().filter_map(missing).collect()
}

/// `None` when some of the plan is forbidden: a box says so and offers the rest.
fn refuse_forbidden(app: &mut App, mut plan: OpenPlan) -> Option<OpenPlan> {
    let pods = pods_of(app, &plan.pods);
    let missing = missing(app, Need::Shell, &pods);
    plan.pods.retain(|uid| {
        app.inventory
            .get(uid)
            .is_some_and(|row| !missing.iter().any(|missing| missing.pod == row.pod))
    });
    if missing.is_empty() {
        app.rights.forget_refusals();
        return Some(plan);
    }
    let rest = pods_of(app, &plan.pods);
    let answer = Answer::Open(Box::new(plan));
    refuse(app, Need::Shell, &rest, &missing, answer);
    None
}

/// Says what is forbidden, and offers what is not.
pub(in crate::app::update) fn refuse(
    app: &mut App,
    need: Need,
    rest: &[PodRef],
    missing: &[Missing],
    answer: Answer,
) {
    app.rights.forget_refusals();
    let refusal = refusal(app, need, rest, missing, answer);
    app.overlays.push(Overlay::Refusal(refusal));
    app.touch();
}

fn refusal(app: &App, need: Need, rest: &[PodRef], missing: &[Missing], answer: Answer) -> Refusal {
    let mut namespaces: Vec<(ContextName, Arc<str>)> = missing
        .iter()
        .map(|missing| (missing.pod.context.clone(), missing.pod.namespace.clone()))
        .collect();
    namespaces.sort();
    namespaces.dedup();
    let what = match need {
        Need::Shell => "shells",
        Need::Forward => "port-forward",
        Need::DebugContainer => "debug containers",
    };
    let done = doing(need);
    let mut lines = Vec::new();
    let mut roles = Vec::new();
    for (context, namespace) in &namespaces {
        let here: Vec<&Missing> = missing
            .iter()
            .filter(|m| m.pod.context == *context && m.pod.namespace == *namespace)
            .collect();
        let Some(Missing { verbs, user, .. }) = here.first().copied() else {
            continue;
        };
        let shown = app.contexts.get(context).map_or_else(
            || context.to_string(),
            crate::app::context::ContextState::shown,
        );
        let pods = crate::text::pods(here.len());
        lines.push(format!(
            "✗ You may not {done} in namespace {namespace} ({pods})."
        ));
        lines.push(format!(
            "  Missing: {} on {}, for {user} in {shown}.",
            verbs.join(" and "),
            need.resource()
        ));
        roles.push(need.role(user, namespace));
    }
    lines.push("  Asked the server just now; nothing was sent to any pod.".to_owned());
    lines.extend(allowed(rest));
    let all = missing.len().saturating_add(rest.len());
    Refusal {
        title: format!("{what}: {} of {all} refused", missing.len()),
        lines,
        rest: (!rest.is_empty()).then_some(Rest {
            pods: rest.len(),
            answer,
        }),
        role: Some(roles.join("---\n")),
        opened: app.now,
    }
}

/// `6 others are allowed: shop 4, cart 2.`
fn allowed(rest: &[PodRef]) -> Option<String> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for pod in rest {
        *counts.entry(pod.namespace.clone()).or_default() += 1;
    }
    let mut counts: Vec<(Arc<str>, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| usize::MAX - count);
    let shown: Vec<String> = counts
        .iter()
        .map(|(namespace, count)| format!("{namespace} {count}"))
        .collect();
    match rest.len() {
        0 => None,
        1 => Some(format!("  1 other is allowed: {}.", shown.join(", "))),
        several => Some(format!(
            "  {several} others are allowed: {}.",
            shown.join(", ")
        )),
    }
}
