//! The attack on the guard rails at the console's own doors: every way of reaching many panes or pods times every rule. The rules
//! alone have their table in `session/guard/tests.rs`.

use std::time::Duration;

use crate::app::Effect;
use crate::app::event::{Event, SessionNews};
use crate::app::open::{StartTargets, Target};
use crate::app::overlay::{Demand, Overlay};
use crate::app::testing::Desk;
use crate::config::{Config, Deny, Pattern, Stand};
use crate::session::{Outcome, SessionCommand};

/// A way of reaching panes or pods.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Path {
    Shells,
    KeyToOne,
    PasteToOne,
    LiveKeys,
    GrowingSet,
    GrowingFromList,
    Paste,
    Compose,
    ComposeFirst,
    RunFromList,
    RunFromPanes,
    Command,
    CommandAgain,
    CancelAll,
    InterruptAll,
    CancelOne,
}

/// A rule that is set.
#[derive(Clone, Copy, Debug)]
enum Rail {
    None,
    ReadOnly,
    Protected,
    ProtectedNamespace,
    ConfirmOver,
    MaxTargets,
    Deny,
}

fn config(rail: Rail) -> Config {
    let mut config = Config::default();
    config.file.0 = "config.toml".to_owned();
    match rail {
        Rail::None => {}
        Rail::ReadOnly => {
            config.guard.read_only = true;
            config.guard.read_only_at = Stand::Line(2);
        }
        Rail::Protected => config.guard.protected_contexts = vec![Pattern::new("demo", Some(3))],
        Rail::ProtectedNamespace => {
            config.guard.protected_namespaces = vec![Pattern::new("sh*", Some(4))];
        }
        Rail::ConfirmOver => config.broadcast.confirm_over = 2,
        Rail::MaxTargets => {
            config.broadcast.max_targets = 2;
            config.broadcast.max_targets_at = Stand::Line(5);
        }
        Rail::Deny => config.guard.deny = vec![Deny::new("^rm", 6).unwrap()],
    }
    config
}

/// Three panes without a rule, then the rule, as when the settings file is read again; then the path.
fn tried(path: Path, rail: Rail) -> String {
    let mut desk = Desk::new();
    match path {
        Path::Shells | Path::RunFromList => desk.pods(3),
        Path::Command => {}
        Path::CommandAgain => command(&mut desk),
        _ => desk.shells(3),
    }
    if matches!(path, Path::GrowingSet | Path::GrowingFromList) {
        desk.keys("ctrl-g o ctrl-g b");
    }
    if path == Path::Paste {
        desk.keys("ctrl-g b");
    }
    desk.app.settings.config = config(rail);
    desk.app.notices = crate::app::Notices::default();
    desk.take();
    go(path, &mut desk);
    outcome(path, &mut desk)
}

fn command(desk: &mut Desk) {
    desk.app.pending_targets = Some(StartTargets {
        targets: vec![Target {
            text: "deploy/web".to_owned(),
            workload: Some("deploy".to_owned()),
            name: "web".to_owned(),
        }],
        command: SessionCommand::Argv(vec!["rm".to_owned(), "x".to_owned()]),
        container: None,
    });
    desk.pods(3);
    desk.allow("shop");
    desk.all_live();
    for pane in 0..desk.app.panes.len() {
        let session = desk.session(pane);
        let ended = SessionNews::Ended(Outcome::Lost("no answer".into()));
        desk.event(Event::Session(session, ended));
    }
    for pane in desk.app.panes.values_mut() {
        pane.cancel = None;
    }
}

fn go(path: Path, desk: &mut Desk) {
    let composed = |desk: &mut Desk| {
        desk.keys("ctrl-g B");
        desk.typed("rm x");
        desk.keys("enter");
        desk.pass(Duration::from_secs(1));
    };
    match path {
        Path::Shells => {
            desk.keys("a enter");
            desk.allow("shop");
        }
        Path::KeyToOne => desk.typed("x"),
        Path::PasteToOne | Path::Paste => desk.event(Event::Paste("rm x\nrm y".into())),
        Path::LiveKeys => {
            desk.keys("ctrl-g b");
            if desk.app.overlay().is_none() && desk.app.broadcast_on() {
                desk.typed("x");
            }
        }
        Path::GrowingSet => desk.keys("ctrl-g o"),
        Path::GrowingFromList => desk.keys("ctrl-g g b"),
        Path::Compose => {
            composed(desk);
            desk.keys("enter");
        }
        Path::ComposeFirst => {
            composed(desk);
            desk.keys("f");
        }
        Path::RunFromList => {
            desk.keys("a !");
            desk.typed("rm x");
            desk.keys("enter");
        }
        Path::RunFromPanes => {
            desk.keys("ctrl-g !");
            desk.typed("rm x");
            desk.keys("enter");
        }
        Path::Command => {
            let mut waiting = Desk::new();
            command(&mut waiting);
            waiting.app.settings.config = desk.app.settings.config.clone();
            *desk = Desk::with(desk.app.settings.config.clone());
            command(desk);
        }
        Path::CommandAgain => desk.keys("ctrl-g a"),
        Path::CancelAll => desk.keys("ctrl-g C"),
        Path::InterruptAll => desk.keys("ctrl-g I"),
        Path::CancelOne => desk.keys("ctrl-g c"),
    }
}

