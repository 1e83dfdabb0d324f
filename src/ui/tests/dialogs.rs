use super::*;
use crate::app::Weight;
use crate::app::bindings::Binding;
use crate::app::event::{ForwardNews, Right, RightsAnswer, RunAnswer};
use crate::ids::ContextName;
use crate::keys::Chord;
use crate::session::Outcome;
use crate::session::forward::{Carried, ContainerPort};

#[test]
fn a_guard_asks_for_the_name() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    desk.keys("ctrl-g b");
    desk.pass(Duration::from_secs(1));
    desk.typed("prod");
    same("guard_80x24", &desk);
}

#[test]
fn a_refusal_offers_the_rest() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 24, 80);
    let mut rows = shop();
    let mut other = row("bill-1", "Running", StatusKind::Ok, 0, DAY);
    other.pod.namespace = "billing".into();
    rows.push(other);
    desk.rows(rows);
    desk.keys("a enter");
    desk.allow("shop");
    desk.event(Event::Rights(RightsAnswer {
        context: ContextName::new("demo"),
        namespace: "billing".into(),
        need: crate::session::rights::Need::Shell,
        right: Right::Missing {
            verbs: vec!["get", "create"],
            user: "user@corp".into(),
        },
    }));
    quiet(&mut desk);
    same("refusal_80x24", &desk);
    sized(&mut desk, 12, 40);
    let shown = frame(&desk);
    for said in [
        "✗ You may not exec in namespace",
        "o    open those 6",
        "y    copy a Role and RoleBinding",
        "     that would allow it",
        "Esc  open nothing",
    ] {
        assert!(shown.contains(said), "{said}\n{shown}");
    }
}

#[test]
fn a_composed_text_shows_what_each_pane_gets() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    desk.keys("ctrl-g B");
    desk.typed("cd /data");
    desk.keys("ctrl-j");
    desk.typed("echo {pod} done");
    same("composer_80x24", &desk);
    desk.keys("enter");
    same("composer_preview_80x24", &desk);
}

#[test]
fn the_palette_finds_actions() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 24, 80);
    desk.keys(":");
    same("palette_80x24", &desk);
    desk.typed("sort");
    same("palette_searched_80x24", &desk);
}

#[test]
fn a_search_of_all_panes_lists_what_it_found() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    desk.output(0, "GET /cart 200\r\nGET /cart/items 500   upstream timeout after 30 s, tried three times, gave up\r\n");
    desk.output(2, "connection to 10.0.3.7 reset: timeout\r\n");
    desk.output(2, &"quiet\r\n".repeat(40));
    desk.keys("ctrl-g / tab");
    desk.typed("timeout");
    same("search_all_typed_80x24", &desk);
    desk.keys("enter");
    same("search_all_80x24", &desk);
    desk.keys("down enter");
    quiet(&mut desk);
    same("search_all_chosen_80x24", &desk);
}

#[test]
fn help_is_the_binding_table() {
    let mut desk = desk_with_shop();
    desk.keys("?");
    same("help_120x40", &desk);
    desk.typed("cancel");
    same("help_searched_120x40", &desk);
}

#[test]
fn a_wide_page_of_keys_has_several_columns() {
    let mut desk = desk_with_shop();
    for (rows, columns, fit, across) in [(60, 191, 1, 1), (60, 200, 2, 2), (100, 300, 3, 2)] {
        sized(&mut desk, rows, columns);
        desk.keys("?");
        let shown = frame(&desk);
        let body = || shown.lines().skip(2).take(usize::from(rows) / 2);
        let widest = body().map(crate::ui::text::width).max().unwrap();
        let least = usize::from(columns) / fit * (across - 1);
        assert!(widest > least, "{columns}:\n{shown}");
        let all = desk
            .app
            .settings
            .keys
            .help_rows(crate::app::Place::List, "");
        let in_sight = |row: &&&Binding| shown.contains(row.help);
        let seen = all.iter().filter(in_sight).count();
        assert_eq!(seen == all.len(), rows == 100, "{columns}:\n{shown}");
        desk.keys("esc");
    }
}

