use std::time::Duration;

use rstest::rstest;

use crate::app::Effect;
use crate::app::effect::ForwardOrder;
use crate::app::event::{Event, ForwardNews, Right, RightsAnswer};
use crate::app::forward::{Forward, ForwardPhase};
use crate::app::overlay::forward::{ForwardStage, KnownPorts};
use crate::app::overlay::{ForwardQuestion, Overlay};
use crate::app::testing::{CONTEXT, Desk, pod, watch_key};
use crate::config::{Config, Stand};
use crate::ids::{ContextName, ForwardId, PodUid};
use crate::inventory::{PodDelta, StatusKind, WatchMessage, WatchState};
use crate::journal::audit::Act;
use crate::session::forward::{Carried, ContainerPort};
use crate::session::rights::Need;

fn answer(desk: &mut Desk, right: Right) {
    desk.event(Event::Rights(RightsAnswer {
        context: ContextName::new(CONTEXT),
        namespace: "shop".into(),
        need: Need::Forward,
        right,
    }));
}

/// The pod `web-N` names 8080, called http, and 9090.
fn told(desk: &mut Desk, pod: usize) {
    let port = |port, name: Option<&str>| ContainerPort {
        port,
        name: name.map(Into::into),
        container: "app".into(),
    };
    let ports = vec![port(8080, Some("http")), port(9090, None)];
    desk.event(Event::Ports(
        PodUid::new(&format!("uid-web-{pod}")),
        Ok(ports),
    ));
}

fn question(desk: &Desk) -> Option<&ForwardQuestion> {
    match desk.app.overlay() {
        Some(Overlay::Forward(question)) => Some(question),
        _ => None,
    }
}

/// The key in the list, and all that it asks for answered.
pub(super) fn ask(desk: &mut Desk) {
    if desk.app.inventory.iter().next().is_none() {
        desk.pods(2);
    }
    desk.keys("f");
    answer(desk, Right::Allowed);
    told(desk, 0);
}

/// Two pods, allowed, and the question about the first one open with its ports.
fn asked() -> Desk {
    let mut desk = Desk::new();
    ask(&mut desk);
    desk
}

fn ordered(desk: &mut Desk) -> Option<ForwardOrder> {
    desk.take().into_iter().find_map(|effect| match effect {
        Effect::Forward(order) => Some(order),
        _ => None,
    })
}

fn audited(effects: &[Effect]) -> Vec<&Act> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Audit(line) => Some(&line.act),
            _ => None,
        })
        .collect()
}

/// A forward of the first pod that takes connections.
pub(super) fn open(desk: &mut Desk) {
    ask(desk);
    desk.keys("enter");
    let id = ordered(desk).unwrap().forward;
    desk.event(Event::Forward(id, ForwardNews::Listening));
}

fn live() -> (Desk, ForwardId) {
    let mut desk = Desk::new();
    open(&mut desk);
    let id = desk.app.forwards.iter().next().unwrap().id;
    (desk, id)
}

fn forward(desk: &Desk, id: ForwardId) -> &Forward {
    desk.app.forwards.get(id).unwrap()
}

#[test]
fn the_question_opens_with_the_key_and_asks_for_ports_and_rights() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("f");
    let effects = desk.take();
    assert!(effects.iter().any(|effect| matches!(
        effect,
        Effect::AskRights {
            need: Need::Forward,
            ..
        }
    )));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::AskPorts { .. }))
    );
    assert_eq!(question(&desk).unwrap().ports, KnownPorts::Asked);
    told(&mut desk, 0);
    assert_eq!(question(&desk).unwrap().edit.line(), "8080:8080");
    desk.keys("down");
    assert_eq!(question(&desk).unwrap().edit.line(), "9090:9090");
}

#[rstest]
#[case("", Some((8080, 8080)))]
#[case("down", Some((9090, 9090)))]
#[case("7 0 0 0 : 8 0", Some((7000, 80)))]
#[case("7 0 0 0 :", Some((7000, 8080)))]
#[case("0 : 8 0", Some((80, 80)))]
#[case("home delete 9", Some((9080, 8080)))]
#[case("7 : h t t p", Some((7, 8080)))]
#[case("down x", None)]
#[case("ctrl-u", None)]
fn what_stands_in_the_line_is_forwarded(#[case] keys: &str, #[case] expected: Option<(u16, u16)>) {
    let mut desk = asked();
    desk.take();
    if !keys.is_empty() {
        desk.keys(keys);
    }
    desk.keys("enter");
    let order = ordered(&mut desk);
    let pair = order.map(|order| (order.ports.local, order.ports.remote));
    assert_eq!(pair, expected);
    let complains = question(&desk).is_some_and(|question| question.complaint.is_some());
    assert_eq!(complains, expected.is_none());
}

