//! Owns how simulated containers answer podmux's own scripts, which they cannot run: the wrapper that marks a session, and the cleanup that
//! ends or counts what it left. Knows their words and the grammar of their answers only. Called by `shell` before it looks for a program.

use std::collections::BTreeSet;

use super::processes::{Process, Processes, Signal, State};
use crate::session::wrapper;

/// Words between the script's own name and the user's command.
const WRAPPER_WORDS: usize = 6;

/// A script of ours, told by its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum OwnScript {
    Wrapper(Wrapper),
    Cleanup(Cleanup),
    /// The look at what came by an exec.
    Census,
}

/// What the wrapper would become.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Wrapper {
    pub(super) session: String,
    pub(super) term: String,
    pub(super) on_terminal: bool,
    pub(super) command: Wrapped,
}

/// The command behind the wrapper.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Wrapped {
    Shell(Vec<String>),
    Argv(Vec<String>),
}

/// What the cleanup is asked to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cleanup {
    session: String,
    leader: u32,
    sid: u32,
    start: u64,
    boot_id: String,
    init_start: u64,
    mode: Mode,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Mode {
    Session,
    Children,
    Report,
    ReportChildren,
}

/// Where a cleanup stands between looking and counting again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Found {
    pids: BTreeSet<u32>,
    lines: Vec<String>,
    signalled: usize,
}

/// Whether these words start one of our scripts.
pub(super) fn recognise(argv: &[String]) -> Option<OwnScript> {
    let words: Vec<&str> = argv.iter().map(String::as_str).collect();
    match words.as_slice() {
        [_, "-c", script, _, words @ ..] if *script == wrapper::SCRIPT => {
            wrapper_of(words).map(OwnScript::Wrapper)
        }
        [_, "-s", "census"] => Some(OwnScript::Census),
        [_, "-s", words @ ..] => cleanup_of(words).map(OwnScript::Cleanup),
        _ => None,
    }
}

fn wrapper_of(words: &[&str]) -> Option<Wrapper> {
    let (own, command) = words.split_at_checked(WRAPPER_WORDS)?;
    let [session, rows, _, term, _, kind] = own else {
        return None;
    };
    let command = command.iter().map(|word| (*word).to_owned()).collect();
    Some(Wrapper {
        session: (*session).to_owned(),
        term: (*term).to_owned(),
        on_terminal: *rows != "0",
        command: if *kind == "shell" {
            Wrapped::Shell(command)
        } else {
            Wrapped::Argv(command)
        },
    })
}

fn cleanup_of(words: &[&str]) -> Option<Cleanup> {
    let [
        session,
        leader,
        sid,
        start,
        boot_id,
        init_start,
        _,
        mode,
        ..,
    ] = words
    else {
        return None;
    };
    if session.len() != 32 {
        return None;
    }
    Some(Cleanup {
        session: (*session).to_owned(),
        leader: leader.parse().ok()?,
        sid: sid.parse().ok()?,
        start: start.parse().ok()?,
        boot_id: (*boot_id).to_owned(),
        init_start: init_start.parse().ok()?,
        mode: match *mode {
            "session" => Mode::Session,
            "children" => Mode::Children,
            "report" => Mode::Report,
            "report-children" => Mode::ReportChildren,
            _ => return None,
        },
    })
}

impl Wrapper {
    /// The private line that the real script prints for process `pid`.
    pub(super) fn handshake(&self, processes: &Processes, pid: u32, boot_id: &str) -> String {
        let init = processes.get(1).map(stat_after_name).unwrap_or_default();
        let own = processes.get(pid).map(|process| {
            format!(
                "{} ({}) {}",
                process.pid,
                process.comm,
                stat_after_name(process)
            )
        });
        format!(
            "\x1b]7367;podmux;{};{pid};{boot_id};;{init};{}\x1b\\",
            self.session,
            own.unwrap_or_default()
        )
    }
}

/// The answer to a census that starts now, as a process that is over before anybody could see it.
pub(super) fn census(processes: &Processes, now: u64, boot_id: &str) -> String {
    let own = processes
        .iter()
        .map(|process| process.pid)
        .max()
        .unwrap_or(0)
        + 1;
    let mut lines = vec![format!("podmux-census 1 {own} {now} {own} {boot_id}\n")];
    for process in processes.iter() {
        let terminal = if process.on_terminal { 34816 } else { 0 };
        let Process {
            pid,
            ppid,
            sid,
            start,
            comm,
            ..
        } = process;
        let state = letter(process);
        lines.push(format!(
            "p {pid} {ppid} {sid} {start} {terminal} {state} {comm}\n"
        ));
        let marker = process.marker.as_deref().unwrap_or("-");
        lines.push(format!("d {pid} 0 512 {marker}\n"));
    }
    lines.push(format!("listed {}\n", processes.iter().count()));
    let command = |process: &Process| format!("c {} {}\n", process.pid, process.command);
    lines.extend(processes.iter().map(command));
    lines.concat()
}

