//! Owns the console in a real terminal: input, signals and frames around the loop. Called by `main`.

use std::io;
use std::time::Instant;

use crossterm::event::{Event as Report, KeyEventKind};
use nix::sys::signal::{Signal as Job, raise};
use ratatui::backend::CrosstermBackend;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::unconstrained;

use super::background;
use super::clusters::Backend;
use super::driver::{Driver, now};
use super::editor;
use super::esc_hold::{EscHold, hold_time};
use super::frames::{FrameBuffer, FrameEnd, FrameWriter, Pace};
use super::input::{Incoming, Input};
use super::late_answer::LateAnswer;
use super::settings_file::SettingsSource;
use super::settings_watch::SettingsWatch;
use super::start;
use super::terminal::{self, TerminalError, TerminalGuard, TerminalOrder};
use crate::app::context::ContextState;
use crate::app::effect::QuitReport;
use crate::app::event::{Event, WindowFocus};
use crate::app::open::StartTargets;
use crate::app::{MouseUse, Settings};
use crate::cluster::watch::Selectors;
use crate::geometry::GridSize;
use crate::ids::ContextName;
use crate::keys::Chord;
use crate::screen::CursorShape;
use crate::ui;

/// Why the console did not start, or could not go on.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    #[error(transparent)]
    Terminal(#[from] TerminalError),
    #[error("the console cannot go on: {0}")]
    Io(#[from] io::Error),
}

/// Everything that the console starts with.
pub struct ConsoleStart {
    pub settings: Settings,
    /// Where the settings came from, to read them again when the file changes.
    pub source: SettingsSource,
    pub backend: Backend,
    pub open: Vec<ContextState>,
    pub known: Vec<ContextName>,
    pub selectors: Selectors,
    pub targets: Option<StartTargets>,
    pub files: FilePlace,
}

/// Where the console's files go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FilePlace {
    /// The user's own folders.
    User,
    /// A folder that goes with the run: the demo's.
    Folder(std::path::PathBuf),
}

/// Runs the console until its user leaves.
///
/// # Errors
/// [`ConsoleError`]: no usable terminal, or one that went away.
pub async fn run(mut start: ConsoleStart) -> Result<QuitReport, ConsoleError> {
    let term = std::env::var("TERM").ok();
    TerminalGuard::check(term.as_deref())?;
    let (cols, rows) = crossterm::terminal::size()?;
    let size = GridSize::new(rows, cols);
    let mouse = MouseUse::wanted(&start.settings.config);
    let max_fps = start.settings.config.ui.max_fps;
    terminal::install_panic_hook();
    let guard = TerminalGuard::take(mouse)?;
    let (typed, late) = background::follow_terminal(&mut start.source, &mut start.settings);
    let source = start.source.clone();
    let driver = start::driver(start, size);
    let watch = SettingsWatch::start(source, driver.hands.notes.clone());
    let mut console = Console::new(driver, max_fps)?;
    console.late = late;
    // A new window takes its place on the desktop while the terminal is asked for its colours.
    let (cols, rows) = crossterm::terminal::size()?;
    console.resized(GridSize::new(rows, cols));
    for chord in typed {
        console.driver.event(Event::Key(chord));
    }
    let report = console.live().await;
    drop(watch);
    drop(console);
    drop(guard);
    report
}

/// Whether the terminal is the user's editor's, or the shell's that podmux was started from.
enum Lent {
    No,
    /// To the editor with this text, as soon as the frame under way is written.
    Soon(String),
    Yes,
    /// To the shell, as soon as the frame under way is written.
    Stopping,
}

struct Console {
    driver: Driver,
    backend: CrosstermBackend<FrameBuffer>,
    buffer: FrameBuffer,
    writer: FrameWriter,
    written: mpsc::Receiver<FrameEnd>,
    input: mpsc::Receiver<Incoming>,
    /// Reads the terminal; nobody does while it is lent.
    reading: Option<Input>,
    lent: Lent,
    /// Sent by somebody else: our own Ctrl-C is a key. A borrower's Ctrl-C reaches us too.
    interrupt: Signal,
    esc: EscHold,
    late: LateAnswer,
    pace: Pace,
    /// Frames under way to the terminal; nothing is drawn while one is.
    under_way: usize,
    dirty: bool,
    drawn: ui::Drawn,
    cursor: CursorShape,
    terminate: Signal,
    hang_up: Signal,
    stop: Signal,
    go_on: Signal,
    /// The terminal is gone: nothing can be drawn, but sessions are still ended.
    gone: bool,
}

