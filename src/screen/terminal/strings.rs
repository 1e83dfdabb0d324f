//! Owns OSC and DCS strings: titles, the clipboard, questions for colours. All others are swallowed. Part of `Terminal`.

use std::time::{Duration, Instant};

use super::super::lexer::StringKind;
use super::Terminal;

/// A string that is not ended in this time is given up.
const STRING_TIME: Duration = Duration::from_secs(5);
const TITLE_BYTES: usize = 1024;
const TITLE_CHARS: usize = 256;
const TITLES: usize = 10;

/// The title of a pane and those put aside.
#[derive(Default)]
pub(in crate::screen) struct Titles {
    pub(in crate::screen) now: String,
    aside: Vec<String>,
}

impl Titles {
    pub(super) fn push(&mut self) {
        if self.aside.len() >= TITLES {
            self.aside.remove(0);
        }
        self.aside.push(self.now.clone());
    }

    /// Takes the last one back; `true` when that changes the title.
    pub(super) fn pop(&mut self) -> bool {
        let title = self.aside.pop();
        title.is_some_and(|title| self.set(title))
    }

    pub(super) fn reset(&mut self) -> bool {
        self.aside.clear();
        self.set(String::new())
    }

    fn set(&mut self, title: String) -> bool {
        let changed = title != self.now;
        self.now = title;
        changed
    }
}

/// What of a title may be shown: no controls, nothing that hides or reorders.
fn clean_title(bytes: &[u8]) -> String {
    let bytes = bytes.get(..TITLE_BYTES).unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let shown = text
        .chars()
        .filter(|c| !c.is_control() && super::super::lexer::is_shown(*c));
    shown
        .take(TITLE_CHARS)
        .collect::<String>()
        .trim()
        .to_owned()
}

impl Terminal {
    /// Gives a string up that has been open for too long.
    pub(in crate::screen) fn time_string(&mut self, now: Instant) {
        if !self.lexer.in_string() {
            self.string_since = None;
            return;
        }
        let since = *self.string_since.get_or_insert(now);
        if now.saturating_duration_since(since) >= STRING_TIME {
            self.lexer.abort();
            self.string_since = None;
        }
    }

    /// When [`Self::time_string`] has something to do.
    pub(in crate::screen) fn string_deadline(&self) -> Option<Instant> {
        self.string_since.map(|since| since + STRING_TIME)
    }

    pub(super) fn string(&mut self, kind: StringKind, body: &[u8], bell: bool) {
        match kind {
            StringKind::Osc => self.operating_system(body, bell),
            StringKind::Dcs => self.device_control(body),
            StringKind::Other => {}
        }
    }

    fn operating_system(&mut self, body: &[u8], bell: bool) {
        let (number, rest) = match memchr::memchr(b';', body) {
            Some(at) => (
                body.get(..at).unwrap_or_default(),
                body.get(at + 1..).unwrap_or_default(),
            ),
            None => (body, &[][..]),
        };
        match number {
            b"0" | b"2" => self.fed.title_changed |= self.titles.set(clean_title(rest)),
            b"8" => self.links.take(rest),
            b"52" => self.clipboard(rest),
            b"4" => self.report_palette(rest, bell),
            b"10" | b"11" | b"12" => self.report_colors(number, rest, bell),
            _ => {}
        }
    }

    /// Setting only: what is on the clipboard is never told.
    fn clipboard(&mut self, rest: &[u8]) {
        let text = memchr::memchr(b';', rest).and_then(|at| rest.get(at + 1..));
        if let Some(text) = text.filter(|text| *text != b"?").and_then(from_base64) {
            self.fed.clipboard = Some(text);
        }
    }

    fn report_palette(&mut self, rest: &[u8], bell: bool) {
        let mut fields = rest.split(|byte| *byte == b';');
        while let (Some(index), Some(value)) = (fields.next(), fields.next()) {
            let index = std::str::from_utf8(index)
                .ok()
                .and_then(|index| index.parse().ok());
            if let (Some(index), b"?") = (index, value) {
                self.reply_color(&format!("4;{index}"), palette(index), bell);
            }
        }
    }

    /// `10;?;?` asks for foreground and background.
    fn report_colors(&mut self, number: &[u8], rest: &[u8], bell: bool) {
        let first = if number == b"10" {
            10
        } else if number == b"11" {
            11
        } else {
            12
        };
        for (target, value) in (first..=12).zip(rest.split(|byte| *byte == b';')) {
            if value == b"?" {
                let color = if target == 11 {
                    self.colors.background
                } else {
                    self.colors.foreground
                };
                self.reply_color(&target.to_string(), color, bell);
            }
        }
    }

    fn reply_color(&mut self, target: &str, color: (u8, u8, u8), bell: bool) {
        let (red, green, blue) = color;
        let end = if bell { "\x07" } else { "\x1b\\" };
        let value = format!("rgb:{red:02x}{red:02x}/{green:02x}{green:02x}/{blue:02x}{blue:02x}");
        self.reply(format!("\x1b]{target};{value}{end}").as_bytes());
    }
}

/// xterm's palette.
fn palette(index: u8) -> (u8, u8, u8) {
    const NAMED: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    if let Some(color) = NAMED.get(usize::from(index)) {
        return *color;
    }
    if index >= 232 {
        let gray = 8 + (index - 232) * 10;
        return (gray, gray, gray);
    }
    let cube = index - 16;
    let level = |step: u8| if step == 0 { 0 } else { 55 + step * 40 };
    (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
}

/// Decodes with or without padding; none when a character does not belong.
fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let text = text.trim_ascii_end();
    let end = text
        .iter()
        .rposition(|byte| *byte != b'=')
        .map_or(0, |at| at + 1);
    let mut decoded = Vec::with_capacity(end / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.get(..end)? {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 & 0xffff | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(u8::try_from(bits >> count & 0xff).unwrap_or(0));
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_decodes_with_and_without_padding() {
        assert_eq!(
            from_base64(b"aGVsbG8gcG9k").as_deref(),
            Some(&b"hello pod"[..])
        );
        assert_eq!(from_base64(b"aGk=").as_deref(), Some(&b"hi"[..]));
        assert_eq!(from_base64(b"aGk").as_deref(), Some(&b"hi"[..]));
        assert_eq!(from_base64(b"a!k"), None);
    }

    #[test]
    fn the_palette_is_that_of_xterm() {
        assert_eq!(
            (
                palette(1),
                palette(16),
                palette(21),
                palette(231),
                palette(255)
            ),
            (
                (205, 0, 0),
                (0, 0, 0),
                (0, 0, 255),
                (255, 255, 255),
                (238, 238, 238)
            )
        );
    }

    #[test]
    fn a_title_keeps_only_what_can_be_shown() {
        assert_eq!(clean_title("a\u{202e}b\x1b\u{7f}c; d".as_bytes()), "abc; d");
        assert_eq!(clean_title(&[b'x'; 5000]).len(), TITLE_CHARS);
    }
}
