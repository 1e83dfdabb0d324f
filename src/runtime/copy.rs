//! Owns the way of copied text to the clipboard: the user's command, else tmux, else the outer terminal (OSC 52).

use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::app::{Event, Weight};

/// The longest text that goes by OSC 52: terminals drop more.
const OSC_52_LIMIT: usize = 74_994;

/// How long a clipboard command may take.
const LIMIT: Duration = Duration::from_secs(5);

/// How text gets to the clipboard.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// A program that takes the text on its standard input.
    Program(Vec<String>),
    /// A sequence to the outer terminal.
    Terminal,
}

/// The way by the configuration and the environment.
pub(super) fn way(configured: &[String]) -> Way {
    if !configured.is_empty() {
        return Way::Program(configured.to_vec());
    }
    if std::env::var_os("TMUX").is_some() {
        let tmux = ["tmux", "load-buffer", "-w", "-"]
            .map(str::to_owned)
            .to_vec();
        return Way::Program(tmux);
    }
    Way::Terminal
}

/// The sequence that asks the outer terminal to take the text; `None` when it is too long for that.
pub(super) fn sequence(text: &str) -> Option<Vec<u8>> {
    if text.len() > OSC_52_LIMIT {
        return None;
    }
    let mut bytes = Vec::new();
    let command = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
    crossterm::queue!(bytes, command).ok()?;
    Some(bytes)
}

/// Gives the text to a program; says how it went.
pub(super) async fn by_program(program: Vec<String>, text: String) -> Event {
    let size = said(&text);
    let name = program.first().cloned().unwrap_or_default();
    let (weight, said) = match tokio::time::timeout(LIMIT, feed(&program, &text)).await {
        Ok(Ok(())) => (
            Weight::Plain,
            format!("{size} sent to the clipboard by {name}"),
        ),
        Ok(Err(why)) => (Weight::Warning, format!("not copied: {name}: {why}")),
        Err(_late) => (Weight::Warning, format!("not copied: {name} does not end")),
    };
    Event::Copied { weight, said, text }
}

async fn feed(program: &[String], text: &str) -> Result<(), String> {
    let Some((name, arguments)) = program.split_first() else {
        return Err("no command".to_owned());
    };
    let mut child = Command::new(name)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(text.as_bytes())
            .await
            .map_err(|error| error.to_string())?;
    }
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err(status.to_string())
    }
}

/// How much was copied, in words.
pub(super) fn said(text: &str) -> String {
    match text.lines().count() {
        1 => format!("{} characters", text.chars().count()),
        lines => format!("{lines} lines"),
    }
}
