//! Owns which panes of the frame before stand in the buffer as they were sent, at which revision and where.

use std::collections::HashMap;

use crate::geometry::Area;
use crate::ids::SessionId;

/// A pane's cells in the buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) struct Kept {
    pub(in crate::ui) revision: u64,
    pub(in crate::ui) area: Area,
}

/// Panes by session: a new session of a pane has a screen of its own.
#[derive(Debug, Default)]
pub(in crate::ui) struct KeptPanes {
    before: HashMap<SessionId, Kept>,
    now: HashMap<SessionId, Kept>,
    sent: HashMap<SessionId, Kept>,
}

impl KeptPanes {
    /// What was sent stands, until something is drawn; a frame that is never sent leaves nothing.
    pub(super) fn begin(&mut self) {
        self.before = std::mem::take(&mut self.sent);
        self.now.clear();
    }

    /// A pane as it stood in the frame before.
    pub(in crate::ui) fn before(&self, session: SessionId, area: Area) -> Option<Kept> {
        let kept = self.before.get(&session)?;
        (kept.area == area).then_some(*kept)
    }

    /// A pane stands in this frame.
    pub(in crate::ui) fn keep(&mut self, session: SessionId, kept: Kept) {
        self.now.insert(session, kept);
    }

    /// What something was drawn over does not stand.
    pub(super) fn end(&mut self, over: &[Area]) {
        self.now
            .retain(|_, kept| !over.iter().any(|over| over.meets(kept.area)));
    }

    pub(super) fn sent(&mut self) {
        self.sent = std::mem::take(&mut self.now);
    }
}
