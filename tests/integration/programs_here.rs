//! Programs on this machine, in a pane and in tmux. The cluster suite runs the same in a pod.

use crate::engine::installed;
use crate::programs::{Place, compare_all};

#[test]
fn programs_show_in_a_pane_what_they_show_in_tmux() {
    if !installed("tmux") {
        println!("not run: tmux is not installed");
        return;
    }
    let words = |script: &str| ["sh", "-c", script].map(str::to_owned).to_vec();
    let report = compare_all(&Place {
        name: "here",
        in_terminal: &words,
        without: &words,
        environment: &[],
    });
    report.print("here");
    assert!(
        report.different.is_empty(),
        "{} differ",
        report.different.len()
    );
    assert!(report.equal.len() >= 3, "only {:?} were run", report.equal);
}
