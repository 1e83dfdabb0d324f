//! Owns the options of each subcommand. Runs nothing. Called by `cli`.

use std::ffi::OsString;
use std::fmt;
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use super::target::{self, Target};
use crate::config::values;

/// `podmux demo`
#[derive(Args, Clone, PartialEq, Eq, Debug)]
pub struct Demo {
    /// Number of pods in the embedded cluster
    #[arg(long, value_name = "N", default_value_t = 214, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub pods: u32,

    /// Seed of everything that happens by chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,

    /// Print one screen of this size, such as 120x40, instead of opening a terminal
    #[arg(long, value_name = "WxH")]
    pub snapshot: Option<ScreenSize>,

    /// Keys to play before the snapshot: chords, "text", wait:"text", settle
    #[arg(long, value_name = "KEYS", requires = "snapshot")]
    pub keys: Option<String>,

    /// Print the snapshot with its colours
    #[arg(long, requires = "snapshot")]
    pub ansi: bool,

    /// Start real shells without a sandbox: they can do to this machine what you can
    #[arg(long)]
    pub unsafe_local_shells: bool,
}

/// The size of a printed screen in cells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScreenSize {
    pub columns: NonZeroU16,
    pub rows: NonZeroU16,
}

impl FromStr for ScreenSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |part: &str| part.parse::<NonZeroU16>().ok().filter(|n| n.get() <= 1000);
        let sides = text
            .split_once('x')
            .and_then(|(columns, rows)| side(columns).zip(side(rows)));
        sides
            .map(|(columns, rows)| Self { columns, rows })
            .ok_or_else(|| "write columns and rows, each from 1 to 1000, such as 120x40".to_owned())
    }
}

impl fmt::Display for ScreenSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.columns, self.rows)
    }
}

/// `podmux run`
#[derive(Args, Clone, PartialEq, Eq, Debug)]
#[command(after_help = "\
Exit code: 0 all commands exited 0; 1 some exited non-zero; 3 some outcome is unknown, or a start failed, timed out or was lost;
4 no target matched; 2 wrong usage or settings; 130 interrupted, after cleaning up.

Example:
  podmux run deploy/web -- cat /etc/app/rev")]
pub struct Run {
    /// Pods or workloads to run the command in
    #[arg(value_name = "TARGET", value_parser = target::parse)]
    pub targets: Vec<Target>,

    /// Command with its arguments
    #[arg(value_name = "COMMAND", last = true, required = true)]
    pub argv: Vec<OsString>,

    /// How answers are printed; without it `fold` on a terminal and `stream` in a pipe
    #[arg(short, long, value_enum)]
    pub output: Option<Output>,

    /// Cancel a command that runs longer, such as 30s; without it the settings say
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// Commands that run at the same time
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub fanout: u16,

    /// Refuse to run in more targets than this; without it the settings say
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_targets: Option<u32>,

    /// Keep this much of each answer, per target
    #[arg(long, value_name = "SIZE", default_value = "1MiB", value_parser = values::size)]
    pub max_output: u64,

    #[command(flatten)]
    pub switches: RunSwitches,
}

/// The switches of `podmux run`.
#[derive(Args, Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RunSwitches {
    /// Copy standard input to every target
    #[arg(long)]
    pub stdin: bool,

    /// Print the targets and run nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Run in protected contexts and namespaces too
    #[arg(short, long)]
    pub yes: bool,
}

/// How `podmux run` prints answers.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Output {
    /// Equal answers once, with the names of their pods
    Fold,
    /// Each line as it comes, with its pod before it
    Stream,
    /// One JSON line per target
    Json,
}

/// `podmux leaks`
#[derive(Args, Clone, PartialEq, Eq, Debug)]
#[command(after_help = "\
Exit code: 0 none found; 1 some found; 3 some container could not be looked into; 4 no target matched; 2 wrong usage or settings.")]
pub struct Leaks {
    /// Pods or workloads to look into; without them all pods of the namespaces
    #[arg(value_name = "TARGET", value_parser = target::parse)]
    pub targets: Vec<Target>,

    /// One JSON line per process
    #[arg(long)]
    pub json: bool,

    /// Leave out processes younger than this, such as 1m
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    pub older: Duration,
}

/// `podmux reap`
#[derive(Args, Clone, Copy, PartialEq, Eq, Debug)]
#[command(after_help = "Exit code: 0 nothing left; 1 something left; 3 unknown.")]
pub struct Reap {
    /// End what is left; without it, only show it
    #[arg(short, long)]
    pub yes: bool,

    /// One JSON line per session
    #[arg(long)]
    pub json: bool,
}

/// `podmux config`
#[derive(Subcommand, Clone, PartialEq, Eq, Debug)]
pub enum ConfigAction {
    /// Print where the settings file is looked for
    Path,
    /// Check a settings file and print what is wrong
    Check {
        /// File to check; without it the one that would be used
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the JSON schema of the settings
    Schema,
}

fn duration(text: &str) -> Result<Duration, String> {
    values::duration(text)
}

/// Reads kubectl's `--request-timeout`: a duration, or 0 for none.
pub(super) fn request_timeout(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    // kubectl takes a plain number for seconds.
    if let Ok(seconds) = text.parse::<u32>() {
        return Ok(Duration::from_secs(u64::from(seconds)));
    }
    values::duration(text)
}
