//! Owns the hints of panes: what is usual, and what helps one that takes no keys. Called by `hints`.

use crate::app::pane::DebugWait;
use crate::app::{Action, App, Pane};
use crate::session::broadcast::Life;
use crate::ui::status_line::mode::Mode;
use crate::ui::status_line::who;

use super::{Texts, after_prefix};

/// An action with the word for it.
type Offer = (Action, &'static str);

const HELP: Offer = (Action::Help, "keys");
const LIST: Offer = (Action::FocusList, "list");
const OFF: Offer = (Action::Broadcast, "off");
const CLOSE: Offer = (Action::ClosePane, "close");
const AGAIN: Offer = (Action::NewSession, "new session");
const WHY: Offer = (Action::Notices, "why");
const END_NOW: Offer = (Action::Cancel, "end now");
const KEEP: Offer = (Action::KeepShell, "keep the shell");

/// The forms, and how many of them are given up easily.
pub(super) fn of(app: &App, mode: &Mode) -> (Texts, usize) {
    let forms = |sets: &[&[Offer]]| {
        sets.iter()
            .chain([&[(Action::Help, "")].as_slice()])
            .map(|set| after_prefix(app, set))
            .collect()
    };
    let ended = app.focused_pane().filter(|pane| !pane.may_run());
    match mode {
        Mode::Broadcast(_) => {
            let out = (Action::OptOut, "out");
            let compose = (Action::Compose, "compose");
            (forms(&[&[OFF, out, compose], &[OFF, out], &[OFF]]), 2)
        }
        // A pane that takes no keys cannot join.
        Mode::HereOnly(_) if app.focused_pane().is_some_and(Pane::in_grace) => {
            (forms(&[&[END_NOW, KEEP, OFF], &[END_NOW, KEEP], &[OFF]]), 0)
        }
        Mode::HereOnly(_) => match ended.map(after_end) {
            Some(first) => (forms(&[&[first, CLOSE, OFF], &[first, CLOSE], &[OFF]]), 0),
            None => (forms(&[&[(Action::OptOut, "join"), OFF], &[OFF]]), 0),
        },
        Mode::Pane | Mode::List if who::summary_shown(app) => {
            (forms(&[&[(Action::FindPane, "find"), HELP]]), 0)
        }
        Mode::Pane | Mode::List | Mode::Scroll | Mode::Run | Mode::Ask => {
            if let Some((sets, easy)) = app.focused_pane().and_then(helps) {
                let sets: Vec<&[Offer]> = sets.iter().map(Vec::as_slice).collect();
                return (forms(&sets), easy);
            }
            let (broadcast, cancel) =
                ((Action::Broadcast, "broadcast"), (Action::Cancel, "cancel"));
            let sets: [&[Offer]; 5] = [
                &[broadcast, cancel, LIST, (Action::Zoom, "zoom"), HELP],
                &[broadcast, cancel, LIST, HELP],
                &[broadcast, LIST, HELP],
                &[LIST, HELP],
                &[HELP],
            ];
            (forms(&sets), 2)
        }
    }
}

/// What helps a pane that takes no keys; none for one that does.
fn helps(pane: &Pane) -> Option<(Vec<Vec<Offer>>, usize)> {
    if pane.in_grace() {
        return Some((vec![vec![END_NOW, KEEP, HELP], vec![END_NOW, KEEP]], 1));
    }
    if pane.life() == Life::Silent {
        let cancel = (Action::Cancel, "cancel");
        let sets = vec![vec![cancel, LIST, HELP], vec![cancel, LIST], vec![cancel]];
        return Some((sets, 2));
    }
    if pane.may_run() {
        return None;
    }
    if matches!(pane.debug, DebugWait::Starting { .. }) {
        return Some((vec![vec![CLOSE, LIST, HELP], vec![LIST, HELP]], 2));
    }
    let first = after_end(pane);
    if pane.why_is_noted() {
        let sets = vec![
            vec![first, CLOSE, WHY, LIST, HELP],
            vec![first, CLOSE, WHY, HELP],
            vec![first, CLOSE, WHY],
            vec![first, WHY],
            vec![first],
        ];
        return Some((sets, 2));
    }
    let sets = vec![
        vec![first, CLOSE, LIST, HELP],
        vec![first, CLOSE, HELP],
        vec![first, CLOSE],
        vec![first],
    ];
    Some((sets, 3))
}

/// What is done first about a pane whose session is over.
fn after_end(pane: &Pane) -> Offer {
    if pane.lacks_shell() {
        (Action::DebugContainer, "debug container")
    } else if pane.not_confirmed() {
        (Action::Cancel, "try again")
    } else if pane.waits_for_cleanup() {
        (Action::Cancel, "try now")
    } else {
        AGAIN
    }
}
