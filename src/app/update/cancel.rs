//! Owns cancels of panes: starts the machine of each session and carries its steps out as effects, journal facts and audit lines.

use crate::app::overlay::Answer;
use crate::app::pane::{Aftermath, Again, Phase};
use crate::app::{Action, App, Effect, Pane, Turn, Weight};
use crate::ids::{PaneId, SessionId};
use crate::journal::audit::CancelRecord;
use crate::journal::entry::{CloseReason, Fact};
use crate::session::broadcast::{self as rules, Broadcast};
use crate::session::cancel::{CancelLimits, CleanFailure, IN_FLIGHT, Identity, Link};
use crate::session::guard::{Action as Guarding, FocusedPane};
use crate::session::{Cancel, CancelInput, CancelMode, Outcome, Report};

use super::guard::{self, Asking, labelled};
use super::session::{journal_fact, note};
use super::{panes, quit};

mod steps;

use steps::{perform, record};

/// Cancels the session of the focused pane, or says why there is nothing to cancel.
pub(super) fn focused(app: &mut App, mode: CancelMode, turn: &mut Turn<'_>) {
    let Some(pane) = app.focused_pane() else {
        return app.say(Weight::Plain, "no pane is open");
    };
    let id = pane.id;
    if !can_be_cancelled(pane) {
        return app.say(
            Weight::Plain,
            "this session has ended; nothing of it is known to be left",
        );
    }
    press(app, id, mode, turn);
}

fn can_be_cancelled(pane: &Pane) -> bool {
    pane.may_run()
        || pane
            .cancel
            .as_ref()
            .is_some_and(|cancel| !cancel.is_finished())
        || left_over(pane)
}

/// Whether a session that ended may have left something behind.
fn left_over(pane: &Pane) -> bool {
    match &pane.phase {
        Phase::Ended(ended) => match (&ended.outcome, ended.left) {
            (Outcome::StartFailed(_), _) | (_, Some(0)) => false,
            (_, Some(_) | None) => true,
        },
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => true,
    }
}

/// Within the grace: the interrupt stays, the shell is kept.
pub(super) fn keep_shell(app: &mut App, turn: &mut Turn<'_>) {
    match app.focused_pane() {
        Some(pane) if pane.cancelling() => {
            let id = pane.id;
            step(app, id, CancelInput::KeepShell, turn);
        }
        Some(_) | None => app.say(Weight::Plain, "nothing is being cancelled here"),
    }
}

/// Cancels and closes when nothing is left; what cannot be proven stays until a second press.
pub(super) fn close_focused(app: &mut App, turn: &mut Turn<'_>) {
    let Some(pane) = app.focused_pane() else {
        return;
    };
    let id = pane.id;
    let over = !pane.may_run() && !pane.cancelling();
    if over && (pane.not_confirmed() || !left_over(pane)) {
        if pane.not_confirmed() {
            app.say(
                Weight::Warning,
                "closed; the journal keeps what is not confirmed: `podmux reap` shows it",
            );
        }
        return panes::remove(app, id, turn);
    }
    if pane.not_confirmed() || pane.in_flight() {
        turn.push(Effect::CloseStream(pane.session));
        app.say(
            Weight::Warning,
            "closed; the journal keeps what is not confirmed: `podmux reap` shows it",
        );
        return panes::remove(app, id, turn);
    }
    if let Some(pane) = app.panes.get_mut(&id) {
        pane.closing = true;
    }
    press(app, id, CancelMode::CloseWhenProven, turn);
}

