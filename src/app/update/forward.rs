//! Owns port-forwards: the question which port, the rights to it, the start, what becomes of it. Their page is `page`.

use std::sync::Arc;

use crate::app::effect::ForwardOrder;
use crate::app::event::ForwardNews;
use crate::app::forward::{Forward, ForwardPhase, address};
use crate::app::open::Then;
use crate::app::overlay::forward::ForwardStage;
use crate::app::overlay::{Answer, ForwardQuestion, Overlay};
use crate::app::{Action, App, Effect, Focus, Place, Turn, Weight};
use crate::ids::{ContainerRef, ForwardId, PodUid};
use crate::journal::audit::Act;
use crate::keys::{Chord, Key};
use crate::session::forward::{Carried, ContainerPort, PortPair};
use crate::session::guard::Action as Guarding;
use crate::session::rights::Need;

use super::guard::{self, Asking};
use super::open;
use super::session::{audit, audit_target};

mod ends;
mod page;

pub(super) use ends::{end_all, pods_changed};
pub(super) use page::{copy_address, open as open_page, step, stop};

/// Another port of the pod that the page shows; elsewhere the current pod's first one, or the page where it has one.
pub(super) fn asked(app: &mut App, place: Place, turn: &mut Turn<'_>) {
    if place == Place::Forwards {
        let current = page::current(app).map(|forward| forward.target.clone());
        return match current {
            Some(target) => ask(app, target, turn),
            None => app.say(Weight::Plain, "no port is forwarded"),
        };
    }
    let Some(target) = subject(app) else {
        return app.say(Weight::Plain, "no pod is under the cursor");
    };
    if app.forwards.leads_to(&target.uid) {
        return page::open(app, Some(&target.uid));
    }
    ask(app, target, turn);
}

/// The pod that the key is about: in a pane its own, in the list the one under the cursor.
fn subject(app: &App) -> Option<ContainerRef> {
    if let Some(pane) = app.focused_pane().filter(|_| app.focus == Focus::Panes) {
        return Some(pane.target.clone());
    }
    let row = app.list.current(&app.inventory)?;
    Some(ContainerRef {
        pod: row.pod.clone(),
        uid: row.uid.clone(),
        container: "".into(),
    })
}

fn ask(app: &mut App, target: ContainerRef, turn: &mut Turn<'_>) {
    if let Some(why) = open::leaving(app) {
        return app.say(Weight::Plain, why);
    }
    if passes(app, &target, turn) {
        question(app, target, turn);
    }
}

/// Whether the guard rails let it through; a refusal is said.
fn passes(app: &mut App, target: &ContainerRef, turn: &mut Turn<'_>) -> bool {
    let pods = [target.pod.clone()];
    let asking = Asking {
        what: "port-forward".to_owned(),
        lead: "it leads to",
        pods: &pods,
        notes: Vec::new(),
        key: Action::Forward,
        answer: Answer::Forward(target.clone()),
    };
    guard::passed(app, Guarding::PortForward, asking, turn)
}

/// Opens the question at once, and asks meanwhile which ports there are and whether it is allowed.
pub(super) fn question(app: &mut App, target: ContainerRef, turn: &mut Turn<'_>) {
    let row = app.inventory.get(&target.uid);
    if row.is_some_and(|row| !row.accepts_sessions()) {
        let text = format!("{}: no container runs there", target.pod.name);
        return app.say(Weight::Plain, text);
    }
    if may(app, &target, turn) && refused(app, &target) {
        return;
    }
    turn.push(Effect::AskPorts {
        pod: target.pod.clone(),
        uid: target.uid.clone(),
    });
    app.overlays
        .push(Overlay::Forward(ForwardQuestion::new(target)));
    app.touch();
}

/// Whether it is known if it is allowed; else the answer comes to [`allowed`].
fn may(app: &mut App, target: &ContainerRef, turn: &mut Turn<'_>) -> bool {
    let pods = [target.pod.clone()];
    let then = Then::Forward(target.uid.clone());
    open::ask(app, Need::Forward, &pods, then, turn)
}

/// Whether it is forbidden: then a box in place of the question says so.
fn refused(app: &mut App, target: &ContainerRef) -> bool {
    let missing = open::missing(app, Need::Forward, std::slice::from_ref(&target.pod));
    if missing.is_empty() {
        return false;
    }
    close_question(app, &target.uid);
    let answer = Answer::Forward(target.clone());
    open::refuse(app, Need::Forward, &[], &missing, answer);
    true
}

fn close_question(app: &mut App, uid: &PodUid) {
    let asks =
        |overlay: &Overlay| matches!(overlay, Overlay::Forward(one) if one.target.uid == *uid);
    app.overlays.retain(|overlay| !asks(overlay));
}

fn question_of<'a>(app: &'a mut App, uid: &PodUid) -> Option<&'a mut ForwardQuestion> {
    app.overlays.iter_mut().find_map(|overlay| {
        if let Overlay::Forward(question) = overlay {
            Some(question).filter(|question| question.target.uid == *uid)
        } else {
            None
        }
    })
}

/// It is known now whether it is allowed.
pub(super) fn allowed(app: &mut App, uid: &PodUid, turn: &mut Turn<'_>) {
    let Some(question) = question_of(app, uid) else {
        return;
    };
    let (target, stage) = (question.target.clone(), question.stage);
    if refused(app, &target) {
        return;
    }
    if let ForwardStage::WaitsForRights(pair) = stage {
        start(app, &target, pair, turn);
    }
}

