//! Drives a program in a pseudo terminal that the pane engine is the terminal of: the engine reads what the program writes, and its
//! replies go back. A test may stand in between and answer what a pane never answers.
//!
//! Waiting is for a predicate with a deadline, or for quiet; nothing here sleeps.

use std::io::{Read, Write};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use podmux::geometry::GridSize;
use podmux::screen::{HistoryLimits, Screen};
use portable_pty::{ChildKiller, CommandBuilder, PtySize, native_pty_system};

const LIMITS: HistoryLimits = HistoryLimits {
    lines: 1000,
    bytes: 1 << 20,
};

/// What stands between the program and the engine.
pub(crate) trait Between {
    /// Feeds the engine with some output; says what is owed to the program.
    fn feed(&mut self, screen: &mut Screen, bytes: &[u8], now: Instant) -> Vec<u8>;
}

/// Nothing: the engine alone answers.
pub(crate) struct Nothing;

impl Between for Nothing {
    fn feed(&mut self, screen: &mut Screen, bytes: &[u8], now: Instant) -> Vec<u8> {
        screen.feed(bytes, now).replies
    }
}

/// A program whose terminal is a pane.
pub(crate) struct Engine<B> {
    pub(crate) screen: Screen,
    between: B,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    /// All that the program has written.
    pub(crate) written: Vec<u8>,
    ended: bool,
}

/// A command with an environment of its own, as a shell in a pod has it: nothing is inherited but PATH.
pub(crate) fn command(program: &str, arguments: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.args(arguments);
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", "/nonexistent");
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.cwd(std::env::temp_dir());
    command
}

impl<B: Between> Engine<B> {
    /// Starts the program; it is killed when the engine is dropped.
    pub(crate) fn start(command: CommandBuilder, size: GridSize, between: B) -> Self {
        let pair = native_pty_system().openpty(pty_size(size)).unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let killer = child.clone_killer();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let (events, output) = mpsc::sync_channel(64);
        std::thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if events.send(buffer[..count].to_vec()).is_err() {
                    break;
                }
            }
            // Leaves no zombie; what it ended with does not matter here.
            child.wait().ok();
        });
        Self {
            screen: Screen::new(size, LIMITS),
            between,
            writer,
            output,
            killer,
            written: Vec::new(),
            ended: false,
        }
    }

    /// Types. A program that has ended takes nothing.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.writer
            .write_all(bytes)
            .and_then(|()| self.writer.flush())
            .ok();
    }

    /// Takes in one piece of output; false when none came before the deadline or the program has ended.
    pub(crate) fn hear(&mut self, deadline: Instant) -> bool {
        let Ok(bytes) = self
            .output
            .recv_timeout(deadline.saturating_duration_since(now()))
        else {
            self.ended |= now() < deadline;
            return false;
        };
        self.written.extend_from_slice(&bytes);
        let owed = self.between.feed(&mut self.screen, &bytes, now());
        if !owed.is_empty() {
            self.send(&owed);
        }
        true
    }

    /// Waits until the rows are as the predicate wants them; false when they are not within the time.
    pub(crate) fn wait(&mut self, within: Duration, predicate: impl Fn(&[String]) -> bool) -> bool {
        self.wait_screen(within, |screen| predicate(&rows(screen)))
    }

    /// Waits until the screen is as the predicate wants it; false when it is not within the time.
    pub(crate) fn wait_screen(
        &mut self,
        within: Duration,
        predicate: impl Fn(&Screen) -> bool,
    ) -> bool {
        let deadline = now() + within;
        loop {
            if predicate(&self.screen) {
                return true;
            }
            if !self.hear(deadline) {
                return false;
            }
        }
    }

    /// Waits until nothing was written for a while, or the program has ended.
    pub(crate) fn settle(&mut self, quiet: Duration) {
        while self.hear(now() + quiet) {}
    }

    /// Waits until the program has ended; false when it does not within the time.
    pub(crate) fn wait_end(&mut self, within: Duration) -> bool {
        let deadline = now() + within;
        while self.hear(deadline) {}
        self.ended
    }
}

impl<B> Drop for Engine<B> {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.killer.kill().ok();
    }
}

fn pty_size(size: GridSize) -> PtySize {
    PtySize {
        rows: size.rows(),
        cols: size.cols(),
        pixel_width: 0,
        pixel_height: 0,
    }
}

#[expect(clippy::disallowed_methods, reason = "a deadline needs the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The rows of the live grid, trailing blanks cut.
pub(crate) fn rows(screen: &Screen) -> Vec<String> {
    let view = screen.view(0);
    let size = screen.size();
    let row = |row| {
        let cells = (0..size.cols())
            .map(|col| view.cell(row, col))
            .filter(|cell| cell.width > 0);
        let text: String = cells
            .map(|cell| if cell.text.is_empty() { " " } else { cell.text })
            .collect();
        text.trim_end().to_owned()
    };
    (0..size.rows()).map(row).collect()
}

/// Whether a program can be started here.
pub(crate) fn installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
