//! Owns what becomes of what is under way when the guard rails change: what was let through under the old ones meets the new ones.

use std::time::Instant;

use crate::app::open::{Guarded, Then};
use crate::app::overlay::{Answer, Overlay, PickerKind};
use crate::app::{App, Turn, Weight};
use crate::config::{Config, Pattern};

use super::super::broadcast;

/// Whether the settings that are read again hold other guard rails, wherever in the file they stand.
pub(in crate::app::update) fn differ(old: &Config, new: &Config) -> bool {
    rails(old) != rails(new)
}

#[derive(PartialEq)]
struct Rails<'a> {
    read_only: bool,
    limits: [u32; 2],
    names: [Vec<&'a str>; 3],
    contexts: Vec<(&'a str, Option<bool>)>,
}

fn rails<'a>(config: &'a Config) -> Rails<'a> {
    let (guard, broadcast) = (&config.guard, &config.broadcast);
    let patterns = |patterns: &'a [Pattern]| -> Vec<&'a str> {
        patterns.iter().map(Pattern::as_str).collect()
    };
    let deny = guard.deny.iter().map(|deny| deny.regex().as_str());
    let contexts = config.contexts.iter();
    Rails {
        read_only: guard.read_only,
        limits: [broadcast.confirm_over, broadcast.max_targets],
        names: [
            patterns(&guard.protected_contexts),
            patterns(&guard.protected_namespaces),
            deny.collect(),
        ],
        contexts: contexts
            .map(|(name, context)| (name.as_str(), context.protected))
            .collect(),
    }
}

/// Other guard rails hold from now on.
pub(in crate::app::update) fn changed(app: &mut App, turn: &mut Turn<'_>) {
    app.rails_changed = Some(app.now);
    for wait in &mut app.waiting {
        if let Then::Open(plan) = &mut wait.then {
            plan.guarded = Guarded::NotYet;
        }
    }
    for overlay in &mut app.overlays {
        if let Overlay::Picker(picker) = overlay
            && let PickerKind::Container(plan, _) = &mut picker.kind
        {
            plan.guarded = Guarded::NotYet;
        }
    }
    if broadcast::switch_outdated_off(app, turn) {
        app.say(
            Weight::Warning,
            "broadcast off: the guard rails have changed",
        );
    }
}

/// Whether an answer starts something that was asked about under other guard rails; then nothing is done, and that is said.
pub(in crate::app::update) fn outdated(app: &mut App, asked: Instant, answer: &Answer) -> bool {
    if !starts(answer) || app.rails_changed.is_none_or(|changed| asked > changed) {
        return false;
    }
    app.say(
        Weight::Warning,
        "nothing was done: the guard rails have changed since; press the key again",
    );
    true
}

/// What ends something is never held up.
const fn starts(answer: &Answer) -> bool {
    match answer {
        Answer::SwitchBroadcastOn(..)
        | Answer::TakeIn(..)
        | Answer::Send(_)
        | Answer::SendFirst(_)
        | Answer::Reopen(_)
        | Answer::Open(_)
        | Answer::OfferDebug(_)
        | Answer::Debug(_)
        | Answer::Run(_)
        | Answer::Forward(_) => true,
        Answer::SetClipboard(_)
        | Answer::EndProcess(_)
        | Answer::Cancel(_)
        | Answer::Interrupt(_)
        | Answer::Quit
        | Answer::ForceQuit => false,
    }
}
