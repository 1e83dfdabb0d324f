//! The wrapper and the cleanup script, run for real by each shell that this machine has, on processes of this machine.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use podmux::geometry::GridSize;
use podmux::ids::SessionId;
use podmux::session::cleanup::{Forking, Report, ReportExit, SCRIPT, ScriptMode, ScriptOrder};
use podmux::session::wrapper::{FileSizeMark, Marking, Verdict, wrapped_argv};
use podmux::session::{Handshake, HandshakeScanner, SessionCommand};
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::left_behind::{TYPED, new_id, on_node, token};

const SHELLS: [&[&str]; 3] = [&["/bin/sh"], &["bash", "--posix"], &["busybox", "sh"]];

/// The shells that this machine has; the others are named.
fn shells() -> Vec<&'static [&'static str]> {
    let works = |shell: &&&[&str]| {
        let ran = Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", ":"])
            .status();
        let works = ran.is_ok_and(|status| status.success());
        if !works {
            println!("not run: this machine has no {}", shell.join(" "));
        }
        works
    };
    SHELLS.iter().filter(works).copied().collect()
}

#[expect(
    clippy::disallowed_methods,
    reason = "these tests wait for real processes, with a deadline"
)]
fn now() -> Instant {
    Instant::now()
}

#[track_caller]
fn wait_until(what: &str, mut predicate: impl FnMut() -> bool) {
    let end = now() + Duration::from_secs(20);
    while !predicate() {
        assert!(now() < end, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

struct Session {
    shell: &'static [&'static str],
    id: SessionId,
    handshake: Handshake,
    output: mpsc::Receiver<Vec<u8>>,
    text: Vec<u8>,
    input: Box<dyn Write + Send>,
    _master: Box<dyn MasterPty + Send>,
    child: Box<dyn portable_pty::Child + Send + Sync>,
}

impl Session {
    fn start(shell: &'static [&'static str], command: &SessionCommand, mark: FileSizeMark) -> Self {
        let size = PtySize {
            rows: 31,
            cols: 97,
            pixel_width: 0,
            pixel_height: 0,
        };
        // The terminal starts as the runtime makes it; the wrapper sets the size.
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 0,
                cols: 0,
                ..size
            })
            .unwrap();
        let id = new_id();
        let marking = Marking {
            session: id,
            tty: Some(GridSize::new(size.rows, size.cols)),
            term: "xterm-256color".into(),
            file_size: mark,
        };
        let words = wrapped_argv(shell[0], &marking, command);
        let mut builder = CommandBuilder::new(shell[0]);
        builder.args(&shell[1..]);
        builder.args(&words[1..]);
        // The start-up files of whoever runs the tests are not under test.
        builder.env("HOME", "/");
        builder.cwd("/");
        builder.env("PS1", "$ ");
        let child = pair.slave.spawn_command(builder).unwrap();
        drop(pair.slave);
        let input = pair.master.take_writer().unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (to, output) = mpsc::sync_channel(1024);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if to.send(buffer[..n].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (handshake, text) = shake_hands(id, &output);
        Self {
            shell,
            id,
            handshake,
            output,
            text,
            input,
            _master: pair.master,
            child,
        }
    }

    fn shell(shell: &'static [&'static str]) -> Self {
        let command = match shell {
            ["busybox", ..] => argv(&["busybox", "sh"]),
            [first, ..] => SessionCommand::Shell(vec![(*first).into()]),
            [] => unreachable!("every shell has a name"),
        };
        let mut session = Self::start(shell, &command, FileSizeMark::Off);
        session.until_ready();
        session
    }

    /// Some shells throw away what is typed before their first prompt: it is typed until it is answered.
    fn until_ready(&mut self) {
        let mut asked = None;
        let began = now();
        wait_until("a prompt that answers", || {
            if asked.is_none_or(|at: Instant| at.elapsed() > Duration::from_secs(1)) {
                self.input.write_all(b"echo rea''dy\r").unwrap();
                asked = Some(now());
            }
            while let Ok(bytes) = self.output.try_recv() {
                self.text.extend(bytes);
            }
            let text = String::from_utf8_lossy(&self.text);
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "{:?} says {text:?}",
                self.shell
            );
            text.contains("ready")
        });
    }

    fn type_text(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).unwrap();
    }

    fn until_seen(&mut self, text: &str) {
        wait_until(text, || {
            while let Ok(bytes) = self.output.try_recv() {
                self.text.extend(bytes);
            }
            memchr::memmem::find(&self.text, text.as_bytes()).is_some()
        });
    }

    fn order(&self, mode: ScriptMode) -> ScriptOrder {
        let leader = Some(self.handshake.clone());
        let grace = Duration::from_millis(500);
        ScriptOrder {
            session: self.id,
            leader,
            mode,
            grace,
            forking: Forking::Allowed,
        }
    }

    fn run(&self, mode: ScriptMode) -> Report {
        run(self.shell, &self.order(mode))
    }

    fn left(&self) -> Vec<String> {
        on_node(&self.id.to_string())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        run(self.shell, &self.order(ScriptMode::Session));
        self.child.wait().unwrap();
    }
}