impl Console {
    fn new(driver: Driver, max_fps: u32) -> io::Result<Self> {
        let (writer, written) = FrameWriter::start()?;
        let (reading, input) = Input::start();
        let buffer = FrameBuffer::default();
        Ok(Self {
            driver,
            backend: CrosstermBackend::new(buffer.clone()),
            buffer,
            writer,
            written,
            input,
            reading: Some(reading),
            lent: Lent::No,
            interrupt: signal(SignalKind::interrupt())?,
            esc: EscHold::new(hold_time(background::over_ssh())),
            late: LateAnswer::NotOwed,
            pace: Pace::new(max_fps),
            under_way: 0,
            dirty: true,
            drawn: ui::Drawn::default(),
            cursor: CursorShape::Default,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            stop: signal(SignalKind::from_raw(Job::SIGTSTP as i32))?,
            go_on: signal(SignalKind::from_raw(Job::SIGCONT as i32))?,
            gone: false,
        })
    }

    async fn live(&mut self) -> Result<QuitReport, ConsoleError> {
        loop {
            self.draw_if_due()?;
            if let Some(report) = self.driver.hands.quit.take() {
                self.driver.hands.leases.farewell().await;
                return Ok(report);
            }
            // Under a flood the loop never waits, and would be kept from its queues as a task that takes too much.
            unconstrained(self.turn()).await?;
            self.orders();
            self.lend_if_asked()?;
        }
    }

    async fn turn(&mut self) -> Result<(), ConsoleError> {
        let until = [self.next_frame(), self.esc.deadline()]
            .into_iter()
            .flatten()
            .min();
        tokio::select! {
            biased;
            _ = self.terminate.recv() => self.driver.event(Event::Terminate),
            _ = self.hang_up.recv() => self.hung_up(),
            incoming = self.input.recv(), if !self.gone && self.reading.is_some() => match incoming {
                Some(incoming) => self.incoming(incoming),
                // Its reader has ended: nobody can type any more.
                None => self.hung_up(),
            },
            Some(end) = self.written.recv() => self.frame_end(end),
            _ = self.interrupt.recv() => {
                if matches!(self.lent, Lent::No) {
                    self.driver.event(Event::Terminate);
                }
            }
            _ = self.stop.recv(), if matches!(self.lent, Lent::No) => self.lent = Lent::Stopping,
            _ = self.go_on.recv(), if matches!(self.lent, Lent::No) => self.taken_again(),
            () = self.driver.turn(until) => {}
        }
        while let Ok(incoming) = self.input.try_recv() {
            self.incoming(incoming);
        }
        for chord in self.esc.expire(now()) {
            self.key(chord);
        }
        self.driver.input();
        Ok(())
    }

