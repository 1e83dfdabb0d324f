//! Each sentence of design section 3, "Broadcast, exactly", on the pure plan. The same sentences in the app: `app/update/tests/broadcast.rs`.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

const ON: Broadcast = Broadcast::On {
    last_key: LastKey::None,
};

fn view(pane: u32) -> PaneView {
    PaneView {
        pane: PaneId(pane),
        life: Life::Live,
        alternate_screen: false,
        membership: Membership::Receiving,
        last_key: LastKey::None,
        hidden: false,
    }
}

fn member(pane: u32, membership: Membership) -> PaneView {
    PaneView {
        membership,
        ..view(pane)
    }
}

fn living(pane: u32, life: Life) -> PaneView {
    PaneView { life, ..view(pane) }
}

fn ids(panes: &[u32]) -> Vec<PaneId> {
    panes.iter().copied().map(PaneId).collect()
}

#[test]
fn off_at_start() {
    assert_eq!(Broadcast::default(), Broadcast::Off);
    let panes = [view(1), view(2)];
    let planned = plan(&panes, Some(PaneId(2)), Broadcast::Off);
    assert_eq!(planned, BroadcastPlan::One(PaneId(2)));
}

#[test]
fn every_key_goes_to_all_receiving_panes_the_focused_one_first() {
    let panes = [view(1), view(2), view(3)];
    let planned = plan(&panes, Some(PaneId(2)), ON);
    assert_eq!(planned, BroadcastPlan::All(ids(&[2, 1, 3])));
}

#[test]
fn live_receivers_on_all_pages_count_and_the_others_are_named() {
    let hidden = PaneView {
        hidden: true,
        ..view(6)
    };
    let panes = [
        view(1),
        member(2, Membership::OptedOut),
        member(3, Membership::Held),
        member(4, Membership::NewShell),
        member(5, Membership::Joining),
        hidden,
        living(7, Life::Silent),
        living(8, Life::Ended),
    ];
    let counts = counts(&panes);
    assert_eq!((counts.receiving, counts.of), (2, 8));
    assert_eq!(counts.hidden, ids(&[6]));
    assert_eq!(counts.opted_out, ids(&[2]));
    assert_eq!(counts.held, ids(&[3]));
    assert_eq!(counts.new_shells, ids(&[4]));
    assert_eq!(counts.joining, ids(&[5]));
    assert_eq!(counts.not_live, ids(&[7, 8]));
}

#[rstest]
#[case(Membership::Receiving, Life::Live, false, Membership::Receiving)]
#[case(Membership::NewShell, Life::Live, false, Membership::Receiving)]
#[case(Membership::Held, Life::Live, false, Membership::Receiving)]
#[case(Membership::Joining, Life::Live, false, Membership::Receiving)]
#[case(Membership::OptedOut, Life::Live, false, Membership::OptedOut)]
#[case(Membership::Receiving, Life::Live, true, Membership::Held)]
#[case(Membership::OptedOut, Life::Live, true, Membership::OptedOut)]
#[case(Membership::Receiving, Life::Opening, false, Membership::NewShell)]
#[case(Membership::Receiving, Life::Silent, false, Membership::NewShell)]
#[case(Membership::Receiving, Life::Cancelling, false, Membership::NewShell)]
#[case(Membership::Receiving, Life::Ended, false, Membership::NewShell)]
fn switching_on_takes_every_live_pane_not_opted_out_and_holds_full_screens(
    #[case] membership: Membership,
    #[case] life: Life,
    #[case] alternate_screen: bool,
    #[case] after: Membership,
) {
    let view = PaneView {
        life,
        alternate_screen,
        membership,
        ..view(1)
    };
    assert_eq!(switched_on(&[view]), [(PaneId(1), after)]);
}

#[rstest]
#[case(Membership::OptedOut)]
#[case(Membership::Held)]
#[case(Membership::NewShell)]
#[case(Membership::Joining)]
fn a_focused_pane_that_does_not_receive_gets_the_keys_alone(#[case] membership: Membership) {
    let panes = [member(1, membership), view(2)];
    let planned = plan(&panes, Some(PaneId(1)), ON);
    assert_eq!(planned, BroadcastPlan::HereOnly(PaneId(1)));
}

#[rstest]
#[case::one_receiver(Membership::Receiving, Membership::OptedOut, ON, true)]
#[case::two_receivers(Membership::Receiving, Membership::Receiving, ON, true)]
#[case::here_only(Membership::OptedOut, Membership::Receiving, ON, false)]
#[case::broadcast_off(Membership::Receiving, Membership::Receiving, Broadcast::Off, false)]
fn lines_are_asked_about_where_the_focused_pane_receives(
    #[case] focused: Membership,
    #[case] other: Membership,
    #[case] broadcast: Broadcast,
    #[case] asks: bool,
) {
    let planned = plan(
        &[member(1, focused), member(2, other)],
        Some(PaneId(1)),
        broadcast,
    );
    assert_eq!(planned.asks_for_lines(), asks, "{planned:?}");
}

#[rstest]
#[case(Life::Opening)]
#[case(Life::Silent)]
#[case(Life::Cancelling)]
#[case(Life::Ended)]
fn keys_of_a_focused_pane_that_takes_none_go_nowhere(#[case] life: Life) {
    for membership in [Membership::Receiving, Membership::OptedOut] {
        for broadcast in [Broadcast::Off, ON] {
            let focused = PaneView {
                membership,
                ..living(1, life)
            };
            let planned = plan(&[focused, view(2)], Some(PaneId(1)), broadcast);
            assert!(planned.targets().is_empty(), "{planned:?}");
            let why = Refusal::TakesNoKeys(PaneId(1), life);
            assert_eq!(planned, BroadcastPlan::Refused(why));
        }
    }
}

