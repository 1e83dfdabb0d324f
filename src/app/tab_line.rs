//! Owns which tabs the first row names, in which words and where: drawn by `ui`, found again by the mouse. Changes nothing.

use std::ops::Range;

use crate::app::App;
use crate::config::{Look, Mark};
use crate::inventory::printable;
use crate::session::broadcast::Broadcast;
use crate::text;
use crate::workspace::{Tab, Zoom};

/// Columns of a tab's name at its longest.
const NAME: usize = 24;

/// What is left of names where tabs share little room.
const SHORT_NAME: usize = 8;

/// The least that is left of the active one's name; with less there is none.
const LEAST_NAME: usize = 4;

/// Columns for the count of tabs that have no room.
const MORE: usize = 5;

/// What the first row says of tabs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TabLine {
    /// ` ≡ PODS 214 `, the handle of a list that does not stand beside the panes. It starts the row.
    pub drawer: String,
    /// Where the first rail stands.
    pub from: u16,
    /// Tabs before the first title that have no room.
    pub more_before: usize,
    pub titles: Vec<TabTitle>,
    /// Those after the last one.
    pub more_after: usize,
}

/// One tab's title: a blank, its words, a blank; a rail stands behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TabTitle {
    /// From 0.
    pub position: usize,
    pub active: bool,
    /// First column.
    pub x: u16,
    /// Columns, the rail not counted.
    pub width: u16,
    /// ` 1 web`
    pub name: String,
    pub count: Count,
    /// ` !` where a tab that is not shown has a pane in trouble.
    pub alert: String,
    /// ` · page 1/2 `
    pub shape: String,
}

/// How many panes a tab has, or how many of them receive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Count {
    /// ` 6`
    Panes(String),
    /// ` » 10 of 11`
    Receivers(String),
}

/// What a column of the first row belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Spot {
    Drawer,
    /// A tab by its position, from 0.
    Tab(usize),
}

impl Count {
    /// What it says.
    pub fn words(&self) -> &str {
        match self {
            Self::Panes(words) | Self::Receivers(words) => words,
        }
    }
}

impl TabTitle {
    fn columns(&self) -> usize {
        let words = [&self.name, self.count.words(), &self.alert, &self.shape];
        words.into_iter().map(text::width).sum()
    }
}

impl TabLine {
    /// What lies at a column.
    pub fn at(&self, column: u16) -> Option<Spot> {
        let drawer = u16::try_from(text::width(&self.drawer)).unwrap_or(u16::MAX);
        if column < drawer {
            return Some(Spot::Drawer);
        }
        let covers = |title: &&TabTitle| (title.x..title.x + title.width).contains(&column);
        let title = self.titles.iter().find(covers)?;
        Some(Spot::Tab(title.position))
    }
}

/// The titles of the tabs, the active one always among them. All give up starts of their names, then some are counted only; the active
/// one gives up the count of pods before it, then its name, before it is cut.
pub fn tab_line(app: &App) -> TabLine {
    let Some(active) = app.tabs.active() else {
        return TabLine::default();
    };
    let columns = usize::from(app.layout.top.width);
    let at = app.tabs.active_position();
    let needed = |most: usize| title(app, at, active, most).columns() + 2;
    let drawer = drawer(
        app,
        &app.settings.look,
        columns.saturating_sub(needed(NAME)),
    );
    let from = match &drawer {
        Some(words) => text::width(words),
        None => usize::from(app.layout.panes_area.x),
    };
    let room = columns.saturating_sub(from);
    let titles = |most: usize| -> Vec<TabTitle> {
        let tabs = app.tabs.iter().enumerate();
        tabs.map(|(position, tab)| title(app, position, tab, most))
            .collect()
    };
    let all_fit =
        |titles: &Vec<TabTitle>| titles.iter().map(|one| one.columns() + 1).sum::<usize>() < room;
    let whole = (SHORT_NAME..=NAME).rev().map(titles).find(all_fit);
    let titles = whole.unwrap_or_else(|| {
        let mut short = titles(SHORT_NAME);
        let names = (LEAST_NAME..=SHORT_NAME).rev().chain([0]);
        let others = usize::from(at > 0) + usize::from(at + 1 < short.len());
        let most = names
            .into_iter()
            .find(|most| needed(*most) + others * MORE <= room);
        if let Some(own) = short.get_mut(at) {
            *own = title(app, at, active, most.unwrap_or(0));
        }
        short
    });
    placed(titles, at, from, room, drawer)
}

