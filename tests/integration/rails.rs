//! Each sentence of "Guard rails" in a real terminal; the table of all paths and rules is `app/update/tests/rails.rs`.

use nix::sys::signal::Signal;

use crate::pty::Size;
use crate::stage::{CART, LONG, PROTECTED, Stage};

const FEW: &str = "[broadcast]\nconfirm_over = 2\n";
const FEWER: &str = "[broadcast]\nmax_targets = 2\n";

#[test]
fn read_only_refuses_shells_run_compose_and_port_forward_and_shows_leaks() {
    let mut stage = Stage::list("[guard]\nread_only = true\n");
    stage.send("f");
    stage.shows("port-forward refused: guard.read_only is set");
    stage.send("N");
    stage.shows("c.toml:2");
    stage.send("q");
    stage.mode("LIST");
    stage.send("a\r");
    stage.shows("guard.read_only is set");
    stage.shows("c.toml:2");
    stage.send("!");
    stage.mode("ASK");
    stage.send("id\r");
    stage.shows("run in 3 pods refused");
    // What was typed is not lost.
    stage.send("!");
    stage.shows("run in 3 pods: id");
    stage.send("\x1b");
    stage.mode("LIST");
    stage.send("L");
    stage.shows("WHOSE");
    stage.send("\x1b");
    stage.mode("LIST");
    assert!(
        stage
            .control
            .requests()
            .iter()
            .all(|request| !request.contains("tty=true"))
    );
}

const READ_ONLY: &str = "[guard]\nread_only = true\n";

#[test]
fn what_is_open_when_read_only_comes_is_cancelled_to_nothing() {
    let mut stage = Stage::shells("");
    stage.settings(READ_ONLY);
    stage.send("\x07!id\r");
    stage.shows("run in 3 pods refused: guard.read_only is set");
    stage.send("\x07Bid\r");
    stage.shows("Enter sends to 3");
    stage.answer("\r");
    stage.shows("compose refused: guard.read_only is set");
    stage.send("\x07b");
    stage.shows("broadcast refused: guard.read_only is set");
    for pod in CART {
        assert_eq!(stage.control.typed_into(pod), b"", "{pod}");
    }
    stage.send("\x07c");
    stage.shows("0 left, verified");
    stage.send("\x07C");
    stage.shows("cancel 3: 3 done");
    stage.send("\x07x");
    stage.shows("1 cart 2");
    assert_eq!(stage.control.live_execs(), 0);
    let leaks = stage.podmux(&["leaks"]);
    assert_eq!(leaks.status.code(), Some(0), "{leaks:?}");
}

#[test]
fn quitting_cleans_up_under_read_only() {
    let mut stage = Stage::shells("");
    stage.settings(READ_ONLY);
    stage.send("\x07q");
    stage.shows("quit");
    stage.answer("y");
    assert_eq!(stage.terminal.wait_exit(LONG).exit_code(), 0);
    assert_eq!(stage.podmux(&["leaks"]).status.code(), Some(0));
}

#[test]
fn leaks_and_reap_work_under_read_only_on_what_a_killed_console_left() {
    let mut stage = Stage::shells("");
    stage.terminal.signal(Signal::SIGKILL);
    stage.terminal.wait_exit(LONG);
    for (words, code) in [
        (&["--read-only", "leaks"][..], 1),
        (&["--read-only", "reap"], 1),
        (&["--read-only", "reap", "--yes"], 0),
        (&["--read-only", "leaks"], 0),
    ] {
        let said = stage.podmux(words);
        assert_eq!(said.status.code(), Some(code), "{words:?} {said:?}");
    }
}

#[test]
fn shells_and_keys_to_one_never_ask_however_protected() {
    let settings = format!("{PROTECTED}[broadcast]\nconfirm_over = 1\nmax_targets = 1\n");
    let mut stage = Stage::shells(&settings);
    stage.send("x");
    stage.send("\x1b[200~two\rlines\x1b[201~");
    stage.mode("PANE");
    assert_eq!(stage.typed(), ["xtwo\rlines", "", ""]);
}

