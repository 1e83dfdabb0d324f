//! Owns contexts, namespaces and watches: what is watched, how it is doing, what the user picked.

use std::sync::Arc;

use crate::app::bindings::Place;
use crate::app::context::{ContextState, Link, ScopeWish};
use crate::app::event::ContextNews;
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::{Choice, Overlay, Picker, PickerKind, Prompt, PromptKind};
use crate::app::{Action, App, Effect, Turn, Weight};
use crate::ids::{ContextName, NAMESPACE_RULE, is_namespace};
use crate::inventory::{Scope, WatchKey, WatchMessage, WatchState};

use super::{follow, forward, keyboard, list, open};

/// A context is connected, or cannot be.
pub(super) fn context(app: &mut App, name: &ContextName, news: ContextNews, turn: &mut Turn<'_>) {
    app.touch();
    match news {
        ContextNews::Connected {
            namespace,
            user,
            cluster_user,
            server,
        } => {
            if let Some(context) = app.contexts.get_mut(name) {
                context.link = Link::Connected {
                    namespace,
                    user,
                    cluster_user,
                    server,
                };
            }
            start_watches(app, name, turn);
            turn.push(Effect::ListNamespaces(name.clone()));
        }
        ContextNews::Failed(why) => {
            if let Some(context) = app.contexts.get_mut(name) {
                context.link = Link::Failed(why.clone());
            }
            app.say(Weight::Bad, why);
        }
    }
}

/// Starts what the context's wish asks for and ends what it no longer does.
fn start_watches(app: &mut App, name: &ContextName, turn: &mut Turn<'_>) {
    let wanted = app
        .contexts
        .get(name)
        .map(ContextState::watches)
        .unwrap_or_default();
    let running: Vec<WatchKey> = app
        .watches
        .keys()
        .filter(|key| key.context == *name)
        .cloned()
        .collect();
    for key in running.iter().filter(|key| !wanted.contains(key)) {
        app.watches.remove(key);
        app.inventory.forget(key);
        turn.push(Effect::Unwatch(key.clone()));
    }
    for key in wanted.into_iter().filter(|key| !running.contains(key)) {
        app.watches.insert(key.clone(), WatchState::Connecting);
        turn.push(Effect::Watch(key));
    }
    let height = list::height(app);
    app.list.refresh(&app.inventory, height);
    app.touch();
}

/// A watch has pods or a new state.
pub(super) fn message(app: &mut App, key: &WatchKey, message: WatchMessage, turn: &mut Turn<'_>) {
    if !app.watches.contains_key(key) {
        return;
    }
    match message {
        WatchMessage::Deltas(deltas) => {
            let touched = follow::touched(app, &deltas);
            app.inventory.apply_all(key, deltas);
            let height = list::height(app);
            if app.list.refresh(&app.inventory, height) {
                app.touch();
            }
            super::session::pods_changed(app, turn);
            follow::pods_changed(app, &touched, turn);
            forward::pods_changed(app, turn);
        }
        WatchMessage::State(state) => {
            let live = state == WatchState::Live;
            let forbidden = matches!(state, WatchState::Forbidden { .. });
            app.watches.insert(key.clone(), state);
            app.touch();
            if forbidden {
                fall_back(app, key, turn);
            }
            if live {
                open::start_targets(app, turn);
            }
        }
    }
}

/// All namespaces may not be listed: the context's own may be, and a box takes the name of another.
fn fall_back(app: &mut App, key: &WatchKey, turn: &mut Turn<'_>) {
    let Some(context) = app.contexts.get_mut(&key.context) else {
        return;
    };
    if key.scope != Scope::All || context.wish != ScopeWish::Auto {
        return;
    }
    let Some(namespace) = context.own_namespace() else {
        return;
    };
    let shown = context.shown();
    context.wish = ScopeWish::These(vec![namespace.clone()]);
    start_watches(app, &key.context, turn);
    let keys = app.settings.keys.shown(Place::List, Action::PickNamespaces);
    let whose = if app.contexts.several() {
        format!(" of {shown}")
    } else {
        String::new()
    };
    app.say(
        Weight::Warning,
        format!("you may not list all pods{whose}; showing {namespace}. {keys} chooses others"),
    );
}

