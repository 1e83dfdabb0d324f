//! The integration tests of podmux: one binary, a module per subject.

#![cfg(test)]

#[path = "../support/engine.rs"]
mod engine;
#[path = "../support/floods.rs"]
mod floods;
#[path = "../support/programs.rs"]
mod programs;
#[path = "../support/pty.rs"]
mod pty;
#[path = "../support/tab.rs"]
mod tab;
#[path = "../support/tmux.rs"]
mod tmux;

#[cfg(target_os = "linux")]
#[path = "../support/left_behind.rs"]
mod left_behind;

#[cfg(target_os = "linux")]
mod broadcast;
mod byte_table;
#[cfg(target_os = "linux")]
mod cancel_scripts;
#[cfg(target_os = "linux")]
mod churn;
mod completions;
mod config;
#[cfg(target_os = "linux")]
mod console;
mod copying;
mod debug_container;
mod demo;
mod demo_exec;
mod demo_sandbox;
mod demo_sessions;
mod dependencies;
#[cfg(unix)]
mod esctest;
mod forward;
#[cfg(target_os = "linux")]
mod forward_console;
mod full_disk;
#[path = "../fuzz/pane.rs"]
mod fuzz;
#[cfg(target_os = "linux")]
mod headless;
mod hostile;
mod layers;
#[cfg(target_os = "linux")]
mod lease_scripts;
#[cfg(target_os = "linux")]
mod mouse;
mod oracle;
mod pages;
mod pane;
#[cfg(unix)]
mod programs_here;
#[cfg(target_os = "linux")]
mod rails;
mod readme;
mod replay;
mod screens;
#[cfg(target_os = "linux")]
mod stage;
mod still;
mod terminal;
mod timeouts;
mod typing;
#[cfg(unix)]
mod vttest;
mod watch;
