//! Owns simulated containers: no process of the machine is started, so they work everywhere. Knows nothing of WebSocket streams. Called through
//! `shells`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::shells::{self, ExecProcess, ExecStart};
use super::tasks::Tasks;

mod commands;
mod container;
mod discipline;
mod own_scripts;
mod processes;
mod session;
mod shell;
mod syntax;

use container::Container;

/// Containers by pod uid, restart count and container name.
type Key = (String, u32, String);

/// All simulated containers of the demo.
#[derive(Debug)]
pub(super) struct Simulator {
    containers: Mutex<HashMap<Key, Arc<Container>>>,
    tasks: Arc<Tasks>,
    boot_id: String,
}

impl Simulator {
    pub(super) fn new(tasks: Arc<Tasks>, boot_id: String) -> Self {
        Self {
            containers: Mutex::default(),
            tasks,
            boot_id,
        }
    }

    /// Starts a command.
    pub(super) fn start(&self, start: ExecStart) -> ExecProcess {
        let container = self.container(&start);
        let (process, side) = shells::process();
        self.tasks.spawn(session::run(
            container,
            Arc::clone(&self.tasks),
            start,
            side,
        ));
        process
    }

    /// Drops the containers of a pod; their processes end.
    pub(super) fn forget(&self, uid: &str) {
        let mut containers = self
            .containers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        containers.retain(|(pod, ..), container| {
            if pod == uid {
                container.end();
            }
            pod != uid
        });
    }

    fn container(&self, start: &ExecStart) -> Arc<Container> {
        let key = (
            start.pod.uid(),
            start.pod.restarts(),
            start.container.clone(),
        );
        let mut containers = self
            .containers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Container::new(&start.pod, &start.container, &self.boot_id));
        Arc::clone(containers.entry(key).or_insert_with(new))
    }
}