/// Cancels all: the receiving panes while the broadcast is on, else all of the tab.
pub(super) fn all(app: &mut App, mode: CancelMode, turn: &mut Turn<'_>) {
    let Some(tab) = app.tabs.active() else {
        return app.say(Weight::Plain, "no pane is open");
    };
    let (id, focus) = (tab.id, tab.focus());
    let views = app.pane_views(id);
    let on = matches!(app.broadcast_state(id), Broadcast::On { .. });
    let targets: Vec<PaneId> = if on {
        rules::receivers(&views).collect()
    } else {
        app.panes_of(id)
            .filter(|pane| can_be_cancelled(pane))
            .map(|pane| pane.id)
            .collect()
    };
    if targets.is_empty() {
        return app.say(Weight::Plain, "nothing runs here that could be cancelled");
    }
    let here = !on || targets.contains(&focus);
    let focus = if here {
        FocusedPane::Included
    } else {
        FocusedPane::Excluded
    };
    let pods = guard::pods_of(app, &targets);
    let (what, lead, key, answer) = match mode {
        CancelMode::InterruptOnly => (
            "interrupt",
            "Ctrl-C goes to",
            Action::InterruptAll,
            Answer::Interrupt(targets.clone()),
        ),
        CancelMode::Session | CancelMode::CloseWhenProven => (
            "cancel",
            "sessions ended in",
            Action::CancelAll,
            Answer::Cancel(targets.clone()),
        ),
    };
    let asking = Asking {
        what: format!("{what}: {} panes", targets.len()),
        lead,
        pods: &pods,
        notes: if here {
            Vec::new()
        } else {
            vec![labelled(
                "not touched",
                "the focused pane: it is out of the broadcast",
            )]
        },
        key,
        answer,
    };
    if guard::passed(app, Guarding::CancelAll { focus }, asking, turn) {
        each(app, &targets, mode, turn);
    }
}

/// The user went on: the outcome of a cancel of several was seen, unless it is still coming.
pub(super) fn seen(app: &mut App) {
    let coming = |id: &PaneId| app.panes.get(id).is_some_and(Pane::cancelling);
    if !app.cancelled_together.is_empty() && !app.cancelled_together.iter().any(coming) {
        app.cancelled_together.clear();
        app.touch();
    }
}

/// Cancels each of these panes.
pub(super) fn each(app: &mut App, targets: &[PaneId], mode: CancelMode, turn: &mut Turn<'_>) {
    app.cancelled_together = targets.to_vec();
    for id in targets {
        press(app, *id, mode, turn);
    }
}

/// Starts a pane's cancel, or tells the running one that the key was pressed again.
pub(super) fn press(app: &mut App, id: PaneId, mode: CancelMode, turn: &mut Turn<'_>) {
    app.touch();
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    // Whoever cancels wants no new session.
    pane.again = Again::No;
    if pane
        .cancel
        .as_ref()
        .is_some_and(|cancel| !cancel.is_finished())
    {
        return step(app, id, CancelInput::Press(mode), turn);
    }
    if pane.may_run() || left_over(pane) {
        begin(app, id, mode, turn);
    }
}

/// Cleans up after a session that was lost.
pub(super) fn begin_lost(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    begin(app, id, CancelMode::Session, turn);
}

fn begin(app: &mut App, id: PaneId, mode: CancelMode, turn: &mut Turn<'_>) {
    let timeouts = &app.settings.config.timeouts;
    let limits = CancelLimits {
        grace: timeouts.grace,
        cleanup: timeouts.cleanup,
    };
    let now = app.now;
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    let link = match pane.phase {
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => Link::Terminal,
        Phase::Ended(_) => Link::Gone,
    };
    let identity = identity(pane);
    let (cancel, steps) = Cancel::begin(mode, identity, link, limits, now);
    pane.cancel = Some(cancel);
    let session = pane.session;
    record(
        app,
        session,
        CancelRecord::Asked {
            mode: format!("{mode:?}"),
        },
        turn,
    );
    perform(app, id, steps, turn);
}

fn identity(pane: &Pane) -> Identity {
    let ran = matches!(
        &pane.phase,
        Phase::Ended(ended) if matches!(ended.outcome, Outcome::Exited(_))
    );
    match (&pane.handshake, pane.unmarked) {
        (Some(_), _) => Identity::Handshake,
        (None, true) => Identity::Nothing,
        (None, false) if ran => Identity::Marker,
        (None, false) => match pane.asked.checked_add(IN_FLIGHT) {
            Some(until) => Identity::Unheard { until },
            None => Identity::Marker,
        },
    }
}

