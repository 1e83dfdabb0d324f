//! vttest, page by page, in a pane: each page equals a golden that was read by a person. Skipped where vttest is not installed.
//!
//! `PODMUX_VTTEST_WRITE=1` writes the goldens anew; read every changed one before it is kept.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use podmux::geometry::GridSize;
use podmux::screen::{CellStyle, Screen};

use crate::byte_table::rows;
use crate::engine::{Engine, Nothing, command, installed};

const SIZE: (u16, u16) = (24, 80);
const PAGE: Duration = Duration::from_secs(20);
/// When goldens are written: a page is done when nothing came for so long.
const QUIET: Duration = Duration::from_millis(700);
/// A walk that has not ended by then is not where it is thought to be.
const MOST_PAGES: usize = 40;
const MENU: &str = "Enter choice number";

/// The choices of the main menu, and what each leads through.
const WALKS: &[(&str, &[&str])] = &[
    ("1-cursor", &["1"]),
    ("2-screen", &["2"]),
    ("3-sets", &["3"]),
    ("6-status", &["6", "3"]),
    ("6-attributes", &["6", "4"]),
    ("6-parameters", &["6", "7"]),
    ("8-insert", &["8"]),
];

type Vttest = Engine<Nothing>;

fn start() -> Vttest {
    let command = command("vttest", &["24x80.132"]);
    let mut vttest = Engine::start(command, GridSize::new(SIZE.0, SIZE.1), Nothing);
    assert!(
        vttest.wait(PAGE, |rows| rows.iter().any(|row| row.contains(MENU))),
        "no menu:\n{}",
        rows(&vttest.screen).join("\n")
    );
    vttest
}

/// The page as text: rows, then what is not plain.
fn page(screen: &Screen) -> String {
    let mut text = String::new();
    for row in rows(screen) {
        writeln!(text, "|{row}").unwrap();
    }
    let size = screen.size();
    let view = screen.view(0);
    for row in 0..size.rows() {
        let mut col = 0;
        while col < size.cols() {
            let style = view.cell(row, col).style;
            let end = (col..size.cols())
                .find(|col| view.cell(row, *col).style != style)
                .unwrap_or(size.cols());
            if style != CellStyle::default() {
                writeln!(
                    text,
                    "row {} columns {}-{}: {}",
                    row + 1,
                    col + 1,
                    end,
                    words(style)
                )
                .unwrap();
            }
            col = end;
        }
    }
    text
}

fn words(style: CellStyle) -> String {
    let flags = [
        (style.bold, "bold"),
        (style.dim, "dim"),
        (style.italic, "italic"),
        (style.underline, "underline"),
        (style.inverse, "inverse"),
    ];
    let mut words: Vec<String> = flags
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| (*word).to_owned())
        .collect();
    let plain = CellStyle::default();
    if style.fg != plain.fg {
        words.push(format!("{:?}", style.fg));
    }
    if style.bg != plain.bg {
        words.push(format!("on {:?}", style.bg));
    }
    words.join(" ")
}

fn golden(walk: &str, number: usize) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/vttest");
    folder.join(format!("{walk}-{number:02}.txt"))
}

/// Goes through a walk and writes what it shows.
fn write(walk: &str, choices: &[&str]) -> usize {
    let mut vttest = start();
    for choice in choices {
        vttest.settle(QUIET);
        vttest.send(format!("{choice}\r").as_bytes());
    }
    for number in 1..=MOST_PAGES {
        vttest.settle(QUIET);
        let shown = page(&vttest.screen);
        if shown.contains(MENU) {
            return number - 1;
        }
        fs::write(golden(walk, number), shown).unwrap();
        vttest.send(b"\r");
    }
    panic!("{walk} does not end");
}

/// Goes through a walk; says how many pages were equal, and shows those that were not.
fn compare(walk: &str, choices: &[&str]) -> (usize, usize) {
    let mut vttest = start();
    let pages: Vec<String> = (1..)
        .map_while(|number| fs::read_to_string(golden(walk, number)).ok())
        .collect();
    for choice in choices {
        assert!(vttest.wait(PAGE, |rows| rows.iter().any(|row| row.contains(MENU))));
        vttest.send(format!("{choice}\r").as_bytes());
    }
    let mut equal = 0;
    let mut before = "";
    for (index, wanted) in pages.iter().enumerate() {
        if wanted == before {
            // Nothing tells the one from the other but time.
            vttest.settle(QUIET);
        }
        before = wanted;
        if vttest.wait_screen(PAGE, |screen| page(screen) == *wanted) {
            equal += 1;
        } else {
            println!(
                "{walk} page {} differs:\n{}wanted:\n{wanted}",
                index + 1,
                page(&vttest.screen)
            );
        }
        vttest.send(b"\r");
    }
    (equal, pages.len())
}

#[test]
fn every_page_of_vttest_equals_its_golden() {
    if !installed("vttest") {
        println!("vttest was not run: it is not installed");
        return;
    }
    let writing = std::env::var_os("PODMUX_VTTEST_WRITE").is_some();
    let walk = |walk: &'static str, choices: &'static [&'static str]| {
        std::thread::spawn(move || {
            if writing {
                let pages = write(walk, choices);
                (pages, pages)
            } else {
                compare(walk, choices)
            }
        })
    };
    let walks: Vec<_> = WALKS
        .iter()
        .map(|(name, choices)| walk(name, choices))
        .collect();
    let counts = walks.into_iter().map(|walk| walk.join().unwrap());
    let (equal, all) = counts.fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("vttest: {equal} of {all} pages equal their goldens");
    assert!(all >= 27 && equal == all, "{equal} of {all} pages");
}