/// The API server listed the namespaces, or would not.
pub(super) fn namespaces(app: &mut App, name: &ContextName, result: Result<Vec<Arc<str>>, String>) {
    let Some(context) = app.contexts.get_mut(name) else {
        return;
    };
    match result {
        Ok(names) => context.namespaces = names,
        Err(why) => tracing::info!(context = %name, %why, "namespaces are not listed"),
    }
    app.touch();
}

/// Opens the list of namespaces; where they may not be listed, those that pods were seen in, and a line to type another.
pub(super) fn pick_namespaces(app: &mut App, turn: &mut Turn<'_>) {
    let current = app
        .list
        .current(&app.inventory)
        .map(|row| row.pod.context.clone());
    let name = current.or_else(|| {
        app.contexts
            .open()
            .first()
            .map(|context| context.name.clone())
    });
    let Some(context) = name.and_then(|name| app.contexts.get(&name)) else {
        let pick = keyboard::offer(app, Place::List, Action::PickContexts, "picks one");
        return app.say(Weight::Warning, format!("no context is open{pick}"));
    };
    turn.push(Effect::ListNamespaces(context.name.clone()));
    let chosen = |namespace: &Arc<str>| match &context.wish {
        ScopeWish::These(these) => these.contains(namespace),
        ScopeWish::Auto | ScopeWish::All => false,
    };
    let row = |namespace: &Arc<str>| PickerRow {
        choice: Choice::Namespace(namespace.clone()),
        text: namespace.to_string(),
        aside: pods_in(app, &context.name, namespace),
        marked: chosen(namespace),
    };
    let plain = |choice, text: &str, aside: &str| PickerRow {
        choice,
        text: text.to_owned(),
        aside: aside.to_owned(),
        marked: false,
    };
    let mut rows = vec![plain(Choice::AllNamespaces, "all namespaces", "")];
    rows.extend(known_namespaces(app, context).iter().map(row));
    rows.push(plain(
        Choice::TypedNamespace,
        "another one …",
        "type its name",
    ));
    let kind = PickerKind::Namespaces(context.name.clone());
    app.overlays.push(Overlay::Picker(Picker::new(kind, rows)));
}

fn known_namespaces(app: &App, context: &ContextState) -> Vec<Arc<str>> {
    let mut names = context.namespaces.clone();
    let seen = app
        .inventory
        .iter()
        .filter(|row| row.pod.context == context.name);
    names.extend(seen.map(|row| row.pod.namespace.clone()));
    if let ScopeWish::These(these) = &context.wish {
        names.extend(these.iter().cloned());
    }
    // Where neither pods nor namespaces may be listed it is the only one that is known.
    names.extend(context.own_namespace());
    names.sort();
    names.dedup();
    names
}

fn pods_in(app: &App, context: &ContextName, namespace: &Arc<str>) -> String {
    let here = |row: &&crate::inventory::PodRow| {
        row.pod.context == *context && row.pod.namespace == *namespace
    };
    match app.inventory.iter().filter(here).count() {
        0 => String::new(),
        pods => crate::text::pods(pods),
    }
}

/// Watches these namespaces of a context from now on.
pub(super) fn show_namespaces(
    app: &mut App,
    name: &ContextName,
    choices: &[Choice],
    turn: &mut Turn<'_>,
) {
    if choices.contains(&Choice::TypedNamespace) {
        let kind = PromptKind::Namespace {
            context: name.clone(),
        };
        app.overlays.push(Overlay::Prompt(Prompt::new(kind, "")));
        return;
    }
    let mut names = Vec::new();
    for choice in choices {
        match choice {
            Choice::Namespace(namespace) => names.push(namespace.clone()),
            Choice::AllNamespaces
            | Choice::TypedNamespace
            | Choice::Context(_)
            | Choice::Container(_)
            | Choice::Act(_)
            | Choice::Pane(_)
            | Choice::Match(..)
            | Choice::Link(_)
            | Choice::Theme(_) => {}
        }
    }
    let wish = if choices.contains(&Choice::AllNamespaces) || names.is_empty() {
        ScopeWish::All
    } else {
        ScopeWish::These(names)
    };
    set_wish(app, name, wish, turn);
}

