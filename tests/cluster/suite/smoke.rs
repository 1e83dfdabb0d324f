//! The binary starts in a terminal at all.

use std::time::Duration;

use crate::pty::Program;

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_binary_prints_its_version_in_a_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["--version"])
        .start();
    let status = terminal.wait_exit(Duration::from_secs(10));
    assert!(status.success(), "{status}\n{}", terminal.text());
    assert_eq!(
        terminal.text().trim(),
        concat!("podmux ", env!("CARGO_PKG_VERSION"))
    );
}
