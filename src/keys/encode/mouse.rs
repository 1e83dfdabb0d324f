//! Owns mouse reports in every encoding that xterm has, relative to the pane. Knows nothing of where the pane lies. Called by `encode`.

use crossterm::event::{KeyModifiers, MouseButton as Held, MouseEvent, MouseEventKind};

use crate::keys::chord::Mods;
use crate::keys::modes::{InputModes, MouseEncoding, MouseMode};

/// What the mouse did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MouseKind {
    /// A button went down, or the wheel moved one step.
    Press,
    /// A button went up.
    Release,
    /// The mouse moved with a button held.
    Drag,
    /// The mouse moved with no button held.
    Move,
}

/// Which button did it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MouseButton {
    None,
    Left,
    Middle,
    Right,
    WheelUp,
    WheelDown,
    WheelLeft,
    WheelRight,
}

/// One mouse event inside a pane.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MouseInput {
    pub kind: MouseKind,
    pub button: MouseButton,
    /// Column within the pane, from 0.
    pub column: u16,
    /// Row within the pane, from 0.
    pub row: u16,
    pub mods: Mods,
}

impl MouseInput {
    /// Reads a terminal event; column and row stay those of the whole terminal.
    pub fn from_event(event: &MouseEvent) -> Self {
        let (kind, button) = match event.kind {
            MouseEventKind::Down(held) => (MouseKind::Press, button_of(held)),
            MouseEventKind::Up(held) => (MouseKind::Release, button_of(held)),
            MouseEventKind::Drag(held) => (MouseKind::Drag, button_of(held)),
            MouseEventKind::Moved => (MouseKind::Move, MouseButton::None),
            MouseEventKind::ScrollUp => (MouseKind::Press, MouseButton::WheelUp),
            MouseEventKind::ScrollDown => (MouseKind::Press, MouseButton::WheelDown),
            MouseEventKind::ScrollLeft => (MouseKind::Press, MouseButton::WheelLeft),
            MouseEventKind::ScrollRight => (MouseKind::Press, MouseButton::WheelRight),
        };
        Self {
            kind,
            button,
            column: event.column,
            row: event.row,
            mods: mods_of(event.modifiers),
        }
    }

    /// The same event relative to an area's top left corner; `None` outside of the area.
    #[must_use]
    pub fn within(self, area: crate::geometry::Area) -> Option<Self> {
        let inside = area.contains(self.column, self.row);
        let (column, row) = (
            self.column.checked_sub(area.x)?,
            self.row.checked_sub(area.y)?,
        );
        inside.then_some(Self {
            column,
            row,
            ..self
        })
    }
}

fn button_of(held: Held) -> MouseButton {
    match held {
        Held::Left => MouseButton::Left,
        Held::Middle => MouseButton::Middle,
        Held::Right => MouseButton::Right,
    }
}

fn mods_of(held: KeyModifiers) -> Mods {
    [
        (KeyModifiers::SHIFT, Mods::SHIFT),
        (KeyModifiers::ALT, Mods::ALT),
        (KeyModifiers::CONTROL, Mods::CTRL),
    ]
    .into_iter()
    .filter(|(theirs, _)| held.contains(*theirs))
    .fold(Mods::NONE, |mods, (_, ours)| mods.with(ours))
}

/// The report of an event, under a mouse mode that is not off.
pub(super) fn report(event: MouseInput, modes: &InputModes) -> Option<Vec<u8>> {
    if !wanted(event, modes.mouse) {
        return None;
    }
    let (column, row) = (u32::from(event.column) + 1, u32::from(event.row) + 1);
    match modes.mouse_encoding {
        MouseEncoding::Sgr => {
            let last = if event.kind == MouseKind::Release {
                'm'
            } else {
                'M'
            };
            let code = button_code(event.button) + motion(event) + modifiers(event, modes.mouse);
            Some(format!("\x1b[<{code};{column};{row}{last}").into_bytes())
        }
        MouseEncoding::Urxvt => {
            Some(format!("\x1b[{};{column};{row}M", 32 + code(event, modes.mouse)).into_bytes())
        }
        MouseEncoding::Default => bytes([code(event, modes.mouse), column, row]),
        MouseEncoding::Utf8 => characters([code(event, modes.mouse), column, row]),
    }
}

fn wanted(event: MouseInput, mode: MouseMode) -> bool {
    match mode {
        MouseMode::Off => false,
        MouseMode::Press => event.kind == MouseKind::Press,
        MouseMode::PressRelease => matches!(event.kind, MouseKind::Press | MouseKind::Release),
        MouseMode::ButtonMotion => event.kind != MouseKind::Move,
        MouseMode::AnyMotion => true,
    }
}

fn button_code(button: MouseButton) -> u32 {
    match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
        MouseButton::None => 3,
        MouseButton::WheelUp => 64,
        MouseButton::WheelDown => 65,
        MouseButton::WheelLeft => 66,
        MouseButton::WheelRight => 67,
    }
}

fn motion(event: MouseInput) -> u32 {
    match event.kind {
        MouseKind::Drag | MouseKind::Move => 32,
        MouseKind::Press | MouseKind::Release => 0,
    }
}

// Mode 9 is older than the modifiers.
fn modifiers(event: MouseInput, mode: MouseMode) -> u32 {
    if mode == MouseMode::Press {
        return 0;
    }
    [(Mods::SHIFT, 4), (Mods::ALT, 8), (Mods::CTRL, 16)]
        .into_iter()
        .filter(|(held, _)| event.mods.contains(*held))
        .map(|(_, bit)| bit)
        .sum()
}

// Only SGR says which button went up.
fn code(event: MouseInput, mode: MouseMode) -> u32 {
    let button = if event.kind == MouseKind::Release {
        3
    } else {
        button_code(event.button)
    };
    button + motion(event) + modifiers(event, mode)
}

fn bytes(values: [u32; 3]) -> Option<Vec<u8>> {
    let mut report = b"\x1b[M".to_vec();
    for value in values {
        report.push(u8::try_from(value + 32).ok()?);
    }
    Some(report)
}

fn characters(values: [u32; 3]) -> Option<Vec<u8>> {
    let mut report = String::from("\x1b[M");
    for value in values {
        report.push(char::from_u32(value + 32).filter(|c| u32::from(*c) <= 2047)?);
    }
    Some(report.into_bytes())
}
