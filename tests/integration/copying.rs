//! The way of copied text, in the order of design: the user's command, else tmux, else the outer terminal. And what a split arrow key
//! becomes.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::pty::Size;
use crate::stage::{CART, LONG, Stage};

fn list(before: &[&str], home: tempfile::TempDir, settings: &str) -> Stage {
    let args = ["-n", "cart"];
    let mut stage = Stage::start_behind(before, home, settings, &args, Size(40, 120), |_| {});
    stage.shows(CART[0]);
    stage.send("/2jw8x\r");
    stage.shows("PODS  1 of");
    stage
}

fn osc_52(stage: &Stage) -> bool {
    let needle = b"\x1b]52;";
    let output = stage.terminal.output();
    output.windows(needle.len()).any(|bytes| bytes == needle)
}

/// A tmux that writes down how it was called and what it was given.
fn tmux(home: &std::path::Path) -> String {
    let folder = home.join("bin");
    fs::create_dir(&folder).unwrap();
    let program = folder.join("tmux");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >{0}/words\ncat >{0}/tmux-copied\n",
        home.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, PermissionsExt::from_mode(0o700)).unwrap();
    let path = std::env::var("PATH").unwrap();
    format!("PATH={}:{path}", folder.display())
}

#[test]
fn the_command_of_the_settings_comes_first() {
    let home = tempfile::tempdir().unwrap();
    let (path, copied) = (tmux(home.path()), home.path().join("copied"));
    let settings = format!(
        "[ui]\ncopy_command = [\"sh\", \"-c\", \"cat >{}\"]\n",
        copied.display()
    );
    let mut stage = list(&["env", "TMUX=/there,1,0", &path], home, &settings);
    stage.send("c");
    stage.shows("16 characters sent to the clipboard by sh");
    assert_eq!(fs::read_to_string(copied).unwrap(), CART[0]);
    assert!(!stage.home.path().join("words").exists());
    assert!(!osc_52(&stage));
}

#[test]
fn tmux_comes_next() {
    let home = tempfile::tempdir().unwrap();
    let path = tmux(home.path());
    let mut stage = list(&["env", "TMUX=/there,1,0", &path], home, "");
    stage.send("c");
    stage.shows("16 characters sent to the clipboard by tmux");
    let written = |name: &str| fs::read_to_string(stage.home.path().join(name)).unwrap();
    assert_eq!(written("words"), "load-buffer -w -\n");
    assert_eq!(written("tmux-copied"), CART[0]);
    assert!(!osc_52(&stage));
}

#[test]
fn the_terminal_comes_last() {
    let home = tempfile::tempdir().unwrap();
    let path = tmux(home.path());
    let mut stage = list(&["env", &path], home, "");
    stage.send("c");
    stage.shows("16 characters sent to the clipboard");
    // `cart-77c4d-2jw8x` in base64.
    let needle = b"\x1b]52;c;Y2FydC03N2M0ZC0yanc4eA==";
    let output = stage.terminal.output();
    assert!(output.windows(needle.len()).any(|bytes| bytes == needle));
    assert!(!stage.home.path().join("words").exists());
}

/// Nobody can tell whether a terminal took it: a file is offered.
#[test]
fn what_was_copied_from_a_pane_can_be_written_to_a_file() {
    let mut stage = Stage::shells("");
    stage.send("\x07w");
    stage.shows("nothing was copied yet");
    stage.send("echo 'to be ke'pt\r");
    stage.shows("to be kept");
    // The answer stands below the first line.
    stage.send("\x07[");
    stage.mode("SCROLL");
    stage.send("gjVy");
    stage.shows("sent to the clipboard; Ctrl-g w writes a file");
    stage.mode("PANE");
    stage.send("\x07w");
    stage.shows("podmux-copy.txt");
    stage.send("\r");
    stage.shows("written to ");
    let written = fs::read_to_string(stage.home.path().join("podmux-copy.txt")).unwrap();
    assert_eq!(written.trim_end(), "to be kept");
}

/// Under SSH an ESC is held for 100 ms, and what follows it makes it an arrow.
#[test]
fn a_split_arrow_key_is_one_key() {
    let home = tempfile::tempdir().unwrap();
    let args = ["-n", "cart", "deploy/cart"];
    let before = ["env", "SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22"];
    let mut stage = Stage::start_behind(&before, home, "", &args, Size(40, 120), |_| {});
    stage.live(3);
    stage.send("\x1b");
    stage.send("[A");
    stage.send("x");
    let control = stage.control.clone();
    let got = |text: &'static [u8]| move |_: &vt100::Screen| control.typed_into(CART[0]) == text;
    stage
        .terminal
        .wait_until("the arrow arrives", LONG, got(b"\x1b[Ax"));
}
