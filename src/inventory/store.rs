//! Folds the deltas of many watches into one set of pods, kept by uid. Knows nothing of order or filters.
//! Called by the update loop; the view reads the change log to stay sorted without sorting again.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use super::pod::{PodRow, Usage};
use super::watch::{PodDelta, WatchKey};
use crate::ids::{ContextName, PodRef, PodUid};

/// Changes kept for views that follow; a view that fell further behind sorts afresh.
const LOG_LENGTH: usize = 1024;

/// What a delta did to the rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum Changed {
    #[default]
    Nothing,
    /// Only cells of rows that were there.
    Contents,
    /// Rows came or went.
    Members,
}

/// The place of a row; reused after the row went.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Slot(u32);

/// All pods of all watches, each once.
#[derive(Debug, Default)]
pub struct Inventory {
    entries: Vec<Option<Box<Entry>>>,
    free: Vec<Slot>,
    by_uid: HashMap<PodUid, Slot>,
    by_name: HashMap<PodRef, Slot>,
    /// How many pods each namespace of a context has.
    namespaces: HashMap<(ContextName, Arc<str>), usize>,
    watches: Vec<Watch>,
    log: VecDeque<Slot>,
    /// Changes ever logged.
    logged: u64,
}

#[derive(Debug)]
struct Entry {
    row: PodRow,
    /// The watch whose context the row carries.
    holder: Claim,
    /// Further watches that report the same pod; nearly always empty.
    others: Vec<Claim>,
}

/// A watch vouches for a row, as of one of its lists.
#[derive(Clone, Copy, Debug)]
struct Claim {
    watch: usize,
    list: u32,
}

#[derive(Debug)]
struct Watch {
    key: WatchKey,
    /// Counts the lists; rows that the newest list did not name fall out at its end.
    list: u32,
}

impl Inventory {
    /// An inventory without pods.
    pub fn new() -> Self {
        Self::default()
    }

    /// Folds one delta of one watch.
    pub fn apply(&mut self, key: &WatchKey, delta: PodDelta) -> Changed {
        let watch = self.watch_index(key);
        match delta {
            PodDelta::Init => {
                if let Some(watch) = self.watches.get_mut(watch) {
                    watch.list = watch.list.wrapping_add(1);
                }
                Changed::Nothing
            }
            PodDelta::InitApply(row) | PodDelta::Apply(row) => self.put(watch, row),
            PodDelta::InitDone => {
                let current = self.list_of(watch);
                self.release(|claim| claim.watch == watch && claim.list != current)
            }
            PodDelta::Delete { uid, .. } => {
                self.by_uid
                    .get(&uid)
                    .copied()
                    .map_or(Changed::Nothing, |slot| {
                        self.remove(slot);
                        Changed::Members
                    })
            }
        }
    }

    /// Folds a batch in order; the answer covers all of it.
    pub fn apply_all(
        &mut self,
        key: &WatchKey,
        deltas: impl IntoIterator<Item = PodDelta>,
    ) -> Changed {
        deltas
            .into_iter()
            .map(|delta| self.apply(key, delta))
            .max()
            .unwrap_or_default()
    }

    /// Drops every row that only this watch vouched for; called when the watch is closed for good.
    pub fn forget(&mut self, key: &WatchKey) -> Changed {
        let Some(watch) = self.watches.iter().position(|watch| watch.key == *key) else {
            return Changed::Nothing;
        };
        self.release(|claim| claim.watch == watch)
    }

    /// The pod of that uid.
    pub fn get(&self, uid: &PodUid) -> Option<&PodRow> {
        self.row(*self.by_uid.get(uid)?)
    }

    /// The newest pod of that name.
    pub fn get_ref(&self, pod: &PodRef) -> Option<&PodRow> {
        self.row(*self.by_name.get(pod)?)
    }

    /// The number of namespaces of a context that have pods.
    pub fn namespaces(&self, context: &ContextName) -> usize {
        self.namespaces
            .keys()
            .filter(|(of, _)| of == context)
            .count()
    }

    fn count_in(&mut self, pod: &PodRef) {
        let key = (pod.context.clone(), pod.namespace.clone());
        *self.namespaces.entry(key).or_default() += 1;
    }

