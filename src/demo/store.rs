//! Owns the pods of the embedded cluster, their resource versions and a bounded history of changes for watches. Knows nothing of HTTP or of
//! clocks. Read by the request side, changed by churn and by scripted tests.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::pod::{Pod, PodKey};

/// Changes kept for watches; a watch that is further behind gets 410, as from a real server.
const HISTORY: usize = 8192;

/// The version of the objects that are there at the start; above 1 so that tests can ask for older ones.
const FIRST_VERSION: u64 = 1000;

/// A pod with the version of its last change.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) pod: Arc<Pod>,
    pub(super) version: u64,
}

/// One change of one pod.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) version: u64,
    pub(super) before: Option<Arc<Pod>>,
    pub(super) after: Option<Arc<Pod>>,
}

/// The version asked for is no longer in the history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Gone {
    pub(super) oldest: u64,
}

#[derive(Debug, Default)]
struct Rows {
    pods: BTreeMap<PodKey, Stored>,
    namespaces: BTreeMap<Arc<str>, u64>,
    version: u64,
    history: VecDeque<Change>,
    forgotten: u64,
}

/// The pods, shared by all connections.
#[derive(Debug)]
pub(super) struct Store {
    rows: Mutex<Rows>,
    latest: watch::Sender<u64>,
}

impl Store {
    /// Starts with `pods` and with `namespaces`, which may be empty ones.
    pub(super) fn new(namespaces: &[&str], pods: impl IntoIterator<Item = Pod>) -> Self {
        let mut rows = Rows {
            version: FIRST_VERSION,
            forgotten: FIRST_VERSION - 1,
            ..Rows::default()
        };
        for namespace in namespaces {
            rows.namespaces.insert((*namespace).into(), FIRST_VERSION);
        }
        for pod in pods {
            rows.namespaces
                .entry(Arc::clone(&pod.key().namespace))
                .or_insert(FIRST_VERSION);
            let key = pod.key().clone();
            rows.pods.insert(
                key,
                Stored {
                    pod: Arc::new(pod),
                    version: FIRST_VERSION,
                },
            );
        }
        Self {
            rows: Mutex::new(rows),
            latest: watch::Sender::new(FIRST_VERSION),
        }
    }

    /// Tells the version of each change; watches wait on it.
    pub(super) fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The version of the last change.
    pub(super) fn version(&self) -> u64 {
        self.lock().version
    }

    /// One pod.
    pub(super) fn get(&self, key: &PodKey) -> Option<Stored> {
        self.lock().pods.get(key).cloned()
    }

    /// The version, and pods after `after` in key order for which `takes` holds: at most `limit` of them and whether more follow.
    pub(super) fn page(
        &self,
        after: Option<&PodKey>,
        limit: usize,
        takes: impl Fn(&Pod) -> bool,
    ) -> (u64, Vec<Stored>, bool) {
        let rows = self.lock();
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let mut found = rows
            .pods
            .range::<PodKey, _>((from, Bound::Unbounded))
            .filter(|(_, stored)| takes(&stored.pod))
            .map(|(_, stored)| stored.clone());
        let page: Vec<_> = found.by_ref().take(limit).collect();
        let more = found.next().is_some();
        (rows.version, page, more)
    }

    /// The changes after `version`, at most `limit` of them.
    ///
    /// # Errors
    /// [`Gone`] where the history does not reach back so far.
    pub(super) fn since(&self, version: u64, limit: usize) -> Result<Vec<Change>, Gone> {
        let rows = self.lock();
        if version < rows.forgotten {
            return Err(Gone {
                oldest: rows.forgotten,
            });
        }
        let start = rows
            .history
            .partition_point(|change| change.version <= version);
        Ok(rows
            .history
            .iter()
            .skip(start)
            .take(limit)
            .cloned()
            .collect())
    }

    /// The namespaces that appeared after `version`, by name.
    pub(super) fn namespaces(&self, version: u64) -> Vec<(Arc<str>, u64)> {
        let rows = self.lock();
        let new = rows
            .namespaces
            .iter()
            .filter(|(_, since)| **since > version);
        new.map(|(name, since)| (Arc::clone(name), *since))
            .collect()
    }

