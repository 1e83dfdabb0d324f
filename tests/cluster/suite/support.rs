//! What the tests of a real cluster stand on. Each says with its first panic which variable of `cluster test` is missing.

pub(crate) mod console;
pub(crate) mod crew;
pub(crate) mod fault;
pub(crate) mod kubectl;
pub(crate) mod node;
pub(crate) mod proxy;

use std::path::PathBuf;
use std::time::Instant;

/// A variable that `tests/cluster/cluster test` sets.
#[track_caller]
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name)
        .unwrap_or_else(|_| panic!("{name} is not set: run this by `tests/cluster/cluster test`"))
}

/// The kubeconfig of one of the own cluster's users.
#[track_caller]
pub(crate) fn kubeconfig_of(user: &str) -> PathBuf {
    let file = PathBuf::from(variable("PODMUX_TEST_STATE")).join(format!("kubeconfig-{user}"));
    assert!(
        file.is_file(),
        "there is no user {user}: {} is missing",
        file.display()
    );
    file
}

#[expect(clippy::disallowed_methods, reason = "a deadline needs the clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
