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

#[path = "../../support/left_behind.rs"]
mod left_behind;

mod leaks;
mod lists;
mod own_cluster;
mod smoke;
mod states;
mod support;
