//! Owns the small shop that the demo shows: its namespaces, workloads and the pods they start with. Knows nothing of HTTP and of the clock
//! (`now` is an argument). Called once at start, and by churn for replacement pods.

use std::sync::Arc;

use super::pod::{ContainerSpec, Health, ImageContent, Owner, PodKey, Port, ShopPod, Template};
use super::seeded::Seeded;

mod catalogue;

use catalogue::{Role, WORKLOADS, Workload};

/// The nodes of the demo cluster.
pub(super) const NODES: [&str; 6] = [
    "ip-10-0-4-7",
    "ip-10-0-5-2",
    "ip-10-0-6-1",
    "ip-10-0-4-9",
    "ip-10-0-5-8",
    "ip-10-0-6-3",
];

/// The namespaces that exist even when no pod is in them.
pub(super) const NAMESPACES: [&str; 8] = [
    "default",
    "billing",
    "cart",
    "kube-system",
    "monitoring",
    "search",
    "shop",
    "staging",
];

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;

/// A workload object that owns pods, as the lists of Deployments and so on show it.
#[derive(Clone, Debug)]
pub(super) struct WorkloadObject {
    pub(super) role: Role,
    pub(super) namespace: Arc<str>,
    pub(super) name: Box<str>,
    pub(super) uid: uuid::Uuid,
    pub(super) owner: Option<Owner>,
    pub(super) labels: Vec<(Box<str>, Box<str>)>,
    pub(super) replicas: usize,
    pub(super) created: i64,
}

/// The shop at its opening.
#[derive(Debug, Default)]
pub(super) struct Shop {
    pub(super) pods: Vec<ShopPod>,
    pub(super) workloads: Vec<WorkloadObject>,
}

/// Builds a shop of exactly `pods` pods, the ones worth looking at first. The same seed and time give the same shop.
pub(super) fn open(pods: usize, seed: u64, now: i64) -> Shop {
    let mut builder = Builder {
        shop: Shop::default(),
        seeded: Seeded::new(seed),
        now,
        limit: pods,
    };
    for workload in &WORKLOADS {
        builder.workload(workload, workload.namespace, workload.name);
    }
    let mut branch = 0;
    while builder.shop.pods.len() < pods {
        branch += 1;
        builder.branch(branch);
    }
    builder.shop
}

/// A fresh pod in the place of `gone`: same template, new name, uid and address.
pub(super) fn replacement(gone: &ShopPod, seeded: &mut Seeded, now: i64) -> ShopPod {
    let name = match &gone.template.owner {
        Some(owner) if &*owner.kind != "StatefulSet" => {
            format!("{}-{}", owner.name, seeded.suffix(5))
        }
        Some(_) | None => gone.key.name.to_string(),
    };
    ShopPod {
        key: PodKey {
            namespace: Arc::clone(&gone.key.namespace),
            name: name.into(),
        },
        uid: seeded.uid(),
        health: Health::Creating,
        created: now,
        deleting: None,
        restarts: 0,
        last_restart: None,
        ip: address(seeded),
        ephemeral: Vec::new(),
        ..gone.clone()
    }
}

struct Builder {
    shop: Shop,
    seeded: Seeded,
    now: i64,
    limit: usize,
}

impl Builder {
    /// One more namespace of plain replicas, so that any number of pods looks like a cluster.
    fn branch(&mut self, number: usize) {
        let namespace = format!("branch-{number:02}");
        for workload in WORKLOADS.iter().filter(|workload| workload.repeats) {
            self.workload(workload, &namespace, workload.name);
        }
    }

    fn workload(&mut self, workload: &Workload, namespace: &str, name: &str) {
        if self.shop.pods.len() >= self.limit {
            return;
        }
        let namespace: Arc<str> = namespace.into();
        let owner = self.owner(workload, &namespace, name);
        let template = Arc::new(template(workload, name, owner));
        for position in 0..workload.pods.len().max(usize::from(workload.extra_pods)) {
            if self.shop.pods.len() >= self.limit {
                return;
            }
            let pod = self.pod(workload, &namespace, &template, position);
            self.shop.pods.push(pod);
        }
    }

