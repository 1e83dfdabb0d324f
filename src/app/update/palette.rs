//! Owns lists to choose from that lead to an action: the palette and the finder of panes; and what Enter does in any picker.

use crate::app::bindings::{self, Place};
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::{Choice, Overlay, Picker, PickerKind};
use crate::app::pane::Phase;
use crate::app::{Action, App, Effect, Focus, Pane, Turn, Weight};
use crate::keys::{Chord, Key};
use crate::session::Outcome;
use crate::session::outcome::{brief, start_word};

use super::{act, open, panes, search, settings, text, watch};

/// Opens the palette: every action by its name, then contexts, namespaces and themes.
pub(super) fn open(app: &mut App) {
    let place = match app.focus {
        Focus::List => Place::List,
        Focus::Panes => Place::Prefix,
    };
    let mut rows: Vec<PickerRow> = Vec::new();
    let places = [
        place,
        if place == Place::List {
            Place::Prefix
        } else {
            Place::List
        },
    ];
    for binding in places.iter().flat_map(|place| {
        bindings::BINDINGS
            .iter()
            .filter(move |row| row.place == *place)
    }) {
        let choice = Choice::Act(binding.action);
        if movement(binding.action) || rows.iter().any(|row| row.choice == choice) {
            continue;
        }
        let keys = app.settings.keys.shown(binding.place, binding.action);
        let aside = format!("{}   {keys}", binding.help);
        rows.push(PickerRow {
            choice,
            text: binding.name.to_owned(),
            aside,
            marked: false,
        });
    }
    rows.extend(aliases());
    rows.extend(places_to_go(app));
    rows.extend(
        settings::theme_names(app)
            .into_iter()
            .map(|name| PickerRow {
                text: format!("theme {name}"),
                choice: Choice::Theme(name),
                aside: String::new(),
                marked: false,
            }),
    );
    app.overlays
        .push(Overlay::Picker(Picker::new(PickerKind::Palette, rows)));
}

fn movement(action: Action) -> bool {
    matches!(
        action,
        Action::Move(_) | Action::LeavePrefix | Action::Palette
    )
}

/// Words that users of k9s type after the colon.
fn aliases() -> Vec<PickerRow> {
    [
        ("ns", Action::PickNamespaces),
        ("ctx", Action::PickContexts),
        ("q", Action::Quit),
        ("pods", Action::FocusList),
    ]
    .into_iter()
    .map(|(text, action)| PickerRow {
        choice: Choice::Act(action),
        text: text.to_owned(),
        aside: bindings::name_of(action).unwrap_or_default().to_owned(),
        marked: false,
    })
    .collect()
}

fn places_to_go(app: &App) -> Vec<PickerRow> {
    let mut rows = Vec::new();
    for context in app.contexts.known() {
        rows.push(PickerRow {
            choice: Choice::Context(context.clone()),
            text: format!("context {context}"),
            aside: String::new(),
            marked: false,
        });
    }
    for context in app.contexts.open() {
        for namespace in &context.namespaces {
            rows.push(PickerRow {
                choice: Choice::Namespace(namespace.clone()),
                text: format!("namespace {namespace}"),
                aside: context.shown(),
                marked: false,
            });
        }
    }
    rows
}

/// Opens the finder of panes: those in trouble first.
pub(super) fn find_pane(app: &mut App) {
    let mut panes: Vec<&Pane> = app.panes.values().collect();
    if panes.is_empty() {
        return app.say(Weight::Plain, "no pane is open");
    }
    panes.sort_by_key(|pane| (trouble_rank(pane), pane.id));
    let row = |pane: &&Pane| PickerRow {
        choice: Choice::Pane(pane.id),
        text: pane.target.pod.name.to_string(),
        aside: format!("{} · {}", pane.target.container, state_word(pane)),
        marked: false,
    };
    let rows = panes.iter().map(row).collect();
    app.overlays
        .push(Overlay::Picker(Picker::new(PickerKind::Panes, rows)));
}

/// Shows what the focused pane's program has linked; Enter copies an address, and nothing else is done with it.
pub(super) fn links(app: &mut App) {
    let Some(pane) = app.focused_pane() else {
        return app.say(Weight::Plain, "no pane is open");
    };
    let row = |address: &str| PickerRow {
        choice: Choice::Link(address.to_owned()),
        text: address.to_owned(),
        aside: String::new(),
        marked: false,
    };
    let rows: Vec<PickerRow> = pane.screen.links().map(row).collect();
    let pod = pane.target.pod.name.to_string();
    if rows.is_empty() {
        let why = format!("{pod} has linked no web address (OSC 8)");
        return app.say(Weight::Plain, why);
    }
    app.overlays
        .push(Overlay::Picker(Picker::new(PickerKind::Links(pod), rows)));
}

