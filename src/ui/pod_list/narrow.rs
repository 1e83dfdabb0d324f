//! Owns the narrow list: name, status, restarts and age of each pod. Called by `pod_list`.

use crate::app::App;
use crate::config::Role;
use crate::geometry::Area;
use crate::inventory::{ListLine, PodRow, Scratch, WorkloadGroup};
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::pod_list::{
    empty, forwards, gutter, light_cursor, name, padded, signs, status_role,
};
use crate::ui::text;
use crate::ui::words;

const STATUS: usize = 10;
const AGE: usize = 3;
/// The least that is left of a pod's name beside its context.
const POD: usize = 6;

/// Draws the narrow list below the titles of its columns.
pub(super) fn draw_titled(app: &App, area: Area, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let gutter = gutter(app, own_gutter(app));
    let room = usize::from(area.width).saturating_sub(gutter);
    let titles = match room.checked_sub(STATUS + 2 + AGE + 1) {
        Some(status) if status > POD => format!(
            "{}{}{}",
            text::pad_right("POD", status),
            text::pad_right("STATUS", STATUS),
            text::pad_left("AGE", 2 + AGE + 1)
        ),
        Some(_) | None => "POD".to_owned(),
    };
    let x = area.x.saturating_add(cells(gutter));
    let titles = [pen.own(&titles, Role::Dim)];
    canvas.pieces(x, area.y, area.width.saturating_sub(cells(gutter)), &titles);
    let body = Area {
        y: area.y.saturating_add(1),
        height: area.height.saturating_sub(1),
        ..area
    };
    draw(app, body, canvas);
}

/// Draws the narrow list.
pub(super) fn draw(app: &App, area: Area, canvas: &mut Canvas<'_>) {
    if app.list.view.is_empty() {
        return empty::draw(app, area, canvas);
    }
    let pen = canvas.pen();
    let range = app.list.top..app.list.top + usize::from(area.height);
    let lines: Vec<ListLine> = app.list.view.lines(range, &app.inventory).collect();
    let figures = figures(app, &lines);
    let mut scratch = Scratch::default();
    for (row, line) in (0..area.height).zip(&lines) {
        let number = app.list.top + usize::from(row);
        let uid = match line {
            ListLine::Pod(uid) => Some(uid),
            ListLine::Group(_) => None,
        };
        let signs = signs(app, uid, number, pen);
        let mut pieces = vec![signs.cursor, signs.mark];
        pieces.extend(Some(signs.shell).filter(|_| !app.panes.is_empty()));
        pieces.extend(Some(signs.forward).filter(|_| forwards(app)));
        pieces.push(pen.own(" ", Role::Text));
        let room = usize::from(area.width).saturating_sub(gutter(app, own_gutter(app)));
        match line {
            ListLine::Group(group) => pieces.extend(head(app, group, room, pen)),
            ListLine::Pod(uid) => {
                let row = app.inventory.get(uid);
                pieces.extend(
                    row.map(|row| pod(app, row, room, figures, &mut scratch, pen))
                        .unwrap_or_default(),
                );
            }
        }
        canvas.pieces(area.x, area.y + row, area.width, &pieces);
    }
    light_cursor(app, area, area.y, canvas);
}

/// Columns of cursor, mark, a blank, and of the sign of a shell once there are some.
fn own_gutter(app: &App) -> usize {
    if app.panes.is_empty() { 3 } else { 4 }
}

/// A context in so many columns: its end tells most, and that it is protected is never cut.
fn short_context(name: &str, columns: usize, pen: Pen<'_>) -> String {
    match name.strip_prefix('!') {
        Some(rest) if text::width(name) > columns => {
            format!("!{}", pen.name(rest, columns.saturating_sub(1)))
        }
        Some(_) | None => pen.name(name, columns),
    }
}

/// Columns of what stands behind a name.
#[derive(Clone, Copy)]
struct Figures {
    status: usize,
    restarts: usize,
    age: usize,
}

/// A long age takes its column from the status, which may lose its end.
fn figures(app: &App, lines: &[ListLine]) -> Figures {
    let rows = lines.iter().filter_map(|line| match line {
        ListLine::Pod(uid) => app.inventory.get(uid),
        ListLine::Group(_) => None,
    });
    let (mut restarts, mut age) = (1, AGE);
    for row in rows {
        restarts = restarts.max(row.restarts.to_string().len());
        age = age.max(age_of(app, row).len());
    }
    let status = STATUS.saturating_sub(age - AGE);
    Figures {
        status,
        restarts,
        age,
    }
}

fn age_of(app: &App, row: &PodRow) -> String {
    words::coarse_age(app.unix().saturating_sub(row.created))
}

/// `…6d9c8-m2v8d CrashLoop… 9  3d`.
fn pod(
    app: &App,
    row: &PodRow,
    room: usize,
    figures: Figures,
    scratch: &mut Scratch,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let Figures {
        status,
        restarts,
        age,
    } = figures;
    let fixed = 1 + status + 1 + restarts + 1 + age;
    let Some(columns) = room.checked_sub(fixed).filter(|columns| *columns >= POD) else {
        return name(app, row, room, scratch, pen);
    };
    let mut line = Vec::new();
    if app.contexts.several()
        && let Some(context) = app.contexts.get(&row.pod.context)
    {
        let name = contexts::name(context, app, pen);
        let text = short_context(&name.text, columns.saturating_sub(POD + 1), pen);
        line.extend([Piece { text, ..name }, pen.own(":", Role::Text)]);
    }
    let left = columns.saturating_sub(width(&line));
    line.extend(name(app, row, left, scratch, pen));
    let mut line = padded(line, columns + 1, pen);
    let status = text::pad_right(&pen.start(&row.status.word, status), status);
    line.push(Piece {
        text: status,
        style: pen.style(status_role(row.status.kind)),
    });
    let count = text::pad_left(&row.restarts.to_string(), restarts + 1);
    line.push(pen.own(
        &count,
        if row.restarts > 0 {
            Role::Warn
        } else {
            Role::Dim
        },
    ));
    line.push(pen.own(&text::pad_left(&age_of(app, row), age + 1), Role::Dim));
    line
}

/// `deploy/web     5/6  shop`.
fn head(app: &App, group: &WorkloadGroup, room: usize, pen: Pen<'_>) -> Vec<Piece> {
    let role = if group.ready < group.pods {
        Role::Warn
    } else {
        Role::Text
    };
    let ready = format!("{:>2}/{:<2}", group.ready, group.pods);
    let columns = (room / 2).min(room.saturating_sub(text::width(&ready)));
    let style = pen.style(Role::Accent);
    let name = Piece {
        text: text::pad_right(&pen.name(&group.name, columns), columns),
        style,
    };
    let mut line = vec![name, pen.own(&ready, role), pen.own(" ", Role::Text)];
    if app.contexts.several()
        && let Some(context) = app.contexts.get(&group.context)
    {
        line.extend([contexts::name(context, app, pen), pen.own(":", Role::Text)]);
    }
    line.push(pen.foreign(&group.namespace, Role::Dim));
    line
}
