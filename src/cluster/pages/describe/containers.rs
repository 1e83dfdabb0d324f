//! Owns the part of describe about containers: state, limits, ports, mounts, environment by name, probes.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, ContainerState, ContainerStatus, EnvVar, EphemeralContainer,
    Lifecycle, PodStatus, Probe, ResourceRequirements, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::cluster::pages::lines::{Page, ago, joined};
use crate::cluster::whole_pod::WholeSpec;

/// Writes all containers: init ones first, as they run.
pub(super) fn write(page: &mut Page, spec: &WholeSpec, status: &PodStatus, now: i64) {
    let init = spec.init_containers.as_deref().unwrap_or_default();
    let statuses = status.init_container_statuses.as_deref();
    group(page, "Init containers", init, statuses, now);
    let statuses = status.container_statuses.as_deref();
    group(page, "Containers", &spec.containers, statuses, now);
    let debug = spec.ephemeral_containers.as_deref().unwrap_or_default();
    if !debug.is_empty() {
        page.line(0, "Debug containers:");
    }
    let statuses = status.ephemeral_container_statuses.as_deref();
    for container in debug {
        ephemeral(page, container, named(statuses, &container.name), now);
    }
}

fn group(
    page: &mut Page,
    title: &str,
    containers: &[Container],
    statuses: Option<&[ContainerStatus]>,
    now: i64,
) {
    if !containers.is_empty() {
        page.line(0, &format!("{title}:"));
    }
    for container in containers {
        one(page, container, named(statuses, &container.name), now);
    }
}

fn named<'a>(statuses: Option<&'a [ContainerStatus]>, name: &str) -> Option<&'a ContainerStatus> {
    statuses?.iter().find(|status| status.name == name)
}

fn one(page: &mut Page, container: &Container, status: Option<&ContainerStatus>, now: i64) {
    page.line(1, &container.name);
    page.field(2, "Image", container.image.as_deref().unwrap_or_default());
    let always = container.restart_policy.as_deref() == Some("Always");
    page.field(
        2,
        "Sidecar",
        if always {
            "yes: runs as long as the pod"
        } else {
            ""
        },
    );
    status_lines(page, status, now);
    if let Some(resources) = &container.resources {
        page.field(2, "Resources", &amounts(resources));
    }
    let ports = container.ports.iter().flatten().map(port);
    page.field(2, "Ports", &joined(ports, ", "));
    page.several(
        2,
        "Mounts",
        container.volume_mounts.iter().flatten().map(mount),
    );
    let from = container.env_from.iter().flatten().map(|source| {
        let map = source
            .config_map_ref
            .as_ref()
            .map(|found| format!("all of config map {}", found.name));
        let secret = source
            .secret_ref
            .as_ref()
            .map(|found| format!("all of secret {}", found.name));
        map.or(secret).unwrap_or_default()
    });
    let names = container.env.iter().flatten().map(variable).chain(from);
    page.field(2, "Environment", &joined(names, ", "));
    for (label, probe) in [
        ("Liveness", &container.liveness_probe),
        ("Readiness", &container.readiness_probe),
        ("Startup", &container.startup_probe),
    ] {
        page.field(
            2,
            label,
            &probe.as_ref().map(probe_words).unwrap_or_default(),
        );
    }
    page.field(
        2,
        "Hooks",
        &container.lifecycle.as_ref().map(hooks).unwrap_or_default(),
    );
}

fn ephemeral(
    page: &mut Page,
    container: &EphemeralContainer,
    status: Option<&ContainerStatus>,
    now: i64,
) {
    page.line(1, &container.name);
    page.field(2, "Image", container.image.as_deref().unwrap_or_default());
    page.field(
        2,
        "Looks into",
        container
            .target_container_name
            .as_deref()
            .unwrap_or_default(),
    );
    status_lines(page, status, now);
}

fn status_lines(page: &mut Page, status: Option<&ContainerStatus>, now: i64) {
    let Some(status) = status else {
        return page.field(2, "State", "not known to the kubelet yet");
    };
    let state = status.state.as_ref().map(|state| words(state, now));
    page.field(2, "State", &state.unwrap_or_default());
    let last = status.last_state.as_ref().map(|state| words(state, now));
    page.field(2, "Last state", &last.unwrap_or_default());
    let ready = if status.ready { "yes" } else { "no" };
    page.field(
        2,
        "Ready",
        &format!("{ready}, {} restarts", status.restart_count),
    );
}

