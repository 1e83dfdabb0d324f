//! Owns the making of a driver from what the console starts with: queues, files, the app and its first effects.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::clusters::{Backend, Clusters, send};
use super::console::{ConsoleStart, FilePlace};
use super::driver::{Driver, Mail, now};
use super::forwards::Forwards;
use super::identity;
use super::journal_file::{self, OnTheWay, Places};
use super::leases::Leases;
use super::limits::Limits;
use super::line_file::LineFile;
use super::paths::{self, Paths, Record};
use super::perform::{Hands, Note};
use super::recordings::Recordings;
use super::runs::Runs;
use super::sessions::Sessions;
use super::timers::Timers;
use crate::app::context::Contexts;
use crate::app::event::{Event, JournalState};
use crate::app::overlay::compose::History;
use crate::app::{App, Effect, Start, Turn, Weight};
use crate::cluster::watch;
use crate::demo::ShellKind;
use crate::geometry::GridSize;

/// Messages that tasks may have waiting.
const QUEUE: usize = 256;

/// The journal, the audit and the composer's history, as far as they can be written.
struct Files {
    places: Places,
    journal: Option<LineFile>,
    state: JournalState,
    audit: Option<LineFile>,
    history: Option<LineFile>,
    texts: Vec<String>,
    /// What earlier runs may have left.
    earlier: Option<String>,
    /// The folder for recordings.
    recordings: Option<PathBuf>,
}

/// Makes the driver; its first effects are carried out.
pub(super) fn driver(start: ConsoleStart, size: GridSize) -> Driver {
    let files = files(&start.files, start.settings.config.audit.enabled);
    let (notes, note_mail) = mpsc::channel(QUEUE);
    tell_of_shells(&start.backend, &notes);
    let (reports, report_mail) = mpsc::channel(QUEUE);
    let (watch_messages, watch_mail) = mpsc::channel(watch::QUEUE);
    let (figures, figure_mail) = mpsc::channel(QUEUE);
    let (namespace_messages, namespace_mail) = mpsc::channel(QUEUE);
    let config = &start.settings.config;
    let hands = Hands {
        backend: start.backend,
        clusters: Clusters::default(),
        sessions: Sessions::default(),
        timers: Timers::default(),
        limits: Limits::of(config),
        selectors: start.selectors,
        journal: files.journal.map(Arc::new),
        places: files.places,
        audit: files.audit.map(Arc::new),
        history: files.history,
        recordings: Recordings::new(files.recordings),
        notes,
        reports,
        watch_messages,
        namespace_messages,
        watches: HashMap::new(),
        namespace_watches: HashMap::new(),
        metrics: HashMap::new(),
        figures,
        followed: super::pages::Followed::default(),
        runs: Runs::default(),
        forwards: Forwards::default(),
        leases: Leases::default(),
        on_the_way: OnTheWay::default(),
        terminal: Vec::new(),
        quit: None,
    };
    let mail = Mail {
        notes: note_mail,
        reports: report_mail,
        watches: watch_mail,
        namespaces: namespace_mail,
        figures: figure_mail,
    };
    let app_start = Start {
        settings: start.settings,
        terminal: size,
        contexts: Contexts::new(start.open, start.known),
        filter: String::new(),
        targets: start.targets,
        history: History::new(files.texts),
        journal: files.state,
        owner: identity::owner(),
        operator: identity::operator(),
    };
    let strangers = match &hands.backend {
        Backend::Kubeconfig { .. } => app_start.contexts.strangers(&app_start.settings.config),
        Backend::Demo(_) => None,
    };
    begun(app_start, hands, mail, [strangers, files.earlier])
}

/// The demo says what its shells are once it knows; nobody waits for that.
fn tell_of_shells(backend: &Backend, notes: &mpsc::Sender<Note>) {
    let Backend::Demo(demo) = backend else {
        return;
    };
    let (demo, notes) = (Arc::clone(demo), notes.clone());
    tokio::spawn(async move {
        let words = match demo.shells().await {
            ShellKind::Sandboxed => return,
            ShellKind::Simulated { why } => format!("simulated shells: {why}"),
            ShellKind::Local => "shells of this machine, without a sandbox".to_owned(),
        };
        send(&notes, Note::Event(Event::Shells(words))).await;
    });
}

fn begun(start: Start, hands: Hands, mail: Mail, to_say: [Option<String>; 2]) -> Driver {
    let (app, effects) = first_turn(start);
    let mut driver = Driver::new(app, hands, mail, effects);
    for text in to_say.into_iter().flatten() {
        driver.event(Event::Said(Weight::Plain, text));
    }
    driver
}

fn first_turn(start: Start) -> (App, Vec<Effect>) {
    let mut effects = Vec::new();
    let mut random = || uuid::Uuid::new_v4().as_u128();
    let unix_ms = jiff::Timestamp::now().as_millisecond();
    let mut turn = Turn {
        now: now(),
        unix_ms,
        random: &mut random,
        effects: &mut effects,
    };
    let app = App::new(start, &mut turn);
    (app, effects)
}

fn files(place: &FilePlace, audit: bool) -> Files {
    let paths = match place {
        FilePlace::User => Paths::of_user(),
        FilePlace::Folder(folder) => Some(Paths {
            config: folder.clone(),
            themes: folder.clone(),
            state: folder.clone(),
            // What a user records on purpose outlives the folder.
            recordings: Paths::of_user()
                .map_or_else(|| folder.join("recordings"), |paths| paths.recordings),
        }),
    };
    let Some(paths) = paths else {
        let why = paths::unwritable(Record::Journal, "there is no home folder");
        return Files {
            places: Places::default(),
            journal: None,
            state: JournalState::Blocked(why),
            audit: None,
            history: None,
            texts: Vec::new(),
            earlier: None,
            recordings: None,
        };
    };
    let journal = journal_file::open(&paths.journal());
    let audit = audit.then(|| paths.audit());
    let audited = audit.as_deref().map(LineFile::open).transpose();
    let state = match (&journal, &audited) {
        (Err(error), _) => journal_file::blocked(Record::Journal, error),
        (Ok(_), Err(error)) => journal_file::blocked(Record::Audit, error),
        (Ok(_), Ok(_)) => JournalState::Writable,
    };
    let optional = |path: &std::path::Path| match LineFile::open(path) {
        Ok(file) => Some(file),
        Err(error) => {
            tracing::warn!(%error, "a file is not written");
            None
        }
    };
    let earlier = journal_file::earlier(&paths.journal());
    let texts = std::fs::read_to_string(paths.history()).unwrap_or_default();
    Files {
        places: Places {
            journal: paths.journal(),
            audit,
        },
        journal: journal.ok(),
        state,
        audit: audited.ok().flatten(),
        history: optional(&paths.history()),
        texts: texts
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect(),
        earlier,
        recordings: Some(paths.recordings),
    }
}
