use proptest::prelude::*;

use super::*;
use crate::workspace::split::tests::assert_tiles;

const BESIDE_LIST: Area = Area::new(34, 1, 86, 38);
const WHOLE: Area = Area::new(0, 1, 80, 22);

fn panes(count: u32) -> Vec<PaneId> {
    (0..count).map(PaneId).collect()
}

fn numbers(page: &Page) -> Vec<u32> {
    page.panes.iter().map(|shown| shown.pane.0).collect()
}

#[test]
fn panes_that_do_not_fit_go_to_the_next_page() {
    let layout = Layout::even_of(&panes(7));
    let pages: Vec<Vec<u32>> = layout.pages(WHOLE).iter().map(numbers).collect();
    assert_eq!(pages, [vec![0, 1, 2, 3, 4, 5], vec![6]]);
    assert_eq!(layout.pages(BESIDE_LIST).len(), 1);
    assert_eq!(Layout::even_of(&panes(11)).pages(BESIDE_LIST).len(), 2);
}

#[test]
fn the_neighbour_is_the_one_with_the_longest_common_border() {
    let page = Layout::even_of(&panes(3)).page_of(PaneId(0), Area::new(0, 0, 160, 46));
    let table = [
        (0, Direction::Right, Some(1)),
        (0, Direction::Down, Some(2)),
        (1, Direction::Down, Some(2)),
        (2, Direction::Up, Some(0)),
        (0, Direction::Left, None),
        (0, Direction::Up, None),
        (9, Direction::Up, None),
    ];
    for (from, toward, expected) in table {
        assert_eq!(
            page.neighbour(PaneId(from), toward),
            expected.map(PaneId),
            "{from} {toward:?}"
        );
    }
}

#[test]
fn the_pane_under_the_mouse_is_found() {
    let page = Layout::even_of(&panes(6)).page_of(PaneId(0), BESIDE_LIST);
    assert_eq!(
        (
            page.at(34, 1),
            page.at(77, 38),
            page.at(33, 1),
            page.at(120, 1)
        ),
        (Some(PaneId(0)), Some(PaneId(5)), None, None)
    );
}

#[test]
fn a_page_resized_by_hand_keeps_its_shape_while_it_fits() {
    let mut layout = Layout::even_of(&panes(4));
    let wide = Area::new(0, 0, 200, 60);
    assert!(layout.resize(PaneId(0), Direction::Right, 20, wide));
    let width = |layout: &Layout, area| {
        layout
            .page_of(PaneId(0), area)
            .area(PaneId(0))
            .map(|area| area.width)
    };
    assert_eq!(width(&layout, wide), Some(120));
    assert_eq!(width(&layout, Area::new(0, 0, 80, 60)), Some(80));
    assert_eq!(width(&layout, wide), Some(120));
    layout.even();
    assert_eq!(width(&layout, wide), Some(100));
}

#[test]
fn a_border_that_cannot_move_changes_nothing() {
    let mut layout = Layout::even_of(&panes(2));
    let before = layout.clone();
    assert!(!layout.resize(PaneId(0), Direction::Right, 3, BESIDE_LIST));
    assert!(!layout.resize(PaneId(7), Direction::Right, 3, BESIDE_LIST));
    assert_eq!(layout, before);
}

#[test]
fn only_the_resized_page_is_shaped() {
    let mut layout = Layout::even_of(&panes(8));
    assert!(layout.resize(PaneId(0), Direction::Right, 2, WHOLE));
    let pages = layout.pages(WHOLE);
    assert_eq!(
        pages.iter().map(numbers).collect::<Vec<_>>(),
        [vec![0, 1, 2, 3, 4, 5], vec![6, 7]]
    );
    assert_eq!(pages[1].area(PaneId(6)).map(|area| area.width), Some(40));
}

#[test]
fn splitting_halves_the_place_of_a_pane() {
    let mut layout = Layout::even_of(&panes(1));
    let area = Area::new(0, 0, 160, 46);
    layout.split(PaneId(0), PaneId(1), Axis::Column, area);
    layout.split(PaneId(1), PaneId(2), Axis::Row, area);
    let page = layout.page_of(PaneId(0), area);
    let areas = [
        Area::new(0, 0, 160, 23),
        Area::new(0, 23, 80, 23),
        Area::new(80, 23, 80, 23),
    ];
    assert_eq!(
        page.panes
            .iter()
            .map(|shown| shown.area)
            .collect::<Vec<_>>(),
        areas
    );
    assert_eq!(layout.panes(), panes(3));
}

