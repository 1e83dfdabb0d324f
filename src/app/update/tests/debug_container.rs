use std::time::Duration;

use crate::app::Effect;
use crate::app::effect::DebugContainerOrder;
use crate::app::event::{Event, Right, RightsAnswer, SessionNews};
use crate::app::overlay::Overlay;
use crate::app::pane::{DebugWait, Phase};
use crate::app::testing::{CONTEXT, Desk};
use crate::config::Config;
use crate::ids::{ContextName, PaneId};
use crate::journal::audit::Act;
use crate::session::Outcome;
use crate::session::rights::Need;

const NO_SHELL: &str = "exec: \"/bin/sh\": stat /bin/sh: no such file or directory";

/// Panes in pods without a shell; one that has one, if `with_shell`.
fn desk(image: &str, panes: usize, with_shell: bool) -> Desk {
    let mut config = Config::default();
    config.shell.debug_image = image.to_owned();
    let mut desk = Desk::with(config);
    desk.shells(panes);
    let from = usize::from(with_shell);
    let ids: Vec<PaneId> = desk.app.panes.keys().copied().collect();
    for id in ids.into_iter().skip(from) {
        let pane = desk.app.panes.get_mut(&id).unwrap();
        // It never got as far as its handshake.
        pane.handshake = None;
        let session = pane.session;
        let outcome = Outcome::StartFailed(NO_SHELL.into());
        desk.event(Event::Session(session, SessionNews::Ended(outcome)));
    }
    desk.take();
    desk
}

fn answer(desk: &mut Desk, right: Right) {
    desk.event(Event::Rights(RightsAnswer {
        context: ContextName::new(CONTEXT),
        namespace: "shop".into(),
        need: Need::DebugContainer,
        right,
    }));
}

/// The API server allows debug containers.
pub(super) fn allow(desk: &mut Desk) {
    answer(desk, Right::Allowed);
}

fn ordered(desk: &mut Desk) -> Vec<DebugContainerOrder> {
    let order = |effect| match effect {
        Effect::AddDebugContainer(order) => Some(order),
        _ => None,
    };
    desk.take().into_iter().filter_map(order).collect()
}

/// Asked, allowed, and answered with yes.
fn added(desk: &mut Desk) -> Vec<DebugContainerOrder> {
    desk.keys("ctrl-g d");
    answer(desk, Right::Allowed);
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    ordered(desk)
}

fn ready(desk: &mut Desk, order: &DebugContainerOrder, result: Result<&str, &str>) {
    let result = result
        .map(|name| (name.into(), "containerd://9".to_owned()))
        .map_err(str::to_owned);
    desk.event(Event::DebugContainer {
        pane: order.pane,
        session: order.session,
        result,
    });
}

/// One was asked for and let through; it does not run yet.
pub(super) fn starting(desk: &mut Desk) {
    *desk = self::desk("busybox", 1, false);
    assert_eq!(added(desk).len(), 1);
}

/// It runs.
pub(super) fn started(desk: &mut Desk) {
    let (pane, session) = (desk.pane(0), desk.session(0));
    let result = Ok(("podmux-1".into(), "containerd://9".to_owned()));
    desk.event(Event::DebugContainer {
        pane,
        session,
        result,
    });
}

#[test]
fn all_panes_without_a_shell_get_one_after_one_question() {
    let mut desk = desk("busybox", 3, true);
    desk.keys("ctrl-g d");
    let asked = desk.take().into_iter().any(|effect| {
        matches!(
            effect,
            Effect::AskRights {
                need: Need::DebugContainer,
                ..
            }
        )
    });
    assert!(asked, "the right first");
    answer(&mut desk, Right::Allowed);
    assert_eq!(ordered(&mut desk), [], "and nothing before a yes");
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert_eq!(ordered(&mut desk), [], "Enter accepts no guard");
    desk.keys("y");
    let orders = ordered(&mut desk);
    let panes: Vec<PaneId> = orders.iter().map(|order| order.pane).collect();
    assert_eq!(panes, [desk.pane(1), desk.pane(2)]);
    let first = orders.first().unwrap();
    assert_eq!(
        (&*first.image, &*first.target.container),
        ("busybox", "app")
    );
    let names: Vec<&str> = orders.iter().map(|order| &*order.name).collect();
    assert!(
        names.iter().all(|name| name.starts_with("podmux-")),
        "{names:?}"
    );
}

