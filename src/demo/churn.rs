//! Owns the gentle life of the demo: now and then a pod is replaced, restarts, or moves on. Seeded, so that a run can be repeated. Knows
//! nothing of requests. Started by `demo`.

use std::sync::Arc;
use std::time::Duration;

use super::pod::{Health, Pod, PodKey, ShopPod};
use super::seeded::Seeded;
use super::server::Server;
use super::shop;

/// Seconds between two events.
const PACE: Duration = Duration::from_secs(7);

/// The steps that follow an event, in order.
#[derive(Debug)]
enum Step {
    /// A pod that went away is replaced by another one.
    Replace(PodKey),
    /// A pod that was being created runs.
    Start(PodKey),
}

/// Changes pods for ever.
pub(super) async fn run(server: Arc<Server>, seed: u64) {
    let mut seeded = Seeded::new(seed ^ 0x5eed);
    let mut step = None;
    loop {
        tokio::time::sleep(PACE).await;
        step = match step.take() {
            Some(Step::Replace(key)) => replace(&server, &mut seeded, &key),
            Some(Step::Start(key)) => {
                start(&server, &key);
                None
            }
            None => begin(&server, &mut seeded),
        };
    }
}

/// Something happens to one healthy pod; those of the first workload are left alone, because people work in them.
fn begin(server: &Server, seeded: &mut Seeded) -> Option<Step> {
    let (_, pods, _) = server.store.page(None, usize::MAX, quiet);
    let stored = seeded.pick(&pods)?;
    let Pod::Shop(pod) = &*stored.pod else {
        return None;
    };
    let now = super::now();
    if seeded.below(3) == 0 {
        let restarts = pod.restarts + 1;
        let changed = ShopPod {
            restarts,
            last_restart: Some(now),
            ..pod.clone()
        };
        server.shells.forget(&stored.pod);
        server.store.put(Pod::Shop(changed));
        return None;
    }
    server.store.put(Pod::Shop(ShopPod {
        deleting: Some(now),
        ..pod.clone()
    }));
    Some(Step::Replace(pod.key.clone()))
}

fn quiet(pod: &Pod) -> bool {
    match pod {
        Pod::Shop(pod) => {
            pod.health == Health::Running
                && pod.deleting.is_none()
                && &*pod.template.app != "web"
                && pod
                    .template
                    .owner
                    .as_ref()
                    .is_some_and(|owner| &*owner.kind == "ReplicaSet")
        }
        Pod::Made(_) => false,
    }
}

fn replace(server: &Server, seeded: &mut Seeded, key: &PodKey) -> Option<Step> {
    let gone = server.store.get(key)?;
    let Pod::Shop(pod) = &*gone.pod else {
        return None;
    };
    let new = shop::replacement(pod, seeded, super::now());
    let new_key = new.key.clone();
    server.store.remove(key);
    server.shells.forget(&gone.pod);
    server.store.put(Pod::Shop(new));
    Some(Step::Start(new_key))
}

fn start(server: &Server, key: &PodKey) {
    let Some(stored) = server.store.get(key) else {
        return;
    };
    if let Pod::Shop(pod) = &*stored.pod {
        server.store.put(Pod::Shop(ShopPod {
            health: Health::Running,
            ..pod.clone()
        }));
    }
}
