//! Owns the composer: text written first, shown with its targets and expansions, sent to many panes then.

use crate::app::edit::Edit;
use crate::app::overlay::{Answer, ComposeStage, Composer, Overlay};
use crate::app::send::{SendKind, SendPlan, SendTo, Values, expand};
use crate::app::{App, Effect, Pane, Turn, Weight};
use crate::ids::PaneId;
use crate::keys::{Chord, Key};
use crate::session::broadcast as rules;
use crate::session::guard::Action as Guarding;

use super::{broadcast, guard, typing};

/// Opens the composer for the receiving panes of the tab.
pub(super) fn open(app: &mut App) {
    if targets(app).is_empty() {
        return app.say(Weight::Plain, "no pane would receive; open shells first");
    }
    app.overlays.push(Overlay::Composer(Composer {
        edit: Edit::new(&app.draft),
        stage: ComposeStage::Writing,
        recalled: None,
        complaint: None,
        opened: app.now,
    }));
}

/// Who gets a composed text: the receivers, or those that switching the broadcast on would take.
fn targets(app: &App) -> Vec<PaneId> {
    let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
        return Vec::new();
    };
    if app.broadcast_on() {
        rules::receivers(&app.pane_views(tab)).collect()
    } else {
        broadcast::would_receive(app, tab)
    }
}

/// Gives a key to the composer.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let Some(Overlay::Composer(composer)) = app.overlays.last_mut() else {
        return;
    };
    composer.complaint = None;
    match (&composer.stage, chord.key) {
        (ComposeStage::Preview(_), Key::Enter) => send(app, turn),
        (ComposeStage::Preview(_), _) => composer.stage = ComposeStage::Writing,
        (ComposeStage::Writing, Key::Esc) => leave(app),
        (ComposeStage::Writing, Key::Enter) if chord.mods.is_empty() => preview(app),
        (ComposeStage::Writing, Key::Up) if composer.edit.cursor().0 == 0 => {
            recall(app, Back::Older);
        }
        (ComposeStage::Writing, Key::Down) if composer.recalled.is_some() => {
            recall(app, Back::Newer);
        }
        (ComposeStage::Writing, _) if chord == Chord::ctrl('j') => composer.edit.new_line(),
        (ComposeStage::Writing, _) => composer.edit.key(chord),
    }
}

/// Closes it and keeps the draft.
fn leave(app: &mut App) {
    if let Some(Overlay::Composer(composer)) = app.overlays.pop() {
        app.draft = composer.edit.text();
    }
}

#[derive(Clone, Copy)]
enum Back {
    Older,
    Newer,
}

fn recall(app: &mut App, back: Back) {
    let App {
        overlays, history, ..
    } = app;
    let Some(Overlay::Composer(composer)) = overlays.last_mut() else {
        return;
    };
    let at = match (back, composer.recalled) {
        (Back::Older, None) => Some(0),
        (Back::Older, Some(at)) => Some(at + 1),
        (Back::Newer, at) => at.and_then(|at| at.checked_sub(1)),
    };
    match at.map(|at| (at, history.back(at))) {
        Some((at, Some(text))) => {
            composer.edit = Edit::new(text);
            composer.recalled = Some(at);
        }
        Some((_, None)) => {}
        None => {
            composer.edit = Edit::new("");
            composer.recalled = None;
        }
    }
}

fn preview(app: &mut App) {
    let Some(Overlay::Composer(composer)) = app.overlays.last() else {
        return;
    };
    let text = composer.edit.text();
    let panes = targets(app);
    let stage = if text.trim().is_empty() {
        Err("nothing is written yet")
    } else if panes.is_empty() {
        Err("no pane would receive it")
    } else {
        Ok(ComposeStage::Preview(Box::new(send_plan(
            app, &text, &panes,
        ))))
    };
    let Some(Overlay::Composer(composer)) = app.overlays.last_mut() else {
        return;
    };
    match stage {
        Ok(stage) => composer.stage = stage,
        Err(complaint) => composer.complaint = Some(complaint.to_owned()),
    }
}

fn send_plan(app: &App, text: &str, panes: &[PaneId]) -> SendPlan {
    let to = panes
        .iter()
        .filter_map(|id| app.panes.get(id))
        .enumerate()
        .map(|(index, pane)| SendTo {
            pane: pane.id,
            target: pane.target.clone(),
            text: expand(text, &values(app, pane, index + 1)),
        })
        .collect();
    SendPlan {
        text: text.to_owned(),
        kind: SendKind::Composed,
        to,
    }
}

fn values(app: &App, pane: &Pane, index: usize) -> Values {
    let row = app.inventory.get(&pane.target.uid);
    Values {
        pod: pane.target.pod.name.to_string(),
        namespace: pane.target.pod.namespace.to_string(),
        container: pane.target.container.to_string(),
        context: pane.target.pod.context.to_string(),
        node: row.map(|row| row.node.to_string()).unwrap_or_default(),
        ip: row.map(|row| row.ip.to_string()).unwrap_or_default(),
        index,
    }
}

fn send(app: &mut App, turn: &mut Turn<'_>) {
    let Some(Overlay::Composer(composer)) = app.overlays.pop() else {
        return;
    };
    let ComposeStage::Preview(plan) = composer.stage else {
        return;
    };
    if app.history.remember(&plan.text) {
        turn.push(Effect::Remember {
            text: plan.text.clone(),
        });
    }
    app.draft.clear();
    let pods: Vec<_> = plan.to.iter().map(|to| to.target.pod.clone()).collect();
    let what = format!("compose for {} panes", plan.to.len());
    let answer = Answer::Send(plan.clone());
    if guard::passed(
        app,
        Guarding::Compose { text: &plan.text },
        &pods,
        &what,
        answer,
        turn,
    ) {
        typing::send_all(app, &plan, turn);
    } else {
        app.draft.clone_from(&plan.text);
    }
}
