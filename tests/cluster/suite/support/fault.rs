//! The faults that the own cluster's script can make, taken back at the end.

use std::process::Command;

use super::variable;

/// A verb of `tests/cluster/cluster` that must succeed.
#[track_caller]
pub(crate) fn cluster(args: &[&str]) -> String {
    let output = Command::new(variable("PODMUX_TEST_CLUSTER"))
        .args(args)
        .output()
        .expect("the script starts");
    assert!(
        output.status.success(),
        "cluster {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Starts (or continues) what the test has stopped, also when it fails.
pub(crate) struct Repair(pub(crate) &'static str, pub(crate) &'static str);

impl Drop for Repair {
    fn drop(&mut self) {
        cluster(&[self.0, self.1]);
    }
}

/// A component that does not run until this is dropped.
pub(crate) struct Stopped {
    _repair: Repair,
}

impl Stopped {
    #[track_caller]
    pub(crate) fn stop(component: &'static str) -> Self {
        let repair = Repair("start", component);
        cluster(&["stop", component]);
        Self { _repair: repair }
    }
}
