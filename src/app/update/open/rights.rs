//! Owns the question whether shells are allowed, asked before any is opened.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::app::event::{Right, RightsAnswer};
use crate::app::open::{OpenPlan, WaitingOpen};
use crate::app::overlay::{Overlay, Refusal};
use crate::app::{App, Effect, Turn};
use crate::ids::ContextName;
use crate::inventory::PodRow;
use crate::session::rights::shell_role;

use super::open;

/// Asks whether these shells are allowed, before twelve red panes say that they are not.
pub(super) fn ask_rights(app: &mut App, plan: OpenPlan, turn: &mut Turn<'_>) -> Option<OpenPlan> {
    let mut asked: Vec<(ContextName, Arc<str>)> = Vec::new();
    for row in plan.pods.iter().filter_map(|uid| app.inventory.get(uid)) {
        let key = (row.pod.context.clone(), row.pod.namespace.clone());
        if app.rights.known(&key.0, &key.1, app.now).is_none() && !asked.contains(&key) {
            asked.push(key);
        }
    }
    if !asked.is_empty() {
        for (context, namespace) in asked.clone() {
            turn.push(Effect::AskRights { context, namespace });
        }
        app.waiting.push(WaitingOpen { plan, asked });
        return None;
    }
    refuse_forbidden(app, plan)
}

/// An answer about rights; the plans that waited for it go on.
pub(in crate::app::update) fn rights(app: &mut App, answer: RightsAnswer, turn: &mut Turn<'_>) {
    let key = (answer.context.clone(), answer.namespace.clone());
    app.rights
        .learn(answer.context, answer.namespace, answer.right, app.now);
    let waiting = std::mem::take(&mut app.waiting);
    for mut wait in waiting {
        wait.asked.retain(|asked| *asked != key);
        if wait.asked.is_empty() {
            if let Some(plan) = refuse_forbidden(app, wait.plan) {
                open(app, &plan, turn);
            }
        } else {
            app.waiting.push(wait);
        }
    }
}

/// `None` when some of the plan is forbidden: a box says so and offers the rest.
fn refuse_forbidden(app: &mut App, mut plan: OpenPlan) -> Option<OpenPlan> {
    let all = plan.pods.len();
    let mut missing: Vec<(PodRow, Vec<&'static str>, String)> = Vec::new();
    plan.pods.retain(|uid| {
        let Some(row) = app.inventory.get(uid) else {
            return false;
        };
        match app
            .rights
            .known(&row.pod.context, &row.pod.namespace, app.now)
        {
            Some(Right::Missing { verbs, user }) => {
                missing.push((row.clone(), verbs.clone(), user.clone()));
                false
            }
            Some(Right::Allowed | Right::Unknown(_)) | None => true,
        }
    });
    app.rights.forget_refusals();
    if missing.is_empty() {
        return Some(plan);
    }
    let refusal = refusal(app, &plan, &missing, all);
    app.overlays.push(Overlay::Refusal(refusal));
    app.touch();
    None
}

fn refusal(
    app: &App,
    rest: &OpenPlan,
    missing: &[(PodRow, Vec<&'static str>, String)],
    all: usize,
) -> Refusal {
    let mut namespaces: Vec<(ContextName, Arc<str>)> = missing
        .iter()
        .map(|(row, _, _)| (row.pod.context.clone(), row.pod.namespace.clone()))
        .collect();
    namespaces.sort();
    namespaces.dedup();
    let mut lines = Vec::new();
    let mut roles = Vec::new();
    for (context, namespace) in &namespaces {
        let here: Vec<_> = missing
            .iter()
            .filter(|(row, _, _)| row.pod.context == *context && row.pod.namespace == *namespace)
            .collect();
        let Some((_, verbs, user)) = here.first().copied() else {
            continue;
        };
        let shown = app.contexts.get(context).map_or_else(
            || context.to_string(),
            crate::app::context::ContextState::shown,
        );
        let pods = if here.len() == 1 {
            "1 pod".to_owned()
        } else {
            format!("{} pods", here.len())
        };
        lines.push(format!(
            "✗ You may not exec in namespace {namespace} ({pods})."
        ));
        lines.push(format!(
            "  Missing: {} on pods/exec, for {user} in {shown}.",
            verbs.join(" and ")
        ));
        roles.push(shell_role(user, namespace));
    }
    lines.push("  Asked the server just now; nothing was sent to any pod.".to_owned());
    lines.extend(allowed(app, rest));
    Refusal {
        title: format!("shells: {} of {all} refused", missing.len()),
        lines,
        rest: (!rest.pods.is_empty()).then(|| Box::new(rest.clone())),
        role: Some(roles.join("---\n")),
        opened: app.now,
    }
}

/// `6 others are allowed: shop 4, cart 2.`
fn allowed(app: &App, rest: &OpenPlan) -> Option<String> {
    let mut counts: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for row in rest.pods.iter().filter_map(|uid| app.inventory.get(uid)) {
        *counts.entry(row.pod.namespace.clone()).or_default() += 1;
    }
    let mut counts: Vec<(Arc<str>, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| usize::MAX - count);
    let shown: Vec<String> = counts
        .iter()
        .map(|(namespace, count)| format!("{namespace} {count}"))
        .collect();
    match rest.pods.len() {
        0 => None,
        1 => Some(format!("  1 other is allowed: {}.", shown.join(", "))),
        several => Some(format!(
            "  {several} others are allowed: {}.",
            shown.join(", ")
        )),
    }
}