#[test]
fn each_way_to_many_protected_panes_wants_the_name() {
    let mut stage = Stage::shells(PROTECTED);
    for (keys, title) in [
        ("\x07b", "broadcast: 3 panes"),
        ("\x07!id\r", "run in 3 pods: id"),
    ] {
        stage.send(keys);
        stage.shows(title);
        stage.shows("the name of each protected context");
        // Plain Enter accepts nothing, a paste neither, and what is not the name does not.
        stage.answer("\r");
        stage.send("\x1b[200~demo\x1b[201~");
        stage.send("y\r");
        stage.shows(title);
        stage.send("\x1b");
        stage.mode("PANE");
    }
    stage.send("\x07B");
    stage.send("id\r");
    stage.shows("Enter sends to 3");
    stage.answer("\r");
    stage.shows("the name of each protected context");
    stage.answer("demo");
    stage.shows("sent to 3 panes");
    assert_eq!(stage.typed(), ["id\r"; 3]);
}

#[test]
fn a_command_of_the_command_line_wants_the_name_first() {
    let words = ["-n", "cart", "deploy/cart", "--", "cat"];
    let mut stage = Stage::start(PROTECTED, &words, Size(40, 120), |_| {});
    stage.shows("run in 3 pods: cat");
    stage.shows("the name of each protected context");
    let opened = |stage: &Stage| {
        let requests = stage.control.requests();
        requests
            .iter()
            .filter(|request| request.contains("tty=true"))
            .count()
    };
    assert_eq!(opened(&stage), 0);
    stage.answer("demo");
    stage.mode("PANE");
    stage.shows(" live ─");
    assert!(opened(&stage) > 0);
}

#[test]
fn more_than_confirm_over_others_want_the_number() {
    let mut stage = Stage::shells(FEW);
    stage.send("\x07b");
    stage.shows("Type the number of panes to go on");
    stage.answer("2");
    stage.shows("broadcast: 3 panes");
    stage.send("\x7f3");
    stage.mode("BROADCAST 3 of 3");
    stage.send("x");
    assert_eq!(stage.typed(), ["x"; 3]);
    stage.send("\x07Bid\r");
    stage.shows("Enter sends to 3");
    stage.answer("\r");
    stage.shows("Type the number of panes to go on");
    stage.answer("3");
    stage.shows("sent to 3 panes");
    stage.send("\x07!id\r");
    stage.shows("Type the number of pods to go on");
    stage.answer("3");
    stage.shows("3 of 3");
}

#[test]
fn a_question_that_is_older_than_the_rules_does_nothing() {
    let mut stage = Stage::shells(FEW);
    stage.send("\x07b");
    stage.shows("Type the number of panes to go on");
    let border = |text: &str| text.lines().nth(1).and_then(|row| row.find('┌'));
    let before = border(&stage.terminal.text());
    let other = format!("{PROTECTED}[ui]\nlist_width = 40\n");
    std::fs::write(stage.home.path().join("c.toml"), other).unwrap();
    // What is said stands behind the dialog; the list beside it is wider.
    stage
        .terminal
        .wait_until("the settings are read again", LONG, |screen| {
            border(&screen.contents()) != before
        });
    stage.answer("3");
    stage.shows("nothing was done: the guard rails have changed since");
    stage.mode("PANE");
    stage.send("\x07b");
    stage.shows("the name of each protected context");
    stage.answer("\x1b");
    stage.mode("PANE");
    assert_eq!(stage.typed(), [""; 3]);
}