/// The handle of the list; without the count of pods where that has no room.
fn drawer(app: &App, look: &Look, room: usize) -> Option<String> {
    if app.layout.list.is_some() && !app.layout.drawer {
        return None;
    }
    let sign = look.mark(Mark::Drawer);
    let long = format!(" {sign} PODS {} ", app.inventory.len());
    let short = format!(" {sign} ");
    Some(if text::width(&long) <= room {
        long
    } else {
        short
    })
}

fn placed(
    titles: Vec<TabTitle>,
    active: usize,
    from: usize,
    room: usize,
    drawer: Option<String>,
) -> TabLine {
    let shown = shown(&titles, active, room);
    let cell = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
    let ahead = if shown.start > 0 { MORE } else { 0 };
    let mut x = from + 1 + ahead;
    let end = from + room;
    let (more_before, more_after) = (shown.start, titles.len() - shown.end);
    let place = |mut title: TabTitle| {
        let columns = title.columns();
        (title.x, title.width) = (cell(x), cell(columns.min(end.saturating_sub(x))));
        x += columns + 1;
        title
    };
    let titles = titles.into_iter().skip(shown.start).take(shown.len());
    TabLine {
        drawer: drawer.unwrap_or_default(),
        from: cell(from),
        more_before,
        titles: titles.map(place).collect(),
        more_after,
    }
}

/// The tabs that have room, counts of the others included; the active one has it in any case.
fn shown(titles: &[TabTitle], active: usize, room: usize) -> Range<usize> {
    let fits = |range: &Range<usize>| {
        let own = titles.iter().skip(range.start).take(range.len());
        let own = own.map(|title| title.columns() + 1).sum::<usize>();
        let more = usize::from(range.start > 0) + usize::from(range.end < titles.len());
        1 + own + more * MORE <= room
    };
    let mut shown = active..active + 1;
    loop {
        // To the left first: tabs keep their places as long as the active one is among the first.
        let left = shown.start.saturating_sub(1)..shown.end;
        let right = shown.start..(shown.end + 1).min(titles.len());
        let wider = [left, right].into_iter().filter(|wider| *wider != shown);
        match wider.into_iter().find(fits) {
            Some(wider) => shown = wider,
            None => return shown,
        }
    }
}

/// ` 1 web » 10 of 11 · page 1/2 `, its name in at most so many columns.
fn title(app: &App, position: usize, tab: &Tab, most: usize) -> TabTitle {
    let active = position == app.tabs.active_position();
    let look = &app.settings.look;
    let cut = look.mark(Mark::Cut).to_string();
    let name = text::name(&printable(&tab.name), most, &cut);
    let space = if name.is_empty() { "" } else { " " };
    let count = match app.broadcast_state(tab.id) {
        Broadcast::Off => Count::Panes(format!(" {}", tab.panes().len())),
        Broadcast::On { .. } => {
            let counts = app.broadcast_counts(tab.id);
            let mark = look.mark(Mark::Receives);
            Count::Receivers(format!(" {mark} {} of {}", counts.receiving, counts.of))
        }
    };
    let alert = !active && app.panes_of(tab.id).any(crate::app::Pane::in_trouble);
    TabTitle {
        position,
        active,
        x: 0,
        width: 0,
        name: format!(" {}{space}{name}", position + 1),
        count,
        alert: if alert {
            format!(" {}", look.mark(Mark::Alert))
        } else {
            String::new()
        },
        shape: format!("{} ", shape(app, tab, active)),
    }
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
