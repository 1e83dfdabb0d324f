use std::time::Duration;

use super::*;

fn read(line: &str) -> Result<Cli, clap::Error> {
    Cli::read(std::iter::once("podmux").chain(line.split_whitespace()))
}

fn good(line: &str) -> Cli {
    read(line).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn pod(name: &str) -> Target {
    Target::Named {
        kind: WorkloadKind::Pod,
        name: name.to_owned(),
    }
}

#[test]
fn the_definition_is_consistent() {
    Cli::definition().debug_assert();
}

#[test]
fn targets_and_a_command_open_the_console() {
    let cli = good(
        "web deploy/api -n shop -n cart --context eu --context us -c app -- tail -f -n 1 /log",
    );
    assert_eq!(
        cli.targets,
        [
            pod("web"),
            Target::Named {
                kind: WorkloadKind::Deployment,
                name: "api".to_owned()
            }
        ]
    );
    assert_eq!(cli.argv, ["tail", "-f", "-n", "1", "/log"]);
    assert_eq!(
        (cli.select.namespaces, cli.access.contexts),
        (
            vec!["shop".to_owned(), "cart".to_owned()],
            vec!["eu".to_owned(), "us".to_owned()]
        )
    );
    assert_eq!(
        (cli.select.container.as_deref(), cli.command),
        (Some("app"), None)
    );
}

#[test]
fn a_command_needs_no_target() {
    let cli = good("-l app=web -- id");
    assert_eq!(
        (cli.targets, cli.argv, cli.select.selector.as_deref()),
        (vec![], vec!["id".into()], Some("app=web"))
    );
}

#[test]
fn options_of_kubectl_work_before_and_after_a_subcommand() {
    for line in [
        "-n shop --context eu run web -- id",
        "run -n shop --context eu web -- id",
        "run web --context eu -n shop -- id",
    ] {
        let cli = good(line);
        assert_eq!(
            (cli.select.namespaces, cli.access.contexts),
            (vec!["shop".to_owned()], vec!["eu".to_owned()]),
            "{line}"
        );
        assert!(
            matches!(cli.command, Some(Command::Run(run)) if run.targets == [pod("web")] && run.argv == ["id"]),
            "{line}"
        );
    }
}

#[test]
fn run_has_the_documented_defaults() {
    let Some(Command::Run(run)) = good("run deploy/web -- id").command else {
        panic!("run")
    };
    assert_eq!(
        (
            run.output,
            run.timeout,
            run.fanout,
            run.max_targets,
            run.max_output
        ),
        (None, None, 32, None, 1 << 20)
    );
    assert_eq!(run.switches, commands::RunSwitches::default());
}

#[test]
fn every_option_of_run_is_read() {
    let line = "run - --output json --timeout 30s --fanout 8 --max-targets 500 --max-output 64KiB --dry-run --yes -- id";
    let Some(Command::Run(run)) = good(line).command else {
        panic!("run")
    };
    assert_eq!(
        (run.output, run.timeout, run.fanout),
        (Some(Output::Json), Some(Duration::from_secs(30)), 8)
    );
    assert_eq!(
        (
            run.max_targets,
            run.max_output,
            run.switches.dry_run,
            run.switches.yes
        ),
        (Some(500), 65_536, true, true)
    );
    assert_eq!(run.targets, [Target::StandardInput]);
}

#[test]
fn the_other_subcommands() {
    let Some(Command::Demo(demo)) =
        good("demo --pods 10000 --snapshot 120x40 --keys j --ansi").command
    else {
        panic!("demo")
    };
    let size = demo.snapshot.map(|size| size.to_string());
    assert_eq!(
        (demo.pods, size.as_deref(), demo.keys.as_deref(), demo.ansi),
        (10_000, Some("120x40"), Some("j"), true)
    );
    let Some(Command::Leaks(leaks)) = good("leaks -A --json --older 1m").command else {
        panic!("leaks")
    };
    assert_eq!(
        (leaks.json, leaks.older, leaks.targets),
        (true, Duration::from_secs(60), vec![])
    );
    assert_eq!(
        good("reap --yes --json").command,
        Some(Command::Reap(Reap {
            yes: true,
            json: true
        }))
    );
    assert_eq!(
        good("config path").command,
        Some(Command::Config {
            action: ConfigAction::Path
        })
    );
    assert_eq!(
        good("config check a.toml").command,
        Some(Command::Config {
            action: ConfigAction::Check {
                file: Some("a.toml".into())
            }
        })
    );
    assert_eq!(
        good("config schema").command,
        Some(Command::Config {
            action: ConfigAction::Schema
        })
    );
    assert_eq!(
        good("completions zsh").command,
        Some(Command::Completions {
            shell: complete::Shell::Zsh
        })
    );
    assert_eq!(good("man").command, Some(Command::Man));
}

#[test]
fn request_timeouts_are_read_as_kubectl_does() {
    for (text, seconds) in [("0", 0), ("30", 30), ("30s", 30), ("2m", 120)] {
        let timeout = good(&format!("--request-timeout {text}"))
            .access
            .request_timeout;
        assert_eq!(timeout, Some(Duration::from_secs(seconds)), "{text}");
    }
}

#[test]
fn wrong_command_lines_exit_2_and_say_why() {
    let table = [
        ("run -- id", "no TARGET"),
        ("-- id", "no TARGET"),
        ("-n shop -- id", "no TARGET"),
        ("run web", "<COMMAND>"),
        ("run web -- ", "<COMMAND>"),
        ("run - --stdin -- cat", "standard input cannot both"),
        ("run - - -- cat", "`-` may be given once"),
        (
            "run svc/web -- id",
            "`svc` is no kind of target: write pod, deploy, sts, ds or job",
        ),
        ("run depoly/web -- id", "did you mean `deploy`?"),
        ("run web --timeout 30 -- id", "is no duration"),
        ("run web --fanout 0 -- id", "0"),
        (
            "run web --output yaml -- id",
            "possible values: fold, stream, json",
        ),
        ("run web --max-output 8MB -- id", "is no size"),
        ("-A -n shop", "cannot be used with"),
        ("--as-group admins", "--as <USER>"),
        ("--no-such-option", "unexpected argument"),
        ("demo --pods 0", "0"),
        ("demo --pods 10001", "10001"),
        ("demo --keys j", "--snapshot"),
        ("demo --snapshot 120", "such as 120x40"),
        ("demo --snapshot 0x40", "such as 120x40"),
        ("demo --context eu", "no cluster is asked"),
        ("man -n shop", "have no meaning here"),
        ("completions bash --context eu", "no cluster is asked"),
        ("completions tcsh", "possible values"),
        ("reap -l app=web", "have no meaning here"),
        ("config", "Usage"),
        ("Web", "cannot be a name"),
    ];
    for (line, reason) in table {
        let error = read(line).expect_err(line);
        assert_eq!(error.exit_code(), 2, "{line}");
        assert!(error.to_string().contains(reason), "{line}: {error}");
    }
}

#[test]
fn the_usage_names_targets_command_and_subcommands() {
    let usage = Cli::definition().render_usage().to_string();
    for part in [
        "podmux [OPTIONS] [TARGET]... [-- <COMMAND>...]",
        "podmux [OPTIONS] <SUBCOMMAND>",
    ] {
        assert!(usage.contains(part), "{usage}");
    }
}

#[test]
fn help_and_version_exit_0() {
    for line in ["--help", "-h", "run --help", "demo -h", "--version"] {
        assert_eq!(read(line).expect_err(line).exit_code(), 0, "{line}");
    }
}

#[test]
fn every_option_and_subcommand_has_a_help_line() {
    fn check(command: &clap::Command) {
        for argument in command.get_arguments() {
            assert!(
                argument.get_help().is_some(),
                "{} {}",
                command.get_name(),
                argument.get_id()
            );
        }
        for sub in command.get_subcommands() {
            assert!(sub.get_about().is_some(), "{}", sub.get_name());
            check(sub);
        }
    }
    check(&Cli::definition());
}

fn help(line: &str) -> String {
    let words = std::iter::once("podmux").chain(line.split_whitespace());
    Cli::read(words).unwrap_err().to_string()
}

#[test]
fn a_help_lists_only_what_means_something_there() {
    for (line, there, absent) in [
        (
            "--help",
            &["--namespace", "--context", "--theme"][..],
            &[][..],
        ),
        (
            "leaks --help",
            &["--namespace", "--context"],
            &["--theme", "--read-only"],
        ),
        ("run --help", &["--namespace", "--read-only"], &["--theme"]),
        (
            "reap --help",
            &["--yes", "--kubeconfig", "--as"],
            &[
                "--namespace",
                "--selector",
                "--container",
                "--context ",
                "--theme",
            ],
        ),
        (
            "config path --help",
            &["--config"],
            &["--namespace", "--kubeconfig"],
        ),
        (
            "config --help",
            &["--config"],
            &["--namespace", "--kubeconfig"],
        ),
        (
            "man --help",
            &["--log-file"],
            &["--namespace", "--kubeconfig", "--config"],
        ),
    ] {
        let help = help(line);
        for option in there {
            assert!(help.contains(option), "{line} lacks {option}:\n{help}");
        }
        for option in absent {
            assert!(!help.contains(option), "{line} has {option}:\n{help}");
        }
    }
}
