//! Owns the way out: everything that podmux started is ended first, as far as it can be.

use crate::app::effect::QuitReport;
use crate::app::forward::Forward;
use crate::app::overlay::{Answer, Overlay};
use crate::app::pane::Phase;
use crate::app::quit::{Quit, QuitCause};
use crate::app::run::{Rest, RestState};
use crate::app::{App, Effect, Pane, Turn};
use crate::ids::{ContainerRef, PaneId};
use crate::session::{CancelMode, Outcome};

use super::guard::{self, Ways};
use super::{broadcast, cancel, forward, run};

/// The user asked to leave: at once without sessions, else after a yes.
pub(super) fn asked(app: &mut App, turn: &mut Turn<'_>) {
    if app.quit.is_some() {
        return ask_force(app);
    }
    let live: Vec<PaneId> = unfinished(app);
    let commands = running(app).count();
    if live.is_empty() && commands == 0 {
        // A look that is under way is waited for: it alone can prove that nothing is left.
        return begin(app, QuitCause::Asked, turn);
    }
    let panes = live.iter().filter_map(|id| app.panes.get(id));
    let pods = some_of(panes.map(|pane| pane.target.pod.name.to_string()));
    let forwards: Vec<String> = app.forwards.live().map(Forward::address).collect();
    let title = format!("quit: {}", what_runs(live.len(), commands, forwards.len()));
    let closed =
        (!forwards.is_empty()).then(|| format!("closes {}", some_of(forwards.into_iter())));
    let lines = std::iter::once(pods).chain(closed).collect();
    let ways = Ways {
        yes: "cancel them all, prove that nothing is left, and quit",
        no: "stay".into(),
    };
    guard::ask_yes(app, title, lines, &ways, Answer::Quit);
}

/// The first few of several, and how many more there are.
fn some_of(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    let more = names.split_off(names.len().min(4)).len();
    let text = names.join(", ");
    if more > 0 {
        format!("{text} and {more} more")
    } else {
        text
    }
}

fn what_runs(sessions: usize, commands: usize, forwards: usize) -> String {
    let sessions = some(sessions, "session is open", "sessions are open");
    let commands = (commands > 0).then(|| format!("a command still runs in {commands} pods"));
    let forwards = some(forwards, "port is forwarded", "ports are forwarded");
    let parts: Vec<String> = [sessions, commands, forwards]
        .into_iter()
        .flatten()
        .collect();
    parts.join(", ")
}

fn some(count: usize, one: &str, several: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        more => Some(format!("{more} {several}")),
    }
}

/// Targets of runs whose command has not answered.
fn running(app: &App) -> impl Iterator<Item = Rest> {
    run::rests(app)
        .into_iter()
        .filter(|rest| rest.state == RestState::Running)
}

/// Panes whose remote processes may still run.
fn unfinished(app: &App) -> Vec<PaneId> {
    app.panes
        .values()
        .filter(|pane| may_have_left(pane))
        .map(|pane| pane.id)
        .collect()
}

fn may_have_left(pane: &Pane) -> bool {
    match &pane.phase {
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => true,
        Phase::Ended(_) => pane.cancelling(),
    }
}

/// Cancels every session and leaves when all are done.
pub(super) fn begin(app: &mut App, cause: QuitCause, turn: &mut Turn<'_>) {
    let waiting_for = unfinished(app);
    app.quit = Some(Quit {
        since: app.now,
        waiting_for: waiting_for.clone(),
        cause,
    });
    app.overlays.clear();
    broadcast::switch_all_off(app, turn);
    run::cancel_all(app, turn);
    forward::end_all(app, turn);
    for id in waiting_for {
        cancel::press(app, id, CancelMode::Session, turn);
    }
    check(app, turn);
}

/// SIGTERM, or a terminal that is gone: nobody can be asked; a second SIGTERM leaves at once.
pub(super) fn signalled(app: &mut App, turn: &mut Turn<'_>) {
    if app.quit.is_some() {
        return leave(app, turn);
    }
    begin(app, QuitCause::Signal, turn);
}

/// Leaves once nothing is under way any more: each session is proven gone, or loudly not confirmed.
pub(super) fn check(app: &mut App, turn: &mut Turn<'_>) {
    if app.quit.is_none() {
        return;
    }
    let done = |pane: &Pane| {
        let over = !pane.may_run() && !pane.counting() || pane.not_confirmed();
        pane.in_flight() || !pane.cancelling() && over
    };
    if app.panes.values().all(done) && running(app).next().is_none() {
        leave(app, turn);
    }
}

fn ask_force(app: &mut App) {
    let open = matches!(app.overlay(), Some(Overlay::Question(_)));
    if open {
        return;
    }
    let panes = app.panes.values();
    let panes = panes.filter(|pane| may_have_left(pane) || pane.counting());
    let names: Vec<String> = panes
        .map(|pane| pane.target.pod.name.to_string())
        .chain(running(app).map(|rest| rest.target.pod.name.to_string()))
        .collect();
    let left = names.len();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let line = guard::labelled("not proven", &guard::some_names(&names));
    guard::ask_yes(
        app,
        format!("quit now: {left} sessions are not proven to be gone"),
        vec![
            line,
            "the journal keeps them: `podmux reap` shows and ends them later".to_owned(),
        ],
        &Ways {
            yes: "quit now",
            no: "wait".into(),
        },
        Answer::ForceQuit,
    );
}

/// Leaves, naming what is not proven.
pub(super) fn leave(app: &mut App, turn: &mut Turn<'_>) {
    let named = |target: &ContainerRef| format!("{target} in {}", target.pod.context);
    let panes = app.panes.values().filter(|pane| !proven(pane));
    let rests = run::rests(app);
    let unproven = panes
        .map(|pane| named(&pane.target))
        .chain(rests.iter().map(|rest| named(&rest.target)))
        .collect();
    turn.push(Effect::Quit(QuitReport { unproven }));
}

fn proven(pane: &Pane) -> bool {
    match &pane.phase {
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => false,
        Phase::Ended(ended) => {
            ended.left == Some(0) || matches!(ended.outcome, Outcome::StartFailed(_))
        }
    }
}
