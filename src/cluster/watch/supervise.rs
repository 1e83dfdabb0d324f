//! Drives one kube watcher: streaming lists with a fallback, back-off, and a state for the status line at every moment.
//! Knows nothing of what is watched. Used by the pod watch and the namespace watch.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, Stream, StreamExt};
use kube::api::Api;
use kube::runtime::watcher::{self, Event, watcher};
use serde::de::DeserializeOwned;
use tokio::sync::Notify;

use super::Selectors;
use super::retry::{Backoff, Situation, Verdict, judge};
use crate::inventory::{Scope, WatchState};

/// The server ends a watch after so long, and a dead connection is noticed five seconds later.
const WATCH_SECONDS: u32 = 60;
/// A streaming list that falls silent before its end is taken as one that will never end.
const SILENT_LIST: Duration = Duration::from_secs(10);
/// Events handed over at once.
const BATCH: usize = 128;

/// What a supervised watch does next.
#[derive(Debug)]
pub(super) enum Progress<K> {
    Events(Vec<Event<K>>),
    State(WatchState),
}

/// Where one watch looks, and how it is called in messages.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) server: String,
    pub(super) scope: Scope,
    pub(super) resource: &'static str,
    pub(super) selectors: Selectors,
}

pub(super) struct Supervisor<K> {
    api: Api<K>,
    target: Target,
    /// Notified when the server accepted a watch, which the watcher itself keeps quiet about.
    answered: Arc<Notify>,
    /// Notified when the user does not want to wait.
    now: Arc<Notify>,
    stream: Pin<Box<dyn Stream<Item = watcher::Result<Event<K>>> + Send>>,
    strategy: Strategy,
    backoff: Backoff,
    listed: bool,
    phase: Phase,
    /// Said before anything else is done.
    due: VecDeque<WatchState>,
    pause: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Strategy {
    Streaming,
    Paged,
}

/// What was last said about the connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    Trying,
    Listing,
    Live,
}

/// What ended a wait for the watcher.
enum Woken<K> {
    Item(watcher::Result<Event<K>>),
    Answered,
    SilentList,
    Now,
}

impl<K> Supervisor<K>
where
    K: kube::Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    pub(super) fn new(
        api: Api<K>,
        target: Target,
        answered: Arc<Notify>,
        now: Arc<Notify>,
    ) -> Self {
        let stream = open(&api, &target.selectors, Strategy::Streaming);
        Self {
            api,
            target,
            answered,
            now,
            stream,
            strategy: Strategy::Streaming,
            backoff: Backoff::default(),
            listed: false,
            phase: Phase::Trying,
            due: VecDeque::from([WatchState::Connecting]),
            pause: None,
        }
    }

    /// Waits until there is something to pass on; never ends, and may be dropped at any point between calls.
    pub(super) async fn next(&mut self) -> Progress<K> {
        loop {
            if let Some(state) = self.due.pop_front() {
                return Progress::State(state);
            }
            if let Some(wait) = self.pause.take() {
                self.wait(wait).await;
                self.phase = Phase::Trying;
                return Progress::State(WatchState::Connecting);
            }
            match self.woken().await {
                Woken::Item(Ok(event)) => return Progress::Events(self.batch(event)),
                Woken::Item(Err(error)) => self.failed(error),
                Woken::Answered => self.answered(),
                Woken::SilentList => self.restart(Strategy::Paged),
                Woken::Now => {
                    self.restart(self.strategy);
                    self.say(Phase::Trying, WatchState::Connecting);
                }
            }
        }
    }

    async fn wait(&mut self, wait: Duration) {
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = self.now.notified() => {}
        }
    }

    async fn woken(&mut self) -> Woken<K> {
        let may_stay_silent = self.strategy == Strategy::Paged || self.phase != Phase::Listing;
        tokio::select! {
            biased;
            item = self.stream.next() => item.map_or(Woken::SilentList, Woken::Item),
            () = self.answered.notified() => Woken::Answered,
            () = self.now.notified() => Woken::Now,
            () = tokio::time::sleep(SILENT_LIST), if !may_stay_silent => Woken::SilentList,
        }
    }

    /// Takes along what is ready, up to the first error, which has to be waited for in its own turn.
    fn batch(&mut self, first: Event<K>) -> Vec<Event<K>> {
        let mut events = Vec::with_capacity(BATCH);
        self.note(&first);
        events.push(first);
        while events.len() < BATCH && self.due.is_empty() {
            match self.stream.next().now_or_never().flatten() {
                Some(Ok(event)) => {
                    self.note(&event);
                    events.push(event);
                }
                Some(Err(error)) => {
                    self.failed(error);
                    break;
                }
                None => break,
            }
        }
        events
    }

    fn note(&mut self, event: &Event<K>) {
        match event {
            Event::Init => {
                self.listed = false;
                self.say(Phase::Listing, WatchState::Listing);
            }
            Event::InitApply(_) => self.say(Phase::Listing, WatchState::Listing),
            Event::InitDone => {
                self.listed = true;
                self.backoff.reset();
                self.say(Phase::Live, WatchState::Live);
            }
            Event::Apply(_) | Event::Delete(_) => {
                self.backoff.reset();
                self.say(Phase::Live, WatchState::Live);
            }
        }
    }

    fn answered(&mut self) {
        if self.listed {
            self.backoff.reset();
            self.say(Phase::Live, WatchState::Live);
        } else {
            self.say(Phase::Listing, WatchState::Listing);
        }
    }

    fn say(&mut self, phase: Phase, state: WatchState) {
        if self.phase != phase {
            self.phase = phase;
            self.due.push_back(state);
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the clock is read here once, and handed on"
    )]
    fn failed(&mut self, error: watcher::Error) {
        let situation = Situation {
            server: &self.target.server,
            scope: &self.target.scope,
            resource: self.target.resource,
            streaming: self.strategy == Strategy::Streaming,
            listed: self.listed,
            now: std::time::Instant::now(),
            chance: chance(),
        };
        match judge(error, &mut self.backoff, &situation) {
            Verdict::ListInstead => self.restart(Strategy::Paged),
            Verdict::Relist => self.restart(self.strategy),
            Verdict::Wait(state, wait) => {
                self.phase = Phase::Trying;
                self.due.push_back(state);
                self.pause = Some(wait);
            }
        }
    }

    /// Forgets where the watch stood and lists again.
    fn restart(&mut self, strategy: Strategy) {
        self.strategy = strategy;
        self.listed = false;
        self.stream = open(&self.api, &self.target.selectors, strategy);
    }
}

fn open<K>(
    api: &Api<K>,
    selectors: &Selectors,
    strategy: Strategy,
) -> Pin<Box<dyn Stream<Item = watcher::Result<Event<K>>> + Send>>
where
    K: kube::Resource + Clone + Debug + DeserializeOwned + Send + 'static,
{
    let mut config = watcher::Config::default().timeout(WATCH_SECONDS);
    if !selectors.labels.is_empty() {
        config = config.labels(&selectors.labels);
    }
    if !selectors.fields.is_empty() {
        config = config.fields(&selectors.fields);
    }
    config = match strategy {
        Strategy::Streaming => config.streaming_lists(),
        Strategy::Paged => config.any_semantic(),
    };
    watcher(api.clone(), config).boxed()
}

/// Uniform in 0.0..1.0, from the random bits of a fresh uuid.
fn chance() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_fields().0) / f64::from(u32::MAX)
}
