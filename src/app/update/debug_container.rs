//! Owns debug containers: an ephemeral container beside one that has no shell, for all panes of a tab at once. Rights, then the
//! guard rails, then a yes, then the container; the pane then opens into it.

use std::sync::Arc;

use crate::app::effect::DebugContainerOrder;
use crate::app::open::Then;
use crate::app::overlay::Answer;
use crate::app::pane::DebugWait;
use crate::app::{Action, App, Effect, Pane, Turn, Weight};
use crate::ids::{ContainerRef, PaneId, SessionId};
use crate::journal::audit::Act;
use crate::session::guard::Action as Guarding;
use crate::session::rights::Need;

use super::guard::{self, Asking, Ways, labelled};
use super::open;
use super::session::{audit, audit_target};

/// Offers debug containers to the panes of the tab that found no shell.
pub(super) fn asked(app: &mut App, turn: &mut Turn<'_>) {
    let tab = app.tabs.active().map(|tab| tab.id);
    let panes: Vec<PaneId> = tab
        .into_iter()
        .flat_map(|tab| app.panes_of(tab))
        .filter(|pane| pane.wants_debug_container())
        .map(|pane| pane.id)
        .collect();
    if panes.is_empty() {
        return app.say(Weight::Plain, "no pane of this tab lacks a shell");
    }
    if image(app).is_empty() {
        return app.say(
            Weight::Warning,
            "no image for a debug container: set debug_image under [shell]",
        );
    }
    let pods = guard::pods_of(app, &panes);
    let then = Then::Debug(panes.clone());
    if open::ask(app, Need::DebugContainer, &pods, then, turn) {
        allowed(app, &panes, turn);
    }
}

fn image(app: &App) -> &str {
    &app.settings.config.shell.debug_image
}

/// The rights are known: what is forbidden is said, the rest is asked about.
pub(super) fn allowed(app: &mut App, panes: &[PaneId], turn: &mut Turn<'_>) {
    let wanting = |id: &PaneId| app.panes.get(id).is_some_and(Pane::wants_debug_container);
    let panes: Vec<PaneId> = panes.iter().copied().filter(wanting).collect();
    let pods = guard::pods_of(app, &panes);
    let missing = open::missing(app, Need::DebugContainer, &pods);
    if missing.is_empty() {
        return question(app, &panes, turn);
    }
    let forbidden = |id: &PaneId| {
        let pod = app.panes.get(id).map(|pane| &pane.target.pod);
        missing.iter().any(|missing| Some(&missing.pod) == pod)
    };
    let rest: Vec<PaneId> = panes.into_iter().filter(|id| !forbidden(id)).collect();
    let pods = guard::pods_of(app, &rest);
    open::refuse(
        app,
        Need::DebugContainer,
        &pods,
        &missing,
        Answer::OfferDebug(rest),
    );
}

/// It always asks: what is added stays.
pub(super) fn question(app: &mut App, panes: &[PaneId], turn: &mut Turn<'_>) {
    let pods = guard::pods_of(app, panes);
    let answer = Answer::Debug(panes.to_vec());
    let what = match pods.len() {
        1 => "debug container: 1 pod".to_owned(),
        several => format!("debug container: {several} pods"),
    };
    let image = image(app).to_owned();
    let notes = vec![
        labelled("image", &image),
        "It shares the container's processes and has its security context.".to_owned(),
        "It cannot be removed from the pod: its process ends by itself, five minutes after the last shell; its entry stays until the pod goes.".to_owned(),
    ];
    let asking = Asking {
        what: what.clone(),
        lead: "it is added to",
        pods: &pods,
        notes: notes.clone(),
        key: Action::DebugContainer,
        answer: answer.clone(),
    };
    let lead = guard::targets_lines(app, &asking);
    if !panes.is_empty() && guard::passed(app, Guarding::DebugContainer, asking, turn) {
        let lines = lead.into_iter().chain(notes).collect();
        let ways = Ways {
            yes: "add and open shells there",
            no: "add nothing".into(),
        };
        guard::ask_yes(app, what, lines, &ways, answer);
    }
}

/// The answer was yes.
pub(super) fn add(app: &mut App, panes: &[PaneId], turn: &mut Turn<'_>) {
    let now = app.now;
    let image = image(app).to_owned();
    for id in panes {
        let letters = turn.jitter();
        let Some(pane) = app
            .panes
            .get_mut(id)
            .filter(|pane| pane.wants_debug_container())
        else {
            continue;
        };
        pane.debug = DebugWait::Starting { since: now };
        let container = pane.beside.as_ref().unwrap_or(&pane.target.container);
        let order = DebugContainerOrder {
            pane: *id,
            session: pane.session,
            target: ContainerRef {
                container: Arc::clone(container),
                ..pane.target.clone()
            },
            image: image.clone(),
            name: format!("podmux-{letters:08x}"),
        };
        let act = Act::DebugContainer {
            target: audit_target(&order.target, None),
            image: order.image.clone(),
            name: order.name.clone(),
        };
        turn.push(Effect::Audit(audit(app, act)));
        turn.push(Effect::AddDebugContainer(order));
    }
    app.touch();
}

/// It runs, or there is none. The pane may have got another session, or be gone, by now.
pub(super) fn added(
    app: &mut App,
    id: PaneId,
    session: SessionId,
    result: Result<(Arc<str>, String), String>,
    turn: &mut Turn<'_>,
) {
    let waits = |pane: &&mut Pane| {
        pane.session == session && matches!(pane.debug, DebugWait::Starting { .. })
    };
    let leaving = app.quit.is_some();
    let Some(pane) = app.panes.get_mut(&id).filter(waits) else {
        return;
    };
    let (pod, target) = (pane.target.pod.name.clone(), pane.target.pod.clone());
    match result {
        Ok((name, container_id)) => {
            let beside = pane.beside.take();
            let beside = beside.unwrap_or_else(|| Arc::clone(&pane.target.container));
            pane.beside = Some(beside);
            pane.target.container = Arc::clone(&name);
            pane.debug = DebugWait::No;
            if leaving {
                return;
            }
            // The settings may have been read again since the yes.
            if !guard::lets_follow(app, &target) {
                let why = "no shell: the guard rails do not let it open by itself";
                return app.say(Weight::Warning, format!("{pod}: {name} runs; {why}"));
            }
            open::open_into(app, id, container_id, turn);
            app.say(
                Weight::Plain,
                format!("{pod}: {name} stays in the pod's spec; it ends by itself"),
            );
        }
        Err(why) => {
            let why = crate::session::outcome::brief(&why);
            app.say(Weight::Bad, format!("{pod}: no debug container: {why}"));
            if let Some(pane) = app.panes.get_mut(&id) {
                pane.debug = DebugWait::Failed(why);
            }
        }
    }
}
