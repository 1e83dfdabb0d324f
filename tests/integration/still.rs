//! The embedded cluster with simulated shells and without churn, and where in it a container is.

use podmux::cluster::WholePod;
use podmux::demo::{Churn, Demo, DemoOptions, ShellChoice, start};
use podmux::ids::{ContainerRef, ContextName, PodRef, PodUid};

pub(crate) fn demo() -> Demo {
    let options = DemoOptions {
        shells: ShellChoice::Simulated,
        churn: Churn::Still,
        ..DemoOptions::default()
    };
    start(options).unwrap()
}

/// A container of a pod that is there, and the pod itself.
pub(crate) async fn container(
    demo: &Demo,
    [namespace, pod, container]: [&str; 3],
) -> (ContainerRef, WholePod) {
    let pods: kube::Api<WholePod> = kube::Api::namespaced(demo.client(), namespace);
    let found = pods.get(pod).await.unwrap();
    let target = ContainerRef {
        pod: PodRef {
            context: ContextName::new("demo"),
            namespace: namespace.into(),
            name: pod.into(),
        },
        uid: PodUid::new(found.metadata.uid.as_deref().unwrap()),
        container: container.into(),
    };
    (target, found)
}
