//! One pod as the list needs it, trimmed from the full object. Knows nothing of the wire. Built by `cluster`, read everywhere.

use std::sync::Arc;

use crate::ids::{ContainerRef, PodRef, PodUid};

/// Labels sorted by key; pods of one workload share one allocation.
pub type Labels = Arc<[(Arc<str>, Arc<str>)]>;

/// One pod, a few hundred bytes; text that repeats between pods is shared.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodRow {
    pub pod: PodRef,
    pub uid: PodUid,
    pub status: PodStatus,
    /// Ready containers, of all containers (restartable init containers included).
    pub ready: (u16, u16),
    /// Restarts as kubectl counts them.
    pub restarts: u32,
    /// When a container last ended before it was restarted. Unix seconds.
    pub last_restart: Option<i64>,
    /// Creation time. Unix seconds; 0 when the server gave none.
    pub created: i64,
    /// Empty until the pod is scheduled.
    pub node: Arc<str>,
    /// Empty until the pod has an address.
    pub ip: Box<str>,
    /// The owner that controls this pod, as the object names it (a `ReplicaSet`, not its `Deployment`).
    pub owner: Option<Owner>,
    pub labels: Labels,
    /// The ordinary containers, then the restartable init containers, in the order of the spec.
    pub containers: Box<[ContainerRow]>,
    /// Those that were added for debugging: entered only when they are meant.
    pub ephemeral: Box<[ContainerRow]>,
    /// The container that `kubectl.kubernetes.io/default-container` names.
    pub default_container: Option<Arc<str>>,
    /// Whether a deletion time is set.
    pub deleting: bool,
    /// What it used when that was last asked; none where nobody measures.
    pub usage: Option<Usage>,
}

/// What a pod uses, all its containers together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Usage {
    /// Thousandths of a core.
    pub cpu_millicores: u32,
    pub memory_kib: u32,
}

impl Usage {
    /// `12m`
    pub fn cpu(self) -> String {
        format!("{}m", self.cpu_millicores)
    }

    /// `88Mi`
    pub fn memory(self) -> String {
        format!("{}Mi", self.memory_kib / 1024)
    }
}

impl PodRow {
    /// The value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels
            .iter()
            .find(|(name, _)| &**name == key)
            .map(|(_, value)| &**value)
    }

    /// Whether a shell could be opened: some container runs, and the pod has not ended.
    pub fn accepts_sessions(&self) -> bool {
        self.containers.iter().any(|container| container.running)
    }

    /// The container that the annotation names, or the only one; `None` when the user has to choose.
    pub fn obvious_container(&self) -> Option<&ContainerRow> {
        if let Some(name) = &self.default_container {
            return self
                .containers
                .iter()
                .find(|container| container.name == *name);
        }
        match &*self.containers {
            [only] => Some(only),
            _ => None,
        }
    }

    /// Every container that a session may be in, the ephemeral ones last.
    pub fn enterable(&self) -> impl Iterator<Item = &ContainerRow> {
        self.containers.iter().chain(&self.ephemeral)
    }

    /// Names one container of this very pod.
    pub fn container_ref(&self, container: &ContainerRow) -> ContainerRef {
        ContainerRef {
            pod: self.pod.clone(),
            uid: self.uid.clone(),
            container: container.name.clone(),
        }
    }
}

/// The word in the STATUS column, and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodStatus {
    /// As `kubectl get pods` prints it.
    pub word: Arc<str>,
    pub kind: StatusKind,
}

/// What a status word asks of the reader.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum StatusKind {
    /// Something is wrong and will not mend by waiting.
    Trouble,
    /// Not started: unscheduled, gated, or not ready.
    Waiting,
    /// On its way up.
    Working,
    /// Being deleted.
    Going,
    /// Running as it should.
    Ok,
    /// Ended well.
    Done,
}

/// A controlling owner reference.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Owner {
    pub kind: Arc<str>,
    pub name: Arc<str>,
}

/// One container that a session could be opened in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ContainerRow {
    pub name: Arc<str>,
    pub image: Arc<str>,
    pub running: bool,
    /// The runtime's id (`containerd://…`); empty before the first start.
    pub id: Box<str>,
}
