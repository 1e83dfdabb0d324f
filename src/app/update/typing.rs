//! Owns keys and pastes on their way to panes: the plan says who gets them, each pane's own modes say which bytes.

use bytes::Bytes;

use crate::app::bindings::Place;
use crate::app::event::WindowFocus;
use crate::app::overlay::{Answer, Overlay};
use crate::app::send::{SendKind, SendPlan, SendReach, SendTo};
use crate::app::{Action, App, Effect, Focus, Pane, Turn, Weight};
use crate::ids::PaneId;
use crate::journal::audit::{Act, SentText};
use crate::keys::{self, Chord, InputModes, Key, Mods, encode};
use crate::session::broadcast::{BroadcastPlan, LastKey, Life, Refusal};
use crate::session::guard::Action as Guarding;

use super::guard::{self, Asking};
use super::session::{audit, audit_target};
use super::{broadcast, cancel, keyboard, prompt};

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
    let mut encoded = Encoded::new(chord);
    let mut scrolled_down = false;
    for id in plan.targets() {
        if let Some(pane) = app.panes.get_mut(id) {
            scrolled_down |= pane.scrolled.take().is_some();
            if pane.last_key != LastKey::Other {
                pane.answer.typing_starts();
            }
            pane.last_key = last;
            pane.typed = pane.typed.saturating_add(1);
            let bytes = encoded.bytes(&pane.screen.modes());
            if !bytes.is_empty() {
                turn.push(send(pane.session, bytes, chord));
            }
        }
    }
    if scrolled_down {
        app.touch();
    }
    if last == LastKey::LineEnd {
        audit_line(app, plan.targets(), turn);
    }
    broadcast::key_sent(app, &plan, last);
    cancel::seen(app);
}

/// One key as the programs of many panes want it, each way made once: most of them are in the same modes.
struct Encoded {
    chord: Chord,
    made: Vec<(InputModes, Bytes)>,
}

impl Encoded {
    fn new(chord: Chord) -> Self {
        let made = Vec::with_capacity(1);
        Self { chord, made }
    }

    fn bytes(&mut self, modes: &InputModes) -> Bytes {
        if let Some((_, bytes)) = self.made.iter().find(|(made, _)| made == modes) {
            return bytes.clone();
        }
        let bytes = Bytes::from(encode::key(self.chord, modes));
        self.made.push((*modes, bytes.clone()));
        bytes
    }
}

/// A typed Ctrl-C stays in order behind other input; the session's task lets it overtake when input is stuck.
fn send(session: crate::ids::SessionId, bytes: Bytes, chord: Chord) -> Effect {
    if chord == Chord::ctrl('c') {
        return Effect::TypedInterrupt { session, bytes };
    }
    Effect::Write { session, bytes }
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
            Life::Ended => over(app, &prefix),
            Life::Live => "keys go nowhere".to_owned(),
        },
    };
    app.say(Weight::Plain, text);
}

/// What helps a pane whose session is over.
fn over(app: &App, prefix: &str) -> String {
    let pane = app.focused_pane();
    let again = (Action::NewSession, "new session");
    let (what, first) = if pane.is_some_and(Pane::lacks_shell) {
        ("no shell", (Action::DebugContainer, "debug container"))
    } else if pane.is_some_and(Pane::never_started) {
        ("not started", again)
    } else {
        ("this session has ended", again)
    };
    let offer = |(action, word): (Action, &str)| {
        let chord = app.settings.keys.chords(Place::Prefix, action).first()?;
        Some(format!("{} {word}", chord.written()))
    };
    let offers = [first, (Action::ClosePane, "close")];
    let offers: Vec<String> = offers.into_iter().filter_map(offer).collect();
    format!("{what}, {prefix}: {}", offers.join("  "))
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
        paste_into(overlay, text);
        return prompt::follow(app);
    }
    if app.focus == Focus::List {
        return app.say(Weight::Plain, "the list takes no pastes");
    }
    if app.focused_pane().is_some_and(|pane| pane.scroll.is_some()) {
        let words = "goes back to the shell";
        let back = keyboard::offer(app, Place::Scroll, Action::LeaveScroll, words);
        return app.say(Weight::Plain, format!("scroll mode takes no pastes{back}"));
    }
    let plan = broadcast::plan(app);
    let asks = plan.asks_for_lines();
    match &plan {
        BroadcastPlan::Refused(why) => refused(app, *why),
        BroadcastPlan::One(_) | BroadcastPlan::HereOnly(_) => {
            let plan = paste_plan(app, text, SendReach::FocusedPane, plan.targets());
            send_all(app, &plan, turn);
        }
        BroadcastPlan::All(panes) => {
            let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
                return;
            };
            let plan = paste_plan(app, text, SendReach::Receivers(tab), panes);
            let several = text.trim_end_matches(['\r', '\n']).contains(['\r', '\n']);
            if several && asks {
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
        Overlay::Forward(question) => question.paste(text),
        // A guard that could be pasted would guard nothing.
        Overlay::Question(_)
        | Overlay::Refusal(_)
        | Overlay::Text(_)
        | Overlay::Help(_)
        | Overlay::Gather
        | Overlay::Leaks(_)
        | Overlay::Forwards(_) => {}
    }
}

