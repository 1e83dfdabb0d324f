use super::*;
use crate::ids::SessionId;
use proptest::prelude::*;

fn line(session: u8, fact: Fact) -> JournalLine {
    JournalLine {
        at: 5,
        session: SessionId::from_bytes([session; 16]),
        fact,
    }
}

fn intent(session: u8) -> JournalLine {
    let text = |text: &str| text.to_owned();
    let intent = Intent {
        context: text("prod"),
        server: text("f"),
        namespace: text("shop"),
        pod: text("web-0"),
        uid: text("u1"),
        container: text("app"),
        container_id: None,
        tty: false,
        argv: text("a"),
        owner: Owner {
            pid: 1,
            start: 1,
            boot_id: text("b"),
        },
    };
    line(session, Fact::Intent(Box::new(intent)))
}

fn handshake(session: u8) -> JournalLine {
    let leader = Leader {
        pid: 7,
        sid: 7,
        start: 9,
        boot_id: "b".into(),
        init_start: Some(3),
        file_size: None,
    };
    line(session, Fact::Handshake(leader))
}

fn closed(session: u8) -> JournalLine {
    let reason = CloseReason::Proven;
    line(session, Fact::Closed { reason })
}

fn bytes(lines: &[JournalLine]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = lines.iter().map(|line| line.to_bytes().unwrap()).collect();
    parts.concat()
}

fn open_sessions(folded: &Folded) -> Vec<SessionId> {
    folded.open.iter().map(|entry| entry.session).collect()
}

#[test]
fn only_a_closing_fact_closes_an_entry() {
    let lost = line(
        2,
        Fact::Ended {
            outcome: "lost: reset".into(),
        },
    );
    let journal = [intent(1), intent(2), handshake(1), lost, closed(1)];
    let folded = fold(&bytes(&journal));
    assert_eq!(open_sessions(&folded), [SessionId::from_bytes([2; 16])]);
    assert_eq!(folded.open[0].ended.as_deref(), Some("lost: reset"));
    assert_eq!((folded.torn, folded.orphans), (0, 0));
}

#[test]
fn a_fact_without_its_intent_is_counted_and_opens_nothing() {
    let folded = fold(&bytes(&[handshake(1), closed(1)]));
    assert!(folded.open.is_empty());
    assert_eq!(folded.orphans, 2);
}

#[test]
fn a_line_that_runs_on_from_a_torn_one_is_found() {
    let mut journal = bytes(&[intent(1)]);
    journal.truncate(journal.len() / 2);
    journal.extend(bytes(&[intent(2)]));
    let folded = fold(&journal);
    assert_eq!(open_sessions(&folded), [SessionId::from_bytes([2; 16])]);
}

#[test]
fn a_rewritten_entry_says_the_same() {
    let stuck = line(
        1,
        Fact::NotConfirmed {
            left: Some(2),
            why: "EPERM".into(),
        },
    );
    let before = fold(&bytes(&[intent(1), handshake(1), stuck]));
    let after = fold(&bytes(&rewritten(&before.open[0])));
    assert_eq!(before.open, after.open);
}

proptest! {
    #[test]
    fn a_tear_costs_no_other_entry(cut in any::<prop::sample::Index>()) {
        let whole = bytes(&[intent(1)]);
        let torn = cut.index(whole.len());
        let mut journal = bytes(&[intent(8), handshake(8)]);
        journal.extend(&whole[..torn]);
        journal.push(b'\n');
        journal.extend(bytes(&[intent(9)]));
        let folded = fold(&journal);
        let sessions = open_sessions(&folded);
        for session in [8, 9] {
            prop_assert!(sessions.contains(&SessionId::from_bytes([session; 16])));
        }
        // All but the line feed may be there: then the line is whole.
        prop_assert!(folded.torn + sessions.len() <= 3);
    }

    #[test]
    fn no_bytes_break_the_reading(junk in proptest::collection::vec(any::<u8>(), 0..400)) {
        fold(&junk);
    }
}