    fn count_out(&mut self, pod: &PodRef) {
        let key = (pod.context.clone(), pod.namespace.clone());
        if let Some(count) = self.namespaces.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.namespaces.remove(&key);
            }
        }
    }

    /// The number of pods.
    pub fn len(&self) -> usize {
        self.by_uid.len()
    }

    /// Whether there is no pod.
    pub fn is_empty(&self) -> bool {
        self.by_uid.is_empty()
    }

    /// All pods, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = &PodRow> {
        self.entries.iter().flatten().map(|entry| &entry.row)
    }

    pub(super) fn slots(&self) -> impl Iterator<Item = (Slot, &PodRow)> {
        let numbered = (0_u32..).map(Slot).zip(&self.entries);
        numbered.filter_map(|(slot, entry)| entry.as_ref().map(|entry| (slot, &entry.row)))
    }

    pub(super) fn row(&self, slot: Slot) -> Option<&PodRow> {
        self.entry(slot).map(|entry| &entry.row)
    }

    pub(super) fn slot(&self, uid: &PodUid) -> Option<Slot> {
        self.by_uid.get(uid).copied()
    }

    /// Changes ever made: a view that has seen this many is up to date.
    pub(super) const fn change_count(&self) -> u64 {
        self.logged
    }

    /// The slots that changed after the first `seen` changes; `None` when the log does not reach back that far.
    pub(super) fn changes_since(&self, seen: u64) -> Option<impl Iterator<Item = Slot>> {
        let missed = usize::try_from(self.logged.checked_sub(seen)?).ok()?;
        let skipped = self.log.len().checked_sub(missed)?;
        Some(self.log.iter().skip(skipped).copied())
    }

    fn watch_index(&mut self, key: &WatchKey) -> usize {
        if let Some(index) = self.watches.iter().position(|watch| watch.key == *key) {
            return index;
        }
        self.watches.push(Watch {
            key: key.clone(),
            list: 0,
        });
        self.watches.len() - 1
    }

    fn list_of(&self, watch: usize) -> u32 {
        self.watches.get(watch).map_or(0, |watch| watch.list)
    }

    fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot.0 as usize)?.as_deref()
    }

    fn entry_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries.get_mut(slot.0 as usize)?.as_deref_mut()
    }

    /// Takes what a pod uses; rows of pods that are not known are none of ours.
    pub fn learn_usage(&mut self, pod: &PodRef, usage: Usage) -> Changed {
        let Some(&slot) = self.by_name.get(pod) else {
            return Changed::Nothing;
        };
        let Some(entry) = self.entry_mut(slot) else {
            return Changed::Nothing;
        };
        if entry.row.usage == Some(usage) {
            return Changed::Nothing;
        }
        entry.row.usage = Some(usage);
        self.note(slot);
        Changed::Contents
    }

    fn put(&mut self, watch: usize, row: PodRow) -> Changed {
        let claim = Claim {
            watch,
            list: self.list_of(watch),
        };
        let Some(&slot) = self.by_uid.get(&row.uid) else {
            self.insert(claim, row);
            return Changed::Members;
        };
        let Some(entry) = self.entry_mut(slot) else {
            return Changed::Nothing;
        };
        // Watches know nothing of what a pod uses.
        let usage = row.usage.or(entry.row.usage);
        if !entry.replace(claim, PodRow { usage, ..row }) {
            return Changed::Nothing;
        }
        self.note(slot);
        Changed::Contents
    }

    fn insert(&mut self, claim: Claim, row: PodRow) {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.entries.push(None);
            Slot(u32::try_from(self.entries.len() - 1).unwrap_or(u32::MAX))
        });
        self.count_in(&row.pod);
        self.by_uid.insert(row.uid.clone(), slot);
        self.by_name.insert(row.pod.clone(), slot);
        if let Some(place) = self.entries.get_mut(slot.0 as usize) {
            *place = Some(Box::new(Entry {
                row,
                holder: claim,
                others: Vec::new(),
            }));
        }
        self.note(slot);
    }

    fn remove(&mut self, slot: Slot) {
        let Some(entry) = self.entries.get_mut(slot.0 as usize).and_then(Option::take) else {
            return;
        };
        self.count_out(&entry.row.pod);
        self.by_uid.remove(&entry.row.uid);
        // A successor of the same name may have taken the name over already.
        if self.by_name.get(&entry.row.pod) == Some(&slot) {
            self.by_name.remove(&entry.row.pod);
        }
        self.free.push(slot);
        self.note(slot);
    }

    /// Withdraws the claims that `gone` picks, and drops the rows that nobody vouches for any more.
    fn release(&mut self, gone: impl Fn(&Claim) -> bool) -> Changed {
        let mut changed = Changed::Nothing;
        for index in 0..self.entries.len() {
            let slot = Slot(u32::try_from(index).unwrap_or(u32::MAX));
            let contexts = &self.watches;
            let Some(entry) = self.entries.get_mut(index).and_then(Option::as_deref_mut) else {
                continue;
            };
            entry.others.retain(|claim| !gone(claim));
            if !gone(&entry.holder) {
                continue;
            }
            if entry.others.is_empty() {
                self.remove(slot);
                changed = Changed::Members;
                continue;
            }
            let old_name = entry.row.pod.clone();
            entry.hand_over(contexts);
            let new_name = entry.row.pod.clone();
            if old_name != new_name {
                self.by_name.remove(&old_name);
                self.count_out(&old_name);
                self.count_in(&new_name);
                self.by_name.insert(new_name, slot);
                self.note(slot);
                changed = changed.max(Changed::Contents);
            }
        }
        changed
    }

    fn note(&mut self, slot: Slot) {
        if self.log.len() == LOG_LENGTH {
            self.log.pop_front();
        }
        self.log.push_back(slot);
        self.logged += 1;
    }
}

impl Entry {
    /// Takes the newer row, under the context that the row already carries; true when it differs.
    fn replace(&mut self, claim: Claim, mut row: PodRow) -> bool {
        if self.holder.watch == claim.watch {
            self.holder = claim;
        } else {
            self.others.retain(|other| other.watch != claim.watch);
            self.others.push(claim);
            row.pod.context = self.row.pod.context.clone();
        }
        let differs = self.row != row;
        if differs {
            self.row = row;
        }
        differs
    }

    /// Makes the next watch that vouches for the row its holder.
    fn hand_over(&mut self, watches: &[Watch]) {
        let next = self.others.remove(0);
        if let Some(watch) = watches.get(next.watch) {
            self.row.pod.context = watch.key.context.clone();
        }
        self.holder = next;
    }
}

#[cfg(test)]
pub(super) mod tests;
