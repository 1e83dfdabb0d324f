//! Recording a pane: what goes to the file and when it ends.

use crate::app::Effect;
use crate::app::effect::RecordPiece;
use crate::app::event::{Event, SessionNews};
use crate::app::testing::Desk;
use crate::geometry::GridSize;
use crate::session::Outcome;

/// The recorded text, `<WxH>` for a change of size, `<end>` for the end.
fn recorded(desk: &mut Desk) -> String {
    let pieces = desk.take().into_iter().filter_map(|effect| match effect {
        Effect::RecordPiece {
            piece: RecordPiece::Output(bytes),
            ..
        } => Some(String::from_utf8(bytes.to_vec()).unwrap()),
        Effect::RecordPiece {
            piece: RecordPiece::Resize(size),
            ..
        } => Some(format!("<{}x{}>", size.cols(), size.rows())),
        Effect::RecordEnd(_) => Some("<end>".to_owned()),
        _ => None,
    });
    pieces.collect()
}

#[test]
fn a_recording_begins_with_what_is_shown_and_ends_with_the_same_key() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(0, "before");
    desk.keys("ctrl-g R");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Record(start) if start.pane == desk.pane(0)))
    );
    assert!(recorded(&mut desk).contains("before"));
    desk.output(0, "after");
    desk.output(1, "elsewhere");
    assert_eq!(recorded(&mut desk), "after");
    desk.keys("ctrl-g R");
    desk.output(0, "later");
    assert_eq!(recorded(&mut desk), "<end>");
}

#[test]
fn a_change_of_size_and_a_gap_are_recorded() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g R");
    desk.take();
    desk.event(Event::Resized(GridSize::new(20, 60)));
    assert!(recorded(&mut desk).starts_with('<'));
    let session = desk.session(0);
    desk.event(Event::Gap(session, 7000));
    assert!(recorded(&mut desk).contains("7000 bytes of output dropped"));
}

#[test]
fn the_end_of_a_session_ends_its_recording() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g R");
    desk.take();
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        SessionNews::Ended(Outcome::Exited(0)),
    ));
    assert_eq!(recorded(&mut desk), "<end>");
    desk.keys("ctrl-g R");
    assert_eq!(recorded(&mut desk), "");
    assert_eq!(
        desk.said(),
        "the session has ended: there is nothing to record"
    );
}

#[test]
fn a_recording_that_fails_is_told_and_over() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g R");
    desk.event(Event::RecordingFailed(
        desk.pane(0),
        "the disk is full".to_owned(),
    ));
    assert_eq!(desk.said(), "the recording has ended: the disk is full");
    desk.take();
    desk.output(0, "after");
    assert_eq!(recorded(&mut desk), "");
}
