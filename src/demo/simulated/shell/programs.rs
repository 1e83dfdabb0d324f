//! Owns starting programs: prefixes such as `setsid`, what takes its time, background jobs. Part of the shell.

use std::sync::Arc;
use std::time::Duration;

use super::super::super::shells::Terminal;
use super::super::commands::{self, Answer, Call};
use super::super::processes::{Birth, READS_DISK, Signal};
use super::super::session::{Alive, Console, Source, Streams, Written, killed};
use super::super::syntax::{Command, Item, List, Place};
use super::launch::{Launch, launch};
use super::{Interaction, Nested, Shell, is_shell};
use crate::session::wrapper::MARKER;

impl Shell {
    /// Runs a command of a script: a builtin, `exec`, or a program as a child.
    pub(super) fn run<'a>(
        &'a mut self,
        argv: Vec<String>,
        streams: &'a Streams,
    ) -> Nested<'a, i32> {
        Box::pin(async move {
            if let Some(code) = self.builtin(&argv, streams).await {
                return code;
            }
            if argv.first().is_some_and(|word| word == "exec") {
                if argv.len() == 1 {
                    return 0;
                }
                let code = self.become_program(launch(argv).argv, streams).await;
                self.leaving = Some(code);
                return code;
            }
            let launch = launch(argv);
            if let Some(answer) = self.answer(&launch, streams).await {
                return self.deliver(answer, streams).await;
            }
            if !Self::knows(&launch) {
                let name = launch.argv.first().cloned().unwrap_or_default();
                let text = format!("sh: {name}: not found\n");
                streams
                    .write(&streams.errors, text.as_bytes(), &self.container)
                    .await;
                return 127;
            }
            self.child(launch, streams).await
        })
    }

    fn knows(launch: &Launch) -> bool {
        launch
            .argv
            .first()
            .is_some_and(|name| commands::which(name).is_some())
    }

    /// The process itself becomes a program, as after `exec`.
    pub(in super::super) async fn become_program(
        &mut self,
        argv: Vec<String>,
        streams: &Streams,
    ) -> i32 {
        let launch = launch(argv);
        if let Some(process) = self.container.lock().processes.get_mut(self.pid) {
            process.command = launch.argv.join(" ");
            let program = launch
                .argv
                .first()
                .and_then(|program| program.rsplit('/').next());
            program.unwrap_or_default().clone_into(&mut process.comm);
            if launch.own_session {
                process.sid = process.pid;
                process.on_terminal = false;
            }
            if launch.ignores_hup {
                process.ignored.insert(Signal::Hup);
            }
        }
        if let Some(answer) = self.answer(&launch, streams).await {
            return self.deliver(answer, streams).await;
        }
        self.lasting(&launch.argv, streams).await
    }

    /// What a program that answers at once says.
    async fn answer(&mut self, launch: &Launch, streams: &Streams) -> Option<Answer> {
        let name = launch.argv.first()?.rsplit('/').next()?.to_owned();
        let console_input = matches!(streams.input, Source::Console);
        let reads_input = match name.as_str() {
            "cat" => launch.argv.len() == 1,
            "wc" | "grep" | "head" | "tail" | "sort" | "cut" | "tr" | "tee" => true,
            _ => false,
        };
        if name == "cat" && reads_input && console_input {
            return None;
        }
        if name == "tail" && launch.argv.iter().any(|word| word == "-f") {
            return None;
        }
        let input = match &streams.input {
            Source::Bytes(bytes) => bytes.to_vec(),
            Source::Console if reads_input && self.reads_from_pipe() => self.all_input().await,
            Source::Console => Vec::new(),
        };
        let call = Call {
            container: &self.container,
            argv: &launch.argv,
            input: &input,
            directory: &self.directory,
            environment: self.environment(launch),
            own_pid: self.pid,
        };
        commands::run(&call)
    }

    const fn reads_from_pipe(&self) -> bool {
        matches!(self.console, Console::Pipe { .. })
    }

    async fn all_input(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = self.console.bytes().await {
            all.extend_from_slice(&bytes);
        }
        all
    }

    fn environment(&self, launch: &Launch) -> Vec<(String, String)> {
        let mut environment: Vec<(String, String)> = self
            .exported
            .iter()
            .filter(|_| !launch.clear_environment)
            .filter(|name| !launch.removed.contains(name))
            .filter_map(|name| Some((name.clone(), self.variables.get(name)?.clone())))
            .collect();
        environment.extend(launch.assigned.iter().cloned());
        environment
    }

    async fn deliver(&self, answer: Answer, streams: &Streams) -> i32 {
        streams
            .write(&streams.errors, &answer.errors, &self.container)
            .await;
        streams
            .write(&streams.output, &answer.output, &self.container)
            .await;
        answer.code
    }

    /// A program as a child of this shell, which waits for it.
    async fn child(&mut self, launch: Launch, streams: &Streams) -> i32 {
        let (alive, mut kill) = Alive::enter(&self.container, self.birth(&launch, streams));
        let pid = std::mem::replace(&mut self.pid, alive.pid);
        // A killed child is dropped in the middle, so what it changed is put back here and not where it ends.
        let (words, variables) = (self.words.clone(), self.variables.clone());
        let (traps, exit_trap) = (self.traps.clone(), self.exit_trap.take());
        let (depth, directory) = (self.depth, self.directory.clone());
        let code = tokio::select! {
            code = self.lasting(&launch.argv, streams) => code,
            code = killed(&mut kill) => code,
        };
        (self.words, self.variables) = (words, variables);
        (self.traps, self.exit_trap) = (traps, exit_trap);
        (self.depth, self.directory) = (depth, directory);
        (self.pid, self.leaving) = (pid, None);
        code
    }

    fn birth(&self, launch: &Launch, streams: &Streams) -> Birth {
        let contents = self.container.lock();
        let parent = contents.processes.get(self.pid);
        let cleared = launch.clear_environment || launch.removed.iter().any(|name| name == MARKER);
        let marker = parent
            .and_then(|parent| parent.marker.clone())
            .filter(|_| !cleared);
        let mut ignored: std::collections::BTreeSet<Signal> = self
            .traps
            .iter()
            .filter(|(_, action)| action.is_empty())
            .map(|(signal, _)| *signal)
            .collect();
        if launch.ignores_hup {
            ignored.insert(Signal::Hup);
        }
        let on_terminal = streams.terminal() == Terminal::Tty && !launch.own_session;
        Birth {
            ppid: self.pid,
            sid: if launch.own_session {
                None
            } else {
                parent.map(|parent| parent.sid)
            },
            command: launch.argv.join(" "),
            on_terminal,
            marker,
            ignored,
            in_foreground: on_terminal,
        }
    }

    /// Runs what takes its time; the process entry is already there.
    fn lasting<'a>(&'a mut self, argv: &'a [String], streams: &'a Streams) -> Nested<'a, i32> {
        Box::pin(async move {
            let words: Vec<&str> = argv.iter().map(String::as_str).collect();
            let name = words.first().and_then(|program| program.rsplit('/').next());
            match (name, words.get(1..).unwrap_or_default()) {
                (Some("sleep"), rest) => sleep(rest).await,
                (Some("yes"), rest) => self.yes(rest, streams).await,
                (Some("cat"), _) => self.copy_console(streams).await,
                (Some("tail" | READS_DISK), _) => std::future::pending().await,
                (Some(_), rest) if words.first().is_some_and(|word| is_shell(word)) => {
                    self.nested_shell(rest, streams).await
                }
                (Some(_) | None, _) => 0,
            }
        })
    }

    async fn nested_shell(&mut self, words: &[&str], streams: &Streams) -> i32 {
        self.traps.clear();
        self.variables
            .retain(|name, _| self.exported.contains(name));
        if let ["-c", script, rest @ ..] = words {
            if !rest.is_empty() {
                self.words = rest.iter().map(|word| (*word).to_owned()).collect();
            }
            return self.script(script, streams).await;
        }
        match &streams.input {
            Source::Bytes(bytes) => {
                let script = String::from_utf8_lossy(bytes).into_owned();
                self.script(&script, streams).await
            }
            Source::Console => {
                let interaction = Interaction::of(streams.terminal());
                self.become_shell("sh", interaction, streams).await
            }
        }
    }

    async fn yes(&self, words: &[&str], streams: &Streams) -> i32 {
        let line = if words.is_empty() {
            "y\n".to_owned()
        } else {
            words.join(" ") + "\n"
        };
        let piece = line.repeat((4096 / line.len()).max(1));
        loop {
            let written = streams
                .write(&streams.output, piece.as_bytes(), &self.container)
                .await;
            if written == Written::Enough {
                return 141;
            }
            tokio::task::yield_now().await;
        }
    }

    async fn copy_console(&mut self, streams: &Streams) -> i32 {
        while let Some(bytes) = self.console.bytes().await {
            streams
                .write(&streams.output, &bytes, &self.container)
                .await;
        }
        0
    }

    /// Starts a job that the shell does not wait for.
    pub(super) fn background(&mut self, item: &Item, streams: &Streams) {
        let launch = Launch {
            argv: vec![item.text.clone()],
            ..Launch::default()
        };
        let birth = Birth {
            in_foreground: false,
            ..self.birth(&launch, streams)
        };
        let (alive, mut kill) = Alive::enter(&self.container, birth);
        let pid = alive.pid;
        self.last_background = Some(pid);
        self.jobs.push((pid, item.text.clone()));
        self.last = 0;
        let mut job = self.fork(pid);
        let mut streams = streams.clone();
        streams.input = Source::Bytes(Arc::default());
        let item = Item {
            place: Place::Foreground,
            ..item.clone()
        };
        self.tasks.spawn(async move {
            let work = async {
                match alone(&item) {
                    Some(simple) => job.in_place(simple, &streams).await,
                    None => job.list(&List(vec![item.clone()]), &streams).await,
                }
            };
            tokio::select! {
                () = work => {}
                _ = killed(&mut kill) => {}
            }
            drop(alive);
        });
    }

    /// A job that is a single program is that program, not a shell around it.
    async fn in_place(&mut self, command: &Command, streams: &Streams) {
        let Command::Simple(simple) = command else {
            return self.command(command, streams).await;
        };
        let argv = self.expand_all(&simple.words, streams).await;
        let known = launch(argv.clone())
            .argv
            .first()
            .is_some_and(|name| commands::which(name).is_some() && simple.redirects.is_empty());
        if known {
            self.last = self.become_program(argv, streams).await;
        } else {
            self.simple(simple, streams).await;
        }
    }
}

fn alone(item: &Item) -> Option<&Command> {
    match (item.first.commands.as_slice(), item.rest.is_empty()) {
        ([command], true) => Some(command),
        _ => None,
    }
}

async fn sleep(words: &[&str]) -> i32 {
    let mut total = Duration::ZERO;
    for word in words {
        let (number, unit) = match word.chars().last() {
            Some('m') => (word.trim_end_matches('m'), 60.0),
            Some('h') => (word.trim_end_matches('h'), 3600.0),
            Some(_) | None => (word.trim_end_matches('s'), 1.0),
        };
        if matches!(number, "infinity" | "inf") {
            return std::future::pending().await;
        }
        match number.parse::<f64>().ok().map(|number| number * unit) {
            Some(seconds) => {
                total += Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO);
            }
            None => return 1,
        }
    }
    tokio::time::sleep(total).await;
    0
}
