//! The attack on the guard rails at the console's own doors: every way of reaching many panes or pods times every rule. The rules
//! alone have their table in `session/guard/tests.rs`; `podmux run`, `leaks` and `reap` have theirs in `tests/integration/headless.rs`.

use std::time::Duration;

use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use rstest::rstest;

use crate::app::Effect;
use crate::app::event::{Event, RunAnswer, SessionNews};
use crate::app::open::{StartTargets, Target};
use crate::app::overlay::{Demand, Overlay};
use crate::app::testing::Desk;
use crate::config::{Config, Deny, Pattern, Reconnect, Stand};
use crate::session::{Outcome, SessionCommand};

/// A way of reaching panes or pods.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Path {
    Shells,
    ShellTabs,
    ShellSplits,
    ShellsInContainer,
    ShellsFromPalette,
    HiddenMarks,
    HiddenMarksAnswered,
    Targets,
    ShellsInAnswers,
    NewSession,
    RestartLost,
    Follow,
    ReconnectAuto,
    KeyToOne,
    MouseToOne,
    PasteToOne,
    LiveKeys,
    LiveKeysFromPalette,
    GrowingSet,
    GrowingFromList,
    Paste,
    PasteToLastReceiver,
    PasteHereOnly,
    Compose,
    ComposeEdited,
    ComposeFromPalette,
    ComposeFirst,
    ComposeRest,
    RunFromList,
    RunFromPalette,
    RunFromPanes,
    RunAgain,
    Command,
    CommandAgain,
    NewCommand,
    DebugContainer,
    CancelAll,
    InterruptAll,
    CancelAllHereOnly,
    InterruptAllHereOnly,
    CancelOne,
    InterruptOne,
    Close,
    CancelRun,
    EndProcess,
    Forward,
    ForwardAnswered,
    StopForward,
    Leaks,
    Quit,
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

const RAILS: [Rail; 7] = [
    Rail::None,
    Rail::ReadOnly,
    Rail::Protected,
    Rail::ProtectedNamespace,
    Rail::ConfirmOver,
    Rail::MaxTargets,
    Rail::Deny,
];

fn config(rail: Rail) -> Config {
    let mut config = Config::default();
    config.file.0 = "config.toml".to_owned();
    config.shell.debug_image = "busybox".to_owned();
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
    prepare(path, &mut desk);
    desk.app.settings.config = config(rail);
    desk.app.notices = crate::app::Notices::default();
    desk.take();
    go(path, &mut desk);
    outcome(path, &mut desk)
}

/// What was there before the rule.
#[expect(clippy::too_many_lines, reason = "one arm per path")]
fn prepare(path: Path, desk: &mut Desk) {
    match path {
        Path::Shells
        | Path::ShellTabs
        | Path::ShellSplits
        | Path::ShellsInContainer
        | Path::ShellsFromPalette
        | Path::RunFromList
        | Path::RunFromPalette
        | Path::Leaks
        | Path::Forward => desk.pods(3),
        Path::HiddenMarks | Path::HiddenMarksAnswered => {
            desk.pods(3);
            desk.keys("a /");
            desk.typed("web-1");
            desk.keys("enter");
        }
        Path::ReconnectAuto => {
            desk.app.settings.config.shell.reconnect = Reconnect::Auto;
            desk.shells(3);
            let lost = SessionNews::Ended(Outcome::Lost("no answer".into()));
            desk.event(Event::Session(desk.session(0), lost));
        }
        Path::MouseToOne => {
            desk.shells(3);
            desk.output(0, "\x1b[?1000h\x1b[?1006h");
        }
        Path::ShellsInAnswers | Path::RunAgain | Path::CancelRun => {
            desk.pods(3);
            run(desk, "a !");
            if path != Path::CancelRun {
                answered(desk);
            }
        }
        Path::EndProcess => super::leaks::found_one(desk),
        Path::ForwardAnswered => super::forward::ask(desk),
        Path::StopForward => super::forward::open(desk),
        Path::Command | Path::Targets => {}
        Path::CommandAgain | Path::NewCommand => {
            command(desk);
            desk.all_live();
            lost(desk);
        }
        Path::RestartLost => {
            desk.shells(3);
            lost(desk);
        }
        Path::NewSession => {
            desk.shells(3);
            let (session, exited) = (desk.session(0), Outcome::Exited(0));
            desk.event(Event::Session(session, SessionNews::Ended(exited)));
        }
        Path::DebugContainer => {
            desk.shells(3);
            without_shell(desk);
        }
        Path::GrowingSet | Path::GrowingFromList | Path::PasteHereOnly => {
            shells(desk, 3, "ctrl-g o ctrl-g b");
        }
        Path::CancelAllHereOnly | Path::InterruptAllHereOnly => {
            shells(desk, 4, "ctrl-g o ctrl-g b");
        }
        Path::Paste => shells(desk, 3, "ctrl-g b"),
        Path::PasteToLastReceiver => {
            shells(desk, 3, "ctrl-g b ctrl-g o ctrl-g l ctrl-g o ctrl-g j");
        }
        Path::ComposeRest => {
            desk.shells(3);
            composed(desk);
            desk.keys("f");
            desk.pass(Duration::from_secs(3));
        }
        Path::Follow
        | Path::KeyToOne
        | Path::PasteToOne
        | Path::LiveKeys
        | Path::LiveKeysFromPalette
        | Path::Compose
        | Path::ComposeEdited
        | Path::ComposeFromPalette
        | Path::ComposeFirst
        | Path::RunFromPanes
        | Path::CancelAll
        | Path::InterruptAll
        | Path::CancelOne
        | Path::InterruptOne
        | Path::Quit
        | Path::Close => desk.shells(3),
    }
}

