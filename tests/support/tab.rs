//! Presses Tab in real shells: shared by the local tests and those on a cluster.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::engine::installed;
use crate::pty::{Program, Size, Terminal};

const SOON: Duration = Duration::from_secs(60);

/// How a shell is started bare, and how it takes our script and the prompt `prompt>`.
const SHELLS: [(&str, &[&str], &str); 3] = [
    (
        "bash",
        &["--norc", "--noprofile", "-i"],
        "PS1='prompt> '; source <(podmux completions bash)",
    ),
    (
        "zsh",
        &["-f", "-i"],
        "PS1='prompt> '; autoload -Uz compinit; compinit -u; source <(podmux completions zsh)",
    ),
    (
        // What it suggests by itself would look like what Tab put there.
        "fish",
        &["--no-config", "-i"],
        "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo 'prompt> '; end; podmux completions fish | source",
    ),
];

/// The program under test first.
pub(crate) fn path() -> OsString {
    let podmux = Path::new(env!("CARGO_BIN_EXE_podmux"));
    let mut path = podmux.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    path
}

/// Types each line after `podmux `, Tab included, in every shell that is there, and waits for what the line must show then.
/// Between two lines `meanwhile` may change what there is to complete, by the name of the shell and the number of the line.
pub(crate) fn press(
    home: &Path,
    kubeconfig: &Path,
    lines: &[(&str, &str)],
    mut meanwhile: impl FnMut(&str, usize),
) {
    for (shell, args, script) in SHELLS {
        if !installed(shell) {
            println!("not run: {shell} is not installed");
            continue;
        }
        let mut terminal = Program::new(shell, home)
            .args(args.iter().copied())
            .env("KUBECONFIG", kubeconfig)
            .env("PATH", path())
            .size(Size(24, 160))
            .start();
        terminal.send(format!("{script}; echo read\"y\"\r"));
        terminal.wait_for("ready", SOON);
        for (number, (typed, line)) in lines.iter().enumerate() {
            meanwhile(shell, number);
            press_once(&mut terminal, typed, line);
        }
    }
}

fn press_once(terminal: &mut Terminal, typed: &str, line: &str) {
    terminal.send("clear\r");
    terminal.wait_until("an empty screen", SOON, |screen| {
        screen.contents().trim() == "prompt>"
    });
    terminal.send(format!("podmux {typed}"));
    terminal.wait_for(line, SOON);
    // Nothing of the line is run.
    terminal.send("\x15");
}
