//! Owns live completion: what a half typed command line asks about, and which names fit there. Finds no names itself and prints
//! nothing. Called by `commands`.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Command, CommandFactory, FromArgMatches};
use clap_complete::engine::{self, ArgValueCompleter, CompletionCandidate, ValueCompleter};

use super::target::{self, KINDS};
use super::{Access, Cli, Select, WorkloadKind};

mod bash_words;

/// Shells that a completion script is written for.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// The script that asks podmux for candidates whenever its user presses Tab.
    pub const fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("complete/podmux.bash"),
            Self::Zsh => include_str!("complete/podmux.zsh"),
            Self::Fish => include_str!("complete/podmux.fish"),
        }
    }
}

/// Which cluster and which of its pods the words so far are about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    pub access: Access,
    pub select: Select,
}

/// One thing that a TARGET may name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Named {
    pub kind: WorkloadKind,
    pub name: String,
    /// A few words beside it, where the shell shows any.
    pub aside: String,
}

/// Where names come from. Whatever goes wrong there is an empty answer: a shell that completes has no place for errors.
pub trait Names: Send + Sync {
    /// Contexts of the kubeconfig; asks no cluster.
    fn contexts(&self, about: &About) -> Vec<String>;
    fn namespaces(&self, about: &About) -> Vec<String>;
    /// Themes, the user's own ones too; asks no cluster.
    fn themes(&self) -> Vec<String>;
    /// Where names of files start.
    fn folder(&self) -> Option<PathBuf>;
    /// Pods and their workloads.
    fn targets(&self, about: &About) -> Vec<Named>;
}

/// A value for the place of the cursor, with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    pub value: String,
    pub aside: String,
}

/// What may stand for the last of the words, in the order in which it is shown.
pub fn candidates(shell: Shell, words: &[OsString], names: Arc<dyn Names>) -> Vec<Candidate> {
    let all = match (shell, words) {
        // bash cuts words at `=` and `:`, so it hands the line over as it was typed.
        (Shell::Bash, [line]) => bash_words::split(&line.to_string_lossy()),
        (Shell::Bash | Shell::Zsh | Shell::Fish, words) => words.to_vec(),
    };
    let Some((current, before)) = all.split_last() else {
        return Vec::new();
    };
    // Behind it stand the words of a command, which only the container knows.
    if before.iter().any(|word| word == "--") {
        return Vec::new();
    }
    let folder = names.folder();
    let live = Live {
        about: Arc::new(about(before)),
        names,
    };
    let mut command = with_values(Cli::command(), &live);
    let at = before.len();
    // The one error there is says that the line has no such word.
    let found =
        engine::complete(&mut command, all.clone(), at, folder.as_deref()).unwrap_or_default();
    // Fifty options would bury the pods: they are for who types a dash.
    let dashed = |value: &OsStr| value.to_string_lossy().starts_with('-');
    let wanted = |found: &&CompletionCandidate| dashed(current) || !dashed(found.get_value());
    let found = found.iter().filter(wanted).map(candidate);
    match shell {
        Shell::Bash => bash_words::behind_the_cut(current, found.collect()),
        Shell::Zsh | Shell::Fish => found.collect(),
    }
}

fn candidate(found: &CompletionCandidate) -> Candidate {
    let aside = found.get_help().map(ToString::to_string);
    let aside = aside.unwrap_or_default();
    Candidate {
        value: found.get_value().to_string_lossy().into_owned(),
        aside: aside.lines().next().unwrap_or_default().to_owned(),
    }
}

/// The command line with its live values.
fn with_values(command: Command, live: &Live) -> Command {
    command
        .mut_args(|arg| match arg.get_id().as_str() {
            "targets" => arg.add(live.of(Live::targets)),
            "contexts" => arg.add(live.of(Live::contexts)),
            "namespaces" => arg.add(live.of(Live::namespaces)),
            "theme" => arg.add(live.of(Live::themes)),
            _ => arg,
        })
        .mut_subcommands(|command| with_values(command, live))
}

fn about(before: &[OsString]) -> About {
    let read = Cli::command()
        .ignore_errors(true)
        .try_get_matches_from(before);
    let Ok(matches) = read else {
        return About::default();
    };
    let mut inner = &matches;
    while let Some((_, deeper)) = inner.subcommand() {
        inner = deeper;
    }
    About {
        access: Access::from_arg_matches(inner).unwrap_or_default(),
        select: Select::from_arg_matches(inner).unwrap_or_default(),
    }
}

#[derive(Clone)]
struct Live {
    about: Arc<About>,
    names: Arc<dyn Names>,
}

/// Finds the values of one argument.
#[derive(Clone)]
struct Finder {
    live: Live,
    find: fn(&Live, &str) -> Vec<CompletionCandidate>,
}

impl ValueCompleter for Finder {
    fn complete(&self, current: &OsStr) -> Vec<CompletionCandidate> {
        current
            .to_str()
            .map(|typed| (self.find)(&self.live, typed))
            .unwrap_or_default()
    }
}

impl Live {
    fn of(&self, find: fn(&Self, &str) -> Vec<CompletionCandidate>) -> ArgValueCompleter {
        let live = self.clone();
        ArgValueCompleter::new(Finder { live, find })
    }

    fn contexts(&self, typed: &str) -> Vec<CompletionCandidate> {
        starting(self.names.contexts(&self.about), typed)
    }

    fn namespaces(&self, typed: &str) -> Vec<CompletionCandidate> {
        starting(self.names.namespaces(&self.about), typed)
    }

    fn themes(&self, typed: &str) -> Vec<CompletionCandidate> {
        starting(self.names.themes(), typed)
    }

    /// `NAME` is a pod; behind a slash the kind's names, the kind spelled as it was typed.
    fn targets(&self, typed: &str) -> Vec<CompletionCandidate> {
        let found = self.names.targets(&self.about);
        if let Some((word, _)) = typed.split_once('/') {
            let Ok(kind) = target::kind(word) else {
                return Vec::new();
            };
            let of_kind = found.into_iter().filter(|named| named.kind == kind);
            let named =
                of_kind.map(|named| written(format!("{word}/{}", named.name), &named.aside));
            return named.filter(|shown| fits(shown, typed)).collect();
        }
        let pods = found
            .iter()
            .filter(|named| named.kind == WorkloadKind::Pod)
            .map(|named| written(named.name.clone(), &named.aside));
        pods.chain(kinds(&found))
            .filter(|shown| fits(shown, typed))
            .collect()
    }
}

/// The kinds that have names here, each as `deploy/`.
fn kinds(found: &[Named]) -> Vec<CompletionCandidate> {
    let mut kinds: Vec<WorkloadKind> = KINDS.iter().map(|(_, kind)| *kind).collect();
    kinds.dedup();
    kinds
        .into_iter()
        .filter(|kind| found.iter().any(|named| named.kind == *kind))
        .map(|kind| written(format!("{}/", kind.short()), ""))
        .collect()
}

fn starting(names: Vec<String>, typed: &str) -> Vec<CompletionCandidate> {
    let names = names.into_iter().filter(|name| name.starts_with(typed));
    names.map(CompletionCandidate::new).collect()
}

fn fits(shown: &CompletionCandidate, typed: &str) -> bool {
    shown.get_value().to_string_lossy().starts_with(typed)
}

fn written(value: String, aside: &str) -> CompletionCandidate {
    let aside = (!aside.is_empty()).then(|| aside.to_owned().into());
    CompletionCandidate::new(value).help(aside)
}

#[cfg(test)]
mod tests;
