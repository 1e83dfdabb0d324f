use super::super::outcome::Outcome;
use super::*;
use proptest::prelude::*;

const LIMITS: CancelLimits = CancelLimits {
    grace: Duration::from_secs(2),
    cleanup: Duration::from_secs(10),
};

#[expect(
    clippy::disallowed_methods,
    reason = "a test's only look at a clock, to have any instant"
)]
fn start() -> Instant {
    Instant::now()
}

fn line(pid: u32, comm: &str) -> ProcessLine {
    ProcessLine {
        pid,
        start: 9,
        sid: 7,
        state: 'S',
        comm: comm.into(),
    }
}

fn report(exit: ReportExit) -> Report {
    let left = if exit == ReportExit::Survivors {
        vec![line(4711, "import.sh")]
    } else {
        Vec::new()
    };
    let found = vec![line(4711, "import.sh"), line(4712, "sleep")];
    Report {
        found,
        signalled: 2,
        left,
        zombies: vec![line(3, "sh")],
        not_attributable: Vec::new(),
        exit,
    }
}

/// A machine together with the time that its test plays.
struct Play {
    cancel: Cancel,
    zero: Instant,
    at: Duration,
    /// The newest timer: its epoch and when it fires.
    timer: Option<(u32, Duration)>,
    steps: Vec<CancelStep>,
}

impl Play {
    fn begin(mode: CancelMode, identity: Identity, link: Link) -> Self {
        let zero = start();
        let (cancel, steps) = Cancel::begin(mode, identity, link, LIMITS, zero);
        let mut play = Self {
            cancel,
            zero,
            at: Duration::ZERO,
            timer: None,
            steps: Vec::new(),
        };
        play.note(steps);
        play
    }

    fn session() -> Self {
        Self::begin(CancelMode::Session, Identity::Handshake, Link::Terminal)
    }

    fn note(&mut self, steps: Vec<CancelStep>) {
        for step in &steps {
            if let CancelStep::StartTimer { epoch, after } = step {
                self.timer = Some((*epoch, self.at + *after));
            }
        }
        self.steps = steps
            .into_iter()
            .filter(|s| !matches!(s, CancelStep::StartTimer { .. }))
            .collect();
    }

    fn input(&mut self, input: CancelInput) -> &[CancelStep] {
        let steps = self.cancel.step(input, self.zero + self.at, 0);
        self.note(steps);
        &self.steps
    }

    /// Lets time pass until the newest timer fires.
    fn fire(&mut self) -> &[CancelStep] {
        let (epoch, at) = self.timer.take().expect("a timer runs");
        self.at = at;
        self.input(CancelInput::Timer(epoch))
    }

    fn cleaned(&mut self, exit: ReportExit) -> &[CancelStep] {
        let attempt = self.cancel.attempt;
        self.input(CancelInput::Cleaned {
            attempt,
            result: Ok(report(exit)),
        })
    }

    fn verified(&mut self, exit: ReportExit) -> &[CancelStep] {
        let attempt = self.cancel.attempt;
        self.input(CancelInput::Verified {
            attempt,
            result: Ok(report(exit)),
        })
    }

    fn fails(&mut self, retry: Retry) -> &[CancelStep] {
        let attempt = self.cancel.attempt;
        let failure = CleanFailure {
            why: "forbidden".into(),
            retry,
        };
        self.input(CancelInput::Cleaned {
            attempt,
            result: Err(failure),
        })
    }

    fn until_cleanup(mut self) -> Self {
        self.fire();
        self.fire();
        self
    }
}

fn proven() -> CancelStep {
    CancelStep::Finished(CancelEnd::Proven {
        found: 2,
        zombies: 1,
        not_attributable: Vec::new(),
    })
}

fn cleans(attempt: u32, mode: ScriptMode, millis: u64) -> CancelStep {
    CancelStep::Clean {
        attempt,
        mode,
        grace: Duration::from_millis(millis),
    }
}

#[test]
fn the_whole_way_to_a_proof() {
    let mut play = Play::session();
    assert_eq!(
        play.steps,
        [CancelStep::DropInput, CancelStep::SendInterrupt]
    );
    assert_eq!(play.fire(), [CancelStep::SendInterrupt]);
    assert_eq!(play.at, SECOND_INTERRUPT);
    assert_eq!(play.fire(), [cleans(1, ScriptMode::Session, 500)]);
    assert_eq!(play.at, LIMITS.grace);
    assert_eq!(
        play.cleaned(ReportExit::Clean),
        [CancelStep::Verify {
            attempt: 1,
            mode: ScriptMode::Report
        }]
    );
    assert_eq!(
        play.verified(ReportExit::Clean),
        [CancelStep::CloseStream, proven()]
    );
    assert_eq!(play.cancel.progress().left, Some(0));
}

