use std::time::Duration;

use crate::app::event::Event;
use crate::app::overlay::Overlay;
use crate::app::testing::Desk;
use crate::app::{Effect, Weight};
use crate::session::broadcast::Membership;

#[test]
fn keys_go_to_one_pane_until_broadcast_is_on() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.typed("a");
    assert_eq!(desk.written().len(), 1);
    desk.keys("ctrl-g b");
    desk.take();
    desk.typed("ls");
    assert_eq!(
        desk.written()
            .values()
            .map(Vec::as_slice)
            .collect::<Vec<_>>(),
        [b"ls"; 3]
    );
}

#[test]
fn an_opted_out_pane_gets_nothing_and_alone_is_here_only() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b ctrl-g o");
    desk.take();
    desk.typed("x");
    assert_eq!(
        desk.written().len(),
        1,
        "HERE ONLY: the focused pane is out and alone"
    );
    desk.keys("ctrl-g l");
    desk.take();
    desk.typed("y");
    assert_eq!(desk.written().len(), 2);
}

#[test]
fn each_pane_gets_the_bytes_of_its_own_modes() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(1, "\x1b[?1h");
    desk.keys("ctrl-g b");
    desk.take();
    desk.keys("up");
    let bytes: Vec<Vec<u8>> = desk.written().into_values().collect();
    assert_eq!(bytes, [b"\x1b[A".to_vec(), b"\x1bOA".to_vec()]);
}

#[test]
fn a_full_screen_program_is_held_out() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.output(2, "\x1b[?1049h");
    desk.keys("ctrl-g b");
    desk.take();
    desk.typed("q");
    assert_eq!(desk.written().len(), 2);
    let tab = desk.app.tabs.active().unwrap().id;
    assert_eq!(desk.app.broadcast_counts(tab).held, [desk.pane(2)]);
}

#[test]
fn a_new_shell_comes_in_opted_out_and_joins_at_enter() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.typed("ec");
    desk.pods(3);
    desk.keys("ctrl-g g u G v");
    desk.all_live();
    let new = desk.pane(2);
    assert_eq!(desk.app.panes[&new].membership, Membership::NewShell);
    desk.keys("ctrl-g o");
    assert_eq!(desk.app.panes[&new].membership, Membership::Joining);
    desk.app.tabs.jump_to(desk.pane(0));
    desk.take();
    desk.keys("enter");
    assert_eq!(
        desk.written().len(),
        2,
        "the Enter itself does not go to it"
    );
    assert_eq!(desk.app.panes[&new].membership, Membership::Receiving);
    desk.take();
    desk.typed("l");
    assert_eq!(desk.written().len(), 3);
}

#[test]
fn a_paste_of_several_lines_asks_and_enter_alone_sends_nothing() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    desk.take();
    desk.event(Event::Paste("a\nb\n".into()));
    assert!(matches!(desk.app.overlay(), Some(Overlay::Question(_))));
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert!(desk.written().is_empty());
    desk.typed("3");
    assert_eq!(desk.written().len(), 3);
}

#[test]
fn a_dialog_is_deaf_at_first() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    desk.take();
    desk.event(Event::Paste("a\nb\n".into()));
    desk.typed("3");
    assert!(desk.written().is_empty());
}

#[test]
fn a_protected_context_wants_its_name_typed() {
    let mut config = crate::config::Config::default();
    config.guard.protected_contexts = vec![crate::config::Pattern::new("demo", None)];
    let mut desk = Desk::with(config);
    desk.shells(2);
    desk.keys("ctrl-g b");
    assert!(!desk.app.broadcast_on());
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    assert!(desk.app.broadcast_on());
}

#[test]
fn it_switches_itself_off_when_nobody_types() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.pass(Duration::from_secs(601));
    desk.event(Event::Tick);
    assert!(!desk.app.broadcast_on());
}

#[test]
fn each_key_and_paste_keeps_it_on() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    for _ in 0..2 {
        desk.pass(Duration::from_secs(599));
        desk.typed("x");
        desk.pass(Duration::from_secs(599));
        desk.event(Event::Paste("word".into()));
    }
    desk.pass(Duration::from_secs(599));
    desk.event(Event::Tick);
    assert!(desk.app.broadcast_on());
    desk.pass(Duration::from_secs(1));
    desk.event(Event::Tick);
    assert!(!desk.app.broadcast_on());
    assert_eq!(
        desk.said(),
        "broadcast switched itself off after 10 min without a key"
    );
}

