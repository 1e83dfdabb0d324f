//! Owns one exec session in a simulated container, from its first word to its exit code. Knows nothing of WebSocket streams. Started by
//! [`super::Simulator`].

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::super::shells::{self, ExecEnd, ExecOutput, ExecStart, ProcessSide, Stdin, Terminal};
use super::super::tasks::Tasks;
use super::commands;
use super::container::Container;
use super::own_scripts::{self, Cleanup, OwnScript, Wrapped, Wrapper};
use super::processes::{Birth, Signal};
use super::shell::{Interaction, Shell, is_shell};
use crate::session::wrapper::MARKER;

mod console;
mod streams;

pub(super) use console::{Console, Read};
pub(super) use streams::{Sink, Source, Streams, Written};

/// How often a cleanup looks again while processes end, and how many times.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
const LOOKS: u32 = 30;

/// Runs the command and reports its end.
pub(super) async fn run(
    container: Arc<Container>,
    tasks: Arc<Tasks>,
    start: ExecStart,
    side: ProcessSide,
) {
    let script = own_scripts::recognise(&start.argv);
    let program = start.argv.first().cloned().unwrap_or_default();
    let end = if script.is_none() && commands::which(&program).is_none() {
        ExecEnd::StartFailed(shells::not_found(&program))
    } else {
        let session = Session {
            container,
            tasks,
            terminal: start.terminal,
        };
        session
            .live(&start, script, side.input, side.output.clone())
            .await
    };
    side.gone.send_replace(true);
    // A stream that is gone needs no end.
    let _told = side.output.send(ExecOutput::Ended(end)).await.is_ok();
}

struct Session {
    container: Arc<Container>,
    tasks: Arc<Tasks>,
    terminal: Terminal,
}

/// Takes a process out of the table when its session is over, however it ends.
pub(super) struct Alive {
    container: Arc<Container>,
    pub(super) pid: u32,
}

impl Alive {
    pub(super) fn enter(
        container: &Arc<Container>,
        birth: Birth,
    ) -> (Self, watch::Receiver<Option<Signal>>) {
        let start = container.ticks();
        let (pid, killed) = container.lock().processes.enter(birth, start);
        (
            Self {
                container: Arc::clone(container),
                pid,
            },
            killed,
        )
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.container.lock().processes.leave(self.pid);
    }
}

/// Waits for the signal that ends a process; gives the exit code.
pub(super) async fn killed(receiver: &mut watch::Receiver<Option<Signal>>) -> i32 {
    match receiver
        .wait_for(Option::is_some)
        .await
        .map(|signal| *signal)
    {
        Ok(Some(signal)) => 128 + signal.number(),
        // The entry is gone from the table, so no signal can come any more.
        Ok(None) | Err(_) => std::future::pending().await,
    }
}