    /// Adds a pod, or puts it in the place of the one of that name.
    pub(super) fn put(&self, pod: Pod) -> u64 {
        let version = {
            let mut rows = self.lock();
            rows.version += 1;
            let version = rows.version;
            rows.namespaces
                .entry(Arc::clone(&pod.key().namespace))
                .or_insert(version);
            let pod = Arc::new(pod);
            let stored = Stored {
                pod: Arc::clone(&pod),
                version,
            };
            let before = rows
                .pods
                .insert(pod.key().clone(), stored)
                .map(|stored| stored.pod);
            rows.remember(Change {
                version,
                before,
                after: Some(pod),
            });
            version
        };
        self.latest.send_replace(version);
        version
    }

    /// Removes a pod; false where there is none.
    pub(super) fn remove(&self, key: &PodKey) -> bool {
        let version = {
            let mut rows = self.lock();
            let Some(stored) = rows.pods.remove(key) else {
                return false;
            };
            rows.version += 1;
            let version = rows.version;
            rows.remember(Change {
                version,
                before: Some(stored.pod),
                after: None,
            });
            version
        };
        self.latest.send_replace(version);
        true
    }

    /// Forgets all changes, so that every watch from an older version gets 410.
    pub(super) fn compact(&self) {
        let mut rows = self.lock();
        rows.version += 1;
        rows.forgotten = rows.version;
        rows.history.clear();
        let version = rows.version;
        drop(rows);
        self.latest.send_replace(version);
    }

    fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rows {
    fn remember(&mut self, change: Change) {
        if self.history.len() == HISTORY
            && let Some(oldest) = self.history.pop_front()
        {
            self.forgotten = oldest.version;
        }
        self.history.push_back(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::pod::MadePod;

    fn pod(name: &str) -> Pod {
        let key = PodKey {
            namespace: "shop".into(),
            name: name.into(),
        };
        Pod::Made(MadePod {
            key,
            object: serde_json::json!({"metadata": {}}),
        })
    }

    #[test]
    fn each_change_gets_the_next_version() {
        let store = Store::new(&["shop"], [pod("a")]);
        let start = store.version();
        assert_eq!(store.put(pod("b")), start + 1);
        assert!(store.remove(pod("a").key()));
        assert!(!store.remove(pod("a").key()));
        let changes = store.since(start, 10).unwrap();
        assert_eq!(
            changes
                .iter()
                .map(|change| change.version)
                .collect::<Vec<_>>(),
            [start + 1, start + 2]
        );
    }

    #[test]
    fn a_version_before_the_history_is_gone() {
        let store = Store::new(&[], []);
        assert!(store.since(1, 1).is_err());
        let start = store.version();
        assert_eq!(store.since(start, 1).unwrap().len(), 0);
        store.compact();
        assert!(store.since(start, 1).is_err());
        assert!(store.since(store.version(), 1).is_ok());
    }

    #[test]
    fn a_full_history_forgets_its_oldest_change() {
        let store = Store::new(&[], []);
        let start = store.version();
        for _ in 0..=HISTORY {
            store.put(pod("a"));
        }
        assert_eq!(
            store.since(start, 1).unwrap_err(),
            Gone { oldest: start + 1 }
        );
        assert_eq!(store.since(start + 1, HISTORY + 1).unwrap().len(), HISTORY);
    }

    #[test]
    fn pages_follow_each_other() {
        let store = Store::new(&[], [pod("a"), pod("b"), pod("c")]);
        let (_, first, more) = store.page(None, 2, |_| true);
        assert!(more);
        let (_, second, more) =
            store.page(first.last().map(|stored| stored.pod.key()), 2, |_| true);
        assert!(!more);
        let names = first
            .iter()
            .chain(&second)
            .map(|stored| stored.pod.key().name.to_string());
        assert_eq!(names.collect::<Vec<_>>(), ["a", "b", "c"]);
    }
}
