//! Owns two kinds of records: the journal (what must still be cleaned up) and the audit (who did what). Types, lines and folding
//! only: the files are `runtime`'s. Knows nothing of clocks or disks. Called by `app`, `runtime` and `headless`.

pub mod audit;
pub mod entry;
pub mod reaper;

pub use entry::{CloseReason, Entry, Fact, Folded, Intent, JournalLine, Owner, fold};
pub use reaper::{Decision, KeepReason, Observed, OwnerState, decide, settle};

/// A short fingerprint (64-bit FNV-1a as 16 hex digits) to join records; it hides nothing and proves nothing.
pub fn fingerprint(parts: &[&[u8]]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for part in parts {
        // 0xff never occurs in UTF-8, so it keeps ["ab"] and ["a", "b"] apart.
        for byte in part.iter().chain(&[0xff]) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}
