//! Owns how many colours a terminal shows and the nearest one of those. Knows nothing of roles. Called by `theme` and `runtime`.

use ratatui::style::Color;

/// How many colours the terminal shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColorDepth {
    /// None: only reverse, bold, dim and underline.
    None,
    /// The sixteen of the terminal's palette.
    Sixteen,
    /// 256, by index.
    Indexed,
    /// Any.
    True,
}

/// The steps of the colour cube of 256.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl ColorDepth {
    /// Judges by the values of the variables `NO_COLOR`, `COLORTERM` and `TERM`. An empty `NO_COLOR` counts as unset.
    pub fn detect(no_color: Option<&str>, colorterm: Option<&str>, term: Option<&str>) -> Self {
        if no_color.is_some_and(|value| !value.is_empty()) {
            return Self::None;
        }
        let term = term.unwrap_or_default();
        let direct = term.contains("direct") || term.contains("truecolor");
        if matches!(colorterm, Some("truecolor" | "24bit")) || direct {
            return Self::True;
        }
        match term {
            "dumb" | "vt100" | "vt102" | "vt220" | "xterm-mono" => Self::None,
            _ if term.contains("256color") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }

    /// The nearest colour that this depth has.
    pub(super) fn fit(self, color: Color) -> Color {
        match (self, rgb(color)) {
            (Self::True, _) | (Self::Sixteen | Self::Indexed, None) => color,
            (Self::None, _) => Color::Reset,
            (Self::Indexed, Some(exact)) => indexed(color, exact),
            (Self::Sixteen, Some(exact)) => sixteen(exact),
        }
    }
}

fn indexed(color: Color, exact: (u8, u8, u8)) -> Color {
    if let Color::Indexed(_) = color {
        return color;
    }
    let step = |v: u8| {
        (0u8..)
            .zip(CUBE)
            .min_by_key(|(_, level)| level.abs_diff(v))
            .unwrap_or_default()
    };
    let ((r, red), (g, green), (b, blue)) = (step(exact.0), step(exact.1), step(exact.2));
    let cube = (16 + 36 * r + 6 * g + b, (red, green, blue));
    let grey = (0u8..24)
        .map(|n| (232 + n, 8 + 10 * n))
        .map(|(index, level)| (index, (level, level, level)));
    let nearest = grey
        .chain([cube])
        .min_by_key(|(_, shown)| distance(*shown, exact));
    Color::Indexed(nearest.map_or(cube.0, |(index, _)| index))
}

// By hue first: a coloured text must keep its meaning, whatever its lightness.
fn sixteen((r, g, b): (u8, u8, u8)) -> Color {
    let (most, least) = (r.max(g).max(b), r.min(g).min(b));
    let spread = most - least;
    if u16::from(spread) * 4 <= u16::from(most) {
        return grey(most);
    }
    let (dark, light) = match hue((r, g, b), most, spread) {
        // Amber is dark in most palettes, and must not become the yellow of a warning.
        22..=49 => (Color::Yellow, Color::Yellow),
        50..=74 => (Color::Yellow, Color::LightYellow),
        75..=164 => (Color::Green, Color::LightGreen),
        165..=199 => (Color::Cyan, Color::LightCyan),
        200..=264 => (Color::Blue, Color::LightBlue),
        265..=339 => (Color::Magenta, Color::LightMagenta),
        _ => (Color::Red, Color::LightRed),
    };
    if most >= 230 { light } else { dark }
}

fn grey(level: u8) -> Color {
    match level {
        0..=63 => Color::Black,
        64..=199 => Color::DarkGray,
        200..=249 => Color::Gray,
        250..=255 => Color::White,
    }
}

/// The angle on the colour wheel in degrees, 0..360; the spread is not 0.
fn hue((r, g, b): (u8, u8, u8), most: u8, spread: u8) -> i32 {
    let between =
        |from: u8, to: u8| (i32::from(to) - i32::from(from)) * 60 / i32::from(spread.max(1));
    let angle = if most == r {
        between(b, g)
    } else if most == g {
        120 + between(r, b)
    } else {
        240 + between(g, r)
    };
    angle.rem_euclid(360)
}

fn distance(a: (u8, u8, u8), b: (u8, u8, u8)) -> u32 {
    let square = |x: u8, y: u8| u32::from(x.abs_diff(y)).pow(2);
    3 * square(a.0, b.0) + 4 * square(a.1, b.1) + 2 * square(a.2, b.2)
}

/// The exact values of a colour that is not the terminal's own; of an index above the sixteen too.
fn rgb(color: Color) -> Option<(u8, u8, u8)> {
    match color {
        Color::Rgb(r, g, b) => Some((r, g, b)),
        Color::Indexed(index) => cube(index),
        Color::Reset
        | Color::Black
        | Color::Red
        | Color::Green
        | Color::Yellow
        | Color::Blue
        | Color::Magenta
        | Color::Cyan
        | Color::Gray
        | Color::DarkGray
        | Color::LightRed
        | Color::LightGreen
        | Color::LightYellow
        | Color::LightBlue
        | Color::LightMagenta
        | Color::LightCyan
        | Color::White => None,
    }
}

fn cube(index: u8) -> Option<(u8, u8, u8)> {
    let level = |n: u8| CUBE.get(usize::from(n % 6)).copied();
    match index {
        0..=15 => None,
        16..=231 => {
            let n = index - 16;
            Some((level(n / 36)?, level(n / 6)?, level(n)?))
        }
        232..=255 => {
            let grey = 8 + 10 * (index - 232);
            Some((grey, grey, grey))
        }
    }
}
