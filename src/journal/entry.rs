//! Owns the journal's lines and folds them into what is still open. A line torn by a crash or a full disk costs that line only.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::ids::SessionId;
use crate::session::wrapper::Handshake;

/// One line of the journal.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct JournalLine {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Which session.
    #[serde(with = "session_text")]
    pub session: SessionId,
    #[serde(flatten)]
    pub fact: Fact,
}

/// What became known about a session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// An exec is about to go out; on disk before it does.
    Intent(Box<Intent>),
    /// The session said who it is.
    Handshake(Leader),
    /// The stream ended; something may live on.
    Ended { outcome: String },
    /// A cleanup or report was tried and did not prove 0.
    NotConfirmed { left: Option<u32>, why: String },
    /// Nothing of it can live any more: the only fact that closes an entry.
    Closed { reason: CloseReason },
}

/// All that finding the session again needs; no words of the user, no output.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Intent {
    pub context: String,
    /// Fingerprint of the API server's URL: a context of the same name may come to mean another cluster.
    pub server: String,
    pub namespace: String,
    pub pod: String,
    pub uid: String,
    pub container: String,
    /// As the pod's status names it; `None` where it did not yet.
    pub container_id: Option<String>,
    pub tty: bool,
    /// Fingerprint of the command's words.
    pub argv: String,
    pub owner: Owner,
}

/// The podmux process that owns the session.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Owner {
    pub pid: u32,
    /// Its start in clock ticks since boot.
    pub start: u64,
    /// Boot id of the machine that it runs on.
    pub boot_id: String,
}

/// The handshake as the journal keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Leader {
    pub pid: u32,
    pub sid: u32,
    pub start: u64,
    pub boot_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init_start: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_size: Option<u64>,
}

/// Why nothing of a session can live any more.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloseReason {
    /// A report counted 0.
    Proven,
    /// The exec was refused before anything could start.
    NeverStarted,
    PodGone,
    PodReplaced,
    ContainerRestarted,
    ContainerEnded,
    /// Its container has another boot id or another first process now.
    OtherRun,
}

/// A session that may still have processes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    pub session: SessionId,
    /// When the intent was written, in milliseconds since 1970.
    pub since: i64,
    pub intent: Intent,
    pub handshake: Option<Handshake>,
    /// The outcome's words, if the stream was seen to end.
    pub ended: Option<String>,
    /// The last count that was not 0, and why it is not confirmed.
    pub not_confirmed: Option<(Option<u32>, String)>,
}

/// The journal, read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Folded {
    /// In the order of their intents.
    pub open: Vec<Entry>,
    /// Lines that could not be read, blank ones aside.
    pub torn: usize,
    /// Facts about sessions whose intent is not there: their line was torn, or compacted away.
    pub orphans: usize,
}

impl JournalLine {
    /// The line with its line feed, ready to append.
    ///
    /// # Errors
    /// Never in practice: the types hold nothing that JSON cannot say.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

impl From<&Handshake> for Leader {
    fn from(handshake: &Handshake) -> Self {
        Self {
            pid: handshake.pid,
            sid: handshake.sid,
            start: handshake.start,
            boot_id: handshake.boot_id.clone(),
            init_start: handshake.init_start,
            file_size: handshake.file_size,
        }
    }
}

impl From<Leader> for Handshake {
    fn from(leader: Leader) -> Self {
        Self {
            pid: leader.pid,
            sid: leader.sid,
            start: leader.start,
            boot_id: leader.boot_id,
            init_start: leader.init_start,
            file_size: leader.file_size,
        }
    }
}

/// Reads a journal as it lies on the disk.
pub fn fold(bytes: &[u8]) -> Folded {
    let mut folded = Folded::default();
    let mut order = Vec::new();
    let mut entries: HashMap<SessionId, Entry> = HashMap::new();
    for line in bytes
        .split(|&b| b == b'\n')
        .filter(|line| !line.trim_ascii().is_empty())
    {
        let Some(line) = read(line) else {
            folded.torn += 1;
            continue;
        };
        match line.fact {
            Fact::Intent(intent) => {
                order.push(line.session);
                entries.insert(line.session, opened(line.session, line.at, *intent));
            }
            fact @ (Fact::Handshake(_)
            | Fact::Ended { .. }
            | Fact::NotConfirmed { .. }
            | Fact::Closed { .. }) => match entries.remove(&line.session) {
                Some(entry) => {
                    if let Some(entry) = learned(entry, fact) {
                        entries.insert(line.session, entry);
                    }
                }
                None => folded.orphans += 1,
            },
        }
    }
    folded.open = order
        .iter()
        .filter_map(|session| entries.remove(session))
        .collect();
    folded
}

/// The lines that a compacted journal keeps for one open entry.
pub fn rewritten(entry: &Entry) -> Vec<JournalLine> {
    let line = |fact| JournalLine {
        at: entry.since,
        session: entry.session,
        fact,
    };
    let handshake = entry.handshake.as_ref().map(|h| Fact::Handshake(h.into()));
    let ended = entry.ended.clone().map(|outcome| Fact::Ended { outcome });
    let open = entry
        .not_confirmed
        .clone()
        .map(|(left, why)| Fact::NotConfirmed { left, why });
    [
        Some(Fact::Intent(Box::new(entry.intent.clone()))),
        handshake,
        ended,
        open,
    ]
    .into_iter()
    .flatten()
    .map(line)
    .collect()
}

/// A line that was appended to a torn one starts inside it: its own beginning is looked for.
fn read(line: &[u8]) -> Option<JournalLine> {
    serde_json::from_slice(line).ok().or_else(|| {
        let start = memchr::memmem::rfind(line, br#"{"at":"#)?;
        serde_json::from_slice(line.get(start..)?).ok()
    })
}

fn opened(session: SessionId, since: i64, intent: Intent) -> Entry {
    Entry {
        session,
        since,
        intent,
        handshake: None,
        ended: None,
        not_confirmed: None,
    }
}

fn learned(mut entry: Entry, fact: Fact) -> Option<Entry> {
    match fact {
        Fact::Intent(intent) => entry.intent = *intent,
        Fact::Handshake(leader) => entry.handshake = Some(leader.into()),
        Fact::Ended { outcome } => entry.ended = Some(outcome),
        Fact::NotConfirmed { left, why } => entry.not_confirmed = Some((left, why)),
        Fact::Closed { .. } => return None,
    }
    Some(entry)
}

mod session_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::ids::SessionId;

    pub(super) fn serialize<S: Serializer>(id: &SessionId, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SessionId, D::Error> {
        let text = String::deserialize(from)?;
        SessionId::parse(&text).ok_or_else(|| D::Error::custom("not a session id"))
    }
}

#[cfg(test)]
mod tests;
