//! Owns the last row: the mode cell, who is hidden or out, contexts, namespaces, watch, and the notice or the hints.
//! A prompt is typed here too. Called by `frame`.

mod fit;
mod hints;
mod mode;
mod place;
mod prompt;
mod who;

use ratatui::layout::Position;

use crate::app::overlay::Demand;
use crate::app::{App, Overlay};
use crate::config::Role;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};

use fit::Parts;
use mode::Mode;

pub(super) use prompt::window;

/// Draws the status line; the place of the cursor while a prompt is typed here.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) -> Option<Position> {
    let area = app.layout.status;
    if area.is_empty() {
        return None;
    }
    let pen = canvas.pen();
    canvas.clear(area, pen.style(Role::Text));
    if let Some(Overlay::Prompt(prompt)) = app.overlay() {
        return Some(prompt::draw(app, prompt, canvas));
    }
    let line = fit::fit(usize::from(area.width), &parts(app, pen), pen);
    canvas.pieces(area.x, area.y, area.width, &line.left);
    let right = cells(width(&line.right));
    let x = area
        .right()
        .saturating_sub(1)
        .saturating_sub(right)
        .max(area.x);
    canvas.pieces(x, area.y, area.right().saturating_sub(x), &line.right);
    None
}

fn parts(app: &App, pen: Pen<'_>) -> Parts {
    let mode = mode::of(app);
    let mut right = hints::right(app, &mode, pen);
    if !place::all_well(app) {
        // A watch that is down matters more than hints.
        right.easy = right.forms.len();
    }
    let context = context(app, &mode, pen);
    Parts {
        mode: vec![cell(app, &mode, pen)],
        who: who::forms(app, &mode, pen),
        clipped: place::clipped(&context, pen),
        context,
        right: right.forms,
        easy: right.easy,
        hints: right.hints,
        joint: match app.overlay() {
            Some(Overlay::Composer(_)) => fit::Joint::Dot,
            Some(_) | None => fit::Joint::Blanks,
        },
    }
}

fn cell(app: &App, mode: &Mode, pen: Pen<'_>) -> Piece {
    let word = match (mode, &app.run) {
        (Mode::Run, Some(run)) if run.running() == 0 => "RUN done".to_owned(),
        (Mode::Run, Some(run)) => {
            let all = run.targets.len();
            format!("RUN {} of {all}", all - run.running().min(all))
        }
        (_, _) => mode.word(),
    };
    pen.styled(&format!(" {word} "), pen.reversed(mode.role()))
}

fn context(app: &App, mode: &Mode, pen: Pen<'_>) -> fit::Forms {
    let question = match app.overlay() {
        Some(Overlay::Question(question)) => matches!(question.demand, Demand::Words(_)),
        Some(
            Overlay::Prompt(_)
            | Overlay::Picker(_)
            | Overlay::Refusal(_)
            | Overlay::Composer(_)
            | Overlay::Text(_)
            | Overlay::Help(_)
            | Overlay::Gather
            | Overlay::Leaks(_)
            | Overlay::Forward(_)
            | Overlay::Forwards(_),
        )
        | None => false,
    };
    if question {
        return Vec::new();
    }
    let keep = match mode {
        Mode::Pane if who::summary_shown(app) => place::Keep::Namespaces,
        Mode::List
        | Mode::Pane
        | Mode::Broadcast(_)
        | Mode::HereOnly(_)
        | Mode::Scroll
        | Mode::Run
        | Mode::Ask => place::Keep::Watch,
    };
    place::forms(app, keep, pen)
}