#[test]
fn late_ports_do_not_take_away_what_was_typed() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("f 7 0 : 8 0");
    told(&mut desk, 0);
    assert_eq!(question(&desk).unwrap().edit.line(), "70:80");
    desk.event(Event::Paste("1".into()));
    assert_eq!(question(&desk).unwrap().edit.line(), "70:801");
}

#[test]
fn nothing_starts_before_it_is_known_to_be_allowed() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("f");
    told(&mut desk, 0);
    desk.keys("enter");
    assert_eq!(ordered(&mut desk), None);
    answer(&mut desk, Right::Allowed);
    assert!(ordered(&mut desk).is_some());
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("f");
    told(&mut desk, 0);
    desk.keys("enter esc");
    answer(&mut desk, Right::Allowed);
    assert_eq!(ordered(&mut desk), None, "the user went back");
}

#[test]
fn a_missing_right_is_named_with_the_role_that_grants_it() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.keys("f");
    told(&mut desk, 0);
    desk.keys("enter");
    let right = Right::Missing {
        verbs: vec!["create"],
        user: "ann@corp".into(),
    };
    answer(&mut desk, right);
    let [Overlay::Refusal(refusal)] = desk.app.overlays.as_slice() else {
        panic!("a box in place of the question");
    };
    let lines = refusal.lines.join("\n");
    assert!(
        lines.contains("Missing: create on pods/portforward, for ann@corp"),
        "{lines}"
    );
    let role = refusal.role.as_deref().unwrap();
    assert!(role.contains("resources: [\"pods/portforward\"]"), "{role}");
    assert_eq!(ordered(&mut desk), None);
    desk.pass(Duration::from_secs(1));
    desk.keys("esc f");
    let again = desk.take().into_iter();
    assert_eq!(
        again
            .filter(|effect| matches!(effect, Effect::AskRights { .. }))
            .count(),
        1,
        "it may have been granted meanwhile"
    );
}

#[test]
fn read_only_refuses_and_says_where_that_stands() {
    let mut config = Config::default();
    config.file.0 = "config.toml".to_owned();
    config.guard.read_only = true;
    config.guard.read_only_at = Stand::Line(2);
    let mut desk = Desk::with(config);
    desk.pods(1);
    desk.keys("f");
    assert!(desk.app.overlays.is_empty());
    assert!(
        desk.said()
            .starts_with("port-forward refused: guard.read_only is set")
            && desk.said().contains("config.toml:2"),
        "{}",
        desk.said()
    );
    let effects = desk.take();
    assert!(matches!(
        audited(&effects).as_slice(),
        [Act::Refused { .. }]
    ));
    let asks = |effect: &Effect| {
        matches!(
            effect,
            Effect::AskPorts { .. } | Effect::AskRights { .. } | Effect::Forward(_)
        )
    };
    assert!(!effects.iter().any(asks), "{effects:?}");
}

