//! The namespace watch: the names that exist, or the missing right. Knows nothing of pods.

use std::collections::BTreeSet;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, PartialObjectMeta};
use kube::runtime::watcher::Event;
use kube::{Client, ResourceExt};
use tokio::sync::{Notify, mpsc};

use super::supervise::{Progress, Supervisor, Target};
use super::{Selectors, WatchHandle};
use crate::ids::ContextName;
use crate::inventory::{Scope, WatchState};

/// What the namespace watch of one context sends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NamespaceMessage {
    /// All names, sorted; sent once the list is whole, and again whenever it changes.
    Names(Vec<Arc<str>>),
    /// `Forbidden` is common: the console then offers the context's own namespace, and a box to type another.
    State(WatchState),
}

type Listed = PartialObjectMeta<Namespace>;

/// Watches the namespaces of a context until the handle or the receiver is dropped.
pub fn watch_namespaces(
    client: Client,
    server: &str,
    context: ContextName,
    messages: mpsc::Sender<(ContextName, NamespaceMessage)>,
) -> WatchHandle {
    let (answered, now) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let selectors = Selectors::default();
    let target = Target {
        server: server.to_owned(),
        scope: Scope::All,
        resource: "namespaces",
        selectors,
    };
    let supervisor = Supervisor::new(Api::all(client), target, answered, now.clone());
    WatchHandle::new(tokio::spawn(run(supervisor, context, messages)), now)
}

async fn run(
    mut supervisor: Supervisor<Listed>,
    context: ContextName,
    messages: mpsc::Sender<(ContextName, NamespaceMessage)>,
) {
    let mut names = Names::default();
    loop {
        let message = match supervisor.next().await {
            Progress::State(state) => NamespaceMessage::State(state),
            Progress::Events(events) => {
                for event in events {
                    names.apply(event);
                }
                match names.unsent() {
                    Some(names) => NamespaceMessage::Names(names),
                    None => continue,
                }
            }
        };
        if messages.send((context.clone(), message)).await.is_err() {
            return;
        }
    }
}

#[derive(Default)]
struct Names {
    known: BTreeSet<Arc<str>>,
    /// The list under way; it replaces the known names at its end.
    listing: Option<BTreeSet<Arc<str>>>,
    sent: Option<BTreeSet<Arc<str>>>,
}

impl Names {
    fn apply(&mut self, event: Event<Listed>) {
        match event {
            Event::Init => self.listing = Some(BTreeSet::new()),
            Event::InitApply(namespace) => {
                self.listing
                    .get_or_insert_default()
                    .insert(namespace.name_any().into());
            }
            Event::InitDone => self.known = self.listing.take().unwrap_or_default(),
            Event::Apply(namespace) => {
                self.known.insert(namespace.name_any().into());
            }
            Event::Delete(namespace) => {
                self.known.remove(namespace.name_any().as_str());
            }
        }
    }

    fn unsent(&mut self) -> Option<Vec<Arc<str>>> {
        if self.listing.is_some() || self.sent.as_ref() == Some(&self.known) {
            return None;
        }
        self.sent = Some(self.known.clone());
        Some(self.known.iter().cloned().collect())
    }
}