    fn incoming(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Report(report) => self.report(report),
            Incoming::Closed(why) => {
                tracing::info!(%why, "nobody can type any more");
                self.hung_up();
            }
        }
    }

    fn report(&mut self, report: Report) {
        match report {
            Report::Key(key) if key.kind == KeyEventKind::Release => {}
            Report::Key(key) => {
                let Some(chord) = Chord::from_event(&key) else {
                    return;
                };
                for chord in self.esc.take(chord, now()) {
                    self.key(chord);
                }
            }
            Report::Paste(text) => self.driver.event(Event::Paste(text)),
            Report::Mouse(event) => self.driver.event(Event::Mouse(event)),
            Report::Resize(cols, rows) => self.resized(GridSize::new(rows, cols)),
            Report::FocusGained => self.driver.event(Event::Window(WindowFocus::Gained)),
            Report::FocusLost => self.driver.event(Event::Window(WindowFocus::Lost)),
        }
    }

    fn key(&mut self, chord: Chord) {
        if let Some(chord) = self.late.take(chord, now()) {
            self.driver.event(Event::Key(chord));
        }
    }

    fn resized(&mut self, size: GridSize) {
        // Terminals wrap and cut what they show, each in its own way.
        self.drawn = ui::Drawn::default();
        self.driver.event(Event::Resized(size));
    }

    fn frame_end(&mut self, end: FrameEnd) {
        self.under_way = self.under_way.saturating_sub(1);
        match end {
            FrameEnd::Written(took) => self.pace.took(took),
            FrameEnd::Failed(error) => {
                tracing::warn!(%error, "the terminal is gone");
                self.hung_up();
            }
        }
    }

    /// The terminal is gone: what runs in the pods is ended, unwatched. Told once: a second word to leave would not wait for it.
    fn hung_up(&mut self) {
        if !std::mem::replace(&mut self.gone, true) {
            self.driver.event(Event::Terminate);
        }
    }

    /// When the next frame may be drawn, if one is wanted.
    fn next_frame(&self) -> Option<Instant> {
        if !self.dirty || self.under_way > 0 || self.gone || !matches!(self.lent, Lent::No) {
            return None;
        }
        let due = if self.driver.answered {
            self.pace.due_for_answer()
        } else {
            self.pace.due()
        };
        let waits = self.driver.hands.sessions.frame_waits();
        Some(due.max(waits).unwrap_or_else(now))
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        self.dirty |= self.driver.app.take_dirty();
        if self.next_frame().is_none_or(|at| at > now()) {
            return Ok(());
        }
        self.dirty = false;
        self.driver.answered = false;
        let app = &self.driver.app;
        self.pace.limit(app.settings.config.ui.max_fps);
        self.pace.drawn(now());
        ui::draw(app, &mut self.drawn);
        self.drawn.send(&mut self.backend)?;
        let shape = app
            .focused_pane()
            .and_then(|pane| pane.screen.cursor())
            .map(|c| c.shape);
        self.set_cursor(shape.unwrap_or_default())?;
        let frame = self.buffer.take();
        self.send(frame);
        Ok(())
    }

    fn set_cursor(&mut self, shape: CursorShape) -> io::Result<()> {
        if shape == self.cursor {
            return Ok(());
        }
        self.cursor = shape;
        crossterm::queue!(self.buffer, terminal::cursor_style(shape))
    }

    fn send(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.under_way += 1;
            self.writer.send(bytes);
        }
    }

    /// Carries out what the app asked of the terminal.
    fn orders(&mut self) {
        for order in std::mem::take(&mut self.driver.hands.terminal) {
            match order {
                TerminalOrder::Raw(bytes) => self.send(bytes),
                TerminalOrder::Mouse(mouse) => self.mouse(mouse),
                TerminalOrder::Edit(text) => self.lent = Lent::Soon(text),
            }
        }
    }

    /// Lends the terminal to the user's editor once no frame is on its way, and takes it back when the editor has ended.
    fn lend_if_asked(&mut self) -> Result<(), ConsoleError> {
        match std::mem::replace(&mut self.lent, Lent::No) {
            Lent::Soon(text) if self.under_way == 0 => {
                self.reading = None;
                terminal::give_back();
                self.driver.hands.spawn(editor::edit(text));
                self.lent = Lent::Yes;
            }
            Lent::Yes if self.driver.editor_ended => self.take_back(),
            Lent::Stopping if self.under_way == 0 => {
                terminal::give_back();
                // What goes on afterwards takes the terminal again.
                raise(Job::SIGSTOP).map_err(io::Error::from)?;
            }
            kept @ (Lent::No | Lent::Soon(_) | Lent::Yes | Lent::Stopping) => self.lent = kept,
        }
        Ok(())
    }

    fn take_back(&mut self) {
        self.driver.editor_ended = false;
        let (reading, input) = Input::start();
        (self.reading, self.input) = (Some(reading), input);
        self.taken_again();
    }

    /// Takes the terminal after somebody else had it. One that hung up sends a continue, too.
    fn taken_again(&mut self) {
        if let Err(error) = self.take_again() {
            tracing::info!(%error, "the terminal cannot be taken again");
            self.hung_up();
        }
    }

    /// All of the screen is drawn.
    fn take_again(&mut self) -> Result<(), ConsoleError> {
        terminal::take_again(self.driver.app.mouse)?;
        let (cols, rows) = crossterm::terminal::size()?;
        self.resized(GridSize::new(rows, cols));
        self.dirty = true;
        Ok(())
    }

    fn mouse(&mut self, mouse: MouseUse) {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        let mut bytes = Vec::new();
        let queued = match mouse {
            MouseUse::Ours => crossterm::queue!(bytes, EnableMouseCapture),
            MouseUse::Released => crossterm::queue!(bytes, DisableMouseCapture),
        };
        if queued.is_ok() {
            self.send(bytes);
        }
    }
}
