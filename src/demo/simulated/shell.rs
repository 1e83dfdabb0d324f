//! Owns the simulated shell: prompt, variables, jobs, traps, and running what `syntax` read. Knows nothing of WebSocket streams. Driven by
//! `session`.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::Pin;
use std::sync::Arc;

use super::super::shells::Terminal;
use super::super::tasks::Tasks;
use super::container::Container;
use super::processes::Signal;
use super::session::{Console, Read, Streams};
use super::syntax::{self, Command, Connector, Item, List, Pipeline, Place, Simple, SyntaxError};

mod builtins;
mod expand;
mod launch;
mod programs;

/// A future that may hold itself, because commands nest.
type Nested<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Commands within commands within substitutions, so that a script cannot exhaust the stack.
const DEPTH: u32 = 24;

/// Whether there is somebody to prompt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Interaction {
    Prompting,
    Reading,
}

impl Interaction {
    pub(super) const fn of(terminal: Terminal) -> Self {
        match terminal {
            Terminal::Tty => Self::Prompting,
            Terminal::Pipes => Self::Reading,
        }
    }
}

/// Whether a word names a shell.
pub(super) fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "ash" | "bash"))
}

/// One shell.
#[derive(Debug)]
pub(super) struct Shell {
    container: Arc<Container>,
    tasks: Arc<Tasks>,
    pid: u32,
    console: Console,
    variables: BTreeMap<String, String>,
    exported: BTreeSet<String>,
    words: Vec<String>,
    directory: String,
    last: i32,
    last_background: Option<u32>,
    jobs: Vec<(u32, String)>,
    traps: BTreeMap<Signal, String>,
    exit_trap: Option<String>,
    /// Set once the shell is to end.
    leaving: Option<i32>,
    seen_interrupts: u64,
    depth: u32,
}

impl Shell {
    pub(super) fn new(
        container: Arc<Container>,
        tasks: Arc<Tasks>,
        pid: u32,
        console: Console,
    ) -> Self {
        let variables = container.environment.clone();
        let exported = variables.keys().cloned().collect();
        Self {
            container,
            tasks,
            pid,
            console,
            variables,
            exported,
            words: vec!["sh".to_owned()],
            directory: "/".to_owned(),
            last: 0,
            last_background: None,
            jobs: Vec::new(),
            traps: BTreeMap::new(),
            exit_trap: None,
            leaving: None,
            seen_interrupts: 0,
            depth: 0,
        }
    }

    pub(super) const fn pid(&self) -> u32 {
        self.pid
    }

    pub(super) fn export(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
        self.exported.insert(name.to_owned());
    }

    /// A copy without a console, as a process of its own.
    fn fork(&self, pid: u32) -> Self {
        Self {
            container: Arc::clone(&self.container),
            tasks: Arc::clone(&self.tasks),
            pid,
            console: Console::Empty,
            variables: self.variables.clone(),
            exported: self.exported.clone(),
            words: self.words.clone(),
            directory: self.directory.clone(),
            last: 0,
            last_background: None,
            jobs: Vec::new(),
            traps: BTreeMap::new(),
            exit_trap: None,
            leaving: None,
            seen_interrupts: 0,
            depth: self.depth,
        }
    }

    /// The process becomes a shell that reads its commands from the console.
    pub(super) async fn become_shell(
        &mut self,
        name: &str,
        interaction: Interaction,
        streams: &Streams,
    ) -> i32 {
        if let Some(process) = self.container.lock().processes.get_mut(self.pid) {
            name.clone_into(&mut process.command);
            name.rsplit('/')
                .next()
                .unwrap_or(name)
                .clone_into(&mut process.comm);
            if interaction == Interaction::Prompting {
                process.ignored.extend([Signal::Term, Signal::Quit]);
                process.in_foreground = false;
            }
        }
        self.read_commands(interaction, streams).await;
        self.end(streams).await
    }

    async fn read_commands(&mut self, interaction: Interaction, streams: &Streams) {
        let mut script = String::new();
        while self.leaving.is_none() {
            if interaction == Interaction::Prompting {
                let prompt = if script.is_empty() { "$ " } else { "> " };
                streams
                    .write(&streams.output, prompt.as_bytes(), &self.container)
                    .await;
            }
            match self.console.line().await {
                Read::End => {
                    if !script.is_empty() {
                        self.complain(&SyntaxError::Incomplete, streams).await;
                    } else if interaction == Interaction::Prompting {
                        streams.write(&streams.output, b"\n", &self.container).await;
                    }
                    self.leaving = Some(self.last);
                }
                Read::Interrupted => {
                    script.clear();
                    self.last = 130;
                }
                Read::Line(line) => {
                    script.push_str(&line);
                    self.seen_interrupts = self.console.interrupts();
                    match syntax::parse(&script) {
                        Ok(list) => {
                            script.clear();
                            self.list(&list, streams).await;
                        }
                        Err(SyntaxError::Incomplete) => script.push('\n'),
                        Err(error @ SyntaxError::Unexpected(_)) => {
                            script.clear();
                            self.complain(&error, streams).await;
                        }
                    }
                }
            }
        }
    }

    async fn complain(&mut self, error: &SyntaxError, streams: &Streams) {
        self.last = 2;
        let text = format!("sh: {error}\n");
        streams
            .write(&streams.errors, text.as_bytes(), &self.container)
            .await;
    }

    /// Runs a whole script and gives the exit code.
    pub(super) async fn script(&mut self, text: &str, streams: &Streams) -> i32 {
        match syntax::parse(text) {
            Ok(list) => self.list(&list, streams).await,
            Err(error) => {
                self.complain(&error, streams).await;
            }
        }
        self.end(streams).await
    }

