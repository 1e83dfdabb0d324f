//! Reads the command line, does what it asks, prints, and turns the result into an exit code. The only file that prints.

use std::io::Write;
use std::process::ExitCode;

use podmux::cli::Cli;

mod commands;

/// Wrong usage or configuration.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    // The demo starts this program again inside a sandbox: before threads, before anything else.
    if let Some(code) = podmux::demo::sandbox::child_main(std::env::args_os().skip(1)) {
        return code;
    }
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("podmux: {}", told(&error)));
            ExitCode::from(USAGE)
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // Where even this cannot be printed, the exit code still tells.
    error.print().ok();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

/// An error with its causes, each said once: many say in their own words what their cause says.
fn told(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

/// One line on standard error; a closed one is nobody's trouble.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}
