//! Owns the rules of the command line that span options. Called by `Cli::read`.

use clap::error::ErrorKind;

use super::commands::Run;
use super::{Access, Cli, Command, Select, Target};

/// A command line that reads well and makes no sense.
pub(super) struct Refused {
    pub(super) kind: ErrorKind,
    pub(super) message: String,
}

fn refuse(kind: ErrorKind, message: &str) -> Result<(), Refused> {
    Err(Refused {
        kind,
        message: message.to_owned(),
    })
}

pub(super) fn whole(cli: &Cli) -> Result<(), Refused> {
    let Some(command) = &cli.command else {
        return console_rules(cli);
    };
    if let Some(target) = cli.targets.first() {
        let message = format!(
            "`{target}` before a subcommand: write TARGETs after it, or pod/NAME for a pod that is named like one"
        );
        return refuse(ErrorKind::ArgumentConflict, &message);
    }
    match command {
        Command::Run(run) => run_rules(run, cli),
        Command::Leaks(leaks) => once(&leaks.targets),
        Command::Demo(_) => no_cluster(cli),
        Command::Reap(_) => no_selection(cli),
        Command::Config { .. }
        | Command::Completions { .. }
        | Command::Complete { .. }
        | Command::Man => no_selection(cli).and_then(|()| no_cluster(cli)),
    }
}

fn once(targets: &[Target]) -> Result<(), Refused> {
    let inputs = targets
        .iter()
        .filter(|target| **target == Target::StandardInput)
        .count();
    if inputs > 1 {
        return refuse(ErrorKind::ArgumentConflict, "`-` may be given once");
    }
    Ok(())
}

/// A command that nobody said where to run is not dropped, and not run everywhere.
fn console_rules(cli: &Cli) -> Result<(), Refused> {
    if !cli.argv.is_empty() {
        somewhere(&cli.targets, &cli.select)?;
    }
    once(&cli.targets)
}

fn somewhere(targets: &[Target], select: &Select) -> Result<(), Refused> {
    let selected = select.selector.is_some() || select.field_selector.is_some();
    if targets.is_empty() && !selected {
        let message =
            "no TARGET: name pods or workloads, `-`, or a selector with -l or --field-selector";
        return refuse(ErrorKind::MissingRequiredArgument, message);
    }
    Ok(())
}

fn run_rules(run: &Run, cli: &Cli) -> Result<(), Refused> {
    somewhere(&run.targets, &cli.select)?;
    if run.switches.stdin && run.targets.contains(&Target::StandardInput) {
        return refuse(
            ErrorKind::ArgumentConflict,
            "standard input cannot both name the targets (`-`) and be copied to them (--stdin)",
        );
    }
    once(&run.targets)
}

fn no_cluster(cli: &Cli) -> Result<(), Refused> {
    if cli.access != Access::default() {
        return refuse(
            ErrorKind::ArgumentConflict,
            "--kubeconfig, --context, --as, --as-group and --request-timeout have no meaning here: no cluster is asked",
        );
    }
    Ok(())
}

fn no_selection(cli: &Cli) -> Result<(), Refused> {
    if cli.select != Select::default() {
        return refuse(
            ErrorKind::ArgumentConflict,
            "-n, -A, -l, --field-selector and -c have no meaning here",
        );
    }
    Ok(())
}
