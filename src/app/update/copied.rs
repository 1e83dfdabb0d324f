//! Owns what was copied last: it is said where it went, and a file is offered, as nobody can tell whether a terminal took it.

use crate::app::{Action, App, Effect, Focus, Place, Turn, Weight};

use super::keyboard;

/// A text is on its way to the clipboard, or is not.
pub(super) fn copied(app: &mut App, weight: Weight, said: &str, text: String) {
    app.copied = Some(text);
    let key = app.settings.keys.shown(Place::Prefix, Action::SaveCopy);
    let offered = app.focus == Focus::Panes && !key.is_empty();
    let offer = if offered {
        format!("; {} {key} writes a file", keyboard::shown_prefix(app))
    } else {
        String::new()
    };
    app.say(weight, format!("{said}{offer}"));
}

/// Writes it to a file.
pub(super) fn save(app: &App, path: &str, turn: &mut Turn<'_>) -> Result<(), String> {
    if path.trim().is_empty() {
        return Err("type a file name; Esc leaves".to_owned());
    }
    if let Some(text) = app.copied.clone() {
        let path = path.trim().to_owned();
        turn.push(Effect::Save { path, text });
    }
    Ok(())
}
