//! Owns the tab stops of one terminal. Called by `Terminal`.

/// Stops at every eighth column until the program sets its own.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Tabs {
    /// Own stops, sorted; none while the default ones hold.
    own: Option<Vec<u16>>,
}

/// Columns beyond this keep no stops of their own.
const WIDEST: u16 = 4096;

impl Tabs {
    pub(super) fn are_default(&self) -> bool {
        self.own.is_none()
    }

    pub(super) fn set(&mut self, col: u16) {
        let stops = self.own();
        if let Err(at) = stops.binary_search(&col) {
            stops.insert(at, col);
        }
    }

    pub(super) fn clear(&mut self, col: u16) {
        let stops = self.own();
        if let Ok(at) = stops.binary_search(&col) {
            stops.remove(at);
        }
    }

    pub(super) fn clear_all(&mut self) {
        self.own = Some(Vec::new());
    }

    /// The next stop right of a column, if any.
    pub(super) fn after(&self, col: u16) -> Option<u16> {
        match &self.own {
            None => Some((col / 8 + 1) * 8),
            Some(stops) => stops.iter().copied().find(|stop| *stop > col),
        }
    }

    /// The next stop left of a column, or the first column.
    pub(super) fn before(&self, col: u16) -> u16 {
        match &self.own {
            None => col.saturating_sub(1) / 8 * 8,
            Some(stops) => stops
                .iter()
                .rev()
                .copied()
                .find(|stop| *stop < col)
                .unwrap_or(0),
        }
    }

    fn own(&mut self) -> &mut Vec<u16> {
        self.own
            .get_or_insert_with(|| (0..WIDEST).step_by(8).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stops_are_every_eighth_column_until_changed() {
        let mut tabs = Tabs::default();
        assert_eq!(
            (tabs.after(0), tabs.after(7), tabs.after(8)),
            (Some(8), Some(8), Some(16))
        );
        assert_eq!((tabs.before(0), tabs.before(8), tabs.before(9)), (0, 0, 8));
        tabs.set(3);
        tabs.clear(8);
        assert_eq!((tabs.after(0), tabs.after(3)), (Some(3), Some(16)));
        tabs.clear_all();
        assert_eq!((tabs.after(0), tabs.before(9)), (None, 0));
    }
}
