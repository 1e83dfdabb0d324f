//! Owns what was typed into terminals, pod by pod, once a test has asked to listen. Knows nothing of streams. Written by `exec`.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was typed; nothing is kept before [`Typed::listen`].
#[derive(Debug, Default)]
pub(super) struct Typed(Mutex<Option<HashMap<String, Vec<u8>>>>);

impl Typed {
    /// Keeps from now on, beginning with nothing.
    pub(super) fn listen(&self) {
        *self.lock() = Some(HashMap::new());
    }

    pub(super) fn note(&self, pod: &str, bytes: &[u8]) {
        if let Some(kept) = self.lock().as_mut() {
            kept.entry(pod.to_owned())
                .or_default()
                .extend_from_slice(bytes);
        }
    }

    pub(super) fn of(&self, pod: &str) -> Vec<u8> {
        let kept = self.lock();
        let of_pod = kept.as_ref().and_then(|kept| kept.get(pod));
        of_pod.cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Option<HashMap<String, Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_kept_before_somebody_listens() {
        let typed = Typed::default();
        typed.note("web-0", b"secret");
        typed.listen();
        typed.note("web-0", b"l");
        typed.note("web-0", b"s");
        typed.note("web-1", b"x");
        assert_eq!(typed.of("web-0"), b"ls");
        assert_eq!(typed.of("web-2"), b"");
    }
}
