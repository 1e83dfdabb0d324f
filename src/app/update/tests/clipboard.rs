use std::time::Duration;

use rstest::rstest;

use crate::app::Effect;
use crate::app::overlay::Overlay;
use crate::app::testing::{CONTEXT, Desk};
use crate::config::{ClipboardRule, Config, Context};

/// `echo hi`, as OSC 52 has it.
const WANTS: &str = "\x1b]52;c;ZWNobyBoaQ==\x07";

fn desk(rule: ClipboardRule) -> Desk {
    let mut config = Config::default();
    config.guard.clipboard = rule;
    opened(config)
}

fn opened(config: Config) -> Desk {
    let mut desk = Desk::with(config);
    desk.shells(1);
    desk
}

fn copied(desk: &mut Desk) -> Vec<String> {
    let effects = desk.take().into_iter();
    effects
        .filter_map(|effect| match effect {
            Effect::Copy { text } => Some(text),
            _ => None,
        })
        .collect()
}

#[rstest]
#[case::by_default(Config::default(), &[], "web-0 wanted to set the clipboard; refused")]
#[case::where_its_context_says_so(of_context(ClipboardRule::Off, ClipboardRule::Allow), &["echo hi"], "web-0 set the clipboard: 7 characters")]
#[case::not_where_its_context_does_not(of_context(ClipboardRule::Allow, ClipboardRule::Off), &[], "web-0 wanted to set the clipboard; refused")]
fn a_program_sets_the_clipboard_where_it_may(
    #[case] config: Config,
    #[case] copied_texts: &[&str],
    #[case] said: &str,
) {
    let mut desk = opened(config);
    desk.output(0, WANTS);
    assert_eq!(copied(&mut desk), copied_texts);
    assert_eq!(desk.said(), said);
}

fn of_context(all: ClipboardRule, one: ClipboardRule) -> Config {
    let mut config = Config::default();
    config.guard.clipboard = all;
    let context = Context {
        clipboard: Some(one),
        ..Context::default()
    };
    config.contexts.insert(CONTEXT.to_owned(), context);
    config
}

#[test]
fn what_is_asked_about_waits_for_its_users_keys() {
    let mut desk = desk(ClipboardRule::Ask);
    desk.output(0, WANTS);
    assert_eq!(copied(&mut desk), [""; 0]);
    assert!(desk.app.overlays.is_empty(), "a pod opens no dialog");
    assert!(desk.said().contains("Ctrl-g y shows it"), "{}", desk.said());
    desk.keys("ctrl-g y");
    let Some(Overlay::Question(question)) = desk.app.overlay() else {
        panic!("no question")
    };
    assert!(question.title.contains("web-0"), "{}", question.title);
    assert_eq!(question.lines.first().map(String::as_str), Some("echo hi"));
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert_eq!(copied(&mut desk), [""; 0]);
    desk.keys("y");
    assert_eq!(copied(&mut desk), ["echo hi"]);
}

#[test]
fn what_is_not_taken_is_gone() {
    let mut desk = desk(ClipboardRule::Ask);
    desk.output(0, WANTS);
    desk.keys("ctrl-g y");
    desk.pass(Duration::from_secs(1));
    desk.keys("esc ctrl-g y");
    assert!(desk.app.overlays.is_empty());
    assert_eq!(desk.said(), "no pod wants anything on the clipboard");
    assert_eq!(copied(&mut desk), [""; 0]);
}

#[test]
fn a_pod_that_sets_it_again_and_again_is_refused() {
    let mut desk = desk(ClipboardRule::Allow);
    desk.output(0, WANTS);
    desk.output(0, WANTS);
    assert_eq!(copied(&mut desk), ["echo hi"]);
    assert!(desk.said().ends_with("it was just set"), "{}", desk.said());
    desk.pass(Duration::from_secs(1));
    desk.output(0, WANTS);
    assert_eq!(copied(&mut desk), ["echo hi"]);
}

#[rstest]
#[case::controls_are_left_out("bHMbWzMxbQ1ybQ==", Some("ls[31mrm"))]
#[case::lines_and_tabs_stay("YQ0KCWI=", Some("a\n\tb"))]
#[case::no_text("//79", None)]
#[case::nothing("", None)]
#[case::a_question("?", None)]
fn only_text_gets_there(#[case] encoded: &str, #[case] text: Option<&str>) {
    let mut desk = desk(ClipboardRule::Allow);
    desk.output(0, &format!("\x1b]52;c;{encoded}\x1b\\"));
    assert_eq!(copied(&mut desk), text.into_iter().collect::<Vec<_>>());
}

#[test]
fn a_linked_address_is_shown_on_request_and_copied_by_enter_only() {
    let mut desk = opened(Config::default());
    desk.keys("ctrl-g U");
    assert!(desk.said().ends_with("has linked no web address (OSC 8)"));
    let link = "\x1b]8;;https://example.org/build/7\x1b\\build 7\x1b]8;;\x1b\\\r\n";
    desk.output(0, link);
    desk.output(
        0,
        "\x1b]8;;file:///etc/shadow\x1b\\harmless\x1b]8;;\x1b\\\r\n",
    );
    assert_eq!(copied(&mut desk), [""; 0]);
    desk.keys("ctrl-g U");
    let Some(Overlay::Picker(picker)) = desk.app.overlay() else {
        panic!("{:?}", desk.app.overlay());
    };
    let shown: Vec<&str> = picker.rows.iter().map(|row| row.text.as_str()).collect();
    assert_eq!(shown, ["https://example.org/build/7"]);
    desk.pass(Duration::from_secs(1));
    desk.keys("enter");
    assert_eq!(copied(&mut desk), ["https://example.org/build/7"]);
}
