//! Owns the way of a key: dialog, scroll mode, prefix, list or pane.

use std::time::Duration;

use crate::app::bindings::Place;
use crate::app::event::Timer;
use crate::app::{Action, App, Effect, Focus, PrefixWait, Turn, Weight};
use crate::keys::{Chord, Key};

use super::{act, overlay, scroll, typing};

/// How long after a typed word an Enter is still meant for it.
const HABIT: Duration = Duration::from_secs(2);

/// Takes one key.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    notices_are_read(app);
    let habit = is_habit(app, chord);
    if !habit && goes_to_a_pane(app, chord) {
        // What it changes on the screen says so itself: a frame for each key would be drawn before the echo that it holds up.
        return typing::key(app, chord, turn);
    }
    app.touch();
    if habit {
        return;
    }
    let before = app.overlays.len();
    taken(app, chord, turn);
    if app.overlays.len() > before {
        app.notices.opened(app.now);
    }
}

fn taken(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    if app.overlay().is_some() {
        return overlay::key(app, chord, turn);
    }
    if app.prefix.take().is_some() {
        return after_prefix(app, chord, turn);
    }
    match app.focus {
        Focus::List => in_place(app, Place::List, chord, turn),
        Focus::Panes if is_prefix(app, chord) => start_prefix(app, turn),
        Focus::Panes => in_scroll_mode(app, chord, turn),
    }
}

fn notices_are_read(app: &mut App) {
    let shown = app.notices.current(app.now).is_some();
    app.notices.key(app.now);
    if shown && app.notices.current(app.now).is_none() {
        app.touch();
    }
}

/// Whether a key is typed text and nothing else.
fn goes_to_a_pane(app: &App, chord: Chord) -> bool {
    let scrolls = || app.focused_pane().is_some_and(|pane| pane.scroll.is_some());
    app.overlay().is_none()
        && app.prefix.is_none()
        && app.focus == Focus::Panes
        && !is_prefix(app, chord)
        && !scrolls()
}

/// Whether this is the Enter that people press behind a word which was taken when its last letter stood there.
fn is_habit(app: &mut App, chord: Chord) -> bool {
    let taken = app.word_taken.take();
    let just = taken.is_some_and(|at| app.now.saturating_duration_since(at) < HABIT);
    just && chord == Chord::plain(Key::Enter)
}

fn is_prefix(app: &App, chord: Chord) -> bool {
    app.settings.config.keys.prefix.contains(&chord)
}

/// Waits for the next key, whatever it takes: a popup lists the keys after a while.
fn start_prefix(app: &mut App, turn: &mut Turn<'_>) {
    let epoch = app.epoch();
    app.prefix = Some(PrefixWait {
        epoch,
        popup: false,
    });
    let after = app.settings.config.keys.which_key_after;
    turn.push(Effect::Start {
        timer: Timer::WhichKey(epoch),
        after,
    });
}

/// The popup, unless another key came first.
pub(super) fn which_key(app: &mut App, epoch: u32) {
    if let Some(wait) = app.prefix.as_mut().filter(|wait| wait.epoch == epoch) {
        wait.popup = true;
        app.touch();
    }
}

fn after_prefix(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    if let Some(action) = app.settings.keys.action(Place::Prefix, chord) {
        return act::act(app, action, Place::Prefix, turn);
    }
    let (prefix, chord) = (shown_prefix(app), chord.written());
    let help = offer(app, Place::Prefix, Action::Help, "shows the keys");
    app.say(Weight::Plain, format!("{prefix} {chord} is nothing{help}"));
}

/// A number may stand before a key, as in vi; Esc takes it back.
fn in_scroll_mode(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let bound = app.settings.keys.action(Place::Scroll, chord).is_some();
    if scroll::digit(app, chord, bound) {
        return;
    }
    if chord == Chord::plain(Key::Esc) && scroll::take_count(app).is_some() {
        return;
    }
    in_place(app, Place::Scroll, chord, turn);
    // Keys that count nothing use it up too.
    scroll::take_count(app);
}

fn in_place(app: &mut App, place: Place, chord: Chord, turn: &mut Turn<'_>) {
    // The prefix works in the list too, so that hands need not know where the focus is.
    if place == Place::List && is_prefix(app, chord) && !app.tabs.is_empty() {
        return start_prefix(app, turn);
    }
    if let Some(action) = app.settings.keys.action(place, chord) {
        return act::act(app, action, place, turn);
    }
    let chord = chord.written();
    let hint = match place {
        Place::Scroll => {
            let back = offer(app, place, Action::LeaveScroll, "goes back to the shell");
            format!("{chord} is nothing in scroll mode{back}")
        }
        Place::List
        | Place::Prefix
        | Place::Text
        | Place::Gather
        | Place::Leaks
        | Place::Forwards => {
            let help = offer(app, Place::List, Action::Help, "shows the keys");
            format!("{chord} is nothing here{help}")
        }
    };
    app.say(Weight::Plain, hint);
}

/// `; KEY WORDS` for the end of a sentence, the prefix before a key that wants it; nothing for an action without a key.
pub(super) fn offer(app: &App, place: Place, action: Action, words: &str) -> String {
    key_of(app, place, action).map_or_else(String::new, |key| format!("; {key} {words}"))
}

/// The first key of an action as it is typed, the prefix before one that wants it.
pub(super) fn key_of(app: &App, place: Place, action: Action) -> Option<String> {
    let key = app.settings.keys.chords(place, action).first()?.written();
    match place {
        Place::Prefix => Some(format!("{} {key}", shown_prefix(app))),
        Place::List
        | Place::Scroll
        | Place::Text
        | Place::Gather
        | Place::Leaks
        | Place::Forwards => Some(key),
    }
}

/// The first prefix as it is shown.
pub(super) fn shown_prefix(app: &App) -> String {
    app.settings
        .config
        .keys
        .prefix
        .first()
        .map(|chord| chord.written())
        .unwrap_or_default()
}
