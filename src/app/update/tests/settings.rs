use crate::app::event::{Event, SessionNews};
use crate::app::pane::Phase;
use crate::app::testing::Desk;
use std::time::Duration;

use crate::app::{Effect, MouseUse, Settings};
use crate::config::{ColorDepth, Config, Context, Group, ListColumn, Reconnect, Theme};
use crate::inventory::{Column, Usage};
use crate::session::Outcome;

fn reread(desk: &mut Desk, change: impl FnOnce(&mut Config)) {
    let mut settings: Settings = desk.app.settings.clone();
    change(&mut settings.config);
    // As the file says, whatever was picked.
    settings.look.theme = Theme::built_in("dark").unwrap();
    desk.event(Event::Settings(Box::new(Ok(settings))));
}

#[test]
fn wrong_settings_change_nothing_and_say_where() {
    let mut desk = Desk::new();
    let before = desk.app.settings.config.clone();
    let why = "config.toml:3:1: unknown key `listt`".to_owned();
    desk.event(Event::Settings(Box::new(Err(why))));
    assert_eq!(desk.app.settings.config, before);
    assert_eq!(
        desk.said(),
        "settings unchanged: config.toml:3:1: unknown key `listt`"
    );
}

#[test]
fn read_only_that_is_switched_on_ends_running_broadcasts() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    reread(&mut desk, |config| config.guard.read_only = true);
    assert!(!desk.app.broadcast_on());
}

#[test]
fn alias_and_protection_of_an_open_context_follow_the_file() {
    let mut desk = Desk::new();
    reread(&mut desk, |config| {
        let context = Context {
            alias: Some("d".to_owned()),
            protected: Some(true),
            ..Context::default()
        };
        config.contexts.insert("demo".to_owned(), context);
    });
    assert_eq!(desk.app.contexts.open()[0].shown(), "!d");
}

#[test]
fn the_mouse_is_given_back_when_the_file_says_so() {
    let mut desk = Desk::new();
    reread(&mut desk, |config| config.ui.mouse = false);
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Mouse(_)))
    );
}

#[test]
fn panes_are_resized_when_the_list_gets_another_width() {
    let mut desk = Desk::new();
    desk.shells(1);
    reread(&mut desk, |config| config.ui.list_width = 50);
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Resize { .. }))
    );
}

/// A lost shell whose cleanup found nothing left.
fn lost_and_cleaned(reconnect: Reconnect) -> Desk {
    let mut config = Config::default();
    config.shell.reconnect = reconnect;
    let mut desk = Desk::with(config);
    desk.shells(1);
    let session = desk.session(0);
    let lost = SessionNews::Ended(Outcome::Lost("no answer".into()));
    desk.event(Event::Session(session, lost));
    super::cancel::clean_up(&mut desk);
    desk
}

#[test]
fn a_lost_shell_comes_back_by_itself_only_where_that_is_wanted() {
    let ask = lost_and_cleaned(Reconnect::Ask);
    let auto = lost_and_cleaned(Reconnect::Auto);
    let opening = |desk: &Desk| {
        let pane = desk.app.panes.values().next().unwrap();
        matches!(pane.phase, Phase::Opening { .. })
    };
    assert!(!opening(&ask));
    assert!(opening(&auto));
}

fn order(desk: &Desk) -> (&'static str, bool) {
    let spec = desk.app.list.view.spec();
    let grouped = spec.grouping == crate::inventory::Grouping::ByWorkload;
    (spec.order.column.name(), grouped)
}

#[test]
fn every_column_can_be_sorted_by() {
    for name in [
        "context",
        "namespace",
        "pod",
        "ready",
        "status",
        "restarts",
        "age",
        "node",
        "ip",
        "owner",
        "cpu",
        "mem",
        "containers",
    ] {
        let text = format!("[list]\nsort = \"{name}\"\n");
        let desk = Desk::with(Config::parse(&text, "f").unwrap());
        let shown = if name == "pod" { "name" } else { name };
        assert_eq!(order(&desk).0, shown);
    }
}

#[test]
fn order_and_groups_follow_the_file_where_it_changed_and_else_stay_as_the_user_has_them() {
    let mut desk = Desk::new();
    desk.keys("w");
    reread(&mut desk, |config| {
        config.list.sort.column = ListColumn::Age;
    });
    assert_eq!(order(&desk), ("age", true));
    desk.keys("o");
    let chosen = order(&desk);
    reread(&mut desk, |config| config.ui.list_width = 50);
    assert_eq!(order(&desk), chosen);
    reread(&mut desk, |config| config.list.group = Group::Workload);
    reread(&mut desk, |config| config.list.group = Group::None);
    assert_eq!(order(&desk), (chosen.0, false));
}

