//! Owns the listeners of port-forwards: each in a task of its own, with which all of its connections end. Decides nothing. Called by
//! `perform`.

use std::collections::HashMap;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};

use super::clusters::send;
use super::perform::{Hands, Note};
use crate::app::effect::ForwardOrder;
use crate::app::event::{Event, ForwardNews};
use crate::app::forward::address;
use crate::cluster::forward::{self, ForwardError, Meter, PodPort, Timing};
use crate::ids::{ForwardId, PodRef, PodUid};

/// Connections of one forward at a time; the next ones wait until one is over.
const AT_ONCE: usize = 64;

/// What has changed is told this much later, together with what changes until then.
const TELL_AFTER: Duration = Duration::from_millis(250);

/// Ports that are tried for one that is free.
const TRIED: u16 = 100;

/// The listeners of this run.
#[derive(Default)]
pub(super) struct Forwards(HashMap<ForwardId, Listening>);

/// Ends its task when it is dropped.
struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Hands {
    pub(super) fn ask_ports(&self, pod: PodRef, uid: PodUid) {
        let cluster = self.clusters.get(&pod.context);
        let client = cluster.map(|cluster| cluster.api.clone());
        self.spawn(async move {
            let told = match client {
                Some(client) => forward::ports(&client, &pod, &uid)
                    .await
                    .map_err(|error| error.to_string()),
                None => Err("its context is not connected".to_owned()),
            };
            Event::Ports(uid, told)
        });
    }

    pub(super) fn forward(&mut self, order: ForwardOrder) {
        let cluster = self.clusters.get(&order.pod.context);
        let Some(client) = cluster.map(|cluster| cluster.exec.clone()) else {
            let why = "its context is not connected".to_owned();
            let ended = Event::Forward(order.forward, ForwardNews::Ended(why));
            return self.spawn(async move { ended });
        };
        let timing = Timing::new(self.limits.times.open);
        self.forwards
            .start(client, order, timing, self.notes.clone());
    }
}

impl Forwards {
    fn start(
        &mut self,
        client: kube::Client,
        order: ForwardOrder,
        timing: Timing,
        notes: mpsc::Sender<Note>,
    ) {
        self.0.retain(|_, listening| !listening.0.is_finished());
        let id = order.forward;
        let task = tokio::spawn(async move {
            let last = run(client, order, timing, &notes).await;
            tell(&notes, id, last).await;
        });
        self.0.insert(id, Listening(task));
    }

    /// Closes the port and all of its connections.
    pub(super) fn end(&mut self, id: ForwardId) {
        self.0.remove(&id);
    }
}

async fn tell(notes: &mpsc::Sender<Note>, id: ForwardId, news: ForwardNews) {
    send(notes, Note::Event(Event::Forward(id, news))).await;
}

/// Takes the port and carries its connections; the news with which it is over.
async fn run(
    client: kube::Client,
    order: ForwardOrder,
    timing: Timing,
    notes: &mpsc::Sender<Note>,
) -> ForwardNews {
    let (id, local) = (order.forward, order.ports.local);
    let listener = match bind(local).await {
        Ok(listener) => listener,
        Err(error) => {
            return ForwardNews::NoPort {
                why: why(local, &error),
                free: next_free(local).await,
            };
        }
    };
    tell(notes, id, ForwardNews::Listening).await;
    let to = PodPort {
        pod: order.pod,
        uid: order.uid,
        port: order.ports.remote,
    };
    let meter = Arc::new(Meter::default());
    let serving = serve(listener, client, to, timing, &meter);
    let ended = tokio::select! {
        why = serving => why,
        () = report(&meter, id, notes) => String::new(),
    };
    tell(notes, id, carried(&meter)).await;
    ForwardNews::Ended(ended)
}

fn carried(meter: &Meter) -> ForwardNews {
    ForwardNews::Carried(meter.carried(), meter.take_trouble())
}

/// Tells what has changed, not more often than eyes follow, for as long as anybody listens.
async fn report(meter: &Meter, id: ForwardId, notes: &mpsc::Sender<Note>) {
    while !notes.is_closed() {
        meter.changed().await;
        tokio::time::sleep(TELL_AFTER).await;
        tell(notes, id, carried(meter)).await;
    }
}

/// Carries connections until none can be carried any more, and says why.
async fn serve(
    listener: TcpListener,
    client: kube::Client,
    to: PodPort,
    timing: Timing,
    meter: &Arc<Meter>,
) -> String {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < AT_ONCE => match accepted {
                Ok((local, _)) => {
                    let (client, to, meter) = (client.clone(), to.clone(), Arc::clone(meter));
                    connections.spawn(async move { connection(&client, &to, local, timing, &meter).await });
                }
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => {}
                Err(error) => return format!("no connection can be accepted: {error}"),
            },
            Some(over) = connections.join_next() => match over {
                Ok(Ok(())) => {}
                Ok(Err(error)) if error.is_final() => return error.to_string(),
                Ok(Err(error)) => meter.failed(error.to_string()),
                Err(error) => meter.failed(format!("a connection was not carried: {error}")),
            },
        }
    }
}

async fn connection(
    client: &kube::Client,
    to: &PodPort,
    mut local: TcpStream,
    timing: Timing,
    meter: &Meter,
) -> Result<(), ForwardError> {
    let _counted = meter.enter();
    // Without it single keystrokes wait for each other; it cannot fail on a socket that is there.
    drop(local.set_nodelay(true));
    let result = forward::carry(client, to, &mut local, meter, timing).await;
    if result.is_err() {
        // A reset: what was cut must not look like an end.
        drop(local.set_zero_linger());
    }
    result
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}

fn why(port: u16, error: &io::Error) -> String {
    let address = address(port);
    if error.kind() == ErrorKind::AddrInUse {
        format!("{address} is taken by another program")
    } else if error.kind() == ErrorKind::PermissionDenied {
        format!("{address} is for privileged users only")
    } else {
        format!("{address} cannot be taken: {error}")
    }
}

/// The next port that is free now, above the privileged ones.
async fn next_free(port: u16) -> Option<u16> {
    let first = if port < 1024 {
        port.checked_add(8000)?
    } else {
        port.checked_add(1)?
    };
    for port in first..=first.saturating_add(TRIED) {
        if bind(port).await.is_ok() {
            return Some(port);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_said_and_the_next_free_one_named() {
        let taken = bind(0).await.unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(port).await.unwrap_err();
        let expected = format!("127.0.0.1:{port} is taken by another program");
        assert_eq!(why(port, &error), expected);
        let free = next_free(port).await;
        assert!(free.is_none_or(|free| free > port), "{free:?}");
    }

    #[tokio::test]
    async fn what_is_offered_for_a_privileged_port_is_none() {
        let free = next_free(80).await.unwrap();
        assert!((8080..=8180).contains(&free), "{free}");
    }
}
