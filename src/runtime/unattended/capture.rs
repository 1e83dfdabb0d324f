//! Owns what is kept of one target's output: the beginning, up to a limit, and the order in which both streams spoke. Pure.

use crate::session::Digest;

/// Which stream.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Source {
    Out,
    Err,
}

/// The kept output of one target.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Capture {
    out: Vec<u8>,
    err: Vec<u8>,
    order: Vec<(Source, usize)>,
    most: usize,
    truncated: bool,
    dropped: Dropped,
}

/// What was not kept: answers that differ only there must not pass for equal.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Dropped {
    bytes: u64,
    digest: Digest,
}

impl Dropped {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes = self.bytes.wrapping_add(bytes.len() as u64);
        self.digest.push(bytes);
    }
}

impl Capture {
    /// Keeps up to `most` bytes of both streams together.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, source: Source, bytes: &[u8]) {
        let room = self.most.saturating_sub(self.out.len() + self.err.len());
        let kept = bytes.get(..room).unwrap_or(bytes);
        let dropped = bytes.get(kept.len()..).unwrap_or_default();
        self.truncated |= !dropped.is_empty();
        self.dropped.push(dropped);
        if kept.is_empty() {
            return;
        }
        match source {
            Source::Out => self.out.extend(kept),
            Source::Err => self.err.extend(kept),
        }
        match self.order.last_mut() {
            Some((last, length)) if *last == source => *length += kept.len(),
            Some(_) | None => self.order.push((source, kept.len())),
        }
    }

    /// Marks that bytes are missing.
    pub(crate) fn gap(&mut self) {
        self.truncated = true;
    }

    pub(crate) const fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// One stream; invalid UTF-8 is replaced.
    pub(crate) fn text(&self, source: Source) -> String {
        let bytes = match source {
            Source::Out => &self.out,
            Source::Err => &self.err,
        };
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// Both streams in the order in which they came; invalid UTF-8 is replaced. Of what was not kept, its length and sum stand last.
    pub(crate) fn merged(&self) -> String {
        let (mut out, mut err) = (self.out.as_slice(), self.err.as_slice());
        let mut merged = Vec::with_capacity(self.out.len() + self.err.len());
        for (source, length) in &self.order {
            let from = match source {
                Source::Out => &mut out,
                Source::Err => &mut err,
            };
            if let Some((piece, rest)) = from.split_at_checked(*length) {
                merged.extend(piece);
                *from = rest;
            }
        }
        let text = String::from_utf8_lossy(&merged).into_owned();
        if self.truncated {
            let Dropped { bytes, digest } = self.dropped;
            return format!("{text}\n… {bytes} more bytes were not kept; their sum is {digest}\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_streams_come_back_apart_and_in_order() {
        let mut capture = Capture::new(100);
        capture.push(Source::Out, b"a\n");
        capture.push(Source::Err, b"b\n");
        capture.push(Source::Out, b"c\n");
        assert_eq!(capture.text(Source::Out), "a\nc\n");
        assert_eq!(capture.text(Source::Err), "b\n");
        assert_eq!(capture.merged(), "a\nb\nc\n");
        assert!(!capture.is_truncated());
    }

    #[test]
    fn the_beginning_is_kept_up_to_the_limit() {
        let mut capture = Capture::new(3);
        capture.push(Source::Out, b"ab");
        capture.push(Source::Err, b"cde");
        capture.push(Source::Out, b"f");
        assert!(capture.merged().starts_with("abc\n… "));
        assert!(capture.is_truncated());
    }

    proptest! {
        #[test]
        fn below_the_limit_nothing_is_lost(pieces: Vec<(bool, Vec<u8>)>) {
            let mut capture = Capture::new(usize::MAX);
            let mut whole = Vec::new();
            for (out, piece) in &pieces {
                capture.push(if *out { Source::Out } else { Source::Err }, piece);
                whole.extend(piece);
            }
            prop_assert_eq!(capture.merged(), String::from_utf8_lossy(&whole));
            prop_assert!(!capture.is_truncated());
        }
    }
}
