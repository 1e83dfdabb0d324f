//! Drives a program in a pseudo terminal and reads its screen with a terminal emulator for eyes.
//!
//! Shared by every test binary that needs a real terminal (`#[path]`). It knows nothing of podmux but where its binary is.
//! Waiting is for a predicate with a deadline, woken by the program's own output; nothing here sleeps.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// Rows and columns of the terminal, in this order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) u16, pub(crate) u16);

/// A program to be started, with an environment of its own: nothing is inherited but PATH.
pub(crate) struct Program {
    command: CommandBuilder,
    size: Size,
    background: Background,
}

/// What the terminal says when a program asks for its background colour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Background {
    Dark,
    Light,
    /// A terminal that does not answer the question.
    Silent,
}

impl Program {
    pub(crate) fn new(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Self {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.cwd(home);
        Self {
            command,
            size: Size(24, 80),
            background: Background::Dark,
        }
    }

    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub(crate) fn size(mut self, size: Size) -> Self {
        self.size = size;
        self
    }

    pub(crate) fn background(mut self, background: Background) -> Self {
        self.background = background;
        self
    }

    /// Starts the program; it is killed when the terminal is dropped.
    pub(crate) fn start(self) -> Terminal {
        let pair = native_pty_system()
            .openpty(pty_size(self.size))
            .expect("a pseudo terminal");
        let mut child = pair
            .slave
            .spawn_command(self.command)
            .expect("the program starts");
        drop(pair.slave);
        let killer = child.clone_killer();
        let pid = child
            .process_id()
            .expect("a running program has a process id");
        let mut reader = pair
            .master
            .try_clone_reader()
            .expect("the terminal can be read");
        let writer = pair
            .master
            .take_writer()
            .expect("the terminal can be written");
        let (events, received) = mpsc::sync_channel(1024);
        let ended = events.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                let read = buffer.iter().take(count).copied().collect();
                if events.send(Heard::Output(read, now())).is_err() {
                    return;
                }
            }
            // The receiver is gone only when the test has ended.
            events.send(Heard::Closed).ok();
        });
        std::thread::spawn(move || ended.send(Heard::Exited(child.wait())).ok());
        Terminal {
            eyes: emulator(self.size, self.background),
            master: pair.master,
            writer,
            received,
            killer,
            pid,
            output: Vec::new(),
            came: now(),
            exited: None,
            closed: false,
        }
    }
}

enum Heard {
    /// And when it came.
    Output(Vec<u8>, Instant),
    Closed,
    Exited(std::io::Result<ExitStatus>),
}

/// A pseudo terminal with a program in it.
pub(crate) struct Terminal {
    eyes: vt100::Parser<Answers>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    received: Receiver<Heard>,
    killer: Box<dyn portable_pty::ChildKiller + Send + Sync>,
    pid: u32,
    output: Vec<u8>,
    /// When the last of it came, without the time that looking at it took.
    pub(crate) came: Instant,
    exited: Option<ExitStatus>,
    closed: bool,
}

impl Terminal {
    /// Whether the program had ended at the last wait.
    pub(crate) fn has_ended(&self) -> bool {
        self.closed || self.exited.is_some()
    }

    /// The process id of the program.
    pub(crate) fn pid(&self) -> u32 {
        self.pid
    }

