//! Owns exec streams on the server's side: the upgrade, the subprotocols v4 and v5, channels, status frames. Knows nothing of what runs at
//! the far end. Called by `server`.

use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, frame::coding::CloseCode};

use super::answers::{self, Body, Refusal};
use super::faults::{ExecFault, ExecProtocols};
use super::pod::{Entry, ImageContent, Pod, PodKey};
use super::routes::Query;
use super::server::Server;
use super::shells::{self, ExecEnd, ExecStart, Stdin, Terminal};

mod command;
mod frames;

use command::Command;
use frames::Channel;

type Socket = WebSocketStream<TokioIo<Upgraded>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Protocol {
    V4,
    V5,
}

impl Protocol {
    const fn name(self) -> &'static str {
        match self {
            Self::V4 => "v4.channel.k8s.io",
            Self::V5 => "v5.channel.k8s.io",
        }
    }
}

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
    let (protocol, accept) = negotiate(headers, server.faults.protocols())?;
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
    upgraded(protocol, &accept)
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

fn negotiate(headers: &HeaderMap, served: ExecProtocols) -> Result<(Protocol, String), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if !text(header::UPGRADE).eq_ignore_ascii_case("websocket") {
        return Err(Refusal::bad_request(
            "you must use a WebSocket upgrade for exec",
        ));
    }
    let offered = text(header::SEC_WEBSOCKET_PROTOCOL);
    let served: &[Protocol] = match served {
        ExecProtocols::V4AndV5 => &[Protocol::V4, Protocol::V5],
        ExecProtocols::V4Only => &[Protocol::V4],
        ExecProtocols::V5Only => &[Protocol::V5],
    };
    let chosen = offered.split(',').map(str::trim).find_map(|name| {
        served
            .iter()
            .copied()
            .find(|protocol| protocol.name() == name)
    });
    let Some(protocol) = chosen else {
        let message = format!("unable to upgrade: no protocol of [{offered}] is supported");
        return Err(Refusal::scripted(StatusCode::FORBIDDEN, &message));
    };
    let key = text(header::SEC_WEBSOCKET_KEY);
    Ok((protocol, derive_accept_key(key.as_bytes())))
}

fn upgraded(protocol: Protocol, accept: &str) -> Result<Response<Body>, Refusal> {
    let accept = HeaderValue::from_str(accept)
        .map_err(|error| Refusal::bad_request(format!("Sec-WebSocket-Key: {error}")))?;
    let mut response = answers::empty(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    let name = HeaderValue::from_static(protocol.name());
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, name);
    Ok(response)
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
        let io = TokioIo::new(upgraded);
        let mut socket = WebSocketStream::from_raw_socket(io, Role::Server, None).await;
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

async fn close(socket: &mut Socket) {
    let frame = CloseFrame {
        code: CloseCode::Normal,
        reason: tungstenite::Utf8Bytes::default(),
    };
    if socket.close(Some(frame)).await.is_err() {
        return;
    }
    // The client's own close frame ends the handshake; without reading it the connection would be reset.
    while let Some(Ok(_)) = socket.next().await {}
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
