//! Owns the channel bytes of the exec protocol, versions 4 and 5.

use bytes::{BufMut, Bytes, BytesMut};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::geometry::GridSize;

const STDIN: u8 = 0;
const STDOUT: u8 = 1;
const STDERR: u8 = 2;
const STATUS: u8 = 3;
const RESIZE: u8 = 4;
const CLOSE: u8 = 255;

/// One of the two output channels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::cluster) enum Channel {
    Out,
    Err,
}

/// What a message of the server means.
#[derive(PartialEq, Eq, Debug)]
pub(in crate::cluster) enum Incoming {
    Output(Channel, Bytes),
    Status(Bytes),
    /// Ping, pong, empty or unknown: a sign of life.
    Alive,
    /// The server closes; its reason, if it gave one.
    Closing(Option<String>),
}

pub(in crate::cluster) fn incoming(message: Message) -> Incoming {
    match message {
        Message::Binary(bytes) => channel(bytes),
        Message::Text(text) => channel(text.into()),
        Message::Close(frame) => {
            let reason = frame.map(|f| format!("{} {}", u16::from(f.code), f.reason.as_str()));
            Incoming::Closing(reason)
        }
        Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Incoming::Alive,
    }
}

fn channel(mut bytes: Bytes) -> Incoming {
    if bytes.len() < 2 {
        return Incoming::Alive;
    }
    let payload = bytes.split_off(1);
    match bytes.first() {
        Some(&STDOUT) => Incoming::Output(Channel::Out, payload),
        Some(&STDERR) => Incoming::Output(Channel::Err, payload),
        Some(&STATUS) => Incoming::Status(payload),
        Some(_) | None => Incoming::Alive,
    }
}

/// Why a stream broke, short enough for the border of a pane where there is nothing more to say than that.
pub(in crate::cluster) fn broke(error: &Error) -> String {
    if matches!(
        error,
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)
    ) {
        return "connection cut".to_owned();
    }
    format!("the connection broke: {error}")
}

/// Bytes behind the number of their channel, as every stream of the API server takes them.
pub(in crate::cluster) fn on_channel(channel: u8, bytes: &[u8]) -> Message {
    let mut frame = BytesMut::with_capacity(bytes.len() + 1);
    frame.put_u8(channel);
    frame.put_slice(bytes);
    Message::Binary(frame.freeze())
}

pub(in crate::cluster) fn stdin(bytes: &[u8]) -> Message {
    on_channel(STDIN, bytes)
}

/// Only version 5 knows it.
pub(in crate::cluster) fn close_stdin() -> Message {
    Message::Binary(Bytes::from_static(&[CLOSE, STDIN]))
}

pub(in crate::cluster) fn resize(size: GridSize) -> Message {
    let json = format!("{{\"Width\":{},\"Height\":{}}}", size.cols(), size.rows());
    on_channel(RESIZE, json.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_told_by_their_first_byte() {
        let of = |bytes: &'static [u8]| incoming(Message::Binary(Bytes::from_static(bytes)));
        assert_eq!(of(b"\x01hi"), Incoming::Output(Channel::Out, "hi".into()));
        assert_eq!(of(b"\x02hi"), Incoming::Output(Channel::Err, "hi".into()));
        assert_eq!(of(b"\x03{}"), Incoming::Status("{}".into()));
        for quiet in [b"".as_slice(), b"\x01", b"\xff\x01", b"\x07x"] {
            assert_eq!(of(quiet), Incoming::Alive, "{quiet:?}");
        }
    }

    #[test]
    fn a_cut_is_said_in_two_words_and_anything_else_in_its_own() {
        let cut = Error::Protocol(ProtocolError::ResetWithoutClosingHandshake);
        assert_eq!(broke(&cut), "connection cut");
        let other = Error::Io(std::io::Error::other("no route"));
        assert!(broke(&other).ends_with("no route"), "{}", broke(&other));
    }

    #[test]
    fn frames_for_the_server_start_with_their_channel() {
        assert_eq!(stdin(b"ls\r").into_data(), Bytes::from_static(b"\x00ls\r"));
        assert_eq!(close_stdin().into_data(), Bytes::from_static(b"\xff\x00"));
        let expected = Bytes::from_static(b"\x04{\"Width\":80,\"Height\":24}");
        assert_eq!(resize(GridSize::new(24, 80)).into_data(), expected);
    }
}
