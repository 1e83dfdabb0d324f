//! The STATUS, READY and RESTARTS cells of a pod, word for word as `kubectl get pods` prints them.
//! Knows nothing of rows. Called once per pod event.

use std::borrow::Cow;

use super::slim::{Container, ContainerStatus, Pod, Status};
use crate::inventory::StatusKind;

/// What kubectl would print for a pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Cells<'a> {
    pub(super) word: Cow<'a, str>,
    pub(super) kind: StatusKind,
    pub(super) ready: (u16, u16),
    pub(super) restarts: u32,
    /// Unix seconds.
    pub(super) last_restart: Option<i64>,
}

/// Restarts of some containers, and when the last of them ended.
#[derive(Clone, Copy, Default)]
struct Restarts {
    count: u32,
    last: Option<i64>,
}

/// What the init containers say.
struct Initialising<'a> {
    /// The word, unless all of them are through.
    word: Option<Cow<'a, str>>,
    ready: usize,
    all: Restarts,
    sidecars: Restarts,
}

/// What the ordinary containers say.
struct Main<'a> {
    word: Option<Cow<'a, str>>,
    ready: usize,
    restarts: Restarts,
}

/// Works the cells out.
pub(super) fn cells(pod: &Pod) -> Cells<'_> {
    let status = &pod.status;
    let init = initialising(pod);
    let mut ready = init.ready;
    let mut restarts = init.all;
    let mut word = init.word.clone().unwrap_or_else(|| phase_word(status));
    if init.word.is_none() || condition(status, "Initialized") == Some("True") {
        let main = main_containers(status, init.sidecars);
        ready += main.ready;
        restarts = main.restarts;
        word = main.word.unwrap_or(word);
        if word == "Completed" && main.ready > 0 {
            let pod_ready = status
                .conditions
                .iter()
                .any(|c| c.kind == "Ready" && c.status == "True");
            word = if pod_ready { "Running" } else { "NotReady" }.into();
        }
    }
    if pod.metadata.deletion_timestamp.is_some() {
        word = deleting_word(status).map_or(word, Into::into);
    }
    let sidecars = pod
        .spec
        .init_containers
        .iter()
        .filter(|c| c.restarts_always())
        .count();
    let kind = kind_of(&word);
    let total = pod.spec.containers.len() + sidecars;
    Cells {
        word,
        kind,
        ready: (clamp(ready), clamp(total)),
        restarts: restarts.count,
        last_restart: restarts.last,
    }
}

/// The phase, unless the pod carries a reason of its own or waits behind a gate.
fn phase_word(status: &Status) -> Cow<'_, str> {
    let gated =
        |c: &&super::slim::Condition| c.kind == "PodScheduled" && c.reason == "SchedulingGated";
    if status.conditions.iter().any(|c| gated(&c)) {
        return "SchedulingGated".into();
    }
    let word = if status.reason.is_empty() {
        &status.phase
    } else {
        &status.reason
    };
    word.as_str().into()
}

/// `None` for a pod that has ended: it keeps its word while it is deleted.
fn deleting_word(status: &Status) -> Option<&'static str> {
    if status.reason == "NodeLost" {
        return Some("Unknown");
    }
    let ended = matches!(status.phase.as_str(), "Failed" | "Succeeded");
    (!ended).then_some("Terminating")
}

fn initialising(pod: &Pod) -> Initialising<'_> {
    let mut init = Initialising {
        word: None,
        ready: 0,
        all: Restarts::default(),
        sidecars: Restarts::default(),
    };
    for (index, container) in pod.status.init_container_statuses.iter().enumerate() {
        let sidecar = is_sidecar(&pod.spec.init_containers, &container.name);
        init.all.add(container);
        if sidecar {
            init.sidecars.add(container);
        }
        if container
            .state
            .terminated
            .as_ref()
            .is_some_and(|end| end.exit_code == 0)
        {
            continue;
        }
        if sidecar && container.started {
            init.ready += usize::from(container.ready);
            continue;
        }
        init.word = Some(init_word(container, index, pod.spec.init_containers.len()));
        break;
    }
    init
}

fn is_sidecar(containers: &[Container], name: &str) -> bool {
    containers
        .iter()
        .any(|container| container.name == name && container.restarts_always())
}

/// The word of the init container that holds the pod up.
fn init_word(container: &ContainerStatus, index: usize, all: usize) -> Cow<'_, str> {
    if container.state.terminated.is_some() {
        return end_word(container)
            .map_or(Cow::Borrowed("Init:"), |word| format!("Init:{word}").into());
    }
    match &container.state.waiting {
        Some(waiting) if !waiting.reason.is_empty() && waiting.reason != "PodInitializing" => {
            format!("Init:{}", waiting.reason).into()
        }
        Some(_) | None => format!("Init:{index}/{all}").into(),
    }
}

/// The reason of an ended container, else its signal, else its exit code.
fn end_word(container: &ContainerStatus) -> Option<Cow<'_, str>> {
    let end = container.state.terminated.as_ref()?;
    Some(match (end.reason.as_str(), end.signal) {
        ("", 0) => format!("ExitCode:{}", end.exit_code).into(),
        ("", signal) => format!("Signal:{signal}").into(),
        (reason, _) => reason.into(),
    })
}

/// Walks from the last container to the first: the first one that waits or has ended names the pod.
fn main_containers(status: &Status, sidecars: Restarts) -> Main<'_> {
    let mut main = Main {
        word: None,
        ready: 0,
        restarts: sidecars,
    };
    for container in status.container_statuses.iter().rev() {
        main.restarts.add(container);
        let waiting = container
            .state
            .waiting
            .as_ref()
            .filter(|waiting| !waiting.reason.is_empty());
        if let Some(waiting) = waiting {
            main.word = Some(waiting.reason.as_str().into());
        } else if let Some(word) = end_word(container) {
            main.word = Some(word);
        } else if container.ready && container.state.running.is_some() {
            main.ready += 1;
        }
    }
    main
}

/// The status of the first condition of that type.
fn condition<'a>(status: &'a Status, kind: &str) -> Option<&'a str> {
    status
        .conditions
        .iter()
        .find(|c| c.kind == kind)
        .map(|c| c.status.as_str())
}

impl Restarts {
    fn add(&mut self, container: &ContainerStatus) {
        self.count = self
            .count
            .saturating_add(u32::try_from(container.restart_count).unwrap_or(0));
        let ended = container
            .last_state
            .terminated
            .as_ref()
            .and_then(|end| end.finished_at);
        self.last = self.last.max(ended.map(|time| time.seconds));
    }
}

/// What a word asks of the reader; a word that nobody has heard of counts as trouble.
fn kind_of(word: &str) -> StatusKind {
    match word {
        "Running" => StatusKind::Ok,
        "Completed" | "Succeeded" | "ExitCode:0" => StatusKind::Done,
        "Terminating" => StatusKind::Going,
        "Pending" | "SchedulingGated" | "NotReady" | "" => StatusKind::Waiting,
        "ContainerCreating" | "PodInitializing" => StatusKind::Working,
        other if is_init_count(other) => StatusKind::Working,
        _ => StatusKind::Trouble,
    }
}

fn is_init_count(word: &str) -> bool {
    let counts = word
        .strip_prefix("Init:")
        .and_then(|rest| rest.split_once('/'));
    counts.is_some_and(|(done, all)| done.bytes().chain(all.bytes()).all(|b| b.is_ascii_digit()))
}

fn clamp(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests;