#[test]
fn without_a_pane_keys_go_nowhere() {
    let refused = BroadcastPlan::Refused(Refusal::NoPane);
    assert_eq!(plan(&[], None, ON), refused);
    assert_eq!(plan(&[view(1)], Some(PaneId(2)), ON), refused);
}

#[rstest]
#[case(Membership::Receiving, Membership::NewShell)]
#[case(Membership::Held, Membership::NewShell)]
#[case(Membership::NewShell, Membership::NewShell)]
#[case(Membership::Joining, Membership::NewShell)]
#[case(Membership::OptedOut, Membership::OptedOut)]
fn what_appears_while_it_is_on_is_out_as_a_new_shell(
    #[case] before: Membership,
    #[case] after: Membership,
) {
    assert_eq!(appeared(before, ON), after);
    assert_eq!(appeared(before, Broadcast::Off), before);
}

/// A pane joins when its own last key and the last broadcast key are each Enter or Ctrl-C, or none.
#[rstest]
#[case(LastKey::None, LastKey::None, true)]
#[case(LastKey::None, LastKey::LineEnd, true)]
#[case(LastKey::None, LastKey::Other, false)]
#[case(LastKey::LineEnd, LastKey::None, true)]
#[case(LastKey::LineEnd, LastKey::LineEnd, true)]
#[case(LastKey::LineEnd, LastKey::Other, false)]
#[case(LastKey::Other, LastKey::None, false)]
#[case(LastKey::Other, LastKey::LineEnd, false)]
#[case(LastKey::Other, LastKey::Other, false)]
fn a_pane_joins_between_lines(#[case] own: LastKey, #[case] sent: LastKey, #[case] at_once: bool) {
    let broadcast = Broadcast::On { last_key: sent };
    for out in [Membership::OptedOut, Membership::Held, Membership::NewShell] {
        let view = PaneView {
            last_key: own,
            ..member(1, out)
        };
        let expected = if at_once {
            Membership::Receiving
        } else {
            Membership::Joining
        };
        assert_eq!(toggled(&view, broadcast), expected);
        let waiting = PaneView {
            membership: Membership::Joining,
            ..view
        };
        assert_eq!(joins(&[waiting], broadcast).len(), usize::from(at_once));
        assert!(joins(&[waiting], Broadcast::Off).is_empty());
    }
}

#[test]
fn a_pane_that_is_not_live_joins_later() {
    for life in [Life::Opening, Life::Silent, Life::Cancelling, Life::Ended] {
        let waiting = PaneView {
            life,
            ..member(1, Membership::Joining)
        };
        assert!(joins(&[waiting], ON).is_empty());
    }
}

#[test]
fn a_pane_taken_in_before_it_is_live_waits() {
    for life in [Life::Opening, Life::Silent, Life::Cancelling, Life::Ended] {
        let view = PaneView {
            life,
            ..member(1, Membership::NewShell)
        };
        assert_eq!(toggled(&view, ON), Membership::Joining);
    }
}

#[test]
fn the_user_takes_a_pane_out_at_any_time() {
    for membership in [Membership::Receiving, Membership::Joining] {
        for broadcast in [Broadcast::Off, ON] {
            let after = toggled(&member(1, membership), broadcast);
            assert_eq!(after, Membership::OptedOut);
        }
    }
}

fn any_view() -> impl Strategy<Value = PaneView> {
    let life = prop_oneof![
        Just(Life::Opening),
        Just(Life::Live),
        Just(Life::Silent),
        Just(Life::Cancelling),
        Just(Life::Ended)
    ];
    let membership = prop_oneof![
        Just(Membership::Receiving),
        Just(Membership::OptedOut),
        Just(Membership::Held),
        Just(Membership::NewShell),
        Just(Membership::Joining)
    ];
    let last_key = prop_oneof![
        Just(LastKey::None),
        Just(LastKey::LineEnd),
        Just(LastKey::Other)
    ];
    (life, any::<bool>(), membership, last_key, any::<bool>()).prop_map(
        |(life, alternate_screen, membership, last_key, hidden)| PaneView {
            pane: PaneId(0),
            life,
            alternate_screen,
            membership,
            last_key,
            hidden,
        },
    )
}

proptest! {
    #[test]
    fn nothing_is_planned_for_a_pane_that_is_not_live(
        views in proptest::collection::vec(any_view(), 1..12),
        focus in 0u32..12,
        on: bool,
    ) {
        let panes: Vec<PaneView> = (0u32..)
            .zip(views)
            .map(|(pane, view)| PaneView { pane: PaneId(pane), ..view })
            .collect();
        let broadcast = if on { ON } else { Broadcast::Off };
        let planned = plan(&panes, Some(PaneId(focus)), broadcast);
        for target in planned.targets() {
            let view = panes.iter().find(|view| view.pane == *target).unwrap();
            prop_assert_eq!(view.life, Life::Live);
            let alone = planned.targets().len() == 1 && *target == PaneId(focus);
            prop_assert!(alone || view.membership == Membership::Receiving);
        }
    }

    #[test]
    fn everybody_is_counted_once(views in proptest::collection::vec(any_view(), 0..12)) {
        let panes: Vec<PaneView> = (0u32..)
            .zip(views)
            .map(|(pane, view)| PaneView { pane: PaneId(pane), ..view })
            .collect();
        let counts = counts(&panes);
        let out = [&counts.opted_out, &counts.held, &counts.new_shells, &counts.joining, &counts.not_live];
        let out: usize = out.iter().map(|panes| panes.len()).sum();
        prop_assert_eq!(counts.receiving + out, counts.of);
        prop_assert_eq!(counts.receiving, receivers(&panes).count());
    }
}
