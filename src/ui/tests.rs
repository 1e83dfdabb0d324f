//! The screens through real `App` values: text of the frame against reviewed snapshots, and laws that hold at every size.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks what it is about"
)]

use std::time::Duration;

use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, Cell};

mod churn;
mod dialogs;
mod laws;
mod lists;
mod looks;
mod narrow;
mod panes;

use super::drawn::Drawn;
use crate::app::event::Event;
use crate::app::testing::{Desk, container, pod};
use crate::config::{Config, Context};
use crate::geometry::GridSize;
use crate::inventory::{PodRow, PodStatus, StatusKind};

/// A terminal that shows the frame.
fn drawn(desk: &Desk) -> TestBackend {
    let mut outer = TestBackend::new(1, 1);
    draw_after(desk, &mut Drawn::default(), &mut outer);
    outer
}

/// Draws a frame after those that `kept` has seen, on the terminal that shows them.
fn draw_after(desk: &Desk, kept: &mut Drawn, outer: &mut TestBackend) {
    let size = desk.app.terminal;
    outer.resize(size.cols(), size.rows());
    super::draw(&desk.app, kept);
    let Ok(()) = kept.send(outer);
}

/// What somebody sees of a frame: nothing of the cells that wide characters cover.
fn seen(buffer: &Buffer) -> Buffer {
    let mut seen = buffer.clone();
    for at in 1..seen.content.len() {
        let before = &seen.content[at - 1];
        if super::text::width(before.symbol()) > 1 {
            seen.content[at] = Cell::EMPTY;
        }
    }
    seen
}

fn buffer(desk: &Desk) -> Buffer {
    drawn(desk).buffer().clone()
}

/// The frame as text, blanks at the ends of rows cut.
fn frame(desk: &Desk) -> String {
    let (buffer, size) = (buffer(desk), desk.app.terminal);
    let rows = buffer.content().chunks(usize::from(size.cols()));
    let text = rows.map(|row| {
        let mut line = String::new();
        let mut skip = 0;
        for cell in row {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            skip = super::text::width(cell.symbol()).saturating_sub(1);
            line.push_str(cell.symbol());
        }
        line.trim_end().to_owned()
    });
    text.collect::<Vec<_>>().join("\n")
}

fn sized(desk: &mut Desk, rows: u16, cols: u16) {
    desk.event(Event::Resized(GridSize::new(rows, cols)));
}

fn row(name: &str, word: &str, kind: StatusKind, restarts: u32, age: i64) -> PodRow {
    let mut row = pod(name);
    row.status = PodStatus {
        word: word.into(),
        kind,
    };
    row.restarts = restarts;
    row.created = 1_700_000_000 - age;
    row.containers = Box::new([container("app"), container("proxy")]);
    row.default_container = Some("app".into());
    row.node = "ip-10-0-4-7".into();
    row
}

const DAY: i64 = 86_400;

fn shop() -> Vec<PodRow> {
    let mut crash = row(
        "web-6d9c8-m2v8d",
        "CrashLoopBackOff",
        StatusKind::Trouble,
        9,
        3 * DAY,
    );
    crash.ready = (0, 1);
    crash.last_restart = Some(1_700_000_000 - 40);
    let ok = |name| row(name, "Running", StatusKind::Ok, 0, 3 * DAY);
    let mut rows = vec![crash];
    rows.extend(
        [
            "web-6d9c8-4kq2p",
            "web-6d9c8-7hhzn",
            "web-6d9c8-9xw4t",
            "web-6d9c8-p0c3v",
        ]
        .map(ok),
    );
    let mut old = row("web-58b7f-zz81k", "Running", StatusKind::Ok, 0, 21 * DAY);
    old.owner = rows[0].owner.clone();
    rows.push(old);
    rows
}

/// The replicas of one workload on the protected context `prod-eu`, not asked about.
fn desk_with_shop() -> Desk {
    let mut config = Config::default();
    let context = Context {
        alias: Some("prod-eu".to_owned()),
        protected: Some(true),
        ..Context::default()
    };
    config.contexts.insert("demo".to_owned(), context);
    let mut desk = Desk::with(config);
    desk.rows(shop());
    desk
}

/// Shells in all of them, open and live, each with a prompt that answered.
fn desk_with_shells() -> Desk {
    let mut desk = desk_with_shop();
    desk.keys("a enter");
    desk.allow("shop");
    desk.all_live();
    for pane in 0..desk.app.panes.len() {
        desk.output(pane, "$ cat /etc/app/rev\r\n7f3c9e1\r\n$ ");
    }
    quiet(&mut desk);
    desk
}

/// Lets time pass until no notice is shown.
fn quiet(desk: &mut Desk) {
    desk.pass(Duration::from_secs(70));
    desk.event(Event::Tick);
}

/// Answers a guard that asks for the name of the context.
fn pass_guard(desk: &mut Desk) {
    desk.pass(Duration::from_secs(1));
    desk.typed("prod-eu");
}

#[track_caller]
fn same(name: &str, desk: &Desk) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../tests/data/screens");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, frame(desk)));
}
