//! Owns guards that ask, and refusals that still offer something. Called by `overlay`.

use ratatui::layout::Position;

use crate::app::App;
use crate::app::overlay::{Demand, Question, Refusal};
use crate::config::Role;
use crate::ui::contexts;
use crate::ui::overlay::dialog;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;

/// Draws a question; the place of the cursor where something is to be typed.
pub(super) fn draw(app: &App, question: &Question, canvas: &mut Canvas<'_>) -> Option<Position> {
    let pen = canvas.pen();
    let mut lines = wrapped(app, &question.lines, pen);
    let typed = match &question.demand {
        Demand::Words(words) => {
            let words = pen.own(&format!("{}  ", words.join("  ")), Role::Dim);
            let before = cells(words.width());
            let (shown, column) = (question.typed.line().to_owned(), question.typed.cursor().1);
            lines.push(vec![words, pen.foreign(&shown, Role::Accent)]);
            Some(before.saturating_add(cells(column)))
        }
        Demand::Press(_) => None,
    };
    // What is typed must be seen, whatever else does not fit.
    let most = dialog::height(app).max(1);
    if lines.len() > most {
        lines.retain(|line| width(line) > 0);
    }
    let over = lines.len().saturating_sub(most);
    let from = lines.len().saturating_sub(1 + over);
    lines.drain(from..from + over);
    let rows = lines.len();
    let inner = dialog::draw(app, &question.title, &lines, canvas);
    let row = cells(rows.saturating_sub(1));
    let column = typed?;
    let inside = column < inner.width && row < inner.height;
    inside.then(|| Position::new(inner.x + column, inner.y + row))
}

/// Sentences that do not fit go on in the next line, as far in as they began.
fn wrapped(app: &App, sentences: &[String], pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let room = dialog::room(app);
    let mut lines = Vec::new();
    for sentence in sentences {
        if text::width(sentence) <= room {
            lines.push(line(app, sentence, pen));
            continue;
        }
        let (label, rest) = labelled(sentence, room);
        let blanks = " ".repeat(text::width(&label));
        let parts = text::wrapped(rest, room.saturating_sub(blanks.len()).max(1));
        let before = std::iter::once(label).chain(std::iter::repeat(blanks));
        lines.extend(
            parts
                .iter()
                .zip(before)
                .map(|(part, before)| line(app, &format!("{before}{part}"), pen)),
        );
    }
    lines
}

/// What stands before the words of a sentence, with the blanks behind it, and the words.
fn labelled(sentence: &str, room: usize) -> (String, &str) {
    let words = sentence.trim_start();
    let inset = sentence.len() - words.len();
    if inset > 0 {
        return (" ".repeat(inset.min(room / 2)), words);
    }
    let split = sentence.split_once("  ");
    let (label, words) = split.map_or(("", sentence), |(label, words)| (label, words.trim_start()));
    let before = sentence.strip_suffix(words).unwrap_or_default();
    if label.is_empty() || text::width(before) > room / 2 {
        return (String::new(), sentence);
    }
    (before.to_owned(), words)
}

/// The sign of a refusal has the look of one.
fn line(app: &App, sentence: &str, pen: Pen<'_>) -> Vec<Piece> {
    let look = pen.style(Role::Text);
    match sentence.strip_prefix('✗') {
        Some(rest) => {
            let sign = pen.own("✗", Role::Bad);
            std::iter::once(sign)
                .chain(contexts::sentence(app, rest, look, pen))
                .collect()
        }
        None => contexts::sentence(app, sentence, look, pen),
    }
}

/// Draws a refusal with what is still allowed.
pub(super) fn draw_refusal(app: &App, refusal: &Refusal, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let mut lines = wrapped(app, &refusal.lines, pen);
    let room = dialog::room(app);
    let close = if refusal.rest.is_some() {
        "open nothing"
    } else {
        "close"
    };
    let open = refusal
        .rest
        .as_ref()
        .map(|rest| ("o", format!("open those {}", rest.pods)));
    let copy = "copy a Role and RoleBinding that would allow it".to_owned();
    let copy = refusal.role.as_ref().map(|_| ("y", copy));
    let offers: Vec<Vec<Piece>> = open
        .into_iter()
        .chain(copy)
        .chain([("Esc", close.to_owned())])
        .flat_map(|(key, does)| offer(key, &does, room, pen))
        .collect();
    // The keys must be seen, whatever of the reasons does not fit.
    let most = dialog::height(app).saturating_sub(offers.len()).max(1);
    if lines.len() < most {
        lines.push(Vec::new());
    }
    lines.truncate(most);
    lines.extend(offers);
    dialog::draw(app, &refusal.title, &lines, canvas);
}

/// A key and what it does, which goes on under its own words.
fn offer(key: &str, does: &str, room: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    const KEY: usize = 5;
    let inset = "  ";
    let parts = text::wrapped(does, room.saturating_sub(inset.len() + KEY).max(1));
    let keys = std::iter::once(key).chain(std::iter::repeat(""));
    let line = |(part, key): (&String, &str)| {
        vec![
            pen.own(inset, Role::Text),
            pen.own(&text::pad_right(key, KEY), Role::Accent),
            pen.own(part, Role::Text),
        ]
    };
    parts.iter().zip(keys).map(line).collect()
}