fn step(app: &mut App, id: PaneId, input: CancelInput, turn: &mut Turn<'_>) {
    let (now, random) = (app.now, turn.jitter());
    let Some(cancel) = app.panes.get_mut(&id).and_then(|pane| pane.cancel.as_mut()) else {
        return;
    };
    let steps = cancel.step(input, now, random);
    app.touch();
    perform(app, id, steps, turn);
}

fn of_session(app: &mut App, session: SessionId) -> Option<PaneId> {
    app.pane_of(session).map(|pane| pane.id)
}

/// A wait of a cancel is over.
pub(super) fn timer(app: &mut App, session: SessionId, epoch: u32, turn: &mut Turn<'_>) {
    if let Some(id) = of_session(app, session) {
        step(app, id, CancelInput::Timer(epoch), turn);
    }
}

/// The handshake came while its cancel runs.
pub(super) fn started(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    step(app, id, CancelInput::Started, turn);
}

/// The exec was refused: whatever its cancel waits for, there is nothing to end.
pub(super) fn never_started(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    step(app, id, CancelInput::NeverStarted, turn);
    quit::check(app, turn);
}

/// The session's stream ended while its cancel runs.
pub(super) fn stream_ended(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    step(app, id, CancelInput::StreamEnded, turn);
    quit::check(app, turn);
}

/// The pod or this run of its container is no more: nothing of the session can live.
pub(super) fn container_gone(app: &mut App, session: SessionId, turn: &mut Turn<'_>) {
    let Some(pane) = app.pane_of(session) else {
        return;
    };
    let id = pane.id;
    // A look that was under way is answered by this, also while a cancel runs.
    pane.aftermath = Aftermath::Quiet;
    let running = pane
        .cancel
        .as_ref()
        .is_some_and(|cancel| !cancel.is_finished());
    if running {
        return step(app, id, CancelInput::ContainerGone, turn);
    }
    if let Phase::Ended(ended) = &mut pane.phase
        && ended.left != Some(0)
    {
        ended.left = Some(0);
        journal_fact(
            app,
            session,
            Fact::Closed {
                reason: CloseReason::PodGone,
            },
            turn,
        );
    }
    quit::check(app, turn);
}

/// The answer of a cleanup exec.
pub(super) fn cleaned(
    app: &mut App,
    session: SessionId,
    attempt: u32,
    result: Result<Report, CleanFailure>,
    turn: &mut Turn<'_>,
) {
    let entry = match &result {
        Ok(report) => CancelRecord::Cleaned {
            attempt,
            found: report.found.len(),
            signalled: report.signalled,
            left: report.left.len(),
        },
        Err(failure) => CancelRecord::Failed {
            attempt,
            why: failure.why.clone(),
        },
    };
    record(app, session, entry, turn);
    if let Some(id) = of_session(app, session) {
        step(app, id, CancelInput::Cleaned { attempt, result }, turn);
        note_wait(app, id);
    }
}

/// The answer of a verifying exec.
pub(super) fn verified(
    app: &mut App,
    session: SessionId,
    attempt: u32,
    result: Result<Report, CleanFailure>,
    turn: &mut Turn<'_>,
) {
    let entry = match &result {
        Ok(report) => CancelRecord::Verified {
            attempt,
            left: report.left.len(),
            zombies: report.zombies.len(),
        },
        Err(failure) => CancelRecord::Failed {
            attempt,
            why: failure.why.clone(),
        },
    };
    record(app, session, entry, turn);
    if let Some(id) = of_session(app, session) {
        step(app, id, CancelInput::Verified { attempt, result }, turn);
        note_wait(app, id);
    }
}

/// Why there is another try: what a last one fails with is said aloud.
fn note_wait(app: &mut App, id: PaneId) {
    let pane = app.panes.get(&id).filter(|pane| pane.waits_for_cleanup());
    let progress = pane.and_then(|pane| Some(pane.cancel.as_ref()?.progress()));
    if let Some(why) = progress.and_then(|progress| progress.why.map(str::to_owned)) {
        note(app, id, &format!("the cleanup is tried again: {why}"));
    }
}
