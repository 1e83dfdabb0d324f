//! Owns new sessions in panes whose session has ended.

use crate::app::event::JournalState;
use crate::app::overlay::Answer;
use crate::app::pane::{Pane, Phase};
use crate::app::{Action, App, Turn, Weight};
use crate::ids::PaneId;
use crate::screen::Screen;
use crate::session::guard::Action as Guarding;
use crate::session::{Outcome, SessionCommand};

use super::super::guard::{self, Asking};
use super::{broadcast, container_id, send_open};

/// A new session in the focused pane.
pub(in crate::app::update) fn again(app: &mut App, turn: &mut Turn<'_>) {
    let Some(pane) = app.focused_pane() else {
        return;
    };
    let id = pane.id;
    match refusal(pane) {
        Some(why) => app.say(Weight::Warning, why),
        None => guarded(app, &[id], Action::NewSession, turn),
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
    let (waiting, ready): (Vec<PaneId>, Vec<PaneId>) = lost.into_iter().partition(|id| {
        app.panes
            .get(id)
            .is_some_and(|pane| refusal(pane).is_some())
    });
    if !waiting.is_empty() {
        let text = format!(
            "{} are still being cleaned up; press again in a moment",
            waiting.len()
        );
        app.say(Weight::Warning, text);
    }
    guarded(app, &ready, Action::RestartLost, turn);
}

/// Shells come back unless nothing may be opened; a command that runs once more passes the guard rails once more.
fn guarded(app: &mut App, panes: &[PaneId], key: Action, turn: &mut Turn<'_>) {
    if let JournalState::Blocked(why) = &app.journal {
        let why = format!("no shells: {why}");
        return app.say(Weight::Bad, why);
    }
    let commands = panes.iter().filter_map(|id| app.panes.get(id));
    let command = commands
        .filter_map(|pane| match &pane.command {
            SessionCommand::Shell(_) => None,
            SessionCommand::Argv(words) => Some(words.join(" ")),
        })
        .next();
    let pods = guard::pods_of(app, panes);
    let asking = Asking {
        what: match &command {
            None => "shells".to_owned(),
            Some(command) => format!("run in {} pods: {command}", pods.len()),
        },
        lead: "it will run in",
        pods: &pods,
        notes: Vec::new(),
        key,
        answer: Answer::Reopen(panes.to_vec()),
    };
    let action = command
        .as_deref()
        .map_or(Guarding::OpenShells, |text| Guarding::Run { text });
    if !panes.is_empty() && guard::passed(app, action, asking, turn) {
        reopen_all(app, panes, turn);
    }
}

/// The guard rails are passed.
pub(in crate::app::update) fn reopen_all(app: &mut App, panes: &[PaneId], turn: &mut Turn<'_>) {
    for id in panes {
        if app
            .panes
            .get(id)
            .is_some_and(|pane| refusal(pane).is_none())
        {
            reopen(app, *id, turn);
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
