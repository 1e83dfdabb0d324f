//! Owns the carrying out of a cancel's steps: effects, journal facts, audit lines, and what becomes of the pane.

use crate::app::effect::CleanOrder;
use crate::app::event::Timer;
use crate::app::pane::{Ended, Phase};
use crate::app::{App, Effect, Pane, Turn, Weight};
use crate::ids::{PaneId, SessionId};
use crate::journal::audit::{Act, CancelRecord};
use crate::journal::entry::{CloseReason, Fact};
use crate::session::{CancelEnd, CancelMode, CancelStep, Outcome};

use super::super::session::{audit, clean_order, journal_fact};
use super::super::{open, panes, quit};

pub(super) fn record(app: &App, session: SessionId, step: CancelRecord, turn: &mut Turn<'_>) {
    let act = Act::Cancel {
        session: session.to_string(),
        step,
    };
    turn.push(Effect::Audit(audit(app, act)));
}

pub(super) fn perform(app: &mut App, id: PaneId, steps: Vec<CancelStep>, turn: &mut Turn<'_>) {
    for step in steps {
        let Some(session) = app.panes.get(&id).map(|pane| pane.session) else {
            return;
        };
        match step {
            CancelStep::DropInput => turn.push(Effect::DropInput(session)),
            CancelStep::SendInterrupt => {
                record(app, session, CancelRecord::Interrupt, turn);
                turn.push(Effect::Interrupt(session));
            }
            CancelStep::CloseInput => {
                record(app, session, CancelRecord::InputClosed, turn);
                turn.push(Effect::CloseInput(session));
            }
            CancelStep::StartTimer { epoch, after } => {
                turn.push(Effect::Start {
                    timer: Timer::Cancel { session, epoch },
                    after,
                });
            }
            CancelStep::Clean {
                attempt,
                mode,
                grace,
            } => {
                record(app, session, CancelRecord::Cleanup { attempt }, turn);
                if let Some(order) = clean_order(app, id, mode) {
                    let order = CleanOrder { grace, ..order };
                    turn.push(Effect::Clean {
                        session,
                        attempt,
                        order,
                    });
                }
            }
            CancelStep::Verify { attempt, mode } => {
                if let Some(order) = clean_order(app, id, mode) {
                    turn.push(Effect::Verify {
                        session,
                        attempt,
                        order,
                    });
                }
            }
            CancelStep::NotConfirmed { left, why } => {
                not_confirmed(app, id, session, left, &why, turn);
            }
            CancelStep::MayStart { why, .. } => may_start(app, session, why, turn),
            CancelStep::CloseStream => turn.push(Effect::CloseStream(session)),
            CancelStep::ClosePane => {}
            CancelStep::Finished(end) => finished(app, id, session, &end, turn),
        }
    }
}

/// A clean look that proves nothing yet: the journal keeps the entry, and a quit need not wait for it.
fn may_start(app: &mut App, session: SessionId, why: String, turn: &mut Turn<'_>) {
    let left = None;
    let record_of = CancelRecord::NotConfirmed {
        left,
        why: why.clone(),
    };
    record(app, session, record_of, turn);
    journal_fact(app, session, Fact::NotConfirmed { left, why }, turn);
    quit::check(app, turn);
}

fn not_confirmed(
    app: &mut App,
    id: PaneId,
    session: SessionId,
    left: Option<u32>,
    why: &str,
    turn: &mut Turn<'_>,
) {
    record(
        app,
        session,
        CancelRecord::NotConfirmed {
            left,
            why: why.to_owned(),
        },
        turn,
    );
    journal_fact(
        app,
        session,
        Fact::NotConfirmed {
            left,
            why: why.to_owned(),
        },
        turn,
    );
    let name = app
        .panes
        .get(&id)
        .map(|pane| pane.target.pod.name.clone())
        .unwrap_or_default();
    app.say(Weight::Bad, format!("{name}: not confirmed: {why}"));
    quit::check(app, turn);
}

fn finished(app: &mut App, id: PaneId, session: SessionId, end: &CancelEnd, turn: &mut Turn<'_>) {
    record(
        app,
        session,
        CancelRecord::Finished {
            end: format!("{end:?}"),
        },
        turn,
    );
    name_strays(app, id, end);
    let shell_stays = app.panes.get(&id).is_some_and(keeps_shell);
    match end {
        CancelEnd::Proven { .. } if shell_stays => {}
        CancelEnd::Proven { .. } => {
            close_entry(app, session, CloseReason::Proven, turn);
        }
        CancelEnd::ContainerGone => close_entry(app, session, CloseReason::ContainerEnded, turn),
        CancelEnd::InterruptSent | CancelEnd::GivenUp { .. } => {}
    }
    if !shell_stays {
        end_pane(app, id, end);
    }
    let closing = app.panes.get(&id).is_some_and(|pane| pane.closing);
    let proven = matches!(end, CancelEnd::Proven { .. } | CancelEnd::ContainerGone);
    if closing && proven && !shell_stays {
        panes::remove(app, id, turn);
    }
    if proven {
        open::when_clean(app, id, turn);
    }
    quit::check(app, turn);
}

/// Born during the session, of nobody we know: never ended, so the user must hear of them, also when the pane closes.
fn name_strays(app: &mut App, id: PaneId, end: &CancelEnd) {
    let CancelEnd::Proven {
        not_attributable, ..
    } = end
    else {
        return;
    };
    let Some(pane) = app.panes.get(&id).filter(|_| !not_attributable.is_empty()) else {
        return;
    };
    let names: Vec<String> = not_attributable
        .iter()
        .take(3)
        .map(|process| format!("{} {}", process.pid, process.comm))
        .collect();
    let text = format!(
        "{}: {} not attributable, not ended: {}",
        pane.target.pod.name,
        not_attributable.len(),
        names.join(" · ")
    );
    app.say(Weight::Warning, text);
}

/// An interrupt ends what the shell started; the shell, and so the session, goes on.
fn keeps_shell(pane: &Pane) -> bool {
    let mode = pane.cancel.as_ref().map(|cancel| cancel.progress().mode);
    mode == Some(CancelMode::InterruptOnly) && pane.may_run()
}

fn close_entry(app: &App, session: SessionId, reason: CloseReason, turn: &mut Turn<'_>) {
    journal_fact(app, session, Fact::Closed { reason }, turn);
}

fn end_pane(app: &mut App, id: PaneId, end: &CancelEnd) {
    let (now, unix) = (app.now, app.unix());
    let Some(pane) = app.panes.get_mut(&id) else {
        return;
    };
    let left = match end {
        CancelEnd::Proven { .. } | CancelEnd::ContainerGone => Some(0),
        CancelEnd::GivenUp { left } => *left,
        CancelEnd::InterruptSent => return,
    };
    // A session that ended by itself keeps its own outcome unless the user cancelled it before.
    let lost = match &pane.phase {
        Phase::Ended(ended) => {
            matches!(ended.outcome, Outcome::Lost(_)).then(|| ended.outcome.clone())
        }
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } => None,
    };
    let outcome = lost.unwrap_or_else(|| end.outcome());
    pane.phase = Phase::Ended(Ended {
        outcome,
        at: now,
        unix,
        left,
        pod_says: None,
    });
}
