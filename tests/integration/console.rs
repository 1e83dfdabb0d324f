//! The console in a real terminal on the demo: what only a terminal can show.

use std::fs;
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::Pid;
use podmux::demo::{Churn, DemoOptions, ShellChoice};
use portable_pty::{CommandBuilder, ExitStatus, PtyPair, PtySize, native_pty_system};

use crate::pty::{Background, Program, Size, Terminal};
use crate::stage::Stage;

const SOON: Duration = Duration::from_secs(60);

fn demo(home: &Path) -> Program {
    Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args(["demo", "--pods", "30"])
        .env("TERM", "xterm-256color")
        .env("COLORTERM", "truecolor")
        .env("LANG", "C.UTF-8")
        .size(Size(24, 80))
}

/// The colour of the first cell that shows `text`.
fn colour_of(terminal: &Terminal, text: &str) -> vt100::Color {
    let screen = terminal.screen();
    let (rows, columns) = screen.size();
    for row in 0..rows.get() {
        let line = screen.contents_between(row, 0, row, columns.get());
        if let Some(at) = line.find(text) {
            let column = u16::try_from(line.get(..at).unwrap().chars().count()).unwrap();
            return screen.cell(row, column).unwrap().fgcolor();
        }
    }
    panic!("{text} is not shown");
}

#[test]
fn the_theme_follows_the_terminals_own_answer() {
    let home = tempfile::tempdir().unwrap();
    let colours = [Background::Dark, Background::Light, Background::Silent].map(|background| {
        let mut terminal = demo(home.path()).background(background).start();
        terminal.wait_for("CrashLoop", SOON);
        let colour = colour_of(&terminal, "CrashLoop");
        terminal.send("q");
        terminal.wait_exit(SOON);
        colour
    });
    assert_ne!(colours[0], colours[1], "light and dark differ");
    assert_eq!(colours[0], colours[2], "dark where there is no answer");
}

#[test]
fn colorfgbg_counts_where_the_terminal_gives_no_answer() {
    let home = tempfile::tempdir().unwrap();
    let colours = ["15;0", "0;15"].map(|colours| {
        let program = demo(home.path()).env("COLORFGBG", colours);
        let mut terminal = program.background(Background::Silent).start();
        terminal.wait_for("CrashLoop", SOON);
        let colour = colour_of(&terminal, "CrashLoop");
        terminal.send("q");
        terminal.wait_exit(SOON);
        colour
    });
    assert_ne!(colours[0], colours[1]);
}

#[test]
fn a_terminal_that_cannot_show_a_console_is_refused_with_what_to_do() {
    let home = tempfile::tempdir().unwrap();
    for (term, said) in [
        ("dumb", "TERM=dumb cannot show a console; use `podmux run`"),
        ("", "TERM is not set; use `podmux run`"),
    ] {
        let mut terminal = demo(home.path())
            .env("TERM", term)
            .size(Size(24, 120))
            .start();
        assert_eq!(terminal.wait_exit(SOON).exit_code(), 2, "{term}");
        assert!(terminal.text().contains(said), "{}", terminal.text());
        assert!(
            !terminal.output().contains(&0x1b),
            "{term} gets no sequences"
        );
    }
}

#[test]
fn a_terminal_of_one_cell_shows_its_one_cell_and_grows() {
    let home = tempfile::tempdir().unwrap();
    // Silent: the program still waits for an answer about colours when the size changes.
    let program = demo(home.path()).background(Background::Silent);
    let mut terminal = program.size(Size(1, 1)).start();
    terminal.wait_until("the alternate screen is taken", SOON, |screen| {
        screen.alternate_screen()
    });
    terminal.send("?");
    terminal.resize(Size(24, 80));
    terminal.wait_for("type to search", SOON);
    terminal.resize(Size(1, 1));
    terminal.send("\x1b");
    terminal.resize(Size(24, 80));
    terminal.wait_for("CrashLoop", SOON);
    terminal.send("q");
    assert_eq!(terminal.wait_exit(SOON).exit_code(), 0);
}

