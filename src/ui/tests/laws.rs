use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use ratatui::style::{Color, Modifier};

use super::*;
use crate::app::Weight;
use crate::app::event::SessionNews;
use crate::app::overlay::Overlay;
use crate::config::{Look, Mark, Role, Theme};
use crate::session::Outcome;

/// Consoles in different states.
fn desks() -> Vec<Desk> {
    let with = |keys: &str| {
        let mut desk = desk_with_shells();
        desk.keys(keys);
        desk
    };
    let mut list = desk_with_shop();
    list.keys("w space");
    let mut ended = desk_with_shells();
    let session = ended.session(2);
    ended.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Lost("no answer".into())),
    ));
    let mut forwards = dialogs::forwards();
    forwards.keys("F j");
    vec![
        forwards,
        dialogs::asked_for_a_port(),
        list,
        Desk::new(),
        ended,
        with("ctrl-g b"),
        with("ctrl-g B a b"),
        with("ctrl-g :"),
        with("ctrl-g ?"),
        with("ctrl-g ["),
        with("ctrl-g z ctrl-g g /"),
        with("ctrl-g !"),
        with("ctrl-g q"),
    ]
}

#[test]
fn nothing_panics_at_any_of_the_usual_sizes() {
    for mut desk in desks() {
        for (cols, rows) in [
            (1, 1),
            (5, 2),
            (2, 5),
            (40, 12),
            (80, 24),
            (120, 40),
            (200, 60),
            (300, 100),
        ] {
            sized(&mut desk, rows, cols);
            assert_eq!(
                frame(&desk).lines().count().max(1),
                usize::from(rows),
                "{cols}x{rows}"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn every_size_can_be_drawn(state in 0usize..13, rows in 1u16..70, cols in 1u16..220, ascii: bool) {
        let mut desk = desks().swap_remove(state);
        desk.app.settings.look.ascii = ascii;
        sized(&mut desk, rows, cols);
        let text = frame(&desk);
        for line in text.lines() {
            prop_assert!(crate::ui::text::width(line) <= usize::from(cols));
        }
        if ascii {
            prop_assert!(text.is_ascii(), "{text}");
        }
    }
}

/// Only where the mode cell and the name do not fit side by side, or a question shows whom it is about, the name may go.
#[test]
fn no_notice_pushes_the_context_off_the_status_line() {
    let mut gone = Vec::new();
    for (state, mut desk) in desks().into_iter().enumerate() {
        if matches!(
            desk.app.overlay(),
            Some(Overlay::Prompt(_) | Overlay::Question(_))
        ) {
            continue;
        }
        let name = desk.app.contexts.open().first().unwrap().shown();
        for words in [3, 8, 30] {
            desk.app.say(Weight::Bad, "refused ".repeat(words));
            for cols in [32, 40, 48, 56, 64, 72, 80, 100, 120, 160, 200] {
                sized(&mut desk, 24, cols);
                let status = frame(&desk).lines().last().unwrap().to_owned();
                if !status.contains(&name) {
                    gone.push(format!("state {state} at {cols}: {status}"));
                }
            }
        }
    }
    assert_eq!(gone, Vec::<String>::new());
}

/// Every sign that is not ASCII: lines, marks, the rail of a slip, the drawer and the order of a column. There are no others.
const SIGNS: &str = "─│┌┐└┘┏━┃╔═║▸▪»×✓✗≠·…●◌░≡↑↓";

/// All that is not ASCII in the reviewed pictures below a folder.
fn signs_in(folder: &Path) -> BTreeSet<char> {
    let mut signs = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            signs.extend(signs_in(&path));
        } else if path.extension().is_some_and(|kind| kind == "snap") {
            let picture = std::fs::read_to_string(&path).unwrap();
            signs.extend(picture.chars().filter(|c| !c.is_ascii()));
        }
    }
    signs
}

#[test]
fn the_reviewed_pictures_hold_the_signs_of_the_grammar_and_no_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut shown = signs_in(&folder.join("screens"));
    shown.extend(signs_in(&folder.join("pictures")));
    assert_eq!(shown, SIGNS.chars().collect());
}

#[test]
fn every_mark_is_a_sign_of_the_grammar() {
    let look = Look::new(Theme::plain());
    let foreign = Mark::ALL.map(|mark| look.mark(mark));
    let foreign = foreign
        .into_iter()
        .find(|c| !c.is_ascii() && !SIGNS.contains(*c));
    assert_eq!(foreign, None);
}

