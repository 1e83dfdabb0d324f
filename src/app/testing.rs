//! Support for tests of the console's logic: an app with pods and panes, a clock that tests move, the effects it asked for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::context::{ContextState, Contexts};
use super::event::{ContextNews, Event, JournalState, Right, RightsAnswer, SessionNews};
use super::overlay::compose::History;
use super::{App, Effect, Keys, Settings, Start, Turn};
use crate::config::{Config, Look, Theme};
use crate::geometry::GridSize;
use crate::ids::{ContextName, PaneId, PodRef, PodUid, SessionId};
use crate::inventory::{
    ContainerRow, Owner, PodDelta, PodRow, PodStatus, Scope, StatusKind, WatchKey, WatchMessage,
    WatchState,
};
use crate::journal::audit::Operator;
use crate::keys::Chord;
use crate::session::Handshake;
use crate::session::rights::Need;

/// A console under test.
pub(crate) struct Desk {
    pub(crate) app: App,
    /// What was asked for since the last [`Self::take`].
    pub(crate) effects: Vec<Effect>,
    now: Instant,
    unix_ms: i64,
    seed: u128,
}

pub(crate) const CONTEXT: &str = "demo";

impl Desk {
    /// A console on one connected context without pods, 120x40.
    pub(crate) fn new() -> Self {
        Self::with(Config::default())
    }

    /// The same with settings of its own.
    #[expect(
        clippy::disallowed_methods,
        reason = "an arbitrary instant to count from"
    )]
    pub(crate) fn with(config: Config) -> Self {
        let now = Instant::now();
        let name = ContextName::new(CONTEXT);
        let open = vec![ContextState::opening(&name, 0, &config)];
        let settings = Settings {
            config,
            look: Look::new(Theme::built_in("dark").unwrap()),
            keys: Keys::new(&[Chord::ctrl('g')], &[]).unwrap(),
            themes: Vec::new(),
        };
        let start = Start {
            settings,
            terminal: GridSize::new(40, 120),
            contexts: Contexts::new(open, vec![name]),
            filter: String::new(),
            targets: None,
            history: History::default(),
            journal: JournalState::Writable,
            owner: crate::journal::Owner {
                pid: 1,
                start: 1,
                boot_id: "boot".into(),
            },
            operator: Operator::default(),
        };
        let mut effects = Vec::new();
        let mut random = || 1;
        let unix_ms = 1_700_000_000_000;
        let mut turn = Turn {
            now,
            unix_ms,
            random: &mut random,
            effects: &mut effects,
        };
        let app = App::new(start, &mut turn);
        let mut desk = Self {
            app,
            effects,
            now,
            unix_ms,
            seed: 0,
        };
        desk.connect();
        desk
    }

    fn connect(&mut self) {
        let news = ContextNews::Connected {
            namespace: "shop".into(),
            user: "ann".into(),
            cluster_user: Some("ann@corp".into()),
            server: "https://demo".into(),
        };
        self.event(Event::Context(ContextName::new(CONTEXT), news));
        self.effects.clear();
    }

    /// One event.
    pub(crate) fn event(&mut self, event: Event) {
        let Self {
            app,
            effects,
            now,
            unix_ms,
            seed,
        } = self;
        let mut random = || {
            *seed += 1;
            *seed
        };
        let mut turn = Turn {
            now: *now,
            unix_ms: *unix_ms,
            random: &mut random,
            effects,
        };
        app.update(event, &mut turn);
    }

    /// Lets time pass.
    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += time;
        self.unix_ms += i64::try_from(time.as_millis()).unwrap();
    }

    /// Keys as the config spells them, apart by blanks.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.event(Event::Key(key.parse().unwrap()));
        }
    }

    /// Each character as a key.
    pub(crate) fn typed(&mut self, text: &str) {
        for c in text.chars() {
            self.event(Event::Key(Chord::char(c)));
        }
    }

    /// The effects since the last call.
    pub(crate) fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Running pods `web-0` … of one deployment in `shop`, each with one container.
    pub(crate) fn pods(&mut self, count: usize) {
        let rows = (0..count).map(|n| pod(&format!("web-{n}"))).collect();
        self.rows(rows);
    }

    /// These pods, and the watch live.
    pub(crate) fn rows(&mut self, rows: Vec<PodRow>) {
        let mut deltas = vec![PodDelta::Init];
        deltas.extend(rows.into_iter().map(PodDelta::InitApply));
        deltas.push(PodDelta::InitDone);
        self.event(Event::Watch(watch_key(), WatchMessage::Deltas(deltas)));
        self.event(Event::Watch(
            watch_key(),
            WatchMessage::State(WatchState::Live),
        ));
    }

    /// Shells in `count` pods, open and live, in one tab with the focus on the first.
    pub(crate) fn shells(&mut self, count: usize) {
        self.pods(count);
        self.keys("a enter");
        self.allow("shop");
        self.all_live();
        self.effects.clear();
    }

    /// The API server allows shells in a namespace.
    pub(crate) fn allow(&mut self, namespace: &str) {
        self.event(Event::Rights(RightsAnswer {
            context: ContextName::new(CONTEXT),
            namespace: namespace.into(),
            need: Need::Shell,
            right: Right::Allowed,
        }));
    }

    /// Every opening session opens and says its handshake.
    pub(crate) fn all_live(&mut self) {
        let sessions: Vec<SessionId> = self.app.panes.values().map(|pane| pane.session).collect();
        for (n, session) in (100u32..).zip(sessions) {
            self.event(Event::Session(session, SessionNews::Opened));
            let handshake = Handshake {
                pid: n,
                sid: n,
                start: 7,
                boot_id: "boot".into(),
                init_start: Some(1),
                file_size: None,
            };
            self.event(Event::Session(session, SessionNews::Started(handshake)));
        }
    }

    /// Output of the n-th pane's session, from 0.
    pub(crate) fn output(&mut self, pane: usize, bytes: &str) {
        let session = self.session(pane);
        self.event(Event::Output(
            session,
            Bytes::copy_from_slice(bytes.as_bytes()),
        ));
    }

    /// The n-th pane's session, from 0.
    pub(crate) fn session(&self, pane: usize) -> SessionId {
        self.app.panes.values().nth(pane).unwrap().session
    }

    /// The n-th pane, from 0.
    pub(crate) fn pane(&self, pane: usize) -> PaneId {
        *self.app.panes.keys().nth(pane).unwrap()
    }

    /// Bytes written to each session since the last [`Self::take`].
    pub(crate) fn written(&self) -> BTreeMap<SessionKey, Vec<u8>> {
        let mut written: BTreeMap<SessionKey, Vec<u8>> = BTreeMap::new();
        for effect in &self.effects {
            if let Effect::Write { session, bytes } | Effect::TypedInterrupt { session, bytes } =
                effect
            {
                written
                    .entry(session.to_string())
                    .or_default()
                    .extend_from_slice(bytes);
            }
        }
        written
    }

    /// The text of the newest notice.
    pub(crate) fn said(&self) -> &str {
        self.app
            .notices
            .history()
            .next_back()
            .map_or("", |notice| &notice.text)
    }
}

