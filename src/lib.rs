//! podmux: a full-screen console for many Kubernetes pods at once. This page is the map of the crate.
//!
//! Lower layers never import higher ones; `tests/integration/layers.rs` reads the `use` lines and fails on a breach.
//!
//! ```text
//! L5  main.rs commands.rs cli.rs lib.rs   command line -> config -> runtime or headless -> exit code; the only printing
//! L4  runtime/                the loop, effects into tasks, terminal guard, timers, files (journal, audit, log)
//!     headless/               run, leaks and reap: the same sessions, no screen
//!     demo/                   embedded API server (hyper over an in-memory pipe), sandboxed or simulated shells
//! L3  ui/                     draws &App with ratatui, returns nothing
//!     cluster/                kube: client, watch, exec, cleanup, forward, access
//! L2  app/                    event in -> update -> effects out; bindings; overlays. No tokio, kube, file or clock
//! L1  inventory/ keys/ screen/ workspace/ session/ gather/ journal/ config/     pure: values in, values out
//! L0  ids.rs geometry.rs text.rs
//! ```
//!
//! Sideways edges inside L1: `screen` -> `keys` (terminal modes), `config` -> `keys` (chord text), `journal` -> `session` (whom it
//! records). `cluster` uses L0 and L1 only.

pub mod geometry;
pub mod ids;
pub mod text;

pub mod config;
pub mod gather;
pub mod inventory;
pub mod journal;
pub mod keys;
pub mod screen;
pub mod session;
pub mod workspace;

pub mod app;

pub mod cluster;
pub mod ui;

pub mod demo;
pub mod headless;
pub mod runtime;

pub mod cli;
