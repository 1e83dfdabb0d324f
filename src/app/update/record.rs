//! Owns the recording of a pane: what it shows from now on goes to a file that asciinema plays.

use bytes::Bytes;

use crate::app::effect::{RecordPiece, Recording};
use crate::app::{App, Effect, Pane, Turn, Weight};
use crate::geometry::GridSize;
use crate::ids::PaneId;

/// Starts or ends the recording of the focused pane.
pub(super) fn toggle(app: &mut App, turn: &mut Turn<'_>) {
    let unix_ms = app.unix_ms;
    let Some(id) = app.focused_pane().map(|pane| pane.id) else {
        return;
    };
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    if pane.recorded {
        return end(pane, turn);
    }
    if !pane.may_run() {
        return app.say(
            Weight::Plain,
            "the session has ended: there is nothing to record",
        );
    }
    pane.recorded = true;
    turn.push(Effect::Record(Recording {
        pane: id,
        target: pane.target.clone(),
        size: pane.screen.size(),
        unix_ms,
    }));
    let shown = Bytes::from(pane.screen.repaint());
    piece(pane, RecordPiece::Output(shown), turn);
}

/// Ends the recording of a pane, if there is one.
pub(super) fn end(pane: &mut Pane, turn: &mut Turn<'_>) {
    if std::mem::take(&mut pane.recorded) {
        turn.push(Effect::RecordEnd(pane.id));
    }
}

/// Output of a pane.
pub(super) fn output(pane: &Pane, bytes: &Bytes, turn: &mut Turn<'_>) {
    piece(pane, RecordPiece::Output(bytes.clone()), turn);
}

/// Output was lost: what the screen shows now is what is true.
pub(super) fn gap(pane: &Pane, turn: &mut Turn<'_>) {
    if pane.recorded {
        let shown = Bytes::from(pane.screen.repaint());
        piece(pane, RecordPiece::Output(shown), turn);
    }
}

/// The pane has another size.
pub(super) fn resized(pane: &Pane, size: GridSize, turn: &mut Turn<'_>) {
    piece(pane, RecordPiece::Resize(size), turn);
}

fn piece(pane: &Pane, piece: RecordPiece, turn: &mut Turn<'_>) {
    if pane.recorded {
        let pane = pane.id;
        turn.push(Effect::RecordPiece { pane, piece });
    }
}

/// The file could not be made or written.
pub(super) fn failed(app: &mut App, pane: PaneId, why: &str) {
    if let Some(pane) = app.panes.get_mut(&pane) {
        pane.recorded = false;
    }
    app.say(Weight::Warning, format!("the recording has ended: {why}"));
}
