//! Owns what the line above a pane says about it: state word, line weight, mark. Pure. Called by `pane` and `status_line`.

use std::time::Instant;

use crate::app::pane::{DebugWait, Ended, Pane, Phase};
use crate::config::{Mark, Role, Weight};
use crate::session::cancel::{PhaseName, Progress};
use crate::session::outcome::start_word;
use crate::session::{CancelMode, Membership, Outcome};
use crate::ui::text;
use crate::ui::words;

/// Longest reason that a border word carries. Columns.
const REASON: usize = 20;

/// What a border says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(in crate::ui) struct Sign {
    pub(in crate::ui) word: String,
    pub(in crate::ui) weight: Weight,
    pub(in crate::ui) mark: Option<Mark>,
    /// The look of the word.
    pub(in crate::ui) role: Role,
}

/// What the broadcast of the pane's tab means for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Reception {
    /// The broadcast of the tab is off.
    Off,
    /// It is on.
    On(Answer),
}

/// Whether a pane answers as most do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::ui) enum Answer {
    Same,
    Differs,
}

impl Sign {
    fn plain(word: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            weight: Weight::Light,
            mark: None,
            role: Role::Text,
        }
    }

    fn trouble(word: impl Into<String>) -> Self {
        let word = word.into();
        Self {
            word,
            weight: Weight::Double,
            mark: Some(Mark::Alert),
            role: Role::Bad,
        }
    }

    fn out(word: &str) -> Self {
        Self {
            mark: Some(Mark::Out),
            role: Role::Dim,
            ..Self::plain(word)
        }
    }

    fn proven(word: impl Into<String>) -> Self {
        Self {
            role: Role::Ok,
            ..Self::plain(word)
        }
    }
}

/// The sign of a pane.
pub(in crate::ui) fn sign(pane: &Pane, reception: Reception, now: Instant) -> Sign {
    let sign = state(pane, reception, now);
    if !pane.recorded {
        return sign;
    }
    Sign {
        word: format!("● rec · {}", sign.word),
        ..sign
    }
}

fn state(pane: &Pane, reception: Reception, now: Instant) -> Sign {
    if let Some(sign) = cancel_sign(pane, now) {
        return sign;
    }
    if let DebugWait::Starting { since } = pane.debug {
        return Sign::plain(format!("opening {}", waited(since, now)));
    }
    match &pane.phase {
        Phase::Opening { since } => Sign::plain(format!("opening {}", waited(*since, now))),
        Phase::Live { .. } => live(pane, reception),
        Phase::Silent { since } => Sign::trouble(format!("silent {}", waited(*since, now))),
        Phase::Ended(ended) => ended_sign(ended),
    }
}

fn waited(since: Instant, now: Instant) -> String {
    words::seconds(now.saturating_duration_since(since))
}

/// A cancel that is under way or unproven says more than the phase of the session.
fn cancel_sign(pane: &Pane, now: Instant) -> Option<Sign> {
    let progress = pane.cancel.as_ref()?.progress();
    match progress.phase {
        PhaseName::Waiting if lost(pane) => Some(Sign::trouble(lost_word(&progress, now))),
        PhaseName::Cleaning | PhaseName::Verifying if lost(pane) => {
            Some(Sign::trouble("lost, cleanup runs"))
        }
        PhaseName::Grace | PhaseName::Cleaning | PhaseName::Verifying | PhaseName::Waiting => {
            let since = words::tenths(now.saturating_duration_since(progress.started));
            let verb = match progress.mode {
                CancelMode::Session | CancelMode::CloseWhenProven => "cancelling",
                CancelMode::InterruptOnly => "interrupting",
            };
            Some(Sign {
                role: Role::Warn,
                ..Sign::plain(format!("{verb} {since}"))
            })
        }
        PhaseName::InFlight => Some(Sign::trouble("0 left, may still start")),
        PhaseName::NotConfirmed => Some(Sign::trouble(match progress.left {
            Some(left) => format!("not confirmed, {left} left"),
            None => "not confirmed".to_owned(),
        })),
        PhaseName::Finished => None,
    }
}

fn lost(pane: &Pane) -> bool {
    matches!(
        &pane.phase,
        Phase::Ended(Ended {
            outcome: Outcome::Lost(_),
            ..
        })
    )
}

fn lost_word(progress: &Progress<'_>, now: Instant) -> String {
    progress.until.map_or_else(
        || "lost, cleanup waits".to_owned(),
        |until| {
            format!(
                "lost, cleanup in {}",
                words::seconds(until.saturating_duration_since(now))
            )
        },
    )
}

