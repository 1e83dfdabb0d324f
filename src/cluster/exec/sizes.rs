//! Owns when the size of a session's terminal goes out: first when its command cannot end in that very moment, then at each change.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::pulse::Pulse;
use crate::geometry::GridSize;
use crate::session::SessionCommand;

/// From a command's handshake to its first size, which the wrapper has set from inside by then, where the image has stty. A command that
/// ends at once does so meanwhile: API servers lose its output, or its exit code and report success, when a size comes in that moment
/// (19 of 11,000 against Kubernetes 1.34, and none of 16,000 without a size).
const APART: Duration = Duration::from_secs(2);

/// When the first size of a session goes out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum FirstSize {
    /// Nothing in the container sets one.
    AtOnce,
    /// So long after the handshake, or after its time is over.
    Apart(Duration),
}

impl FirstSize {
    /// A shell does not end by itself.
    pub(super) const fn of(command: &SessionCommand, wrapped: bool) -> Self {
        match command {
            _ if !wrapped => Self::AtOnce,
            SessionCommand::Shell(_) => Self::Apart(Duration::ZERO),
            SessionCommand::Argv(_) => Self::Apart(APART),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Turn {
    /// The handshake is awaited, and then this long.
    Held(Duration),
    From(Instant),
    AtChanges,
}

/// The newest size, and whether it is its turn.
#[derive(Debug)]
pub(super) struct Sizes {
    newest: Option<watch::Receiver<GridSize>>,
    turn: Turn,
}

impl Sizes {
    pub(super) fn new(newest: Option<watch::Receiver<GridSize>>, first: FirstSize) -> Self {
        let turn = match first {
            FirstSize::AtOnce => Turn::From(Instant::now()),
            FirstSize::Apart(time) => Turn::Held(time),
        };
        Self { newest, turn }
    }

    /// Waits until a size is to be sent; never for a session without a terminal.
    pub(super) async fn due(&mut self, pulse: &Pulse) {
        let Some(newest) = &mut self.newest else {
            return std::future::pending().await;
        };
        if let Turn::Held(time) = self.turn {
            pulse.spoke.notified().await;
            self.turn = Turn::From(Instant::now() + time);
        }
        match self.turn {
            Turn::From(at) => sleep_until(at).await,
            Turn::Held(_) | Turn::AtChanges => {
                if newest.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// The newest size, where one may be sent.
    pub(super) fn take(&mut self) -> Option<GridSize> {
        let newest = self.newest.as_mut()?;
        match self.turn {
            Turn::Held(_) => None,
            Turn::From(at) if at > Instant::now() => None,
            Turn::From(_) | Turn::AtChanges => {
                self.turn = Turn::AtChanges;
                Some(*newest.borrow_and_update())
            }
        }
    }
}
