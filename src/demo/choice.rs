//! Owns the choice between sandboxed, simulated and local shells, made once and beside everything else: trying a sandbox takes longer than
//! the first frame may. Called by `exec` and `churn`.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::pod::{MadePod, Pod, PodKey};
use super::real::{self, RealShells, Walls};
use super::shells::Shells;
use super::simulated::Simulator;
use super::tasks::Tasks;
use super::{ShellChoice, ShellKind};

/// What was chosen.
#[derive(Debug)]
pub(super) struct Chosen {
    pub(super) shells: Shells,
    pub(super) kind: ShellKind,
}

/// A choice that is made when it is first asked for.
#[derive(Debug)]
pub(super) struct Choice {
    wanted: ShellChoice,
    program: Option<PathBuf>,
    tasks: Arc<Tasks>,
    chosen: OnceCell<Chosen>,
}

impl Choice {
    pub(super) fn new(wanted: ShellChoice, program: Option<PathBuf>, tasks: Arc<Tasks>) -> Self {
        Self {
            wanted,
            program,
            tasks,
            chosen: OnceCell::new(),
        }
    }

    /// What was chosen; waits until it is.
    pub(super) async fn chosen(&self) -> &Chosen {
        self.chosen.get_or_init(|| self.choose()).await
    }

    /// The container of a pod that is gone, or that started again, goes with all its processes.
    pub(super) fn forget(&self, pod: &Pod) {
        // Before the choice nothing runs anywhere.
        if let Some(chosen) = self.chosen.get() {
            chosen.shells.forget(pod);
        }
    }

    async fn choose(&self) -> Chosen {
        let walls = match self.wanted {
            ShellChoice::Simulated => return self.simulated("asked for".to_owned()),
            ShellChoice::Auto => Walls::Sandboxed,
            ShellChoice::UnsafeLocal => Walls::None,
        };
        let program = match self.program.clone().map_or_else(std::env::current_exe, Ok) {
            Ok(program) => program,
            Err(error) => return self.simulated(format!("cannot start itself again: {error}")),
        };
        let shells = match RealShells::new(program, walls, Arc::clone(&self.tasks)) {
            Ok(shells) => Arc::new(shells),
            Err(error) => return self.simulated(format!("no sandbox here: {error}")),
        };
        let kind = match walls {
            Walls::None => ShellKind::Local,
            Walls::Sandboxed => match real::try_sandbox(&shells, Arc::new(probe_pod())).await {
                Ok(()) => ShellKind::Sandboxed,
                Err(why) => return self.simulated(format!("no sandbox here: {why}")),
            },
        };
        Chosen {
            shells: Shells::Real(shells),
            kind,
        }
    }

    fn simulated(&self, why: String) -> Chosen {
        let boot_id = uuid::Uuid::new_v4().to_string();
        Chosen {
            shells: Shells::Simulated(Simulator::new(Arc::clone(&self.tasks), boot_id)),
            kind: ShellKind::Simulated { why },
        }
    }
}

/// A pod that exists only while the sandbox is tried.
fn probe_pod() -> Pod {
    let key = PodKey {
        namespace: "default".into(),
        name: "probe".into(),
    };
    let object = serde_json::json!({"metadata": {"uid": "probe"}});
    Pod::Made(MadePod { key, object })
}
