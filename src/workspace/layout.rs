//! Owns how the panes of one tab share the screen: an even grid in pages, or splits shaped by hand where those fit.
//! Knows nothing of focus or zoom. Called by `tabs`.

use super::grid;
use super::roomy;
use super::split::{Axis, Direction, Split};
use crate::geometry::Area;
use crate::ids::PaneId;

/// A pane with its area, title line and rail included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaneArea {
    pub pane: PaneId,
    pub area: Area,
}

/// The panes that are shown together; their areas tile the tab's area.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Page {
    pub panes: Vec<PaneArea>,
}

impl Page {
    /// The area of a pane; `None` when it is on another page.
    pub fn area(&self, pane: PaneId) -> Option<Area> {
        self.panes
            .iter()
            .find(|shown| shown.pane == pane)
            .map(|shown| shown.area)
    }

    /// The pane at a cell of the screen.
    pub fn at(&self, x: u16, y: u16) -> Option<PaneId> {
        self.panes
            .iter()
            .find(|shown| shown.area.contains(x, y))
            .map(|shown| shown.pane)
    }

    /// The pane next to another one in a direction: of those that touch it, the one with the longest common border, then the first.
    pub fn neighbour(&self, of: PaneId, toward: Direction) -> Option<PaneId> {
        let from = self.area(of)?;
        let touching = self
            .panes
            .iter()
            .filter(|shown| shown.pane != of && touches(from, shown.area, toward));
        let mut best: Option<(u16, PaneId)> = None;
        for shown in touching {
            let common = common_border(from, shown.area, toward.axis());
            if common > best.map_or(0, |(longest, _)| longest) {
                best = Some((common, shown.pane));
            }
        }
        best.map(|(_, pane)| pane)
    }
}

fn touches(from: Area, other: Area, toward: Direction) -> bool {
    match toward {
        Direction::Left => other.right() == from.x,
        Direction::Right => other.x == from.right(),
        Direction::Up => other.bottom() == from.y,
        Direction::Down => other.y == from.bottom(),
    }
}

fn common_border(a: Area, b: Area, axis: Axis) -> u16 {
    let (from, to) = match axis {
        Axis::Row => (a.y.max(b.y), a.bottom().min(b.bottom())),
        Axis::Column => (a.x.max(b.x), a.right().min(b.right())),
    };
    to.saturating_sub(from)
}

/// The panes of one tab in order, and what the user shaped by hand.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Layout {
    order: Vec<PaneId>,
    // Each holds panes of `order`, no pane is in two. One that does not fit the area is kept, and shown as an even grid.
    shaped: Vec<Split>,
}

impl Layout {
    /// An even grid of panes.
    pub fn even_of(panes: &[PaneId]) -> Self {
        let mut layout = Self::default();
        for pane in panes {
            layout.push(*pane);
        }
        layout
    }

    /// The panes in order.
    pub fn panes(&self) -> &[PaneId] {
        &self.order
    }

    /// Adds a pane at the end of the even grid. A pane that is there already stays.
    pub fn push(&mut self, pane: PaneId) {
        if !self.order.contains(&pane) {
            self.order.push(pane);
        }
    }

    /// Adds a pane after another one. Where the user shaped the splits, the other one's place is halved along its longer side.
    pub fn add_beside(&mut self, beside: PaneId, new: PaneId, area: Area) {
        if self.order.contains(&new) {
            return;
        }
        let at = self
            .order
            .iter()
            .position(|pane| *pane == beside)
            .map_or(self.order.len(), |at| at + 1);
        let place = self.page_of(beside, area).area(beside);
        self.order.insert(at, new);
        let axis = place.map_or(Axis::Row, better_axis);
        if let Some(tree) = self.shaped.iter_mut().find(|tree| tree.contains(beside)) {
            tree.add(beside, new, axis);
        }
    }

    /// Splits a pane's place in halves along an axis and puts a new pane after it.
    pub fn split(&mut self, beside: PaneId, new: PaneId, axis: Axis, area: Area) {
        if self.order.contains(&new) || !self.order.contains(&beside) {
            self.push(new);
            return;
        }
        self.shape(beside, area);
        self.add_beside_in_order(beside, new);
        if let Some(tree) = self.shaped.iter_mut().find(|tree| tree.contains(beside)) {
            tree.add(beside, new, axis);
        }
    }