/// `does`, `asks …`, or `refused by …`.
fn outcome(path: Path, desk: &mut Desk) -> String {
    let growing = matches!(path, Path::GrowingSet | Path::GrowingFromList);
    let joined = growing
        && desk
            .app
            .broadcast_counts(desk.app.tabs.active().unwrap().id)
            .receiving
            == 3;
    let acted = joined
        || desk.effects.iter().any(|effect| {
            matches!(
                effect,
                Effect::Write { .. } | Effect::Run(_) | Effect::Open(_) | Effect::Interrupt(_)
            )
        });
    let asked = match desk.app.overlay() {
        Some(Overlay::Question(question)) => Some(match &question.demand {
            Demand::Words(words) => format!("asks {}", words.join(" ")),
            Demand::Press(key) => format!("asks for {key}"),
        }),
        _ => None,
    };
    match (acted, asked, desk.said()) {
        (true, None, _) => "does".to_owned(),
        (false, Some(asked), _) => asked,
        (false, None, said) => match said.split_once("refused: ") {
            Some((_, rule)) => format!("refused by {rule}"),
            None => format!("nothing: {said}"),
        },
        (true, Some(asked), _) => format!("acted and {asked}"),
    }
}

#[track_caller]
fn row(rail: Rail, cells: &[(Path, &str)]) {
    for (path, expected) in cells {
        assert_eq!(tried(*path, rail), *expected, "{path:?} under {rail:?}");
    }
}

use Path as P;