#[test]
fn a_clean_cleanup_alone_proves_nothing() {
    let mut play = Play::session().until_cleanup();
    play.cleaned(ReportExit::Clean);
    assert_eq!(play.cancel.progress().left, None);
    assert!(!play.cancel.is_finished());
}

#[test]
fn pressing_again_skips_the_grace_and_leaves_its_rest_to_the_script() {
    let mut play = Play::session();
    play.at = Duration::from_millis(500);
    assert_eq!(
        play.input(CancelInput::Press(CancelMode::Session)),
        [cleans(1, ScriptMode::Session, 1500)]
    );
}

#[test]
fn a_status_or_a_lost_stream_ends_the_grace() {
    let mut play = Play::session();
    play.at = Duration::from_millis(1900);
    assert_eq!(
        play.input(CancelInput::StreamEnded),
        [cleans(1, ScriptMode::Session, 500)]
    );
}

#[test]
fn a_stream_that_is_gone_is_cleaned_at_once() {
    let play = Play::begin(CancelMode::Session, Identity::Handshake, Link::Gone);
    assert_eq!(
        play.steps,
        [CancelStep::DropInput, cleans(1, ScriptMode::Session, 2000)]
    );
}

#[test]
fn without_a_terminal_the_input_is_closed() {
    let mut play = Play::begin(
        CancelMode::Session,
        Identity::Handshake,
        Link::ClosableInput,
    );
    assert_eq!(play.steps, [CancelStep::DropInput, CancelStep::CloseInput]);
    assert_eq!(play.fire(), [cleans(1, ScriptMode::Session, 500)]);
}

#[test]
fn keeping_the_shell_counts_within_the_grace_only() {
    let mut play = Play::session();
    play.input(CancelInput::KeepShell);
    play.fire();
    assert_eq!(play.fire(), [cleans(1, ScriptMode::Children, 500)]);
    let mut late = Play::session().until_cleanup();
    late.input(CancelInput::KeepShell);
    assert_eq!(late.cancel.mode, CancelMode::Session);
}

#[test]
fn interrupt_only_keeps_the_stream() {
    let mut play = Play::begin(
        CancelMode::InterruptOnly,
        Identity::Handshake,
        Link::Terminal,
    )
    .until_cleanup();
    assert_eq!(play.steps, [cleans(1, ScriptMode::Children, 500)]);
    let verify = CancelStep::Verify {
        attempt: 1,
        mode: ScriptMode::ReportChildren,
    };
    assert_eq!(play.cleaned(ReportExit::Clean), [verify]);
    assert_eq!(play.verified(ReportExit::Clean), [proven()]);
}

#[test]
fn without_a_handshake_interrupt_only_never_touches_the_shell() {
    let mut play = Play::begin(CancelMode::InterruptOnly, Identity::Marker, Link::Terminal);
    play.fire();
    assert_eq!(
        play.fire(),
        [CancelStep::Finished(CancelEnd::InterruptSent)]
    );
}

#[test]
fn asking_for_more_while_it_runs_is_done_after_the_proof_of_less() {
    let mut play = Play::begin(
        CancelMode::InterruptOnly,
        Identity::Handshake,
        Link::Terminal,
    )
    .until_cleanup();
    play.input(CancelInput::Press(CancelMode::CloseWhenProven));
    play.cleaned(ReportExit::Clean);
    assert_eq!(
        play.verified(ReportExit::Clean),
        [cleans(2, ScriptMode::Session, 500)]
    );
    play.cleaned(ReportExit::Clean);
    let ends = [CancelStep::CloseStream, CancelStep::ClosePane, proven()];
    assert_eq!(play.verified(ReportExit::Clean), ends);
}

#[test]
fn three_retries_then_it_is_loud_and_goes_on_quietly() {
    let mut play = Play::session().until_cleanup();
    let mut waits = Vec::new();
    for attempt in 2..=4 {
        play.cleaned(ReportExit::Survivors);
        assert_eq!(play.verified(ReportExit::Survivors), []);
        let before = play.at;
        assert_eq!(play.fire(), [cleans(attempt, ScriptMode::Session, 500)]);
        waits.push(play.at.saturating_sub(before).as_millis());
    }
    assert_eq!(waits, [500, 1000, 2000]);
    play.cleaned(ReportExit::Survivors);
    let loud = CancelStep::NotConfirmed {
        left: Some(1),
        why: "1 left: 4711 import.sh".into(),
    };
    assert_eq!(play.verified(ReportExit::Survivors), [loud]);
    let mut minutes = Vec::new();
    for _ in 0..8 {
        let before = play.at;
        assert!(matches!(play.fire(), [CancelStep::Clean { .. }]));
        minutes.push(play.at.saturating_sub(before).as_secs() / 60);
        assert_eq!(play.fails(Retry::Useful), [], "quiet from now on");
    }
    assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 60, 60]);
    play.fire();
    play.cleaned(ReportExit::Clean);
    assert_eq!(
        play.verified(ReportExit::Clean),
        [CancelStep::CloseStream, proven()]
    );
}

