//! Owns what sessions report: opened, started, output, ended. Writes the journal's facts in the order of events.

use bytes::Bytes;

use crate::app::event::{SessionNews, Silence, Timer};
use crate::app::pane::{Aftermath, Ended, Phase};
use crate::app::{App, Effect, Pane, Turn, Weight};
use crate::ids::{PaneId, SessionId};
use crate::journal::entry::{CloseReason, Fact, JournalLine, Leader};
use crate::screen::HistoryLimits;
use crate::session::cancel::{CleanFailure, Retry};
use crate::session::outcome::Look;
use crate::session::{Outcome, Report, ReportExit};

use super::{broadcast, cancel, clipboard, history, open, record};

mod records;

pub(super) use records::{audit, audit_open, audit_target, clean_order, intent, keep_text, note};

/// News of a session's stream.
pub(super) fn news(app: &mut App, session: SessionId, news: SessionNews, turn: &mut Turn<'_>) {
    let Some(id) = app.pane_of(session).map(|pane| pane.id) else {
        return;
    };
    app.touch();
    match news {
        SessionNews::Opened => opened(app, id, turn),
        SessionNews::Started(handshake) => {
            journal_fact(
                app,
                session,
                Fact::Handshake(Leader::from(&handshake)),
                turn,
            );
            if let Some(pane) = app.panes.get_mut(&id) {
                pane.handshake = Some(handshake);
            }
            cancel::started(app, id, turn);
        }
        SessionNews::Unmarked => {
            if let Some(pane) = app.panes.get_mut(&id) {
                pane.unmarked = true;
            }
            app.say(
                Weight::Warning,
                "this image has no shell to mark the session: a cancel can only interrupt",
            );
        }
        SessionNews::Silent(silence) => silent(app, id, silence),
        SessionNews::InputRejected(bytes) => {
            app.say(
                Weight::Warning,
                format!("{bytes} bytes were not sent: the session takes no input"),
            );
        }
        SessionNews::Ended(outcome) => ended(app, id, &outcome, turn),
    }
}

fn opened(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    let now = app.now;
    if let Some(pane) = app.panes.get_mut(&id)
        && matches!(pane.phase, Phase::Opening { .. })
    {
        pane.phase = Phase::Live { since: now };
        // The size may have changed while the stream was opening.
        turn.push(Effect::Resize {
            session: pane.session,
            size: pane.screen.size(),
        });
    }
    broadcast::came_alive(app, id);
}

fn silent(app: &mut App, id: PaneId, silence: Silence) {
    let now = app.now;
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    pane.phase = match (&pane.phase, silence) {
        (Phase::Live { .. }, Silence::NoAnswer) => Phase::Silent { since: now },
        (Phase::Silent { .. }, Silence::AnswersAgain) => Phase::Live { since: now },
        (Phase::Live { .. }, Silence::AnswersAgain)
        | (Phase::Silent { .. }, Silence::NoAnswer)
        | (Phase::Opening { .. } | Phase::Ended(_), _) => return,
    };
    if silence == Silence::AnswersAgain {
        broadcast::appeared(app, id);
    }
}

/// Feeds a pane's screen; what the screen owes goes back to this session and no other.
pub(super) fn output(app: &mut App, session: SessionId, bytes: &Bytes, turn: &mut Turn<'_>) {
    let now = app.now;
    let Some(pane) = app.pane_of(session) else {
        return;
    };
    let fed = pane.screen.feed(bytes, now);
    record::output(pane, bytes, turn);
    if !fed.replies.is_empty() && pane.takes_keys() {
        turn.push(Effect::Reply {
            session,
            bytes: Bytes::from(fed.replies),
        });
    }
    if let Some(at) = pane.screen.next_tick() {
        let after = at.saturating_duration_since(now);
        turn.push(Effect::Start {
            timer: Timer::Screen(session),
            after,
        });
    }
    let name = pane.target.pod.name.clone();
    pane.answer.feed(bytes, &name);
    if fed.bell {
        pane.bell = Some(now);
    }
    if fed.recovered {
        app.say(
            Weight::Warning,
            format!("{name}: its output broke the pane's parser; the screen was rebuilt"),
        );
    }
    if let Some(text) = fed.clipboard {
        clipboard::wanted(app, session, &text, turn);
    }
    history::keep_within(app);
    app.touch();
}

