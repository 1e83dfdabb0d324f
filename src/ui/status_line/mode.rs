//! Owns the first cell of the status line: where the next key goes. Called by `status_line`.

use crate::app::{App, Focus, Overlay};
use crate::config::Role;
use crate::session::broadcast::{self, Broadcast, BroadcastPlan, Counts, Refusal};

/// Where the next key goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Mode {
    List,
    Pane,
    /// All receiving panes of the tab.
    Broadcast(Counts),
    /// The broadcast is on, and the focused pane is out.
    HereOnly(Counts),
    /// A page of text, or scrollback.
    Scroll,
    /// Folded answers.
    Run,
    /// A prompt or a dialog.
    Ask,
}

impl Mode {
    /// What the cell says; the run says its own.
    pub(super) fn word(&self) -> String {
        match self {
            Self::List => "LIST".to_owned(),
            Self::Pane => "PANE".to_owned(),
            Self::Broadcast(counts) => format!("BROADCAST {} of {}", counts.receiving, counts.of),
            Self::HereOnly(_) => "HERE ONLY".to_owned(),
            Self::Scroll => "SCROLL".to_owned(),
            Self::Run => "RUN".to_owned(),
            Self::Ask => "ASK".to_owned(),
        }
    }

    pub(super) const fn role(&self) -> Role {
        match self {
            Self::List => Role::Text,
            Self::Broadcast(_) => Role::Broadcast,
            Self::Pane | Self::HereOnly(_) | Self::Scroll | Self::Run | Self::Ask => Role::Accent,
        }
    }
}

/// The mode that the app is in.
pub(super) fn of(app: &App) -> Mode {
    match app.overlay() {
        Some(
            Overlay::Prompt(_)
            | Overlay::Picker(_)
            | Overlay::Question(_)
            | Overlay::Refusal(_)
            | Overlay::Composer(_)
            | Overlay::Forward(_)
            | Overlay::Help(_),
        ) => Mode::Ask,
        Some(Overlay::Text(_) | Overlay::Leaks(_) | Overlay::Forwards(_)) => Mode::Scroll,
        Some(Overlay::Gather) => Mode::Run,
        None => match app.focus {
            Focus::List => Mode::List,
            Focus::Panes => of_panes(app),
        },
    }
}

fn of_panes(app: &App) -> Mode {
    if app.focused_pane().is_some_and(|pane| pane.scroll.is_some()) {
        return Mode::Scroll;
    }
    let Some(tab) = app.tabs.active().filter(|_| app.broadcast_on()) else {
        return Mode::Pane;
    };
    let views = app.pane_views(tab.id);
    let counts = broadcast::counts(&views);
    match broadcast::plan(&views, Some(tab.focus()), app.broadcast_state(tab.id)) {
        BroadcastPlan::All(_) => Mode::Broadcast(counts),
        BroadcastPlan::One(_) | BroadcastPlan::HereOnly(_) | BroadcastPlan::Refused(_) => {
            Mode::HereOnly(counts)
        }
    }
}

/// Why the focused pane takes no keys; none while it does.
pub(super) fn refusal(app: &App) -> Option<Refusal> {
    let tab = app.tabs.active()?;
    match broadcast::plan(&app.pane_views(tab.id), Some(tab.focus()), Broadcast::Off) {
        BroadcastPlan::Refused(refusal) => Some(refusal),
        BroadcastPlan::One(_) | BroadcastPlan::All(_) | BroadcastPlan::HereOnly(_) => None,
    }
}