#[test]
fn a_refused_cleanup_is_confirmed_later_without_a_key() {
    let mut play = Play::session().until_cleanup();
    for _ in 0..3 {
        assert_eq!(play.fails(Retry::Useful), []);
        play.fire();
    }
    let loud = CancelStep::NotConfirmed {
        left: None,
        why: "forbidden".into(),
    };
    assert_eq!(play.fails(Retry::Useful), [loud]);
    play.fire();
    play.cleaned(ReportExit::Clean);
    assert_eq!(
        play.verified(ReportExit::Clean),
        [CancelStep::CloseStream, proven()]
    );
}

#[test]
fn what_no_retry_helps_is_loud_at_once_and_waits_for_the_user() {
    let mut play = Play::session().until_cleanup();
    play.timer = None;
    let loud = CancelStep::NotConfirmed {
        left: None,
        why: "forbidden".into(),
    };
    assert_eq!(play.fails(Retry::Useless), [loud]);
    assert_eq!(play.timer, None);
    assert!(matches!(
        play.input(CancelInput::Press(CancelMode::Session)),
        [CancelStep::Clean { .. }]
    ));
}

#[test]
fn an_unmarked_session_is_never_called_clean() {
    let mut play = Play::begin(CancelMode::Session, Identity::Nothing, Link::Terminal);
    play.fire();
    let why = "the session carries no mark: no shell in the image".into();
    assert_eq!(play.fire(), [CancelStep::NotConfirmed { left: None, why }]);
}

#[test]
fn another_run_of_the_container_ends_it_without_a_claim() {
    let mut play = Play::session().until_cleanup();
    let ends = [
        CancelStep::CloseStream,
        CancelStep::Finished(CancelEnd::ContainerGone),
    ];
    assert_eq!(play.cleaned(ReportExit::GuardMismatch), ends);
    assert_eq!(play.cancel.progress().left, None);
}

#[test]
fn an_answer_that_never_comes_is_a_failure() {
    let mut play = Play::session().until_cleanup();
    let before = play.at;
    assert_eq!(play.fire(), []);
    assert_eq!(
        play.at.saturating_sub(before),
        LIMITS.cleanup + LEAST_GRACE + ANSWER_SLACK
    );
    assert_eq!(play.cancel.progress().phase, PhaseName::Waiting);
}

#[test]
fn stale_timers_and_answers_are_ignored() {
    let mut play = Play::session().until_cleanup();
    assert_eq!(play.input(CancelInput::Timer(1)), []);
    let stale = CancelInput::Cleaned {
        attempt: 9,
        result: Ok(report(ReportExit::Clean)),
    };
    assert_eq!(play.input(stale), []);
    assert_eq!(
        play.verified(ReportExit::Clean),
        [],
        "no verification was asked for yet"
    );
}

#[test]
fn giving_up_keeps_the_last_count() {
    let mut play = Play::session().until_cleanup();
    play.cleaned(ReportExit::Survivors);
    play.verified(ReportExit::Survivors);
    let end = CancelEnd::GivenUp { left: Some(1) };
    assert_eq!(end.outcome(), Outcome::Cancelled { left: Some(1) });
    assert_eq!(
        play.input(CancelInput::GiveUp),
        [CancelStep::CloseStream, CancelStep::Finished(end)]
    );
}

fn any_mode() -> impl Strategy<Value = CancelMode> {
    prop_oneof![
        Just(CancelMode::Session),
        Just(CancelMode::InterruptOnly),
        Just(CancelMode::CloseWhenProven)
    ]
}

fn any_exit() -> impl Strategy<Value = ReportExit> {
    prop_oneof![
        4 => Just(ReportExit::Clean),
        4 => Just(ReportExit::Survivors),
        1 => Just(ReportExit::CannotRead),
        1 => Just(ReportExit::GuardMismatch),
    ]
}

fn any_result() -> impl Strategy<Value = Result<Report, CleanFailure>> {
    let failure = |retry| CleanFailure {
        why: "why".into(),
        retry,
    };
    prop_oneof![
        6 => any_exit().prop_map(|exit| Ok(report(exit))),
        2 => Just(Err(failure(Retry::Useful))),
        1 => Just(Err(failure(Retry::Useless))),
    ]
}

/// A machine whose exec nobody heard of, at its first clean verification.
fn unheard(link: Link) -> Play {
    let until = start() + IN_FLIGHT;
    let mut play = Play::begin(CancelMode::Session, Identity::Unheard { until }, link);
    if link == Link::Terminal {
        play = play.until_cleanup();
    }
    play.cleaned(ReportExit::Clean);
    play
}

