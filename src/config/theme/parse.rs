//! Owns the reading of a theme file: a style per role, such as `"#ffb000 on black bold"`. Knows nothing of depth. Called by `theme`.

use ratatui::style::{Modifier, Style};

use super::{ColorDepth, Role, Theme};
use crate::config::colour;
use crate::config::error::{ConfigError, ConfigErrors, Place};
use crate::config::read::{Document, Section, parsed, some};
use crate::keys::nearest::nearest;

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reversed", Modifier::REVERSED),
];

pub(super) fn theme(text: &str, file_name: &str) -> Result<Theme, ConfigErrors> {
    let mut document = Document::parse(text);
    let (theme, errors) = read(document.root());
    document.report(errors);
    let errors = document.into_errors();
    if errors.is_empty() {
        Ok(theme)
    } else {
        Err(ConfigErrors::new(file_name, text, errors))
    }
}

fn read(mut root: Section<'_, '_>) -> (Theme, Vec<ConfigError>) {
    let base = root.get("inherits", None, |v| parsed(v, |name| base(name).map(Some)));
    let mut missing = Vec::new();
    let styles = Role::ALL.map(|role| {
        let inherited = base.as_ref().map(|theme| theme.style(role));
        root.get(role.name(), inherited, |v| parsed(v, style).map(Some))
            .unwrap_or_else(|| {
                missing.push(role.name());
                Style::new()
            })
    });
    let inherited = base.map(|theme| theme.contexts);
    let contexts = root
        .get("contexts", inherited, |v| {
            some(v, |v| parsed(v, style)).map(Some)
        })
        .unwrap_or_else(|| {
            missing.push("contexts");
            Vec::new()
        });
    let mut errors = root.finish(|_| None);
    if let Some(first) = missing.first().filter(|_| errors.is_empty()) {
        let message = format!("the theme lacks `{}`", missing.join("`, `"));
        let help = Some(format!(
            "write `{first} = \"…\"`, or `inherits = \"dark\"` for all that is left out"
        ));
        errors.push(ConfigError {
            place: Place {
                line: 1,
                column: 1,
                width: 1,
            },
            message,
            help,
        });
    }
    (
        Theme {
            styles,
            contexts,
            depth: ColorDepth::True,
        },
        errors,
    )
}

fn base(name: &str) -> Result<Theme, String> {
    Theme::built_in(name).ok_or_else(|| {
        let names: Vec<&str> = Theme::built_in_names().collect();
        let near = nearest(name, names.iter().copied());
        let near = near.map_or_else(String::new, |right| format!("; did you mean `{right}`?"));
        format!(
            "`{name}` is no built-in theme; those are {}{near}",
            names.join(", ")
        )
    })
}

/// Reads `COLOUR [on COLOUR] [MODIFIER …]`, in which every part may be left out.
fn style(text: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        if word == "on" {
            let ground = words.next().ok_or("a colour belongs after `on`")?;
            style = style.bg(colour::parse(ground)?);
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else {
            style = style.fg(colour::parse(word).map_err(|message| or_modifier(word, message))?);
        }
    }
    Ok(style)
}

fn or_modifier(word: &str, message: String) -> String {
    let near = nearest(word, MODIFIERS.iter().map(|(name, _)| *name));
    match near {
        Some(name) if !message.contains("did you mean") => {
            let names = MODIFIERS.map(|(name, _)| name).join(", ");
            format!("`{word}` is no colour and none of {names}; did you mean `{name}`?")
        }
        Some(_) | None => message,
    }
}