/// `/proc/PID/stat` from the third field on.
pub(super) fn stat_after_name(process: &Process) -> String {
    let state = letter(process);
    let (ppid, sid) = (process.ppid, process.sid);
    let (terminal, group) = if process.on_terminal {
        (34816, sid)
    } else {
        (0, 0)
    };
    format!(
        "{state} {ppid} {sid} {sid} {terminal} {group} 4194304 0 0 0 0 0 0 0 0 20 0 1 0 {} 4096000 512 18446744073709551615",
        process.start
    )
}

const fn letter(process: &Process) -> char {
    match process.state {
        State::Sleeping => 'S',
        State::Stopped => 'T',
        State::DiskWait => 'D',
    }
}

impl Found {
    /// Whether nothing was to be ended, or nothing was there.
    pub(super) const fn only_looked(&self) -> bool {
        self.signalled == 0
    }
}

impl Cleanup {
    /// Whether the record is of another boot or another run of the container; then nothing may be touched.
    fn is_foreign(&self, processes: &Processes, boot_id: &str) -> bool {
        let init = processes.get(1).map_or(0, |process| process.start);
        (self.boot_id != "-" && self.boot_id != boot_id)
            || (self.init_start != 0 && self.init_start != init)
    }

    /// Looks for the session's processes and, where asked to, signals them; `None` where the guard stops it.
    pub(super) fn begin(&self, processes: &mut Processes, boot_id: &str) -> Option<Found> {
        if self.is_foreign(processes, boot_id) {
            return None;
        }
        let pids = self.members(processes);
        let lines = pids
            .iter()
            .filter_map(|pid| processes.get(*pid))
            .map(line)
            .collect();
        let signalled = match self.mode {
            Mode::Session | Mode::Children => pids.len(),
            Mode::Report | Mode::ReportChildren => 0,
        };
        if signalled > 0 {
            for pid in &pids {
                for signal in [Signal::Term, Signal::Hup, Signal::Cont] {
                    processes.signal(*pid, signal);
                }
            }
        }
        Some(Found {
            pids,
            lines,
            signalled,
        })
    }

    /// Ends what did not obey, new children included.
    pub(super) fn kill(&self, processes: &mut Processes, found: &mut Found) {
        if found.signalled == 0 {
            return;
        }
        found.pids.extend(self.members(processes));
        for pid in &found.pids {
            processes.signal(*pid, Signal::Kill);
        }
        found.signalled = found.pids.len();
    }

    /// Whether anything of the session is there.
    pub(super) fn is_empty(&self, processes: &Processes) -> bool {
        self.members(processes).is_empty()
    }

    /// The answer and the exit code.
    pub(super) fn report(&self, processes: &Processes, found: Option<&Found>) -> (String, i32) {
        let head = format!("podmux-report 1 {}\n", self.session);
        let Some(found) = found else {
            return (format!("{head}end 5 0\n"), 5);
        };
        let left = self.members(processes);
        let mut lines = vec![head];
        lines.extend(found.lines.iter().map(|line| format!("found {line}\n")));
        lines.push(format!("signalled {}\n", found.signalled));
        let survivors = left.iter().filter_map(|pid| processes.get(*pid));
        lines.extend(survivors.map(|process| format!("left {}\n", line(process))));
        let code = if left.is_empty() { 0 } else { 3 };
        lines.push(format!("end {code} {}\n", left.len()));
        (lines.concat(), code)
    }

    /// By marker, by session id, and by descent from either.
    fn members(&self, processes: &Processes) -> BTreeSet<u32> {
        let leader = processes
            .get(self.leader)
            .filter(|leader| leader.start == self.start);
        let by_sid = self.sid != 0 && (leader.is_some() || processes.get(self.sid).is_none());
        let belongs = |process: &Process| match &process.marker {
            Some(marker) if *marker != self.session => false,
            Some(_) => true,
            None => by_sid && process.sid == self.sid,
        };
        let mut members = BTreeSet::new();
        for process in processes.iter().filter(|process| belongs(process)) {
            let family = processes.family(process.pid);
            let ours = |pid: &u32| {
                let marker = processes.get(*pid).and_then(|child| child.marker.as_ref());
                marker.is_none_or(|marker| *marker == self.session)
            };
            members.extend(family.into_iter().filter(ours));
        }
        members.remove(&1);
        if matches!(self.mode, Mode::Children | Mode::ReportChildren) {
            members.remove(&self.leader);
        }
        members
    }
}

