//! Owns keys and pastes on their way to panes: the plan says who gets them, each pane's own modes say which bytes.

use bytes::Bytes;

use crate::app::event::WindowFocus;
use crate::app::overlay::{Answer, Overlay};
use crate::app::send::{SendKind, SendPlan, SendTo};
use crate::app::{App, Effect, Focus, Turn, Weight};
use crate::ids::PaneId;
use crate::journal::audit::{Act, SentText};
use crate::keys::{self, Chord, Key, Mods, encode};
use crate::session::broadcast::{BroadcastPlan, LastKey, Life, Refusal};
use crate::session::guard::Action as Guarding;

use super::session::{audit, audit_target};
use super::{broadcast, guard, keyboard};

/// A key for the focused pane, or for all that receive.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let plan = broadcast::plan(app);
    if let BroadcastPlan::Refused(why) = plan {
        return refused(app, why);
    }
    let last = if is_line_end(chord) {
        LastKey::LineEnd
    } else {
        LastKey::Other
    };
    for id in plan.targets() {
        if let Some(pane) = app.panes.get_mut(id) {
            pane.scrolled = None;
            if pane.last_key != LastKey::Other {
                pane.answer.typing_starts();
            }
            pane.last_key = last;
            pane.typed = pane.typed.saturating_add(1);
            let bytes = encode::key(chord, &pane.screen.modes());
            if !bytes.is_empty() {
                turn.push(send(pane.session, bytes, chord));
            }
        }
    }
    if last == LastKey::LineEnd {
        audit_line(app, plan.targets(), turn);
    }
    broadcast::key_sent(app, &plan, last);
}

/// A typed Ctrl-C stays in order behind other input; the session's task lets it overtake when input is stuck.
fn send(session: crate::ids::SessionId, bytes: Vec<u8>, chord: Chord) -> Effect {
    if chord == Chord::ctrl('c') {
        return Effect::TypedInterrupt {
            session,
            bytes: Bytes::from(bytes),
        };
    }
    Effect::Write {
        session,
        bytes: Bytes::from(bytes),
    }
}

fn is_line_end(chord: Chord) -> bool {
    chord == Chord::plain(Key::Enter) || chord == Chord::ctrl('c')
}

fn refused(app: &mut App, why: Refusal) {
    let prefix = keyboard::shown_prefix(app);
    let text = match why {
        Refusal::NoPane => "no pane has the focus".to_owned(),
        Refusal::TakesNoKeys(_, life) => match life {
            Life::Opening => "still opening: keys go nowhere yet".to_owned(),
            Life::Silent => "silent: keys go nowhere until it answers".to_owned(),
            Life::Cancelling => "being cancelled: keys go nowhere".to_owned(),
            Life::Ended => {
                format!("this session has ended: {prefix} r new session, {prefix} x close")
            }
            Life::Live => "keys go nowhere".to_owned(),
        },
    };
    app.say(Weight::Plain, text);
}

/// One record per Enter, with a number of bytes only: a hash of a key is the key.
fn audit_line(app: &mut App, targets: &[PaneId], turn: &mut Turn<'_>) {
    let mut bytes = 0;
    let mut named = Vec::new();
    for id in targets {
        if let Some(pane) = app.panes.get_mut(id) {
            bytes = bytes.max(std::mem::take(&mut pane.typed));
            named.push(audit_target(&pane.target, Some(pane.session)));
        }
    }
    turn.push(Effect::Audit(audit(
        app,
        Act::Input {
            targets: named,
            bytes,
        },
    )));
}

/// The prefix itself, as a key.
pub(super) fn literal_prefix(app: &mut App, turn: &mut Turn<'_>) {
    let literal = Chord::new(Key::Char('g'), Mods::CTRL);
    let prefix = app
        .settings
        .config
        .keys
        .prefix
        .first()
        .copied()
        .unwrap_or(literal);
    key(app, prefix, turn);
}

