//! Owns the embedded cluster: an API server in memory with a small shop in it, and shells in its pods. It must not know of the screen. Used by
//! `podmux demo`, and by the tests as a server whose faults are scripted.
//!
//! Nothing listens on a port unless a test asks for it: the client's connections are pipes in memory that end in a real HTTP server, so that
//! list, watch and exec take the same way as with any other cluster.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;

mod answers;
mod choice;
mod churn;
mod discovery;
mod ephemeral;
mod events;
mod exec;
mod faults;
mod forward;
mod lists;
mod logs;
mod metrics;
mod pod;
mod pod_json;
mod real;
mod routes;
pub mod sandbox;
mod seeded;
mod selectors;
mod server;
mod shells;
mod shop;
mod simulated;
mod store;
mod tasks;
mod transport;
mod typed;
mod upgrade;
mod watches;

pub use faults::{Denial, ExecFault, ExecProtocols, StreamingLists};

use choice::Choice;
use pod::{MadePod, Pod, PodKey};
use server::Server;
use store::Store;
use tasks::Tasks;

/// What the demo is to be.
#[derive(Clone, Debug)]
pub struct DemoOptions {
    /// How many pods there are at the start: 0..=100,000.
    pub pods: usize,
    pub shells: ShellChoice,
    /// The same seed gives the same shop and the same churn.
    pub seed: u64,
    pub churn: Churn,
    /// The program that is started again for sandboxed and for local shells; the running one where it is missing.
    pub program: Option<PathBuf>,
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            pods: 214,
            shells: ShellChoice::Auto,
            seed: 7,
            churn: Churn::Gentle,
            program: None,
        }
    }
}

/// Which shells are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ShellChoice {
    /// Sandboxed where that works, else simulated.
    #[default]
    Auto,
    /// Real ones on this machine, without a sandbox.
    UnsafeLocal,
    Simulated,
}

/// Whether pods come and go by themselves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Churn {
    #[default]
    Gentle,
    Still,
}

/// Which shells there are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ShellKind {
    Sandboxed,
    Simulated {
        /// Why they are not sandboxed, in words for the status line.
        why: String,
    },
    Local,
}

/// Why there is no demo.
#[derive(Debug, Error)]
pub enum DemoError {
    #[error("the demo serves at most {most} pods, not {asked}")]
    TooManyPods { asked: usize, most: usize },
    #[error("a pod needs metadata.namespace and metadata.name")]
    NamelessPod,
    #[error("cannot open a port on the loopback address")]
    Listen(#[source] std::io::Error),
}

/// The most pods that a demo serves.
const MOST_PODS: usize = 100_000;

/// A running embedded cluster; it ends when this is dropped.
#[derive(Debug)]
pub struct Demo {
    server: Arc<Server>,
}

/// Starts the embedded cluster. Must run inside of a tokio runtime.
///
/// # Errors
/// [`DemoError::TooManyPods`].
pub fn start(options: DemoOptions) -> Result<Demo, DemoError> {
    if options.pods > MOST_PODS {
        return Err(DemoError::TooManyPods {
            asked: options.pods,
            most: MOST_PODS,
        });
    }
    let started = now();
    let shop = shop::open(options.pods, options.seed, started);
    let store = Store::new(&shop::NAMESPACES, shop.pods.into_iter().map(Pod::Shop));
    let tasks = Arc::new(Tasks::default());
    let shells = Choice::new(options.shells, options.program, Arc::clone(&tasks));
    let server = Arc::new(Server::new(store, shop.workloads, shells, tasks, started));
    let early = Arc::clone(&server);
    server.tasks.spawn(async move {
        early.shells.chosen().await;
    });
    if options.churn == Churn::Gentle {
        server
            .tasks
            .spawn(churn::run(Arc::clone(&server), options.seed));
    }
    Ok(Demo { server })
}

impl Demo {
    /// The name of the only context.
    pub const CONTEXT: &'static str = "demo";

    /// A client whose requests end in the embedded server.
    pub fn client(&self) -> kube::Client {
        transport::client(&self.server)
    }

    /// Which shells its pods have; waits until a sandbox was tried.
    pub async fn shells(&self) -> &ShellKind {
        &self.server.shells.chosen().await.kind
    }

    /// The name of the only context.
    pub const fn context_name(&self) -> &'static str {
        Self::CONTEXT
    }

    /// What scripted tests turn.
    pub fn control(&self) -> Control {
        Control {
            server: Arc::clone(&self.server),
        }
    }

    /// Serves the same cluster as plain HTTP on a free port of the loopback address; for tests of the way through a kubeconfig.
    ///
    /// # Errors
    /// [`DemoError::Listen`].
    pub async fn listen(&self) -> Result<SocketAddr, DemoError> {
        transport::listen(&self.server)
            .await
            .map_err(DemoError::Listen)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.server.tasks.close();
    }
}

/// Changes the embedded cluster from a test.
#[derive(Clone, Debug)]
pub struct Control {
    server: Arc<Server>,
}

impl Control {
    /// Takes a right away from the user.
    pub fn deny(&self, denial: Denial) {
        self.server.faults.deny(denial);
    }

    /// Gives all rights back.
    pub fn allow_all(&self) {
        self.server.faults.allow_all();
    }

