//! The settings file is read again while something is under way: what was let through under the old rules meets the new ones.

use std::time::Duration;

use rstest::rstest;

use crate::app::event::{Event, SessionNews};
use crate::app::overlay::Overlay;
use crate::app::testing::{Desk, container, pod};
use crate::app::{Effect, Settings};
use crate::config::{Config, Pattern};
use crate::inventory::PodRow;
use crate::session::Outcome;

fn reread(desk: &mut Desk, change: impl FnOnce(&mut Config)) {
    let mut settings: Settings = desk.app.settings.clone();
    change(&mut settings.config);
    desk.event(Event::Settings(Box::new(Ok(settings))));
    desk.pass(Duration::from_secs(1));
    desk.take();
}

fn read_only(config: &mut Config) {
    config.guard.read_only = true;
}

fn protected(config: &mut Config) {
    config.guard.protected_contexts = vec![Pattern::new("demo", None)];
}

/// What was asked for, up to its next step.
#[derive(Clone, Copy, Debug)]
enum UnderWay {
    AskedForRights,
    AskedForContainer,
    AskedAboutHiddenMarks,
    AskedForNumberOfRun,
    AskedForNumberOfBroadcast,
    AskedForNumberOfPaste,
    Previewed,
    AskedForPort,
    DebugContainerStarts,
}

use UnderWay as U;

#[expect(clippy::too_many_lines, reason = "one arm per step")]
fn begin(what: UnderWay) -> Desk {
    let mut config = Config::default();
    config.shell.debug_image = "busybox".to_owned();
    if matches!(
        what,
        U::AskedForNumberOfRun | U::AskedForNumberOfBroadcast | U::AskedForNumberOfPaste
    ) {
        config.broadcast.confirm_over = 2;
    }
    let mut desk = Desk::with(config);
    match what {
        U::AskedForRights => {
            desk.pods(3);
            desk.keys("a enter");
        }
        U::AskedForContainer => {
            let two = |name: &str| PodRow {
                containers: Box::new([container("app"), container("proxy")]),
                ..pod(name)
            };
            desk.rows(vec![two("web-0"), two("web-1")]);
            desk.keys("a enter");
        }
        U::AskedAboutHiddenMarks => {
            desk.pods(3);
            desk.keys("a /");
            desk.typed("web-1");
            desk.keys("enter enter");
        }
        U::AskedForNumberOfRun => {
            desk.pods(3);
            desk.keys("a !");
            desk.typed("id");
            desk.keys("enter");
        }
        U::AskedForNumberOfBroadcast => {
            desk.shells(3);
            desk.keys("ctrl-g b");
        }
        U::AskedForNumberOfPaste => {
            desk.shells(3);
            desk.keys("ctrl-g b");
            desk.pass(Duration::from_secs(1));
            desk.typed("3");
            desk.event(Event::Paste("one\ntwo\n".into()));
        }
        U::Previewed => {
            desk.shells(3);
            desk.keys("ctrl-g B");
            desk.typed("id");
            desk.keys("enter");
        }
        U::AskedForPort => {
            desk.pods(1);
            super::forward::ask(&mut desk);
        }
        U::DebugContainerStarts => {
            super::debug_container::starting(&mut desk);
        }
    }
    desk.take();
    desk
}

/// The step that would have carried it on.
fn go_on(what: UnderWay, desk: &mut Desk) {
    desk.pass(Duration::from_secs(1));
    match what {
        U::AskedForRights => desk.allow("shop"),
        U::AskedForContainer => {
            desk.keys("enter");
            desk.allow("shop");
        }
        U::AskedAboutHiddenMarks => {
            desk.keys("y");
            desk.allow("shop");
        }
        U::AskedForNumberOfRun | U::AskedForNumberOfPaste => desk.typed("3"),
        U::AskedForNumberOfBroadcast => {
            desk.typed("3");
            desk.take();
            if desk.app.broadcast_on() {
                desk.typed("x");
            }
        }
        U::Previewed | U::AskedForPort => desk.keys("enter"),
        U::DebugContainerStarts => super::debug_container::started(desk),
    }
}

/// Pods and panes that got something, or a session.
fn reached(desk: &Desk) -> usize {
    let reaches = |effect: &&Effect| {
        matches!(
            effect,
            Effect::Open(_) | Effect::Write { .. } | Effect::Run(_) | Effect::Forward(_)
        )
    };
    desk.effects.iter().filter(reaches).count()
}

#[rstest]
#[case(U::AskedForRights, 3)]
#[case(U::AskedForContainer, 2)]
#[case(U::AskedAboutHiddenMarks, 3)]
#[case(U::AskedForNumberOfRun, 1)]
#[case(U::AskedForNumberOfBroadcast, 3)]
#[case(U::AskedForNumberOfPaste, 3)]
#[case(U::Previewed, 3)]
#[case(U::AskedForPort, 1)]
#[case(U::DebugContainerStarts, 1)]
fn read_only_stops_what_is_under_way(#[case] what: UnderWay, #[case] without: usize) {
    let mut desk = begin(what);
    go_on(what, &mut desk);
    assert_eq!(reached(&desk), without, "{what:?} without a rule");
    let mut desk = begin(what);
    reread(&mut desk, read_only);
    go_on(what, &mut desk);
    assert_eq!(reached(&desk), 0, "{what:?}: {:?}", desk.effects);
}

#[rstest]
#[case(U::AskedForNumberOfRun)]
#[case(U::AskedForNumberOfBroadcast)]
#[case(U::AskedForNumberOfPaste)]
#[case(U::Previewed)]
fn a_context_that_becomes_protected_wants_its_name(#[case] what: UnderWay) {
    let mut desk = begin(what);
    reread(&mut desk, protected);
    go_on(what, &mut desk);
    assert_eq!(reached(&desk), 0, "{what:?}: {:?}", desk.effects);
}

#[test]
fn a_broadcast_that_would_ask_under_the_new_rules_is_off_and_says_so() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    reread(&mut desk, protected);
    assert!(!desk.app.broadcast_on());
    assert_eq!(desk.said(), "broadcast off: the guard rails have changed");
}

#[test]
fn a_broadcast_that_was_asked_about_stays_on_when_other_settings_change() {
    let mut config = Config::default();
    protected(&mut config);
    let mut desk = Desk::with(config);
    desk.shells(3);
    desk.keys("ctrl-g b");
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    reread(&mut desk, |config| config.ui.mouse = false);
    assert!(desk.app.broadcast_on());
    reread(&mut desk, |config| config.broadcast.max_targets = 50);
    assert!(!desk.app.broadcast_on(), "it would ask again");
}

#[test]
fn a_question_that_ends_something_stays() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g q");
    reread(&mut desk, read_only);
    assert!(matches!(desk.app.overlay(), Some(Overlay::Question(_))));
    desk.keys("y");
    assert!(desk.app.quit.is_some());
}

/// Not a rule's change: what was not let through stays shut until its question is answered again.
#[test]
fn a_lost_shell_waits_for_its_cleanup_and_then_for_the_rules() {
    let mut desk = Desk::new();
    desk.shells(1);
    let session = desk.session(0);
    let lost = SessionNews::Ended(Outcome::Lost("no answer".into()));
    desk.event(Event::Session(session, lost));
    desk.keys("ctrl-g r");
    reread(&mut desk, read_only);
    desk.event(Event::ContainerGone(session));
    assert_eq!(reached(&desk), 0, "{:?}", desk.effects);
}
