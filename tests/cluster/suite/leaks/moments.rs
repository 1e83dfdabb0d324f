//! The client is killed at random moments of a session's life; afterwards the journal is whole and the reaper leaves nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::Job;
use super::clients::{Console, ended, podmux, said};
use super::pods::{Kind, Place};
use super::table::{Line, print};
use super::token;
use crate::support::node::wait_until;
use crate::support::now;

/// Long enough for a start, a workload and the end of a cancel.
const LIFE_MS: u64 = 6000;

/// No look of ours takes longer once nobody listens.
const LOOK: Duration = Duration::from_secs(10);

/// How often; `PODMUX_TEST_MOMENTS=200` takes the whole number.
fn count() -> u64 {
    let asked = std::env::var("PODMUX_TEST_MOMENTS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(12)
}

/// Moments spread over the life of a session, in no order: the same in each run.
fn moment(n: u64) -> Duration {
    let spread = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (spread ^ (spread >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    Duration::from_millis((mixed >> 33) % LIFE_MS)
}

/// Lives until the moment: a prompt, a workload, and a cancel after two seconds of it.
fn live(console: &mut Console, moment: Duration) {
    let began = now();
    let mut typed = None;
    let mut cancelled = false;
    while let Some(rest) = moment
        .checked_sub(began.elapsed())
        .filter(|rest| !rest.is_zero())
    {
        let slice = rest.min(Duration::from_millis(50));
        let prompt = |text: String| text.lines().any(|line| line.trim_end().ends_with('#'));
        console.terminal.holds_for("time passes", slice, |_| true);
        match typed {
            None if prompt(console.terminal.text()) => {
                let token = token();
                let text = format!("setsid sleep {token} & sleep {token} & sleep {token}\r");
                console.terminal.send(text);
                typed = Some(now());
            }
            Some(at) if !cancelled && at.elapsed() > Duration::from_secs(2) => {
                console.press(b'c');
                cancelled = true;
            }
            None | Some(_) => {}
        }
    }
}

fn killed(place: &mut Place, line: &mut Line, moment: Duration) {
    let mut console = Console::open(place, "bash", &[]);
    live(&mut console, moment);
    let home = console.kill();
    let began = now();
    let output = ended(podmux(home.path()).args(["reap", "--yes"]));
    line.seconds = Some(began.elapsed().as_secs_f32());
    let text = said(&output);
    line.claim(output.status.success() && !text.contains("torn"), || {
        text.clone()
    });
    // A look of the killed client's own may still be at its end; what a session left stays for ever.
    let over = || wait_until("looks have ended", LOOK, || place.found().is_empty());
    if catch_unwind(AssertUnwindSafe(over)).is_err() {
        let left = place.found();
        line.left = left.len();
        line.claim(false, || format!("left: {left:#?}\n{text}"));
    }
    line.killed = place.killed();
}

pub(super) fn jobs() -> Vec<Job> {
    let job = |n| {
        let moment = moment(n);
        let case = format!("killed after {} ms", moment.as_millis());
        Job::new(27, case.clone(), move |pods| {
            let mut place = pods.take(Kind::Debian);
            let mut line = Line {
                row: 27,
                case: case.clone(),
                ..Line::default()
            };
            let ran = catch_unwind(AssertUnwindSafe(|| killed(&mut place, &mut line, moment)));
            place.sweep();
            pods.put(place);
            if let Err(panic) = ran {
                line = Line::panicked(27, case, &*panic);
            }
            vec![line]
        })
    };
    (0..count()).map(job).collect()
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_client_killed_at_any_moment_leaves_what_the_reaper_ends() {
    let pods = super::pods::Pods::start(&[Kind::Debian]);
    print(super::run_all(jobs(), &pods), &[]);
}
