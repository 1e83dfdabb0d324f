//! Owns the line that is typed into: filter, search, command, namespace, file name. Called by `status_line`.

use ratatui::layout::Position;

use crate::app::App;
use crate::app::edit::Edit;
use crate::app::overlay::prompt::{Old, Reach};
use crate::app::overlay::{Prompt, PromptKind};
use crate::config::{Mark, Role};
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;

/// Draws the prompt over the whole status line; the place of its cursor.
pub(super) fn draw(app: &App, prompt: &Prompt, canvas: &mut Canvas<'_>) -> Position {
    let (area, pen) = (app.layout.status, canvas.pen());
    let mut head = vec![
        pen.styled(" ASK ", pen.reversed(Role::Accent)),
        pen.own(" ", Role::Text),
    ];
    head.extend(contexts::sentence(
        app,
        &label(app, &prompt.kind),
        pen.style(Role::Dim),
        pen,
    ));
    head.push(pen.own(" ", Role::Text));
    let x = canvas.pieces(area.x, area.y, area.width, &head);
    let aside = aside(prompt, canvas);
    let aside_width = cells(width(&aside));
    let whole = area.right().saturating_sub(x).saturating_sub(1);
    // The typed text needs room more than the hint does; a complaint stays.
    let keep = prompt.complaint.is_some() || whole >= aside_width.saturating_add(20);
    let room = if keep {
        whole.saturating_sub(aside_width.saturating_add(2))
    } else {
        whole
    };
    let (shown, column) = window(&prompt.edit, usize::from(room), pen);
    let style = match prompt.old {
        Old::Selected => pen.style(Role::Selection),
        Old::Kept => pen.style(Role::Text),
    };
    canvas.print(x, area.y, room, &shown, style);
    if keep {
        let from = area
            .right()
            .saturating_sub(1)
            .saturating_sub(aside_width)
            .max(x + room.min(whole));
        canvas.pieces(from, area.y, area.right().saturating_sub(from), &aside);
    }
    let last = area.right().saturating_sub(1);
    Position::new(x.saturating_add(column).min(last), area.y)
}

fn aside(prompt: &Prompt, canvas: &Canvas<'_>) -> Vec<Piece> {
    let pen = canvas.pen();
    if let Some(complaint) = &prompt.complaint {
        let mark = pen.look.mark(Mark::Refused);
        return vec![
            pen.own(&format!("{mark} "), Role::Bad),
            pen.foreign(complaint, Role::Bad),
        ];
    }
    let hint = match &prompt.kind {
        PromptKind::Filter if prompt.old == Old::Selected => "type a new one  Left edit  Esc back",
        PromptKind::Filter => "Enter keep  Esc back",
        PromptKind::Search {
            reach: Reach::ThisPane,
            ..
        } => "Enter find  Tab all panes  Esc back",
        PromptKind::Search {
            reach: Reach::AllPanes,
            ..
        } => "Enter find  Tab this pane  Esc back",
        PromptKind::SearchPage => "Enter find  Esc back",
        PromptKind::Run => "Enter run  Esc back",
        PromptKind::Namespace { .. } => "Enter show  Esc back",
        PromptKind::Save(_) => "Enter save  Esc back",
    };
    vec![pen.own(hint, Role::Dim)]
}

fn label(app: &App, kind: &PromptKind) -> String {
    match kind {
        PromptKind::Filter => "filter".to_owned(),
        PromptKind::Search {
            reach: Reach::ThisPane,
            ..
        }
        | PromptKind::SearchPage => "search".to_owned(),
        PromptKind::Search {
            reach: Reach::AllPanes,
            ..
        } => "search all panes".to_owned(),
        PromptKind::Run => {
            let targets = app.run_targets();
            let out = match targets.opted_out {
                0 => String::new(),
                out => format!(", {out} opted out"),
            };
            format!("run in {}{out}:", words::count(targets.pods.len(), "pod"))
        }
        PromptKind::Namespace { context } => {
            let shown = app
                .contexts
                .get(context)
                .map(crate::app::ContextState::shown);
            format!(
                "namespace in {}:",
                shown.unwrap_or_else(|| context.to_string())
            )
        }
        PromptKind::Save(_) => "save to".to_owned(),
    }
}

/// The part of a typed line that is shown, and the column of the cursor in it.
pub(in crate::ui) fn window(edit: &Edit, room: usize, pen: Pen<'_>) -> (String, u16) {
    let (_, column) = edit.cursor();
    let before: String = edit.line().chars().take(column).collect();
    let (before, whole) = (text::printable(&before), text::printable(edit.line()));
    let ahead = text::width(&before);
    if ahead < room {
        return (text::clip(&whole, room), cells(ahead));
    }
    let shown = text::keep_end(&before, room.saturating_sub(1), &pen.look.words(text::CUT));
    let column = cells(text::width(&shown));
    (shown, column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Look, Theme};

    #[test]
    fn a_long_line_shows_the_part_at_the_cursor() {
        let edit = Edit::new("tail -f /var/log/app.log");
        let look = |ascii| Look {
            ascii,
            ..Look::new(Theme::plain())
        };
        let (drawn, ascii) = (look(false), look(true));
        let shown = |room| window(&edit, room, Pen { look: &drawn });
        assert_eq!(shown(40), ("tail -f /var/log/app.log".to_owned(), 24));
        assert_eq!(shown(10), ("…/app.log".to_owned(), 9));
        assert_eq!(shown(0), (String::new(), 0));
        let (text, _) = window(&edit, 10, Pen { look: &ascii });
        assert_eq!(text, "~/app.log");
    }
}
