//! Owns the list of exec processes that were found in pods: rows in order, what could not be looked into, where the cursor is.

use std::time::Duration;

use crate::ids::ContainerRef;
use crate::session::census::{Client, ExecProcess};

/// The list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeaksPage {
    /// Answers to an older look are no news.
    pub look: u32,
    pub targets: Vec<ContainerRef>,
    pub answered: usize,
    /// In order of pod, container and number.
    pub rows: Vec<LeakRow>,
    /// Containers that could not be looked into, and why.
    pub blind: Vec<(ContainerRef, String)>,
    pub cursor: usize,
}

/// One process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LeakRow {
    pub target: ContainerRef,
    pub process: ExecProcess,
    pub client: Client,
    /// The kernel's boot id, without which its start says nothing.
    pub boot_id: Option<String>,
    /// When it was seen. Milliseconds since 1970, UTC.
    pub seen: i64,
    pub fate: Fate,
}

/// What became of a process since it was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Fate {
    #[default]
    Runs,
    Ending,
    /// Proven.
    Ended,
    Survived(String),
}

/// What was found in one container.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    pub processes: Vec<(ExecProcess, Client)>,
    pub boot_id: Option<String>,
}

impl LeakRow {
    /// How long it has been running at this moment.
    pub fn age(&self, unix_ms: i64) -> Duration {
        let since = u64::try_from(unix_ms.saturating_sub(self.seen)).unwrap_or(0);
        self.process
            .age
            .saturating_add(Duration::from_millis(since))
    }

    fn key(&self) -> (&ContainerRef, u32) {
        (&self.target, self.process.pid)
    }
}

impl LeaksPage {
    /// A list that waits for answers.
    pub const fn new(look: u32, targets: Vec<ContainerRef>) -> Self {
        Self {
            look,
            targets,
            answered: 0,
            rows: Vec::new(),
            blind: Vec::new(),
            cursor: 0,
        }
    }

    /// One container has answered, or cannot.
    pub fn take(&mut self, target: ContainerRef, result: Result<Found, String>, seen: i64) {
        self.answered += 1;
        let under_cursor = self
            .current()
            .map(|row| (row.target.clone(), row.process.pid));
        match result {
            Ok(found) => {
                let row = |(process, client)| LeakRow {
                    target: target.clone(),
                    process,
                    client,
                    boot_id: found.boot_id.clone(),
                    seen,
                    fate: Fate::Runs,
                };
                self.rows.extend(found.processes.into_iter().map(row));
                self.rows.sort_by(|a, b| a.key().cmp(&b.key()));
            }
            Err(why) => self.blind.push((target, why)),
        }
        self.blind.sort();
        // The cursor stays on its process.
        if let Some((target, pid)) = under_cursor {
            let at = self.rows.iter().position(|row| row.key() == (&target, pid));
            self.cursor = at.unwrap_or(self.cursor);
        }
    }

    /// The process under the cursor.
    pub fn current(&self) -> Option<&LeakRow> {
        self.rows.get(self.cursor)
    }

    /// Moves the cursor.
    pub fn step(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(by).min(last);
    }
}