    /// From now on every request gets 401, or no longer does.
    pub fn unauthorized(&self, on: bool) {
        self.server.faults.set_unauthorized(on);
    }

    /// Every answer waits this long.
    pub fn delay(&self, delay: Duration) {
        self.server.faults.set_delay(delay);
    }

    /// The next `count` watches get 410.
    pub fn expire_watches(&self, count: u32) {
        self.server.faults.expire_watches(count);
    }

    /// Cuts every watch that is open.
    pub fn cut_watches(&self) {
        self.server.faults.cut_watches();
    }

    /// Forgets the history: a watch from an older version gets 410, also in the middle of its stream.
    pub fn compact(&self) {
        self.server.store.compact();
    }

    /// Whether streaming lists are served.
    pub fn streaming_lists(&self, streaming_lists: StreamingLists) {
        self.server.faults.set_streaming_lists(streaming_lists);
    }

    /// What happens to the next exec streams.
    pub fn exec_fault(&self, fault: ExecFault) {
        self.server.faults.set_exec(fault);
    }

    /// What happens to the next exec streams in pods of this name; goes before [`Control::exec_fault`].
    pub fn exec_fault_in(&self, pod: &str, fault: ExecFault) {
        self.server.faults.set_exec_in(pod, &[fault]);
    }

    /// What happens to the next exec streams in pods of this name, one after the other; the last one stays in force.
    pub fn exec_faults_in(&self, pod: &str, faults: &[ExecFault]) {
        self.server.faults.set_exec_in(pod, faults);
    }

    /// The streams that [`ExecFault::DeafAfterText`] has made deaf read on.
    pub fn hear_execs(&self) {
        self.server.faults.hear_execs();
    }

    /// The subprotocols that the server speaks.
    pub fn exec_protocols(&self, protocols: ExecProtocols) {
        self.server.faults.set_protocols(protocols);
    }

    /// From now on this image cannot be pulled.
    pub fn no_image(&self, image: &str) {
        self.server.faults.set_no_image(image);
    }

    /// Cuts every exec stream that is open, without a close frame; the processes live on.
    pub fn cut_execs(&self) {
        self.server.faults.cut_execs();
    }

    /// How many processes started by exec are alive, streams or not.
    pub fn live_execs(&self) -> usize {
        self.server.census.count()
    }

    /// From now on what is typed into terminals is kept, for [`Control::typed_into`].
    pub fn listen_to_keys(&self) {
        self.server.typed.listen();
    }

    /// Every byte that has been typed into terminals in pods of this name since [`Control::listen_to_keys`].
    pub fn typed_into(&self, pod: &str) -> Vec<u8> {
        self.server.typed.of(pod)
    }

    /// The last requests as `METHOD path?query`, oldest first; at most 1024.
    pub fn requests(&self) -> Vec<String> {
        self.server.requests()
    }

    /// Adds a pod written as JSON, or puts it in the place of the one of that name.
    ///
    /// # Errors
    /// [`DemoError::NamelessPod`].
    pub fn put_pod(&self, object: serde_json::Value) -> Result<u64, DemoError> {
        let text = |pointer: &str| object.pointer(pointer).and_then(serde_json::Value::as_str);
        let names = text("/metadata/namespace").zip(text("/metadata/name"));
        let (namespace, name) = names.ok_or(DemoError::NamelessPod)?;
        let key = PodKey {
            namespace: namespace.into(),
            name: name.into(),
        };
        Ok(self.server.store.put(Pod::Made(MadePod { key, object })))
    }

    /// Removes a pod with all that runs in it; false where there is none.
    pub fn remove_pod(&self, namespace: &str, name: &str) -> bool {
        let key = PodKey {
            namespace: namespace.into(),
            name: name.into(),
        };
        if let Some(stored) = self.server.store.get(&key) {
            self.server.shells.forget(&stored.pod);
        }
        self.server.store.remove(&key)
    }

    /// Marks a pod as going away, as after a delete with a grace period; false where there is none, or where a test made it.
    pub fn terminate_pod(&self, namespace: &str, name: &str) -> bool {
        self.change(namespace, name, |pod| pod.deleting = Some(now()))
    }

    /// Restarts the containers of a pod: their processes end; false where there is none, or where a test made it.
    pub fn restart_pod(&self, namespace: &str, name: &str) -> bool {
        let key = PodKey {
            namespace: namespace.into(),
            name: name.into(),
        };
        if let Some(stored) = self.server.store.get(&key) {
            self.server.shells.forget(&stored.pod);
        }
        self.change(namespace, name, |pod| {
            pod.restarts += 1;
            pod.last_restart = Some(now());
        })
    }

    /// The version of the last change.
    pub fn version(&self) -> u64 {
        self.server.store.version()
    }

    fn change(&self, namespace: &str, name: &str, change: impl FnOnce(&mut pod::ShopPod)) -> bool {
        let key = PodKey {
            namespace: namespace.into(),
            name: name.into(),
        };
        let Some(stored) = self.server.store.get(&key) else {
            return false;
        };
        let Pod::Shop(pod) = &*stored.pod else {
            return false;
        };
        let mut pod = pod.clone();
        change(&mut pod);
        self.server.store.put(Pod::Shop(pod));
        true
    }
}

/// Unix seconds.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}
