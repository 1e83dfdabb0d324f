//! Owns every task that the embedded server starts, so that dropping the demo ends them all. Knows nothing of what they do.

use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use tokio::task::JoinSet;

/// The tasks of one demo. Tasks hold the server that holds these, so the demo closes them by word, not by dropping.
#[derive(Debug, Default)]
pub(super) struct Tasks(Mutex<Phase>);

#[derive(Debug)]
enum Phase {
    Open(JoinSet<()>),
    Closed,
}

impl Default for Phase {
    fn default() -> Self {
        Self::Open(JoinSet::new())
    }
}

impl Tasks {
    /// Starts a task that lives at most as long as the demo; after the end nothing starts.
    /// Boxed, so that one kind of task is compiled and not one for each caller.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let task: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(task);
        let mut phase = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *phase {
            Phase::Open(set) => {
                while set.try_join_next().is_some() {}
                set.spawn(task);
            }
            Phase::Closed => {}
        }
    }

    /// Ends all tasks, now and for ever.
    pub(super) fn close(&self) {
        let mut phase = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let open = std::mem::replace(&mut *phase, Phase::Closed);
        // Dropping a task may start another one, which takes the lock.
        drop(phase);
        drop(open);
    }
}