    /// The screen as it was at the last wait.
    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.eyes.screen()
    }

    /// The screen as it was at the last wait, one line a row, blanks at the ends cut.
    pub(crate) fn text(&self) -> String {
        self.screen().contents()
    }

    /// Every byte that the program has written so far.
    pub(crate) fn output(&self) -> &[u8] {
        &self.output
    }

    /// How often the program has rung the bell.
    pub(crate) fn bells(&self) -> usize {
        self.eyes.callbacks().bells
    }

    /// The last window title that the program has set.
    pub(crate) fn title(&self) -> &str {
        &self.eyes.callbacks().title
    }

    /// Types bytes as a keyboard would send them.
    #[track_caller]
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.writer
            .write_all(bytes.as_ref())
            .expect("the program takes input");
        self.writer.flush().expect("the program takes input");
    }

    /// Changes the size of the terminal, as a window does when it is pulled.
    #[track_caller]
    pub(crate) fn resize(&mut self, size: Size) {
        self.master
            .resize(pty_size(size))
            .expect("the terminal takes a size");
        self.eyes.screen_mut().set_size(rows(size), columns(size));
    }

    /// Sends a signal to the program alone.
    #[track_caller]
    pub(crate) fn signal(&self, signal: nix::sys::signal::Signal) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.pid).expect("a process id"));
        nix::sys::signal::kill(pid, signal).expect("the program takes a signal");
    }

    /// Waits until the screen is as the predicate wants it; fails with the screen and `what` once the time is up or the program
    /// has ended.
    #[track_caller]
    pub(crate) fn wait_until(
        &mut self,
        what: &str,
        within: Duration,
        predicate: impl Fn(&vt100::Screen) -> bool,
    ) {
        let deadline = now() + within;
        while !predicate(self.eyes.screen()) {
            if self.closed {
                self.fail(&format!("the program ended before: {what}"));
            }
            if !self.hear(deadline) {
                self.fail(&format!("not within {within:?}: {what}"));
            }
        }
    }

    /// Waits until the text stands somewhere on the screen.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str, within: Duration) {
        self.wait_until(&format!("{text:?} is shown"), within, |screen| {
            screen.contents().contains(text)
        });
    }

    /// Fails if the screen ever breaks the claim within the time; the claim is tested after every piece of output.
    #[track_caller]
    pub(crate) fn holds_for(
        &mut self,
        what: &str,
        time: Duration,
        claim: impl Fn(&vt100::Screen) -> bool,
    ) {
        let deadline = now() + time;
        loop {
            if !claim(self.eyes.screen()) {
                self.fail(&format!("does not hold: {what}"));
            }
            if self.closed || !self.hear(deadline) {
                return;
            }
        }
    }

    /// Waits until the program has ended and all that it wrote is read.
    #[track_caller]
    pub(crate) fn wait_exit(&mut self, within: Duration) -> ExitStatus {
        let deadline = now() + within;
        loop {
            if let (Some(status), true) = (&self.exited, self.closed) {
                return status.clone();
            }
            if !self.hear(deadline) {
                self.fail(&format!("the program did not end within {within:?}"));
            }
        }
    }

    /// Takes in one piece of news; false when the deadline has passed.
    fn hear(&mut self, deadline: Instant) -> bool {
        match self
            .received
            .recv_timeout(deadline.saturating_duration_since(now()))
        {
            Ok(Heard::Output(bytes, came)) => {
                self.came = came;
                self.see(&bytes);
            }
            Ok(Heard::Closed) => self.closed = true,
            Ok(Heard::Exited(status)) => self.exited = Some(status.expect("the program's status")),
            Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => return false,
        }
        true
    }

    fn see(&mut self, bytes: &[u8]) {
        self.output.extend_from_slice(bytes);
        self.eyes.process(bytes);
        let reply = std::mem::take(&mut self.eyes.callbacks_mut().reply);
        // A program that has just ended no longer reads the answers to its questions.
        self.writer
            .write_all(&reply)
            .and_then(|()| self.writer.flush())
            .ok();
    }

    #[track_caller]
    fn fail(&self, why: &str) -> ! {
        let status = self
            .exited
            .as_ref()
            .map_or_else(String::new, |status| format!(" ({status})"));
        let quiet = now().saturating_duration_since(self.came);
        panic!(
            "{why}{status}; the last output came {quiet:.1?} before\n{}",
            framed(self.eyes.screen())
        );
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.killer.kill().ok();
    }
}

/// The screen with a border, so that blanks and the size can be seen in a failure.
pub(crate) fn framed(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    let line = "-".repeat(usize::from(columns.get()));
    let (row, column) = screen.cursor_position();
    let rows: Vec<String> = screen
        .rows(0, columns.get())
        .map(|row| format!("|{row}"))
        .collect();
    format!(
        "+{line}\n{}\n+{line}\ncursor at row {row}, column {column}",
        rows.join("\n")
    )
}

/// What a terminal answers when it is asked, and what it was told beside the text.
pub(crate) struct Answers {
    background: Background,
    reply: Vec<u8>,
    bells: usize,
    title: String,
}

impl vt100::Callbacks for Answers {
    fn audible_bell(&mut self, _: &mut vt100::Screen) {
        self.bells += 1;
    }

    fn set_window_title(&mut self, _: &mut vt100::Screen, title: &[u8]) {
        self.title = String::from_utf8_lossy(title).into_owned();
    }

    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        params: &[&[u16]],
        last: char,
    ) {
        match (
            first,
            params.first().and_then(|values| values.first()),
            last,
        ) {
            (None, None | Some(0), 'c') => self.reply.extend(b"\x1b[?62;22c"),
            (None, Some(5), 'n') => self.reply.extend(b"\x1b[0n"),
            (None, Some(6), 'n') => {
                let (row, column) = screen.cursor_position();
                self.reply
                    .extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
            }
            (_, _, _) => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, params: &[&[u8]]) {
        let colour = match self.background {
            Background::Dark => "0000/0000/0000",
            Background::Light => "ffff/ffff/ffff",
            Background::Silent => return,
        };
        if let [b"11", b"?", ..] = params {
            self.reply
                .extend(format!("\x1b]11;rgb:{colour}\x1b\\").bytes());
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the emulator is the test's own eyes, not the one under test"
)]
pub(crate) fn emulator(size: Size, background: Background) -> vt100::Parser<Answers> {
    let answers = Answers {
        background,
        reply: Vec::new(),
        bells: 0,
        title: String::new(),
    };
    vt100::Parser::new_with_callbacks(rows(size), columns(size), 0, answers)
}

fn rows(size: Size) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(size.0).expect("a terminal has rows")
}

fn columns(size: Size) -> std::num::NonZeroU16 {
    std::num::NonZeroU16::new(size.1).expect("a terminal has columns")
}

fn pty_size(size: Size) -> PtySize {
    PtySize {
        rows: size.0,
        cols: size.1,
        pixel_width: 0,
        pixel_height: 0,
    }
}

#[expect(clippy::disallowed_methods, reason = "a deadline needs the clock")]
fn now() -> Instant {
    Instant::now()
}
