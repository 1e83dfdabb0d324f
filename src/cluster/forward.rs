//! Owns one forwarded connection: a WebSocket to a port of a pod for each local connection, and the ports that a pod's spec names.
//! Knows nothing of listeners or of who asked. Called by `runtime`, from tasks of their own.
//!
//! Not by kube's `Portforwarder`: it closes the WebSocket as soon as the local end has sent all of its request, and the answer is lost.

mod frames;
mod meter;
mod pump;

use std::time::Duration;

use k8s_openapi::api::core::v1::Container;
use kube::api::Api;
use kube::core::{Request, Resource};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::error::sentence;
use super::exec::open::{Socket, socket};
use super::whole_pod::{WholePod, is_pod};
use crate::ids::{PodRef, PodUid};
use crate::session::forward::ContainerPort;

pub use meter::Meter;

/// A port of one very pod.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodPort {
    pub pod: PodRef,
    pub uid: PodUid,
    pub port: u16,
}

/// The clocks of a forwarded connection; shorter ones are for tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timing {
    /// From the request to the server's answer.
    pub open: Duration,
    pub ping_every: Duration,
    /// Silence of the server after which the connection is lost.
    pub pong_deadline: Duration,
    /// How long an answer is waited for after the local end has sent all it has to say.
    pub unanswered: Duration,
    /// How long more of an answer is waited for after that.
    pub answered: Duration,
}

impl Timing {
    /// The usual clocks.
    pub const fn new(open: Duration) -> Self {
        Self {
            open,
            ping_every: Duration::from_secs(10),
            pong_deadline: Duration::from_secs(30),
            unanswered: Duration::from_secs(60),
            answered: Duration::from_secs(5),
        }
    }
}

/// Why a connection was not carried to its end.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ForwardError {
    #[error("the pod is gone")]
    PodGone,
    #[error("another pod has its name now")]
    PodReplaced,
    /// The API server's own words.
    #[error("{0}")]
    Refused(String),
    #[error("no answer in {} s", .0.as_secs())]
    Late(Duration),
    #[error("{0}")]
    Unreachable(String),
    /// The node's words on the port, in short.
    #[error("{0}")]
    Port(String),
    #[error("the connection to the API server broke: {0}")]
    Lost(String),
}

impl ForwardError {
    /// Whether no connection to this pod can ever be carried again.
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::PodGone | Self::PodReplaced)
    }
}

/// Asks the pod for the TCP ports that its spec names, in its order.
///
/// # Errors
/// [`ForwardError::PodGone`], [`ForwardError::PodReplaced`], or whatever the request fails with.
pub async fn ports(
    client: &kube::Client,
    pod: &PodRef,
    uid: &PodUid,
) -> Result<Vec<ContainerPort>, ForwardError> {
    let api: Api<WholePod> = Api::namespaced(client.clone(), &pod.namespace);
    let found = api.get(&pod.name).await.map_err(refusal)?;
    if !is_pod(&found.metadata, uid) {
        return Err(ForwardError::PodReplaced);
    }
    let spec = found.spec.unwrap_or_default();
    let sidecar = |container: &&Container| container.restart_policy.as_deref() == Some("Always");
    let sidecars = spec.init_containers.iter().flatten().filter(sidecar);
    let containers = spec.containers.iter().chain(sidecars);
    Ok(containers.flat_map(ports_of).collect())
}

fn ports_of(container: &Container) -> impl Iterator<Item = ContainerPort> {
    let tcp = |protocol: Option<&str>| protocol.is_none_or(|protocol| protocol == "TCP");
    let ports = container.ports.iter().flatten();
    ports
        .filter(move |port| tcp(port.protocol.as_deref()))
        .filter_map(|port| {
            Some(ContainerPort {
                port: u16::try_from(port.container_port).ok()?,
                name: port.name.as_deref().map(Into::into),
                container: container.name.as_str().into(),
            })
        })
}

/// Carries one local connection to the port until either end is over.
///
/// # Errors
/// Every variant of [`ForwardError`]; the local end going away is none.
pub async fn carry<L: AsyncRead + AsyncWrite + Unpin>(
    client: &kube::Client,
    to: &PodPort,
    local: &mut L,
    meter: &Meter,
    timing: Timing,
) -> Result<(), ForwardError> {
    let opening = async { tokio::try_join!(connect(client, to), same_pod(client, to)) };
    let (socket, ()) = timeout(timing.open, opening)
        .await
        .map_err(|_elapsed| ForwardError::Late(timing.open))??;
    pump::pump(socket, local, to.port, meter, timing).await
}

async fn connect(client: &kube::Client, to: &PodPort) -> Result<Socket, ForwardError> {
    let path = WholePod::url_path(&(), Some(&to.pod.namespace));
    let request = Request::new(path)
        .portforward(&to.pod.name, &[to.port])
        .map_err(|error| ForwardError::Refused(error.to_string()))?;
    let connection = client.connect(request).await.map_err(refusal)?;
    Ok(socket(connection).await)
}

/// The request names the pod only: another one of that name must not get what was meant for this one.
async fn same_pod(client: &kube::Client, to: &PodPort) -> Result<(), ForwardError> {
    let api: Api<WholePod> = Api::namespaced(client.clone(), &to.pod.namespace);
    match api.get_metadata(&to.pod.name).await {
        Ok(found) if is_pod(&found.metadata, &to.uid) => Ok(()),
        Ok(_) => Err(ForwardError::PodReplaced),
        Err(kube::Error::Api(status)) if status.code == 404 => Err(ForwardError::PodGone),
        // Who may not read pods may forward to them all the same.
        Err(error) => {
            tracing::debug!(%error, pod = %to.pod, "which pod has the name is not known");
            Ok(())
        }
    }
}

fn refusal(error: kube::Error) -> ForwardError {
    let kube::Error::Api(status) = error else {
        return ForwardError::Unreachable(sentence(&error));
    };
    if status.code == 404 {
        ForwardError::PodGone
    } else {
        ForwardError::Refused(status.message)
    }
}
