//! Owns the looks into clusters that effects ask for: rights, cleanup, verification, counts. Called by `perform`.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::clusters::{Cluster, send};
use super::perform::{Hands, Note};
use crate::app::effect::{CleanOrder, DebugContainerOrder};
use crate::app::event::{Event, Right, RightsAnswer};
use crate::cluster::cleanup::{self, CleanupRequest};
use crate::cluster::debug_container::{self, DebugOrder};
use crate::cluster::{access, last_words};
use crate::ids::{ContainerRef, ContextName, SessionId};
use crate::session::Report;
use crate::session::cancel::CancelInput;
use crate::session::cleanup::{Forking, ScriptOrder};
use crate::session::rights::Need;

/// The longest that a debug container may take to run, its image pulled.
const PULL: Duration = Duration::from_secs(120);

impl Hands {
    pub(super) fn ask_rights(&self, context: ContextName, namespace: Arc<str>, need: Need) {
        let cluster = self.clusters.get(&context).cloned();
        self.spawn(async move {
            let right = match cluster {
                Some(cluster) => asked(&cluster, &namespace, need).await,
                None => Right::Unknown("not connected".to_owned()),
            };
            Event::Rights(RightsAnswer {
                context,
                namespace,
                need,
                right,
            })
        });
    }

    pub(super) fn look(&self, session: SessionId, order: CleanOrder, look: Look) {
        let client = self
            .clusters
            .get(&order.target.pod.context)
            .map(|c| c.exec.clone());
        let timeout = self.limits.times.cleanup;
        self.spawn(async move {
            let result = match client {
                Some(client) => cleanup::clean(&client, &request(session, order, timeout)).await,
                None => Err(cleanup::CleanupError::Look(
                    "its context is not connected".to_owned(),
                )),
            };
            look.event(session, result)
        });
    }

    pub(super) fn add_debug_container(&self, order: DebugContainerOrder) {
        let cluster = self.clusters.get(&order.target.pod.context).cloned();
        self.spawn(async move {
            let wanted = DebugOrder {
                target: order.target,
                image: order.image,
                name: order.name,
                timeout: PULL,
            };
            let result = match cluster {
                Some(cluster) => debug_container::add(&cluster.api, &wanted)
                    .await
                    .map(|added| (added.name.into(), added.id))
                    .map_err(|error| error.to_string()),
                None => Err("its context is not connected".to_owned()),
            };
            Event::DebugContainer {
                pane: order.pane,
                session: order.session,
                result,
            }
        });
    }
}

/// Asks whether something is allowed in a namespace.
async fn asked(cluster: &Cluster, namespace: &str, need: Need) -> Right {
    let rights = need.rights(namespace, cluster.minor);
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
fn request(session: SessionId, order: CleanOrder, timeout: Duration) -> CleanupRequest {
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
