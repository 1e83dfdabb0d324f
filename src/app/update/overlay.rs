//! Owns keys while something lies over the screen: each kind of overlay takes them its own way.

use crate::app::bindings::Place;
use crate::app::overlay::{Answer, Demand, Help, Overlay, Picker, Question, Refusal, deaf};
use crate::app::quit::QuitCause;
use crate::app::{Action, App, Effect, Focus, Keys, Turn, Weight};
use crate::geometry::GridSize;
use crate::keys::{Chord, Key};
use crate::session::CancelMode;

use super::{
    act, broadcast, cancel, compose, debug_container, forward, guard, keyboard, leaks, list, open,
    palette, prompt, quit, run, text, typing,
};

/// Gives a key to the topmost overlay.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let Some(top) = app.overlays.last_mut() else {
        return;
    };
    match top {
        Overlay::Prompt(_) => prompt::key(app, chord, turn),
        Overlay::Picker(picker) => {
            if !picker_key(picker, chord) {
                palette::picker_key(app, chord, turn);
            }
        }
        Overlay::Question(_) => question_key(app, chord, turn),
        Overlay::Refusal(_) => refusal_key(app, chord, turn),
        Overlay::Composer(_) => compose::key(app, chord, turn),
        Overlay::Text(_) => in_place(app, Place::Text, chord, turn),
        Overlay::Help(help) => {
            if !help_key(help, chord, help_page(app.terminal), &app.settings.keys) {
                app.overlays.pop();
            }
        }
        Overlay::Gather => in_place(app, Place::Gather, chord, turn),
        Overlay::Leaks(_) => in_place(app, Place::Leaks, chord, turn),
        Overlay::Forward(_) => forward::key(app, chord, turn),
        Overlay::Forwards(_) => in_place(app, Place::Forwards, chord, turn),
    }
}

fn in_place(app: &mut App, place: Place, chord: Chord, turn: &mut Turn<'_>) {
    if let Some(action) = app.settings.keys.action(place, chord) {
        act::act(app, action, place, turn);
    } else {
        let back = app.settings.keys.shown(place, Action::Back);
        app.say(
            Weight::Plain,
            format!("{} is nothing here; {back} closes", chord.written()),
        );
    }
}

/// What every picker does the same: moving, marking, typing. `false` when the key was for none of these.
fn picker_key(picker: &mut Picker, chord: Chord) -> bool {
    let several = matches!(
        picker.kind,
        crate::app::overlay::PickerKind::Namespaces(_) | crate::app::overlay::PickerKind::Contexts
    );
    match chord.key {
        Key::Up => picker.step(-1),
        Key::Down => picker.step(1),
        Key::PageUp => picker.step(-10),
        Key::PageDown => picker.step(10),
        Key::Char(' ') if several && chord == Chord::char(' ') => {
            picker.toggle();
            picker.step(1);
        }
        Key::Char('n') if chord == Chord::ctrl('n') => picker.step(1),
        Key::Char('p') if chord == Chord::ctrl('p') => picker.step(-1),
        Key::Enter | Key::Esc | Key::Tab => return false,
        Key::Char('c') if chord == Chord::ctrl('c') => return false,
        Key::Char(_)
        | Key::Backspace
        | Key::Left
        | Key::Right
        | Key::Home
        | Key::End
        | Key::Insert
        | Key::Delete
        | Key::F(_) => {
            picker.query.key(chord);
            picker.cursor = 0;
        }
    }
    true
}

/// Rows of help that are shown at once, with room for headings; where there is little, many take two lines.
fn help_page(terminal: GridSize) -> usize {
    let lines = usize::from(terminal.rows().saturating_sub(4));
    let rows = if terminal.cols() < 60 {
        lines / 2
    } else {
        lines.saturating_sub(2) * usize::from(Help::across(terminal.cols()))
    };
    rows.max(1)
}

/// Typing searches, arrows scroll. `false` when the page is to be closed.
fn help_key(help: &mut Help, chord: Chord, page: usize, keys: &Keys) -> bool {
    match chord.key {
        Key::Esc | Key::Enter => return false,
        Key::Char('q' | '?') if help.query.is_empty() => return false,
        Key::Up => help.scroll = help.scroll.saturating_sub(1),
        Key::Down => help.scroll = help.scroll.saturating_add(1),
        Key::PageUp => help.scroll = help.scroll.saturating_sub(page),
        Key::PageDown => help.scroll = help.scroll.saturating_add(page),
        Key::Home => help.scroll = 0,
        Key::Backspace => {
            help.query.pop();
            help.scroll = 0;
        }
        Key::Char(c) if chord.mods.is_empty() || c.is_uppercase() => {
            help.query.push(c);
            help.scroll = 0;
        }
        Key::Char(_)
        | Key::Tab
        | Key::Left
        | Key::Right
        | Key::End
        | Key::Insert
        | Key::Delete
        | Key::F(_) => {}
    }
    let rows = keys.help_rows(help.from, &help.query);
    let last = rows.len().saturating_sub(1);
    help.scroll = help.scroll.min(last);
    true
}

