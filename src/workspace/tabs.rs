//! Owns the tabs in order, the active one, and in each the focused pane and the zoom. Knows nothing of what runs in a pane. Called by `app`.

use super::layout::{Layout, Page, PaneArea};
use super::split::{Axis, Direction};
use crate::geometry::Area;
use crate::ids::{PaneId, TabId};

/// Whether the focused pane has the whole tab.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Zoom {
    #[default]
    Off,
    On,
}

/// One tab; it has at least one pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tab {
    pub id: TabId,
    pub name: String,
    pub zoom: Zoom,
    focus: PaneId,
    layout: Layout,
}

impl Tab {
    fn new(id: TabId, name: &str, first: PaneId, more: &[PaneId]) -> Self {
        let mut layout = Layout::even_of(&[first]);
        for pane in more {
            layout.push(*pane);
        }
        Self {
            id,
            name: name.to_owned(),
            zoom: Zoom::Off,
            focus: first,
            layout,
        }
    }

    /// The focused pane; it is always on the shown page.
    pub fn focus(&self) -> PaneId {
        self.focus
    }

    /// The panes in order, on all pages.
    pub fn panes(&self) -> &[PaneId] {
        self.layout.panes()
    }

    /// Focuses a pane, which turns to its page. Returns whether the tab has it.
    pub fn focus_on(&mut self, pane: PaneId) -> bool {
        let has = self.panes().contains(&pane);
        if has {
            self.focus = pane;
        }
        has
    }

    /// The pages at this size.
    pub fn pages(&self, area: Area) -> Vec<Page> {
        self.layout.pages(area)
    }

    /// The number of the shown page from 0, and how many there are.
    pub fn page_number(&self, area: Area) -> (usize, usize) {
        let pages = self.pages(area);
        let current = pages
            .iter()
            .position(|page| page.area(self.focus).is_some())
            .unwrap_or(0);
        (current, pages.len())
    }

    /// What is shown: the focused pane alone when zoomed, else its page.
    pub fn shown(&self, area: Area) -> Page {
        match self.zoom {
            Zoom::On => Page {
                panes: vec![PaneArea {
                    pane: self.focus,
                    area,
                }],
            },
            Zoom::Off => self.layout.page_of(self.focus, area),
        }
    }

    /// The panes that are not shown: on other pages, or behind the zoomed one.
    pub fn hidden(&self, area: Area) -> Vec<PaneId> {
        let shown = self.shown(area);
        self.panes()
            .iter()
            .copied()
            .filter(|pane| shown.area(*pane).is_none())
            .collect()
    }

    /// Focuses the neighbouring pane. Returns whether there is one. A zoomed tab moves as if it were not.
    pub fn focus_toward(&mut self, toward: Direction, area: Area) -> bool {
        let page = self.layout.page_of(self.focus, area);
        page.neighbour(self.focus, toward)
            .is_some_and(|pane| self.focus_on(pane))
    }

    /// Turns pages by a number of steps, around the ends, and focuses the first pane there.
    pub fn turn_page(&mut self, steps: isize, area: Area) {
        let (current, count) = self.page_number(area);
        let target = around(current, steps, count);
        if let Some(first) = self
            .pages(area)
            .get(target)
            .and_then(|page| page.panes.first())
            .filter(|_| target != current)
        {
            self.focus = first.pane;
        }
    }

    /// Adds a pane next to the focused one, without focusing it.
    pub fn add(&mut self, pane: PaneId, area: Area) {
        self.layout.add_beside(self.last_shown(area), pane, area);
    }

    /// Splits the focused pane's place and puts a new pane after it, without focusing it.
    pub fn split(&mut self, pane: PaneId, axis: Axis, area: Area) {
        self.layout.split(self.focus, pane, axis, area);
    }

    /// Moves a border of the focused pane. Returns whether it moved.
    pub fn resize(&mut self, toward: Direction, cells: u16, area: Area) -> bool {
        self.layout.resize(self.focus, toward, cells, area)
    }

    /// Back to the even layout.
    pub fn even(&mut self) {
        self.layout.even();
    }

    /// Zooms in or out.
    pub fn toggle_zoom(&mut self) {
        self.zoom = match self.zoom {
            Zoom::Off => Zoom::On,
            Zoom::On => Zoom::Off,
        };
    }

    // New panes come after all others, so that the shown ones keep their order.
    fn last_shown(&self, area: Area) -> PaneId {
        let page = self.layout.page_of(self.focus, area);
        let last = self
            .panes()
            .iter()
            .rev()
            .find(|pane| page.area(**pane).is_some());
        last.copied().unwrap_or(self.focus)
    }

