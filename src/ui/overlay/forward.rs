//! Owns the question which port of a pod is forwarded. Called by `overlay`.

use ratatui::layout::Position;

use crate::app::App;
use crate::app::forward::ADDRESS;
use crate::app::overlay::ForwardQuestion;
use crate::app::overlay::forward::{ForwardStage, KnownPorts, Typed};
use crate::config::{Mark, Role};
use crate::session::forward::ContainerPort;
use crate::ui::overlay::dialog;
use crate::ui::paint::{Canvas, Pen, Piece, cells};
use crate::ui::status_line::window;
use crate::ui::text;

/// Before the line that is typed.
const LABEL: &str = "LOCAL:REMOTE  ";

/// Draws the question; the place of its cursor.
pub(super) fn draw(
    app: &App,
    question: &ForwardQuestion,
    canvas: &mut Canvas<'_>,
) -> Option<Position> {
    let pen = canvas.pen();
    let room = dialog::room(app);
    let before = text::width(LABEL);
    let (typed, column) = window(&question.edit, room.saturating_sub(before + 1), pen);
    let style = match question.typed {
        Typed::Choice => pen.style(Role::Selection),
        Typed::Own => pen.style(Role::Text),
    };
    let mut lines = vec![vec![
        pen.own(LABEL, Role::Dim),
        Piece { text: typed, style },
    ]];
    let below = said(question, room, pen);
    let left = dialog::height(app).saturating_sub(lines.len() + below.len());
    lines.extend(choices(question, left.saturating_sub(1), pen));
    lines.extend(below);
    let title = format!(
        "port-forward {}",
        text::printable(&question.target.pod.name)
    );
    let inner = dialog::draw(app, &title, &lines, canvas);
    let column = column.saturating_add(cells(before));
    (column < inner.width && inner.height > 0).then(|| Position::new(inner.x + column, inner.y))
}

/// The pod's ports, in so many lines that the one under the cursor is seen.
fn choices(question: &ForwardQuestion, most: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let all = question.choices();
    let top = (question.cursor + 1).saturating_sub(most.max(1));
    let widest = |of: fn(&ContainerPort) -> usize| all.iter().map(of).max().unwrap_or(0);
    let name = widest(|port| text::width(port.name.as_deref().unwrap_or_default()));
    let line = |(at, port): (usize, &ContainerPort)| {
        let current = at == question.cursor && question.typed == Typed::Choice;
        let (sign, role) = if current {
            (pen.look.mark(Mark::Focus), Role::Accent)
        } else {
            (' ', Role::Text)
        };
        let named = text::pad_right(
            &text::printable(port.name.as_deref().unwrap_or_default()),
            name,
        );
        vec![
            pen.own(&format!("{sign} "), Role::Accent),
            pen.own(&format!("{:<5}  ", port.port), role),
            pen.foreign(&format!("{named}  "), Role::Text),
            pen.foreign(&port.container, Role::Dim),
        ]
    };
    all.iter()
        .enumerate()
        .skip(top)
        .take(most)
        .map(line)
        .collect()
}

/// What is to be known besides: no ports, what happens now, what is wrong.
fn said(question: &ForwardQuestion, room: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let wrapped = |words: &str, role| {
        let lines = text::wrapped(&text::printable(words), room.max(1));
        lines
            .into_iter()
            .map(move |line| vec![pen.own(&line, role)])
    };
    let ports = match &question.ports {
        KnownPorts::Asked => "asking the pod for its ports …".to_owned(),
        KnownPorts::Told(ports) if ports.is_empty() => {
            "The pod's spec names no TCP port: type one.".to_owned()
        }
        KnownPorts::Told(_) => String::new(),
        KnownPorts::Unknown(why) => format!("its ports are not known: {why}"),
    };
    let stage = match (question.stage, &question.complaint) {
        (ForwardStage::WaitsForRights(_), _) => ("asking whether you may …".to_owned(), Role::Text),
        (ForwardStage::Starting(_), _) => ("taking the local port …".to_owned(), Role::Text),
        (ForwardStage::Asking, Some(complaint)) => {
            let mark = pen.look.mark(Mark::Refused);
            (format!("{mark} {complaint}"), Role::Bad)
        }
        (ForwardStage::Asking, None) => (format!("It listens on {ADDRESS} only."), Role::Dim),
    };
    wrapped(&ports, Role::Dim)
        .chain(std::iter::once(Vec::new()))
        .chain(wrapped(&stage.0, stage.1))
        .collect()
}
