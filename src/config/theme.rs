//! Owns the colour roles, the built-in themes and the reading of theme files. Knows nothing of what is drawn. Called by `ui` and `runtime`.

use ratatui::style::{Color, Modifier, Style};

use super::error::ConfigErrors;

mod depth;
mod parse;

pub use depth::ColorDepth;

/// What a piece of the screen means; the theme says how that looks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Plain text.
    Text,
    /// Text of less weight.
    Dim,
    /// Lines between panes.
    Line,
    /// The focus, the current row, marks.
    Accent,
    /// What receives the broadcast.
    Broadcast,
    /// Proof, and nothing else.
    Ok,
    /// Look here.
    Warn,
    /// Trouble, and protected names.
    Bad,
    /// podmux speaking inside of a pane.
    Note,
    /// Selected text.
    Selection,
    /// Found text.
    Match,
}

impl Role {
    /// Every role, in the order of the theme files.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Dim,
        Self::Line,
        Self::Accent,
        Self::Broadcast,
        Self::Ok,
        Self::Warn,
        Self::Bad,
        Self::Note,
        Self::Selection,
        Self::Match,
    ];

    /// The word of the role in theme files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Dim => "dim",
            Self::Line => "line",
            Self::Accent => "accent",
            Self::Broadcast => "broadcast",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Note => "note",
            Self::Selection => "selection",
            Self::Match => "match",
        }
    }
}

/// The look of every role, and the colours of contexts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    styles: [Style; Role::ALL.len()],
    contexts: Vec<Style>,
    /// What the terminal can show, once that is known.
    depth: ColorDepth,
}

/// The built-in themes with their texts.
const BUILT_IN: [(&str, &str); 3] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("sixteen", include_str!("../../themes/sixteen.toml")),
];

impl Theme {
    /// Reads a theme file; `file_name` is only printed. Roles that it leaves out come from the built-in theme that it `inherits`.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong: broken TOML, unknown keys, wrong colours, missing roles.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ConfigErrors> {
        parse::theme(text, file_name)
    }

    /// A built-in theme; `None` for a name that is not one.
    pub fn built_in(name: &str) -> Option<Self> {
        let (name, text) = BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Self::parse(text, name).ok()
    }

    /// The names of the built-in themes.
    pub fn built_in_names() -> impl Iterator<Item = &'static str> {
        BUILT_IN.iter().map(|(name, _)| *name)
    }

    /// The theme without colours: every role that must stand out does so by reverse, bold, dim or underline.
    pub fn plain() -> Self {
        let styles = Role::ALL.map(|role| match role {
            Role::Text | Role::Ok => Style::new(),
            Role::Dim | Role::Line => Style::new().add_modifier(Modifier::DIM),
            Role::Accent | Role::Warn => Style::new().add_modifier(Modifier::BOLD),
            Role::Broadcast => {
                Style::new().add_modifier(Modifier::BOLD.union(Modifier::UNDERLINED))
            }
            Role::Bad => Style::new().add_modifier(Modifier::BOLD.union(Modifier::REVERSED)),
            Role::Note => Style::new().add_modifier(Modifier::REVERSED.union(Modifier::DIM)),
            Role::Selection => Style::new().add_modifier(Modifier::REVERSED),
            Role::Match => Style::new().add_modifier(Modifier::UNDERLINED),
        });
        Self {
            styles,
            contexts: vec![Style::new()],
            depth: ColorDepth::None,
        }
    }

    /// The look of a role.
    pub fn style(&self, role: Role) -> Style {
        let position = Role::ALL.iter().position(|known| *known == role);
        position
            .and_then(|index| self.styles.get(index))
            .copied()
            .unwrap_or_default()
    }

    /// The look of the n-th context, from 0; the colours repeat.
    pub fn context(&self, index: usize) -> Style {
        let round = index.checked_rem(self.contexts.len()).unwrap_or_default();
        self.contexts.get(round).copied().unwrap_or_default()
    }

    /// The look of a context that has a colour of its own; without colours that of the others.
    pub fn own_colour(&self, colour: Color) -> Style {
        match self.depth {
            ColorDepth::None => self.context(0),
            depth @ (ColorDepth::Sixteen | ColorDepth::Indexed | ColorDepth::True) => {
                Style::new().fg(depth.fit(colour))
            }
        }
    }

    /// What the terminal can show.
    pub fn depth(&self) -> ColorDepth {
        self.depth
    }

    /// The theme in colours that the terminal can show.
    #[must_use]
    pub fn at_depth(self, depth: ColorDepth) -> Self {
        if depth == ColorDepth::None {
            return Self::plain();
        }
        let fit = |style: Style| Style {
            fg: style.fg.map(|c| depth.fit(c)),
            bg: style.bg.map(|c| depth.fit(c)),
            ..style
        };
        Self {
            styles: self.styles.map(fit),
            contexts: self.contexts.into_iter().map(fit).collect(),
            depth,
        }
    }

    /// A look that only has this colour.
    pub fn coloured(color: Color, depth: ColorDepth) -> Style {
        match depth {
            ColorDepth::None => Style::new(),
            ColorDepth::Sixteen | ColorDepth::Indexed | ColorDepth::True => {
                Style::new().fg(depth.fit(color))
            }
        }
    }
}

#[cfg(test)]
mod tests;
