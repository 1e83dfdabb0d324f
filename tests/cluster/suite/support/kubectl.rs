//! Calls of kubectl: the judge of what podmux shows, and the hand that changes the cluster under it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use super::{now, variable};

/// kubectl as the cluster's administrator.
#[track_caller]
fn command(args: &[&str]) -> Command {
    let mut command = Command::new(variable("PODMUX_TEST_KUBECTL"));
    command
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .args(args)
        .stdin(Stdio::null());
    command
}

/// The standard output of a call that must succeed.
#[track_caller]
pub(crate) fn kubectl(args: &[&str]) -> String {
    let output = command(args).output().expect("kubectl starts");
    assert!(
        output.status.success(),
        "kubectl {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The same, with an input.
#[track_caller]
pub(crate) fn kubectl_fed(args: &[&str], input: &[u8]) -> String {
    let mut child = command(args);
    let mut child = child
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("kubectl starts");
    child
        .stdin
        .take()
        .expect("the input is piped")
        .write_all(input)
        .expect("kubectl reads");
    let output = child.wait_with_output().expect("kubectl ends");
    assert!(output.status.success(), "kubectl {args:?} refused it");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A call with another user's kubeconfig; it may fail. It is given 15 s.
#[track_caller]
pub(crate) fn kubectl_as(kubeconfig: &Path, args: &[&str]) -> Output {
    // In front, because what follows may be a command for a container.
    let mut command = command(&["--request-timeout=15s"]);
    let output = command.args(args).env("KUBECONFIG", kubeconfig).output();
    output.expect("kubectl starts")
}

/// A call that goes on in the background, as the cluster's administrator; what it prints is not read.
#[track_caller]
pub(crate) fn background(args: &[&str]) -> Child {
    let mut command = command(args);
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("kubectl starts")
}

/// `kubectl proxy` on a port of its own, exec let through; it ends with the first of what is given back.
#[track_caller]
pub(crate) fn serve() -> (impl Drop, u16) {
    let watch = Watch::start(&["proxy", "--port=0", "--disable-filter=true"]);
    let said = watch.lines.recv_timeout(Duration::from_secs(20));
    let said = said.expect("kubectl proxy says its port");
    let port = said
        .rsplit_once(':')
        .and_then(|(_, port)| port.trim().parse().ok());
    (watch, port.expect("a port"))
}

/// One row of `kubectl get pods`, its words as printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct PrintedPod {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) ready: String,
    pub(crate) status: String,
}

impl PrintedPod {
    fn parse(namespace: &str, row: &str) -> Option<Self> {
        let mut words = row.split_whitespace().map(str::to_owned);
        Some(Self {
            namespace: namespace.to_owned(),
            name: words.next()?,
            ready: words.next()?,
            status: words.next()?,
        })
    }
}

/// What `kubectl get pods` prints for one namespace now.
#[track_caller]
pub(crate) fn printed_pods(namespace: &str) -> Vec<PrintedPod> {
    let rows = kubectl(&["--namespace", namespace, "get", "pods", "--no-headers"]);
    rows.lines()
        .filter_map(|row| PrintedPod::parse(namespace, row))
        .collect()
}

/// Waits until the printed pods pass the check, which says what is wrong with them: it is asked again whenever kubectl's own
/// watch prints a change.
#[track_caller]
pub(crate) fn wait_for_pods(
    namespace: &str,
    within: Duration,
    check: impl Fn(&[PrintedPod]) -> Result<(), String>,
) {
    let deadline = now() + within;
    let watch = Watch::start(&[
        "--namespace",
        namespace,
        "get",
        "pods",
        "--no-headers",
        "--watch",
    ]);
    while let Err(wrong) = check(&printed_pods(namespace)) {
        let change = watch
            .lines
            .recv_timeout(deadline.saturating_duration_since(now()));
        assert!(
            change.is_ok(),
            "not within {within:?} in namespace {namespace}:\n{wrong}"
        );
        while watch.lines.try_recv().is_ok() {}
    }
}

/// A kubectl that prints a line for each change, until it is dropped.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    #[track_caller]
    fn start(args: &[&str]) -> Self {
        let mut child = command(args)
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let output = child.stdout.take().expect("the output is piped");
        let (sender, lines) = mpsc::sync_channel(4096);
        std::thread::spawn(move || {
            let mut printed = BufReader::new(output).lines().map_while(Result::ok);
            printed.try_for_each(|line| sender.send(line)).ok();
        });
        Self { child, lines }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A namespace of a test's own; what is in it goes with it.
pub(crate) struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one named after its purpose, with an end that the server picks.
    #[track_caller]
    pub(crate) fn new(purpose: &str) -> Self {
        let object = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{generateName: test-{purpose}-}}}}"
        );
        let created = kubectl_fed(
            &["create", "--filename", "-", "--output", "name"],
            object.as_bytes(),
        );
        let made = Self {
            name: created.trim().trim_start_matches("namespace/").to_owned(),
        };
        // No pod may be made before its account is there.
        kubectl(&[
            "--namespace",
            &made.name,
            "wait",
            "--for=create",
            "serviceaccount/default",
            "--timeout=30s",
        ]);
        made
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Makes what the text says.
    #[track_caller]
    pub(crate) fn apply(&self, yaml: &str) {
        kubectl_fed(
            &["--namespace", &self.name, "apply", "--filename", "-"],
            yaml.as_bytes(),
        );
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        command(&["delete", "namespace", &self.name, "--wait=false"])
            .stdout(Stdio::null())
            .status()
            .ok();
    }
}