/// Output was dropped after an interrupt: the screen says so and starts over.
pub(super) fn gap(app: &mut App, session: SessionId, dropped: usize, turn: &mut Turn<'_>) {
    if let Some(pane) = app.pane_of(session) {
        pane.screen.reset_after_gap(dropped);
        pane.gap = Some(dropped);
        record::gap(pane, turn);
        app.touch();
    }
}

/// Ends a synchronised update that stayed open too long.
pub(super) fn screen_timer(app: &mut App, session: SessionId, turn: &mut Turn<'_>) {
    let now = turn.now;
    if let Some(pane) = app.pane_of(session) {
        pane.screen.tick(now);
        app.touch();
    }
}

fn ended(app: &mut App, id: PaneId, outcome: &Outcome, turn: &mut Turn<'_>) {
    let (now, unix) = (app.now, app.unix());
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    if matches!(pane.phase, Phase::Ended(_)) {
        return;
    }
    record::end(pane, turn);
    let session = pane.session;
    let never_started = matches!(outcome, Outcome::StartFailed(_)) && pane.handshake.is_none();
    let lost = matches!(outcome, Outcome::Lost(_));
    // Such a code is the command's own: it has started and ended, also where its handshake was cut short by the interrupt.
    let ran = matches!(outcome, Outcome::Exited(code) if *code != 0);
    let cancelling = pane
        .cancel
        .as_ref()
        .is_some_and(|cancel| !cancel.is_finished());
    pane.phase = Phase::Ended(Ended {
        outcome: outcome.clone(),
        at: now,
        unix,
        left: None,
        pod_says: None,
    });
    audit_end(app, session, outcome, turn);
    if matches!(outcome, Outcome::StartFailed(_) | Outcome::Lost(_)) {
        note(app, id, &outcome.to_string());
    }
    if never_started && cancelling {
        return cancel::never_started(app, id, turn);
    }
    if never_started {
        journal_fact(
            app,
            session,
            Fact::Closed {
                reason: CloseReason::NeverStarted,
            },
            turn,
        );
        return super::quit::check(app, turn);
    }
    journal_fact(
        app,
        session,
        Fact::Ended {
            outcome: outcome.to_string(),
        },
        turn,
    );
    if cancelling {
        if ran {
            cancel::started(app, id, turn);
        }
        return cancel::stream_ended(app, id, turn);
    }
    if lost {
        // Nobody cancelled it and nobody can reach it: what it left behind is ours to clean.
        open::after_loss(app, id);
        return cancel::begin_lost(app, id, turn);
    }
    count(app, id, session, turn);
}

fn count(app: &mut App, id: PaneId, session: SessionId, turn: &mut Turn<'_>) {
    if let Some(order) = clean_order(app, id, crate::session::cleanup::ScriptMode::Report) {
        turn.push(Effect::Count { session, order });
        if let Some(pane) = app.panes.get_mut(&id) {
            pane.aftermath = Aftermath::Counting;
        }
    }
}

fn audit_end(app: &App, session: SessionId, outcome: &Outcome, turn: &mut Turn<'_>) {
    let act = crate::journal::audit::Act::SessionEnd {
        session: session.to_string(),
        outcome: outcome.to_string(),
        seconds: 0.0,
    };
    turn.push(Effect::Audit(audit(app, act)));
}

