//! Owns the middle of the status line: contexts, namespaces, how the watches are doing. Called by `status_line`.

use crate::app::context::Link;
use crate::app::{App, ContextState};
use crate::config::{Mark, Role};
use crate::inventory::{Scope, WatchState};
use crate::ui::contexts;
use crate::ui::paint::{Pen, Piece};
use crate::ui::status_line::fit::Forms;
use crate::ui::words;

/// Which of namespaces and watch goes first where there is little room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Keep {
    Watch,
    Namespaces,
}

/// The forms of the middle, from the longest to the shortest; the last one is the name alone.
pub(super) fn forms(app: &App, keep: Keep, pen: Pen<'_>) -> Forms {
    match app.contexts.open() {
        [] => Vec::new(),
        [only] => one(app, only, keep, pen),
        several => many(app, several, pen),
    }
}

/// Columns that a clipped name takes.
const CLIPPED: usize = 16;

/// The name that is the last form of the middle, its start cut where it is long; the sign of a protected one stays.
pub(super) fn clipped(forms: &Forms, pen: Pen<'_>) -> Vec<Piece> {
    let Some([name]) = forms.last().map(Vec::as_slice) else {
        return Vec::new();
    };
    let (sign, rest) = match name.text.strip_prefix('!') {
        Some(rest) => ("!", rest),
        None => ("", name.text.as_str()),
    };
    let kept = pen.name(rest, CLIPPED - sign.len());
    vec![Piece {
        text: format!("{sign}{kept}"),
        style: name.style,
    }]
}

fn dot(pen: Pen<'_>) -> Piece {
    pen.own(" · ", Role::Dim)
}

fn one(app: &App, context: &ContextState, keep: Keep, pen: Pen<'_>) -> Forms {
    let name = vec![contexts::name(context, app, pen)];
    let namespaces = vec![pen.foreign(&namespaces(app, context), Role::Text)];
    let watch = watch(app, context, pen);
    let note = notes(app, pen, |note| note);
    let short_note = notes(app, pen, short);
    let kept = match keep {
        Keep::Watch => watch.clone(),
        Keep::Namespaces => namespaces.clone(),
    };
    vec![
        joined(&[&name, &namespaces, &watch, &note], pen),
        joined(&[&name, &kept, &note], pen),
        joined(&[&name, &kept, &short_note], pen),
        joined(&[&name, &short_note], pen),
        name,
    ]
}

/// What holds for all that is done here: that nothing may be changed, that shells are not real ones.
fn notes(app: &App, pen: Pen<'_>, form: impl Fn(&str) -> &str) -> Vec<Piece> {
    let read_only = app.settings.config.guard.read_only.then_some("read-only");
    let shells = app.shells_note.as_deref().map(form);
    let notes: Vec<Vec<Piece>> = read_only
        .into_iter()
        .chain(shells)
        .map(|note| vec![pen.own(note, Role::Warn)])
        .collect();
    joined(&notes.iter().collect::<Vec<_>>(), pen)
}

/// The note without its reason.
fn short(note: &str) -> &str {
    note.split_once([':', ',', '('])
        .map_or(note, |(start, _)| start)
        .trim_end()
}

fn joined(parts: &[&Vec<Piece>], pen: Pen<'_>) -> Vec<Piece> {
    let mut line: Vec<Piece> = Vec::new();
    for part in parts
        .iter()
        .filter(|part| part.iter().any(|piece| !piece.text.is_empty()))
    {
        if !line.is_empty() {
            line.push(dot(pen));
        }
        line.extend(part.iter().cloned());
    }
    line
}

fn many(app: &App, open: &[ContextState], pen: Pen<'_>) -> Forms {
    let named = |context: &ContextState| {
        let mut line = vec![contexts::name(context, app, pen), pen.own(" ", Role::Text)];
        line.extend(watch(app, context, pen));
        line
    };
    let all: Vec<Vec<Piece>> = open.iter().map(named).collect();
    let ill: Vec<Vec<Piece>> = open
        .iter()
        .filter(|context| !healthy(app, context))
        .map(named)
        .collect();
    let count = vec![pen.own(&words::count(open.len(), "context"), Role::Text)];
    let short = if ill.is_empty() {
        live(app, open, pen)
    } else {
        let parts: Vec<&Vec<Piece>> = std::iter::once(&count).chain(ill.iter()).collect();
        joined(&parts, pen)
    };
    vec![
        joined(&all.iter().collect::<Vec<_>>(), pen),
        short,
        count.clone(),
    ]
}

