//! Owns the frame as it is drawn and as the outer terminal shows it: most of a frame has not changed since the one before, and is
//! neither drawn nor compared again. Knows nothing of what the cells mean. Kept by the caller of `draw` from frame to frame.

mod kept;

use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::layout::{Position, Rect};

use crate::geometry::{Area, GridSize};

pub(super) use kept::{Kept, KeptPanes};

/// What the last frame left. One that is empty costs time and nothing else: the next frame is drawn and sent whole.
#[derive(Debug, Default)]
pub struct Drawn {
    /// The frame; cells that stand as they did in the one before are marked to be skipped.
    next: Buffer,
    cursor: Option<Position>,
    panes: KeptPanes,
    shown: Buffer,
    outer: Outer,
}

/// What is known of the outer terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Outer {
    #[default]
    Unknown,
    /// It shows a frame, with its cursor there or hidden.
    Shows(Option<Position>),
}

impl Drawn {
    /// The frame that was drawn last.
    pub fn buffer(&self) -> &Buffer {
        &self.next
    }

    /// Begins a frame: all of it is blank but the rows of panes that stand as they were sent. What to draw into, and which panes these are.
    pub(super) fn begin(
        &mut self,
        size: GridSize,
        standing: impl FnOnce(&KeptPanes) -> Vec<Area>,
    ) -> (&mut Buffer, &mut KeptPanes) {
        let area = Rect::new(0, 0, size.cols(), size.rows());
        if self.next.area != area {
            self.outer = Outer::Unknown;
        }
        if self.outer == Outer::Unknown {
            (self.next, self.shown) = (Buffer::empty(area), Buffer::empty(area));
            self.panes = KeptPanes::default();
        }
        self.panes.begin();
        blank_but(&mut self.next, &standing(&self.panes));
        (&mut self.next, &mut self.panes)
    }

    /// Ends a frame in which something else was drawn over these areas.
    pub(super) fn end(&mut self, over: &[Area], cursor: Option<Position>) {
        self.panes.end(over);
        self.cursor = cursor;
    }

    /// Sends what the outer terminal does not show yet; nothing where it shows the frame already.
    ///
    /// # Errors
    /// Those of the backend. The next frame is sent whole then.
    pub fn send<B: Backend>(&mut self, backend: &mut B) -> Result<(), B::Error> {
        let outer = std::mem::take(&mut self.outer);
        if outer == Outer::Unknown {
            backend.clear()?;
        }
        let mut changed = self.shown.diff_iter(&self.next).peekable();
        if changed.peek().is_some() || outer != Outer::Shows(self.cursor) {
            backend.draw(changed)?;
            self.place_cursor(backend)?;
            backend.flush()?;
        }
        take_over(&mut self.shown, &self.next);
        self.panes.sent();
        self.outer = Outer::Shows(self.cursor);
        Ok(())
    }

    fn place_cursor<B: Backend>(&self, backend: &mut B) -> Result<(), B::Error> {
        match self.cursor {
            None => backend.hide_cursor(),
            Some(position) => {
                backend.show_cursor()?;
                backend.set_cursor_position(position)
            }
        }
    }
}

/// Blanks all cells but those of some rows, which are marked to be skipped.
fn blank_but(buffer: &mut Buffer, rows: &[Area]) {
    let mut stands = vec![false; buffer.content.len()];
    for row in rows {
        let from = buffer.index_of(row.x, row.y);
        if let Some(cells) = stands.get_mut(from..from + usize::from(row.width)) {
            cells.fill(true);
        }
    }
    for (cell, stands) in buffer.content.iter_mut().zip(stands) {
        if stands {
            cell.set_diff_option(CellDiffOption::Skip);
        } else {
            cell.reset();
        }
    }
}

/// Makes the one buffer like the other, where cells are not skipped.
fn take_over(shown: &mut Buffer, next: &Buffer) {
    let skipped = |cell: &Cell| cell.diff_option == CellDiffOption::Skip;
    for (shown, next) in shown.content.iter_mut().zip(&next.content) {
        if !skipped(next) && shown != next {
            shown.clone_from(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SessionId;
    use ratatui::backend::CrosstermBackend;

    const PANE: Area = Area::new(2, 0, 3, 2);

    fn pane() -> SessionId {
        SessionId::from_bytes([1; 16])
    }

    /// Draws a frame with a letter in all of its cells but those that stand.
    fn frame(drawn: &mut Drawn, letter: &str, over: &[Area]) {
        let size = GridSize::new(2, 6);
        let mut stands = Vec::new();
        let (buffer, kept) = drawn.begin(size, |kept| {
            let rows = [0, 1].map(|y| Area {
                y,
                height: 1,
                ..PANE
            });
            stands.extend(kept.before(pane(), PANE).into_iter().flat_map(|_| rows));
            stands.clone()
        });
        for (x, y) in (0..2).flat_map(|y| (0..6).map(move |x| (x, y))) {
            if !stands.iter().any(|row| row.contains(x, y)) {
                buffer[(x, y)].set_symbol(letter);
            }
        }
        let (revision, area) = (1, PANE);
        kept.keep(pane(), Kept { revision, area });
        drawn.end(over, None);
    }

    fn shown(drawn: &Drawn) -> String {
        let symbols = drawn.buffer().content().iter().map(Cell::symbol);
        symbols.collect()
    }

    fn sent(drawn: &mut Drawn) -> String {
        let mut bytes = Vec::new();
        drawn.send(&mut CrosstermBackend::new(&mut bytes)).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_stands_is_not_drawn_again_once_it_was_sent() {
        let mut drawn = Drawn::default();
        frame(&mut drawn, "a", &[]);
        frame(&mut drawn, "b", &[]);
        assert_eq!(shown(&drawn), "bbbbbbbbbbbb", "the first was never sent");
        sent(&mut drawn);
        frame(&mut drawn, "c", &[]);
        assert_eq!(shown(&drawn), "ccbbbcccbbbc");
    }

    #[test]
    fn what_something_else_was_drawn_over_does_not_stand() {
        let mut drawn = Drawn::default();
        frame(&mut drawn, "a", &[Area::new(0, 1, 3, 1)]);
        sent(&mut drawn);
        frame(&mut drawn, "b", &[Area::new(5, 0, 1, 2)]);
        assert_eq!(shown(&drawn), "bbbbbbbbbbbb");
        sent(&mut drawn);
        frame(&mut drawn, "c", &[]);
        assert_eq!(shown(&drawn), "ccbbbcccbbbc", "beside it is not over it");
    }

    #[test]
    fn only_changes_are_sent_and_nothing_where_there_are_none() {
        let mut drawn = Drawn::default();
        frame(&mut drawn, "a", &[]);
        let first = sent(&mut drawn);
        assert!(first.contains("\x1b[2J"), "what was there goes: {first:?}");
        assert_eq!(first.matches('a').count(), 12);
        frame(&mut drawn, "a", &[]);
        assert_eq!(sent(&mut drawn), "");
        frame(&mut drawn, "b", &[]);
        let changes = sent(&mut drawn);
        assert_eq!(changes.matches('b').count(), 6, "{changes:?}");
        assert!(!changes.contains("\x1b[2J"), "{changes:?}");
    }
}
