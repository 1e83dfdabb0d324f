//! Owns the page of port-forwards: where each is found, where it leads, what it has carried. Called by `overlay`.

use crate::app::forward::{Forward, ForwardPhase};
use crate::app::overlay::ForwardsPage;
use crate::app::{Action, App, ContextState, Place};
use crate::config::{Mark, Role};
use crate::ui::contexts;
use crate::ui::overlay::page;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;

/// Columns from which there is room for all that is known.
const WIDE: u16 = 100;

/// Columns of a local address at its longest.
const ADDRESS: usize = "127.0.0.1:65535".len();

/// Draws the page.
pub(super) fn draw(app: &App, page: ForwardsPage, canvas: &mut Canvas<'_>) {
    let (pen, columns, rows) = (canvas.pen(), app.terminal.cols(), app.terminal.rows());
    let live = app.forwards.live().count();
    let heading = [
        pen.own(" FORWARDS  ", Role::Accent),
        pen.own(&format!("{live} live"), Role::Text),
    ];
    page::title(app, &heading, "on 127.0.0.1 only", canvas);
    let pod = pod_width(app);
    let head = head(app, pod);
    let head = text::whole_head(&head, usize::from(columns));
    canvas.print(0, 1, columns, head, pen.style(Role::Dim));
    let body = rows.saturating_sub(3);
    let least = cells(app.forwards.iter().count()).min(body / 2);
    let detail = detail(app, page, usize::from(body.saturating_sub(least)), pen);
    let height = body.saturating_sub(cells(detail.len()));
    let top = (page.cursor + 1).saturating_sub(usize::from(height));
    let shown = app.forwards.iter().enumerate().skip(top);
    let mut y = 2;
    for (_, (at, forward)) in (0..height).zip(shown) {
        let pieces = line(app, forward, at == page.cursor, pod, pen);
        canvas.pieces(0, y, columns, &pieces);
        y += 1;
    }
    for pieces in &detail {
        canvas.pieces(3, y, columns.saturating_sub(4), pieces);
        y += 1;
    }
}

/// What there is to say of the forward under the cursor in so many rows, or that there is none.
fn detail(app: &App, page: ForwardsPage, rows: usize, pen: Pen<'_>) -> Vec<Vec<Piece>> {
    let Some(forward) = app.forwards.iter().nth(page.cursor) else {
        let key = app.settings.keys.shown(Place::List, Action::Forward);
        let none = format!("No port is forwarded; {key} on a pod starts one.");
        return vec![vec![pen.own(&none, Role::Dim)]];
    };
    let room = usize::from(app.terminal.cols().saturating_sub(4)).max(1);
    let mut lines: Vec<Vec<Piece>> = Vec::new();
    for (words, role) in said(app, forward) {
        let look = pen.style(role);
        let wrapped = text::wrapped(&text::printable(&words), room);
        // A sentence stands there whole, or not at all; the first one always does.
        if lines.is_empty() || lines.len() + wrapped.len() <= rows {
            lines.extend(
                wrapped
                    .iter()
                    .map(|line| contexts::sentence(app, line, look, pen)),
            );
        }
    }
    if lines.len() < rows {
        lines.insert(0, Vec::new());
    }
    lines.truncate(rows);
    lines
}

/// Sentences about one forward, those that its user needs first at the start.
fn said(app: &App, forward: &Forward) -> Vec<(String, Role)> {
    let counts = (!is_wide(app)).then(|| (counts(forward), Role::Dim));
    let trouble = match (&forward.phase, &forward.trouble) {
        (ForwardPhase::Ended(why), _) => Some((format!("ended: {why}"), Role::Warn)),
        (_, Some(why)) => Some((format!("the last connection failed: {why}"), Role::Bad)),
        (ForwardPhase::Starting | ForwardPhase::Live, None) => None,
    };
    let next = trouble
        .is_some()
        .then(|| (next_step(app, forward), Role::Text));
    let whole = Some((whole_name(app, forward), Role::Dim));
    let all = trouble.into_iter().chain(next).chain(whole).chain(counts);
    all.collect()
}

