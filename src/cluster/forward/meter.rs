//! Owns the count of what a forward's connections carry, written by all of them and read by whoever shows it.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::session::forward::Carried;

/// What the connections of one forward have carried, and what went wrong last.
#[derive(Debug, Default)]
pub struct Meter {
    open: AtomicU32,
    connections: AtomicU64,
    to_pod: AtomicU64,
    from_pod: AtomicU64,
    trouble: Mutex<Option<String>>,
    changed: Notify,
}

/// Counts one connection as open until it is dropped.
#[derive(Debug)]
pub struct Counted<'a>(&'a Meter);

impl Meter {
    /// One more connection.
    pub fn enter(&self) -> Counted<'_> {
        self.open.fetch_add(1, Ordering::Relaxed);
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_one();
        Counted(self)
    }

    /// What was carried up to now.
    pub fn carried(&self) -> Carried {
        Carried {
            open: self.open.load(Ordering::Relaxed),
            connections: self.connections.load(Ordering::Relaxed),
            to_pod: self.to_pod.load(Ordering::Relaxed),
            from_pod: self.from_pod.load(Ordering::Relaxed),
        }
    }

    /// A connection failed, and why; only the newest reason is kept.
    pub fn failed(&self, why: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
        self.changed.notify_one();
    }

    /// What went wrong since the last call.
    pub fn take_trouble(&self) -> Option<String> {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.take()
    }

    /// Waits until something was counted.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(super) fn sent(&self, bytes: usize) {
        count(&self.to_pod, bytes);
        self.changed.notify_one();
    }

    pub(super) fn received(&self, bytes: usize) {
        count(&self.from_pod, bytes);
        self.changed.notify_one();
    }
}

fn count(counter: &AtomicU64, bytes: usize) {
    counter.fetch_add(u64::try_from(bytes).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
        self.0.changed.notify_one();
    }
}
