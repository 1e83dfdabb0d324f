use rstest::rstest;

use crate::app::Keys;
use crate::app::bindings::{BINDINGS, names};
use crate::app::testing::Desk;
use crate::app::{Event, Focus};
use crate::keys::Chord;

/// A desk on which these actions have these keys.
fn desk(entries: &[(&str, &str)]) -> Desk {
    let mut desk = Desk::new();
    let prefix = desk.app.settings.config.keys.prefix.clone();
    let overrides: Vec<(String, Vec<Chord>)> = entries
        .iter()
        .map(|(name, keys)| {
            let chords = keys.split_whitespace().map(|key| key.parse().unwrap());
            ((*name).to_owned(), chords.collect())
        })
        .collect();
    desk.app.settings.keys = Keys::new(&prefix, &overrides).unwrap();
    desk
}

#[test]
fn every_action_can_have_another_key_in_each_of_its_places_and_none() {
    let free: Chord = "ctrl-alt-z".parse().unwrap();
    for name in names() {
        let moved = Keys::new(&[Chord::ctrl('g')], &[(name.to_owned(), vec![free])]).unwrap();
        let none = Keys::new(&[Chord::ctrl('g')], &[(name.to_owned(), Vec::new())]);
        if name == "back" {
            none.unwrap_err();
            continue;
        }
        let none = none.unwrap();
        for row in BINDINGS.iter().filter(|row| row.name == name) {
            assert_eq!(moved.action(row.place, free), Some(row.action), "{name}");
            assert_eq!(none.shown(row.place, row.action), "unbound", "{name}");
            for chord in row.chords {
                let old: Chord = chord.parse().unwrap();
                for keys in [&moved, &none] {
                    assert_eq!(keys.action(row.place, old), None, "{name} {chord}");
                }
            }
        }
    }
}

const MOVED: [(&str, &str); 10] = [
    ("leave-scroll", "alt-a"),
    ("search-next", "alt-b"),
    ("search", "alt-c"),
    ("select", "alt-d"),
    ("select-lines", "alt-e"),
    ("select-block", "alt-f"),
    ("copy", "alt-g"),
    ("run", "alt-h"),
    ("help", "alt-i"),
    ("contexts", "alt-j"),
];

#[rstest]
#[case(
    "ctrl-g [ ctrl-q",
    "Ctrl-q is nothing in scroll mode; Alt-a goes back to the shell"
)]
#[case(
    "ctrl-g [ alt-g",
    "Alt-d starts a selection, Alt-e one of lines, Alt-f a block; Alt-g copies"
)]
#[case("ctrl-g [ alt-b", "nothing was searched for; Alt-c searches")]
#[case("ctrl-g alt-c l i n e enter", "1 found; Alt-b goes on")]
#[case(
    "ctrl-g ctrl-q",
    "Ctrl-g Ctrl-q is nothing; Ctrl-g Alt-i shows the keys"
)]
#[case("ctrl-g A", "nothing was run yet; Ctrl-g Alt-h runs a command")]
#[case("ctrl-g g A", "nothing was run yet; Alt-h runs a command")]
fn what_is_said_names_the_keys_as_they_are(#[case] keys: &str, #[case] said: &str) {
    let mut desk = desk(&MOVED);
    desk.shells(1);
    desk.output(0, "one line\r\n");
    desk.keys(keys);
    assert_eq!(desk.said(), said);
}

#[test]
fn a_paste_into_scroll_mode_names_the_key_that_leaves_it() {
    let mut desk = desk(&MOVED);
    desk.shells(1);
    desk.keys("ctrl-g [");
    desk.event(Event::Paste("text".into()));
    assert_eq!(
        desk.said(),
        "scroll mode takes no pastes; Alt-a goes back to the shell"
    );
}

#[test]
fn without_a_pane_the_key_that_opens_one_is_named() {
    let mut desk = desk(&[("shells", "alt-k")]);
    desk.pods(1);
    desk.keys("tab");
    assert_eq!(desk.app.focus, Focus::List);
    assert_eq!(desk.said(), "no pane is open; Alt-k opens a shell");
}

#[test]
fn a_key_that_was_taken_away_is_not_named() {
    let mut desk = desk(&[("leave-scroll", ""), ("help", ""), ("copy", "")]);
    desk.shells(1);
    desk.keys("ctrl-g [ ctrl-q");
    assert_eq!(desk.said(), "Ctrl-q is nothing in scroll mode");
    let mut desk = self::desk(&[("help", "")]);
    desk.shells(1);
    desk.keys("ctrl-g ctrl-q");
    assert_eq!(desk.said(), "Ctrl-g Ctrl-q is nothing");
    desk.keys("ctrl-g g ctrl-q");
    assert_eq!(desk.said(), "Ctrl-q is nothing here");
}
