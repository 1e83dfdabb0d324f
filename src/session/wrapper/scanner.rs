//! Owns the search for the handshake in the first bytes of a session. Bounded, byte-exact, and it never loses a byte of text.

use memchr::memmem;

use super::{HANDSHAKE_END, HANDSHAKE_START, Handshake};
use crate::ids::SessionId;

/// Bytes of output within which the handshake must be complete.
const SCAN_LIMIT: usize = 4096;

/// Takes the handshake out of a byte stream that is fed in chunks of any size.
#[derive(Clone, Debug)]
pub struct HandshakeScanner {
    /// The sequence's start together with the one right id: nothing else is a candidate.
    key: Vec<u8>,
    /// Bytes that may still turn out to be the handshake.
    held: Vec<u8>,
    /// Bytes fed so far.
    seen: usize,
    done: bool,
}

/// What one chunk gave.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scanned {
    /// Bytes for the terminal, in order.
    pub text: Vec<u8>,
    /// What is known now.
    pub verdict: Verdict,
}

/// Whether the search goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Feed on; some bytes may be held back.
    Searching,
    /// Reported once; from here on every byte is text.
    Found(Handshake),
    /// The session is unmarked, or the handshake was found before: every byte is text.
    Over,
}

impl HandshakeScanner {
    /// Looks for the handshake of this one session; those of others are text.
    pub fn new(session: SessionId) -> Self {
        let mut key = HANDSHAKE_START.to_vec();
        key.extend_from_slice(session.to_string().as_bytes());
        key.push(b';');
        Self {
            key,
            held: Vec::new(),
            seen: 0,
            done: false,
        }
    }

    /// Takes the next chunk and gives back what is text.
    pub fn feed(&mut self, bytes: &[u8]) -> Scanned {
        if self.done {
            return Scanned {
                text: bytes.to_vec(),
                verdict: Verdict::Over,
            };
        }
        self.seen = self.seen.saturating_add(bytes.len());
        self.held.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = find_from(&self.held, &self.key, from) {
            let body = at + self.key.len();
            let Some(end) = find_from(&self.held, HANDSHAKE_END, body) else {
                return self.hold_from(at);
            };
            let parsed = self.held.get(body..end).and_then(parse);
            let Some(handshake) = parsed else {
                from = body;
                continue;
            };
            let mut text = std::mem::take(&mut self.held);
            text.drain(at..end + HANDSHAKE_END.len());
            self.done = true;
            return Scanned {
                text,
                verdict: Verdict::Found(handshake),
            };
        }
        self.hold_from(self.held.len() - tail_prefix(&self.held, &self.key))
    }

    /// Ends the search because its time is over; gives back what was held.
    pub fn give_up(&mut self) -> Vec<u8> {
        self.done = true;
        std::mem::take(&mut self.held)
    }

    fn hold_from(&mut self, at: usize) -> Scanned {
        if self.seen >= SCAN_LIMIT {
            return Scanned {
                text: self.give_up(),
                verdict: Verdict::Over,
            };
        }
        let tail = self.held.split_off(at);
        Scanned {
            text: std::mem::replace(&mut self.held, tail),
            verdict: Verdict::Searching,
        }
    }
}

fn find_from(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    memmem::find(bytes.get(from..)?, needle).map(|at| at + from)
}

/// Length of the longest tail of `bytes` that is a proper beginning of `key`.
fn tail_prefix(bytes: &[u8], key: &[u8]) -> usize {
    let longest = bytes.len().min(key.len().saturating_sub(1));
    (1..=longest)
        .rev()
        .find(|&n| bytes.ends_with(key.get(..n).unwrap_or(key)))
        .unwrap_or(0)
}

/// Reads `pid;boot id;limit;stat of process 1 after its name;own stat`.
fn parse(body: &[u8]) -> Option<Handshake> {
    let text = std::str::from_utf8(body).ok()?;
    let mut parts = text.splitn(5, ';');
    let pid: u32 = parts.next()?.parse().ok()?;
    let boot_id = parts.next()?;
    let limit = parts.next()?;
    let init = parts.next()?;
    let (name, fields) = parts.next()?.rsplit_once(") ")?;
    let shown_pid: u32 = name.split_once(" (")?.0.parse().ok()?;
    let sid: u32 = stat_field(fields, 6)?.parse().ok()?;
    let start: u64 = stat_field(fields, 22)?.parse().ok()?;
    let plausible = pid == shown_pid && pid > 1 && start > 0 && is_boot_id(boot_id);
    plausible.then(|| Handshake {
        pid,
        sid,
        start,
        boot_id: boot_id.to_string(),
        init_start: stat_field(init, 22).and_then(|text| text.parse().ok()),
        file_size: limit.parse().ok(),
    })
}

/// A field of /proc/PID/stat by its number in proc(5), in the part after the name (which is field 2).
fn stat_field(after_name: &str, number: usize) -> Option<&str> {
    after_name.split(' ').nth(number.checked_sub(3)?)
}

fn is_boot_id(text: &str) -> bool {
    text.len() == 36
        && text
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-'))
}
