//! The console in a real terminal on the embedded cluster, whose server tells what was typed into which pod and fails when it is told to.
//! Shared by the tests of broadcast and of guard rails.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use podmux::demo::{Churn, Control, Demo, DemoOptions, ShellChoice};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::pty::{Program, Size, Terminal};

pub(crate) const LONG: Duration = Duration::from_secs(60);

/// The pods of the Deployment `cart`, in the order of their panes.
pub(crate) const CART: [&str; 3] = ["cart-77c4d-2jw8x", "cart-77c4d-hq7rt", "cart-77c4d-k9b4m"];

const PODMUX: &str = env!("CARGO_BIN_EXE_podmux");

/// Settings that make the context a protected one.
pub(crate) const PROTECTED: &str = "[contexts.demo]\nprotected = true\n";

/// A console at work.
pub(crate) struct Stage {
    pub(crate) terminal: Terminal,
    pub(crate) control: Control,
    pub(crate) home: TempDir,
    _demo: Demo,
    _runtime: Runtime,
}

impl Stage {
    /// Shells in the three pods of the Deployment `cart`, live, the first one focused; what is typed from now on is kept.
    pub(crate) fn shells(settings: &str) -> Self {
        Self::shells_where(settings, |_| {})
    }

    /// The same on a server with faults.
    pub(crate) fn shells_where(settings: &str, faults: impl Fn(&Control)) -> Self {
        let args = ["-n", "cart", "deploy/cart"];
        let mut stage = Self::start(settings, &args, Size(40, 120), faults);
        stage.live(3);
        stage
    }

    /// The list of the namespace `cart`, filtered to the three.
    pub(crate) fn list(settings: &str) -> Self {
        let mut stage = Self::start(settings, &["-n", "cart"], Size(40, 120), |_| {});
        stage.terminal.wait_for("cart-77c4d-k9b4m", LONG);
        stage.send("/cart-77\r");
        stage.shows("PODS  3 of");
        stage
    }