#[test]
fn keys_typed_before_the_first_frame_are_not_lost() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path()).start();
    terminal.send("?");
    terminal.wait_for("type to search", SOON);
}

#[test]
fn a_changed_settings_file_is_read_again_and_a_wrong_one_changes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("config.toml");
    fs::write(&file, "[list]\ncolumns = [\"pod\", \"status\"]\n").unwrap();
    let path = file.to_str().unwrap().to_owned();
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["demo", "--pods", "30", "--config", &path])
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .size(Size(24, 100))
        .start();
    terminal.wait_for("POD", SOON);
    terminal.wait_for("Running", SOON);
    assert!(!terminal.text().contains("READY"));
    fs::write(&file, "[list]\ncolumns = [\"pod\", \"ready\"]\n").unwrap();
    terminal.wait_for("settings read again", SOON);
    terminal.wait_for("READY", SOON);
    fs::write(&file, "[list]\ncolums = [\"pod\"]\n").unwrap();
    terminal.wait_for("settings unchanged: config.toml:2:1", SOON);
    terminal.wait_for("did you mean `columns`?", SOON);
    assert!(terminal.text().contains("READY"));
    terminal.send("q");
    assert_eq!(terminal.wait_exit(SOON).exit_code(), 0);
}

#[test]
fn settings_and_themes_that_appear_while_it_runs_are_read() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["demo", "--pods", "30"])
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .size(Size(24, 100))
        .start();
    terminal.wait_for("READY", SOON);
    let folder = home.path().join("config/podmux");
    fs::create_dir_all(&folder).unwrap();
    fs::write(
        folder.join("config.toml"),
        "[list]\ncolumns = [\"pod\", \"node\"]\n",
    )
    .unwrap();
    terminal.wait_until("other columns", SOON, |screen| {
        !screen.contents().contains("READY")
    });
    fs::create_dir(folder.join("themes")).unwrap();
    fs::write(folder.join("themes/mine.toml"), "inherits = \"drak\"\n").unwrap();
    fs::write(folder.join("config.toml"), "[ui]\ntheme = \"mine\"\n").unwrap();
    terminal.wait_for("mine.toml:1:12", SOON);
    fs::write(folder.join("themes/mine.toml"), "inherits = \"dark\"\n").unwrap();
    terminal.wait_for("READY", SOON);
}

#[test]
fn the_composers_text_goes_through_the_users_editor() {
    let home = tempfile::tempdir().unwrap();
    let editor = home.path().join("editor.sh");
    fs::write(
        &editor,
        "#!/bin/sh\nprintf 'echo edited-text\\n' > \"$1\"\n",
    )
    .unwrap();
    let program = demo(home.path()).env("EDITOR", format!("/bin/sh {}", editor.display()));
    let mut terminal = program.size(Size(30, 110)).start();
    terminal.wait_for("CrashLoop", SOON);
    terminal.send("/4kq2p\r");
    terminal.wait_for("PODS  1 of", SOON);
    terminal.send("\r");
    terminal.wait_for(" live ", SOON);
    terminal.wait_for("$", SOON);
    terminal.send("\x07B");
    terminal.wait_for("compose for 1 pane", SOON);
    terminal.send("\x0f");
    terminal.wait_for("echo edited-text", SOON);
    terminal.send("\r");
    terminal.wait_for("Enter sends to 1", SOON);
    // The preview is deaf for its first 300 ms.
    terminal.holds_for("the preview stays", Duration::from_millis(400), |screen| {
        screen.contents().contains("Enter sends to 1")
    });
    terminal.send("\r");
    terminal.wait_until("the pane answers", SOON, |screen| {
        screen.contents().matches("edited-text").count() >= 2
    });
}

/// A pod of the demo that is always there.
const POD: &str = "web-6d9c8-4kq2p";