#[test]
fn only_signs_of_the_grammar_are_drawn() {
    let mut back = desk_with_shells();
    back.output(0, &"line\r\n".repeat(200));
    back.keys("ctrl-g [ ctrl-u ctrl-u");
    assert!(frame(&back).contains(" up "), "{}", frame(&back));
    let mut kept = desk_with_shop();
    kept.keys("/ w e b enter /");
    let mut listed = dialogs::forwards();
    listed.keys("esc");
    for mut desk in desks().into_iter().chain([back, kept, listed]) {
        for (rows, columns) in [(24, 80), (40, 120)] {
            sized(&mut desk, rows, columns);
            let shown = frame(&desk);
            let foreign = shown.chars().find(|c| !c.is_ascii() && !SIGNS.contains(*c));
            assert_eq!(foreign, None, "{shown}");
        }
    }
}

/// What a reader without colours sees must not depend on the theme.
#[test]
fn every_theme_shows_the_same_text() {
    for mut desk in desks() {
        let dark = frame(&desk);
        desk.app.settings.look = Look::new(Theme::plain());
        assert_eq!(frame(&desk), dark);
    }
}

/// The look of the first cell of `text` in the frame.
#[track_caller]
fn look_of(desk: &Desk, text: &str) -> ratatui::style::Style {
    let buffer = buffer(desk);
    let width = usize::from(desk.app.terminal.cols());
    for row in buffer.content().chunks(width) {
        let symbols: Vec<&str> = row.iter().map(Cell::symbol).collect();
        let starts = (0..row.len()).find(|at| symbols[*at..].concat().starts_with(text));
        if let Some(at) = starts {
            return row[at].style();
        }
    }
    panic!("{text} is not on the screen:\n{}", frame(desk));
}

#[track_caller]
fn reversed(desk: &Desk, text: &str) {
    assert!(
        look_of(desk, text)
            .add_modifier
            .contains(Modifier::REVERSED),
        "{text}"
    );
}

#[test]
fn a_protected_context_is_reversed_wherever_it_is_named() {
    let mut desk = desk_with_shells();
    reversed(&desk, "!prod-eu");
    desk.keys("ctrl-g b");
    reversed(&desk, "!prod-eu 6");
}

#[test]
fn mode_focus_and_slip_are_reversed_without_colours_too() {
    let mut desk = desk_with_shells();
    let session = desk.session(1);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(1)),
    ));
    quiet(&mut desk);
    for theme in [Theme::built_in("dark").unwrap(), Theme::plain()] {
        desk.app.settings.look = Look::new(theme);
        for text in [" PANE ", "web-6d9c8-m2v8d · app", "░ended"] {
            reversed(&desk, text);
        }
    }
}

#[test]
fn heavy_lines_go_dim_while_the_broadcast_waits() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g b");
    pass_guard(&mut desk);
    let amber = look_of(&desk, "┏");
    desk.keys("ctrl-g g");
    assert_ne!(look_of(&desk, "┏"), amber);
    assert!(look_of(&desk, "┏").add_modifier.contains(Modifier::DIM));
}

#[test]
fn green_is_for_proof_only() {
    let green = Theme::built_in("dark").unwrap().style(Role::Ok).fg;
    for desk in desks() {
        let buffer = buffer(&desk);
        assert!(buffer.content().iter().all(|cell| cell.style().fg != green));
    }
}

#[test]
fn no_colour_is_used_without_colours() {
    for mut desk in desks() {
        desk.app.settings.look = Look::new(Theme::plain());
        let buffer = buffer(&desk);
        for cell in buffer.content() {
            assert_eq!((cell.fg, cell.bg), (Color::Reset, Color::Reset));
        }
    }
}

#[test]
fn the_cursor_stands_where_the_keys_go() {
    let cursor = |desk: &Desk| {
        let terminal = drawn(desk);
        let visible = terminal.cursor_visible();
        visible.then(|| terminal.cursor_position())
    };
    let mut desk = desk_with_shells();
    assert_eq!(
        cursor(&desk),
        Some((37, 4).into()),
        "after the prompt of the first pane"
    );
    desk.keys("ctrl-g g");
    assert_eq!(cursor(&desk), None);
    desk.keys("/ a");
    assert_eq!(cursor(&desk), Some((14, 39).into()), "in the filter");
}

#[test]
fn text_of_the_cluster_cannot_steer_the_terminal() {
    let mut desk = Desk::new();
    let mut evil = pod("web-1");
    evil.status.word = "Bad\u{1b}[31m\u{202e}".into();
    evil.node = "node\r\n".into();
    desk.rows(vec![evil]);
    let controls = |text: &str| text.chars().any(|c| c.is_control() || c == '\u{202e}');
    assert!(
        buffer(&desk)
            .content()
            .iter()
            .all(|cell| !controls(cell.symbol()))
    );
}
