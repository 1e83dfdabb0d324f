//! Owns what can reach the app: keys, watch messages, session news, answers to its effects. Values only. Made by `runtime`.

use std::sync::Arc;

use bytes::Bytes;
use crossterm::event::MouseEvent;

use crate::app::overlay::{PageRef, PageText};
use crate::geometry::GridSize;
use crate::ids::{ContainerRef, ContextName, ForwardId, PaneId, PodRef, PodUid, SessionId};
use crate::inventory::{WatchKey, WatchMessage};
use crate::keys::Chord;
use crate::session::cancel::CleanFailure;
use crate::session::forward::{Carried, ContainerPort};
use crate::session::rights::Need;
use crate::session::{Handshake, Outcome, Report};

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    Key(Chord),
    Paste(String),
    Mouse(MouseEvent),
    Resized(GridSize),
    /// The outer terminal's window got or lost the focus.
    Window(WindowFocus),
    Context(ContextName, ContextNews),
    Watch(WatchKey, WatchMessage),
    Namespaces(ContextName, Result<Vec<Arc<str>>, String>),
    Rights(RightsAnswer),
    Session(SessionId, SessionNews),
    /// Output of a session, in order.
    Output(SessionId, Bytes),
    /// So many bytes of a session's output were dropped after an interrupt.
    Gap(SessionId, usize),
    /// The answer to [`super::Effect::Clean`].
    Cleaned {
        session: SessionId,
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// The answer to [`super::Effect::Verify`].
    Verified {
        session: SessionId,
        attempt: u32,
        result: Result<Report, CleanFailure>,
    },
    /// What the report-only look after an end counted.
    Counted {
        session: SessionId,
        result: Result<Report, CleanFailure>,
    },
    /// The answer to [`super::Effect::AskEnd`].
    PodSays(SessionId, String),
    /// The pod or this run of its container is no more.
    ContainerGone(SessionId),
    Page(PageRef, Result<PageText, String>),
    /// News of the log that [`super::Effect::Follow`] asked for.
    Logged(PageRef, LogNews),
    Answer(RunAnswer),
    /// The answer to [`super::Effect::AddDebugContainer`].
    DebugContainer {
        pane: PaneId,
        /// The session that had found no shell.
        session: SessionId,
        /// Name and runtime's id of the container, or why there is none.
        result: Result<(Arc<str>, String), String>,
    },
    /// One container's answer to [`super::Effect::Census`].
    Census {
        look: u32,
        target: ContainerRef,
        result: Result<crate::app::overlay::leaks::Found, String>,
    },
    /// The answer to [`super::Effect::EndProcess`].
    ProcessEnded {
        look: u32,
        target: ContainerRef,
        pid: u32,
        session: SessionId,
        result: Result<Report, String>,
    },
    /// The answer to [`super::Effect::AskPorts`].
    Ports(PodUid, Result<Vec<ContainerPort>, String>),
    Forward(ForwardId, ForwardNews),
    /// What one target of a run had left is proven to be gone now.
    RunSettled {
        run: u32,
        target: usize,
    },
    /// A pane is recorded no longer, and why.
    RecordingFailed(PaneId, String),
    Timer(Timer),
    /// The journal cannot be written, or can be again.
    Journal(JournalState),
    /// Something that the user should know.
    Said(crate::app::notice::Weight, String),
    /// A text went to the clipboard, or did not: the words for it, and the text.
    Copied {
        weight: crate::app::notice::Weight,
        said: String,
        text: String,
    },
    /// What the demo says about its shells.
    Shells(String),
    /// The configuration was read again.
    Settings(Box<Result<crate::app::Settings, String>>),
    /// What pods use.
    Figures(Vec<(PodRef, crate::inventory::Usage)>),
    /// The user's editor has ended, with the text or with why there is none.
    Edited(Result<String, String>),
    /// SIGTERM or SIGHUP.
    Terminate,
    /// A second has passed.
    Tick,
}

/// Whether the outer terminal's window has the focus.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WindowFocus {
    Gained,
    Lost,
}

/// News of a port-forward.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ForwardNews {
    /// Its local port is taken: it takes connections.
    Listening,
    /// The local port cannot be taken: why, and the next one that is free.
    NoPort { why: String, free: Option<u16> },
    /// What it has carried up to now, and why a connection failed if one did.
    Carried(Carried, Option<String>),
    /// It takes no connections any more, and why.
    Ended(String),
}

/// How a followed log goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LogNews {
    Lines(Vec<String>),
    /// Why there is no more of it.
    Ended(String),
}

/// News of a context.
#[derive(Clone, Debug)]
pub enum ContextNews {
    Connected {
        /// The namespace that the kubeconfig names, else `default`.
        namespace: Arc<str>,
        user: String,
        /// The API server's own name for the user, where it tells.
        cluster_user: Option<String>,
        server: String,
    },
    /// A sentence with the next step.
    Failed(String),
}

/// News of a session's stream.
#[derive(Clone, Debug)]
pub enum SessionNews {
    /// The stream is open.
    Opened,
    Started(Handshake),
    /// It runs without our marks: the image has no shell to set them.
    Unmarked,
    /// Input got no answer, or gets answers again.
    Silent(Silence),
    /// Input was not sent: so many bytes.
    InputRejected(usize),
    Ended(Outcome),
}

/// Whether a session answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Silence {
    NoAnswer,
    AnswersAgain,
}

/// Whether the user may do something in a namespace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RightsAnswer {
    pub context: ContextName,
    pub namespace: Arc<str>,
    pub need: Need,
    pub right: Right,
}

/// An answer of the API server about rights.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Right {
    Allowed,
    /// The verbs that are missing, and for whom.
    Missing {
        verbs: Vec<&'static str>,
        user: String,
    },
    /// The question itself failed: the exec will show.
    Unknown(String),
}

/// One target's answer to a run.
#[derive(Clone, Debug)]
pub struct RunAnswer {
    pub run: u32,
    /// Index of the target in the run.
    pub target: usize,
    pub outcome: Outcome,
    /// Both streams in the order in which they came.
    pub output: String,
    pub truncated: bool,
    pub seconds: f64,
    /// Processes left after the end; `None` when not known.
    pub left: Option<u32>,
    /// What the user should know of the remains.
    pub warning: Option<String>,
}

/// Timers that the app asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Timer {
    /// The popup of what may follow the prefix.
    WhichKey(u32),
    /// A wait of a cancel.
    Cancel { session: SessionId, epoch: u32 },
    /// A synchronised update of a pane may have to end.
    Screen(SessionId),
}

/// Whether sessions can be recorded for cleanup.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum JournalState {
    #[default]
    Writable,
    /// Why not: names the folder and what to do.
    Blocked(String),
}