    fn owner(&mut self, workload: &Workload, namespace: &Arc<str>, name: &str) -> Option<Owner> {
        let top = match workload.role {
            Role::Static => return None,
            Role::CronJob => self.object(Role::CronJob, workload, namespace, name, None),
            Role::Deployment => self.deployment(workload, namespace, name),
            Role::ReplicaSet | Role::StatefulSet | Role::DaemonSet | Role::Job => {
                return Some(self.object(workload.role, workload, namespace, name, None));
            }
        };
        let (role, below) = match workload.role {
            Role::CronJob => (Role::Job, format!("{name}-{}", workload.hash)),
            Role::Deployment
            | Role::Static
            | Role::ReplicaSet
            | Role::StatefulSet
            | Role::DaemonSet
            | Role::Job => (Role::ReplicaSet, format!("{name}-{}", workload.hash)),
        };
        Some(self.object(role, workload, namespace, &below, Some(top)))
    }

    /// A second revision belongs to the Deployment that the first one made.
    fn deployment(&mut self, workload: &Workload, namespace: &Arc<str>, name: &str) -> Owner {
        let known = self.shop.workloads.iter_mut().find(|object| {
            object.role == Role::Deployment
                && object.namespace == *namespace
                && *object.name == *name
        });
        if let Some(object) = known {
            object.replicas += workload.pods.len();
            return owner_of(object);
        }
        self.object(Role::Deployment, workload, namespace, name, None)
    }

    fn object(
        &mut self,
        role: Role,
        workload: &Workload,
        namespace: &Arc<str>,
        name: &str,
        owner: Option<Owner>,
    ) -> Owner {
        let object = WorkloadObject {
            role,
            namespace: Arc::clone(namespace),
            name: name.into(),
            uid: self.seeded.uid(),
            owner,
            labels: vec![("app".into(), workload.name.into())],
            replicas: workload.pods.len().max(usize::from(workload.extra_pods)),
            created: self.now - 40 * DAY,
        };
        let owner = owner_of(&object);
        self.shop.workloads.push(object);
        owner
    }

    fn pod(
        &mut self,
        workload: &Workload,
        namespace: &Arc<str>,
        template: &Arc<Template>,
        position: usize,
    ) -> ShopPod {
        let seeded = &mut self.seeded;
        let drawn = catalogue::Start::plain(1 + i64::try_from(seeded.below(9000)).unwrap_or(0));
        let start = workload.pods.get(position).copied().unwrap_or(drawn);
        let own_suffix = !workload.repeats || &**namespace == workload.namespace;
        let name = match (workload.role, start.suffix) {
            (Role::StatefulSet, _) => format!("{}-{position}", workload.name),
            (Role::Static, suffix) => format!("{}-{suffix}", workload.name),
            (_, suffix) if own_suffix && !suffix.is_empty() => {
                format!("{}-{suffix}", owner_name(template))
            }
            (_, _) => format!("{}-{}", owner_name(template), seeded.suffix(5)),
        };
        let node = NODES
            .get(position % NODES.len())
            .copied()
            .unwrap_or_default();
        ShopPod {
            key: PodKey {
                namespace: Arc::clone(namespace),
                name: name.into(),
            },
            uid: seeded.uid(),
            template: Arc::clone(template),
            health: start.health,
            created: self.now - start.age_minutes * MINUTE,
            deleting: start.deleting.then_some(self.now - 12),
            restarts: start.restarts,
            last_restart: start.last_restart.map(|seconds| self.now - seconds),
            node: (start.health != Health::Unschedulable).then(|| node.into()),
            ip: address(seeded),
            ephemeral: Vec::new(),
        }
    }
}

fn owner_of(object: &WorkloadObject) -> Owner {
    Owner {
        kind: object.role.kind().into(),
        api_version: object.role.api_version().into(),
        name: object.name.clone(),
        uid: object.uid.to_string().into(),
    }
}

