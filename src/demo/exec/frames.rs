//! Owns the bytes of the channel subprotocols: the channel number comes first in each frame. Pure. Called by `exec`.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Message;

/// Channels that the server writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Channel {
    Stdout,
    Stderr,
    Error,
}

/// What a client's frame means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Frame {
    Stdin(Bytes),
    Resize { columns: u16, rows: u16 },
    CloseStdin,
    Other,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TerminalSize {
    width: u16,
    height: u16,
}

/// Reads one binary frame; what makes no sense is [`Frame::Other`], as a real server ignores it.
pub(super) fn parse(mut bytes: Bytes) -> Frame {
    let Some(channel) = bytes.first().copied() else {
        return Frame::Other;
    };
    let payload = bytes.split_off(1);
    match (channel, payload.as_ref()) {
        (0, _) => Frame::Stdin(payload),
        (4, json) => match serde_json::from_slice::<TerminalSize>(json) {
            Ok(size) => Frame::Resize {
                columns: size.width,
                rows: size.height,
            },
            Err(_) => Frame::Other,
        },
        (255, [0]) => Frame::CloseStdin,
        _ => Frame::Other,
    }
}

/// One frame for the client.
pub(super) fn message(channel: Channel, payload: &[u8]) -> Message {
    let number: u8 = match channel {
        Channel::Stdout => 1,
        Channel::Stderr => 2,
        Channel::Error => 3,
    };
    let mut frame = Vec::with_capacity(payload.len() + 1);
    frame.push(number);
    frame.extend_from_slice(payload);
    Message::Binary(frame.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_by_their_first_byte() {
        for (bytes, wanted) in [
            (&b"\x00ls\n"[..], Frame::Stdin(Bytes::from_static(b"ls\n"))),
            (
                b"\x04{\"Width\":80,\"Height\":24}",
                Frame::Resize {
                    columns: 80,
                    rows: 24,
                },
            ),
            (b"\x04{\"Width\":-1}", Frame::Other),
            (b"\xff\x00", Frame::CloseStdin),
            (b"\xff\x01", Frame::Other),
            (b"\x09x", Frame::Other),
            (b"", Frame::Other),
        ] {
            assert_eq!(parse(Bytes::copy_from_slice(bytes)), wanted, "{bytes:?}");
        }
    }
}