    /// The console with these words.
    pub(crate) fn start(
        settings: &str,
        args: &[&str],
        size: Size,
        faults: impl Fn(&Control),
    ) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), settings, args, size, faults)
    }

    /// The same in a home that is there already.
    pub(crate) fn start_in(
        home: TempDir,
        settings: &str,
        args: &[&str],
        size: Size,
        faults: impl Fn(&Control),
    ) -> Self {
        Self::start_behind(&[], home, settings, args, size, faults)
    }

    /// The same, started by other programs that become it.
    pub(crate) fn start_behind(
        before: &[&str],
        home: TempDir,
        settings: &str,
        args: &[&str],
        size: Size,
        faults: impl Fn(&Control),
    ) -> Self {
        let runtime = Runtime::new().unwrap();
        let (demo, address) = runtime.block_on(async {
            let demo = podmux::demo::start(DemoOptions {
                pods: 30,
                shells: ShellChoice::Simulated,
                churn: Churn::Still,
                ..DemoOptions::default()
            });
            let demo = demo.unwrap();
            let address = demo.listen().await.unwrap();
            (demo, address)
        });
        let control = demo.control();
        faults(&control);
        control.listen_to_keys();
        let (kubeconfig, config) = (home.path().join("kubeconfig"), home.path().join("c.toml"));
        let text = format!(
            "{{current-context: demo, clusters: [{{name: demo, cluster: {{server: 'http://{address}'}}}}], \
             contexts: [{{name: demo, context: {{cluster: demo, namespace: cart}}}}]}}"
        );
        fs::write(&kubeconfig, text).unwrap();
        fs::write(&config, settings).unwrap();
        let own = [PODMUX, "--config", config.to_str().unwrap()];
        let words = [before, &own, args].concat();
        let terminal = Program::new(words[0], home.path())
            .args(words.into_iter().skip(1))
            .env("KUBECONFIG", &kubeconfig)
            .size(size)
            .start();
        Self {
            terminal,
            control,
            home,
            _demo: demo,
            _runtime: runtime,
        }
    }

    /// Writes other settings while the console runs, and waits until they hold.
    #[track_caller]
    pub(crate) fn settings(&mut self, settings: &str) {
        fs::write(self.home.path().join("c.toml"), settings).unwrap();
        self.shows("settings read again");
    }

    /// What another podmux of the same user says, with the same settings.
    pub(crate) fn podmux(&self, args: &[&str]) -> Output {
        self.podmux_behind(&[], args)
    }

    /// The same, started by other programs that become it.
    pub(crate) fn podmux_behind(&self, before: &[&str], args: &[&str]) -> Output {
        let words = [before, &[PODMUX], args].concat();
        Command::new(words[0])
            .args(words.into_iter().skip(1))
            .arg("--config")
            .arg(self.home.path().join("c.toml"))
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            .env("KUBECONFIG", self.home.path().join("kubeconfig"))
            .output()
            .unwrap()
    }

    /// Types as a keyboard would; `\x07` is the prefix.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.terminal.send(bytes);
    }

    /// Types into a dialog, which is deaf for its first 300 ms.
    #[track_caller]
    pub(crate) fn answer(&mut self, bytes: &str) {
        self.terminal
            .holds_for("nothing is asserted", Duration::from_millis(400), |_| true);
        self.terminal.send(bytes);
    }

    #[track_caller]
    pub(crate) fn shows(&mut self, text: &str) {
        self.terminal.wait_for(text, LONG);
    }

    /// Waits until so many panes are live and have a prompt.
    #[track_caller]
    pub(crate) fn live(&mut self, panes: usize) {
        let what = format!("{panes} panes are live");
        self.terminal.wait_until(&what, LONG, |screen| {
            let text = screen.contents();
            text.matches(" live ─").count() + text.matches(" live ━").count() == panes
                && text.matches("│$").count() + text.matches("┃$").count() >= panes
        });
    }

    /// Waits until the last line begins with these words: where the next key goes.
    #[track_caller]
    pub(crate) fn mode(&mut self, words: &str) {
        let what = format!("the mode cell says {words:?}");
        self.terminal.wait_until(&what, LONG, |screen| {
            last_line(&screen.contents()).starts_with(words)
        });
    }

    /// The status line as it is now.
    pub(crate) fn status(&self) -> String {
        last_line(&self.terminal.text()).to_owned()
    }

    /// Goes to the pane of a pod.
    #[track_caller]
    pub(crate) fn focus(&mut self, pod: &str) {
        let end = pod.rsplit('-').next().unwrap();
        self.send("\x07f");
        self.mode("ASK");
        self.send(format!("{end}\r"));
        let title = regex::Regex::new(&format!("▸[^ ]*{end}")).unwrap();
        let what = format!("{pod} has the focus");
        self.terminal.wait_until(&what, LONG, |screen| {
            let text = screen.contents();
            title.is_match(&text) && !last_line(&text).starts_with("ASK")
        });
    }

    /// What was typed into each of the three until now. A key that went the wrong way might still be on its way, so each live pane
    /// gets one more behind it.
    #[track_caller]
    pub(crate) fn typed(&mut self) -> [String; 3] {
        if self.status().starts_with("LIST") {
            self.send("\t");
            self.terminal
                .wait_until("the focus is on the panes", LONG, |screen| {
                    !last_line(&screen.contents()).starts_with("LIST")
                });
        }
        let status = self.status();
        if status.starts_with("BROADCAST") || status.contains("broadcast ") {
            self.send("\x07b");
            self.mode("PANE");
        }
        CART.map(|pod| {
            self.focus(pod);
            if !self.status().contains("takes no keys") {
                self.send(".");
                let control = self.control.clone();
                let what = format!("{pod} has got its last key");
                self.terminal
                    .wait_until(&what, LONG, |_| control.typed_into(pod).ends_with(b"."));
            }
            let typed = String::from_utf8(self.control.typed_into(pod)).unwrap();
            typed.trim_end_matches('.').to_owned()
        })
    }
}

fn last_line(text: &str) -> &str {
    text.lines().last().unwrap_or_default().trim_start()
}