fn trouble_rank(pane: &Pane) -> u8 {
    match &pane.phase {
        _ if pane.not_confirmed() => 0,
        Phase::Silent { .. } => 1,
        Phase::Ended(ended) => match &ended.outcome {
            Outcome::Lost(_) => 1,
            Outcome::StartFailed(_) | Outcome::TimedOut => 2,
            Outcome::Exited(0) | Outcome::Cancelled { .. } => 6,
            Outcome::Exited(_) => 3,
        },
        Phase::Opening { .. } => 4,
        Phase::Live { .. } => 5,
    }
}

fn state_word(pane: &Pane) -> String {
    match &pane.phase {
        _ if pane.not_confirmed() => "not confirmed".to_owned(),
        Phase::Opening { .. } => "opening".to_owned(),
        Phase::Live { .. } => "live".to_owned(),
        Phase::Silent { .. } => "silent".to_owned(),
        Phase::Ended(ended) => match &ended.outcome {
            Outcome::StartFailed(why) => format!("start failed: {}", brief(start_word(why))),
            outcome @ (Outcome::Exited(_)
            | Outcome::Lost(_)
            | Outcome::TimedOut
            | Outcome::Cancelled { .. }) => outcome.to_string(),
        },
    }
}

/// Enter and Esc in a picker.
pub(super) fn picker_key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    if chord.key == Key::Esc || chord == Chord::ctrl('c') {
        app.overlays.pop();
        return;
    }
    if chord.key != Key::Enter {
        return;
    }
    let Some(Overlay::Picker(picker)) = app.overlays.pop() else {
        return;
    };
    let choices = picker.chosen();
    if choices.is_empty() {
        return typed_only(app, &picker, turn);
    }
    match &picker.kind {
        PickerKind::Namespaces(context) => watch::show_namespaces(app, context, &choices, turn),
        PickerKind::Contexts => watch::show_contexts(app, &choices, turn),
        PickerKind::Container(plan, _) => {
            if let Some(Choice::Container(name)) = picker.current().map(|row| row.choice.clone()) {
                open::container_picked(app, (**plan).clone(), &name, turn);
            }
        }
        PickerKind::LogContainer => {
            if let Some(Choice::Container(name)) = picker.current().map(|row| row.choice.clone()) {
                text::container_picked(app, &name, turn);
            }
        }
        PickerKind::Matches { pattern } => {
            if let Some(Choice::Match(pane, at)) = picker.current().map(|row| row.choice.clone()) {
                search::chosen(app, pane, at, pattern, turn);
            }
        }
        PickerKind::Links(_) => {
            if let Some(Choice::Link(address)) = picker.current().map(|row| row.choice.clone()) {
                turn.push(Effect::Copy { text: address });
            }
        }
        PickerKind::Palette | PickerKind::Panes => {
            if let Some(row) = picker.current() {
                choose(app, &row.choice.clone(), turn);
            }
        }
    }
}

/// Nothing in the list fits what was typed.
fn typed_only(app: &mut App, picker: &Picker, turn: &mut Turn<'_>) {
    let typed = picker.query.line().to_owned();
    match &picker.kind {
        PickerKind::Namespaces(context) => {
            if let Err(why) = watch::typed_namespace(app, context, &typed, turn) {
                app.say(Weight::Warning, why);
            }
        }
        PickerKind::Contexts
        | PickerKind::Container(..)
        | PickerKind::LogContainer
        | PickerKind::Palette
        | PickerKind::Matches { .. }
        | PickerKind::Links(_)
        | PickerKind::Panes => app.say(Weight::Plain, format!("nothing is called {typed}")),
    }
}

fn choose(app: &mut App, choice: &Choice, turn: &mut Turn<'_>) {
    let place = match app.focus {
        Focus::List => Place::List,
        Focus::Panes => Place::Prefix,
    };
    match choice {
        Choice::Act(action) => act::act(app, *action, place, turn),
        Choice::Pane(pane) => panes::jump(app, *pane, turn),
        Choice::Context(_) => watch::show_contexts(app, std::slice::from_ref(choice), turn),
        Choice::Namespace(_) | Choice::AllNamespaces | Choice::TypedNamespace => {
            if let Some(context) = app.contexts.active().first().cloned() {
                watch::show_namespaces(app, &context, std::slice::from_ref(choice), turn);
            }
        }
        Choice::Theme(name) => settings::use_theme(app, name),
        Choice::Container(_) | Choice::Match(..) | Choice::Link(_) => {}
    }
}
