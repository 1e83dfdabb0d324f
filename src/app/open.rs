//! Owns what is known on the way from marked pods to shells: the plan, the containers chosen, the rights asked for.
//! Values only; the way itself is `update/open.rs`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::app::event::Right;
use crate::ids::{ContextName, PaneId, PodUid};
use crate::session::SessionCommand;
use crate::session::rights::Need;

/// How new panes are laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenStyle {
    /// All in one new tab.
    Tiled,
    /// One new tab each.
    Tabs,
    /// As splits of the active tab.
    Splits,
}

/// Pods that are to get panes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OpenPlan {
    pub pods: Vec<PodUid>,
    pub meant: Meant,
    pub style: OpenStyle,
    pub command: SessionCommand,
    /// A container that the command line named, or that was picked for all pods of one workload.
    pub chosen: BTreeMap<WorkloadKey, Arc<str>>,
    /// Wanted for every pod, by `-c`.
    pub container: Option<Arc<str>>,
    pub choice: ContainerChoice,
    /// Whether the guard rails were passed.
    pub guarded: Guarded,
}

/// Whether a pod's own word for its container counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ContainerChoice {
    /// The annotated one, or the only one; where there is neither, the user is asked.
    Obvious,
    /// The user wants to be asked.
    Asked,
}

/// What the user named.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meant {
    Pods,
    /// Workloads by their name, or by the head of their group.
    Workloads,
}

/// Whether a plan has passed the guard rails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guarded {
    NotYet,
    Passed,
}

/// What one choice of a container holds for: context, namespace, workload.
pub type WorkloadKey = (ContextName, Arc<str>, String);

/// A plan that waits for answers about rights.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WaitingOpen {
    pub then: Then,
    pub asked: Vec<RightKey>,
}

/// What goes on once the rights are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Then {
    Open(OpenPlan),
    /// Debug containers for these panes.
    Debug(Vec<PaneId>),
    /// The question about this pod's ports.
    Forward(PodUid),
}

/// What one answer about rights holds for.
pub type RightKey = (ContextName, Arc<str>, Need);

/// What the command line wants opened as soon as the pods are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartTargets {
    /// None: all pods that the selectors let through.
    pub targets: Vec<Target>,
    pub command: SessionCommand,
    pub container: Option<Arc<str>>,
}

/// One TARGET of the command line, in the namespace of its context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub text: String,
    /// `None` for a pod by its name.
    pub workload: Option<String>,
    pub name: String,
}

/// Answers about rights, for as long as they are believed.
#[derive(Clone, Default, Debug)]
pub struct Rights {
    answers: BTreeMap<RightKey, (Right, Instant)>,
}

/// How long an answer is believed.
const BELIEVED: Duration = Duration::from_secs(300);

impl Rights {
    /// Remembers an answer.
    pub fn learn(&mut self, key: RightKey, right: Right, now: Instant) {
        self.answers.insert(key, (right, now));
    }

    /// The answer, unless it is too old to be believed. A missing right is asked for again each time: it may have been granted.
    pub fn known(&self, key: &RightKey, now: Instant) -> Option<&Right> {
        let (right, at) = self.answers.get(key)?;
        let fresh = now.saturating_duration_since(*at) < BELIEVED;
        fresh.then_some(right)
    }

    /// The namespaces in which the API server did not say whether it is allowed.
    pub fn unknown(&self, need: Need) -> Vec<&str> {
        let answers = self.answers.iter();
        answers
            .filter(|((_, _, asked), (right, _))| {
                *asked == need && matches!(right, Right::Unknown(_))
            })
            .map(|((_, namespace, _), _)| &**namespace)
            .collect()
    }

    /// Forgets what was refused, so that the next try asks again.
    pub fn forget_refusals(&mut self) {
        self.answers
            .retain(|_, (right, _)| *right == Right::Allowed);
    }
}
