//! Owns what may lie over the screen: prompts, pickers, questions, pages of text. Knows nothing of drawing or of acts.
//! Kept as a stack by `App`, changed by `update/overlay.rs`, drawn by `ui/overlay.rs`.

use std::time::{Duration, Instant};

pub mod compose;
pub mod forward;
pub mod leaks;
pub mod picker;
pub mod prompt;
pub mod question;
pub mod text_page;

pub use compose::{ComposeStage, Composer};
pub use forward::{ForwardQuestion, ForwardsPage};
pub use leaks::{LeakRow, LeaksPage};
pub use picker::{Choice, Picker, PickerKind};
pub use prompt::{Prompt, PromptKind};
pub use question::{Answer, Demand, EndPlan, Question, Refusal, Rest};
pub use text_page::{PageKind, PageRef, PageText, TextPage};

use crate::app::bindings::Place;

/// One thing that lies over the screen and takes the keys.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// A line to type into: filter, search, command, namespace.
    Prompt(Prompt),
    /// A list to choose from: namespaces, contexts, containers, panes, the palette.
    Picker(Picker),
    /// A guard that asks before something happens.
    Question(Question),
    /// Something was refused; some of it may still be possible.
    Refusal(Refusal),
    /// The text that goes to many panes.
    Composer(Composer),
    /// Logs, describe, YAML, events, notices.
    Text(TextPage),
    /// All keys, searchable.
    Help(Help),
    /// Folded answers of a run.
    Gather,
    /// Exec processes that were found in pods.
    Leaks(LeaksPage),
    /// Which port of a pod is forwarded.
    Forward(ForwardQuestion),
    /// The forwards of this run.
    Forwards(ForwardsPage),
}

/// The page of keys.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Help {
    /// Where it was asked for: that place comes first.
    pub from: Place,
    /// Words that rows must hold.
    pub query: String,
    /// Rows scrolled away at the top.
    pub scroll: usize,
}

/// Columns for the keys, the name and the words of any row of help.
const HELP_ROW: u16 = 96;

impl Help {
    /// How many columns of rows stand side by side in a terminal of that width.
    pub const fn across(terminal: u16) -> u16 {
        if terminal < 2 * HELP_ROW {
            1
        } else {
            terminal / HELP_ROW
        }
    }
}

/// How long a dialog ignores keys after it appeared, so that a key meant for a shell does not answer it.
pub const DEAF: Duration = Duration::from_millis(300);

/// Whether a dialog that opened at `opened` still ignores keys.
pub fn deaf(opened: Instant, now: Instant) -> bool {
    now.saturating_duration_since(opened) < DEAF
}
