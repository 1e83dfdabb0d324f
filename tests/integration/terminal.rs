//! The eyes and hands that other tests use on real terminals work themselves: tried on `/bin/sh`.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::pty::{Background, Program, Size, Terminal, framed};

const SOON: Duration = Duration::from_secs(10);

fn shell(script: &str) -> Program {
    Program::new("/bin/sh", &std::env::temp_dir()).args(["-c", script])
}

/// The message of the panic that the work is expected to end in.
fn failure(work: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panic = std::panic::catch_unwind(work).err();
    let message = panic.and_then(|panic| panic.downcast::<String>().ok());
    message.map_or_else(|| "nothing failed".to_owned(), |message| *message)
}

#[test]
fn what_a_program_writes_is_on_the_screen() {
    let mut terminal = shell("printf '\\033[2;5Hhere\\033]0;named\\007\\007'; read -r _").start();
    terminal.wait_for("here", SOON);
    assert_eq!(terminal.text(), "\n    here");
    assert_eq!(terminal.screen().cursor_position(), (1, 8));
    assert_eq!(terminal.title(), "named");
    assert_eq!(terminal.bells(), 1);
    assert!(terminal.output().starts_with(b"\x1b[2;5H"));
}

#[test]
fn keys_reach_the_program_and_its_status_comes_back() {
    let mut terminal = shell("read -r line; exit \"$line\"").start();
    terminal.send("7\r");
    assert_eq!(terminal.wait_exit(SOON).exit_code(), 7);
}

#[test]
fn the_program_sees_the_size_and_its_change() {
    let script = "trap 'stty size' WINCH; stty size; while :; do read -r _ || :; done";
    let mut terminal = shell(script).size(Size(30, 100)).start();
    terminal.wait_for("30 100", SOON);
    terminal.resize(Size(12, 34));
    terminal.wait_for("12 34", SOON);
    assert!(framed(terminal.screen()).starts_with(&format!("+{}\n", "-".repeat(34))));
}

#[test]
fn nothing_of_the_environment_is_inherited_but_the_path() {
    let mut terminal = shell("env; echo end")
        .env("ONE", "1")
        .env_remove("LANG")
        .start();
    terminal.wait_exit(SOON);
    let text = terminal.text();
    let mut names: Vec<_> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    names.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_", "SHELL"].contains(name));
    names.sort_unstable();
    assert_eq!(names, ["HOME", "ONE", "PATH", "TERM"]);
}

#[test]
fn questions_of_the_program_are_answered() {
    let ask = "stty raw -echo; printf '\\033]11;?\\033\\\\\\033[6n\\033[5n\\033[c'; dd bs=1 count=44 2>/dev/null | od -An -c | tr -d ' \\n'";
    let mut terminal = shell(ask)
        .background(Background::Light)
        .size(Size(24, 100))
        .start();
    terminal.wait_exit(SOON);
    assert!(
        terminal
            .text()
            .contains("033]11;rgb:ffff/ffff/ffff033\\033[1;1R033[0n033[?62;22"),
        "{}",
        terminal.text()
    );
}

#[test]
fn a_silent_terminal_does_not_tell_its_background() {
    let ask = "stty raw -echo; printf '\\033]11;?\\033\\\\\\033[5n'; dd bs=1 count=4 2>/dev/null | od -An -c | tr -d ' \\n'";
    let mut terminal = shell(ask).background(Background::Silent).start();
    terminal.wait_exit(SOON);
    assert_eq!(terminal.text().trim(), "033[0n");
}

#[test]
fn a_signal_goes_to_the_program() {
    let mut terminal =
        shell("trap 'exit 9' USR1; echo ready; while :; do read -r _ || :; done").start();
    terminal.wait_for("ready", SOON);
    assert!(terminal.pid() > 1);
    terminal.signal(Signal::SIGUSR1);
    assert_eq!(terminal.wait_exit(SOON).exit_code(), 9);
}

#[test]
fn a_wait_that_fails_shows_the_screen() {
    let why = failure(|| {
        let mut terminal: Terminal = shell("echo this; read -r _").start();
        terminal.wait_for("this", SOON);
        terminal.wait_for("that", Duration::from_millis(50));
    });
    assert!(
        why.contains("not within 50ms: \"that\" is shown") && why.contains("|this"),
        "{why}"
    );
}

#[test]
fn a_wait_ends_when_the_program_has_ended() {
    let why = failure(|| {
        shell("echo gone; exit 3")
            .start()
            .wait_for("more", Duration::from_secs(3600));
    });
    assert!(
        why.contains("the program ended before") && why.contains("|gone"),
        "{why}"
    );
}

#[test]
fn a_claim_that_breaks_in_between_is_seen() {
    let why = failure(|| {
        let mut terminal = shell("printf bad; printf '\\rgood'; read -r _").start();
        terminal.holds_for("nothing bad is shown", SOON, |screen| {
            !screen.contents().contains("good")
        });
    });
    assert!(why.contains("does not hold: nothing bad is shown"), "{why}");
    let mut terminal = shell("echo good").start();
    terminal.holds_for("nothing bad is shown", SOON, |screen| {
        !screen.contents().contains("bad")
    });
}

#[test]
fn a_dropped_terminal_ends_its_program() {
    let mut terminal = shell("echo ready; read -r _").start();
    terminal.wait_for("ready", SOON);
    let pid = nix::unistd::Pid::from_raw(i32::try_from(terminal.pid()).expect("a process id"));
    let proof = shell(&format!(
        "while kill -0 {pid} 2>/dev/null; do :; done; echo over"
    ));
    drop(terminal);
    proof.start().wait_for("over", SOON);
}
