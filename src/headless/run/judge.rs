//! Owns the guard rails of a run: refused by a rule and said, or written into the audit before anything goes out.

use super::{ExitCode, Job, RunOptions, StateError, run_record};
use crate::headless::streams::Streams;
use crate::journal::audit::Act;
use crate::runtime::unattended::records::{Records, audit_target};
use crate::session::guard::{Action, Presence, Target, Verdict};

/// Lets a run through, or says why not.
pub(super) async fn judge(
    options: &RunOptions,
    jobs: &[Job],
    records: &Records,
    streams: &mut Streams<'_>,
) -> Result<(), ExitCode> {
    let targets: Vec<Target> = jobs.iter().map(target).collect();
    let text = options.command.join(" ");
    let presence = Presence::Headless { yes: options.yes };
    let verdict = options
        .rules
        .judge(Action::Run { text: &text }, &targets, presence);
    let said = match verdict {
        Verdict::Allowed => {
            let run = run_record(jobs, &options.command, records);
            let written = records.act(run).await;
            return written.map_err(|error| {
                streams.note(&StateError::from(error).to_string());
                ExitCode::Usage
            });
        }
        Verdict::Refused(rule) => rule.to_string(),
        Verdict::Ask(_) => "this needs an answer, and there is nobody to ask".to_owned(),
    };
    let refused = Act::Refused {
        what: "run".into(),
        rule: said.clone(),
        targets: jobs
            .iter()
            .map(|job| audit_target(&job.chosen.container, None))
            .collect(),
    };
    records.act_or_log(refused).await;
    streams.note(&said);
    Err(ExitCode::Usage)
}

fn target(job: &Job) -> Target {
    Target {
        context: job.chosen.container.pod.context.clone(),
        namespace: job.chosen.container.pod.namespace.to_string(),
    }
}
