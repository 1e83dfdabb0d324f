use crate::app::event::{Event, JournalState, Right, RightsAnswer, SessionNews};
use crate::app::overlay::{Overlay, PickerKind};
use crate::app::pane::Phase;
use crate::app::testing::{CONTEXT, Desk, container, pod};
use crate::app::{Effect, Focus};
use crate::ids::ContextName;
use crate::inventory::PodRow;
use crate::journal::entry::Fact;
use crate::session::Outcome;

fn opened(effects: &[Effect]) -> usize {
    effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Open(_)))
        .count()
}

#[test]
fn six_marked_pods_open_with_one_key_in_one_tab() {
    let mut desk = Desk::new();
    desk.pods(6);
    desk.keys("a enter");
    assert_eq!(opened(&desk.effects), 0, "the right is asked for first");
    desk.allow("shop");
    assert_eq!(opened(&desk.effects), 6);
    assert_eq!((desk.app.tabs.len(), desk.app.focus), (1, Focus::Panes));
}

#[test]
fn each_intent_is_journaled_before_its_exec_goes_out() {
    let mut desk = Desk::new();
    desk.pods(3);
    desk.keys("a enter");
    desk.allow("shop");
    let mut recorded = Vec::new();
    for effect in desk.take() {
        match effect {
            Effect::Journal(line) if matches!(line.fact, Fact::Intent(_)) => {
                recorded.push(line.session);
            }
            Effect::Open(opening) => assert!(recorded.contains(&opening.session)),
            _ => {}
        }
    }
    assert_eq!(recorded.len(), 3);
}

#[test]
fn a_session_is_opened_with_the_size_that_its_pane_has() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("enter");
    desk.allow("shop");
    let opening = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Open(opening) => Some(opening),
        _ => None,
    });
    let size = opening.unwrap().size;
    let inner = desk.app.layout.panes.first().unwrap().inner;
    assert_eq!((size.rows(), size.cols()), (inner.height, inner.width));
}

#[test]
fn a_pod_that_has_a_pane_is_jumped_to() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g g enter");
    assert_eq!((opened(&desk.effects), desk.app.panes.len()), (0, 1));
    assert_eq!(desk.app.focus, Focus::Panes);
}

#[test]
fn a_forbidden_namespace_gets_one_box_and_no_exec() {
    let mut desk = Desk::new();
    desk.pods(4);
    desk.keys("a enter");
    let right = Right::Missing {
        verbs: vec!["get", "create"],
        user: "ann".into(),
    };
    desk.event(Event::Rights(RightsAnswer {
        context: ContextName::new(CONTEXT),
        namespace: "shop".into(),
        need: crate::session::rights::Need::Shell,
        right,
    }));
    assert_eq!(opened(&desk.effects), 0);
    let Some(Overlay::Refusal(refusal)) = desk.app.overlay() else {
        panic!("no box")
    };
    assert_eq!(refusal.title, "shells: 4 of 4 refused");
    assert!(refusal.role.as_ref().unwrap().contains("pods/exec"));
    assert!(refusal.rest.is_none());
}

fn untold(namespace: &str) -> Event {
    Event::Rights(RightsAnswer {
        context: ContextName::new(CONTEXT),
        namespace: namespace.into(),
        need: crate::session::rights::Need::Shell,
        right: Right::Unknown("User \"ann\" cannot create".into()),
    })
}

#[test]
fn who_cannot_be_told_is_told_so_and_not_held_up() {
    let in_cart = |name: &str| {
        let row = pod(name);
        let pod = crate::ids::PodRef {
            namespace: "cart".into(),
            ..row.pod.clone()
        };
        PodRow { pod, ..row }
    };
    let mut desk = Desk::new();
    desk.rows(vec![pod("web-0"), pod("web-1"), in_cart("cart-0")]);
    desk.keys("a enter");
    desk.event(untold("cart"));
    assert_eq!(opened(&desk.effects), 0, "shop is not answered yet");
    desk.event(untold("shop"));
    assert_eq!(opened(&desk.effects), 3);
    assert_eq!(
        desk.said(),
        "not known if you may exec in cart, shop: trying, the server decides (User \"ann\" cannot create)"
    );
    assert!(desk.app.overlay().is_none(), "all else is a notice");
}

#[test]
fn the_container_is_asked_for_once_for_the_pods_of_one_workload() {
    let two = |name: &str| PodRow {
        containers: Box::new([container("app"), container("proxy")]),
        ..pod(name)
    };
    let mut desk = Desk::new();
    desk.rows(vec![two("web-0"), two("web-1")]);
    desk.keys("a enter");
    let Some(Overlay::Picker(picker)) = desk.app.overlay() else {
        panic!("no picker")
    };
    assert!(matches!(picker.kind, PickerKind::Container(..)));
    desk.keys("down enter");
    desk.allow("shop");
    assert_eq!(opened(&desk.effects), 2);
    assert!(
        desk.app
            .panes
            .values()
            .all(|pane| &*pane.target.container == "proxy")
    );
}

#[test]
fn a_blocked_journal_refuses_shells_and_says_why() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.event(Event::Journal(JournalState::Blocked(
        "the disk is full".into(),
    )));
    desk.keys("enter");
    assert!(desk.said().contains("the disk is full"), "{}", desk.said());
    assert!(desk.app.panes.is_empty());
}

#[test]
fn what_still_cannot_be_recorded_is_said_in_the_words_of_the_key() {
    let blocked = || Event::Journal(JournalState::Blocked("the disk is full".into()));
    let mut desk = Desk::new();
    desk.pods(1);
    desk.event(blocked());
    assert_eq!(desk.said(), "the disk is full");
    desk.keys("enter");
    assert!(desk.take().contains(&Effect::TryJournal));
    desk.event(blocked());
    assert_eq!(desk.said(), "no shells: the disk is full");
}

