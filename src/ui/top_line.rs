//! Owns the first row: how many pods are listed and how, then the tabs. Called by `frame`.

use crate::app::tab_line::{Count, TabTitle, tab_line};
use crate::app::{Action, App, Focus, Place};
use crate::config::{Role, Weight};
use crate::inventory::{Direction, Grouping};
use crate::ui::paint::{Canvas, Pen, Piece, cells, width};
use crate::ui::text;
use crate::ui::words;
use crate::workspace::Zoom;

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
    let room = match (app.tabs.is_empty(), beside(app)) {
        (true, _) => Some(area.width),
        (false, Some(panes)) => Some(panes.saturating_sub(area.x).saturating_sub(1)),
        (false, None) => None,
    };
    let mut end = area.x;
    if let Some(room) = room {
        end = canvas.pieces(area.x, area.y, room, &title(app, room, pen));
    }
    if !app.tabs.is_empty() {
        end = tabs(app, canvas);
    }
    right(app, end, canvas);
}

/// Where the panes start beside a list; none while no list stands beside them.
fn beside(app: &App) -> Option<u16> {
    let beside = app.layout.list.is_some() && !app.layout.drawer;
    beside.then_some(app.layout.panes_area.x)
}

/// The longest form that fits at the right end.
fn right(app: &App, end: u16, canvas: &mut Canvas<'_>) {
    let (area, pen) = (app.layout.top, canvas.pen());
    let forms = if app.tabs.is_empty() {
        vec![order(app), order_of(app)]
    } else {
        vec![hint(app)]
    };
    for text in forms.iter().filter(|text| !text.is_empty()) {
        let piece = pen.own(text, Role::Dim);
        let right = area.right().saturating_sub(1);
        let x = right.saturating_sub(cells(piece.width()));
        if x > end.saturating_add(1) {
            canvas.pieces(x, area.y, area.right().saturating_sub(x), &[piece]);
            return;
        }
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
    let mut fitting = forms.into_iter().map(written);
    let fitting = fitting.find(|parts| parts.width() <= room);
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

    /// The filter gives way, then the word before the count.
    fn squeezed(self, room: usize, pen: Pen<'_>) -> Vec<Piece> {
        let left = room.saturating_sub(width(&self.count) + width(&self.marked));
        if left >= LEAST_FILTER {
            let filter = cut(self.filter, left, pen);
            return Self { filter, ..self }.whole();
        }
        let mut kept = [self.count, self.marked].concat();
        if width(&kept) > room {
            kept.remove(0);
            kept.insert(0, pen.own(" ", Role::Text));
        }
        cut(kept, room, pen)
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
    match app.list.view.spec().grouping {
        Grouping::Flat => order_of(app),
        Grouping::ByWorkload => format!("by workload, {}", order_of(app)),
    }
}

/// `restarts ↓`.
fn order_of(app: &App) -> String {
    let order = &app.list.view.spec().order;
    let arrow = match order.direction {
        Direction::Ascending => '↑',
        Direction::Descending => '↓',
    };
    format!("{} {arrow}", order.column.name())
}

/// Draws the tabs; returns the column after them.
fn tabs(app: &App, canvas: &mut Canvas<'_>) -> u16 {
    let (area, pen, tabs) = (app.layout.top, canvas.pen(), tab_line(app));
    let rail = pen.look.lines(Weight::Light).vertical.to_string();
    let drawer = [pen.own(&tabs.drawer, Role::Text)];
    canvas.pieces(area.x, area.y, area.width, &drawer);
    let mut line = vec![pen.own(&rail, Role::Line)];
    if tabs.more_before > 0 {
        line.push(pen.own(&more(tabs.more_before), Role::Dim));
        line.push(pen.own(&rail, Role::Line));
    }
    for title in &tabs.titles {
        line.extend(pieces(title, pen));
        line.push(pen.own(&rail, Role::Line));
    }
    if tabs.more_after > 0 {
        line.push(pen.own(&more(tabs.more_after), Role::Dim));
    }
    let room = usize::from(area.right().saturating_sub(tabs.from));
    if width(&line) > room {
        line = cut(line, room, pen);
    }
    canvas.pieces(tabs.from, area.y, cells(room), &line)
}

/// ` +5 `: tabs that have no room, in as many columns as `app::tab_line` leaves for them.
fn more(tabs: usize) -> String {
    text::pad_right(&format!(" +{tabs}"), 4)
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

/// ` 1 web » 10 of 11 · page 1/2 ` in its looks.
fn pieces(title: &TabTitle, pen: Pen<'_>) -> [Piece; 4] {
    let look = |role, plain| {
        if title.active {
            pen.reversed(role)
        } else {
            pen.style(plain)
        }
    };
    let style = look(Role::Accent, Role::Dim);
    let count = match &title.count {
        Count::Panes(_) => style,
        Count::Receivers(_) => look(Role::Broadcast, Role::Broadcast),
    };
    [
        pen.styled(&title.name, style),
        pen.styled(title.count.words(), count),
        pen.own(&title.alert, Role::Bad),
        pen.styled(&title.shape, style),
    ]
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
    if app.focus == Focus::List && beside(app).is_none() {
        // The way back from a drawer, which hides most of a pane.
        let key = words::key_of(&app.settings.keys, Place::List, Action::FocusPanes);
        return key.map_or_else(String::new, |key| format!("{key} panes"));
    }
    let prefix = words::prefix(&app.settings.config.keys.prefix);
    match words::key_of(&app.settings.keys, Place::Prefix, action) {
        Some(key) if !prefix.is_empty() => format!("{prefix} {key} {words}"),
        Some(_) | None => String::new(),
    }
}
