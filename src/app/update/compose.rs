//! Owns the composer: text written first, shown with its targets and expansions, sent to many panes then.

use crate::app::edit::Edit;
use crate::app::overlay::compose::Preview;
use crate::app::overlay::{Answer, ComposeStage, Composer, Overlay, deaf};
use crate::app::send::{SendKind, SendPlan, SendReach, SendTo, Values, expand};
use crate::app::{Action, App, Effect, Focus, Pane, Place, Turn, Weight};
use crate::ids::TabId;
use crate::keys::{Chord, Key};
use crate::session::guard::Action as Guarding;

use super::guard::{self, Asking};
use super::{broadcast, keyboard, panes, typing};

/// Terminals with fewer rows than this show few expansions at once: the panes behind stay readable.
const TALL: u16 = 30;

/// Opens the composer for the receiving panes of the tab; a text that only its first pane has got goes on with the rest.
pub(super) fn open(app: &mut App) {
    let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
        return app.say(Weight::Plain, "no pane would receive; open shells first");
    };
    if broadcast::receiving(app, tab).is_empty() {
        return app.say(Weight::Plain, "no pane would receive; open shells first");
    }
    let rest = app
        .rest
        .take()
        .filter(|rest| rest.reach == SendReach::Receivers(tab));
    let text = rest.as_ref().map_or(&app.draft, |rest| &rest.text);
    app.overlays.push(Overlay::Composer(Composer {
        edit: Edit::new(text),
        stage: rest.map_or(ComposeStage::Writing, |plan| stage_of(app, *plan)),
        recalled: None,
        complaint: None,
    }));
}

fn stage_of(app: &App, plan: SendPlan) -> ComposeStage {
    ComposeStage::Preview(Preview {
        plan: Box::new(plan),
        from: 0,
        page: if app.terminal.rows() < TALL { 2 } else { 6 },
        opened: app.now,
    })
}

/// Gives a key to the composer.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let now = app.now;
    let Some(Overlay::Composer(composer)) = app.overlays.last_mut() else {
        return;
    };
    composer.complaint = None;
    match (&mut composer.stage, chord.key) {
        (ComposeStage::Preview(preview), _) if deaf(preview.opened, now) => {}
        (ComposeStage::Preview(_), Key::Enter) => send(app, Portion::All, turn),
        (ComposeStage::Preview(_), Key::Char('f')) => send(app, Portion::First, turn),
        (ComposeStage::Preview(preview), Key::Tab) => preview.turn_page(),
        (ComposeStage::Preview(_), Key::Esc) => composer.stage = ComposeStage::Writing,
        (ComposeStage::Preview(_), _) => {
            app.say(Weight::Plain, "Enter sends, f to the first only, Esc edits");
        }
        (ComposeStage::Writing, Key::Esc) => leave(app),
        (ComposeStage::Writing, Key::Enter) if chord.mods.is_empty() => preview(app),
        (ComposeStage::Writing, Key::Up) if composer.edit.cursor().0 == 0 => {
            recall(app, Back::Older);
        }
        (ComposeStage::Writing, Key::Down) if composer.recalled.is_some() => {
            recall(app, Back::Newer);
        }
        (ComposeStage::Writing, _) if chord == Chord::ctrl('j') => composer.edit.new_line(),
        (ComposeStage::Writing, _) if chord == Chord::ctrl('o') => {
            let text = composer.edit.text();
            turn.push(Effect::Edit { text });
        }
        (ComposeStage::Writing, _) => composer.edit.key(chord),
    }
}

