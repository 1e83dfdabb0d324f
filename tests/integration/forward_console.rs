//! A port-forward from the first key to the last, in a real terminal on the demo, with real local connections.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use crate::pty::{Program, Size, Terminal};

const SOON: Duration = Duration::from_secs(60);

/// A pod of the demo that is always there, and runs.
const POD: &str = "web-6d9c8-4kq2p";

fn demo(home: &std::path::Path) -> Terminal {
    let mut terminal = Program::new(env!("CARGO_BIN_EXE_podmux"), home)
        .args(["demo", "--pods", "30"])
        .size(Size(24, 80))
        .start();
    terminal.wait_for("CrashLoop", SOON);
    terminal.send("/4kq2p\r");
    terminal.wait_for("1 of 30", SOON);
    terminal
}

/// The local port that the screen says leads to the pod.
fn said_port(terminal: &mut Terminal) -> u16 {
    let leads = format!(" leads to {POD}:8080");
    terminal.wait_for(&leads, SOON);
    let text = terminal.text();
    let (before, _) = text.split_once(&leads).unwrap();
    let (_, port) = before.rsplit_once("127.0.0.1:").unwrap();
    port.parse().unwrap()
}

fn fetched(port: u16) -> String {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    connection
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_page_of_a_pod_is_fetched_counted_and_its_forward_stopped() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path());
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let taken = (taken.local_addr().unwrap().port(), taken);
    terminal.send("f");
    terminal.wait_for("8080   http", SOON);
    terminal.send(format!("{}:http\r", taken.0));
    terminal.wait_for("is taken by another", SOON);
    terminal.wait_for(" is free", SOON);
    terminal.send("\r");
    let port = said_port(&mut terminal);
    assert_ne!(port, taken.0);
    terminal.wait_for("▸ f ", SOON);

    let answer = fetched(port);
    assert!(answer.ends_with(&format!("hello from {POD}\n")), "{answer}");

    terminal.send("f");
    terminal.wait_for("FORWARDS  1 live", SOON);
    terminal.wait_for("1 connection since", SOON);
    let from_it = format!("{} B from it", answer.len());
    terminal.wait_for(&from_it, SOON);

    terminal.send("x");
    terminal.wait_for("is closed", SOON);
    let refused = loop {
        if let Err(error) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            break error.kind();
        }
    };
    assert_eq!(refused, ErrorKind::ConnectionRefused);
    terminal.send("qq");
    assert!(terminal.wait_exit(SOON).success());
}

#[test]
fn a_closed_port_of_a_pod_is_a_reset_and_said() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = demo(home.path());
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    terminal.send("f");
    terminal.wait_for("8080   http", SOON);
    terminal.send(format!("{port}:81\r"));
    terminal.wait_for(&format!("leads to {POD}:81"), SOON);
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let error = connection.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    terminal.send("F");
    terminal.wait_for("refused inside the pod", SOON);
    terminal.send("qq");
    assert!(terminal.wait_exit(SOON).success());
}
