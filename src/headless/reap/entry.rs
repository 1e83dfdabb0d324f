//! Owns what is done about one entry of the journal: the owner, the pod, the look, the cleanup, and the last word. Knows nothing of
//! the others. Called by `reap`, one task each.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::ContainerState;
use kube::api::Api;

use super::{NoCluster, Shared};
use crate::cluster::error::AccessError;
use crate::cluster::{WholePod, container_status};
use crate::headless::{Cluster, now_ms};
use crate::ids::{ContainerRef, ContextName, PodRef, PodUid};
use crate::journal::audit::Act;
use crate::journal::reaper::ObservedContainer;
use crate::journal::{Decision, Entry, Fact, KeepReason, Observed, decide, fingerprint, settle};
use crate::runtime::unattended::ending::{Ended, Ending, Remains, gone};
use crate::runtime::unattended::records::{Records, audit_target, owner_state};
use crate::session::cancel::Link;
use crate::session::guard::Yes;

/// Looks at one entry, with a cleanup or a wait between two of them.
const LOOKS: u32 = 4;

/// One entry, and what became of it.
pub(super) struct Reaped {
    pub(super) entry: Entry,
    pub(super) target: ContainerRef,
    pub(super) decision: Decision,
    /// Names of what is left.
    pub(super) names: Vec<String>,
}

/// Looks, ends what may be ended, and writes down what was found.
pub(super) async fn look_after(
    shared: &Shared,
    entry: Entry,
    cluster: Result<Arc<Cluster>, NoCluster>,
) -> Reaped {
    let mut reaped = Reaped {
        target: target_of(&entry),
        entry,
        decision: Decision::Keep(KeepReason::NoContext),
        names: Vec::new(),
    };
    reaped.decision = match usable(&reaped.entry, cluster) {
        Ok(cluster) => {
            let mut work = Work {
                shared,
                cluster: &cluster,
                reaped: &mut reaped,
            };
            work.decide_all().await
        }
        Err(observed) => decide(
            &reaped.entry,
            owner_state(&reaped.entry.intent.owner),
            &observed,
        ),
    };
    if let Some(records) = &shared.records {
        write_down(records, &reaped).await;
    }
    reaped
}

/// A context of the same name may have come to mean another server.
fn usable(
    entry: &Entry,
    cluster: Result<Arc<Cluster>, NoCluster>,
) -> Result<Arc<Cluster>, Observed> {
    match cluster {
        Ok(cluster) if fingerprint(&[cluster.server.as_bytes()]) == entry.intent.server => {
            Ok(cluster)
        }
        Ok(_) | Err(NoCluster::NoContext) => Err(Observed::NoContext),
        Err(NoCluster::Failed(why)) => Err(Observed::Unknown { why }),
    }
}

struct Work<'a> {
    shared: &'a Shared,
    cluster: &'a Cluster,
    reaped: &'a mut Reaped,
}