#[test]
fn what_the_user_released_and_picked_outlives_a_change_of_something_else() {
    let mut desk = Desk::new();
    desk.shells(1);
    desk.keys("ctrl-g m");
    super::super::settings::use_theme(&mut desk.app, "light");
    let light = Theme::built_in("light").unwrap().at_depth(ColorDepth::True);
    reread(&mut desk, |config| config.ui.list_width = 50);
    assert_eq!(desk.app.mouse, MouseUse::Released);
    assert_eq!(desk.app.settings.look.theme, light);
    reread(&mut desk, |config| {
        config.ui.theme = "dark".to_owned();
        config.ui.max_fps = 30;
    });
    assert_eq!(
        desk.app.settings.look.theme,
        Theme::built_in("dark").unwrap()
    );
    assert_eq!(desk.app.mouse, MouseUse::Released);
}

#[test]
fn settings_that_wait_for_something_are_named() {
    let mut desk = Desk::new();
    reread(&mut desk, |config| config.ui.list_width = 50);
    assert_eq!(desk.said(), "settings read again");
    reread(&mut desk, |config| {
        config.shell.command = vec!["zsh".to_owned()];
        config.history.lines = 5;
    });
    assert_eq!(
        desk.said(),
        "settings read again; for new shells: shell.command, history.lines"
    );
    reread(&mut desk, |config| {
        config.timeouts.request = Duration::from_secs(5);
        config.shell.term = "xterm".to_owned();
        config.audit.enabled = false;
        config.list.namespaces = vec!["shop".to_owned()];
    });
    assert_eq!(
        desk.said(),
        "settings read again; from the next start: timeouts.request, list.namespaces, audit.enabled; for new shells: shell.term"
    );
}

#[test]
fn what_is_as_it_was_at_the_start_waits_for_no_start() {
    let mut desk = Desk::new();
    reread(&mut desk, |config| config.audit.enabled = false);
    reread(&mut desk, |config| config.audit.enabled = true);
    assert_eq!(desk.said(), "settings read again");
}

#[test]
fn a_broadcast_that_switches_itself_off_says_after_how_long() {
    for (limit, words) in [(90, "90 s"), (600, "10 min"), (2, "2 s")] {
        let mut config = Config::default();
        config.broadcast.idle_off = Some(Duration::from_secs(limit));
        let mut desk = Desk::with(config);
        desk.shells(2);
        desk.keys("ctrl-g b");
        desk.pass(Duration::from_secs(limit));
        desk.event(Event::Tick);
        assert_eq!(
            desk.said(),
            format!("broadcast switched itself off after {words} without a key")
        );
    }
}

#[test]
fn use_is_asked_for_while_its_columns_can_be_seen() {
    let mut desk = Desk::new();
    desk.pods(1);
    let asked = |desk: &mut Desk| {
        let effects = desk.take();
        effects.into_iter().rev().find_map(|effect| match effect {
            Effect::Measure { scopes, .. } => Some(scopes.len()),
            _ => None,
        })
    };
    desk.app.measuring.clear();
    desk.event(Event::Tick);
    assert_eq!(asked(&mut desk), Some(1));
    desk.keys("enter");
    desk.allow("shop");
    assert_eq!(asked(&mut desk), Some(0), "panes cover the wide list");
    let mut without = Desk::new();
    without.app.settings.config.list.columns = vec![ListColumn::Pod];
    without.pods(1);
    assert_eq!(asked(&mut without), None);
}

#[test]
fn figures_fill_the_rows_outlive_an_update_and_can_be_sorted_by() {
    let mut desk = Desk::new();
    desk.pods(3);
    let figures = |cpus: [u32; 3], desk: &Desk| {
        let rows = desk.app.inventory.iter().map(|row| row.pod.clone());
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        let used = rows.into_iter().zip(cpus).map(|(pod, cpu_millicores)| {
            (
                pod,
                Usage {
                    cpu_millicores,
                    memory_kib: 1024,
                },
            )
        });
        Event::Figures(used.collect())
    };
    let event = figures([5, 90, 30], &desk);
    desk.event(event);
    desk.pods(3);
    assert!(desk.app.inventory.iter().all(|row| row.usage.is_some()));
    crate::app::update::list::respec(&mut desk.app, |spec| spec.order.column = Column::Cpu);
    let names: Vec<String> = desk
        .app
        .list
        .view
        .pods(&desk.app.inventory)
        .map(|row| row.pod.name.to_string())
        .collect();
    assert_eq!(names, ["web-1", "web-2", "web-0"]);
}
