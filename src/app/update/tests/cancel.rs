use std::time::Duration;

use crate::app::Effect;
use crate::app::event::{Event, SessionNews, Timer};
use crate::app::pane::Phase;
use crate::app::testing::{Desk, pod};
use crate::ids::SessionId;
use crate::journal::entry::Fact;
use crate::session::{Outcome, Report, ReportExit};

fn report(exit: ReportExit) -> Report {
    Report {
        found: Vec::new(),
        signalled: 0,
        left: Vec::new(),
        zombies: Vec::new(),
        not_attributable: Vec::new(),
        exit,
    }
}

/// Answers every cleanup and verify of the effects so far as clean; `true` when there was one.
fn answer_all(desk: &mut Desk) -> bool {
    let mut answered = false;
    for effect in desk.take() {
        let clean = Ok(report(ReportExit::Clean));
        match effect {
            Effect::Clean {
                session, attempt, ..
            } => {
                desk.event(Event::Cleaned {
                    session,
                    attempt,
                    result: clean,
                });
                answered = true;
            }
            Effect::Verify {
                session, attempt, ..
            } => {
                desk.event(Event::Verified {
                    session,
                    attempt,
                    result: clean,
                });
                answered = true;
            }
            _ => {}
        }
    }
    answered
}

/// Runs the cancel timers that were started last for each session.
fn fire_timers(desk: &mut Desk) {
    let timers: Vec<(SessionId, u32)> = desk
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Start {
                timer: Timer::Cancel { session, epoch },
                ..
            } => Some((*session, *epoch)),
            _ => None,
        })
        .collect();
    for (session, epoch) in timers {
        desk.event(Event::Timer(Timer::Cancel { session, epoch }));
    }
}

fn outcome(desk: &Desk, pane: usize) -> Option<Outcome> {
    match &desk.app.panes.values().nth(pane)?.phase {
        Phase::Ended(ended) => Some(ended.outcome.clone()),
        _ => None,
    }
}

#[test]
fn a_cancel_interrupts_at_once_and_ends_proven() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g c");
    let session = desk.session(0);
    assert!(desk.effects.contains(&Effect::Interrupt(session)));
    desk.keys("ctrl-g c");
    while answer_all(&mut desk) {}
    assert_eq!(
        outcome(&desk, 0),
        Some(Outcome::Cancelled { left: Some(0) })
    );
    assert_eq!(desk.app.panes.len(), 1, "the pane stays");
}

#[test]
fn the_grace_passes_before_the_cleanup() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g c");
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean { .. }))
    );
    fire_timers(&mut desk);
    fire_timers(&mut desk);
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean { .. }))
    );
}

#[test]
fn an_entry_is_closed_only_by_proof() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g c ctrl-g c");
    let closed = |desk: &Desk| {
        desk.effects.iter().any(|effect| {
            matches!(effect, Effect::Journal(line) if matches!(line.fact, Fact::Closed { .. }))
        })
    };
    assert!(!closed(&desk));
    answer_all(&mut desk);
    assert!(!closed(&desk), "a cleanup alone proves nothing");
    let session = desk.session(0);
    let attempt = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Verify { attempt, .. } => Some(attempt),
        _ => None,
    });
    let result = Ok(report(ReportExit::Clean));
    desk.event(Event::Verified {
        session,
        attempt: attempt.unwrap(),
        result,
    });
    assert!(closed(&desk));
}

#[test]
fn keys_go_nowhere_while_a_session_is_being_ended() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g c");
    desk.take();
    desk.typed("rm");
    assert!(desk.written().is_empty());
}

#[test]
fn x_closes_the_pane_when_nothing_is_left() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g x ctrl-g x");
    while answer_all(&mut desk) {}
    assert_eq!(desk.app.panes.len(), 1);
}

