use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> Chord {
    text.parse().expect(text)
}

#[test]
fn every_way_to_write_a_chord() {
    let table = [
        ("ctrl-g", Chord::ctrl('g'), "ctrl-g"),
        (
            "Ctrl-G",
            Chord::new(Key::Char('g'), Mods::CTRL.with(Mods::SHIFT)),
            "ctrl-shift-g",
        ),
        (
            "ctrl-shift-g",
            Chord::new(Key::Char('g'), Mods::CTRL.with(Mods::SHIFT)),
            "ctrl-shift-g",
        ),
        ("f12", Chord::plain(Key::F(12)), "f12"),
        ("F1", Chord::plain(Key::F(1)), "f1"),
        ("G", Chord::char('G'), "G"),
        ("shift-g", Chord::char('G'), "G"),
        ("space", Chord::char(' '), "space"),
        (" ", Chord::char(' '), "space"),
        ("enter", Chord::plain(Key::Enter), "enter"),
        ("shift-tab", Chord::new(Key::Tab, Mods::SHIFT), "shift-tab"),
        ("alt-x", Chord::new(Key::Char('x'), Mods::ALT), "alt-x"),
        (
            "alt-shift-x",
            Chord::new(Key::Char('X'), Mods::ALT),
            "alt-X",
        ),
        ("ctrl-space", Chord::ctrl(' '), "ctrl-space"),
        ("ctrl-2", Chord::ctrl(' '), "ctrl-space"),
        (
            "ctrl-alt-pagedown",
            Chord::new(Key::PageDown, Mods::CTRL.with(Mods::ALT)),
            "ctrl-alt-pagedown",
        ),
        ("-", Chord::char('-'), "-"),
        ("ctrl--", Chord::ctrl('-'), "ctrl--"),
        ("<", Chord::char('<'), "<"),
        ("ä", Chord::char('ä'), "ä"),
        (
            "super-k",
            Chord::new(Key::Char('k'), Mods::SUPER),
            "super-k",
        ),
    ];
    for (text, chord, printed) in table {
        assert_eq!(
            (parse(text), parse(text).to_string().as_str()),
            (chord, printed),
            "{text}"
        );
    }
}

#[test]
fn wrong_words_name_the_nearest_right_one() {
    let modifier = |word: &str, nearest| ChordError::Modifier {
        word: word.to_owned(),
        nearest,
    };
    let key = |word: &str, nearest| ChordError::Key {
        word: word.to_owned(),
        nearest,
    };
    let table = [
        ("", ChordError::Empty),
        ("crtl-g", modifier("crtl", Some("ctrl"))),
        ("C-g", modifier("C", Some("ctrl"))),
        ("meta-x", modifier("meta", Some("alt"))),
        ("zzz-x", modifier("zzz", None)),
        ("return", key("return", Some("enter"))),
        ("ctrl-escape", key("escape", Some("esc"))),
        ("pagedwon", key("pagedwon", Some("pagedown"))),
        ("pgup", key("pgup", Some("pageup"))),
        ("f0", key("f0", None)),
        ("f36", key("f36", None)),
        ("f01", key("f01", None)),
        ("ctrl-", ChordError::Empty),
        ("alt-ctrl-", ChordError::Empty),
    ];
    for (text, expected) in table {
        assert_eq!(text.parse::<Chord>(), Err(expected), "{text}");
    }
    let told = "crtl-g".parse::<Chord>().map_err(|error| error.to_string());
    assert_eq!(
        told,
        Err("`crtl` is no modifier, did you mean `ctrl`?".to_owned())
    );
}

#[test]
fn terminal_events_become_the_chords_that_the_config_writes() {
    let ctrl = KeyModifiers::CONTROL;
    let table = [
        (KeyCode::Char('g'), ctrl, "ctrl-g"),
        (KeyCode::Char('G'), KeyModifiers::SHIFT, "G"),
        (KeyCode::Char('g'), KeyModifiers::SHIFT, "G"),
        (KeyCode::Char(' '), ctrl, "ctrl-space"),
        (KeyCode::Null, KeyModifiers::NONE, "ctrl-space"),
        (KeyCode::Char('4'), ctrl, r"ctrl-\"),
        (KeyCode::Char('5'), ctrl, "ctrl-]"),
        (KeyCode::Char('6'), ctrl, "ctrl-^"),
        (KeyCode::Char('7'), ctrl, "ctrl-_"),
        (KeyCode::Char('/'), ctrl, "ctrl-_"),
        (KeyCode::BackTab, KeyModifiers::SHIFT, "shift-tab"),
        (KeyCode::BackTab, KeyModifiers::NONE, "shift-tab"),
        (KeyCode::F(12), KeyModifiers::NONE, "f12"),
        (KeyCode::Char('x'), KeyModifiers::ALT, "alt-x"),
        (KeyCode::Up, ctrl | KeyModifiers::ALT, "ctrl-alt-up"),
    ];
    for (code, mods, expected) in table {
        assert_eq!(
            Chord::from_event(&KeyEvent::new(code, mods)),
            Some(parse(expected)),
            "{code:?} {mods:?}"
        );
    }
}

#[test]
fn releases_and_nameless_keys_are_no_chords() {
    let release = KeyEvent::new_with_kind(
        KeyCode::Char('a'),
        KeyModifiers::NONE,
        KeyEventKind::Release,
    );
    assert_eq!(Chord::from_event(&release), None);
    assert_eq!(
        Chord::from_event(&KeyEvent::new(KeyCode::CapsLock, KeyModifiers::NONE)),
        None
    );
    let repeat =
        KeyEvent::new_with_kind(KeyCode::Char('a'), KeyModifiers::NONE, KeyEventKind::Repeat);
    assert_eq!(Chord::from_event(&repeat), Some(Chord::char('a')));
}

pub(crate) fn any_key() -> impl Strategy<Value = Key> {
    let named = [
        Key::Enter,
        Key::Tab,
        Key::Backspace,
        Key::Esc,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::Home,
        Key::End,
        Key::PageUp,
        Key::PageDown,
        Key::Insert,
        Key::Delete,
    ];
    prop_oneof![
        any::<char>()
            .prop_filter("a key gives no control character", |c| !c.is_control())
            .prop_map(Key::Char),
        proptest::char::range(' ', '~').prop_map(Key::Char),
        (1u8..=35).prop_map(Key::F),
        proptest::sample::select(named.to_vec()),
    ]
}

pub(crate) fn any_mods() -> impl Strategy<Value = Mods> {
    (0u8..16).prop_map(Mods)
}

#[test]
fn a_chord_is_written_as_people_write_it() {
    let table = [
        ("ctrl-g", "Ctrl-g"),
        ("enter", "Enter"),
        ("pagedown", "PageDown"),
        ("G", "G"),
        ("-", "-"),
        ("f12", "F12"),
        ("alt-enter", "Alt-Enter"),
    ];
    for (config, shown) in table {
        assert_eq!(config.parse::<Chord>().unwrap().written(), shown);
    }
}

proptest! {
    #[test]
    fn a_chord_reads_back_as_printed(key in any_key(), mods in any_mods()) {
        let chord = Chord::new(key, mods);
        prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
    }

    #[test]
    fn canonical_form_stays(key in any_key(), mods in any_mods()) {
        let chord = Chord::new(key, mods);
        prop_assert_eq!(Chord::new(chord.key, chord.mods), chord);
    }
}
