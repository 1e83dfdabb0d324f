//! Owns the text that goes to many panes, and its preview: targets and expansions. Called by `overlay`.

use ratatui::layout::Position;

use crate::app::App;
use crate::app::overlay::compose::Preview;
use crate::app::overlay::{ComposeStage, Composer};
use crate::app::send::{SendPlan, SendTo};
use crate::config::{Mark, Role};
use crate::session::Membership;
use crate::session::broadcast;
use crate::ui::overlay::dialog;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;

/// Draws the composer; the place of its cursor while it is written.
pub(super) fn draw(app: &App, composer: &Composer, canvas: &mut Canvas<'_>) -> Option<Position> {
    let pen = canvas.pen();
    let written = composer.edit.lines();
    let (row, column) = composer.edit.cursor();
    let previewed = match &composer.stage {
        ComposeStage::Writing => Vec::new(),
        ComposeStage::Preview(shown) => preview(app, shown, pen),
    };
    let complaint = usize::from(composer.complaint.is_some());
    let rows = dialog::height(app)
        .saturating_sub(previewed.len() + complaint)
        .max(1);
    let top = (row + 1).saturating_sub(rows);
    let room = dialog::room(app);
    let writing = matches!(composer.stage, ComposeStage::Writing);
    // Only who writes needs to see the cursor; what is about to be sent is read from its start.
    let left = if writing {
        columns_cut(written.get(row).map_or("", String::as_str), column, room)
    } else {
        0
    };
    let shown = |line: &String| {
        let line: String = line.chars().skip(left).collect();
        if writing {
            pen.foreign(&line, Role::Text)
        } else {
            pen.foreign(&pen.start(&line, room), Role::Text)
        }
    };
    let mut lines: Vec<Vec<Piece>> = written
        .iter()
        .skip(top)
        .take(rows)
        .map(|line| vec![shown(line)])
        .collect();
    lines.extend(previewed);
    if let Some(complaint) = &composer.complaint {
        let mark = pen.look.mark(Mark::Refused);
        lines.push(vec![
            pen.own(&format!("{mark} "), Role::Bad),
            pen.foreign(complaint, Role::Bad),
        ]);
    }
    let title = format!(
        "compose for {} · {}",
        words::count(targets(app, &composer.stage), "pane"),
        words::count(written.len(), "line")
    );
    let inner = dialog::draw(app, &title, &lines, canvas);
    if !writing {
        return None;
    }
    let before: String = written.get(row)?.chars().take(column).skip(left).collect();
    let (x, y) = (
        cells(text::width(&text::printable(&before))),
        cells(row - top),
    );
    (x < inner.width && y < inner.height).then(|| Position::new(inner.x + x, inner.y + y))
}

/// Characters at the left that are scrolled away so that the cursor is seen.
fn columns_cut(line: &str, column: usize, room: usize) -> usize {
    let before: Vec<char> = line.chars().take(column).collect();
    let wide = |from: usize| text::width(&before.iter().skip(from).collect::<String>());
    (0..=before.len())
        .find(|from| wide(*from) < room.max(1))
        .unwrap_or(before.len())
}

fn targets(app: &App, stage: &ComposeStage) -> usize {
    if let ComposeStage::Preview(preview) = stage {
        return preview.plan.to.len();
    }
    let Some(tab) = app.tabs.active() else {
        return 0;
    };
    let views = app.pane_views(tab.id);
    if app.broadcast_on() {
        return broadcast::receivers(&views).count();
    }
    let switched = broadcast::switched_on(&views);
    switched
        .iter()
        .filter(|(_, membership)| *membership == Membership::Receiving)
        .count()
}

/// A blank line, then a page of targets with what they get.
fn preview(app: &App, preview: &Preview, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let plan = &preview.plan;
    let blank = usize::from(dialog::is_roomy(app));
    let most = dialog::height(app)
        .saturating_sub(2 + blank)
        .clamp(1, preview.page.max(1));
    let mut lines: Vec<Vec<Piece>> = plan
        .to
        .iter()
        .skip(preview.from)
        .take(most)
        .map(|to| expansion(plan, to, dialog::room(app), pen))
        .collect();
    let more = plan.to.len() - lines.len().min(plan.to.len());
    if let Some(last) = lines.last_mut().filter(|_| more > 0) {
        let aside = pen.own(&format!("{more} more: Tab"), Role::Dim);
        let room = dialog::room(app).saturating_sub(aside.width() + 2);
        *last = shortened(std::mem::take(last), room, pen);
        let blanks = dialog::room(app).saturating_sub(width(last) + aside.width());
        last.extend([pen.own(&" ".repeat(blanks), Role::Text), aside]);
    }
    lines.splice(0..0, std::iter::repeat_n(Vec::new(), blank));
    lines
}

/// A line that loses its end, and is seen to.
fn shortened(line: Vec<Piece>, room: usize, pen: Pen<'_>) -> Vec<Piece> {
    let mut left = room;
    let shorten = |piece: Piece| {
        let shown = text::keep_start(&piece.text, left, &pen.cut());
        left -= text::width(&shown).min(left);
        Piece {
            text: shown,
            ..piece
        }
    };
    line.into_iter().map(shorten).collect()
}

/// `…m2v8d  …; echo web-6d9c8-m2v8d done`: the line that has placeholders, else the first.
fn expansion(plan: &SendPlan, to: &SendTo, room: usize, pen: Pen<'_>) -> Vec<Piece> {
    let name = words::short_name(&to.target.pod.name, &pen.cut());
    let mut lines = plan.text.lines().zip(to.text.lines()).enumerate();
    let changed = lines.find(|(_, (written, filled))| written != filled);
    let (index, filled) = changed.map_or_else(
        || (0, to.text.lines().next().unwrap_or("")),
        |(index, (_, filled))| (index, filled),
    );
    let ahead = if index > 0 {
        format!("{}; ", pen.cut())
    } else {
        String::new()
    };
    let after = if index + 1 < to.text.lines().count() {
        format!("; {}", pen.cut())
    } else {
        String::new()
    };
    let left = room.saturating_sub(text::width(&name) + 2);
    let shown = pen.start(&format!("{ahead}{filled}{after}"), left);
    vec![
        Piece {
            text: format!("{name}  "),
            style: pen.style(Role::Accent),
        },
        Piece {
            text: shown,
            style: pen.style(Role::Dim),
        },
    ]
}
