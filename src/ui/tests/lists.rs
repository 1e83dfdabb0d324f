use super::*;
use crate::app::testing::watch_key;
use crate::ids::ContextName;
use crate::inventory::{Scope, WatchKey};
use crate::inventory::{WatchMessage, WatchState};

#[test]
fn list_alone_wide() {
    let mut desk = desk_with_shop();
    desk.keys("w j a");
    same("list_120x40", &desk);
}

#[test]
fn list_alone_narrow() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 24, 80);
    desk.keys("space space");
    same("list_80x24", &desk);
}

#[test]
fn a_filter_that_hides_marks_counts_them() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 24, 80);
    desk.keys("space /");
    desk.typed("4kq2p");
    same("filter_typed_80x24", &desk);
    desk.keys("enter");
    same("filter_kept_80x24", &desk);
}

#[test]
fn a_filter_without_a_match_says_how_to_go_on() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 12, 60);
    desk.keys("/");
    desk.typed("nothing");
    desk.keys("enter");
    same("filter_without_match_60x12", &desk);
}

#[test]
fn a_forbidden_watch_names_the_right() {
    let mut desk = Desk::new();
    sized(&mut desk, 12, 80);
    let forbidden = || WatchState::Forbidden {
        verb: "list".into(),
        resource: "pods".into(),
        namespace: None,
        user: "ann".into(),
    };
    desk.event(Event::Watch(watch_key(), WatchMessage::State(forbidden())));
    // Asked for all namespaces in vain, the console watches the context's own one.
    let own: Vec<_> = desk.app.watches.keys().cloned().collect();
    for key in own {
        desk.event(Event::Watch(key, WatchMessage::State(forbidden())));
    }
    quiet(&mut desk);
    same("list_forbidden_80x12", &desk);
}

#[test]
fn a_first_list_says_that_it_is_under_way() {
    let mut desk = Desk::new();
    sized(&mut desk, 8, 60);
    desk.event(Event::Watch(
        watch_key(),
        WatchMessage::State(WatchState::Listing),
    ));
    same("list_listing_60x8", &desk);
}

#[test]
fn a_watch_that_is_cut_counts_down() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 12, 80);
    quiet(&mut desk);
    let until = desk.app.now + Duration::from_secs(8);
    let state = WatchState::Reconnecting {
        until,
        attempt: 2,
        reason: "reset".into(),
    };
    desk.event(Event::Watch(watch_key(), WatchMessage::State(state)));
    same("list_reconnecting_80x12", &desk);
}

/// The shop in a protected context, and two more contexts that are connected.
pub(super) fn three_contexts() -> Desk {
    let mut desk = desk_with_shop();
    let first = desk.app.contexts.open()[0].clone();
    for (color, name, protected) in [(1, "eu", false), (2, "us", false)] {
        let mut context = first.clone();
        context.name = ContextName::new(name);
        context.short = name.to_owned();
        (context.color, context.protected) = (color, protected);
        let key = WatchKey {
            context: context.name.clone(),
            scope: Scope::All,
        };
        desk.app.watches.insert(key, WatchState::Live);
        desk.app.contexts.add(context);
    }
    desk
}

#[test]
fn several_contexts_are_named_everywhere() {
    let mut desk = three_contexts();
    desk.keys("a");
    quiet(&mut desk);
    let until = desk.app.now + Duration::from_secs(8);
    let state = WatchState::Reconnecting {
        until,
        attempt: 2,
        reason: "reset".into(),
    };
    desk.event(Event::Watch(watch_key(), WatchMessage::State(state)));
    sized(&mut desk, 12, 120);
    same("contexts_list_120x12", &desk);
    desk.keys("enter");
    desk.allow("shop");
    desk.all_live();
    quiet(&mut desk);
    sized(&mut desk, 24, 120);
    same("contexts_panes_120x24", &desk);
}

#[test]
fn the_demo_says_why_its_shells_are_simulated() {
    let mut desk = desk_with_shop();
    desk.app.shells_note = Some("simulated shells: no user namespaces here".to_owned());
    sized(&mut desk, 5, 120);
    same("demo_note_120x5", &desk);
    sized(&mut desk, 5, 80);
    same("demo_note_80x5", &desk);
}

#[test]
fn ascii_has_all_the_marks() {
    let mut desk = desk_with_shop();
    desk.app.settings.look.ascii = true;
    sized(&mut desk, 12, 100);
    desk.keys("w j a");
    same("list_ascii_100x12", &desk);
}

#[test]
fn a_narrow_terminal_shows_the_status_rather_than_the_namespace() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 12, 40);
    same("list_40x12", &desk);
}

#[test]
fn the_title_never_cuts_how_many_are_marked() {
    for (columns, filter) in [
        (40, "4kq2p"),
        (50, "4kq2p !7hhzn"),
        (60, "4kq2p !7hhzn !9xw4t !zz81k"),
    ] {
        let mut desk = desk_with_shop();
        sized(&mut desk, 12, columns);
        desk.keys("a /");
        desk.typed(filter);
        desk.keys("enter");
        let shown = frame(&desk);
        let title = shown.lines().next().unwrap();
        let hidden = desk.app.list.marked_hidden();
        assert!(hidden > 0, "{title}");
        assert!(
            title.contains(&format!("6 marked, {hidden} not shown")),
            "{title}"
        );
    }
}

#[test]
fn a_user_who_may_not_list_all_is_told_so_in_one_line_and_finds_the_own_namespace_again() {
    let mut desk = Desk::new();
    sized(&mut desk, 24, 80);
    let forbidden = WatchState::Forbidden {
        verb: "list".into(),
        resource: "pods".into(),
        namespace: None,
        user: "ann".into(),
    };
    desk.event(Event::Watch(
        watch_key(),
        WatchMessage::State(forbidden.clone()),
    ));
    let line = frame(&desk).lines().last().unwrap().to_owned();
    assert!(line.contains("n chooses others"), "{line}");
    desk.keys("0");
    desk.event(Event::Watch(watch_key(), WatchMessage::State(forbidden)));
    desk.keys("n");
    let shown = frame(&desk);
    assert!(
        shown.lines().any(|line| line.contains("│    shop ")),
        "{shown}"
    );
}