/// Watches one namespace more, as the user typed it.
pub(super) fn typed_namespace(
    app: &mut App,
    name: &ContextName,
    typed: &str,
    turn: &mut Turn<'_>,
) -> Result<(), String> {
    let typed = typed.trim();
    if !is_namespace(typed) {
        return Err(NAMESPACE_RULE.to_owned());
    }
    let mut names = match app.contexts.get(name).map(|context| context.wish.clone()) {
        Some(ScopeWish::These(names)) => names,
        Some(ScopeWish::Auto | ScopeWish::All) | None => Vec::new(),
    };
    if !names.iter().any(|known| **known == *typed) {
        names.push(typed.into());
    }
    set_wish(app, name, ScopeWish::These(names), turn);
    Ok(())
}

fn set_wish(app: &mut App, name: &ContextName, wish: ScopeWish, turn: &mut Turn<'_>) {
    if let Some(context) = app.contexts.get_mut(name) {
        context.wish = wish;
    }
    start_watches(app, name, turn);
}

/// Watches all namespaces of every context.
pub(super) fn all_namespaces(app: &mut App, turn: &mut Turn<'_>) {
    for name in app.contexts.active() {
        set_wish(app, &name, ScopeWish::All, turn);
    }
}

/// Opens the list of contexts.
pub(super) fn pick_contexts(app: &mut App) {
    let row = |name: &ContextName| {
        let open = app.contexts.get(name);
        PickerRow {
            choice: Choice::Context(name.clone()),
            text: name.to_string(),
            aside: open.map(|_| "open".to_owned()).unwrap_or_default(),
            marked: open.is_some(),
        }
    };
    let rows = app.contexts.known().iter().map(row).collect();
    app.overlays
        .push(Overlay::Picker(Picker::new(PickerKind::Contexts, rows)));
}

/// Opens these contexts and closes the others; panes keep their sessions.
pub(super) fn show_contexts(app: &mut App, choices: &[Choice], turn: &mut Turn<'_>) {
    let wanted: Vec<ContextName> = choices.iter().filter_map(context_of).collect();
    for name in app.contexts.active() {
        if !wanted.contains(&name) {
            if let Some(context) = app.contexts.get_mut(&name) {
                context.wish = ScopeWish::These(Vec::new());
            }
            start_watches(app, &name, turn);
            app.contexts.remove(&name);
        }
    }
    for name in wanted {
        if app.contexts.get(&name).is_none() {
            let color = app.contexts.open().len();
            app.contexts
                .add(ContextState::opening(&name, color, &app.settings.config));
            turn.push(Effect::Connect(name));
        }
    }
}

fn context_of(choice: &Choice) -> Option<ContextName> {
    match choice {
        Choice::Context(name) => Some(name.clone()),
        Choice::AllNamespaces
        | Choice::Namespace(_)
        | Choice::TypedNamespace
        | Choice::Container(_)
        | Choice::Act(_)
        | Choice::Pane(_)
        | Choice::Match(..)
        | Choice::Link(_)
        | Choice::Theme(_) => None,
    }
}

/// Ends every wait: of watches, and of contexts that could not be reached.
pub(super) fn reconnect_now(app: &mut App, turn: &mut Turn<'_>) {
    turn.push(Effect::ReconnectNow);
    for name in app.contexts.active() {
        let Some(context) = app.contexts.get_mut(&name) else {
            continue;
        };
        if matches!(context.link, Link::Failed(_)) {
            context.link = Link::Connecting;
            turn.push(Effect::Connect(name));
        }
    }
    app.say(Weight::Plain, "reconnecting now");
}
