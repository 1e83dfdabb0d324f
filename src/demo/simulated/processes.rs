//! Owns the process table of one simulated container: who is whose child, in which session, and what signals do. Knows nothing of shells or
//! of streams. Used by the shell, by `ps`, and by the answers to podmux's own scripts.

use std::collections::{BTreeMap, BTreeSet};

use tokio::sync::watch;

/// Signals that a simulated process can get.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) enum Signal {
    Hup,
    Int,
    Quit,
    Kill,
    Usr1,
    Usr2,
    Term,
    Cont,
    Stop,
}

impl Signal {
    const ALL: [(Self, i32, &'static str); 9] = [
        (Self::Hup, 1, "HUP"),
        (Self::Int, 2, "INT"),
        (Self::Quit, 3, "QUIT"),
        (Self::Kill, 9, "KILL"),
        (Self::Usr1, 10, "USR1"),
        (Self::Usr2, 12, "USR2"),
        (Self::Term, 15, "TERM"),
        (Self::Cont, 18, "CONT"),
        (Self::Stop, 19, "STOP"),
    ];

    /// Reads `9`, `KILL` or `SIGKILL`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let name = text.strip_prefix("SIG").unwrap_or(text);
        let found = Self::ALL
            .iter()
            .find(|(_, number, word)| *word == name || number.to_string() == text);
        found.map(|(signal, ..)| *signal)
    }

    pub(super) fn number(self) -> i32 {
        Self::ALL
            .iter()
            .find(|(signal, ..)| *signal == self)
            .map_or(0, |(_, number, _)| *number)
    }
}

/// What the kernel would show in `/proc/PID/stat`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Sleeping,
    Stopped,
    /// Waits for a disk that never answers: no signal ends it, not even KILL, and it outlives its session.
    DiskWait,
}

/// The program that reads a disk; here none answers.
pub(super) const READS_DISK: &str = "dd";

/// One simulated process.
#[derive(Clone, Debug)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) ppid: u32,
    pub(super) sid: u32,
    pub(super) comm: String,
    pub(super) command: String,
    pub(super) on_terminal: bool,
    /// Clock ticks since boot.
    pub(super) start: u64,
    /// The session id that podmux put into the environment.
    pub(super) marker: Option<String>,
    pub(super) state: State,
    pub(super) ignored: BTreeSet<Signal>,
    /// Signals for which the shell runs a trap.
    pub(super) trapped: BTreeSet<Signal>,
    pub(super) pending: Vec<Signal>,
    /// Waits for Ctrl-C on the terminal.
    pub(super) in_foreground: bool,
    killed: watch::Sender<Option<Signal>>,
}

/// What a new process is made from.
#[derive(Clone, Debug)]
pub(super) struct Birth {
    pub(super) ppid: u32,
    /// Nothing makes the process the leader of a new session.
    pub(super) sid: Option<u32>,
    pub(super) command: String,
    pub(super) on_terminal: bool,
    pub(super) marker: Option<String>,
    pub(super) ignored: BTreeSet<Signal>,
    pub(super) in_foreground: bool,
}

/// The processes of a container.
#[derive(Debug)]
pub(super) struct Processes {
    table: BTreeMap<u32, Process>,
    next: u32,
}

impl Processes {
    /// A container that runs `command` as its first process.
    pub(super) fn new(command: &str, start: u64) -> Self {
        let mut processes = Self {
            table: BTreeMap::new(),
            next: 1,
        };
        let birth = Birth {
            ppid: 0,
            sid: None,
            command: command.to_owned(),
            on_terminal: false,
            marker: None,
            ignored: BTreeSet::new(),
            in_foreground: false,
        };
        processes.enter(birth, start);
        processes
    }

    /// Adds a process; the receiver tells the signal that ends it.
    pub(super) fn enter(
        &mut self,
        birth: Birth,
        start: u64,
    ) -> (u32, watch::Receiver<Option<Signal>>) {
        let pid = self.next;
        // Numbers grow, as on a real node where other containers take some in between.
        self.next += if pid == 1 { 6 } else { 1 + pid % 3 };
        let (killed, receiver) = watch::channel(None);
        let comm = short_name(&birth.command);
        let process = Process {
            pid,
            ppid: birth.ppid,
            sid: birth.sid.unwrap_or(pid),
            state: if comm == READS_DISK {
                State::DiskWait
            } else {
                State::Sleeping
            },
            comm,
            command: birth.command,
            on_terminal: birth.on_terminal,
            start,
            marker: birth.marker,
            ignored: birth.ignored,
            trapped: BTreeSet::new(),
            pending: Vec::new(),
            in_foreground: birth.in_foreground,
            killed,
        };
        self.table.insert(pid, process);
        (pid, receiver)
    }

    /// Removes a process, unless it waits for its disk; its children now belong to process 1, and so does what waits.
    pub(super) fn leave(&mut self, pid: u32) {
        match self.table.get_mut(&pid) {
            Some(process) if process.state == State::DiskWait => process.ppid = 1,
            Some(_) | None => drop(self.table.remove(&pid)),
        }
        for process in self
            .table
            .values_mut()
            .filter(|process| process.ppid == pid)
        {
            process.ppid = 1;
        }
    }

