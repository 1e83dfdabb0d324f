//! The tests that need a real cluster: one binary, a module per subject.
//!
//! They are ignored in a plain `cargo test`; `tests/cluster/cluster test` runs them, with the variables set that `support` reads.
//! What belongs to the own cluster only (its users, its faults) lies in `own_cluster`.

#![cfg(test)]

#[expect(
    dead_code,
    reason = "shared with tests/integration, which uses and tests all of it"
)]
#[path = "../../support/pty.rs"]
mod pty;

#[expect(
    dead_code,
    reason = "shared with tests/integration, which uses and tests all of it"
)]
#[path = "../../support/engine.rs"]
mod engine;
#[path = "../../support/left_behind.rs"]
mod left_behind;
#[path = "../../support/programs.rs"]
mod programs;
#[path = "../../support/tab.rs"]
mod tab;
#[path = "../../support/tmux.rs"]
mod tmux;

mod completions;
mod console;
mod leaks;
mod lists;
mod own_cluster;
mod programs_in_a_pod;
mod scenarios;
mod smoke;
mod states;
mod support;
