//! Owns the dead-man guard in values: the script that ends sessions of a client that fell silent, and the words that it takes.
//! Knows nothing of sockets or clocks. Called by the guards of `runtime`.

use std::time::Duration;

use super::cleanup::{self, ScriptOrder};
use crate::ids::SessionId;

/// What runs in the container, beside the sessions that it guards.
pub const SCRIPT: &str = include_str!("lease/lease.sh");

/// The line after the cleanup script.
const END: &str = "podmux-end-of-script";

/// How many looks a lease has; one of them may come late.
const LOOKS: u64 = 6;

/// A sign of life.
pub const BEAT: &str = ".\n";

/// The guard ends and touches nothing.
pub const QUIT: &str = "q\n";

/// The guard's exec. It counts less than the whole lease, so that it acts before the lease is over.
pub fn argv(lease: Duration) -> Vec<String> {
    let pulse = (lease.as_secs() / LOOKS).max(1);
    let looks = (lease.as_secs() / pulse).saturating_sub(1).max(2);
    let mut words: Vec<String> = ["sh", "-c", SCRIPT, "sh"].map(String::from).into();
    words.extend([pulse.to_string(), looks.to_string(), END.to_owned()]);
    words
}

/// How often a sign of life must go out.
pub fn beat_every(lease: Duration) -> Duration {
    lease / 4
}

/// What the guard ends with, sent first.
pub fn script() -> String {
    let script = cleanup::SCRIPT.trim_end_matches('\n');
    format!("{script}\n{END}\n")
}

/// From now on this session is guarded.
pub fn guarded(order: &ScriptOrder) -> String {
    format!("+ {}\n", order.arguments().join(" "))
}

/// This session is over.
pub fn released(session: SessionId) -> String {
    format!("- {session}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guard_acts_before_the_lease_is_over_and_after_several_beats() {
        for seconds in [10, 45, 60, 90, 3600] {
            let lease = Duration::from_secs(seconds);
            let words = argv(lease);
            let [.., pulse, looks, _] = words.as_slice() else {
                panic!("{words:?}")
            };
            let silence = pulse.parse::<u64>().unwrap() * looks.parse::<u64>().unwrap();
            assert!(silence < seconds, "{seconds}: {silence}");
            assert!(
                silence >= 3 * beat_every(lease).as_secs(),
                "{seconds}: {silence}"
            );
        }
    }

    #[test]
    fn the_words_of_a_session_are_one_line() {
        assert!(!cleanup::SCRIPT.lines().any(|line| line == END));
        let released = released(SessionId::from_bytes([1; 16]));
        assert_eq!(released.lines().count(), 1);
    }
}
