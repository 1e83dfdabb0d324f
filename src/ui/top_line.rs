//! Owns the first row: how many pods are listed and how, then the tabs. Called by `frame`.

use crate::app::{Action, App, Place};
use crate::config::{Mark, Role, Weight};
use crate::ids::TabId;
use crate::inventory::{Direction, Grouping};
use crate::session::broadcast::Broadcast;
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;
use crate::workspace::{Tab, Zoom};

/// With fewer columns a filter says nothing.
const LEAST_FILTER: usize = 7;

/// Draws the row.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let area = app.layout.top;
    if area.is_empty() {
        return;
    }
    let pen = canvas.pen();
    canvas.clear(area, pen.style(Role::Text));
    let end = match (app.tabs.is_empty(), beside(app)) {
        (true, _) => canvas.pieces(area.x, area.y, area.width, &title(app, area.width, pen)),
        (false, Some(panes)) => {
            let room = panes.saturating_sub(area.x).saturating_sub(1);
            canvas.pieces(area.x, area.y, room, &title(app, room, pen));
            tabs(app, panes, canvas)
        }
        (false, None) => {
            let drawer = format!(
                " {} PODS {} ",
                pen.look.mark(Mark::Drawer),
                app.inventory.len()
            );
            let x = canvas.pieces(area.x, area.y, area.width, &[pen.own(&drawer, Role::Text)]);
            tabs(app, x, canvas)
        }
    };
    right(app, end, canvas);
}

/// Where the panes start beside a list; none while no list stands beside them.
fn beside(app: &App) -> Option<u16> {
    let beside = app.layout.list.is_some() && !app.layout.drawer;
    beside.then_some(app.layout.panes_area.x)
}

fn right(app: &App, end: u16, canvas: &mut Canvas<'_>) {
    let (area, pen) = (app.layout.top, canvas.pen());
    let text = if app.tabs.is_empty() {
        order(app)
    } else {
        hint(app)
    };
    let piece = pen.own(&text, Role::Dim);
    let x = area
        .right()
        .saturating_sub(1)
        .saturating_sub(cells(piece.width()));
    if !piece.text.is_empty() && x > end.saturating_add(1) {
        canvas.pieces(x, area.y, area.right().saturating_sub(x), &[piece]);
    }
}

/// `PODS  6 of 214   filter web   6 marked, 0 not shown`, in its longest form that fits. Marks are never cut: they say what the next
/// key is about.
fn title(app: &App, room: u16, pen: Pen<'_>) -> Vec<Piece> {
    let room = usize::from(room);
    let forms = [
        ("   filter ", Unhidden::Said),
        ("   filter ", Unhidden::Unsaid),
        ("   /", Unhidden::Unsaid),
    ];
    let written = |(label, unhidden)| title_form(app, label, unhidden, pen);
    let fitting = forms.into_iter().map(written);
    let fitting = fitting.into_iter().find(|parts| parts.width() <= room);
    fitting.map_or_else(|| written(forms[2]).squeezed(room, pen), Title::whole)
}

/// Whether it is said that the filter hides no mark.
#[derive(Clone, Copy)]
enum Unhidden {
    Said,
    Unsaid,
}

/// What the title is made of.
struct Title {
    count: Vec<Piece>,
    filter: Vec<Piece>,
    marked: Vec<Piece>,
}

impl Title {
    fn width(&self) -> usize {
        width(&self.count) + width(&self.filter) + width(&self.marked)
    }

    fn whole(self) -> Vec<Piece> {
        [self.count, self.filter, self.marked].concat()
    }

    /// The filter gives way.
    fn squeezed(self, room: usize, pen: Pen<'_>) -> Vec<Piece> {
        let left = room.saturating_sub(width(&self.count) + width(&self.marked));
        let filter = if left < LEAST_FILTER {
            Vec::new()
        } else {
            cut(self.filter, left, pen)
        };
        Self { filter, ..self }.whole()
    }
}

fn title_form(app: &App, label: &str, unhidden: Unhidden, pen: Pen<'_>) -> Title {
    let (shown, all) = (app.list.view.pod_count(), app.inventory.len());
    let text = app.list.view.spec().filter.text();
    let number = if shown == all {
        format!("{all}")
    } else {
        format!("{shown} of {all}")
    };
    let count = vec![
        pen.own(" PODS  ", Role::Accent),
        pen.own(&number, Role::Text),
    ];
    let filter = if text.trim().is_empty() {
        Vec::new()
    } else {
        vec![pen.own(label, Role::Dim), pen.foreign(text, Role::Text)]
    };
    let (marks, hidden) = (app.list.marked(), app.list.marked_hidden());
    let not_shown = match unhidden {
        _ if hidden > 0 => format!(", {hidden} not shown"),
        Unhidden::Said if !filter.is_empty() => ", 0 not shown".to_owned(),
        Unhidden::Said | Unhidden::Unsaid => String::new(),
    };
    let look = if hidden > 0 { Role::Warn } else { Role::Text };
    let marked = match marks {
        0 => Vec::new(),
        _ => vec![pen.own(&format!("   {marks} marked{not_shown}"), look)],
    };
    Title {
        count,
        filter,
        marked,
    }
}