/// A session id as text, to sort by.
pub(crate) type SessionKey = String;

pub(crate) fn watch_key() -> WatchKey {
    WatchKey {
        context: ContextName::new(CONTEXT),
        scope: Scope::All,
    }
}

/// A running pod of `deploy/web` with the container `app`.
pub(crate) fn pod(name: &str) -> PodRow {
    let text = |text: &str| -> Arc<str> { text.into() };
    PodRow {
        pod: PodRef {
            context: ContextName::new(CONTEXT),
            namespace: text("shop"),
            name: text(name),
        },
        uid: PodUid::new(&format!("uid-{name}")),
        status: PodStatus {
            word: text("Running"),
            kind: StatusKind::Ok,
        },
        ready: (1, 1),
        restarts: 0,
        last_restart: None,
        created: 1_699_740_800,
        node: text("node-1"),
        ip: "10.0.0.1".into(),
        owner: Some(Owner {
            kind: text("ReplicaSet"),
            name: text("web-6d9c8"),
        }),
        labels: Arc::from([(text("pod-template-hash"), text("6d9c8"))]),
        containers: Box::new([container("app")]),
        default_container: None,
        deleting: false,
        ephemeral: Box::default(),
        usage: None,
    }
}

pub(crate) fn container(name: &str) -> ContainerRow {
    ContainerRow {
        name: name.into(),
        image: "shop/web:1".into(),
        running: true,
        id: "containerd://1".into(),
    }
}
