use std::time::Duration;

use rstest::rstest;

use crate::app::Effect;
use crate::app::event::{Event, SessionNews};
use crate::app::overlay::Overlay;
use crate::app::testing::Desk;
use crate::ids::SessionId;
use crate::journal::audit::Act;
use crate::session::cancel::{CleanFailure, Retry};
use crate::session::{Outcome, Report, ReportExit, SessionCommand};

fn clean() -> Report {
    Report {
        found: Vec::new(),
        signalled: 0,
        left: Vec::new(),
        zombies: Vec::new(),
        not_attributable: Vec::new(),
        exit: ReportExit::Clean,
    }
}

/// Answers every look since the last call; how many there were.
fn answer(desk: &mut Desk, result: &Result<Report, CleanFailure>) -> usize {
    let mut looks = 0;
    for effect in desk.take() {
        let result = result.clone();
        match effect {
            Effect::Clean {
                session, attempt, ..
            } => desk.event(Event::Cleaned {
                session,
                attempt,
                result,
            }),
            Effect::Verify {
                session, attempt, ..
            } => desk.event(Event::Verified {
                session,
                attempt,
                result,
            }),
            _ => continue,
        }
        looks += 1;
    }
    looks
}

fn opened(desk: &mut Desk) -> Vec<SessionId> {
    let opened = |effect| match effect {
        Effect::Open(opening) => Some(opening.session),
        _ => None,
    };
    desk.take().into_iter().filter_map(opened).collect()
}

/// A shell that was lost, and whose cleanup was loudly given up for now.
fn not_confirmed() -> Desk {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let lost = Outcome::Lost("cut".into());
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
    let useless = Err(CleanFailure {
        why: "refused".into(),
        retry: Retry::Useless,
    });
    while answer(&mut desk, &useless) > 0 {}
    assert!(desk.app.panes.values().all(crate::app::Pane::not_confirmed));
    desk
}

#[test]
fn a_new_session_does_not_give_up_the_old_one_that_is_not_proven() {
    let mut desk = not_confirmed();
    let old = desk.session(0);
    desk.keys("ctrl-g r");
    assert_eq!(desk.session(0), old, "its attempts go on");
    assert!(desk.said().contains("follows when"), "{}", desk.said());
    while answer(&mut desk, &Ok(clean())) > 0 {}
    assert_ne!(desk.session(0), old, "proven, and then a new one");
}

#[test]
fn neither_does_one_for_all_that_were_lost() {
    let mut desk = not_confirmed();
    let old = desk.session(0);
    desk.keys("ctrl-g a");
    assert_eq!(desk.session(0), old);
    while answer(&mut desk, &Ok(clean())) > 0 {}
    assert_ne!(desk.session(0), old);
}

/// A command in a protected context, lost, whose cleanup is under way.
fn lost_command() -> Desk {
    let mut desk = Desk::new();
    desk.shells(1);
    let id = desk.pane(0);
    let words = vec!["id".to_owned()];
    desk.app.panes.get_mut(&id).unwrap().command = SessionCommand::Argv(words);
    desk.app.settings.config.broadcast.max_targets = 0;
    let session = desk.session(0);
    let lost = Outcome::Lost("cut".into());
    desk.event(Event::Session(session, SessionNews::Ended(lost)));
    desk
}

#[test]
fn a_command_that_comes_back_is_judged_when_its_key_is_pressed() {
    let mut desk = lost_command();
    desk.keys("ctrl-g r");
    assert!(desk.said().contains("max_targets"), "{}", desk.said());
    while answer(&mut desk, &Ok(clean())) > 0 {}
    assert_eq!(opened(&mut desk), [], "it was refused");
    assert!(
        !matches!(desk.app.overlay(), Some(Overlay::Question(_))),
        "and nothing asks later"
    );
}

#[test]
fn quitting_right_after_an_exit_waits_for_the_look_behind_it() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let exited = Outcome::Exited(0);
    desk.event(Event::Session(session, SessionNews::Ended(exited)));
    desk.keys("ctrl-g q");
    let quit = |effects: &[Effect]| {
        effects.iter().find_map(|effect| match effect {
            Effect::Quit(report) => Some(report.unproven.len()),
            _ => None,
        })
    };
    assert_eq!(quit(&desk.effects), None, "it may be proven in a moment");
    desk.event(Event::Counted {
        session,
        result: Ok(clean()),
    });
    assert_eq!(quit(&desk.effects), Some(0));
}

#[test]
fn a_second_quit_need_not_wait_for_that_look() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let exited = Outcome::Exited(0);
    desk.event(Event::Session(session, SessionNews::Ended(exited)));
    desk.keys("ctrl-g q");
    desk.keys("ctrl-g q");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    let left = desk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Quit(report) if report.unproven.len() == 1));
    assert!(left);
}

#[test]
fn the_audit_names_the_user_as_the_api_server_does() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("enter");
    desk.allow("shop");
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(0)),
    ));
    let mut named = 0;
    for effect in desk.take() {
        if let Effect::Audit(line) = effect
            && matches!(line.act, Act::SessionOpen { .. } | Act::SessionEnd { .. })
        {
            assert_eq!(line.who.cluster_user.as_deref(), Some("ann@corp"));
            named += 1;
        }
    }
    assert_eq!(named, 2);
}

/// Ctrl-C may end the wrapper before it has said its handshake.
#[test]
fn a_command_that_exits_before_its_handshake_is_proven_without_a_wait() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("enter");
    desk.allow("shop");
    let session = desk.session(0);
    desk.event(Event::Session(session, SessionNews::Opened));
    desk.keys("ctrl-g c");
    let killed = Outcome::Exited(130);
    desk.event(Event::Session(session, SessionNews::Ended(killed)));
    while answer(&mut desk, &Ok(clean())) > 0 {}
    let pane = desk.app.panes.values().next().unwrap();
    assert!(!pane.in_flight(), "it cannot start any more");
    assert!(pane.cancel.as_ref().unwrap().is_finished());
}

/// Whether podmux leaves once the pod of a shell that was killed is gone, and `keys` were pressed in between.
#[rstest]
#[case::at_rest(None)]
#[case::while_its_pane_is_cancelled(Some("ctrl-g c"))]
fn a_pod_that_is_gone_answers_the_look_behind_an_exit(#[case] keys: Option<&str>) {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let killed = SessionNews::Ended(Outcome::Exited(137));
    desk.event(Event::Session(session, killed));
    if let Some(keys) = keys {
        desk.keys(keys);
    }
    desk.event(Event::ContainerGone(session));
    desk.take();
    desk.event(Event::Terminate);
    let quits =
        |effect: &Effect| matches!(effect, Effect::Quit(report) if report.unproven.is_empty());
    assert!(desk.effects.iter().any(quits), "it waits for ever");
}
