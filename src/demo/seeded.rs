//! Owns the demo's source of chance: one small generator, so that a seed gives the same shop every time. Knows nothing of pods. Called by
//! the shop, by its churn and by the simulated shells.

/// A 64-bit generator (splitmix); good enough for names and ages, never for secrets.
#[derive(Clone, Debug)]
pub(super) struct Seeded(u64);

/// The letters that the API server uses in generated names: no vowels, so that no words appear.
const NAME_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

impl Seeded {
    /// Starts the sequence that belongs to `seed`.
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`; 0 where `bound` is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next().checked_rem(bound).unwrap_or(0)
    }

    /// One of `choices`, or nothing where there are none.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> Option<&'a T> {
        let bound = u64::try_from(choices.len()).unwrap_or(u64::MAX);
        choices.get(usize::try_from(self.below(bound)).unwrap_or(0))
    }

    /// Letters and digits as in generated pod names.
    pub(super) fn suffix(&mut self, length: usize) -> String {
        (0..length)
            .filter_map(|_| self.pick(NAME_LETTERS))
            .map(|byte| char::from(*byte))
            .collect()
    }

    /// A version 4 uid.
    pub(super) fn uid(&mut self) -> uuid::Uuid {
        let bits = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_seed_gives_one_sequence(seed: u64) {
            let (mut one, mut other) = (Seeded::new(seed), Seeded::new(seed));
            for _ in 0..8 {
                prop_assert_eq!(one.next(), other.next());
            }
        }

        #[test]
        fn a_number_is_below_its_bound(seed: u64, bound in 1u64..10_000) {
            prop_assert!(Seeded::new(seed).below(bound) < bound);
        }
    }

    #[test]
    fn nothing_is_below_zero_and_picked_from_nothing() {
        assert_eq!(Seeded::new(1).below(0), 0);
        assert_eq!(Seeded::new(1).pick::<u8>(&[]), None);
    }
}
