//! Owns the switches of a terminal: which are set, how programs set, save and ask for them. Part of `Terminal`.

use std::time::{Duration, Instant};

use super::super::lexer::Params;
use super::super::parser::Grid;
use super::super::view::Cursor;
use super::Terminal;
use super::cursor::Switch;
use crate::keys::{InputModes, MouseEncoding, MouseMode};

/// A program that does not end its synchronised update in this time is shown anyway.
const SYNCHRONISED: Duration = Duration::from_millis(150);
/// The deepest kitty keyboard stack; more pushes drop the oldest.
const KITTY_DEPTH: usize = 16;
/// The flags that the key encoder knows: all but the one for releases, which a console does not learn of.
const KITTY_FLAGS: u8 = 0b1_1101;
const SAVED_MODES: usize = 64;

/// Reverse wraparound: whether the cursor, going left from the first column, goes on at the end of the row above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BackWrap {
    Off,
    /// Mode 45: within a line that wrapped.
    Line,
    /// Mode 1045: over any row of the scroll region, and from its top to its bottom.
    Region,
}

/// All modes that are not part of the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an independent switch of the terminal, set and reset on its own"
)]
pub(in crate::screen) struct Modes {
    pub(in crate::screen) input: InputModes,
    pub(super) insert: bool,
    /// LNM: a line feed is a carriage return too.
    pub(super) newline: bool,
    pub(super) wrap: bool,
    /// How far going left runs back over the left edge.
    pub(super) back_wrap: BackWrap,
    pub(super) origin: bool,
    pub(in crate::screen) cursor_hidden: bool,
    cursor_blinks: bool,
    /// DECSCNM, taken note of only.
    reversed: bool,
    /// Set while a synchronised update is open: when it ends by itself.
    pub(in crate::screen) synchronised_until: Option<Instant>,
    kitty: Vec<u8>,
    other_kitty: Vec<u8>,
    saved: Vec<(u16, bool)>,
}

impl Default for Modes {
    fn default() -> Self {
        Self {
            input: InputModes {
                alternate_scroll: true,
                ..InputModes::default()
            },
            insert: false,
            newline: false,
            wrap: true,
            back_wrap: BackWrap::Off,
            origin: false,
            cursor_hidden: false,
            cursor_blinks: false,
            reversed: false,
            synchronised_until: None,
            kitty: Vec::new(),
            other_kitty: Vec::new(),
            saved: Vec::new(),
        }
    }
}

impl Modes {
    pub(super) fn soft_reset(&mut self) {
        (self.insert, self.wrap, self.origin, self.cursor_hidden) = (false, true, false, false);
        self.back_wrap = BackWrap::Off;
        self.input.application_cursor = false;
        self.input.application_keypad = false;
    }

    /// Each screen has a keyboard stack of its own.
    pub(super) fn swap_screen(&mut self, to_alternate: bool) {
        self.input.alternate_screen = to_alternate;
        std::mem::swap(&mut self.kitty, &mut self.other_kitty);
        self.show_kitty();
    }

    fn show_kitty(&mut self) {
        self.input.kitty_flags = self.kitty.last().copied().unwrap_or(0);
    }

    pub(super) fn push_kitty(&mut self, flags: u16) {
        if self.kitty.len() >= KITTY_DEPTH {
            self.kitty.remove(0);
        }
        self.kitty.push(kitty_flags(flags));
        self.show_kitty();
    }

    pub(super) fn pop_kitty(&mut self, count: u16) {
        let left = self.kitty.len().saturating_sub(usize::from(count));
        self.kitty.truncate(left);
        self.show_kitty();
    }

    /// `how`: 1 replaces, 2 adds, 3 takes away.
    pub(super) fn set_kitty(&mut self, flags: u16, how: u16) {
        let flags = kitty_flags(flags);
        let now = self.input.kitty_flags;
        let next = match how {
            0 | 1 => flags,
            2 => now | flags,
            3 => now & !flags,
            _ => now,
        };
        match self.kitty.last_mut() {
            Some(top) => *top = next,
            None => self.kitty.push(next),
        }
        self.show_kitty();
    }

    /// Sets a private mode that concerns nothing but these switches; `false` for any other.
    fn set(&mut self, mode: u16, on: bool, now: Instant) -> bool {
        let input = &mut self.input;
        match mode {
            1 => input.application_cursor = on,
            5 => self.reversed = on,
            7 => self.wrap = on,
            12 => self.cursor_blinks = on,
            25 => self.cursor_hidden = !on,
            45 => self.set_back_wrap(BackWrap::Line, on),
            1045 => self.set_back_wrap(BackWrap::Region, on),
            66 => input.application_keypad = on,
            9 => input.mouse = if on { MouseMode::Press } else { MouseMode::Off },
            1000 => {
                input.mouse = if on {
                    MouseMode::PressRelease
                } else {
                    MouseMode::Off
                }
            }
            1002 => {
                input.mouse = if on {
                    MouseMode::ButtonMotion
                } else {
                    MouseMode::Off
                }
            }
            1003 => {
                input.mouse = if on {
                    MouseMode::AnyMotion
                } else {
                    MouseMode::Off
                }
            }
            1004 => input.focus_events = on,
            1005 => self.set_encoding(MouseEncoding::Utf8, on),
            1006 => self.set_encoding(MouseEncoding::Sgr, on),
            1015 => self.set_encoding(MouseEncoding::Urxvt, on),
            1007 => input.alternate_scroll = on,
            2004 => input.bracketed_paste = on,
            2026 => self.synchronised_until = on.then(|| now + SYNCHRONISED),
            _ => return false,
        }
        true
    }