    fn remove(&mut self, pane: PaneId) -> bool {
        let at = self
            .panes()
            .iter()
            .position(|known| *known == pane)
            .unwrap_or(0);
        self.layout.remove(pane);
        let next = self
            .panes()
            .get(at)
            .or_else(|| self.panes().last())
            .copied();
        if let Some(next) = next.filter(|_| self.focus == pane) {
            self.focus = next;
            self.zoom = Zoom::Off;
        }
        !self.panes().is_empty()
    }
}

/// What became of a removed pane's tab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Closed {
    /// No tab had the pane.
    Nothing,
    /// The tab has other panes.
    Pane(TabId),
    /// It was the tab's last pane.
    Tab(TabId),
}

/// All tabs in order. One is active as long as there is one.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tabs {
    tabs: Vec<Tab>,
    active: usize,
}

impl Tabs {
    /// The tabs in order.
    pub fn iter(&self) -> impl Iterator<Item = &Tab> {
        self.tabs.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tabs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tabs.is_empty()
    }

    /// Opens a tab after all others and makes it active. `name` may be empty.
    pub fn open(&mut self, id: TabId, name: &str, first: PaneId, more: &[PaneId]) {
        self.tabs.push(Tab::new(id, name, first, more));
        self.active = self.tabs.len() - 1;
    }

    /// The active tab.
    pub fn active(&self) -> Option<&Tab> {
        self.tabs.get(self.active)
    }

    /// The active tab, to change it.
    pub fn active_mut(&mut self) -> Option<&mut Tab> {
        self.tabs.get_mut(self.active)
    }

    /// The position of the active tab, from 0.
    pub fn active_position(&self) -> usize {
        self.active
    }

    /// A tab by its id.
    pub fn get(&self, id: TabId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.id == id)
    }

    /// A tab by its id, to change it.
    pub fn get_mut(&mut self, id: TabId) -> Option<&mut Tab> {
        self.tabs.iter_mut().find(|tab| tab.id == id)
    }

    /// The tab that has a pane.
    pub fn of(&self, pane: PaneId) -> Option<&Tab> {
        self.tabs.iter().find(|tab| tab.panes().contains(&pane))
    }

    /// Makes the tab at a position active, from 0. Returns whether there is one.
    pub fn go_to(&mut self, position: usize) -> bool {
        let there = position < self.tabs.len();
        if there {
            self.active = position;
        }
        there
    }

    /// Goes on by a number of tabs, around the ends.
    pub fn step(&mut self, steps: isize) {
        self.active = around(self.active, steps, self.tabs.len());
    }

    /// Makes a pane's tab active and focuses the pane. Returns whether a tab has it.
    pub fn jump_to(&mut self, pane: PaneId) -> bool {
        let Some(position) = self.tabs.iter().position(|tab| tab.panes().contains(&pane)) else {
            return false;
        };
        self.active = position;
        self.active_mut().is_some_and(|tab| tab.focus_on(pane))
    }

    /// Moves the active tab by a number of places, up to the ends.
    pub fn shift_active(&mut self, steps: isize) {
        let Some(last) = self.tabs.len().checked_sub(1) else {
            return;
        };
        let target = self.active.saturating_add_signed(steps).min(last);
        let tab = self.tabs.remove(self.active);
        self.tabs.insert(target, tab);
        self.active = target;
    }

    /// Names a tab.
    pub fn rename(&mut self, id: TabId, name: &str) {
        if let Some(tab) = self.get_mut(id) {
            name.clone_into(&mut tab.name);
        }
    }

    /// Removes a pane, and its tab with the last one. The focus goes to the pane that follows.
    pub fn remove_pane(&mut self, pane: PaneId) -> Closed {
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.panes().contains(&pane)) else {
            return Closed::Nothing;
        };
        let id = tab.id;
        if tab.remove(pane) {
            return Closed::Pane(id);
        }
        self.close(id);
        Closed::Tab(id)
    }

    /// Closes a tab and returns its panes. The tab that follows becomes active, or else the last one.
    pub fn close(&mut self, id: TabId) -> Vec<PaneId> {
        let Some(position) = self.tabs.iter().position(|tab| tab.id == id) else {
            return Vec::new();
        };
        let closed = self.tabs.remove(position);
        if position < self.active {
            self.active -= 1;
        }
        self.active = self.active.min(self.tabs.len().saturating_sub(1));
        closed.panes().to_vec()
    }
}

fn around(from: usize, steps: isize, count: usize) -> usize {
    let Ok(length) = isize::try_from(count) else {
        return from;
    };
    let from = isize::try_from(from).unwrap_or(0);
    let target = from
        .saturating_add(steps)
        .checked_rem_euclid(length)
        .unwrap_or(0);
    usize::try_from(target).unwrap_or(0)
}

#[cfg(test)]
mod tests;
