//! Live completion: the scripts in real shells, the names from the embedded cluster behind a kubeconfig.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use podmux::demo::{Churn, Demo, DemoOptions, ShellChoice};
use tempfile::TempDir;

use crate::tab::{path, press};

const PODMUX: &str = env!("CARGO_BIN_EXE_podmux");

/// An embedded cluster behind a kubeconfig of three contexts.
struct Desk {
    demo: Demo,
    home: TempDir,
}

impl Desk {
    async fn new() -> Self {
        let options = DemoOptions {
            pods: 60,
            shells: ShellChoice::Simulated,
            churn: Churn::Still,
            ..DemoOptions::default()
        };
        let desk = Self {
            demo: podmux::demo::start(options).unwrap(),
            home: tempfile::tempdir().unwrap(),
        };
        let address = desk.demo.listen().await.unwrap();
        let asked = desk.asked();
        std::fs::write(
            desk.kubeconfig(),
            format!(
                r#"
apiVersion: v1
kind: Config
current-context: shop
clusters: [{{name: demo, cluster: {{server: "http://{address}"}}}}]
users:
- name: prompts
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: /bin/sh
      args: [-c, "echo Password: >&2; : > {asked}; read word"]
      interactiveMode: Always
- name: complains
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: /bin/sh
      args: [-c, "echo your login has expired >&2; exit 1"]
      interactiveMode: IfAvailable
contexts:
- {{name: shop, context: {{cluster: demo, namespace: shop}}}}
- {{name: "arn:aws:eks:eu/prod", context: {{cluster: demo, user: prompts}}}}
- {{name: expired, context: {{cluster: demo, user: complains}}}}
"#,
                asked = asked.display()
            ),
        )
        .unwrap();
        desk
    }

    fn kubeconfig(&self) -> PathBuf {
        self.home.path().join("kubeconfig")
    }

    /// There once a plugin was asked that must not be.
    fn asked(&self) -> PathBuf {
        self.home.path().join("asked")
    }

    async fn run(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(args)
            .env("KUBECONFIG", self.kubeconfig())
            .env("HOME", self.home.path())
            .env("PATH", path());
        tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap()
    }

    /// What a shell gets for a line, and nothing on standard error.
    async fn candidates(&self, shell: &str, words: &[&str]) -> Vec<String> {
        let args: Vec<&str> = ["__complete", shell, "--"]
            .iter()
            .chain(words)
            .copied()
            .collect();
        let output = self.run(PODMUX, &args).await;
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let value = |line: &str| line.split('\t').next().unwrap().to_owned();
        text.lines().map(value).collect()
    }

    /// What bash would put into its line.
    async fn in_bash(&self, line: &str) -> Vec<String> {
        let script = r#"
source <(podmux completions bash) || exit 1
COMP_LINE=$1 COMP_POINT=${#1}
_podmux
[[ ${#COMPREPLY[@]} -eq 0 ]] || printf '%s\n' "${COMPREPLY[@]}"
"#;
        let output = self
            .run("bash", &["--norc", "-c", script, "bash", line])
            .await;
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{line}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_come_live_from_the_cluster_that_the_line_means() {
    let desk = Desk::new().await;
    let table: [(&str, &[&str]); 6] = [
        ("podmux run web-6d9c8-4", &["web-6d9c8-4kq2p"]),
        ("podmux run deploy/web", &["deploy/web", "deploy/webhook"]),
        ("podmux leaks -n cart deploy/c", &["deploy/cart"]),
        ("podmux --namespace sho", &["shop"]),
        ("podmux --context arn:aws:eks:", &["eu/prod"]),
        ("podmux run -n nowhere web", &[]),
    ];
    for (line, expected) in table {
        assert_eq!(desk.in_bash(line).await, expected, "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn contexts_are_named_without_any_request_or_plugin() {
    let desk = Desk::new().await;
    let contexts = desk.candidates("fish", &["podmux", "--context", ""]).await;
    assert_eq!(contexts, ["shop", "arn:aws:eks:eu/prod", "expired"]);
    assert_eq!(desk.demo.control().requests(), Vec::<String>::new());
    assert!(!desk.asked().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_would_prompt_or_complain_is_silence() {
    let desk = Desk::new().await;
    for context in ["arn:aws:eks:eu/prod", "expired", "unknown"] {
        let words = ["podmux", "run", "--context", context, "web"];
        assert_eq!(
            desk.candidates("zsh", &words).await,
            Vec::<String>::new(),
            "{context}"
        );
    }
    assert!(!desk.asked().exists(), "the plugin was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_answer_leaves_the_line_as_it_is() {
    let desk = Desk::new().await;
    desk.demo.control().delay(Duration::from_secs(3600));
    for words in [["podmux", "-n", ""], ["podmux", "run", "web"]] {
        assert_eq!(
            desk.candidates("fish", &words).await,
            Vec::<String>::new(),
            "{words:?}"
        );
    }
}

/// What is typed after `podmux `, Tab included, and what the line shows then.
const TYPED: [(&str, &str); 9] = [
    (
        "run -n sh\tweb-6d9c8-4\t",
        "podmux run -n shop web-6d9c8-4kq2p",
    ),
    (
        "run -n shop deploy/webh\t",
        "podmux run -n shop deploy/webhook",
    ),
    ("run dep\twebh\t", "podmux run deploy/webhook"),
    ("--context exp\t", "podmux --context expired"),
    ("--context arn:aws:eks:\t", "eu/prod"),
    ("run --dry\t", "podmux run --dry-run"),
    ("--theme six\t", "podmux --theme sixteen"),
    ("--theme my-\t", "podmux --theme my-own"),
    ("--config my-set\t", "podmux --config my-settings.toml"),
];

#[tokio::test(flavor = "multi_thread")]
async fn tab_completes_in_every_real_shell() {
    let desk = Desk::new().await;
    let themes = desk.home.path().join(".config/podmux/themes");
    std::fs::create_dir_all(&themes).unwrap();
    std::fs::write(themes.join("my-own.toml"), "inherits = \"dark\"\n").unwrap();
    std::fs::write(desk.home.path().join("my-settings.toml"), "").unwrap();
    let (home, kubeconfig) = (desk.home.path().to_owned(), desk.kubeconfig());
    tokio::task::spawn_blocking(move || press(&home, &kubeconfig, &TYPED, |_, _| {}))
        .await
        .unwrap();
}
