//! Owns tabs, focus and sizes: every change of the screen's shape ends in `place_everything`.

use crate::app::bindings::Place;
use crate::app::layout::{self, PanePlace, Shape};
use crate::app::open::OpenStyle;
use crate::app::{Action, App, Effect, Focus, Turn, Weight};
use crate::geometry::{Area, GridSize};
use crate::ids::{PaneId, TabId};
use crate::workspace::{self, Direction, Tab, Zoom};

use super::{keyboard, list, record, text};

/// Cells that one press moves a border by.
const RESIZE_STEP: u16 = 2;

impl App {
    /// Works out where everything lies and tells each session whose size changed. Panes of hidden tabs and pages keep in step, so
    /// that turning to them shows no resize.
    pub(in crate::app) fn place_everything(&mut self, turn: &mut Turn<'_>) {
        let mut placed = layout::frame(Shape {
            terminal: self.terminal,
            list_width: self.settings.config.ui.list_width,
            has_tabs: !self.tabs.is_empty(),
            list_wanted: self.list_wanted,
            list_focused: self.focus == Focus::List,
        });
        if let Some(tab) = self.tabs.active() {
            placed.panes = shown(tab, placed.panes_area);
        }
        let sizes: Vec<(PaneId, GridSize)> = self
            .tabs
            .iter()
            .flat_map(|tab| sizes(tab, placed.panes_area))
            .collect();
        self.layout = placed;
        for (pane, size) in sizes {
            self.resize_pane(pane, size, turn);
        }
        let height = list::height(self);
        self.list.keep_in_sight(height);
        self.touch();
    }

    fn resize_pane(&mut self, id: PaneId, size: GridSize, turn: &mut Turn<'_>) {
        let Some(pane) = self
            .panes
            .get_mut(&id)
            .filter(|pane| pane.screen.size() != size)
        else {
            return;
        };
        pane.screen.resize(size);
        record::resized(pane, size, turn);
        if pane.may_run() {
            turn.push(Effect::Resize {
                session: pane.session,
                size,
            });
        }
    }

    /// The panes of the active tab that are not drawn now.
    pub fn hidden_panes(&self) -> Vec<PaneId> {
        self.tabs
            .active()
            .map(|tab| tab.hidden(self.layout.panes_area))
            .unwrap_or_default()
    }
}

fn shown(tab: &Tab, area: Area) -> Vec<PanePlace> {
    let zoomed = tab.zoom == Zoom::On;
    tab.shown(area)
        .panes
        .iter()
        .map(|place| PanePlace {
            pane: place.pane,
            outer: place.area,
            inner: inner(place.area, zoomed),
        })
        .collect()
}

fn inner(outer: Area, zoomed: bool) -> Area {
    if zoomed {
        workspace::inner_zoomed(outer)
    } else {
        workspace::inner(outer)
    }
}

fn sizes(tab: &Tab, area: Area) -> Vec<(PaneId, GridSize)> {
    let size = |inner: Area| GridSize::new(inner.height, inner.width);
    let unzoomed = tab.pages(area).into_iter().flat_map(|page| page.panes);
    let mut sizes: Vec<(PaneId, GridSize)> = unzoomed
        .map(|place| (place.pane, size(workspace::inner(place.area))))
        .collect();
    if tab.zoom == Zoom::On {
        let whole = size(workspace::inner_zoomed(area));
        for (pane, size) in &mut sizes {
            if *pane == tab.focus() {
                *size = whole;
            }
        }
    }
    sizes
}

/// The outer terminal has another size.
pub(super) fn resized(app: &mut App, size: GridSize, turn: &mut Turn<'_>) {
    app.terminal = size;
    text::resized(app);
    app.place_everything(turn);
}

/// Puts new panes on the screen and the focus on the first.
pub(super) fn add(app: &mut App, style: OpenStyle, name: &str, panes: &[PaneId]) {
    let Some((first, more)) = panes.split_first() else {
        return;
    };
    match style {
        OpenStyle::Tiled => new_tab(app, name, *first, more),
        OpenStyle::Tabs => {
            for pane in panes {
                let name = app
                    .panes
                    .get(pane)
                    .map(|pane| pane.target.pod.name.to_string());
                new_tab(app, &name.unwrap_or_default(), *pane, &[]);
            }
        }
        OpenStyle::Splits => {
            let area = app.layout.panes_area;
            match app.tabs.active_mut() {
                Some(tab) => panes.iter().for_each(|pane| tab.add(*pane, area)),
                None => new_tab(app, name, *first, more),
            }
        }
    }
    app.tabs.jump_to(*first);
    app.focus = Focus::Panes;
}

