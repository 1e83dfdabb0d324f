//! Owns the look at the exec processes of one container, made again where the container was too full for it. Changes nothing there.
//! Called by `headless` and `runtime`.

use std::time::Duration;

use kube::Client;
use thiserror::Error;

use super::cleanup::{self, CleanupError};
use crate::ids::ContainerRef;
use crate::session::census::{self, Census};
use crate::session::rights::Refused;

/// Containers that are looked into at the same time.
pub const AT_ONCE: usize = 16;

/// Waits before another look. In a container that is full of processes the runtime's own helper sometimes cannot start its
/// threads; it mostly can.
const AGAIN: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
];

/// Why a container was not looked into.
#[derive(Debug, Error)]
pub enum LookError {
    #[error(transparent)]
    Exec(#[from] CleanupError),
    #[error(transparent)]
    Answer(#[from] census::CensusError),
}

/// Lists the processes of a container; each look within `limit`.
///
/// # Errors
/// [`LookError`].
pub async fn look(
    client: &Client,
    target: &ContainerRef,
    limit: Duration,
) -> Result<Census, LookError> {
    // The word tells an audit log, and the demo, what this shell is for.
    let words = ["census".to_owned()];
    let mut waits = AGAIN.iter();
    let output = loop {
        let output = cleanup::run_script(client, target, &words, census::SCRIPT, limit).await;
        match (&output, waits.next()) {
            (Err(error), Some(wait)) if may_pass(error) => tokio::time::sleep(*wait).await,
            (Ok(_) | Err(_), _) => break output?,
        }
    };
    Ok(Census::parse(&output.stdout, output.code)?)
}

/// Whether the same look may succeed a moment later. A missing right stays missing.
fn may_pass(error: &CleanupError) -> bool {
    match error {
        CleanupError::Refused(why) => Refused::read(why).is_none(),
        CleanupError::PodGone
        | CleanupError::PodReplaced
        | CleanupError::ContainerRestarted
        | CleanupError::ContainerEnded
        | CleanupError::Look(_)
        | CleanupError::NoShell(_)
        | CleanupError::Lost(_)
        | CleanupError::TimedOut(_)
        | CleanupError::Report(_) => false,
    }
}