    pub(super) fn get(&self, pid: u32) -> Option<&Process> {
        self.table.get(&pid)
    }

    pub(super) fn get_mut(&mut self, pid: u32) -> Option<&mut Process> {
        self.table.get_mut(&pid)
    }

    /// All processes by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Process> {
        self.table.values()
    }

    /// Sends a signal; false where there is no such process. Process 1 takes none, as in a real container.
    pub(super) fn signal(&mut self, pid: u32, signal: Signal) -> bool {
        let Some(process) = self.table.get_mut(&pid) else {
            return false;
        };
        if pid != 1 {
            process.take(signal);
        }
        true
    }

    /// Ctrl-C: the signal goes to the foreground of that session's terminal.
    pub(super) fn interrupt(&mut self, sid: u32) {
        for process in self.table.values_mut() {
            if process.sid == sid && process.in_foreground {
                process.take(Signal::Int);
            }
        }
    }

    /// Every descendant of `pid`, and itself.
    pub(super) fn family(&self, pid: u32) -> BTreeSet<u32> {
        let mut family = BTreeSet::from([pid]);
        loop {
            let before = family.len();
            let children = self.iter().filter(|process| family.contains(&process.ppid));
            let children: Vec<_> = children.map(|process| process.pid).collect();
            family.extend(children);
            if family.len() == before {
                return family;
            }
        }
    }
}

impl Process {
    fn take(&mut self, signal: Signal) {
        if self.state == State::DiskWait {
            return;
        }
        match signal {
            Signal::Kill => drop(self.killed.send_replace(Some(signal))),
            Signal::Stop => self.state = State::Stopped,
            Signal::Cont => self.state = State::Sleeping,
            Signal::Hup
            | Signal::Int
            | Signal::Quit
            | Signal::Usr1
            | Signal::Usr2
            | Signal::Term => {
                if self.trapped.contains(&signal) {
                    self.pending.push(signal);
                } else if !self.ignored.contains(&signal) && self.killed.borrow().is_none() {
                    self.killed.send_replace(Some(signal));
                }
            }
        }
    }
}

fn short_name(command: &str) -> String {
    let program = command.split(' ').next().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    name.chars().take(15).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn birth(ppid: u32, sid: Option<u32>) -> Birth {
        Birth {
            ppid,
            sid,
            command: "/bin/sleep 9".to_owned(),
            on_terminal: true,
            marker: None,
            ignored: BTreeSet::new(),
            in_foreground: true,
        }
    }

    #[test]
    fn process_one_takes_no_signal() {
        let mut processes = Processes::new("/app/server", 5);
        assert!(processes.signal(1, Signal::Kill));
        assert_eq!(*processes.get(1).unwrap().killed.borrow(), None);
        assert!(!processes.signal(2, Signal::Kill));
    }

    #[test]
    fn an_ignored_signal_does_not_end_a_process_but_kill_does() {
        let mut processes = Processes::new("/app/server", 5);
        let ignored = BTreeSet::from([Signal::Term]);
        let (pid, killed) = processes.enter(
            Birth {
                ignored,
                ..birth(1, None)
            },
            6,
        );
        processes.signal(pid, Signal::Term);
        assert_eq!(*killed.borrow(), None);
        processes.signal(pid, Signal::Kill);
        assert_eq!(*killed.borrow(), Some(Signal::Kill));
    }

    #[test]
    fn what_waits_for_its_disk_outlives_every_signal_and_its_session() {
        let mut processes = Processes::new("/app/server", 5);
        let reading = Birth {
            command: "dd if=/dev/vdb of=/tmp/dump".to_owned(),
            ..birth(1, None)
        };
        let (pid, killed) = processes.enter(reading, 6);
        for signal in [Signal::Kill, Signal::Stop, Signal::Cont, Signal::Int] {
            processes.signal(pid, signal);
        }
        processes.interrupt(pid);
        assert_eq!(*killed.borrow(), None);
        processes.leave(pid);
        let left = processes.get(pid).unwrap();
        assert_eq!((left.ppid, left.state), (1, State::DiskWait));
    }

    #[test]
    fn an_interrupt_reaches_the_foreground_of_its_session_only() {
        let mut processes = Processes::new("/app/server", 5);
        let (one, killed) = processes.enter(birth(1, None), 6);
        let (_, other) = processes.enter(birth(1, None), 6);
        processes.interrupt(one);
        assert_eq!(*killed.borrow(), Some(Signal::Int));
        assert_eq!(*other.borrow(), None);
    }

    #[test]
    fn orphans_belong_to_process_one() {
        let mut processes = Processes::new("/app/server", 5);
        let (parent, _one) = processes.enter(birth(0, None), 6);
        let (child, _other) = processes.enter(birth(parent, Some(parent)), 7);
        assert!(processes.family(parent).contains(&child));
        processes.leave(parent);
        assert_eq!(processes.get(child).unwrap().ppid, 1);
    }

    #[test]
    fn signals_have_names_and_numbers() {
        for text in ["TERM", "SIGTERM", "15"] {
            assert_eq!(Signal::parse(text), Some(Signal::Term));
        }
        assert_eq!(Signal::parse("99"), None);
        assert_eq!(Signal::Kill.number(), 9);
    }
}
