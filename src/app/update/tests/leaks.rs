use std::time::Duration;

use crate::app::Effect;
use crate::app::event::Event;
use crate::app::overlay::leaks::{Fate, Found};
use crate::app::overlay::{LeaksPage, Overlay};
use crate::app::testing::Desk;
use crate::ids::{ContainerRef, SessionId};
use crate::journal::entry::{CloseReason, Fact};
use crate::session::census::{Client, ExecProcess, Root};
use crate::session::cleanup::ScriptMode;
use crate::session::{Report, ReportExit};

const OURS: SessionId = SessionId::from_bytes([1; 16]);

/// A root of an exec, by another tool or by an earlier run of ours.
fn process(pid: u32, session: Option<SessionId>) -> ExecProcess {
    ExecProcess {
        pid,
        command: format!("sleep {pid}"),
        age: Duration::from_secs(60),
        uid: Some(0),
        rss_bytes: Some(4096),
        exec_root: true,
        session,
        start: 70,
        root: Some(Root {
            pid,
            start: 70,
            session,
        }),
    }
}

/// The list over two pods, in the first of which one process of somebody was found.
pub(super) fn found_one(desk: &mut Desk) {
    let (look, targets) = look(desk);
    let process = process(9, None);
    answers(desk, look, &targets[0], vec![(process, Client::Perhaps)]);
}

/// The list over two pods, which have not answered.
fn looking() -> (Desk, u32, Vec<ContainerRef>) {
    let mut desk = Desk::new();
    let (look, targets) = look(&mut desk);
    (desk, look, targets)
}

fn look(desk: &mut Desk) -> (u32, Vec<ContainerRef>) {
    desk.pods(2);
    desk.keys("a L");
    let asked = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Census { look, targets } => Some((look, targets)),
        _ => None,
    });
    asked.unwrap()
}

fn answers(desk: &mut Desk, look: u32, target: &ContainerRef, found: Vec<(ExecProcess, Client)>) {
    let found = Found {
        processes: found,
        boot_id: Some("boot".into()),
    };
    desk.event(Event::Census {
        look,
        target: target.clone(),
        result: Ok(found),
    });
}

fn page(desk: &Desk) -> &LeaksPage {
    match desk.app.overlays.first() {
        Some(Overlay::Leaks(page)) => page,
        _ => panic!("no list"),
    }
}

/// The order that ends a process, and of which session.
fn ordered(desk: &mut Desk) -> Option<(SessionId, crate::app::effect::CleanOrder)> {
    desk.take().into_iter().find_map(|effect| match effect {
        Effect::EndProcess { session, order, .. } => Some((session, order)),
        _ => None,
    })
}

#[test]
fn it_looks_into_every_running_container_of_the_marked_pods() {
    let (desk, _, targets) = looking();
    let pods: Vec<&str> = targets.iter().map(|target| &*target.pod.name).collect();
    assert_eq!(pods, ["web-0", "web-1"]);
    assert_eq!(page(&desk).answered, 0);
}

#[test]
fn the_cursor_stays_on_its_process_while_answers_come() {
    let (mut desk, look, targets) = looking();
    answers(
        &mut desk,
        look,
        &targets[1],
        vec![(process(9, None), Client::Perhaps)],
    );
    assert_eq!(page(&desk).current().unwrap().process.pid, 9);
    let two = vec![
        (process(7, None), Client::Perhaps),
        (process(8, None), Client::Perhaps),
    ];
    answers(&mut desk, look, &targets[0], two);
    assert_eq!(page(&desk).current().unwrap().process.pid, 9);
    desk.keys("g");
    assert_eq!(page(&desk).current().unwrap().process.pid, 7);
}

#[test]
fn an_older_look_and_a_container_without_a_shell_are_told_apart() {
    let (mut desk, look, targets) = looking();
    desk.keys("R");
    answers(
        &mut desk,
        look,
        &targets[0],
        vec![(process(7, None), Client::Perhaps)],
    );
    assert!(page(&desk).rows.is_empty(), "an answer to the first look");
    let look = page(&desk).look;
    desk.event(Event::Census {
        look,
        target: targets[0].clone(),
        result: Err("no shell in the image".into()),
    });
    assert_eq!(page(&desk).blind.len(), 1);
}

#[test]
fn ending_one_asks_and_goes_by_its_first_process() {
    let (mut desk, look, targets) = looking();
    answers(
        &mut desk,
        look,
        &targets[0],
        vec![(process(7, None), Client::Perhaps)],
    );
    desk.keys("x");
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert_eq!(ordered(&mut desk), None, "Enter accepts no guard");
    desk.keys("y");
    let (session, order) = ordered(&mut desk).unwrap();
    assert_ne!(session, OURS);
    let leader = order.leader.unwrap();
    assert_eq!((leader.pid, leader.sid, leader.start), (7, 7, 70));
    assert_eq!(
        (&*leader.boot_id, order.mode),
        ("boot", ScriptMode::Session)
    );
    assert_eq!(page(&desk).rows[0].fate, Fate::Ending);
}

#[test]
fn what_nothing_proves_is_never_ended() {
    let (mut desk, look, targets) = looking();
    let orphan = ExecProcess {
        exec_root: false,
        root: None,
        ..process(7, None)
    };
    let held = process(8, Some(OURS));
    let both = vec![(orphan, Client::Perhaps), (held, Client::Here)];
    answers(&mut desk, look, &targets[0], both);
    desk.keys("x");
    assert!(desk.said().contains("never ended"), "{}", desk.said());
    desk.keys("j x");
    assert!(desk.said().contains("cancel it there"), "{}", desk.said());
    assert_eq!(desk.app.overlays.len(), 1, "nothing is asked");
}

fn report(exit: ReportExit) -> Report {
    Report {
        found: Vec::new(),
        signalled: 1,
        left: Vec::new(),
        zombies: Vec::new(),
        not_attributable: Vec::new(),
        exit,
    }
}

#[test]
fn a_proven_end_of_ours_closes_its_entry() {
    let (mut desk, look, targets) = looking();
    let ours = vec![(process(7, Some(OURS)), Client::Gone)];
    answers(&mut desk, look, &targets[0], ours);
    desk.keys("x");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    let (session, _) = ordered(&mut desk).unwrap();
    assert_eq!(session, OURS);
    desk.event(Event::ProcessEnded {
        look,
        target: targets[0].clone(),
        pid: 7,
        session,
        result: Ok(report(ReportExit::Clean)),
    });
    assert_eq!(page(&desk).rows[0].fate, Fate::Ended);
    let closed = desk.take().into_iter().any(|effect| match effect {
        Effect::Journal(line) => {
            line.session == OURS
                && line.fact
                    == (Fact::Closed {
                        reason: CloseReason::Proven,
                    })
        }
        _ => false,
    });
    assert!(closed);
}

#[test]
fn an_end_that_is_not_proven_says_so() {
    let (mut desk, look, targets) = looking();
    answers(
        &mut desk,
        look,
        &targets[0],
        vec![(process(7, None), Client::Perhaps)],
    );
    desk.keys("x");
    desk.pass(Duration::from_secs(1));
    desk.keys("y");
    let (session, _) = ordered(&mut desk).unwrap();
    desk.event(Event::ProcessEnded {
        look,
        target: targets[0].clone(),
        pid: 7,
        session,
        result: Err("cleanup exec lost".into()),
    });
    assert!(desk.said().contains("not confirmed"), "{}", desk.said());
    desk.keys("x");
    assert_eq!(desk.app.overlays.len(), 2, "it can be tried again");
}
