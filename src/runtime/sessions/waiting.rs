//! Owns the input of one session that its queue has no room for yet: joined, in order, a typed Ctrl-C with the time from which it
//! goes ahead. Called by `sessions`.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{Bytes, BytesMut};

use crate::cluster::exec::{InputRejected, SessionHandle};

#[derive(Debug)]
enum Piece {
    Bytes(BytesMut),
    Interrupt { bytes: Bytes, ahead: Instant },
}

/// Input in order.
#[derive(Debug, Default)]
pub(super) struct Waiting(VecDeque<Piece>);

/// Where input goes; the handle of a session, or a test's.
pub(super) trait Lane {
    fn write(&self, bytes: Bytes) -> Result<(), InputRejected>;
    fn typed_interrupt(&self, bytes: Bytes, ahead: Instant) -> Result<(), InputRejected>;
    fn overtake(&self, bytes: Bytes, now: Instant) -> Result<(), InputRejected>;
}

impl Lane for SessionHandle {
    fn write(&self, bytes: Bytes) -> Result<(), InputRejected> {
        Self::write(self, bytes)
    }

    fn typed_interrupt(&self, bytes: Bytes, ahead: Instant) -> Result<(), InputRejected> {
        Self::typed_interrupt(self, bytes, ahead)
    }

    fn overtake(&self, bytes: Bytes, now: Instant) -> Result<(), InputRejected> {
        Self::overtake(self, bytes, now)
    }
}

impl Waiting {
    pub(super) fn push(&mut self, bytes: &Bytes) {
        if let Some(Piece::Bytes(last)) = self.0.back_mut() {
            last.extend_from_slice(bytes);
        } else {
            self.0
                .push_back(Piece::Bytes(BytesMut::from(bytes.as_ref())));
        }
    }

    pub(super) fn interrupt(&mut self, bytes: Bytes, ahead: Instant) {
        self.0.push_back(Piece::Interrupt { bytes, ahead });
    }

    /// Bytes that wait.
    pub(super) fn len(&self) -> usize {
        let length = |piece: &Piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            Piece::Interrupt { bytes, .. } => bytes.len(),
        };
        self.0.iter().map(length).sum()
    }

    /// Hands over what there is room for; a Ctrl-C that has waited long enough goes ahead of what has not.
    pub(super) fn hand_over(
        &mut self,
        lane: &impl Lane,
        now: Instant,
    ) -> Result<(), InputRejected> {
        while let Some(piece) = self.0.pop_front() {
            let sent = match &piece {
                Piece::Bytes(bytes) => lane.write(bytes.clone().freeze()),
                Piece::Interrupt { bytes, ahead } => lane.typed_interrupt(bytes.clone(), *ahead),
            };
            if let Err(refused) = sent {
                self.0.push_front(piece);
                if refused == InputRejected::Full {
                    self.overtake(lane, now);
                }
                return Err(refused);
            }
        }
        Ok(())
    }

    fn overtake(&mut self, lane: &impl Lane, now: Instant) {
        self.0.retain(|piece| match piece {
            Piece::Interrupt { bytes, ahead } if *ahead <= now => {
                lane.overtake(bytes.clone(), now).is_err()
            }
            Piece::Bytes(_) | Piece::Interrupt { .. } => true,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::time::Duration;

    /// Takes so many messages, then is full.
    struct Narrow {
        room: RefCell<usize>,
        sent: RefCell<Vec<String>>,
    }

    impl Narrow {
        fn new(room: usize) -> Self {
            Self {
                room: RefCell::new(room),
                sent: RefCell::default(),
            }
        }

        fn take(&self, word: String) -> Result<(), InputRejected> {
            let mut room = self.room.borrow_mut();
            *room = room.checked_sub(1).ok_or(InputRejected::Full)?;
            self.sent.borrow_mut().push(word);
            Ok(())
        }
    }

    impl Lane for Narrow {
        fn write(&self, bytes: Bytes) -> Result<(), InputRejected> {
            self.take(String::from_utf8_lossy(&bytes).into_owned())
        }

        fn typed_interrupt(&self, _: Bytes, _: Instant) -> Result<(), InputRejected> {
            self.take("in order".to_owned())
        }

        fn overtake(&self, _: Bytes, _: Instant) -> Result<(), InputRejected> {
            self.sent.borrow_mut().push("ahead".to_owned());
            Ok(())
        }
    }

    const BLOCKED: Duration = Duration::from_millis(200);

    fn typed(now: Instant) -> Waiting {
        let mut waiting = Waiting::default();
        waiting.push(&Bytes::from_static(b"a"));
        waiting.push(&Bytes::from_static(b"b"));
        waiting.interrupt(Bytes::from_static(b"\x03"), now + BLOCKED);
        waiting.push(&Bytes::from_static(b"c"));
        waiting
    }

    fn any() -> Instant {
        crate::runtime::driver::now()
    }

    #[test]
    fn with_room_a_ctrl_c_stays_in_order() {
        let now = any();
        let lane = Narrow::new(9);
        assert_eq!(typed(now).hand_over(&lane, now + BLOCKED), Ok(()));
        assert_eq!(*lane.sent.borrow(), ["ab", "in order", "c"]);
    }

    #[test]
    fn a_ctrl_c_overtakes_only_what_has_been_stuck_for_200_ms() {
        let now = any();
        let lane = Narrow::new(0);
        let mut waiting = typed(now);
        assert_eq!(waiting.hand_over(&lane, now), Err(InputRejected::Full));
        assert!(lane.sent.borrow().is_empty());
        let full = waiting.hand_over(&lane, now + BLOCKED);
        assert_eq!(full, Err(InputRejected::Full));
        assert_eq!(*lane.sent.borrow(), ["ahead"]);
        *lane.room.borrow_mut() = 9;
        assert_eq!(waiting.hand_over(&lane, now + BLOCKED), Ok(()));
        assert_eq!(
            *lane.sent.borrow(),
            ["ahead", "ab", "c"],
            "once, and the rest in order"
        );
    }
}