fn question_key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let now = app.now;
    let Some(Overlay::Question(question)) = app.overlays.last_mut() else {
        return;
    };
    if deaf(question.opened, now) {
        return;
    }
    if chord.key == Key::Esc || chord == Chord::ctrl('c') {
        app.overlays.pop();
        return app.say(Weight::Plain, "nothing was done");
    }
    if answered(question, chord)
        && let Some(Overlay::Question(question)) = app.overlays.pop()
    {
        app.word_taken = matches!(question.demand, Demand::Words(_)).then_some(now);
        if !guard::outdated(app, question.opened, &question.answer) {
            carry_out(app, question.answer, turn);
        }
    }
}

fn answered(question: &mut Question, chord: Chord) -> bool {
    match &question.demand {
        Demand::Press(wanted) => chord == *wanted,
        Demand::Words(_) => {
            if chord.key != Key::Enter {
                question.typed.key(chord);
            }
            // The right word counts as soon as it stands there: Enter alone never accepts.
            question.take_word()
        }
    }
}

/// Does what the question was about.
fn carry_out(app: &mut App, answer: Answer, turn: &mut Turn<'_>) {
    match answer {
        Answer::SwitchBroadcastOn(tab, panes) => broadcast::switch_on(app, tab, &panes, turn),
        Answer::TakeIn(tab, panes) => broadcast::take_in(app, tab, &panes),
        Answer::Send(plan) => typing::send_all(app, &plan, turn),
        Answer::SendFirst(plan) => compose::send_first(app, *plan, turn),
        Answer::Reopen(panes) => open::reopen_all(app, &panes, turn),
        Answer::Open(plan) => open::proceed(app, *plan, turn),
        Answer::OfferDebug(panes) => debug_container::question(app, &panes, turn),
        Answer::Debug(panes) => debug_container::add(app, &panes, turn),
        Answer::Forward(target) => forward::question(app, target, turn),
        Answer::Run(plan) => run::start(app, &plan, turn),
        Answer::SetClipboard(text) => turn.push(Effect::Copy { text }),
        Answer::EndProcess(plan) => leaks::carry_out(app, &plan, turn),
        Answer::Cancel(panes) => cancel::each(app, &panes, CancelMode::Session, turn),
        Answer::Interrupt(panes) => cancel::each(app, &panes, CancelMode::InterruptOnly, turn),
        Answer::Quit => quit::begin(app, QuitCause::Asked, turn),
        Answer::ForceQuit => quit::leave(app, turn),
    }
}

fn refusal_key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let now = app.now;
    let Some(Overlay::Refusal(refusal)) = app.overlays.last() else {
        return;
    };
    if deaf(refusal.opened, now) {
        return;
    }
    let refusal: Refusal = refusal.clone();
    match (chord.key, refusal.rest, refusal.role) {
        (Key::Char('o'), Some(rest), _) => {
            app.overlays.pop();
            if !guard::outdated(app, refusal.opened, &rest.answer) {
                carry_out(app, rest.answer, turn);
            }
        }
        (Key::Char('y'), _, Some(role)) => turn.push(Effect::Copy { text: role }),
        (Key::Esc | Key::Char('q'), _, _) => {
            app.overlays.pop();
        }
        (_, _, _) => {}
    }
}

/// Answers that were closed can be seen again.
fn say_kept(app: &mut App) {
    let place = match app.focus {
        Focus::List => Place::List,
        Focus::Panes => Place::Prefix,
    };
    let prefix = match app.focus {
        Focus::List => String::new(),
        Focus::Panes => format!("{} ", keyboard::shown_prefix(app)),
    };
    let key = app.settings.keys.shown(place, Action::Answers);
    app.say(
        Weight::Plain,
        format!("the answers are kept; {prefix}{key} shows them again"),
    );
}

/// Esc: closes the topmost overlay; in the bare list it clears the filter, then the marks stay.
pub(super) fn back(app: &mut App, turn: &mut Turn<'_>) {
    if let Some(closed) = app.overlays.pop() {
        if let Overlay::Text(page) = &closed {
            text::closed(page, turn);
        }
        if matches!(closed, Overlay::Gather) {
            say_kept(app);
        }
        return;
    }
    if !app.list.view.spec().filter.is_empty() {
        list::respec(app, |spec| {
            spec.filter = crate::inventory::Filter::default();
        });
    }
}
