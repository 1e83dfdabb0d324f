use proptest::prelude::*;

use super::*;

fn chords(text: &str) -> Vec<Chord> {
    text.split_whitespace()
        .map(|word| word.parse().expect(word))
        .collect()
}

fn keymap(bindings: &[(&str, &'static str)]) -> Keymap<&'static str> {
    let mut keymap = Keymap::new();
    for (sequence, action) in bindings {
        keymap.insert(&chords(sequence), *action).expect(sequence);
    }
    keymap
}

#[test]
fn a_sequence_is_pending_until_it_is_found() {
    let keymap = keymap(&[
        ("ctrl-g c", "cancel"),
        ("ctrl-g tab", "list"),
        ("q", "quit"),
    ]);
    let table = [
        ("", Lookup::Pending),
        ("ctrl-g", Lookup::Pending),
        ("ctrl-g c", Lookup::Found(&"cancel")),
        ("q", Lookup::Found(&"quit")),
        ("x", Lookup::Unbound),
        ("ctrl-g x", Lookup::Unbound),
        ("q q", Lookup::Unbound),
    ];
    for (typed, expected) in table {
        assert_eq!(keymap.lookup(&chords(typed)), expected, "{typed}");
        let action = if let Lookup::Found(action) = expected {
            Some(action)
        } else {
            None
        };
        assert_eq!(keymap.lookup(&chords(typed)).found(), action, "{typed}");
    }
}

#[test]
fn sequences_that_hide_one_another_are_refused_and_change_nothing() {
    let mut keymap = keymap(&[("g g", "top"), ("q", "quit")]);
    let before = format!("{keymap:?}");
    let table = [
        ("g g", "`g g` is bound already"),
        ("g", "`g` is the start of `g g`, which is bound already"),
        ("q x", "`q x` starts with `q`, which is bound already"),
        ("", "an action needs at least one key"),
    ];
    for (sequence, expected) in table {
        let refused = keymap
            .insert(&chords(sequence), "new")
            .map_err(|conflict| conflict.to_string());
        assert_eq!(refused, Err(expected.to_owned()), "{sequence}");
    }
    let empty = Keymap::new()
        .insert(&[], "new")
        .map_err(|conflict| conflict.to_string());
    assert_eq!(empty, Err("an action needs at least one key".to_owned()));
    assert_eq!(format!("{keymap:?}"), before);
}

#[test]
fn the_popup_lists_what_may_follow() {
    let keymap = keymap(&[
        ("ctrl-g c", "cancel"),
        ("ctrl-g x y", "deep"),
        ("q", "quit"),
    ]);
    let next = keymap.continuations(&chords("ctrl-g"));
    assert_eq!(
        next,
        [
            (Chord::char('c'), Next::Action(&"cancel")),
            (Chord::char('x'), Next::More)
        ]
    );
    assert_eq!(keymap.continuations(&chords("q")), []);
}

#[test]
fn two_actions_can_swap_keys() {
    let mut keymap = keymap(&[("a", "one"), ("b", "two"), ("c", "two")]);
    let refused = keymap.rebind(vec![("one", vec![chords("b")]), ("two", vec![chords("a")])]);
    assert_eq!(refused, []);
    assert_eq!(
        keymap.bindings(),
        [(chords("a"), &"two"), (chords("b"), &"one")]
    );
}

#[test]
fn an_override_that_takes_the_key_of_another_action_is_reported() {
    let mut keymap = keymap(&[("a", "one"), ("b", "two")]);
    let refused = keymap.rebind(vec![("one", vec![chords("b"), chords("z")])]);
    assert_eq!(
        refused,
        [(
            "one",
            Conflict {
                refused: chords("b"),
                bound: chords("b")
            }
        )]
    );
    assert_eq!(keymap.sequences(&"one"), [chords("z")]);
    assert_eq!(keymap.sequences(&"two"), [chords("b")]);
}

#[test]
fn an_empty_override_takes_the_keys_away() {
    let mut keymap = keymap(&[("g g", "one"), ("b", "two")]);
    assert_eq!(keymap.rebind(vec![("one", Vec::new())]), []);
    assert_eq!(keymap.lookup(&chords("g")), Lookup::Unbound);
}

proptest! {
    #[test]
    fn what_was_bound_is_found_and_its_starts_are_pending(sequences in proptest::collection::vec("[a-c]( [a-c]){0,3}", 0..12)) {
        let mut keymap = Keymap::new();
        let mut bound = Vec::new();
        for (number, sequence) in sequences.iter().enumerate() {
            let typed = chords(sequence);
            match keymap.insert(&typed, number) {
                Ok(()) => bound.push((typed, number)),
                Err(conflict) => prop_assert!(bound.iter().any(|(other, _)| *other == conflict.bound)),
            }
        }
        prop_assert_eq!(keymap.bindings().len(), bound.len());
        for (typed, number) in bound {
            prop_assert_eq!(keymap.lookup(&typed), Lookup::Found(&number));
            prop_assert_eq!(keymap.lookup(&typed[..typed.len() - 1]), Lookup::Pending);
        }
    }
}
