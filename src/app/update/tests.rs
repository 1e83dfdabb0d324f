#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the effects that it is about"
)]

mod broadcast;
mod cancel;
mod history;
mod opening;
mod record;
mod run;
