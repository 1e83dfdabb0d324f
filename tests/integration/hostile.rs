//! A hostile pod: bytes that crashed, stalled or fooled other consoles.

use podmux::geometry::GridSize;
use podmux::screen::{Fed, HistoryLimits, Screen};
use proptest::prelude::*;

use crate::byte_table::{now, rows, screen};
use crate::floods::{UNITS, flood};

#[test]
fn the_known_crash_of_the_parser_is_filtered() {
    let mut screen = screen(24, 80);
    let fed = screen.feed("\x1b[24;80H1\u{fe0f}\x1b[23;80Hz".as_bytes(), now());
    assert!(!fed.recovered);
    assert!(rows(&screen)[23].ends_with('1'));
}

/// What 64 KiB of a flood leave in the history of a pane with room for much more, fed in pieces of a size.
fn left_behind(unit: &str, size: GridSize, piece: usize) -> usize {
    let limits = HistoryLimits {
        lines: 100_000,
        bytes: 8 << 20,
    };
    let mut screen = Screen::new(size, limits);
    for bytes in flood(unit).chunks(piece) {
        let fed = screen.feed(bytes, now());
        assert!(fed.replies.len() <= 4096, "{unit:?}");
        assert!(!fed.recovered, "{unit:?}");
    }
    screen.history_bytes()
}

#[test]
fn no_64_kib_leave_more_than_1_mib_behind() {
    let usual = UNITS.iter().map(|unit| (*unit, 80, 16 << 10));
    let filling = [
        "a\x1b[65535b",
        "\x1b[44m\n",
        "\x1b[44m\x1b[65535S",
        "\x1b[999999999999Cx\n",
    ];
    let wide = filling.map(|unit| [(unit, 320, 64 << 10), (unit, 320, 1000)]);
    for (unit, cols, piece) in usual.chain(wide.into_iter().flatten()) {
        let left = left_behind(unit, GridSize::new(24, cols), piece);
        assert!(left <= 1 << 20, "{unit:?} in pieces of {piece}: {left}");
    }
}

#[test]
fn what_honest_output_fills_is_kept_whole() {
    let mut screen = Screen::new(
        GridSize::new(24, 80),
        HistoryLimits {
            lines: 100_000,
            bytes: 8 << 20,
        },
    );
    for line in 0..5000 {
        let text = format!(
            "\x1b[{}Cat {line}\t\tfield\x1b[44m\x1b[K\x1b[m\r\n",
            line % 60
        );
        screen.feed(text.as_bytes(), now());
    }
    assert_eq!(screen.first_row(), 0, "nothing was dropped");
    assert!(screen.history_rows() >= 5000 - 23);
}

#[test]
fn an_endless_string_is_neither_shown_nor_kept() {
    let start = now();
    let mut screen = screen(4, 10);
    screen.feed(b"\x1b]52;c;", start);
    for _ in 0..64 {
        screen.feed(&flood("QUFB"), start);
    }
    let fed = screen.feed(b"\x07ok", start);
    assert_eq!(fed, Fed::default());
    assert_eq!(rows(&screen)[0], "ok");
}

#[test]
fn no_answer_repeats_what_the_program_said() {
    let marks = "\x1b]0;EVIL\x07\x1b]2;EVIL\x07\x1b[21t\x1b[20t\x05\x1bP$qEVIL\x1b\\\x1bP+q4556494c\x1b\\\x1b]52;c;?\x07\x1b]50;?\x07\x1b]4;EVIL;?\x07\x1b]10;EVIL\x07";
    let fed = screen(4, 10).feed(marks.as_bytes(), now());
    let replies = String::from_utf8(fed.replies).unwrap();
    assert!(
        !replies.contains("EVIL") && !replies.contains("4556494c"),
        "{replies:?}"
    );
}

#[test]
fn a_flood_of_questions_is_answered_in_4_kib_and_whole() {
    let fed = screen(4, 10).feed(&flood("\x1b[c"), now());
    assert!(fed.replies.len() <= 4096);
    assert_eq!(fed.replies.len() % "\x1b[?1;2c".len(), 0);
}

#[test]
fn characters_that_hide_or_reorder_never_reach_a_cell() {
    let hidden = [
        "\u{202a}",
        "\u{202e}",
        "\u{2066}",
        "\u{2069}",
        "\u{200e}",
        "\u{200f}",
        "\u{61c}",
        "\u{2028}",
        "\u{2029}",
        "\u{e0001}",
        "\u{e007f}",
        "\u{feff}",
        "\u{85}",
        "\u{9b}",
    ];
    for hidden in hidden {
        let mut screen = screen(2, 10);
        screen.feed(format!("a{hidden}b").as_bytes(), now());
        assert_eq!(rows(&screen)[0], "ab", "{hidden:?}");
    }
}

#[test]
fn a_cell_keeps_a_bounded_number_of_marks() {
    let mut screen = screen(2, 10);
    screen.feed(format!("a{}", "\u{301}".repeat(10_000)).as_bytes(), now());
    assert!(screen.view(0).cell(0, 0).text.len() <= 22);
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "[a-z ]{0,12}".prop_map(String::into_bytes),
        3 => "\\x1b\\[[?>!]?[0-9;:]{0,6}[ $]?[@-~]".prop_map(String::into_bytes),
        1 => "\\x1b[()#]?[0-9A-Za-z=>]".prop_map(String::into_bytes),
        1 => "[日é\u{301}\u{200d}\u{fe0f}😀]{1,4}".prop_map(String::into_bytes),
        1 => "[\\r\\n\\t\\x08\\x0b\\x0e\\x0f]{1,3}".prop_map(String::into_bytes),
        1 => "\\x1b[\\]P_][a-z0-9;?$]{0,8}(\\x07|\\x1b\\\\)?".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 1..8),
    ]
}

fn check_bounds(screen: &Screen) {
    let size = screen.size();
    if let Some(cursor) = screen.cursor() {
        assert!(cursor.row < size.rows() && cursor.col < size.cols());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn nothing_breaks_the_engine(
        pieces in proptest::collection::vec((piece(), 0_u16..40, 0_u16..40), 1..60),
    ) {
        let mut screen = screen(5, 12);
        for (bytes, rows, cols) in pieces {
            let fed = screen.feed(&bytes, now());
            prop_assert!(!fed.recovered);
            check_bounds(&screen);
            if rows > 30 {
                prop_assert!(!screen.resize(GridSize::new(rows - 30, cols)));
                check_bounds(&screen);
            }
        }
    }

    #[test]
    fn cutting_never_matters(pieces in proptest::collection::vec(piece(), 1..40)) {
        let bytes = pieces.concat();
        let start = now();
        let (mut whole, mut cut) = (screen(5, 12), screen(5, 12));
        let replies = whole.feed(&bytes, start).replies;
        let mut more = Vec::new();
        for byte in &bytes {
            more.extend(cut.feed(&[*byte], start).replies);
        }
        prop_assert_eq!(replies, more);
        prop_assert_eq!(rows(&whole), rows(&cut));
        prop_assert_eq!(whole.modes(), cut.modes());
        prop_assert_eq!(whole.title(), cut.title());
    }
}
