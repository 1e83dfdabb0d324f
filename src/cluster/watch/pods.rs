//! The pod watch: events become deltas of slim rows. Knows nothing of what the list does with them.

use std::sync::Arc;

use kube::Client;
use kube::api::Api;
use kube::runtime::watcher::Event;
use tokio::sync::{Notify, mpsc};

use super::super::protobuf::slim_lists;
use super::super::rows::RowBuilder;
use super::super::slim::WatchedPod;
use super::supervise::{Progress, Supervisor, Target};
use super::{Selectors, WatchHandle};
use crate::inventory::{PodDelta, Scope, WatchKey, WatchMessage};

/// Watches the pods of one scope until the handle or the receiver is dropped.
/// Give it the client without retries, so that every wait is seen; `server` is how messages name the API server.
pub fn watch_pods(
    client: Client,
    server: &str,
    key: WatchKey,
    selectors: Selectors,
    messages: mpsc::Sender<(WatchKey, WatchMessage)>,
) -> WatchHandle {
    let (answered, now) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let client = slim_lists(client, answered.clone());
    let api: Api<WatchedPod> = match &key.scope {
        Scope::All => Api::all(client),
        Scope::Namespace(name) => Api::namespaced(client, name),
    };
    let target = Target {
        server: server.to_owned(),
        scope: key.scope.clone(),
        resource: "pods",
        selectors,
    };
    let supervisor = Supervisor::new(api, target, answered, now.clone());
    WatchHandle::new(tokio::spawn(run(supervisor, key, messages)), now)
}

/// Ends when nobody listens any more.
async fn run(
    mut supervisor: Supervisor<WatchedPod>,
    key: WatchKey,
    messages: mpsc::Sender<(WatchKey, WatchMessage)>,
) {
    let mut rows = RowBuilder::new(key.context.clone());
    loop {
        let message = match supervisor.next().await {
            Progress::State(state) => WatchMessage::State(state),
            Progress::Events(events) => WatchMessage::Deltas(
                events
                    .into_iter()
                    .map(|event| delta(event, &mut rows))
                    .collect(),
            ),
        };
        if messages.send((key.clone(), message)).await.is_err() {
            return;
        }
    }
}

fn delta(event: Event<WatchedPod>, rows: &mut RowBuilder) -> PodDelta {
    match event {
        Event::Init => PodDelta::Init,
        Event::InitApply(watched) => PodDelta::InitApply(rows.row(watched.pod)),
        Event::InitDone => PodDelta::InitDone,
        Event::Apply(watched) => PodDelta::Apply(rows.row(watched.pod)),
        Event::Delete(watched) => {
            let (pod, uid) = rows.names(&watched.pod.metadata);
            PodDelta::Delete { pod, uid }
        }
    }
}
