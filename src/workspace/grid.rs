//! Owns the even grid: how many panes fit on a page and how they tile it. Knows nothing of which panes those are. Called by `layout`.

use super::{MIN_HEIGHT, MIN_WIDTH};
use crate::geometry::Area;

/// The shape that a terminal program likes: width by height of one pane in cells, about 80 by 24.
const LIKED_RATIO: f64 = 80.0 / 24.0;

/// How many panes of the least size fit; at least 1.
pub fn capacity(area: Area) -> usize {
    max_columns(area) * max_rows(area)
}

fn max_columns(area: Area) -> usize {
    usize::from(area.width / MIN_WIDTH).max(1)
}

fn max_rows(area: Area) -> usize {
    usize::from(area.height / MIN_HEIGHT).max(1)
}

/// The areas of `count` panes in reading order, which tile the area. More than [`capacity`] get less than the least size.
pub fn tile(area: Area, count: usize) -> Vec<Area> {
    let columns = columns(area, count);
    let rows = count.div_ceil(columns.max(1));
    let heights = shares(area.height, rows);
    let mut areas = Vec::with_capacity(count);
    let mut y = area.y;
    for (row, height) in heights.into_iter().enumerate() {
        let here = columns.min(count - row * columns);
        let mut x = area.x;
        for width in shares(area.width, here) {
            areas.push(Area::new(x, y, width, height));
            x += width;
        }
        y += height;
    }
    areas
}

/// The number of columns that gives `count` panes the shape nearest to the liked one, within the least size where that is possible.
pub fn columns(area: Area, count: usize) -> usize {
    let fits = |columns: &usize| count.div_ceil(*columns) <= max_rows(area);
    let candidates = (1..=max_columns(area).min(count.max(1))).filter(fits);
    let strangeness = |columns: usize| {
        let width = f64::from(area.width) / to_f64(columns);
        let height = f64::from(area.height.max(1)) / to_f64(count.div_ceil(columns).max(1));
        (width / height / LIKED_RATIO).ln().abs()
    };
    candidates
        .min_by(|a, b| strangeness(*a).total_cmp(&strangeness(*b)))
        .unwrap_or_else(|| max_columns(area))
}

fn to_f64(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}

/// Cuts a length into `count` parts that differ by one cell at most, the longer ones first.
pub(super) fn shares(length: u16, count: usize) -> Vec<u16> {
    let Ok(parts) = u16::try_from(count) else {
        return Vec::new();
    };
    let (each, more) = (
        length.checked_div(parts).unwrap_or(0),
        length.checked_rem(parts).unwrap_or(0),
    );
    (0..parts)
        .map(|part| each + u16::from(part < more))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grids_of_the_usual_screens() {
        let beside_list = Area::new(34, 1, 86, 38);
        let whole_80x24 = Area::new(0, 1, 80, 22);
        let table = [
            (beside_list, 6, 2, 10),
            (beside_list, 10, 2, 10),
            (whole_80x24, 6, 2, 6),
            (whole_80x24, 2, 2, 6),
            (whole_80x24, 1, 1, 6),
            (Area::new(0, 1, 300, 98), 12, 3, 98),
            (Area::new(0, 0, 20, 4), 3, 1, 1),
        ];
        for (area, count, expected_columns, expected_capacity) in table {
            assert_eq!(
                (columns(area, count), capacity(area)),
                (expected_columns, expected_capacity),
                "{count} in {area:?}"
            );
        }
    }

    #[test]
    fn the_last_row_shares_its_whole_width() {
        let areas = tile(Area::new(0, 0, 160, 46), 3);
        assert_eq!(
            areas,
            [
                Area::new(0, 0, 80, 23),
                Area::new(80, 0, 80, 23),
                Area::new(0, 23, 160, 23)
            ]
        );
    }
}
