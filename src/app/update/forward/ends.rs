//! Owns the ends of port-forwards: stopped, left without a pod, closed with the console.

use std::sync::Arc;

use crate::app::forward::{Forward, ForwardPhase};
use crate::app::update::session::{audit, audit_target};
use crate::app::{App, Effect, Turn, Weight};
use crate::ids::ForwardId;
use crate::inventory::{Scope, StatusKind, WatchState};
use crate::journal::audit::Act;

/// The audit's record of an end.
pub(super) fn end(forward: &Forward, why: &str) -> Act {
    let carried = forward.carried;
    Act::ForwardEnd {
        target: audit_target(&forward.target, None),
        local: forward.ports.local,
        remote: forward.ports.remote,
        why: why.to_owned(),
        connections: carried.connections,
        to_pod: carried.to_pod,
        from_pod: carried.from_pod,
    }
}

/// One that ended by itself: it stays on the page, with the reason.
pub(super) fn ended(app: &mut App, id: ForwardId, why: &str, turn: &mut Turn<'_>) {
    let Some(forward) = app.forwards.get_mut(id).filter(|one| one.is_live()) else {
        return;
    };
    forward.phase = ForwardPhase::Ended(why.to_owned());
    forward.carried.open = 0;
    let (pod, ports) = (Arc::clone(&forward.target.pod.name), forward.ports);
    let (from, act) = (forward.address(), end(forward, why));
    turn.push(Effect::EndForward(id));
    turn.push(Effect::Audit(audit(app, act)));
    let remote = ports.remote;
    app.say(
        Weight::Warning,
        format!("{from} leads to {pod}:{remote} no more: {why}"),
    );
}

/// Ends one by the user's word.
pub(super) fn stop(app: &mut App, id: ForwardId, turn: &mut Turn<'_>) {
    let Some(forward) = app.forwards.remove(id) else {
        return;
    };
    if forward.is_live() {
        turn.push(Effect::EndForward(id));
        let act = end(&forward, "stopped");
        turn.push(Effect::Audit(audit(app, act)));
        let from = forward.address();
        app.say(Weight::Plain, format!("{from} is closed"));
    }
    app.touch();
}

/// The console goes: every connection goes with it.
pub(in crate::app::update) fn end_all(app: &mut App, turn: &mut Turn<'_>) {
    let live: Vec<Forward> = app.forwards.live().cloned().collect();
    for forward in live {
        turn.push(Effect::EndForward(forward.id));
        let act = end(&forward, "podmux quit");
        turn.push(Effect::Audit(audit(app, act)));
        app.forwards.remove(forward.id);
    }
}

/// Pods came and went: a forward goes with its pod.
pub(in crate::app::update) fn pods_changed(app: &mut App, turn: &mut Turn<'_>) {
    let over: Vec<(ForwardId, &'static str)> = app
        .forwards
        .live()
        .filter_map(|forward| Some((forward.id, why_over(app, forward)?)))
        .collect();
    for (id, why) in over {
        ended(app, id, why, turn);
    }
}

fn why_over(app: &App, forward: &Forward) -> Option<&'static str> {
    match app.inventory.get(&forward.target.uid) {
        Some(row) if row.status.kind == StatusKind::Done => Some("the pod has completed"),
        None if is_seen(app, forward) => Some("the pod is gone"),
        // What is not shown may be there.
        Some(_) | None => None,
    }
}

/// Whether a live watch would show the pod if it were there.
fn is_seen(app: &App, forward: &Forward) -> bool {
    let pod = &forward.target.pod;
    app.watches.iter().any(|(key, state)| {
        let covers = match &key.scope {
            Scope::All => true,
            Scope::Namespace(name) => *name == pod.namespace,
        };
        key.context == pod.context && covers && *state == WatchState::Live
    })
}
