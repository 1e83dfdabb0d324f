//! Owns the execs that look after sessions: cleanup, verify, census; each guarded by a look at the pod, each over a stream of its
//! own. Knows nothing of panes. Called by `runtime` and `headless` for the cancel machine, the reaper and the census.

mod guard;
mod oneshot;

pub use guard::container_id;
pub use oneshot::ScriptOutput;

use std::time::Duration;

use thiserror::Error;
use tokio::time::timeout;

use crate::ids::ContainerRef;
use crate::session::cancel::{CancelInput, CleanFailure, Retry};
use crate::session::cleanup::{Forking, Report, ReportError, SCRIPT, ScriptMode, ScriptOrder};

/// Why a cleanup exec proved nothing.
#[derive(Debug, Error)]
pub enum CleanupError {
    /// The pod is not there any more. Final.
    #[error("the pod is gone")]
    PodGone,
    /// Another pod has its name now. Final.
    #[error("the pod was replaced")]
    PodReplaced,
    /// The container was started anew. Final.
    #[error("the container was restarted")]
    ContainerRestarted,
    /// The container does not run. Final.
    #[error("the container does not run")]
    ContainerEnded,
    /// The look at the pod failed. Worth a retry.
    #[error("looking at the pod: {0}")]
    Look(String),
    /// The exec was refused. Worth a retry.
    #[error("cleanup exec refused: {0}")]
    Refused(String),
    /// There is nothing in the image that could run the script. No retry helps.
    #[error("no shell in the image: {0}")]
    NoShell(String),
    /// The stream broke before the end. Worth a retry.
    #[error("cleanup exec lost: {0}")]
    Lost(String),
    /// No end in time. Worth a retry.
    #[error("cleanup exec gave no answer in {} s", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The answer is not a report. Worth a retry.
    #[error("cleanup answer: {0}")]
    Report(#[from] ReportError),
}

impl CleanupError {
    /// Whether nothing of the session can live, because its run of the container is over.
    pub const fn container_is_gone(&self) -> bool {
        matches!(
            self,
            Self::PodGone | Self::PodReplaced | Self::ContainerRestarted | Self::ContainerEnded
        )
    }

    /// What it is to the cancel machine.
    pub fn failure(&self) -> CleanFailure {
        let retry = if matches!(self, Self::NoShell(_)) {
            Retry::Useless
        } else {
            Retry::Useful
        };
        CleanFailure {
            why: self.to_string(),
            retry,
        }
    }
}

/// What one look into a container needs.
#[derive(Clone, Debug)]
pub struct CleanupRequest {
    pub target: ContainerRef,
    /// The container's id when the session was opened; `None` leaves that guard to the script.
    pub container_id: Option<String>,
    pub order: ScriptOrder,
    /// For the look and the exec together, on top of the order's own grace.
    pub timeout: Duration,
}

/// Looks at the pod, runs the script over a fresh stream and reads its report.
///
/// # Errors
/// Every variant of [`CleanupError`].
pub async fn clean(
    client: &kube::Client,
    request: &CleanupRequest,
) -> Result<Report, CleanupError> {
    let limit = request.timeout.saturating_add(own_grace(&request.order));
    let guarded = async {
        guard::check(client, &request.target, request.container_id.as_deref()).await?;
        attempt(client, &request.target, &request.order, limit).await
    };
    match timeout(limit, guarded).await {
        Ok(Err(error)) if wants_no_fork(&error, request.order.forking) => {
            without_fork(client, request, limit).await
        }
        Ok(result) => result,
        // A shell that cannot fork may wait for minutes before it says so.
        Err(_elapsed) if request.order.forking == Forking::Allowed => {
            without_fork(client, request, limit).await.map_err(|error| {
                if error.container_is_gone() {
                    error
                } else {
                    CleanupError::TimedOut(limit)
                }
            })
        }
        Err(_elapsed) => Err(CleanupError::TimedOut(limit)),
    }
}

/// Runs a script through the standard input of a shell in the container, with nothing asked before. `arguments` follow `sh -s`.
///
/// # Errors
/// [`CleanupError::Refused`], `NoShell`, `Lost`, `TimedOut`.
pub(super) async fn run_script(
    client: &kube::Client,
    target: &ContainerRef,
    arguments: &[String],
    script: &str,
    limit: Duration,
) -> Result<ScriptOutput, CleanupError> {
    let running = oneshot::through_stdin(client, target, arguments, script, limit);
    timeout(limit, running)
        .await
        .unwrap_or(Err(CleanupError::TimedOut(limit)))
}

/// The answer for the cancel machine.
pub fn cleaned(attempt: u32, result: Result<Report, CleanupError>) -> CancelInput {
    match result {
        Err(error) if error.container_is_gone() => CancelInput::ContainerGone,
        other => CancelInput::Cleaned {
            attempt,
            result: other.map_err(|error| error.failure()),
        },
    }
}

/// The answer for the cancel machine.
pub fn verified(attempt: u32, result: Result<Report, CleanupError>) -> CancelInput {
    match result {
        Err(error) if error.container_is_gone() => CancelInput::ContainerGone,
        other => CancelInput::Verified {
            attempt,
            result: other.map_err(|error| error.failure()),
        },
    }
}

async fn attempt(
    client: &kube::Client,
    target: &ContainerRef,
    order: &ScriptOrder,
    limit: Duration,
) -> Result<Report, CleanupError> {
    let output = run_script(client, target, &order.arguments(), SCRIPT, limit).await?;
    Report::parse(order.session, &output.stdout, output.code).map_err(|error| {
        tracing::debug!(%error, stderr = %String::from_utf8_lossy(&output.stderr), "cleanup answer");
        CleanupError::Report(error)
    })
}

async fn without_fork(
    client: &kube::Client,
    request: &CleanupRequest,
    limit: Duration,
) -> Result<Report, CleanupError> {
    let order = ScriptOrder {
        forking: Forking::Forbidden,
        ..request.order.clone()
    };
    let guarded = async {
        guard::check(client, &request.target, request.container_id.as_deref()).await?;
        attempt(client, &request.target, &order, limit).await
    };
    timeout(limit, guarded)
        .await
        .unwrap_or(Err(CleanupError::TimedOut(limit)))
}

/// A shell that cannot fork dies in the middle of its answer.
fn wants_no_fork(error: &CleanupError, tried: Forking) -> bool {
    let cut = matches!(
        error,
        CleanupError::Report(
            ReportError::Truncated | ReportError::NotRun(_) | ReportError::Disagrees { .. }
        )
    );
    cut && tried == Forking::Allowed
}

fn own_grace(order: &ScriptOrder) -> Duration {
    match order.mode {
        ScriptMode::Session | ScriptMode::Children => order.grace,
        ScriptMode::Report | ScriptMode::ReportChildren => Duration::ZERO,
    }
}