fn shake_hands(id: SessionId, output: &mpsc::Receiver<Vec<u8>>) -> (Handshake, Vec<u8>) {
    let mut scanner = HandshakeScanner::new(id);
    let mut text = Vec::new();
    loop {
        let bytes = output
            .recv_timeout(Duration::from_secs(10))
            .expect("output");
        let fed = scanner.feed(&bytes);
        text.extend(fed.text);
        match fed.verdict {
            Verdict::Found(handshake) => return (handshake, text),
            Verdict::Searching => {}
            Verdict::Over => panic!("no handshake in {:?}", String::from_utf8_lossy(&text)),
        }
    }
}

fn argv(words: &[&str]) -> SessionCommand {
    SessionCommand::Argv(words.iter().map(ToString::to_string).collect())
}

/// Runs the cleanup as an exec does: a session of its own, the script through its standard input.
fn run(shell: &[&str], order: &ScriptOrder) -> Report {
    let (stdout, code) = run_raw(shell, &order.arguments());
    Report::parse(order.session, &stdout, code)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&stdout)))
}

fn run_raw(shell: &[&str], arguments: &[String]) -> (Vec<u8>, i32) {
    let mut child = Command::new("setsid")
        .arg("--wait")
        .args(shell)
        .arg("-s")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(SCRIPT.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    (output.stdout, output.status.code().unwrap())
}

fn type_row(session: &mut Session, text: &str, token: &str) {
    session.type_text(&text.replace('T', token).replace('\u{1a}', ""));
    session.type_text("\r");
    wait_until(text, || !on_node(token).is_empty());
    if text.contains('\u{1a}') {
        session.type_text("\u{1a}");
    }
}

#[test]
fn nothing_is_left_and_no_bystander_is_harmed() {
    for shell in shells() {
        let other = token();
        let mut bystander = Session::shell(shell);
        bystander.type_text(&format!("sleep {other} & sleep {other} & :\r"));
        wait_until("the bystander's jobs", || on_node(&other).len() == 2);
        for (name, text) in TYPED {
            if text.starts_with("vi") {
                continue;
            }
            let token = token();
            let mut session = Session::shell(shell);
            type_row(&mut session, text, &token);
            let report = session.run(ScriptMode::Session);
            assert_eq!(
                report.exit,
                ReportExit::Clean,
                "{name} by {shell:?}: {report:?}"
            );
            assert_eq!(
                on_node(&token),
                Vec::<String>::new(),
                "{name} by {shell:?}: {report:?}"
            );
            assert_eq!(session.left(), Vec::<String>::new(), "{name} by {shell:?}");
            let again = session.run(ScriptMode::Session);
            assert_eq!(
                (again.found.len(), again.signalled),
                (0, 0),
                "{name}: idempotent"
            );
            assert_eq!(session.run(ScriptMode::Report).exit, ReportExit::Clean);
        }
        assert_eq!(on_node(&other).len(), 2, "the bystander of {shell:?}");
    }
}

#[test]
fn a_report_signals_nothing() {
    for shell in shells() {
        let token = token();
        let mut session = Session::shell(shell);
        session.type_text(&format!("sleep {token} & setsid sleep {token} & :\r"));
        wait_until("both jobs", || on_node(&token).len() == 2);
        let report = session.run(ScriptMode::Report);
        assert_eq!(
            (report.exit, report.left.len(), report.signalled),
            (ReportExit::Survivors, 3, 0)
        );
        let children = session.run(ScriptMode::ReportChildren);
        assert_eq!(children.left.len(), 2, "{children:?}");
        assert_eq!(on_node(&token).len(), 2);
    }
}

#[test]
fn the_shell_lives_on_when_only_its_children_are_ended() {
    for shell in shells() {
        let token = token();
        let mut session = Session::shell(shell);
        session.type_text(&format!(
            "sleep {token} & setsid sleep {token} & sleep {token}\r"
        ));
        wait_until("all jobs", || on_node(&token).len() == 3);
        let report = session.run(ScriptMode::Children);
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 3),
            "{report:?}"
        );
        assert_eq!(on_node(&token), Vec::<String>::new());
        session.type_text("echo still''here\r");
        session.until_seen("stillhere");
    }
}

