//! Owns the words for everything a key can ask for. Knows nothing of keys or of how it is done. Named by `bindings`, carried out by `update`.

use crate::workspace::Direction;

/// One thing that the user can ask for by key, palette or mouse.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Action {
    // Moving in the list, in text and in scrollback.
    Move(Step),
    // The list.
    OpenShells,
    OpenShellTabs,
    OpenShellSplits,
    OpenInContainer,
    Mark,
    MarkRange,
    MarkShown,
    UnmarkAll,
    Filter,
    PickNamespaces,
    AllNamespaces,
    PickContexts,
    GroupByWorkload,
    SortColumn,
    SortReverse,
    CopyName,
    Reconnect,
    OptOutFromList,
    Logs,
    Describe,
    Yaml,
    Events,
    Leaks,
    Forward,
    Forwards,
    // Everywhere.
    Palette,
    Help,
    Quit,
    Back,
    Run,
    Answers,
    Compose,
    FocusPanes,
    FocusList,
    ToggleList,
    Notices,
    // A pane, after the prefix.
    LiteralPrefix,
    FocusPane(Direction),
    NextTab,
    PreviousTab,
    SelectTab(u8),
    NextPage,
    PreviousPage,
    Zoom,
    EvenLayout,
    ResizePane(Direction),
    ScrollMode,
    Search,
    FindPane,
    Links,
    Cancel,
    KeepShell,
    InterruptOnly,
    ClosePane,
    CancelAll,
    InterruptAll,
    Broadcast,
    OptOut,
    NewSession,
    RestartLost,
    DebugContainer,
    Record,
    Clipboard,
    SaveCopy,
    ReleaseMouse,
    LeavePrefix,
    // Scroll mode.
    ScrollLeft,
    ScrollRight,
    WordForward,
    WordBack,
    LineStart,
    LineEnd,
    SelectCells,
    SelectLines,
    SelectBlock,
    Copy,
    SearchNext,
    SearchPrevious,
    LeaveScroll,
    // A page of text.
    Follow,
    LogContainer,
    // Folded answers.
    Unfold,
    ShowDiff,
    MarkTargets,
    ShellsInTargets,
    RunAgain,
    SaveAnswers,
    CancelRun,
    // The list of leaks.
    EndProcess,
    LookAgain,
    // The page of forwards.
    StopForward,
}

/// A move through lines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Step {
    Up,
    Down,
    Top,
    Bottom,
    HalfUp,
    HalfDown,
}

impl Step {
    /// The move in rows of a page that shows `height` of them; whoever moves stops at the ends.
    pub fn rows(self, height: usize) -> isize {
        let half = isize::try_from(height / 2).unwrap_or(1).max(1);
        match self {
            Self::Up => -1,
            Self::Down => 1,
            Self::Top => isize::MIN,
            Self::Bottom => isize::MAX,
            Self::HalfUp => -half,
            Self::HalfDown => half,
        }
    }
}
