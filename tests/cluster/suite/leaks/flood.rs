//! Row 17: a program floods a terminal that nobody reads, and the cancel key still gets through.

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use nix::sys::signal::Signal;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::Job;
use super::clients::{LONG, kubectl_in_terminal};
use super::commands::job;
use super::pods::{Kind, Place};
use super::shells::after_kubectl;
use super::table::Line;
use super::token;
use crate::support::kubectl::serve;
use crate::support::node::{pass, wait_until};
use crate::support::now;
use crate::support::proxy::{Between, Proxy, kubeconfig_through};

pub(super) fn jobs() -> Vec<Job> {
    let case = "flood with a stalled screen";
    vec![
        job(17, &format!("{case}: busybox"), Kind::Busybox, flooded),
        job(17, &format!("{case}: Debian"), Kind::Debian, flooded),
    ]
}

fn flooded(place: &mut Place, line: &mut Line) {
    let token = token();
    let home = tempfile::tempdir().expect("a folder");
    let flood = format!("while :; do echo {token}; done");
    let runs = |count| wait_until("the flood runs", LONG, || place.carrying(&token) >= count);
    let mut kubectl = kubectl_in_terminal(place, home.path(), &["sh", "-c", &flood]);
    runs(1);
    kubectl.signal(Signal::SIGSTOP);
    pass(Duration::from_millis(500));
    after_kubectl(place, &mut kubectl, line);

    // Without TLS, so that the interrupt can be seen on its way.
    let (_serving, port) = serve();
    let proxy = Proxy::start(("127.0.0.1".to_owned(), port), Between::Nothing);
    let config = kubeconfig_through(home.path(), &format!("http://127.0.0.1:{}", proxy.port()));
    let (master, mut console) = unread(place, home.path(), &config, &flood);
    let mut keys = master.take_writer().expect("the terminal can be written");
    runs(1);
    // Nobody reads the terminal: after this it takes no more.
    pass(Duration::from_secs(1));
    let began = now();
    keys.write_all(b"\x07c").expect("keys are taken");
    wait_until("the flood has ended", LONG, || place.carrying(&token) == 0);
    let ended = began.elapsed().as_millis();
    let sent = proxy.interrupted();
    line.claim(sent.is_some(), || "no 0x03 was seen on the wire".to_owned());
    let sent = sent.map_or(0, |at| at.saturating_duration_since(began).as_millis());
    line.note = format!("0x03 on the wire {sent} ms after the key, ended after {ended} ms");
    let audit = home.path().join(".local/state/podmux/audit.jsonl");
    wait_until("the proof is written down", LONG, || {
        std::fs::read_to_string(&audit).is_ok_and(|text| text.contains("Proven"))
    });
    line.seconds = Some(began.elapsed().as_secs_f32());
    line.left = place.found().len();

    let mut output = master.try_clone_reader().expect("the terminal can be read");
    std::thread::spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(1..) = output.read(&mut buffer) {}
    });
    keys.write_all(b"\x07q").expect("keys are taken");
    let status = console.wait().expect("podmux ends");
    line.claim(status.success(), || format!("quit with {status}"));
}

/// The console with the flood in a terminal that nobody reads.
fn unread(
    place: &Place,
    home: &Path,
    config: &Path,
    flood: &str,
) -> (Box<dyn MasterPty + Send>, Box<dyn Child + Send + Sync>) {
    let size = PtySize {
        rows: 24,
        cols: 80,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system()
        .openpty(size)
        .expect("a pseudo terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_podmux"));
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", home);
    command.env("TERM", "xterm-256color");
    command.env("KUBECONFIG", config);
    let pod = format!("pod/{}", place.pod);
    command.args([
        "-n",
        &place.namespace,
        "-c",
        "app",
        &pod,
        "--",
        "sh",
        "-c",
        flood,
    ]);
    let console = pair.slave.spawn_command(command).expect("podmux starts");
    drop(pair.slave);
    (pair.master, console)
}