#[test]
fn without_forks_it_does_the_same() {
    for shell in shells() {
        let token = token();
        let mut session = Session::shell(shell);
        session.type_text(&format!(
            "sleep {token} & setsid sleep {token} & sh -c 'trap \"\" TERM HUP; sleep {token}; :'\r"
        ));
        wait_until("all jobs", || on_node(&token).len() == 4);
        let order = ScriptOrder {
            forking: Forking::Forbidden,
            ..session.order(ScriptMode::Session)
        };
        let report = run(shell, &order);
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 5),
            "{report:?}"
        );
        assert_eq!(session.left(), Vec::<String>::new());
    }
}

#[test]
fn the_limit_finds_what_cleared_its_environment_and_its_session() {
    for shell in shells() {
        for mark in [FileSizeMark::Off, FileSizeMark::On] {
            let token = token();
            let script = format!("(env -i setsid sleep {token} &) ; sleep {token}");
            let mut session = Session::start(shell, &argv(&["/bin/sh", "-c", &script]), mark);
            wait_until("both", || on_node(&format!("sleep\0{token}")).len() == 2);
            let report = session.run(ScriptMode::Session);
            let left = on_node(&format!("sleep\0{token}"));
            match mark {
                FileSizeMark::Off => {
                    assert_eq!(left.len(), 1);
                    assert!(
                        report.not_attributable.iter().any(|p| p.comm == "sleep"),
                        "{report:?}"
                    );
                    end(&left);
                }
                FileSizeMark::On => assert_eq!(left, Vec::<String>::new(), "{report:?}"),
            }
            session.type_text("");
        }
    }
}

/// Ends a process that this test itself left behind.
fn end(lines: &[String]) {
    for line in lines {
        let pid: i32 = line.split_once(':').unwrap().0.parse().unwrap();
        let pid = nix::unistd::Pid::from_raw(pid);
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).unwrap();
    }
}

#[test]
fn another_start_of_the_leaders_number_is_another_process() {
    for shell in shells() {
        let session = Session::shell(shell);
        let mut order = session.order(ScriptMode::Session);
        // A decoy has the number, the session id and a later start than the recorded one; it carries no mark of this session.
        order.session = new_id();
        order.leader = Some(Handshake {
            start: session.handshake.start - 1,
            ..session.handshake.clone()
        });
        let report = run(shell, &order);
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 0),
            "{report:?}"
        );
        assert_eq!(session.left().len(), 1);
    }
}

