//! The console as a user has it: started with words, driven by keys that are counted, read on the screen.

use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::{now, variable};
use crate::pty::{Program, Size, Terminal};

/// How long anything may take that is not measured.
pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) const WIDE: Size = Size(40, 120);

/// A console in a terminal, with a home of its own.
pub(crate) struct Console {
    pub(crate) terminal: Terminal,
    pub(crate) home: TempDir,
    keys: Vec<String>,
    count: usize,
    began: Instant,
}

impl Console {
    /// As the cluster's administrator.
    #[track_caller]
    pub(crate) fn start(args: &[&str], size: Size) -> Self {
        Self::start_with(Path::new(&variable("KUBECONFIG")), args, size)
    }

    #[track_caller]
    pub(crate) fn start_with(kubeconfig: &Path, args: &[&str], size: Size) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
            .args(args.iter().copied())
            .env("KUBECONFIG", kubeconfig)
            .size(size)
            .start();
        Self {
            terminal,
            home,
            keys: Vec::new(),
            count: 0,
            began: now(),
        }
    }

    /// Presses keys as the settings spell them, apart by blanks.
    #[track_caller]
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.terminal.send(bytes_of(key));
            self.count += 1;
        }
        self.keys.push(keys.to_owned());
    }

    /// Types a text; each character is a key.
    #[track_caller]
    pub(crate) fn types(&mut self, text: &str) {
        self.terminal.send(text);
        self.count += text.chars().count();
        self.keys.push(format!("\"{text}\""));
    }

    /// Types a text into a dialog, which is deaf for its first moments; a person is slower than that.
    #[track_caller]
    pub(crate) fn answers(&mut self, text: &str) {
        super::node::pass(Duration::from_millis(400));
        self.types(text);
    }

    #[track_caller]
    pub(crate) fn waits_for(&mut self, text: &str) {
        self.terminal.wait_for(text, LONG);
    }

    /// Waits until the text stands on the screen so many times.
    #[track_caller]
    pub(crate) fn waits_for_all(&mut self, count: usize, text: &str) {
        let what = format!("{text:?} is shown {count} times");
        self.terminal.wait_until(&what, LONG, |screen| {
            screen.contents().matches(text).count() == count
        });
    }

    #[track_caller]
    pub(crate) fn waits_gone(&mut self, text: &str) {
        let what = format!("{text:?} is no longer shown");
        self.terminal
            .wait_until(&what, LONG, |screen| !screen.contents().contains(text));
    }

    /// Quits with a yes where it is asked, and gives back the exit code.
    #[track_caller]
    pub(crate) fn quits(&mut self, key: &str) -> u32 {
        self.keys(key);
        self.waits_for("cancel them all");
        self.answers("y");
        self.terminal.wait_exit(LONG).exit_code()
    }

    /// What was pressed, how often, and in how many seconds; beside the keys that others need for the same.
    pub(crate) fn tells(&self, scenario: &str, others: &str) {
        let line = format!(
            "\n{scenario}\n  keys    {}\n  podmux  {} keystrokes, {:.1} s\n  others  {others}\n",
            self.keys.join(" "),
            self.count,
            self.began.elapsed().as_secs_f32(),
        );
        std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes())
            .expect("the scenario is printed");
    }

    /// Starts to count and to time here.
    pub(crate) fn counts_from_here(&mut self) {
        self.keys.clear();
        self.count = 0;
        self.began = now();
    }
}

/// What a terminal sends for a key.
#[track_caller]
fn bytes_of(key: &str) -> Vec<u8> {
    match key {
        "enter" => b"\r".to_vec(),
        "tab" => b"\t".to_vec(),
        "esc" => b"\x1b".to_vec(),
        "space" => b" ".to_vec(),
        "down" => b"\x1b[B".to_vec(),
        "up" => b"\x1b[A".to_vec(),
        "right" => b"\x1b[C".to_vec(),
        "left" => b"\x1b[D".to_vec(),
        _ => match key.strip_prefix("ctrl-") {
            Some(letter) => vec![letter.as_bytes()[0] & 0x1f],
            None => key.as_bytes().to_vec(),
        },
    }
}
