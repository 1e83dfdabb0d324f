//! Owns when the use of pods is asked for: while the wide list shows CPU or MEM, and not otherwise; and what comes of it.

use crate::app::context::Link;
use crate::app::{App, ContextState, Effect, Turn};
use crate::config::ListColumn;
use crate::ids::{ContextName, PodRef};
use crate::inventory::{Scope, Usage};

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
        let scopes = if seen { scopes(context) } else { Vec::new() };
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

fn scopes(context: &ContextState) -> Vec<Scope> {
    match context.link {
        Link::Connected { .. } => context.watches().into_iter().map(|key| key.scope).collect(),
        Link::Connecting | Link::Failed(_) => Vec::new(),
    }
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
