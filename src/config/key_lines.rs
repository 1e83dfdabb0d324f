//! Owns the reading of `[keys]`: the prefix, and the chords of each action. Knows actions by their names only. Called by `sections`.

use super::error::ConfigError;
use super::read::{Read, Section, Value, one_or_many, parsed, wrong};
use super::sections::within;
use super::settings::{KeyEntry, Keys};
use crate::keys::nearest::nearest;
use crate::keys::{Chord, ChordError};

/// What a key looks like, for who wrote none.
const EXAMPLES: &str =
    "write one such as \"c\", \"G\", \"ctrl-g\", \"alt-x\", \"f5\", \"space\" or \"shift-tab\"";

/// The names that lines of `[keys]` may have.
#[derive(Clone, Copy, Debug)]
pub(super) enum Actions<'a> {
    /// Any: who asks does not know them.
    Any,
    These(&'a [&'a str]),
}

pub(super) fn keys(
    mut section: Section<'_, '_>,
    actions: Actions<'_>,
    errors: &mut Vec<ConfigError>,
) -> Keys {
    let default = Keys::default();
    let prefix_at = section.at("prefix");
    let prefix = section.get("prefix", default.prefix, |v| {
        let mut seen = Vec::new();
        let chords = one_or_many(v, |v| {
            let chord = chord(v)?;
            if seen.contains(&chord) {
                return wrong(v, format!("{chord} stands here twice"));
            }
            seen.push(chord);
            Ok(chord)
        })?;
        if chords.is_empty() {
            wrong(v, "podmux needs at least one prefix key")
        } else {
            Ok(chords)
        }
    });
    let which_key_after = section.get("which_key_after", default.which_key_after, |v| {
        within(v, "0s", "10s")
    });
    let mut entries = Vec::new();
    for (name, place, value) in section.rest() {
        if let Some(help) = unknown(name, actions) {
            let message = format!("`{name}` in [keys] is no action");
            section.wrong_key(ConfigError {
                place,
                message,
                help: Some(help),
            });
            continue;
        }
        match one_or_many(value, chord) {
            Ok(chords) => entries.push(KeyEntry {
                name: name.to_owned(),
                chords,
                place,
            }),
            Err(found) => section.wrong(found),
        }
    }
    errors.extend(section.into_errors());
    Keys {
        prefix,
        prefix_at,
        which_key_after,
        actions: entries,
    }
}

/// What is said beside a name that is none.
fn unknown(name: &str, actions: Actions<'_>) -> Option<String> {
    let Actions::These(known) = actions else {
        return None;
    };
    if known.contains(&name) {
        return None;
    }
    let all = known.iter().copied().chain(["prefix", "which_key_after"]);
    let help = nearest(name, all).map_or_else(
        || "the page of keys (?) names the actions".to_owned(),
        |right| format!("did you mean `{right}`?"),
    );
    Some(help)
}

fn chord(value: &Value<'_>) -> Read<Chord> {
    let read: Chord = parsed(value, |text| {
        if text.trim().contains(char::is_whitespace) {
            return Err("one key belongs here; several go into a list: [\"a\", \"b\"]".to_owned());
        }
        text.parse().map_err(|error| explained(&error))
    })?;
    match read.never_sent() {
        None => Ok(read),
        Some(why) => wrong(value, why),
    }
}

fn explained(error: &ChordError) -> String {
    match error {
        ChordError::Modifier {
            nearest: Some(_), ..
        }
        | ChordError::Key {
            nearest: Some(_), ..
        } => error.to_string(),
        ChordError::Empty
        | ChordError::Modifier { nearest: None, .. }
        | ChordError::Key { nearest: None, .. } => format!("{error}: {EXAMPLES}"),
    }
}
