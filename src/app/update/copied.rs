//! Owns what was copied last: it is said where it went, and a file is offered, as nobody can tell whether a terminal took it.

use crate::app::{Action, App, Focus, Place, Weight};

use super::keyboard;

/// A text is on its way to the clipboard, or is not.
pub(super) fn copied(app: &mut App, weight: Weight, said: &str, text: String) {
    app.copied = Some(text);
    let offer = match app.focus {
        Focus::Panes => keyboard::offer(app, Place::Prefix, Action::SaveCopy, "writes a file"),
        Focus::List => String::new(),
    };
    app.say(weight, format!("{said}{offer}"));
}