/// `!prod-eu · eu · us ● live`: what holds for all is said once.
fn live(app: &App, open: &[ContextState], pen: Pen<'_>) -> Vec<Piece> {
    let names: Vec<Vec<Piece>> = open
        .iter()
        .map(|context| vec![contexts::name(context, app, pen)])
        .collect();
    let mut line = joined(&names.iter().collect::<Vec<_>>(), pen);
    let last = open.last().map(|context| watch(app, context, pen));
    line.push(pen.own(" ", Role::Text));
    line.extend(last.unwrap_or_default());
    line
}

/// `shop`, `shop +5`, or how many namespaces pods are in: `6 ns`.
fn namespaces(app: &App, context: &ContextState) -> String {
    let scopes = app
        .watches
        .keys()
        .filter(|key| key.context == context.name)
        .map(|key| &key.scope);
    let mut named = Vec::new();
    for scope in scopes {
        match scope {
            Scope::All => {
                return match app.inventory.namespaces(&context.name) {
                    0 => "all ns".to_owned(),
                    some => format!("{some} ns"),
                };
            }
            Scope::Namespace(name) => named.push(name),
        }
    }
    match named.as_slice() {
        [] => String::new(),
        few @ [_, ..] if few.len() <= 3 => few
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
        [first, more @ ..] => format!("{first} +{}", more.len()),
    }
}

/// Whether every context is connected and every watch is live.
pub(super) fn all_well(app: &App) -> bool {
    app.contexts
        .open()
        .iter()
        .all(|context| healthy(app, context))
}

fn healthy(app: &App, context: &ContextState) -> bool {
    matches!(context.link, Link::Connected { .. })
        && app
            .watches
            .iter()
            .filter(|(key, _)| key.context == context.name)
            .all(|(_, state)| *state == WatchState::Live)
}

/// The watch of a context that needs the most attention.
fn worst<'a>(app: &'a App, context: &ContextState) -> Option<&'a WatchState> {
    let of_context = app
        .watches
        .iter()
        .filter(|(key, _)| key.context == context.name);
    of_context
        .map(|(_, state)| state)
        .max_by_key(|state| attention(state))
}

fn attention(state: &WatchState) -> u8 {
    match state {
        WatchState::Live => 0,
        WatchState::Listing => 1,
        WatchState::Connecting => 2,
        WatchState::Reconnecting { .. } => 3,
        WatchState::Forbidden { .. } => 4,
        WatchState::Failed { .. } => 5,
    }
}

fn watch(app: &App, context: &ContextState, pen: Pen<'_>) -> Vec<Piece> {
    let (mark, word, role) = match (&context.link, worst(app, context)) {
        (Link::Failed(_), _) => (Mark::Refused, "failed".to_owned(), Role::Bad),
        (Link::Connecting, None) => (Mark::Waiting, "connecting".to_owned(), Role::Warn),
        (Link::Connecting | Link::Connected { .. }, state) => state_word(app, state),
    };
    vec![pen.own(&format!("{} {word}", pen.look.mark(mark)), role)]
}

fn state_word(app: &App, state: Option<&WatchState>) -> (Mark, String, Role) {
    match state {
        None => (Mark::Waiting, "not watching".to_owned(), Role::Dim),
        Some(WatchState::Connecting) => (Mark::Waiting, "connecting".to_owned(), Role::Warn),
        Some(WatchState::Listing) => (Mark::Waiting, "listing".to_owned(), Role::Warn),
        // Green is for proof only: a live watch is plain.
        Some(WatchState::Live) => (Mark::Live, "live".to_owned(), Role::Text),
        Some(state @ WatchState::Reconnecting { .. }) => {
            let wait = state.retry_in(app.now);
            let word = if wait.is_zero() {
                "reconnecting".to_owned()
            } else {
                format!("reconnecting in {}", words::seconds(wait))
            };
            (Mark::Waiting, word, Role::Warn)
        }
        Some(WatchState::Forbidden { .. }) => (Mark::Refused, "forbidden".to_owned(), Role::Bad),
        Some(WatchState::Failed { .. }) => (Mark::Refused, "failed".to_owned(), Role::Bad),
    }
}