/// `by workload, restarts ↓`.
pub(super) fn order(app: &App) -> String {
    let spec = app.list.view.spec();
    let arrow = match spec.order.direction {
        Direction::Ascending => '↑',
        Direction::Descending => '↓',
    };
    let group = match spec.grouping {
        Grouping::Flat => "",
        Grouping::ByWorkload => "by workload, ",
    };
    format!("{group}{} {arrow}", spec.order.column.name())
}

/// Draws the tabs from a column on, the active one always among them; returns the column after them.
fn tabs(app: &App, from: u16, canvas: &mut Canvas<'_>) -> u16 {
    let (area, pen) = (app.layout.top, canvas.pen());
    let room = usize::from(area.right().saturating_sub(from));
    let rail = pen.look.lines(Weight::Light).vertical.to_string();
    let labels: Vec<Vec<Piece>> = app
        .tabs
        .iter()
        .enumerate()
        .map(|(index, tab)| label(app, index, tab, pen))
        .collect();
    let first = first_shown(&labels, app.tabs.active_position(), room);
    let mut line = vec![pen.own(&rail, Role::Line)];
    if first > 0 {
        line.push(pen.own(&format!("{}{rail}", pen.cut()), Role::Line));
    }
    for label in labels.into_iter().skip(first) {
        line.extend(label);
        line.push(pen.own(&rail, Role::Line));
    }
    if width(&line) > room {
        line = cut(line, room, pen);
    }
    canvas.pieces(from, area.y, cells(room), &line)
}

/// Tabs to leave out at the left so that the active one fits.
fn first_shown(labels: &[Vec<Piece>], active: usize, room: usize) -> usize {
    let fits = |first: &usize| {
        let shown = labels.iter().skip(*first).take(active + 1 - *first);
        shown.map(|label| width(label) + 1).sum::<usize>() + 1 + 2 * usize::from(*first > 0) <= room
    };
    (0..=active).find(fits).unwrap_or(active)
}

fn cut(line: Vec<Piece>, room: usize, pen: Pen<'_>) -> Vec<Piece> {
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

/// ` 1 web » 10 of 11 · page 1/2 `.
fn label(app: &App, index: usize, tab: &Tab, pen: Pen<'_>) -> Vec<Piece> {
    let active = index == app.tabs.active_position();
    let style = if active {
        pen.reversed(Role::Accent)
    } else {
        pen.style(Role::Dim)
    };
    let name = text::keep_start(&text::printable(&tab.name), 24, &pen.cut());
    let space = if name.is_empty() { "" } else { " " };
    let mut line = vec![pen.styled(&format!(" {}{space}{name}", index + 1), style)];
    match app.broadcast_state(tab.id) {
        Broadcast::Off => line.push(pen.styled(&format!(" {}", tab.panes().len()), style)),
        Broadcast::On { .. } => {
            let counts = app.broadcast_counts(tab.id);
            let mark = pen.look.mark(Mark::Receives);
            let words = format!(" {mark} {} of {}", counts.receiving, counts.of);
            let look = if active {
                pen.reversed(Role::Broadcast)
            } else {
                pen.style(Role::Broadcast)
            };
            line.push(pen.styled(&words, look));
        }
    }
    if !active && troubled(app, tab.id) {
        line.push(pen.own(&format!(" {}", pen.look.mark(Mark::Alert)), Role::Bad));
    }
    line.push(pen.styled(&format!("{} ", shape(app, tab, active)), style));
    line
}

fn troubled(app: &App, tab: TabId) -> bool {
    app.panes_of(tab)
        .any(|pane| super::pane::in_trouble(app, pane))
}

/// Which page is shown, or that the tab is zoomed.
fn shape(app: &App, tab: &Tab, active: bool) -> String {
    if !active {
        return String::new();
    }
    match (tab.zoom, tab.page_number(app.layout.panes_area)) {
        (Zoom::On, _) if tab.panes().len() > 1 => " · zoomed".to_owned(),
        (Zoom::On | Zoom::Off, (_, 0 | 1)) | (Zoom::On, _) => String::new(),
        (Zoom::Off, (page, pages)) => format!(" · page {}/{pages}", page + 1),
    }
}

/// The way to the next page, else to the list that is not beside the panes.
fn hint(app: &App) -> String {
    let Some(tab) = app.tabs.active() else {
        return String::new();
    };
    let (page, pages) = tab.page_number(app.layout.panes_area);
    let (action, words) = match tab.zoom {
        Zoom::On => return String::new(),
        Zoom::Off if pages > 1 => (Action::NextPage, format!("page {}", (page + 1) % pages + 1)),
        Zoom::Off if beside(app).is_some() => return String::new(),
        Zoom::Off => (Action::FocusList, "list".to_owned()),
    };
    let prefix = words::prefix(&app.settings.config.keys.prefix);
    match words::key_of(&app.settings.keys, Place::Prefix, action) {
        Some(key) if !prefix.is_empty() => format!("{prefix} {key} {words}"),
        Some(_) | None => String::new(),
    }
}
