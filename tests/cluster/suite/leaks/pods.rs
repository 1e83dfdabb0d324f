//! The pods that the rows run in: a namespace of their own, a few pods of each kind, each held by one row at a time. In each live
//! bystanders: what the container runs itself, and what another tool left in it.

use std::process::{Child, Stdio};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use nix::sys::signal::Signal;

use super::token;
use crate::support::kubectl::{Namespace, background, kubectl};
use crate::support::node::{Container, Process, wait_until};

/// What a row needs of its pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// ash, and nothing else.
    Busybox,
    /// dash and bash.
    Debian,
    /// Read-only root, uid 1000, no capabilities.
    Locked,
    /// Three containers that see each other's processes.
    Shared,
    /// The machine's processes are to be seen.
    Host,
    /// PID 1 never reaps.
    NoReaper,
    /// 16 processes at most; only the own cluster has such.
    FewPids,
    /// One program and no shell.
    Static,
}

const CALM: &str = "image: 'localhost/test-debian:1', imagePullPolicy: Never";

impl Kind {
    /// How many there are, the words of their pod, the words of their container.
    fn recipe(self) -> (usize, &'static str, String) {
        let locked = "securityContext: {readOnlyRootFilesystem: true, runAsUser: 1000, runAsNonRoot: true, \
             allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}";
        let plain =
            |image: &str| format!("image: 'localhost/test-{image}:1', imagePullPolicy: Never");
        match self {
            Self::Busybox => (5, "", plain("busybox")),
            Self::Debian => (7, "", CALM.to_owned()),
            Self::Locked => (1, "", format!("{CALM}, {locked}")),
            Self::Shared => (1, "shareProcessNamespace: true, ", CALM.to_owned()),
            Self::Host => (1, "hostPID: true, ", CALM.to_owned()),
            Self::NoReaper => (1, "", format!("{CALM}, command: [idle, noreap]")),
            Self::FewPids => (1, "runtimeClassName: few-pids, ", CALM.to_owned()),
            Self::Static => (1, "", plain("static")),
        }
    }

    fn yaml(self, name: &str) -> String {
        let (_, pod, container) = self.recipe();
        let others = match self {
            Self::Shared => {
                ", {name: b, image: 'localhost/test-busybox:1', imagePullPolicy: Never}, \
                 {name: c, image: 'localhost/test-static:1', imagePullPolicy: Never}"
            }
            Self::Busybox
            | Self::Debian
            | Self::Locked
            | Self::Host
            | Self::NoReaper
            | Self::FewPids
            | Self::Static => "",
        };
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, labels: {{made-for: leaks}}}}\n\
             spec: {{{pod}terminationGracePeriodSeconds: 0, containers: [{{name: app, {container}}}{others}]}}\n"
        )
    }
}

/// Every kind that this cluster can run.
pub(super) fn kinds() -> Vec<Kind> {
    let class = [
        "get",
        "runtimeclasses",
        "few-pids",
        "--ignore-not-found",
        "--output",
        "name",
    ];
    let mut kinds = vec![
        Kind::Busybox,
        Kind::Debian,
        Kind::Locked,
        Kind::Shared,
        Kind::Host,
        Kind::NoReaper,
        Kind::Static,
    ];
    if !kubectl(&class).is_empty() {
        kinds.push(Kind::FewPids);
    }
    kinds
}

/// One pod, and what lived in it before anything was done.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) namespace: String,
    pub(super) pod: String,
    kind: Kind,
    container: Container,
    /// The other containers of the pod.
    neighbours: Vec<Container>,
    bystanders: Vec<Process>,
    neighbouring: Vec<Process>,
    /// A process of the machine that is none of the pod's business.
    on_machine: Option<Child>,
}

impl Place {
    #[track_caller]
    pub(super) fn new(namespace: &str, pod: &str, kind: Kind) -> Self {
        let neighbours: &[&str] = if kind == Kind::Shared {
            &["b", "c"]
        } else {
            &[]
        };
        let neighbours = neighbours
            .iter()
            .map(|name| Container::of(namespace, pod, name))
            .collect();
        let mut place = Self {
            namespace: namespace.to_owned(),
            pod: pod.to_owned(),
            kind,
            container: Container::of(namespace, pod, "app"),
            neighbours,
            bystanders: Vec::new(),
            neighbouring: Vec::new(),
            on_machine: None,
        };
        place.plant();
        place
    }

