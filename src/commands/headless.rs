//! Owns how the headless commands are fed: settings, clusters, streams and signals. Called by `commands`.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use podmux::cli::{self, Cli, Target, WorkloadKind};
use podmux::cluster::client::{self, Overrides};
use podmux::cluster::kubeconfig::Merged;
use podmux::config::{Config, Stand};
use podmux::headless::{
    self, Cluster, Clusters, Count, Form, Interrupts, LeaksOptions, Limits, Namespaces, NoCluster,
    Output, ReapOptions, Rehearsal, RunOptions, Selection, StandardInput, StateFiles, Streams,
    TargetKind, TargetName, Terminal,
};
use podmux::ids::ContextName;
use podmux::runtime::paths::Paths;
use podmux::session::guard::{Rules, Yes};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{access, source, words};

/// Cells in a line where no terminal says so.
const WIDTH: u16 = 80;

/// `podmux run`
pub(super) async fn run(cli: &Cli, options: &cli::Run) -> Result<ExitCode> {
    let config = source(cli).load()?.config;
    let access = Access::of(cli, &config)?;
    let clusters = access.connect_all(cli).await?;
    let run = RunOptions {
        selection: selection(cli, &options.targets)?,
        command: words(&options.argv)?,
        output: options.output.map(output),
        timeout: options.timeout.or(config.timeouts.run),
        lease: config.timeouts.lease,
        fanout: options.fanout.into(),
        max_output: usize::try_from(options.max_output).unwrap_or(usize::MAX),
        rules: rules(&config, &clusters, options.max_targets),
        yes: if options.switches.yes {
            Yes::Given
        } else {
            Yes::NotGiven
        },
        rehearsal: if options.switches.dry_run {
            Rehearsal::DryRun
        } else {
            Rehearsal::No
        },
        limits: limits(&config),
    };
    let input = || Box::new(io::stdin()) as StandardInput;
    let input = options.switches.stdin.then(input);
    let state = state(&config)?;
    let interrupts = interrupts()?;
    let exit = with_streams(async |streams: &mut Streams<'_>| {
        headless::run::run(&run, &clusters, &state, interrupts, input, streams).await
    });
    Ok(exit.await)
}

/// `podmux leaks`
pub(super) async fn leaks(cli: &Cli, options: &cli::Leaks) -> Result<ExitCode> {
    let config = source(cli).load()?.config;
    let clusters = Access::of(cli, &config)?.connect_all(cli).await?;
    let leaks = LeaksOptions {
        selection: selection(cli, &options.targets)?,
        form: form(options.json),
        older: options.older,
        limits: limits(&config),
        journal: state(&config)?.journal,
    };
    let interrupts = interrupts()?;
    let exit = with_streams(async |streams: &mut Streams<'_>| {
        headless::leaks::leaks(&leaks, &clusters, interrupts, streams).await
    });
    Ok(exit.await)
}

/// `podmux reap`
pub(super) async fn reap(cli: &Cli, options: cli::Reap) -> Result<ExitCode> {
    let config = source(cli).load()?.config;
    let access = Access::of(cli, &config)?;
    let reap = ReapOptions {
        yes: if options.yes {
            Yes::Given
        } else {
            Yes::NotGiven
        },
        form: form(options.json),
        limits: limits(&config),
    };
    let state = state(&config)?;
    let interrupts = interrupts()?;
    let connect = async |name: &ContextName| {
        let context = access
            .merged
            .pick(Some(name.as_str()))
            .map_err(NoCluster::from)?;
        access.connect(context).await.map_err(NoCluster::from)
    };
    let exit = with_streams(async |streams: &mut Streams<'_>| {
        headless::reap::reap(reap, connect, &state, interrupts, streams).await
    });
    Ok(exit.await)
}

struct Access {
    merged: Merged,
    overrides: Overrides,
}

impl Access {
    fn of(cli: &Cli, config: &Config) -> Result<Self> {
        Ok(Self {
            merged: access::load(&cli.access)?,
            overrides: access::overrides(&cli.access, config.timeouts.request),
        })
    }

    async fn connect(
        &self,
        context: ContextName,
    ) -> Result<Cluster, podmux::cluster::error::AccessError> {
        let clients = client::connect(&self.merged, &context, &self.overrides).await?;
        Ok(Cluster::new(context, clients))
    }

    async fn connect_all(&self, cli: &Cli) -> Result<Clusters> {
        let mut clusters = Clusters::new();
        for context in access::picked(&cli.access, &self.merged)? {
            clusters.push(Arc::new(self.connect(context).await?));
        }
        Ok(clusters)
    }
}

