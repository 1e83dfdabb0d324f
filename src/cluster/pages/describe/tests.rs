use jiff::Timestamp;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn now() -> i64 {
    "2026-01-01T01:00:00Z"
        .parse::<Timestamp>()
        .unwrap()
        .as_second()
}

fn rendered(pod: Value) -> Vec<String> {
    let mut page = Page::default();
    write(&mut page, &serde_json::from_value(pod).unwrap(), now());
    page.into_lines()
}

fn full() -> Value {
    json!({
        "metadata": {
            "name": "web-1", "namespace": "shop", "uid": "u-1", "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": "web", "tier": "front"},
            "annotations": {MANIFEST: "{\"value\":\"visible-value\"}", "note": "n".repeat(500), "title": "\u{1b}]0;owned\u{7}x"},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web", "uid": "r", "controller": true}],
        },
        "spec": {
            "nodeName": "n1", "serviceAccountName": "shop-web",
            "initContainers": [{"name": "log", "image": "l:1", "restartPolicy": "Always"}],
            "containers": [{
                "name": "app", "image": "shop/web:1",
                "ports": [{"containerPort": 8080, "name": "http"}, {"containerPort": 53, "protocol": "UDP", "hostPort": 53}],
                "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "1", "memory": "64Mi"}},
                "volumeMounts": [{"name": "conf", "mountPath": "/etc/web", "readOnly": true, "subPath": "a"}, {"name": "tmp", "mountPath": "/tmp"}],
                "env": [
                    {"name": "PLAIN", "value": "visible-value"},
                    {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "k"}}},
                    {"name": "HOST", "valueFrom": {"configMapKeyRef": {"name": "site", "key": "k"}}},
                ],
                "envFrom": [{"secretRef": {"name": "more"}}],
                "livenessProbe": {"httpGet": {"path": "/live", "port": "http"}, "periodSeconds": 5},
                "readinessProbe": {"exec": {"command": ["test", "-f", "/ok"]}, "failureThreshold": 1},
                "lifecycle": {"preStop": {"exec": {"command": ["sleep", "5"]}}},
            }],
            "volumes": [
                {"name": "conf", "configMap": {"name": "web-conf"}}, {"name": "tmp", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
                {"name": "key", "secret": {"secretName": "tls"}}, {"name": "rare", "rbd": {"image": "i", "monitors": []}},
                {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}, {"configMap": {"name": "ca"}}]}},
            ],
            "tolerations": [
                {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300},
                {"key": "pool", "value": "gpu", "effect": "NoSchedule"}, {"operator": "Exists"},
            ],
        },
        "status": {
            "phase": "Running", "podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}, {"ip": "fd00::1"}], "hostIP": "192.0.2.1", "qosClass": "Burstable",
            "conditions": [
                {"type": "Ready", "status": "False", "lastTransitionTime": "2026-01-01T00:50:00Z", "reason": "ContainersNotReady", "message": "containers with unready status: [app]"},
                {"type": "PodScheduled", "status": "True"},
            ],
            "containerStatuses": [{
                "name": "app", "image": "", "imageID": "", "ready": false, "restartCount": 4,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s restarting failed container"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "startedAt": "2026-01-01T00:40:00Z", "finishedAt": "2026-01-01T00:56:40Z"}},
            }],
        },
    })
}

#[test]
fn a_pod_in_trouble_is_told_in_full() {
    let note = format!("Annotations:   note: {}…", "n".repeat(ANNOTATION));
    let expected = format!(
        r"Name:          web-1
Namespace:     shop
UID:           u-1
Node:          n1 / 192.0.2.1
IP:            10.0.0.1, fd00::1
Created:       2026-01-01T00:00:00Z (60m ago)
Labels:        app=web
               tier=front
{note}
               title: x
Owner:         ReplicaSet/web
Account:       shop-web
Status:        Running
QoS:           Burstable
Conditions:
  Ready         False  10m  ContainersNotReady: containers with unready status: [app]
  PodScheduled  True
Init containers:
  log
    Image:         l:1
    Sidecar:       yes: runs as long as the pod
    State:         not known to the kubelet yet
Containers:
  app
    Image:         shop/web:1
    State:         Waiting, CrashLoopBackOff: back-off 40s restarting failed container
    Last state:    Terminated, OOMKilled, exit code 137, started 2026-01-01T00:40:00Z, ended 2026-01-01T00:56:40Z (3m20s ago)
    Ready:         no, 4 restarts
    Resources:     cpu requests 100m limit 1, memory requests - limit 64Mi
    Ports:         http 8080/TCP, 53/UDP (host 53)
    Mounts:        /etc/web from conf, path a, ro
                   /tmp from tmp, rw
    Environment:   PLAIN, PASSWORD (secret db), HOST (config map site), all of secret more
    Liveness:      http://:http/live, every 5 s, after 0 s, timeout 1 s, fails at 3
    Readiness:     exec test -f /ok, every 10 s, after 0 s, timeout 1 s, fails at 1
    Hooks:         pre-stop
Volumes:
  conf   config map web-conf
  tmp    empty directory Memory up to 1Mi
  key    secret tls
  rare   rbd
  token  projected: account token, config map ca
Tolerations:   node.kubernetes.io/not-ready:NoExecute for 300 s
               pool=gpu:NoSchedule
               everything"
    );
    let lines = rendered(full()).join("\n");
    similar_asserted(&lines, &expected);
}

#[track_caller]
fn similar_asserted(shown: &str, expected: &str) {
    let diff = similar::TextDiff::from_lines(expected, shown);
    assert!(shown == expected, "\n{}", diff.unified_diff());
}

#[test]
fn no_value_of_the_environment_is_shown() {
    let lines = rendered(full());
    assert!(
        !lines.iter().any(|line| line.contains("visible-value")),
        "{lines:#?}"
    );
}

#[test]
fn a_bare_pod_is_told_too() {
    let lines = rendered(json!({"metadata": {"name": "p"}}));
    let expected = [
        "Name:          p",
        "Node:          none yet",
        "IP:            none yet",
        "Status:        Unknown",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_pod_that_is_going_away_says_since_when() {
    let lines = rendered(json!({
        "metadata": {"name": "p", "deletionTimestamp": "2026-01-01T01:00:20Z", "deletionGracePeriodSeconds": 30},
        "status": {"phase": "Running"},
    }));
    assert!(
        lines.contains(&"Status:        Terminating for 10s, grace period 30 s".to_owned()),
        "{lines:#?}"
    );
}

#[rstest]
#[case(json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on\nmemory"}), "Reason:        Evicted")]
#[case(json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on\nmemory"}), "Message:       The node was low on memory")]
#[case(json!({"containerStatuses": [{"name": "a", "image": "", "imageID": "", "ready": true, "restartCount": 0,
    "state": {"running": {"startedAt": "2026-01-01T00:59:00Z"}}}]}), "    State:         Running since 2026-01-01T00:59:00Z (60s ago)")]
#[case(json!({"containerStatuses": [{"name": "a", "image": "", "imageID": "", "ready": false, "restartCount": 0,
    "state": {"terminated": {"exitCode": 0, "signal": 9, "message": "m"}}}]}), "    State:         Terminated, exit code 0, signal 9, m")]
fn the_state_is_in_words(#[case] status: Value, #[case] expected: &str) {
    let lines = rendered(
        json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}, "status": status}),
    );
    assert!(lines.contains(&expected.to_owned()), "{lines:#?}");
}