#[test]
fn a_clean_look_proves_nothing_while_the_exec_may_still_start() {
    for link in [Link::Terminal, Link::Gone] {
        let mut play = unheard(link);
        let steps = play.verified(ReportExit::Clean).to_vec();
        assert!(
            matches!(steps.as_slice(), [CancelStep::MayStart { .. }]),
            "{link:?}: {steps:?}"
        );
        assert_eq!(play.cancel.progress().phase, PhaseName::InFlight);
        assert_eq!(play.fire(), [cleans(2, ScriptMode::Session, 500)]);
        assert!(
            play.at + Duration::from_secs(1) >= IN_FLIGHT,
            "{:?}",
            play.at
        );
        play.at += Duration::from_secs(1);
        play.cleaned(ReportExit::Clean);
        let steps = play.verified(ReportExit::Clean).to_vec();
        assert!(matches!(
            steps.last(),
            Some(CancelStep::Finished(CancelEnd::Proven { .. }))
        ));
    }
}

#[test]
fn a_handshake_that_comes_late_is_cleaned_up_at_once() {
    let mut play = unheard(Link::Terminal);
    play.verified(ReportExit::Clean);
    assert_eq!(
        play.input(CancelInput::Started),
        [cleans(2, ScriptMode::Session, 500)]
    );
    play.cleaned(ReportExit::Clean);
    assert_eq!(
        play.verified(ReportExit::Clean).last(),
        Some(&proven()),
        "once it has started, a look proves"
    );
}

#[test]
fn a_refused_exec_needs_no_look() {
    let mut play = unheard(Link::Terminal);
    let steps = play.input(CancelInput::NeverStarted).to_vec();
    assert!(matches!(
        steps.as_slice(),
        [
            CancelStep::CloseStream,
            CancelStep::Finished(CancelEnd::Proven { found: 0, .. })
        ]
    ));
}

fn any_input() -> impl Strategy<Value = CancelInput> {
    prop_oneof![
        2 => any_mode().prop_map(CancelInput::Press),
        1 => Just(CancelInput::KeepShell),
        6 => (0u32..12).prop_map(CancelInput::Timer),
        1 => Just(CancelInput::StreamEnded),
        1 => Just(CancelInput::Started),
        6 => (0u32..5, any_result()).prop_map(|(attempt, result)| CancelInput::Cleaned { attempt, result }),
        6 => (0u32..5, any_result()).prop_map(|(attempt, result)| CancelInput::Verified { attempt, result }),
    ]
}

proptest! {
    #[test]
    fn no_claim_of_0_without_a_report_and_no_step_after_the_end(
        mode in any_mode(),
        inputs in proptest::collection::vec(any_input(), 0..60),
    ) {
        let mut play = Play::begin(mode, Identity::Handshake, Link::Terminal);
        let mut over = false;
        for input in inputs {
            let proof = matches!(&input, CancelInput::Verified { result: Ok(report), .. } if report.exit == ReportExit::Clean);
            let steps = play.input(input).to_vec();
            prop_assert!(!over || steps.is_empty(), "a step after the end: {steps:?}");
            let claims = steps.iter().any(|s| matches!(s, CancelStep::Finished(CancelEnd::Proven { .. })));
            prop_assert!(!claims || proof, "a claim without a report");
            over |= steps.iter().any(|s| matches!(s, CancelStep::Finished(_)));
            prop_assert_eq!(over, play.cancel.is_finished());
        }
    }

    #[test]
    fn it_always_comes_to_a_word(
        mode in any_mode(),
        link in prop_oneof![Just(Link::Terminal), Just(Link::ClosableInput), Just(Link::Quiet), Just(Link::Gone)],
        answers in proptest::collection::vec(proptest::option::of(any_result()), 40),
    ) {
        let mut play = Play::begin(mode, Identity::Handshake, link);
        for answer in answers {
            let phase = play.cancel.progress().phase;
            match (phase, answer) {
                (PhaseName::Finished | PhaseName::NotConfirmed, _) => return Ok(()),
                (PhaseName::Cleaning, Some(result)) => {
                    let attempt = play.cancel.attempt;
                    play.input(CancelInput::Cleaned { attempt, result });
                }
                (PhaseName::Verifying, Some(result)) => {
                    let attempt = play.cancel.attempt;
                    play.input(CancelInput::Verified { attempt, result });
                }
                (PhaseName::Grace | PhaseName::Waiting | PhaseName::InFlight | PhaseName::Cleaning | PhaseName::Verifying, _) => {
                    play.fire();
                }
            }
        }
        prop_assert!(false, "no word after 40 answers: {:?}", play.cancel.progress());
    }
}
