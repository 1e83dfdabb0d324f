//! Owns which options of all mean nothing to a subcommand: its help does not list them. Called by `Cli::definition`.

use clap::{Arg, Command};

const SELECTION: [&str; 5] = [
    "namespaces",
    "all_namespaces",
    "selector",
    "field_selector",
    "container",
];
const CLUSTER: [&str; 5] = [
    "kubeconfig",
    "contexts",
    "as_user",
    "as_groups",
    "request_timeout",
];
const LOOKS: [&str; 1] = ["theme"];
const RAILS: [&str; 1] = ["read_only"];
/// The journal names them.
const CONTEXTS: [&str; 1] = ["contexts"];
const SETTINGS: [&str; 1] = ["config"];

/// Subcommand, and the lists of what it does not take.
const MEANINGLESS: [(&str, &[&[&str]]); 7] = [
    ("demo", &[&CLUSTER]),
    ("run", &[&LOOKS]),
    ("leaks", &[&LOOKS, &RAILS]),
    ("reap", &[&SELECTION, &CONTEXTS, &LOOKS, &RAILS]),
    ("config", &[&SELECTION, &CLUSTER, &LOOKS, &RAILS]),
    (
        "completions",
        &[&SELECTION, &CLUSTER, &LOOKS, &RAILS, &SETTINGS],
    ),
    ("man", &[&SELECTION, &CLUSTER, &LOOKS, &RAILS, &SETTINGS]),
];

/// The same command line, with shorter helps: a subcommand that has an option itself does not get that of all.
pub(super) fn hidden(mut command: Command) -> Command {
    for (name, lists) in MEANINGLESS {
        let named = |option: &Arg| {
            let mut names = lists.iter().copied().flatten();
            names.any(|name| option.get_id() == name)
        };
        let options: Vec<Arg> = command
            .get_arguments()
            .filter(|option| named(option))
            .map(|option| option.clone().hide(true))
            .collect();
        command = command.mut_subcommand(name, |subcommand| subcommand.args(options));
    }
    command
}
