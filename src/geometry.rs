//! Owns sizes and rectangles in cells, clamped so that no grid is ever empty. Knows nothing of drawing. Used by every layer.

use std::num::NonZeroU16;

/// The size of a terminal grid in cells, at least 1x1.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct GridSize {
    rows: NonZeroU16,
    cols: NonZeroU16,
}

impl GridSize {
    /// Clamps both sides to 1..=65535 cells.
    pub fn new(rows: u16, cols: u16) -> Self {
        let at_least_one = |n| NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN);
        Self {
            rows: at_least_one(rows),
            cols: at_least_one(cols),
        }
    }

    /// Height in cells.
    pub const fn rows(self) -> u16 {
        self.rows.get()
    }

    /// Width in cells.
    pub const fn cols(self) -> u16 {
        self.cols.get()
    }

    /// Height as the non-zero number that vt100 takes.
    pub const fn nonzero_rows(self) -> NonZeroU16 {
        self.rows
    }

    /// Width as the non-zero number that vt100 takes.
    pub const fn nonzero_cols(self) -> NonZeroU16 {
        self.cols
    }
}

/// A rectangle in cells; an empty one has a width or height of 0.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Area {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

impl Area {
    /// Top left corner, width, height.
    pub const fn new(x: u16, y: u16, width: u16, height: u16) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    /// The column right after the last one.
    pub const fn right(self) -> u16 {
        self.x.saturating_add(self.width)
    }

    /// The row right after the last one.
    pub const fn bottom(self) -> u16 {
        self.y.saturating_add(self.height)
    }

    /// Whether it has no cell.
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }

    /// The smallest rectangle with the cells of both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        if self.is_empty() || other.is_empty() {
            return if self.is_empty() { other } else { self };
        }
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let (right, bottom) = (
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        );
        Self::new(x, y, right - x, bottom - y)
    }

    /// Whether both have a cell in common.
    pub const fn meets(self, other: Self) -> bool {
        !self.is_empty()
            && !other.is_empty()
            && self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }

    /// Whether the cell at column `x`, row `y` lies inside.
    pub const fn contains(self, x: u16, y: u16) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_grid_is_empty() {
        let size = GridSize::new(0, 0);
        assert_eq!((size.rows(), size.cols()), (1, 1));
    }

    #[test]
    fn an_area_contains_its_corners_only_inside() {
        let area = Area::new(2, 3, 4, 5);
        assert!(area.contains(2, 3) && area.contains(5, 7));
        assert!(!area.contains(6, 7) && !area.contains(5, 8) && !area.contains(1, 3));
    }

    #[test]
    fn areas_meet_where_they_share_a_cell() {
        let area = Area::new(2, 3, 4, 5);
        for (other, meets) in [
            (Area::new(5, 7, 9, 9), true),
            (Area::new(0, 0, 3, 4), true),
            (Area::new(6, 3, 1, 1), false),
            (Area::new(2, 8, 4, 1), false),
            (Area::new(0, 3, 2, 5), false),
            (Area::new(3, 4, 0, 2), false),
        ] {
            assert_eq!(
                (area.meets(other), other.meets(area)),
                (meets, meets),
                "{other:?}"
            );
        }
    }

    #[test]
    fn the_area_around_two_holds_both_and_no_more() {
        let (one, two) = (Area::new(2, 3, 4, 5), Area::new(9, 1, 1, 1));
        assert_eq!(one.around(two), Area::new(2, 1, 8, 7));
        assert_eq!(two.around(one), one.around(two));
        assert_eq!(one.around(Area::default()), one);
        assert_eq!(Area::new(7, 7, 0, 3).around(one), one);
    }
}
