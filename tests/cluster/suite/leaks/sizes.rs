//! Row 35: a program sees its terminal's size from its first moment.

use super::Job;
use super::clients::{Console, LONG, kubectl_in_terminal};
use super::commands::job;
use super::pods::{Kind, Place};
use super::table::Line;

/// Starts for each image; two images make the row's twenty.
const STARTS: usize = 10;

/// What is left of 24x80 for one pane: the top line, its title line, the status line and its rail go off.
const INSIDE: &str = "21 79";

pub(super) fn jobs() -> Vec<Job> {
    let case = format!("terminal size, {STARTS} starts");
    vec![
        job(35, &format!("{case}: busybox"), Kind::Busybox, sized),
        job(35, &format!("{case}: Debian"), Kind::Debian, sized),
    ]
}

fn sized(place: &mut Place, line: &mut Line) {
    let home = tempfile::tempdir().expect("a folder");
    let mut wrong = 0;
    for _ in 0..STARTS {
        let mut kubectl = kubectl_in_terminal(place, home.path(), &["stty", "size"]);
        kubectl.wait_exit(LONG);
        wrong += usize::from(!kubectl.text().contains("24 80"));
    }
    line.kubectl = format!("{wrong} wrong");
    let mut others = Vec::new();
    for _ in 0..STARTS {
        let mut console = Console::open(place, "sh", &["stty", "size"]);
        console.terminal.wait_for("exit 0 · 0 left", LONG);
        let text = console.terminal.text();
        if !text
            .lines()
            .any(|row| row.trim_matches(['│', ' ']) == INSIDE)
        {
            others.push(text);
        }
        let code = console.quit();
        line.claim(code == 0, || format!("quit with {code}"));
    }
    line.claim(others.is_empty(), || others.join("\n"));
    line.left = place.found().len();
    line.note = format!("{} wrong", others.len());
}
