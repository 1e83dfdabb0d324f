//! Owns what each subcommand does: settings, clusters, then the console or the headless commands. Called by `main`.

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use podmux::app::context::{ContextState, ScopeWish};
use podmux::app::open::{StartTargets, Target as AppTarget};
use podmux::cli::{self, Cli, Command, ConfigAction, Target, WorkloadKind};
use podmux::config::Config;
use podmux::demo::{self, Demo, DemoOptions, ShellChoice};
use podmux::geometry::GridSize;
use podmux::ids::ContextName;
use podmux::runtime::settings_file::SettingsSource;
use podmux::runtime::snapshot::{self, Colours};
use podmux::runtime::{self, Backend, ConsoleStart, FilePlace, log_file, terminal};
use podmux::session::SessionCommand;

use super::say;

mod access;
mod complete;
mod headless;

/// Does what the command line asks.
pub(super) fn run(cli: Cli) -> Result<ExitCode> {
    let _log = cli.own.log_file.as_deref().map(start_log).transpose()?;
    match &cli.command {
        None => in_runtime(console(cli)),
        Some(Command::Demo(options)) => in_runtime(demo(&cli, options)),
        Some(Command::Config { action }) => config(&cli, action),
        Some(Command::Completions { shell }) => print(shell.script()),
        Some(Command::Complete { shell, words }) => complete::print(*shell, words),
        Some(Command::Man) => man(),
        Some(Command::Run(options)) => in_runtime(headless::run(&cli, options)),
        Some(Command::Leaks(options)) => in_runtime(headless::leaks(&cli, options)),
        Some(Command::Reap(options)) => in_runtime(headless::reap(&cli, *options)),
    }
}

fn start_log(path: &std::path::Path) -> Result<impl Sized + use<>> {
    log_file::start(path)
        .with_context(|| format!("the log file {} cannot be written", path.display()))
}

fn in_runtime(command: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no threads to run in")?;
    let code = runtime.block_on(command);
    // A task may hang in a system call; nothing of it matters any more.
    runtime.shutdown_background();
    code
}

fn source(cli: &Cli) -> SettingsSource {
    SettingsSource {
        file: cli.own.config.clone(),
        theme: cli.own.theme.clone(),
        read_only: cli.own.read_only,
        debug_image: None,
        background: None,
    }
}

async fn console(cli: Cli) -> Result<ExitCode> {
    let term = std::env::var("TERM").ok();
    terminal::TerminalGuard::check_output(term.as_deref())?;
    let source = source(&cli);
    let settings = source.load()?;
    let targets = targets(&cli, &settings.config)?;
    terminal::TerminalGuard::check(term.as_deref())?;
    let merged = access::load(&cli.access)?;
    let names = access::picked(&cli.access, &merged)?;
    let known = merged
        .contexts()
        .into_iter()
        .map(|line| line.name)
        .collect();
    let open = contexts(&names, &settings.config, &cli);
    let overrides = access::overrides(&cli.access, settings.config.timeouts.request);
    let start = ConsoleStart {
        backend: Backend::Kubeconfig {
            merged: Arc::new(merged),
            overrides,
        },
        targets,
        open,
        known,
        selectors: access::selectors(&cli.select),
        settings,
        source,
        files: FilePlace::User,
    };
    finish(runtime::run(start).await)
}

fn finish(
    result: Result<podmux::app::effect::QuitReport, runtime::ConsoleError>,
) -> Result<ExitCode> {
    let report = result?;
    if report.unproven.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    say("podmux: not proven to be gone; the journal keeps it, `podmux reap` shows it:");
    report
        .unproven
        .iter()
        .for_each(|name| say(&format!("  {name}")));
    Ok(ExitCode::from(3))
}

fn contexts(names: &[ContextName], config: &Config, cli: &Cli) -> Vec<ContextState> {
    let wish = match (cli.select.all_namespaces, cli.select.namespaces.as_slice()) {
        (true, _) => Some(ScopeWish::All),
        (false, []) => None,
        (false, names) => Some(ScopeWish::These(
            names.iter().map(|name| name.as_str().into()).collect(),
        )),
    };
    let state = |(color, name): (usize, &ContextName)| {
        let opening = ContextState::opening(name, color, config);
        ContextState {
            wish: wish.clone().unwrap_or(opening.wish.clone()),
            ..opening
        }
    };
    names.iter().enumerate().map(state).collect()
}

