//! Owns the question which port of a pod is forwarded, and the page of forwards.

use std::sync::Arc;

use crate::app::edit::Edit;
use crate::ids::{ContainerRef, ForwardId};
use crate::keys::{Chord, Key, Mods};
use crate::session::forward::{ContainerPort, PortError, PortPair};

/// Which port of a pod is forwarded, and to which local one.
#[derive(Clone, Debug)]
pub struct ForwardQuestion {
    /// The pod; its container is not chosen yet.
    pub target: ContainerRef,
    pub ports: KnownPorts,
    /// Index among the known ports.
    pub cursor: usize,
    /// `LOCAL:REMOTE`.
    pub edit: Edit,
    pub typed: Typed,
    pub stage: ForwardStage,
    /// Why the last Enter did nothing.
    pub complaint: Option<String>,
}

/// What is known of the pod's ports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KnownPorts {
    Asked,
    Told(Vec<ContainerPort>),
    /// Why the pod could not be asked: the user knows it perhaps.
    Unknown(String),
}

/// Whether the line holds a choice, or the user's own text, which no late answer may take away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Typed {
    Choice,
    Own,
}

/// How far the answer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ForwardStage {
    Asking,
    /// Enter was pressed before it was known whether it is allowed.
    WaitsForRights(PortPair),
    /// The local port is being taken.
    Starting(ForwardId),
}

impl ForwardQuestion {
    /// Opens before anything is known of the pod's ports.
    pub fn new(target: ContainerRef) -> Self {
        Self {
            target,
            ports: KnownPorts::Asked,
            cursor: 0,
            edit: Edit::new(""),
            typed: Typed::Choice,
            stage: ForwardStage::Asking,
            complaint: None,
        }
    }

    /// The ports that can be chosen.
    pub fn choices(&self) -> &[ContainerPort] {
        match &self.ports {
            KnownPorts::Told(ports) => ports,
            KnownPorts::Asked | KnownPorts::Unknown(_) => &[],
        }
    }

    /// The pod has named its ports, or cannot be asked.
    pub fn told(&mut self, ports: Result<Vec<ContainerPort>, String>) {
        self.ports = ports.map_or_else(KnownPorts::Unknown, KnownPorts::Told);
        if self.typed == Typed::Choice {
            self.choose(0);
        }
    }

    /// Moves to another port; the line follows.
    pub fn step(&mut self, by: isize) {
        self.choose(self.cursor.saturating_add_signed(by));
    }

    fn choose(&mut self, at: usize) {
        let last = self.choices().len().saturating_sub(1);
        self.cursor = at.min(last);
        let port = self.choices().get(self.cursor).map(|port| port.port);
        if let Some(port) = port {
            self.write(PortPair {
                local: port,
                remote: port,
            });
        }
    }

    /// Takes an editing key: what is typed first takes the place of a choice, moving in it edits it.
    pub fn key(&mut self, chord: Chord) {
        let types = matches!(chord.key, Key::Char(_)) && !chord.mods.contains(Mods::CTRL);
        if std::mem::replace(&mut self.typed, Typed::Own) == Typed::Choice && types {
            self.edit = Edit::new("");
        }
        self.edit.key(chord);
        self.complaint = None;
    }

    /// Pasted text counts as typed.
    pub fn paste(&mut self, text: &str) {
        if std::mem::replace(&mut self.typed, Typed::Own) == Typed::Choice {
            self.edit = Edit::new("");
        }
        self.edit.paste_line(text);
        self.complaint = None;
    }

    /// Puts a pair into the line.
    pub fn write(&mut self, pair: PortPair) {
        self.edit = Edit::new(&pair.to_string());
        self.typed = Typed::Choice;
    }

    /// What stands in the line; a local port alone, as `9000:`, goes to the port under the cursor.
    ///
    /// # Errors
    /// [`PortError`]: it is no pair of ports.
    pub fn pair(&self) -> Result<PortPair, PortError> {
        let line = self.edit.line().trim();
        match self.choices().get(self.cursor) {
            Some(choice) if line.ends_with(':') => {
                PortPair::parse(&format!("{line}{}", choice.port), self.choices())
            }
            Some(_) | None => PortPair::parse(line, self.choices()),
        }
    }

    /// The container that names a port; empty where none does.
    pub fn container_of(&self, port: u16) -> Arc<str> {
        let mut choices = self.choices().iter();
        let named = choices.find(|choice| choice.port == port);
        named.map_or_else(|| "".into(), |choice| Arc::clone(&choice.container))
    }
}

/// Where the cursor is on the page of forwards.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ForwardsPage {
    pub cursor: usize,
}
