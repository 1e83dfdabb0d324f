//! Owns what the app asks the runtime to do. Values only, compared in tests. Carried out by `runtime/perform.rs`, in order.

use std::time::Duration;

use bytes::Bytes;

use crate::app::event::Timer;
use crate::app::overlay::PageKind;
use crate::geometry::GridSize;
use crate::ids::{ContainerRef, ContextName, ForwardId, PaneId, PodRef, PodUid, SessionId};
use crate::inventory::WatchKey;
use crate::journal::JournalLine;
use crate::journal::audit::AuditLine;
use crate::session::cleanup::ScriptMode;
use crate::session::forward::PortPair;
use crate::session::rights::Need;
use crate::session::{Handshake, SessionCommand};

/// One thing to be done.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    Connect(ContextName),
    Watch(WatchKey),
    Unwatch(WatchKey),
    /// End the wait of every watch that is down.
    ReconnectNow,
    ListNamespaces(ContextName),
    /// Ask whether the user may do something in a namespace.
    AskRights {
        context: ContextName,
        namespace: std::sync::Arc<str>,
        need: Need,
    },
    /// Put an ephemeral container beside one without a shell, or find the one that is there.
    AddDebugContainer(DebugContainerOrder),
    /// On the disk before anything that follows it is sent.
    Journal(JournalLine),
    /// Somebody wants what the journal bars: whether it can be written by now.
    TryJournal,
    /// Queued before the act that it describes.
    Audit(AuditLine),
    Open(Opening),
    Write {
        session: SessionId,
        bytes: Bytes,
    },
    /// What a program is owed that asked its terminal something; nobody typed it.
    Reply {
        session: SessionId,
        bytes: Bytes,
    },
    /// A Ctrl-C that was typed: it stays in order unless input is stuck.
    TypedInterrupt {
        session: SessionId,
        bytes: Bytes,
    },
    /// 0x03 ahead of all queued input.
    Interrupt(SessionId),
    /// Forget queued input; keep only the newest output.
    DropInput(SessionId),
    CloseInput(SessionId),
    Resize {
        session: SessionId,
        size: GridSize,
    },
    CloseStream(SessionId),
    Clean {
        session: SessionId,
        attempt: u32,
        order: CleanOrder,
    },
    Verify {
        session: SessionId,
        attempt: u32,
        order: CleanOrder,
    },
    /// The report-only look after a session's end.
    Count {
        session: SessionId,
        order: CleanOrder,
    },
    /// List the exec processes of these containers; each answers by itself.
    Census {
        look: u32,
        targets: Vec<ContainerRef>,
    },
    /// End a process that a census found, with all of its exec, and prove it.
    EndProcess {
        look: u32,
        pid: u32,
        session: SessionId,
        order: CleanOrder,
    },
    /// Ask the pod why its container ended.
    AskEnd {
        session: SessionId,
        target: ContainerRef,
        container_id: String,
    },
    /// Ask a pod which ports its spec names.
    AskPorts {
        pod: PodRef,
        uid: PodUid,
    },
    /// Take a local port and lead its connections to a pod.
    Forward(ForwardOrder),
    EndForward(ForwardId),
    Start {
        timer: Timer,
        after: Duration,
    },
    Fetch {
        pod: PodRef,
        container: Option<Box<str>>,
        kind: PageKind,
    },
    /// Send the lines of a log as they are written, the newest ones first of all.
    Follow {
        pod: PodRef,
        container: Option<Box<str>>,
    },
    EndFollow,
    Run(Box<RunOrder>),
    CancelRun(u32),
    Copy {
        text: String,
    },
    /// Write text to a file of the user's.
    Save {
        path: String,
        text: String,
    },
    Remember {
        text: String,
    },
    /// Ask for the use of the pods in these scopes from time to time; none: no more.
    Measure {
        context: ContextName,
        scopes: Vec<crate::inventory::Scope>,
    },
    /// Let the user edit text in their own editor.
    Edit {
        text: String,
    },
    /// Open a file for what a pane shows.
    Record(Recording),
    RecordPiece {
        pane: PaneId,
        piece: RecordPiece,
    },
    RecordEnd(PaneId),
    Mouse(crate::app::MouseUse),
    Quit(QuitReport),
}

/// A session to be opened.
#[derive(Clone, PartialEq, Debug)]
pub struct Opening {
    pub session: SessionId,
    pub target: ContainerRef,
    pub command: SessionCommand,
    pub size: GridSize,
    pub container_id: String,
}

/// A debug container for one pane.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DebugContainerOrder {
    pub pane: PaneId,
    /// The session that found no shell.
    pub session: SessionId,
    /// The container that it is for.
    pub target: ContainerRef,
    pub image: String,
    /// Drawn by lot.
    pub name: String,
}

/// A port-forward to be started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForwardOrder {
    pub forward: ForwardId,
    pub pod: PodRef,
    pub uid: PodUid,
    pub ports: PortPair,
}

/// What a cleanup, verify or count exec needs to know.
#[derive(Clone, PartialEq, Debug)]
pub struct CleanOrder {
    pub target: ContainerRef,
    /// The runtime's id of the container that the session was opened in.
    pub container_id: String,
    pub leader: Option<Handshake>,
    pub mode: ScriptMode,
    pub grace: Duration,
}

/// What is recorded, and from when on.
#[derive(Clone, PartialEq, Debug)]
pub struct Recording {
    pub pane: PaneId,
    pub target: ContainerRef,
    pub size: GridSize,
    /// Milliseconds since 1970, UTC.
    pub unix_ms: i64,
}

/// One thing that happened on a recorded pane.
#[derive(Clone, PartialEq, Debug)]
pub enum RecordPiece {
    Output(Bytes),
    Resize(GridSize),
}

/// One command in many pods.
#[derive(Clone, PartialEq, Debug)]
pub struct RunOrder {
    pub run: u32,
    pub command: Vec<String>,
    pub targets: Vec<RunTarget>,
}

/// One target of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct RunTarget {
    pub session: SessionId,
    pub target: ContainerRef,
    pub container_id: String,
}

/// How the console ended.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QuitReport {
    /// Sessions whose cleanup is not proven: named on standard error, exit code 3.
    pub unproven: Vec<String>,
}
