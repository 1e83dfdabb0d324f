//! The same screens with plain characters and at other sizes; that colour only repeats words and marks is a law of `laws`.

use super::*;

/// The screens that have most marks, at both sizes.
fn screens() -> Vec<(&'static str, Desk)> {
    let mut guard = desk_with_shells();
    guard.keys("ctrl-g b");
    let mut broadcast = desk_with_shells();
    broadcast.keys("ctrl-g right ctrl-g o ctrl-g b");
    pass_guard(&mut broadcast);
    broadcast.keys("ctrl-g left");
    let mut composer = desk_with_shells();
    composer.keys("ctrl-g B");
    composer.typed("echo {pod}");
    composer.keys("enter");
    let mut list = desk_with_shop();
    list.keys("a w");
    vec![
        ("list", list),
        ("panes", desk_with_shells()),
        ("broadcast", broadcast),
        ("guard", guard),
        ("composer", composer),
    ]
}

#[test]
fn ascii_shows_each_screen_with_plain_characters() {
    for (name, mut desk) in screens() {
        desk.app.settings.look.ascii = true;
        quiet(&mut desk);
        for (rows, columns) in [(24, 80), (40, 120)] {
            sized(&mut desk, rows, columns);
            assert!(frame(&desk).is_ascii(), "{name}:\n{}", frame(&desk));
            same(&format!("look_ascii_{name}_{columns}x{rows}"), &desk);
        }
    }
}

#[test]
fn dialogs_have_room_at_120_columns() {
    for (name, mut desk) in screens() {
        quiet(&mut desk);
        sized(&mut desk, 40, 120);
        if matches!(name, "guard" | "composer") {
            same(&format!("{name}_120x40"), &desk);
        }
    }
}
