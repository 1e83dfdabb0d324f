//! Owns pictures: plays keys on a console without a terminal and gives its last screen as text.

use std::time::{Duration, Instant};

use ratatui::buffer::Buffer;

use super::clusters::Backend;
use super::console::ConsoleStart;
use super::driver::{Driver, now};
use super::start;
use crate::app::Notices;
use crate::app::event::Event;
use crate::config::Look;
use crate::geometry::GridSize;
use crate::keys::Chord;
use crate::ui;

/// How long a text is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Without news for this long a screen counts as settled.
const SETTLED: Duration = Duration::from_millis(150);

/// One thing to play.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    Key(Chord),
    /// Typed character by character.
    Text(String),
    /// Wait until the screen shows this.
    Wait(String),
    /// Wait until nothing has changed for a while.
    Settle,
}

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SnapshotError {
    #[error("--keys: {0}")]
    Keys(String),
    #[error("--keys: the screen did not show {text:?} within {} s; it showed:\n{screen}", PATIENCE.as_secs())]
    NotShown { text: String, screen: String },
}

/// How the picture is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Colours {
    None,
    Ansi,
}

/// Reads `--keys`: chords as in the configuration, `"text"`, `wait:"text"` and `settle`, apart by blanks.
///
/// # Errors
/// [`SnapshotError::Keys`] with the word that is wrong.
pub fn read(keys: &str) -> Result<Vec<Step>, SnapshotError> {
    let mut steps = Vec::new();
    let mut rest = keys.trim_start();
    while !rest.is_empty() {
        let (step, after) = next(rest)?;
        steps.push(step);
        rest = after.trim_start();
    }
    Ok(steps)
}

fn next(rest: &str) -> Result<(Step, &str), SnapshotError> {
    if let Some(quoted) = rest.strip_prefix("wait:\"") {
        return quoted_text(quoted).map(|(text, after)| (Step::Wait(text), after));
    }
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted_text(quoted).map(|(text, after)| (Step::Text(text), after));
    }
    let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    if word == "settle" {
        return Ok((Step::Settle, after));
    }
    let chord: Chord = word
        .parse()
        .map_err(|error| SnapshotError::Keys(format!("{word}: {error}")))?;
    Ok((Step::Key(chord), after))
}

/// The text up to the closing quote; `\"` is a quote, `\\` a backslash.
fn quoted_text(text: &str) -> Result<(String, &str), SnapshotError> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, text.get(at + 1..).unwrap_or_default())),
            '\\' => out.extend(chars.next().map(|(_, escaped)| escaped)),
            c => out.push(c),
        }
    }
    Err(SnapshotError::Keys("a quote is not closed".to_owned()))
}

/// Plays the steps and gives the last screen.
///
/// # Errors
/// [`SnapshotError::NotShown`].
pub async fn play(
    start: ConsoleStart,
    size: GridSize,
    steps: Vec<Step>,
    colours: Colours,
) -> Result<String, SnapshotError> {
    let mut player = Player::play(start, size, steps).await?;
    let buffer = player.draw();
    player.leave().await;
    Ok(match colours {
        Colours::None => plain(&buffer),
        Colours::Ansi => super::ansi::text(&buffer),
    })
}

/// Plays the steps once and gives the last screen in each of these looks, with its colours, as it is once its notices were read.
///
/// # Errors
/// [`SnapshotError::NotShown`].
pub async fn play_in(
    looks: &[Look],
    start: ConsoleStart,
    size: GridSize,
    steps: Vec<Step>,
) -> Result<Vec<String>, SnapshotError> {
    let mut player = Player::play(start, size, steps).await?;
    player.driver.app.notices = Notices::default();
    let mut screens = Vec::new();
    for look in looks {
        player.driver.app.settings.look = look.clone();
        screens.push(super::ansi::text(&player.draw()));
    }
    player.leave().await;
    Ok(screens)
}

struct Player {
    driver: Driver,
}

impl Player {
    async fn play(
        start: ConsoleStart,
        size: GridSize,
        steps: Vec<Step>,
    ) -> Result<Self, SnapshotError> {
        // A picture shows the shells that there will be, not the moment before they are known.
        if let Backend::Demo(demo) = &start.backend {
            demo.shells().await;
        }
        let mut player = Self {
            driver: start::driver(start, size),
        };
        player.settle().await;
        for step in steps {
            match step {
                Step::Key(chord) => player.key(chord).await,
                Step::Text(text) => {
                    for c in text.chars() {
                        player.key(Chord::char(c)).await;
                    }
                }
                Step::Wait(text) => player.wait_for(&text).await?,
                Step::Settle => player.settle().await,
            }
        }
        player.settle().await;
        Ok(player)
    }

    async fn key(&mut self, chord: Chord) {
        self.driver.event(Event::Key(chord));
        self.driver.turn(Some(now())).await;
    }

    /// Takes news until none has come for a while.
    async fn settle(&mut self) {
        let end = now() + PATIENCE;
        let mut quiet = now() + SETTLED;
        while now() < quiet && now() < end {
            self.driver.turn(Some(quiet)).await;
            if self.driver.app.take_dirty() {
                quiet = now() + SETTLED;
            }
        }
    }

    async fn wait_for(&mut self, text: &str) -> Result<(), SnapshotError> {
        let end: Instant = now() + PATIENCE;
        loop {
            let screen = plain(&self.draw());
            if screen.contains(text) {
                return Ok(());
            }
            if now() >= end {
                return Err(SnapshotError::NotShown {
                    text: text.to_owned(),
                    screen,
                });
            }
            self.driver
                .turn(Some(now() + Duration::from_millis(50)))
                .await;
        }
    }

    fn draw(&self) -> Buffer {
        let mut drawn = ui::Drawn::default();
        ui::draw(&self.driver.app, &mut drawn);
        drawn.buffer().clone()
    }

    /// Ends what was started, as a quit does.
    async fn leave(&mut self) {
        self.driver.event(Event::Terminate);
        let end = now() + PATIENCE;
        while self.driver.hands.quit.is_none() && now() < end {
            self.driver
                .turn(Some(now() + Duration::from_millis(50)))
                .await;
        }
    }
}

/// The screen as text, blanks at the ends of lines cut.
fn plain(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let mut out = String::new();
    for row in buffer.content.chunks(width) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_texts_and_waits_are_told_apart() {
        let steps = read(r#"a enter wait:"live" "ls \"x\"" ctrl-g"#).unwrap();
        let key = |text: &str| Step::Key(text.parse().unwrap());
        assert_eq!(
            steps,
            [
                key("a"),
                key("enter"),
                Step::Wait("live".into()),
                Step::Text("ls \"x\"".into()),
                key("ctrl-g")
            ]
        );
    }

    #[test]
    fn a_wrong_word_is_named() {
        assert!(
            matches!(read("ctrl-gg"), Err(SnapshotError::Keys(why)) if why.contains("ctrl-gg"))
        );
        assert!(read("\"open").is_err());
    }
}
