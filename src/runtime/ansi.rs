//! Owns a screen as text with colours: SGR sequences, a line per row.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

/// The buffer as lines; each ends with a reset.
pub(super) fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let mut out = String::new();
    for row in buffer.content.chunks(width) {
        let mut style = None;
        for cell in row {
            let own = sgr(cell);
            if style.as_ref() != Some(&own) {
                out.push_str(&own);
                style = Some(own);
            }
            out.push_str(cell.symbol());
        }
        out.push_str("\x1b[0m\n");
    }
    out
}

fn sgr(cell: &Cell) -> String {
    let mut out = String::from("\x1b[0");
    let modifiers = [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::REVERSED, 7),
        (Modifier::CROSSED_OUT, 9),
    ];
    for (modifier, code) in modifiers {
        if cell.modifier.contains(modifier) {
            push(&mut out, format_args!(";{code}"));
        }
    }
    color(&mut out, cell.fg, 38);
    color(&mut out, cell.bg, 48);
    out.push('m');
    out
}

fn color(out: &mut String, color: Color, base: u8) {
    let index = match color {
        Color::Reset => return,
        Color::Rgb(r, g, b) => return push(out, format_args!(";{base};2;{r};{g};{b}")),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    push(out, format_args!(";{base};5;{index}"));
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    out.write_fmt(text).ok();
}