/// What can be done about one in trouble.
fn next_step(app: &App, forward: &Forward) -> String {
    let key = |action| app.settings.keys.shown(Place::Forwards, action);
    let stop = key(Action::StopForward);
    match forward.phase {
        ForwardPhase::Ended(_) => format!("{stop} forget it"),
        ForwardPhase::Starting | ForwardPhase::Live => format!(
            "still listens, the next connection is tried · {} another port · {stop} stop",
            key(Action::Forward)
        ),
    }
}

/// Columns cut names, and pods of several contexts may have the same.
fn whole_name(app: &App, forward: &Forward) -> String {
    let pod = &forward.target.pod;
    let context = app.contexts.get(&pod.context);
    let context = context.map_or_else(|| pod.context.to_string(), ContextState::shown);
    if forward.target.container.is_empty() {
        format!("{pod} in {context}")
    } else {
        format!("{} in {context}", forward.target)
    }
}

/// What the columns say where there is room for them.
fn counts(forward: &Forward) -> String {
    let carried = forward.carried;
    format!(
        "{} since {}: {} to the pod, {} from it",
        words::count(
            usize::try_from(carried.connections).unwrap_or(usize::MAX),
            "connection"
        ),
        words::clock(forward.since),
        words::bytes(carried.to_pod),
        words::bytes(carried.from_pod),
    )
}

fn is_wide(app: &App) -> bool {
    app.terminal.cols() >= WIDE
}

fn pod_width(app: &App) -> usize {
    // What the other columns take where there is little room.
    let most = usize::from(app.terminal.cols().saturating_sub(34)).clamp(6, 36);
    let names = app
        .forwards
        .iter()
        .map(|one| text::width(&one.target.pod.name));
    names.max().unwrap_or(0).clamp(3, most)
}

fn head(app: &App, pod: usize) -> String {
    let pod = text::pad_right("POD", pod);
    if is_wide(app) {
        let local = text::pad_right("LOCAL", ADDRESS);
        format!("   {local}  {pod}   PORT  OPEN    ALL    TO POD  FROM POD  SINCE     STATE")
    } else {
        format!("   LOCAL  {pod}   PORT  OPEN  STATE")
    }
}

fn line(app: &App, forward: &Forward, current: bool, pod: usize, pen: Pen<'_>) -> Vec<Piece> {
    let look = if forward.is_live() {
        Role::Text
    } else {
        Role::Dim
    };
    let cursor = if current {
        pen.look.mark(Mark::Focus)
    } else {
        ' '
    };
    let name = text::pad_right(&pen.name(&forward.target.pod.name, pod), pod);
    let (ports, carried) = (forward.ports, forward.carried);
    let (local, rest) = if is_wide(app) {
        let rest = format!(
            "  {:>5}  {:>4}  {:>5}  {:>8}  {:>8}  {}  ",
            ports.remote,
            carried.open,
            carried.connections,
            words::bytes(carried.to_pod),
            words::bytes(carried.from_pod),
            words::clock(forward.since),
        );
        (text::pad_right(&forward.address(), ADDRESS), rest)
    } else {
        let rest = format!("  {:>5}  {:>4}  ", ports.remote, carried.open);
        (text::pad_right(&ports.local.to_string(), 5), rest)
    };
    let mut line = vec![
        pen.own(&format!("{cursor}  "), Role::Accent),
        pen.own(&format!("{local}  "), look),
        pen.foreign(&name, look),
        pen.own(&rest, look),
    ];
    let room = usize::from(app.terminal.cols()).saturating_sub(width(&line));
    line.push(state(forward, room, pen));
    line
}

/// What the newest connection that failed makes of a live forward, from the longest words to the shortest.
const FAILED: [&str; 3] = ["last connection failed", "last failed", "failed"];

/// Trouble of single connections does not end a forward.
fn state(forward: &Forward, room: usize, pen: Pen<'_>) -> Piece {
    match (&forward.phase, &forward.trouble) {
        (ForwardPhase::Starting, _) => pen.own("starting", Role::Dim),
        (ForwardPhase::Ended(_), _) => pen.own("ended", Role::Warn),
        (ForwardPhase::Live, Some(_)) => {
            let fits = FAILED.iter().find(|words| text::width(words) + 3 <= room);
            let words = fits.or(FAILED.last()).copied().unwrap_or_default();
            let alert = pen.look.mark(Mark::Alert);
            pen.own(&format!("{alert} {words}"), Role::Bad)
        }
        (ForwardPhase::Live, None) => pen.own("live", Role::Text),
    }
}
