//! Owns output that the loop has no room for yet: a few chunks, or the newest 256 KiB while an interrupt runs.

use std::collections::VecDeque;

use bytes::Bytes;

use super::frames::Channel;
use super::{CHUNK, KEPT_AFTER_INTERRUPT, OutputChunk};

#[derive(Debug, Default)]
pub(super) struct Backlog {
    chunks: VecDeque<(Channel, Bytes)>,
    bytes: usize,
    /// Bytes dropped before the first chunk.
    gap: usize,
}

impl Backlog {
    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty() && self.gap == 0
    }

    pub(super) fn push(&mut self, channel: Channel, mut bytes: Bytes) {
        self.bytes += bytes.len();
        while !bytes.is_empty() {
            let chunk = bytes.split_to(bytes.len().min(CHUNK));
            self.chunks.push_back((channel, chunk));
        }
    }

    /// Drops the oldest until at most [`KEPT_AFTER_INTERRUPT`] bytes are kept.
    pub(super) fn keep_newest(&mut self) {
        while self.bytes > KEPT_AFTER_INTERRUPT {
            let Some((_, chunk)) = self.chunks.pop_front() else {
                return;
            };
            self.bytes -= chunk.len();
            self.gap += chunk.len();
        }
    }

    pub(super) fn pop(&mut self) -> Option<OutputChunk> {
        if self.gap > 0 {
            return Some(OutputChunk::Gap(std::mem::take(&mut self.gap)));
        }
        let (channel, chunk) = self.chunks.pop_front()?;
        self.bytes -= chunk.len();
        Some(match channel {
            Channel::Out => OutputChunk::Bytes(chunk),
            Channel::Err => OutputChunk::ErrorBytes(chunk),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_gap_counts_what_was_dropped_and_comes_first() {
        let mut backlog = Backlog::default();
        for n in 0..20u8 {
            backlog.push(Channel::Out, Bytes::from(vec![n; CHUNK]));
            backlog.keep_newest();
        }
        assert_eq!(backlog.pop(), Some(OutputChunk::Gap(4 * CHUNK)));
        assert_eq!(
            backlog.pop(),
            Some(OutputChunk::Bytes(Bytes::from(vec![4; CHUNK])))
        );
    }

    proptest! {
        #[test]
        fn without_a_flood_every_byte_comes_out_in_order(parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40_000), 0..6)) {
            let mut backlog = Backlog::default();
            for part in &parts {
                backlog.push(Channel::Err, Bytes::from(part.clone()));
            }
            let mut out = Vec::new();
            while let Some(chunk) = backlog.pop() {
                let OutputChunk::ErrorBytes(bytes) = chunk else { panic!("{chunk:?}") };
                prop_assert!(bytes.len() <= CHUNK);
                out.extend_from_slice(&bytes);
            }
            prop_assert_eq!(out, parts.concat());
            prop_assert!(backlog.is_empty());
        }
    }
}
