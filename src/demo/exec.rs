//! Owns exec streams on the server's side: the upgrade, the subprotocols v4 and v5, channels, status frames. Knows nothing of what runs at
//! the far end. Called by `server`.

use std::sync::Arc;

use futures_util::SinkExt;
use http::{HeaderMap, Response, StatusCode};
use hyper::upgrade::{OnUpgrade, Upgraded};

use super::answers::{Body, Refusal};
use super::faults::{ExecFault, ExecProtocols};
use super::pod::{Entry, ImageContent, Pod, PodKey};
use super::routes::Query;
use super::server::Server;
use super::shells::{self, ExecEnd, ExecStart, Stdin, Terminal};
use super::upgrade::{self, Protocol, Socket, close};

mod command;
mod frames;

use command::Command;
use frames::Channel;

/// Answers an exec request: refuses it, or upgrades and leaves a task that carries the stream.
///
/// # Errors
/// 400, 404 or 500 as the API server would give before the upgrade.
pub(super) async fn answer(
    server: &Arc<Server>,
    key: &PodKey,
    query: &Query,
    headers: &HeaderMap,
    upgrade: OnUpgrade,
) -> Result<Response<Body>, Refusal> {
    let stored = server
        .store
        .get(key)
        .ok_or_else(|| Refusal::not_found("pods", &key.name))?;
    let container = container_name(&stored.pod, query)?;
    let argv = query.all("command");
    if argv.is_empty() {
        return Err(Refusal::bad_request(
            "you must specify at least 1 command for the exec",
        ));
    }
    let fault = server.faults.take_exec(&key.name);
    if let ExecFault::Refuse { code, message } = &fault {
        let code = StatusCode::from_u16(*code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return Err(Refusal::scripted(code, message));
    }
    if fault == ExecFault::Hang {
        std::future::pending::<()>().await;
    }
    let (protocol, accept) = upgrade::negotiate(headers, served(server.faults.protocols()))?;
    let opening = opening(&stored.pod, &container, protocol)?;
    let terminal = if query.flag("tty") {
        Terminal::Tty
    } else {
        Terminal::Pipes
    };
    let stdin = if query.flag("stdin") {
        Stdin::Open
    } else {
        Stdin::Empty
    };
    let start = ExecStart {
        pod: stored.pod,
        container,
        argv,
        terminal,
        stdin,
    };
    let stream = Stream {
        server: Arc::clone(server),
        start,
        opening,
        protocol,
        fault,
    };
    server.tasks.spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            stream.carry(upgraded).await;
        }
    });
    upgrade::upgraded(protocol, &accept)
}

/// What the stream finds in the container.
enum Opening {
    Command,
    Failure(Refusal),
    NoShell,
}

fn opening(pod: &Pod, container: &str, protocol: Protocol) -> Result<Opening, Refusal> {
    let name = &pod.key().name;
    match pod.entry(container) {
        Entry::Open(ImageContent::WithShell) => Ok(Opening::Command),
        Entry::Open(ImageContent::NoShell) => Ok(Opening::NoShell),
        Entry::NoSuchContainer => Err(Refusal::bad_request(format!(
            "container {container} is not valid for pod {name}"
        ))),
        Entry::Unscheduled => Err(Refusal::bad_request(format!(
            "pod {name} does not have a host assigned"
        ))),
        Entry::NotRunning => {
            let cause =
                format!("unable to upgrade connection: container not found (\"{container}\")");
            match protocol {
                Protocol::V4 => Err(Refusal::internal(&cause)),
                // The server upgrades first and learns of it afterwards.
                Protocol::V5 => Ok(Opening::Failure(Refusal::internal(&cause))),
            }
        }
    }
}

fn container_name(pod: &Pod, query: &Query) -> Result<String, Refusal> {
    let asked = query.get("container");
    if !asked.is_empty() {
        return Ok(asked.to_owned());
    }
    let containers = pod.containers();
    match containers.as_slice() {
        [only] => Ok((*only).to_owned()),
        several => Err(Refusal::bad_request(format!(
            "a container name must be specified for pod {}, choose one of: [{}]",
            pod.key().name,
            several.join(" ")
        ))),
    }
}

const fn served(protocols: ExecProtocols) -> &'static [Protocol] {
    match protocols {
        ExecProtocols::V4AndV5 => &[Protocol::V4, Protocol::V5],
        ExecProtocols::V4Only => &[Protocol::V4],
        ExecProtocols::V5Only => &[Protocol::V5],
    }
}

struct Stream {
    server: Arc<Server>,
    start: ExecStart,
    opening: Opening,
    protocol: Protocol,
    fault: ExecFault,
}

impl Stream {
    async fn carry(self, upgraded: Upgraded) {
        let mut socket = upgrade::socket(upgraded).await;
        // The first frame tells the client that the stream is open.
        if socket
            .send(frames::message(Channel::Stdout, b""))
            .await
            .is_err()
        {
            return;
        }
        let failure = match (&self.fault, self.opening) {
            (ExecFault::StartFails(why), _) => Refusal::internal(why),
            (_, Opening::Failure(refusal)) => refusal,
            (_, Opening::NoShell) => {
                let program = self.start.argv.first().map_or("", String::as_str);
                Refusal::internal(&runtime_error(&shells::not_found(program)))
            }
            (fault, Opening::Command) => {
                let command = Command {
                    pod: self.start.pod.key().name.to_string(),
                    counted: self.server.census.enter(),
                    terminal: self.start.terminal,
                    stdin: self.start.stdin,
                    described: self.start.argv.join(" "),
                    process: self.server.shells.chosen().await.shells.start(self.start),
                    protocol: self.protocol,
                    fault: fault.clone(),
                };
                return command.carry(&self.server, socket).await;
            }
        };
        finish(socket, &failure.status()).await;
    }
}

async fn finish(mut socket: Socket, status: &serde_json::Value) {
    let message = frames::message(Channel::Error, status.to_string().as_bytes());
    if socket.send(message).await.is_ok() {
        close(&mut socket).await;
    }
}

fn runtime_error(cause: &str) -> String {
    format!("error executing command in container: {cause}")
}

/// The status object of a command that ran, or that did not start.
fn status(end: &ExecEnd, command: &str) -> serde_json::Value {
    match end {
        ExecEnd::Code(0) => serde_json::json!({"metadata": {}, "status": "Success"}),
        ExecEnd::Code(code) => serde_json::json!({
            "metadata": {},
            "status": "Failure",
            "message": format!(
                "command terminated with non-zero exit code: error executing command [{command}], exit code {code}"
            ),
            "reason": "NonZeroExitCode",
            "details": {"causes": [{"reason": "ExitCode", "message": code.to_string()}]},
        }),
        ExecEnd::StartFailed(why) => Refusal::internal(&runtime_error(why)).status(),
    }
}
