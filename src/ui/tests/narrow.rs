//! What gives way where there is little room, and that it is seen to have done so.

use super::*;

fn top_row(desk: &Desk) -> String {
    frame(desk).lines().next().unwrap_or_default().to_owned()
}

fn last_row(desk: &Desk) -> String {
    frame(desk).lines().last().unwrap_or_default().to_owned()
}

/// Shells in the pods that a long filter shows.
fn filtered_shells(filter: &str) -> Desk {
    let mut desk = desk_with_shop();
    desk.keys("/");
    desk.typed(filter);
    desk.keys("enter a enter");
    desk.allow("shop");
    desk.all_live();
    quiet(&mut desk);
    desk
}

#[test]
fn a_filter_beside_the_panes_is_cut_with_a_sign() {
    let desk = filtered_shells("ns:shop web !nothing !never");
    let top = top_row(&desk);
    let (title, _) = top.split_once('│').unwrap();
    assert!(title.starts_with(" PODS  6   /ns:shop web"), "{title}");
    assert!(title.trim_end().ends_with('…'), "{title}");
    let short = top_row(&filtered_shells("web"));
    assert!(short.starts_with(" PODS  6   filter web   "), "{short}");
}

#[test]
fn the_order_is_shortened_before_it_is_left_out() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 24, 80);
    desk.keys("w a /");
    desk.typed("web !nothing !never");
    desk.keys("enter");
    let top = top_row(&desk);
    assert!(top.ends_with("   restarts ↓"), "{top}");
    assert!(!top.contains("by workload"), "{top}");
}

#[test]
fn marks_are_counted_at_20_columns_too() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 5, 20);
    desk.keys("/");
    desk.typed("!zz81k");
    desk.keys("enter a");
    assert_eq!(top_row(&desk), " 5 of 6   5 marked");
}

#[test]
fn a_list_of_names_alone_has_no_title_for_more() {
    let mut desk = desk_with_shop();
    sized(&mut desk, 5, 20);
    let shown = frame(&desk);
    assert_eq!(shown.lines().nth(1), Some("   POD"), "{shown}");
}

#[test]
fn a_tab_that_does_not_fit_keeps_its_counts_and_the_end_of_its_name() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g b");
    pass_guard(&mut desk);
    for (columns, expected) in [
        (50, " ≡ PODS 6 │ 1 web » 6 of 6 · page 1/6 │"),
        (33, " ≡ │ 1 web » 6 of 6 · page 1/6 │"),
        (28, " ≡ │ 1 » 6 of 6 · page 1/6 │"),
    ] {
        sized(&mut desk, 12, columns);
        let top = top_row(&desk);
        assert!(
            top.starts_with(expected.trim_end_matches('│')),
            "{columns}: {top}"
        );
    }
}

/// A tab for each pod, and for some a second one.
fn many_tabs(tabs: usize) -> Desk {
    let mut desk = desk_with_shop();
    desk.rows(
        (0..tabs)
            .map(|n| {
                row(
                    &format!("web-6d9c8-{n:02}kq2p"),
                    "Running",
                    StatusKind::Ok,
                    0,
                    DAY,
                )
            })
            .collect(),
    );
    desk.keys("a t");
    desk.allow("shop");
    desk.all_live();
    quiet(&mut desk);
    desk
}

#[test]
fn tabs_shorten_their_names_before_any_is_left_out() {
    let desk = many_tabs(6);
    let top = top_row(&desk);
    for n in 0..6 {
        assert!(top.contains(&format!("{n:02}kq2p 1 │")), "{top}");
    }
}

