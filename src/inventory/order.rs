//! Owns the order of rows. Knows nothing of filtering or drawing. Used by the view.

use std::cmp::Ordering;

use super::pod::{PodRow, Usage};
use super::workload::workload;

/// A column of the list that can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Column {
    Context,
    Namespace,
    Name,
    Ready,
    Status,
    Restarts,
    Age,
    Node,
    Ip,
    Owner,
    Cpu,
    Memory,
    Containers,
}

impl Column {
    /// Every column, in the order that the sort key walks through them.
    pub const ALL: [Self; 13] = [
        Self::Context,
        Self::Namespace,
        Self::Name,
        Self::Ready,
        Self::Status,
        Self::Restarts,
        Self::Age,
        Self::Node,
        Self::Ip,
        Self::Owner,
        Self::Cpu,
        Self::Memory,
        Self::Containers,
    ];

    /// The name in the configuration and on the title line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Context => "context",
            Self::Namespace => "namespace",
            Self::Name => "name",
            Self::Ready => "ready",
            Self::Status => "status",
            Self::Restarts => "restarts",
            Self::Age => "age",
            Self::Node => "node",
            Self::Ip => "ip",
            Self::Owner => "owner",
            Self::Cpu => "cpu",
            Self::Memory => "mem",
            Self::Containers => "containers",
        }
    }

    /// Reads [`Column::name`] back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// Which end comes first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

impl Direction {
    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// A column and a direction; equal rows follow by namespace, name, context and uid, always ascending.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Order {
    pub column: Column,
    pub direction: Direction,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            column: Column::Namespace,
            direction: Direction::Ascending,
        }
    }
}

impl Order {
    /// Compares two rows; `Equal` only for the same pod.
    pub fn compare(self, a: &PodRow, b: &PodRow) -> Ordering {
        self.compare_column(a, b).then_with(|| by_name(a, b))
    }

    /// Compares by the column alone, in the direction.
    pub fn compare_column(self, a: &PodRow, b: &PodRow) -> Ordering {
        let ascending = match self.column {
            Column::Context => a.pod.context.cmp(&b.pod.context),
            Column::Namespace => a.pod.namespace.cmp(&b.pod.namespace),
            Column::Name => a.pod.name.cmp(&b.pod.name),
            Column::Ready => by_share(a.ready, b.ready),
            Column::Status => a.status.word.cmp(&b.status.word),
            Column::Restarts => a.restarts.cmp(&b.restarts),
            // An older pod was created earlier and has the greater age.
            Column::Age => b.created.cmp(&a.created),
            Column::Node => a.node.cmp(&b.node),
            Column::Ip => a.ip.cmp(&b.ip),
            Column::Owner => owner(a).cmp(&owner(b)),
            Column::Cpu => {
                used(a, |usage| usage.cpu_millicores).cmp(&used(b, |u| u.cpu_millicores))
            }
            Column::Memory => used(a, |usage| usage.memory_kib).cmp(&used(b, |u| u.memory_kib)),
            Column::Containers => container_names(a).cmp(container_names(b)),
        };
        match self.direction {
            Direction::Ascending => ascending,
            Direction::Descending => ascending.reverse(),
        }
    }
}

/// A figure of what a pod uses; pods that nobody measured come first.
fn used(row: &PodRow, figure: impl Fn(Usage) -> u32) -> Option<u32> {
    row.usage.map(figure)
}

fn by_name(a: &PodRow, b: &PodRow) -> Ordering {
    (&a.pod.namespace, &a.pod.name, &a.pod.context, &a.uid).cmp(&(
        &b.pod.namespace,
        &b.pod.name,
        &b.pod.context,
        &b.uid,
    ))
}

/// Orders 0/2 before 1/2 before 2/2, and 1/1 before 2/2; nothing of nothing counts as none.
fn by_share(a: (u16, u16), b: (u16, u16)) -> Ordering {
    let left = u32::from(a.0) * u32::from(b.1.max(1));
    let right = u32::from(b.0) * u32::from(a.1.max(1));
    left.cmp(&right).then(a.1.cmp(&b.1))
}

/// As the column writes it.
fn owner(row: &PodRow) -> (&str, &str) {
    let workload = workload(row);
    (workload.kind.word(), workload.name)
}

fn container_names(row: &PodRow) -> impl Iterator<Item = &str> {
    row.containers.iter().map(|container| &*container.name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::inventory::store::tests::row;

    #[test]
    fn column_names_read_back() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.name()), Some(column));
        }
    }

    proptest! {
        #[test]
        fn every_order_is_total_and_its_reverse_keeps_ties(
            a in (0..3_u16, 0..3_u16, 0..3_u32, "[ab]{1,2}"), b in (0..3_u16, 0..3_u16, 0..3_u32, "[ab]{1,2}"), which in 0..Column::ALL.len(),
        ) {
            let pod = |(ready, all, restarts, name): (u16, u16, u32, String)| PodRow { ready: (ready, all), restarts, ..row("n", &name) };
            let (a, b) = (pod(a), pod(b));
            let column = Column::ALL[which];
            let up = Order { column, direction: Direction::Ascending };
            let down = Order { column, direction: Direction::Descending };
            prop_assert_eq!(up.compare(&a, &b), up.compare(&b, &a).reverse());
            prop_assert_eq!(up.compare_column(&a, &b), down.compare_column(&b, &a));
            if up.compare_column(&a, &b).is_eq() {
                prop_assert_eq!(up.compare(&a, &b), down.compare(&a, &b));
            }
        }
    }
}
