//! Owns the way of a request to a WebSocket: subprotocols, the upgrade, the goodbye. Knows nothing of what is carried. Called by `exec`
//! and `forward`.

use futures_util::StreamExt;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{
    CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode,
};

use super::answers::{self, Body, Refusal};

/// The server's end of a stream.
pub(super) type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Bytes of one read; a WebSocket clears its whole buffer before each.
const READ: usize = 16 * 1024;

pub(super) async fn socket(upgraded: Upgraded) -> Socket {
    let config = WebSocketConfig::default().read_buffer_size(READ);
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await
}

/// A channel subprotocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Protocol {
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

/// The first protocol that the client offers and the server serves, and the answer to the client's key.
///
/// # Errors
/// 400 without an upgrade, 403 without a protocol in common.
pub(super) fn negotiate(
    headers: &HeaderMap,
    served: &[Protocol],
) -> Result<(Protocol, String), Refusal> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    if !text(header::UPGRADE).eq_ignore_ascii_case("websocket") {
        return Err(Refusal::bad_request("you must use a WebSocket upgrade"));
    }
    let offered = text(header::SEC_WEBSOCKET_PROTOCOL);
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

/// The answer that makes the connection a WebSocket.
///
/// # Errors
/// 400 for a key that no header can answer.
pub(super) fn upgraded(protocol: Protocol, accept: &str) -> Result<Response<Body>, Refusal> {
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

/// Says goodbye, and waits for the client's own.
pub(super) async fn close(socket: &mut Socket) {
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