#[test]
fn tabs_that_have_no_room_are_counted_and_none_is_cut() {
    for active in ["1", "5", "9"] {
        let mut desk = many_tabs(14);
        desk.keys(&format!("ctrl-g {active}"));
        let top = top_row(&desk);
        let (_, tabs) = top.split_once('│').unwrap();
        let mut shown = 0;
        let mut more = 0;
        for title in tabs
            .split('│')
            .map(str::trim)
            .filter(|title| !title.is_empty())
        {
            if let Some(count) = title.strip_prefix('+') {
                more += count.parse::<usize>().unwrap();
            } else {
                assert!(title.ends_with("kq2p 1"), "{title} in {top}");
                shown += 1;
            }
        }
        assert_eq!(shown + more, 14, "{top}");
        let wanted = format!(
            "│ {active} …{:02}kq2p 1 │",
            active.parse::<usize>().unwrap() - 1
        );
        assert!(format!("│{tabs}").contains(&wanted), "{wanted} in {top}");
        sized(&mut desk, 5, 20);
        let top = top_row(&desk);
        let whole = top.contains(&format!("│ {active} ")) && top.contains(" 1 │");
        assert!(whole, "{top}");
    }
}

#[test]
fn a_long_tab_name_loses_its_start() {
    let mut desk = desk_with_shells();
    let tab = desk.app.tabs.active().unwrap().id;
    desk.app.tabs.rename(tab, "checkout-frontend-canary-eu");
    let top = top_row(&desk);
    assert!(top.contains("│ 1 …kout-frontend-canary-eu 6 │"), "{top}");
}

#[test]
fn a_count_of_the_status_line_is_never_cut_without_a_sign() {
    let mut desk = desk_with_shells();
    desk.keys("ctrl-g b");
    pass_guard(&mut desk);
    quiet(&mut desk);
    for columns in 20..60 {
        sized(&mut desk, 5, columns);
        let line = last_row(&desk);
        let who = line.split_once("of 6").unwrap().1.trim_start();
        let whole = ["5 hidden", "…", "Ctrl-g"];
        let fine = who.is_empty() || whole.iter().any(|start| who.starts_with(start));
        assert!(fine || who.trim_end().ends_with('…'), "{columns}: {line}");
    }
}

#[test]
fn an_open_drawer_says_how_to_get_back_to_the_panes() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 24, 80);
    assert!(top_row(&desk).ends_with("Ctrl-g g list"));
    desk.keys("ctrl-g g");
    assert!(top_row(&desk).ends_with(" Tab panes"), "{}", top_row(&desk));
}

#[test]
fn the_popup_of_keys_says_how_many_it_has_no_room_for() {
    let mut desk = desk_with_shells();
    for (rows, columns, whole) in [(12, 40, false), (24, 80, true), (40, 120, true)] {
        sized(&mut desk, rows, columns);
        desk.keys("ctrl-g");
        let epoch = desk.app.prefix.unwrap().epoch;
        desk.event(Event::Timer(crate::app::event::Timer::WhichKey(epoch)));
        let shown = frame(&desk);
        assert_eq!(!shown.contains("more: ?"), whole, "{shown}");
        desk.keys("esc");
    }
}

#[test]
fn the_popup_of_keys_cuts_no_sentence_from_80_columns_on() {
    let mut desk = desk_with_shells();
    for (rows, columns) in [(24, 80), (40, 120), (60, 200), (100, 300)] {
        sized(&mut desk, rows, columns);
        desk.keys("ctrl-g");
        let epoch = desk.app.prefix.unwrap().epoch;
        desk.event(Event::Timer(crate::app::event::Timer::WhichKey(epoch)));
        let shown = frame(&desk)
            .replace("1…9", "1 to 9")
            .replace("Ctrl-g …", "");
        let (_, popup) = shown.split_once("┌─ Ctrl-g ").unwrap();
        assert!(!popup.contains('…'), "{shown}");
        desk.keys("esc");
    }
}

#[test]
fn a_dialog_of_few_rows_shows_what_it_is_for() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 5, 40);
    desk.keys("ctrl-g :");
    desk.typed("descr");
    let palette = frame(&desk);
    assert!(palette.contains("▸  describe"), "{palette}");
    desk.keys("esc ctrl-g B");
    desk.typed("echo {pod}");
    desk.keys("enter");
    let composer = frame(&desk);
    assert!(composer.contains("echo web-"), "{composer}");
}

