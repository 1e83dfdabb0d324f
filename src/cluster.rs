//! Talks to the API server: contexts, lists and watches, sessions, rights. Knows inventory and session values, not the screen.
//! Called by the runtime and the headless commands, from tasks that may wait; nothing here is ever waited on by the loop.

pub mod access;
pub mod census;
pub mod cleanup;
pub mod client;
mod container_status;
mod credentials;
pub mod debug_container;
pub mod error;
pub mod exec;
pub mod forward;
pub mod kubeconfig;
pub mod last_words;
pub mod list;
pub mod metrics;
pub mod pages;
mod plugin;
mod protobuf;
pub mod proxy;
mod rows;
pub mod service_account;
mod slim;
mod status_words;
pub mod watch;
mod whole_pod;

pub use container_status::container_status;
pub use whole_pod::WholePod;
