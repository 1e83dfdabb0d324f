//! Owns two kinds of records: the journal (what must still be cleaned up) and the audit (who did what). Types, lines and folding
//! only: the files are `runtime`'s. Knows nothing of clocks or disks. Called by `app`, `runtime` and `headless`.

pub mod audit;
pub mod entry;
pub mod reaper;

pub use entry::{CloseReason, Entry, Fact, Folded, Intent, JournalLine, Owner, fold};
pub use reaper::{Decision, KeepReason, Observed, OwnerState, decide, settle};

use crate::session::Digest;

/// A short fingerprint (16 hex digits) to join records; it hides nothing and proves nothing.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut digest = Digest::default();
    for part in parts {
        digest.push(part);
        // 0xff never occurs in UTF-8, so it keeps ["ab"] and ["a", "b"] apart.
        digest.push(&[0xff]);
    }
    digest.to_string()
}
