//! Row 23: two operators in one container; one cancels, and the other notices nothing.

use super::Job;
use super::clients::{Console, LONG, kubectl_in_terminal, until_ready};
use super::commands::job;
use super::pods::{Kind, Place};
use super::table::Line;
use super::token;
use crate::pty::Terminal;
use crate::support::node::wait_until;

pub(super) fn jobs() -> Vec<Job> {
    let case = "two operators, one cancels";
    vec![
        job(23, &format!("{case}: ash"), Kind::Busybox, |place, line| {
            beside_another(place, line, "ash");
        }),
        job(23, &format!("{case}: bash"), Kind::Debian, |place, line| {
            beside_another(place, line, "bash");
        }),
    ]
}

#[track_caller]
fn start(place: &Place, terminal: &mut Terminal) -> String {
    let token = token();
    until_ready(terminal);
    terminal.send(format!(
        "setsid sleep {token} & sleep {token} & sleep {token}\r"
    ));
    wait_until("the workload runs", LONG, || place.carrying(&token) == 3);
    token
}

fn beside_another(place: &mut Place, line: &mut Line, shell: &str) {
    let home = tempfile::tempdir().expect("a folder");
    let mut tool = kubectl_in_terminal(place, home.path(), &[shell]);
    let of_tool = start(place, &mut tool);
    let mut other = Console::open(place, shell, &[]);
    let of_other = start(place, &mut other.terminal);
    let mut console = Console::open(place, shell, &[]);
    let ours = start(place, &mut console.terminal);

    line.seconds = Some(console.cancel());
    line.left = place.carrying(&ours);
    line.killed += 3 - place.carrying(&of_other).min(3);
    line.killed += 3 - place.carrying(&of_tool).min(3);
    other.terminal.send("\x03echo un''harmed\r");
    other.terminal.wait_for("unharmed", LONG);
    other.cancel();
    line.left += place.carrying(&of_other);
    line.killed += 3 - place.carrying(&of_tool).min(3);
    let codes = [console.quit(), other.quit()];
    line.claim(codes == [0, 0], || format!("quit with {codes:?}"));
    line.kubectl = "-".to_owned();
    line.note = "beside another podmux and a kubectl".to_owned();
}
