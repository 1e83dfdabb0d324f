//! Owns the hints of panes: what is usual, and what helps one that takes no keys. Called by `hints`.

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

/// The forms, and how many of them are given up easily.
pub(super) fn of(app: &App, mode: &Mode) -> (Texts, usize) {
    let forms = |sets: &[&[Offer]]| {
        sets.iter()
            .chain([&[(Action::Help, "")].as_slice()])
            .map(|set| after_prefix(app, set))
            .collect()
    };
    let ended = app.focused_pane().is_some_and(|pane| !pane.may_run());
    match mode {
        Mode::Broadcast(_) => {
            let out = (Action::OptOut, "out");
            let compose = (Action::Compose, "compose");
            (forms(&[&[OFF, out, compose], &[OFF, out], &[OFF]]), 2)
        }
        // A pane that takes no keys cannot join.
        Mode::HereOnly(_) if ended => (forms(&[&[AGAIN, CLOSE, OFF], &[AGAIN, CLOSE], &[OFF]]), 0),
        Mode::HereOnly(_) => (forms(&[&[(Action::OptOut, "join"), OFF], &[OFF]]), 0),
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
        let both = [
            (Action::Cancel, "end now"),
            (Action::KeepShell, "keep the shell"),
        ];
        return Some((vec![vec![both[0], both[1], HELP], both.to_vec()], 1));
    }
    if pane.life() == Life::Silent {
        let cancel = (Action::Cancel, "cancel");
        let sets = vec![vec![cancel, LIST, HELP], vec![cancel, LIST], vec![cancel]];
        return Some((sets, 2));
    }
    if pane.lacks_shell() {
        let add = (Action::DebugContainer, "debug container");
        return Some((vec![vec![add, CLOSE, HELP], vec![add, CLOSE], vec![add]], 2));
    }
    if pane.may_run() {
        return None;
    }
    let first = if pane.not_confirmed() {
        (Action::Cancel, "try again")
    } else {
        AGAIN
    };
    let sets = vec![
        vec![first, CLOSE, LIST, HELP],
        vec![first, CLOSE, HELP],
        vec![first, CLOSE],
        vec![first],
    ];
    Some((sets, 3))
}
