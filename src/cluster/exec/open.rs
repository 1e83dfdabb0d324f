//! Owns the way from a request to an open WebSocket, and what a refusal means.

use std::time::Duration;

use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use kube::api::AttachParams;
use kube::core::{Request, Resource};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::writer::HalfClose;
use crate::cluster::error::sentence;
use crate::ids::ContainerRef;
use crate::session::Outcome;

/// Bytes of one read. A WebSocket clears its buffer of 128 KiB before every read unless told otherwise: with 64 panes that cost more
/// than all else between a key and its echo.
const READ: usize = 16 * 1024;

/// The raw stream of one exec.
pub(in crate::cluster) type Socket = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

/// Which of the streams an exec has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cluster) struct Shape {
    pub(in crate::cluster) tty: bool,
    pub(in crate::cluster) stdin: bool,
}

/// An answered exec.
pub(in crate::cluster) struct Connected {
    pub(in crate::cluster) socket: Socket,
    pub(in crate::cluster) half_close: HalfClose,
}

/// Sends the exec; an error is the outcome that the refusal, the silence or the break amounts to.
pub(in crate::cluster) async fn connect(
    client: &kube::Client,
    target: &ContainerRef,
    argv: &[String],
    shape: Shape,
    limit: Duration,
) -> Result<Connected, Outcome> {
    let params = AttachParams::default()
        .container(target.container.to_string())
        .stdin(shape.stdin)
        .stdout(true)
        .stderr(!shape.tty)
        .tty(shape.tty);
    let path = Pod::url_path(&(), Some(&target.pod.namespace));
    let request = Request::new(path)
        .exec(&target.pod.name, argv, &params)
        .map_err(|error| Outcome::StartFailed(error.to_string()))?;
    match timeout(limit, client.connect(request)).await {
        Ok(Ok(connection)) => Ok(connected(connection).await),
        Ok(Err(error)) => Err(refusal(&error)),
        Err(_elapsed) => Err(Outcome::Lost(format!(
            "no answer in {} s",
            limit.as_secs_f32()
        ))),
    }
}

/// The stream of an answered request, with a buffer that fits it.
pub(in crate::cluster) async fn socket(connection: kube::client::Connection) -> Socket {
    // Nothing was read yet, so nothing goes with the first buffer.
    let carrier = connection.into_stream().into_inner();
    let config = WebSocketConfig::default().read_buffer_size(READ);
    WebSocketStream::from_raw_socket(carrier, Role::Client, Some(config)).await
}

async fn connected(connection: kube::client::Connection) -> Connected {
    let half_close = if connection.supports_stream_close() {
        HalfClose::Known
    } else {
        HalfClose::Unknown
    };
    Connected {
        socket: socket(connection).await,
        half_close,
    }
}

/// Only an answer of the API server itself proves that nothing started; gateways and broken connections prove nothing.
fn refusal(error: &kube::Error) -> Outcome {
    if let kube::Error::UpgradeConnection(why) = error {
        return Outcome::Lost(without_websocket(&why.to_string()));
    }
    if let kube::Error::Api(status) = error
        && ((400..500).contains(&status.code) || status.message.contains("container not found"))
    {
        let stripped = ["Upgrade request required", "unable to upgrade"];
        let why = &status.message;
        return Outcome::StartFailed(if stripped.iter().any(|words| why.contains(words)) {
            without_websocket(why)
        } else {
            why.clone()
        });
    }
    Outcome::Lost(sentence(error))
}

/// What stands between us and the API server takes the upgrade out of the request.
fn without_websocket(why: &str) -> String {
    format!(
        "no WebSocket comes through ({why}): a gateway that knows only SPDY is not supported; use the API server's own address, or \
         let the proxy pass WebSocket upgrades"
    )
}
