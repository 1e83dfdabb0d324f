//! Owns text being typed: one line in prompts, many in the composer. A thin skin over tui-textarea that takes our chords.

use tui_textarea::{CursorMove, Input, Key as AreaKey, TextArea};

use crate::keys::{Chord, Key, Mods};

/// Text with a cursor.
#[derive(Clone, Debug)]
pub struct Edit {
    area: TextArea<'static>,
}

impl Edit {
    /// Starts with `text`, the cursor at its end.
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        area.move_cursor(CursorMove::Bottom);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

    /// All lines joined by line feeds.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The first line: all there is in a prompt.
    pub fn line(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// The lines, at least one.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Line and characters before the cursor in it.
    pub fn cursor(&self) -> (usize, usize) {
        let cursor = self.area.cursor();
        (cursor.0, cursor.1)
    }

    /// Whether nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Takes an editing key: characters, arrows, Backspace, and the line-editing keys of a shell. Enter is the caller's.
    pub fn key(&mut self, chord: Chord) {
        // The widget undoes with it; every shell clears the line.
        if chord == Chord::ctrl('u') {
            self.area.delete_line_by_head();
            return;
        }
        if let Some(input) = input_of(chord) {
            self.area.input(input);
        }
    }

    /// Starts a new line at the cursor.
    pub fn new_line(&mut self) {
        self.area.insert_newline();
    }

    /// Inserts `text` as one line: controls become spaces. At most 4096 characters.
    pub fn paste_line(&mut self, text: &str) {
        let line: String = text
            .chars()
            .take(4096)
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        self.area.insert_str(line);
    }

    /// Inserts `text` with its lines; other controls but tabs are dropped.
    pub fn paste_lines(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let kept: String = text
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        self.area.insert_str(kept);
    }
}

fn input_of(chord: Chord) -> Option<Input> {
    let key = match chord.key {
        Key::Char(c) => AreaKey::Char(c),
        Key::Backspace => AreaKey::Backspace,
        Key::Left => AreaKey::Left,
        Key::Right => AreaKey::Right,
        Key::Up => AreaKey::Up,
        Key::Down => AreaKey::Down,
        Key::Home => AreaKey::Home,
        Key::End => AreaKey::End,
        Key::PageUp => AreaKey::PageUp,
        Key::PageDown => AreaKey::PageDown,
        Key::Delete => AreaKey::Delete,
        Key::Tab => AreaKey::Tab,
        Key::Enter | Key::Esc | Key::Insert | Key::F(_) => return None,
    };
    let has = |mods| chord.mods.contains(mods);
    Some(Input {
        key,
        ctrl: has(Mods::CTRL),
        alt: has(Mods::ALT),
        shift: has(Mods::SHIFT),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(edit: &mut Edit, keys: &str) {
        for chord in keys.split(' ') {
            edit.key(chord.parse().unwrap());
        }
    }

    #[test]
    fn a_shells_line_keys_edit() {
        let mut edit = Edit::new("tail -f app.log");
        typed(&mut edit, "ctrl-w");
        assert_eq!(edit.line(), "tail -f app.");
        typed(&mut edit, "ctrl-a X");
        assert_eq!((edit.line(), edit.cursor()), ("Xtail -f app.", (0, 1)));
        typed(&mut edit, "ctrl-e ctrl-u");
        assert!(edit.is_empty());
    }

    #[test]
    fn a_pasted_line_stays_one_line() {
        let mut edit = Edit::new("");
        edit.paste_line("a\nb\tc");
        assert_eq!(edit.lines(), ["a b c"]);
    }

    #[test]
    fn pasted_lines_keep_their_ends_and_lose_escapes() {
        let mut edit = Edit::new("");
        edit.paste_lines("a\r\nb\u{1b}[31mc");
        assert_eq!(edit.text(), "a\nb[31mc");
    }
}
