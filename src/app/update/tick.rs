//! Owns what happens once a second: durations that are shown, broadcasts that nobody uses any more.

use std::hash::{Hash, Hasher};

use crate::app::{App, Overlay, Turn, Weight};
use crate::ids::TabId;
use crate::inventory::{ListLine, WatchState, human_duration, restarts_text};
use crate::session::broadcast::Broadcast;

use super::broadcast;

/// A second has passed.
pub(super) fn tick(app: &mut App, turn: &mut Turn<'_>) {
    idle_off(app, turn);
    if shows_time(app) {
        app.touch();
    }
    let ages = visible_ages(app);
    if ages != app.ages {
        app.ages = ages;
        app.touch();
    }
}

/// Switches broadcasts off that nobody has typed into for long.
fn idle_off(app: &mut App, turn: &mut Turn<'_>) {
    let Some(limit) = app.settings.config.broadcast.idle_off else {
        return;
    };
    let now = app.now;
    let idle: Vec<TabId> = app
        .broadcast
        .iter()
        .filter(|(_, tab)| matches!(tab.state, Broadcast::On { .. }))
        .filter(|(_, tab)| now.saturating_duration_since(tab.used) >= limit)
        .map(|(tab, _)| *tab)
        .collect();
    for tab in idle {
        broadcast::switch_off(app, tab, turn);
        let after = match (limit.as_secs() / 60, limit.as_secs() % 60) {
            (minutes, 0) => format!("{minutes} min"),
            _ => format!("{} s", limit.as_secs()),
        };
        app.say(
            Weight::Warning,
            format!("broadcast switched itself off after {after} without a key"),
        );
    }
}

/// Whether some word on the screen counts seconds.
fn shows_time(app: &App) -> bool {
    use crate::app::pane::Phase;
    let pane_counts = app.panes.values().any(|pane| {
        pane.cancelling()
            || pane.not_confirmed()
            || matches!(pane.phase, Phase::Opening { .. } | Phase::Silent { .. })
    });
    let watch_counts = app
        .watches
        .values()
        .any(|state| matches!(state, WatchState::Reconnecting { .. }));
    let run_counts = app.run.as_ref().is_some_and(|run| run.ended.is_none())
        && app
            .overlays
            .iter()
            .any(|overlay| matches!(overlay, Overlay::Gather));
    let leak_ages = matches!(app.overlay(), Some(Overlay::Leaks(page)) if !page.rows.is_empty());
    // A notice that ran out must leave the status line.
    let notice = app.notices.history().next_back();
    let notice_leaves =
        notice.is_some_and(|last| app.now.saturating_duration_since(last.said).as_secs() <= 61);
    pane_counts || watch_counts || run_counts || notice_leaves || leak_ages || app.quit.is_some()
}

/// A number that changes with the text of any age that is shown.
fn visible_ages(app: &App) -> u64 {
    let unix = app.unix();
    let mut hasher = std::hash::DefaultHasher::new();
    let top = app.list.top;
    let rows = usize::from(app.layout.list.map_or(0, |area| area.height));
    for line in app.list.view.lines(top..top + rows, &app.inventory) {
        let ListLine::Pod(uid) = line else { continue };
        let Some(row) = app.inventory.get(&uid) else {
            continue;
        };
        human_duration(unix.saturating_sub(row.created)).hash(&mut hasher);
        restarts_text(row.restarts, row.last_restart, unix).hash(&mut hasher);
    }
    hasher.finish()
}
