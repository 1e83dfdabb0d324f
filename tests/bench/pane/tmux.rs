//! tmux at the same work: its server's user time for one pane that prints a file.

use std::io;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A tick of `/proc`. Milliseconds.
const TICK: u64 = 10;

static RUNS: AtomicUsize = AtomicUsize::new(0);

struct Server {
    socket: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.run(&["kill-server"]) {
            eprintln!("tmux was not stopped: {error}");
        }
    }
}

impl Server {
    fn run(&self, arguments: &[&str]) -> io::Result<String> {
        let mut command = Command::new("tmux");
        command
            .args(["-L", &self.socket, "-f", "/dev/null"])
            .args(arguments);
        let output = command.env_remove("TMUX").stdin(Stdio::null()).output()?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("tmux {arguments:?}: {said}")));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn user_time(&self) -> io::Result<Duration> {
        let process = self.run(&["display-message", "-p", "#{pid}"])?;
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
        let after_name = stat.rsplit(')').next().unwrap_or_default();
        let ticks = after_name
            .split_whitespace()
            .nth(11)
            .and_then(|ticks| ticks.parse::<u64>().ok());
        Ok(Duration::from_millis(ticks.unwrap_or(0) * TICK))
    }
}

/// User time of the server for these bytes in a pane with 10,000 lines of history; none where tmux is not installed.
pub(crate) fn user_time(bytes: &[u8], rows: u16, cols: u16) -> io::Result<Option<Duration>> {
    if Command::new("tmux").arg("-V").output().is_err() {
        return Ok(None);
    }
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("stream");
    std::fs::write(&file, bytes)?;
    // A server of its own each time: the one before may still be going.
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let server = Server {
        socket: format!("podmux-bench-{}-{run}", std::process::id()),
    };
    let (rows, cols) = (rows.to_string(), cols.to_string());
    server.run(&[
        "new-session",
        "-d",
        "-x",
        &cols,
        "-y",
        &rows,
        "exec sleep 1000",
    ])?;
    server.run(&["set-option", "-g", "history-limit", "10000"])?;
    let before = server.user_time()?;
    let print = format!(
        "cat '{}'; tmux -L {} wait-for -S printed; exec sleep 1000",
        file.display(),
        server.socket
    );
    server.run(&["new-window", &print])?;
    server.run(&["wait-for", "printed"])?;
    Ok(Some(
        server
            .user_time()?
            .saturating_sub(before)
            .max(Duration::from_millis(TICK)),
    ))
}