impl Work<'_> {
    async fn decide_all(&mut self) -> Decision {
        let mut decision = Decision::Keep(KeepReason::Unknown("not looked at".into()));
        for _ in 0..LOOKS {
            decision = self.look().await;
            let goes_on = match (&decision, self.shared.options.yes, &self.shared.records) {
                (Decision::Keep(KeepReason::Left(_)), Yes::Given, Some(records)) => {
                    self.end(records).await
                }
                (Decision::Keep(KeepReason::InFlight { until }), Yes::Given, _) => {
                    self.wait(*until).await
                }
                (_, Yes::Given | Yes::NotGiven, _) => false,
            };
            if !goes_on {
                break;
            }
        }
        decision
    }

    async fn look(&mut self) -> Decision {
        let entry = &self.reaped.entry;
        let observed = observe(self.cluster, &self.reaped.target).await;
        let decision = decide(entry, owner_state(&entry.intent.owner), &observed);
        if decision != Decision::Clean {
            return decision;
        }
        let limits = &self.shared.options.limits;
        match self.remains().look(&self.cluster.exec, limits).await {
            Ok(report) => {
                let left = report.left.iter();
                self.reaped.names = left
                    .map(|line| format!("{} {}", line.pid, line.comm))
                    .collect();
                settle(entry, &report, now_ms())
            }
            Err(error) => match gone(&error) {
                Some(reason) => Decision::Close(reason),
                None => Decision::Keep(KeepReason::Unknown(error.to_string())),
            },
        }
    }

    /// Says whether another look is worth while.
    async fn end(&self, records: &Records) -> bool {
        let limits = self.shared.options.limits;
        let client = self.cluster.exec.clone();
        let (ending, _) = Ending::begin(client, self.remains(), Link::Gone, limits, records).await;
        let mut interrupts = self.shared.interrupts.clone();
        let ended = tokio::select! {
            ended = ending.finish() => ended,
            Ok(()) = interrupts.changed() => return false,
        };
        match ended {
            Ended::Proven { .. } | Ended::ContainerGone => true,
            Ended::NotConfirmed { .. } => false,
        }
    }

    /// Until nothing can be on its way any more; false when the user does not wait that long.
    async fn wait(&self, until: i64) -> bool {
        let wait = u64::try_from(until.saturating_sub(now_ms())).unwrap_or(0);
        let mut interrupts = self.shared.interrupts.clone();
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(wait.saturating_add(50))) => true,
            Ok(()) = interrupts.changed() => false,
        }
    }

    fn remains(&self) -> Remains {
        let entry = &self.reaped.entry;
        Remains {
            session: entry.session,
            target: self.reaped.target.clone(),
            container_id: entry.intent.container_id.clone(),
            leader: entry.handshake.clone(),
            may_start: None,
        }
    }
}

async fn observe(cluster: &Cluster, target: &ContainerRef) -> Observed {
    let api: Api<WholePod> = Api::namespaced(cluster.api.clone(), &target.pod.namespace);
    match api.get_opt(&target.pod.name).await {
        Ok(Some(pod)) => observed(&pod, &target.container),
        Ok(None) => Observed::NoPod,
        Err(error) => Observed::Unknown {
            why: AccessError::classify(&cluster.server, error).to_string(),
        },
    }
}

fn observed(pod: &WholePod, container: &str) -> Observed {
    let uid = pod.metadata.uid.clone().unwrap_or_default();
    let container = match container_status(pod, container) {
        None => ObservedContainer::Unknown,
        Some(status) => match &status.state {
            Some(ContainerState {
                running: Some(_), ..
            }) => ObservedContainer::Running {
                id: status.container_id.clone(),
            },
            Some(
                ContainerState {
                    terminated: Some(_),
                    ..
                }
                | ContainerState {
                    waiting: Some(_), ..
                },
            ) => ObservedContainer::NotRunning,
            Some(_) | None => ObservedContainer::Unknown,
        },
    };
    Observed::Pod { uid, container }
}

fn target_of(entry: &Entry) -> ContainerRef {
    let intent = &entry.intent;
    ContainerRef {
        pod: PodRef {
            context: ContextName::new(&intent.context),
            namespace: intent.namespace.as_str().into(),
            name: intent.pod.as_str().into(),
        },
        uid: PodUid::new(&intent.uid),
        container: intent.container.as_str().into(),
    }
}

async fn write_down(records: &Records, reaped: &Reaped) {
    let fact = match (&reaped.decision, reaped.decision.left()) {
        (Decision::Close(reason), _) => Some(Fact::Closed { reason: *reason }),
        (Decision::Keep(_), Some(left)) => Some(Fact::NotConfirmed {
            left: Some(left),
            why: "found by a reaper".into(),
        }),
        (Decision::Clean | Decision::Keep(_), _) => None,
    };
    if let Some(fact) = fact {
        records.fact_or_log(reaped.entry.session, fact).await;
    }
    let act = Act::Reap {
        target: audit_target(&reaped.target, Some(reaped.entry.session)),
        decision: super::print::words(&reaped.decision),
    };
    records.act_or_log(act).await;
}
