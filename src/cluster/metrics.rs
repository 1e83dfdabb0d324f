//! Owns the use of pods: asked of metrics.k8s.io while somebody wants to see it, and not otherwise. Knows no columns. Started by the
//! runtime, once per context; a cluster without metrics costs one request.

mod quantity;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use kube::{Client, Error};
use serde::Deserialize;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::ids::{ContextName, PodRef};
use crate::inventory::Scope;

/// Between two rounds: metrics servers measure no more often than every 15 s.
const PERIOD: Duration = Duration::from_secs(30);

/// What a pod uses, all its containers together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodUse {
    pub pod: PodRef,
    /// Thousandths of a core, rounded up.
    pub cpu_millicores: u64,
    pub memory_bytes: u64,
}

/// One answer: the use of the pods of one scope.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UseBatch {
    pub context: ContextName,
    pub scope: Scope,
    pub pods: Vec<PodUse>,
}

/// The metrics of one context; dropping it ends the task.
#[derive(Debug)]
pub struct MetricsHandle {
    wanted: watch::Sender<Vec<Scope>>,
    task: JoinHandle<()>,
}

impl MetricsHandle {
    /// Asks at once, then every 30 s, for these scopes, until told otherwise. Nothing once the API server has no metrics for us.
    pub fn want(&self, scopes: Vec<Scope>) {
        self.wanted.send_if_modified(|wanted| {
            let changed = *wanted != scopes;
            *wanted = scopes;
            changed
        });
    }

    /// Asks no more until wanted again.
    pub fn stop(&self) {
        self.want(Vec::new());
    }

    /// Whether the API server has no metrics for us: it serves none, or refuses them in every scope that was wanted.
    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for MetricsHandle {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts the task, which asks for nothing yet. A full queue makes it wait.
pub fn watch_use(
    client: Client,
    context: ContextName,
    batches: mpsc::Sender<UseBatch>,
) -> MetricsHandle {
    let (wanted, wanted_by_task) = watch::channel(Vec::new());
    let asker = Asker {
        client,
        context,
        batches,
        refused: HashSet::new(),
    };
    let task = tokio::spawn(asker.run(wanted_by_task));
    MetricsHandle { wanted, task }
}

struct Asker {
    client: Client,
    context: ContextName,
    batches: mpsc::Sender<UseBatch>,
    /// Scopes that got a 403.
    refused: HashSet<Scope>,
}

/// Whether another round makes sense.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Next {
    Round,
    End,
}

impl Asker {
    async fn run(mut self, mut wanted: watch::Receiver<Vec<Scope>>) {
        loop {
            let scopes = wanted.borrow_and_update().clone();
            if scopes.is_empty() {
                if wanted.changed().await.is_err() {
                    return;
                }
                continue;
            }
            if self.round(&scopes).await == Next::End {
                return;
            }
            tokio::select! {
                changed = wanted.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(PERIOD) => {}
            }
        }
    }

    async fn round(&mut self, scopes: &[Scope]) -> Next {
        for scope in scopes {
            if self.refused.contains(scope) {
                continue;
            }
            let Ok(answer) = timeout(PERIOD, self.ask(scope)).await else {
                tracing::debug!(context = %self.context, "no metrics in time");
                continue;
            };
            match answer {
                Ok(pods) => {
                    let batch = UseBatch {
                        context: self.context.clone(),
                        scope: scope.clone(),
                        pods,
                    };
                    if self.batches.send(batch).await.is_err() {
                        return Next::End;
                    }
                }
                Err(Error::Api(status)) if status.code == 404 => return Next::End,
                Err(Error::Api(status)) if status.code == 403 => {
                    self.refused.insert(scope.clone());
                }
                Err(error) => {
                    tracing::debug!(%error, context = %self.context, "no metrics in this round");
                }
            }
        }
        if scopes.iter().all(|scope| self.refused.contains(scope)) {
            Next::End
        } else {
            Next::Round
        }
    }

    async fn ask(&self, scope: &Scope) -> Result<Vec<PodUse>, Error> {
        let path = match scope {
            Scope::All => "/apis/metrics.k8s.io/v1beta1/pods".to_owned(),
            Scope::Namespace(namespace) => {
                format!("/apis/metrics.k8s.io/v1beta1/namespaces/{namespace}/pods")
            }
        };
        let request = http::Request::get(path).body(Vec::new());
        let request = request.map_err(|error| {
            Error::BuildRequest(kube::core::request::Error::BuildRequest(error))
        })?;
        let list: MetricsList = self.client.request(request).await?;
        Ok(uses(&self.context, list))
    }
}

#[derive(Deserialize, Debug)]
struct MetricsList {
    items: Vec<PodMetrics>,
}

#[derive(Deserialize, Debug)]
struct PodMetrics {
    metadata: Names,
    #[serde(default)]
    containers: Vec<ContainerMetrics>,
}

#[derive(Deserialize, Debug)]
struct Names {
    name: Box<str>,
    namespace: Box<str>,
}

#[derive(Deserialize, Debug)]
struct ContainerMetrics {
    #[serde(default)]
    usage: Usage,
}

#[derive(Deserialize, Default, Debug)]
#[serde(default)]
struct Usage {
    cpu: String,
    memory: String,
}

/// Pods with an amount that cannot be read are left out: no number is better than a wrong one.
fn uses(context: &ContextName, list: MetricsList) -> Vec<PodUse> {
    let mut namespaces: HashSet<Arc<str>> = HashSet::new();
    let mut pods = Vec::with_capacity(list.items.len());
    for item in list.items {
        let Some((cpu_millicores, memory_bytes)) = total(&item.containers) else {
            continue;
        };
        let namespace = if let Some(shared) = namespaces.get(&*item.metadata.namespace) {
            shared.clone()
        } else {
            let shared: Arc<str> = item.metadata.namespace.into();
            namespaces.insert(shared.clone());
            shared
        };
        let pod = PodRef {
            context: context.clone(),
            namespace,
            name: item.metadata.name.into(),
        };
        pods.push(PodUse {
            pod,
            cpu_millicores,
            memory_bytes,
        });
    }
    pods
}

/// Summed before it is rounded: ten containers of a tenth of a millicore are one, not ten.
fn total(containers: &[ContainerMetrics]) -> Option<(u64, u64)> {
    let mut nanocores: u64 = 0;
    let mut bytes: u64 = 0;
    for ContainerMetrics { usage } in containers {
        nanocores = nanocores.checked_add(quantity::scaled(&usage.cpu, quantity::NANO)?)?;
        bytes = bytes.checked_add(quantity::scaled(&usage.memory, quantity::ONE)?)?;
    }
    Some((nanocores.div_ceil(1_000_000), bytes))
}

#[cfg(test)]
mod tests;
