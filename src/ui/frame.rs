//! Owns the whole screen: what lies where, and where the cursor of the outer terminal stands. Called by `runtime`.

use crate::app::{App, Focus};
use crate::geometry::Area;
use crate::ui::drawn::Drawn;
use crate::ui::paint::Canvas;
use crate::ui::{overlay, pane, pod_list, status_line, top_line};

/// Draws the app. Whatever the size, nothing is drawn outside of it.
///
/// `drawn` is what the last frame of the same app left there; a new one draws the same.
pub fn draw(app: &App, drawn: &mut Drawn) {
    let (buffer, kept) = drawn.begin(app.terminal, |kept| pane::standing(app, kept));
    let mut canvas = Canvas::new(&app.settings.look, buffer);
    top_line::draw(app, &mut canvas);
    pane::draw_all(app, kept, &mut canvas);
    canvas.take_painted();
    pod_list::draw(app, &mut canvas);
    let list = canvas.take_painted();
    let over = overlay::draw_all(app, &mut canvas);
    let overlays = canvas.take_painted();
    let typed = status_line::draw(app, &mut canvas);
    let status = canvas.take_painted();
    let in_pane = app.overlays.is_empty() && app.focus == Focus::Panes;
    let cursor = typed
        .or(over)
        .or_else(|| if in_pane { pane::cursor(app) } else { None });
    let screen = Area::new(0, 0, app.terminal.cols(), app.terminal.rows());
    let cursor = cursor.filter(|cursor| screen.contains(cursor.x, cursor.y));
    drawn.end(&[list, overlays, status], cursor);
}
