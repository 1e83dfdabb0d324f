//! Owns the slim row that the embedded API server keeps of each pod. Knows nothing of HTTP, clocks or shells. Built by the shop and by
//! scripted tests, turned into JSON by `pod_json`.

use std::sync::Arc;

use serde_json::Value;

/// Names a pod within the cluster.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct PodKey {
    pub(super) namespace: Arc<str>,
    pub(super) name: Arc<str>,
}

/// Everything that the replicas of one workload revision have in common; shared by all of them.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Template {
    pub(super) app: Box<str>,
    pub(super) labels: Vec<(Box<str>, Box<str>)>,
    pub(super) containers: Vec<ContainerSpec>,
    pub(super) init_containers: Vec<ContainerSpec>,
    pub(super) default_container: Option<Box<str>>,
    pub(super) owner: Option<Owner>,
    /// What `cat /etc/app/rev` prints in the simulated and in the sandboxed shells.
    pub(super) revision: Box<str>,
}

/// One container of a template.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ContainerSpec {
    pub(super) name: Box<str>,
    pub(super) image: Box<str>,
    pub(super) content: ImageContent,
    /// What its program listens on.
    pub(super) ports: &'static [Port],
}

/// A TCP port of a container, as its spec names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Port {
    pub(super) name: &'static str,
    pub(super) number: u16,
}

/// What an image holds besides its program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ImageContent {
    WithShell,
    NoShell,
}

/// The workload object that made a pod.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Owner {
    pub(super) kind: Box<str>,
    pub(super) api_version: Box<str>,
    pub(super) name: Box<str>,
    pub(super) uid: Box<str>,
}

/// How a pod of the shop is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Health {
    Running,
    NotReady,
    CrashLoop { exit_code: i32 },
    OomKilled,
    Completed,
    Failed { exit_code: i32 },
    Evicted,
    Unschedulable,
    Creating,
    Init { done: u8 },
    ImagePullBackOff,
    ErrImagePull,
}

/// One pod of the shop.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct ShopPod {
    pub(super) key: PodKey,
    pub(super) uid: uuid::Uuid,
    pub(super) template: Arc<Template>,
    pub(super) health: Health,
    /// Unix seconds.
    pub(super) created: i64,
    /// Unix seconds; set while the pod is going away.
    pub(super) deleting: Option<i64>,
    pub(super) restarts: u32,
    /// Unix seconds.
    pub(super) last_restart: Option<i64>,
    pub(super) node: Option<Arc<str>>,
    pub(super) ip: [u8; 4],
    pub(super) ephemeral: Vec<Ephemeral>,
}

/// A container that was added to a pod that is there.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Ephemeral {
    pub(super) name: Box<str>,
    /// As it was asked for.
    pub(super) spec: Value,
    pub(super) state: EphemeralState,
}

/// How far an added container is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum EphemeralState {
    Creating,
    Running,
    NoImage,
}

/// A pod that a scripted test wrote as JSON.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct MadePod {
    pub(super) key: PodKey,
    pub(super) object: Value,
}

/// A stored pod.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Pod {
    Shop(ShopPod),
    Made(MadePod),
}

/// Whether a container can be entered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    Open(ImageContent),
    NotRunning,
    NoSuchContainer,
    Unscheduled,
}

impl Pod {
    pub(super) fn key(&self) -> &PodKey {
        match self {
            Self::Shop(pod) => &pod.key,
            Self::Made(pod) => &pod.key,
        }
    }

    pub(super) fn label(&self, name: &str) -> Option<&str> {
        match self {
            Self::Shop(pod) => pod
                .template
                .labels
                .iter()
                .find(|(key, _)| **key == *name)
                .map(|(_, value)| &**value),
            Self::Made(pod) => pod.object.pointer("/metadata/labels")?.get(name)?.as_str(),
        }
    }

    pub(super) fn phase(&self) -> &str {
        match self {
            Self::Shop(pod) => pod.health.phase(),
            Self::Made(pod) => text_at(&pod.object, "/status/phase"),
        }
    }

    pub(super) fn node(&self) -> &str {
        match self {
            Self::Shop(pod) => pod.node.as_deref().unwrap_or_default(),
            Self::Made(pod) => text_at(&pod.object, "/spec/nodeName"),
        }
    }

    pub(super) fn uid(&self) -> String {
        match self {
            Self::Shop(pod) => pod.uid.to_string(),
            Self::Made(pod) => text_at(&pod.object, "/metadata/uid").to_owned(),
        }
    }

    /// What `cat /etc/app/rev` prints in this pod.
    pub(super) fn revision(&self) -> &str {
        match self {
            Self::Shop(pod) => &pod.template.revision,
            Self::Made(_) => "7f3c9e1",
        }
    }