fn owner_name(template: &Template) -> &str {
    template
        .owner
        .as_ref()
        .map_or(&*template.app, |owner| &*owner.name)
}

fn address(seeded: &mut Seeded) -> [u8; 4] {
    let bits = seeded.next().to_be_bytes();
    [
        10,
        42,
        bits.first().copied().unwrap_or(1),
        bits.get(1).copied().unwrap_or(1),
    ]
}

fn template(workload: &Workload, app: &str, owner: Option<Owner>) -> Template {
    let mut labels: Vec<(Box<str>, Box<str>)> = vec![("app".into(), app.into())];
    match workload.role {
        Role::Deployment | Role::ReplicaSet => {
            labels.push(("pod-template-hash".into(), workload.hash.into()));
        }
        Role::DaemonSet => labels.push(("controller-revision-hash".into(), "6f8d9c".into())),
        Role::Job | Role::CronJob => {
            let job = owner.as_ref().map_or(app, |owner| &*owner.name);
            labels.push(("job-name".into(), job.into()));
        }
        Role::StatefulSet | Role::Static => labels.push(("tier".into(), "backend".into())),
    }
    Template {
        app: app.into(),
        labels,
        containers: workload.containers.iter().map(container).collect(),
        init_containers: workload.init.iter().map(|name| init(name)).collect(),
        default_container: workload.default_container.map(Into::into),
        owner,
        revision: workload.revision.into(),
    }
}

fn container((name, content): &(&'static str, ImageContent)) -> ContainerSpec {
    ContainerSpec {
        name: (*name).into(),
        image: format!("registry.shop.example/{name}:1.4").into(),
        content: *content,
        ports: ports(name),
    }
}

/// What the containers of that name listen on.
fn ports(container: &str) -> &'static [Port] {
    match container {
        "app" => &[Port {
            name: "http",
            number: 8080,
        }],
        "proxy" => &[Port {
            name: "metrics",
            number: 9090,
        }],
        "exporter" => &[Port {
            name: "metrics",
            number: 9121,
        }],
        _ => &[],
    }
}

fn init(name: &str) -> ContainerSpec {
    ContainerSpec {
        name: name.into(),
        image: format!("registry.shop.example/{name}:1.0").into(),
        content: ImageContent::WithShell,
        ports: &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shop_has_exactly_as_many_pods_as_asked() {
        for pods in [0, 1, 6, 40, 214, 3000] {
            assert_eq!(open(pods, 7, 1_700_000_000).pods.len(), pods);
        }
    }

    #[test]
    fn no_two_pods_share_a_name_in_a_namespace() {
        let shop = open(10_000, 7, 1_700_000_000);
        let mut names: Vec<_> = shop.pods.iter().map(|pod| pod.key.clone()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 10_000);
    }

    #[test]
    fn a_seed_gives_the_same_shop() {
        assert_eq!(open(300, 3, 5).pods, open(300, 3, 5).pods);
        assert_ne!(open(300, 3, 5).pods, open(300, 4, 5).pods);
    }

    #[test]
    fn one_pod_of_web_runs_another_revision() {
        let shop = open(214, 7, 1_700_000_000);
        let web = shop.pods.iter().filter(|pod| &*pod.template.app == "web");
        let other = web.filter(|pod| pod.health == Health::Running && pod.deleting.is_none());
        let other: Vec<_> = other
            .filter(|pod| &*pod.template.revision == "5ab1120")
            .collect();
        assert_eq!(other.len(), 1);
    }

    #[test]
    fn a_replacement_has_a_new_uid_and_name() {
        let shop = open(3, 7, 1_700_000_000);
        let gone = &shop.pods[1];
        let new = replacement(gone, &mut Seeded::new(1), 9);
        assert_ne!(new.uid, gone.uid);
        assert_ne!(new.key, gone.key);
        assert_eq!(new.created, 9);
    }
}
