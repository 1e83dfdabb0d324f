//! Owns the state of the console and the one way to change it: [`App::update`], event in, effects out. Knows no tokio, no kube,
//! no file and no clock: time and randomness come with each turn. Driven by `runtime`, drawn by `ui`.

pub mod action;
pub mod bindings;
pub mod context;
pub mod edit;
pub mod effect;
pub mod event;
pub mod forward;
pub mod layout;
pub mod list;
pub mod notice;
pub mod open;
pub mod overlay;
pub mod pane;
pub mod quit;
pub mod rules;
pub mod run;
pub mod send;
pub mod tab_line;
mod update;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::config::{Config, Look, Theme};
use crate::geometry::GridSize;
use crate::ids::{PaneId, SessionId, TabId};
use crate::inventory::{Inventory, WatchKey, WatchState};
use crate::journal::Owner;
use crate::journal::audit::Operator;
use crate::workspace::Tabs;

pub use action::{Action, Step};
pub use bindings::{Keys, Place};
pub use context::{ContextState, Contexts, ScopeWish};
pub use effect::Effect;
pub use event::Event;
pub use layout::{Layout, PanePlace};
pub use list::List;
pub use notice::{Notice, Notices, Weight};
pub use overlay::Overlay;
pub use pane::Pane;
pub use update::broadcast::TabBroadcast;

use event::JournalState;
use open::{Rights, WaitingOpen};
use overlay::compose::History;
use quit::Quit;
use run::Run;
use update::follow::Following;

/// What the user set: configuration, looks, keys.
#[derive(Clone, Debug)]
pub struct Settings {
    pub config: Config,
    pub look: Look,
    pub keys: Keys,
    /// The user's own themes, by the names of their files; of a wrong one, why.
    pub themes: Vec<(String, Result<Theme, String>)>,
}

/// Where keys go when nothing lies over the screen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Focus {
    List,
    Panes,
}

/// Who gets the mouse.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MouseUse {
    Ours,
    /// Left to the outer terminal, for its own selection.
    Released,
}

impl MouseUse {
    /// As the settings have it.
    pub const fn wanted(config: &Config) -> Self {
        if config.ui.mouse {
            Self::Ours
        } else {
            Self::Released
        }
    }
}

/// Who gets what the mouse does until its button is released.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Press {
    /// Whoever it happens over.
    #[default]
    Anyone,
    /// It went down to focus a pane: its release tells the program nothing.
    Ours,
    /// A program was told that it went down, and must be told of its release.
    Program(PaneId),
}

/// The prefix was pressed; the next key is a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PrefixWait {
    /// Counts prefixes, so that the popup of an older one stays away.
    pub epoch: u32,
    /// Whether the popup of what may follow is shown.
    pub popup: bool,
}

/// The console.
pub struct App {
    pub settings: Settings,
    /// What the program was started with.
    started: Config,
    /// The theme that was picked in place of the settings' one.
    theme_picked: Option<String>,
    pub terminal: GridSize,
    pub layout: Layout,
    pub focus: Focus,
    pub contexts: Contexts,
    pub inventory: Inventory,
    pub watches: BTreeMap<WatchKey, WatchState>,
    pub list: List,
    /// What pods use was told at least once: CPU and MEM have figures.
    pub measured: bool,
    /// Where figures of use are asked for.
    measuring: BTreeMap<crate::ids::ContextName, Vec<crate::inventory::Scope>>,
    /// Whether the list is wanted beside the panes.
    pub list_wanted: bool,
    pub tabs: Tabs,
    pub panes: BTreeMap<PaneId, Pane>,
    pub broadcast: BTreeMap<TabId, TabBroadcast>,
    /// Workloads whose new replicas get a shell by themselves.
    following: BTreeMap<TabId, Following>,
    pub overlays: Vec<Overlay>,
    pub notices: Notices,
    pub prefix: Option<PrefixWait>,
    pub run: Option<Run>,
    pub forwards: forward::Forwards,
    /// What earlier runs have not proven to be over.
    pub rests: Vec<run::Rest>,
    pub history: History,
    pub journal: JournalState,
    pub quit: Option<Quit>,
    pub mouse: MouseUse,
    /// When a guard's word was taken, until the next key.
    pub word_taken: Option<Instant>,
    /// When other guard rails came: what was asked before is asked anew.
    pub rails_changed: Option<Instant>,
    /// What the demo says about its shells, shown in the status line.
    pub shells_note: Option<String>,
    /// The time of the last turn: what ages are counted from. Milliseconds since 1970, UTC.
    pub unix_ms: i64,
    pub now: Instant,
    pub(crate) owner: Owner,
    pub(crate) operator: Operator,
    rights: Rights,
    waiting: Vec<WaitingOpen>,
    pending_targets: Option<open::StartTargets>,
    /// Text of a composer that was left, for the next time.
    draft: String,
    /// A command line that was typed and did not run, for the next time.
    run_draft: String,
    /// A composed text that only its first pane has got so far.
    rest: Option<Box<send::SendPlan>>,
    /// Panes of the last cancel of several, until its outcome was seen.
    pub cancelled_together: Vec<PaneId>,
    /// What a pod wants on the clipboard, until its user has looked.
    offer: Option<update::clipboard::Offer>,
    /// What was copied last.
    copied: Option<String>,
    /// When a pod last set it.
    clipboard_set: Option<Instant>,
    /// Where a drag of the mouse began.
    drag: Option<(PaneId, crate::screen::Point)>,
    /// Whose the button is that is held down.
    press: Press,
    next_pane: u32,
    next_tab: u32,
    next_epoch: u32,
    dirty: bool,
    /// What the visible ages looked like, so that a tick that changes none draws nothing.
    ages: u64,
}

