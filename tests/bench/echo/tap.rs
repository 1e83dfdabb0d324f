//! What podmux itself takes of an echo: its server is in this process, with simulated shells, and every connection goes through a tap
//! that says when bytes went by. The server gets a key when podmux has written it to all: until then it has nothing to do, as pods on
//! other machines have nothing to do with podmux's processors.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use podmux::demo::{Churn, Demo, DemoOptions, ShellChoice};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// When bytes went by on one connection since the last key.
#[derive(Clone, Copy, Default)]
struct Passed {
    /// The first ones from podmux.
    up: Option<Instant>,
    /// The first ones to podmux after those.
    down: Option<Instant>,
}

#[derive(Clone, Copy)]
enum Way {
    Up,
    Down,
}

/// What went by, by connection, and how many a key has still to reach before it goes on to the server.
pub(crate) struct Taps {
    passed: Mutex<HashMap<u64, Passed>>,
    to_reach: watch::Sender<usize>,
}

impl Default for Taps {
    fn default() -> Self {
        Self {
            passed: Mutex::default(),
            to_reach: watch::Sender::new(0),
        }
    }
}

impl Taps {
    fn passes(&self, connection: u64, way: Way) {
        let mut all = self.passed.lock().expect("no thread of the tap panics");
        let passed = all.entry(connection).or_default();
        match way {
            Way::Up if passed.up.is_none() => {
                passed.up = Some(Instant::now());
                let one_less = |left: &mut usize| {
                    *left = left.saturating_sub(1);
                    *left == 0
                };
                self.to_reach.send_if_modified(one_less);
            }
            Way::Down if passed.up.is_some() => {
                passed.down.get_or_insert_with(Instant::now);
            }
            Way::Up | Way::Down => {}
        }
    }

    /// A key is about to be sent to so many panes.
    pub(crate) fn forget(&self, panes: usize) {
        let mut all = self.passed.lock().expect("no thread of the tap panics");
        all.clear();
        self.to_reach.send_replace(panes);
    }

    /// Until the last key is written to all.
    async fn all_reached(&self) {
        let mut left = self.to_reach.subscribe();
        drop(left.wait_for(|left| *left == 0).await);
    }

    /// When the key was on the way to its last pane, when the echo of the last one was on its way back, and how many panes these were.
    pub(crate) fn last(&self) -> Option<(Instant, Instant, usize)> {
        let all = self.passed.lock().expect("no thread of the tap panics");
        let up = all.values().filter_map(|passed| passed.up);
        let down = all.values().filter_map(|passed| passed.down).max()?;
        Some((up.clone().max()?, down, up.count()))
    }
}

/// The embedded cluster behind a tap.
pub(crate) struct Server {
    pub(crate) taps: Arc<Taps>,
    pub(crate) kubeconfig: PathBuf,
    _demo: Demo,
    _runtime: Runtime,
}

pub(crate) fn start(home: &Path) -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("threads for the server");
    let taps = Arc::new(Taps::default());
    let (demo, address) = runtime.block_on(async {
        let demo = podmux::demo::start(DemoOptions {
            pods: 400,
            shells: ShellChoice::Simulated,
            churn: Churn::Still,
            ..DemoOptions::default()
        })
        .expect("the demo starts");
        let behind = demo.listen().await.expect("a port");
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("a port");
        let address = listener.local_addr().expect("a port");
        tokio::spawn(accept(listener, behind, Arc::clone(&taps)));
        (demo, address)
    });
    let kubeconfig = home.join("tapped");
    let text = format!(
        "{{current-context: demo, clusters: [{{name: demo, cluster: {{server: 'http://{address}'}}}}], \
         users: [{{name: demo, user: {{}}}}], \
         contexts: [{{name: demo, context: {{cluster: demo, user: demo, namespace: shop}}}}]}}"
    );
    std::fs::write(&kubeconfig, text).expect("a kubeconfig");
    Server {
        taps,
        kubeconfig,
        _demo: demo,
        _runtime: runtime,
    }
}

async fn accept(listener: TcpListener, behind: SocketAddr, taps: Arc<Taps>) {
    let next = AtomicU64::new(0);
    while let Ok((near, _)) = listener.accept().await {
        let connection = next.fetch_add(1, Ordering::Relaxed);
        let Ok(far) = TcpStream::connect(behind).await else {
            return;
        };
        let no_delay = near.set_nodelay(true).and_then(|()| far.set_nodelay(true));
        no_delay.expect("a TCP option");
        let (from_near, to_near) = near.into_split();
        let (from_far, to_far) = far.into_split();
        tokio::spawn(carry(
            from_near,
            to_far,
            Arc::clone(&taps),
            connection,
            Way::Up,
        ));
        tokio::spawn(carry(
            from_far,
            to_near,
            Arc::clone(&taps),
            connection,
            Way::Down,
        ));
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    taps: Arc<Taps>,
    connection: u64,
    way: Way,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        taps.passes(connection, way);
        if let Way::Up = way {
            taps.all_reached().await;
        }
        let Some(read) = buffer.get(..count) else {
            return;
        };
        if to.write_all(read).await.is_err() {
            return;
        }
    }
}

/// What podmux took of each key, sorted.
#[derive(Default)]
pub(crate) struct Own {
    /// From the key to the last stream that it was written to.
    pub(crate) out: Vec<Duration>,
    /// The same, and from the echo's last arrival to the frame that shows it.
    pub(crate) whole: Vec<Duration>,
}

impl Own {
    /// One key that was sent and drawn; `panes` were to get it.
    pub(crate) fn key(&mut self, taps: &Taps, panes: usize, began: Instant, drawn: Instant) {
        let Some((up, down, reached)) = taps.last() else {
            return;
        };
        assert!(
            reached >= panes,
            "the key went to {reached} of {panes} panes"
        );
        let out = up.saturating_duration_since(began);
        self.out.push(out);
        self.whole.push(out + drawn.saturating_duration_since(down));
    }

    pub(crate) fn sorted(mut self) -> Self {
        self.out.sort_unstable();
        self.whole.sort_unstable();
        self
    }
}
