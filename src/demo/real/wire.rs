//! Owns the frames between the demo and its helper processes: a kind, a length, bytes. Knows nothing of what they carry it for. Used by
//! both ends.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest payload; what claims to be longer is not ours.
const LONGEST: usize = 64 * 1024;

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::demo) enum Wire {
    Stdin(Bytes),
    EndOfStdin,
    /// Nobody reads the output any more.
    Abandoned,
    Resize {
        columns: u16,
        rows: u16,
    },
    Stdout(Bytes),
    Stderr(Bytes),
    Exited(i32),
    StartFailed(String),
}

impl Wire {
    fn parts(&self) -> (u8, Vec<u8>) {
        match self {
            Self::Stdin(bytes) => (0, bytes.to_vec()),
            Self::Stdout(bytes) => (1, bytes.to_vec()),
            Self::Stderr(bytes) => (2, bytes.to_vec()),
            Self::Exited(code) => (3, code.to_be_bytes().to_vec()),
            Self::Resize { columns, rows } => {
                (4, [columns.to_be_bytes(), rows.to_be_bytes()].concat())
            }
            Self::StartFailed(why) => (5, why.clone().into_bytes()),
            Self::Abandoned => (254, Vec::new()),
            Self::EndOfStdin => (255, Vec::new()),
        }
    }

    fn from_parts(kind: u8, payload: Vec<u8>) -> Option<Self> {
        Some(match (kind, payload.as_slice()) {
            (0, _) => Self::Stdin(payload.into()),
            (1, _) => Self::Stdout(payload.into()),
            (2, _) => Self::Stderr(payload.into()),
            (3, bytes) => Self::Exited(i32::from_be_bytes(bytes.try_into().ok()?)),
            (4, [a, b, c, d]) => Self::Resize {
                columns: u16::from_be_bytes([*a, *b]),
                rows: u16::from_be_bytes([*c, *d]),
            },
            (5, _) => Self::StartFailed(String::from_utf8_lossy(&payload).into_owned()),
            (254, []) => Self::Abandoned,
            (255, []) => Self::EndOfStdin,
            _ => return None,
        })
    }
}

/// Writes one message.
///
/// # Errors
/// Whatever the stream says.
pub(in crate::demo) async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    message: &Wire,
) -> io::Result<()> {
    let (kind, payload) = message.parts();
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
    let mut frame = Vec::with_capacity(payload.len() + 5);
    frame.push(kind);
    frame.extend_from_slice(&length.to_be_bytes());
    frame.extend_from_slice(&payload);
    stream.write_all(&frame).await
}

/// Reads one message. Not safe to drop half way.
///
/// # Errors
/// The end of the stream, or bytes that are no message.
pub(in crate::demo) async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Wire> {
    let kind = stream.read_u8().await?;
    let length = usize::try_from(stream.read_u32().await?).map_err(io::Error::other)?;
    if length > LONGEST {
        return Err(io::Error::other("a message is too long"));
    }
    let mut payload = vec![0; length];
    stream.read_exact(&mut payload).await?;
    Wire::from_parts(kind, payload).ok_or_else(|| io::Error::other("a message makes no sense"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_message_arrives_as_it_was_sent() {
        let (mut near, mut far) = tokio::io::duplex(1024);
        for message in [
            Wire::Stdin(Bytes::from_static(b"ls\n")),
            Wire::EndOfStdin,
            Wire::Abandoned,
            Wire::Resize {
                columns: 80,
                rows: 24,
            },
            Wire::Stdout(Bytes::new()),
            Wire::Stderr(Bytes::from_static(b"x")),
            Wire::Exited(-1),
            Wire::StartFailed("no".to_owned()),
        ] {
            send(&mut near, &message).await.unwrap();
            assert_eq!(receive(&mut far).await.unwrap(), message);
        }
    }

    #[tokio::test]
    async fn nonsense_is_an_error() {
        for bytes in [
            &[9, 0, 0, 0, 0][..],
            &[3, 0, 0, 0, 1, 1],
            &[0, 255, 0, 0, 0],
            &[0],
        ] {
            assert!(receive(&mut &*bytes).await.is_err(), "{bytes:?}");
        }
    }
}
