//! Owns colours and attributes on their way to the grid: what vt100 misreads is rewritten. Called by `Terminal`.

use super::lexer::Params;
use super::view::{CellStyle, Color};

/// What the terminal must know of the current style without asking the grid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Pen {
    /// The background is not the default: erased and scrolled-in cells take it.
    pub(super) background: bool,
    pub(super) underline: bool,
    pub(super) inverse: bool,
    pub(super) ink: Ink,
}

/// Whether what is printed is to be seen. vt100 has no concealed cells: blanks are printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Ink {
    #[default]
    Visible,
    Concealed,
}

impl Pen {
    #[inline]
    pub(super) fn conceals(self) -> bool {
        self.ink == Ink::Concealed
    }

    pub(super) fn of(style: &CellStyle) -> Self {
        let background = style.bg != Color::Default;
        Self {
            background,
            underline: style.underline,
            inverse: style.inverse,
            ink: Ink::Visible,
        }
    }

    /// Follows a sequence; `false` when vt100 would misread it and it must be rewritten by [`clean`].
    #[inline]
    pub(super) fn follow(&mut self, params: &Params) -> bool {
        !params.has_colons() && self.follow_codes(params.all())
    }

    /// The same for numbers without colons. Where it says `false` the pen is to be forgotten.
    #[inline]
    pub(super) fn follow_codes(&mut self, codes: &[u16]) -> bool {
        if codes.is_empty() {
            *self = Self::default();
        }
        let mut rest = codes;
        while let [code, after @ ..] = rest {
            rest = after;
            match *code {
                38 | 48 => {
                    let behind = color_length(after).and_then(|length| after.get(length..));
                    let Some(behind) = behind else { return false };
                    rest = behind;
                    self.background |= *code == 48;
                }
                21 | 58 => return false,
                code => self.set(code),
            }
        }
        true
    }

    #[inline]
    fn set(&mut self, code: u16) {
        match code {
            0 => *self = Self::default(),
            4 => self.underline = true,
            7 => self.inverse = true,
            8 => self.ink = Ink::Concealed,
            24 => self.underline = false,
            27 => self.inverse = false,
            28 => self.ink = Ink::Visible,
            40..=47 | 100..=107 => self.background = true,
            49 => self.background = false,
            _ => {}
        }
    }
}

/// Length of the arguments of 38 or 48 when vt100 reads them right.
#[inline]
fn color_length(codes: &[u16]) -> Option<usize> {
    match codes {
        [5, 0..=255, ..] => Some(2),
        [2, 0..=255, 0..=255, 0..=255, ..] => Some(4),
        _ => None,
    }
}

/// Writes the sequence anew with what vt100 understands only.
pub(super) fn clean(params: &Params) -> Vec<u8> {
    let mut groups: Vec<Vec<u16>> = Vec::new();
    for (value, joined) in params.iter() {
        match groups.last_mut() {
            Some(group) if joined => group.push(value),
            _ => groups.push(vec![value]),
        }
    }
    let mut codes: Vec<String> = Vec::new();
    let mut groups = groups.into_iter();
    while let Some(group) = groups.next() {
        match group.as_slice() {
            [4, 0] => codes.push("24".to_owned()),
            [21] | [4, ..] => codes.push("4".to_owned()),
            [38 | 48 | 58] => {
                let kind = groups.next().and_then(|group| group.first().copied());
                let count = match kind {
                    Some(5) => 1,
                    Some(2) => 3,
                    _ => 0,
                };
                let rest = groups.by_ref().take(count);
                let values: Vec<u16> = rest.filter_map(|group| group.first().copied()).collect();
                codes.extend(color_code(group.first().copied(), kind, &values));
            }
            [code @ (38 | 48), 2, _, red, green, blue, ..]
            | [code @ (38 | 48), 2, red, green, blue] => {
                codes.extend(color_code(Some(*code), Some(2), &[*red, *green, *blue]));
            }
            [code @ (38 | 48), 5, index, ..] => {
                codes.extend(color_code(Some(*code), Some(5), &[*index]));
            }
            [code] => codes.push(code.to_string()),
            _ => {}
        }
    }
    if codes.is_empty() {
        return Vec::new();
    }
    format!("\x1b[{}m", codes.join(";")).into_bytes()
}

fn color_code(target: Option<u16>, kind: Option<u16>, values: &[u16]) -> Option<String> {
    let target = target.filter(|target| matches!(target, 38 | 48))?;
    if values.iter().any(|value| *value > 255) {
        return None;
    }
    match (kind, values) {
        (Some(5), [index]) => Some(format!("{target};5;{index}")),
        (Some(2), [red, green, blue]) => Some(format!("{target};2;{red};{green};{blue}")),
        _ => None,
    }
}

/// The numbers that set a style from scratch, beginning with 0.
pub(super) fn codes(style: &CellStyle) -> String {
    let mut codes = "0".to_owned();
    let flags = [
        (style.bold, ";1"),
        (style.dim, ";2"),
        (style.italic, ";3"),
        (style.underline, ";4"),
        (style.inverse, ";7"),
        (style.strike, ";9"),
    ];
    codes.extend(
        flags
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, code)| code),
    );
    push_color(&mut codes, style.fg, 30);
    push_color(&mut codes, style.bg, 40);
    codes
}

fn push_color(codes: &mut String, color: Color, base: u16) {
    let code = match color {
        Color::Default => return,
        Color::Indexed(index @ 0..=7) => format!("{}", base + u16::from(index)),
        Color::Indexed(index @ 8..=15) => format!("{}", base + 52 + u16::from(index)),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    };
    codes.push(';');
    codes.push_str(&code);
}
