//! Owns the commands that change the shell itself. Part of the shell.

use super::super::commands;
use super::super::processes::Signal;
use super::super::session::{Read, Streams};
use super::Shell;

impl Shell {
    /// Runs a builtin; `None` where the word is none.
    pub(super) async fn builtin(&mut self, argv: &[String], streams: &Streams) -> Option<i32> {
        let words: Vec<&str> = argv.iter().map(String::as_str).collect();
        Some(match words.as_slice() {
            ["exit" | "logout", rest @ ..] => self.leave(rest),
            ["cd", rest @ ..] => self.change_directory(rest, streams).await,
            ["export", rest @ ..] => self.export_all(rest),
            ["unset", rest @ ..] => self.unset_all(rest),
            ["set" | "umask" | "ulimit" | "alias", ..] => 0,
            ["shift"] => {
                if self.words.len() > 1 {
                    self.words.remove(1);
                }
                0
            }
            ["trap", rest @ ..] => self.trap(rest),
            ["jobs"] => self.list_jobs(streams).await,
            ["wait", rest @ ..] => self.wait_for(rest).await,
            ["read", rest @ ..] => self.read_variable(rest).await,
            ["command", "-v", name] | ["which" | "type", name] => {
                let Some(path) = commands::which(name) else {
                    return Some(127);
                };
                let text = format!("{path}\n");
                streams
                    .write(&streams.output, text.as_bytes(), &self.container)
                    .await;
                0
            }
            ["fg" | "bg", ..] => {
                let text = format!("sh: {}: no job control\n", words.first().unwrap_or(&""));
                streams
                    .write(&streams.errors, text.as_bytes(), &self.container)
                    .await;
                1
            }
            ["stty", "size"] => {
                let size = self.console.size();
                let text = format!("{} {}\n", size.rows, size.columns);
                streams
                    .write(&streams.output, text.as_bytes(), &self.container)
                    .await;
                0
            }
            _ => return None,
        })
    }

    fn leave(&mut self, words: &[&str]) -> i32 {
        let code = words.first().and_then(|code| code.parse().ok());
        let code = code.unwrap_or(self.last) & 0xff;
        self.leaving = Some(code);
        code
    }

    fn export_all(&mut self, words: &[&str]) -> i32 {
        for word in words {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => (
                    *word,
                    self.variables.get(*word).cloned().unwrap_or_default(),
                ),
            };
            self.export(name, &value);
        }
        0
    }

    fn unset_all(&mut self, words: &[&str]) -> i32 {
        for name in words {
            self.variables.remove(*name);
            self.exported.remove(*name);
        }
        0
    }

    async fn change_directory(&mut self, words: &[&str], streams: &Streams) -> i32 {
        let path = words.first().copied().unwrap_or("/tmp");
        let place = commands::absolute(&self.directory, path);
        if self.container.lock().is_directory(&place) {
            self.directory = place;
            return 0;
        }
        let text = format!("sh: cd: can't cd to {path}\n");
        streams
            .write(&streams.errors, text.as_bytes(), &self.container)
            .await;
        2
    }

    fn trap(&mut self, words: &[&str]) -> i32 {
        let Some((action, signals)) = words.split_first() else {
            return 0;
        };
        for name in signals {
            if matches!(*name, "EXIT" | "0") {
                self.exit_trap = (*action != "-").then(|| (*action).to_owned());
                continue;
            }
            let Some(signal) = Signal::parse(name) else {
                return 1;
            };
            if let Some(process) = self.container.lock().processes.get_mut(self.pid) {
                process.ignored.remove(&signal);
                process.trapped.remove(&signal);
                match *action {
                    "" => drop(process.ignored.insert(signal)),
                    "-" => {}
                    _ => drop(process.trapped.insert(signal)),
                }
            }
            match *action {
                "-" => drop(self.traps.remove(&signal)),
                action => drop(self.traps.insert(signal, action.to_owned())),
            }
        }
        0
    }

    async fn list_jobs(&mut self, streams: &Streams) -> i32 {
        self.forget_ended_jobs();
        let lines: Vec<String> = self
            .jobs
            .iter()
            .enumerate()
            .map(|(number, (_, text))| {
                format!("[{}]  Running                 {text}\n", number + 1)
            })
            .collect();
        streams
            .write(&streams.output, lines.concat().as_bytes(), &self.container)
            .await;
        0
    }

    fn forget_ended_jobs(&mut self) {
        let contents = self.container.lock();
        self.jobs
            .retain(|(pid, _)| contents.processes.get(*pid).is_some());
    }

    /// Waits for the named processes, or for all jobs; Ctrl-C ends the wait.
    async fn wait_for(&mut self, words: &[&str]) -> i32 {
        let named: Vec<u32> = words.iter().filter_map(|word| word.parse().ok()).collect();
        loop {
            self.forget_ended_jobs();
            let waiting = self
                .jobs
                .iter()
                .any(|(pid, _)| named.is_empty() || named.contains(pid));
            if !waiting {
                return 0;
            }
            if !self.goes_on() {
                return 130;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    async fn read_variable(&mut self, words: &[&str]) -> i32 {
        let name = words
            .iter()
            .find(|word| !word.starts_with('-'))
            .copied()
            .unwrap_or("REPLY");
        match self.console.line().await {
            Read::Line(line) => {
                self.variables.insert(name.to_owned(), line);
                0
            }
            Read::Interrupted => 130,
            Read::End => 1,
        }
    }
}
