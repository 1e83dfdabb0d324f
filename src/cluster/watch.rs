//! Watches pods and namespaces: one task per watch, its state always visible. Knows no list order and no screen.
//! Started by the runtime for each key; what it sends is folded by the inventory.

mod namespaces;
mod pods;
mod retry;
mod supervise;

pub use namespaces::{NamespaceMessage, watch_namespaces};
pub use pods::watch_pods;

use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// Messages that may wait for the loop; a full queue makes the watch wait, and the server keeps what is new.
pub const QUEUE: usize = 256;

/// Narrows what is watched, in the syntax of kubectl; empty means everything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selectors {
    pub labels: String,
    pub fields: String,
}

/// A running watch; dropping it ends the watch.
#[derive(Debug)]
pub struct WatchHandle {
    task: JoinHandle<()>,
    now: Arc<Notify>,
}

impl WatchHandle {
    fn new(task: JoinHandle<()>, now: Arc<Notify>) -> Self {
        Self { task, now }
    }

    /// Ends the wait before the next try; a watch that is not waiting connects and lists afresh.
    pub fn retry_now(&self) {
        self.now.notify_one();
    }
}

impl Drop for WatchHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}