/// Pasted text: into a prompt, into the focused pane, or, asked for first, into all that receive. The list takes none.
pub(super) fn paste(app: &mut App, text: &str, turn: &mut Turn<'_>) {
    app.touch();
    if let Some(overlay) = app.overlays.last_mut() {
        return paste_into(overlay, text);
    }
    if app.focus == Focus::List {
        return app.say(Weight::Plain, "the list takes no pastes");
    }
    let plan = broadcast::plan(app);
    match &plan {
        BroadcastPlan::Refused(why) => refused(app, *why),
        BroadcastPlan::One(_) | BroadcastPlan::HereOnly(_) => {
            let plan = paste_plan(app, text, plan.targets());
            send_all(app, &plan, turn);
        }
        BroadcastPlan::All(panes) => {
            let plan = paste_plan(app, text, panes);
            let several = text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']);
            if several && panes.len() > 1 {
                return ask_paste(app, &plan, turn);
            }
            send_all(app, &plan, turn);
        }
    }
}

fn paste_into(overlay: &mut Overlay, text: &str) {
    match overlay {
        Overlay::Prompt(prompt) => prompt.edit.paste_line(text),
        Overlay::Picker(picker) => picker.query.paste_line(text),
        Overlay::Composer(composer) => composer.edit.paste_lines(text),
        // A guard that could be pasted would guard nothing.
        Overlay::Question(_)
        | Overlay::Refusal(_)
        | Overlay::Text(_)
        | Overlay::Help(_)
        | Overlay::Gather => {}
    }
}

fn paste_plan(app: &App, text: &str, panes: &[PaneId]) -> SendPlan {
    let to = panes
        .iter()
        .filter_map(|id| app.panes.get(id))
        .map(|pane| SendTo {
            pane: pane.id,
            target: pane.target.clone(),
            text: text.to_owned(),
        });
    SendPlan {
        text: text.to_owned(),
        kind: SendKind::Paste,
        to: to.collect(),
    }
}

fn ask_paste(app: &mut App, plan: &SendPlan, turn: &mut Turn<'_>) {
    let targets: Vec<_> = plan.to.iter().map(|to| to.target.pod.clone()).collect();
    let lines = plan.text.lines().count();
    let what = format!("paste of {lines} lines");
    let answer = Answer::Send(Box::new(plan.clone()));
    if guard::passed(app, Guarding::BroadcastPaste, &targets, &what, answer, turn) {
        send_all(app, plan, turn);
    }
}

/// Sends each target its text, as a paste where that pane's program asked for bracketed paste.
pub(super) fn send_all(app: &mut App, plan: &SendPlan, turn: &mut Turn<'_>) {
    let targets: Vec<_> = plan
        .to
        .iter()
        .map(|to| audit_target(&to.target, session_of(app, to.pane)))
        .collect();
    let text = SentText::of(&plan.text, super::session::keep_text(app));
    let act = match plan.kind {
        SendKind::Paste => Act::Paste { targets, text },
        SendKind::Composed => Act::Compose { targets, text },
    };
    turn.push(Effect::Audit(audit(app, act)));
    let mut missed = 0;
    for to in &plan.to {
        let Some(pane) = app.panes.get_mut(&to.pane).filter(|pane| pane.takes_keys()) else {
            missed += 1;
            continue;
        };
        let modes = pane.screen.modes();
        let mut bytes = encode::paste(&to.text, &modes);
        if pane.last_key != LastKey::Other {
            pane.answer.typing_starts();
        }
        pane.last_key = LastKey::Other;
        if plan.kind == SendKind::Composed {
            bytes.extend(encode::key(Chord::plain(Key::Enter), &modes));
            pane.last_key = LastKey::LineEnd;
            pane.answer.asked();
        }
        turn.push(Effect::Write {
            session: pane.session,
            bytes: Bytes::from(bytes),
        });
    }
    if missed > 0 {
        app.say(
            Weight::Warning,
            format!("not sent to {missed}: they no longer take keys"),
        );
    }
    broadcast::used(app);
    app.touch();
}

fn session_of(app: &App, pane: PaneId) -> Option<crate::ids::SessionId> {
    app.panes.get(&pane).map(|pane| pane.session)
}

/// The outer window got or lost the focus: the focused pane's program hears of it if it asked.
pub(super) fn window(app: &mut App, focus: WindowFocus, turn: &mut Turn<'_>) {
    let Some(pane) = app.focused_pane().filter(|pane| pane.takes_keys()) else {
        return;
    };
    let change = match focus {
        WindowFocus::Gained => keys::Focus::Gained,
        WindowFocus::Lost => keys::Focus::Lost,
    };
    if let Some(bytes) = encode::focus(change, &pane.screen.modes()) {
        turn.push(Effect::Write {
            session: pane.session,
            bytes: Bytes::from(bytes),
        });
    }
}
