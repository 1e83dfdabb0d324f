//! Owns who gets a key: the focused pane, or every receiving pane of the tab, or nobody and why. Pure; one call per key. Knows
//! nothing of bytes or encodings. Called by `app`.

use crate::ids::PaneId;

/// What the plan needs to know of one pane of the tab.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PaneView {
    pub pane: PaneId,
    pub life: Life,
    /// The program shows a full screen of its own.
    pub alternate_screen: bool,
    pub membership: Membership,
    /// The last key that was sent to it, by broadcast or not.
    pub last_key: LastKey,
    /// Not drawn now: on another page, or behind a zoomed pane.
    pub hidden: bool,
}

/// Whether a pane takes keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Life {
    Opening,
    Live,
    /// A ping went unanswered.
    Silent,
    Cancelling,
    Ended,
}

/// A pane's part in the broadcast of its tab; kept while the broadcast is off, too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Membership {
    /// Receives, or will when the broadcast is switched on.
    #[default]
    Receiving,
    /// Taken out by the user.
    OptedOut,
    /// Was on the alternate screen when the broadcast was switched on.
    Held,
    /// Appeared or came back while the broadcast was on.
    NewShell,
    /// Taken in by the user; waits for a moment when no line is half typed.
    Joining,
}

/// What the last key was, as far as joining cares.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum LastKey {
    #[default]
    None,
    /// Enter or Ctrl-C: no line is half typed.
    LineEnd,
    Other,
}

impl LastKey {
    const fn between_lines(self) -> bool {
        matches!(self, Self::None | Self::LineEnd)
    }
}

/// The broadcast of one tab.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Broadcast {
    #[default]
    Off,
    On {
        last_key: LastKey,
    },
}

/// Where a key goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BroadcastPlan {
    /// Broadcast is off: the focused pane.
    One(PaneId),
    /// Broadcast is on and the focused pane receives: all of these, the focused one first.
    All(Vec<PaneId>),
    /// Broadcast is on, but the focused pane does not receive: it alone.
    HereOnly(PaneId),
    /// Nobody, and why.
    Refused(Refusal),
}

impl BroadcastPlan {
    /// The panes that get the key; empty when refused.
    pub fn targets(&self) -> &[PaneId] {
        match self {
            Self::One(pane) | Self::HereOnly(pane) => std::slice::from_ref(pane),
            Self::All(panes) => panes,
            Self::Refused(_) => &[],
        }
    }

    /// Whether text of several lines is asked about first: a broadcast is, also with one receiver left; text for one pane never is.
    pub const fn asks_for_lines(&self) -> bool {
        match self {
            Self::All(_) => true,
            Self::One(_) | Self::HereOnly(_) | Self::Refused(_) => false,
        }
    }
}

/// Why a key goes nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Refusal {
    /// No pane has the focus.
    NoPane,
    /// The focused pane takes no keys in this state.
    TakesNoKeys(PaneId, Life),
}

/// How many receive, and who does not.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// Live panes that receive, on all pages.
    pub receiving: usize,
    /// All panes of the tab.
    pub of: usize,
    /// Receive, but are not drawn now.
    pub hidden: Vec<PaneId>,
    pub opted_out: Vec<PaneId>,
    /// On the alternate screen when it was switched on.
    pub held: Vec<PaneId>,
    pub new_shells: Vec<PaneId>,
    pub joining: Vec<PaneId>,
    /// Opening, silent, cancelling or ended.
    pub not_live: Vec<PaneId>,
}

/// Where the next key goes.
pub fn plan(panes: &[PaneView], focus: Option<PaneId>, broadcast: Broadcast) -> BroadcastPlan {
    let Some(focused) = focus.and_then(|id| panes.iter().find(|view| view.pane == id)) else {
        return BroadcastPlan::Refused(Refusal::NoPane);
    };
    if focused.life != Life::Live {
        return BroadcastPlan::Refused(Refusal::TakesNoKeys(focused.pane, focused.life));
    }
    match broadcast {
        Broadcast::Off => BroadcastPlan::One(focused.pane),
        Broadcast::On { .. } if !receives(focused) => BroadcastPlan::HereOnly(focused.pane),
        Broadcast::On { .. } => {
            let others = receivers(panes).filter(|&pane| pane != focused.pane);
            BroadcastPlan::All(std::iter::once(focused.pane).chain(others).collect())
        }
    }
}

