//! Owns the box that dialogs are drawn in: centred, as high as its lines, never larger than the screen. Called by the dialogs.

use crate::app::App;
use crate::config::{Role, Weight};
use crate::geometry::Area;
use crate::ui::paint::{Canvas, Piece, cells};
use crate::ui::text;

/// Width of a dialog, borders included, where the terminal is wide enough.
const WIDTH: u16 = 74;

/// Columns that a dialog's lines have.
pub(super) fn room(app: &App) -> usize {
    usize::from(frame_of(app, 0).width.saturating_sub(4))
}

/// Lines that a dialog can have. Where there are enough rows one stays free above the box.
pub(super) fn height(app: &App) -> usize {
    let rows = app.terminal.rows();
    let around = if rows < 12 { 3 } else { 4 };
    usize::from(rows.saturating_sub(around))
}

/// Whether there are rows to spare for a blank one.
pub(super) fn is_roomy(app: &App) -> bool {
    height(app) >= 5
}

fn frame_of(app: &App, lines: u16) -> Area {
    let (columns, rows) = (app.terminal.cols(), app.terminal.rows());
    let width = WIDTH.min(columns);
    let height = lines.saturating_add(2).min(rows.saturating_sub(1));
    let (x, y) = (
        (columns - width) / 2,
        rows.saturating_sub(1).saturating_sub(height) / 2,
    );
    Area {
        x,
        y,
        width,
        height,
    }
}

/// Draws the box with its lines and returns the area of the lines.
pub(super) fn draw(app: &App, title: &str, lines: &[Vec<Piece>], canvas: &mut Canvas<'_>) -> Area {
    let area = frame_of(app, cells(lines.len()));
    draw_in(area, title, lines, canvas)
}

/// The same where the area is given.
pub(super) fn draw_in(
    area: Area,
    title: &str,
    lines: &[Vec<Piece>],
    canvas: &mut Canvas<'_>,
) -> Area {
    let pen = canvas.pen();
    canvas.clear(area, pen.style(Role::Text));
    border(area, title, canvas);
    let inner = Area {
        x: area.x.saturating_add(2),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(2),
    };
    for (row, line) in (0..inner.height).zip(lines) {
        canvas.pieces(inner.x, inner.y + row, inner.width, line);
    }
    inner
}

fn border(area: Area, title: &str, canvas: &mut Canvas<'_>) {
    if area.width < 2 || area.height < 2 {
        return;
    }
    let pen = canvas.pen();
    let style = pen.style(Role::Accent);
    let set = pen.look.lines(Weight::Light);
    let [top_right, bottom_left, bottom_right] = pen.look.box_corners();
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x..area.right() {
        canvas.put_char(x, area.y, set.horizontal, style);
        canvas.put_char(x, bottom, set.horizontal, style);
    }
    for y in area.y..area.bottom() {
        canvas.put_char(area.x, y, set.vertical, style);
        canvas.put_char(right, y, set.vertical, style);
    }
    canvas.put_char(area.x, area.y, set.corner, style);
    canvas.put_char(right, area.y, top_right, style);
    canvas.put_char(area.x, bottom, bottom_left, style);
    canvas.put_char(right, bottom, bottom_right, style);
    let room = area.width.saturating_sub(6);
    if room > 0 && !title.is_empty() {
        let title = pen.start(&pen.look.words(title), usize::from(room));
        let words = format!(" {title} ");
        canvas.print(
            area.x + 2,
            area.y,
            cells(text::width(&words)),
            &words,
            style,
        );
    }
}
