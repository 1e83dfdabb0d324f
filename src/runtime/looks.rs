//! Owns the looks into clusters that effects ask for: rights, cleanup, verification, counts. Called by `perform`.

use std::time::Duration;

use tokio::sync::mpsc;

use super::clusters::{Cluster, send};
use super::perform::Note;
use crate::app::effect::CleanOrder;
use crate::app::event::{Event, Right};
use crate::cluster::cleanup::{self, CleanupRequest};
use crate::cluster::{access, last_words};
use crate::ids::{ContainerRef, SessionId};
use crate::session::Report;
use crate::session::cancel::CancelInput;
use crate::session::cleanup::{Forking, ScriptOrder};

/// Asks whether shells are allowed in a namespace.
pub(super) async fn asked(cluster: &Cluster, namespace: &str) -> Right {
    let rights = access::exec_rights(namespace, cluster.minor);
    match access::review(&cluster.api, rights).await {
        Ok(verdicts) => {
            let missing: Vec<&'static str> = verdicts
                .iter()
                .filter(|verdict| !verdict.allowed)
                .map(|verdict| verdict.right.verb)
                .collect();
            if missing.is_empty() {
                Right::Allowed
            } else {
                Right::Missing {
                    verbs: missing,
                    user: cluster.user.clone(),
                }
            }
        }
        Err(error) => Right::Unknown(error.to_string()),
    }
}

/// Asks a pod why a container of it ended. What cannot be learnt is no news: the status word stays.
pub(super) fn ask_end(
    cluster: Option<&Cluster>,
    session: SessionId,
    target: ContainerRef,
    container_id: String,
    notes: &mpsc::Sender<Note>,
) {
    let Some(client) = cluster.map(|cluster| cluster.api.clone()) else {
        return;
    };
    let notes = notes.clone();
    tokio::spawn(async move {
        match last_words::ask(&client, &target, &container_id).await {
            Ok(Some(words)) => send(&notes, Note::Event(Event::PodSays(session, words))).await,
            Ok(None) => {}
            Err(error) => tracing::info!(%error, %target, "why it ended is not known"),
        }
    });
}

/// The request of a look.
pub(super) fn request(session: SessionId, order: CleanOrder, timeout: Duration) -> CleanupRequest {
    CleanupRequest {
        target: order.target,
        container_id: Some(order.container_id).filter(|id| !id.is_empty()),
        order: ScriptOrder {
            session,
            leader: order.leader,
            mode: order.mode,
            grace: order.grace,
            forking: Forking::Allowed,
        },
        timeout,
    }
}

/// What a look into a container is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Look {
    Clean(u32),
    Verify(u32),
    Count,
}

impl Look {
    /// The event that answers it.
    pub(super) fn event(
        self,
        session: SessionId,
        result: Result<Report, cleanup::CleanupError>,
    ) -> Event {
        let input = match self {
            Self::Clean(attempt) => cleanup::cleaned(attempt, result),
            Self::Verify(attempt) => cleanup::verified(attempt, result),
            Self::Count => cleanup::verified(0, result),
        };
        match (self, input) {
            (Self::Count, CancelInput::Verified { result, .. }) => {
                Event::Counted { session, result }
            }
            (_, CancelInput::Cleaned { attempt, result }) => Event::Cleaned {
                session,
                attempt,
                result,
            },
            (_, CancelInput::Verified { attempt, result }) => Event::Verified {
                session,
                attempt,
                result,
            },
            (_, _) => Event::ContainerGone(session),
        }
    }
}
