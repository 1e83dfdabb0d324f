//! A Deployment of a test's own, in a namespace of its own, and what runs in its pods.

use std::time::Duration;

use podmux::ids::{ContainerRef, ContextName, PodRef, PodUid};

use super::kubectl::{Namespace, kubectl, printed_pods, wait_for_pods};
use super::node::{Container, Process};

/// The Deployment `crew` of so many pods.
pub(crate) struct Crew {
    namespace: Namespace,
}

impl Crew {
    #[track_caller]
    pub(crate) fn new(purpose: &str, image: &str, count: usize) -> Self {
        let namespace = Namespace::new(purpose);
        namespace.apply(&format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: crew}}, spec: {{replicas: {count}, \
             selector: {{matchLabels: {{app: crew}}}}, template: {{metadata: {{labels: {{app: crew}}}}, \
             spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: app, \
             image: 'localhost/test-{image}:1', imagePullPolicy: Never}}]}}}}}}}}"
        ));
        let crew = Self { namespace };
        crew.reaches(count);
        crew
    }

    pub(crate) fn namespace(&self) -> &str {
        self.namespace.name()
    }

    #[track_caller]
    pub(crate) fn scales(&self, count: usize) {
        let replicas = format!("--replicas={count}");
        kubectl(&["-n", self.namespace(), "scale", "deploy/crew", &replicas]);
    }

    #[track_caller]
    fn reaches(&self, count: usize) {
        wait_for_pods(self.namespace(), Duration::from_secs(120), |pods| {
            let running = pods.iter().filter(|pod| pod.ready == "1/1").count();
            if running == count && pods.len() == count {
                Ok(())
            } else {
                Err(format!("{running} of {} are ready", pods.len()))
            }
        });
    }

    /// The names of its pods.
    #[track_caller]
    pub(crate) fn names(&self) -> Vec<String> {
        let pods = printed_pods(self.namespace());
        pods.into_iter().map(|pod| pod.name).collect()
    }

    /// The container of each pod, in a context `test`.
    #[track_caller]
    pub(crate) fn targets(&self) -> Vec<ContainerRef> {
        let target = |name: String| ContainerRef {
            pod: PodRef {
                context: ContextName::new("test"),
                namespace: self.namespace().into(),
                name: name.as_str().into(),
            },
            uid: PodUid::new(""),
            container: "app".into(),
        };
        self.names().into_iter().map(target).collect()
    }

    /// Runs a script in one pod.
    #[track_caller]
    pub(crate) fn runs(&self, pod: &str, script: &str) -> String {
        kubectl(&[
            "-n",
            self.namespace(),
            "exec",
            pod,
            "--",
            "sh",
            "-c",
            script,
        ])
    }

    /// All its containers, as the machine sees them.
    #[track_caller]
    pub(crate) fn containers(&self) -> Vec<Container> {
        let names = self.names();
        names
            .iter()
            .map(|name| Container::of(self.namespace(), name, "app"))
            .collect()
    }
}

/// What runs in these containers beside their own first process.
pub(crate) fn guests(containers: &[Container]) -> Vec<Process> {
    let all = containers.iter().flat_map(Container::processes);
    all.filter(|one| one.inner != 1).collect()
}