    /// What another tool left here: it looks like a session of ours in all but its mark.
    #[track_caller]
    fn plant(&mut self) {
        let token = token();
        let script = format!("sleep {token} & PODMUX_SESSION=0123 exec sleep {token}");
        if !matches!(self.kind, Kind::Static | Kind::FewPids) {
            let mut other = background(&[
                "--namespace",
                &self.namespace,
                "exec",
                &self.pod,
                "--container",
                "app",
                "--",
                "sh",
                "-c",
                &script,
            ]);
            wait_until("the bystanders run", Duration::from_secs(30), || {
                let found = self.container.processes();
                found
                    .iter()
                    .filter(|one| one.command.ends_with(&token))
                    .count()
                    == 2
            });
            other.kill().expect("kubectl is killed");
            other.wait().expect("kubectl ends");
        }
        if self.kind == Kind::Host {
            let sleep = std::process::Command::new("sleep")
                .arg(&token)
                .env("PODMUX_SESSION", "0123")
                .stdin(Stdio::null())
                .spawn();
            self.on_machine = Some(sleep.expect("sleep starts"));
        }
        self.bystanders = self.container.processes();
        self.neighbouring = self
            .neighbours
            .iter()
            .flat_map(Container::processes)
            .collect();
    }

    pub(super) fn has_no_shell(&self) -> bool {
        self.kind == Kind::Static
    }

    /// What runs here beside the bystanders.
    pub(super) fn found(&self) -> Vec<Process> {
        self.container.beside(&self.bystanders)
    }

    /// Those of them that carry the token in their words.
    pub(super) fn carrying(&self, token: &str) -> usize {
        let mut found = self.found();
        found.retain(|one| one.command.contains(token));
        found.len()
    }

    /// The bystanders that live no more: none ever may.
    pub(super) fn killed(&mut self) -> usize {
        let gone = self.container.missing(&self.bystanders).len();
        let living: Vec<Process> = self
            .neighbours
            .iter()
            .flat_map(Container::processes)
            .collect();
        let beside = self
            .neighbouring
            .iter()
            .filter(|one| {
                !living
                    .iter()
                    .any(|other| (other.pid, other.start) == (one.pid, one.start))
            })
            .count();
        let host = self.on_machine.as_mut().map_or(Ok(None), Child::try_wait);
        gone + beside + usize::from(host.expect("the child can be asked").is_some())
    }

    /// Kills the container's first process, and so the container.
    pub(super) fn end(&self) {
        let all = self.container.processes();
        let first = all.iter().find(|one| one.inner == 1);
        first
            .expect("the container has a first process")
            .signal(Signal::SIGKILL);
    }

    /// Ends what a row has left, so that the next one starts as the first did.
    #[track_caller]
    pub(super) fn sweep(&self) {
        wait_until("the pod is swept", Duration::from_secs(20), || {
            let found = self.found();
            for signal in [Signal::SIGSTOP, Signal::SIGKILL] {
                for one in &found {
                    one.signal(signal);
                }
            }
            self.found().is_empty()
        });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(mut process) = self.on_machine.take() {
            process.kill().ok();
            process.wait().ok();
        }
    }
}

/// All places, and who holds which.
pub(super) struct Pods {
    free: Mutex<Vec<Place>>,
    returned: Condvar,
    namespace: Namespace,
}

impl Pods {
    #[track_caller]
    pub(super) fn start(kinds: &[Kind]) -> Self {
        let namespace = Namespace::new("leaks");
        let named: Vec<(Kind, String)> = kinds
            .iter()
            .flat_map(|kind| {
                let name = format!("{kind:?}").to_lowercase();
                (0..kind.recipe().0).map(move |n| (*kind, format!("{name}-{n}")))
            })
            .collect();
        let yaml: String = named.iter().map(|(kind, name)| kind.yaml(name)).collect();
        namespace.apply(&yaml);
        kubectl(&[
            "--namespace",
            namespace.name(),
            "wait",
            "pods",
            "--all",
            "--for=condition=Ready",
            "--timeout=120s",
        ]);
        let places = named
            .iter()
            .map(|(kind, name)| Place::new(namespace.name(), name, *kind));
        Self {
            free: Mutex::new(places.collect()),
            returned: Condvar::new(),
            namespace,
        }
    }

    pub(super) fn namespace(&self) -> &str {
        self.namespace.name()
    }

    /// Makes a pod that only one row uses.
    #[track_caller]
    pub(super) fn apply(&self, yaml: &str) {
        self.namespace.apply(yaml);
    }

    /// Waits for a place of this kind; it is given back by `put`.
    pub(super) fn take(&self, kind: Kind) -> Place {
        let mut free = self.free.lock().expect("no holder panicked");
        loop {
            if let Some(at) = free.iter().position(|place| place.kind == kind) {
                return free.swap_remove(at);
            }
            free = self.returned.wait(free).expect("no holder panicked");
        }
    }

    pub(super) fn put(&self, place: Place) {
        self.free.lock().expect("no holder panicked").push(place);
        self.returned.notify_all();
    }
}