/// The user's editor has ended.
pub(super) fn edited(app: &mut App, result: Result<String, String>) {
    app.touch();
    match (result, app.overlays.last_mut()) {
        (Ok(text), Some(Overlay::Composer(composer))) => {
            composer.edit = Edit::new(text.trim_end_matches(['\r', '\n']));
            composer.recalled = None;
        }
        (Ok(text), _) => app.draft = text,
        (Err(why), _) => app.say(Weight::Warning, why),
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
    let tab = app.tabs.active().map(|tab| tab.id);
    let question = app.epoch();
    let plan = tab.map(|tab| send_plan(app, &text, tab, question));
    let stage = match plan {
        _ if text.trim().is_empty() => Err("nothing is written yet"),
        Some(plan) if !plan.to.is_empty() => Ok(stage_of(app, plan)),
        Some(_) | None => Err("no pane would receive it"),
    };
    let Some(Overlay::Composer(composer)) = app.overlays.last_mut() else {
        return;
    };
    match stage {
        Ok(stage) => composer.stage = stage,
        Err(complaint) => composer.complaint = Some(complaint.to_owned()),
    }
}

fn send_plan(app: &App, text: &str, tab: TabId, question: u32) -> SendPlan {
    let to = broadcast::receiving(app, tab)
        .iter()
        .filter_map(|id| app.panes.get(id))
        .enumerate()
        .map(|(index, pane)| SendTo {
            pane: pane.id,
            session: pane.session,
            target: pane.target.clone(),
            text: expand(text, &values(app, pane, index + 1)),
        })
        .collect();
    SendPlan {
        text: text.to_owned(),
        kind: SendKind::Composed,
        reach: SendReach::Receivers(tab),
        question,
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

/// How much of a plan is sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Portion {
    All,
    First,
}

fn send(app: &mut App, portion: Portion, turn: &mut Turn<'_>) {
    let Some(Overlay::Composer(composer)) = app.overlays.pop() else {
        return;
    };
    let ComposeStage::Preview(preview) = composer.stage else {
        return;
    };
    let plan = *preview.plan;
    if app.history.remember(&plan.text) {
        turn.push(Effect::Remember {
            text: plan.text.clone(),
        });
    }
    // Esc in the question keeps what was written.
    app.draft.clone_from(&plan.text);
    let asked: Vec<&SendTo> = match portion {
        Portion::All => plan.to.iter().collect(),
        Portion::First => plan.to.iter().take(1).collect(),
    };
    let pods: Vec<_> = asked.iter().map(|to| to.target.pod.clone()).collect();
    let text = judged(&plan);
    let asking = Asking {
        what: format!("compose: {} panes", pods.len()),
        lead: "it will go to",
        pods: &pods,
        notes: Vec::new(),
        key: Action::Compose,
        answer: match portion {
            Portion::All => Answer::Send(Box::new(plan.clone())),
            Portion::First => Answer::SendFirst(Box::new(plan.clone())),
        },
    };
    if guard::passed(app, Guarding::Compose { text: &text }, asking, turn) {
        match portion {
            Portion::All => typing::send_all(app, &plan, turn),
            Portion::First => send_first(app, plan, turn),
        }
    }
}

/// The text as it was written and as each pane would get it: a placeholder must not carry what is denied.
fn judged(plan: &SendPlan) -> String {
    let mut text = plan.text.clone();
    for to in plan.to.iter().filter(|to| to.text != plan.text) {
        text.push('\n');
        text.push_str(&to.text);
    }
    text
}

/// Sends to the first pane alone and shows it; the composer goes on with the rest.
pub(super) fn send_first(app: &mut App, mut plan: SendPlan, turn: &mut Turn<'_>) {
    let rest = plan.to.split_off(plan.to.len().min(1));
    let first = plan.to.first().map(|to| to.pane);
    typing::send_all(app, &plan, turn);
    if let Some(pane) = first {
        panes::jump(app, pane, turn);
    }
    if rest.is_empty() {
        return;
    }
    let place = match app.focus {
        Focus::List => Place::List,
        Focus::Panes => Place::Prefix,
    };
    let key = app.settings.keys.shown(place, Action::Compose);
    let text = format!(
        "sent to the first; {} {key} goes on with the other {}",
        keyboard::shown_prefix(app),
        rest.len()
    );
    app.rest = Some(Box::new(SendPlan { to: rest, ..plan }));
    app.say(Weight::Plain, text);
}
