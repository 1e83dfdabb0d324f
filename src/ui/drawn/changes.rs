//! Owns which cells of a frame are sent: those that look otherwise than they did, and those that a wide character has covered. Pure.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellWidth};

use crate::geometry::Area;

/// The parts of a buffer's rows that lie in none of some areas, as positions of its cells, in order.
pub(super) fn outside(areas: &[Area], buffer: &Buffer) -> Vec<Range<usize>> {
    let columns = usize::from(buffer.area.width);
    let mut rows: Vec<Vec<Range<usize>>> = vec![Vec::new(); usize::from(buffer.area.height)];
    for area in areas {
        for y in area.y..area.bottom() {
            if let Some(row) = rows.get_mut(usize::from(y)) {
                row.push(usize::from(area.x)..usize::from(area.right()).min(columns));
            }
        }
    }
    let mut outside = Vec::new();
    for (row, mut inside) in rows.into_iter().enumerate() {
        inside.sort_by_key(|columns| columns.start);
        let start = row * columns;
        let mut from = 0;
        for within in inside {
            outside.push(start + from..start + within.start.max(from));
            from = from.max(within.end);
        }
        outside.push(start + from..start + columns);
    }
    outside.retain(|range| !range.is_empty());
    outside
}

/// Makes `shown` like `next` within some parts of rows; says which cells the outer terminal has to be sent for that.
pub(super) fn take_over(shown: &mut [Cell], next: &[Cell], parts: &[Range<usize>]) -> Vec<usize> {
    let mut sent = Vec::new();
    for part in parts {
        let cells = shown.get_mut(part.clone()).unwrap_or_default();
        let new = next.get(part.clone()).unwrap_or_default();
        take_over_part(cells, new, |at| sent.push(part.start + at));
    }
    sent
}

fn take_over_part(shown: &mut [Cell], next: &[Cell], mut send: impl FnMut(usize)) {
    // Up to here lay a wide character that is gone: terminals leave all sorts of things in its place.
    let mut uncovered = 0;
    let mut covered = 0;
    for (at, (shown, next)) in shown.iter_mut().zip(next).enumerate() {
        let differs = shown != next;
        if at >= covered {
            covered = at + usize::from(next.cell_width());
            if differs || at < uncovered {
                send(at);
            }
        }
        if differs {
            uncovered = uncovered.max(at + usize::from(shown.cell_width()));
            shown.clone_from(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU16;

    use super::*;
    use proptest::prelude::*;
    use ratatui::backend::{Backend, CrosstermBackend};
    use ratatui::layout::Rect;
    use ratatui::style::Color;

    fn row(text: &str) -> Buffer {
        Buffer::with_lines([text])
    }

    fn sent(shown: &Buffer, next: &Buffer) -> Vec<usize> {
        let mut shown = shown.clone();
        let parts = outside(&[], next);
        let sent = take_over(&mut shown.content, &next.content, &parts);
        assert_eq!(&shown, next, "it is taken over whole");
        sent
    }

    #[test]
    fn what_differs_is_sent() {
        assert_eq!(sent(&row("abcd"), &row("abcd")), [0; 0]);
        assert_eq!(sent(&row("abcd"), &row("aXcY")), [1, 3]);
        assert_eq!(sent(&row("a日b"), &row("a本b")), [1], "not what it covers");
        assert_eq!(sent(&row("abc"), &row("日c")), [0]);
        assert_eq!(
            sent(&row("日c"), &row("x c")),
            [0, 1],
            "nor half of a character"
        );
        assert_eq!(sent(&row("日本"), &row("x日 ")), [0, 1, 3]);
    }

    #[test]
    fn rows_are_cut_around_areas() {
        let buffer = Buffer::empty(Rect::new(0, 0, 6, 3));
        assert_eq!(outside(&[], &buffer), [0..6, 6..12, 12..18]);
        let areas = [Area::new(4, 0, 2, 2), Area::new(1, 1, 2, 1)];
        assert_eq!(outside(&areas, &buffer), [0..4, 6..7, 9..10, 12..18]);
        let beyond = [Area::new(3, 2, 9, 9), Area::new(2, 2, 2, 1)];
        assert_eq!(outside(&beyond, &buffer), [0..6, 6..12, 12..14]);
    }

    const COLUMNS: u16 = 12;

    /// Rows of letters, wide characters and colours.
    fn picture() -> impl Strategy<Value = Buffer> {
        let cell = (
            prop_oneof![Just(" "), Just("a"), Just("b"), Just("日")],
            0_u8..3,
        );
        proptest::collection::vec(cell, usize::from(COLUMNS)).prop_map(|cells| {
            let mut buffer = Buffer::empty(Rect::new(0, 0, COLUMNS, 1));
            let mut x = 0;
            for (symbol, color) in cells {
                let wide = u16::try_from(crate::text::width(symbol)).unwrap();
                if x + wide > COLUMNS {
                    break;
                }
                for (x, symbol) in (x..x + wide).zip([symbol, " "]) {
                    let cell = &mut buffer[(x, 0)];
                    cell.set_symbol(symbol).set_bg(Color::Indexed(color));
                }
                x += wide;
            }
            buffer
        })
    }

    /// What a terminal shows after some changes.
    fn follow(terminal: &mut vt100::Parser, shown: &mut Buffer, next: &Buffer) {
        let parts = outside(&[], next);
        let sent = take_over(&mut shown.content, &next.content, &parts);
        let cells = sent.iter().map(|at| {
            let (x, y) = next.pos_of(*at);
            (x, y, &next.content[*at])
        });
        let mut bytes = Vec::new();
        CrosstermBackend::new(&mut bytes).draw(cells).unwrap();
        terminal.process(&bytes);
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an outer terminal, fed by ourselves"
    )]
    fn terminal() -> vt100::Parser {
        let (rows, columns) = (NonZeroU16::MIN, NonZeroU16::new(COLUMNS).unwrap());
        vt100::Parser::new(rows, columns, 0)
    }

    fn seen(terminal: &vt100::Parser, column: u16) -> (String, vt100::Color) {
        let cell = terminal.screen().cell(0, column).unwrap();
        (cell.contents().replace(' ', ""), cell.bgcolor())
    }

    proptest! {
        #[test]
        fn changes_lead_to_what_the_whole_frame_shows(frames in proptest::collection::vec(picture(), 1..6)) {
            let (mut followed, mut shown) = (terminal(), Buffer::empty(Rect::new(0, 0, COLUMNS, 1)));
            for next in frames {
                follow(&mut followed, &mut shown, &next);
                let mut whole = terminal();
                follow(&mut whole, &mut Buffer::empty(next.area), &next);
                for column in 0..COLUMNS {
                    prop_assert_eq!(seen(&followed, column), seen(&whole, column), "column {}", column);
                }
            }
        }
    }
}
