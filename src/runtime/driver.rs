//! Owns the loop: waits for one thing, then takes what is there in a fixed order and within quotas, then draws if something
//! changed. Tasks may wait on the loop; the loop never waits on a task. Called by `console` and `snapshot`.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::limits::Limits;
use super::perform::{Hands, Note};
use super::sessions::{self, Left, Reports};
use crate::app::event::Event;
use crate::app::{App, Effect, Turn};
use crate::cluster::exec::SessionEvent;
use crate::cluster::metrics::{PodUse, UseBatch};
use crate::cluster::watch::NamespaceMessage;
use crate::ids::{ContextName, SessionId};
use crate::inventory::{Usage, WatchKey, WatchMessage, WatchState};
use crate::session::Outcome;

/// Watch messages taken in one turn.
const WATCH_QUOTA: usize = 64;

/// Other messages taken in one turn.
const QUOTA: usize = 256;

/// When input that a full queue held back is tried again.
const INPUT_AGAIN: Duration = Duration::from_millis(5);

/// The queues that tasks fill.
pub(super) struct Mail {
    pub(super) notes: mpsc::Receiver<Note>,
    pub(super) reports: Reports,
    pub(super) watches: mpsc::Receiver<(WatchKey, WatchMessage)>,
    pub(super) namespaces: mpsc::Receiver<(ContextName, NamespaceMessage)>,
    pub(super) figures: mpsc::Receiver<UseBatch>,
}

/// What woke the loop.
enum Woken {
    Note(Note),
    Report(SessionId, SessionEvent),
    Watch(WatchKey, WatchMessage),
    Namespaces(ContextName, NamespaceMessage),
    Figures(UseBatch),
    /// Output waits, a timer is due, or it is time to draw.
    Due,
}

/// The console's state with everything that acts for it.
pub(super) struct Driver {
    pub(super) app: App,
    pub(super) hands: Hands,
    pub(super) mail: Mail,
    effects: Vec<Effect>,
    /// A session's queue was full: its input is tried again soon.
    input_waits: bool,
    /// Output that the last turn did not take.
    left: Left,
    /// The answer to a key came: the user waits for its frame.
    pub(super) answered: bool,
    /// The user's editor has ended: the terminal can be taken back.
    pub(super) editor_ended: bool,
    second: Instant,
    /// The wall clock at the last second, to notice that the machine slept.
    wall: std::time::SystemTime,
}

/// A jump of the wall clock beyond the monotonic one that means sleep.
const SLEPT: Duration = Duration::from_secs(5);

impl Driver {
    pub(super) fn new(app: App, hands: Hands, mail: Mail, effects: Vec<Effect>) -> Self {
        let now = now();
        let wall = std::time::SystemTime::now();
        let mut driver = Self {
            app,
            hands,
            mail,
            effects: Vec::new(),
            input_waits: false,
            left: Left::Nothing,
            answered: false,
            editor_ended: false,
            second: now,
            wall,
        };
        for effect in effects {
            driver.hands.perform(effect, now);
        }
        driver
    }

    /// Takes one event through the app and carries out what it asks for.
    pub(super) fn event(&mut self, event: Event) {
        let now = now();
        let mut random = || uuid::Uuid::new_v4().as_u128();
        let unix_ms = jiff::Timestamp::now().as_millisecond();
        let mut turn = Turn {
            now,
            unix_ms,
            random: &mut random,
            effects: &mut self.effects,
        };
        self.app.update(event, &mut turn);
        let effects = std::mem::take(&mut self.effects);
        for effect in effects {
            self.hands.perform(effect, now);
        }
    }

    /// Waits until something happens or `until` has come, and takes it.
    pub(super) async fn turn(&mut self, until: Option<Instant>) {
        let woken = self.wait(until).await;
        self.take(woken);
        self.drain();
    }

    async fn wait(&mut self, until: Option<Instant>) -> Woken {
        let output_again = match self.left {
            Left::Nothing => None,
            Left::Now => return Woken::Due,
            Left::From(at) => Some(at),
        };
        let next_second = self.second + Duration::from_secs(1);
        let next_second = if self.input_waits {
            next_second.min(now() + INPUT_AGAIN)
        } else {
            next_second
        };
        let due = [self.hands.timers.next(), until, output_again]
            .into_iter()
            .flatten()
            .fold(next_second, Instant::min);
        let wake = self.hands.sessions.wake.clone();
        tokio::select! {
            Some(note) = self.mail.notes.recv() => Woken::Note(note),
            Some((session, event)) = self.mail.reports.recv() => Woken::Report(session, event),
            Some((key, message)) = self.mail.watches.recv() => Woken::Watch(key, message),
            Some((name, message)) = self.mail.namespaces.recv() => Woken::Namespaces(name, message),
            Some(batch) = self.mail.figures.recv() => Woken::Figures(batch),
            () = wake.notified() => Woken::Due,
            () = tokio::time::sleep_until(due.into()) => Woken::Due,
        }
    }

    fn take(&mut self, woken: Woken) {
        match woken {
            Woken::Note(note) => self.note(note),
            Woken::Report(session, event) => self.report(session, event),
            Woken::Watch(key, message) => self.event(Event::Watch(key, message)),
            Woken::Namespaces(name, message) => self.namespaces(name, message),
            Woken::Figures(batch) => self.figures(batch),
            Woken::Due => {}
        }
    }