fn new_tab(app: &mut App, name: &str, first: PaneId, more: &[PaneId]) {
    app.next_tab = app.next_tab.wrapping_add(1);
    app.tabs.open(TabId(app.next_tab), name, first, more);
}

/// Goes to a pane, whatever tab it is on.
pub(super) fn jump(app: &mut App, pane: PaneId, turn: &mut Turn<'_>) {
    app.tabs.jump_to(pane);
    app.focus = Focus::Panes;
    app.place_everything(turn);
}

/// Removes a pane from the screen; its session must have ended or be the journal's care.
pub(super) fn remove(app: &mut App, pane: PaneId, turn: &mut Turn<'_>) {
    app.tabs.remove_pane(pane);
    if let Some(mut gone) = app.panes.remove(&pane) {
        record::end(&mut gone, turn);
    }
    app.broadcast.retain(|tab, _| app.tabs.get(*tab).is_some());
    app.following.retain(|tab, _| app.tabs.get(*tab).is_some());
    if app.tabs.is_empty() {
        app.focus = Focus::List;
    }
    app.place_everything(turn);
}

/// From the list to the panes.
pub(super) fn focus_panes(app: &mut App, turn: &mut Turn<'_>) {
    if app.tabs.is_empty() {
        let open = keyboard::offer(app, Place::List, Action::OpenShells, "opens a shell");
        return app.say(Weight::Plain, format!("no pane is open{open}"));
    }
    app.focus = Focus::Panes;
    app.place_everything(turn);
}

/// From the panes to the list.
pub(super) fn focus_list(app: &mut App, turn: &mut Turn<'_>) {
    app.focus = Focus::List;
    app.list_wanted = true;
    app.place_everything(turn);
}

/// Shows or hides the list beside the panes.
pub(super) fn toggle_list(app: &mut App, turn: &mut Turn<'_>) {
    app.list_wanted = !app.list_wanted;
    if !app.list_wanted && !app.tabs.is_empty() {
        app.focus = Focus::Panes;
    }
    app.place_everything(turn);
}

/// To the neighbouring pane; from the leftmost one to the list.
pub(super) fn focus_direction(app: &mut App, direction: Direction, turn: &mut Turn<'_>) {
    let area = app.layout.panes_area;
    let Some(tab) = app.tabs.active_mut() else {
        return;
    };
    app.focus = Focus::Panes;
    if !tab.focus_toward(direction, area) && direction == Direction::Left {
        app.focus = Focus::List;
    }
    app.place_everything(turn);
}

fn change_tab(app: &mut App, turn: &mut Turn<'_>, change: impl FnOnce(&mut Tab, Area)) {
    let area = app.layout.panes_area;
    if let Some(tab) = app.tabs.active_mut() {
        change(tab, area);
    }
    app.place_everything(turn);
}

fn go_to_tab(app: &mut App, turn: &mut Turn<'_>, steps: isize) {
    app.tabs.step(steps);
    app.focus = Focus::Panes;
    app.place_everything(turn);
}

pub(super) fn next_tab(app: &mut App, turn: &mut Turn<'_>) {
    go_to_tab(app, turn, 1);
}

pub(super) fn previous_tab(app: &mut App, turn: &mut Turn<'_>) {
    go_to_tab(app, turn, -1);
}

/// Goes to a tab by its number, from 1.
pub(super) fn select_tab(app: &mut App, number: u8, turn: &mut Turn<'_>) {
    let position = usize::from(number).saturating_sub(1);
    if position < app.tabs.len() {
        show_tab(app, position, turn);
    } else {
        app.say(Weight::Plain, format!("there is no tab {number}"));
    }
}

/// Goes to a tab by its position, from 0.
pub(super) fn show_tab(app: &mut App, position: usize, turn: &mut Turn<'_>) {
    if app.tabs.go_to(position) {
        app.focus = Focus::Panes;
        app.place_everything(turn);
    }
}

pub(super) fn next_page(app: &mut App, turn: &mut Turn<'_>) {
    change_tab(app, turn, |tab, area| tab.turn_page(1, area));
}

pub(super) fn previous_page(app: &mut App, turn: &mut Turn<'_>) {
    change_tab(app, turn, |tab, area| tab.turn_page(-1, area));
}

pub(super) fn zoom(app: &mut App, turn: &mut Turn<'_>) {
    change_tab(app, turn, |tab, _| tab.toggle_zoom());
}

pub(super) fn even(app: &mut App, turn: &mut Turn<'_>) {
    change_tab(app, turn, |tab, _| tab.even());
}

/// Moves the border of the focused pane that lies in a direction, else the one behind it, as tmux does.
pub(super) fn resize_split(app: &mut App, direction: Direction, turn: &mut Turn<'_>) {
    change_tab(app, turn, |tab, area| {
        tab.resize(direction, RESIZE_STEP, area);
    });
}
