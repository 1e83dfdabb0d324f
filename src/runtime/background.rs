//! Owns the question whether the outer terminal is light or dark: its own answer where it gives one in time. Asked once, after the
//! terminal is ours and before anybody reads from it. Called by `console`.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::driver::now;
use super::late_answer::LateAnswer;
use super::settings_file::SettingsSource;
use crate::app::Settings;
use crate::keys::{Chord, Key};

/// What the colours of a terminal are like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Background {
    Dark,
    Light,
}

/// What came while the answer was waited for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Answer {
    background: Option<Background>,
    /// Keys that were typed meanwhile.
    typed: Vec<Chord>,
    /// Whether all of it has come.
    complete: bool,
}

/// The colour behind the text, then the identity: every terminal answers that, so nobody waits for one that knows no colours.
const QUESTION: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";

/// An answer is short; who sends more than this is no terminal.
const LONGEST: usize = 4096;

/// How long the terminal may take to say what its colours are like.
const TERMINAL_ANSWERS: Duration = Duration::from_millis(200);

/// The same over a network.
const FAR_TERMINAL_ANSWERS: Duration = Duration::from_millis(600);

/// Asks the terminal whether it is light or dark, where the theme follows it; gives what was typed meanwhile,
/// and what may still come.
pub(super) fn follow_terminal(
    source: &mut SettingsSource,
    settings: &mut Settings,
) -> (Vec<Chord>, LateAnswer) {
    if !source.follows_terminal(&settings.config) {
        return (Vec::new(), LateAnswer::NotOwed);
    }
    let patience = if over_ssh() {
        FAR_TERMINAL_ANSWERS
    } else {
        TERMINAL_ANSWERS
    };
    let answer = ask(patience).unwrap_or_else(|error| {
        tracing::warn!(%error, "the terminal was not asked for its colours");
        Answer::default()
    });
    if let Some(look) = answer
        .background
        .and_then(|background| source.look_on(background, &settings.config))
    {
        settings.look = look;
    }
    let late = if answer.complete {
        LateAnswer::NotOwed
    } else {
        LateAnswer::owed(now())
    };
    (answer.typed, late)
}

/// Whether the terminal is far away.
pub(super) fn over_ssh() -> bool {
    std::env::var_os("SSH_CONNECTION").is_some()
}

/// Asks, and waits for the answer no longer than `patience`.
fn ask(patience: Duration) -> io::Result<Answer> {
    let mut out = io::stdout();
    out.write_all(QUESTION)?;
    out.flush()?;
    let until = now() + patience;
    let mut got = Vec::new();
    while !ended(&got) && got.len() < LONGEST && wait(until)? {
        let mut chunk = [0; 256];
        // Not by way of the library's buffer: what it kept nobody else would read.
        let count = nix::unistd::read(io::stdin(), &mut chunk)?;
        if count == 0 {
            break;
        }
        got.extend(chunk.iter().take(count));
    }
    Ok(read(&got))
}

/// Whether standard input has something before the deadline.
fn wait(until: Instant) -> io::Result<bool> {
    let left = until.saturating_duration_since(now());
    let left = PollTimeout::try_from(left).unwrap_or(PollTimeout::ZERO);
    let input = io::stdin();
    let mut fds = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    Ok(poll(&mut fds, left)? > 0)
}

/// Whether the identity has come: `ESC [ ? … c`.
fn ended(got: &[u8]) -> bool {
    let start = got.windows(3).position(|bytes| bytes == b"\x1b[?");
    start.is_some_and(|at| got.iter().skip(at).any(|byte| *byte == b'c'))
}

/// Takes the answers out of what came; the rest was typed.
fn read(got: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(got);
    let mut answer = Answer {
        complete: ended(got),
        ..Answer::default()
    };
    let mut rest = &*text;
    while let Some(first) = rest.chars().next() {
        let (taken, after) = sequence(rest).unwrap_or_else(|| rest.split_at(first.len_utf8()));
        if let Some(colour) = taken.strip_prefix("\x1b]11;") {
            answer.background = brightness(colour).or(answer.background);
        } else if taken.chars().count() == 1 {
            answer.typed.extend(key(first));
        }
        rest = after;
    }
    answer
}

/// An escape sequence at the start, and what follows it.
fn sequence(text: &str) -> Option<(&str, &str)> {
    let body = text.strip_prefix('\x1b')?;
    let end = if body.starts_with(']') {
        let bell = body.find('\x07').map(|at| at + 1);
        let terminator = body.find("\x1b\\").map(|at| at + 2);
        bell.into_iter().chain(terminator).min()?
    } else {
        let inside = body.strip_prefix('[')?;
        inside.find(|c: char| ('@'..='~').contains(&c))? + 2
    };
    text.split_at_checked(end + 1)
}

fn key(c: char) -> Option<Chord> {
    match c {
        '\r' => Some(Chord::plain(Key::Enter)),
        '\x1b' => Some(Chord::plain(Key::Esc)),
        c if c.is_control() => None,
        c => Some(Chord::char(c)),
    }
}

/// `rgb:RRRR/GGGG/BBBB`, each of one to four digits; light where the eye would say so.
fn brightness(answer: &str) -> Option<Background> {
    let (_, colour) = answer.split_once(':')?;
    let mut parts = colour.split('/').map(|part| {
        let digits: String = part.chars().take_while(char::is_ascii_hexdigit).collect();
        let most = 16_u32.checked_pow(u32::try_from(digits.len()).ok()?)?;
        let value = u32::from_str_radix(&digits, 16).ok()?;
        Some(f64::from(value) / f64::from(most.saturating_sub(1).max(1)))
    });
    let mut next = || parts.next().flatten();
    let (red, green, blue) = (next()?, next()?, next()?);
    let seen = 0.299 * red + 0.587 * green + 0.114 * blue;
    Some(if seen > 0.5 {
        Background::Light
    } else {
        Background::Dark
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;22c", Some(Background::Dark))]
    #[case("\x1b]11;rgb:ffff/ffff/ffff\x07\x1b[?1c", Some(Background::Light))]
    #[case("\x1b]11;rgb:fd/f6/e3\x1b\\\x1b[?1c", Some(Background::Light))]
    #[case("\x1b]11;rgba:1e1e/1e1e/2e2e/ffff\x1b\\", Some(Background::Dark))]
    #[case("\x1b]11;rgb:0/0/f\x1b\\", Some(Background::Dark))]
    #[case("\x1b[?62c", None)]
    #[case("\x1b]11;no\x1b\\", None)]
    #[case("", None)]
    fn the_answer_says_light_or_dark(#[case] got: &str, #[case] expected: Option<Background>) {
        let answer = read(got.as_bytes());
        assert_eq!((answer.background, answer.typed.len()), (expected, 0));
    }

    #[test]
    fn what_was_typed_meanwhile_is_kept() {
        let answer = read(b"j\x1b]11;rgb:ffff/ffff/ffff\x07k\x1b[?1c\r");
        let expected = [Chord::char('j'), Chord::char('k'), Chord::plain(Key::Enter)];
        assert_eq!(answer.typed, expected);
        assert_eq!(answer.background, Some(Background::Light));
    }

    #[test]
    fn the_identity_ends_the_wait() {
        assert!(!ended(b"\x1b]11;rgb:ffff/ffff/cccc\x07"));
        assert!(ended(b"\x1b]11;rgb:ffff/ffff/cccc\x07\x1b[?62;1c"));
        assert!(ended(b"\x1b[?6c"));
    }
}
