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
            Self::Taken { second, .. } => second,
            Self::Lost { by, .. } => by,
        }
    }
}

impl Keys {
    /// Builds the keymaps: the defaults, with `overrides` (action name, its chords) in place of an action's own keys.
    /// A default key gives way to an override that wants it, unless it is the only one of its action.
    ///
    /// # Errors
    /// [`KeysError::Taken`] for each pair of overrides that want one key in one place, [`KeysError::Lost`] for each action that would
    /// have no key left without having been named.
    pub fn new(overrides: &[(String, Vec<Chord>)]) -> Result<Self, Vec<KeysError>> {
        let mut keys = Self {
            maps: Vec::new(),
            chords: Vec::new(),
        };
        let mut errors = Vec::new();
        for place in Place::ALL {
            let mut map = Keymap::default();
            let rows = || BINDINGS.iter().filter(|row| row.place == place);
            for row in rows() {
                if let Some(chords) = override_of(row.name, overrides) {
                    let taken = keys.bind(&mut map, row, chords.iter().copied());
                    errors.extend(taken.into_iter().map(|chord| clash(chord, row, &map)));
                }
            }
            for row in rows().filter(|row| override_of(row.name, overrides).is_none()) {
                let chords = row.chords.iter().filter_map(|text| text.parse().ok());
                let taken = keys.bind(&mut map, row, chords);
                if keys.chords(place, row.action).is_empty() {
                    errors.extend(taken.into_iter().map(|chord| lost(chord, row, &map)));
                }
            }
            keys.maps.push((place, map));
        }
        if errors.is_empty() {
            Ok(keys)
        } else {
            Err(errors)
        }
    }

    /// Binds what is still free and returns what was taken.
    fn bind(
        &mut self,
        map: &mut Keymap<Action>,
        row: &Binding,
        chords: impl Iterator<Item = Chord>,
    ) -> Vec<Chord> {
        let mut bound = Vec::new();
        let mut taken = Vec::new();
        for chord in chords {
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

fn clash(chord: Chord, row: &Binding, map: &Keymap<Action>) -> KeysError {
    KeysError::Taken {
        chord,
        first: holder(chord, map).unwrap_or(row.name),
        second: row.name,
        place: row.place.title(),
    }
}

fn lost(chord: Chord, row: &Binding, map: &Keymap<Action>) -> KeysError {
    KeysError::Lost {
        chord,
        by: holder(chord, map).unwrap_or(row.name),
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

/// The rows of help: those of `from` first, each holding every word of `query`, case ignored.
pub fn help_rows(from: Place, query: &str) -> Vec<&'static Binding> {
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let holds = |row: &&Binding| {
        let text = format!("{} {} {}", row.name, row.help, row.chords.join(" ")).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let others = Place::ALL.into_iter().filter(|place| *place != from);
    std::iter::once(from)
        .chain(others)
        .flat_map(|place| BINDINGS.iter().filter(move |row| row.place == place))
        .filter(holds)
        .collect()
}

#[cfg(test)]
mod tests;
