//! Owns the log page: which runs of a container have a log, how each is headed, its newest lines. Asks for the pod first, because only
//! that says whether the container was restarted.

use k8s_openapi::api::core::v1::{ContainerState, ContainerStateTerminated, ContainerStatus};
use kube::Client;
use kube::core::subresource::LogParams;
use tokio::sync::mpsc;

use super::PageError;
use super::lines::{ago, cut, joined};
use super::request::{self, Asked, Newest};
use crate::cluster::{WholePod, container_status};
use crate::ids::PodRef;
use crate::inventory::printable_line;

/// Lines that are asked for, of each run.
const LINES: u16 = 2000;

/// The most bytes that are kept of each run.
const BYTES: usize = 4 << 20;

/// The most characters that are kept of each line.
const LINE: usize = 4000;

/// Which run of the container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Run {
    Newest,
    Previous,
}

/// A log to be asked for, and the line above it.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Part {
    run: Run,
    heading: Option<String>,
}

/// What is known before the logs are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Plan {
    /// `None` leaves the choice to the server.
    container: Option<String>,
    containers: Vec<String>,
    parts: Vec<Part>,
}

/// A log, and whose else there is.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogPage {
    /// Every container of the pod; empty where the pod may not be seen.
    pub containers: Vec<String>,
    pub lines: Vec<String>,
}

/// The last 2000 lines of a container, after those of its previous run where it was restarted; headings say which is which.
/// The first container for `None`. `now` in Unix seconds.
///
/// # Errors
/// Every variant of [`PageError`] but `TimedOut`.
pub async fn logs(
    client: &Client,
    pod: &PodRef,
    container: Option<&str>,
    now: i64,
) -> Result<LogPage, PageError> {
    let plan = match request::pod(client, pod).await {
        Ok(object) => plan(&object, container, now),
        // Logs may be read without the right to see pods; then nobody knows of restarts.
        Err(PageError::Forbidden { .. }) => Plan::blind(container),
        Err(error) => return Err(error),
    };
    let mut page = Vec::new();
    let only = plan.parts.len() == 1;
    for part in plan.parts {
        let body = match newest(client, pod, plan.container.as_deref(), part.run).await {
            Ok(kept) => lines(&kept),
            Err(PageError::NoLog { message }) if !only => vec![format!("(no log: {message})")],
            Err(error) => return Err(error),
        };
        page.extend(part.heading);
        page.extend(body);
    }
    Ok(LogPage {
        containers: plan.containers,
        lines: page,
    })
}

/// Sends the newest 2000 lines of a container's run, then each line as it is written, until the log ends or nobody listens.
///
/// # Errors
/// Every variant of [`PageError`] but `TimedOut`.
pub async fn follow(
    client: &Client,
    pod: &PodRef,
    container: Option<&str>,
    lines: &mpsc::Sender<Vec<String>>,
) -> Result<(), PageError> {
    let params = LogParams {
        container: container.map(str::to_owned),
        follow: true,
        tail_lines: Some(i64::from(LINES)),
        ..LogParams::default()
    };
    let request = request::pods(pod).logs(&pod.name, &params);
    let mut body = request::open(client, request, asked(pod)).await?;
    // It is open: a log that says nothing yet is told from a server that does not answer.
    if lines.send(Vec::new()).await.is_err() {
        return Ok(());
    }
    let mut rest = Vec::new();
    while let Some(piece) = request::next(&mut body).await? {
        rest.extend_from_slice(&piece);
        let whole = whole_lines(&mut rest);
        if !whole.is_empty() && lines.send(whole).await.is_err() {
            return Ok(());
        }
    }
    if !rest.is_empty() {
        // Nobody is left to tell when this fails.
        lines.send(vec![line(&rest)]).await.ok();
    }
    Ok(())
}

/// Takes what ends with a line feed out of the bytes; a line that does not end is cut at its bound.
fn whole_lines(bytes: &mut Vec<u8>) -> Vec<String> {
    let end = match bytes.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => at + 1,
        None if bytes.len() > LINE * 4 => bytes.len(),
        None => return Vec::new(),
    };
    let whole: Vec<u8> = bytes.drain(..end).collect();
    let whole = whole.strip_suffix(b"\n").unwrap_or(&whole);
    whole.split(|byte| *byte == b'\n').map(line).collect()
}

fn line(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    cut(&printable_line(text.trim_end_matches('\r')), LINE)
}

fn asked(pod: &PodRef) -> Asked<'_> {
    Asked {
        verb: "get",
        resource: "pods/log",
        pod,
    }
}

async fn newest(
    client: &Client,
    pod: &PodRef,
    container: Option<&str>,
    run: Run,
) -> Result<Newest, PageError> {
    let params = LogParams {
        container: container.map(str::to_owned),
        previous: run == Run::Previous,
        tail_lines: Some(i64::from(LINES)),
        ..LogParams::default()
    };
    let request = request::pods(pod).logs(&pod.name, &params);
    request::newest(client, request, asked(pod), BYTES).await
}

