//! tmux at the work of the bench: a server of its own, one client in the pseudo terminal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::pty::Program;
use crate::{LONG, Scene, echo};

struct Server(PathBuf);

impl Server {
    fn run(&self, arguments: &[&str]) {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&self.0).args(arguments);
        command.env_remove("TMUX").stdin(Stdio::null());
        let output = command.output().expect("tmux runs");
        assert!(
            output.status.success(),
            "tmux {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut command = Command::new("tmux");
        command.arg("-S").arg(&self.0).arg("kill-server");
        if let Err(error) = command.output() {
            eprintln!("tmux was not stopped: {error}");
        }
    }
}

/// None where tmux is not installed.
pub(crate) fn measure(home: &Path, scene: Scene, keys: usize) -> Option<Vec<Duration>> {
    Command::new("tmux").arg("-V").output().ok()?;
    // A server of its own each time: the one before may still be going.
    let folder = tempfile::tempdir_in(home).ok()?;
    let server = Server(folder.path().join("tmux"));
    let socket = server.0.to_string_lossy().into_owned();
    let mut terminal = Program::new("tmux", home)
        .args(["-u", "-f", "/dev/null", "-S", &socket])
        .args(["new-session", "PS1='$ ' exec /bin/sh"])
        .size(scene.size())
        .start();
    terminal.wait_for("$ ", LONG);
    let other = match scene {
        Scene::One | Scene::All(_) => "PS1='$ ' exec /bin/sh",
        Scene::Flooded(_) => "exec yes",
    };
    for _ in 1..scene.panes() {
        server.run(&["split-window", "-d", other]);
        server.run(&["select-layout", "tiled"]);
    }
    if let Scene::All(panes) = scene {
        server.run(&["set-option", "-w", "synchronize-panes", "on"]);
        terminal.wait_until("all shells wait", LONG, |screen| {
            screen.contents().matches("$ ").count() >= panes
        });
    }
    let times = echo(&mut terminal, keys, scene.shown());
    drop(server);
    Some(times)
}