#[test]
fn it_is_in_the_audit_before_it_is_done_and_when_it_is_over() {
    let mut desk = asked();
    desk.take();
    desk.keys("enter");
    let effects = desk.take();
    let [Effect::Audit(line), Effect::Forward(order)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let Act::ForwardOpen {
        target,
        local: 8080,
        remote: 8080,
    } = &line.act
    else {
        panic!("{:?}", line.act);
    };
    assert_eq!(
        (target.pod.as_str(), target.container.as_str()),
        ("web-0", "app")
    );
    assert_eq!(line.who.cluster_user.as_deref(), Some("ann@corp"));
    let id = order.forward;
    desk.event(Event::Forward(id, ForwardNews::Listening));
    let carried = Carried {
        open: 1,
        connections: 3,
        to_pod: 10,
        from_pod: 20,
    };
    desk.event(Event::Forward(id, ForwardNews::Carried(carried, None)));
    desk.keys("f x");
    let effects = desk.take();
    assert!(effects.contains(&Effect::EndForward(id)));
    let acts = audited(&effects);
    let [
        Act::ForwardEnd {
            why,
            connections: 3,
            to_pod: 10,
            from_pod: 20,
            ..
        },
    ] = acts.as_slice()
    else {
        panic!("{acts:?}");
    };
    assert_eq!(why, "stopped");
    assert_eq!(desk.app.forwards.iter().count(), 0);
    desk.event(Event::Forward(id, ForwardNews::Carried(carried, None)));
    assert_eq!(desk.app.forwards.iter().count(), 0, "news of it come late");
}

#[test]
fn a_taken_port_is_answered_with_a_free_one() {
    let mut desk = asked();
    desk.keys("enter");
    let id = ordered(&mut desk).unwrap().forward;
    let news = ForwardNews::NoPort {
        why: "127.0.0.1:8080 is taken by another program".into(),
        free: Some(8081),
    };
    desk.event(Event::Forward(id, news));
    let asked = question(&desk).unwrap();
    assert_eq!(asked.stage, ForwardStage::Asking);
    assert_eq!(
        asked.complaint.as_deref(),
        Some("127.0.0.1:8080 is taken by another program; 8081 is free: Enter takes it")
    );
    assert_eq!(desk.app.forwards.iter().count(), 0);
    let effects = desk.take();
    assert!(matches!(
        audited(&effects).as_slice(),
        [Act::ForwardEnd { .. }]
    ));
    desk.keys("enter");
    let ports = ordered(&mut desk).unwrap().ports;
    assert_eq!((ports.local, ports.remote), (8081, 8080));
}

#[test]
fn a_port_that_podmux_itself_has_is_said_to_be_its_own() {
    let (mut desk, _) = live();
    desk.keys("j f");
    told(&mut desk, 1);
    desk.keys("enter");
    let id = ordered(&mut desk).unwrap().forward;
    let news = ForwardNews::NoPort {
        why: "127.0.0.1:8080 is taken by another program".into(),
        free: None,
    };
    desk.event(Event::Forward(id, news));
    assert_eq!(
        question(&desk).unwrap().complaint.as_deref(),
        Some("127.0.0.1:8080 leads to web-0:8080 already; type another local port")
    );
}

#[test]
fn the_key_again_shows_the_page_and_there_asks_for_another_port() {
    let (mut desk, id) = live();
    assert!(desk.app.overlays.is_empty());
    assert_eq!(desk.said(), "127.0.0.1:8080 leads to web-0:8080; F lists");
    assert_eq!(forward(&desk, id).phase, ForwardPhase::Live);
    desk.keys("f");
    assert!(matches!(desk.app.overlay(), Some(Overlay::Forwards(_))));
    desk.keys("c");
    assert!(desk.take().contains(&Effect::Copy {
        text: "127.0.0.1:8080".into()
    }));
    desk.keys("f");
    told(&mut desk, 0);
    desk.keys("down enter");
    let second = ordered(&mut desk).unwrap();
    assert_eq!(second.ports.remote, 9090);
    desk.event(Event::Forward(second.forward, ForwardNews::Listening));
    assert!(
        matches!(desk.app.overlays.as_slice(), [Overlay::Forwards(_)]),
        "the page is there again"
    );
    assert_eq!(desk.app.forwards.live().count(), 2);
    desk.keys("G x x x esc");
    assert_eq!(desk.app.forwards.live().count(), 0);
    assert_eq!(desk.said(), "no port is forwarded");
}

fn deleted(desk: &mut Desk) {
    let row = pod("web-0");
    let (pod, uid) = (row.pod, row.uid);
    let deltas = vec![PodDelta::Delete { pod, uid }];
    desk.event(Event::Watch(watch_key(), WatchMessage::Deltas(deltas)));
}

fn completed(desk: &mut Desk) {
    let mut row = pod("web-0");
    row.status.kind = StatusKind::Done;
    let deltas = vec![PodDelta::Apply(row)];
    desk.event(Event::Watch(watch_key(), WatchMessage::Deltas(deltas)));
}

fn replaced_unseen(desk: &mut Desk) {
    let id = desk.app.forwards.iter().next().unwrap().id;
    let why = "another pod has its name now".to_owned();
    desk.event(Event::Forward(id, ForwardNews::Ended(why)));
}

#[rstest]
#[case(deleted, "the pod is gone")]
#[case(completed, "the pod has completed")]
#[case(replaced_unseen, "another pod has its name now")]
fn a_forward_goes_with_its_pod_and_says_why(#[case] go: fn(&mut Desk), #[case] expected: &str) {
    let (mut desk, id) = live();
    desk.take();
    go(&mut desk);
    assert_eq!(
        forward(&desk, id).phase,
        ForwardPhase::Ended(expected.to_owned())
    );
    assert_eq!(
        desk.said(),
        format!("127.0.0.1:8080 leads to web-0:8080 no more: {expected}")
    );
    let effects = desk.take();
    assert!(effects.contains(&Effect::EndForward(id)));
    assert_eq!(audited(&effects).len(), 1);
    go(&mut desk);
    assert_eq!(audited(&desk.take()).len(), 0, "once");
    desk.keys("F x");
    assert_eq!(desk.app.forwards.iter().count(), 0, "seen and forgotten");
}

#[test]
fn a_pod_that_is_not_shown_may_be_there() {
    let (mut desk, id) = live();
    let state = WatchState::Listing;
    desk.event(Event::Watch(watch_key(), WatchMessage::State(state)));
    let deltas = vec![
        PodDelta::Init,
        PodDelta::InitApply(pod("web-1")),
        PodDelta::InitDone,
    ];
    desk.event(Event::Watch(watch_key(), WatchMessage::Deltas(deltas)));
    assert!(forward(&desk, id).is_live());
}

#[test]
fn a_failure_is_said_once_until_it_is_another_one() {
    let (mut desk, id) = live();
    let fails = |desk: &mut Desk, why: &str| {
        let news = ForwardNews::Carried(Carried::default(), Some(why.to_owned()));
        desk.event(Event::Forward(id, news));
        desk.app.notices.history().count()
    };
    let before = desk.app.notices.history().count();
    assert_eq!(fails(&mut desk, "connection refused"), before + 1);
    assert_eq!(desk.said(), "web-0:8080: connection refused");
    assert_eq!(fails(&mut desk, "connection refused"), before + 1);
    assert_eq!(fails(&mut desk, "no answer in 15 s"), before + 2);
    assert!(forward(&desk, id).is_live());
}

#[test]
fn there_is_nothing_to_forward_to_where_nothing_runs() {
    let mut desk = Desk::new();
    let mut row = pod("web-0");
    for container in &mut row.containers {
        container.running = false;
    }
    desk.rows(vec![row]);
    desk.keys("f");
    assert_eq!(desk.said(), "web-0: no container runs there");
    assert!(desk.app.overlays.is_empty());
}

#[test]
fn quitting_closes_forwards_without_a_question() {
    let (mut desk, id) = live();
    desk.take();
    desk.keys("q");
    let effects = desk.take();
    assert!(effects.contains(&Effect::EndForward(id)));
    assert!(matches!(
        audited(&effects).as_slice(),
        [Act::ForwardEnd { .. }]
    ));
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit(_)))
    );
}

#[test]
fn the_question_before_quitting_names_forwards_beside_shells() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g g f");
    answer(&mut desk, Right::Allowed);
    told(&mut desk, 0);
    desk.keys("enter");
    desk.keys("esc q");
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("no question");
    };
    assert_eq!(
        question.title,
        "quit: 1 session is open, 1 port is forwarded"
    );
    assert_eq!(question.lines[1], "closes 127.0.0.1:8080");
}

#[test]
fn an_answer_of_the_pod_ends_the_trouble_of_a_forward() {
    let (mut desk, id) = live();
    let carried = |from_pod| Carried {
        from_pod,
        ..Carried::default()
    };
    let why = "nothing listens there".to_owned();
    let news = |carried, why: Option<&String>| {
        Event::Forward(id, ForwardNews::Carried(carried, why.cloned()))
    };
    desk.event(news(carried(0), Some(&why)));
    desk.event(news(carried(0), None));
    assert_eq!(forward(&desk, id).trouble.as_ref(), Some(&why));
    desk.event(news(carried(20), None));
    assert_eq!(forward(&desk, id).trouble, None);
    desk.event(news(carried(20), Some(&why)));
    assert_eq!(forward(&desk, id).trouble.as_ref(), Some(&why));
}