#[test]
fn a_paste_of_one_line_goes_to_all_in_each_panes_own_way() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.output(1, "\x1b[?2004h");
    desk.keys("ctrl-g b");
    desk.take();
    desk.event(Event::Paste("date".into()));
    let bytes: Vec<Vec<u8>> = desk.written().into_values().collect();
    assert_eq!(
        bytes,
        [b"date".to_vec(), b"\x1b[200~date\x1b[201~".to_vec()]
    );
}

#[test]
fn while_it_is_off_a_composed_text_leaves_out_whom_switching_on_would() {
    let mut desk = Desk::new();
    desk.shells(4);
    desk.output(2, "\x1b[?1049h");
    desk.event(Event::Session(
        desk.session(3),
        crate::app::event::SessionNews::Ended(crate::session::Outcome::Exited(0)),
    ));
    desk.keys("ctrl-g o ctrl-g B");
    desk.typed("date");
    desk.keys("enter");
    desk.pass(Duration::from_secs(1));
    desk.take();
    desk.keys("enter");
    let reached: Vec<String> = desk.written().into_keys().collect();
    assert_eq!(reached, [desk.session(1).to_string()]);
    assert!(!desk.app.broadcast_on());
}

#[test]
fn a_new_shell_that_is_taken_in_asks_once_if_the_set_grows_beyond_what_was_asked() {
    let mut config = crate::config::Config::default();
    config.guard.protected_contexts = vec![crate::config::Pattern::new("demo", None)];
    let mut desk = Desk::with(config);
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    desk.pods(3);
    desk.keys("ctrl-g j");
    desk.all_live();
    let new = desk.pane(2);
    desk.app.tabs.jump_to(new);
    assert_eq!(desk.app.panes[&new].membership, Membership::NewShell);
    desk.keys("ctrl-g o");
    assert!(matches!(desk.app.overlay(), Some(Overlay::Question(_))));
    desk.pass(Duration::from_secs(1));
    desk.typed("demo");
    assert_eq!(receiving(&desk), 3);
    // Out and in again: it was asked about.
    desk.keys("ctrl-g o");
    desk.keys("ctrl-g o");
    assert_eq!(receiving(&desk), 3);
}

#[test]
fn replies_go_to_the_asking_session_only() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.take();
    desk.output(1, "\x1b[c");
    let written = desk.written();
    assert!(
        written
            .keys()
            .all(|session| *session == desk.session(1).to_string())
    );
}

#[test]
fn an_enter_is_audited_once_with_a_count_only() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.take();
    desk.typed("secret");
    desk.keys("enter");
    let lines: Vec<String> = desk
        .take()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Audit(line) => Some(String::from_utf8(line.to_bytes().unwrap()).unwrap()),
            _ => None,
        })
        .collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(
        lines[0].contains("\"bytes\":7") && !lines[0].contains("secret"),
        "{lines:?}"
    );
}

fn receiving(desk: &Desk) -> usize {
    let tab = desk.app.tabs.active().unwrap().id;
    desk.app.broadcast_counts(tab).receiving
}

#[test]
fn a_half_pasted_line_keeps_a_new_pane_waiting() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b ctrl-g o ctrl-g l");
    desk.event(Event::Paste("half a line".into()));
    desk.keys("ctrl-g h ctrl-g o");
    assert_eq!(receiving(&desk), 2, "joins at Enter");
    desk.keys("ctrl-g l enter");
    assert_eq!(receiving(&desk), 3);
}

#[test]
fn the_key_at_which_a_pane_joins_does_not_go_to_it() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g o ctrl-g b ctrl-g l");
    desk.typed("x");
    desk.keys("ctrl-g h ctrl-g o ctrl-g l");
    desk.take();
    desk.keys("enter");
    assert_eq!(desk.written().len(), 2);
    assert!(!desk.written().contains_key(&desk.session(0).to_string()));
    desk.take();
    desk.typed("y");
    assert_eq!(desk.written().len(), 3);
}

#[test]
fn it_survives_a_change_of_tab_and_a_zoom() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b ctrl-g z");
    assert_eq!(receiving(&desk), 2);
    desk.keys("ctrl-g z ctrl-g g");
    desk.rows(vec![
        crate::app::testing::pod("web-0"),
        crate::app::testing::pod("web-1"),
        crate::inventory::PodRow {
            owner: None,
            ..crate::app::testing::pod("web-9")
        },
    ]);
    desk.keys("G enter");
    desk.allow("shop");
    desk.all_live();
    assert_eq!(desk.app.tabs.len(), 2);
    assert!(!desk.app.broadcast_on(), "per tab");
    desk.keys("ctrl-g 1");
    assert!(desk.app.broadcast_on());
    desk.take();
    desk.typed("x");
    assert_eq!(desk.written().len(), 2);
}