fn shells(desk: &mut Desk, count: usize, keys: &str) {
    desk.shells(count);
    desk.keys(keys);
}

fn run(desk: &mut Desk, keys: &str) {
    desk.keys(keys);
    desk.typed("rm x");
    desk.keys("enter");
}

fn composed(desk: &mut Desk) {
    desk.keys("ctrl-g B");
    desk.typed("rm x");
    desk.keys("enter");
    desk.pass(Duration::from_secs(1));
}

fn answered(desk: &mut Desk) {
    let run = desk.app.run.as_ref().unwrap().id;
    for target in 0..3 {
        desk.event(Event::Answer(RunAnswer {
            run,
            target,
            outcome: Outcome::Exited(0),
            output: String::new(),
            truncated: false,
            seconds: 1.0,
            left: Some(0),
            warning: None,
        }));
    }
}

fn command(desk: &mut Desk) {
    let words = ["rm", "x"].map(str::to_owned).to_vec();
    target(desk, SessionCommand::Argv(words));
}

/// `podmux deploy/web`, with a command or without.
fn target(desk: &mut Desk, command: SessionCommand) {
    desk.app.pending_targets = Some(StartTargets {
        targets: vec![Target {
            text: "deploy/web".to_owned(),
            workload: Some("deploy".to_owned()),
            name: "web".to_owned(),
        }],
        command,
        container: None,
    });
    desk.pods(3);
    desk.allow("shop");
}

/// Every session is lost, and cleaned up.
fn lost(desk: &mut Desk) {
    for pane in 0..desk.app.panes.len() {
        let session = desk.session(pane);
        let ended = SessionNews::Ended(Outcome::Lost("no answer".into()));
        desk.event(Event::Session(session, ended));
    }
    for pane in desk.app.panes.values_mut() {
        pane.cancel = None;
    }
}

fn without_shell(desk: &mut Desk) {
    for pane in 0..desk.app.panes.len() {
        let id = desk.pane(pane);
        desk.app.panes.get_mut(&id).unwrap().handshake = None;
        let why = "exec: \"/bin/sh\": stat /bin/sh: no such file or directory";
        let ended = SessionNews::Ended(Outcome::StartFailed(why.into()));
        desk.event(Event::Session(desk.session(pane), ended));
    }
}