    fn set_back_wrap(&mut self, how: BackWrap, on: bool) {
        if on {
            self.back_wrap = how;
        } else if self.back_wrap == how {
            self.back_wrap = BackWrap::Off;
        }
    }

    fn set_encoding(&mut self, encoding: MouseEncoding, on: bool) {
        if on {
            self.input.mouse_encoding = encoding;
        } else if self.input.mouse_encoding == encoding {
            self.input.mouse_encoding = MouseEncoding::Default;
        }
    }

    /// Whether a private mode is set; none when it is not known.
    fn private(&self, mode: u16) -> Option<bool> {
        let input = &self.input;
        Some(match mode {
            1 => input.application_cursor,
            5 => self.reversed,
            6 => self.origin,
            7 => self.wrap,
            12 => self.cursor_blinks,
            25 => !self.cursor_hidden,
            45 => self.back_wrap == BackWrap::Line,
            1045 => self.back_wrap == BackWrap::Region,
            47 | 1047 | 1049 => input.alternate_screen,
            66 => input.application_keypad,
            9 => input.mouse == MouseMode::Press,
            1000 => input.mouse == MouseMode::PressRelease,
            1002 => input.mouse == MouseMode::ButtonMotion,
            1003 => input.mouse == MouseMode::AnyMotion,
            1004 => input.focus_events,
            1005 => input.mouse_encoding == MouseEncoding::Utf8,
            1006 => input.mouse_encoding == MouseEncoding::Sgr,
            1015 => input.mouse_encoding == MouseEncoding::Urxvt,
            1007 => input.alternate_scroll,
            2004 => input.bracketed_paste,
            2026 => self.synchronised_until.is_some(),
            _ => return None,
        })
    }

    /// The answer to a question for a mode: 1 set, 2 reset, 0 not known.
    pub(super) fn report(&self, mode: u16, private: bool) -> u8 {
        let state = match (private, mode) {
            (true, _) => self.private(mode),
            (false, 4) => Some(self.insert),
            (false, 20) => Some(self.newline),
            (false, _) => None,
        };
        state.map_or(0, |on| if on { 1 } else { 2 })
    }
}

fn kitty_flags(flags: u16) -> u8 {
    u8::try_from(flags & 0x1f).unwrap_or(0) & KITTY_FLAGS
}

/// What is shown while a synchronised update is open.
pub(in crate::screen) struct Held {
    pub(in crate::screen) grid: Grid,
    pub(in crate::screen) cursor: Option<Cursor>,
}

impl Terminal {
    pub(super) fn set_ansi_modes(&mut self, params: &Params, on: bool) {
        for (mode, _) in params.iter() {
            match mode {
                4 => self.modes.insert = on,
                20 => self.modes.newline = on,
                _ => {}
            }
        }
    }

    pub(super) fn set_private_modes(&mut self, params: &Params, on: bool, now: Instant) {
        for (mode, _) in params.iter() {
            self.set_private_mode(mode, on, now);
        }
    }

    fn set_private_mode(&mut self, mode: u16, on: bool, now: Instant) {
        if mode == 2026 {
            self.hold_picture(on);
        }
        if self.modes.set(mode, on, now) {
            return;
        }
        match mode {
            3 => self.clear_for_columns(),
            6 => self.set_origin(on),
            47 => self.switch_screen(on, Switch::Plain),
            1047 => self.switch_screen(on, Switch::Clearing),
            1048 if on => self.save_cursor(),
            1048 => self.restore_cursor(),
            1049 => self.switch_screen(on, Switch::Saving),
            _ => {}
        }
    }

    /// While a synchronised update is open the picture before it is shown.
    pub(super) fn hold_picture(&mut self, on: bool) {
        if !on {
            self.held = None;
        } else if self.held.is_none() {
            self.flush();
            let cursor = self.visible_cursor();
            let grid = self.parser.grid().clone();
            self.held = Some(Box::new(Held { grid, cursor }));
        }
    }

    /// The cursor of the live grid, none while hidden.
    pub(in crate::screen) fn visible_cursor(&self) -> Option<Cursor> {
        let (row, col) = self.parser.grid().cursor_position();
        let col = col.min(self.size.cols().saturating_sub(1));
        let shape = self.shape;
        (!self.modes.cursor_hidden).then_some(Cursor { row, col, shape })
    }

    /// Ends a synchronised update that has been open for too long; `true` when it did.
    pub(in crate::screen) fn end_late_update(&mut self, now: Instant) -> bool {
        let late = self
            .modes
            .synchronised_until
            .is_some_and(|until| now >= until);
        if late {
            self.modes.synchronised_until = None;
            self.held = None;
        }
        late
    }

    /// XTSAVE.
    pub(super) fn save_modes(&mut self, params: &Params) {
        for (mode, _) in params.iter() {
            let Some(on) = self.modes.private(mode) else {
                continue;
            };
            self.modes.saved.retain(|(saved, _)| *saved != mode);
            if self.modes.saved.len() < SAVED_MODES {
                self.modes.saved.push((mode, on));
            }
        }
    }

    /// XTRESTORE.
    pub(super) fn restore_modes(&mut self, params: &Params, now: Instant) {
        for (mode, _) in params.iter() {
            let saved = self
                .modes
                .saved
                .iter()
                .find(|(saved, _)| *saved == mode)
                .copied();
            if let Some((_, on)) = saved {
                self.set_private_mode(mode, on, now);
            }
        }
    }
}
