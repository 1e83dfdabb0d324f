//! Owns the dead-man guards of the console's shells: one for each container that has a shell, gone when its last one is over.
//! Called by `perform` and `driver`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use tokio::task::JoinSet;

use super::clusters::Cluster;
use super::unattended::guard::{Guard, GuardPlan};
use super::unattended::records::Records;
use super::unattended::{Job, Limits};
use crate::app::effect::Opening;
use crate::ids::{ContainerRef, SessionId};
use crate::session::Handshake;

/// How long the last guards may take to go when the console ends.
const FAREWELL: Duration = Duration::from_secs(4);

/// One run of one container.
type Place = (ContainerRef, String);

struct Post {
    guard: Guard,
    sessions: BTreeSet<SessionId>,
}

/// The guards of all containers.
#[derive(Default)]
pub(super) struct Leases {
    /// `None` opens no guard.
    lease: Option<Duration>,
    places: HashMap<SessionId, Place>,
    posts: BTreeMap<Place, Post>,
    leaving: JoinSet<()>,
}

impl Leases {
    pub(super) fn new(lease: Option<Duration>) -> Self {
        Self {
            lease,
            ..Self::default()
        }
    }

    /// A shell is about to be opened there.
    pub(super) fn opening(&mut self, opening: &Opening) {
        if self.lease.is_some() {
            let place = (opening.target.clone(), opening.container_id.clone());
            self.places.insert(opening.session, place);
        }
    }

    /// Where a session's guard belongs, if it needs one.
    pub(super) fn place(&self, session: SessionId) -> Option<&ContainerRef> {
        self.places.get(&session).map(|(target, _)| target)
    }

    /// A shell has said its handshake: it is guarded from now on.
    pub(super) fn started(
        &mut self,
        session: SessionId,
        leader: &Handshake,
        cluster: &Cluster,
        records: Records,
        limits: Limits,
    ) {
        let (Some(lease), Some(place)) = (self.lease, self.places.get(&session)) else {
            return;
        };
        let (target, id) = place.clone();
        let post = self.posts.entry(place.clone()).or_insert_with(|| Post {
            guard: Guard::open(GuardPlan {
                job: Job {
                    index: 0,
                    session: SessionId::from_bytes(*uuid::Uuid::new_v4().as_bytes()),
                    target,
                    container_id: Some(id).filter(|id| !id.is_empty()),
                    client: cluster.exec.clone(),
                    server: cluster.server.clone(),
                },
                records,
                limits,
                lease,
            }),
            sessions: BTreeSet::new(),
        });
        post.guard.guard(session, leader);
        post.sessions.insert(session);
    }

    /// A session is over, or ended by itself: what it left on purpose stays.
    pub(super) fn over(&mut self, session: SessionId) {
        let Some(place) = self.places.remove(&session) else {
            return;
        };
        let Some(post) = self.posts.get_mut(&place) else {
            return;
        };
        post.guard.release(session);
        post.sessions.remove(&session);
        if post.sessions.is_empty()
            && let Some(post) = self.posts.remove(&place)
        {
            self.leaving.spawn(post.guard.leave());
        }
    }

    /// Waits for the guards that were told to go; the others are left to their lease.
    pub(super) async fn farewell(&mut self) {
        let all = async { while self.leaving.join_next().await.is_some() {} };
        if tokio::time::timeout(FAREWELL, all).await.is_err() {
            tracing::warn!("guards are left to the journal");
        }
    }
}