#[test]
fn without_rules_only_a_paste_of_lines_asks() {
    row(
        Rail::None,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, "does"),
            (P::GrowingSet, "does"),
            (P::GrowingFromList, "does"),
            (P::Paste, "asks 3"),
            (P::Compose, "does"),
            (P::ComposeFirst, "does"),
            (P::RunFromList, "does"),
            (P::RunFromPanes, "does"),
            (P::Command, "does"),
            (P::CommandAgain, "does"),
            (P::CancelAll, "does"),
            (P::InterruptAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn read_only_refuses_what_starts_or_sends() {
    let refused = "refused by guard.read_only is set (config.toml:2)";
    row(
        Rail::ReadOnly,
        &[
            (P::Shells, refused),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, refused),
            (P::GrowingSet, refused),
            (P::GrowingFromList, refused),
            (P::Paste, refused),
            (P::Compose, refused),
            (P::ComposeFirst, refused),
            (P::RunFromList, refused),
            (P::RunFromPanes, refused),
            (P::Command, refused),
            (P::CommandAgain, refused),
            (P::CancelAll, "does"),
            (P::InterruptAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn a_protected_context_wants_its_name() {
    row(
        Rail::Protected,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, "asks demo"),
            (P::GrowingSet, "asks demo"),
            (P::GrowingFromList, "asks demo"),
            (P::Paste, "asks demo"),
            (P::Compose, "asks demo"),
            (P::ComposeFirst, "asks demo"),
            (P::RunFromList, "asks demo"),
            (P::RunFromPanes, "asks demo"),
            (P::Command, "asks demo"),
            (P::CommandAgain, "asks demo"),
            (P::CancelAll, "does"),
            (P::InterruptAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn a_protected_namespace_wants_its_name() {
    row(
        Rail::ProtectedNamespace,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::LiveKeys, "asks shop"),
            (P::GrowingSet, "asks shop"),
            (P::GrowingFromList, "asks shop"),
            (P::Paste, "asks shop"),
            (P::Compose, "asks shop"),
            (P::ComposeFirst, "asks shop"),
            (P::RunFromList, "asks shop"),
            (P::RunFromPanes, "asks shop"),
            (P::Command, "asks shop"),
            (P::CommandAgain, "asks shop"),
            (P::CancelAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn more_than_confirm_over_wants_the_number_or_a_second_press() {
    row(
        Rail::ConfirmOver,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, "asks 3"),
            (P::GrowingSet, "asks 3"),
            (P::GrowingFromList, "asks 3"),
            (P::Paste, "asks 3"),
            (P::Compose, "asks 3"),
            (P::ComposeFirst, "does"),
            (P::RunFromList, "asks 3"),
            (P::RunFromPanes, "asks 3"),
            (P::Command, "asks 3"),
            (P::CommandAgain, "asks 3"),
            (P::CancelAll, "asks for C"),
            (P::InterruptAll, "asks for I"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn max_targets_limits_all_but_shells_and_cancel() {
    let refused = "refused by 3 targets are more than broadcast.max_targets = 2 (config.toml:5)";
    row(
        Rail::MaxTargets,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, refused),
            (P::GrowingSet, refused),
            (P::GrowingFromList, refused),
            (P::Paste, refused),
            (P::Compose, refused),
            (P::ComposeFirst, "does"),
            (P::RunFromList, refused),
            (P::RunFromPanes, refused),
            (P::Command, refused),
            (P::CommandAgain, refused),
            (P::CancelAll, "does"),
            (P::InterruptAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn deny_refuses_composed_and_run_text_and_no_keys() {
    let refused = "refused by the text matches guard.deny \"^rm\" (config.toml:6)";
    row(
        Rail::Deny,
        &[
            (P::Shells, "does"),
            (P::KeyToOne, "does"),
            (P::PasteToOne, "does"),
            (P::LiveKeys, "does"),
            (P::GrowingSet, "does"),
            (P::Paste, "asks 3"),
            (P::Compose, refused),
            (P::ComposeFirst, refused),
            (P::RunFromList, refused),
            (P::RunFromPanes, refused),
            (P::Command, refused),
            (P::CommandAgain, refused),
            (P::CancelAll, "does"),
            (P::CancelOne, "does"),
        ],
    );
}

#[test]
fn cancel_all_under_here_only_wants_a_second_press_and_says_who_is_not_touched() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g o ctrl-g b ctrl-g C");
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("no question")
    };
    assert!(
        question
            .lines
            .iter()
            .any(|line| line.contains("not touched"))
    );
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Interrupt(_)))
    );
    desk.keys("C");
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Interrupt(_))),
        "deaf"
    );
    desk.pass(Duration::from_secs(1));
    desk.keys("ctrl-g C");
    let interrupted = desk
        .effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Interrupt(_)));
    assert_eq!(interrupted.count(), 2);
}

#[test]
fn a_context_that_left_the_list_is_still_protected() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.app.settings.config = config(Rail::Protected);
    desk.app
        .contexts
        .remove(&crate::ids::ContextName::new(crate::app::testing::CONTEXT));
    desk.keys("ctrl-g b");
    assert!(!desk.app.broadcast_on());
    assert!(matches!(desk.app.overlay(), Some(Overlay::Question(_))));
}

#[test]
fn plain_enter_never_accepts_a_guard_and_esc_always_leaves_it() {
    for path in [
        P::LiveKeys,
        P::Paste,
        P::Compose,
        P::RunFromList,
        P::CancelAll,
    ] {
        let mut desk = Desk::new();
        if path == P::RunFromList {
            desk.pods(3);
        } else {
            desk.shells(3);
        }
        if path == P::Paste {
            desk.keys("ctrl-g b");
        }
        desk.app.settings.config = config(Rail::ConfirmOver);
        go(path, &mut desk);
        desk.pass(Duration::from_secs(1));
        desk.take();
        desk.keys("enter enter");
        assert!(
            matches!(desk.app.overlay(), Some(Overlay::Question(_))),
            "{path:?}"
        );
        assert!(desk.effects.is_empty(), "{path:?}: {:?}", desk.effects);
        desk.keys("esc");
        assert!(desk.app.overlay().is_none(), "{path:?}");
    }
}

#[test]
fn a_guard_takes_no_pastes() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.app.settings.config = config(Rail::Protected);
    desk.keys("ctrl-g b");
    desk.pass(Duration::from_secs(1));
    desk.event(Event::Paste("demo".into()));
    assert!(!desk.app.broadcast_on());
}

#[test]
fn a_pane_that_comes_to_life_while_the_guard_asks_stays_out() {
    let mut desk = Desk::new();
    desk.shells(3);
    let session = desk.session(2);
    desk.event(Event::Session(
        session,
        SessionNews::Silent(crate::app::event::Silence::NoAnswer),
    ));
    desk.app.settings.config = config(Rail::Protected);
    desk.keys("ctrl-g b");
    desk.event(Event::Session(
        session,
        SessionNews::Silent(crate::app::event::Silence::AnswersAgain),
    ));
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    assert!(desk.app.broadcast_on());
    let tab = desk.app.tabs.active().unwrap().id;
    assert_eq!(desk.app.broadcast_counts(tab).receiving, 2);
    assert_eq!(desk.app.broadcast_counts(tab).new_shells.len(), 1);
}
