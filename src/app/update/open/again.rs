//! Owns new sessions in panes whose session has ended.

use crate::app::pane::{Pane, Phase};
use crate::app::{App, Turn, Weight};
use crate::ids::PaneId;
use crate::screen::Screen;
use crate::session::Outcome;

use super::{broadcast, container_id, send_open};

/// A new session in the focused pane.
pub(in crate::app::update) fn again(app: &mut App, turn: &mut Turn<'_>) {
    let Some(pane) = app.focused_pane() else {
        return;
    };
    let id = pane.id;
    match refusal(pane) {
        Some(why) => app.say(Weight::Warning, why),
        None => reopen(app, id, turn),
    }
}

/// A new session in every pane of the tab whose session was lost.
pub(in crate::app::update) fn again_lost(app: &mut App, turn: &mut Turn<'_>) {
    let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
        return;
    };
    let lost: Vec<PaneId> = app
        .panes_of(tab)
        .filter(|pane| was_lost(pane))
        .map(|pane| pane.id)
        .collect();
    if lost.is_empty() {
        return app.say(Weight::Plain, "no pane of this tab was lost");
    }
    for id in lost {
        let wait = app.panes.get(&id).and_then(refusal);
        match wait {
            Some(why) => app.say(Weight::Warning, why),
            None => reopen(app, id, turn),
        }
    }
}

fn was_lost(pane: &Pane) -> bool {
    match &pane.phase {
        Phase::Ended(ended) => matches!(ended.outcome, Outcome::Lost(_)),
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => false,
    }
}

/// Why there can be no new session yet: the old one must be over and cleaned up.
fn refusal(pane: &Pane) -> Option<String> {
    if pane.may_run() {
        return Some("this session is live; cancel it first".to_owned());
    }
    if pane.in_flight() {
        return Some(
            "the old exec may still start; new sessions can follow once that is over".to_owned(),
        );
    }
    pane.cancelling()
        .then(|| "the old session is being cleaned up; a moment".to_owned())
}

/// Opens a new session in a pane; its screen starts over, its history goes with it.
pub(in crate::app::update) fn reopen(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    let now = app.now;
    let session = turn.session_id();
    let Some(pane) = app.panes.get(&id) else {
        return;
    };
    let Some(row) = app
        .inventory
        .get(&pane.target.uid)
        .filter(|row| row.accepts_sessions())
    else {
        let name = pane.target.pod.name.clone();
        return app.say(
            Weight::Warning,
            format!("{name} is gone or has no running container"),
        );
    };
    let container_id = container_id(row, &pane.target);
    let history = super::super::session::history_limits(app);
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    let size = pane.screen.size();
    let fresh = Pane::new(
        id,
        pane.target.clone(),
        pane.command.clone(),
        session,
        history,
        now,
    );
    let screen = Screen::new(size, history);
    *pane = Pane {
        container_id,
        screen,
        membership: pane.membership,
        ..fresh
    };
    broadcast::appeared(app, id);
    send_open(app, id, turn);
}