fn live(pane: &Pane, reception: Reception) -> Sign {
    let back = pane.scrolled_back();
    let word = if back > 0 {
        format!("live · {back} up")
    } else {
        "live".to_owned()
    };
    match (reception, pane.membership) {
        (_, Membership::OptedOut) => Sign::out("opted out"),
        (Reception::Off, _) => Sign::plain(word),
        (Reception::On(_), Membership::Held) => Sign::out("held: full-screen"),
        (Reception::On(_), Membership::NewShell) => Sign::out("new shell"),
        (Reception::On(_), Membership::Joining) => Sign::out("joins at Enter"),
        (Reception::On(answer), Membership::Receiving) => {
            let receives = Sign {
                weight: Weight::Heavy,
                mark: Some(Mark::Receives),
                ..Sign::plain(word)
            };
            match answer {
                Answer::Same => receives,
                Answer::Differs => Sign {
                    word: "≠ differs".to_owned(),
                    role: Role::Warn,
                    ..receives
                },
            }
        }
    }
}

fn ended_sign(ended: &Ended) -> Sign {
    let pod = ended.pod_says.as_deref();
    match &ended.outcome {
        Outcome::Exited(code) => Sign::plain(with_reason(&format!("exited {code}"), pod)),
        Outcome::StartFailed(why) => {
            Sign::trouble(with_reason("start failed", Some(start_word(why))))
        }
        Outcome::Lost(why) => Sign::trouble(with_reason("lost", pod.or(Some(why)))),
        Outcome::TimedOut => Sign {
            mark: Some(Mark::Alert),
            role: Role::Warn,
            ..Sign::plain("timed out")
        },
        Outcome::Cancelled { left: Some(0) } => Sign::proven("✓ cancelled, 0 left"),
        Outcome::Cancelled { left: Some(left) } => Sign::trouble(format!("cancelled, {left} left")),
        Outcome::Cancelled { left: None } => Sign::trouble("cancelled, not confirmed"),
    }
}

/// A state is never cut: a reason that is long stays in the slip.
fn with_reason(word: &str, why: Option<&str>) -> String {
    let why = why.map(text::printable).unwrap_or_default();
    let why = why.trim();
    if why.is_empty() || text::width(why) > REASON {
        return word.to_owned();
    }
    format!("{word}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn ended(outcome: Outcome) -> Ended {
        Ended {
            outcome,
            at: start(),
            unix: 0,
            left: None,
            pod_says: None,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an arbitrary instant to count from"
    )]
    fn start() -> Instant {
        Instant::now()
    }

    #[rstest]
    #[case(Outcome::Exited(0), "exited 0", Weight::Light)]
    #[case(Outcome::Exited(137), "exited 137", Weight::Light)]
    #[case(Outcome::StartFailed("exec: \"bash\": no such file or directory".into()), "start failed: no shell", Weight::Double)]
    #[case(Outcome::StartFailed("pods \"web-1\" is forbidden: User \"jane\" cannot create resource".into()), "start failed: forbidden", Weight::Double)]
    #[case(Outcome::StartFailed("not recorded, so not started: the disk is full".into()), "start failed: not recorded", Weight::Double)]
    #[case(Outcome::StartFailed("the runtime took far too long to say why".into()), "start failed", Weight::Double)]
    #[case(Outcome::Lost("no answer 31 s".into()), "lost: no answer 31 s", Weight::Double)]
    #[case(Outcome::TimedOut, "timed out", Weight::Light)]
    #[case(Outcome::Cancelled { left: Some(0) }, "✓ cancelled, 0 left", Weight::Light)]
    #[case(Outcome::Cancelled { left: Some(1) }, "cancelled, 1 left", Weight::Double)]
    #[case(Outcome::Cancelled { left: None }, "cancelled, not confirmed", Weight::Double)]
    fn every_end_has_its_word(
        #[case] outcome: Outcome,
        #[case] word: &str,
        #[case] weight: Weight,
    ) {
        let sign = ended_sign(&ended(outcome));
        assert_eq!((sign.word.as_str(), sign.weight), (word, weight));
    }

    #[test]
    fn only_proof_is_green() {
        for outcome in [
            Outcome::Exited(0),
            Outcome::TimedOut,
            Outcome::Lost("x".into()),
            Outcome::StartFailed("x".into()),
            Outcome::Cancelled { left: None },
            Outcome::Cancelled { left: Some(2) },
        ] {
            assert_ne!(ended_sign(&ended(outcome)).role, Role::Ok);
        }
    }

    #[test]
    fn what_the_pod_says_explains_a_loss() {
        let mut ended = ended(Outcome::Lost("stream closed".into()));
        ended.pod_says = Some("OOMKilled".into());
        assert_eq!(ended_sign(&ended).word, "lost: OOMKilled");
    }
}
