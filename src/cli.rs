//! Owns the command line: what may be typed, its help, and the refusal of what may not. Runs nothing. Called by `main`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub mod commands;
pub mod complete;
pub mod man;
pub mod target;

mod check;
mod meaningless;

use crate::ids::{NAMESPACE_RULE, is_namespace};
pub use commands::{ConfigAction, Demo, Leaks, Output, Reap, Run, ScreenSize};

pub use target::{Target, TargetError, WorkloadKind, parse_targets};

/// Reads the name of a namespace, so that no other text gets into an address.
fn namespace(text: &str) -> Result<String, String> {
    if is_namespace(text) {
        Ok(text.to_owned())
    } else {
        Err(NAMESPACE_RULE.to_owned())
    }
}

const ABOUT: &str = "A full-screen console for many Kubernetes pods at once";

const LONG_ABOUT: &str = "\
A full-screen console for many Kubernetes pods at once: a live list, real shells side by side, typing into all of them, \
and a cancel that proves that nothing is left running.

TARGETs open at once, each pod in a pane of one tab; without TARGET the console shows the list.";

const USAGE: &str = "\
podmux [OPTIONS] [TARGET]... [-- <COMMAND>...]
       podmux [OPTIONS] <SUBCOMMAND>";

const AFTER_HELP: &str = "\
TARGETs: NAME or pod/NAME, deploy/NAME, sts/NAME, ds/NAME, job/NAME; `-` reads them from standard input.

Examples:
  podmux                                  the list of pods
  podmux deploy/web                       a shell in every pod of the deployment web
  podmux -n shop -l app=web -- tail -f /var/log/app.log
  kubectl get pods -o name | podmux -
  podmux demo                             try it without a cluster";

/// The whole command line.
#[derive(Parser, Clone, PartialEq, Debug)]
#[command(name = "podmux", version, about = ABOUT, long_about = LONG_ABOUT, after_help = AFTER_HELP)]
#[command(max_term_width = 100, disable_help_subcommand = true)]
#[command(
    override_usage = USAGE,
    subcommand_value_name = "SUBCOMMAND",
    subcommand_help_heading = "Subcommands"
)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,

    /// Pods or workloads to open at once
    #[arg(value_name = "TARGET", value_parser = target::parse)]
    pub targets: Vec<Target>,

    /// Command to start in each target instead of a shell
    #[arg(value_name = "COMMAND", last = true)]
    pub argv: Vec<OsString>,

    #[command(flatten)]
    pub select: Select,

    #[command(flatten)]
    pub access: Access,

    #[command(flatten)]
    pub own: Own,
}

/// Which pods are meant, as kubectl says it.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
#[command(next_help_heading = "Pods")]
pub struct Select {
    /// Namespace to look in; may be given several times
    #[arg(short, long = "namespace", value_name = "NAMESPACE", global = true, value_parser = namespace, action = clap::ArgAction::Append)]
    pub namespaces: Vec<String>,

    /// All namespaces
    #[arg(short = 'A', long, global = true, conflicts_with = "namespaces")]
    pub all_namespaces: bool,

    /// Only pods with these labels, such as `app=web,tier!=db`
    #[arg(short = 'l', long, value_name = "SELECTOR", global = true)]
    pub selector: Option<String>,

    /// Only pods with these fields, such as `spec.nodeName=node-1`
    #[arg(long, value_name = "SELECTOR", global = true)]
    pub field_selector: Option<String>,

    /// Container to use; without it the pod's default container
    #[arg(short, long, value_name = "CONTAINER", global = true)]
    pub container: Option<String>,
}

/// How the cluster is reached, as kubectl says it.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
#[command(next_help_heading = "Cluster")]
pub struct Access {
    /// Kubeconfig file, instead of $KUBECONFIG and ~/.kube/config
    #[arg(long, value_name = "FILE", global = true)]
    pub kubeconfig: Option<PathBuf>,

    /// Context of the kubeconfig; may be given several times, for several clusters in one console
    #[arg(long = "context", value_name = "CONTEXT", global = true, action = clap::ArgAction::Append)]
    pub contexts: Vec<String>,

    /// User to act as
    #[arg(long = "as", value_name = "USER", global = true)]
    pub as_user: Option<String>,

    /// Group to act as; may be given several times, needs --as
    #[arg(long = "as-group", value_name = "GROUP", global = true, action = clap::ArgAction::Append, requires = "as_user")]
    pub as_groups: Vec<String>,

    /// Time for one request to the API server, such as 30s; 0 for no limit
    #[arg(long, value_name = "DURATION", global = true, value_parser = commands::request_timeout)]
    pub request_timeout: Option<std::time::Duration>,
}

/// Options of podmux itself.
#[derive(Args, Clone, PartialEq, Eq, Debug, Default)]
#[command(next_help_heading = "Console")]
pub struct Own {
    /// Settings file, instead of the one that `podmux config path` names
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,

    /// Theme, instead of the one in the settings
    #[arg(long, value_name = "NAME", global = true)]
    pub theme: Option<String>,

    /// Refuse shells, run, compose and port-forward
    #[arg(long, global = true)]
    pub read_only: bool,

    /// Write a log to this file; `PODMUX_LOG` sets its levels, as in `podmux=debug,warn`
    #[arg(long, value_name = "FILE", global = true)]
    pub log_file: Option<PathBuf>,
}

/// What to do instead of opening the console.
#[derive(Subcommand, Clone, PartialEq, Debug)]
pub enum Command {
    /// Open the console on an embedded cluster: no kubeconfig, no server
    Demo(Demo),
    /// Run one command in many pods, without a terminal
    Run(Run),
    /// Show what exec processes of any tool still run in these pods, and since when; changes nothing
    Leaks(Leaks),
    /// Show what earlier runs of podmux left behind, and end it with --yes
    Reap(Reap),
    /// Show where the settings are, check them, or print their schema
    Config {
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// Print the completion script of a shell
    Completions {
        /// Shell that will read the script
        #[arg(value_enum)]
        shell: complete::Shell,
    },
    /// Print what may stand at the cursor of a shell's line; the completion scripts call it
    #[command(name = "__complete", hide = true)]
    Complete {
        /// Shell that asks
        #[arg(value_enum)]
        shell: complete::Shell,
        /// The words up to the cursor, program name first
        #[arg(last = true)]
        words: Vec<OsString>,
    },
    /// Print the manual page
    Man,
}

impl Cli {
    /// Reads the command line, program name first.
    ///
    /// # Errors
    /// What clap says, with its exit code: 0 for help and version, 2 for a wrong command line.
    pub fn read<I, T>(words: I) -> Result<Self, clap::Error>
    where
        I: IntoIterator<Item = T>,
        T: Into<OsString> + Clone,
    {
        let matches = Self::definition().try_get_matches_from(words)?;
        let cli = Self::from_arg_matches(&matches)?;
        check::whole(&cli).map_err(|refused| {
            let mut command = Self::definition();
            command.build();
            let name = matches.subcommand_name().unwrap_or_default();
            let meant = match command.find_subcommand_mut(name) {
                Some(subcommand) => subcommand,
                None => &mut command,
            };
            meant.error(refused.kind, refused.message)
        })?;
        Ok(cli)
    }

    /// The definition that completions and the manual page are made from.
    pub fn definition() -> clap::Command {
        meaningless::hidden(Self::command())
    }
}

#[cfg(test)]
mod tests;
