//! Owns how a chord, a paste, a mouse event and a focus change become the bytes that one pane's program expects, by that pane's modes.
//! Knows nothing of panes, sessions or bindings. Called by `app`, once per receiving pane.

use super::chord::{Chord, Key, Mods};
use super::modes::{InputModes, MouseMode};

mod kitty;
mod legacy;
mod mouse;

pub use mouse::{MouseButton, MouseInput, MouseKind};

const ESC: u8 = 0x1b;

/// Lines that one step of the wheel moves where it stands for arrow keys.
const WHEEL_ROWS: usize = 3;

/// Whether the focus came or went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    Gained,
    Lost,
}

/// The bytes of a key: kitty's where the program pushed flags, else xterm's with modifyOtherKeys, else xterm's.
/// Empty for a key that xterm has no code for.
pub fn key(chord: Chord, modes: &InputModes) -> Vec<u8> {
    if modes.kitty_flags != 0 {
        return kitty::key(chord, modes.kitty_flags);
    }
    legacy::other_key(chord, modes.modify_other_keys)
        .unwrap_or_else(|| legacy::key(chord, modes.application_cursor))
}

/// The bytes of a key of the numeric keypad: its application code where the program asked for those, else as [`key`].
pub fn keypad(chord: Chord, modes: &InputModes) -> Vec<u8> {
    let code = legacy::keypad(chord).filter(|_| modes.application_keypad && modes.kitty_flags == 0);
    code.unwrap_or_else(|| key(chord, modes))
}

/// The bytes of a paste. Escape and the other control characters are removed, tab and line ends kept.
/// Wrapped only where the program asked for it; else a line end becomes the carriage return that Enter sends.
pub fn paste(text: &str, modes: &InputModes) -> Vec<u8> {
    let unwrapped = text.replace("\x1b[201~", "").replace("\u{9b}201~", "");
    let clean = unwrapped
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\t' | '\n' | '\r'));
    if modes.bracketed_paste {
        let body: String = clean.collect();
        return format!("\x1b[200~{body}\x1b[201~").into_bytes();
    }
    let typed: String = clean.collect();
    typed.replace("\r\n", "\r").replace('\n', "\r").into_bytes()
}

/// The bytes of a mouse event; `None` where the program does not want it or the encoding cannot say it.
/// On the alternate screen the wheel becomes arrow keys where the program set mode 1007 and no mouse mode.
pub fn mouse(event: MouseInput, modes: &InputModes) -> Option<Vec<u8>> {
    if modes.mouse == MouseMode::Off {
        return wheel_as_arrows(event, modes);
    }
    mouse::report(event, modes)
}

/// The report of a focus change, where the program asked for it.
pub fn focus(gained: Focus, modes: &InputModes) -> Option<Vec<u8>> {
    let report: &[u8] = match gained {
        Focus::Gained => b"\x1b[I",
        Focus::Lost => b"\x1b[O",
    };
    modes.focus_events.then(|| report.to_vec())
}

fn wheel_as_arrows(event: MouseInput, modes: &InputModes) -> Option<Vec<u8>> {
    let arrow = match event.button {
        MouseButton::WheelUp => Key::Up,
        MouseButton::WheelDown => Key::Down,
        MouseButton::None
        | MouseButton::Left
        | MouseButton::Middle
        | MouseButton::Right
        | MouseButton::WheelLeft
        | MouseButton::WheelRight => return None,
    };
    let wanted = modes.alternate_scroll && modes.alternate_screen && event.kind == MouseKind::Press;
    wanted.then(|| key(Chord::plain(arrow), modes).repeat(WHEEL_ROWS))
}

// xterm's modifier parameter: 1 plus the sum of shift 1, alt 2, control 4 and, for kitty only, super 8.
fn parameter(mods: Mods) -> u8 {
    mods.bits() + 1
}

#[cfg(test)]
mod tests;