impl Plan {
    fn blind(container: Option<&str>) -> Self {
        Self {
            container: container.map(str::to_owned),
            containers: Vec::new(),
            parts: vec![Part {
                run: Run::Newest,
                heading: None,
            }],
        }
    }
}

fn plan(pod: &WholePod, container: Option<&str>, now: i64) -> Plan {
    let names = names(pod);
    let chosen = container.or_else(|| names.first().copied());
    let Some(chosen) = chosen else {
        return Plan::blind(None);
    };
    let containers = names.iter().map(|name| printable_line(name)).collect();
    let parts = match container_status(pod, chosen) {
        Some(status) => parts(status, now),
        None => Plan::blind(None).parts,
    };
    Plan {
        container: Some(chosen.to_owned()),
        containers,
        parts,
    }
}

fn names(pod: &WholePod) -> Vec<&str> {
    let Some(spec) = &pod.spec else {
        return Vec::new();
    };
    let init = spec.init_containers.iter().flatten();
    let debug = spec.ephemeral_containers.iter().flatten();
    let ordinary = spec.containers.iter();
    ordinary
        .chain(init)
        .map(|container| &*container.name)
        .chain(debug.map(|container| &*container.name))
        .collect()
}

/// While a container waits for its next start, the kubelet takes its last run for the newest one, and has that same log as the
/// previous one too: it is asked for once.
fn parts(status: &ContainerStatus, now: i64) -> Vec<Part> {
    let last = status
        .last_state
        .as_ref()
        .and_then(|state| state.terminated.as_ref());
    let waiting = status
        .state
        .as_ref()
        .and_then(|state| state.waiting.as_ref());
    let part = |run, heading: String| Part {
        run,
        heading: Some(printable_line(&heading)),
    };
    match (last, waiting) {
        (Some(last), Some(waiting)) => {
            let why = waiting.reason.as_deref().unwrap_or("waiting");
            let heading = format!("=== last run, {}; now {why}", ended(last, now));
            vec![part(Run::Newest, heading)]
        }
        (Some(last), None) => vec![
            part(
                Run::Previous,
                format!("=== previous run, {}", ended(last, now)),
            ),
            part(
                Run::Newest,
                format!(
                    "=== this run, {} ({})",
                    state_words(status.state.as_ref(), now),
                    restarts(status.restart_count)
                ),
            ),
        ],
        (None, Some(_) | None) => vec![Part {
            run: Run::Newest,
            heading: status
                .state
                .as_ref()
                .and_then(|state| state.terminated.as_ref())
                .map(|end| printable_line(&format!("=== {}", ended(end, now)))),
        }],
    }
}

fn counted(lines: usize) -> String {
    match lines {
        1 => "line".to_owned(),
        lines => format!("{lines} lines"),
    }
}

fn restarts(count: i32) -> String {
    if count == 1 {
        "1 restart".to_owned()
    } else {
        format!("{count} restarts")
    }
}

fn state_words(state: Option<&ContainerState>, now: i64) -> String {
    let Some(state) = state else {
        return "not started".to_owned();
    };
    if let Some(end) = &state.terminated {
        return ended(end, now);
    }
    let started = state
        .running
        .as_ref()
        .and_then(|run| run.started_at.as_ref());
    started.map_or_else(
        || "running".to_owned(),
        |time| format!("started {}", ago(time.0, now)),
    )
}

fn ended(end: &ContainerStateTerminated, now: i64) -> String {
    let when = end
        .finished_at
        .as_ref()
        .map(|time| format!("ended {}", ago(time.0, now)));
    let reason = end.reason.clone().unwrap_or_default();
    let code = match end.signal {
        Some(signal) if signal != 0 => format!("signal {signal}"),
        Some(_) | None => format!("exit code {}", end.exit_code),
    };
    joined(
        [when.unwrap_or_else(|| "ended".to_owned()), reason, code],
        ", ",
    )
}

fn lines(kept: &Newest) -> Vec<String> {
    let text = String::from_utf8_lossy(&kept.bytes);
    let mut lines: Vec<String> = text
        .lines()
        .map(|line| cut(&printable_line(line), LINE))
        .collect();
    let full = lines.len() >= usize::from(LINES);
    if kept.cut && !lines.is_empty() {
        // The first line may begin in its middle, even within a character.
        lines.remove(0);
    }
    if kept.cut || full {
        lines.insert(
            0,
            format!(
                "(the newest {}; older ones are not shown)",
                counted(lines.len())
            ),
        );
    }
    if lines.is_empty() {
        lines.push("(nothing was written)".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests;