    async fn end(&mut self, streams: &Streams) -> i32 {
        let code = self.leaving.take().unwrap_or(self.last);
        if let Some(trap) = self.exit_trap.take()
            && let Ok(list) = syntax::parse(&trap)
        {
            self.list(&list, streams).await;
        }
        code
    }

    /// Whether the list goes on: not after `exit`, and not after Ctrl-C.
    fn goes_on(&self) -> bool {
        self.leaving.is_none() && self.console.interrupts() == self.seen_interrupts
    }

    fn list<'a>(&'a mut self, list: &'a List, streams: &'a Streams) -> Nested<'a, ()> {
        Box::pin(async move {
            if self.depth >= DEPTH {
                self.last = 2;
                self.leaving = Some(2);
                return;
            }
            self.depth += 1;
            for item in &list.0 {
                if !self.goes_on() {
                    break;
                }
                match item.place {
                    Place::Foreground => self.item(item, streams).await,
                    Place::Background => self.background(item, streams),
                }
                self.run_traps(streams).await;
                // A loop of builtins must let the keyboard and the streams have their turn.
                tokio::task::yield_now().await;
            }
            self.depth -= 1;
        })
    }

    async fn item(&mut self, item: &Item, streams: &Streams) {
        self.pipeline(&item.first, streams).await;
        for (connector, pipeline) in &item.rest {
            let runs = match connector {
                Connector::And => self.last == 0,
                Connector::Or => self.last != 0,
            };
            if runs && self.goes_on() {
                self.pipeline(pipeline, streams).await;
            }
        }
    }

    async fn pipeline(&mut self, pipeline: &Pipeline, streams: &Streams) {
        let Some((last, before)) = pipeline.commands.split_last() else {
            return;
        };
        let mut streams = streams.clone();
        for command in before {
            let bytes = self.captured(command, &streams).await;
            streams.input = super::session::Source::Bytes(Arc::new(bytes));
        }
        self.command(last, &streams).await;
        if pipeline.negated {
            self.last = i32::from(self.last == 0);
        }
    }

    fn command<'a>(&'a mut self, command: &'a Command, streams: &'a Streams) -> Nested<'a, ()> {
        Box::pin(async move {
            match command {
                Command::Simple(simple) => self.simple(simple, streams).await,
                Command::Group(list) => self.list(list, streams).await,
                Command::Subshell(list) => {
                    let (variables, directory) = (self.variables.clone(), self.directory.clone());
                    self.list(list, streams).await;
                    self.last = self.leaving.take().unwrap_or(self.last);
                    (self.variables, self.directory) = (variables, directory);
                }
                Command::While {
                    until,
                    condition,
                    body,
                } => {
                    self.repeat(*until, condition, body, streams).await;
                }
                Command::For { name, words, body } => {
                    let values = self.expand_all(words, streams).await;
                    for value in values {
                        if !self.goes_on() {
                            break;
                        }
                        self.variables.insert(name.clone(), value);
                        self.list(body, streams).await;
                    }
                }
                Command::If { arms, otherwise } => self.choose(arms, otherwise, streams).await,
            }
        })
    }

    async fn repeat(&mut self, until: bool, condition: &List, body: &List, streams: &Streams) {
        let mut last = 0;
        loop {
            self.list(condition, streams).await;
            if !self.goes_on() || (self.last == 0) == until {
                break;
            }
            self.list(body, streams).await;
            last = self.last;
            if !self.goes_on() {
                break;
            }
        }
        self.last = last;
    }

    async fn choose(&mut self, arms: &[(List, List)], otherwise: &List, streams: &Streams) {
        for (condition, body) in arms {
            self.list(condition, streams).await;
            if self.last == 0 {
                return self.list(body, streams).await;
            }
        }
        self.last = 0;
        self.list(otherwise, streams).await;
    }

    async fn simple(&mut self, simple: &Simple, streams: &Streams) {
        let argv = self.expand_all(&simple.words, streams).await;
        let mut streams = streams.clone();
        for redirect in &simple.redirects {
            if let Err(message) = self.redirect(redirect, &mut streams).await {
                let text = format!("sh: {message}\n");
                streams
                    .write(&streams.errors, text.as_bytes(), &self.container)
                    .await;
                self.last = 2;
                return;
            }
        }
        let mut assigned = Vec::new();
        for (name, word) in &simple.assignments {
            let value = self
                .expand_all(std::slice::from_ref(word), &streams)
                .await
                .join(" ");
            assigned.push((name.clone(), value));
        }
        if argv.is_empty() {
            self.variables.extend(assigned);
            self.last = 0;
            return;
        }
        let kept = (self.variables.clone(), self.exported.clone());
        let only_for_it = !assigned.is_empty();
        for (name, value) in &assigned {
            self.export(name, value);
        }
        self.last = self.run(argv, &streams).await;
        if only_for_it {
            (self.variables, self.exported) = kept;
        }
    }

    async fn run_traps(&mut self, streams: &Streams) {
        let pending = match self.container.lock().processes.get_mut(self.pid) {
            Some(process) => std::mem::take(&mut process.pending),
            None => Vec::new(),
        };
        for signal in pending {
            let script = self.traps.get(&signal).map(|text| syntax::parse(text));
            if let Some(Ok(list)) = script {
                let last = self.last;
                self.list(&list, streams).await;
                self.last = last;
            }
        }
    }
}