#[test]
fn another_boot_or_another_first_process_stops_it() {
    for shell in shells() {
        let session = Session::shell(shell);
        let other_boot = Handshake {
            boot_id: "00000000-0000-0000-0000-000000000000".into(),
            ..session.handshake.clone()
        };
        let other_run = Handshake {
            init_start: Some(1),
            ..session.handshake.clone()
        };
        for leader in [other_boot, other_run] {
            let order = ScriptOrder {
                leader: Some(leader),
                ..session.order(ScriptMode::Session)
            };
            let report = run(shell, &order);
            assert_eq!(
                (report.exit, report.signalled),
                (ReportExit::GuardMismatch, 0)
            );
        }
        assert_eq!(session.left().len(), 1);
    }
}

#[test]
fn a_process_with_another_sessions_marker_is_never_touched() {
    for shell in shells() {
        let token = token();
        let other = new_id();
        let mut session = Session::shell(shell);
        session.type_text(&format!(
            "PODMUX_SESSION={other} setsid sleep {token} & sleep {token} & :\r"
        ));
        wait_until("both", || on_node(&format!("sleep\0{token}")).len() == 2);
        let report = session.run(ScriptMode::Session);
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 2),
            "{report:?}"
        );
        let left = on_node(&format!("sleep\0{token}"));
        assert_eq!(left.len(), 1, "{report:?}");
        end(&left);
    }
}

#[test]
fn without_a_handshake_the_marker_is_enough() {
    for shell in shells() {
        let token = token();
        let mut session = Session::shell(shell);
        session.type_text(&format!("setsid sleep {token} & :\r"));
        wait_until("the job", || on_node(&token).len() == 1);
        let order = ScriptOrder {
            leader: None,
            ..session.order(ScriptMode::Session)
        };
        let report = run(shell, &order);
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 2),
            "{report:?}"
        );
        assert_eq!(session.left(), Vec::<String>::new());
    }
}

#[test]
fn words_arrive_byte_for_byte_with_the_size_and_the_terminal_set() {
    let words = [
        "a'b\"c",
        "$(id) `id` ${HOME}",
        "two\nlines",
        "-n",
        "; exit 9 #",
        "größe",
        "",
        " * ",
    ];
    for shell in shells() {
        let report = "stty -opost; stty size; echo \"$TERM $PODMUX_SESSION\"; for w; do printf '%s|' \"$w\"; done; set | grep -c '^_[rctmksbil1-5]='; exec sleep 1000";
        let mut all = vec!["/bin/sh", "-c", report, "x"];
        all.extend(words);
        let mut session = Session::start(shell, &argv(&all), FileSizeMark::Off);
        let expected = format!(
            "31 97\nxterm-256color {}\n{}0\n",
            session.id,
            words.map(|w| format!("{w}|")).concat()
        );
        session.until_seen("|0\n");
        assert_eq!(
            String::from_utf8_lossy(&session.text),
            expected,
            "{shell:?}"
        );
        assert_eq!(session.handshake.pid, session.child.process_id().unwrap());
        assert_eq!(session.handshake.sid, session.handshake.pid);
    }
}

#[test]
fn the_commands_own_code_is_the_sessions_code() {
    for shell in shells() {
        let command = argv(&["/bin/sh", "-c", "exit 43"]);
        let mut session = Session::start(shell, &command, FileSizeMark::Off);
        assert_eq!(session.child.wait().unwrap().exit_code(), 43);
    }
}

#[test]
fn missing_shells_are_named() {
    for shell in shells() {
        let command = SessionCommand::Shell(vec!["no-such-shell".into(), "nor-this".into()]);
        let mut session = Session::start(shell, &command, FileSizeMark::Off);
        session.until_seen("podmux: no shell here: no-such-shell nor-this");
        assert_eq!(session.child.wait().unwrap().exit_code(), 127);
    }
}
