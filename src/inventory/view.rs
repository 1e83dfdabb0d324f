//! Turns the inventory into the lines of the list: filtered, ordered, grouped. Follows changes row by row, since sorting
//! 10,000 pods for each update would cost more than the update. Knows nothing of cells and colours. Owned by the app.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use super::filter::{Filter, Scratch};
use super::order::{Column, Order};
use super::pod::{PodRow, StatusKind};
use super::store::{Inventory, Slot};
use super::workload::workload;
use crate::ids::{ContextName, PodUid};

/// Beyond this share of changed rows (one in eight) a full sort is cheaper than moving them one by one.
const RESORT_SHARE: usize = 8;

/// Whether pods stand under their workload.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Grouping {
    #[default]
    Flat,
    ByWorkload,
}

/// What the list shows, and in which order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ViewSpec {
    pub filter: Filter,
    pub order: Order,
    pub grouping: Grouping,
}

/// One line of the list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ListLine {
    Group(WorkloadGroup),
    Pod(PodUid),
}

/// The head line of a workload, counted over its shown pods.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkloadGroup {
    pub context: ContextName,
    pub namespace: Arc<str>,
    /// `deploy/web`, or `bare pods`.
    pub name: Box<str>,
    /// Pods that run with all their containers ready.
    pub ready: usize,
    pub pods: usize,
}

/// The list as shown. Lines are numbered from 0, heads of groups included.
#[derive(Debug, Default)]
pub struct ListView {
    spec: ViewSpec,
    scratch: Scratch,
    /// Shown rows; by group first when grouped.
    rows: Vec<Slot>,
    groups: Vec<Group>,
    seen: u64,
}

/// A run of rows under one head.
#[derive(Clone, Debug)]
struct Group {
    rows: Range<usize>,
    /// The line of the head.
    line: usize,
    ready: usize,
}

impl ListView {
    /// A view that shows nothing before its first refresh.
    pub fn new(spec: ViewSpec) -> Self {
        Self {
            spec,
            ..Self::default()
        }
    }

    /// What the view shows.
    pub const fn spec(&self) -> &ViewSpec {
        &self.spec
    }

    /// Shows something else from now on.
    pub fn set_spec(&mut self, spec: ViewSpec, inventory: &Inventory) {
        if self.spec != spec {
            self.spec = spec;
            self.rebuild(inventory);
        }
    }

    /// Follows the inventory; true when the lines or their contents may have changed.
    pub fn refresh(&mut self, inventory: &Inventory) -> bool {
        if self.seen == inventory.change_count() {
            return false;
        }
        let few = inventory.len() / RESORT_SHARE + 1;
        let changed = inventory.changes_since(self.seen).map(|slots| {
            let mut slots: Vec<Slot> = slots.collect();
            slots.sort_unstable();
            slots.dedup();
            slots
        });
        match changed {
            Some(slots) if slots.len() <= few => self.move_rows(&slots, inventory),
            Some(_) | None => self.rebuild(inventory),
        }
        true
    }

    /// The number of lines.
    pub fn len(&self) -> usize {
        self.rows.len() + self.groups.len()
    }

    /// Whether no line is shown.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number of shown pods.
    pub fn pod_count(&self) -> usize {
        self.rows.len()
    }

    /// The shown pods from top to bottom.
    pub fn pods<'a>(&'a self, inventory: &'a Inventory) -> impl Iterator<Item = &'a PodRow> {
        let flat = if self.groups.is_empty() {
            0..self.rows.len()
        } else {
            0..0
        };
        let runs = self
            .groups
            .iter()
            .map(|group| group.rows.clone())
            .chain([flat]);
        runs.flat_map(|run| self.rows.get(run).unwrap_or_default())
            .filter_map(|slot| inventory.row(*slot))
    }

    /// One line; `None` past the end.
    pub fn line(&self, index: usize, inventory: &Inventory) -> Option<ListLine> {
        if self.groups.is_empty() {
            let slot = *self.rows.get(index)?;
            return Some(ListLine::Pod(inventory.row(slot)?.uid.clone()));
        }
        let group = self.groups.get(
            self.groups
                .partition_point(|group| group.line <= index)
                .checked_sub(1)?,
        )?;
        let first = *self.rows.get(group.rows.start)?;
        if group.line == index {
            return Some(ListLine::Group(head(inventory.row(first)?, group)));
        }
        let within = group.rows.start + (index - group.line - 1);
        let slot = *self.rows.get(within).filter(|_| within < group.rows.end)?;
        Some(ListLine::Pod(inventory.row(slot)?.uid.clone()))
    }

