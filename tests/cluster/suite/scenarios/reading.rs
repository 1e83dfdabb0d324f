//! Copying, searching, and the first keys of somebody who knows k9s.

use crate::pty::Size;
use crate::support::console::{Console, LONG, WIDE};
use crate::support::crew::Crew;

/// tmux: `C-b [`, 29 times up, space, 29 times down, Enter: 62 keys with the numbers of vi 10; a search goes through one pane, so
/// `C-b [ / needle Enter` in each of three, 10 keys, and `C-b o` in between: 34.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn copy_thirty_lines_and_find_a_word_in_all_panes() {
    let crew = Crew::new("reading", "busybox", 3);
    let names = crew.names();
    let needle = names.get(2).expect("three pods");
    crew.runs(needle, "echo needle >/tmp/word");
    let mut console = Console::start(&["-n", crew.namespace(), "deploy/crew"], WIDE);
    console.waits_for_all(3, "/ #");
    console.keys("ctrl-g b");
    console.types("seq 100; cat /tmp/word; seq 100");
    console.keys("enter ctrl-g b");
    console.waits_for_all(3, "│99");
    console.counts_from_here();
    console.keys("ctrl-g [ V");
    for _ in 0..29 {
        console.keys("k");
    }
    console.keys("y");
    console.waits_for("clipboard");
    let written = String::from_utf8_lossy(console.terminal.output()).into_owned();
    assert!(written.contains("\x1b]52;"), "no OSC 52 was written");
    console.keys("ctrl-g /");
    console.types("needle");
    console.keys("tab enter");
    console.waits_for("found: needle · 1 of 1");
    console.keys("enter");
    console
        .terminal
        .wait_until("the pane that has it", LONG, |screen| {
            screen.contents().contains(&format!("▸{needle}"))
        });
    console.tells(
        "copy 30 lines and find a word in all of three panes",
        "tmux with kubectl 10 (or 62 without numbers) to copy, 34 to search pane by pane",
    );
    assert_eq!(console.quits("ctrl-g q"), 0);
}

/// The same ten in k9s: `/`, a filter, Enter, `l`, Esc, `d`, Esc, `y`, Esc, `s`.
#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn the_first_ten_keys_of_a_k9s_user() {
    let mut console = Console::start(&["demo"], Size(24, 80));
    console.waits_for("PODS  214");
    console.counts_from_here();
    console.keys("/");
    console.types("web");
    console.keys("enter");
    console.waits_for("filter web");
    for (key, shown) in [("l", " LOGS "), ("d", " DESCRIBE "), ("y", " YAML ")] {
        console.keys(key);
        console.waits_for(shown);
        console.keys("esc");
        console.waits_for(" LIST");
    }
    console.keys("j s");
    console.waits_for("live ─");
    console.tells(
        "the first ten keys of a k9s user, on the demo at 80x24",
        "k9s 12, the same keys",
    );
    assert_eq!(console.quits("ctrl-g q"), 0);
}
