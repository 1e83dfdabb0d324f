//! Owns when the use of pods is asked for: while the wide list shows CPU or MEM, and not otherwise; and what comes of it.

use crate::app::{App, ContextState, Effect, Turn};
use crate::config::ListColumn;
use crate::ids::{ContextName, PodRef};
use crate::inventory::{Scope, Usage, WatchKey, WatchState};

use super::list;

/// Asks for figures where they have come to be seen, and no more where they are not.
pub(in crate::app) fn follow(app: &mut App, turn: &mut Turn<'_>) {
    let columns = &app.settings.config.list.columns;
    let seen = app.tabs.is_empty()
        && columns
            .iter()
            .any(|column| matches!(column, ListColumn::Cpu | ListColumn::Mem));
    let mut changed: Vec<(ContextName, Vec<Scope>)> = Vec::new();
    for context in app.contexts.open() {
        let scopes = if seen {
            scopes(app, context)
        } else {
            Vec::new()
        };
        let before = app.measuring.get(&context.name);
        if before.map_or(!scopes.is_empty(), |before| *before != scopes) {
            changed.push((context.name.clone(), scopes));
        }
    }
    for (context, scopes) in changed {
        app.measuring.insert(context.clone(), scopes.clone());
        turn.push(Effect::Measure { context, scopes });
    }
}

/// Only where the pods are known already: figures of others would be lost.
fn scopes(app: &App, context: &ContextState) -> Vec<Scope> {
    let known = |key: &WatchKey| app.watches.get(key) == Some(&WatchState::Live);
    context
        .watches()
        .into_iter()
        .filter(known)
        .map(|key| key.scope)
        .collect()
}

/// Figures have come.
pub(super) fn figures(app: &mut App, figures: Vec<(PodRef, Usage)>) {
    app.measured |= !figures.is_empty();
    for (pod, usage) in figures {
        app.inventory.learn_usage(&pod, usage);
    }
    let height = list::height(app);
    app.list.refresh(&app.inventory, height);
    app.touch();
}