/// What is to be opened at once: TARGETs, or with a command alone everything that is selected.
fn targets(cli: &Cli, config: &Config) -> Result<Option<StartTargets>> {
    let mut targets = Vec::new();
    for target in &cli.targets {
        match target {
            Target::Named { .. } => targets.push(app_target(target)),
            Target::StandardInput => {
                targets.extend(piped_targets()?.iter().map(app_target));
            }
        }
    }
    if targets.is_empty() && cli.argv.is_empty() {
        return Ok(None);
    }
    let command = if cli.argv.is_empty() {
        SessionCommand::Shell(config.shell.command.clone())
    } else {
        SessionCommand::Argv(words(&cli.argv)?)
    };
    let container = cli.select.container.as_deref().map(Into::into);
    Ok(Some(StartTargets {
        targets,
        command,
        container,
    }))
}

/// The targets that standard input lists; after them it is the terminal.
fn piped_targets() -> Result<Vec<Target>> {
    let text = std::io::read_to_string(std::io::stdin())
        .context("TARGETs cannot be read from standard input")?;
    let read = cli::parse_targets(&text)
        .map_err(|(line, error)| anyhow!("standard input, line {line}: {error}"))?;
    anyhow::ensure!(!read.is_empty(), "standard input lists no TARGET");
    terminal::TerminalGuard::keys_from_terminal()?;
    Ok(read)
}

fn words(argv: &[OsString]) -> Result<Vec<String>> {
    let word = |word: &OsString| {
        word.to_str().map(str::to_owned).ok_or_else(|| {
            anyhow!("a word of COMMAND is not UTF-8, which no exec request can carry")
        })
    };
    argv.iter().map(word).collect()
}

fn app_target(target: &Target) -> AppTarget {
    let (workload, name) = match target {
        Target::Named {
            kind: WorkloadKind::Pod,
            name,
        } => (None, name.clone()),
        Target::Named { kind, name } => (Some(kind.short().to_owned()), name.clone()),
        Target::StandardInput => (None, String::new()),
    };
    AppTarget {
        text: target.to_string(),
        workload,
        name,
    }
}

async fn demo(cli: &Cli, options: &cli::Demo) -> Result<ExitCode> {
    let source = SettingsSource {
        // Every image is there.
        debug_image: Some("busybox:1.36"),
        ..source(cli)
    };
    let settings = source.load()?;
    if options.snapshot.is_none() {
        terminal::TerminalGuard::check(std::env::var("TERM").ok().as_deref())?;
    }
    let shells = if options.unsafe_local_shells {
        ShellChoice::UnsafeLocal
    } else {
        ShellChoice::Auto
    };
    let pods = usize::try_from(options.pods).unwrap_or(usize::MAX);
    let demo_options = DemoOptions {
        pods,
        shells,
        seed: options.seed,
        ..DemoOptions::default()
    };
    let demo = Arc::new(demo::start(demo_options)?);
    let folder = tempfile::tempdir().context("no temporary folder for the demo's journal")?;
    let start = demo_start(cli, settings, source, &demo, folder.path().to_owned());
    match options.snapshot {
        None => finish(runtime::run(start).await),
        Some(size) => {
            let size = GridSize::new(size.rows.get(), size.columns.get());
            let steps = snapshot::read(options.keys.as_deref().unwrap_or_default())?;
            let colours = if options.ansi {
                Colours::Ansi
            } else {
                Colours::None
            };
            print(&snapshot::play(start, size, steps, colours).await?)
        }
    }
}

fn demo_start(
    cli: &Cli,
    settings: podmux::app::Settings,
    source: SettingsSource,
    demo: &Arc<Demo>,
    folder: PathBuf,
) -> ConsoleStart {
    let name = ContextName::new(Demo::CONTEXT);
    ConsoleStart {
        open: contexts(std::slice::from_ref(&name), &settings.config, cli),
        known: vec![name],
        settings,
        source,
        backend: Backend::Demo(Arc::clone(demo)),
        selectors: access::selectors(&cli.select),
        targets: None,
        files: FilePlace::Folder(folder),
    }
}

fn print(text: &str) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("standard output cannot be written")
        }
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}

fn config(cli: &Cli, action: &ConfigAction) -> Result<ExitCode> {
    let source = source(cli);
    match action {
        ConfigAction::Path => {
            let path = source
                .path()
                .context("there is no home folder; pass --config FILE")?;
            print(&format!("{}\n", path.display()))
        }
        ConfigAction::Schema => print(Config::schema()),
        ConfigAction::Check { file } => {
            let source = SettingsSource {
                file: file.clone().or(source.file),
                ..source
            };
            source.load()?;
            let path = source.path().unwrap_or_default();
            let words = if path.exists() {
                "is right"
            } else {
                "does not exist: the defaults hold"
            };
            print(&format!("{} {words}\n", path.display()))
        }
    }
}

fn man() -> Result<ExitCode> {
    print(&cli::man::page(Cli::definition()).context("no manual page")?)
}
