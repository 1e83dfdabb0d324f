//! podmux at the work of the bench, on the demo.

use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::pty::{Program, Terminal};
use crate::tap::{self, Own};
use crate::{LONG, Scene, echo, echo_tapped};

/// No question stands in the way of the keys; the shells are the ones that tmux gets, whose terminals echo in the kernel.
const SETTINGS: &str = "[broadcast]\nconfirm_over = 100\n[shell]\ncommand = [\"sh\"]\n";

pub(crate) fn measure(home: &Path, scene: Scene, keys: usize) -> Vec<Duration> {
    let mut terminal = program(home, scene).args(["demo", "--pods", "400"]).start();
    let shown = set_up(&mut terminal, scene);
    let times = echo(&mut terminal, keys, shown);
    end(terminal);
    times
}

/// The same with a server beside the program and not in it: what the program itself takes.
pub(crate) fn measure_own(home: &Path, scene: Scene, keys: usize) -> Own {
    let server = tap::start(home);
    let mut terminal = program(home, scene)
        .args(["--kubeconfig", &server.kubeconfig.to_string_lossy()])
        .start();
    let shown = set_up(&mut terminal, scene);
    let mut own = Own::default();
    echo_tapped(&mut terminal, keys, shown, Some((&server.taps, &mut own)));
    end(terminal);
    own.sorted()
}

fn program(home: &Path, scene: Scene) -> Program {
    let settings = home.join("echo.toml");
    std::fs::write(&settings, SETTINGS).expect("a file of settings");
    Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args(["--config", &settings.to_string_lossy()])
        .size(scene.size())
}

/// Opens the panes and gives the others something to do; says how many show each key.
fn set_up(terminal: &mut Terminal, scene: Scene) -> usize {
    open(terminal, scene.panes());
    match scene {
        Scene::One => 1,
        Scene::Flooded(_) => {
            flood(terminal);
            1
        }
        Scene::All(_) => {
            terminal.send("\x07b");
            terminal.wait_until("the broadcast counts its panes", LONG, |screen| {
                receivers(screen).is_some()
            });
            // One of them may have ended since they were counted.
            receivers(terminal.screen()).expect("a count was just seen")
        }
    }
}

/// How many panes the status line says get the keys.
fn receivers(screen: &vt100::Screen) -> Option<usize> {
    let contents = screen.contents();
    let (_, after) = contents.split_once("BROADCAST ")?;
    let (count, _) = after.split_once(" of ")?;
    count.trim().parse().ok()
}

/// It ends what it started.
fn end(mut terminal: Terminal) {
    terminal.signal(Signal::SIGTERM);
    terminal.wait_exit(LONG);
}

/// Opens shells in so many pods. The demo lets a few fail, as clusters do.
fn open(terminal: &mut Terminal, panes: usize) {
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
