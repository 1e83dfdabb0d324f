//! A proxy between a client and the API server: it passes bytes on, changes what a client offers, or cuts what is idle.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::kubectl::kubectl;
use super::now;

/// What the proxy does besides passing on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Between {
    Nothing,
    /// Takes version 5 of the exec protocol out of each offer.
    OnlyV4,
    /// Cuts a connection that was silent in both directions for so long.
    CutsIdle(Duration),
    /// Holds everything back between `cut` and `mend`, as a network that is gone does.
    Gate,
}

const BOTH: &[u8] = b"v5.channel.k8s.io, v4.channel.k8s.io";

/// Ends with the process of the test; each of its connections ends with one of its sides.
pub(crate) struct Proxy {
    port: u16,
    marks: Arc<Marks>,
}

/// What the connections of a proxy share with its owner.
#[derive(Default)]
struct Marks {
    downgraded: AtomicBool,
    cut: AtomicBool,
    /// When 0x03 went to the standard input of an exec, alone in its frame.
    interrupted: Mutex<Option<Instant>>,
    /// TLS handshakes that the server took as new ones, and as resumed ones.
    full: AtomicUsize,
    resumed: AtomicUsize,
}

impl Proxy {
    #[track_caller]
    pub(crate) fn start(server: (String, u16), between: Between) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let marks = Arc::new(Marks::default());
        let shared = Arc::clone(&marks);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is gone closes the client's connection, as it would without us.
                if let Ok(server) = TcpStream::connect((server.0.as_str(), server.1)) {
                    pass_on(&client, &server, between, &shared);
                }
            }
        });
        Self { port, marks }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether an offer was changed.
    pub(crate) fn downgraded(&self) -> bool {
        self.marks.downgraded.load(Ordering::Relaxed)
    }

    /// When an interrupt was first seen; nothing is seen through TLS.
    pub(crate) fn interrupted(&self) -> Option<Instant> {
        *self.marks.interrupted.lock().expect("nobody panics")
    }

    /// How many TLS handshakes were whole, and how many resumed an earlier one.
    pub(crate) fn handshakes(&self) -> (usize, usize) {
        let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
        (of(&self.marks.full), of(&self.marks.resumed))
    }

    pub(crate) fn cut(&self) {
        self.marks.cut.store(true, Ordering::Relaxed);
    }

    pub(crate) fn mend(&self) {
        self.marks.cut.store(false, Ordering::Relaxed);
    }
}

/// Host and port of the API server.
#[track_caller]
pub(crate) fn server() -> (String, u16) {
    let path = "jsonpath={.clusters[0].cluster.server}";
    let server = kubectl(&["config", "view", "--minify", "--output", path]);
    let address = server.trim_start_matches("https://").trim_end_matches('/');
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "443"));
    (host.to_owned(), port.parse().expect("a port"))
}

/// The administrator's kubeconfig with another server.
#[track_caller]
pub(crate) fn kubeconfig_through(home: &Path, server: &str) -> PathBuf {
    let raw = kubectl(&["config", "view", "--raw", "--flatten", "--minify"]);
    let lines: Vec<String> = raw
        .lines()
        .map(|line| match line.split_once("server: ") {
            Some((indent, _)) => format!("{indent}server: {server}"),
            None => line.to_owned(),
        })
        // A plain connection takes no authority.
        .filter(|line| server.starts_with("https") || !line.contains("certificate-authority"))
        .collect();
    let file = home.join("kubeconfig");
    std::fs::write(&file, lines.join("\n")).expect("the kubeconfig is written");
    file
}

fn pass_on(client: &TcpStream, server: &TcpStream, between: Between, marks: &Arc<Marks>) {
    let last = Arc::new(Mutex::new(now()));
    for (from_side, to, between) in [
        (client, server, between),
        (server, client, downwards(between)),
    ] {
        let Some((from, to)) = from_side.try_clone().ok().zip(to.try_clone().ok()) else {
            return;
        };
        let (last, marks) = (Arc::clone(&last), Arc::clone(marks));
        let side = if std::ptr::eq(from_side, server) {
            Side::Server
        } else {
            Side::Client
        };
        std::thread::spawn(move || copy(from, to, (between, side), &last, &marks));
    }
}

