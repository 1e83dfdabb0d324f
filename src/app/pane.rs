//! Owns one pane: the container that it looks into, its screen, and how its session is doing. Changed by `update`, drawn by `ui`.

use std::sync::Arc;
use std::time::Instant;

use crate::geometry::GridSize;
use crate::ids::{ContainerRef, PaneId, SessionId};
use crate::screen::{Anchor, HistoryLimits, Match, Point, Screen, Selection, SelectionShape};
use crate::session::broadcast::{LastKey, Life, Membership, PaneView};
use crate::session::cancel::PhaseName;
use crate::session::outcome::names_no_program;
use crate::session::{AnswerTrack, Cancel, CancelMode, Handshake, Outcome, SessionCommand};

/// One pane.
pub struct Pane {
    pub id: PaneId,
    pub target: ContainerRef,
    /// The runtime's id of the container when the session was opened: a restarted one has another.
    pub container_id: String,
    pub command: SessionCommand,
    pub screen: Screen,
    pub session: SessionId,
    pub phase: Phase,
    /// When its intent went to the journal: its exec may start for a while from then on.
    pub asked: Instant,
    /// The running or last cancel of this session.
    pub cancel: Option<Cancel>,
    /// What the handshake of this session said.
    pub handshake: Option<Handshake>,
    /// Whether the session runs without our marks, because the image has no shell.
    pub unmarked: bool,
    pub membership: Membership,
    /// The last key that was sent to it.
    pub last_key: LastKey,
    /// Bytes typed since the last Enter, for the audit's count.
    pub typed: usize,
    /// Its answer to the last line that was broadcast.
    pub answer: AnswerTrack,
    pub scroll: Option<ScrollMode>,
    /// Rows scrolled back by the wheel, without scroll mode.
    pub scrolled: Option<Anchor>,
    /// When the bell rang last.
    pub bell: Option<Instant>,
    /// What it shows goes to a file.
    pub recorded: bool,
    /// Output was dropped after an interrupt.
    pub gap: Option<usize>,
    /// The look after its end.
    pub aftermath: Aftermath,
    /// Whether the pane closes once nothing is left.
    pub closing: bool,
    /// Whether a new session follows once nothing is left.
    pub again: Again,
    /// The container without a shell that its own one was added for.
    pub beside: Option<Arc<str>>,
    pub debug: DebugWait,
}

/// Whether the report-only look after an end is under way.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Aftermath {
    #[default]
    Quiet,
    Counting,
}

/// How far a pane is on its way to a debug container.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum DebugWait {
    #[default]
    No,
    Starting {
        since: Instant,
    },
    Failed(String),
}

/// Whether a session that ended is followed by a new one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Again {
    #[default]
    No,
    /// As soon as the old one is proven to be over.
    WhenClean,
}

/// How a session is doing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Phase {
    Opening {
        since: Instant,
    },
    Live {
        since: Instant,
    },
    /// Input got no answer: takes no keys.
    Silent {
        since: Instant,
    },
    Ended(Ended),
}

/// How a session ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    pub outcome: Outcome,
    pub at: Instant,
    /// Seconds since 1970, UTC.
    pub unix: i64,
    /// Processes that the report-only look counted after the end; `None` until it has answered.
    pub left: Option<u32>,
    /// What the pod itself says about the end: `OOMKilled`, `Evicted` …
    pub pod_says: Option<String>,
}

/// A pane whose scrollback is being read.
#[derive(Clone, Debug)]
pub struct ScrollMode {
    /// The first row shown.
    pub top: Anchor,
    pub cursor: Point,
    pub selecting: Option<(Point, SelectionShape)>,
    /// What was typed so far of the number before a key, as in vi.
    pub count: Option<usize>,
    pub matches: Vec<Match>,
    pub query: String,
}

impl ScrollMode {
    /// The selected cells.
    pub fn selection(&self) -> Option<Selection> {
        let (start, shape) = self.selecting?;
        Some(Selection {
            start,
            end: self.cursor,
            shape,
        })
    }
}

impl Pane {
    /// A pane whose session is about to be opened; its size comes with the first layout.
    pub fn new(
        id: PaneId,
        target: ContainerRef,
        command: SessionCommand,
        session: SessionId,
        history: HistoryLimits,
        now: Instant,
    ) -> Self {
        Self {
            id,
            target,
            container_id: String::new(),
            command,
            screen: Screen::new(GridSize::new(24, 80), history),
            session,
            phase: Phase::Opening { since: now },
            asked: now,
            cancel: None,
            handshake: None,
            unmarked: false,
            membership: Membership::default(),
            last_key: LastKey::None,
            typed: 0,
            answer: AnswerTrack::default(),
            scroll: None,
            scrolled: None,
            bell: None,
            recorded: false,
            gap: None,
            aftermath: Aftermath::Quiet,
            closing: false,
            again: Again::No,
            beside: None,
            debug: DebugWait::No,
        }
    }

    /// Whether keys can be sent to its session.
    pub fn takes_keys(&self) -> bool {
        matches!(self.phase, Phase::Live { .. }) && !self.cancelling_all()
    }

    /// Whether a remote session may still be running.
    pub fn may_run(&self) -> bool {
        !matches!(self.phase, Phase::Ended(_))
    }

    /// Whether the look after its end has not answered yet.
    pub fn counting(&self) -> bool {
        self.aftermath == Aftermath::Counting
    }