    fn figures(&mut self, batch: UseBatch) {
        let small = |figure: u64| u32::try_from(figure).unwrap_or(u32::MAX);
        let of_pod = |used: PodUse| {
            let usage = Usage {
                cpu_millicores: small(used.cpu_millicores),
                memory_kib: small(used.memory_bytes / 1024),
            };
            (used.pod, usage)
        };
        let figures = batch.pods.into_iter().map(of_pod).collect();
        self.event(Event::Figures(figures));
    }

    /// Takes what is there: timers, results, watches, then output within its budget.
    fn drain(&mut self) {
        let now = now();
        while let Some(timer) = self.hands.timers.due(now) {
            self.event(Event::Timer(timer));
        }
        for _ in 0..QUOTA {
            let Ok(note) = self.mail.notes.try_recv() else {
                break;
            };
            self.note(note);
        }
        for _ in 0..QUOTA {
            let Ok((session, event)) = self.mail.reports.try_recv() else {
                break;
            };
            self.report(session, event);
        }
        for _ in 0..WATCH_QUOTA {
            let Ok((key, message)) = self.mail.watches.try_recv() else {
                break;
            };
            self.event(Event::Watch(key, message));
        }
        while let Ok((name, message)) = self.mail.namespaces.try_recv() {
            self.namespaces(name, message);
        }
        self.output();
        self.each_second(now);
        self.input();
    }

    fn output(&mut self) {
        let mut events = Vec::new();
        let mut portion = self.hands.sessions.begin(now());
        while self
            .hands
            .sessions
            .take_next(&mut portion, now(), |event| events.push(event))
        {
            for event in events.drain(..) {
                self.event(event);
            }
        }
        self.answered |= portion.answered();
        self.left = self.hands.sessions.end(&portion, now());
    }

    /// Hands typed input over at the end of a turn.
    pub(super) fn input(&mut self) {
        let mut refused = Vec::new();
        self.input_waits = self
            .hands
            .sessions
            .flush(now(), |event| refused.push(event));
        for event in refused {
            self.event(event);
        }
    }

    fn each_second(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.second);
        if passed < Duration::from_secs(1) {
            return;
        }
        let wall = std::time::SystemTime::now();
        let wall_passed = wall.duration_since(self.wall).unwrap_or_default();
        (self.second, self.wall) = (now, wall);
        if slept(wall_passed, passed) {
            self.hands.sessions.probe_all(SLEPT);
            self.hands.perform(Effect::ReconnectNow, now);
        }
        self.event(Event::Tick);
    }

    fn note(&mut self, note: Note) {
        match note {
            Note::Event(event) => {
                self.editor_ended |= matches!(event, Event::Edited(_));
                if let Event::Settings(result) = &event
                    && let Ok(settings) = &**result
                {
                    self.hands.limits = Limits::of(&settings.config);
                }
                self.event(event);
            }
            Note::Connected(context, cluster) => self.hands.clusters.add(context, *cluster),
            Note::MayOpen(opening) => self.hands.open(*opening),
        }
    }

    /// A session's end is told after its last output.
    fn report(&mut self, session: SessionId, report: SessionEvent) {
        if !self.hands.sessions.has(session) {
            return;
        }
        match &report {
            SessionEvent::Started(leader) => self.hands.started(session, leader),
            SessionEvent::Ended(Outcome::Exited(_)) => self.hands.leases.over(session),
            SessionEvent::Ended(_)
            | SessionEvent::Opened
            | SessionEvent::Unmarked
            | SessionEvent::Silent(_)
            | SessionEvent::InputDropped(_) => {}
        }
        if report == SessionEvent::Silent(true)
            && let Some(dropped) = self.hands.sessions.drop_waiting(session)
        {
            self.event(dropped);
        }
        if let SessionEvent::Ended(_) = report {
            let mut events = Vec::new();
            self.hands
                .sessions
                .drain_one(session, |event| events.push(event));
            for event in events {
                self.event(event);
            }
            self.hands.sessions.close(session);
        }
        self.event(Event::Session(session, sessions::news(report)));
    }

    fn namespaces(&mut self, context: ContextName, message: NamespaceMessage) {
        match message {
            NamespaceMessage::Names(names) => self.event(Event::Namespaces(context, Ok(names))),
            NamespaceMessage::State(WatchState::Forbidden { verb, resource, .. }) => {
                let why = format!("you may not {verb} {resource}");
                self.event(Event::Namespaces(context, Err(why)));
            }
            NamespaceMessage::State(
                WatchState::Connecting
                | WatchState::Listing
                | WatchState::Live
                | WatchState::Reconnecting { .. }
                | WatchState::Failed { .. },
            ) => {}
        }
    }
}

/// Whether the machine slept: the monotonic clock stands still meanwhile, the wall clock does not.
fn slept(wall_passed: Duration, passed: Duration) -> bool {
    wall_passed > passed.saturating_add(SLEPT)
}

/// The monotonic clock; the only place of the loop that reads it.
#[expect(
    clippy::disallowed_methods,
    reason = "the runtime reads the clock for the layers below"
)]
pub(super) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_clock_alone_is_sleep() {
        let seconds = Duration::from_secs;
        assert!(slept(seconds(3600), seconds(1)));
        assert!(!slept(seconds(1), seconds(1)));
        assert!(
            !slept(seconds(30), seconds(29)),
            "a busy machine is not a sleeping one"
        );
        assert!(
            !slept(seconds(0), seconds(1)),
            "a clock that was set back is no sleep"
        );
    }
}