    /// How often the containers started again; an exec process does not survive that.
    pub(super) fn restarts(&self) -> u32 {
        match self {
            Self::Shop(pod) => pod.restarts,
            Self::Made(pod) => pod
                .object
                .pointer("/status/containerStatuses/0/restartCount")
                .and_then(Value::as_u64)
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or(0),
        }
    }

    /// Container names in the order of the spec.
    pub(super) fn containers(&self) -> Vec<&str> {
        match self {
            Self::Shop(pod) => pod
                .template
                .containers
                .iter()
                .map(|spec| &*spec.name)
                .collect(),
            Self::Made(pod) => pod
                .object
                .pointer("/spec/containers")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|spec| spec.get("name")?.as_str())
                .collect(),
        }
    }

    /// Whether a running container listens on the port.
    pub(super) fn listens(&self, port: u16) -> bool {
        let named = |container: &str| match self {
            Self::Shop(pod) => {
                let mut specs = pod.template.containers.iter();
                let spec = specs.find(|spec| *spec.name == *container);
                spec.is_some_and(|spec| spec.ports.iter().any(|own| own.number == port))
            }
            Self::Made(pod) => made_ports(pod, container).any(|own| own == u64::from(port)),
        };
        let mut containers = self.containers().into_iter();
        containers
            .any(|container| named(container) && matches!(self.entry(container), Entry::Open(_)))
    }

    /// The address of the pod.
    pub(super) fn ip(&self) -> String {
        match self {
            Self::Shop(pod) => std::net::Ipv4Addr::from(pod.ip).to_string(),
            Self::Made(pod) => text_at(&pod.object, "/status/podIP").to_owned(),
        }
    }

    /// Whether an exec into `container` would find it running.
    pub(super) fn entry(&self, container: &str) -> Entry {
        match self {
            Self::Shop(pod) => pod.entry(container),
            Self::Made(_) if !self.containers().contains(&container) => Entry::NoSuchContainer,
            Self::Made(_) if self.node().is_empty() => Entry::Unscheduled,
            Self::Made(pod) => made_entry(pod, container),
        }
    }
}

impl ShopPod {
    fn entry(&self, container: &str) -> Entry {
        if let Some(added) = self.ephemeral.iter().find(|one| *one.name == *container) {
            return match added.state {
                EphemeralState::Running => Entry::Open(ImageContent::WithShell),
                EphemeralState::Creating | EphemeralState::NoImage => Entry::NotRunning,
            };
        }
        let Some(at) = self
            .template
            .containers
            .iter()
            .position(|spec| *spec.name == *container)
        else {
            return Entry::NoSuchContainer;
        };
        if self.node.is_none() {
            return Entry::Unscheduled;
        }
        let content = self.template.containers.get(at).map(|spec| spec.content);
        match (self.health.runs(at), content) {
            (true, Some(content)) => Entry::Open(content),
            (true, None) | (false, _) => Entry::NotRunning,
        }
    }
}

impl Health {
    /// The `status.phase` that goes with it.
    pub(super) const fn phase(self) -> &'static str {
        match self {
            Self::Running | Self::NotReady | Self::CrashLoop { .. } | Self::OomKilled => "Running",
            Self::Completed => "Succeeded",
            Self::Failed { .. } | Self::Evicted => "Failed",
            Self::Unschedulable
            | Self::Creating
            | Self::Init { .. }
            | Self::ImagePullBackOff
            | Self::ErrImagePull => "Pending",
        }
    }

    /// Whether the container at `position` runs; trouble is always in the first one.
    pub(super) const fn runs(self, position: usize) -> bool {
        match self {
            Self::Running | Self::NotReady => true,
            Self::CrashLoop { .. }
            | Self::OomKilled
            | Self::ImagePullBackOff
            | Self::ErrImagePull => position > 0,
            Self::Completed
            | Self::Failed { .. }
            | Self::Evicted
            | Self::Unschedulable
            | Self::Creating
            | Self::Init { .. } => false,
        }
    }
}

fn made_entry(pod: &MadePod, container: &str) -> Entry {
    let running = pod
        .object
        .pointer("/status/containerStatuses")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .find(|status| status.get("name").and_then(Value::as_str) == Some(container))
        .is_some_and(|status| status.pointer("/state/running").is_some());
    if running {
        Entry::Open(ImageContent::WithShell)
    } else {
        Entry::NotRunning
    }
}

fn made_ports(pod: &MadePod, container: &str) -> impl Iterator<Item = u64> {
    let specs = pod
        .object
        .pointer("/spec/containers")
        .and_then(Value::as_array);
    let spec = specs
        .into_iter()
        .flatten()
        .find(|spec| text_at(spec, "/name") == container);
    let ports = spec.and_then(|spec| spec.get("ports")?.as_array());
    ports
        .into_iter()
        .flatten()
        .filter_map(|port| port.get("containerPort")?.as_u64())
}

fn text_at<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}
