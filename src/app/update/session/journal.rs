//! Owns what the console learns of its journal: whether it can be written, and that it is asked again.

use crate::app::event::JournalState;
use crate::app::{App, Effect, Turn, Weight};

/// The journal cannot be written, or can be again.
pub(in crate::app::update) fn journal(app: &mut App, state: JournalState) {
    match (&state, &app.journal) {
        (JournalState::Blocked(why), _) => {
            let why = why.clone();
            app.say(Weight::Bad, why);
        }
        (JournalState::Writable, JournalState::Blocked(_)) => {
            app.say(
                Weight::Plain,
                "the journal can be written again: press the key once more",
            );
        }
        (JournalState::Writable, JournalState::Writable) => {}
    }
    app.journal = state;
}

/// Asks whether a journal that bars something can be written by now.
pub(in crate::app::update) fn try_journal(app: &App, turn: &mut Turn<'_>) {
    if matches!(app.journal, JournalState::Blocked(_)) {
        turn.push(Effect::TryJournal);
    }
}
