use super::*;
use crate::app::action::Step;

#[test]
fn every_default_key_can_be_read_and_no_two_clash() {
    for place in Place::ALL {
        let mut map = Keymap::default();
        for row in BINDINGS.iter().filter(|row| row.place == place) {
            for text in row.chords {
                let chord: Chord = text.parse().unwrap_or_else(|e| panic!("{}: {e}", row.name));
                assert_eq!(
                    chord.to_string(),
                    *text,
                    "{} is written as it prints",
                    row.name
                );
                map.insert(&[chord], row.action)
                    .unwrap_or_else(|e| panic!("{}: {e}", row.name));
            }
        }
    }
}

#[test]
fn a_name_stands_for_one_action() {
    for row in BINDINGS {
        for other in BINDINGS.iter().filter(|other| other.name == row.name) {
            assert_eq!(row.action, other.action, "{}", row.name);
        }
    }
}

#[test]
fn an_override_takes_a_default_key_away_from_another_action() {
    let chord: Chord = "j".parse().unwrap();
    let keys = Keys::new(&[], &[("quit".to_owned(), vec![chord])]).unwrap();
    assert_eq!(keys.action(Place::List, chord), Some(Action::Quit));
    assert_eq!(keys.shown(Place::List, Action::Move(Step::Down)), "Down");
}

#[test]
fn two_overrides_may_not_want_one_key() {
    let chord: Chord = "j".parse().unwrap();
    let wanted = [
        ("quit".to_owned(), vec![chord]),
        ("help".to_owned(), vec![chord]),
    ];
    let errors = Keys::new(&[], &wanted).unwrap_err();
    assert!(
        errors.iter().any(|e| e.to_string().contains("quit")),
        "{errors:?}"
    );
}

#[test]
fn an_empty_override_leaves_an_action_without_keys() {
    let keys = Keys::new(&[], &[("quit".to_owned(), Vec::new())]).unwrap();
    assert_eq!(keys.shown(Place::List, Action::Quit), "unbound");
}

#[test]
fn help_shows_the_place_it_was_asked_in_first() {
    let keys = Keys::new(&[], &[]).unwrap();
    let rows = keys.help_rows(Place::Scroll, "");
    assert_eq!(rows.first().map(|row| row.place), Some(Place::Scroll));
    assert!(
        keys.help_rows(Place::List, "interrupt prove")
            .iter()
            .all(|row| row.action == Action::Cancel)
    );
}

#[test]
fn an_override_that_leaves_another_action_without_a_key_is_reported() {
    let chord: Chord = "b".parse().unwrap();
    let errors = Keys::new(&[], &[("cancel".to_owned(), vec![chord])]).unwrap_err();
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "b is given to cancel and was the only key of broadcast in a pane, after the prefix: give broadcast another one, or none with broadcast = []"
        ]
    );
    let other: Chord = "t".parse().unwrap();
    let both = [
        ("cancel".to_owned(), vec![chord]),
        ("broadcast".to_owned(), vec![other]),
    ];
    assert!(Keys::new(&[], &both).is_ok());
    let none = [
        ("cancel".to_owned(), vec![chord]),
        ("broadcast".to_owned(), Vec::new()),
    ];
    assert!(Keys::new(&[], &none).is_ok());
}

#[test]
fn the_prefix_pressed_again_sends_itself_whichever_it_is() {
    let chord: Chord = "ctrl-a".parse().unwrap();
    let keys = Keys::new(&[chord], &[]).unwrap();
    assert_eq!(
        keys.action(Place::Prefix, chord),
        Some(Action::LiteralPrefix)
    );
    assert_eq!(keys.action(Place::Prefix, Chord::ctrl('g')), None);
}

#[test]
fn the_prefix_takes_default_keys_of_the_list_and_of_scroll_mode() {
    let chord = Chord::ctrl('d');
    let keys = Keys::new(&[chord], &[]).unwrap();
    for place in [Place::List, Place::Scroll] {
        assert_eq!(keys.action(place, chord), None, "{place:?}");
        assert_eq!(keys.shown(place, Action::Move(Step::HalfDown)), "PageDown");
    }
    let space = "space".parse().unwrap();
    let told: Vec<String> = Keys::new(&[space], &[])
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        told,
        [
            "space is given to the prefix and was the only key of mark in the list: give mark another one, or none with mark = []"
        ]
    );
}

#[test]
fn help_is_searched_by_the_keys_that_actions_have() {
    let chord: Chord = "alt-i".parse().unwrap();
    let keys = Keys::new(&[], &[("reconnect".to_owned(), vec![chord])]).unwrap();
    let found = |query| {
        let rows = keys.help_rows(Place::List, query);
        rows.iter().any(|row| row.name == "reconnect")
    };
    assert!(found("Alt-i"));
    assert!(!found("ctrl-r"));
}
