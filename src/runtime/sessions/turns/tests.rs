use super::*;

const KIB: usize = 1024;

fn id(number: u8) -> SessionId {
    SessionId::from_bytes([number; 16])
}

fn ids(numbers: std::ops::Range<u8>) -> Vec<SessionId> {
    numbers.map(id).collect()
}

#[expect(clippy::disallowed_methods, reason = "an arbitrary instant")]
fn start() -> Instant {
    Instant::now()
}

fn ms(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// One turn at a moment, in which each session has as much as `has` says: whom it took from and how much, and what is left.
fn turn(
    turns: &mut Turns,
    all: &[SessionId],
    now: Instant,
    mut has: impl FnMut(SessionId) -> usize,
) -> (Vec<(SessionId, usize)>, Portion) {
    let mut portion = turns.begin(all, now);
    let mut taken = Vec::new();
    while let Some((session, most)) = turns.next(&mut portion, now) {
        let bytes = has(session).min(most);
        turns.took(&mut portion, session, bytes);
        if bytes > 0 {
            taken.push((session, bytes));
        }
    }
    portion.left = turns.end(&portion, now);
    (taken, portion)
}

#[test]
fn without_typing_a_turn_takes_256_kib_and_the_next_goes_on_behind_them() {
    let (mut turns, all, now) = (Turns::default(), ids(1..5), start());
    let has = |_| 160 * KIB;
    let (taken, portion) = turn(&mut turns, &all, now, has);
    assert_eq!(taken, [(id(1), 160 * KIB), (id(2), 96 * KIB)]);
    assert_eq!(portion.left, Left::Now);
    let (taken, _) = turn(&mut turns, &all, now, has);
    assert_eq!(taken, [(id(3), 160 * KIB), (id(4), 96 * KIB)]);
    let (taken, _) = turn(&mut turns, &all, now, has);
    assert_eq!(taken.first(), Some(&(id(1), 160 * KIB)));
}

#[test]
fn after_a_turn_the_loop_rests_as_long_as_it_worked() {
    let (mut turns, all, now) = (Turns::default(), ids(1..3), start());
    let mut portion = turns.begin(&all, now);
    assert_eq!(turns.next(&mut portion, now), Some((id(1), BYTES)));
    turns.took(&mut portion, id(1), 10);
    turns.end(&portion, now + ms(3));
    let (taken, portion) = turn(&mut turns, &all, now + ms(4), |_| 1);
    assert_eq!((taken.len(), portion.left), (0, Left::From(now + ms(6))));
    let (taken, _) = turn(&mut turns, &all, now + ms(6), |_| 1);
    assert_eq!(taken.len(), 2);
}

#[test]
fn what_was_typed_into_last_comes_first() {
    let (mut turns, all, now) = (Turns::default(), ids(1..5), start());
    turns.typed(id(2), now);
    turns.typed(id(4), now + ms(1));
    let (taken, portion) = turn(&mut turns, &all, now + ms(2), |_| 1);
    assert_eq!(taken, [(id(4), 1), (id(2), 1)]);
    assert!(portion.answered());
}

#[test]
fn an_answer_is_drawn_before_the_others_are_looked_at() {
    let (mut turns, all, now) = (Turns::default(), ids(1..4), start());
    turns.typed(id(2), now);
    let (taken, portion) = turn(&mut turns, &all, now, |_| 10);
    assert_eq!(
        (taken.as_slice(), portion.left),
        (&[(id(2), 10)][..], Left::Now)
    );
    // What follows the answer is not waited for like it.
    let (taken, portion) = turn(&mut turns, &all, now, |_| 10);
    assert_eq!(taken, [(id(2), 10), (id(1), 10), (id(3), 10)]);
    assert!(!portion.answered());
}

#[test]
fn while_somebody_types_the_others_give_little_once_in_a_frames_time() {
    let (mut turns, all, now) = (Turns::default(), ids(1..20), start());
    turns.typed(id(1), now);
    let flood = |session| if session == id(1) { 0 } else { 1 << 20 };
    let (taken, _) = turn(&mut turns, &all, now, flood);
    assert_eq!(taken, [2, 3, 4, 5].map(|number| (id(number), 16 * KIB)));
    let (taken, portion) = turn(&mut turns, &all, now + ms(1), flood);
    assert!(taken.is_empty());
    assert_eq!(portion.left, Left::From(now + OTHERS_EVERY));
    let (taken, _) = turn(&mut turns, &all, now + OTHERS_EVERY, flood);
    assert_eq!(
        taken.first(),
        Some(&(id(6), 16 * KIB)),
        "the rotation goes on"
    );
}

#[test]
fn what_is_typed_into_gives_all_it_has_all_the_time() {
    let (mut turns, all, now) = (Turns::default(), ids(1..4), start());
    turns.typed(id(2), now);
    for at in 0..10 {
        let (taken, _) = turn(&mut turns, &all, now + ms(at), |_| 1 << 20);
        assert_eq!(taken, [(id(2), 64 * KIB)]);
    }
}

#[test]
fn a_second_after_the_last_key_all_are_equal_again() {
    let (mut turns, all, now) = (Turns::default(), ids(1..4), start());
    turns.typed(id(2), now);
    let (taken, portion) = turn(&mut turns, &all, now + TYPING, |_| BYTES);
    assert_eq!(taken, [(id(1), BYTES)]);
    assert!(!portion.answered());
}

#[test]
fn a_turn_ends_when_its_time_is_up() {
    let (mut turns, all, now) = (Turns::default(), ids(1..4), start());
    let mut portion = turns.begin(&all, now);
    assert_eq!(
        turns.next(&mut portion, now).map(|(session, _)| session),
        Some(id(1))
    );
    turns.took(&mut portion, id(1), 10);
    assert_eq!(turns.next(&mut portion, now + TIME), None);
    assert_eq!(portion.left, Left::Now);
    let mut portion = turns.begin(&all, now + TIME);
    let next = turns.next(&mut portion, now + TIME);
    assert_eq!(next.map(|(session, _)| session), Some(id(2)));
}

#[test]
fn nothing_is_left_where_nothing_was() {
    let (mut turns, all, now) = (Turns::default(), ids(1..4), start());
    let (taken, portion) = turn(&mut turns, &all, now, |_| 0);
    assert!(taken.is_empty());
    assert_eq!(portion.left, Left::Nothing);
}

#[test]
fn a_session_that_is_over_is_not_asked() {
    let (mut turns, all, now) = (Turns::default(), ids(1..3), start());
    turns.typed(id(1), now);
    turns.forget(id(1));
    let (taken, _) = turn(&mut turns, &all[1..], now, |_| 1);
    assert_eq!(taken, [(id(2), 1)]);
}

/// A key into three sessions; then one of them answers after so many milliseconds each.
fn answers(turns: &mut Turns, start: Instant, from: &[(u8, u64)]) {
    let all = ids(1..5);
    for &(number, at) in from {
        let has = |session| usize::from(session == id(number));
        turn(turns, &all, start + ms(at), has);
    }
}

fn type_into(turns: &mut Turns, numbers: std::ops::Range<u8>, now: Instant) {
    for session in ids(numbers) {
        turns.typed(session, now);
    }
}

#[test]
fn a_frame_waits_for_the_answers_of_all_who_got_a_key() {
    let (mut turns, now) = (Turns::default(), start());
    type_into(&mut turns, 1..4, now);
    assert_eq!(turns.frame_waits(), None, "nothing to draw yet");
    answers(&mut turns, now, &[(2, 10), (1, 11)]);
    assert_eq!(turns.frame_waits(), Some(now + ms(10) + TOGETHER));
    answers(&mut turns, now, &[(3, 12)]);
    assert_eq!(turns.frame_waits(), None, "all have answered");
}

#[test]
fn the_answer_of_the_only_one_is_not_held() {
    let (mut turns, now) = (Turns::default(), start());
    turns.typed(id(1), now);
    answers(&mut turns, now, &[(1, 10)]);
    assert_eq!(turns.frame_waits(), None);
}

#[test]
fn who_has_not_answered_in_time_holds_up_no_frame_again() {
    let (mut turns, now) = (Turns::default(), start());
    type_into(&mut turns, 1..4, now);
    let late = 10 + u64::try_from(TOGETHER.as_millis()).unwrap();
    answers(&mut turns, now, &[(2, 10), (1, 11), (4, late)]);
    assert_eq!(turns.frame_waits(), None, "the wait is over");
    // The silent one gets another key, and the others answer it.
    type_into(&mut turns, 1..4, now + ms(100));
    answers(&mut turns, now, &[(1, 110)]);
    assert_eq!(turns.frame_waits(), Some(now + ms(110) + TOGETHER));
    answers(&mut turns, now, &[(2, 111)]);
    assert_eq!(turns.frame_waits(), None, "it is not waited for");
    answers(&mut turns, now, &[(3, 112)]);
    type_into(&mut turns, 1..4, now + ms(200));
    answers(&mut turns, now, &[(1, 210), (2, 211)]);
    assert!(turns.frame_waits().is_some(), "it has answered since");
}

#[test]
fn one_that_is_over_is_not_waited_for() {
    let (mut turns, now) = (Turns::default(), start());
    type_into(&mut turns, 1..4, now);
    answers(&mut turns, now, &[(1, 10)]);
    turns.forget(id(2));
    answers(&mut turns, now, &[(3, 11)]);
    assert_eq!(turns.frame_waits(), None);
}