/// Whose bytes are read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

impl Marks {
    fn look(&self, side: Side, first: bool, bytes: &[u8]) {
        match side {
            Side::Client if interrupts(bytes) => {
                let mut seen = self.interrupted.lock().expect("nobody panics");
                seen.get_or_insert_with(now);
            }
            Side::Server if first => match resumes(bytes) {
                Some(true) => drop(self.resumed.fetch_add(1, Ordering::Relaxed)),
                Some(false) => drop(self.full.fetch_add(1, Ordering::Relaxed)),
                None => {}
            },
            Side::Client | Side::Server => {}
        }
    }
}

/// A masked WebSocket frame of two bytes: channel 0, and 0x03.
fn interrupts(bytes: &[u8]) -> bool {
    bytes.windows(8).any(|frame| {
        let [0x82, 0x82, mask0, mask1, _, _, channel, byte] = frame else {
            return false;
        };
        (channel ^ mask0, byte ^ mask1) == (0, 3)
    })
}

/// Whether a `ServerHello` takes the client's ticket; `None` where it is none.
fn resumes(bytes: &[u8]) -> Option<bool> {
    const TICKET: [u8; 2] = [0, 41];
    let [0x16, _, _, _, _, 2, hello @ ..] = bytes else {
        return None;
    };
    // Length, version and random; then the echoed session id, the cipher suite and the compression.
    let rest = hello.get(3 + 2 + 32..)?;
    let (id, rest) = rest.split_first()?;
    let mut rest = rest.get(usize::from(*id) + 2 + 1 + 2..)?;
    while let [a, b, c, d, more @ ..] = rest {
        if [*a, *b] == TICKET {
            return Some(true);
        }
        rest = more.get(usize::from(u16::from_be_bytes([*c, *d]))..)?;
        if rest.first() == Some(&0x14) || rest.first() == Some(&0x17) {
            break;
        }
    }
    Some(false)
}

/// What the server sends is never changed.
fn downwards(between: Between) -> Between {
    match between {
        Between::OnlyV4 => Between::Nothing,
        Between::Nothing | Between::CutsIdle(_) | Between::Gate => between,
    }
}

fn copy(
    mut from: TcpStream,
    mut to: TcpStream,
    (between, side): (Between, Side),
    last: &Mutex<Instant>,
    marks: &Marks,
) {
    let limit = match between {
        Between::CutsIdle(limit) => Some(limit),
        Between::Nothing | Between::OnlyV4 | Between::Gate => None,
    };
    let tick = limit.map(|_| Duration::from_millis(500));
    from.set_read_timeout(tick).ok();
    let mut buffer = vec![0; 64 * 1024];
    let mut first = true;
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                *last.lock().expect("nobody panics") = now();
                let mut bytes = buffer[..count].to_vec();
                marks.look(side, first, &bytes);
                first = false;
                if between == Between::OnlyV4 {
                    offer_v4(&mut bytes, &marks.downgraded);
                }
                while marks.cut.load(Ordering::Relaxed) {
                    std::thread::park_timeout(Duration::from_millis(50));
                }
                if to.write_all(&bytes).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                let idle = last.lock().expect("nobody panics").elapsed();
                if limit.is_some_and(|limit| idle > limit) {
                    break;
                }
            }
            Err(_) => break,
        }
    }
    // The other side may be gone already.
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

/// A request's head arrives in one piece here, and spaces keep its length.
fn offer_v4(bytes: &mut Vec<u8>, seen: &AtomicBool) {
    if let Some(at) = bytes.windows(BOTH.len()).position(|part| part == BOTH) {
        bytes.splice(at..at + BOTH.len(), *b"v4.channel.k8s.io");
        seen.store(true, Ordering::Relaxed);
    }
}
