//! Owns the clients of the open contexts. Knows nothing of what is asked through them. Called by `perform`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::perform::Note;
use crate::app::Weight;
use crate::app::event::{ContextNews, Event};
use crate::cluster::client::{self, Clients, Contact, Overrides};
use crate::cluster::error::AccessError;
use crate::cluster::kubeconfig::Merged;
use crate::demo::Demo;
use crate::ids::ContextName;

/// Where contexts come from.
#[derive(Clone)]
pub enum Backend {
    Kubeconfig {
        merged: Arc<Merged>,
        overrides: Overrides,
    },
    Demo(Arc<Demo>),
}

/// One connected context.
#[derive(Clone)]
pub(super) struct Cluster {
    /// For single requests.
    pub(super) api: kube::Client,
    /// For watches and sessions.
    pub(super) exec: kube::Client,
    pub(super) server: String,
    /// The API server's minor version, where it is known.
    pub(super) minor: Option<u32>,
    pub(super) user: String,
    /// The API server's own name for the user, where it tells.
    pub(super) known_as: Option<String>,
}

/// The connected contexts.
#[derive(Default)]
pub(super) struct Clusters {
    connected: HashMap<ContextName, Cluster>,
}

impl Clusters {
    /// The clients of a context, once it is connected.
    pub(super) fn get(&self, context: &ContextName) -> Option<&Cluster> {
        self.connected.get(context)
    }

    /// What the API server of each connected context calls the user.
    pub(super) fn users(&self) -> BTreeMap<String, String> {
        let named = |(name, cluster): (&ContextName, &Cluster)| {
            Some((name.to_string(), cluster.known_as.clone()?))
        };
        self.connected.iter().filter_map(named).collect()
    }

    /// A context is connected.
    pub(super) fn add(&mut self, context: ContextName, cluster: Cluster) {
        self.connected.insert(context, cluster);
    }
}

/// Connects a context in a task; the notes say how it went.
pub(super) fn connect(backend: &Backend, context: ContextName, notes: mpsc::Sender<Note>) {
    match backend.clone() {
        Backend::Demo(demo) => {
            let client = demo.client();
            let cluster = Cluster {
                api: client.clone(),
                exec: client,
                server: "demo".to_owned(),
                minor: None,
                user: "demo".to_owned(),
                known_as: Some("demo".to_owned()),
            };
            tokio::spawn(async move {
                announce(&notes, context, cluster, "default".to_owned()).await;
            });
        }
        Backend::Kubeconfig { merged, overrides } => {
            tokio::spawn(async move { by_kubeconfig(&merged, &overrides, context, &notes).await });
        }
    }
}

async fn by_kubeconfig(
    merged: &Merged,
    overrides: &Overrides,
    context: ContextName,
    notes: &mpsc::Sender<Note>,
) {
    let clients = match client::connect(merged, &context, overrides).await {
        Ok(clients) => clients,
        Err(error) => return fail(notes, context, &error).await,
    };
    match client::probe(&clients).await {
        Ok(contact) => {
            let namespace = clients.namespace.clone();
            announce(notes, context, cluster(clients, Some(contact)), namespace).await;
        }
        // The watches wait for a server that cannot be reached, and say for how long.
        Err(error @ (AccessError::Unreachable { .. } | AccessError::TimedOut { .. })) => {
            let namespace = clients.namespace.clone();
            announce(notes, context, cluster(clients, None), namespace).await;
            let text = error.to_string();
            send(notes, Note::Event(Event::Said(Weight::Bad, text))).await;
        }
        Err(error) => fail(notes, context, &error).await,
    }
}

fn cluster(clients: Clients, contact: Option<Contact>) -> Cluster {
    let minor = contact.as_ref().and_then(|contact| contact.minor);
    let identity = contact.and_then(|contact| contact.identity);
    let known_as = identity.as_ref().map(|identity| identity.user.clone());
    Cluster {
        api: clients.api,
        exec: clients.exec,
        server: clients.server,
        minor,
        user: known_as.clone().unwrap_or(clients.user),
        known_as,
    }
}

async fn announce(
    notes: &mpsc::Sender<Note>,
    context: ContextName,
    cluster: Cluster,
    namespace: String,
) {
    let news = ContextNews::Connected {
        namespace: namespace.into(),
        user: cluster.user.clone(),
        cluster_user: cluster.known_as.clone(),
        server: cluster.server.clone(),
    };
    send(notes, Note::Connected(context.clone(), Box::new(cluster))).await;
    send(notes, Note::Event(Event::Context(context, news))).await;
}

async fn fail(notes: &mpsc::Sender<Note>, context: ContextName, error: &AccessError) {
    let news = ContextNews::Failed(error.to_string());
    send(notes, Note::Event(Event::Context(context, news))).await;
}

/// The console may be gone by now; then nobody needs the note.
pub(super) async fn send(notes: &mpsc::Sender<Note>, note: Note) {
    if notes.send(note).await.is_err() {
        tracing::debug!("a note came after the end");
    }
}