fn paste_plan(app: &App, text: &str, reach: SendReach, panes: &[PaneId]) -> SendPlan {
    let to = panes
        .iter()
        .filter_map(|id| app.panes.get(id))
        .map(|pane| SendTo {
            pane: pane.id,
            session: pane.session,
            target: pane.target.clone(),
            text: text.to_owned(),
        });
    SendPlan {
        text: text.to_owned(),
        kind: SendKind::Paste,
        reach,
        question: 0,
        to: to.collect(),
    }
}

/// Lines of a paste; terminals send the ends of lines as CR.
fn line_count(text: &str) -> usize {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.lines().count()
}

fn ask_paste(app: &mut App, plan: &SendPlan, turn: &mut Turn<'_>) {
    let targets: Vec<_> = plan.to.iter().map(|to| to.target.pod.clone()).collect();
    let lines = line_count(&plan.text);
    let panes = match plan.to.len() {
        1 => "1 pane".to_owned(),
        several => format!("{several} panes"),
    };
    let asking = Asking {
        what: format!("paste of {lines} lines: {panes}"),
        lead: "it will go to",
        pods: &targets,
        notes: Vec::new(),
        key: Action::Broadcast,
        answer: Answer::Send(Box::new(plan.clone())),
    };
    if guard::passed(app, Guarding::BroadcastPaste, asking, turn) {
        send_all(app, plan, turn);
    }
}

/// Sends each target its text, as a paste where that pane's program asked for bracketed paste. Who does not receive any more,
/// or runs another session by now, gets nothing.
pub(super) fn send_all(app: &mut App, plan: &SendPlan, turn: &mut Turn<'_>) {
    let receivers = match plan.reach {
        SendReach::FocusedPane => None,
        SendReach::Receivers(tab) => Some(broadcast::receiving(app, tab)),
    };
    let meant = |pane: &Pane, to: &SendTo| {
        let in_reach = receivers
            .as_ref()
            .is_none_or(|receivers| receivers.contains(&pane.id));
        pane.session == to.session && pane.takes_keys() && in_reach
    };
    let (to, missed): (Vec<&SendTo>, Vec<&SendTo>) = plan
        .to
        .iter()
        .partition(|to| app.panes.get(&to.pane).is_some_and(|pane| meant(pane, to)));
    audit_text(app, plan, &to, turn);
    let sent = to.len();
    for to in to {
        if let Some(pane) = app.panes.get_mut(&to.pane) {
            let bytes = text_for(pane, &to.text, plan);
            turn.push(Effect::Write {
                session: to.session,
                bytes,
            });
        }
    }
    if !missed.is_empty() {
        let names: Vec<&str> = missed.iter().map(|to| &*to.target.pod.name).collect();
        let text = format!(
            "not sent to {}: {}",
            missed.len(),
            guard::some_names(&names)
        );
        app.say(Weight::Warning, text);
    } else if matches!(plan.reach, SendReach::Receivers(_)) {
        let unit = if sent == 1 { "pane" } else { "panes" };
        app.say(Weight::Plain, format!("sent to {sent} {unit}"));
    }
    if let SendReach::Receivers(tab) = plan.reach {
        let last = match plan.kind {
            SendKind::Paste => LastKey::Other,
            SendKind::Composed => LastKey::LineEnd,
        };
        broadcast::used(app, tab, last);
    }
    app.touch();
}

fn audit_text(app: &App, plan: &SendPlan, to: &[&SendTo], turn: &mut Turn<'_>) {
    let targets = to
        .iter()
        .map(|to| audit_target(&to.target, Some(to.session)))
        .collect();
    let text = SentText::of(&plan.text, super::session::keep_text(app));
    let act = match plan.kind {
        SendKind::Paste => Act::Paste { targets, text },
        SendKind::Composed => Act::Compose { targets, text },
    };
    turn.push(Effect::Audit(audit(app, act)));
}

/// The bytes of a text for one pane, by its own modes; a composed text ends with Enter.
fn text_for(pane: &mut Pane, text: &str, plan: &SendPlan) -> Bytes {
    let modes = pane.screen.modes();
    let mut bytes = encode::paste(text, &modes);
    if pane.last_key != LastKey::Other {
        pane.answer.typing_starts();
    }
    pane.scrolled = None;
    pane.last_key = LastKey::Other;
    if plan.kind == SendKind::Composed {
        bytes.extend(encode::key(Chord::plain(Key::Enter), &modes));
        pane.last_key = LastKey::LineEnd;
        pane.answer.asked(plan.question);
    }
    Bytes::from(bytes)
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
