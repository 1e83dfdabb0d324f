//! Owns the two directions of a forwarded connection. Each carries one chunk at a time and waits until it is taken: what is not taken
//! waits with its sender.
//!
//! The protocol cannot say that the local end has no more to send, and a closed WebSocket ends both directions. So the end of what is
//! sent is kept here, and the answer is read on for a while.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::frames::{self, Begun, Incoming};
use super::{ForwardError, Meter, Timing};
use crate::cluster::exec::CHUNK;
use crate::session::forward::pod_words;

/// What every node takes in for a pod that does not read; beyond it silence says nothing of the connection.
const TAKEN_IN: u64 = 64 * 1024;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);

/// What the two directions know of each other.
struct Shared<'a> {
    port: u16,
    meter: &'a Meter,
    timing: Timing,
    /// Bytes that were sent.
    sent: AtomicU64,
    /// How many of them the server had read when it answered a ping.
    read: AtomicU64,
    /// When the oldest ping went out that nothing came back after.
    pinged: Mutex<Option<Instant>>,
    /// Something was sent that the pod has said nothing after.
    unanswered: AtomicBool,
}

impl Shared<'_> {
    fn pinged(&self) -> MutexGuard<'_, Option<Instant>> {
        self.pinged.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the last ping should have been answered by now.
    fn is_lost(&self) -> bool {
        let late = |at: Instant| at.elapsed() >= self.timing.pong_deadline;
        self.pinged().is_some_and(late) && !self.pod_may_be_slow()
    }

    /// Whether so much is on its way that a ping may wait behind it.
    fn pod_may_be_slow(&self) -> bool {
        let (sent, read) = (&self.sent, &self.read);
        let waiting = sent
            .load(Ordering::Relaxed)
            .saturating_sub(read.load(Ordering::Relaxed));
        waiting > TAKEN_IN
    }
}

/// How the direction to the pod ended.
enum Stopped {
    LocalGone,
    /// Why it does not listen any more may still be on its way.
    ServerGone,
}

/// Carries both directions until one end is over.
pub(super) async fn pump<W, L>(
    socket: W,
    local: &mut L,
    port: u16,
    meter: &Meter,
    timing: Timing,
) -> Result<(), ForwardError>
where
    W: Stream<Item = Result<Message, Error>> + Sink<Message, Error = Error> + Unpin,
    L: AsyncRead + AsyncWrite + Unpin,
{
    let shared = Shared {
        port,
        meter,
        timing,
        sent: AtomicU64::new(0),
        read: AtomicU64::new(0),
        pinged: Mutex::default(),
        unanswered: AtomicBool::new(false),
    };
    let (mut sink, mut stream) = socket.split();
    let (mut reading, mut writing) = tokio::io::split(local);
    let (said_all, ended) = watch::channel(None);
    let result = {
        let down = from_pod(&mut stream, &mut writing, ended, &shared);
        let up = to_pod(&mut reading, &mut sink, &said_all, &shared);
        let mut down = std::pin::pin!(down);
        tokio::select! {
            result = &mut down => result,
            stopped = up => match stopped {
                Stopped::LocalGone => Ok(()),
                Stopped::ServerGone => down.await,
            },
        }
    };
    // Both may be gone by now; nothing more is owed to either. A failure is no end that the local program should read as one.
    let goodbye = async {
        drop(sink.close().await);
        if result.is_ok() {
            drop(writing.shutdown().await);
        }
    };
    drop(timeout(GOODBYE, goodbye).await);
    result
}

async fn to_pod<R, K>(
    local: &mut R,
    sink: &mut K,
    said_all: &watch::Sender<Option<Instant>>,
    shared: &Shared<'_>,
) -> Stopped
where
    R: AsyncRead + Unpin,
    K: Sink<Message, Error = Error> + Unpin,
{
    let every = shared.timing.ping_every;
    let mut pings = interval_at(Instant::now() + every, every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut buffer = vec![0; CHUNK];
    loop {
        let says = said_all.borrow().is_none();
        let read = tokio::select! {
            read = local.read(&mut buffer), if says => read,
            _tick = pings.tick() => {
                let ping = frames::ping(shared.sent.load(Ordering::Relaxed));
                if sink.send(ping).await.is_err() {
                    return Stopped::ServerGone;
                }
                shared.pinged().get_or_insert_with(Instant::now);
                continue;
            }
        };
        match read {
            Ok(0) => drop(said_all.send_replace(Some(Instant::now()))),
            Ok(count) => {
                let message = chunk(buffer.get(..count).unwrap_or_default(), shared);
                if sink.send(message).await.is_err() {
                    return Stopped::ServerGone;
                }
            }
            Err(_gone) => return Stopped::LocalGone,
        }
    }
}

fn chunk(bytes: &[u8], shared: &Shared<'_>) -> Message {
    let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    shared.sent.fetch_add(count, Ordering::Relaxed);
    shared.unanswered.store(true, Ordering::Relaxed);
    shared.meter.sent(bytes.len());
    frames::data(bytes)
}

async fn from_pod<S, L>(
    stream: &mut S,
    local: &mut L,
    mut ended: watch::Receiver<Option<Instant>>,
    shared: &Shared<'_>,
) -> Result<(), ForwardError>
where
    S: Stream<Item = Result<Message, Error>> + Unpin,
    L: AsyncWrite + Unpin,
{
    let mut begun = Begun::default();
    let mut heard = Instant::now();
    loop {
        let said_all = *ended.borrow_and_update();
        let message = tokio::select! {
            message = stream.next() => message,
            // Until now the local end had more to say.
            Ok(()) = ended.changed(), if said_all.is_none() => continue,
            () = sleep_until(deadline(said_all, heard, shared)) => {
                if said_all.is_some() {
                    return Ok(());
                }
                if shared.is_lost() {
                    let silence = shared.timing.pong_deadline.as_secs();
                    return Err(ForwardError::Lost(format!("no answer in {silence} s")));
                }
                continue;
            }
        };
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(error)) => return Err(ForwardError::Lost(error.to_string())),
            None => return Ok(()),
        };
        *shared.pinged() = None;
        match begun.incoming(message) {
            Incoming::Data(bytes) => {
                shared.unanswered.store(false, Ordering::Relaxed);
                shared.meter.received(bytes.len());
                if local.write_all(&bytes).await.is_err() {
                    return Ok(());
                }
                heard = Instant::now();
                // Nothing was read while the local end took its time.
                *shared.pinged() = None;
            }
            Incoming::Error(words) => {
                return Err(ForwardError::Port(pod_words(shared.port, &words)));
            }
            Incoming::Answered(read) => shared.read.store(read, Ordering::Relaxed),
            Incoming::Alive => {}
            Incoming::Closing => return Ok(()),
        }
    }
}

/// When to look whether the connection is over although nobody says so.
fn deadline(said_all: Option<Instant>, heard: Instant, shared: &Shared<'_>) -> Instant {
    let timing = shared.timing;
    let Some(ended) = said_all else {
        return Instant::now() + timing.ping_every;
    };
    let patience = if shared.unanswered.load(Ordering::Relaxed) {
        timing.unanswered
    } else {
        timing.answered
    };
    ended.max(heard) + patience
}

#[cfg(test)]
mod tests;
