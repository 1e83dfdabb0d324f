//! Owns the channel bytes of a port-forward of one port: its data is channel 0, its errors are channel 1, and each channel begins
//! with the number of the port.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Message;

use crate::cluster::exec::frames::on_channel;

const DATA: u8 = 0;
const ERROR: u8 = 1;

/// What a message of the server means.
#[derive(PartialEq, Eq, Debug)]
pub(super) enum Incoming {
    Data(Bytes),
    /// The node's words on why there is no more.
    Error(String),
    /// The answer to a ping, with what it said.
    Answered(u64),
    /// Ping, the first frame of a channel, or nothing: a sign of life.
    Alive,
    Closing,
}

/// Which channels have begun.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Begun {
    data: bool,
    error: bool,
}

impl Begun {
    /// Reads one message.
    pub(super) fn incoming(&mut self, message: Message) -> Incoming {
        match message {
            Message::Binary(bytes) => self.channel(bytes),
            Message::Text(text) => self.channel(text.into()),
            Message::Close(_) => Incoming::Closing,
            Message::Pong(sent) => match <[u8; 8]>::try_from(&*sent) {
                Ok(sent) => Incoming::Answered(u64::from_be_bytes(sent)),
                Err(_) => Incoming::Alive,
            },
            Message::Ping(_) | Message::Frame(_) => Incoming::Alive,
        }
    }

    fn channel(&mut self, mut bytes: Bytes) -> Incoming {
        if bytes.len() < 2 {
            return Incoming::Alive;
        }
        let payload = bytes.split_off(1);
        match bytes.first() {
            Some(&DATA) if !std::mem::replace(&mut self.data, true) => Incoming::Alive,
            Some(&ERROR) if !std::mem::replace(&mut self.error, true) => Incoming::Alive,
            Some(&DATA) => Incoming::Data(payload),
            Some(&ERROR) => Incoming::Error(String::from_utf8_lossy(&payload).into_owned()),
            Some(_) | None => Incoming::Alive,
        }
    }
}

/// Bytes for the pod.
pub(super) fn data(bytes: &[u8]) -> Message {
    on_channel(DATA, bytes)
}

/// Asks for a sign of life; the answer tells how much had been sent before it.
pub(super) fn ping(sent: u64) -> Message {
    Message::Ping(Bytes::copy_from_slice(&sent.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_frame_of_a_channel_is_its_port() {
        let mut begun = Begun::default();
        let mut of = |bytes: &'static [u8]| begun.incoming(Message::binary(bytes));
        assert_eq!(of(b"\x00\x90\x1f"), Incoming::Alive);
        assert_eq!(of(b"\x01\x90\x1f"), Incoming::Alive);
        assert_eq!(
            of(b"\x00\x90\x1f"),
            Incoming::Data(Bytes::from_static(b"\x90\x1f"))
        );
        assert_eq!(of(b"\x01no"), Incoming::Error("no".to_owned()));
        let Message::Ping(said) = ping(7) else {
            panic!()
        };
        assert_eq!(begun.incoming(Message::Pong(said)), Incoming::Answered(7));
        let mut of = |bytes: &'static [u8]| begun.incoming(Message::binary(bytes));
        for quiet in [b"".as_slice(), b"\x00", b"\x07x"] {
            assert_eq!(of(quiet), Incoming::Alive, "{quiet:?}");
        }
    }

    #[test]
    fn bytes_for_the_pod_start_with_the_channel() {
        assert_eq!(data(b"GET").into_data(), Bytes::from_static(b"\x00GET"));
    }
}
