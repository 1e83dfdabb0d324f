//! Owns new sessions in panes whose session has ended.

use crate::app::overlay::Answer;
use crate::app::pane::{Again, Pane, Phase};
use crate::app::{Action, App, Turn, Weight};
use crate::config::Reconnect;
use crate::ids::PaneId;
use crate::inventory::PodRow;
use crate::screen::Screen;
use crate::session::guard::Action as Guarding;
use crate::session::{CancelMode, Outcome, SessionCommand};

use super::super::cancel;
use super::super::guard::{self, Asking};
use super::{barred, broadcast, container_id, send_open};

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

/// Whether the old session is not proven to be over, but is being seen to.
fn unproven(pane: &Pane) -> bool {
    pane.cancelling() || pane.not_confirmed()
}

/// New sessions follow by themselves once the old ones are proven to be over; what was given up for now is tried again at once.
fn wait_for_cleanup(app: &mut App, panes: &[PaneId], turn: &mut Turn<'_>) {
    for id in panes {
        if app.panes.get(id).is_some_and(Pane::not_confirmed) {
            cancel::press(app, *id, CancelMode::Session, turn);
        }
        if let Some(pane) = app.panes.get_mut(id) {
            pane.again = Again::WhenClean;
        }
    }
    let text = match panes {
        [_] => "a new session follows when the old one is cleaned up".to_owned(),
        _ => format!(
            "{} new sessions follow when the old ones are cleaned up",
            panes.len()
        ),
    };
    app.say(Weight::Plain, text);
}

/// A lost shell comes back by itself where the settings say so; a command is never run twice unasked.
pub(in crate::app::update) fn after_loss(app: &mut App, id: PaneId) {
    let auto = app.settings.config.shell.reconnect == Reconnect::Auto && app.quit.is_none();
    let Some(pane) = app.panes.get_mut(&id).filter(|_| auto) else {
        return;
    };
    // One that never got as far as its shell would be lost again, and again.
    let lived = pane.handshake.is_some();
    if lived && !pane.closing && matches!(pane.command, SessionCommand::Shell(_)) {
        pane.again = Again::WhenClean;
    }
}

/// The old session is proven to be over.
pub(in crate::app::update) fn when_clean(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    let wanted = app.panes.get_mut(&id).filter(|pane| !pane.may_run());
    let again = wanted.map(|pane| std::mem::take(&mut pane.again));
    let Some(pod) = app.panes.get(&id).map(|pane| &pane.target) else {
        return;
    };
    let runs = app
        .inventory
        .get(&pod.uid)
        .is_some_and(PodRow::accepts_sessions);
    if again != Some(Again::WhenClean) || !runs || app.quit.is_some() {
        return;
    }
    // No key was pressed just now, so nothing may be asked: a command passed the guard rails when its key was.
    if let Some((weight, why)) = barred(app) {
        return app.say(weight, why);
    }
    if !guard::lets_follow(app, &pod.pod) {
        let why = "the guard rails do not let a new session open by itself";
        return app.say(Weight::Warning, why);
    }
    reopen_all(app, &[id], turn);
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
    guarded(app, &lost, Action::RestartLost, turn);
}

/// Shells come back unless nothing may be opened; a command that runs once more passes the guard rails once more.
fn guarded(app: &mut App, panes: &[PaneId], key: Action, turn: &mut Turn<'_>) {
    if let Some((weight, why)) = barred(app) {
        return app.say(weight, why);
    }
    let mut commands = panes.iter().filter_map(|id| app.panes.get(id));
    let command = commands.find_map(|pane| match &pane.command {
        SessionCommand::Shell(_) => None,
        SessionCommand::Argv(words) => Some(words.join(" ")),
    });
    let pods = guard::pods_of(app, panes);
    let asking = Asking {
        what: match &command {
            None => "shells".to_owned(),
            Some(command) => format!("run in {}: {command}", crate::text::pods(pods.len())),
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
    let over = |id: &PaneId| {
        app.panes
            .get(id)
            .is_some_and(|pane| refusal(pane).is_none())
    };
    let (waiting, ready): (Vec<PaneId>, Vec<PaneId>) = panes
        .iter()
        .copied()
        .filter(over)
        .partition(|id| app.panes.get(id).is_some_and(unproven));
    if !waiting.is_empty() {
        wait_for_cleanup(app, &waiting, turn);
    }
    for id in ready {
        reopen(app, id, turn);
    }
}

fn was_lost(pane: &Pane) -> bool {
    match &pane.phase {
        Phase::Ended(ended) => matches!(ended.outcome, Outcome::Lost(_)),
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => false,
    }
}

/// Why there can be no new session.
fn refusal(pane: &Pane) -> Option<String> {
    pane.may_run()
        .then(|| "this session is live; cancel it first".to_owned())
}

/// Opens a new session in a pane; its screen starts over, its history goes with it.
pub(in crate::app::update) fn reopen(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
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
    open_into(app, id, container_id, turn);
}

/// Opens a new session in a pane whose container is known to run.
pub(in crate::app::update) fn open_into(
    app: &mut App,
    id: PaneId,
    container_id: String,
    turn: &mut Turn<'_>,
) {
    let now = app.now;
    let session = turn.session_id();
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
        beside: pane.beside.take(),
        ..fresh
    };
    broadcast::appeared(app, id);
    send_open(app, id, turn);
}
