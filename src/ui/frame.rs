//! Owns the whole screen: what lies where, and where the cursor of the outer terminal stands. Called by `runtime`.

use ratatui::Frame;

use crate::app::{App, Focus};
use crate::ui::drawn::Drawn;
use crate::ui::paint::Canvas;
use crate::ui::{overlay, pane, pod_list, status_line, top_line};

/// Draws the app. Whatever the size, nothing is drawn outside of it.
///
/// `drawn` is what the last frame of the same app left there; a new one draws the same.
pub fn draw(app: &App, drawn: &mut Drawn, frame: &mut Frame<'_>) {
    drawn.begin();
    let mut canvas = Canvas::new(&app.settings.look, frame.buffer_mut());
    top_line::draw(app, &mut canvas);
    pane::draw_all(app, drawn, &mut canvas);
    pod_list::draw(app, &mut canvas);
    let over = overlay::draw_all(app, &mut canvas);
    let typed = status_line::draw(app, &mut canvas);
    let in_pane = app.overlays.is_empty() && app.focus == Focus::Panes;
    let cursor = typed
        .or(over)
        .or_else(|| if in_pane { pane::cursor(app) } else { None });
    let area = frame.area();
    if let Some(cursor) = cursor.filter(|cursor| area.contains(*cursor)) {
        frame.set_cursor_position(cursor);
    }
}
