use std::time::Duration;

use rstest::rstest;

use crate::app::Effect;
use crate::app::event::{Event, JournalState, RunAnswer};
use crate::app::overlay::Overlay;
use crate::app::testing::Desk;
use crate::config::{Config, Deny};
use crate::session::Outcome;

/// `sleep 9` runs in two pods.
fn running() -> Desk {
    let mut desk = Desk::new();
    desk.pods(2);
    desk.keys("a");
    command(&mut desk);
    desk
}

fn command(desk: &mut Desk) {
    desk.keys("!");
    desk.typed("sleep 9");
    desk.keys("enter");
}

fn answer(desk: &mut Desk, run: u32, target: usize, outcome: Outcome, left: Option<u32>) {
    desk.event(Event::Answer(RunAnswer {
        run,
        target,
        outcome,
        output: String::new(),
        truncated: false,
        seconds: 1.0,
        left,
        warning: left.is_none().then(|| "not confirmed: refused".to_owned()),
    }));
}

fn cancelled(left: Option<u32>) -> Outcome {
    Outcome::Cancelled { left }
}

fn id(desk: &Desk) -> u32 {
    desk.app.run.as_ref().unwrap().id
}

fn cancels(desk: &mut Desk) -> Vec<u32> {
    let cancelled = |effect| match effect {
        Effect::CancelRun(run) => Some(run),
        _ => None,
    };
    desk.take().into_iter().filter_map(cancelled).collect()
}

fn left_behind(desk: &Desk) -> Option<Vec<String>> {
    desk.effects.iter().find_map(|effect| match effect {
        Effect::Quit(report) => Some(report.unproven.clone()),
        _ => None,
    })
}

#[test]
fn a_blocked_journal_refuses_a_run_and_says_why() {
    let mut desk = Desk::new();
    desk.pods(1);
    let why = "the disk is full".to_owned();
    desk.event(Event::Journal(JournalState::Blocked(why)));
    desk.take();
    command(&mut desk);
    assert!(desk.said().contains("nothing is run: the disk is full"));
    assert!(desk.app.run.is_none());
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Run(_)))
    );
}

/// The command line as the prompt shows it when it opens again.
fn offered(desk: &mut Desk) -> String {
    desk.keys("!");
    let Some(Overlay::Prompt(prompt)) = desk.app.overlay() else {
        panic!("no prompt");
    };
    prompt.edit.line().to_owned()
}

#[rstest]
#[case::read_only(|config: &mut Config| config.guard.read_only = true, "")]
#[case::deny(|config: &mut Config| config.guard.deny = vec![Deny::new("^sleep", 1).unwrap()], "")]
#[case::max_targets(|config: &mut Config| config.broadcast.max_targets = 1, "")]
#[case::a_question_left(|config: &mut Config| config.broadcast.confirm_over = 1, "esc")]
fn what_was_refused_comes_back_with_the_next_prompt(
    #[case] rule: fn(&mut Config),
    #[case] leaves: &str,
) {
    let mut desk = Desk::new();
    desk.pods(2);
    desk.keys("a");
    rule(&mut desk.app.settings.config);
    command(&mut desk);
    if !leaves.is_empty() {
        desk.pass(Duration::from_secs(1));
        desk.keys(leaves);
    }
    assert!(desk.app.run.is_none());
    assert_eq!(offered(&mut desk), "sleep 9");
    // It is selected: what is typed replaces it, and Esc clears it as it clears every prompt.
    desk.typed("id");
    desk.keys("esc");
    assert_eq!(offered(&mut desk), "");
}

#[test]
fn what_a_blocked_journal_refused_comes_back_and_what_ran_does_not() {
    let mut desk = Desk::new();
    desk.pods(1);
    desk.event(Event::Journal(JournalState::Blocked("full".to_owned())));
    command(&mut desk);
    assert!(desk.take().contains(&Effect::TryJournal));
    desk.event(Event::Journal(JournalState::Writable));
    assert!(desk.said().contains("can be recorded again"));
    assert_eq!(offered(&mut desk), "sleep 9");
    desk.keys("enter");
    assert!(desk.app.run.is_some());
    desk.keys("q");
    assert_eq!(offered(&mut desk), "");
}