#[tokio::test(flavor = "multi_thread")]
async fn piped_targets_open_and_the_keys_come_from_the_terminal() {
    let demo = podmux::demo::start(DemoOptions {
        pods: 30,
        shells: ShellChoice::Simulated,
        churn: Churn::Still,
        ..DemoOptions::default()
    })
    .unwrap();
    let address = demo.listen().await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let kubeconfig = home.path().join("kubeconfig");
    let text = format!(
        "{{current-context: demo, clusters: [{{name: demo, cluster: {{server: 'http://{address}'}}}}], \
         users: [{{name: demo, user: {{}}}}], \
         contexts: [{{name: demo, context: {{cluster: demo, user: demo, namespace: shop}}}}]}}"
    );
    fs::write(&kubeconfig, text).unwrap();
    let script = format!("echo pod/{POD} | {} -", env!("CARGO_BIN_EXE_podmux"));
    let screen = tokio::task::spawn_blocking(move || {
        let mut terminal = Program::new("/bin/sh", home.path())
            .args(["-c", &script])
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("KUBECONFIG", &kubeconfig)
            .size(Size(24, 80))
            .start();
        terminal.wait_for(" live ─", SOON);
        terminal.send("echo un''mistakable\r");
        terminal.wait_for("unmistakable", SOON);
        terminal.text()
    });
    assert!(screen.await.unwrap().contains(POD));
}

#[test]
fn a_stopped_console_gives_the_terminal_back_and_takes_it_again() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path()).start();
    terminal.wait_for("LIST", SOON);
    terminal.signal(Signal::SIGTSTP);
    terminal.wait_until("the alternate screen is left", SOON, |screen| {
        !screen.alternate_screen()
    });
    let pid = Pid::from_raw(i32::try_from(terminal.pid()).unwrap());
    let stopped = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOWAIT;
    let status = waitid(Id::Pid(pid), stopped).unwrap();
    assert_eq!(status, WaitStatus::Stopped(pid, Signal::SIGSTOP));
    terminal.signal(Signal::SIGCONT);
    terminal.wait_until("it is drawn again", SOON, |screen| {
        screen.alternate_screen() && screen.contents().contains("LIST")
    });
    terminal.send("?");
    terminal.wait_for("type to search", SOON);
}

/// A terminal whose window is closed: unlike [`Terminal`](crate::pty::Terminal) nothing of it stays open, and the kernel sends the
/// program a hang-up and then, as it does to what may be stopped, a continue.
fn closed_when_live(program: CommandBuilder, panes: usize) -> ExitStatus {
    let size = PtySize {
        rows: 40,
        cols: 120,
        ..PtySize::default()
    };
    let PtyPair { master, slave } = native_pty_system().openpty(size).unwrap();
    let mut child = slave.spawn_command(program).unwrap();
    drop(slave);
    let mut reader = master.try_clone_reader().unwrap();
    let (seen, live) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut eyes = crate::pty::emulator(Size(40, 120), Background::Silent);
        let mut buffer = [0; 4096];
        while eyes.screen().contents().matches(" live ─").count() < panes {
            let count = reader.read(&mut buffer).unwrap();
            eyes.process(&buffer[..count]);
        }
        drop(reader);
        seen.send(()).unwrap();
    });
    live.recv_timeout(SOON).unwrap();
    drop(master);
    child.wait().unwrap()
}

#[test]
fn a_terminal_that_is_closed_ends_its_sessions_first() {
    let stage = Stage::list("");
    let home = stage.home.path();
    let mut program = CommandBuilder::new(env!("CARGO_BIN_EXE_podmux"));
    program.env_clear();
    for (name, value) in [
        ("HOME", home),
        ("KUBECONFIG", &home.join("kubeconfig")),
        ("TERM", Path::new("xterm-256color")),
        ("LANG", Path::new("C.UTF-8")),
    ] {
        program.env(name, value);
    }
    program.cwd(home);
    let config = home.join("c.toml");
    program.args(["-n", "cart", "deploy/cart", "--config"]);
    program.arg(config);
    let status = closed_when_live(program, 3);
    assert_eq!(status.exit_code(), 0, "{status:?}");
    let reaped = stage.podmux(&["reap"]);
    let said = String::from_utf8_lossy(&reaped.stdout).into_owned();
    assert!(reaped.status.success(), "{said}");
}