/// The pod has named its ports, or cannot be asked.
pub(super) fn ports(app: &mut App, uid: &PodUid, told: Result<Vec<ContainerPort>, String>) {
    if let Some(question) = question_of(app, uid) {
        question.told(told);
        app.touch();
    }
}

/// Gives a key to the open question.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let Some(Overlay::Forward(question)) = app.overlays.last_mut() else {
        return;
    };
    if chord.key == Key::Esc || chord == Chord::ctrl('c') {
        app.overlays.pop();
        return;
    }
    if question.stage != ForwardStage::Asking {
        return;
    }
    if chord.key == Key::Enter {
        accept(app, turn);
    } else if chord.key == Key::Up || chord == Chord::ctrl('p') {
        question.step(-1);
    } else if chord.key == Key::Down || chord == Chord::ctrl('n') {
        question.step(1);
    } else {
        question.key(chord);
    }
}

fn accept(app: &mut App, turn: &mut Turn<'_>) {
    let Some(Overlay::Forward(question)) = app.overlays.last_mut() else {
        return;
    };
    let target = question.target.clone();
    let pair = match question.pair() {
        Ok(pair) => pair,
        Err(error) => {
            question.complaint = Some(error.to_string());
            return;
        }
    };
    question.complaint = None;
    question.stage = ForwardStage::WaitsForRights(pair);
    if may(app, &target, turn) {
        allowed(app, &target.uid, turn);
    }
}

fn start(app: &mut App, target: &ContainerRef, pair: PortPair, turn: &mut Turn<'_>) {
    // The settings may have been read again while the question was open.
    if !passes(app, target, turn) {
        return close_question(app, &target.uid);
    }
    let id = ForwardId(app.epoch());
    let mut target = target.clone();
    if let Some(question) = question_of(app, &target.uid) {
        question.stage = ForwardStage::Starting(id);
        target.container = question.container_of(pair.remote);
    }
    let act = Act::ForwardOpen {
        target: audit_target(&target, None),
        local: pair.local,
        remote: pair.remote,
    };
    turn.push(Effect::Audit(audit(app, act)));
    turn.push(Effect::Forward(ForwardOrder {
        forward: id,
        pod: target.pod.clone(),
        uid: target.uid.clone(),
        ports: pair,
    }));
    app.forwards.add(Forward {
        id,
        target,
        ports: pair,
        phase: ForwardPhase::Starting,
        carried: Carried::default(),
        trouble: None,
        since: app.unix(),
    });
    app.touch();
}

/// News of a forward; one that was stopped has none any more.
pub(super) fn news(app: &mut App, id: ForwardId, news: ForwardNews, turn: &mut Turn<'_>) {
    app.touch();
    match news {
        ForwardNews::Listening => listening(app, id),
        ForwardNews::NoPort { why, free } => no_port(app, id, &why, free, turn),
        ForwardNews::Carried(carried, trouble) => counted(app, id, carried, trouble),
        ForwardNews::Ended(why) => ends::ended(app, id, &why, turn),
    }
}

fn listening(app: &mut App, id: ForwardId) {
    let starts = ForwardStage::Starting(id);
    let asked = |overlay: &Overlay| matches!(overlay, Overlay::Forward(one) if one.stage == starts);
    app.overlays.retain(|overlay| !asked(overlay));
    let key = app.settings.keys.shown(Place::List, Action::Forwards);
    let Some(forward) = app.forwards.get_mut(id) else {
        return;
    };
    forward.phase = ForwardPhase::Live;
    let (from, pod, remote) = (
        forward.address(),
        Arc::clone(&forward.target.pod.name),
        forward.ports.remote,
    );
    app.say(
        Weight::Plain,
        format!("{from} leads to {pod}:{remote}; {key} lists"),
    );
}

/// The question stays open, with the next free port in its line.
fn no_port(app: &mut App, id: ForwardId, why: &str, free: Option<u16>, turn: &mut Turn<'_>) {
    let Some(forward) = app.forwards.remove(id) else {
        return;
    };
    let why = own(app, forward.ports.local).unwrap_or_else(|| why.to_owned());
    turn.push(Effect::Audit(audit(app, ends::end(&forward, &why))));
    let question = question_of(app, &forward.target.uid);
    let Some(question) = question.filter(|one| one.stage == ForwardStage::Starting(id)) else {
        return app.say(Weight::Bad, format!("not forwarded: {why}"));
    };
    question.stage = ForwardStage::Asking;
    question.complaint = Some(match free {
        Some(port) => {
            question.write(PortPair {
                local: port,
                ..forward.ports
            });
            format!("{why}; {port} is free: Enter takes it")
        }
        None => format!("{why}; type another local port"),
    });
}

/// A forward of this run that has the local port.
fn own(app: &App, local: u16) -> Option<String> {
    let holder = app
        .forwards
        .live()
        .find(|other| other.ports.local == local)?;
    let (pod, remote) = (&holder.target.pod.name, holder.ports.remote);
    Some(format!(
        "{} leads to {pod}:{remote} already",
        address(local)
    ))
}

fn counted(app: &mut App, id: ForwardId, carried: Carried, trouble: Option<String>) {
    let Some(forward) = app.forwards.get_mut(id) else {
        return;
    };
    let answered = carried.from_pod > forward.carried.from_pod;
    forward.carried = carried;
    let Some(why) = trouble else {
        // What failed before works now.
        if answered {
            forward.trouble = None;
        }
        return;
    };
    if forward.trouble.replace(why.clone()).as_ref() == Some(&why) {
        return;
    }
    let (pod, remote) = (Arc::clone(&forward.target.pod.name), forward.ports.remote);
    app.say(Weight::Warning, format!("{pod}:{remote}: {why}"));
}
