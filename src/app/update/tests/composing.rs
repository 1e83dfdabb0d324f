use std::time::Duration;

use crate::app::Effect;
use crate::app::event::{Event, SessionNews, Silence};
use crate::app::overlay::{ComposeStage, Overlay};
use crate::app::testing::Desk;

fn composed(desk: &mut Desk, text: &str) {
    desk.keys("ctrl-g B");
    desk.typed(text);
    desk.keys("enter");
    desk.pass(Duration::from_secs(1));
    desk.take();
}

fn texts(desk: &Desk) -> Vec<String> {
    desk.written()
        .into_values()
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .collect()
}

#[test]
fn the_second_enter_sends_with_each_panes_own_values() {
    let mut desk = Desk::new();
    desk.shells(2);
    composed(&mut desk, "echo {pod} {index}");
    desk.keys("enter");
    assert_eq!(texts(&desk), ["echo web-0 1\r", "echo web-1 2\r"]);
    assert!(desk.app.overlay().is_none());
}

#[test]
fn an_enter_too_many_does_not_send() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g B");
    desk.typed("date");
    desk.keys("enter enter");
    assert!(desk.written().is_empty());
    assert!(desk.app.overlay().is_some());
}

#[test]
fn f_sends_to_the_first_pane_and_the_composer_goes_on_with_the_rest() {
    let mut desk = Desk::new();
    desk.shells(3);
    composed(&mut desk, "date");
    desk.keys("f");
    assert_eq!(texts(&desk), ["date\r"]);
    assert!(desk.said().contains("Ctrl-g B"), "{}", desk.said());
    desk.take();
    desk.keys("ctrl-g B");
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert_eq!(texts(&desk), ["date\r"; 2]);
}

#[test]
fn the_first_panes_answer_is_compared_with_the_rest_only_when_they_have_the_same_text() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    let odd = |desk: &Desk| {
        let answers: Vec<_> = desk
            .app
            .panes
            .values()
            .map(|pane| pane.answer.answer())
            .collect();
        crate::session::answer::odd_ones(&answers)
    };
    desk.keys("x enter");
    (0..3).for_each(|pane| desk.output(pane, "\r\none\r\n$ "));
    composed(&mut desk, "date");
    desk.keys("f");
    desk.output(0, "\r\ntwo\r\n$ ");
    assert!(odd(&desk).is_empty());
    desk.keys("ctrl-g B");
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    desk.output(1, "\r\ntwo\r\n$ ");
    desk.output(2, "\r\nthree\r\n$ ");
    assert_eq!(odd(&desk), [2]);
}

#[test]
fn tab_shows_more_expansions_and_comes_around() {
    let mut desk = Desk::new();
    desk.shells(8);
    composed(&mut desk, "date");
    let from = |desk: &Desk| match desk.app.overlay() {
        Some(Overlay::Composer(composer)) => match &composer.stage {
            ComposeStage::Preview(preview) => preview.from,
            ComposeStage::Writing => panic!("no preview"),
        },
        _ => panic!("no composer"),
    };
    assert_eq!(from(&desk), 0);
    desk.keys("tab");
    assert_eq!(from(&desk), 6);
    desk.keys("tab");
    assert_eq!(from(&desk), 0);
}

#[test]
fn a_pane_that_stopped_receiving_after_the_preview_gets_nothing_and_is_named() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    composed(&mut desk, "date");
    let session = desk.session(1);
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::NoAnswer),
    ));
    desk.event(Event::Session(
        session,
        SessionNews::Silent(Silence::AnswersAgain),
    ));
    desk.take();
    desk.keys("enter");
    assert_eq!(desk.written().len(), 2);
    assert!(!desk.written().contains_key(&session.to_string()));
    assert!(
        desk.said().contains("not sent to 1: web-1"),
        "{}",
        desk.said()
    );
}

#[test]
fn ctrl_o_hands_the_text_to_the_editor_and_takes_it_back() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g B");
    desk.typed("date");
    desk.keys("ctrl-o");
    let text = "date".to_owned();
    assert!(desk.effects.contains(&Effect::Edit { text }));
    desk.event(Event::Edited(Ok("date\nuptime\n".into())));
    desk.keys("enter");
    desk.pass(Duration::from_secs(1));
    desk.take();
    desk.keys("enter");
    assert_eq!(texts(&desk), ["date\ruptime\r"; 2]);
}

#[test]
fn esc_keeps_the_draft_and_a_text_with_a_space_first_is_not_remembered() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g B");
    desk.typed(" secret");
    desk.keys("esc ctrl-g B enter");
    desk.pass(Duration::from_secs(1));
    desk.take();
    desk.keys("enter");
    assert_eq!(texts(&desk), [" secret\r"; 2]);
    let kept = |effect: &Effect| matches!(effect, Effect::Remember { .. });
    assert!(!desk.effects.iter().any(kept));
}

#[test]
fn what_a_placeholder_stands_for_is_denied_too() {
    let mut config = crate::config::Config::default();
    config.guard.deny = vec![crate::config::Deny::new("web-1", 3).unwrap()];
    let mut desk = Desk::with(config);
    desk.shells(2);
    composed(&mut desk, "drop {pod}");
    desk.keys("enter");
    assert!(desk.written().is_empty());
    assert!(desk.said().contains("guard.deny"), "{}", desk.said());
}

#[test]
fn bracketed_paste_is_used_where_the_pane_asked() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(1, "\x1b[?2004h");
    composed(&mut desk, "date");
    desk.keys("enter");
    assert_eq!(texts(&desk), ["date\r", "\x1b[200~date\x1b[201~\r"]);
}