fn line(process: &Process) -> String {
    format!(
        "{} {} {} {} {}",
        process.pid,
        process.start,
        process.sid,
        letter(process),
        process.comm
    )
}

#[cfg(test)]
mod tests {
    use super::super::processes::Birth;
    use super::*;
    use crate::geometry::GridSize;
    use crate::ids::SessionId;
    use crate::session::SessionCommand;

    const ID: &str = "0123456789abcdef0123456789abcdef";
    const BOOT: &str = "3f2b8c1e-0a4d-4e55-9a9b-1c2d3e4f5a6b";

    fn birth(ppid: u32, sid: Option<u32>, marker: Option<&str>) -> Birth {
        Birth {
            ppid,
            sid,
            command: "sh".to_owned(),
            on_terminal: true,
            marker: marker.map(str::to_owned),
            ignored: BTreeSet::from([Signal::Term]),
            in_foreground: false,
        }
    }

    fn cleanup(leader: u32, mode: &str, boot_id: &str) -> Cleanup {
        let words = format!("sh -s {ID} {leader} {leader} 60 {boot_id} 50 50 {mode} 0 fork");
        let argv: Vec<String> = words.split(' ').map(str::to_owned).collect();
        match recognise(&argv) {
            Some(OwnScript::Cleanup(cleanup)) => cleanup,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_wrapper_is_known_by_its_handshake() {
        let marking = wrapper::Marking {
            session: SessionId::parse(ID).unwrap(),
            tty: Some(GridSize::new(24, 80)),
            term: "xterm".to_owned(),
            file_size: wrapper::FileSizeMark::Off,
        };
        let command = SessionCommand::Shell(vec!["bash".to_owned()]);
        let argv = wrapper::wrapped_argv("/bin/sh", &marking, &command);
        let Some(OwnScript::Wrapper(wrapper)) = recognise(&argv) else {
            panic!()
        };
        assert_eq!(wrapper.command, Wrapped::Shell(vec!["bash".to_owned()]));
        assert!(wrapper.on_terminal);
        let plain: Vec<String> = ["sh", "-c", "echo a"].map(str::to_owned).into();
        assert_eq!(recognise(&plain), None);
    }

    #[test]
    fn cleanup_takes_the_session_and_nothing_else() {
        let mut processes = Processes::new("/app/server", 50);
        let (leader, _a) = processes.enter(birth(0, None, Some(ID)), 60);
        let (away, _b) = processes.enter(birth(leader, None, Some(ID)), 61);
        let (bare, _c) = processes.enter(birth(leader, Some(leader), None), 62);
        let other_marker = Some("ffffffffffffffffffffffffffffffff");
        let (other, other_killed) = processes.enter(birth(0, None, other_marker), 63);
        let cleanup = cleanup(leader, "session", BOOT);
        let mut found = cleanup.begin(&mut processes, BOOT).unwrap();
        assert_eq!(found.pids, BTreeSet::from([leader, away, bare]));
        cleanup.kill(&mut processes, &mut found);
        assert_eq!(*other_killed.borrow(), None);
        for pid in [leader, away, bare] {
            processes.leave(pid);
        }
        let (text, code) = cleanup.report(&processes, Some(&found));
        assert_eq!(code, 0, "{text}");
        assert!(text.ends_with("signalled 3\nend 0 0\n"), "{text}");
        assert!(processes.get(other).is_some());
    }

    #[test]
    fn another_boot_stops_the_cleanup() {
        let mut processes = Processes::new("/app/server", 50);
        let (leader, killed) = processes.enter(birth(0, None, Some(ID)), 60);
        let cleanup = cleanup(leader, "session", "00000000-0000-0000-0000-000000000000");
        assert_eq!(cleanup.begin(&mut processes, BOOT), None);
        assert_eq!(*killed.borrow(), None);
        assert_eq!(cleanup.report(&processes, None).1, 5);
    }

    #[test]
    fn children_mode_spares_the_leader() {
        let mut processes = Processes::new("/app/server", 50);
        let (leader, _a) = processes.enter(birth(0, None, Some(ID)), 60);
        let (child, _b) = processes.enter(birth(leader, Some(leader), Some(ID)), 61);
        let found = cleanup(leader, "children", BOOT)
            .begin(&mut processes, BOOT)
            .unwrap();
        assert_eq!(found.pids, BTreeSet::from([child]));
        assert!(!cleanup(leader, "report-children", BOOT).is_empty(&processes));
    }
}