#[test]
fn a_run_is_in_the_audit_before_it_goes_out() {
    let desk = running();
    let place = |wanted: fn(&Effect) -> bool| desk.effects.iter().position(wanted).unwrap();
    let audit = place(
        |effect| matches!(effect, Effect::Audit(line) if matches!(line.act, crate::journal::audit::Act::Run { .. })),
    );
    assert!(audit < place(|effect| matches!(effect, Effect::Run(_))));
}

#[test]
fn quit_cancels_a_run_and_waits_for_its_proof() {
    let mut desk = running();
    let run = id(&desk);
    desk.keys("esc q");
    desk.pass(Duration::from_secs(1));
    desk.take();
    desk.keys("y");
    assert!(left_behind(&desk).is_none());
    assert_eq!(cancels(&mut desk), [run]);
    answer(&mut desk, run, 0, cancelled(Some(0)), Some(0));
    assert!(left_behind(&desk).is_none(), "one still runs");
    answer(&mut desk, run, 1, cancelled(None), None);
    let unproven = left_behind(&desk).expect("both have answered");
    assert_eq!(unproven.len(), 1, "{unproven:?}");
    assert!(unproven.iter().all(|name| name.contains("web-1")));
}

#[test]
fn a_run_that_another_replaced_is_cancelled_and_still_waited_for() {
    let mut desk = running();
    let first = id(&desk);
    desk.keys("esc");
    desk.take();
    command(&mut desk);
    assert_eq!(cancels(&mut desk), [first]);
    let second = id(&desk);
    answer(&mut desk, second, 0, Outcome::Exited(0), Some(0));
    answer(&mut desk, second, 1, Outcome::Exited(0), Some(0));
    answer(&mut desk, first, 0, cancelled(None), None);
    assert!(
        desk.said().contains("web-0: not confirmed"),
        "{}",
        desk.said()
    );
    desk.event(Event::Terminate);
    assert!(
        left_behind(&desk).is_none(),
        "the first still ends in web-1"
    );
    answer(&mut desk, first, 1, cancelled(Some(0)), Some(0));
    assert_eq!(left_behind(&desk).map(|names| names.len()), Some(1));
}

#[test]
fn what_was_proven_later_is_not_named_at_the_end() {
    let mut desk = running();
    let run = id(&desk);
    answer(&mut desk, run, 0, Outcome::Lost("reset".into()), None);
    answer(&mut desk, run, 1, Outcome::Exited(0), Some(0));
    desk.event(Event::RunSettled { run, target: 0 });
    desk.take();
    desk.event(Event::Terminate);
    assert_eq!(left_behind(&desk), Some(Vec::new()));
}

/// The pods that a command typed in the panes runs in.
fn ran_from_panes(desk: &mut Desk) -> Vec<String> {
    desk.keys("ctrl-g !");
    desk.typed("id");
    desk.keys("enter");
    let order = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Run(order) => Some(order),
        _ => None,
    });
    let targets = order.unwrap().targets;
    let name = |target: &crate::app::effect::RunTarget| target.target.pod.name.to_string();
    targets.iter().map(name).collect()
}

#[test]
fn a_pane_that_is_out_is_out_of_a_command_for_all_too() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g o");
    assert_eq!(ran_from_panes(&mut desk), ["web-1", "web-2"]);
    assert!(
        desk.said().contains("1 left out: opted out"),
        "{}",
        desk.said()
    );
}

#[test]
fn where_every_pane_is_out_the_focused_one_is_meant() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g o ctrl-g j ctrl-g o");
    assert_eq!(ran_from_panes(&mut desk), ["web-1"]);
}

#[test]
fn a_diff_of_answers_that_are_all_the_same_says_so() {
    let mut desk = running();
    let run = id(&desk);
    for target in 0..2 {
        answer(&mut desk, run, target, Outcome::Exited(0), Some(0));
    }
    desk.keys("d");
    assert_eq!(desk.said(), "nothing differs from the majority");
}
