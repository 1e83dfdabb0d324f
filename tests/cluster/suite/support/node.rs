//! The machine under the containers, as the judge of what runs in them: it sees every process of a container, whatever its
//! environment, session or user. It needs the node to be this machine, and says so where it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::kubectl::kubectl;
use super::now;

/// Where the control groups of all hierarchies may be mounted; `pids` stands for the first version's many.
const GROUPS: [&str; 4] = [
    "/sys/fs/cgroup",
    "/sys/fs/cgroup/pids",
    "/sys/fs/cgroup/systemd",
    "/sys/fs/cgroup/unified",
];

/// One living process of a container.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Process {
    /// Its number on the machine.
    pub(crate) pid: i32,
    /// Clock ticks since boot; with the number it is one process and no other.
    pub(crate) start: u64,
    /// Its number inside the container.
    pub(crate) inner: u32,
    /// Its session, as a number inside the container.
    pub(crate) session: u32,
    /// Its parent's number on the machine.
    pub(crate) parent: i32,
    pub(crate) state: char,
    pub(crate) command: String,
}

impl Process {
    /// `None` for one that has gone, or that has ended and was not reaped.
    fn read(pid: i32) -> Option<Self> {
        let folder = PathBuf::from(format!("/proc/{pid}"));
        let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(") ")?.1.split(' ').collect();
        let state = fields.first()?.chars().next()?;
        let status = std::fs::read_to_string(folder.join("status")).ok()?;
        let innermost = |name: &str| -> Option<u32> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().last()?.parse().ok()
        };
        let words = std::fs::read(folder.join("cmdline")).ok()?;
        (!matches!(state, 'Z' | 'X')).then_some(Self {
            pid,
            start: fields.get(19)?.parse().ok()?,
            inner: innermost("NSpid:")?,
            session: innermost("NSsid:")?,
            parent: fields.get(1)?.parse().ok()?,
            state,
            command: String::from_utf8_lossy(&words)
                .replace('\0', " ")
                .trim_end()
                .to_owned(),
        })
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // It may have ended by itself.
        kill(Pid::from_raw(self.pid), signal).ok();
    }

    /// Whether a runtime put it into the container: its parent lives outside of the container's view.
    pub(crate) fn is_exec_root(&self) -> bool {
        let view = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let parent = std::fs::read_to_string(format!("/proc/{}/comm", self.parent));
        // A parent that has gone meanwhile was a process of the container: the runtime's own outlives what it started.
        let outside = view(self.parent).is_some_and(|theirs| view(self.pid) != Some(theirs));
        self.session == self.inner
            && (outside || parent.is_ok_and(|name| name.starts_with("containerd-shim")))
    }
}

/// One running container, by the control group that all of its processes are in.
#[derive(Clone, Debug)]
pub(crate) struct Container {
    list: PathBuf,
}

impl Container {
    #[track_caller]
    pub(crate) fn of(namespace: &str, pod: &str, container: &str) -> Self {
        let of = |list: &str| format!("{{.status.{list}[?(@.name==\"{container}\")].containerID}}");
        let (usual, added) = (of("containerStatuses"), of("ephemeralContainerStatuses"));
        let path = format!("jsonpath={usual}{added}");
        let id = kubectl(&[
            "--namespace",
            namespace,
            "get",
            "pod",
            pod,
            "--output",
            &path,
        ]);
        let id = id
            .rsplit_once("//")
            .expect("a running container has an id")
            .1;
        let list = group_of(id).unwrap_or_else(|| {
            panic!("the processes of {pod} are not to be seen here: this test needs the node to be this machine")
        });
        Self { list }
    }

    /// Every living process in it, by number.
    pub(crate) fn processes(&self) -> Vec<Process> {
        let list = std::fs::read_to_string(&self.list).unwrap_or_default();
        let mut found: Vec<_> = list
            .lines()
            .filter_map(|pid| Process::read(pid.parse().ok()?))
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// Its living processes that these are not.
    pub(crate) fn beside(&self, known: &[Process]) -> Vec<Process> {
        let known: BTreeSet<_> = known.iter().map(|one| (one.pid, one.start)).collect();
        let mut found = self.processes();
        found.retain(|one| !known.contains(&(one.pid, one.start)));
        found
    }

    /// Those of these that live no more.
    pub(crate) fn missing(&self, known: &[Process]) -> Vec<Process> {
        let living: BTreeSet<_> = self
            .processes()
            .iter()
            .map(|one| (one.pid, one.start))
            .collect();
        let mut gone = known.to_vec();
        gone.retain(|one| !living.contains(&(one.pid, one.start)));
        gone
    }
}

/// The file that lists the processes of a container's control group.
fn group_of(id: &str) -> Option<PathBuf> {
    let entries = std::fs::read_dir("/proc").ok()?.flatten();
    let paths = entries
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("cgroup")).ok())
        .find(|groups| groups.contains(id))?;
    let paths = paths.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let candidates = paths.flat_map(|path| {
        // What nests groups of its own below the container's still belongs to it.
        let end = path.find(id).map_or(path.len(), |at| at + id.len());
        GROUPS.map(|root| {
            Path::new(root)
                .join(path.get(..end).unwrap_or(path).trim_start_matches('/'))
                .join("cgroup.procs")
        })
    });
    let mut lists = candidates.filter(|list| list.is_file());
    lists.next()
}

/// Waits until the predicate holds; fails with `what` once the time is up.
#[track_caller]
pub(crate) fn wait_until(what: &str, within: Duration, mut predicate: impl FnMut() -> bool) {
    let deadline = now() + within;
    while !predicate() {
        assert!(now() < deadline, "not within {within:?}: {what}");
        std::thread::park_timeout(Duration::from_millis(25));
    }
}

/// Lets time pass that belongs to what is measured: nothing is expected at its end.
pub(crate) fn pass(time: Duration) {
    let end = now() + time;
    while now() < end {
        std::thread::park_timeout(end.saturating_duration_since(now()));
    }
}
