//! Owns the page of folded answers: who answered the same, who differs and how. Called by `overlay`.

use crate::app::App;
use crate::app::run::{DiffView, Run};
use crate::config::{Mark, Role, Weight};
use crate::gather::{Ending, Group, Kind, Line, fold_names};
use crate::geometry::Area;
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;

/// What is left of a long command where it shares its row.
const LEAST_COMMAND: usize = 8;

/// Columns before the names and the text of a group, which stand beside its word and its end where there is room.
const BESIDE: usize = 25;
const BELOW: usize = 7;

/// Columns from which there is room beside.
const BESIDE_FROM: usize = 72;

/// Lines of an answer that a folded group shows.
const FOLDED: usize = 3;

/// Draws the page.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let (columns, rows) = (app.terminal.cols(), app.terminal.rows());
    canvas.clear(
        Area::new(0, 0, columns, rows.saturating_sub(1).max(1)),
        pen.style(Role::Text),
    );
    let Some(run) = &app.run else { return };
    title(app, run, canvas);
    if rows > 2 {
        let line = pen.look.lines(Weight::Light).horizontal.to_string();
        canvas.print(
            0,
            1,
            columns,
            &line.repeat(usize::from(columns)),
            pen.style(Role::Line),
        );
    }
    let body = Area::new(0, 2, columns, rows.saturating_sub(3));
    for (row, line) in (0..body.height).zip(shown(
        app,
        run,
        usize::from(columns),
        usize::from(body.height),
        pen,
    )) {
        canvas.pieces(0, body.y + row, columns, &line);
    }
}

/// ` RUN  cat /etc/app/rev   in 49 pods, !prod-eu · shop      46 same · 2 differ    49 of 49 in 3.1 s`.
fn title(app: &App, run: &Run, canvas: &mut Canvas<'_>) {
    let (pen, columns) = (canvas.pen(), app.terminal.cols());
    let right = progress(app, run, columns >= 100);
    let right = pen.own(&right, Role::Text);
    let whole = usize::from(columns).saturating_sub(1);
    let mut left = vec![pen.own(" RUN  ", Role::Accent)];
    let pods = words::count(run.targets.len(), "pod");
    let mut place = if columns >= 100 {
        let mut place = vec![pen.own(&format!("   in {pods}, "), Role::Dim)];
        place.extend(places(app, run, pen));
        place
    } else {
        vec![pen.own(&format!("   {pods}"), Role::Dim)]
    };
    let beside =
        |place: &[Piece]| width(&left) + width(place) + LEAST_COMMAND.min(text::width(&run.line));
    // How far it is goes first, then how many pods there are: both stand below, too.
    let with_right = beside(&place) + right.width() + 2 <= whole;
    if !with_right && beside(&place) > whole {
        place.clear();
    }
    let taken = if with_right { right.width() + 2 } else { 0 };
    let command = whole.saturating_sub(taken + width(&left) + width(&place));
    left.push(Piece {
        text: pen.start(&run.line, command),
        style: pen.style(Role::Text),
    });
    left.extend(place);
    canvas.pieces(0, 0, columns, &left);
    if with_right {
        let x = cells(whole.saturating_sub(right.width()));
        canvas.pieces(x, 0, columns.saturating_sub(x), &[right]);
    }
}

fn progress(app: &App, run: &Run, whole: bool) -> String {
    let summary = run.gathered.summary();
    if !whole {
        return summary;
    }
    let (all, running) = (run.targets.len(), run.running());
    let took = run
        .ended
        .unwrap_or(app.now)
        .saturating_duration_since(run.started);
    format!(
        "{summary}    {} of {all} in {}",
        all - running.min(all),
        words::tenths(took)
    )
}

/// Contexts and namespaces of the targets.
fn places(app: &App, run: &Run, pen: Pen<'_>) -> Vec<Piece> {
    let pods = || run.targets.iter().map(|target| &target.target.pod);
    let mut names: Vec<&crate::ids::ContextName> = pods().map(|pod| &pod.context).collect();
    names.sort();
    names.dedup();
    let mut namespaces: Vec<&str> = pods().map(|pod| &*pod.namespace).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    let mut pieces = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            pieces.push(pen.own(", ", Role::Dim));
        }
        match app.contexts.get(name) {
            Some(context) => pieces.push(contexts::name(context, app, pen)),
            None => pieces.push(pen.foreign(name.as_str(), Role::Text)),
        }
    }
    let namespaces = match namespaces.as_slice() {
        [only] => (*only).to_owned(),
        more => format!("{} ns", more.len()),
    };
    pieces.extend([
        pen.own(" · ", Role::Dim),
        pen.foreign(&namespaces, Role::Text),
    ]);
    pieces
}

/// The lines of all groups, scrolled so that the group under the cursor is seen.
fn shown(app: &App, run: &Run, columns: usize, height: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let mut lines = Vec::new();
    let (mut from, mut to) = (0, 0);
    for (index, group) in run.gathered.groups.iter().enumerate() {
        if index == run.cursor {
            from = lines.len();
        }
        lines.extend(group_lines(app, run, index, group, columns, pen));
        if index == run.cursor {
            to = lines.len();
        }
    }
    let top = to.saturating_sub(height).min(from);
    lines.into_iter().skip(top).take(height).collect()
}

