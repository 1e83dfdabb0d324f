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
            say(&format!("podmux: {error:#}"));
            ExitCode::from(USAGE)
        }
    }
}

fn usage(error: &clap::Error) -> ExitCode {
    // Where even this cannot be printed, the exit code still tells.
    error.print().ok();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

/// One line on standard error; a closed one is nobody's trouble.
fn say(text: &str) {
    writeln!(std::io::stderr(), "{text}").ok();
}
