//! Owns what the halves of a stream know of each other's clocks: unanswered input, a running interrupt, a wanted sign of life.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// How long old output makes room for new after an interrupt.
const FLOOD: Duration = Duration::from_secs(2);

/// Shared by the handle, the writer and the reader of one stream; no lock is held across a wait.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    clocks: Mutex<Clocks>,
    pub(super) changed: Notify,
    /// For the writer: the handshake came, or is no longer awaited.
    pub(super) spoke: Notify,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clocks {
    /// When the first input went out that nothing came back for.
    pub(super) asked: Option<Instant>,
    /// Until when old output makes room for new.
    pub(super) flood_until: Option<Instant>,
    /// Until when a sign of life must come.
    pub(super) probe_until: Option<Instant>,
}

impl Pulse {
    pub(super) fn read(&self) -> Clocks {
        *self.lock()
    }

    pub(super) fn asked(&self, now: Instant) {
        let mut clocks = self.lock();
        let first = clocks.asked.is_none();
        clocks.asked = clocks.asked.or(Some(now));
        drop(clocks);
        if first {
            self.changed.notify_one();
        }
    }

    pub(super) fn answered(&self) {
        let mut clocks = self.lock();
        clocks.asked = None;
        clocks.probe_until = None;
    }

    pub(super) fn flood(&self) {
        self.lock().flood_until = Some(Instant::now() + FLOOD);
        self.changed.notify_one();
    }

    pub(super) fn probe(&self, deadline: Duration) {
        self.lock().probe_until = Some(Instant::now() + deadline);
        self.changed.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Clocks> {
        self.clocks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