/// The keys of a snapshot pass the same door as typed ones.
#[test]
fn the_keys_of_a_snapshot_meet_the_rules() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("c.toml");
    let snapshot = |settings: &str, keys: &str| {
        std::fs::write(&config, settings).unwrap();
        let mut podmux = std::process::Command::new(env!("CARGO_BIN_EXE_podmux"));
        let output = podmux
            .args(["demo", "--snapshot", "120x40", "--config"])
            .arg(&config)
            .args(["--keys", keys])
            .env_clear()
            .env("HOME", home.path())
            .env("LANG", "C.UTF-8")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let shells = r#"/ "ns:cart cart-77" enter a enter"#;
    let screen = snapshot(READ_ONLY, shells);
    assert!(
        screen.contains("shells refused: guard.read_only"),
        "{screen}"
    );
    let keys = format!(r#"{shells} wait:"live ─" ctrl-g ! "id" enter"#);
    let screen = snapshot(PROTECTED, &keys);
    assert!(
        screen.contains("the name of each protected context"),
        "{screen}"
    );
}

#[test]
fn max_targets_refuses_what_is_sent_and_neither_shells_nor_cancel() {
    let mut stage = Stage::shells(FEWER);
    let refused = "3 targets are more than broadcast.max_targets = 2";
    stage.send("\x07b");
    stage.shows(&format!("broadcast refused: {refused}"));
    stage.send("\x07!id\r");
    stage.shows(&format!("run in 3 pods refused: {refused}"));
    stage.send("\x07B");
    stage.send("id\r");
    stage.shows("Enter sends to 3");
    stage.answer("\r");
    stage.shows(&format!("compose refused: {refused}"));
    stage.send("\x07C");
    stage.shows("cancel 3: 3 done");
}

#[test]
fn deny_refuses_composed_and_run_text_and_no_keys() {
    let mut stage = Stage::shells("[guard]\ndeny = [\"^rm\"]\n");
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("rm");
    let refused = "the text matches guard.deny \"^rm\"";
    stage.send("\x07!rm x\r");
    stage.shows(&format!("refused: {refused}"));
    stage.send("\x07!");
    stage.shows("run in 3 pods: rm x");
    stage.send("\x1b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("\x07Brm x\r");
    stage.shows("Enter sends to 3");
    stage.answer("\r");
    stage.shows(&format!("compose refused: {refused}"));
    assert_eq!(stage.typed(), ["rm"; 3]);
}

#[test]
fn cancel_all_over_confirm_over_and_under_here_only_wants_a_second_press() {
    let mut stage = Stage::shells(FEW);
    stage.send("\x07C");
    stage.shows("cancel: 3 panes");
    stage.shows("…2jw8x …hq7rt …k9b4m");
    stage.answer("\x1b");
    stage.mode("PANE");
    stage.send("\x07o");
    stage.shows("opted out");
    stage.focus(CART[1]);
    stage.send("\x07b");
    stage.mode("BROADCAST 2 of 3");
    stage.focus(CART[0]);
    stage.mode("HERE ONLY");
    stage.send("\x07I");
    stage.shows("interrupt: 2 panes");
    stage.shows("…hq7rt …k9b4m");
    stage.shows("not touched");
    stage.answer("\r");
    stage.shows("interrupt: 2 panes");
    stage.send("I");
    stage.shows("cancel 2: 2 done");
    assert_eq!(stage.control.typed_into(CART[0]), b"");
}

#[test]
fn a_dialog_is_deaf_for_a_moment_and_the_list_takes_no_pastes() {
    let mut stage = Stage::shells(FEW);
    // In one piece: the answer comes right behind the key that asks.
    stage.send("\x07b3");
    stage.shows("broadcast: 3 panes");
    stage.answer("3");
    stage.mode("BROADCAST 3 of 3");
    stage.send("\x07g");
    stage.mode("LIST");
    stage.send("\x1b[200~a\rq\ry\r\x1b[201~");
    stage.shows("the list takes no pastes");
    stage.mode("LIST");
    assert_eq!(stage.typed(), [""; 3]);
}

#[test]
fn marks_that_the_filter_hides_are_counted_and_enter_asks() {
    let mut stage = Stage::list("");
    stage.send("a/hq7rt\r");
    stage.shows("3 marked, 2 not shown");
    stage.send("\r");
    stage.shows("shells: 3 marked pods");
    stage.answer("y");
    stage.live(3);
}

#[test]
fn shells_are_refused_until_the_journal_can_be_written() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".local/state");
    std::fs::create_dir_all(&folder).unwrap();
    // No folder can be made where a file is.
    std::fs::write(folder.join("podmux"), "").unwrap();
    let mut stage = Stage::start_in(home, "", &["-n", "cart"], Size(40, 200), |_| {});
    stage.shows("cart-77c4d-k9b4m");
    stage.send("/2jw8x\r");
    stage.shows("PODS  1 of");
    stage.send("s");
    stage.shows("no shells: ");
    stage.send("N");
    stage.shows("XDG_STATE_HOME");
    stage.shows(".local/state/podmux/journal.jsonl");
    stage.send("q");
    stage.mode("LIST");
    std::fs::remove_file(stage.home.path().join(".local/state/podmux")).unwrap();
    stage.send("s");
    stage.shows("what is started can be recorded again");
    stage.send("s");
    stage.live(1);
    let written = |name: &str| stage.home.path().join(".local/state/podmux").join(name);
    assert!(written("journal.jsonl").metadata().unwrap().len() > 0);
    assert!(written("audit.jsonl").metadata().unwrap().len() > 0);
}
