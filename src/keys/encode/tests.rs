use proptest::prelude::*;

use super::*;
use crate::geometry::Area;
use crate::keys::chord::tests::{any_key, any_mods};
use crate::keys::modes::MouseEncoding;

fn modes() -> InputModes {
    InputModes::default()
}

fn shown(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

#[track_caller]
fn expect(table: &[(&str, &str)], modes: &InputModes) {
    for (chord, expected) in table {
        let bytes = key(chord.parse().expect(chord), modes);
        let expected = expected
            .replace("ESC", "\x1b")
            .replace("CSI ", "\x1b[")
            .replace("SS3 ", "\x1bO")
            .replace("NUL", "\0");
        assert_eq!(shown(&bytes), shown(expected.as_bytes()), "{chord}");
    }
}

#[test]
fn characters_and_control_characters() {
    let table = [
        ("a", "a"),
        ("A", "A"),
        ("ä", "ä"),
        ("€", "€"),
        ("space", " "),
        ("ctrl-a", "\x01"),
        ("ctrl-c", "\x03"),
        ("ctrl-h", "\x08"),
        ("ctrl-z", "\x1a"),
        ("ctrl-shift-c", "\x03"),
        ("ctrl-space", "NUL"),
        ("ctrl-@", "NUL"),
        ("ctrl-2", "NUL"),
        ("ctrl-3", "\x1b"),
        ("ctrl-[", "\x1b"),
        ("ctrl-4", "\x1c"),
        ("ctrl-\\", "\x1c"),
        ("ctrl-5", "\x1d"),
        ("ctrl-]", "\x1d"),
        ("ctrl-6", "\x1e"),
        ("ctrl-^", "\x1e"),
        ("ctrl-~", "\x1e"),
        ("ctrl-7", "\x1f"),
        ("ctrl-_", "\x1f"),
        ("ctrl-/", "\x1f"),
        ("ctrl-8", "\x7f"),
        ("ctrl-?", "\x7f"),
        ("ctrl-1", "1"),
        ("ctrl-;", ";"),
        ("alt-a", "ESCa"),
        ("alt-A", "ESCA"),
        ("alt-ä", "ESCä"),
        ("ctrl-alt-a", "ESC\x01"),
        ("super-a", "a"),
    ];
    expect(&table, &modes());
}

#[test]
fn enter_tab_backspace_and_escape() {
    let table = [
        ("enter", "\r"),
        ("shift-enter", "\r"),
        ("ctrl-enter", "\r"),
        ("alt-enter", "ESC\r"),
        ("tab", "\t"),
        ("shift-tab", "CSI Z"),
        ("alt-tab", "ESC\t"),
        ("backspace", "\x7f"),
        ("ctrl-backspace", "\x08"),
        ("alt-backspace", "ESC\x7f"),
        ("esc", "ESC"),
        ("alt-esc", "ESCESC"),
    ];
    expect(&table, &modes());
}

#[test]
fn cursor_and_editing_keys() {
    let table = [
        ("up", "CSI A"),
        ("down", "CSI B"),
        ("right", "CSI C"),
        ("left", "CSI D"),
        ("end", "CSI F"),
        ("home", "CSI H"),
        ("insert", "CSI 2~"),
        ("delete", "CSI 3~"),
        ("pageup", "CSI 5~"),
        ("pagedown", "CSI 6~"),
        ("shift-up", "CSI 1;2A"),
        ("alt-up", "CSI 1;3A"),
        ("alt-shift-up", "CSI 1;4A"),
        ("ctrl-up", "CSI 1;5A"),
        ("ctrl-shift-up", "CSI 1;6A"),
        ("ctrl-alt-up", "CSI 1;7A"),
        ("ctrl-alt-shift-up", "CSI 1;8A"),
        ("ctrl-home", "CSI 1;5H"),
        ("shift-insert", "CSI 2;2~"),
        ("ctrl-delete", "CSI 3;5~"),
        ("alt-pageup", "CSI 5;3~"),
    ];
    expect(&table, &modes());
}

#[test]
fn application_cursor_keys_only_without_modifiers() {
    let modes = InputModes {
        application_cursor: true,
        ..modes()
    };
    let table = [
        ("up", "SS3 A"),
        ("down", "SS3 B"),
        ("right", "SS3 C"),
        ("left", "SS3 D"),
        ("end", "SS3 F"),
        ("home", "SS3 H"),
        ("ctrl-up", "CSI 1;5A"),
        ("delete", "CSI 3~"),
        ("f1", "SS3 P"),
    ];
    expect(&table, &modes);
}

#[test]
fn function_keys() {
    let table = [
        ("f1", "SS3 P"),
        ("f2", "SS3 Q"),
        ("f3", "SS3 R"),
        ("f4", "SS3 S"),
        ("f5", "CSI 15~"),
        ("f6", "CSI 17~"),
        ("f7", "CSI 18~"),
        ("f8", "CSI 19~"),
        ("f9", "CSI 20~"),
        ("f10", "CSI 21~"),
        ("f11", "CSI 23~"),
        ("f12", "CSI 24~"),
        ("f13", "CSI 25~"),
        ("f14", "CSI 26~"),
        ("f15", "CSI 28~"),
        ("f16", "CSI 29~"),
        ("f17", "CSI 31~"),
        ("f18", "CSI 32~"),
        ("f19", "CSI 33~"),
        ("f20", "CSI 34~"),
        ("f21", "CSI 42~"),
        ("f35", "CSI 56~"),
        ("shift-f1", "CSI 1;2P"),
        ("ctrl-f4", "CSI 1;5S"),
        ("alt-f5", "CSI 15;3~"),
        ("ctrl-shift-f12", "CSI 24;6~"),
    ];
    expect(&table, &modes());
}

#[test]
fn modify_other_keys_level_one_reports_what_has_no_code_of_its_own() {
    let modes = InputModes {
        modify_other_keys: 1,
        ..modes()
    };
    let table = [
        ("a", "a"),
        ("A", "A"),
        ("ctrl-a", "\x01"),
        ("ctrl-shift-h", "\x08"),
        ("ctrl-i", "\t"),
        ("alt-a", "ESCa"),
        ("ctrl-space", "NUL"),
        ("ctrl-3", "\x1b"),
        ("ctrl-/", "\x1f"),
        ("tab", "\t"),
        ("shift-tab", "CSI Z"),
        ("backspace", "\x7f"),
        ("ctrl-backspace", "\x08"),
        ("enter", "\r"),
        ("alt-enter", "ESC\r"),
        ("ctrl-1", "CSI 27;5;49~"),
        ("ctrl-;", "CSI 27;5;59~"),
        ("ctrl-alt-1", "CSI 27;7;49~"),
        ("ctrl-tab", "CSI 27;5;9~"),
        ("shift-enter", "CSI 27;2;13~"),
        ("ctrl-enter", "CSI 27;5;13~"),
        ("ctrl-up", "CSI 1;5A"),
    ];
    expect(&table, &modes);
}

#[test]
fn modify_other_keys_level_two_reports_every_modified_key() {
    let modes = InputModes {
        modify_other_keys: 2,
        ..modes()
    };
    let table = [
        ("a", "a"),
        ("A", "A"),
        ("ctrl-a", "CSI 27;5;97~"),
        ("ctrl-i", "CSI 27;5;105~"),
        ("ctrl-shift-h", "CSI 27;6;72~"),
        ("alt-a", "CSI 27;3;97~"),
        ("alt-A", "CSI 27;4;65~"),
        ("ctrl-space", "CSI 27;5;32~"),
        ("tab", "\t"),
        ("shift-tab", "CSI 27;2;9~"),
        ("ctrl-tab", "CSI 27;5;9~"),
        ("alt-enter", "CSI 27;3;13~"),
        ("shift-backspace", "CSI 27;2;127~"),
        ("esc", "ESC"),
        ("shift-esc", "CSI 27;2;27~"),
        ("shift-delete", "CSI 3;2~"),
    ];
    expect(&table, &modes);
}

#[test]
fn kitty_disambiguate() {
    let modes = InputModes {
        kitty_flags: 1,
        application_cursor: true,
        modify_other_keys: 2,
        ..modes()
    };
    let table = [
        ("a", "a"),
        ("A", "A"),
        ("esc", "CSI 27u"),
        ("ctrl-a", "CSI 97;5u"),
        ("ctrl-shift-a", "CSI 97;6u"),
        ("ctrl-space", "CSI 32;5u"),
        ("alt-a", "CSI 97;3u"),
        ("alt-A", "CSI 97;4u"),
        ("super-a", "CSI 97;9u"),
        ("enter", "\r"),
        ("tab", "\t"),
        ("backspace", "\x7f"),
        ("shift-enter", "CSI 13;2u"),
        ("shift-tab", "CSI 9;2u"),
        ("ctrl-backspace", "CSI 127;5u"),
        ("up", "CSI A"),
        ("ctrl-up", "CSI 1;5A"),
        ("f1", "CSI P"),
        ("f3", "CSI 13~"),
        ("shift-f3", "CSI 13;2~"),
        ("f5", "CSI 15~"),
        ("f12", "CSI 24~"),
        ("f13", "CSI 57376u"),
        ("f35", "CSI 57398u"),
        ("delete", "CSI 3~"),
        ("ctrl-delete", "CSI 3;5~"),
    ];
    expect(&table, &modes);
}

#[test]
fn kitty_all_keys_alternates_and_text() {
    let with = |kitty_flags| InputModes {
        kitty_flags,
        ..modes()
    };
    expect(
        &[
            ("a", "CSI 97u"),
            ("A", "CSI 97;2u"),
            ("enter", "CSI 13u"),
            ("backspace", "CSI 127u"),
        ],
        &with(9),
    );
    expect(&[("A", "CSI 97:65;2u"), ("a", "CSI 97u")], &with(13));
    expect(
        &[
            ("a", "CSI 97;;97u"),
            ("A", "CSI 97;2;65u"),
            ("ctrl-a", "CSI 97;5u"),
        ],
        &with(25),
    );
}

#[test]
fn application_keypad() {
    let on = InputModes {
        application_keypad: true,
        ..modes()
    };
    let table = [
        ("0", "\x1bOp"),
        ("9", "\x1bOy"),
        ("enter", "\x1bOM"),
        ("+", "\x1bOk"),
        ("-", "\x1bOm"),
        (".", "\x1bOn"),
        ("*", "\x1bOj"),
        ("/", "\x1bOo"),
        ("up", "\x1b[A"),
        ("ctrl-enter", "\r"),
    ];
    for (chord, expected) in table {
        assert_eq!(
            shown(&keypad(chord.parse().expect(chord), &on)),
            shown(expected.as_bytes()),
            "{chord}"
        );
    }
    assert_eq!(keypad(Chord::char('7'), &modes()), b"7");
}

#[test]
fn pastes_are_wrapped_only_where_the_program_asked() {
    let bracketed = InputModes {
        bracketed_paste: true,
        ..modes()
    };
    let table = [
        ("ls\n", "ls\r", "\x1b[200~ls\n\x1b[201~"),
        (
            "a\r\nb\n\tc\r",
            "a\rb\r\tc\r",
            "\x1b[200~a\r\nb\n\tc\r\x1b[201~",
        ),
        ("x\x1b[201~y", "xy", "\x1b[200~xy\x1b[201~"),
        (
            "x\x1b\x1b[201~[201~y",
            "x[201~y",
            "\x1b[200~x[201~y\x1b[201~",
        ),
        ("x\u{9b}201~y", "xy", "\x1b[200~xy\x1b[201~"),
        (
            "a\x03b\x04c\x7fd\0e\u{85}f",
            "abcdef",
            "\x1b[200~abcdef\x1b[201~",
        ),
        ("ünï", "ünï", "\x1b[200~ünï\x1b[201~"),
        ("", "", "\x1b[200~\x1b[201~"),
    ];
    for (text, plain, wrapped) in table {
        assert_eq!(
            shown(&paste(text, &modes())),
            shown(plain.as_bytes()),
            "{text:?}"
        );
        assert_eq!(
            shown(&paste(text, &bracketed)),
            shown(wrapped.as_bytes()),
            "{text:?}"
        );
    }
}

fn at(kind: MouseKind, button: MouseButton, column: u16, row: u16) -> MouseInput {
    MouseInput {
        kind,
        button,
        column,
        row,
        mods: Mods::NONE,
    }
}

fn mouse_modes(mouse: MouseMode, mouse_encoding: MouseEncoding) -> InputModes {
    InputModes {
        mouse,
        mouse_encoding,
        ..modes()
    }
}

#[test]
fn each_mouse_mode_reports_its_events() {
    use MouseKind::{Drag, Move, Press, Release};
    let table = [
        (MouseMode::Off, [false, false, false, false]),
        (MouseMode::Press, [true, false, false, false]),
        (MouseMode::PressRelease, [true, true, false, false]),
        (MouseMode::ButtonMotion, [true, true, true, false]),
        (MouseMode::AnyMotion, [true, true, true, true]),
    ];
    for (mode, expected) in table {
        let modes = mouse_modes(mode, MouseEncoding::Sgr);
        let reported = [
            (Press, MouseButton::Left),
            (Release, MouseButton::Left),
            (Drag, MouseButton::Left),
            (Move, MouseButton::None),
        ]
        .map(|(kind, button)| mouse(at(kind, button, 0, 0), &modes).is_some());
        assert_eq!(reported, expected, "{mode:?}");
    }
}

#[test]
fn mouse_reports_in_every_encoding() {
    use MouseButton::{Left, Middle, None as No, Right, WheelDown, WheelUp};
    use MouseEncoding::{Default as X10, Sgr, Urxvt, Utf8};
    use MouseKind::{Drag, Move, Press, Release};
    let table = [
        (X10, at(Press, Left, 0, 0), Some("\x1b[M !!")),
        (X10, at(Press, Right, 9, 4), Some("\x1b[M\"*%")),
        (X10, at(Release, Right, 9, 4), Some("\x1b[M#*%")),
        (X10, at(Press, WheelUp, 0, 0), Some("\x1b[M`!!")),
        (X10, at(Drag, Left, 0, 0), Some("\x1b[M@!!")),
        (X10, at(Move, No, 0, 0), Some("\x1b[MC!!")),
        (X10, at(Press, Left, 223, 0), None),
        (Utf8, at(Press, Left, 223, 0), Some("\x1b[M \u{100}!")),
        (Utf8, at(Press, Left, 2014, 0), Some("\x1b[M \u{7ff}!")),
        (Utf8, at(Press, Left, 2015, 0), None),
        (Sgr, at(Press, Left, 0, 0), Some("\x1b[<0;1;1M")),
        (Sgr, at(Release, Middle, 299, 99), Some("\x1b[<1;300;100m")),
        (Sgr, at(Press, WheelDown, 4, 5), Some("\x1b[<65;5;6M")),
        (Sgr, at(Drag, Right, 4, 5), Some("\x1b[<34;5;6M")),
        (Sgr, at(Move, No, 4, 5), Some("\x1b[<35;5;6M")),
        (Urxvt, at(Press, Left, 299, 99), Some("\x1b[32;300;100M")),
        (Urxvt, at(Release, Left, 299, 99), Some("\x1b[35;300;100M")),
    ];
    for (encoding, event, expected) in table {
        let report = mouse(event, &mouse_modes(MouseMode::AnyMotion, encoding));
        assert_eq!(
            report.as_deref().map(shown),
            expected.map(|text| shown(text.as_bytes())),
            "{encoding:?} {event:?}"
        );
    }
    let last = mouse(
        at(Press, Left, 222, 222),
        &mouse_modes(MouseMode::PressRelease, X10),
    );
    assert_eq!(last, Some(b"\x1b[M \xff\xff".to_vec()));
}

#[test]
fn mouse_modifiers_are_reported_except_in_mode_9() {
    let mods = Mods::SHIFT.with(Mods::ALT).with(Mods::CTRL);
    let event = MouseInput {
        mods,
        ..at(MouseKind::Press, MouseButton::Left, 0, 0)
    };
    let report = |mode| mouse(event, &mouse_modes(mode, MouseEncoding::Sgr));
    assert_eq!(
        report(MouseMode::PressRelease),
        Some(b"\x1b[<28;1;1M".to_vec())
    );
    assert_eq!(report(MouseMode::Press), Some(b"\x1b[<0;1;1M".to_vec()));
}

#[test]
fn the_wheel_is_arrows_on_the_alternate_screen_where_the_program_asked() {
    let wheel = at(MouseKind::Press, MouseButton::WheelDown, 3, 3);
    let on = InputModes {
        alternate_scroll: true,
        alternate_screen: true,
        application_cursor: true,
        ..modes()
    };
    assert_eq!(mouse(wheel, &on), Some(b"\x1bOB\x1bOB\x1bOB".to_vec()));
    assert_eq!(
        mouse(
            wheel,
            &InputModes {
                alternate_screen: false,
                ..on
            }
        ),
        None
    );
    assert_eq!(
        mouse(
            wheel,
            &InputModes {
                alternate_scroll: false,
                ..on
            }
        ),
        None
    );
    let reported = InputModes {
        mouse: MouseMode::PressRelease,
        mouse_encoding: MouseEncoding::Sgr,
        ..on
    };
    assert_eq!(mouse(wheel, &reported), Some(b"\x1b[<65;4;4M".to_vec()));
}

#[test]
fn mouse_events_are_relative_to_the_pane() {
    let pane = Area::new(10, 5, 20, 8);
    let inside = at(MouseKind::Press, MouseButton::Left, 12, 5).within(pane);
    assert_eq!(inside, Some(at(MouseKind::Press, MouseButton::Left, 2, 0)));
    for (column, row) in [(9, 5), (30, 5), (10, 4), (10, 13)] {
        assert_eq!(
            at(MouseKind::Press, MouseButton::Left, column, row).within(pane),
            None,
            "{column},{row}"
        );
    }
}

#[test]
fn focus_is_told_only_to_those_who_asked() {
    let on = InputModes {
        focus_events: true,
        ..modes()
    };
    assert_eq!(focus(Focus::Gained, &on), Some(b"\x1b[I".to_vec()));
    assert_eq!(focus(Focus::Lost, &on), Some(b"\x1b[O".to_vec()));
    assert_eq!(focus(Focus::Gained, &modes()), None);
}

proptest! {
    #[test]
    fn every_key_gives_bytes_in_every_mode(
        pressed in any_key(), mods in any_mods(), cursor: bool, other in 0u8..3, kitty_flags in 0u8..32
    ) {
        let modes = InputModes { application_cursor: cursor, modify_other_keys: other, kitty_flags, ..modes() };
        let bytes = key(Chord::new(pressed, mods), &modes);
        prop_assert!(!bytes.is_empty());
        prop_assert!(std::str::from_utf8(&bytes).is_ok());
    }

    #[test]
    fn no_paste_can_end_its_own_bracket(text in "(\u{1b}|\u{9b}|\\[|2|0|1|~|a|\n){0,40}") {
        let bytes = paste(&text, &InputModes { bracketed_paste: true, ..modes() });
        let whole = String::from_utf8(bytes).expect("text");
        let body = whole.strip_prefix("\x1b[200~").and_then(|rest| rest.strip_suffix("\x1b[201~")).expect("a bracket");
        let escapes = body.chars().filter(|c| ['\x1b', '\u{9b}'].contains(c)).count();
        prop_assert_eq!(escapes, 0);
    }

    #[test]
    fn no_plain_paste_holds_a_control_character_but_tab_and_return(text in any::<String>()) {
        let bytes = paste(&text, &modes());
        let body = String::from_utf8(bytes).expect("text");
        prop_assert!(body.chars().all(|c| !c.is_control() || c == '\t' || c == '\r'));
    }
}
