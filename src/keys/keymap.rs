//! Owns the trie from chord sequences to actions. Generic over the action, so that it knows nothing of what they do. Called by `app`.

use std::collections::BTreeMap;
use std::fmt;

use super::Chord;

/// Bindings of chord sequences to actions; no sequence is the start of another one.
#[derive(Clone, Debug)]
pub struct Keymap<A> {
    root: BTreeMap<Chord, Node<A>>,
}

#[derive(Clone, Debug)]
enum Node<A> {
    Bound(A),
    Prefix(BTreeMap<Chord, Node<A>>),
}

impl<A> Node<A> {
    fn next(&self) -> Next<'_, A> {
        match self {
            Self::Bound(action) => Next::Action(action),
            Self::Prefix(_) => Next::More,
        }
    }
}

/// What a typed sequence leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup<'a, A> {
    /// The sequence is bound.
    Found(&'a A),
    /// The sequence starts at least one bound sequence.
    Pending,
    /// Nothing starts like this.
    Unbound,
}

impl<'a, A> Lookup<'a, A> {
    /// The action, where the sequence is bound.
    pub fn found(self) -> Option<&'a A> {
        match self {
            Self::Found(action) => Some(action),
            Self::Pending | Self::Unbound => None,
        }
    }
}

/// What the next chord after a typed sequence would do, for the popup that lists them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next<'a, A> {
    /// It runs the action.
    Action(&'a A),
    /// It waits for one more chord.
    More,
}

/// Two sequences that cannot both be bound: they are equal, or one starts the other. Also refused: the empty sequence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Conflict {
    /// The sequence that was refused.
    pub refused: Vec<Chord>,
    /// The sequence that is bound already; empty when `refused` is.
    pub bound: Vec<Chord>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refused, bound) = (print(&self.refused), print(&self.bound));
        match (self.refused.len(), self.bound.len()) {
            (0, _) => f.write_str("an action needs at least one key"),
            (new, old) if new == old => write!(f, "`{refused}` is bound already"),
            (new, old) if new < old => write!(
                f,
                "`{refused}` is the start of `{bound}`, which is bound already"
            ),
            (_, _) => write!(
                f,
                "`{refused}` starts with `{bound}`, which is bound already"
            ),
        }
    }
}

impl std::error::Error for Conflict {}

/// Writes a sequence as the config spells it, chords apart by a space.
pub fn print(chords: &[Chord]) -> String {
    chords
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(" ")
}

impl<A> Default for Keymap<A> {
    fn default() -> Self {
        Self {
            root: BTreeMap::new(),
        }
    }
}

impl<A> Keymap<A> {
    /// A keymap without bindings.
    pub fn new() -> Self {
        Self::default()
    }

    /// Binds a sequence.
    ///
    /// # Errors
    /// [`Conflict`] when the sequence is empty, bound already, starts a bound one, or starts with one; nothing changes then.
    pub fn insert(&mut self, chords: &[Chord], action: A) -> Result<(), Conflict> {
        if let Some(bound) = self.clash(chords) {
            return Err(Conflict {
                refused: chords.to_vec(),
                bound,
            });
        }
        let Some((last, before)) = chords.split_last() else {
            return Err(Conflict {
                refused: Vec::new(),
                bound: Vec::new(),
            });
        };
        let mut level = &mut self.root;
        for chord in before {
            let node = level
                .entry(*chord)
                .or_insert_with(|| Node::Prefix(BTreeMap::new()));
            match node {
                Node::Prefix(below) => level = below,
                Node::Bound(_) => {
                    return Err(Conflict {
                        refused: chords.to_vec(),
                        bound: before.to_vec(),
                    });
                }
            }
        }
        level.insert(*last, Node::Bound(action));
        Ok(())
    }

    /// What the typed sequence leads to; the empty one is pending.
    pub fn lookup(&self, chords: &[Chord]) -> Lookup<'_, A> {
        match self.find(chords) {
            Found::Level(_) => Lookup::Pending,
            Found::Bound(action) => Lookup::Found(action),
            Found::Nothing => Lookup::Unbound,
        }
    }

    /// The chords that may follow a typed sequence, in chord order; empty when it is bound or unbound.
    pub fn continuations(&self, chords: &[Chord]) -> Vec<(Chord, Next<'_, A>)> {
        let Found::Level(level) = self.find(chords) else {
            return Vec::new();
        };
        level
            .iter()
            .map(|(chord, node)| (*chord, node.next()))
            .collect()
    }

    /// Every binding, in chord order.
    pub fn bindings(&self) -> Vec<(Vec<Chord>, &A)> {
        let mut found = Vec::new();
        collect(&self.root, &mut Vec::new(), &mut found);
        found
    }

    fn find(&self, chords: &[Chord]) -> Found<'_, A> {
        let mut level = &self.root;
        let mut left = chords.iter();
        while let Some(chord) = left.next() {
            match level.get(chord) {
                Some(Node::Prefix(below)) => level = below,
                Some(Node::Bound(action)) if left.as_slice().is_empty() => {
                    return Found::Bound(action);
                }
                Some(Node::Bound(_)) | None => return Found::Nothing,
            }
        }
        Found::Level(level)
    }

    fn clash(&self, chords: &[Chord]) -> Option<Vec<Chord>> {
        self.bindings()
            .into_iter()
            .map(|(bound, _)| bound)
            .find(|bound| bound.starts_with(chords) || chords.starts_with(bound))
    }
}

impl<A: PartialEq> Keymap<A> {
    /// Removes every binding of an action and returns them.
    pub fn unbind(&mut self, action: &A) -> Vec<Vec<Chord>> {
        let gone = self.sequences(action);
        prune(&mut self.root, action);
        gone
    }

    /// The sequences that an action is bound to, in chord order.
    pub fn sequences(&self, action: &A) -> Vec<Vec<Chord>> {
        self.bindings()
            .into_iter()
            .filter(|(_, bound)| *bound == action)
            .map(|(chords, _)| chords)
            .collect()
    }

    /// Gives each named action new sequences instead of its old ones, all at once, so that two actions can swap keys.
    /// An action with an empty list loses its keys. Returns what could not be bound, each with its action.
    pub fn rebind(&mut self, overrides: Vec<(A, Vec<Vec<Chord>>)>) -> Vec<(A, Conflict)>
    where
        A: Clone,
    {
        for (action, _) in &overrides {
            self.unbind(action);
        }
        let mut refused = Vec::new();
        for (action, sequences) in overrides {
            for chords in sequences {
                if let Err(conflict) = self.insert(&chords, action.clone()) {
                    refused.push((action.clone(), conflict));
                }
            }
        }
        refused
    }
}

enum Found<'a, A> {
    Level(&'a BTreeMap<Chord, Node<A>>),
    Bound(&'a A),
    Nothing,
}

fn collect<'a, A>(
    level: &'a BTreeMap<Chord, Node<A>>,
    before: &mut Vec<Chord>,
    found: &mut Vec<(Vec<Chord>, &'a A)>,
) {
    for (chord, node) in level {
        before.push(*chord);
        match node {
            Node::Bound(action) => found.push((before.clone(), action)),
            Node::Prefix(below) => collect(below, before, found),
        }
        before.pop();
    }
}

fn prune<A: PartialEq>(level: &mut BTreeMap<Chord, Node<A>>, action: &A) {
    level.retain(|_, node| match node {
        Node::Bound(bound) => bound != action,
        Node::Prefix(below) => {
            prune(below, action);
            !below.is_empty()
        }
    });
}

#[cfg(test)]
mod tests;
