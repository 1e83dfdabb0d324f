//! Owns which cells of a grid have changed since when. Pure. Called by `Screen`.

use std::collections::VecDeque;
use std::ops::Range;

/// Changes of a few cells that are kept apart: those between two frames, where somebody types.
const FEW: usize = 16;

/// The revisions at which cells changed last.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// All cells may have changed.
    all: u64,
    /// What has changed since, the oldest first.
    few: VecDeque<Few>,
}

#[derive(Debug)]
struct Few {
    revision: u64,
    row: u16,
    columns: Range<u16>,
}

impl Changes {
    /// Every cell may have changed.
    pub(super) fn all(&mut self, revision: u64) {
        self.all = revision;
        self.few.clear();
    }

    /// Some cells of a row may have changed.
    pub(super) fn few(&mut self, revision: u64, row: u16, columns: Range<u16>) {
        if self.few.len() == FEW
            && let Some(forgotten) = self.few.pop_front()
        {
            self.all = forgotten.revision;
        }
        self.few.push_back(Few {
            revision,
            row,
            columns,
        });
    }

    /// The columns of a row that may have changed after a revision; they may reach beyond its end.
    pub(super) fn since(&self, revision: u64, row: u16) -> Range<u16> {
        if self.all > revision {
            return 0..u16::MAX;
        }
        let later = |few: &&Few| few.revision > revision && few.row == row;
        let parts = self.few.iter().filter(later).map(|few| few.columns.clone());
        parts
            .reduce(|one, two| one.start.min(two.start)..one.end.max(two.end))
            .unwrap_or(0..0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Range<u16> = 0..u16::MAX;

    #[test]
    fn a_row_has_changed_where_anything_after_the_revision_changed_it() {
        let mut changes = Changes::default();
        changes.all(3);
        changes.few(4, 2, 5..7);
        changes.few(5, 1, 0..2);
        changes.few(6, 2, 1..3);
        let since = |revision| [1, 2, 3].map(|row| changes.since(revision, row));
        assert_eq!(since(2), [WHOLE, WHOLE, WHOLE]);
        assert_eq!(since(3), [0..2, 1..7, 0..0]);
        assert_eq!(since(4), [0..2, 1..3, 0..0]);
        assert_eq!(since(6), [0..0, 0..0, 0..0]);
    }

    #[test]
    fn what_is_forgotten_counts_as_all() {
        let mut changes = Changes::default();
        changes.all(1);
        for revision in 2..20 {
            changes.few(revision, 0, 0..1);
        }
        assert_eq!(changes.since(2, 7), WHOLE, "2 and 3 are forgotten");
        assert_eq!(changes.since(3, 7), 0..0);
        assert_eq!(changes.since(3, 0), 0..1);
    }
}