/// Empty for a state that says nothing.
fn words(state: &ContainerState, now: i64) -> String {
    if let Some(running) = &state.running {
        let since = running.started_at.as_ref();
        let since = since.map(|time| format!("since {} ({})", time.0, ago(time.0, now)));
        return joined(["Running".to_owned(), since.unwrap_or_default()], " ");
    }
    if let Some(waiting) = &state.waiting {
        let reason = waiting.reason.clone().unwrap_or_default();
        let why = joined([reason, waiting.message.clone().unwrap_or_default()], ": ");
        return joined(["Waiting".to_owned(), why], ", ");
    }
    let Some(end) = &state.terminated else {
        return String::new();
    };
    let signal = end.signal.filter(|signal| *signal != 0);
    let from = end
        .started_at
        .as_ref()
        .map(|time| format!("started {}", time.0));
    let to = end
        .finished_at
        .as_ref()
        .map(|time| format!("ended {} ({})", time.0, ago(time.0, now)));
    let parts = [
        Some("Terminated".to_owned()),
        end.reason.clone(),
        Some(format!("exit code {}", end.exit_code)),
        signal.map(|signal| format!("signal {signal}")),
        from,
        to,
        end.message.clone(),
    ];
    joined(parts.into_iter().flatten(), ", ")
}

/// `cpu 100m to 1, memory 64Mi to 128Mi`: request to limit; a missing side is a dash.
fn amounts(resources: &ResourceRequirements) -> String {
    let none = BTreeMap::new();
    let requests = resources.requests.as_ref().unwrap_or(&none);
    let limits = resources.limits.as_ref().unwrap_or(&none);
    let mut names: Vec<&String> = requests.keys().chain(limits.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let amount = |of: &BTreeMap<String, Quantity>, name: &String| {
        of.get(name)
            .map_or_else(|| "-".to_owned(), |quantity| quantity.0.clone())
    };
    let each = names.into_iter().map(|name| {
        format!(
            "{name} requests {} limit {}",
            amount(requests, name),
            amount(limits, name)
        )
    });
    joined(each, ", ")
}

fn port(port: &ContainerPort) -> String {
    let number = format!(
        "{}/{}",
        port.container_port,
        port.protocol.as_deref().unwrap_or("TCP")
    );
    let host = port.host_port.map(|host| format!("(host {host})"));
    joined(
        [
            port.name.clone().unwrap_or_default(),
            number,
            host.unwrap_or_default(),
        ],
        " ",
    )
}

fn mount(mount: &VolumeMount) -> String {
    let sub = mount.sub_path.as_ref().map(|path| format!("path {path}"));
    let mode = if mount.read_only == Some(true) {
        "ro"
    } else {
        "rw"
    };
    let source = joined(
        [Some(mount.name.as_str()), sub.as_deref(), Some(mode)]
            .into_iter()
            .flatten(),
        ", ",
    );
    format!("{} from {source}", mount.mount_path)
}

/// The name, and where the value comes from; never the value.
fn variable(variable: &EnvVar) -> String {
    let source = variable.value_from.as_ref();
    let secret = source
        .and_then(|from| from.secret_key_ref.as_ref())
        .map(|from| &from.name);
    let map = source
        .and_then(|from| from.config_map_key_ref.as_ref())
        .map(|from| &from.name);
    match (secret, map) {
        (Some(secret), _) => format!("{} (secret {secret})", variable.name),
        (None, Some(map)) => format!("{} (config map {map})", variable.name),
        (None, None) => variable.name.clone(),
    }
}

fn probe_words(probe: &Probe) -> String {
    let http = probe.http_get.as_ref().map(|get| {
        let scheme = get.scheme.as_deref().unwrap_or("HTTP").to_lowercase();
        let host = get.host.as_deref().unwrap_or_default();
        let path = get.path.as_deref().unwrap_or("/");
        format!("{scheme}://{host}:{}{path}", number(&get.port))
    });
    let tcp = probe
        .tcp_socket
        .as_ref()
        .map(|tcp| format!("tcp port {}", number(&tcp.port)));
    let grpc = probe
        .grpc
        .as_ref()
        .map(|grpc| format!("grpc port {}", grpc.port));
    let exec = probe.exec.as_ref();
    let exec = exec.map(|exec| format!("exec {}", joined(exec.command.iter().flatten(), " ")));
    let what = http.or(tcp).or(grpc).or(exec).unwrap_or_default();
    let seconds = |label: &str, value: Option<i32>, usual: i32| {
        format!("{label} {} s", value.unwrap_or(usual))
    };
    let parts = [
        what,
        seconds("every", probe.period_seconds, 10),
        seconds("after", probe.initial_delay_seconds, 0),
        seconds("timeout", probe.timeout_seconds, 1),
        format!("fails at {}", probe.failure_threshold.unwrap_or(3)),
    ];
    joined(parts, ", ")
}

fn number(port: &IntOrString) -> String {
    match port {
        IntOrString::Int(number) => number.to_string(),
        IntOrString::String(name) => name.clone(),
    }
}

fn hooks(lifecycle: &Lifecycle) -> String {
    let name = |name, present: bool| if present { name } else { "" };
    joined(
        [
            name("post-start", lifecycle.post_start.is_some()),
            name("pre-stop", lifecycle.pre_stop.is_some()),
        ],
        ", ",
    )
}