    /// Whether the image holds no shell, by the runtime's own words.
    pub fn lacks_shell(&self) -> bool {
        let Phase::Ended(ended) = &self.phase else {
            return false;
        };
        let shell = matches!(self.command, SessionCommand::Shell(_)) && self.handshake.is_none();
        shell && matches!(&ended.outcome, Outcome::StartFailed(words) if names_no_program(words))
    }

    /// Whether there never was a session.
    pub const fn never_started(&self) -> bool {
        let Phase::Ended(ended) = &self.phase else {
            return false;
        };
        matches!(ended.outcome, Outcome::StartFailed(_))
    }

    /// Whether the notices hold all of what its slip says of its end, or of its next cleanup.
    pub fn why_is_noted(&self) -> bool {
        let Phase::Ended(ended) = &self.phase else {
            return self.waits_for_cleanup();
        };
        let noted = matches!(ended.outcome, Outcome::StartFailed(_) | Outcome::Lost(_));
        noted || self.waits_for_cleanup()
    }

    /// Whether a debug container would help: there is no shell, or the one that was added is over.
    pub fn wants_debug_container(&self) -> bool {
        let over = self.beside.is_some() && !self.may_run() && !self.cancelling();
        !matches!(self.debug, DebugWait::Starting { .. }) && (self.lacks_shell() || over)
    }

    /// Whether all of the session is being ended at this moment.
    pub fn cancelling_all(&self) -> bool {
        self.cancel.as_ref().is_some_and(|cancel| {
            !cancel.is_finished()
                && match cancel.progress().mode {
                    CancelMode::Session | CancelMode::CloseWhenProven => true,
                    CancelMode::InterruptOnly => false,
                }
        })
    }

    /// Whether a cancel is under way, not counting one that waits for its quiet background attempts.
    pub fn cancelling(&self) -> bool {
        self.cancel
            .as_ref()
            .is_some_and(|cancel| match cancel.progress().phase {
                PhaseName::Grace
                | PhaseName::Cleaning
                | PhaseName::Verifying
                | PhaseName::Waiting
                | PhaseName::InFlight => true,
                PhaseName::NotConfirmed | PhaseName::Finished => false,
            })
    }

    /// Whether all of the session is being ended, and its shell may still be kept.
    pub fn in_grace(&self) -> bool {
        let phase = self.cancel.as_ref().map(|cancel| cancel.progress().phase);
        self.cancelling_all() && phase == Some(PhaseName::Grace)
    }

    /// Whether nothing is left, but an exec that nobody heard of may still start.
    pub fn in_flight(&self) -> bool {
        let phase = self.cancel.as_ref().map(|cancel| cancel.progress().phase);
        phase == Some(PhaseName::InFlight)
    }

    /// Whether its next cleanup is waited for.
    pub fn waits_for_cleanup(&self) -> bool {
        let phase = self.cancel.as_ref().map(|cancel| cancel.progress().phase);
        phase == Some(PhaseName::Waiting)
    }

    /// Whether a cancel was loudly given up for now.
    pub fn not_confirmed(&self) -> bool {
        let phase = self.cancel.as_ref().map(|cancel| cancel.progress().phase);
        phase == Some(PhaseName::NotConfirmed)
    }

    /// Whether it needs its user: silent, lost, not started, not confirmed. A cancel that is under way says more than its session.
    pub fn in_trouble(&self) -> bool {
        let lost = match &self.phase {
            Phase::Ended(ended) => matches!(ended.outcome, Outcome::Lost(_)),
            Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => false,
        };
        match self.cancel.as_ref().map(|cancel| cancel.progress().phase) {
            Some(PhaseName::InFlight | PhaseName::NotConfirmed) => return true,
            Some(PhaseName::Waiting | PhaseName::Cleaning | PhaseName::Verifying) => return lost,
            Some(PhaseName::Grace) => return false,
            Some(PhaseName::Finished) | None => {}
        }
        match &self.phase {
            Phase::Opening { .. } | Phase::Live { .. } => false,
            Phase::Silent { .. } => true,
            Phase::Ended(ended) => match &ended.outcome {
                Outcome::StartFailed(_) | Outcome::Lost(_) => true,
                Outcome::Cancelled { left } => *left != Some(0),
                Outcome::Exited(_) | Outcome::TimedOut => false,
            },
        }
    }

    /// Whether it takes keys, in the words of the broadcast plan.
    pub fn life(&self) -> Life {
        match self.phase {
            Phase::Opening { .. } => Life::Opening,
            Phase::Live { .. } if self.cancelling_all() => Life::Cancelling,
            Phase::Live { .. } => Life::Live,
            Phase::Silent { .. } => Life::Silent,
            Phase::Ended(_) => Life::Ended,
        }
    }

    /// What the broadcast plan needs to know of it.
    pub fn view(&self, hidden: bool) -> PaneView {
        PaneView {
            pane: self.id,
            life: self.life(),
            alternate_screen: self.screen.alternate_screen(),
            membership: self.membership,
            last_key: self.last_key,
            hidden,
        }
    }

    /// Rows between the live grid and the first row shown.
    pub fn scrolled_back(&self) -> usize {
        let top = self
            .scroll
            .as_ref()
            .map(|scroll| scroll.top)
            .or(self.scrolled);
        top.map_or(0, |anchor| self.screen.scrolled_back(anchor))
    }
}
