//! Owns the JSON of a pod as the API server writes it. Knows nothing of HTTP or of who asks. Called for lists, watches and single gets;
//! built anew each time, because ten thousand rows are small and ten thousand documents are not.

use serde_json::{Value, json};

use super::pod::{ContainerSpec, Ephemeral, EphemeralState, Health, Owner, Pod, ShopPod};

/// The whole object, as of `version`.
pub(super) fn object(pod: &Pod, version: u64) -> Value {
    let mut object = match pod {
        Pod::Shop(pod) => shop_object(pod),
        Pod::Made(pod) => pod.object.clone(),
    };
    if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
        metadata.insert(
            "resourceVersion".to_owned(),
            Value::String(version.to_string()),
        );
    }
    object
}

/// RFC 3339 in UTC with whole seconds, as the API server writes times.
pub(super) fn time(unix_seconds: i64) -> String {
    jiff::Timestamp::from_second(unix_seconds)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

fn shop_object(pod: &ShopPod) -> Value {
    json!({
        "kind": "Pod",
        "apiVersion": "v1",
        "metadata": metadata(pod),
        "spec": spec(pod),
        "status": status(pod),
    })
}

fn metadata(pod: &ShopPod) -> Value {
    let template = &pod.template;
    let labels: serde_json::Map<String, Value> = template
        .labels
        .iter()
        .map(|(name, value)| (name.to_string(), Value::String(value.to_string())))
        .collect();
    let mut metadata = json!({
        "name": &*pod.key.name,
        "namespace": &*pod.key.namespace,
        "uid": pod.uid.to_string(),
        "creationTimestamp": time(pod.created),
        "labels": labels,
    });
    if let Some(owner) = &template.owner {
        set(
            &mut metadata,
            "generateName",
            json!(format!("{}-", owner.name)),
        );
        set(
            &mut metadata,
            "ownerReferences",
            json!([owner_reference(owner)]),
        );
    }
    if let Some(container) = &template.default_container {
        let annotations = json!({"kubectl.kubernetes.io/default-container": container});
        set(&mut metadata, "annotations", annotations);
    }
    if let Some(at) = pod.deleting {
        set(&mut metadata, "deletionTimestamp", json!(time(at)));
        set(&mut metadata, "deletionGracePeriodSeconds", json!(30));
    }
    metadata
}

fn owner_reference(owner: &Owner) -> Value {
    json!({
        "apiVersion": owner.api_version,
        "kind": owner.kind,
        "name": owner.name,
        "uid": owner.uid,
        "controller": true,
        "blockOwnerDeletion": true,
    })
}

fn spec(pod: &ShopPod) -> Value {
    let template = &pod.template;
    let mut spec = json!({
        "containers": template.containers.iter().map(container_spec).collect::<Vec<_>>(),
        "restartPolicy": restart_policy(pod),
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default",
        "schedulerName": "default-scheduler",
    });
    if !template.init_containers.is_empty() {
        let inits = template
            .init_containers
            .iter()
            .map(container_spec)
            .collect::<Vec<_>>();
        set(&mut spec, "initContainers", json!(inits));
    }
    if let Some(node) = &pod.node {
        set(&mut spec, "nodeName", json!(**node));
    }
    if !pod.ephemeral.is_empty() {
        let specs: Vec<&Value> = pod.ephemeral.iter().map(|one| &one.spec).collect();
        set(&mut spec, "ephemeralContainers", json!(specs));
    }
    spec
}

fn restart_policy(pod: &ShopPod) -> &'static str {
    match pod.template.owner.as_ref().map(|owner| &*owner.kind) {
        Some("Job") => "Never",
        Some(_) | None => "Always",
    }
}

fn container_spec(spec: &ContainerSpec) -> Value {
    let mut written = json!({
        "name": spec.name,
        "image": spec.image,
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    });
    if !spec.ports.is_empty() {
        let ports = spec.ports.iter().map(
            |port| json!({"name": port.name, "containerPort": port.number, "protocol": "TCP"}),
        );
        set(&mut written, "ports", ports.collect());
    }
    written
}

fn status(pod: &ShopPod) -> Value {
    let mut status = json!({
        "phase": pod.health.phase(),
        "qosClass": "Burstable",
        "conditions": conditions(pod),
    });
    if pod.health == Health::Evicted {
        set(&mut status, "reason", json!("Evicted"));
        let message = "The node was low on resource: ephemeral-storage.";
        set(&mut status, "message", json!(message));
        return status;
    }
    if pod.node.is_some() {
        let address = std::net::Ipv4Addr::from(pod.ip).to_string();
        set(&mut status, "hostIP", json!("10.0.0.1"));
        set(&mut status, "podIP", json!(address));
        set(&mut status, "podIPs", json!([{"ip": address}]));
        set(&mut status, "startTime", json!(time(pod.created)));
        set(
            &mut status,
            "containerStatuses",
            json!(container_statuses(pod)),
        );
    }
    if !pod.template.init_containers.is_empty() {
        set(
            &mut status,
            "initContainerStatuses",
            json!(init_statuses(pod)),
        );
    }
    if !pod.ephemeral.is_empty() {
        let statuses: Vec<Value> = pod.ephemeral.iter().map(|one| added(pod, one)).collect();
        set(&mut status, "ephemeralContainerStatuses", json!(statuses));
    }
    status
}

