//! Owns what follows the end of one target's command: the look that proves 0 left or warns, the cleanup of a lost one, and the
//! journal's last word. Knows nothing of streams. Called by `session`.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::ending::{Ended, Ending, Remains, gone};
use super::session::EndedSession;
use super::{Answer, Shared};
use crate::cluster::cleanup::CleanupError;
use crate::ids::SessionId;
use crate::journal::audit::Act;
use crate::journal::{CloseReason, Fact};
use crate::session::cancel::{Link, Retry};
use crate::session::outcome::Look;
use crate::session::{Outcome, ProcessLine, Report, ReportExit};

/// What just ended may still be dying: a second look comes this much later.
const SECOND_LOOK: Duration = Duration::from_millis(300);

/// What is known of the remains.
struct Known {
    left: Option<u32>,
    fact: Fact,
    /// For the operator.
    warning: Option<String>,
}

/// Looks after an ended session, writes it down, and makes the answer.
pub(crate) async fn settle(shared: &Shared, mut ended: EndedSession, started: Instant) -> Answer {
    let seconds = started.elapsed().as_secs_f64();
    if ended.stream_ended {
        let outcome = ended.outcome.to_string();
        shared
            .records
            .fact_or_log(ended.id, Fact::Ended { outcome })
            .await;
    }
    let known = know(shared, &mut ended).await;
    // What a command left behind on purpose is the user's to end.
    let ours = !matches!(ended.outcome, Outcome::Exited(_));
    let unproven =
        (ours && matches!(known.fact, Fact::NotConfirmed { .. })).then(|| remains(&ended));
    shared.records.fact_or_log(ended.id, known.fact).await;
    if let Some(guard) = ended.guard {
        // What is not proven is left to the guard; what a command left on purpose is not.
        if unproven.is_none() {
            guard.leave().await;
        }
    }
    let end = Act::SessionEnd {
        session: ended.id.to_string(),
        outcome: ended.outcome.to_string(),
        seconds,
    };
    shared.records.act_or_log(end).await;
    Answer {
        index: ended.job.index,
        target: ended.job.target,
        outcome: ended.outcome,
        capture: ended.capture,
        seconds,
        left: known.left,
        warning: known.warning,
        unproven,
    }
}

async fn know(shared: &Shared, ended: &mut EndedSession) -> Known {
    if let Some(cancelled) = &ended.cancelled {
        return after_cancel(cancelled);
    }
    if let Outcome::Exited(_) = &ended.outcome {
        let found = look(shared, &remains(ended), &ended.job.client).await;
        if !belied(ended, &found) {
            return match found {
                Ok(report) => from_report(ended.id, &report),
                Err(error) => from_error(&error),
            };
        }
    }
    match &ended.outcome {
        Outcome::StartFailed(_) => closed(CloseReason::NeverStarted),
        Outcome::Exited(_) | Outcome::Lost(_) | Outcome::TimedOut | Outcome::Cancelled { .. } => {
            let client = ended.job.client.clone();
            let (limits, records) = (shared.limits, &shared.records);
            let (ending, _) =
                Ending::begin(client, remains(ended), Link::Gone, limits, records).await;
            after_cancel(&ending.finish().await)
        }
    }
}

/// Takes back an exit that the look behind it does not bear out: the session is lost.
fn belied(ended: &mut EndedSession, found: &Result<Report, CleanupError>) -> bool {
    let leader = ended.handshake.as_ref();
    let failure = found.as_ref().err().filter(|error| gone(error).is_none());
    let failure = failure.map(CleanupError::failure);
    let look = match (found, &failure) {
        (Ok(report), _) if leader.is_some_and(|leader| report.leader_lives(leader)) => {
            Look::LeaderLives
        }
        (_, Some(failure)) if failure.retry == Retry::Useful => Look::Failed(&failure.why),
        (_, _) => Look::Agrees,
    };
    let checked = ended.outcome.clone().checked(look);
    let belied = checked != ended.outcome;
    ended.outcome = checked;
    belied
}

fn remains(ended: &EndedSession) -> Remains {
    Remains {
        session: ended.id,
        target: ended.job.target.clone(),
        container_id: ended.job.container_id.clone(),
        leader: ended.handshake.clone(),
        may_start: ended.may_start,
    }
}

fn after_cancel(cancelled: &Ended) -> Known {
    match cancelled {
        Ended::ContainerGone => closed(CloseReason::ContainerEnded),
        Ended::Proven { strays } => Known {
            warning: stray_warning(strays),
            ..closed(CloseReason::Proven)
        },
        Ended::NotConfirmed { left, why } => {
            not_confirmed(*left, format!("{why}; `podmux reap` shows what is left"))
        }
    }
}

async fn look(
    shared: &Shared,
    remains: &Remains,
    client: &kube::Client,
) -> Result<Report, CleanupError> {
    let first = remains.look(client, &shared.limits).await;
    match &first {
        Ok(report) if report.exit == ReportExit::Clean => first,
        Err(error) if gone(error).is_some() => first,
        Ok(_) | Err(_) => {
            sleep(SECOND_LOOK).await;
            remains.look(client, &shared.limits).await
        }
    }
}

fn from_report(session: SessionId, report: &Report) -> Known {
    match report.exit {
        ReportExit::Clean => Known {
            warning: stray_warning(&names(&report.not_attributable)),
            ..closed(CloseReason::Proven)
        },
        ReportExit::GuardMismatch => closed(CloseReason::OtherRun),
        ReportExit::CannotRead => not_confirmed(None, "the container hides its processes".into()),
        ReportExit::Survivors => {
            let left = u32::try_from(report.left.len()).unwrap_or(u32::MAX);
            let names = names(&report.left).join(", ");
            let fact = Fact::NotConfirmed {
                left: Some(left),
                why: "the command ended and left them".into(),
            };
            let warning = format!(
                "{left} left running: {names}; `podmux reap --yes` ends them (session {session})"
            );
            Known {
                left: Some(left),
                fact,
                warning: Some(warning),
            }
        }
    }
}

fn from_error(error: &CleanupError) -> Known {
    match gone(error) {
        Some(reason) => closed(reason),
        None => not_confirmed(None, format!("not known whether anything is left: {error}")),
    }
}

fn closed(reason: CloseReason) -> Known {
    Known {
        left: Some(0),
        fact: Fact::Closed { reason },
        warning: None,
    }
}

fn not_confirmed(left: Option<u32>, why: String) -> Known {
    let warning = match left {
        Some(left) => format!("not confirmed, {left} left: {why}"),
        None => format!("not confirmed: {why}"),
    };
    Known {
        left,
        fact: Fact::NotConfirmed { left, why },
        warning: Some(warning),
    }
}

fn stray_warning(strays: &[String]) -> Option<String> {
    let names = strays.join(", ");
    (!strays.is_empty())
        .then(|| format!("began while the command ran, cannot be told to belong to it: {names}"))
}

fn names(lines: &[ProcessLine]) -> Vec<String> {
    lines
        .iter()
        .map(|line| format!("{} {}", line.pid, line.comm))
        .collect()
}
