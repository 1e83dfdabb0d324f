//! Owns the way of text into the frame: clipped, styled by role, never outside of the buffer. Called by all of `ui`.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};
use unicode_segmentation::UnicodeSegmentation;

use crate::config::{Look, Mark, Role};
use crate::geometry::Area;
use crate::ui::text;

/// A piece of text with its look.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) style: Style,
}

/// Makes pieces in the looks of a theme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen<'a> {
    pub(super) look: &'a Look,
}

/// The buffer with the looks.
pub(super) struct Canvas<'a> {
    pub(super) look: &'a Look,
    buffer: &'a mut Buffer,
    painted: Area,
}

impl Piece {
    pub(super) fn width(&self) -> usize {
        text::width(&self.text)
    }
}

/// Columns that pieces take together.
pub(super) fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(Piece::width).sum()
}

impl Pen<'_> {
    pub(super) fn style(self, role: Role) -> Style {
        self.look.theme.style(role)
    }

    pub(super) fn reversed(self, role: Role) -> Style {
        self.style(role).add_modifier(Modifier::REVERSED)
    }

    /// podmux's own words.
    pub(super) fn own(self, text: &str, role: Role) -> Piece {
        self.styled(text, self.style(role))
    }

    /// podmux's own words in a style that is not a role's alone.
    pub(super) fn styled(self, text: &str, style: Style) -> Piece {
        Piece {
            text: self.look.words(text),
            style,
        }
    }

    /// Text of the cluster or of the user.
    pub(super) fn foreign(self, text: &str, role: Role) -> Piece {
        Piece {
            text: text::printable(text),
            style: self.style(role),
        }
    }

    /// The sign for what was cut.
    pub(super) fn cut(self) -> String {
        self.look.mark(Mark::Cut).to_string()
    }

    /// A name in at most so many columns; its end stays.
    pub(super) fn name(self, name: &str, columns: usize) -> String {
        text::name(&text::printable(name), columns, &self.cut())
    }

    /// podmux's own words in at most so many columns; no word is cut.
    pub(super) fn whole_words(self, words: &str, columns: usize) -> String {
        text::keep_words(words, columns, &self.cut())
    }

    /// Text in at most so many columns; its start stays.
    pub(super) fn start(self, words: &str, columns: usize) -> String {
        text::keep_start(&text::printable(words), columns, &self.cut())
    }
}

impl<'a> Canvas<'a> {
    pub(super) fn new(look: &'a Look, buffer: &'a mut Buffer) -> Self {
        Self {
            look,
            buffer,
            painted: Area::default(),
        }
    }

    /// What was painted since the last time, cells of panes aside; all of it lies within.
    pub(super) fn take_painted(&mut self) -> Area {
        std::mem::take(&mut self.painted)
    }

