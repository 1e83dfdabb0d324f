//! Owns the output of one session that a turn takes: neighbours are joined, because the pane engine takes one long piece of a
//! flood much faster than many short ones. Called by `sessions`.

use bytes::{Bytes, BytesMut};

use crate::app::event::Event;
use crate::cluster::exec::OutputChunk;
use crate::ids::SessionId;

/// Output that was not told yet.
#[derive(Debug, Default)]
enum Held {
    #[default]
    Nothing,
    /// The usual case, which is not copied.
    One(Bytes),
    Many(BytesMut),
}

/// Joins the output of one session.
#[derive(Debug)]
pub(super) struct Joined {
    session: SessionId,
    held: Held,
}

impl Joined {
    pub(super) fn new(session: SessionId) -> Self {
        let held = Held::Nothing;
        Self { session, held }
    }

    /// Takes the next chunk; a gap is told in its place.
    pub(super) fn push(&mut self, chunk: OutputChunk, tell: &mut impl FnMut(Event)) {
        match chunk {
            OutputChunk::Bytes(bytes) | OutputChunk::ErrorBytes(bytes) => self.join(bytes),
            OutputChunk::Gap(dropped) => {
                self.tell(tell);
                tell(Event::Gap(self.session, dropped));
            }
        }
    }

    fn join(&mut self, bytes: Bytes) {
        self.held = match std::mem::take(&mut self.held) {
            Held::Nothing => Held::One(bytes),
            Held::One(first) => {
                let mut all = BytesMut::with_capacity(first.len() + bytes.len());
                all.extend_from_slice(&first);
                all.extend_from_slice(&bytes);
                Held::Many(all)
            }
            Held::Many(mut all) => {
                all.extend_from_slice(&bytes);
                Held::Many(all)
            }
        };
    }

    /// Tells what was joined so far.
    pub(super) fn tell(&mut self, tell: &mut impl FnMut(Event)) {
        let bytes = match std::mem::take(&mut self.held) {
            Held::Nothing => return,
            Held::One(bytes) => bytes,
            Held::Many(all) => all.freeze(),
        };
        tell(Event::Output(self.session, bytes));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(chunks: &[OutputChunk]) -> Vec<String> {
        let mut told = Vec::new();
        let mut tell = |event: Event| {
            told.push(if let Event::Output(_, bytes) = &event {
                String::from_utf8_lossy(bytes).into_owned()
            } else if let Event::Gap(_, dropped) = &event {
                format!("gap of {dropped}")
            } else {
                format!("{event:?}")
            });
        };
        let mut joined = Joined::new(SessionId::from_bytes([1; 16]));
        for chunk in chunks {
            joined.push(chunk.clone(), &mut tell);
        }
        joined.tell(&mut tell);
        told
    }

    #[test]
    fn neighbours_are_one_event_and_a_gap_stays_in_its_place() {
        let bytes = |text: &'static str| OutputChunk::Bytes(Bytes::from_static(text.as_bytes()));
        let errors =
            |text: &'static str| OutputChunk::ErrorBytes(Bytes::from_static(text.as_bytes()));
        assert_eq!(told(&[]), [""; 0]);
        assert_eq!(told(&[bytes("a")]), ["a"]);
        assert_eq!(told(&[bytes("a"), errors("b"), bytes("c")]), ["abc"]);
        assert_eq!(
            told(&[bytes("a"), OutputChunk::Gap(7), bytes("b"), bytes("c")]),
            ["a", "gap of 7", "bc"]
        );
        assert_eq!(told(&[OutputChunk::Gap(7)]), ["gap of 7"]);
    }
}
