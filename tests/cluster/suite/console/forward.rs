//! Port-forwards to a real pod: a page fetched by real local connections, what the node says of a closed port, the pod that goes away.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::time::Duration;

use crate::support::console::{Console, LONG, WIDE};
use crate::support::kubectl::{Namespace, kubectl, wait_for_pods};

/// More than any queue on the way holds.
const BIG: usize = 8 << 20;

/// A pod that serves two files over HTTP on its port 8080, and names a port that it does not serve.
pub(super) fn page(purpose: &str) -> Namespace {
    let namespace = Namespace::new(purpose);
    let serve = format!(
        "mkdir /tmp/www && echo hello from $(hostname) >/tmp/www/hello && head -c {BIG} /dev/zero >/tmp/www/big && exec httpd -f -p 8080 -h /tmp/www"
    );
    namespace.apply(&format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: page}}, spec: {{terminationGracePeriodSeconds: 0, containers: [{{\
         name: httpd, image: 'localhost/test-busybox:1', imagePullPolicy: Never, command: [sh, -c, '{serve}'], \
         ports: [{{name: http, containerPort: 8080}}, {{name: dns, containerPort: 53, protocol: UDP}}, \
         {{name: closed, containerPort: 81}}]}}]}}}}"
    ));
    wait_for_pods(namespace.name(), Duration::from_secs(120), |pods| {
        if pods.iter().any(|pod| pod.ready == "1/1") {
            Ok(())
        } else {
            Err("it is not ready".to_owned())
        }
    });
    namespace
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}

fn asked(port: u16, file: &str) -> TcpStream {
    let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("it is taken");
    let request = format!("GET /{file} HTTP/1.0\r\n\r\n");
    connection.write_all(request.as_bytes()).expect("it reads");
    connection
}

fn answer(connection: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("an answer");
    answer
}

/// The port, typed with the remote one, leads to the pod from now on.
fn forwards(console: &mut Console, remote: &str) -> u16 {
    let port = free_port();
    console.keys("f");
    console.waits_for("81     closed  httpd");
    console.types(&format!("{port}:{remote}"));
    console.keys("enter");
    console.waits_for(&format!("127.0.0.1:{port} leads to page:"));
    port
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_page_is_fetched_from_a_pod() {
    let namespace = page("forward");
    let mut console = Console::start(&["-n", namespace.name()], WIDE);
    console.waits_for("page");
    let port = forwards(&mut console, "http");

    // One that says all it has to say before the answer comes, beside one that takes much.
    let mut first = asked(port, "hello");
    first.shutdown(Shutdown::Write).expect("it is open");
    let mut second = asked(port, "big");
    let hello = String::from_utf8(answer(&mut first)).expect("text");
    assert!(hello.ends_with("hello from page\n"), "{hello}");
    let big = answer(&mut second);
    assert!(
        big.len() > BIG && big.ends_with(&[0; 4096]),
        "{}",
        big.len()
    );
    console.keys("F");
    console.waits_for("FORWARDS  1 live");
    console.waits_for("8.0 MiB");
    console.keys("q q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
    let gone = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map_err(|error| error.kind());
    assert_eq!(gone.err(), Some(ErrorKind::ConnectionRefused));
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn a_closed_port_and_a_pod_that_goes_away_are_said() {
    let namespace = page("forward-end");
    let mut console = Console::start(&["-n", namespace.name()], WIDE);
    console.waits_for("page");
    let port = forwards(&mut console, "closed");
    let mut connection = asked(port, "hello");
    let error = connection.read(&mut [0]).expect_err("it is no end");
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    console.keys("f");
    console.waits_for("connection refused inside the pod: nothing listens on its port 81");
    let second = forwards(&mut console, "http");
    console.waits_for("FORWARDS  2 live");

    kubectl(&[
        "-n",
        namespace.name(),
        "delete",
        "pod",
        "page",
        "--wait=false",
    ]);
    console.waits_for("FORWARDS  0 live");
    console.waits_for("ended: the pod is gone");
    console.keys("q q");
    assert_eq!(console.terminal.wait_exit(LONG).exit_code(), 0);
    let audit = console.home.path().join(".local/state/podmux/audit.jsonl");
    let audit = std::fs::read_to_string(&audit).expect("the audit");
    for port in [port, second] {
        let local = format!(r#""local":{port}"#);
        assert_eq!(audit.matches(&local).count(), 2, "{audit}");
    }
    let why = r#""why":"the pod is gone""#;
    assert_eq!(audit.matches(why).count(), 2, "{audit}");
}
