use proptest::prelude::*;

use super::*;

fn pane(n: u32) -> PaneId {
    PaneId(n)
}

fn panes(numbers: &[u32]) -> Vec<PaneId> {
    numbers.iter().map(|n| pane(*n)).collect()
}

const SCREEN: Area = Area::new(0, 1, 160, 46);

#[test]
fn a_grid_is_read_row_by_row() {
    let tree = Split::grid(&panes(&[1, 2, 3]), 2).expect("panes");
    let expected = [
        (pane(1), Area::new(0, 1, 80, 23)),
        (pane(2), Area::new(80, 1, 80, 23)),
        (pane(3), Area::new(0, 24, 160, 23)),
    ];
    assert_eq!(tree.areas(SCREEN), expected);
    assert_eq!(Split::grid(&[], 2), None);
}

#[test]
fn a_new_pane_takes_half_of_its_neighbours_place() {
    let mut tree = Split::grid(&panes(&[1, 2]), 2).expect("panes");
    tree.add(pane(1), pane(3), Axis::Row);
    let widths: Vec<(u32, u16)> = tree
        .areas(SCREEN)
        .iter()
        .map(|(pane, area)| (pane.0, area.width))
        .collect();
    assert_eq!(widths, [(1, 40), (3, 40), (2, 80)]);
    tree.add(pane(2), pane(4), Axis::Column);
    assert_eq!(
        tree.areas(SCREEN).last(),
        Some(&(pane(4), Area::new(80, 24, 80, 23)))
    );
}

#[test]
fn removing_a_pane_gives_its_room_to_its_split() {
    let tree = Split::grid(&panes(&[1, 2, 3, 4]), 2).expect("panes");
    let tree = tree.without(pane(2)).expect("panes");
    let expected = [
        (pane(1), Area::new(0, 1, 160, 23)),
        (pane(3), Area::new(0, 24, 80, 23)),
        (pane(4), Area::new(80, 24, 80, 23)),
    ];
    assert_eq!(tree.areas(SCREEN), expected);
    let last = tree.without(pane(1)).and_then(|tree| tree.without(pane(3)));
    assert_eq!(last, Some(Split::Pane(pane(4))));
    assert_eq!(last.and_then(|tree| tree.without(pane(4))), None);
}

#[test]
fn a_border_moves_by_cells_and_stops_at_the_least_size() {
    let mut tree = Split::grid(&panes(&[1, 2]), 2).expect("panes");
    let widths = |tree: &Split| {
        tree.areas(SCREEN)
            .iter()
            .map(|(_, area)| area.width)
            .collect::<Vec<_>>()
    };
    assert!(tree.resize(pane(1), Direction::Right, 5, SCREEN));
    assert_eq!(widths(&tree), [85, 75]);
    assert!(tree.resize(pane(2), Direction::Right, 5, SCREEN));
    assert_eq!(widths(&tree), [90, 70]);
    assert!(tree.resize(pane(1), Direction::Left, 12, SCREEN));
    assert_eq!(widths(&tree), [78, 82]);
    assert!(tree.resize(pane(1), Direction::Right, 500, SCREEN));
    assert_eq!(widths(&tree), [122, 38]);
    assert!(!tree.resize(pane(1), Direction::Right, 1, SCREEN));
    assert!(!tree.resize(pane(1), Direction::Down, 1, SCREEN));
}

fn any_tree() -> impl Strategy<Value = Split> {
    let steps = proptest::collection::vec((any::<proptest::sample::Index>(), any::<bool>()), 0..12);
    steps.prop_map(|steps| {
        let mut tree = Split::Pane(pane(0));
        for (number, (at, side)) in (1..).zip(steps) {
            let beside = *at.get(&tree.panes());
            tree.add(
                beside,
                pane(number),
                if side { Axis::Row } else { Axis::Column },
            );
        }
        tree
    })
}

fn any_direction() -> impl Strategy<Value = Direction> {
    proptest::sample::select(vec![
        Direction::Left,
        Direction::Down,
        Direction::Up,
        Direction::Right,
    ])
}

#[track_caller]
pub(crate) fn assert_tiles(area: Area, parts: &[Area]) {
    let cells: u32 = parts
        .iter()
        .map(|part| u32::from(part.width) * u32::from(part.height))
        .sum();
    assert_eq!(
        cells,
        u32::from(area.width) * u32::from(area.height),
        "{parts:?}"
    );
    for (index, part) in parts.iter().enumerate() {
        assert!(
            part.is_empty()
                || part.x >= area.x
                    && part.y >= area.y
                    && part.right() <= area.right()
                    && part.bottom() <= area.bottom(),
            "{part:?}"
        );
        for other in parts.iter().skip(index + 1) {
            let apart = part.right() <= other.x
                || other.right() <= part.x
                || part.bottom() <= other.y
                || other.bottom() <= part.y;
            assert!(
                apart || part.is_empty() || other.is_empty(),
                "{part:?} and {other:?}"
            );
        }
    }
}

proptest! {
    #[test]
    fn the_areas_of_a_tree_tile_its_area(tree in any_tree(), width in 0u16..400, height in 0u16..120) {
        let area = Area::new(3, 2, width, height);
        let areas: Vec<Area> = tree.areas(area).into_iter().map(|(_, area)| area).collect();
        assert_tiles(area, &areas);
    }

    #[test]
    fn resizing_keeps_the_panes_and_the_tiling(
        tree in any_tree(), at: proptest::sample::Index, toward in any_direction(), cells in 0u16..40
    ) {
        let area = Area::new(0, 0, 300, 100);
        let mut resized = tree.clone();
        let roomy_before = tree.areas(area).iter().all(|(_, area)| crate::workspace::roomy(*area));
        resized.resize(*at.get(&tree.panes()), toward, cells, area);
        prop_assert_eq!(resized.panes(), tree.panes());
        let areas: Vec<Area> = resized.areas(area).into_iter().map(|(_, area)| area).collect();
        assert_tiles(area, &areas);
        prop_assert!(!roomy_before || areas.iter().all(|area| crate::workspace::roomy(*area)), "{:?}", areas);
    }

    #[test]
    fn adding_and_removing_a_pane_keeps_the_others(tree in any_tree(), at: proptest::sample::Index, side: bool) {
        let mut grown = tree.clone();
        grown.add(*at.get(&tree.panes()), pane(99), if side { Axis::Row } else { Axis::Column });
        prop_assert!(grown.contains(pane(99)));
        let shrunk = grown.without(pane(99)).expect("panes");
        prop_assert_eq!(shrunk.panes(), tree.panes());
    }
}
