//! Owns which tabs the first row names, in which words and where: drawn by `ui`, found again by the mouse. Changes nothing.

use crate::app::App;
use crate::config::{Look, Mark};
use crate::inventory::printable;
use crate::session::broadcast::Broadcast;
use crate::text;
use crate::workspace::{Tab, Zoom};

/// Columns of a tab's name at its longest.
const NAME: usize = 24;

/// The least that is left of a name; with less there is none.
const LEAST_NAME: usize = 4;

/// What the first row says of tabs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TabLine {
    /// ` ≡ PODS 214 `, the handle of a list that does not stand beside the panes. It starts the row.
    pub drawer: String,
    /// Where the first rail stands.
    pub from: u16,
    /// Whether tabs before the first title are left out.
    pub more_before: bool,
    pub titles: Vec<TabTitle>,
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

/// The titles of the tabs, the active one always among them. It gives up the count of pods, then its name, before it is cut.
pub fn tab_line(app: &App) -> TabLine {
    let Some(active) = app.tabs.active() else {
        return TabLine::default();
    };
    let columns = usize::from(app.layout.top.width);
    let look = &app.settings.look;
    let needed = |most: usize| title(app, app.tabs.active_position(), active, most).columns() + 2;
    let drawer = drawer(app, look, columns.saturating_sub(needed(NAME)));
    let from = match &drawer {
        Some(words) => text::width(words),
        None => usize::from(app.layout.panes_area.x),
    };
    let room = columns.saturating_sub(from);
    let names = (LEAST_NAME..=NAME).rev().chain([0]);
    let most = names.into_iter().find(|most| needed(*most) <= room);
    let titles = app.tabs.iter().enumerate();
    let titles: Vec<TabTitle> = titles
        .map(|(position, tab)| title(app, position, tab, most.unwrap_or(0)))
        .collect();
    placed(titles, app.tabs.active_position(), from, room, drawer)
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
    let first = first_shown(&titles, active, room);
    let cell = |columns: usize| u16::try_from(columns).unwrap_or(u16::MAX);
    let mut x = from + 1 + 2 * usize::from(first > 0);
    let end = from + room;
    let place = |mut title: TabTitle| {
        let columns = title.columns();
        (title.x, title.width) = (cell(x), cell(columns.min(end.saturating_sub(x))));
        x += columns + 1;
        title
    };
    let titles = titles.into_iter().skip(first).map(place);
    TabLine {
        drawer: drawer.unwrap_or_default(),
        from: cell(from),
        more_before: first > 0,
        titles: titles.filter(|title| title.width > 0).collect(),
    }
}

/// Tabs to leave out at the left so that the active one fits.
fn first_shown(titles: &[TabTitle], active: usize, room: usize) -> usize {
    let fits = |first: &usize| {
        let shown = titles.iter().skip(*first).take(active + 1 - *first);
        shown.map(|title| title.columns() + 1).sum::<usize>() + 1 + 2 * usize::from(*first > 0)
            <= room
    };
    (0..=active).find(fits).unwrap_or(active)
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
