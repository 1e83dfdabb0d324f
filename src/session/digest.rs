//! Owns the short digest by which answers and records are compared (64-bit FNV-1a). It hides nothing and proves nothing.

/// Bytes as one number; equal bytes give equal ones, wherever the network cut them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    /// Takes in what comes next.
    pub fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

/// As 16 hex digits.
impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_texts_have_the_digests_of_the_published_function() {
        for (text, digest) in [
            ("", "cbf29ce484222325"),
            ("a", "af63dc4c8601ec8c"),
            ("foobar", "85944171f73967e8"),
        ] {
            let mut sum = Digest::default();
            sum.push(text.as_bytes());
            assert_eq!(sum.to_string(), digest, "{text}");
        }
    }

    #[test]
    fn pieces_make_the_digest_of_the_whole() {
        let (mut whole, mut pieces) = (Digest::default(), Digest::default());
        whole.push(b"one two");
        pieces.push(b"one ");
        pieces.push(b"two");
        assert_eq!(whole, pieces);
    }
}
