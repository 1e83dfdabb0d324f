use super::*;
use crate::ids::{ContextName, PodRef, PodUid};
use serde_json::{Value, json};

fn order() -> DebugOrder {
    let pod = PodRef {
        context: ContextName::new("c"),
        namespace: "shop".into(),
        name: "web".into(),
    };
    DebugOrder {
        target: ContainerRef {
            pod,
            uid: PodUid::new("u1"),
            container: "app".into(),
        },
        image: "busybox:1.36".to_owned(),
        name: "podmux-abc".to_owned(),
        timeout: Duration::from_secs(1),
    }
}

fn pod(spec: &Value, status: &Value) -> WholePod {
    let whole = json!({"metadata": {"uid": "u1"}, "spec": spec, "status": status});
    serde_json::from_value(whole).unwrap()
}

fn made(spec: &Value, status: &Value) -> Value {
    let made = spec::ephemeral(&pod(spec, status), &order()).unwrap();
    serde_json::to_value(made).unwrap()
}

#[test]
fn it_looks_into_its_target_with_the_rights_of_its_target() {
    let own = json!({"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": true});
    let spec = json!({"containers": [{"name": "side"}, {"name": "app", "securityContext": own}]});
    let made = made(&spec, &json!({}));
    assert_eq!(made["targetContainerName"], "app");
    assert_eq!(made["image"], "busybox:1.36");
    assert_eq!(made["securityContext"], own);
}

#[test]
fn where_only_the_image_names_the_user_the_kubelet_tells_it() {
    let status = json!({"containerStatuses": [{"name": "app", "image": "", "imageID": "", "ready": true, "restartCount": 0,
        "user": {"linux": {"uid": 65532, "gid": 65533}}}]});
    let plain = json!({"containers": [{"name": "app"}]});
    let context = &made(&plain, &status)["securityContext"];
    assert_eq!(*context, json!({"runAsUser": 65532, "runAsGroup": 65533}));
    let by_pod = json!({"securityContext": {"runAsUser": 7}, "containers": [{"name": "app"}]});
    assert_eq!(made(&by_pod, &status)["securityContext"], Value::Null);
    assert_eq!(made(&plain, &json!({}))["securityContext"], Value::Null);
}

#[test]
fn a_target_that_is_not_there_gets_none() {
    let error = spec::ephemeral(&pod(&json!({"containers": []}), &json!({})), &order());
    assert!(matches!(error, Err(DebugError::NoContainer(name)) if name == "app"));
}

fn there(name: &str, target: &str, state: &Value) -> Option<DebugContainer> {
    let spec = json!({"containers": [], "ephemeralContainers": [{"name": name, "targetContainerName": target}]});
    let status = json!({"ephemeralContainerStatuses": [{"name": name, "image": "", "imageID": "", "ready": false,
        "restartCount": 0, "containerID": "c1", "state": state}]});
    already_there(&pod(&spec, &status), "app")
}

#[test]
fn only_a_running_one_of_ours_beside_the_same_container_is_taken_again() {
    let running = json!({"running": {}});
    assert_eq!(there("podmux-x", "app", &running).unwrap().id, "c1");
    assert_eq!(there("podmux-x", "other", &running), None);
    assert_eq!(there("debugger-x", "app", &running), None);
    let ended = json!({"terminated": {"exitCode": 0}});
    assert_eq!(there("podmux-x", "app", &ended), None);
}

#[test]
fn the_kubelets_words_say_how_far_it_is() {
    let of = |state: &Value| {
        let status = json!({"name": "n", "image": "", "imageID": "", "ready": false, "restartCount": 0, "state": state});
        stage(&serde_json::from_value(status).unwrap())
    };
    assert!(matches!(of(&json!({"running": {}})), Stage::Running(_)));
    let waiting =
        |reason: &str| json!({"waiting": {"reason": reason, "message": "no such image\n"}});
    assert_eq!(
        of(&waiting("ImagePullBackOff")),
        Stage::Over("ImagePullBackOff: no such image".to_owned())
    );
    // The kubelet tries a pull again by itself.
    assert!(matches!(of(&waiting("ErrImagePull")), Stage::Coming(_)));
    assert!(matches!(
        of(&waiting("ContainerCreating")),
        Stage::Coming(_)
    ));
    let ended = json!({"terminated": {"exitCode": 127, "reason": "StartError", "message": "exec: \"sh\": not found"}});
    assert_eq!(
        of(&ended),
        Stage::Over("StartError, exit 127: exec: \"sh\": not found".to_owned())
    );
}
