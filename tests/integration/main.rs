//! The integration tests of podmux: one binary, a module per subject.

#![cfg(test)]

#[path = "../support/pty.rs"]
mod pty;

#[cfg(target_os = "linux")]
#[path = "../support/left_behind.rs"]
mod left_behind;

mod byte_table;
#[cfg(target_os = "linux")]
mod cancel_scripts;
mod config;
#[cfg(target_os = "linux")]
mod console;
mod demo;
mod demo_exec;
mod demo_sandbox;
mod demo_sessions;
#[path = "../fuzz/pane.rs"]
mod fuzz;
#[cfg(target_os = "linux")]
mod headless;
mod hostile;
mod layers;
mod oracle;
mod pages;
mod pane;
mod readme;
mod replay;
mod terminal;
mod watch;
