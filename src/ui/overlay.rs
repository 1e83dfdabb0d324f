//! Owns what lies over the screen: pages, dialogs, pickers, the popup of keys. Called by `frame`.

mod composer;
mod dialog;
mod forward;
mod forwards;
mod gather;
mod leaks;
mod page;
mod picker;
mod question;
mod which_key;

use ratatui::layout::Position;

use crate::app::{App, Overlay};
use crate::ui::paint::Canvas;

/// Draws all overlays from the lowest to the topmost; the place of the topmost one's cursor.
pub(super) fn draw_all(app: &App, canvas: &mut Canvas<'_>) -> Option<Position> {
    let mut cursor = None;
    for overlay in &app.overlays {
        cursor = draw(app, overlay, canvas);
    }
    if app.overlays.is_empty() && app.prefix.is_some_and(|prefix| prefix.popup) {
        which_key::draw(app, canvas);
    }
    cursor
}

fn draw(app: &App, overlay: &Overlay, canvas: &mut Canvas<'_>) -> Option<Position> {
    match overlay {
        // A prompt is typed in the status line.
        Overlay::Prompt(_) => return None,
        Overlay::Picker(picker) => return picker::draw(app, picker, canvas),
        Overlay::Question(question) => return question::draw(app, question, canvas),
        Overlay::Refusal(refusal) => question::draw_refusal(app, refusal, canvas),
        Overlay::Composer(composer) => return composer::draw(app, composer, canvas),
        Overlay::Text(page) => page::draw(app, page, canvas),
        Overlay::Help(help) => page::draw_help(app, help, canvas),
        Overlay::Gather => gather::draw(app, canvas),
        Overlay::Leaks(page) => leaks::draw(app, page, canvas),
        Overlay::Forward(question) => return forward::draw(app, question, canvas),
        Overlay::Forwards(page) => forwards::draw(app, *page, canvas),
    }
    None
}
