//! Owns the one table of actions: name, place, default keys, help. Help, which-key, palette, README and config names come from it.
//! Knows nothing of what an action does. Called by `update`, `ui` and the config check.

use crate::app::action::Action;
use crate::keys::{Chord, Conflict, Keymap, Lookup};

mod table;

pub use table::BINDINGS;

/// Where a key is looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Place {
    /// The focus is on the list.
    List,
    /// After the prefix, in a pane.
    Prefix,
    /// A pane's scrollback is being read.
    Scroll,
    /// A page of text (logs, describe, YAML, events, notices) is open.
    Text,
    /// Folded answers are shown.
    Gather,
    /// Exec processes that were found are shown.
    Leaks,
    /// The forwards of this run are shown.
    Forwards,
}

impl Place {
    /// Every place, in the order in which help shows them.
    pub const ALL: [Self; 7] = [
        Self::List,
        Self::Prefix,
        Self::Scroll,
        Self::Text,
        Self::Gather,
        Self::Leaks,
        Self::Forwards,
    ];

    /// Whether the prefix is looked for before the keys of this place.
    const fn yields_to_prefix(self) -> bool {
        matches!(self, Self::List | Self::Scroll)
    }

    /// The heading in help.
    pub const fn title(self) -> &'static str {
        match self {
            Self::List => "in the list",
            Self::Prefix => "in a pane, after the prefix",
            Self::Scroll => "in scroll mode",
            Self::Text => "in a page of text",
            Self::Gather => "in folded answers",
            Self::Leaks => "in the list of leaks",
            Self::Forwards => "in the list of port-forwards",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Binding {
    pub place: Place,
    pub action: Action,
    /// The name in `[keys]` of the config; an action keeps one name in all places.
    pub name: &'static str,
    /// Default keys as the config spells them.
    pub chords: &'static [&'static str],
    /// What it does, in a few words.
    pub help: &'static str,
    /// The same in fewer words, for the popup of keys where there is little room.
    pub short: &'static str,
}

/// The keys of every place, after the config's changes.
#[derive(Clone, Debug)]
pub struct Keys {
    maps: Vec<(Place, Keymap<Action>)>,
    chords: Vec<(Place, Action, Vec<Chord>)>,
}

/// A key in the config that cannot be used as asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum KeysError {
    /// Nothing else closes a page.
    #[error("{action} is the only way out of a page and needs a key")]
    NoWayOut { action: &'static str },
    /// One action was given the same key again.
    #[error("{chord} is given to {action} twice")]
    Twice { chord: Chord, action: &'static str },
    /// The prefix comes first where this action is.
    #[error("{chord} is a prefix and would never reach {action} {place}")]
    Prefix {
        chord: Chord,
        action: &'static str,
        place: &'static str,
    },
    /// The same key was given to two actions of one place.
    #[error("{chord} is given to both {first} and {second} {place}")]
    Taken {
        chord: Chord,
        first: &'static str,
        second: &'static str,
        place: &'static str,
    },
    /// An action that the config does not name lost its only key to one that it does name.
    #[error(
        "{chord} is given to {by} and was the only key of {loser} {place}: give {loser} another one, or none with {loser} = []"
    )]
    Lost {
        chord: Chord,
        by: &'static str,
        loser: &'static str,
        place: &'static str,
    },
}

impl KeysError {
    /// The action of the settings that asked for the key.
    pub fn action(&self) -> &'static str {
        match self {
            Self::NoWayOut { action }
            | Self::Twice { action, .. }
            | Self::Prefix { action, .. } => action,
            Self::Taken { second, .. } => second,
            Self::Lost { by, .. } => by,
        }
    }
}

impl KeysError {
    /// Whether it differs from another one by nothing but the place.
    fn says_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Taken {
                    chord,
                    first,
                    second,
                    ..
                },
                Self::Taken {
                    chord: other_chord,
                    first: other_first,
                    second: other_second,
                    ..
                },
            ) => (chord, first, second) == (other_chord, other_first, other_second),
            (
                Self::Prefix { chord, action, .. },
                Self::Prefix {
                    chord: other_chord,
                    action: other_action,
                    ..
                },
            ) => (chord, action) == (other_chord, other_action),
            (one, other) => one == other,
        }
    }
}

impl Keys {
    /// Builds the keymaps: the defaults, with `overrides` (action name, its chords) in place of an action's own keys.
    /// A default key gives way to an override that wants it and to the prefix, unless it is the only one of its action.
    ///
    /// # Errors
    /// Each [`KeysError`]: what two overrides want, or one twice, what the prefix takes, and each action that would have no key left
    /// without having been named.
    pub fn new(
        prefix: &[Chord],
        overrides: &[(String, Vec<Chord>)],
    ) -> Result<Self, Vec<KeysError>> {
        let mut keys = Self {
            maps: Vec::new(),
            chords: Vec::new(),
        };
        let mut errors = Vec::new();
        for place in Place::ALL {
            keys.place(place, prefix, overrides, &mut errors);
        }
        // An action of several places is told of once.
        let mut told: Vec<KeysError> = Vec::new();
        errors.retain(|error| {
            let new = !told.iter().any(|before| before.says_the_same(error));
            told.push(error.clone());
            new
        });
        if errors.is_empty() {
            Ok(keys)
        } else {
            Err(errors)
        }
    }

