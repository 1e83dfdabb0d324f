//! The three who open sessions in the rows: the console in a terminal, `podmux` without one, and kubectl, whom they are measured
//! against.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use nix::sys::signal::Signal;
use tempfile::TempDir;

use super::pods::Place;
use crate::pty::{Program, Size, Terminal};
use crate::support::{now, variable};

/// How long anything may take that is not measured.
pub(super) const LONG: Duration = Duration::from_secs(40);

/// The prefix of the console's own keys.
const PREFIX: u8 = 0x07;

/// `podmux` without a terminal, in a home of its own.
pub(crate) fn podmux(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_podmux"));
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .stdin(Stdio::null());
    command
}

#[track_caller]
pub(crate) fn ended(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

/// Standard output and standard error, for a failure.
pub(crate) fn said(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{}\n{out}{err}", output.status)
}

/// What runs in the background and is killed when the row ends.
pub(super) struct Running(pub(super) Child);

impl Running {
    #[track_caller]
    pub(super) fn start(command: &mut Command) -> Self {
        let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(piped.spawn().expect("the program starts"))
    }

    #[track_caller]
    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.0.id()).expect("a process id");
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).expect("it takes a signal");
    }
}

impl Running {
    /// Waits for its end, and takes all that it printed.
    #[track_caller]
    pub(super) fn finish(&mut self) -> Output {
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        let out = self.0.stdout.take().expect("the output is piped");
        let err = self.0.stderr.take().expect("the errors are piped");
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut out = out;
                out.read_to_end(&mut stdout)
            });
            scope.spawn(|| {
                let mut err = err;
                err.read_to_end(&mut stderr)
            });
        });
        let status = self.0.wait().expect("the program ends");
        Output {
            status,
            stdout,
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has mostly ended by itself.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// The console in a terminal, with its own home.
pub(super) struct Console {
    pub(super) terminal: Terminal,
    pub(super) home: TempDir,
}

impl Console {
    /// Opens one pane: the shell, or a command in its place.
    #[track_caller]
    pub(super) fn open(place: &Place, shell: &str, command: &[&str]) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let kubeconfig = PathBuf::from(variable("KUBECONFIG"));
        Self::start(&kubeconfig, home, place, shell, "", command)
    }

    /// Opens a shell that a guard in the container ends when this client falls silent for so long.
    #[track_caller]
    pub(super) fn leased(place: &Place, shell: &str, lease: Duration) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let kubeconfig = PathBuf::from(variable("KUBECONFIG"));
        let more = format!("[timeouts]\nlease = \"{}s\"\n", lease.as_secs());
        Self::start(&kubeconfig, home, place, shell, &more, &[])
    }

    /// Opens a shell by another kubeconfig.
    #[track_caller]
    pub(super) fn through(kubeconfig: &Path, home: TempDir, place: &Place, shell: &str) -> Self {
        Self::start(kubeconfig, home, place, shell, "", &[])
    }

    #[track_caller]
    fn start(
        kubeconfig: &Path,
        home: TempDir,
        place: &Place,
        shell: &str,
        more: &str,
        command: &[&str],
    ) -> Self {
        let file = home.path().join("settings.toml");
        let settings = format!("[shell]\ncommand = [\"{shell}\"]\n{more}");
        std::fs::write(&file, settings).expect("the settings are written");
        let pod = format!("pod/{}", place.pod);
        let file = file.to_string_lossy().into_owned();
        let mut args = vec!["-n", &place.namespace, "-c", "app", "--config", &file, &pod];
        if !command.is_empty() {
            args.push("--");
            args.extend(command);
        }
        let terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
            .args(args)
            .env("KUBECONFIG", kubeconfig)
            .size(Size(24, 80))
            .start();
        Self { terminal, home }
    }

    /// Presses a key after the prefix.
    #[track_caller]
    pub(super) fn press(&mut self, key: u8) {
        self.terminal.send([PREFIX, key]);
    }

    /// Cancels the focused pane, and waits for the proof. Seconds.
    #[track_caller]
    pub(super) fn cancel(&mut self) -> f32 {
        let began = now();
        self.press(b'c');
        self.terminal.wait_for("✓ cancelled, 0 left", LONG);
        began.elapsed().as_secs_f32()
    }

    /// Quits, and gives back the exit code.
    #[track_caller]
    pub(super) fn quit(mut self) -> u32 {
        self.press(b'q');
        self.terminal.wait_exit(LONG).exit_code()
    }

    /// Kills the program as a power cut would.
    #[track_caller]
    pub(super) fn kill(mut self) -> TempDir {
        self.terminal.signal(Signal::SIGKILL);
        self.terminal.wait_exit(LONG);
        self.home
    }
}

/// `kubectl exec` in a terminal.
#[track_caller]
pub(super) fn kubectl_in_terminal(place: &Place, home: &Path, command: &[&str]) -> Terminal {
    let mut args = vec![
        "-n",
        &place.namespace,
        "exec",
        "-it",
        &place.pod,
        "-c",
        "app",
        "--",
    ];
    args.extend(command);
    Program::new(variable("PODMUX_TEST_KUBECTL"), home)
        .args(args)
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .start()
}

/// `kubectl exec` without a terminal.
pub(super) fn kubectl_exec(place: &Place, options: &[&str], command: &[&str]) -> Command {
    let mut kubectl = Command::new(variable("PODMUX_TEST_KUBECTL"));
    kubectl
        .env("KUBECONFIG", variable("KUBECONFIG"))
        .args(["-n", &place.namespace, "exec"])
        .args(options)
        .args([&place.pod, "-c", "app", "--"])
        .args(command)
        .stdin(Stdio::null());
    kubectl
}

/// Waits for a prompt that answers; some shells throw away what is typed before their first one.
#[track_caller]
pub(super) fn until_ready(terminal: &mut Terminal) {
    terminal.wait_until("a prompt", LONG, |screen| {
        let text = screen.contents();
        text.lines().any(|line| {
            let line = line.trim_end();
            line.ends_with('#') || line.ends_with('$')
        })
    });
    terminal.send("echo rea''dy\r");
    terminal.wait_for("ready", LONG);
}
