use crate::app::overlay::Overlay;
use crate::app::overlay::prompt::{PromptKind, Saved};
use crate::app::testing::{Desk, container, pod};
use crate::app::{Effect, Weight};
use crate::inventory::PodRow;

/// Shells in three pods, the focus on the third, the list's cursor on the first.
fn desk() -> Desk {
    let two = |name: &str| PodRow {
        containers: Box::new([container("app"), container("proxy")]),
        default_container: Some("app".into()),
        ..pod(name)
    };
    let mut desk = Desk::new();
    desk.rows(["web-0", "web-1", "web-2"].map(two).to_vec());
    desk.keys("a enter");
    desk.allow("shop");
    desk.all_live();
    desk.keys("ctrl-g g g tab");
    desk.app.tabs.jump_to(desk.pane(2));
    desk.take();
    desk
}

fn choose(desk: &mut Desk, name: &str) {
    desk.keys("ctrl-g :");
    desk.typed(name);
    desk.keys("enter");
}

fn fetched(desk: &mut Desk) -> Vec<String> {
    let fetched = |effect| match effect {
        Effect::Fetch { pod, .. } => Some(pod.name.to_string()),
        _ => None,
    };
    desk.take().into_iter().filter_map(fetched).collect()
}

#[test]
fn pages_asked_for_in_a_pane_are_about_its_pod() {
    for name in ["logs", "describe", "yaml", "events"] {
        let mut desk = desk();
        choose(&mut desk, name);
        assert_eq!(fetched(&mut desk), ["web-2"], "{name}");
    }
}

#[test]
fn the_name_copied_in_a_pane_is_that_of_its_pod() {
    let mut desk = desk();
    choose(&mut desk, "copy-name");
    let copied = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Copy { text } => Some(text),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("web-2"));
}

#[test]
fn shells_asked_for_in_a_pane_are_another_one_in_its_pod() {
    let mut desk = desk();
    choose(&mut desk, "shell-splits");
    let opened: Vec<String> = desk
        .take()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Open(opening) => Some(opening.target.pod.name.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(opened, ["web-2"]);
    assert_eq!(desk.app.panes.len(), 4);
}

#[test]
fn marks_and_opt_outs_chosen_in_a_pane_are_of_its_pod() {
    let mut desk = desk();
    choose(&mut desk, "mark");
    let marked = desk.app.list.targets(&desk.app.inventory);
    assert_eq!(marked, [pod("web-2").uid]);
    let mut desk = self::desk();
    choose(&mut desk, "opt-out-pods");
    let out: Vec<_> = desk
        .app
        .panes
        .values()
        .filter(|pane| pane.membership == crate::session::Membership::OptedOut)
        .map(|pane| pane.target.pod.name.to_string())
        .collect();
    assert_eq!(out, ["web-2"]);
}

#[test]
fn an_old_filter_gives_way_to_what_is_typed_and_can_still_be_edited() {
    let mut desk = Desk::new();
    desk.pods(2);
    let filter = |desk: &Desk| desk.app.list.view.spec().filter.text().to_owned();
    desk.keys("/");
    desk.typed("web");
    desk.keys("enter /");
    desk.typed("api");
    assert_eq!(filter(&desk), "api");
    desk.keys("enter / backspace");
    assert_eq!(filter(&desk), "ap");
    desk.keys("enter / enter");
    assert_eq!(filter(&desk), "ap", "Enter keeps it");
    desk.keys("/ left");
    desk.typed("x");
    assert_eq!(filter(&desk), "axp");
    desk.keys("esc");
    assert_eq!(filter(&desk), "ap", "Esc brings it back");
}

#[test]
fn a_plain_notice_leaves_with_the_next_key_once_it_was_seen() {
    let mut desk = Desk::new();
    desk.pods(3);
    let shown = |desk: &Desk| desk.app.notices.current(desk.app.now).is_some();
    desk.keys("o j");
    assert!(shown(&desk), "just said");
    desk.pass(std::time::Duration::from_secs(2));
    desk.keys("j");
    assert!(!shown(&desk), "seen");
    desk.app.say(Weight::Warning, "look here");
    desk.pass(std::time::Duration::from_secs(2));
    desk.keys("j");
    assert!(shown(&desk), "a warning stays");
}

#[test]
fn answers_are_opened_again_after_they_were_closed() {
    let mut desk = Desk::new();
    desk.pods(2);
    desk.keys("a !");
    desk.typed("id");
    desk.keys("enter esc");
    assert!(desk.app.overlay().is_none());
    desk.keys("A");
    assert!(matches!(desk.app.overlay(), Some(Overlay::Gather)));
    desk.keys("esc enter");
    desk.allow("shop");
    desk.keys("ctrl-g A");
    assert!(matches!(desk.app.overlay(), Some(Overlay::Gather)));
    desk.keys("w");
    let Some(Overlay::Prompt(prompt)) = desk.app.overlay() else {
        panic!("no prompt")
    };
    assert_eq!(prompt.kind, PromptKind::Save(Saved::Answers));
}

#[test]
fn another_container_than_the_annotated_one_can_be_chosen() {
    let mut desk = desk();
    desk.keys("ctrl-g g C");
    let Some(Overlay::Picker(picker)) = desk.app.overlay() else {
        panic!("no picker")
    };
    let texts: Vec<&str> = picker.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(texts, ["app", "proxy"]);
    desk.keys("down enter");
    let opened = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Open(opening) => Some(opening.target.container.to_string()),
        _ => None,
    });
    assert_eq!(opened.as_deref(), Some("proxy"));
}

#[test]
fn the_users_own_themes_stand_in_the_palette() {
    let mut desk = Desk::new();
    desk.pods(1);
    let mut mine = crate::config::Theme::built_in("light").unwrap();
    mine = mine.at_depth(crate::config::ColorDepth::True);
    desk.app.settings.themes = vec![("mine".to_owned(), Ok(mine.clone()))];
    desk.keys(":");
    desk.typed("theme mine");
    desk.keys("enter");
    let role = crate::config::Role::Accent;
    let depth = desk.app.settings.look.theme.depth();
    assert_eq!(
        desk.app.settings.look.theme.style(role),
        mine.at_depth(depth).style(role)
    );
    assert_eq!(desk.said(), "theme mine, until the console ends");
}

#[test]
fn a_key_that_is_nothing_is_named_as_people_write_it() {
    let mut desk = Desk::new();
    desk.pods(2);
    desk.keys("ctrl-e");
    assert_eq!(desk.said(), "Ctrl-e is nothing here; ? shows the keys");
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g ctrl-e");
    assert_eq!(
        desk.said(),
        "Ctrl-g Ctrl-e is nothing; Ctrl-g ? shows the keys"
    );
}