fn selection(cli: &Cli, targets: &[Target]) -> Result<Selection> {
    let mut names = Vec::new();
    for target in targets {
        match target {
            Target::Named { kind, name } => names.push(named(*kind, name)),
            Target::StandardInput => names.extend(from_stdin()?),
        }
    }
    let namespaces = match (cli.select.all_namespaces, cli.select.namespaces.as_slice()) {
        (true, _) => Namespaces::All,
        (false, []) => Namespaces::OfContext,
        (false, names) => Namespaces::Named(names.to_vec()),
    };
    let container = cli.select.container.clone();
    Ok(Selection {
        names,
        namespaces,
        selectors: access::selectors(&cli.select),
        container,
    })
}

/// Nothing on standard input must not come to mean every pod.
fn from_stdin() -> Result<Vec<TargetName>> {
    let text =
        io::read_to_string(io::stdin()).context("TARGETs cannot be read from standard input")?;
    let read = cli::parse_targets(&text)
        .map_err(|(line, error)| anyhow!("standard input, line {line}: {error}"))?;
    let names: Vec<TargetName> = read
        .iter()
        .filter_map(|target| match target {
            Target::Named { kind, name } => Some(named(*kind, name)),
            Target::StandardInput => None,
        })
        .collect();
    if names.is_empty() {
        return Err(anyhow!("standard input names no TARGET"));
    }
    Ok(names)
}

fn named(kind: WorkloadKind, name: &str) -> TargetName {
    let kind = match kind {
        WorkloadKind::Pod => TargetKind::Pod,
        WorkloadKind::Deployment => TargetKind::Deployment,
        WorkloadKind::StatefulSet => TargetKind::StatefulSet,
        WorkloadKind::DaemonSet => TargetKind::DaemonSet,
        WorkloadKind::Job => TargetKind::Job,
    };
    TargetName {
        kind,
        name: name.to_owned(),
    }
}

/// The rules of the configuration; `--max-targets` counts before its own.
fn rules(config: &Config, clusters: &Clusters, max_targets: Option<u32>) -> Rules {
    let mut config = config.clone();
    if let Some(most) = max_targets {
        config.broadcast.max_targets = most;
        config.broadcast.max_targets_at = Stand::Flag("--max-targets");
    }
    let contexts = clusters.iter().map(|cluster| cluster.context.as_str());
    podmux::app::rules::rules(&config, contexts)
}

fn limits(config: &Config) -> Limits {
    let timeouts = &config.timeouts;
    Limits {
        open: timeouts.open,
        grace: timeouts.grace,
        cleanup: timeouts.cleanup,
    }
}

fn state(config: &Config) -> Result<StateFiles> {
    let paths = Paths::of_user().ok_or_else(|| {
        anyhow!("there is no home folder for the journal; set HOME or XDG_STATE_HOME")
    })?;
    Ok(StateFiles {
        journal: paths.journal(),
        audit: config.audit.enabled.then(|| paths.audit()),
        keep_text: config.audit.text.into(),
    })
}

const fn output(output: cli::Output) -> Output {
    match output {
        cli::Output::Fold => Output::Fold,
        cli::Output::Stream => Output::Stream,
        cli::Output::Json => Output::Json,
    }
}

const fn form(json: bool) -> Form {
    if json { Form::Json } else { Form::Table }
}

/// Counts what asks us to stop: Ctrl-C, a polite kill, a closed terminal.
fn interrupts() -> Result<Interrupts> {
    let (count, interrupts) = watch::channel(0u32);
    let listen = |kind| signal(kind).context("signals cannot be listened to");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                _ = hangup.recv() => {}
            }
            count.send_modify(|count| *count = count.saturating_add(1));
        }
    });
    Ok(interrupts)
}

async fn with_streams(
    command: impl AsyncFnOnce(&mut Streams<'_>) -> headless::ExitCode,
) -> ExitCode {
    let (mut out, mut err) = (io::stdout(), io::stderr());
    let terminal = if out.is_terminal() {
        Terminal::Yes
    } else {
        Terminal::No
    };
    let count = if err.is_terminal() {
        Count::Hidden
    } else {
        Count::Off
    };
    let (width, _) = crossterm::terminal::size().unwrap_or((WIDTH, 0));
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        terminal,
        width: width.into(),
        count,
    };
    ExitCode::from(command(&mut streams).await.code())
}
