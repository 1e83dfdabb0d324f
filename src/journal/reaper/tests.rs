use super::*;
use crate::ids::SessionId;
use crate::journal::{Intent, Owner};
use crate::session::{Handshake, ProcessLine};

const SINCE: i64 = 1_000_000;

fn entry() -> Entry {
    let text = |text: &str| text.to_owned();
    Entry {
        session: SessionId::from_bytes([1; 16]),
        since: SINCE,
        intent: Intent {
            context: text("prod"),
            server: text("f"),
            namespace: text("shop"),
            pod: text("web-0"),
            uid: text("u1"),
            container: text("app"),
            container_id: Some(text("c1")),
            tty: true,
            argv: text("a"),
            owner: Owner {
                pid: 1,
                start: 1,
                boot_id: text("b"),
            },
        },
        handshake: None,
        ended: None,
        not_confirmed: None,
    }
}

fn started() -> Entry {
    let handshake = Handshake {
        pid: 7,
        sid: 7,
        start: 9,
        boot_id: "b".into(),
        init_start: None,
        file_size: None,
    };
    Entry {
        handshake: Some(handshake),
        ..entry()
    }
}

fn ended(words: &str) -> Entry {
    Entry {
        ended: Some(words.into()),
        ..entry()
    }
}

fn report(exit: ReportExit) -> Report {
    let sleeper = ProcessLine {
        pid: 8,
        start: 9,
        sid: 7,
        state: 'S',
        comm: "sleep".into(),
    };
    let left = match exit {
        ReportExit::Survivors => vec![sleeper],
        ReportExit::Clean | ReportExit::CannotRead | ReportExit::GuardMismatch => Vec::new(),
    };
    Report {
        found: left.clone(),
        signalled: 0,
        left,
        zombies: Vec::new(),
        not_attributable: Vec::new(),
        exit,
    }
}

#[track_caller]
fn settles(entry: &Entry, exit: ReportExit, after_ms: i64, expected: &Decision) {
    let decision = settle(entry, &report(exit), SINCE + after_ms);
    assert_eq!(decision, *expected, "{exit:?} after {after_ms} ms");
}

#[test]
fn an_intent_without_a_handshake_is_closed_only_by_a_look_35_s_after_it() {
    let in_flight = Decision::Keep(KeepReason::InFlight {
        until: SINCE + 35_000,
    });
    settles(&entry(), ReportExit::Clean, 34_999, &in_flight);
    let proven = Decision::Close(CloseReason::Proven);
    settles(&entry(), ReportExit::Clean, 35_000, &proven);
    settles(&started(), ReportExit::Clean, 0, &proven);
}

#[test]
fn only_an_exit_code_tells_that_a_session_without_a_handshake_ran() {
    let in_flight = Decision::Keep(KeepReason::InFlight {
        until: SINCE + 35_000,
    });
    settles(
        &ended("lost: no answer in 15 s"),
        ReportExit::Clean,
        0,
        &in_flight,
    );
    settles(
        &ended("cancelled, not confirmed"),
        ReportExit::Clean,
        0,
        &in_flight,
    );
    let proven = Decision::Close(CloseReason::Proven);
    settles(&ended("exited 0"), ReportExit::Clean, 0, &proven);
}

#[test]
fn what_is_not_known_is_kept() {
    settles(
        &started(),
        ReportExit::CannotRead,
        99_000,
        &Decision::Keep(KeepReason::Hidden),
    );
    settles(
        &started(),
        ReportExit::Survivors,
        99_000,
        &Decision::Keep(KeepReason::Left(1)),
    );
    let other = Decision::Close(CloseReason::OtherRun);
    settles(&started(), ReportExit::GuardMismatch, 0, &other);
}

#[track_caller]
fn decides(owner: OwnerState, observed: &Observed, expected: &Decision) {
    assert_eq!(decide(&entry(), owner, observed), *expected, "{observed:?}");
}

fn pod(uid: &str, container: ObservedContainer) -> Observed {
    Observed::Pod {
        uid: uid.into(),
        container,
    }
}

fn running(id: Option<&str>) -> ObservedContainer {
    ObservedContainer::Running {
        id: id.map(str::to_owned),
    }
}

#[test]
fn a_look_from_outside_decides() {
    use CloseReason::{ContainerEnded, ContainerRestarted, PodGone, PodReplaced};
    let gone = OwnerState::Gone;
    let unknown = |why: &str| Decision::Keep(KeepReason::Unknown(why.into()));
    let table = [
        (Observed::NoContext, Decision::Keep(KeepReason::NoContext)),
        (Observed::Unknown { why: "403".into() }, unknown("403")),
        (Observed::NoPod, Decision::Close(PodGone)),
        (pod("u2", running(Some("c1"))), Decision::Close(PodReplaced)),
        (
            pod("u1", running(Some("c2"))),
            Decision::Close(ContainerRestarted),
        ),
        (
            pod("u1", ObservedContainer::NotRunning),
            Decision::Close(ContainerEnded),
        ),
        (pod("u1", running(Some("c1"))), Decision::Clean),
        (pod("u1", running(None)), Decision::Clean),
        (
            pod("u1", ObservedContainer::Unknown),
            unknown("the pod's status does not name the container"),
        ),
    ];
    for (observed, expected) in table {
        decides(gone, &observed, &expected);
    }
    let alive = Decision::Keep(KeepReason::OwnerAlive);
    decides(OwnerState::Alive, &Observed::NoPod, &alive);
}
