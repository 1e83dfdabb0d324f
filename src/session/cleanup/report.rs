//! Owns the grammar of the cleanup script's answer. An answer that is cut, disagrees with itself or is not ours is an error, never
//! a report of nothing left.

use thiserror::Error;

use crate::ids::SessionId;
use crate::session::wrapper::Handshake;

/// One process as the script saw it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ProcessLine {
    pub pid: u32,
    /// Clock ticks since boot.
    pub start: u64,
    pub sid: u32,
    /// The kernel's state letter: `D` waits for a disk, `T` is stopped.
    pub state: char,
    /// The kernel's short name of the program, at most 15 bytes, without control characters.
    pub comm: String,
}

/// How the script itself ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ReportExit {
    /// Nothing that belongs to the session lives.
    Clean,
    /// Some live on: counted and named in `left`.
    Survivors,
    /// The container hides its processes.
    CannotRead,
    /// Another boot or another run of the container: nothing was touched, and nothing of the session can live here.
    GuardMismatch,
}

/// What the script found and did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    pub found: Vec<ProcessLine>,
    /// How many processes got a signal.
    pub signalled: u32,
    pub left: Vec<ProcessLine>,
    /// Dead, but not reaped by the container's first process: they run nothing.
    pub zombies: Vec<ProcessLine>,
    /// Born during the session in a session of their own: named, never signalled.
    pub not_attributable: Vec<ProcessLine>,
    pub exit: ReportExit,
}

impl Report {
    /// Whether the session's own leader still lives: then nothing that said it had exited was true.
    pub fn leader_lives(&self, leader: &Handshake) -> bool {
        let same = |line: &ProcessLine| line.pid == leader.pid && line.start == leader.start;
        self.left.iter().any(same)
    }
}

/// Why an answer proves nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum ReportError {
    #[error("the answer stops in the middle")]
    Truncated,
    #[error("the answer is for another session")]
    WrongSession,
    #[error("the answer has a line that is not ours: {0}")]
    Garbage(String),
    #[error("the script ended with {code} but reported {reported}")]
    Disagrees { code: i32, reported: i32 },
    #[error("the script did not run: exit {0}")]
    NotRun(i32),
}

impl Report {
    /// Reads the standard output of a script that exited with `code`.
    ///
    /// # Errors
    /// Every variant of [`ReportError`]: only a complete answer in our own grammar is a report.
    pub fn parse(session: SessionId, stdout: &[u8], code: i32) -> Result<Self, ReportError> {
        let text = String::from_utf8_lossy(stdout);
        let mut lines = text
            .lines()
            .skip_while(|line| !line.starts_with("podmux-report "));
        let Some(first) = lines.next() else {
            return Err(if code == 0 {
                ReportError::Truncated
            } else {
                ReportError::NotRun(code)
            });
        };
        if first != format!("podmux-report 1 {session}") {
            return Err(ReportError::WrongSession);
        }
        let mut report = Self::empty();
        for line in lines {
            if let Some(end) = line.strip_prefix("end ") {
                return report.finish(end, code);
            }
            report
                .take(line)
                .ok_or_else(|| ReportError::Garbage(clean_name(line)))?;
        }
        Err(ReportError::Truncated)
    }

    fn empty() -> Self {
        let none = Vec::new;
        Self {
            found: none(),
            signalled: 0,
            left: none(),
            zombies: none(),
            not_attributable: none(),
            exit: ReportExit::CannotRead,
        }
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "found" => self.found.push(process(rest)?),
            "left" => self.left.push(process(rest)?),
            "zombie" => self.zombies.push(process(rest)?),
            "stray" => self.not_attributable.push(process(rest)?),
            "signalled" => self.signalled = rest.parse().ok()?,
            _ => return None,
        }
        Some(())
    }

    /// `end CODE LEFT`: both must agree with what came before.
    fn finish(mut self, end: &str, code: i32) -> Result<Self, ReportError> {
        let numbers = end
            .split_once(' ')
            .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
        let Some((reported, left)): Option<(i32, usize)> = numbers else {
            return Err(ReportError::Garbage(clean_name(end)));
        };
        if reported != code {
            return Err(ReportError::Disagrees { code, reported });
        }
        self.exit = match (code, left) {
            (0, 0) => ReportExit::Clean,
            (3, 1..) => ReportExit::Survivors,
            (4, _) => ReportExit::CannotRead,
            (5, _) => ReportExit::GuardMismatch,
            (_, _) => return Err(ReportError::Garbage(clean_name(end))),
        };
        if self.left.len() == left {
            Ok(self)
        } else {
            Err(ReportError::Truncated)
        }
    }
}

/// `PID START SID STATE NAME`; the name is the rest of the line.
fn process(text: &str) -> Option<ProcessLine> {
    let mut parts = text.splitn(5, ' ');
    Some(ProcessLine {
        pid: parts.next()?.parse().ok()?,
        start: parts.next()?.parse().ok()?,
        sid: parts.next()?.parse().ok()?,
        state: parts.next()?.parse().ok()?,
        comm: clean_name(parts.next()?),
    })
}

/// Text from a container for our own lines: no control characters, at most 64 characters.
pub fn clean_name(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '?' } else { c })
        .take(64)
        .collect()
}