    /// The keys of one place.
    fn place(
        &mut self,
        place: Place,
        prefix: &[Chord],
        overrides: &[(String, Vec<Chord>)],
        errors: &mut Vec<KeysError>,
    ) {
        let mut map = Keymap::default();
        if let Some(action) = no_way_out(place, overrides) {
            errors.push(KeysError::NoWayOut { action });
        }
        let reserved = if place.yields_to_prefix() {
            prefix
        } else {
            &[]
        };
        let rows = || BINDINGS.iter().filter(|row| row.place == place);
        for row in rows() {
            if let Some(chords) = override_of(row.name, overrides) {
                let taken = self.bind(&mut map, row, chords, reserved);
                let clash = |chord| clash(chord, row, &map, reserved);
                errors.extend(taken.into_iter().map(clash));
            }
        }
        for row in rows().filter(|row| override_of(row.name, overrides).is_none()) {
            let taken = self.bind(&mut map, row, &default_chords(row, prefix), reserved);
            if self.chords(place, row.action).is_empty() {
                errors.extend(taken.into_iter().map(|chord| lost(chord, row, &map)));
            }
        }
        self.maps.push((place, map));
    }

    /// Binds what is still free and returns what was taken.
    fn bind(
        &mut self,
        map: &mut Keymap<Action>,
        row: &Binding,
        chords: &[Chord],
        reserved: &[Chord],
    ) -> Vec<Chord> {
        let mut bound = Vec::new();
        let mut taken = Vec::new();
        for chord in chords.iter().copied() {
            if reserved.contains(&chord) {
                taken.push(chord);
                continue;
            }
            match map.insert(&[chord], row.action) {
                Ok(()) => bound.push(chord),
                Err(Conflict { .. }) => taken.push(chord),
            }
        }
        self.chords.push((row.place, row.action, bound));
        taken
    }

    /// What `chord` asks for in `place`.
    pub fn action(&self, place: Place, chord: Chord) -> Option<Action> {
        let (_, map) = self.maps.iter().find(|(of, _)| *of == place)?;
        match map.lookup(&[chord]) {
            Lookup::Found(action) => Some(*action),
            Lookup::Pending | Lookup::Unbound => None,
        }
    }

    /// The rows of help: those of `from` first, each holding every word of `query`, case ignored.
    pub fn help_rows(&self, from: Place, query: &str) -> Vec<&'static Binding> {
        let query = query.to_lowercase();
        let words: Vec<&str> = query.split_whitespace().collect();
        let holds = |row: &&Binding| {
            let chords = self.chords(row.place, row.action).iter();
            let chords: Vec<String> = chords.map(ToString::to_string).collect();
            let text = format!("{} {} {}", row.name, row.help, chords.join(" ")).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let others = Place::ALL.into_iter().filter(|place| *place != from);
        std::iter::once(from)
            .chain(others)
            .flat_map(|place| BINDINGS.iter().filter(move |row| row.place == place))
            .filter(holds)
            .collect()
    }

    /// The keys of an action in a place; empty when it has none left.
    pub fn chords(&self, place: Place, action: Action) -> &[Chord] {
        self.chords
            .iter()
            .find(|(of, bound, _)| *of == place && *bound == action)
            .map_or(&[], |(_, _, chords)| chords)
    }

    /// The first key of an action as people write it, or `unbound`.
    pub fn shown(&self, place: Place, action: Action) -> String {
        self.chords(place, action)
            .first()
            .map_or_else(|| "unbound".to_owned(), |chord| chord.written())
    }
}

fn override_of<'a>(name: &str, overrides: &'a [(String, Vec<Chord>)]) -> Option<&'a [Chord]> {
    overrides
        .iter()
        .find(|(of, _)| of == name)
        .map(|(_, chords)| chords.as_slice())
}

/// The action that alone closes what this place is, if the overrides leave it without a key.
fn no_way_out(place: Place, overrides: &[(String, Vec<Chord>)]) -> Option<&'static str> {
    let way_out = (place == Place::Text).then(|| name_of(Action::Back))??;
    override_of(way_out, overrides)?
        .is_empty()
        .then_some(way_out)
}

/// The default keys of a row. The prefix pressed again sends itself, whichever it is.
fn default_chords(row: &Binding, prefix: &[Chord]) -> Vec<Chord> {
    match (row.action, prefix.first()) {
        (Action::LiteralPrefix, Some(first)) => vec![*first],
        _ => row
            .chords
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect(),
    }
}

fn clash(chord: Chord, row: &Binding, map: &Keymap<Action>, reserved: &[Chord]) -> KeysError {
    let place = row.place.title();
    match holder(chord, map) {
        _ if reserved.contains(&chord) => KeysError::Prefix {
            chord,
            action: row.name,
            place,
        },
        Some(first) if first != row.name => KeysError::Taken {
            chord,
            first,
            second: row.name,
            place,
        },
        Some(_) | None => KeysError::Twice {
            chord,
            action: row.name,
        },
    }
}

fn lost(chord: Chord, row: &Binding, map: &Keymap<Action>) -> KeysError {
    KeysError::Lost {
        chord,
        by: holder(chord, map).unwrap_or("the prefix"),
        loser: row.name,
        place: row.place.title(),
    }
}

fn holder(chord: Chord, map: &Keymap<Action>) -> Option<&'static str> {
    match map.lookup(&[chord]) {
        Lookup::Found(action) => name_of(*action),
        Lookup::Pending | Lookup::Unbound => None,
    }
}

/// The config name of an action; `None` only for an action that has no row.
pub fn name_of(action: Action) -> Option<&'static str> {
    BINDINGS
        .iter()
        .find(|row| row.action == action)
        .map(|row| row.name)
}

/// Every action name that `[keys]` may hold, each once.
pub fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = BINDINGS.iter().map(|row| row.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The action of a config name, with the place of its first row.
pub fn by_name(name: &str) -> Option<(Place, Action)> {
    BINDINGS
        .iter()
        .find(|row| row.name == name)
        .map(|row| (row.place, row.action))
}

#[cfg(test)]
mod tests;
