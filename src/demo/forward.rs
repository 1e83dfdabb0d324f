//! Owns port-forwards on the server's side: the stream of one port, and the small program behind it that says hello from its pod. It
//! speaks version 4 of the channels only, as nodes do. Called by `server`.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Sink, SinkExt, Stream, StreamExt};
use http::{HeaderMap, Response};
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::answers::{self, Body, Refusal};
use super::pod::{Pod, PodKey};
use super::routes::Query;
use super::server::Server;
use super::upgrade::{self, Protocol, Socket};

/// Bytes in flight between the stream and the program.
const PIPE: usize = 64 * 1024;

/// Channels of the only port.
const DATA: u8 = 0;
const ERROR: u8 = 1;

/// Answers a port-forward: refuses it, or upgrades and leaves a task that carries the stream.
///
/// # Errors
/// 400 or 404 as the API server would give before the upgrade.
pub(super) fn answer(
    server: &Arc<Server>,
    key: &PodKey,
    query: &Query,
    headers: &HeaderMap,
    on_upgrade: OnUpgrade,
) -> Result<Response<Body>, Refusal> {
    let stored = server
        .store
        .get(key)
        .ok_or_else(|| Refusal::not_found("pods", &key.name))?;
    if stored.pod.node().is_empty() {
        let message = format!("pod {} does not have a host assigned", key.name);
        return Err(Refusal::bad_request(message));
    }
    let port: u16 = query.get("ports").parse().map_err(|error| {
        Refusal::bad_request(format!("one port is forwarded at a time: {error}"))
    })?;
    let (protocol, accept) = upgrade::negotiate(headers, &[Protocol::V4])?;
    let carried = Arc::clone(server);
    server.tasks.spawn(async move {
        if let Ok(upgraded) = on_upgrade.await {
            let socket = upgrade::socket(upgraded).await;
            carry(&carried, &stored.pod, port, socket).await;
        }
    });
    upgrade::upgraded(protocol, &accept)
}

async fn carry(server: &Server, pod: &Pod, port: u16, mut socket: Socket) {
    for channel in [DATA, ERROR] {
        let [low, high] = port.to_le_bytes();
        let first = Message::binary(vec![channel, low, high]);
        if socket.send(first).await.is_err() {
            return;
        }
    }
    if pod.listens(port) {
        let mut cuts = server.faults.exec_cuts();
        let (near, far) = tokio::io::duplex(PIPE);
        let talk = program(pod.key().name.to_string(), far);
        let over = tokio::select! {
            over = bytes(&mut socket, near) => over,
            // Its end is read from the pipe before that.
            never = talk => match never {},
            _cut = cuts.changed() => return,
        };
        if over == Over::ClientGone {
            return;
        }
    } else if socket
        .send(frame(ERROR, nobody(port).as_bytes()))
        .await
        .is_err()
    {
        return;
    }
    upgrade::close(&mut socket).await;
}

fn frame(channel: u8, payload: &[u8]) -> Message {
    let mut frame = Vec::with_capacity(payload.len() + 1);
    frame.push(channel);
    frame.extend_from_slice(payload);
    Message::binary(frame)
}

/// What a node says of a port that nobody listens on.
fn nobody(port: u16) -> String {
    format!(
        "error forwarding port {port} to pod 4f1c, uid : failed to execute portforward in network namespace \"/var/run/netns/cni-4f1c\": failed to connect to localhost:{port} inside namespace \"4f1c\", IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 [::1]:{port}: connect: connection refused "
    )
}

/// One connection of a small HTTP server; what it has to say of errors goes to its own log in a real pod.
async fn program(name: String, connection: DuplexStream) -> Infallible {
    let hello = service_fn(move |_request| {
        let hello = answers::text(format!("hello from {name}\n"));
        async move { Ok::<_, Infallible>(hello) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(connection), hello)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to a pod of the demo ended");
    }
    std::future::pending().await
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Over {
    ProgramDone,
    ClientGone,
}

async fn bytes(socket: &mut Socket, program: DuplexStream) -> Over {
    let (sink, stream) = socket.split();
    let (reading, writing) = tokio::io::split(program);
    tokio::select! {
        over = from_program(reading, sink) => over,
        over = to_program(stream, writing) => over,
    }
}

async fn from_program<K>(mut program: impl AsyncRead + Unpin, mut sink: K) -> Over
where
    K: Sink<Message, Error = Error> + Unpin,
{
    let mut buffer = vec![0; PIPE];
    loop {
        let count = program.read(&mut buffer).await.unwrap_or(0);
        if count == 0 {
            return Over::ProgramDone;
        }
        let said = frame(DATA, buffer.get(..count).unwrap_or_default());
        if sink.send(said).await.is_err() {
            return Over::ClientGone;
        }
    }
}

async fn to_program<S>(mut stream: S, mut program: impl AsyncWrite + Unpin) -> Over
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
{
    while let Some(Ok(message)) = stream.next().await {
        let Message::Binary(bytes) = message else {
            continue;
        };
        if bytes.first() == Some(&DATA) && program.write_all(&payload(bytes)).await.is_err() {
            // It has closed; its last words may still be on their way.
            return std::future::pending().await;
        }
    }
    Over::ClientGone
}

fn payload(mut bytes: Bytes) -> Bytes {
    bytes.split_off(1.min(bytes.len()))
}
