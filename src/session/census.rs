//! Owns the census of a container: the script that lists its processes, the reading of its answer, and which of them came by an
//! exec, whatever tool opened it. Pure and read-only. Knows nothing of sockets or clocks. Called by `headless` and `app`.

mod ending;
mod parse;

pub use ending::{Condemned, Spared, condemned};
pub use parse::CensusError;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::ids::SessionId;

/// The script, sent through the standard input of `sh -s`.
pub const SCRIPT: &str = include_str!("census/census.sh");

/// Clock ticks per second in `/proc`: the kernel shows 100 on every architecture that containers run on.
const TICKS_PER_SECOND: u64 = 100;

/// What starts within this many ticks of the container's first process counts as the application's own.
const START_UP: u64 = 10 * TICKS_PER_SECOND;

/// One living or dead process of the container.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Process {
    pub pid: u32,
    pub ppid: u32,
    pub sid: u32,
    /// Clock ticks since boot.
    pub start: u64,
    /// Number of its controlling terminal; 0 without one.
    pub terminal: i64,
    /// The kernel's state letter; `Z` and `X` run nothing any more.
    pub state: char,
    /// The kernel's short name of the program.
    pub comm: String,
    /// What only processes outside of the first one's session are asked for.
    pub details: Details,
}

/// What the container let us read of one process.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Details {
    /// Effective user.
    pub uid: Option<u32>,
    /// Resident memory.
    pub rss_bytes: Option<u64>,
    /// The marker of ours in its environment.
    pub session: Option<SessionId>,
    /// Its command line, words joined by blanks.
    pub command: Option<String>,
}

/// The processes of one container at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Census {
    own: u32,
    own_session: u32,
    /// The kernel's boot id, which alone makes starts comparable.
    boot_id: Option<String>,
    /// When the census itself started, in clock ticks since boot: the "now" of all ages.
    now: u64,
    processes: Vec<Process>,
}

/// One process that came by an exec, or carries a marker of ours.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExecProcess {
    pub pid: u32,
    /// The command line, or the kernel's name where that is hidden; without control characters.
    pub command: String,
    /// How long it had been running when the census was taken.
    pub age: Duration,
    pub uid: Option<u32>,
    pub rss_bytes: Option<u64>,
    pub exec_root: bool,
    /// The session of ours that it belongs to, by its own environment.
    pub session: Option<SessionId>,
    /// Clock ticks since boot.
    pub start: u64,
    /// The living first process of the exec that it came by; itself where it is that.
    pub root: Option<Root>,
}

/// The first process of an exec.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Root {
    pub pid: u32,
    /// Clock ticks since boot.
    pub start: u64,
    /// The session of ours that it carries.
    pub session: Option<SessionId>,
}

impl ExecProcess {
    /// The session of ours that it belongs to, by its own environment or by that of its exec's first process.
    pub fn owner(&self) -> Option<SessionId> {
        self.session.or_else(|| self.root.as_ref()?.session)
    }

    /// Whose it is, in the words of a table.
    pub fn whose(&self) -> String {
        match self.owner() {
            Some(id) => format!("podmux {}", id.to_string().get(..8).unwrap_or_default()),
            None if self.exec_root => "other".to_owned(),
            None => "its child".to_owned(),
        }
    }

    /// The user that it runs as, in the words of a table.
    pub fn uid_text(&self) -> String {
        self.uid.map_or_else(unknown, |uid| uid.to_string())
    }

    /// What it takes of memory, in the words of a table.
    pub fn memory_text(&self) -> String {
        const KIB: u64 = 1024;
        self.rss_bytes
            .map_or_else(unknown, |bytes| match bytes / KIB {
                kib @ 0..10_000 => format!("{kib}Ki"),
                kib => format!("{}Mi", kib / KIB),
            })
    }
}

fn unknown() -> String {
    "?".to_owned()
}

/// Whether the client that opened a session can still be there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Client {
    /// A podmux of this machine holds it.
    Here,
    /// The podmux of this machine that opened it has ended.
    Gone,
    /// Another tool, or a podmux of another machine: nothing inside the container tells.
    Perhaps,
}

impl Client {
    /// The word for a table and for JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Here => "here",
            Self::Gone => "gone",
            Self::Perhaps => "perhaps",
        }
    }
}

impl Census {
    /// The kernel's boot id, where it can be read.
    pub fn boot_id(&self) -> Option<&str> {
        self.boot_id.as_deref()
    }

    /// Every process that came by an exec, in order of pid; the census itself and the dead left out.
    pub fn exec_processes(&self) -> Vec<ExecProcess> {
        let Some(place) = self.place() else {
            return Vec::new();
        };
        let members = self.members(&place);
        let mut found: Vec<ExecProcess> = self
            .processes
            .iter()
            .filter(|process| members.contains(&process.pid))
            .map(|process| self.found(process, &place))
            .collect();
        found.sort_by_key(|process| process.pid);
        found
    }

