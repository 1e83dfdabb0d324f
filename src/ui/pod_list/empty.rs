//! Owns what stands where the list has no pod: why, and what helps. Called by `pod_list`.

use crate::app::context::Link;
use crate::app::{Action, App, ContextState, Place};
use crate::config::Role;
use crate::geometry::Area;
use crate::inventory::WatchState;
use crate::ui::contexts;
use crate::ui::paint::{Canvas, Piece};
use crate::ui::text;
use crate::ui::words;

/// A sentence and its look.
type Sentence = (String, Role);

/// Draws the sentences, wrapped, from the second row on.
pub(super) fn draw(app: &App, area: Area, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let margin = if area.width >= 40 { 3 } else { 1 };
    let room = area.width.saturating_sub(2 * margin);
    let mut y = area.y.saturating_add(u16::from(area.height > 2));
    for (sentence, role) in sentences(app) {
        for line in text::wrapped(&text::printable(&sentence), usize::from(room)) {
            if y >= area.bottom() {
                return;
            }
            let pieces: Vec<Piece> = contexts::sentence(app, &line, pen.style(role), pen);
            canvas.pieces(area.x.saturating_add(margin), y, room, &pieces);
            y += 1;
        }
    }
}

fn sentences(app: &App) -> Vec<Sentence> {
    if !app.inventory.is_empty() {
        let filter = app.list.view.spec().filter.text().trim().to_owned();
        return vec![
            (format!("No pod matches \"{filter}\"."), Role::Text),
            (
                hint(
                    app,
                    &[
                        (Action::Filter, "changes the filter"),
                        (Action::Back, "clears it"),
                    ],
                ),
                Role::Dim,
            ),
        ];
    }
    app.contexts
        .open()
        .iter()
        .flat_map(|context| of_context(app, context))
        .collect()
}

fn hint(app: &App, offers: &[(Action, &str)]) -> String {
    let offer = |(action, does): &(Action, &str)| {
        words::key_of(&app.settings.keys, Place::List, *action).map(|key| format!("{key} {does}"))
    };
    let offers: Vec<String> = offers.iter().filter_map(offer).collect();
    if offers.is_empty() {
        String::new()
    } else {
        format!("{}.", offers.join(", "))
    }
}

fn of_context(app: &App, context: &ContextState) -> Vec<Sentence> {
    let name = context.shown();
    match &context.link {
        Link::Failed(why) => vec![
            (format!("{name}: {why}"), Role::Bad),
            (
                hint(
                    app,
                    &[
                        (Action::Reconnect, "tries again"),
                        (Action::PickContexts, "chooses another context"),
                    ],
                ),
                Role::Dim,
            ),
        ],
        Link::Connecting => vec![(format!("Connecting to {name} …"), Role::Text)],
        Link::Connected { .. } => {
            let states = app
                .watches
                .iter()
                .filter(|(key, _)| key.context == context.name);
            let states: Vec<Sentence> = states
                .flat_map(|(key, state)| of_watch(app, &name, key, state))
                .collect();
            if states.is_empty() {
                vec![(format!("Nothing is watched in {name}."), Role::Text)]
            } else {
                states
            }
        }
    }
}

fn of_watch(
    app: &App,
    name: &str,
    key: &crate::inventory::WatchKey,
    state: &WatchState,
) -> Vec<Sentence> {
    let place = match &key.scope {
        crate::inventory::Scope::All => "all namespaces".to_owned(),
        crate::inventory::Scope::Namespace(namespace) => format!("namespace {namespace}"),
    };
    let elsewhere = || {
        hint(
            app,
            &[
                (Action::PickNamespaces, "chooses namespaces"),
                (Action::PickContexts, "contexts"),
            ],
        )
    };
    match state {
        WatchState::Connecting => vec![(format!("Connecting to {name} …"), Role::Text)],
        WatchState::Listing => vec![(
            format!("Listing the pods of {place} in {name} …"),
            Role::Text,
        )],
        WatchState::Live => vec![
            (
                format!("No pods in {place} of {name}; new ones will show by themselves."),
                Role::Text,
            ),
            (elsewhere(), Role::Dim),
        ],
        WatchState::Reconnecting { reason, .. } => vec![
            (
                format!("The connection to {name} is down: {reason}"),
                Role::Warn,
            ),
            (
                format!(
                    "The next try comes in {}. {}",
                    words::seconds(state.retry_in(app.now)),
                    hint(app, &[(Action::Reconnect, "tries now")])
                ),
                Role::Dim,
            ),
        ],
        WatchState::Forbidden {
            verb,
            resource,
            user,
            ..
        } => vec![
            (
                format!("{user} may not {verb} {resource} in {place} of {name}."),
                Role::Bad,
            ),
            (
                format!("It is asked for again each minute. {}", elsewhere()),
                Role::Dim,
            ),
        ],
        WatchState::Failed { reason } => vec![
            (format!("{name}: {reason}"), Role::Bad),
            (hint(app, &[(Action::Reconnect, "tries again")]), Role::Dim),
        ],
    }
}