#[derive(Clone, Debug)]
enum Step {
    Push,
    AddBeside(proptest::sample::Index),
    Split(proptest::sample::Index, Axis),
    Remove(proptest::sample::Index),
    Resize(proptest::sample::Index, Direction, u16),
    Even,
}

fn any_step() -> impl Strategy<Value = Step> {
    let index = || any::<proptest::sample::Index>();
    let directions = vec![
        Direction::Left,
        Direction::Down,
        Direction::Up,
        Direction::Right,
    ];
    prop_oneof![
        3 => Just(Step::Push),
        2 => index().prop_map(Step::AddBeside),
        3 => (index(), any::<bool>()).prop_map(|(at, row)| Step::Split(at, if row { Axis::Row } else { Axis::Column })),
        2 => index().prop_map(Step::Remove),
        3 => (index(), proptest::sample::select(directions), 0u16..30).prop_map(|(at, toward, cells)| Step::Resize(at, toward, cells)),
        1 => Just(Step::Even),
    ]
}

fn play(steps: Vec<Step>, area: Area) -> Layout {
    let mut layout = Layout::even_of(&[PaneId(0)]);
    for (number, step) in (1..).zip(steps) {
        let at = |index: proptest::sample::Index, layout: &Layout| *index.get(layout.panes());
        match step {
            Step::Push => layout.push(PaneId(number)),
            Step::AddBeside(index) => layout.add_beside(at(index, &layout), PaneId(number), area),
            Step::Split(index, axis) => {
                layout.split(at(index, &layout), PaneId(number), axis, area);
            }
            Step::Remove(index) if layout.panes().len() > 1 => layout.remove(at(index, &layout)),
            Step::Remove(_) => {}
            Step::Resize(index, toward, cells) => {
                layout.resize(at(index, &layout), toward, cells, area);
            }
            Step::Even => layout.even(),
        }
    }
    layout
}

fn any_area() -> impl Strategy<Value = Area> {
    (1u16..320, 1u16..110).prop_map(|(width, height)| Area::new(5, 1, width, height))
}

proptest! {
    #[test]
    fn every_pane_is_on_one_page_and_each_page_tiles_the_area(
        steps in proptest::collection::vec(any_step(), 0..30), built in any_area(), shown in any_area()
    ) {
        let layout = play(steps, built);
        let pages = layout.pages(shown);
        let mut seen: Vec<PaneId> = pages.iter().flat_map(|page| page.panes.iter().map(|shown| shown.pane)).collect();
        let mut all = layout.panes().to_vec();
        seen.sort();
        all.sort();
        prop_assert_eq!(seen, all);
        for page in &pages {
            let areas: Vec<Area> = page.panes.iter().map(|shown| shown.area).collect();
            assert_tiles(shown, &areas);
            prop_assert!(!roomy(shown) || areas.iter().all(|area| roomy(*area)), "{:?}", areas);
        }
    }

    #[test]
    fn going_back_returns_where_the_way_is_unique(steps in proptest::collection::vec(any_step(), 0..30), area in any_area()) {
        let layout = play(steps, area);
        for page in layout.pages(area) {
            for from in &page.panes {
                for toward in [Direction::Left, Direction::Down, Direction::Up, Direction::Right] {
                    let Some(to) = page.neighbour(from.pane, toward) else { continue };
                    let to_area = page.area(to).expect("shown");
                    prop_assert!(touches(from.area, to_area, toward));
                    let back = page.panes.iter().filter(|shown| touches(to_area, shown.area, toward.opposite()) && common_border(to_area, shown.area, toward.axis()) > 0);
                    if back.count() == 1 {
                        prop_assert_eq!(page.neighbour(to, toward.opposite()), Some(from.pane));
                    }
                }
            }
        }
    }

    #[test]
    fn every_pane_can_be_reached_from_every_other_one(count in 1u32..30, area in any_area()) {
        for page in Layout::even_of(&panes(count)).pages(area).iter().filter(|page| page.panes.iter().all(|shown| !shown.area.is_empty())) {
            let mut reached: Vec<PaneId> = page.panes.first().map(|shown| shown.pane).into_iter().collect();
            let mut next = 0;
            while let Some(from) = reached.get(next).copied() {
                for toward in [Direction::Left, Direction::Down, Direction::Up, Direction::Right] {
                    reached.extend(page.neighbour(from, toward).filter(|to| !reached.contains(to)));
                }
                next += 1;
            }
            // A wide last pane leads up to one pane only; from there the row goes on sideways.
            prop_assert_eq!(reached.len(), page.panes.len());
        }
    }
}
