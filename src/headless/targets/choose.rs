//! Owns the choice of one container of a pod: as asked, as the pod says, the only one, else the first. Pure.

use crate::ids::ContainerRef;
use crate::inventory::{ContainerRow, PodRow};

/// A container of a pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Chosen {
    pub(crate) container: ContainerRef,
    /// As the pod's status names it; `None` before the first start.
    pub(crate) id: Option<String>,
}

/// What the user should hear about a choice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Note {
    /// The pod has several containers and does not say which; the first was taken.
    First { out_of: Vec<String> },
    /// The container that was asked for is not there.
    NoSuchContainer { there_are: Vec<String> },
}

/// Chooses a container; a note without a container means that there is none of that name.
pub(crate) fn choose(row: &PodRow, asked: Option<&str>) -> (Option<Chosen>, Option<Note>) {
    let names = || row.containers.iter().map(|c| c.name.to_string()).collect();
    if let Some(asked) = asked {
        return match row.enterable().find(|c| *c.name == *asked) {
            Some(container) => (Some(chosen(row, container)), None),
            None => (None, Some(Note::NoSuchContainer { there_are: names() })),
        };
    }
    if let Some(container) = row.obvious_container() {
        return (Some(chosen(row, container)), None);
    }
    let Some(container) = row.containers.first() else {
        let there_are = Vec::new();
        return (None, Some(Note::NoSuchContainer { there_are }));
    };
    let note = Note::First { out_of: names() };
    (Some(chosen(row, container)), Some(note))
}

/// Names one container of a pod.
pub(crate) fn chosen(row: &PodRow, container: &ContainerRow) -> Chosen {
    Chosen {
        container: row.container_ref(container),
        id: (!container.id.is_empty()).then(|| container.id.to_string()),
    }
}