    /// Removes a pane; its neighbours take the room.
    pub fn remove(&mut self, gone: PaneId) {
        self.order.retain(|pane| *pane != gone);
        let kept = self.shaped.drain(..).filter_map(|tree| tree.without(gone));
        self.shaped = kept.filter(|tree| tree.panes().len() > 1).collect();
    }

    /// Gives up all that was shaped by hand.
    pub fn even(&mut self) {
        self.shaped.clear();
    }

    /// Moves a pane's border; see [`Split::resize`]. Returns whether anything moved.
    pub fn resize(&mut self, pane: PaneId, toward: Direction, cells: u16, area: Area) -> bool {
        let before = self.shaped.clone();
        self.shape(pane, area);
        let tree = self.shaped.iter_mut().find(|tree| tree.contains(pane));
        let moved = tree.is_some_and(|tree| tree.resize(pane, toward, cells, area));
        if !moved
            || !self
                .shaped
                .iter()
                .all(|tree| !tree.contains(pane) || fits(tree, area))
        {
            self.shaped = before;
            return false;
        }
        true
    }

    /// The pages in order: splits shaped by hand where they fit, the other panes in even grids. Every pane is on one page.
    pub fn pages(&self, area: Area) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut placed: Vec<PaneId> = Vec::new();
        let mut flow = Vec::new();
        for pane in &self.order {
            if placed.contains(pane) {
                continue;
            }
            match self.fitting(*pane, area) {
                Some(tree) => {
                    placed.extend(tree.panes());
                    pages.push(page(tree.areas(area)));
                }
                None => flow.push(*pane),
            }
        }
        for panes in flow.chunks(grid::capacity(area)) {
            pages.push(page(
                panes
                    .iter()
                    .copied()
                    .zip(grid::tile(area, panes.len()))
                    .collect(),
            ));
        }
        pages.sort_by_key(|page| self.rank(page));
        pages
    }

    /// The page that shows a pane, empty when the tab does not have it.
    pub fn page_of(&self, pane: PaneId, area: Area) -> Page {
        self.pages(area)
            .into_iter()
            .find(|page| page.area(pane).is_some())
            .unwrap_or_default()
    }

    fn add_beside_in_order(&mut self, beside: PaneId, new: PaneId) {
        let at = self
            .order
            .iter()
            .position(|pane| *pane == beside)
            .map_or(self.order.len(), |at| at + 1);
        self.order.insert(at, new);
    }

    fn fitting(&self, pane: PaneId, area: Area) -> Option<&Split> {
        self.shaped
            .iter()
            .find(|tree| tree.contains(pane))
            .filter(|tree| fits(tree, area))
    }

    // Turns the page that a pane is on now into splits that can be changed by hand.
    fn shape(&mut self, pane: PaneId, area: Area) {
        if self.fitting(pane, area).is_some() {
            return;
        }
        let panes: Vec<PaneId> = self
            .page_of(pane, area)
            .panes
            .iter()
            .map(|shown| shown.pane)
            .collect();
        let columns = grid::columns(area, panes.len());
        self.shaped
            .retain(|tree| !panes.iter().any(|pane| tree.contains(*pane)));
        self.shaped.extend(Split::grid(&panes, columns));
    }

    fn rank(&self, page: &Page) -> usize {
        let first = page
            .panes
            .iter()
            .filter_map(|shown| self.order.iter().position(|pane| *pane == shown.pane))
            .min();
        first.unwrap_or(usize::MAX)
    }
}

fn fits(tree: &Split, area: Area) -> bool {
    tree.areas(area).iter().all(|(_, area)| roomy(*area))
}

// A cell is about twice as high as wide. The other side where only that leaves both halves roomy.
fn better_axis(area: Area) -> Axis {
    let (longer, other) = if area.width >= area.height.saturating_mul(2) {
        (Axis::Row, Axis::Column)
    } else {
        (Axis::Column, Axis::Row)
    };
    if !halves_are_roomy(area, longer) && halves_are_roomy(area, other) {
        return other;
    }
    longer
}

fn halves_are_roomy(area: Area, axis: Axis) -> bool {
    roomy(match axis {
        Axis::Row => Area {
            width: area.width / 2,
            ..area
        },
        Axis::Column => Area {
            height: area.height / 2,
            ..area
        },
    })
}

fn page(areas: Vec<(PaneId, Area)>) -> Page {
    Page {
        panes: areas
            .into_iter()
            .map(|(pane, area)| PaneArea { pane, area })
            .collect(),
    }
}

#[cfg(test)]
mod tests;
