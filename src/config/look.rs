//! Owns the lines and marks of the screen, drawn or in ASCII, together with the theme. Knows nothing of where they go. Called by `ui`.

use super::theme::Theme;

/// A theme with the characters that the terminal can show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    pub theme: Theme,
    /// Whether lines and marks are ASCII only.
    pub ascii: bool,
}

/// The weight of a pane's lines: it says who gets the keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Weight {
    /// Gets keys only when focused.
    Light,
    /// Receives the broadcast.
    Heavy,
    /// In trouble.
    Double,
}

/// The three characters that a pane's border is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineSet {
    /// The top left corner.
    pub corner: char,
    /// The line above the pane.
    pub horizontal: char,
    /// The rail left of the pane.
    pub vertical: char,
}

/// A one-cell sign beside a word.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Mark {
    /// Has the focus: `▸`.
    Focus,
    /// Receives the broadcast: `»`.
    Receives,
    /// Opted out or held: `×`.
    Out,
    /// Proven: `✓`.
    Proven,
    /// Look here: `!`.
    Alert,
    /// Refused: `✗`.
    Refused,
    /// Marked in the list: `*`.
    Marked,
    /// Has a shell, in the list: `▪`.
    Shell,
    /// Answers differently: `≠`.
    Differs,
    /// Live, or recording: `●`.
    Live,
    /// Not connected: `◌`.
    Waiting,
    /// Something is left out here: `…`.
    Cut,
    /// Between the parts of a line: `·`.
    Dot,
    /// The list drawer: `≡`.
    Drawer,
    /// Sorted upwards: `↑`.
    Ascending,
    /// Sorted downwards: `↓`.
    Descending,
    /// A port of the pod is forwarded, in the list: `f`, as its key.
    Forwards,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 17] = [
        Self::Focus,
        Self::Receives,
        Self::Out,
        Self::Proven,
        Self::Alert,
        Self::Refused,
        Self::Marked,
        Self::Shell,
        Self::Differs,
        Self::Live,
        Self::Waiting,
        Self::Cut,
        Self::Dot,
        Self::Drawer,
        Self::Ascending,
        Self::Descending,
        Self::Forwards,
    ];

    // The drawn sign, then the ASCII one. Those that can share a place have different ones.
    const fn signs(self) -> (char, char) {
        match self {
            Self::Focus => ('▸', '>'),
            Self::Receives => ('»', '&'),
            Self::Out => ('×', 'x'),
            Self::Proven => ('✓', '+'),
            Self::Alert => ('!', '!'),
            Self::Refused => ('✗', 'X'),
            Self::Marked => ('*', '*'),
            Self::Shell => ('▪', 'o'),
            Self::Differs => ('≠', '%'),
            Self::Live => ('●', '@'),
            Self::Waiting => ('◌', '?'),
            Self::Cut => ('…', '~'),
            Self::Dot => ('·', '-'),
            Self::Drawer => ('≡', '='),
            Self::Ascending => ('↑', '^'),
            Self::Descending => ('↓', 'v'),
            Self::Forwards => ('f', 'f'),
        }
    }
}

impl Look {
    /// A look with drawn lines and marks.
    pub fn new(theme: Theme) -> Self {
        Self {
            theme,
            ascii: false,
        }
    }

    /// The characters of a pane's border.
    pub const fn lines(&self, weight: Weight) -> LineSet {
        let (corner, horizontal, vertical) = match (weight, self.ascii) {
            (Weight::Light, false) => ('┌', '─', '│'),
            (Weight::Heavy, false) => ('┏', '━', '┃'),
            (Weight::Double, false) => ('╔', '═', '║'),
            (Weight::Light, true) => ('+', '-', ':'),
            (Weight::Heavy, true) => ('#', '=', '#'),
            (Weight::Double, true) => ('!', '!', '!'),
        };
        LineSet {
            corner,
            horizontal,
            vertical,
        }
    }

    /// The other corners of a box of light lines: top right, bottom left, bottom right.
    pub const fn box_corners(&self) -> [char; 3] {
        if self.ascii {
            ['+', '+', '+']
        } else {
            ['┐', '└', '┘']
        }
    }

    /// The rail of a slip, where podmux speaks inside of a pane.
    pub const fn slip(&self) -> char {
        if self.ascii { '>' } else { '░' }
    }

    /// What of a pane's rail shows where its scrollback is read.
    pub const fn thumb(&self) -> char {
        if self.ascii { '=' } else { '▪' }
    }

    /// The sign of a mark.
    pub const fn mark(&self, mark: Mark) -> char {
        let (drawn, ascii) = mark.signs();
        if self.ascii { ascii } else { drawn }
    }

    /// podmux's own words with every sign that ASCII lacks replaced, one cell for one cell. Never for cluster text.
    pub fn words(&self, text: &str) -> String {
        if !self.ascii {
            return text.to_owned();
        }
        let ascii = |c: char| {
            Mark::ALL
                .iter()
                .map(|mark| mark.signs())
                .find(|(drawn, _)| *drawn == c)
                .map_or(c, |(_, ascii)| ascii)
        };
        text.chars().map(ascii).collect()
    }
}

/// Whether the locale cannot show more than ASCII, by the values of `LC_ALL`, `LC_CTYPE` and `LANG`; the first that says something counts.
pub fn ascii_locale(lc_all: Option<&str>, lc_ctype: Option<&str>, lang: Option<&str>) -> bool {
    let locale = [lc_all, lc_ctype, lang]
        .into_iter()
        .flatten()
        .find(|value| !value.is_empty());
    let locale = locale.unwrap_or("C").to_ascii_lowercase();
    !(locale.contains("utf-8") || locale.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ascii_sign_is_ascii_and_one_cell() {
        let look = Look {
            theme: Theme::plain(),
            ascii: true,
        };
        for mark in Mark::ALL {
            assert!(look.mark(mark).is_ascii_graphic(), "{mark:?}");
        }
        for weight in [Weight::Light, Weight::Heavy, Weight::Double] {
            let set = look.lines(weight);
            assert!(
                [set.corner, set.horizontal, set.vertical]
                    .iter()
                    .all(char::is_ascii_graphic),
                "{weight:?}"
            );
        }
    }

    #[test]
    fn the_marks_of_a_pane_differ_in_ascii() {
        let look = Look {
            theme: Theme::plain(),
            ascii: true,
        };
        let title = [
            Mark::Focus,
            Mark::Receives,
            Mark::Out,
            Mark::Proven,
            Mark::Alert,
            Mark::Refused,
            Mark::Differs,
            Mark::Live,
        ];
        let mut signs = title.map(|mark| look.mark(mark)).to_vec();
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), title.len());
    }

    #[test]
    fn only_a_utf8_locale_gets_drawn_lines() {
        let table = [
            ((None, None, None), true),
            ((None, None, Some("C")), true),
            ((None, None, Some("POSIX")), true),
            ((None, None, Some("en_US.UTF-8")), false),
            ((None, None, Some("C.utf8")), false),
            ((Some("C"), None, Some("en_US.UTF-8")), true),
            ((Some(""), Some("de_DE.UTF-8"), Some("C")), false),
            ((None, None, Some("de_DE.ISO-8859-1")), true),
        ];
        for ((all, ctype, lang), expected) in table {
            assert_eq!(
                ascii_locale(all, ctype, lang),
                expected,
                "{all:?} {ctype:?} {lang:?}"
            );
        }
    }
}
