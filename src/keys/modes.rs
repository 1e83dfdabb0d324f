//! Owns the modes that a program in a pane has set and that change how keys, pastes and the mouse are encoded for it.
//! Knows nothing of bytes or of screens. `screen` reports it per pane, `keys::encode` reads it.

/// What the program in one pane asked of its terminal's input side.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch of the terminal, set and reset on its own"
)]
pub struct InputModes {
    /// DECCKM: cursor keys as `ESC O A` instead of `ESC [ A`.
    pub application_cursor: bool,
    /// DECKPAM: the keypad sends its application codes.
    pub application_keypad: bool,
    /// Mode 2004: pastes are wrapped in `ESC [ 200 ~` and `ESC [ 201 ~`.
    pub bracketed_paste: bool,
    /// Mode 1004: gaining and losing the focus is reported.
    pub focus_events: bool,
    /// xterm's modifyOtherKeys level, 0..=2.
    pub modify_other_keys: u8,
    /// The flags on top of the kitty keyboard stack, 0 when nothing is pushed.
    pub kitty_flags: u8,
    /// Which mouse events are reported.
    pub mouse: MouseMode,
    /// How mouse reports are written.
    pub mouse_encoding: MouseEncoding,
    /// Mode 1007: on the alternate screen the wheel sends arrow keys while no mouse mode is set.
    pub alternate_scroll: bool,
    /// Whether the alternate screen is shown.
    pub alternate_screen: bool,
}

/// Which mouse events a program wants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MouseMode {
    #[default]
    Off,
    /// Mode 9 (X10): presses only, without modifiers.
    Press,
    /// Mode 1000: presses and releases.
    PressRelease,
    /// Mode 1002: also motion while a button is held.
    ButtonMotion,
    /// Mode 1003: every motion.
    AnyMotion,
}

/// How a mouse report is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum MouseEncoding {
    /// One byte per coordinate, up to 223.
    #[default]
    Default,
    /// Mode 1005: coordinates as UTF-8, up to 2015.
    Utf8,
    /// Mode 1006: decimal, with a final `M` or `m`.
    Sgr,
    /// Mode 1015: decimal, without a release button.
    Urxvt,
}
