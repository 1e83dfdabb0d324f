//! Owns the keys of the page of port-forwards.

use crate::app::forward::Forward;
use crate::app::overlay::{ForwardsPage, Overlay};
use crate::app::{App, Effect, Step, Turn, Weight};
use crate::ids::PodUid;

use super::ends;

/// Opens the page, on the first forward of a pod where one is named.
pub(in crate::app::update) fn open(app: &mut App, pod: Option<&PodUid>) {
    let cursor = pod.and_then(|pod| app.forwards.position_of(pod));
    let page = ForwardsPage {
        cursor: cursor.unwrap_or(0),
    };
    app.overlays.push(Overlay::Forwards(page));
    app.touch();
}

/// The forward under the cursor.
pub(super) fn current(app: &App) -> Option<&Forward> {
    let Some(Overlay::Forwards(page)) = app.overlay() else {
        return None;
    };
    app.forwards.iter().nth(page.cursor)
}

/// Moves the cursor.
pub(in crate::app::update) fn step(app: &mut App, step: Step) {
    let by = step.rows(app.terminal.rows().into());
    let last = app.forwards.iter().count().saturating_sub(1);
    app.touch();
    if let Some(Overlay::Forwards(page)) = app.overlays.last_mut() {
        page.cursor = page.cursor.saturating_add_signed(by).min(last);
    }
}

/// Stops the forward under the cursor; one that has ended is forgotten.
pub(in crate::app::update) fn stop(app: &mut App, turn: &mut Turn<'_>) {
    let Some(id) = current(app).map(|forward| forward.id) else {
        return app.say(Weight::Plain, "no port is forwarded");
    };
    ends::stop(app, id, turn);
    let last = app.forwards.iter().count().saturating_sub(1);
    if let Some(Overlay::Forwards(page)) = app.overlays.last_mut() {
        page.cursor = page.cursor.min(last);
    }
}

/// Copies where local programs find the one under the cursor.
pub(in crate::app::update) fn copy_address(app: &mut App, turn: &mut Turn<'_>) {
    match current(app).map(Forward::address) {
        Some(text) => turn.push(Effect::Copy { text }),
        None => app.say(Weight::Plain, "no port is forwarded"),
    }
}