#[test]
fn read_only_refuses_shells() {
    let mut config = crate::config::Config::default();
    config.guard.read_only = true;
    let mut desk = Desk::with(config);
    desk.pods(1);
    desk.keys("enter");
    assert!(desk.said().contains("guard.read_only"), "{}", desk.said());
    assert_eq!(opened(&desk.effects), 0);
}

#[test]
fn a_failed_start_stays_readable_and_r_starts_again() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("enter");
    desk.allow("shop");
    let session = desk.session(0);
    let outcome = Outcome::StartFailed("no such file".into());
    desk.event(Event::Session(session, SessionNews::Ended(outcome)));
    let pane = desk.app.panes.values().next().unwrap();
    assert!(matches!(pane.phase, Phase::Ended(_)));
    desk.take();
    desk.keys("ctrl-g r");
    assert_eq!(opened(&desk.effects), 1);
    assert_ne!(desk.session(0), session);
}

#[test]
fn pods_that_run_nothing_are_skipped_and_counted() {
    let ended = PodRow {
        containers: Box::new([crate::inventory::ContainerRow {
            running: false,
            ..container("app")
        }]),
        ..pod("job-1")
    };
    let mut desk = Desk::new();
    desk.rows(vec![pod("web-0"), ended]);
    desk.keys("a");
    assert_eq!(desk.app.list.marked(), 1);
    assert!(desk.said().contains("1 not marked"), "{}", desk.said());
}

#[test]
fn the_cursor_waits_at_the_top_while_the_list_fills_and_then_stays_on_its_pod() {
    let restarted = |name: &str, restarts| PodRow {
        restarts,
        ..pod(name)
    };
    let mut desk = Desk::new();
    desk.rows(vec![restarted("web-1", 1)]);
    desk.rows(vec![restarted("web-1", 1), restarted("web-2", 2)]);
    assert_eq!(
        desk.app.list.line, 0,
        "web-2 has more restarts and came in above"
    );
    desk.keys("k");
    desk.rows(vec![
        restarted("web-1", 1),
        restarted("web-2", 2),
        restarted("web-3", 3),
    ]);
    assert_eq!(desk.app.list.line, 1);
}

/// A pod of two containers whose default one does not run.
fn crashing(name: &str) -> PodRow {
    PodRow {
        containers: Box::new([
            crate::inventory::ContainerRow {
                running: false,
                ..container("app")
            },
            container("proxy"),
        ]),
        default_container: Some("app".into()),
        ..pod(name)
    }
}

#[test]
fn pods_whose_default_container_does_not_run_are_left_out_and_named() {
    let mut desk = Desk::new();
    desk.rows(vec![pod("web-0"), crashing("web-1")]);
    desk.keys("a enter");
    assert!(
        desk.said().contains("1 left out: web-1: app does not run"),
        "{}",
        desk.said()
    );
    desk.allow("shop");
    assert_eq!(opened(&desk.effects), 1);
}

#[test]
fn one_pod_whose_default_container_does_not_run_asks_for_another() {
    let mut desk = Desk::new();
    desk.rows(vec![crashing("web-1")]);
    desk.keys("enter");
    assert!(matches!(desk.app.overlay(), Some(Overlay::Picker(_))));
    desk.keys("down enter");
    desk.allow("shop");
    let pane = desk.app.panes.values().next().unwrap();
    assert_eq!(&*pane.target.container, "proxy");
}

#[test]
fn a_tab_is_named_after_its_workloads() {
    let of = |name: &str, owner: &str| {
        let mut row = pod(name);
        row.owner = Some(crate::inventory::Owner {
            kind: "StatefulSet".into(),
            name: owner.into(),
        });
        row
    };
    let mut desk = Desk::new();
    desk.rows(vec![pod("web-1"), of("db-0", "db")]);
    desk.keys("a enter");
    desk.allow("shop");
    let tab = desk.app.tabs.active().unwrap();
    assert!(
        ["web+db", "db+web"].contains(&tab.name.as_str()),
        "{}",
        tab.name
    );
}

#[test]
fn hidden_marks_are_counted_as_the_filter_changes() {
    let mut desk = Desk::new();
    desk.pods(5);
    desk.keys("a /");
    desk.typed("web-3");
    assert_eq!(desk.app.list.marked_hidden(), 4);
    desk.keys("enter esc");
    assert_eq!(desk.app.list.marked_hidden(), 0);
    desk.keys("u");
    assert_eq!(desk.app.list.marked(), 0);
}

#[test]
fn nothing_is_opened_and_nothing_is_broadcast_once_the_console_quits() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b ctrl-g q");
    desk.pass(std::time::Duration::from_secs(1));
    desk.keys("y");
    assert!(desk.app.quit.is_some());
    assert!(!desk.app.broadcast_on());
    desk.take();
    desk.pods(3);
    desk.keys("ctrl-g g G enter");
    desk.allow("shop");
    desk.keys("ctrl-g r");
    assert_eq!(opened(&desk.effects), 0);
}

#[test]
fn marks_that_the_filter_hides_are_named_on_the_first_line_of_the_question() {
    let mut desk = Desk::new();
    desk.pods(3);
    desk.keys("a /");
    desk.typed("web-1");
    desk.keys("enter enter");
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("no question")
    };
    let first = question.lines.first().unwrap();
    assert!(first.contains("web-0 web-2"), "{first}");
    assert!(!first.contains("web-1"), "{first}");
}
