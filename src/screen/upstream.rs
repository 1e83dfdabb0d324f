//! What vt100 0.18.1 does wrong or not at all, each with the work-around of ours that it needs. When one of these tests fails,
//! vt100 is repaired there and what the test names may go. Tests only.

use std::num::NonZeroU16;

/// Rows of a bare vt100 that was fed with something.
struct Bare(vt100::Parser);

impl Bare {
    #[expect(
        clippy::disallowed_methods,
        reason = "the parser itself is under test, without what stands before it"
    )]
    fn fed(rows: u16, cols: u16, text: &str) -> Self {
        let side = |side| NonZeroU16::new(side).unwrap();
        let mut parser = vt100::Parser::new(side(rows), side(cols), 0);
        parser.process(text.as_bytes());
        Self(parser)
    }

    fn rows(&self) -> Vec<String> {
        let (_, cols) = self.0.screen().size();
        let rows = self.0.screen().rows(0, cols.get());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    fn cell(&self, row: u16, col: u16) -> &vt100::Cell {
        self.0.screen().cell(row, col).unwrap()
    }
}

/// `Terminal::erase` and `parser::cell_ref`.
#[test]
fn vt100_still_keeps_underline_and_inverse_in_erased_cells() {
    let bare = Bare::fed(2, 10, "\x1b[4;7mx\x1b[K");
    assert!(bare.cell(0, 5).underline() && bare.cell(0, 5).inverse());
}

/// `Terminal::fill_rows`, and the fills in `insert_cells`, `delete_cells`, `index`, `reverse_index` and `put`.
#[test]
fn vt100_still_fills_only_erased_cells_with_the_background() {
    for moved in [
        "\x1b[L",
        "\x1b[M",
        "\x1b[S",
        "\x1b[T",
        "\x1b[2@",
        "\x1b[10P",
        "\x1bM",
        "\x1b[2;1H\n",
    ] {
        let bare = Bare::fed(2, 10, &format!("\x1b[44m{moved}"));
        let backgrounds = (0..2).flat_map(|row| (0..10).map(move |col| (row, col)));
        let all_default = backgrounds
            .map(|(row, col)| bare.cell(row, col).bgcolor())
            .all(|color| color == vt100::Color::Default);
        assert!(all_default, "{moved:?}");
    }
}

/// The first lines of `Terminal::reverse_index`.
#[test]
fn vt100_still_scrolls_a_region_below_the_cursor() {
    let bare = Bare::fed(4, 10, "\x1b[2;1Hab\x1b[2;3r\x1b[H\x1bM");
    assert_ne!(bare.rows()[1], "ab");
}

/// `Terminal::leave_pending_wrap` and `Terminal::tab`.
#[test]
fn vt100_still_moves_wrongly_out_of_a_pending_wrap() {
    assert_eq!(Bare::fed(2, 3, "abc\x08X").rows()[0], "abX");
    assert_eq!(Bare::fed(2, 10, "0123456789\tX").rows()[0], "012345678X");
}

/// `sgr::clean`, and the check of colour arguments in `Pen::follow`.
#[test]
fn vt100_still_misreads_colours() {
    let empty_space = Bare::fed(1, 4, "\x1b[38:2::1:2:3mx");
    assert_eq!(empty_space.cell(0, 0).fgcolor(), vt100::Color::Default);
    let underline_colour = Bare::fed(1, 4, "\x1b[58;2;1;3;7mx");
    assert!(underline_colour.cell(0, 0).inverse());
    let bad_value = Bare::fed(1, 4, "\x1b[38;2;300;1;1;4mx");
    assert!(!bad_value.cell(0, 0).underline());
}

/// `clear_scrollback` in `Parser::resize`.
#[test]
fn vt100_still_grows_at_the_top_when_it_keeps_no_scrollback() {
    let mut bare = Bare::fed(2, 4, "a\r\nb\r\nc");
    let side = |side| NonZeroU16::new(side).unwrap();
    bare.0.set_size(side(4), side(4));
    assert_eq!(bare.rows(), ["", "b", "c", ""]);
}

/// `trim_end_matches` in `parser::cell_ref`.
#[test]
fn vt100_still_leaves_a_joiner_at_the_end_of_a_cell() {
    let bare = Bare::fed(1, 10, "👩\u{200d}🚀");
    assert!(bare.cell(0, 0).contents().ends_with('\u{200d}'));
    assert!(bare.cell(0, 2).has_contents());
}

/// The rest of what `Terminal` rewrites: each sequence with the first row that vt100 makes of it.
#[test]
fn vt100_still_does_not_know_what_the_terminal_rewrites() {
    let cases = [
        ("insert mode", "ab\r\x1b[4hX", "Xb"),
        ("no wrap", "\x1b[?7l0123456789x", "0123456789"),
        ("line drawing", "\x1b(0q", "q"),
        ("a shift of the set", "\x1b)0\x0eq", "q"),
        ("index", "a\x1bDb", "ab"),
        ("next line", "a\x1bEb", "ab"),
        ("a tab stop", "ab\x1bH\r\tx", "ab      x"),
        ("tabs forward", "\x1b[Ix", "x"),
        ("tabs back", "abc\x1b[Zx", "abcx"),
        ("a saved cursor", "ab\x1b[sc\x1b[ux", "abcx"),
        ("mode 1048", "ab\x1b[?1048hc\x1b[?1048lx", "abcx"),
        ("columns to the right", "a\x1b[2ab", "ab"),
        ("rows down", "a\x1b[eb", "ab"),
        ("the alignment pattern", "\x1b#8", ""),
        ("a soft reset", "\x1b[?6h\x1b[!pa", "a"),
        ("line feed mode", "a\x1b[20h\nb", "a"),
    ];
    for (what, text, first_row) in cases {
        assert_eq!(Bare::fed(3, 10, text).rows()[0], first_row, "{what}");
    }
    let newline = Bare::fed(3, 10, "a\x1b[20h\nb");
    assert_eq!(newline.rows()[1], " b");
}
