//! Owns the JSON line of one target: the field names are a contract.

use std::io;

use serde::Serialize;

use crate::ids::ContainerRef;
use crate::runtime::unattended::Answer;
use crate::runtime::unattended::capture::Source;
use crate::session::Outcome;

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    target: Target<'a>,
    outcome: &'static str,
    exit_code: Option<i32>,
    stdout: String,
    stderr: String,
    seconds: f64,
    left: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    truncated: Option<bool>,
}

#[derive(Serialize)]
struct Target<'a> {
    context: &'a str,
    namespace: &'a str,
    pod: &'a str,
    container: &'a str,
}

/// One answer.
pub(super) fn line(answer: &Answer) -> io::Result<String> {
    let (outcome, exit_code) = match &answer.outcome {
        Outcome::Exited(code) => ("exited", Some(*code)),
        Outcome::StartFailed(_) => ("start_failed", None),
        Outcome::Lost(_) => ("lost", None),
        Outcome::TimedOut => ("timed_out", None),
        Outcome::Cancelled { .. } => ("cancelled", None),
    };
    let line = Line {
        target: of(&answer.target),
        outcome,
        exit_code,
        stdout: answer.capture.text(Source::Out),
        stderr: answer.capture.text(Source::Err),
        seconds: (answer.seconds * 1000.0).round() / 1000.0,
        left: answer.left,
        truncated: answer.capture.is_truncated().then_some(true),
    };
    Ok(serde_json::to_string(&line)?)
}

/// One target of a rehearsal.
pub(super) fn target(target: &ContainerRef) -> io::Result<String> {
    Ok(serde_json::to_string(&of(target))?)
}

fn of(target: &ContainerRef) -> Target<'_> {
    Target {
        context: target.pod.context.as_str(),
        namespace: &target.pod.namespace,
        pod: &target.pod.name,
        container: &target.container,
    }
}
