//! Owns chords, the keymap and the encoding of input for a pane. Knows nothing of panes or of actions. Called by `app` and `config`.

pub mod chord;
pub mod encode;
pub mod keymap;
pub mod modes;
pub mod nearest;

pub use chord::{Chord, ChordError, Key, Mods};
pub use encode::{Focus, MouseButton, MouseInput, MouseKind};
pub use keymap::{Conflict, Keymap, Lookup, Next};
pub use modes::{InputModes, MouseEncoding, MouseMode};
