//! Owns the tree of splits that a user shaped by hand: its rectangles, resizing, adding and removing panes.
//! Knows nothing of pages or of the even grid. Called by `layout`.

use super::{MIN_HEIGHT, MIN_WIDTH};
use crate::geometry::Area;
use crate::ids::PaneId;

/// Which way a split lays its parts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Axis {
    /// Side by side, from left to right.
    Row,
    /// One above the other, from top to bottom.
    Column,
}

/// A direction on the screen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Direction {
    Left,
    Down,
    Up,
    Right,
}

impl Direction {
    /// The direction back.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
            Self::Up => Self::Down,
            Self::Down => Self::Up,
        }
    }

    /// The axis along which it goes.
    pub const fn axis(self) -> Axis {
        match self {
            Self::Left | Self::Right => Axis::Row,
            Self::Up | Self::Down => Axis::Column,
        }
    }
}

/// A tree of panes; every part of a split has a weight, its share of the length.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Split {
    Pane(PaneId),
    Parts(Axis, Vec<(u16, Split)>),
}

impl Split {
    /// The tree of an even grid, in reading order; `None` without panes.
    pub fn grid(panes: &[PaneId], columns: usize) -> Option<Self> {
        let rows = panes
            .chunks(columns.max(1))
            .map(|row| (1, Self::parts(Axis::Row, even(row))));
        let rows: Vec<(u16, Self)> = rows.collect();
        (!panes.is_empty()).then(|| Self::parts(Axis::Column, rows))
    }

    /// The panes in reading order of the tree.
    pub fn panes(&self) -> Vec<PaneId> {
        match self {
            Self::Pane(pane) => vec![*pane],
            Self::Parts(_, parts) => parts.iter().flat_map(|(_, part)| part.panes()).collect(),
        }
    }

    /// Whether the pane is in the tree.
    pub fn contains(&self, pane: PaneId) -> bool {
        self.panes().contains(&pane)
    }

    /// The area of every pane; together they tile the area.
    pub fn areas(&self, area: Area) -> Vec<(PaneId, Area)> {
        match self {
            Self::Pane(pane) => vec![(*pane, area)],
            Self::Parts(axis, parts) => {
                let cut = cut(area, *axis, &weights(parts));
                parts
                    .iter()
                    .zip(cut)
                    .flat_map(|((_, part), area)| part.areas(area))
                    .collect()
            }
        }
    }

    /// Splits a pane's place in halves and puts a new pane after it. Without that pane nothing changes.
    pub fn add(&mut self, beside: PaneId, new: PaneId, axis: Axis) {
        match self {
            Self::Pane(pane) if *pane == beside => *self = Self::Parts(axis, even(&[beside, new])),
            Self::Pane(_) => {}
            Self::Parts(own, parts) => {
                let here = parts
                    .iter()
                    .position(|(_, part)| *part == Self::Pane(beside));
                match here.filter(|_| *own == axis) {
                    Some(at) => insert_after(parts, at, new),
                    None => {
                        for (_, part) in parts {
                            part.add(beside, new, axis);
                        }
                    }
                }
            }
        }
    }

    /// The tree without a pane; its neighbours in the same split take the room. `None` when nothing is left.
    #[must_use]
    pub fn without(self, gone: PaneId) -> Option<Self> {
        match self {
            Self::Pane(pane) => (pane != gone).then_some(Self::Pane(pane)),
            Self::Parts(axis, parts) => {
                let kept = parts
                    .into_iter()
                    .filter_map(|(weight, part)| part.without(gone).map(|part| (weight, part)));
                let kept: Vec<(u16, Self)> = kept.collect();
                (!kept.is_empty()).then(|| Self::parts(axis, kept))
            }
        }
    }

    /// Moves the border of a pane by some cells in a direction: its far border in that direction, or where it has none, its near one.
    /// No pane gets below the least size: the border stops there. Returns whether anything moved.
    pub fn resize(&mut self, pane: PaneId, toward: Direction, cells: u16, area: Area) -> bool {
        let Self::Parts(axis, parts) = self else {
            return false;
        };
        let Some(at) = parts.iter().position(|(_, part)| part.contains(pane)) else {
            return false;
        };
        let areas = cut(area, *axis, &weights(parts));
        // The innermost split along this axis moves first, as the user sees the border next to the pane.
        let deeper = parts
            .get_mut(at)
            .zip(areas.get(at))
            .is_some_and(|((_, part), area)| part.resize(pane, toward, cells, *area));
        if deeper {
            return true;
        }
        let border = border(at, parts.len(), toward);
        *axis == toward.axis() && shift(parts, &areas, *axis, border.as_ref(), cells)
    }

    // Splits of one part and splits inside of splits along the same axis are never kept.
    fn parts(axis: Axis, mut parts: Vec<(u16, Self)>) -> Self {
        match (parts.pop(), parts.is_empty()) {
            (Some((_, only)), true) => only,
            (Some(last), false) => {
                parts.push(last);
                Self::Parts(axis, parts)
            }
            (None, _) => Self::Parts(axis, parts),
        }
    }
}

