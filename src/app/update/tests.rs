#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the effects that it is about"
)]

mod again;
mod broadcast;
mod cancel;
mod clipboard;
mod composing;
mod debug_container;
mod follow;
mod forward;
mod history;
mod leaks;
mod mouse;
mod opening;
mod pages;
mod palette;
mod questions;
mod rails;
mod record;
mod remapped;
mod rules_change;
mod run;
mod settings;