/// What a turn is given besides its event, and where its effects go.
pub struct Turn<'a> {
    pub now: Instant,
    /// Milliseconds since 1970, UTC.
    pub unix_ms: i64,
    /// Gives 128 random bits.
    pub random: &'a mut dyn FnMut() -> u128,
    pub effects: &'a mut Vec<Effect>,
}

impl Turn<'_> {
    /// Asks the runtime for something.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// A new session id.
    pub fn session_id(&mut self) -> SessionId {
        SessionId::from_bytes((self.random)().to_be_bytes())
    }

    /// 32 random bits, for jitter.
    pub fn jitter(&mut self) -> u32 {
        u32::try_from((self.random)() & u128::from(u32::MAX)).unwrap_or_default()
    }
}

/// What the console starts with.
#[derive(Debug)]
pub struct Start {
    pub settings: Settings,
    pub terminal: GridSize,
    pub contexts: Contexts,
    /// The filter that the command line asked for.
    pub filter: String,
    pub targets: Option<open::StartTargets>,
    pub history: History,
    pub journal: JournalState,
    /// This process, as the journal names the owner of a session.
    pub owner: Owner,
    /// Who sits here, as the audit names them.
    pub operator: Operator,
}

impl App {
    /// The console before its first event; the effects connect to the contexts.
    pub fn new(start: Start, turn: &mut Turn<'_>) -> Self {
        let spec = update::list::first_spec(&start.settings.config, &start.filter);
        let mouse = MouseUse::wanted(&start.settings.config);
        let mut app = Self {
            started: start.settings.config.clone(),
            settings: start.settings,
            theme_picked: None,
            terminal: start.terminal,
            layout: Layout::default(),
            focus: Focus::List,
            contexts: start.contexts,
            inventory: Inventory::new(),
            watches: BTreeMap::new(),
            list: List::new(spec),
            measured: false,
            measuring: BTreeMap::new(),
            list_wanted: true,
            tabs: Tabs::default(),
            panes: BTreeMap::new(),
            broadcast: BTreeMap::new(),
            following: BTreeMap::new(),
            overlays: Vec::new(),
            notices: Notices::default(),
            prefix: None,
            run: None,
            forwards: forward::Forwards::default(),
            rests: Vec::new(),
            history: start.history,
            journal: start.journal,
            quit: None,
            mouse,
            word_taken: None,
            rails_changed: None,
            shells_note: None,
            unix_ms: turn.unix_ms,
            now: turn.now,
            owner: start.owner,
            operator: start.operator,
            rights: Rights::default(),
            waiting: Vec::new(),
            pending_targets: start.targets,
            draft: String::new(),
            run_draft: String::new(),
            rest: None,
            cancelled_together: Vec::new(),
            offer: None,
            copied: None,
            clipboard_set: None,
            drag: None,
            press: Press::default(),
            next_pane: 0,
            next_tab: 0,
            next_epoch: 0,
            dirty: true,
            ages: 0,
        };
        app.place_everything(turn);
        for name in app.contexts.active() {
            turn.push(Effect::Connect(name));
        }
        app
    }

    /// Takes one event; what is to be done comes out as effects of the turn.
    pub fn update(&mut self, event: Event, turn: &mut Turn<'_>) {
        self.now = turn.now;
        self.unix_ms = turn.unix_ms;
        // Output is most of all events and changes nothing about who looks at what.
        let output = matches!(event, Event::Output(..));
        update::dispatch(self, event, turn);
        if !output {
            update::usage::follow(self, turn);
        }
    }

    /// Seconds since 1970, UTC, at the last turn.
    pub const fn unix(&self) -> i64 {
        self.unix_ms.div_euclid(1000)
    }

    /// Whether something on the screen may have changed since the last call.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// The next frame has something new to show.
    pub(crate) fn touch(&mut self) {
        self.dirty = true;
    }

    /// Tells the user something.
    pub(crate) fn say(&mut self, weight: Weight, text: impl Into<String>) {
        self.notices.say(self.notice(weight, text.into()));
        self.touch();
    }

    /// Keeps something for who looks it up.
    pub(crate) fn note(&mut self, weight: Weight, text: impl Into<String>) {
        self.notices.note(self.notice(weight, text.into()));
    }

    fn notice(&self, weight: Weight, text: String) -> Notice {
        Notice {
            weight,
            text,
            said: self.now,
            unix: self.unix(),
        }
    }

    /// The pane of the active tab that the focus is on.
    pub fn focused_pane(&self) -> Option<&Pane> {
        self.panes.get(&self.tabs.active()?.focus())
    }

    /// The pane that a session belongs to.
    pub fn pane_of(&mut self, session: SessionId) -> Option<&mut Pane> {
        self.panes.values_mut().find(|pane| pane.session == session)
    }

    /// Panes of a tab, in the order of its pages.
    pub fn panes_of(&self, tab: TabId) -> impl Iterator<Item = &Pane> {
        let order = self
            .tabs
            .get(tab)
            .map(crate::workspace::Tab::panes)
            .unwrap_or_default();
        order.iter().filter_map(|pane| self.panes.get(pane))
    }

    /// The overlay that takes the keys.
    pub fn overlay(&self) -> Option<&Overlay> {
        self.overlays.last()
    }

    /// A number that was not given before, for timers that may go stale.
    pub(crate) fn epoch(&mut self) -> u32 {
        self.next_epoch = self.next_epoch.wrapping_add(1);
        self.next_epoch
    }
}

#[cfg(test)]
pub(crate) mod testing;
