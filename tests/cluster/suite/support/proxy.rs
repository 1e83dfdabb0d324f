//! A proxy between a client and the API server: it passes bytes on, changes what a client offers, or cuts what is idle.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::now;

/// What the proxy does besides passing on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Between {
    Nothing,
    /// Takes version 5 of the exec protocol out of each offer.
    OnlyV4,
    /// Cuts a connection that was silent in both directions for so long.
    CutsIdle(Duration),
}

const BOTH: &[u8] = b"v5.channel.k8s.io, v4.channel.k8s.io";

/// Ends with the process of the test; each of its connections ends with one of its sides.
pub(crate) struct Proxy {
    port: u16,
    downgraded: Arc<AtomicBool>,
}

impl Proxy {
    #[track_caller]
    pub(crate) fn start((host, port): (&str, u16), between: Between) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let own = listener.local_addr().expect("an address").port();
        let downgraded = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&downgraded);
        let server = (host.to_owned(), port);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (server, seen) = (server.clone(), Arc::clone(&seen));
                // A server that is gone closes the client's connection, as it would without us.
                if let Ok(server) = TcpStream::connect((server.0.as_str(), server.1)) {
                    pass_on(client, server, between, seen);
                }
            }
        });
        Self {
            port: own,
            downgraded,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether an offer was changed.
    pub(crate) fn downgraded(&self) -> bool {
        self.downgraded.load(Ordering::Relaxed)
    }
}

fn pass_on(client: TcpStream, server: TcpStream, between: Between, seen: Arc<AtomicBool>) {
    let last = Arc::new(Mutex::new(now()));
    let pair =
        |one: &TcpStream, other: &TcpStream| one.try_clone().ok().zip(other.try_clone().ok());
    let Some(((up_from, up_to), (down_from, down_to))) =
        pair(&client, &server).zip(pair(&server, &client))
    else {
        return;
    };
    let heard = Arc::clone(&last);
    std::thread::spawn(move || copy(up_from, up_to, between, &heard, &seen));
    std::thread::spawn(move || {
        copy(
            down_from,
            down_to,
            idle_only(between),
            &last,
            &AtomicBool::new(false),
        )
    });
}

/// What the server sends is never changed.
fn idle_only(between: Between) -> Between {
    match between {
        Between::OnlyV4 => Between::Nothing,
        Between::Nothing | Between::CutsIdle(_) => between,
    }
}

fn copy(
    mut from: TcpStream,
    mut to: TcpStream,
    between: Between,
    last: &Mutex<Instant>,
    seen: &AtomicBool,
) {
    let limit = match between {
        Between::CutsIdle(limit) => Some(limit),
        Between::Nothing | Between::OnlyV4 => None,
    };
    let tick = limit.map(|_| Duration::from_millis(500));
    from.set_read_timeout(tick).ok();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                *last.lock().expect("nobody panics") = now();
                let mut bytes = buffer[..count].to_vec();
                if between == Between::OnlyV4 {
                    offer_v4(&mut bytes, seen);
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