/// A border between two parts and the way it goes.
struct Border {
    grows: usize,
    shrinks: usize,
}

fn border(at: usize, count: usize, toward: Direction) -> Option<Border> {
    let forward = matches!(toward, Direction::Right | Direction::Down);
    match (forward, at + 1 < count, at > 0) {
        (true, true, _) => Some(Border {
            grows: at,
            shrinks: at + 1,
        }),
        (true, false, true) => Some(Border {
            grows: at - 1,
            shrinks: at,
        }),
        (false, true, false) => Some(Border {
            grows: at + 1,
            shrinks: at,
        }),
        (false, _, true) => Some(Border {
            grows: at,
            shrinks: at - 1,
        }),
        (_, false, false) => None,
    }
}

fn shift(
    parts: &mut [(u16, Split)],
    areas: &[Area],
    axis: Axis,
    border: Option<&Border>,
    cells: u16,
) -> bool {
    let Some(&Border { grows, shrinks }) = border else {
        return false;
    };
    let mut lengths: Vec<u16> = areas.iter().map(|area| length(*area, axis)).collect();
    let spare = parts
        .get(shrinks)
        .zip(lengths.get(shrinks))
        .map_or(0, |((_, part), length)| {
            length.saturating_sub(part.least(axis))
        });
    let moved = cells.min(spare);
    if let Some(length) = lengths.get_mut(grows) {
        *length += moved;
    }
    if let Some(length) = lengths.get_mut(shrinks) {
        *length -= moved;
    }
    for ((weight, _), length) in parts.iter_mut().zip(lengths) {
        *weight = length.max(1);
    }
    moved > 0
}

impl Split {
    /// The least length along an axis at which no pane gets below the least size, if the parts may be cut freely.
    fn least(&self, axis: Axis) -> u16 {
        match self {
            Self::Pane(_) => match axis {
                Axis::Row => MIN_WIDTH,
                Axis::Column => MIN_HEIGHT,
            },
            Self::Parts(own, parts) if *own == axis => {
                // Parts keep their proportions, so the one with the most need per weight decides.
                let total: u32 = parts.iter().map(|(weight, _)| u32::from(*weight)).sum();
                let need = |(weight, part): &(u16, Self)| {
                    (u32::from(part.least(axis)) * total).div_ceil(u32::from(*weight).max(1)) + 1
                };
                let least = parts.iter().map(need).max().unwrap_or(1);
                u16::try_from(least).unwrap_or(u16::MAX)
            }
            Self::Parts(_, parts) => parts
                .iter()
                .map(|(_, part)| part.least(axis))
                .max()
                .unwrap_or(1),
        }
    }
}

// Halves the room of one part for a new pane after it.
fn insert_after(parts: &mut Vec<(u16, Split)>, at: usize, new: PaneId) {
    double(parts);
    let Some((weight, _)) = parts.get_mut(at) else {
        return;
    };
    *weight /= 2;
    let half = *weight;
    parts.insert(at + 1, (half, Split::Pane(new)));
}

fn even(panes: &[PaneId]) -> Vec<(u16, Split)> {
    panes.iter().map(|pane| (1, Split::Pane(*pane))).collect()
}

// Halving a weight must not round it away.
fn double(parts: &mut [(u16, Split)]) {
    let widest = parts.iter().map(|(weight, _)| *weight).max().unwrap_or(1);
    let factor = if widest > u16::MAX / 2 { 1 } else { 2 };
    for (weight, _) in parts {
        *weight = (*weight * factor).max(2);
    }
}

fn weights(parts: &[(u16, Split)]) -> Vec<u16> {
    parts.iter().map(|(weight, _)| *weight).collect()
}

fn length(area: Area, axis: Axis) -> u16 {
    match axis {
        Axis::Row => area.width,
        Axis::Column => area.height,
    }
}

/// Cuts an area along an axis by weights; the borders are rounded, so the parts tile it exactly.
fn cut(area: Area, axis: Axis, weights: &[u16]) -> Vec<Area> {
    let total: u32 = weights.iter().map(|weight| u32::from(*weight)).sum();
    let whole = u32::from(length(area, axis));
    let mut sum = 0;
    let mut from = 0;
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        sum += u32::from(*weight);
        let exact = (whole * sum + total / 2)
            .checked_div(total)
            .unwrap_or(whole);
        let to = u16::try_from(exact)
            .unwrap_or(u16::MAX)
            .min(length(area, axis));
        parts.push(match axis {
            Axis::Row => Area::new(area.x + from, area.y, to - from, area.height),
            Axis::Column => Area::new(area.x, area.y + from, area.width, to - from),
        });
        from = to;
    }
    parts
}

#[cfg(test)]
pub(crate) mod tests;