    pub(super) fn pen(&self) -> Pen<'a> {
        Pen { look: self.look }
    }

    /// The raw buffer, for cells of panes.
    pub(super) fn buffer(&mut self) -> &mut Buffer {
        self.buffer
    }

    /// Writes text into at most `columns` cells and returns the column after it.
    pub(super) fn print(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let end = x.saturating_add(columns);
        if columns > 0 && !text.is_empty() {
            self.heal(x, y);
        }
        if text.is_ascii() {
            return self.print_ascii(x..end, y, text, style);
        }
        let mut at = x;
        for cluster in text.graphemes(true) {
            let wide = u16::try_from(text::width(cluster)).unwrap_or(u16::MAX);
            if wide == 0 {
                continue;
            }
            if at.saturating_add(wide) > end {
                break;
            }
            self.set(at, y, cluster, style);
            for rest in 1..wide {
                self.set(at + rest, y, " ", style);
            }
            at += wide;
        }
        at
    }

    /// Most text: a cell for each character that is shown.
    fn print_ascii(&mut self, columns: Range<u16>, y: u16, text: &str, style: Style) -> u16 {
        let shown = |byte: &u8| (0x20..0x7f).contains(byte);
        let mut at = columns.start;
        for byte in text.bytes().filter(shown) {
            if at >= columns.end {
                break;
            }
            self.set(at, y, char::from(byte).encode_utf8(&mut [0; 4]), style);
            at += 1;
        }
        at
    }

    /// Writes pieces one after another into at most `columns` cells.
    pub(super) fn pieces(&mut self, x: u16, y: u16, columns: u16, pieces: &[Piece]) -> u16 {
        let end = x.saturating_add(columns);
        let write = |at: u16, piece: &Piece| {
            self.print(at, y, end.saturating_sub(at), &piece.text, piece.style)
        };
        pieces.iter().fold(x, write)
    }

    /// Blanks an area.
    pub(super) fn clear(&mut self, area: Area, style: Style) {
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                self.put(x, y, " ", style);
            }
        }
    }

    /// Lays a style over cells that are drawn already.
    pub(super) fn restyle(&mut self, area: Area, style: Style) {
        for y in area.y..area.bottom() {
            for x in area.x..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.set_style(style);
                }
            }
        }
        self.painted = self.painted.around(area);
    }

    /// One cell.
    pub(super) fn put(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        self.heal(x, y);
        self.set(x, y, symbol, style);
    }

    /// A wide character that would reach into the cell goes.
    fn heal(&mut self, x: u16, y: u16) {
        let before = x.checked_sub(1).and_then(|x| self.buffer.cell_mut((x, y)));
        if let Some(cell) =
            before.filter(|cell| cell.symbol().len() > 1 && text::width(cell.symbol()) > 1)
        {
            cell.set_symbol(" ");
            self.painted = self.painted.around(Area::new(x - 1, y, 1, 1));
        }
    }

    fn set(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            cell.reset();
            cell.set_symbol(symbol).set_style(style);
        }
        self.painted = self.painted.around(Area::new(x, y, 1, 1));
    }

    /// One cell that holds a character.
    pub(super) fn put_char(&mut self, x: u16, y: u16, symbol: char, style: Style) {
        self.put(x, y, symbol.encode_utf8(&mut [0; 4]), style);
    }
}

/// A length in cells, at the edge of what the terminal can have.
pub(super) fn cells(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Theme;
    use ratatui::layout::Rect;

    fn look(ascii: bool) -> Look {
        Look {
            theme: Theme::plain(),
            ascii,
        }
    }

    fn row(buffer: &Buffer) -> String {
        buffer
            .content()
            .iter()
            .map(ratatui::buffer::Cell::symbol)
            .collect()
    }

    #[test]
    fn text_stops_at_its_place_and_at_the_buffer() {
        let look = look(false);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let mut canvas = Canvas::new(&look, &mut buffer);
        canvas.print(0, 0, 3, "abcdef", Style::new());
        canvas.print(4, 0, 9, "xyz", Style::new());
        canvas.print(0, 7, 9, "far", Style::new());
        assert_eq!(row(&buffer), "abc xy");
    }

    #[test]
    fn a_wide_character_that_does_not_fit_is_left_out() {
        let look = look(false);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        let end = Canvas::new(&look, &mut buffer).print(0, 0, 3, "日本", Style::new());
        assert_eq!((end, row(&buffer).trim_end()), (2, "日"));
    }

    #[test]
    fn half_a_wide_character_is_never_left() {
        let look = look(false);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let mut canvas = Canvas::new(&look, &mut buffer);
        canvas.print(0, 0, 6, "日本語", Style::new());
        canvas.print(1, 0, 2, "ab", Style::new());
        assert_eq!(row(&buffer), " ab 語 ");
    }

    #[test]
    fn own_words_are_ascii_where_the_terminal_is() {
        let look = look(true);
        let pen = Pen { look: &look };
        assert_eq!(pen.own("a · b …", Role::Text).text, "a - b ~");
        assert_eq!(pen.foreign("a · b", Role::Text).text, "a · b");
    }
}
