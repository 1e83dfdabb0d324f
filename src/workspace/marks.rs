//! Owns which pods are marked, by uid, so that a mark never moves to another pod of the same name. Knows nothing of rows or filters. Called by `app`.

use std::collections::BTreeSet;

use crate::ids::PodUid;

/// The marked pods.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Marks {
    marked: BTreeSet<PodUid>,
    // Where a range starts: the pod that was marked or unmarked last.
    anchor: Option<PodUid>,
}

impl Marks {
    /// Whether the pod is marked.
    pub fn contains(&self, pod: &PodUid) -> bool {
        self.marked.contains(pod)
    }

    /// How many are marked, shown or not.
    pub fn len(&self) -> usize {
        self.marked.len()
    }

    /// Whether none is marked.
    pub fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// The marked pods in the order of their uids.
    pub fn iter(&self) -> impl Iterator<Item = &PodUid> {
        self.marked.iter()
    }

    /// Marks a pod, or unmarks it.
    pub fn toggle(&mut self, pod: &PodUid) {
        if !self.marked.remove(pod) {
            self.marked.insert(pod.clone());
        }
        self.anchor = Some(pod.clone());
    }

    /// Marks some pods.
    pub fn mark_all<'a>(&mut self, pods: impl IntoIterator<Item = &'a PodUid>) {
        self.marked.extend(pods.into_iter().cloned());
    }

    /// Unmarks all.
    pub fn clear(&mut self) {
        self.marked.clear();
        self.anchor = None;
    }

    /// Marks every pod from the one that was toggled last to this one, in the shown order; only this one where that one is not shown.
    pub fn range_to(&mut self, pod: &PodUid, shown: &[PodUid]) {
        let position = |wanted: &PodUid| shown.iter().position(|uid| uid == wanted);
        let Some(to) = position(pod) else { return };
        let from = self.anchor.as_ref().and_then(position).unwrap_or(to);
        let range = shown.get(from.min(to)..=from.max(to)).unwrap_or_default();
        self.marked.extend(range.iter().cloned());
        self.anchor = Some(pod.clone());
    }

    /// Forgets a pod that is gone.
    pub fn forget(&mut self, pod: &PodUid) {
        self.marked.remove(pod);
        if self.anchor.as_ref() == Some(pod) {
            self.anchor = None;
        }
    }

    /// Forgets every pod that does not exist any more.
    pub fn retain(&mut self, exists: impl Fn(&PodUid) -> bool) {
        self.marked.retain(&exists);
        self.anchor = self.anchor.take().filter(exists);
    }

    /// How many of the marked pods are not among the shown ones.
    pub fn not_shown<'a>(&self, shown: impl IntoIterator<Item = &'a PodUid>) -> usize {
        let seen: BTreeSet<&PodUid> = shown.into_iter().filter(|pod| self.contains(pod)).collect();
        self.marked.len() - seen.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pods(names: &str) -> Vec<PodUid> {
        names.chars().map(|c| PodUid::new(&c.to_string())).collect()
    }

    fn pod(name: &str) -> PodUid {
        PodUid::new(name)
    }

    #[test]
    fn a_second_toggle_unmarks() {
        let mut marks = Marks::default();
        marks.toggle(&pod("a"));
        marks.toggle(&pod("b"));
        marks.toggle(&pod("a"));
        assert_eq!(marks.iter().cloned().collect::<Vec<_>>(), pods("b"));
    }

    #[test]
    fn a_range_goes_from_the_last_toggled_pod_in_either_direction() {
        for (from, to, expected) in [("b", "d", "bcd"), ("d", "b", "bcd"), ("c", "c", "c")] {
            let mut marks = Marks::default();
            marks.toggle(&pod(from));
            marks.range_to(&pod(to), &pods("abcde"));
            assert_eq!(
                marks.iter().cloned().collect::<Vec<_>>(),
                pods(expected),
                "{from} to {to}"
            );
        }
    }

    #[test]
    fn a_range_without_a_shown_start_marks_one_pod() {
        let mut marks = Marks::default();
        marks.toggle(&pod("z"));
        marks.range_to(&pod("c"), &pods("abcde"));
        assert_eq!(marks.iter().cloned().collect::<Vec<_>>(), pods("cz"));
    }

    #[test]
    fn hidden_marks_are_counted() {
        let mut marks = Marks::default();
        marks.mark_all(&pods("abc"));
        assert_eq!((marks.len(), marks.not_shown(&pods("bxyb"))), (3, 2));
    }

    #[test]
    fn a_pod_that_is_gone_loses_its_mark() {
        let mut marks = Marks::default();
        marks.mark_all(&pods("abc"));
        marks.forget(&pod("a"));
        marks.retain(|uid| *uid != pod("b"));
        assert_eq!(marks.iter().cloned().collect::<Vec<_>>(), pods("c"));
    }
}