#[test]
fn cancel_all_takes_every_pane_of_the_tab() {
    let mut desk = Desk::new();
    desk.shells(6);
    desk.keys("ctrl-g C");
    let interrupts = desk
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Interrupt(_)))
        .count();
    assert_eq!(interrupts, 6);
}

#[test]
fn a_lost_session_is_cleaned_up_without_a_key() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Lost("cut".into())),
    ));
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean { .. }))
    );
    while answer_all(&mut desk) {}
    let Some(Outcome::Lost(_)) = outcome(&desk, 0) else {
        panic!("{:?}", outcome(&desk, 0))
    };
}

#[test]
fn a_normal_end_is_counted_and_nothing_is_killed() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(0)),
    ));
    let effects = desk.take();
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Count { .. }))
    );
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Clean { .. }))
    );
}

#[test]
fn quit_waits_until_every_session_is_proven_gone() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g q");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    let left = |desk: &Desk| desk.effects.iter().any(|e| matches!(e, Effect::Quit(_)));
    assert!(!left(&desk));
    fire_timers(&mut desk);
    fire_timers(&mut desk);
    for _ in 0..4 {
        let quit = desk.effects.iter().find_map(|effect| match effect {
            Effect::Quit(report) => Some(report.clone()),
            _ => None,
        });
        if let Some(report) = quit {
            assert_eq!(report.unproven, Vec::<String>::new());
            return;
        }
        answer_all(&mut desk);
    }
    panic!("it never left");
}

#[test]
fn sigterm_cancels_without_a_question() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.event(Event::Terminate);
    let interrupts = desk
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Interrupt(_)))
        .count();
    assert_eq!(interrupts, 2);
}

#[test]
fn without_sessions_q_leaves_at_once() {
    let mut desk = Desk::new();
    desk.pods(2);
    desk.keys("q");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit(_)))
    );
}

/// A pane whose exec went out and was never answered.
fn opening() -> Desk {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("a enter");
    desk.allow("shop");
    desk.effects.clear();
    desk
}

fn closes(desk: &Desk) -> bool {
    desk.effects.iter().any(|effect| {
        matches!(effect, Effect::Journal(line) if matches!(line.fact, Fact::Closed { .. }))
    })
}

fn answer_until_quiet(desk: &mut Desk) -> bool {
    let mut closed = false;
    loop {
        closed |= closes(desk);
        if !answer_all(desk) {
            return closed;
        }
    }
}

fn quit_report(desk: &Desk) -> Option<Vec<String>> {
    desk.effects.iter().find_map(|effect| match effect {
        Effect::Quit(report) => Some(report.unproven.clone()),
        _ => None,
    })
}

#[test]
fn an_exec_that_was_never_answered_is_not_proven_before_35_s() {
    let mut desk = opening();
    desk.keys("ctrl-g c ctrl-g c");
    assert!(!answer_until_quiet(&mut desk), "closed at once");
    let pane = desk.app.panes.values().next().unwrap();
    assert!(pane.in_flight());
    desk.pass(Duration::from_secs(35));
    let cancel = desk.app.panes.values().next().unwrap().cancel.clone();
    assert!(cancel.is_some());
    desk.keys("ctrl-g c");
    assert!(
        answer_until_quiet(&mut desk),
        "a clean look after 35 s closes it"
    );
}

#[test]
fn an_open_that_timed_out_is_not_proven_before_35_s() {
    let mut desk = opening();
    let session = desk.session(0);
    let lost = Outcome::Lost("no answer in 15 s".into());
    desk.pass(Duration::from_secs(15));
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
    assert!(!answer_until_quiet(&mut desk));
    desk.keys("ctrl-g r");
    assert!(desk.said().contains("follows when"), "{}", desk.said());
}

#[test]
fn a_refused_exec_is_over_at_once_even_while_it_is_cancelled() {
    let mut desk = opening();
    desk.keys("ctrl-g c");
    let session = desk.session(0);
    let refused = Outcome::StartFailed("pods \"web-0\" not found".into());
    desk.event(Event::Session(session, SessionNews::Ended(refused)));
    assert!(closes(&desk));
    assert!(!desk.app.panes.values().next().unwrap().cancelling());
}

