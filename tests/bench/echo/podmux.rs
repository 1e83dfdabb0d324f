//! podmux at the work of the bench, on the demo.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::pty::{Program, Terminal};
use crate::{LONG, Scene, echo};

/// No question stands in the way of the keys.
const SETTINGS: &str = "[broadcast]\nconfirm_over = 100\n";

pub(crate) fn measure(home: &Path, scene: Scene, keys: usize) -> Vec<Duration> {
    let settings = home.join("echo.toml");
    std::fs::write(&settings, SETTINGS).expect("a file of settings");
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args(["--config", &settings.to_string_lossy()])
        .args(["demo", "--pods", "400"])
        .size(scene.size())
        .start();
    let live = open(&mut terminal, scene.panes());
    let shown = match scene {
        Scene::One => 1,
        Scene::Flooded(_) => {
            flood(&mut terminal);
            1
        }
        Scene::All(_) => {
            terminal.send("\x07b");
            terminal.wait_for(&format!("BROADCAST {live} of"), LONG);
            live
        }
    };
    let times = echo(&mut terminal, keys, shown);
    // It ends what it started.
    terminal.signal(Signal::SIGTERM);
    terminal.wait_exit(LONG);
    times
}

/// Opens shells in so many pods; says how many are live. The demo lets a few fail, as clusters do.
fn open(terminal: &mut Terminal, panes: usize) -> usize {
    terminal.wait_for("LIST", LONG);
    terminal.send("/");
    // These come and go less than others.
    terminal.send("ns:branch-01");
    terminal.send("\r");
    terminal.wait_for("filter ns:branch-01", LONG);
    // Keys that come before the pods mark none.
    terminal.wait_for("of 400", LONG);
    for _ in 0..panes {
        terminal.send(" ");
    }
    terminal.wait_for(&format!("{panes} marked"), LONG);
    terminal.send("\r");
    terminal.wait_for("PANE", LONG);
    terminal.send("\x07\\");
    let live = |screen: &vt100::Screen| screen.contents().matches("─ live ").count();
    terminal.wait_until("nearly all shells live", LONG, |screen| {
        !screen.contents().contains("opening") && live(screen) * 10 > panes * 9
    });
    live(terminal.screen())
}

/// Every pane but the first prints without end; the keys go to the first.
fn flood(terminal: &mut Terminal) {
    terminal.send("\x07b");
    terminal.wait_for("BROADCAST", LONG);
    terminal.send("\x07o");
    terminal.wait_for("HERE ONLY", LONG);
    terminal.send("\x07l");
    terminal.wait_for("BROADCAST", LONG);
    terminal.send("yes\r");
    terminal.send("\x07h");
    terminal.wait_for("HERE ONLY", LONG);
    terminal.wait_until("the others flood", LONG, |screen| {
        screen.contents().matches("y  ").count() > 8
    });
}
