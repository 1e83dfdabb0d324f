use crate::app::Effect;
use crate::app::event::{Event, LogNews};
use crate::app::overlay::text_page::{Follow, PageText};
use crate::app::overlay::{Overlay, PageKind, PageRef, TextPage};
use crate::app::testing::{Desk, container, pod};
use crate::geometry::GridSize;
use crate::inventory::PodRow;

/// The log of `web-0`, container `app`, open and shown.
fn logs(lines: &[&str]) -> Desk {
    let two = PodRow {
        containers: Box::new([container("app"), container("proxy")]),
        default_container: Some("app".into()),
        ..pod("web-0")
    };
    let mut desk = Desk::new();
    desk.event(Event::Resized(GridSize::new(12, 60)));
    desk.rows(vec![two]);
    desk.keys("l");
    text(&mut desk, "app", lines);
    desk.take();
    desk
}

fn name(container: &str) -> PageRef {
    PageRef {
        kind: PageKind::Logs,
        pod: pod("web-0").pod,
        container: Some(container.into()),
    }
}

fn text(desk: &mut Desk, container: &str, lines: &[&str]) {
    let text = PageText {
        lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        containers: ["app", "proxy", "init"].map(str::to_owned).to_vec(),
    };
    desk.event(Event::Page(name(container), Ok(text)));
}

fn logged(desk: &mut Desk, container: &str, news: LogNews) {
    desk.event(Event::Logged(name(container), news));
}

fn page(desk: &Desk) -> &TextPage {
    let page = desk
        .app
        .overlays
        .iter()
        .rev()
        .find_map(|overlay| match overlay {
            Overlay::Text(page) => Some(page),
            _ => None,
        });
    page.unwrap()
}

fn seen(desk: &Desk) -> Vec<String> {
    let height = usize::from(desk.app.terminal.rows()) - 2;
    let rows = page(desk).shown().take(height);
    rows.map(|(row, line)| row.of(line).to_owned()).collect()
}

#[test]
fn a_long_line_goes_on_below_at_every_width() {
    let long = format!("{}END", "x".repeat(200));
    let mut desk = logs(&[&long]);
    for columns in [60, 40, 120] {
        desk.event(Event::Resized(GridSize::new(12, columns)));
        assert_eq!(seen(&desk).concat(), long, "{columns}");
    }
}

#[test]
fn a_search_goes_from_place_to_place() {
    let lines: Vec<String> = (0..50).map(|n| format!("line {n}")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let mut desk = logs(&lines);
    desk.keys("g /");
    desk.typed("line .5$");
    desk.keys("enter");
    assert_eq!(page(&desk).found(), Some(15));
    assert!(seen(&desk).contains(&"line 15".to_owned()));
    desk.keys("n");
    assert_eq!(page(&desk).found(), Some(25));
    desk.keys("N N");
    assert_eq!(page(&desk).found(), Some(45), "around the end");
    desk.keys("/");
    desk.typed("no such");
    desk.keys("enter");
    assert_eq!(desk.said(), "nothing found");
}

#[test]
fn a_log_is_followed_until_its_page_is_closed() {
    let mut desk = logs(&["old"]);
    desk.keys("f");
    assert!(matches!(&desk.take()[..], [Effect::Follow { .. }]));
    logged(&mut desk, "app", LogNews::Lines(vec!["new".to_owned()]));
    assert_eq!(seen(&desk), ["new"]);
    let more: Vec<String> = (0..30).map(|n| format!("line {n}")).collect();
    logged(&mut desk, "app", LogNews::Lines(more));
    assert_eq!(
        seen(&desk).last().unwrap(),
        "line 29",
        "a reader at the end stays there"
    );
    desk.keys("k k");
    logged(&mut desk, "app", LogNews::Lines(vec!["later".to_owned()]));
    assert_eq!(
        seen(&desk).last().unwrap(),
        "line 27",
        "another one is left in peace"
    );
    desk.keys("esc");
    assert!(desk.take().contains(&Effect::EndFollow));
    logged(
        &mut desk,
        "app",
        LogNews::Lines(vec!["too late".to_owned()]),
    );
}

#[test]
fn the_end_of_a_followed_log_is_said() {
    let mut desk = logs(&["old"]);
    desk.keys("f");
    logged(
        &mut desk,
        "app",
        LogNews::Ended("the log has ended".to_owned()),
    );
    assert_eq!(seen(&desk), ["=== the log has ended"]);
    assert_eq!(page(&desk).follow, Follow::Off);
}

#[test]
fn a_followed_log_keeps_its_newest_lines() {
    let mut desk = logs(&["old"]);
    desk.keys("f");
    for part in 0..7 {
        let lines = (0..1000).map(|n| format!("line {}", part * 1000 + n));
        logged(&mut desk, "app", LogNews::Lines(lines.collect()));
    }
    assert_eq!(seen(&desk).last().unwrap(), "line 6999");
    desk.keys("g");
    let (_, _, all) = page(&desk).place(10).unwrap();
    assert!((4000..=5000).contains(&all), "{all}");
}

#[test]
fn the_log_of_another_container_is_one_key_away() {
    let mut desk = logs(&["of app"]);
    desk.keys("c");
    desk.typed("init");
    desk.keys("enter");
    let asked = desk.take().into_iter().find_map(|effect| match effect {
        Effect::Fetch { container, .. } => container,
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("init"));
    text(&mut desk, "app", &["late"]);
    assert_ne!(seen(&desk), ["late"], "an answer about the other one");
    text(&mut desk, "init", &["of init"]);
    assert_eq!(seen(&desk), ["of init"]);
}

#[test]
fn notices_are_read_whole() {
    let mut desk = Desk::new();
    desk.event(Event::Resized(GridSize::new(12, 40)));
    let sentence = "a very long sentence that says why nothing could be opened anywhere at all END";
    desk.app.say(crate::app::Weight::Warning, sentence);
    desk.keys("N");
    let text = seen(&desk).join(" ");
    assert!(text.ends_with("END"), "{text}");
}

#[test]
fn a_followed_log_that_says_nothing_yet_is_not_waited_for() {
    let mut desk = logs(&["old"]);
    desk.keys("f");
    assert_eq!(seen(&desk), ["asking the API server …"]);
    logged(&mut desk, "app", LogNews::Lines(Vec::new()));
    assert_eq!(seen(&desk), Vec::<String>::new());
    logged(&mut desk, "app", LogNews::Lines(vec!["first".to_owned()]));
    assert_eq!(seen(&desk), ["first"]);
}

#[test]
fn the_head_of_a_group_says_where_its_pods_are() {
    let mut desk = Desk::new();
    desk.pods(3);
    for key in ["l", "d", "y", "e"] {
        desk.keys(&format!("w g {key}"));
        assert_eq!(desk.said(), "this is a group of 3; j goes to its first pod");
        desk.keys("w");
    }
}
