//! The dead-man guard's script, run for real by each shell that this machine has, on processes of this machine.

use std::io::Write;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use podmux::ids::SessionId;
use podmux::session::cleanup::{Forking, LEAST_GRACE, ScriptMode, ScriptOrder};
use podmux::session::lease;

use crate::left_behind::new_id;

const SHELLS: [&[&str]; 3] = [&["/bin/sh"], &["bash", "--posix"], &["busybox", "sh"]];
const END: &str = "podmux-end-of-script";

#[expect(
    clippy::disallowed_methods,
    reason = "these tests wait for real processes, with a deadline"
)]
fn now() -> Instant {
    Instant::now()
}

/// A process that carries the marker of a session.
struct Marked {
    id: SessionId,
    child: Child,
}

impl Marked {
    fn new() -> Self {
        let id = new_id();
        // In a session of its own, as after an exec: the script leaves its own session alone.
        let child = Command::new("setsid")
            .args(["sleep", "1000"])
            .env("PODMUX_SESSION", id.to_string())
            .spawn()
            .unwrap();
        Self { id, child }
    }

    fn order(&self) -> ScriptOrder {
        ScriptOrder {
            session: self.id,
            leader: None,
            mode: ScriptMode::Session,
            grace: LEAST_GRACE,
            forking: Forking::Allowed,
        }
    }

    fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    #[track_caller]
    fn must_end(&mut self) {
        let end = now() + Duration::from_secs(40);
        while self.lives() {
            assert!(now() < end, "it was never ended");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        // It may have been ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Guard {
    child: Child,
    input: Option<ChildStdin>,
}

impl Guard {
    /// Three looks, one second apart.
    fn start(shell: &[&str]) -> Option<Self> {
        let started = Command::new(shell[0])
            .args(&shell[1..])
            .args(["-c", lease::SCRIPT, "sh", "1", "3", END])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn();
        let Ok(mut child) = started else {
            println!("not run: this machine has no {}", shell.join(" "));
            return None;
        };
        let input = child.stdin.take();
        let mut guard = Self { child, input };
        guard.say(&lease::script());
        Some(guard)
    }

    fn say(&mut self, words: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(words.as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Nobody says a word to it, and its input stays open: as a frozen client leaves it.
    #[track_caller]
    fn must_go(mut self) {
        let end = now() + Duration::from_secs(40);
        while self.child.try_wait().unwrap().is_none() {
            assert!(now() < end, "the guard outlives what it guarded");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// It has cleaned up or is about to; how it goes does not matter.
    fn gone(mut self) {
        drop(self.input.take());
        self.child.wait().unwrap();
    }

    fn wait(mut self) {
        drop(self.input.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn a_silent_client_loses_its_sessions_and_no_other() {
    for shell in SHELLS {
        let Some(mut guard) = Guard::start(shell) else {
            continue;
        };
        let (mut ours, mut bystander) = (Marked::new(), Marked::new());
        guard.say(&lease::guarded(&ours.order()));
        ours.must_end();
        assert!(bystander.lives(), "{shell:?}");
        guard.must_go();
    }
}

#[test]
fn beats_while_the_watch_starts_do_not_end_it() {
    for shell in SHELLS {
        let Some(mut guard) = Guard::start(shell) else {
            continue;
        };
        let mut ours = Marked::new();
        let beats = lease::BEAT.repeat(200);
        guard.say(&format!("{}{beats}", lease::guarded(&ours.order())));
        ours.must_end();
        guard.must_go();
    }
}

#[test]
fn a_client_that_is_gone_loses_its_sessions() {
    for shell in SHELLS {
        let Some(mut guard) = Guard::start(shell) else {
            continue;
        };
        let mut ours = Marked::new();
        guard.say(&lease::guarded(&ours.order()));
        guard.gone();
        ours.must_end();
    }
}

#[test]
fn beats_keep_a_session_alive() {
    for shell in SHELLS {
        let Some(mut guard) = Guard::start(shell) else {
            continue;
        };
        let mut ours = Marked::new();
        guard.say(&lease::guarded(&ours.order()));
        let end = now() + Duration::from_secs(6);
        while now() < end {
            guard.say(lease::BEAT);
            assert!(ours.lives(), "{shell:?}");
            std::thread::park_timeout(Duration::from_millis(400));
        }
        guard.say(lease::QUIT);
        guard.wait();
        assert!(
            ours.lives(),
            "{shell:?}: a guard that was told to go ends nothing"
        );
    }
}

#[test]
fn a_released_session_is_not_touched() {
    for shell in SHELLS {
        let Some(mut guard) = Guard::start(shell) else {
            continue;
        };
        let (mut first, mut second) = (Marked::new(), Marked::new());
        guard.say(&lease::guarded(&first.order()));
        guard.say(&lease::guarded(&second.order()));
        guard.say(&lease::released(first.id));
        second.must_end();
        assert!(first.lives(), "{shell:?}");
        guard.must_go();
    }
}
