//! The mouse in a real terminal; each of its rules on the pure layer: `app/update/tests/mouse.rs`. The judge is the server, which tells the
//! bytes that reached each pod.

use crate::stage::{CART, LONG, Stage};

/// Where a text begins, in cells from 1, as a mouse reports them.
#[track_caller]
fn place_of(stage: &Stage, wanted: &str) -> (usize, usize) {
    let text = stage.terminal.text();
    let mut rows = text.lines().zip(1..);
    let found =
        rows.find_map(|(line, row)| Some((line.split_once(wanted)?.0.chars().count() + 1, row)));
    found.unwrap_or_else(|| panic!("{wanted} is not shown:\n{text}"))
}

fn click(stage: &mut Stage, (column, row): (usize, usize)) {
    stage.send(format!("\x1b[<0;{column};{row}M\x1b[<0;{column};{row}m"));
}

/// Clicks into a pane, four rows below its title.
#[track_caller]
fn click_into(stage: &mut Stage, pod: &str) {
    let (column, row) = place_of(stage, &format!("{pod} ·"));
    click(stage, (column + 3, row + 4));
}

#[track_caller]
fn has_the_focus(stage: &mut Stage, pod: &str) {
    let title = format!("▸{pod} ");
    stage.shows(&title);
}

#[test]
fn clicks_choose_tabs_panes_and_rows_and_only_a_focused_program_gets_them() {
    let mut stage = Stage::shells("");
    stage.send("printf '\\033[?1000h\\033[?1006h'; echo mo''use\r");
    stage.shows("mouse");
    stage.send("\x07g");
    stage.send("/redis-0\r\r");
    stage.live(1);
    let (column, row) = place_of(&stage, "│ 1 cart");
    click(&mut stage, (column + 3, row));
    stage.live(3);
    has_the_focus(&mut stage, CART[0]);
    click_into(&mut stage, CART[1]);
    has_the_focus(&mut stage, CART[1]);
    stage.send("echo ty''ped\r");
    stage.shows("typed");
    // The click that brings the focus back is not the program's, the next one is.
    click_into(&mut stage, CART[0]);
    has_the_focus(&mut stage, CART[0]);
    let before = stage.control.typed_into(CART[0]);
    click_into(&mut stage, CART[0]);
    // A click alone draws nothing; the echo of a key behind it does.
    stage.send(".");
    let control = stage.control.clone();
    stage
        .terminal
        .wait_until("the program got a click", LONG, |_| {
            control.typed_into(CART[0]).ends_with(b"m.")
        });
    let got = stage.control.typed_into(CART[0]);
    assert!(
        !before.contains(&b'<'),
        "{}",
        String::from_utf8_lossy(&before)
    );
    let click = String::from_utf8(got[before.len()..].to_vec()).unwrap();
    assert!(
        click.starts_with("\x1b[<0;") && click.matches("\x1b[<0;").count() == 2,
        "{click:?}"
    );
    // A row of the list.
    let (column, row) = place_of(&stage, "▪ cart-redis-0");
    click_row(&mut stage, (column, row));
}

#[track_caller]
fn click_row(stage: &mut Stage, place: (usize, usize)) {
    click(stage, place);
    stage.mode("LIST");
    let text = stage.terminal.text();
    let line = text.lines().nth(place.1 - 1).unwrap();
    assert!(line.starts_with('▸'), "{line}");
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let mut stage = Stage::shells("");
    stage.focus(CART[1]);
    stage.send("seq 200\r");
    stage.shows("│199");
    stage.focus(CART[0]);
    let (column, row) = place_of(&stage, &format!("{} ·", CART[1]));
    stage.send(format!("\x1b[<64;{};{}M", column + 3, row + 4));
    stage.shows("live · 3 up");
    has_the_focus(&mut stage, CART[0]);
    stage.mode("PANE");
}