/// The words between two columns of the page's body.
fn between(shown: &str, from: usize, to: usize) -> String {
    // Below the title and the heading of the place.
    let body = shown.lines().skip(2);
    let part = |line: &str| -> String { line.chars().skip(from).take(to - from).collect() };
    let text = body.map(part).collect::<Vec<_>>().join(" ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn no_row_of_help_is_cut() {
    for (rows, columns, keys_to, help_from) in [
        (12, 40, 15, 15),
        (24, 59, 15, 15),
        (24, 80, 21, 21),
        (40, 100, 21, 39),
        (40, 120, 21, 39),
    ] {
        let mut desk = desk_with_shop();
        sized(&mut desk, rows, columns);
        desk.keys("?");
        for binding in desk
            .app
            .settings
            .keys
            .help_rows(crate::app::Place::List, "")
        {
            let shown = frame(&desk);
            let chords = desk.app.settings.keys.chords(binding.place, binding.action);
            let keys: Vec<String> = chords.iter().copied().map(Chord::written).collect();
            let said = between(&shown, help_from, usize::from(columns));
            assert!(said.starts_with(binding.help), "{}:\n{shown}", binding.name);
            let said = between(&shown, 1, keys_to);
            assert!(
                said.starts_with(&keys.join(" ")),
                "{}:\n{shown}",
                binding.name
            );
            desk.keys("down");
        }
    }
}

/// A question about the first pod's ports.
pub(super) fn asked_for_a_port() -> Desk {
    let mut desk = desk_with_shop();
    desk.keys("f");
    desk.event(Event::Rights(RightsAnswer {
        context: ContextName::new("demo"),
        namespace: "shop".into(),
        need: crate::session::rights::Need::Forward,
        right: Right::Allowed,
    }));
    let uid = desk
        .app
        .list
        .current(&desk.app.inventory)
        .unwrap()
        .uid
        .clone();
    let port = |port, name: &str, container: &str| ContainerPort {
        port,
        name: Some(name.into()),
        container: container.into(),
    };
    let ports = vec![port(8080, "http", "app"), port(9090, "metrics", "proxy")];
    desk.event(Event::Ports(uid, Ok(ports)));
    desk
}

fn news(desk: &mut Desk, news: ForwardNews) {
    let id = desk.app.forwards.iter().last().unwrap().id;
    desk.event(Event::Forward(id, news));
}

/// The page over three forwards: one that carries, one whose port is closed in the pod, one without its pod.
pub(super) fn forwards() -> Desk {
    let mut desk = asked_for_a_port();
    desk.keys("enter");
    news(&mut desk, ForwardNews::Listening);
    let carried = Carried {
        open: 2,
        connections: 31,
        to_pod: 5_120,
        from_pod: 3 << 20,
    };
    news(&mut desk, ForwardNews::Carried(carried, None));
    for remote in ["81", "82"] {
        desk.keys("f f");
        desk.typed(&format!("90{remote}:{remote}"));
        desk.keys("enter");
        news(&mut desk, ForwardNews::Listening);
        let why =
            format!("connection refused inside the pod: nothing listens on its port {remote}");
        let carried = Carried {
            connections: 1,
            ..Carried::default()
        };
        news(&mut desk, ForwardNews::Carried(carried, Some(why)));
        desk.keys("esc");
    }
    news(&mut desk, ForwardNews::Ended("the pod is gone".to_owned()));
    desk
}

#[test]
fn a_port_is_asked_for() {
    let mut desk = asked_for_a_port();
    sized(&mut desk, 24, 80);
    same("forward_80x24", &desk);
    desk.keys("enter");
    let why = "127.0.0.1:8080 is taken by another program".to_owned();
    let free = Some(8081);
    news(&mut desk, ForwardNews::NoPort { why, free });
    sized(&mut desk, 12, 40);
    same("forward_taken_40x12", &desk);
}

#[test]
fn forwards_are_marked_in_the_list_and_have_a_page() {
    let mut desk = forwards();
    sized(&mut desk, 24, 80);
    quiet(&mut desk);
    same("forwards_in_the_list_80x24", &desk);
    desk.keys("F");
    same("forwards_80x24", &desk);
    desk.keys("j");
    sized(&mut desk, 12, 40);
    same("forwards_40x12", &desk);
    desk.keys("j");
    sized(&mut desk, 40, 120);
    same("forwards_120x40", &desk);
}

#[test]
fn the_keys_after_the_prefix_pop_up() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g");
    let epoch = desk.app.prefix.map(|prefix| prefix.epoch).unwrap();
    desk.event(Event::Timer(crate::app::event::Timer::WhichKey(epoch)));
    same("which_key_120x40", &desk);
}

