//! Keys on their way into the console, in a real terminal on the embedded cluster.

use std::time::Duration;

use crate::pty::{Program, Size};

const LONG: Duration = Duration::from_secs(30);

#[test]
fn a_burst_of_keys_longer_than_one_read_is_taken_to_its_end() {
    let home = tempfile::tempdir().unwrap();
    let mut console = Program::new(env!("CARGO_BIN_EXE_podmux"), home.path())
        .args(["demo"])
        .size(Size(24, 80))
        .start();
    console.wait_for(" LIST ", LONG);
    // The filter takes them; the end of its line shows whether the last ones have arrived.
    console.send([b"/".as_slice(), &[b'x'; 5000], b"web"].concat());
    console.wait_for("xweb ", LONG);
}
