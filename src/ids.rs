//! Owns the names of things: panes, tabs, sessions, contexts, pods. Knows nothing of what they do. Used by every layer.

use std::fmt;
use std::sync::Arc;

/// One pane on the screen; never reused within a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PaneId(pub u32);

/// One tab; never reused within a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TabId(pub u32);

/// One port-forward; never reused within a run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ForwardId(pub u32);

/// One exec stream: 128 random bits, printed as 32 lower-case hex digits because the text lands in a `grep` pattern.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 16]);

impl SessionId {
    /// Wraps random bytes that the caller drew.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Reads the 32 hex digits back; `None` unless the text is exactly that.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        u128::from_str_radix(text, 16)
            .ok()
            .map(|bits| Self(bits.to_be_bytes()))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionId({self})")
    }
}

/// The name of a kubeconfig context.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ContextName(Arc<str>);

impl ContextName {
    /// Takes the name as the kubeconfig spells it.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name as the kubeconfig spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ContextName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A pod by name; the pod of that name may be replaced by another one with another [`PodUid`].
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PodRef {
    pub context: ContextName,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

impl fmt::Display for PodRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// The uid that the API server gave this very pod.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct PodUid(Arc<str>);

impl PodUid {
    /// Takes the uid as the API server wrote it.
    pub fn new(uid: &str) -> Self {
        Self(uid.into())
    }

    /// The uid as the API server wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One container of one very pod: what a session is opened in.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ContainerRef {
    pub pod: PodRef,
    pub uid: PodUid,
    pub container: Arc<str>,
}

impl fmt::Display for ContainerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} · {}", self.pod, self.container)
    }
}

/// What [`is_namespace`] asks for, for those who typed something else.
pub const NAMESPACE_RULE: &str = "a namespace is lower-case letters, digits and dashes, 63 at most";

/// Whether a namespace can have this name: a DNS label of RFC 1123, up to 63 lower-case letters, digits and dashes.
pub fn is_namespace(name: &str) -> bool {
    let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !name.is_empty()
        && name.len() <= 63
        && name.chars().all(letter)
        && !name.starts_with('-')
        && !name.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_session_id_reads_back_as_printed(bytes: [u8; 16]) {
            let id = SessionId::from_bytes(bytes);
            prop_assert_eq!(SessionId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn a_namespace_is_a_label() {
        let long = "a".repeat(64);
        for (name, expected) in [
            ("shop", true),
            ("team-2", true),
            ("", false),
            ("Bad NS", false),
            ("shop/../other", false),
            ("-shop", false),
            ("shop-", false),
            (long.as_str(), false),
        ] {
            assert_eq!(is_namespace(name), expected, "{name}");
        }
    }

    #[test]
    fn a_session_id_is_lower_case_hex_only() {
        for text in [
            "",
            "0",
            "g0000000000000000000000000000000",
            "A0000000000000000000000000000000",
            "+0000000000000000000000000000000",
        ] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }
}
