//! Owns the port-forwards of this run: what each leads to, what it has carried, how it ended. Values only. Changed by
//! `update/forward.rs`, drawn by `ui`.

use std::collections::BTreeMap;

use crate::ids::{ContainerRef, ForwardId, PodUid};
use crate::session::forward::{Carried, PortPair};

/// The address that every forward listens on, and no other.
pub const ADDRESS: &str = "127.0.0.1";

/// One port-forward.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Forward {
    pub id: ForwardId,
    /// The container is the one that names the port; empty where none does.
    pub target: ContainerRef,
    pub ports: PortPair,
    pub phase: ForwardPhase,
    pub carried: Carried,
    /// Why the newest connection that failed did so.
    pub trouble: Option<String>,
    /// Seconds since 1970, UTC.
    pub since: i64,
}

/// How far a forward is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ForwardPhase {
    /// The local port is being taken.
    Starting,
    Live,
    /// It ended by itself, and why. It stays on the page until the user has seen it there.
    Ended(String),
}

impl Forward {
    /// Whether connections are taken, or will be in a moment.
    pub const fn is_live(&self) -> bool {
        match self.phase {
            ForwardPhase::Starting | ForwardPhase::Live => true,
            ForwardPhase::Ended(_) => false,
        }
    }

    /// Where local programs find it: `127.0.0.1:8080`.
    pub fn address(&self) -> String {
        address(self.ports.local)
    }
}

/// A local port with the address that it is taken on.
pub fn address(port: u16) -> String {
    format!("{ADDRESS}:{port}")
}

/// All forwards of this run, the oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forwards(BTreeMap<ForwardId, Forward>);

impl Forwards {
    /// Takes a new one in.
    pub fn add(&mut self, forward: Forward) {
        self.0.insert(forward.id, forward);
    }

    /// Forgets one.
    pub fn remove(&mut self, id: ForwardId) -> Option<Forward> {
        self.0.remove(&id)
    }

    /// The one of that name.
    pub fn get(&self, id: ForwardId) -> Option<&Forward> {
        self.0.get(&id)
    }

    /// The one of that name, to change it.
    pub fn get_mut(&mut self, id: ForwardId) -> Option<&mut Forward> {
        self.0.get_mut(&id)
    }

    /// All, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Forward> {
        self.0.values()
    }

    /// Those that are not over.
    pub fn live(&self) -> impl Iterator<Item = &Forward> {
        self.iter().filter(|forward| forward.is_live())
    }

    /// Where in the order the first one of a pod stands.
    pub fn position_of(&self, uid: &PodUid) -> Option<usize> {
        self.iter().position(|forward| forward.target.uid == *uid)
    }

    /// Whether a pod has one that is not over.
    pub fn leads_to(&self, uid: &PodUid) -> bool {
        self.live().any(|forward| forward.target.uid == *uid)
    }
}