#[test]
fn a_handshake_during_the_wait_lets_a_look_prove() {
    let mut desk = opening();
    desk.keys("ctrl-g c ctrl-g c");
    answer_until_quiet(&mut desk);
    desk.all_live();
    assert!(answer_until_quiet(&mut desk));
}

#[test]
fn a_quit_leaves_what_may_still_start_to_the_journal_and_names_it() {
    let mut desk = opening();
    desk.keys("ctrl-g q");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    fire_timers(&mut desk);
    fire_timers(&mut desk);
    let mut report = None;
    loop {
        assert!(!closes(&desk));
        report = report.or(quit_report(&desk));
        if !answer_all(&mut desk) {
            break;
        }
    }
    let unproven = report.expect("it leaves without waiting for 35 s");
    assert_eq!(unproven.len(), 1);
}

#[test]
fn closing_twice_leaves_what_may_still_start_to_the_journal() {
    let mut desk = opening();
    desk.keys("ctrl-g x ctrl-g x");
    assert!(!answer_until_quiet(&mut desk));
    assert_eq!(desk.app.panes.len(), 1);
    desk.keys("ctrl-g x");
    assert!(desk.app.panes.is_empty());
    assert!(!closes(&desk));
}

#[test]
fn a_typed_ctrl_c_is_typed_and_the_cancel_key_interrupts() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    desk.keys("ctrl-c");
    let bytes = bytes::Bytes::from_static(b"\x03");
    assert!(
        desk.effects
            .contains(&Effect::TypedInterrupt { session, bytes })
    );
    assert!(!desk.effects.contains(&Effect::Interrupt(session)));
    desk.keys("ctrl-g c");
    assert!(desk.effects.contains(&Effect::Interrupt(session)));
}

#[test]
fn a_silent_pane_takes_no_keys_until_it_answers() {
    use crate::app::event::Silence;
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::NoAnswer),
    ));
    desk.typed("x");
    assert!(desk.written().is_empty());
    assert!(desk.said().contains("silent"), "{}", desk.said());
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::AnswersAgain),
    ));
    desk.typed("x");
    assert_eq!(desk.written().len(), 1);
}

#[test]
fn a_pod_that_goes_after_its_containers_end_closes_the_session() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let ended = SessionNews::Ended(Outcome::Exited(137));
    desk.event(Event::Session(session, ended));
    let mut row = pod("web-0");
    row.containers
        .iter_mut()
        .for_each(|one| one.running = false);
    desk.rows(vec![row]);
    desk.rows(Vec::new());
    let pane = desk.app.panes.values().next().unwrap();
    let Phase::Ended(ended) = &pane.phase else {
        panic!("{:?}", pane.phase);
    };
    assert_eq!(
        ended.left,
        Some(0),
        "nothing can live in a pod that is gone"
    );
}

fn lose(desk: &mut Desk, pane: usize) {
    let session = desk.session(pane);
    let lost = Outcome::Lost("connection reset".into());
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
}

fn opened(desk: &Desk) -> usize {
    let opens = desk.effects.iter();
    opens
        .filter(|effect| matches!(effect, Effect::Open(_)))
        .count()
}

/// Answers everything, and counts the sessions opened meanwhile.
fn opened_after_cleanup(desk: &mut Desk) -> usize {
    let mut count = opened(desk);
    while answer_all(desk) {
        count += opened(desk);
    }
    count
}