/// The report-only look after an end: it never kills; what it finds is told and stays in the journal.
pub(super) fn counted(
    app: &mut App,
    session: SessionId,
    result: Result<Report, CleanFailure>,
    turn: &mut Turn<'_>,
) {
    let Some(pane) = app.pane_of(session) else {
        return;
    };
    let id = pane.id;
    pane.aftermath = Aftermath::Quiet;
    if belied(pane, &result) {
        app.touch();
        return cancel::begin_lost(app, id, turn);
    }
    let left = match &result {
        Ok(report) => match report.exit {
            // In another run of the container all that was there is gone.
            ReportExit::Clean | ReportExit::GuardMismatch => Some(0),
            ReportExit::Survivors => u32::try_from(report.left.len()).ok(),
            ReportExit::CannotRead => None,
        },
        Err(_) => None,
    };
    if let Phase::Ended(ended) = &mut pane.phase {
        ended.left = left;
    }
    app.touch();
    match (left, result) {
        (Some(0), _) => {
            journal_fact(
                app,
                session,
                Fact::Closed {
                    reason: CloseReason::Proven,
                },
                turn,
            );
            close_if_wanted(app, id, turn);
        }
        (left, Ok(report)) => {
            let names: Vec<String> = report
                .left
                .iter()
                .take(3)
                .map(|line| format!("{} {}", line.pid, line.comm))
                .collect();
            let why = format!("still running: {}", names.join(", "));
            journal_fact(app, session, Fact::NotConfirmed { left, why }, turn);
        }
        (left, Err(failure)) => {
            journal_fact(
                app,
                session,
                Fact::NotConfirmed {
                    left,
                    why: failure.why,
                },
                turn,
            );
        }
    }
    super::quit::check(app, turn);
}

/// Takes back an exit that the look behind it does not bear out: the session is lost.
fn belied(pane: &mut Pane, result: &Result<Report, CleanFailure>) -> bool {
    let leader = pane.handshake.as_ref();
    let look = match result {
        Ok(report) if leader.is_some_and(|leader| report.leader_lives(leader)) => Look::LeaderLives,
        Err(failure) if failure.retry == Retry::Useful => Look::Failed(&failure.why),
        Ok(_) | Err(_) => Look::Agrees,
    };
    let Phase::Ended(ended) = &mut pane.phase else {
        return false;
    };
    let checked = ended.outcome.clone().checked(look);
    let belied = checked != ended.outcome;
    ended.outcome = checked;
    belied
}

fn close_if_wanted(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    if app.panes.get(&id).is_some_and(|pane| pane.closing) {
        super::panes::remove(app, id, turn);
    }
}

/// Queues a fact about a session for the journal.
pub(super) fn journal_fact(app: &App, session: SessionId, fact: Fact, turn: &mut Turn<'_>) {
    turn.push(Effect::Journal(JournalLine {
        at: app.unix_ms,
        session,
        fact,
    }));
}

/// How much history a pane keeps.
pub(super) fn history_limits(app: &App) -> HistoryLimits {
    let history = &app.settings.config.history;
    HistoryLimits {
        lines: usize::try_from(history.lines).unwrap_or(usize::MAX),
        bytes: usize::try_from(history.bytes_per_pane).unwrap_or(usize::MAX),
    }
}

/// Pods changed: a pane whose pod went says why, as the pod tells it.
pub(super) fn pods_changed(app: &mut App, turn: &mut Turn<'_>) {
    let mut gone = Vec::new();
    for pane in app.panes.values_mut() {
        let Phase::Ended(ended) = &mut pane.phase else {
            continue;
        };
        match app.inventory.get(&pane.target.uid) {
            Some(row) if !row.accepts_sessions() || restarted(row, &pane.container_id) => {
                if ended.pod_says.is_none() {
                    ended.pod_says = Some(row.status.word.to_string());
                    turn.push(Effect::AskEnd {
                        session: pane.session,
                        target: pane.target.clone(),
                        container_id: pane.container_id.clone(),
                    });
                }
            }
            Some(_) => {}
            // What the pod said last tells more than that it is gone.
            None => {
                ended
                    .pod_says
                    .get_or_insert_with(|| "pod is gone".to_owned());
                gone.push(pane.session);
            }
        }
    }
    for session in gone {
        cancel::container_gone(app, session, turn);
    }
}

/// The pod's own words on the end of a container, longer than its status.
pub(super) fn pod_says(app: &mut App, session: SessionId, words: String) {
    if let Some(pane) = app.pane_of(session)
        && let Phase::Ended(ended) = &mut pane.phase
    {
        ended.pod_says = Some(words);
        app.touch();
    }
}

fn restarted(row: &crate::inventory::PodRow, container_id: &str) -> bool {
    !container_id.is_empty() && !row.enterable().any(|c| *c.id == *container_id)
}
