//! Owns how colours are written: a name of the sixteen, `#rrggbb`, `0`..`255` or `default`. Knows nothing of roles. Called by `theme` and `config`.

use ratatui::style::Color;

use crate::keys::nearest::nearest;

/// The sixteen names with the colour that the terminal's own palette gives them, in palette order.
const NAMES: [(&str, Color); 16] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// What a colour looks like, for the schema.
#[cfg(test)]
pub(super) const PATTERN: &str = "^(default|(bright-)?(black|red|green|yellow|blue|magenta|cyan|white)|#[0-9A-Fa-f]{6}|[0-9]{1,2}|1[0-9]{2}|2[0-4][0-9]|25[0-5])$";

/// Reads a colour.
///
/// # Errors
/// A sentence with the nearest name.
pub fn parse(text: &str) -> Result<Color, String> {
    if text == "default" {
        return Ok(Color::Reset);
    }
    if let Some((_, color)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Ok(*color);
    }
    if let Some(hex) = text.strip_prefix('#') {
        return rgb(hex).ok_or_else(|| {
            format!("`{text}` is no colour: write six hex digits, such as \"#ffb000\"")
        });
    }
    if let Ok(index) = text.parse::<u8>() {
        return Ok(Color::Indexed(index));
    }
    let names = NAMES.iter().map(|(name, _)| *name).chain(["default"]);
    let near = nearest(text, names);
    let near = near.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(format!(
        "`{text}` is no colour: write a name such as \"red\" or \"bright-red\", \"#rrggbb\", \"0\" to \"255\", or \"default\"{near}"
    ))
}

fn rgb(hex: &str) -> Option<Color> {
    if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bits = u32::from_str_radix(hex, 16).ok()?;
    let [_, r, g, b] = bits.to_be_bytes();
    Some(Color::Rgb(r, g, b))
}
