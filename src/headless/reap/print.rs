//! Owns the table and the JSON lines of a reaping.

use std::io;
use std::time::Duration;

use serde::Serialize;

use super::entry::Reaped;
use crate::headless::columns::{Table, age};
use crate::headless::streams::{Streams, brief};
use crate::headless::{Form, now_ms};
use crate::journal::{CloseReason, Decision, KeepReason};

#[derive(Serialize)]
struct Line<'a> {
    session: String,
    context: &'a str,
    namespace: &'a str,
    pod: &'a str,
    container: &'a str,
    since: String,
    /// `nothing_left`, `left`, `in_use` or `unknown`.
    state: &'static str,
    left: Option<u32>,
    processes: &'a [String],
    reason: String,
}

/// Prints every entry.
pub(super) fn all(reaped: &[Reaped], form: Form, streams: &mut Streams<'_>) -> io::Result<()> {
    match form {
        Form::Json => {
            for one in reaped {
                streams.line(&json(one)?)?;
            }
        }
        Form::Table if reaped.is_empty() => streams.note("earlier runs left nothing"),
        Form::Table => table(reaped).print(streams)?,
    }
    streams.out.flush()
}

fn json(one: &Reaped) -> io::Result<String> {
    let pod = &one.target.pod;
    let since = jiff::Timestamp::from_second(one.entry.since.div_euclid(1000));
    let line = Line {
        session: one.entry.session.to_string(),
        context: pod.context.as_str(),
        namespace: &pod.namespace,
        pod: &pod.name,
        container: &one.target.container,
        since: since.unwrap_or(jiff::Timestamp::MIN).to_string(),
        state: state(&one.decision),
        left: one.decision.left(),
        processes: &one.names,
        reason: words(&one.decision),
    };
    Ok(serde_json::to_string(&line)?)
}

fn table(reaped: &[Reaped]) -> Table {
    let mut table = Table::new(&["SESSION", "CONTEXT", "POD", "CONTAINER", "AGE", "STATE"]);
    for one in reaped {
        let passed = u64::try_from(now_ms().saturating_sub(one.entry.since)).unwrap_or(0);
        let mut state = words(&one.decision);
        if !one.names.is_empty() && one.decision.left() != Some(0) {
            state = format!("{state}: {}", one.names.join(", "));
        }
        table.row(&[
            one.entry
                .session
                .to_string()
                .get(..8)
                .unwrap_or_default()
                .to_owned(),
            one.target.pod.context.to_string(),
            one.target.pod.to_string(),
            one.target.container.to_string(),
            age(Duration::from_millis(passed)),
            state,
        ]);
    }
    table
}

const fn state(decision: &Decision) -> &'static str {
    match decision {
        Decision::Close(_) => "nothing_left",
        Decision::Keep(KeepReason::Left(_)) => "left",
        Decision::Keep(KeepReason::OwnerAlive) => "in_use",
        Decision::Clean
        | Decision::Keep(
            KeepReason::NoContext
            | KeepReason::Unknown(_)
            | KeepReason::InFlight { .. }
            | KeepReason::Hidden,
        ) => "unknown",
    }
}

/// A decision for an operator.
pub(super) fn words(decision: &Decision) -> String {
    match decision {
        Decision::Close(reason) => format!("0 left: {}", because(*reason)),
        Decision::Clean => "not looked at".into(),
        Decision::Keep(KeepReason::OwnerAlive) => "in use by another podmux".into(),
        Decision::Keep(KeepReason::NoContext) => {
            "unknown: there is no such context, or it means another server now".into()
        }
        Decision::Keep(KeepReason::Unknown(why)) => format!("unknown: {}", brief(why)),
        Decision::Keep(KeepReason::InFlight { .. }) => {
            "unknown: its exec may still be on its way".into()
        }
        Decision::Keep(KeepReason::Left(left)) => format!("{left} left"),
        Decision::Keep(KeepReason::Hidden) => "unknown: the container hides its processes".into(),
    }
}

const fn because(reason: CloseReason) -> &'static str {
    match reason {
        CloseReason::Proven => "proven",
        CloseReason::NeverStarted => "it never started",
        CloseReason::PodGone => "the pod is gone",
        CloseReason::PodReplaced => "the pod was replaced",
        CloseReason::ContainerRestarted => "the container was restarted",
        CloseReason::ContainerEnded => "the container has ended",
        CloseReason::OtherRun => "it is another run of the container",
    }
}
