//! A whole console with many panes, without a terminal or a cluster: what output and a frame of it cost.

use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use podmux::app::context::{ContextState, Contexts};
use podmux::app::event::{ContextNews, Event, JournalState, Right, RightsAnswer, SessionNews};
use podmux::app::overlay::compose::History;
use podmux::app::{App, Effect, Keys, Settings, Start, Turn};
use podmux::config::{Config, Look, Theme};
use podmux::geometry::GridSize;
use podmux::ids::{ContextName, PodRef, PodUid, SessionId};
use podmux::inventory::{
    ContainerRow, PodDelta, PodRow, PodStatus, Scope, StatusKind, WatchKey, WatchMessage,
};
use podmux::journal::Owner;
use podmux::journal::audit::Operator;
use podmux::keys::Chord;
use podmux::session::Handshake;
use ratatui::backend::CrosstermBackend;

const CONTEXT: &str = "bench";

/// The console, and the terminal that it draws on: its bytes are counted and thrown away.
pub(crate) struct Console {
    app: App,
    backend: CrosstermBackend<Sink>,
    drawn: podmux::ui::Drawn,
    written: Sink,
    now: Instant,
    sessions: Vec<SessionId>,
}

/// Counts bytes and forgets them.
#[derive(Clone, Default)]
struct Sink(Rc<Cell<usize>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Console {
    /// Live shells in so many pods, tiled in one tab.
    pub(crate) fn new(size: GridSize, panes: usize, now: Instant) -> Self {
        let mut config = Config::default();
        config.broadcast.confirm_over = u32::MAX;
        let name = ContextName::new(CONTEXT);
        let open = vec![ContextState::opening(&name, 0, &config)];
        let look = Look::new(Theme::built_in("dark").unwrap_or_else(Theme::plain));
        let keys = Keys::new(&[]).unwrap_or_else(|_| unreachable!("nothing is overridden"));
        let start = Start {
            settings: Settings {
                config,
                look,
                keys,
                themes: Vec::new(),
            },
            terminal: size,
            contexts: Contexts::new(open, vec![name]),
            filter: String::new(),
            targets: None,
            history: History::default(),
            journal: JournalState::Writable,
            owner: Owner {
                pid: 1,
                start: 1,
                boot_id: "boot".into(),
            },
            operator: Operator::default(),
        };
        let mut effects = Vec::new();
        let mut random = || 1;
        let mut turn = Turn {
            now,
            unix_ms: 0,
            random: &mut random,
            effects: &mut effects,
        };
        let app = App::new(start, &mut turn);
        let written = Sink::default();
        let mut console = Self {
            app,
            backend: CrosstermBackend::new(written.clone()),
            drawn: podmux::ui::Drawn::default(),
            written,
            now,
            sessions: Vec::new(),
        };
        console.open(panes);
        console
    }

    fn event(&mut self, event: Event) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut next = self.sessions.len() as u128;
        let mut random = || {
            next += 1;
            next
        };
        let mut turn = Turn {
            now: self.now,
            unix_ms: 0,
            random: &mut random,
            effects: &mut effects,
        };
        self.app.update(event, &mut turn);
        effects
    }

    fn open(&mut self, panes: usize) {
        let context = ContextName::new(CONTEXT);
        let connected = ContextNews::Connected {
            namespace: "shop".into(),
            user: "ann".into(),
            cluster_user: None,
            server: "https://bench".into(),
        };
        self.event(Event::Context(context.clone(), connected));
        let key = WatchKey {
            context: context.clone(),
            scope: Scope::All,
        };
        let mut deltas = vec![PodDelta::Init];
        deltas.extend((0..panes).map(|number| PodDelta::InitApply(pod(number))));
        deltas.push(PodDelta::InitDone);
        self.event(Event::Watch(key, WatchMessage::Deltas(deltas)));
        for chord in ["a", "enter"].iter().filter_map(|chord| chord.parse().ok()) {
            self.event(Event::Key(chord));
        }
        self.event(Event::Rights(RightsAnswer {
            context,
            namespace: "shop".into(),
            need: podmux::session::rights::Need::Shell,
            right: Right::Allowed,
        }));
        self.now += Duration::from_secs(1);
        for chord in ["enter", "ctrl-g"]
            .iter()
            .filter_map(|chord| chord.parse().ok())
        {
            self.event(Event::Key(chord));
        }
        self.sessions = self.app.panes.values().map(|pane| pane.session).collect();
        for session in self.sessions.clone() {
            self.event(Event::Session(session, SessionNews::Opened));
            let handshake = Handshake {
                pid: 1,
                sid: 1,
                start: 1,
                boot_id: "boot".into(),
                init_start: Some(1),
                file_size: None,
            };
            self.event(Event::Session(session, SessionNews::Started(handshake)));
        }
    }

    /// Panes that are drawn.
    pub(crate) fn shown(&self) -> usize {
        self.app.layout.panes.len()
    }

    /// The size of the first pane.
    pub(crate) fn pane_size(&self) -> GridSize {
        let first = self.app.panes.values().next();
        first.map_or(GridSize::new(1, 1), |pane| pane.screen.size())
    }

    /// Gives every pane the same output.
    pub(crate) fn output(&mut self, bytes: &Bytes) {
        for session in self.sessions.clone() {
            self.event(Event::Output(session, bytes.clone()));
        }
    }

    /// Switches the broadcast on.
    pub(crate) fn broadcast(&mut self) {
        for chord in ["ctrl-g", "b"]
            .iter()
            .filter_map(|chord| chord.parse().ok())
        {
            self.event(Event::Key(chord));
        }
    }

    /// Types a letter; says to how many sessions it is written.
    pub(crate) fn letter(&mut self) -> usize {
        let effects = self.event(Event::Key(Chord::char('a')));
        let written = |effect: &&Effect| matches!(effect, Effect::Write { .. });
        effects.iter().filter(written).count()
    }

    /// Draws a frame; says how many bytes go to the outer terminal.
    pub(crate) fn draw(&mut self) -> usize {
        self.written.0.set(0);
        podmux::ui::draw(&self.app, &mut self.drawn);
        let end = self.drawn.send(&mut self.backend);
        assert!(end.is_ok(), "the sink takes everything");
        self.written.0.get()
    }
}

fn pod(number: usize) -> PodRow {
    let text = |text: &str| -> Arc<str> { text.into() };
    PodRow {
        pod: PodRef {
            context: ContextName::new(CONTEXT),
            namespace: text("shop"),
            name: format!("web-6d9c8-{number:05}").into(),
        },
        uid: PodUid::new(&format!("uid-{number}")),
        status: PodStatus {
            word: text("Running"),
            kind: StatusKind::Ok,
        },
        ready: (1, 1),
        restarts: 0,
        last_restart: None,
        created: 0,
        node: text("node"),
        ip: "10.0.0.1".into(),
        owner: None,
        labels: Arc::from([]),
        containers: Box::new([ContainerRow {
            name: "app".into(),
            image: "image".into(),
            running: true,
            id: "containerd://1".into(),
        }]),
        default_container: None,
        deleting: false,
        ephemeral: Box::default(),
        usage: None,
    }
}
