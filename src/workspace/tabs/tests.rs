use super::*;

const AREA: Area = Area::new(0, 1, 80, 22);

fn tabs(counts: &[u32]) -> Tabs {
    let mut tabs = Tabs::default();
    let mut next = 0;
    for (id, count) in (1..).zip(counts) {
        let panes: Vec<PaneId> = (next..next + count).map(PaneId).collect();
        next += count;
        tabs.open(TabId(id), "web", panes[0], &panes[1..]);
    }
    tabs
}

fn order(tabs: &Tabs) -> Vec<u32> {
    tabs.iter().map(|tab| tab.id.0).collect()
}

fn active(tabs: &Tabs) -> Option<u32> {
    tabs.active().map(|tab| tab.id.0)
}

#[test]
fn a_new_tab_comes_last_and_is_active() {
    let tabs = tabs(&[1, 1, 1]);
    assert_eq!((order(&tabs), active(&tabs)), (vec![1, 2, 3], Some(3)));
}

#[test]
fn steps_go_around_and_positions_do_not() {
    let mut tabs = tabs(&[1, 1, 1]);
    tabs.step(1);
    assert_eq!(active(&tabs), Some(1));
    tabs.step(-2);
    assert_eq!(active(&tabs), Some(2));
    assert!(!tabs.go_to(3));
    assert_eq!(active(&tabs), Some(2));
    assert!(tabs.go_to(0));
    assert_eq!(active(&tabs), Some(1));
    let mut none = Tabs::default();
    none.step(1);
    assert_eq!(active(&none), None);
}

#[test]
fn closing_a_tab_activates_the_one_that_follows_or_the_last() {
    for (current, close, expected) in [
        (0, 1, Some(2)),
        (2, 3, Some(2)),
        (2, 1, Some(3)),
        (0, 3, Some(1)),
    ] {
        let mut tabs = tabs(&[1, 1, 1]);
        tabs.go_to(current);
        assert_eq!(tabs.close(TabId(close)).len(), 1);
        assert_eq!(active(&tabs), expected, "tab {close} closed at {current}");
    }
}

#[test]
fn the_active_tab_moves_with_its_place() {
    let mut tabs = tabs(&[1, 1, 1]);
    tabs.shift_active(-1);
    assert_eq!((order(&tabs), active(&tabs)), (vec![1, 3, 2], Some(3)));
    tabs.shift_active(9);
    assert_eq!((order(&tabs), active(&tabs)), (vec![1, 2, 3], Some(3)));
}

#[test]
fn the_last_pane_takes_its_tab_along() {
    let mut tabs = tabs(&[2, 1]);
    assert_eq!(tabs.remove_pane(PaneId(0)), Closed::Pane(TabId(1)));
    assert_eq!(tabs.remove_pane(PaneId(1)), Closed::Tab(TabId(1)));
    assert_eq!(tabs.remove_pane(PaneId(1)), Closed::Nothing);
    assert_eq!((order(&tabs), active(&tabs)), (vec![2], Some(2)));
}

#[test]
fn the_focus_goes_to_the_pane_that_follows_a_removed_one() {
    let mut tabs = tabs(&[3]);
    tabs.active_mut().expect("tab").focus_on(PaneId(1));
    tabs.remove_pane(PaneId(1));
    assert_eq!(tabs.active().map(Tab::focus), Some(PaneId(2)));
    tabs.remove_pane(PaneId(2));
    assert_eq!(tabs.active().map(Tab::focus), Some(PaneId(0)));
}

#[test]
fn removing_another_pane_leaves_focus_and_zoom() {
    let mut tabs = tabs(&[3]);
    tabs.active_mut().expect("tab").toggle_zoom();
    tabs.remove_pane(PaneId(2));
    assert_eq!(
        tabs.active().map(|tab| (tab.focus(), tab.zoom)),
        Some((PaneId(0), Zoom::On))
    );
}

#[test]
fn jumping_to_a_pane_turns_to_its_tab_and_page() {
    let mut tabs = tabs(&[8, 1]);
    assert!(tabs.jump_to(PaneId(7)));
    let tab = tabs.active().expect("tab");
    assert_eq!(
        (tab.id, tab.focus(), tab.page_number(AREA)),
        (TabId(1), PaneId(7), (1, 2))
    );
    assert!(!tabs.jump_to(PaneId(99)));
}

#[test]
fn turning_pages_goes_around_and_focuses_the_first_pane_there() {
    let mut tabs = tabs(&[13]);
    let tab = tabs.active_mut().expect("tab");
    tab.focus_on(PaneId(2));
    let mut seen = Vec::new();
    for _ in 0..3 {
        tab.turn_page(1, AREA);
        seen.push((tab.focus().0, tab.page_number(AREA).0));
    }
    assert_eq!(seen, [(6, 1), (12, 2), (0, 0)]);
}

#[test]
fn a_single_page_does_not_turn() {
    let mut tabs = tabs(&[3]);
    let tab = tabs.active_mut().expect("tab");
    tab.focus_on(PaneId(2));
    tab.turn_page(1, AREA);
    assert_eq!(tab.focus(), PaneId(2));
}

#[test]
fn zoom_shows_the_focused_pane_alone_and_hides_the_others() {
    let mut tabs = tabs(&[7]);
    let tab = tabs.active_mut().expect("tab");
    assert_eq!(tab.hidden(AREA), [PaneId(6)]);
    tab.toggle_zoom();
    assert_eq!(
        tab.shown(AREA).panes,
        [PaneArea {
            pane: PaneId(0),
            area: AREA
        }]
    );
    assert_eq!(tab.hidden(AREA).len(), 6);
    assert!(tab.focus_toward(Direction::Right, AREA));
    assert_eq!(
        tab.shown(AREA).panes,
        [PaneArea {
            pane: PaneId(1),
            area: AREA
        }]
    );
    tab.toggle_zoom();
    assert_eq!(tab.shown(AREA).panes.len(), 6);
}

#[test]
fn an_added_pane_comes_after_the_shown_ones() {
    let mut tabs = tabs(&[3]);
    let tab = tabs.active_mut().expect("tab");
    tab.add(PaneId(9), AREA);
    assert_eq!(tab.panes(), [0, 1, 2, 9].map(PaneId));
    assert_eq!(tab.focus(), PaneId(0));
}

#[test]
fn a_tab_can_be_renamed_and_found_by_its_pane() {
    let mut tabs = tabs(&[1, 2]);
    tabs.rename(TabId(2), "cart");
    assert_eq!(
        tabs.of(PaneId(2)).map(|tab| tab.name.as_str()),
        Some("cart")
    );
    assert_eq!(tabs.of(PaneId(9)), None);
}