/// Who receives while the broadcast is on, or would by the memberships as they are: for compose, cancel-all and questions.
pub fn receivers(panes: &[PaneView]) -> impl Iterator<Item = PaneId> {
    panes
        .iter()
        .filter(|view| receives(view))
        .map(|view| view.pane)
}

/// The memberships after the broadcast is switched on; also what a composed text goes to while it is off.
pub fn switched_on(panes: &[PaneView]) -> Vec<(PaneId, Membership)> {
    let starts = |view: &PaneView| match (view.membership, view.life) {
        (Membership::OptedOut, _) => Membership::OptedOut,
        (_, Life::Live) if view.alternate_screen => Membership::Held,
        (_, Life::Live) => Membership::Receiving,
        (_, Life::Opening | Life::Silent | Life::Cancelling | Life::Ended) => Membership::NewShell,
    };
    panes.iter().map(|view| (view.pane, starts(view))).collect()
}

/// The membership of a pane whose new session appeared while the broadcast was on or off.
pub const fn appeared(before: Membership, broadcast: Broadcast) -> Membership {
    match (broadcast, before) {
        (Broadcast::Off, _) | (Broadcast::On { .. }, Membership::OptedOut) => before,
        (
            Broadcast::On { .. },
            Membership::Receiving | Membership::Held | Membership::NewShell | Membership::Joining,
        ) => Membership::NewShell,
    }
}

/// The membership after the user pressed the key that takes a pane out of, or into, the broadcast.
pub const fn toggled(view: &PaneView, broadcast: Broadcast) -> Membership {
    match (view.membership, broadcast) {
        (Membership::Receiving | Membership::Joining, _) => Membership::OptedOut,
        (Membership::OptedOut | Membership::Held | Membership::NewShell, Broadcast::Off) => {
            Membership::Receiving
        }
        (
            Membership::OptedOut | Membership::Held | Membership::NewShell,
            Broadcast::On { last_key },
        ) => match view.life {
            Life::Live => joined(view.last_key, last_key),
            // When it is live a line may be half typed.
            Life::Opening | Life::Silent | Life::Cancelling | Life::Ended => Membership::Joining,
        },
    }
}

/// Panes that join now; ask after every key that was sent and when a pane becomes live, with `panes` and `broadcast` as they are after it. The key itself went
/// to none of them by broadcast.
pub fn joins(panes: &[PaneView], broadcast: Broadcast) -> Vec<PaneId> {
    let Broadcast::On { last_key } = broadcast else {
        return Vec::new();
    };
    let ready = |view: &&PaneView| {
        view.membership == Membership::Joining
            && view.life == Life::Live
            && joined(view.last_key, last_key) == Membership::Receiving
    };
    panes.iter().filter(ready).map(|view| view.pane).collect()
}

/// How many receive out of how many, and who is left out.
pub fn counts(panes: &[PaneView]) -> Counts {
    let mut counts = Counts {
        of: panes.len(),
        ..Counts::default()
    };
    for view in panes {
        match (view.membership, view.life) {
            (Membership::OptedOut, _) => counts.opted_out.push(view.pane),
            (_, Life::Opening | Life::Silent | Life::Cancelling | Life::Ended) => {
                counts.not_live.push(view.pane);
            }
            (Membership::Held, Life::Live) => counts.held.push(view.pane),
            (Membership::NewShell, Life::Live) => counts.new_shells.push(view.pane),
            (Membership::Joining, Life::Live) => counts.joining.push(view.pane),
            (Membership::Receiving, Life::Live) => {
                counts.receiving += 1;
                if view.hidden {
                    counts.hidden.push(view.pane);
                }
            }
        }
    }
    counts
}

const fn receives(view: &PaneView) -> bool {
    matches!(
        (view.membership, view.life),
        (Membership::Receiving, Life::Live)
    )
}

const fn joined(own: LastKey, broadcast: LastKey) -> Membership {
    if own.between_lines() && broadcast.between_lines() {
        Membership::Receiving
    } else {
        Membership::Joining
    }
}

#[cfg(test)]
mod tests;
