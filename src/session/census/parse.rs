//! Owns the grammar of the census script's answer. A cut answer is an error, never an empty container.

use thiserror::Error;

use super::{Census, Details, Process, by_pid};
use crate::ids::SessionId;
use crate::session::cleanup::clean_name;

/// Longest command line that is kept, in characters.
const LONGEST_COMMAND: usize = 1000;

/// Why an answer says nothing about the container.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub enum CensusError {
    #[error("the container hides its processes")]
    Hidden,
    #[error("the answer stops in the middle")]
    Truncated,
    #[error("the answer has a line that is not ours: {0}")]
    Garbage(String),
    #[error("the script did not run: exit {0}")]
    NotRun(i32),
}

impl Census {
    /// Reads the standard output of a script that exited with `code`.
    ///
    /// # Errors
    /// Every variant of [`CensusError`]; command lines that are missing at the end are no error, because a shell that cannot
    /// fork stops there.
    pub fn parse(stdout: &[u8], code: i32) -> Result<Self, CensusError> {
        if code == 4 {
            return Err(CensusError::Hidden);
        }
        let text = String::from_utf8_lossy(stdout);
        let mut lines = text
            .split('\n')
            .skip_while(|line| !line.starts_with("podmux-census "));
        let Some(mut census) = lines.next().and_then(header) else {
            return Err(CensusError::NotRun(code));
        };
        census.take(&mut lines)?;
        census.take_commands(lines);
        Ok(census)
    }

    fn take<'a>(&mut self, lines: &mut impl Iterator<Item = &'a str>) -> Result<(), CensusError> {
        let mut details = Vec::new();
        for line in lines {
            let garbage = || CensusError::Garbage(clean_name(line));
            match line.split_once(' ').ok_or_else(garbage)? {
                ("p", rest) => self.processes.push(process(rest).ok_or_else(garbage)?),
                ("d", rest) => details.push(detail(rest).ok_or_else(garbage)?),
                ("listed", _) => {
                    self.attach(details);
                    return Ok(());
                }
                (_, _) => return Err(garbage()),
            }
        }
        Err(CensusError::Truncated)
    }

    fn attach(&mut self, details: Vec<(u32, Details)>) {
        let mut processes = by_pid(&mut self.processes);
        for (pid, detail) in details {
            if let Some(process) = processes.get_mut(&pid) {
                process.details = detail;
            }
        }
    }

    fn take_commands<'a>(&mut self, lines: impl Iterator<Item = &'a str>) {
        let mut processes = by_pid(&mut self.processes);
        for line in lines {
            let Some((pid, words)) = line.strip_prefix("c ").and_then(|l| l.split_once(' ')) else {
                continue;
            };
            let process = pid
                .parse()
                .ok()
                .and_then(|pid: u32| processes.get_mut(&pid));
            if let (Some(process), Some(words)) = (process, command(words)) {
                process.details.command = Some(words);
            }
        }
    }
}

/// `podmux-census 1 PID START SID BOOT`; `-` where the kernel's boot id is hidden.
fn header(line: &str) -> Option<Census> {
    let mut words = line.split(' ').skip(1);
    if words.next() != Some("1") {
        return None;
    }
    Some(Census {
        own: words.next()?.parse().ok()?,
        now: words.next()?.parse().ok()?,
        own_session: words.next()?.parse().ok()?,
        boot_id: words.next().filter(|id| *id != "-").map(str::to_owned),
        processes: Vec::new(),
    })
}

/// `PID PPID SID START TERMINAL STATE NAME`; the name is the rest of the line.
fn process(text: &str) -> Option<Process> {
    let mut words = text.splitn(7, ' ');
    Some(Process {
        pid: words.next()?.parse().ok()?,
        ppid: words.next()?.parse().ok()?,
        sid: words.next()?.parse().ok()?,
        start: words.next()?.parse().ok()?,
        terminal: words.next()?.parse().ok()?,
        state: words.next()?.parse().ok()?,
        comm: clean_name(words.next()?),
        details: Details::default(),
    })
}

/// `PID UID KILOBYTES MARKER`, each but the first `-` where it could not be read.
fn detail(text: &str) -> Option<(u32, Details)> {
    let mut words = text.split(' ');
    let pid = words.next()?.parse().ok()?;
    let uid = words.next()?.parse().ok();
    let kilobytes: Option<u64> = words.next()?.parse().ok();
    let details = Details {
        uid,
        rss_bytes: kilobytes.map(|k| k.saturating_mul(1024)),
        session: words.next().and_then(SessionId::parse),
        command: None,
    };
    Some((pid, details))
}

/// The words came apart by U+0001, line feeds as U+0002.
fn command(words: &str) -> Option<String> {
    let joined: String = words
        .trim_end_matches('\u{1}')
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_COMMAND)
        .collect();
    (!joined.trim().is_empty()).then_some(joined)
}