impl Session {
    async fn live(
        &self,
        start: &ExecStart,
        script: Option<OwnScript>,
        input: tokio::sync::mpsc::Receiver<shells::ExecInput>,
        output: tokio::sync::mpsc::Sender<ExecOutput>,
    ) -> ExecEnd {
        let streams = Streams::new(output.clone(), self.terminal);
        if let Some(OwnScript::Cleanup(cleanup)) = script {
            // The script itself comes through the input, which nobody here can run.
            let code = self.clean(&cleanup, &streams).await;
            drop(input);
            return ExecEnd::Code(code);
        }
        if script == Some(OwnScript::Census) {
            let now = self.container.ticks();
            let text = {
                let processes = &self.container.lock().processes;
                own_scripts::census(processes, now, &self.container.boot_id)
            };
            streams
                .write(&streams.output, text.as_bytes(), &self.container)
                .await;
            drop(input);
            return ExecEnd::Code(0);
        }
        let marker = match &script {
            Some(OwnScript::Wrapper(wrapper)) => Some(wrapper.session.clone()),
            Some(OwnScript::Cleanup(_) | OwnScript::Census) | None => None,
        };
        let (alive, mut kill) = Alive::enter(&self.container, self.birth(&start.argv, marker));
        let console = match (self.terminal, start.stdin) {
            (Terminal::Tty, _) => Console::tty(&self.container, alive.pid, input, output),
            (Terminal::Pipes, Stdin::Open) => Console::pipe(input),
            (Terminal::Pipes, Stdin::Empty) => Console::empty(),
        };
        let (console, pump) = console;
        let mut shell = Shell::new(
            Arc::clone(&self.container),
            Arc::clone(&self.tasks),
            alive.pid,
            console,
        );
        let body = async {
            match script {
                Some(OwnScript::Wrapper(wrapper)) => {
                    self.wrapped(&mut shell, wrapper, &streams).await
                }
                Some(OwnScript::Cleanup(_) | OwnScript::Census) | None => {
                    shell.become_program(start.argv.clone(), &streams).await
                }
            }
        };
        let code = tokio::select! {
            code = body => code,
            code = killed(&mut kill) => code,
            () = pump => 129,
        };
        ExecEnd::Code(code)
    }

    fn birth(&self, argv: &[String], marker: Option<String>) -> Birth {
        Birth {
            ppid: 0,
            sid: None,
            command: argv.join(" ").lines().next().unwrap_or_default().to_owned(),
            on_terminal: self.terminal == Terminal::Tty,
            marker,
            ignored: BTreeSet::new(),
            in_foreground: true,
        }
    }

    async fn wrapped(&self, shell: &mut Shell, wrapper: Wrapper, streams: &Streams) -> i32 {
        let pid = shell.pid();
        if !wrapper.term.is_empty() {
            shell.export("TERM", &wrapper.term);
        }
        shell.export(MARKER, &wrapper.session);
        let line = {
            let contents = self.container.lock();
            wrapper.handshake(&contents.processes, pid, &self.container.boot_id)
        };
        let sink = if wrapper.on_terminal {
            &streams.output
        } else {
            &streams.errors
        };
        streams.write(sink, line.as_bytes(), &self.container).await;
        match wrapper.command {
            Wrapped::Argv(argv) => {
                let program = argv.first().cloned().unwrap_or_default();
                if commands::which(&program).is_some() {
                    return shell.become_program(argv, streams).await;
                }
                let text = format!("sh: 1: exec: {program}: not found\n");
                streams
                    .write(&streams.errors, text.as_bytes(), &self.container)
                    .await;
                127
            }
            Wrapped::Shell(candidates) => {
                let known = |name: &&String| is_shell(name) && commands::which(name).is_some();
                if let Some(name) = candidates.iter().find(known) {
                    let interaction = Interaction::of(self.terminal);
                    return shell.become_shell(name, interaction, streams).await;
                }
                let text = format!("podmux: no shell here: {}\n", candidates.join(" "));
                streams
                    .write(&streams.errors, text.as_bytes(), &self.container)
                    .await;
                127
            }
        }
    }

    async fn clean(&self, cleanup: &Cleanup, streams: &Streams) -> i32 {
        let boot_id = &self.container.boot_id;
        let found = cleanup.begin(&mut self.container.lock().processes, boot_id);
        let (text, code) = match found {
            None => cleanup.report(&self.container.lock().processes, None),
            Some(mut found) => {
                if !found.only_looked() {
                    self.wait_for_none(cleanup).await;
                    cleanup.kill(&mut self.container.lock().processes, &mut found);
                    self.wait_for_none(cleanup).await;
                }
                cleanup.report(&self.container.lock().processes, Some(&found))
            }
        };
        streams
            .write(&streams.output, text.as_bytes(), &self.container)
            .await;
        code
    }

    async fn wait_for_none(&self, cleanup: &Cleanup) {
        for _ in 0..LOOKS {
            if cleanup.is_empty(&self.container.lock().processes) {
                return;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}
