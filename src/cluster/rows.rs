//! Turns slim pods into rows, sharing the text that repeats between them. Knows nothing of watches. Used by the pod watch.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use super::slim::{Container, ContainerStatus, DEFAULT_CONTAINER, Meta, Pod, Status};
use super::status_words::cells;
use crate::ids::{ContextName, PodRef, PodUid};
use crate::inventory::{ContainerRow, Labels, Owner, PodRow, PodStatus};

/// The set of shared texts is swept when it has grown this large, and whenever it doubles after that.
const FIRST_SWEEP: usize = 4096;

/// Builds the rows of one watch.
#[derive(Debug)]
pub(super) struct RowBuilder {
    context: ContextName,
    texts: Shared<Arc<str>>,
    labels: Shared<Labels>,
}

impl RowBuilder {
    pub(super) fn new(context: ContextName) -> Self {
        Self {
            context,
            texts: Shared::new(),
            labels: Shared::new(),
        }
    }

    pub(super) fn row(&mut self, pod: Pod) -> PodRow {
        let cells = cells(&pod);
        let status = PodStatus {
            word: self.text(&cells.word),
            kind: cells.kind,
        };
        let (ready, restarts, last_restart) = (cells.ready, cells.restarts, cells.last_restart);
        let containers = self.containers(&pod);
        let ephemeral = self.ephemeral(&pod.status);
        let Pod {
            metadata: meta,
            spec,
            status: wire,
        } = pod;
        PodRow {
            pod: self.pod_ref(&meta),
            uid: uid(&meta),
            status,
            ready,
            restarts,
            last_restart,
            created: meta.creation_timestamp.map_or(0, |time| time.seconds),
            node: self.text(&spec.node_name),
            ip: wire.pod_ip.into(),
            owner: self.owner(&meta),
            default_container: meta
                .annotations
                .get(DEFAULT_CONTAINER)
                .map(|name| self.text(name)),
            deleting: meta.deletion_timestamp.is_some(),
            usage: None,
            labels: self.labels(&meta),
            containers,
            ephemeral,
        }
    }

    /// Names the pod of a deletion.
    pub(super) fn names(&mut self, meta: &Meta) -> (PodRef, PodUid) {
        (self.pod_ref(meta), uid(meta))
    }

    fn pod_ref(&mut self, meta: &Meta) -> PodRef {
        PodRef {
            context: self.context.clone(),
            namespace: self.text(&meta.namespace),
            name: meta.name.as_str().into(),
        }
    }

    fn owner(&mut self, meta: &Meta) -> Option<Owner> {
        let owner = meta
            .owner_references
            .iter()
            .find(|owner| owner.controller)?;
        Some(Owner {
            kind: self.text(&owner.kind),
            name: self.text(&owner.name),
        })
    }

    fn labels(&mut self, meta: &Meta) -> Labels {
        let pairs: Vec<_> = meta
            .labels
            .iter()
            .map(|(key, value)| (self.text(key), self.text(value)))
            .collect();
        self.labels.share(&pairs.into())
    }

    fn containers(&mut self, pod: &Pod) -> Box<[ContainerRow]> {
        let sidecars = pod
            .spec
            .init_containers
            .iter()
            .filter(|container| container.restarts_always());
        let all = pod.spec.containers.iter().chain(sidecars);
        all.map(|container| self.container(container, &pod.status))
            .collect()
    }

    /// By their statuses alone: one that was never started cannot be entered.
    fn ephemeral(&mut self, status: &Status) -> Box<[ContainerRow]> {
        let row = |status: &ContainerStatus| ContainerRow {
            name: self.text(&status.name),
            image: self.text(&status.image),
            running: status.state.running.is_some(),
            id: status.container_id.as_str().into(),
        };
        let all = status.ephemeral_container_statuses.iter();
        all.map(row).collect()
    }

    fn container(&mut self, container: &Container, status: &Status) -> ContainerRow {
        let mut statuses = status
            .container_statuses
            .iter()
            .chain(&status.init_container_statuses);
        let found = statuses.find(|status| status.name == container.name);
        ContainerRow {
            name: self.text(&container.name),
            image: self.text(&container.image),
            running: found.is_some_and(|status| status.state.running.is_some()),
            id: found
                .map(|status| status.container_id.as_str().into())
                .unwrap_or_default(),
        }
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        match self.texts.known.get(text) {
            Some(shared) => shared.clone(),
            None => self.texts.share(&text.into()),
        }
    }
}

/// A server that gives no uid still gives unique names; an empty key would fold all pods into one.
fn uid(meta: &Meta) -> PodUid {
    if meta.uid.is_empty() {
        return PodUid::new(&format!("{}/{}", meta.namespace, meta.name));
    }
    PodUid::new(&meta.uid)
}

/// One allocation per distinct value, as long as somebody else holds it.
#[derive(Debug)]
struct Shared<T> {
    known: HashSet<T>,
    sweep_at: usize,
}

/// A shared allocation whose other holders can be counted.
trait Counted: Clone + Eq + Hash {
    fn holders(&self) -> usize;
}

impl<T: ?Sized> Counted for Arc<T>
where
    Self: Eq + Hash,
{
    fn holders(&self) -> usize {
        Arc::strong_count(self)
    }
}

impl<T: Counted> Shared<T> {
    fn new() -> Self {
        Self {
            known: HashSet::new(),
            sweep_at: FIRST_SWEEP,
        }
    }

    fn share(&mut self, value: &T) -> T {
        if let Some(shared) = self.known.get(value) {
            return shared.clone();
        }
        if self.known.len() >= self.sweep_at {
            self.known.retain(|shared| shared.holders() > 1);
            self.sweep_at = (self.known.len() * 2).max(FIRST_SWEEP);
        }
        self.known.insert(value.clone());
        value.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_nobody_holds_is_let_go() {
        let mut shared: Shared<Arc<str>> = Shared::new();
        for number in 0..FIRST_SWEEP * 3 {
            shared.share(&number.to_string().into());
        }
        assert!(shared.known.len() <= FIRST_SWEEP);
    }

    #[test]
    fn equal_labels_are_one_allocation() {
        let mut builder = RowBuilder::new(ContextName::new("c"));
        let mut pod = Pod::default();
        pod.metadata.labels.insert("app".into(), "web".into());
        let (first, second) = (builder.row(pod.clone()), builder.row(pod));
        assert!(Arc::ptr_eq(&first.labels, &second.labels));
        assert_eq!(first.label("app"), Some("web"));
    }
}
