//! Owns the character sets of a terminal: what the letters that a program prints stand for. Part of `Terminal`.

/// What the characters that a program prints stand for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Letters {
    #[default]
    Ascii,
    /// A pound sign in place of the number sign.
    British,
    /// DEC special graphics: lines in place of small letters.
    Lines,
}

impl Letters {
    pub(super) fn named(name: u8) -> Self {
        match name {
            b'0' => Self::Lines,
            b'A' => Self::British,
            _ => Self::Ascii,
        }
    }

    pub(super) fn show(self, c: char) -> char {
        match self {
            Self::British if c == '#' => '£',
            Self::Ascii | Self::British => c,
            Self::Lines => line_drawing(c),
        }
    }
}

/// The two character sets, and which one is in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Charset {
    pub(super) sets: [Letters; 2],
    pub(super) shifted: bool,
}

impl Charset {
    #[inline]
    pub(super) fn letters(self) -> Letters {
        let [first, second] = self.sets;
        if self.shifted { second } else { first }
    }
}

/// The character that the DEC special graphics set has in place of an ASCII one.
fn line_drawing(c: char) -> char {
    const SET: &str = " ◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
    let index = u32::from(c).checked_sub(0x5f);
    let found = index.and_then(|index| SET.chars().nth(usize::try_from(index).ok()?));
    found.unwrap_or(c)
}