fn group_lines(
    app: &App,
    run: &Run,
    index: usize,
    group: &Group,
    columns: usize,
    pen: Pen<'_>,
) -> Vec<Vec<Piece>> {
    let indent = indent(columns);
    let room = columns.saturating_sub(indent + 1);
    let unfolded = run.unfolded.contains(&index);
    let mut head = head(app, run, index, group, pen);
    let mut names = names(group, room, unfolded, pen).into_iter();
    if indent == BESIDE {
        head.extend(names.next());
    }
    let mut lines = vec![head];
    lines.extend(names.map(|names| indented(names, indent, pen)));
    if group.kind == Kind::Running {
        return lines;
    }
    let said = [
        (group.ending.why(), Role::Bad),
        (group.common.as_deref(), Role::Dim),
    ];
    for (words, role) in said {
        let rows = text::wrapped(&text::printable(words.unwrap_or_default()), room);
        let rows = rows.iter().filter(|row| !row.is_empty());
        lines.extend(rows.map(|row| indented(pen.own(row, role), indent, pen)));
    }
    let most = if unfolded { usize::MAX } else { FOLDED };
    match &group.difference {
        Some(difference) if group.kind == Kind::Differ && !unfolded => {
            let whole = run.diff == DiffView::Whole;
            let changed: Vec<&Line> = if whole {
                difference.lines.iter().collect()
            } else {
                difference.changes().take(2 * FOLDED).collect()
            };
            lines.extend(
                changed
                    .into_iter()
                    .map(|line| diff_line(line, indent, room, pen)),
            );
        }
        Some(_) | None => {
            let text = group.text.lines().take(most);
            lines.extend(text.map(|line| {
                indented(
                    Piece {
                        text: pen.start(line, room),
                        style: pen.style(Role::Text),
                    },
                    indent,
                    pen,
                )
            }));
            let more = group.text.lines().count().saturating_sub(most);
            if more > 0 {
                lines.push(indented(
                    pen.own(&format!("… {}", words::count(more, "more line")), Role::Dim),
                    indent,
                    pen,
                ));
            }
        }
    }
    lines
}

const fn indent(columns: usize) -> usize {
    if columns < BESIDE_FROM { BELOW } else { BESIDE }
}

fn indented(piece: Piece, indent: usize, pen: Pen<'_>) -> Vec<Piece> {
    vec![pen.own(&" ".repeat(indent), Role::Text), piece]
}

/// `web-6d9c8-[4kq2p 7hhzn … 42 more]`; unfolded all of them, in as many lines as they need.
fn names(group: &Group, room: usize, unfolded: bool, pen: Pen<'_>) -> Vec<Piece> {
    let names: Vec<&str> = group
        .targets
        .iter()
        .map(|target| &*target.pod.name)
        .collect();
    let lines = if unfolded {
        text::wrapped(&fold_names(&names, usize::MAX), room.max(1))
    } else {
        vec![pen.start(&fold_names(&names, room), room)]
    };
    let piece = |line: String| Piece {
        text: pen.look.words(&line),
        style: pen.style(Role::Text),
    };
    lines.into_iter().map(piece).collect()
}

/// `▸  46  same     exit 0   `.
fn head(app: &App, run: &Run, index: usize, group: &Group, pen: Pen<'_>) -> Vec<Piece> {
    let cursor = if index == run.cursor {
        pen.look.mark(Mark::Focus)
    } else {
        ' '
    };
    let (word, role) = match group.kind {
        Kind::Same => ("same", Role::Text),
        Kind::Differ => ("differ", Role::Warn),
        Kind::Failed => ("failed", Role::Bad),
        Kind::Running => ("running", Role::Dim),
    };
    let end = match &group.ending {
        Ending::Running => words::seconds(app.now.saturating_duration_since(run.started)),
        Ending::NotStarted(_) => "no start".to_owned(),
        Ending::Lost(_) => "lost".to_owned(),
        Ending::Exited(_) | Ending::TimedOut | Ending::Cancelled => group.ending.to_string(),
    };
    vec![
        pen.own(&cursor.to_string(), Role::Accent),
        pen.own(&format!("{:>4}  ", group.targets.len()), Role::Text),
        pen.own(&text::pad_right(word, 9), role),
        pen.own(&text::pad_right(&text::clip(&end, 8), 9), Role::Text),
    ]
}

fn diff_line(line: &Line, indent: usize, room: usize, pen: Pen<'_>) -> Vec<Piece> {
    let (sign, words, role) = match line {
        Line::Kept(words) => (" ", words, Role::Dim),
        Line::Removed(words) => ("-", words, Role::Dim),
        Line::Added(words) => ("+", words, Role::Warn),
    };
    vec![
        pen.own(&" ".repeat(indent.saturating_sub(2)), Role::Text),
        pen.own(&format!("{sign} "), role),
        Piece {
            text: pen.start(words, room),
            style: pen.style(role),
        },
    ]
}
