//! Owns what a journal that cannot be written bars, and the way back. Called by `update`, `open` and `run`.

use crate::app::event::JournalState;
use crate::app::{App, Effect, Turn, Weight};

/// The journal cannot be written, or can be again.
pub(super) fn state(app: &mut App, state: JournalState) {
    match (&state, &app.journal) {
        // The key that tried it again has said so.
        (JournalState::Blocked(why), JournalState::Blocked(old)) if why == old => {}
        (JournalState::Blocked(why), _) => {
            let why = why.clone();
            app.say(Weight::Bad, why);
        }
        (JournalState::Writable, JournalState::Blocked(_)) => {
            app.say(
                Weight::Plain,
                "what is started can be recorded again: press the key once more",
            );
        }
        (JournalState::Writable, JournalState::Writable) => {}
    }
    app.journal = state;
}

/// Asks whether a journal that bars something can be written by now.
pub(super) fn try_again(app: &App, turn: &mut Turn<'_>) {
    if matches!(app.journal, JournalState::Blocked(_)) {
        turn.push(Effect::TryJournal);
    }
}