#[expect(clippy::too_many_lines, reason = "one arm per path")]
fn go(path: Path, desk: &mut Desk) {
    match path {
        Path::Shells => {
            desk.keys("a enter");
            desk.allow("shop");
        }
        Path::ShellTabs | Path::ShellSplits => {
            desk.keys(if path == Path::ShellTabs {
                "a t"
            } else {
                "a v"
            });
            desk.allow("shop");
        }
        Path::ShellsInContainer => {
            desk.keys("a C enter");
            desk.allow("shop");
        }
        Path::ShellsFromPalette => {
            palette(desk, "a :", "shells");
            desk.allow("shop");
        }
        Path::HiddenMarksAnswered => {
            desk.keys("enter");
            desk.pass(Duration::from_secs(1));
            desk.keys("y");
            desk.allow("shop");
        }
        Path::Targets => {
            *desk = Desk::with(desk.app.settings.config.clone());
            target(desk, SessionCommand::Shell(vec!["sh".to_owned()]));
        }
        Path::ReconnectAuto => desk.event(Event::ContainerGone(desk.session(0))),
        Path::MouseToOne => click(desk),
        Path::ShellsInAnswers => {
            desk.keys("s");
            desk.allow("shop");
        }
        Path::NewSession | Path::NewCommand => desk.keys("ctrl-g r"),
        Path::RestartLost | Path::CommandAgain => desk.keys("ctrl-g a"),
        Path::Follow => desk.pods(4),
        Path::KeyToOne => desk.typed("x"),
        Path::PasteToOne | Path::Paste | Path::PasteToLastReceiver | Path::PasteHereOnly => {
            desk.event(Event::Paste("rm x\nrm y".into()));
        }
        Path::LiveKeys | Path::LiveKeysFromPalette => {
            match path {
                Path::LiveKeys => desk.keys("ctrl-g b"),
                _ => palette(desk, "ctrl-g :", "broadcast"),
            }
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
        Path::ComposeEdited => {
            desk.keys("ctrl-g B ctrl-o");
            desk.event(Event::Edited(Ok("rm x\n".into())));
            desk.keys("enter");
            desk.pass(Duration::from_secs(1));
            desk.keys("enter");
        }
        Path::ComposeFromPalette => {
            palette(desk, "ctrl-g :", "compose");
            desk.typed("rm x");
            desk.keys("enter");
            desk.pass(Duration::from_secs(1));
            desk.keys("enter");
        }
        Path::ComposeFirst => {
            composed(desk);
            desk.keys("f");
        }
        Path::ComposeRest => {
            desk.keys("ctrl-g B");
            desk.pass(Duration::from_secs(1));
            desk.keys("enter");
        }
        Path::RunFromList => run(desk, "a !"),
        Path::RunFromPanes => run(desk, "ctrl-g !"),
        Path::RunFromPalette => {
            palette(desk, "a :", "run");
            desk.typed("rm x");
            desk.keys("enter");
        }
        Path::Leaks => desk.keys("L"),
        Path::Quit => desk.keys("ctrl-g q"),
        Path::RunAgain => desk.keys("R"),
        Path::Command => {
            *desk = Desk::with(desk.app.settings.config.clone());
            command(desk);
        }
        Path::DebugContainer => {
            desk.keys("ctrl-g d");
            super::debug_container::allow(desk);
        }
        Path::Forward => super::forward::ask(desk),
        Path::ForwardAnswered | Path::HiddenMarks => desk.keys("enter"),
        Path::StopForward => desk.keys("f x"),
        Path::CancelAll | Path::CancelAllHereOnly => desk.keys("ctrl-g C"),
        Path::InterruptAll | Path::InterruptAllHereOnly => desk.keys("ctrl-g I"),
        Path::CancelOne => desk.keys("ctrl-g c"),
        Path::InterruptOne => desk.keys("ctrl-g i"),
        Path::Close | Path::EndProcess | Path::CancelRun => desk.keys(match path {
            Path::Close => "ctrl-g x",
            _ => "x",
        }),
    }
}

/// An action by its name.
fn palette(desk: &mut Desk, keys: &str, name: &str) {
    desk.keys(keys);
    desk.typed(name);
    desk.keys("enter");
}

/// A click into the focused pane, whose program has asked for the mouse.
fn click(desk: &mut Desk) {
    let inner = desk.app.layout.panes.first().unwrap().inner;
    desk.event(Event::Mouse(MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column: inner.x,
        row: inner.y,
        modifiers: KeyModifiers::NONE,
    }));
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
                Effect::Write { .. }
                    | Effect::Run(_)
                    | Effect::Open(_)
                    | Effect::Interrupt(_)
                    | Effect::AddDebugContainer(_)
                    | Effect::CancelRun(_)
                    | Effect::EndProcess { .. }
                    | Effect::AskPorts { .. }
                    | Effect::Forward(_)
                    | Effect::EndForward(_)
                    | Effect::Census { .. }
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

/// A cell in full: `ok`, `no`, `name`, `number`, `one`, `twice` and `yes` stand for what the rule of their column makes of them.
fn expected(cell: &str, rail: Rail, path: Path) -> String {
    match (cell, rail) {
        ("ok", _) => "does",
        ("yes", _) => "asks for y",
        ("number", _) => "asks 3",
        ("one", _) => "asks 1",
        ("twice", _) => match path {
            Path::InterruptAll | Path::InterruptAllHereOnly => "asks for I",
            _ => "asks for C",
        },
        ("name", Rail::Protected) => "asks demo",
        ("name", Rail::ProtectedNamespace) => "asks shop",
        ("no", Rail::ReadOnly) => match path {
            // Nobody pressed a key for it: what is not allowed is said of the pod.
            Path::Follow => {
                "nothing: web-3: no shell: the guard rails do not let it open by itself"
            }
            Path::ReconnectAuto => {
                "nothing: the guard rails do not let a new session open by itself"
            }
            _ => "refused by guard.read_only is set (config.toml:2)",
        },
        ("no", Rail::MaxTargets) => {
            "refused by 3 targets are more than broadcast.max_targets = 2 (config.toml:5)"
        }
        ("no", Rail::Deny) => "refused by the text matches guard.deny \"^rm\" (config.toml:6)",
        (_, _) => panic!("{cell} under {rail:?}"),
    }
    .to_owned()
}

use Path as P;

/// Rows: paths. Columns: no rule; `read_only`; a protected context; a protected namespace; three targets over `confirm_over = 2`; over
/// `max_targets = 2`; a text that is denied.
#[rstest]
#[case(P::Shells, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ShellTabs, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ShellSplits, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ShellsInContainer, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ShellsFromPalette, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::HiddenMarks, ["yes", "yes", "yes", "yes", "yes", "yes", "yes"])]
#[case(P::HiddenMarksAnswered, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Targets, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ShellsInAnswers, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::NewSession, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::RestartLost, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Follow, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ReconnectAuto, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::MouseToOne, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::KeyToOne, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::PasteToOne, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::LiveKeys, ["ok", "no", "name", "name", "number", "no", "ok"])]
#[case(P::LiveKeysFromPalette, ["ok", "no", "name", "name", "number", "no", "ok"])]
#[case(P::GrowingSet, ["ok", "no", "name", "name", "number", "no", "ok"])]
#[case(P::GrowingFromList, ["ok", "no", "name", "name", "number", "no", "ok"])]
#[case(P::Paste, ["number", "no", "name", "name", "number", "no", "number"])]
#[case(P::PasteToLastReceiver, ["one", "no", "name", "name", "one", "one", "one"])]
#[case(P::PasteHereOnly, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Compose, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::ComposeEdited, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::ComposeFromPalette, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::ComposeFirst, ["ok", "no", "name", "name", "ok", "ok", "no"])]
#[case(P::ComposeRest, ["ok", "no", "name", "name", "ok", "ok", "no"])]
#[case(P::RunFromList, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::RunFromPalette, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::RunFromPanes, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::RunAgain, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::Command, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::CommandAgain, ["ok", "no", "name", "name", "number", "no", "no"])]
#[case(P::NewCommand, ["ok", "no", "name", "name", "ok", "ok", "no"])]
#[case(P::DebugContainer, ["yes", "no", "name", "name", "number", "no", "yes"])]
#[case(P::CancelAll, ["ok", "ok", "ok", "ok", "twice", "ok", "ok"])]
#[case(P::InterruptAll, ["ok", "ok", "ok", "ok", "twice", "ok", "ok"])]
#[case(P::CancelAllHereOnly, ["twice", "twice", "twice", "twice", "twice", "twice", "twice"])]
#[case(P::InterruptAllHereOnly, ["twice", "twice", "twice", "twice", "twice", "twice", "twice"])]
#[case(P::CancelOne, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::InterruptOne, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Close, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::CancelRun, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::EndProcess, ["yes", "yes", "yes", "yes", "yes", "yes", "yes"])]
#[case(P::Forward, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::ForwardAnswered, ["ok", "no", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::StopForward, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Leaks, ["ok", "ok", "ok", "ok", "ok", "ok", "ok"])]
#[case(P::Quit, ["yes", "yes", "yes", "yes", "yes", "yes", "yes"])]
fn every_path_meets_every_rule(#[case] path: Path, #[case] cells: [&str; 7]) {
    for (rail, cell) in RAILS.into_iter().zip(cells) {
        let wanted = expected(cell, rail, path);
        assert_eq!(tried(path, rail), wanted, "{path:?} under {rail:?}");
    }
}

/// Ways that look like sending, and reach no pane and no pod: with broadcast on, whatever rule is set.
#[rstest]
#[case::paste_into_the_list(|desk: &mut Desk| {
    desk.keys("ctrl-g g");
    desk.event(Event::Paste("rm x\nrm y\n".into()));
})]
#[case::paste_into_a_prompt(|desk: &mut Desk| {
    desk.keys("ctrl-g !");
    desk.event(Event::Paste("rm x\nrm y\n".into()));
})]
#[case::paste_into_the_composer(|desk: &mut Desk| {
    desk.keys("ctrl-g B");
    desk.event(Event::Paste("rm x\nrm y\n".into()));
})]
#[case::paste_into_the_palette(|desk: &mut Desk| {
    desk.keys("ctrl-g :");
    desk.event(Event::Paste("quit\n".into()));
})]
#[case::keys_in_the_finder(|desk: &mut Desk| {
    desk.keys("ctrl-g f");
    desk.typed("web-2");
    desk.keys("enter");
})]
#[case::keys_in_scroll_mode(|desk: &mut Desk| {
    desk.keys("ctrl-g [");
    desk.typed("jkhl");
})]
#[case::keys_in_help(|desk: &mut Desk| {
    desk.keys("ctrl-g ?");
    desk.typed("rm");
})]
#[case::an_unknown_key_after_the_prefix(|desk: &mut Desk| desk.keys("ctrl-g ctrl-e"))]
#[case::a_click_into_a_shell(click)]
#[case::a_click_that_brings_the_focus(|desk: &mut Desk| {
    desk.output(0, "\x1b[?1000h\x1b[?1006h");
    desk.keys("ctrl-g l");
    click(desk);
})]
#[case::the_editor_of_the_composer(|desk: &mut Desk| {
    desk.keys("ctrl-g B ctrl-o esc");
    desk.event(Event::Edited(Ok("rm x\n".into())));
})]
fn ways_that_reach_nobody(#[case] way: fn(&mut Desk)) {
    for rail in RAILS {
        let mut desk = Desk::new();
        desk.shells(3);
        desk.keys("ctrl-g b");
        desk.app.settings.config = config(rail);
        desk.take();
        way(&mut desk);
        let reaches = |effect: &&Effect| {
            matches!(
                effect,
                Effect::Write { .. } | Effect::Run(_) | Effect::Open(_) | Effect::Interrupt(_)
            )
        };
        let reached: Vec<&Effect> = desk.effects.iter().filter(reaches).collect();
        assert!(reached.is_empty(), "{rail:?}: {reached:?}");
        assert!(desk.app.quit.is_none());
    }
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

/// Who is meant stands on the first line: how many in which context, or their names.
#[rstest]
#[case(P::LiveKeys)]
#[case(P::GrowingSet)]
#[case(P::Paste)]
#[case(P::Compose)]
#[case(P::ComposeFirst)]
#[case(P::RunFromList)]
#[case(P::RunAgain)]
#[case(P::Command)]
#[case(P::DebugContainer)]
#[case(P::CancelAllHereOnly)]
#[case(P::HiddenMarks)]
#[case(P::EndProcess)]
#[case(P::Quit)]
fn a_question_names_its_targets_on_its_first_line(#[case] path: Path) {
    let mut desk = Desk::new();
    prepare(path, &mut desk);
    desk.app.settings.config = config(Rail::Protected);
    go(path, &mut desk);
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("{path:?}: no question")
    };
    let first = question.lines.first().unwrap();
    let counted = first.contains("demo 3") || first.contains("demo 1");
    assert!(counted || first.contains("web-"), "{path:?}: {first}");
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

#[test]
fn the_enter_behind_a_typed_word_goes_nowhere() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    desk.event(Event::Paste("one\rtwo\r".into()));
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("a paste of several lines asks");
    };
    assert!(question.title.contains("2 lines"), "{}", question.title);
    desk.pass(Duration::from_secs(1));
    desk.typed("3");
    assert_eq!(desk.written().len(), 3);
    desk.take();
    desk.keys("enter");
    assert!(desk.written().is_empty(), "{:?}", desk.written());
    desk.keys("enter");
    assert_eq!(desk.written().len(), 3, "only the first one");
}
