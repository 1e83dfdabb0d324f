//! Owns the dead-man guards of the console's shells: one for each container that has a shell, gone when its last one is over.
//! Called by `perform` and `driver`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use tokio::task::JoinSet;

use super::clusters::Cluster;
use super::perform::Hands;
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
    /// Where the shells are that are to be guarded, with the lease that was set when they were opened.
    places: HashMap<SessionId, (Place, Duration)>,
    posts: BTreeMap<Place, Post>,
    leaving: JoinSet<()>,
}

impl Leases {
    /// A shell is about to be opened; without a lease it gets no guard.
    pub(super) fn opening(&mut self, opening: &Opening, lease: Option<Duration>) {
        if let Some(lease) = lease {
            let place = (opening.target.clone(), opening.container_id.clone());
            self.places.insert(opening.session, (place, lease));
        }
    }

    /// Where a session's guard belongs, if it needs one.
    pub(super) fn place(&self, session: SessionId) -> Option<&ContainerRef> {
        self.places.get(&session).map(|((target, _), _)| target)
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
        let Some((place, lease)) = self.places.get(&session) else {
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
                lease: *lease,
            }),
            sessions: BTreeSet::new(),
        });
        post.guard.guard(session, leader);
        post.sessions.insert(session);
    }

    /// A session is over, or ended by itself: what it left on purpose stays.
    pub(super) fn over(&mut self, session: SessionId) {
        let Some((place, _)) = self.places.remove(&session) else {
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

impl Hands {
    /// A shell said who it is: its guard may know it.
    pub(super) fn started(&mut self, session: SessionId, leader: &Handshake) {
        let place = self.leases.place(session).map(|place| &place.pod.context);
        let cluster = place.and_then(|context| self.clusters.get(context));
        let records = self.records();
        if let (Some(cluster), Some(records)) = (cluster, records) {
            self.leases
                .started(session, leader, cluster, records, self.limits.times);
        }
    }
}