    /// The lines of a range, cut at the end of the list.
    pub fn lines<'a>(
        &'a self,
        range: Range<usize>,
        inventory: &'a Inventory,
    ) -> impl Iterator<Item = ListLine> + 'a {
        (range.start..range.end.min(self.len()))
            .filter_map(move |index| self.line(index, inventory))
    }

    /// The line that a pod stands on; `None` when it is not shown.
    pub fn line_of(&self, uid: &PodUid, inventory: &Inventory) -> Option<usize> {
        let slot = inventory.slot(uid)?;
        let position = self.rows.iter().position(|row| *row == slot)?;
        if self.groups.is_empty() {
            return Some(position);
        }
        let group = self
            .groups
            .iter()
            .find(|group| group.rows.contains(&position))?;
        Some(group.line + 1 + position - group.rows.start)
    }

    /// Character ranges of a pod name that the filter matched.
    pub fn highlights(&mut self, name: &str) -> Vec<Range<usize>> {
        self.spec.filter.highlights(name, &mut self.scratch)
    }

    fn rebuild(&mut self, inventory: &Inventory) {
        let Self {
            spec,
            scratch,
            rows,
            ..
        } = self;
        let mut shown: Vec<(Slot, &PodRow)> = inventory
            .slots()
            .filter(|(_, row)| spec.filter.matches(row, scratch))
            .collect();
        shown.sort_unstable_by(|(_, a), (_, b)| spec.compare(a, b));
        rows.clear();
        rows.extend(shown.into_iter().map(|(slot, _)| slot));
        self.finish(inventory);
    }

    /// Takes the changed rows out first: a binary search needs the rest in order.
    fn move_rows(&mut self, changed: &[Slot], inventory: &Inventory) {
        let Self {
            spec,
            scratch,
            rows,
            ..
        } = self;
        rows.retain(|slot| changed.binary_search(slot).is_err());
        for &slot in changed {
            let Some(row) = inventory
                .row(slot)
                .filter(|row| spec.filter.matches(row, scratch))
            else {
                continue;
            };
            let before = |other: &Slot| {
                inventory
                    .row(*other)
                    .is_some_and(|other| spec.compare(other, row) == Ordering::Less)
            };
            rows.insert(rows.partition_point(before), slot);
        }
        self.finish(inventory);
    }

    fn finish(&mut self, inventory: &Inventory) {
        self.seen = inventory.change_count();
        self.groups = match self.spec.grouping {
            Grouping::Flat => Vec::new(),
            Grouping::ByWorkload => groups(&self.rows, self.spec.order, inventory),
        };
    }
}

impl ViewSpec {
    fn compare(&self, a: &PodRow, b: &PodRow) -> Ordering {
        let by_group = match self.grouping {
            Grouping::Flat => Ordering::Equal,
            Grouping::ByWorkload => compare_groups(a, b),
        };
        by_group.then_with(|| self.order.compare(a, b))
    }
}

impl Inventory {
    /// All lines at once, for callers that show them once; a list that lives keeps a [`ListView`].
    pub fn visible(&self, spec: &ViewSpec) -> Vec<ListLine> {
        let mut view = ListView::new(spec.clone());
        view.rebuild(self);
        view.lines(0..view.len(), self).collect()
    }
}

fn compare_groups(a: &PodRow, b: &PodRow) -> Ordering {
    (&a.pod.namespace, workload(a), &a.pod.context).cmp(&(
        &b.pod.namespace,
        workload(b),
        &b.pod.context,
    ))
}

/// Cuts the rows into runs, and puts the runs in the order of their first rows: the worst workload comes first.
fn groups(rows: &[Slot], order: Order, inventory: &Inventory) -> Vec<Group> {
    let mut runs: Vec<(Group, &PodRow)> = Vec::new();
    for (index, row) in rows
        .iter()
        .enumerate()
        .filter_map(|(index, slot)| Some((index, inventory.row(*slot)?)))
    {
        let ready = usize::from(is_ready(row));
        match runs.last_mut() {
            Some((group, first)) if compare_groups(first, row) == Ordering::Equal => {
                group.rows.end = index + 1;
                group.ready += ready;
            }
            Some(_) | None => runs.push((
                Group {
                    rows: index..index + 1,
                    line: 0,
                    ready,
                },
                row,
            )),
        }
    }
    if !matches!(order.column, Column::Namespace) {
        runs.sort_by(|(_, a), (_, b)| order.compare_column(a, b));
    }
    let mut line = 0;
    let mut placed = Vec::with_capacity(runs.len());
    for (mut group, _) in runs {
        group.line = line;
        line += group.rows.len() + 1;
        placed.push(group);
    }
    placed
}

/// Ready as a workload counts it: running, and every container ready.
fn is_ready(row: &PodRow) -> bool {
    row.status.kind == StatusKind::Ok && row.ready.0 == row.ready.1
}

fn head(first: &PodRow, group: &Group) -> WorkloadGroup {
    WorkloadGroup {
        context: first.pod.context.clone(),
        namespace: first.pod.namespace.clone(),
        name: workload(first).to_string().into(),
        ready: group.ready,
        pods: group.rows.len(),
    }
}

#[cfg(test)]
mod tests;
