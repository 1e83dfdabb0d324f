//! Owns the cells of panes as they were drawn last: most panes of a frame have not changed since the one before. Knows nothing of what
//! they mean. Kept by the caller of `draw` from frame to frame.

use std::collections::HashMap;

use ratatui::buffer::{Buffer, Cell};

use crate::geometry::Area;
use crate::ids::SessionId;

/// The last frame's panes, by session: a new session of a pane has a screen of its own. One that is empty costs time and nothing else.
#[derive(Debug, Default)]
pub struct Drawn {
    panes: HashMap<SessionId, Kept>,
    frame: u64,
}

#[derive(Debug)]
struct Kept {
    revision: u64,
    size: (u16, u16),
    cells: Vec<Cell>,
    /// The last frame that it was in.
    frame: u64,
}

impl Drawn {
    /// Begins a frame; panes that were not in the last one are forgotten.
    pub(super) fn begin(&mut self) {
        let last = self.frame;
        self.panes.retain(|_, kept| kept.frame == last);
        self.frame += 1;
    }

    /// Puts a pane's cells where they belong if `revision` of it was drawn at this size before; else `false`.
    pub(super) fn put(
        &mut self,
        session: SessionId,
        revision: u64,
        area: Area,
        buffer: &mut Buffer,
    ) -> bool {
        let Some(kept) = self.panes.get_mut(&session) else {
            return false;
        };
        if (kept.revision, kept.size) != (revision, (area.width, area.height)) {
            return false;
        }
        kept.frame = self.frame;
        let rows = kept.cells.chunks(usize::from(area.width).max(1));
        for (y, cells) in (area.y..).zip(rows) {
            if let Some(row) = row_of(buffer, area, y) {
                row.clone_from_slice(cells);
            }
        }
        true
    }

    /// Keeps what was just drawn of a pane.
    pub(super) fn keep(
        &mut self,
        session: SessionId,
        revision: u64,
        area: Area,
        buffer: &mut Buffer,
    ) {
        let kept = self.panes.entry(session).or_insert_with(|| Kept {
            revision,
            size: (0, 0),
            cells: Vec::new(),
            frame: 0,
        });
        kept.cells.clear();
        for y in area.y..area.bottom() {
            let Some(row) = row_of(buffer, area, y) else {
                // Part of it lies outside: it is drawn anew each time.
                self.panes.remove(&session);
                return;
            };
            kept.cells.extend_from_slice(row);
        }
        (kept.revision, kept.size) = (revision, (area.width, area.height));
        kept.frame = self.frame;
    }
}

/// The cells of one row of an area that lies within the buffer.
fn row_of(buffer: &mut Buffer, area: Area, y: u16) -> Option<&mut [Cell]> {
    let whole = area.width > 0 && area.right() <= buffer.area.right() && y < buffer.area.bottom();
    if !whole || area.x < buffer.area.x || y < buffer.area.y {
        return None;
    }
    let from = buffer.index_of(area.x, y);
    buffer.content.get_mut(from..from + usize::from(area.width))
}