#[test]
fn a_new_session_in_a_pane_is_a_new_shell_and_gets_no_broadcast_key() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    let session = desk.session(0);
    desk.event(Event::Session(
        session,
        crate::app::event::SessionNews::Ended(crate::session::Outcome::Exited(0)),
    ));
    desk.keys("ctrl-g r");
    desk.all_live();
    let first = desk.app.panes.values().next().unwrap();
    assert_eq!(first.membership, Membership::NewShell);
    desk.keys("ctrl-g l");
    desk.take();
    desk.typed("x");
    assert_eq!(desk.written().len(), 2);
}

#[test]
fn hidden_receivers_get_keys_and_are_named() {
    let mut desk = Desk::new();
    desk.event(Event::Resized(crate::geometry::GridSize::new(16, 80)));
    desk.shells(5);
    desk.keys("ctrl-g b");
    let tab = desk.app.tabs.active().unwrap().id;
    let counts = desk.app.broadcast_counts(tab);
    assert_eq!((counts.receiving, counts.hidden.len()), (5, 1));
    desk.take();
    desk.typed("x");
    assert_eq!(desk.written().len(), 5);
}

#[test]
fn nothing_is_kept_for_a_pane_that_is_not_live() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    let session = desk.session(1);
    desk.event(Event::Session(
        session,
        crate::app::event::SessionNews::Silent(crate::app::event::Silence::NoAnswer),
    ));
    desk.take();
    desk.typed("x");
    desk.event(Event::Session(
        session,
        crate::app::event::SessionNews::Silent(crate::app::event::Silence::AnswersAgain),
    ));
    assert!(!desk.written().contains_key(&session.to_string()));
}

#[test]
fn a_pane_taken_in_while_it_opens_does_not_join_in_the_middle_of_a_line() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    let ended = crate::app::event::SessionNews::Ended(crate::session::Outcome::Exited(0));
    desk.event(Event::Session(desk.session(1), ended));
    desk.keys("ctrl-g j ctrl-g r");
    desk.allow("shop");
    desk.keys("ctrl-g o ctrl-g k");
    desk.typed("ca");
    desk.all_live();
    let joining = desk.session(1).to_string();
    desk.take();
    desk.typed("t");
    assert!(!desk.written().contains_key(&joining));
    desk.keys("enter");
    assert!(!desk.written().contains_key(&joining));
    desk.typed("x");
    assert!(desk.written().contains_key(&joining));
}

#[test]
fn a_pane_taken_in_while_it_opens_joins_when_it_is_live_between_lines() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    let ended = crate::app::event::SessionNews::Ended(crate::session::Outcome::Exited(0));
    desk.event(Event::Session(desk.session(1), ended));
    desk.keys("ctrl-g j ctrl-g r");
    desk.allow("shop");
    desk.keys("ctrl-g o ctrl-g k");
    desk.all_live();
    let joining = desk.session(1).to_string();
    desk.take();
    desk.typed("x");
    assert!(desk.written().contains_key(&joining));
}

#[test]
fn scroll_mode_takes_no_pastes() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b ctrl-g [");
    desk.take();
    desk.event(Event::Paste("word".into()));
    assert!(desk.written().is_empty());
    assert!(desk.said().contains("scroll mode"), "{}", desk.said());
}

#[test]
fn a_typed_key_draws_nothing_itself_and_its_echo_does() {
    let mut desk = Desk::new();
    desk.shells(3);
    desk.keys("ctrl-g b");
    desk.app.take_dirty();
    desk.typed("x");
    desk.keys("up left");
    desk.typed("y");
    assert!(!desk.app.take_dirty());
    desk.output(0, "y");
    assert!(desk.app.take_dirty());
}

#[test]
fn a_typed_key_draws_what_it_changes() {
    let mut desk = Desk::new();
    desk.shells(2);
    desk.keys("ctrl-g b");
    desk.app.say(Weight::Plain, "good to know");
    desk.pass(Duration::from_secs(3));
    desk.app.take_dirty();
    desk.typed("x");
    assert!(desk.app.take_dirty(), "the notice is read");
    desk.typed("x");
    assert!(!desk.app.take_dirty());
    desk.keys("enter");
    assert!(
        desk.app.take_dirty(),
        "the answers before are no longer compared"
    );
}
