//! tmux as the terminal to compare with: one pane that fills it, without a status line.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use podmux::geometry::GridSize;

/// A tmux server of its own with one window; ended when dropped.
pub(crate) struct Tmux {
    socket: PathBuf,
    /// Holds the socket and the configuration.
    _folder: tempfile::TempDir,
}

const CONFIGURATION: &str = "set -g status off\nset -g default-terminal xterm-256color\nset -s escape-time 0\nset -g allow-rename off\n";

impl Tmux {
    /// Starts a program in a pane of this size.
    pub(crate) fn start(words: &[String], environment: &[(&str, String)], size: GridSize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("socket");
        let configuration = folder.path().join("tmux.conf");
        std::fs::write(&configuration, CONFIGURATION).unwrap();
        let tmux = Self {
            socket,
            _folder: folder,
        };
        let mut command = tmux.command();
        command.arg("-f").arg(configuration);
        command.args(["new-session", "-d", "-x", &size.cols().to_string()]);
        command.args(["-y", &size.rows().to_string()]);
        command
            .args(words)
            .envs(environment.iter().map(|(name, value)| (name, value)));
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "tmux: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        tmux
    }

    fn command(&self) -> Command {
        let mut command = Command::new("tmux");
        command
            .arg("-u")
            .arg("-S")
            .arg(&self.socket)
            .stdin(Stdio::null());
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("LANG", "C.UTF-8").env("TERM", "xterm-256color");
        command.env("HOME", std::env::temp_dir());
        command
    }

    /// Types.
    pub(crate) fn send(&self, bytes: &[u8]) {
        let codes = bytes.iter().map(|byte| format!("{byte:02x}"));
        self.command()
            .args(["send-keys", "-H"])
            .args(codes)
            .output()
            .unwrap();
    }

    /// The rows as tmux prints them for another terminal: colours as sequences, line drawing between SO and SI.
    pub(crate) fn capture(&self) -> Vec<u8> {
        let mut command = self.command();
        command.args(["capture-pane", "-p", "-e", "-N"]);
        command.output().unwrap().stdout
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        // The server may have ended with its program.
        self.command().arg("kill-server").output().ok();
    }
}