#[test]
fn it_is_in_the_audit_before_it_is_added() {
    let mut desk = desk("busybox", 1, false);
    desk.keys("ctrl-g d");
    answer(&mut desk, Right::Allowed);
    desk.pass(Duration::from_secs(1));
    desk.take();
    desk.keys("y");
    let effects = desk.take();
    let [Effect::Audit(line), Effect::AddDebugContainer(_)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert!(matches!(&line.act, Act::DebugContainer { image, .. } if image == "busybox"));
}

#[test]
fn the_pane_opens_into_it_and_says_what_stays() {
    let mut desk = desk("busybox", 1, false);
    let order = added(&mut desk).remove(0);
    ready(&mut desk, &order, Ok("podmux-x"));
    let opening = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Open(opening) => Some(opening),
        _ => None,
    });
    let opening = opening.unwrap();
    assert_eq!(&*opening.target.container, "podmux-x");
    assert_eq!(opening.container_id, "containerd://9");
    assert!(desk.said().contains("podmux-x stays"), "{}", desk.said());
    let pane = desk.app.panes.values().next().unwrap();
    assert_eq!(pane.beside.as_deref(), Some("app"));
    assert!(matches!(pane.phase, Phase::Opening { .. }));
}

#[test]
fn one_that_cannot_start_says_why_and_can_be_asked_for_again() {
    let mut desk = desk("nosuch", 1, false);
    let order = added(&mut desk).remove(0);
    desk.keys("ctrl-g d");
    assert_eq!(ordered(&mut desk), [], "one is on its way");
    ready(
        &mut desk,
        &order,
        Err("it does not start: ImagePullBackOff"),
    );
    let pane = desk.app.panes.values().next().unwrap();
    assert!(matches!(&pane.debug, DebugWait::Failed(why) if why.contains("ImagePullBackOff")));
    assert!(desk.said().contains("ImagePullBackOff"), "{}", desk.said());
    desk.keys("ctrl-g d");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    assert_eq!(ordered(&mut desk).len(), 1);
}

#[test]
fn a_missing_right_gets_a_box_with_a_role() {
    let mut desk = desk("busybox", 2, false);
    desk.keys("ctrl-g d");
    let missing = Right::Missing {
        verbs: vec!["patch"],
        user: "ann".into(),
    };
    answer(&mut desk, missing);
    let Some(Overlay::Refusal(refusal)) = desk.app.overlay() else {
        panic!("no box")
    };
    assert_eq!(refusal.title, "debug containers: 2 of 2 refused");
    let lines = refusal.lines.join("\n");
    assert!(
        lines.contains("patch on pods/ephemeralcontainers"),
        "{lines}"
    );
    let role = refusal.role.as_deref().unwrap();
    assert!(role.contains("pods/ephemeralcontainers"), "{role}");
    assert_eq!(ordered(&mut desk), []);
}

#[test]
fn without_an_image_it_says_which_setting_is_missing() {
    let mut desk = desk("", 1, false);
    desk.keys("ctrl-g d");
    assert!(desk.said().contains("debug_image"), "{}", desk.said());
    assert_eq!(ordered(&mut desk), []);
}

#[test]
fn where_every_pane_has_a_shell_there_is_nothing_to_add() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g d");
    assert_eq!(desk.said(), "no pane of this tab lacks a shell");
}

#[test]
fn read_only_refuses_it() {
    let mut config = Config::default();
    config.shell.debug_image = "busybox".to_owned();
    config.guard.read_only = true;
    let mut desk = desk("busybox", 1, false);
    desk.app.settings.config = config;
    desk.keys("ctrl-g d");
    answer(&mut desk, Right::Allowed);
    assert!(desk.said().contains("read_only"), "{}", desk.said());
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    assert_eq!(ordered(&mut desk), []);
}

#[test]
fn a_pane_that_is_closed_meanwhile_stays_closed() {
    let mut desk = desk("busybox", 1, false);
    let order = added(&mut desk).remove(0);
    desk.keys("ctrl-g x");
    ready(&mut desk, &order, Ok("podmux-x"));
    assert!(desk.app.panes.is_empty());
    let opened = desk
        .take()
        .into_iter()
        .any(|effect| matches!(effect, Effect::Open(_)));
    assert!(!opened);
}
