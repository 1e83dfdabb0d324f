//! Owns the catching of panics of the parser, and whether one is being caught: the panic hook must leave the outer terminal alone then.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static PARSING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside of the parser, whose panics are caught and told on the pane.
pub fn parsing() -> bool {
    PARSING.get()
}

/// Runs a call into the parser; `None` when it panicked.
pub(super) fn caught<T>(call: impl FnOnce() -> T) -> Option<T> {
    PARSING.set(true);
    let result = catch_unwind(AssertUnwindSafe(call));
    PARSING.set(false);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_told_apart_from_one_outside() {
        assert!(!parsing());
        assert_eq!(caught(parsing), Some(true));
        assert_eq!(caught(|| -> u8 { panic!("broken") }), None);
        assert!(!parsing());
    }
}
