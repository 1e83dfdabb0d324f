//! Owns the looks into clusters that effects ask for: rights, cleanup, verification, counts. Called by `perform`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OnceCell, Semaphore, mpsc};

use super::clusters::{Cluster, send};
use super::journal_file::{self, Owners};
use super::perform::{Hands, Note};
use crate::app::effect::{CleanOrder, DebugContainerOrder};
use crate::app::event::{Event, Right, RightsAnswer};
use crate::app::overlay::leaks::Found;
use crate::cluster::cleanup::{self, CleanupRequest};
use crate::cluster::debug_container::{self, DebugOrder};
use crate::cluster::error::sentence;
use crate::cluster::{access, census, last_words};
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

    /// Each container answers by itself; the journal, read once, says which clients of ours are there.
    pub(super) fn census(&self, look: u32, targets: Vec<ContainerRef>) {
        let journal = self.journal.as_ref().map(|file| file.path().to_owned());
        let owners = Arc::new(OnceCell::new());
        let turns = Arc::new(Semaphore::new(census::AT_ONCE));
        for target in targets {
            let cluster = self.clusters.get(&target.pod.context).cloned();
            let (journal, turns) = (journal.clone(), Arc::clone(&turns));
            let owners = Arc::clone(&owners);
            let limit = self.limits.times.cleanup;
            self.spawn(async move {
                // Closed never: every task holds it.
                let _turn = turns.acquire().await.ok();
                let result = match cluster {
                    Some(cluster) => {
                        let owners = owners.get_or_init(|| read_owners(journal)).await;
                        found(&cluster, &target, limit, owners).await
                    }
                    None => Err("its context is not connected".to_owned()),
                };
                Event::Census {
                    look,
                    target,
                    result,
                }
            });
        }
    }

    /// The end and its proof over a stream of its own.
    pub(super) fn end_process(&self, look: u32, pid: u32, session: SessionId, order: CleanOrder) {
        let cluster = self.clusters.get(&order.target.pod.context).cloned();
        let timeout = self.limits.times.cleanup;
        self.spawn(async move {
            let target = order.target.clone();
            let result = match cluster {
                Some(cluster) => ended(&cluster, session, order, timeout).await,
                None => Err("its context is not connected".to_owned()),
            };
            Event::ProcessEnded {
                look,
                target,
                pid,
                session,
                result,
            }
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

async fn read_owners(journal: Option<PathBuf>) -> Owners {
    let read = move || journal.map_or_else(Owners::new, |path| journal_file::owners(&path));
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

async fn found(
    cluster: &Cluster,
    target: &ContainerRef,
    limit: Duration,
    owners: &Owners,
) -> Result<Found, String> {
    let census = census::look(&cluster.exec, target, limit)
        .await
        .map_err(|error| error.to_string())?;
    let processes = census.exec_processes().into_iter().map(|process| {
        let client = journal_file::client(owners, process.owner());
        (process, client)
    });
    Ok(Found {
        processes: processes.collect(),
        boot_id: census.boot_id().map(str::to_owned),
    })
}

async fn ended(
    cluster: &Cluster,
    session: SessionId,
    order: CleanOrder,
    timeout: Duration,
) -> Result<Report, String> {
    let proof = CleanOrder {
        mode: order.mode.proof(),
        ..order.clone()
    };
    let said = |error: cleanup::CleanupError| error.to_string();
    cleanup::clean(&cluster.exec, &request(session, order, timeout))
        .await
        .map_err(said)?;
    cleanup::clean(&cluster.exec, &request(session, proof, timeout))
        .await
        .map_err(said)
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
        Err(error) => Right::Unknown(sentence(&error)),
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
