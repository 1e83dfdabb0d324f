//! Owns the commands without a screen: `run`, `leaks`, `reap`. They use the sessions, the cancel machine and the journal of the
//! console. Prints only into the streams that it is given. Knows nothing of the command line's grammar. Called by `main`.

mod columns;
pub mod leaks;
pub mod reap;
pub mod run;
mod streams;
mod targets;

pub use crate::runtime::unattended::{Interrupts, Limits, StandardInput, StateError, StateFiles};
pub use leaks::LeaksOptions;
pub use reap::{NoCluster, ReapOptions};
pub use run::{Output, Rehearsal, RunOptions};
pub use streams::{Count, Streams, Terminal};
pub use targets::{Namespaces, Selection, TargetKind, TargetName};

use std::sync::Arc;

use crate::cluster::client::Clients;
use crate::ids::ContextName;
pub(crate) use crate::runtime::unattended::now_ms;

/// How a command ends, as the shell sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ExitCode {
    /// All exited 0; nothing found; nothing left.
    Success,
    /// Some command exited non-zero; something found; something left.
    Failure,
    /// A wrong command line or configuration.
    Usage,
    /// Something is not known: lost, not started, timed out, not looked into. Wins over `Failure`.
    Unknown,
    /// No target matched.
    NoTarget,
    /// Interrupted, after cleaning up.
    Interrupted,
}

impl ExitCode {
    /// The number.
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Unknown => 3,
            Self::NoTarget => 4,
            Self::Interrupted => 130,
        }
    }
}

/// One cluster that commands may use.
#[derive(Clone)]
pub struct Cluster {
    pub context: ContextName,
    /// For single requests.
    pub api: kube::Client,
    /// For sessions: never tries again by itself.
    pub exec: kube::Client,
    /// The address, as messages name it.
    pub server: String,
    /// The context's namespace.
    pub namespace: String,
}

impl Cluster {
    /// Takes the clients of a context.
    pub fn new(context: ContextName, clients: Clients) -> Self {
        Self {
            context,
            api: clients.api,
            exec: clients.exec,
            server: clients.server,
            namespace: clients.namespace,
        }
    }
}

/// How a listing is printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    Table,
    /// One JSON line each.
    Json,
}

/// The clusters of one command.
pub type Clusters = Vec<Arc<Cluster>>;