#[test]
fn a_text_to_be_sent_is_shown_from_its_start() {
    let mut desk = desk_with_shells();
    sized(&mut desk, 12, 40);
    desk.keys("ctrl-g B");
    desk.typed("echo {pod} is ready, and so are all the others");
    let shown = frame(&desk);
    assert!(!shown.contains("│ echo {pod}"), "{shown}");
    assert!(shown.ends_with("Enter preview"), "{shown}");
    desk.keys("enter");
    let shown = frame(&desk);
    assert!(shown.contains("│ echo {pod} is ready, and so"), "{shown}");
    let status = shown.lines().last().unwrap();
    assert!(status.contains("Enter sends"), "{status}");
}

#[test]
fn an_unfolded_answer_names_all_its_pods() {
    for columns in [30, 40, 80] {
        let mut desk = dialogs::running();
        sized(&mut desk, 24, columns);
        desk.keys("enter");
        let shown = frame(&desk);
        let unfolded = desk.app.run.as_ref().unwrap().gathered.groups[0]
            .targets
            .len();
        assert!(unfolded > 1, "{shown}");
        assert!(!shown.contains("more]"), "{columns}:\n{shown}");
        for target in &desk.app.run.as_ref().unwrap().gathered.groups[0].targets {
            let (_, end) = target.pod.name.rsplit_once('-').unwrap();
            assert!(shown.contains(end), "{columns}: {end}\n{shown}");
        }
    }
}

#[test]
fn folded_answers_never_lose_the_end_of_a_name() {
    for columns in [30, 40, 50, 60, 80] {
        let mut desk = dialogs::running();
        sized(&mut desk, 24, columns);
        let shown = frame(&desk);
        for pod in ["zz81k", "m2v8d"] {
            assert!(shown.contains(pod), "{columns}: {pod}\n{shown}");
        }
        assert!(shown.contains("5ab1120 2026-09-30"), "{columns}\n{shown}");
    }
}

#[test]
fn the_command_of_folded_answers_has_the_row_where_nothing_else_fits() {
    let mut desk = dialogs::running();
    for (columns, title) in [
        (
            80,
            " RUN  cat /etc/app/rev   6 pods        3 same · 1 differ · 1 failed · 1 running",
        ),
        (50, " RUN  cat /etc/app/rev   6 pods"),
        (28, " RUN  cat /etc/ap…   6 pods"),
        (20, " RUN  cat /etc/app…"),
    ] {
        sized(&mut desk, 24, columns);
        assert_eq!(top_row(&desk), title);
    }
}

#[test]
fn restarts_and_age_never_run_into_each_other() {
    let ages = [(112 * 60, "112m"), (150 * DAY, "150d"), (47 * 3600, "47h")];
    for (age, shown) in ages {
        let mut desk = desk_with_shop();
        let pods = (0..3).map(|n| {
            row(
                &format!("web-6d9c8-{n}kq2p"),
                "Running",
                StatusKind::Ok,
                n,
                age,
            )
        });
        desk.rows(pods.collect());
        desk.keys("a enter");
        desk.allow("shop");
        desk.all_live();
        let frame = frame(&desk);
        for restarts in 0..3 {
            assert!(
                frame.contains(&format!(" {restarts} {shown} "))
                    || frame.contains(&format!(" {restarts}  {shown} ")),
                "{frame}"
            );
        }
    }
}

#[test]
fn containers_that_do_not_fit_are_counted() {
    let mut desk = desk_with_shop();
    let rows = shop().into_iter().map(|mut row| {
        row.containers = ["redis", "exporter", "istio-proxy"].map(container).into();
        row
    });
    desk.rows(rows.collect());
    sized(&mut desk, 12, 104);
    let shown = frame(&desk);
    assert!(shown.contains("  redis, exporter +1"), "{shown}");
    sized(&mut desk, 12, 160);
    assert!(frame(&desk).contains("redis, exporter, istio-proxy"));
}

#[test]
fn several_contexts_are_named_where_they_fit() {
    let mut desk = lists::three_contexts();
    sized(&mut desk, 12, 80);
    let line = last_row(&desk);
    assert!(
        line.starts_with(" LIST  !prod-eu · eu · us ● live"),
        "{line}"
    );
}