pub(super) fn running() -> Desk {
    let mut desk = desk_with_shop();
    desk.keys("a !");
    desk.typed("cat /etc/app/rev");
    desk.keys("enter");
    pass_guard(&mut desk);
    desk.pass(Duration::from_secs(3));
    let run = desk.app.run.as_ref().unwrap().id;
    for target in 0..5 {
        let (outcome, output) = match target {
            0 => (
                Outcome::Exited(1),
                "cat: /etc/app/rev: No such file or directory\n",
            ),
            1 => (Outcome::Exited(0), "5ab1120 2026-09-30\n"),
            _ => (Outcome::Exited(0), "7f3c9e1 2026-10-12\n"),
        };
        let output = output.to_owned();
        let answer = RunAnswer {
            run,
            target,
            outcome,
            output,
            truncated: false,
            seconds: 0.1,
            left: Some(0),
            warning: None,
        };
        desk.event(Event::Answer(answer));
    }
    desk
}

#[test]
fn answers_are_folded() {
    let mut desk = running();
    sized(&mut desk, 24, 80);
    desk.event(Event::Tick);
    same("run_running_80x24", &desk);
    let run = desk.app.run.as_ref().unwrap().id;
    let output = "7f3c9e1 2026-10-12\n".to_owned();
    let answer = RunAnswer {
        run,
        target: 5,
        outcome: Outcome::Exited(0),
        output,
        truncated: false,
        seconds: 0.1,
        left: Some(0),
        warning: None,
    };
    desk.event(Event::Answer(answer));
    sized(&mut desk, 40, 120);
    same("run_done_120x40", &desk);
}

#[test]
fn a_page_of_text_names_its_pod() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 8, 80);
    desk.keys("l");
    same("page_asked_80x8", &desk);
}

#[test]
fn quitting_with_shells_asks() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    desk.keys("ctrl-g q");
    same("quit_80x24", &desk);
}

#[test]
fn a_dialog_shows_its_keys_and_not_what_was_said_before_it() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g d");
    assert!(frame(&desk).contains("lacks a shell"));
    desk.app.say(Weight::Bad, "something failed");
    desk.pass(Duration::from_secs(1));
    desk.keys("ctrl-g B x enter");
    let shown = frame(&desk);
    assert!(shown.contains("Enter sends to 6"), "{shown}");
    desk.pass(Duration::from_secs(1));
    desk.keys("esc esc");
    desk.keys("ctrl-g d");
    let shown = frame(&desk);
    assert!(shown.contains("lacks a shell"), "{shown}");
}

#[test]
fn an_act_takes_a_warning_that_was_there_to_be_read_with_it() {
    let mut desk = desk_with_shells();
    desk.app.say(Weight::Warning, "not built of brick");
    desk.typed("x");
    desk.pass(Duration::from_secs(3));
    desk.typed("x");
    assert!(frame(&desk).contains("of brick"), "typing is no reading");
    desk.keys("ctrl-g o");
    assert!(!frame(&desk).contains("of brick"));
    desk.app.say(Weight::Warning, "not built of brick");
    desk.keys("ctrl-g o");
    assert!(frame(&desk).contains("of brick"), "it came just now");
}

#[test]
fn a_guard_that_asks_for_a_number_does_not_speak_of_a_name() {
    let mut desk = Desk::new();
    desk.app.settings.config.broadcast.confirm_over = 1;
    desk.shells(3);
    desk.keys("ctrl-g b");
    let shown = frame(&desk);
    let line = shown.lines().last().unwrap();
    assert!(line.contains("until the number is right"), "{line}");
}