#[test]
fn a_lost_shell_waits_for_the_user_unless_the_settings_say_auto() {
    let mut desk = Desk::new();
    desk.shells(1);
    lose(&mut desk, 0);
    assert_eq!(opened_after_cleanup(&mut desk), 0);
    desk.keys("ctrl-g r");
    assert_eq!(opened(&desk), 1);

    let mut config = crate::config::Config::default();
    config.shell.reconnect = crate::config::Reconnect::Auto;
    let mut desk = Desk::with(config);
    desk.shells(1);
    let old = desk.session(0);
    lose(&mut desk, 0);
    assert_eq!(opened(&desk), 0, "the old one is cleaned up first");
    assert_eq!(opened_after_cleanup(&mut desk), 1);
    assert_ne!(desk.session(0), old);
}

#[test]
fn a_new_session_that_is_asked_for_during_the_cleanup_follows_it() {
    let mut desk = Desk::new();
    desk.shells(2);
    lose(&mut desk, 0);
    lose(&mut desk, 1);
    desk.keys("ctrl-g a");
    assert_eq!(opened(&desk), 0);
    assert_eq!(opened_after_cleanup(&mut desk), 2);
}

#[test]
fn cancelling_a_lost_shell_takes_back_its_reconnect() {
    let mut desk = Desk::new();
    desk.shells(1);
    lose(&mut desk, 0);
    desk.keys("ctrl-g r ctrl-g c");
    assert_eq!(opened_after_cleanup(&mut desk), 0);
}

#[test]
fn an_ended_pane_asks_the_pod_why() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let ended = SessionNews::Ended(Outcome::Exited(137));
    desk.event(Event::Session(session, ended));
    let mut row = pod("web-0");
    row.containers
        .iter_mut()
        .for_each(|one| one.id = "containerd://2".into());
    desk.rows(vec![row]);
    let asks = desk.effects.iter();
    let asks = asks.filter(|effect| matches!(effect, Effect::AskEnd { .. }));
    assert_eq!(asks.count(), 1);
    let words = "OOMKilled, exit 137".to_owned();
    desk.event(Event::PodSays(session, words.clone()));
    let pane = desk.app.panes.values().next().unwrap();
    let Phase::Ended(ended) = &pane.phase else {
        panic!("{:?}", pane.phase);
    };
    assert_eq!(ended.pod_says, Some(words));
}

/// Lets every cancel run to its end with nothing left: answers what is asked, and lets time pass when nothing is.
pub(super) fn clean_up(desk: &mut Desk) {
    let mut timers = Vec::new();
    for _ in 0..30 {
        let asked: Vec<Effect> = desk.take();
        timers.extend(asked.iter().filter_map(|effect| match effect {
            Effect::Start { timer, .. } => Some(*timer),
            _ => None,
        }));
        desk.effects = asked;
        if !answer_all(desk) {
            for timer in std::mem::take(&mut timers) {
                desk.event(Event::Timer(timer));
            }
        }
    }
}

#[test]
fn the_outcome_of_a_cancel_of_several_stays_until_the_next_act() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b ctrl-g C");
    clean_up(&mut desk);
    assert_eq!(desk.app.cancelled_together.len(), 3);
    desk.keys("ctrl-g l ctrl-g z ctrl-g z");
    assert_eq!(desk.app.cancelled_together.len(), 3, "looking is no act");
    desk.keys("ctrl-g esc");
    assert!(desk.app.cancelled_together.is_empty());
}

#[test]
fn the_outcome_stays_while_some_of_it_is_still_coming() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g C ctrl-g esc");
    assert_eq!(desk.app.cancelled_together.len(), 3);
}

#[test]
fn a_forced_quit_names_what_is_not_proven_on_its_first_line() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g q");
    desk.pass(Duration::from_secs(1));
    desk.keys("y ctrl-g q");
    let Some(crate::app::overlay::Overlay::Question(question)) = desk.app.overlay() else {
        panic!("no question")
    };
    assert!(question.title.starts_with("quit now"), "{}", question.title);
    let first = question.lines.first().unwrap();
    assert!(
        first.contains("web-0") && first.contains("web-1"),
        "{first}"
    );
}
