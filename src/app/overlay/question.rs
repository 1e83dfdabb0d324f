//! Owns questions and refusals. A question is always the answer to the user's own key; plain Enter never accepts one.

use std::time::Instant;

use crate::app::edit::Edit;
use crate::app::open::OpenPlan;
use crate::app::run::RunPlan;
use crate::app::send::SendPlan;
use crate::ids::{ContainerRef, PaneId, TabId};
use crate::keys::Chord;
use crate::session::census::{Condemned, ExecProcess};

/// What the user must do for a yes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Demand {
    /// Type each of these, in any order; those already typed are gone from the list.
    Words(Vec<String>),
    /// Press this key.
    Press(Chord),
}

/// What happens after a yes.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Of this tab; only these panes may come to receive.
    SwitchBroadcastOn(TabId, Vec<PaneId>),
    /// These panes join the broadcast of this tab.
    TakeIn(TabId, Vec<PaneId>),
    Send(Box<SendPlan>),
    /// To the first pane only; the rest waits for the composer.
    SendFirst(Box<SendPlan>),
    /// New sessions of a command in panes whose session has ended.
    Reopen(Vec<PaneId>),
    Open(Box<OpenPlan>),
    /// Ask about debug containers for these panes.
    OfferDebug(Vec<PaneId>),
    /// Debug containers for these panes.
    Debug(Vec<PaneId>),
    Run(Box<RunPlan>),
    /// What a pod wanted there.
    SetClipboard(String),
    /// Ask which port of this pod is forwarded.
    Forward(ContainerRef),
    /// End what was found, with all of its exec.
    EndProcess(Box<EndPlan>),
    Cancel(Vec<PaneId>),
    Interrupt(Vec<PaneId>),
    Quit,
    /// Leave although not all is proven to be gone.
    ForceQuit,
}

/// A guard that asks.
#[derive(Clone, Debug)]
pub struct Question {
    pub title: String,
    /// Targets on the first line, then what to know; at most 8 lines.
    pub lines: Vec<String>,
    pub demand: Demand,
    pub typed: Edit,
    /// Keys are ignored for [`super::DEAF`] from here.
    pub opened: Instant,
    pub answer: Answer,
}

impl Question {
    /// Takes the typed word if it is one of those asked for; `true` when nothing is left to type.
    pub fn take_word(&mut self) -> bool {
        let typed = self.typed.line().trim().to_owned();
        match &mut self.demand {
            Demand::Words(words) => {
                let before = words.len();
                words.retain(|word| *word != typed);
                if words.len() < before {
                    self.typed = Edit::new("");
                }
                words.is_empty()
            }
            Demand::Press(_) => false,
        }
    }
}

/// A refusal that still offers something.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub title: String,
    pub lines: Vec<String>,
    /// What is still allowed, behind `o`.
    pub rest: Option<Rest>,
    /// Text behind `y`: a Role and `RoleBinding` that would allow it.
    pub role: Option<String>,
    pub opened: Instant,
}

/// The part of what was asked for that is allowed.
#[derive(Clone, Debug)]
pub struct Rest {
    pub pods: usize,
    pub answer: Answer,
}

/// A process of the list of leaks that is to be ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EndPlan {
    pub target: ContainerRef,
    pub process: ExecProcess,
    pub what: Condemned,
    /// Whether this machine's journal knows it as left by an earlier run.
    pub ours: bool,
}
