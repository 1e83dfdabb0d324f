//! Owns the running console: the loop, effects into tasks, the outer terminal, timers, files. Decides nothing: that is `app`.
//! Called by `main`; `headless` uses its files.

mod ansi;
mod background;
mod clusters;
mod console;
mod copy;
mod driver;
mod editor;
mod esc_hold;
mod forwards;
mod frames;
mod input;
mod late_answer;
mod leases;
mod limits;
mod looks;
mod pages;
mod perform;
mod recordings;
mod runs;
mod save;
mod sessions;
mod settings_watch;
mod start;
mod timers;

pub mod identity;
pub mod journal_file;
pub mod line_file;
pub mod log_file;
pub mod paths;
pub mod settings_file;
pub mod snapshot;
pub mod terminal;
pub mod unattended;

pub use background::Background;
pub use clusters::Backend;
pub use console::{ConsoleError, ConsoleStart, FilePlace, run};
