//! Owns the outer terminal: takes it, gives it back on drop, panic and signals. Knows nothing of what is drawn. Called by `driver`.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::SetCursorStyle;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};

use crate::app::MouseUse;
use crate::screen::CursorShape;

/// What the outer terminal is asked for, besides frames.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum TerminalOrder {
    Mouse(MouseUse),
    /// Bytes that go out as they are: the clipboard sequence.
    Raw(Vec<u8>),
    /// Lend the terminal to the user's editor.
    Edit(String),
}

/// Why the console cannot have this terminal.
#[derive(Debug, thiserror::Error)]
pub enum TerminalError {
    #[error(
        "the console needs a terminal, and {stream} is not one; use `podmux run` for one command in many pods, or `podmux demo --snapshot 120x40` for a picture"
    )]
    NotATerminal { stream: &'static str },
    #[error(
        "TERM={term} cannot show a console; use `podmux run`, or set TERM to what this terminal is"
    )]
    Dumb { term: String },
    #[error("TERM is not set; use `podmux run`, or set TERM to what this terminal is")]
    NoTerm,
    #[error(
        "standard input is the list of targets, and there is no terminal to read keys from: {0}"
    )]
    NoKeys(#[source] io::Error),
    #[error("this terminal cannot be switched to raw mode: {0}")]
    Raw(#[source] io::Error),
}

/// Whether the terminal is ours at this moment: the panic hook asks before it writes escape sequences.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours.
#[derive(Debug)]
pub struct TerminalGuard(());

impl TerminalGuard {
    /// Refuses what cannot show a console.
    ///
    /// # Errors
    /// [`TerminalError::NotATerminal`], [`TerminalError::Dumb`] and [`TerminalError::NoTerm`].
    pub fn check(term: Option<&str>) -> Result<(), TerminalError> {
        Self::check_output(term)?;
        if io::stdin().is_terminal() {
            return Ok(());
        }
        Err(TerminalError::NotATerminal {
            stream: "standard input",
        })
    }

    /// Refuses what cannot show a console, whatever the keys come from.
    ///
    /// # Errors
    /// [`TerminalError::NotATerminal`], [`TerminalError::Dumb`] and [`TerminalError::NoTerm`].
    pub fn check_output(term: Option<&str>) -> Result<(), TerminalError> {
        if !io::stdout().is_terminal() {
            return Err(TerminalError::NotATerminal {
                stream: "standard output",
            });
        }
        match term {
            Some("") | None => Err(TerminalError::NoTerm),
            Some("dumb") => Err(TerminalError::Dumb {
                term: "dumb".to_owned(),
            }),
            Some(_) => Ok(()),
        }
    }

    /// Reads keys from the terminal from now on, where standard input was something else.
    ///
    /// # Errors
    /// [`TerminalError::NoKeys`] where the program runs without a terminal.
    pub fn keys_from_terminal() -> Result<(), TerminalError> {
        let terminal = File::options().read(true).write(true).open("/dev/tty");
        let terminal = terminal.map_err(TerminalError::NoKeys)?;
        nix::unistd::dup2_stdin(terminal).map_err(|error| TerminalError::NoKeys(error.into()))
    }

    /// Takes the terminal: raw mode, alternate screen, bracketed paste, focus reports, the mouse if wanted.
    ///
    /// # Errors
    /// [`TerminalError::Raw`].
    pub fn take(mouse: MouseUse) -> Result<Self, TerminalError> {
        let guard = Self(());
        take_again(mouse)?;
        Ok(guard)
    }
}

/// Takes the terminal, at the start and after it was lent.
///
/// # Errors
/// [`TerminalError::Raw`].
pub fn take_again(mouse: MouseUse) -> Result<(), TerminalError> {
    enable_raw_mode().map_err(TerminalError::Raw)?;
    TAKEN.store(true, Ordering::SeqCst);
    let mut out = io::stdout();
    execute!(
        out,
        EnterAlternateScreen,
        EnableBracketedPaste,
        EnableFocusChange,
        cursor::Hide
    )
    .map_err(TerminalError::Raw)?;
    if mouse == MouseUse::Ours {
        execute!(out, EnableMouseCapture).map_err(TerminalError::Raw)?;
    }
    Ok(())
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        give_back();
    }
}

/// How the outer terminal is told to draw its cursor.
pub(super) const fn cursor_style(shape: CursorShape) -> SetCursorStyle {
    match shape {
        CursorShape::Default => SetCursorStyle::DefaultUserShape,
        CursorShape::BlinkingBlock => SetCursorStyle::BlinkingBlock,
        CursorShape::Block => SetCursorStyle::SteadyBlock,
        CursorShape::BlinkingUnderline => SetCursorStyle::BlinkingUnderScore,
        CursorShape::Underline => SetCursorStyle::SteadyUnderScore,
        CursorShape::BlinkingBar => SetCursorStyle::BlinkingBar,
        CursorShape::Bar => SetCursorStyle::SteadyBar,
    }
}

/// Gives the terminal back if it is ours; safe to call twice and from a panic hook.
pub fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    // A terminal that is gone takes no farewell; there is nobody left to tell.
    let farewell = execute!(
        out,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        SetCursorStyle::DefaultUserShape,
        cursor::Show
    )
    .and_then(|()| out.flush());
    if let Err(error) = farewell.and_then(|()| disable_raw_mode()) {
        tracing::warn!(%error, "the terminal could not be given back");
    }
}

/// Gives the terminal back before a panic is printed, so that its text can be read.
pub fn install_panic_hook() {
    let printed = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // Panics of the pane parser are caught and told on the pane: the screen stays ours.
        if crate::screen::parsing() {
            tracing::error!(%panic, "a pane's parser failed");
            return;
        }
        give_back();
        printed(panic);
    }));
}
