//! Owns which rows of a grid have changed since when. Pure. Called by `Screen`.

/// The revisions at which rows changed last.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// All rows may have changed.
    all: u64,
    /// Since then, by row; no revision was 0.
    rows: Vec<u64>,
}

impl Changes {
    /// Every row may have changed.
    pub(super) fn all(&mut self, revision: u64) {
        self.all = revision;
    }

    /// One row may have changed.
    pub(super) fn row(&mut self, revision: u64, row: u16) {
        let row = usize::from(row);
        if self.rows.len() <= row {
            self.rows.resize(row + 1, 0);
        }
        if let Some(changed) = self.rows.get_mut(row) {
            *changed = revision;
        }
    }

    /// Whether a row may have changed after a revision.
    pub(super) fn since(&self, revision: u64, row: u16) -> bool {
        let changed = self.rows.get(usize::from(row)).copied();
        self.all.max(changed.unwrap_or(0)) > revision
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_changed_since_what_came_before_its_own_change_or_that_of_all() {
        let mut changes = Changes::default();
        changes.all(3);
        changes.row(4, 2);
        changes.row(5, 1);
        let since = |revision| [0, 1, 2, 3].map(|row| changes.since(revision, row));
        assert_eq!(since(2), [true; 4]);
        assert_eq!(since(3), [false, true, true, false]);
        assert_eq!(since(4), [false, true, false, false]);
        assert_eq!(since(5), [false; 4]);
    }
}
