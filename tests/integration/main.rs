//! The integration tests of podmux: one binary, a module per subject.

#![cfg(test)]

#[path = "../support/pty.rs"]
mod pty;

mod access;
mod byte_table;
#[cfg(target_os = "linux")]
mod cancel_scripts;
#[cfg(target_os = "linux")]
mod cancel_scripts_rows;
mod config;
mod demo;
mod demo_exec;
mod demo_sandbox;
mod demo_sessions;
#[cfg(target_os = "linux")]
mod exec_session_cluster;
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
mod watch_cluster;
