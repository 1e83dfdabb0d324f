//! "Every question is the answer to the user's own key; all else is a notice."

use std::time::Duration;

use rstest::rstest;

use crate::app::event::{
    ContextNews, Event, JournalState, Right, RightsAnswer, SessionNews, Silence, Timer,
};
use crate::app::testing::{CONTEXT, Desk, pod, watch_key};
use crate::config::{Config, Pattern};
use crate::geometry::GridSize;
use crate::ids::ContextName;
use crate::inventory::{PodDelta, WatchMessage, WatchState};
use crate::session::Outcome;
use crate::session::rights::Need;

/// Three shells, two of them in the broadcast of a protected context, with everything that can ask switched on.
fn desk() -> Desk {
    let mut config = Config::default();
    config.guard.protected_contexts = vec![Pattern::new("demo", None)];
    config.guard.clipboard = crate::config::ClipboardRule::Ask;
    config.broadcast.confirm_over = 1;
    let mut desk = Desk::with(config);
    desk.shells(3);
    desk.keys("ctrl-g o ctrl-g b");
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    assert!(desk.app.broadcast_on());
    desk
}

fn ended(desk: &Desk, outcome: Outcome) -> Event {
    Event::Session(desk.session(1), SessionNews::Ended(outcome))
}

#[rstest]
#[case::an_exit(|desk: &Desk| ended(desk, Outcome::Exited(1)))]
#[case::a_loss(|desk: &Desk| ended(desk, Outcome::Lost("no answer".into())))]
#[case::no_shell(|desk: &Desk| ended(desk, Outcome::StartFailed("stat /bin/sh: no such file or directory".into())))]
#[case::silence(|desk: &Desk| Event::Session(desk.session(1), SessionNews::Silent(Silence::NoAnswer)))]
#[case::an_answer_again(|desk: &Desk| Event::Session(desk.session(1), SessionNews::Silent(Silence::AnswersAgain)))]
#[case::output_that_wants_the_clipboard(|desk: &Desk| Event::Output(desk.session(1), "\x1b]52;c;ZWNobyBoaQ==\x07".into()))]
#[case::a_full_screen(|desk: &Desk| Event::Output(desk.session(1), "\x1b[?1049h".into()))]
#[case::a_new_replica(|_: &Desk| Event::Watch(watch_key(), WatchMessage::Deltas(vec![PodDelta::Apply(pod("web-9"))])))]
#[case::a_gone_pod(|_: &Desk| Event::Watch(watch_key(), WatchMessage::Deltas(vec![PodDelta::Init, PodDelta::InitDone])))]
#[case::a_watch_that_fails(|_: &Desk| Event::Watch(watch_key(), WatchMessage::State(WatchState::Failed { reason: "no".into() })))]
#[case::a_lost_context(|_: &Desk| Event::Context(ContextName::new(CONTEXT), ContextNews::Failed("no".into())))]
#[case::a_full_disk(|_: &Desk| Event::Journal(JournalState::Blocked("full".into())))]
#[case::rights_that_nobody_asked_for(|_: &Desk| Event::Rights(RightsAnswer {
    context: ContextName::new(CONTEXT),
    namespace: "shop".into(),
    need: Need::Shell,
    right: Right::Missing { verbs: vec!["get"], user: "ann".into() },
}))]
#[case::a_resize(|_: &Desk| Event::Resized(GridSize::new(12, 40)))]
#[case::an_editor(|_: &Desk| Event::Edited(Ok("rm x".into())))]
#[case::a_timer(|_: &Desk| Event::Timer(Timer::WhichKey(1)))]
#[case::a_second(|_: &Desk| Event::Tick)]
#[case::a_signal(|_: &Desk| Event::Terminate)]
fn only_a_key_opens_a_question(#[case] event: fn(&Desk) -> Event) {
    let mut desk = desk();
    let event = event(&desk);
    desk.event(event);
    let overlay = desk.app.overlay();
    assert!(overlay.is_none(), "{overlay:?}");
}