    fn found(&self, process: &Process, place: &Place<'_>) -> ExecProcess {
        let ticks = self.now.saturating_sub(process.start);
        let details = process.details.clone();
        ExecProcess {
            pid: process.pid,
            command: details.command.unwrap_or_else(|| process.comm.clone()),
            age: Duration::from_millis(ticks.saturating_mul(1000 / TICKS_PER_SECOND)),
            uid: details.uid,
            rss_bytes: details.rss_bytes,
            exec_root: place.is_root(process),
            session: details.session,
            start: process.start,
            root: self.root(process, place),
        }
    }

    /// By the session id, else by descent.
    fn root(&self, process: &Process, place: &Place<'_>) -> Option<Root> {
        let of = |pid: u32| self.processes.iter().find(|other| other.pid == pid);
        let mut next = Some(process);
        // Parents come to an end; a torn answer must not go round for ever.
        for _ in 0..self.processes.len() {
            let current = next?;
            let leader = of(current.sid).filter(|leader| place.is_root(leader));
            if let Some(root) = leader {
                return Some(Root {
                    pid: root.pid,
                    start: root.start,
                    session: root.details.session,
                });
            }
            next = of(current.ppid);
        }
        None
    }

    fn members(&self, place: &Place<'_>) -> HashSet<u32> {
        let living: Vec<&Process> = self.living(place.main).collect();
        let mut members: HashSet<u32> = living
            .iter()
            .filter(|process| {
                place.is_root(process)
                    || place.entered(process)
                    || place.outlived_its_root(process)
                    || process.details.session.is_some()
            })
            .map(|process| process.pid)
            .collect();
        loop {
            let before = members.len();
            let joined: Vec<u32> = living
                .iter()
                .filter(|p| members.contains(&p.ppid) || members.contains(&p.sid))
                .map(|process| process.pid)
                .collect();
            members.extend(joined);
            if members.len() == before {
                return members;
            }
        }
    }

    fn place(&self) -> Option<Place<'_>> {
        let pids = self.processes.iter().map(|process| process.pid).collect();
        self.main().map(|main| Place { main, pids })
    }

    /// The container's own first process: 1, or the earliest where other containers share the process namespace.
    fn main(&self) -> Option<&Process> {
        let first = self.processes.iter().find(|process| process.pid == 1);
        first.or_else(|| {
            self.processes
                .iter()
                .filter(|process| process.pid != self.own)
                .min_by_key(|process| (process.start, process.pid))
        })
    }

    fn living<'a>(&'a self, main: &'a Process) -> impl Iterator<Item = &'a Process> {
        let of_census = |process: &Process| {
            process.pid == self.own || (self.own_session != 0 && process.sid == self.own_session)
        };
        self.processes.iter().filter(move |process| {
            process.pid != main.pid && !of_census(process) && !matches!(process.state, 'Z' | 'X')
        })
    }
}

/// What tells an exec from what the container runs by itself.
struct Place<'a> {
    main: &'a Process,
    pids: HashSet<u32>,
}

impl Place<'_> {
    /// Every exec makes a session leader whose parent is outside of the container.
    fn is_root(&self, process: &Process) -> bool {
        process.pid != self.main.pid && process.sid == process.pid && self.is_outside(process.ppid)
    }

    /// Put into the container's namespaces from outside, without a session of its own.
    fn entered(&self, process: &Process) -> bool {
        process.ppid == 0 && process.sid != self.main.sid
    }

    /// Its session's first process is gone and it was handed on. A daemon of the application looks the same, unless it has a
    /// terminal that the application has not, or came when the application was long up.
    fn outlived_its_root(&self, process: &Process) -> bool {
        let orphan =
            process.ppid == 1 || process.ppid == self.main.pid || self.is_outside(process.ppid);
        let headless =
            process.sid != 0 && process.sid != self.main.sid && !self.pids.contains(&process.sid);
        let terminal = process.terminal != 0 && process.terminal != self.main.terminal;
        let late = process.start > self.main.start.saturating_add(START_UP);
        orphan && headless && (terminal || late)
    }

    /// Where the host's processes are visible, the runtime's own ones are the parents; else there is nothing to see.
    fn is_outside(&self, parent: u32) -> bool {
        match self.main.ppid {
            0 => parent == 0,
            _ => parent != 1 && !self.pids.contains(&parent),
        }
    }
}

fn by_pid(processes: &mut [Process]) -> HashMap<u32, &mut Process> {
    processes
        .iter_mut()
        .map(|process| (process.pid, process))
        .collect()
}

#[cfg(test)]
mod tests;