fn added(pod: &ShopPod, one: &Ephemeral) -> Value {
    let running = json!({"running": {"startedAt": time(pod.created)}});
    let (state, id) = match one.state {
        EphemeralState::Creating => (waiting("ContainerCreating", ""), String::new()),
        EphemeralState::NoImage => (
            waiting("ImagePullBackOff", "Back-off pulling image"),
            String::new(),
        ),
        EphemeralState::Running => (
            running,
            format!("containerd://{:032x}{}", pod.uid.as_u128(), one.name),
        ),
    };
    json!({
        "name": one.name,
        "image": one.spec.get("image"),
        "imageID": "",
        "ready": false,
        "restartCount": 0,
        "containerID": id,
        "state": state,
        "lastState": {},
    })
}

fn conditions(pod: &ShopPod) -> Value {
    if pod.health == Health::Unschedulable {
        let message = "0/3 nodes are available: 3 Insufficient memory.";
        return json!([{
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastTransitionTime": time(pod.created),
        }]);
    }
    let ready = if pod.health == Health::Running {
        "True"
    } else {
        "False"
    };
    json!([
        {"type": "Ready", "status": ready, "lastTransitionTime": time(pod.created)},
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": time(pod.created)},
    ])
}

fn container_statuses(pod: &ShopPod) -> Vec<Value> {
    let specs = pod.template.containers.iter().enumerate();
    specs
        .map(|(position, spec)| container_status(pod, position, spec))
        .collect()
}

fn container_status(pod: &ShopPod, position: usize, spec: &ContainerSpec) -> Value {
    let runs = pod.health.runs(position);
    let ready = runs && (pod.health != Health::NotReady || position > 0);
    let restarts = if position == 0 { pod.restarts } else { 0 };
    let mut status = json!({
        "name": spec.name,
        "image": spec.image,
        "imageID": "",
        "ready": ready,
        "started": runs,
        "restartCount": restarts,
        "state": container_state(pod, runs),
        "lastState": last_state(pod, restarts),
    });
    if runs || restarts > 0 || finished(pod.health) {
        set(
            &mut status,
            "containerID",
            json!(container_id(pod, position)),
        );
    }
    status
}

const fn finished(health: Health) -> bool {
    matches!(health, Health::Completed | Health::Failed { .. })
}

/// A made-up id that changes with each restart, as the real one does.
fn container_id(pod: &ShopPod, position: usize) -> String {
    format!(
        "containerd://{:032x}{position:016x}{:016x}",
        pod.uid.as_u128(),
        pod.restarts
    )
}

fn container_state(pod: &ShopPod, runs: bool) -> Value {
    if runs {
        let started = pod.last_restart.unwrap_or(pod.created);
        return json!({"running": {"startedAt": time(started)}});
    }
    match pod.health {
        Health::CrashLoop { .. } => waiting(
            "CrashLoopBackOff",
            "back-off 5m0s restarting failed container",
        ),
        Health::OomKilled => terminated(pod, 137, "OOMKilled"),
        Health::Completed => terminated(pod, 0, "Completed"),
        Health::Failed { exit_code } => terminated(pod, exit_code, "Error"),
        Health::ImagePullBackOff => waiting("ImagePullBackOff", "Back-off pulling image"),
        Health::ErrImagePull => waiting("ErrImagePull", "manifest unknown"),
        Health::Init { .. } => waiting("PodInitializing", ""),
        Health::Running
        | Health::NotReady
        | Health::Evicted
        | Health::Unschedulable
        | Health::Creating => waiting("ContainerCreating", ""),
    }
}

fn waiting(reason: &str, message: &str) -> Value {
    let mut state = json!({"reason": reason});
    if !message.is_empty() {
        set(&mut state, "message", json!(message));
    }
    json!({"waiting": state})
}

fn terminated(pod: &ShopPod, exit_code: i32, reason: &str) -> Value {
    let finished = pod.last_restart.unwrap_or(pod.created + 42);
    json!({"terminated": {
        "exitCode": exit_code,
        "reason": reason,
        "startedAt": time(pod.created),
        "finishedAt": time(finished),
    }})
}

fn last_state(pod: &ShopPod, restarts: u32) -> Value {
    if restarts == 0 {
        return json!({});
    }
    match pod.health {
        Health::CrashLoop { exit_code } => terminated(pod, exit_code, "Error"),
        Health::OomKilled => terminated(pod, 137, "OOMKilled"),
        Health::Running
        | Health::NotReady
        | Health::Completed
        | Health::Failed { .. }
        | Health::Evicted
        | Health::Unschedulable
        | Health::Creating
        | Health::Init { .. }
        | Health::ImagePullBackOff
        | Health::ErrImagePull => terminated(pod, 1, "Error"),
    }
}

fn init_statuses(pod: &ShopPod) -> Vec<Value> {
    let done = match pod.health {
        Health::Init { done } => usize::from(done),
        Health::Running
        | Health::NotReady
        | Health::CrashLoop { .. }
        | Health::OomKilled
        | Health::Completed
        | Health::Failed { .. }
        | Health::Evicted
        | Health::Unschedulable
        | Health::Creating
        | Health::ImagePullBackOff
        | Health::ErrImagePull => pod.template.init_containers.len(),
    };
    let specs = pod.template.init_containers.iter().enumerate();
    specs
        .map(|(position, spec)| init_status(pod, spec, position.cmp(&done)))
        .collect()
}

fn init_status(pod: &ShopPod, spec: &ContainerSpec, place: std::cmp::Ordering) -> Value {
    let (ready, state) = match place {
        std::cmp::Ordering::Less => (true, terminated(pod, 0, "Completed")),
        std::cmp::Ordering::Equal => (false, json!({"running": {"startedAt": time(pod.created)}})),
        std::cmp::Ordering::Greater => (false, waiting("PodInitializing", "")),
    };
    json!({
        "name": spec.name,
        "image": spec.image,
        "imageID": "",
        "ready": ready,
        "restartCount": 0,
        "state": state,
        "lastState": {},
    })
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(name.to_owned(), value);
    }
}
