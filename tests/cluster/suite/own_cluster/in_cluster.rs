//! podmux in a pod: no kubeconfig, the account's files where Kubernetes puts them, the server from the environment. The files lie in
//! a mount namespace of the process's own.

use std::path::Path;
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use crate::leaks::clients::{ended, said};
use crate::pty::{Program, Terminal};
use crate::support::console::{LONG, WIDE};
use crate::support::crew::Crew;
use crate::support::kubectl::{kubectl, kubectl_fed};
use crate::support::variable;

/// Puts the files of its first word where a pod has them, then becomes the rest.
const IN_A_POD: &str = "set -e; files=$1; shift; mount -t tmpfs none /var/run; \
    account=/var/run/secrets/kubernetes.io/serviceaccount; mkdir -p $account; cp \"$files\"/* $account; exec \"$@\"";

/// A service account with the Role of README, in a namespace with two pods, and a home whose `account` holds its files.
struct Account {
    crew: Crew,
    home: TempDir,
    /// The folder of the files.
    files: String,
}

impl Account {
    #[track_caller]
    fn new(purpose: &str) -> Self {
        let crew = Crew::new(purpose, "busybox", 2);
        kubectl(&["-n", crew.namespace(), "create", "serviceaccount", "podmux"]);
        kubectl_fed(
            &["apply", "--filename", "-"],
            role_of_readme(crew.namespace()).as_bytes(),
        );
        let token = kubectl(&["-n", crew.namespace(), "create", "token", "podmux"]);
        let home = tempfile::tempdir().expect("a folder");
        let files = home.path().join("account");
        std::fs::create_dir(&files).expect("a folder");
        let files = files.display().to_string();
        let account = Self { crew, home, files };
        account.gives("token", &token);
        account.gives("namespace", account.crew.namespace());
        let authority = Path::new(&variable("PODMUX_TEST_STATE")).join("pki/ca.crt");
        account.gives(
            "ca.crt",
            &std::fs::read_to_string(authority).expect("the cluster's authority"),
        );
        account
    }

    #[track_caller]
    fn gives(&self, file: &str, text: &str) {
        std::fs::write(Path::new(&self.files).join(file), text).expect("a file");
    }

    #[track_caller]
    fn takes(&self, file: &str) {
        std::fs::remove_file(Path::new(&self.files).join(file)).expect("it was there");
    }

    fn words<'a>(&'a self, args: &[&'a str]) -> Vec<&'a str> {
        let start = [
            "--mount",
            "--",
            "/bin/sh",
            "-c",
            IN_A_POD,
            "sh",
            &self.files,
        ];
        let program = env!("CARGO_BIN_EXE_podmux");
        [&start[..], &[program], args].concat()
    }

    /// `podmux` without a terminal.
    #[track_caller]
    fn runs(&self, args: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new("unshare");
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .env("KUBERNETES_SERVICE_PORT", port())
            .args(self.words(args));
        let output = ended(&mut command);
        (output.status.code(), said(&output))
    }

    /// The console.
    #[track_caller]
    fn opens(&self) -> Terminal {
        Program::new("unshare", self.home.path())
            .args(self.words(&[]))
            .env("KUBERNETES_SERVICE_HOST", "127.0.0.1")
            .env("KUBERNETES_SERVICE_PORT", port())
            .size(WIDE)
            .start()
    }
}

/// The port of the API server.
#[track_caller]
fn port() -> String {
    let server = kubectl(&[
        "config",
        "view",
        "--output",
        "jsonpath={.clusters[0].cluster.server}",
    ]);
    let (_, port) = server.rsplit_once(':').expect("a server with a port");
    port.to_owned()
}

/// The Role that README gives its reader, for the service account.
#[track_caller]
fn role_of_readme(namespace: &str) -> String {
    let readme = include_str!("../../../../README.md");
    let (_, rest) = readme.split_once("```yaml\n").expect("README has a Role");
    let (role, _) = rest.split_once("```").expect("it ends");
    let jane = "{apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}";
    assert!(
        role.contains("namespace: shop") && role.contains(jane),
        "{role}"
    );
    let account = format!("{{kind: ServiceAccount, name: podmux, namespace: {namespace}}}");
    role.replace("namespace: shop", &format!("namespace: {namespace}"))
        .replace(jane, &account)
}

/// The account's namespace is the one that is meant where nobody names one.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_service_account_with_the_role_of_readme_runs_commands() {
    let account = Account::new("in-cluster");
    let (code, text) = account.runs(&["run", "deploy/crew", "--", "hostname"]);
    assert_eq!(code, Some(0), "{text}");
    for name in account.crew.names() {
        assert!(text.contains(&format!("{name}: {name}")), "{text}");
    }
    account.gives("namespace", "team");
    let (code, text) = account.runs(&["run", "deploy/crew", "--", "hostname"]);
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("in the namespace \"team\""), "{text}");
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_service_account_with_the_role_of_readme_has_a_console() {
    let account = Account::new("in-cluster-console");
    let mut terminal = account.opens();
    terminal.wait_for("PODS  2 ", LONG);
    terminal.wait_for("in-cluster", LONG);
    terminal.send("a\r");
    terminal.wait_until("two shells", LONG, |screen| {
        screen.contents().matches("/ #").count() == 2
    });
    terminal.send("\x07x");
    terminal.wait_until("one is closed", LONG, |screen| {
        screen.contents().matches("/ #").count() == 1
    });
    terminal.send("exit\r");
    terminal.wait_for("exited 0", LONG);
    terminal.send("\x07q");
    assert_eq!(terminal.wait_exit(LONG).exit_code(), 0);
}

/// What can be wrong with an account, and what is said of it.
#[derive(Clone, Copy, Debug)]
enum Wrong {
    NoToken,
    NoAuthority,
    NoNamespace,
    EmptyToken,
    AccountDeleted,
}

#[rstest]
#[case(Wrong::NoToken, 2, &["serviceaccount/token", "automountServiceAccountToken", "--kubeconfig"])]
#[case(Wrong::NoAuthority, 2, &["serviceaccount/ca.crt", "automountServiceAccountToken"])]
#[case(Wrong::NoNamespace, 2, &["serviceaccount/namespace", "automountServiceAccountToken"])]
#[case(Wrong::EmptyToken, 2, &["serviceaccount/token", "it is empty"])]
#[case(Wrong::AccountDeleted, 3, &["(401)", "the account is gone", "Start the pod anew"])]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn an_account_of_no_use_is_a_sentence_with_the_next_step(
    #[case] wrong: Wrong,
    #[case] expected: i32,
    #[case] words: &[&str],
) {
    let account = Account::new("in-cluster-wrong");
    match wrong {
        Wrong::NoToken => account.takes("token"),
        Wrong::NoAuthority => account.takes("ca.crt"),
        Wrong::NoNamespace => account.takes("namespace"),
        Wrong::EmptyToken => account.gives("token", ""),
        Wrong::AccountDeleted => {
            let namespace = account.crew.namespace();
            kubectl(&["-n", namespace, "delete", "serviceaccount", "podmux"]);
        }
    }
    let (code, text) = account.runs(&["run", "deploy/crew", "--", "true"]);
    assert_eq!(code, Some(expected), "{text}");
    let mut terminal = account.opens();
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
        // A sentence may be folded anywhere.
        let flat = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let what = format!("{word:?} is said");
        terminal.wait_until(&what, LONG, |screen| flat(screen.contents()).contains(word));
    }
    assert!(!text.contains("Log in again"), "nobody can: {text}");
}
