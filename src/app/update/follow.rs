//! Owns tabs that follow their workloads: a new replica gets a shell beside the others. A pod that is gone keeps its pane; that is
//! `session`'s care. Called by `open` and `watch`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::open::{Meant, OpenPlan, OpenStyle, WorkloadKey};
use crate::app::{App, Turn, Weight};
use crate::ids::{PaneId, PodUid, TabId};
use crate::inventory::{ContainerRow, PodDelta, PodRow, WorkloadKind, workload};
use crate::session::SessionCommand;
use crate::session::rights::Need;

use super::open::{self, workload_key};
use super::{broadcast, guard};

/// What a tab follows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Following {
    /// The container that its shells are in, by workload.
    workloads: BTreeMap<WorkloadKey, Arc<str>>,
    /// Pods that had their shell already: one that its user closed does not come back.
    known: BTreeSet<PodUid>,
}

impl Following {
    /// The container for a pod's shell, unless the tab does not follow its workload or had one in it.
    fn container<'a>(&self, row: &'a PodRow) -> Option<&'a ContainerRow> {
        if self.known.contains(&row.uid) {
            return None;
        }
        let of = |(context, namespace, name): &WorkloadKey| {
            *context == row.pod.context
                && *namespace == row.pod.namespace
                && *name == workload(row).to_string()
        };
        let (_, wanted) = self.workloads.iter().find(|(key, _)| of(key))?;
        let mut running = row.containers.iter().filter(|container| container.running);
        running.find(|container| container.name == *wanted)
    }
}

/// New panes make their tab follow every workload whose pods are all among them. A single pod stands for its workload only where
/// that was asked for by name. A command follows nobody: it is never run unasked.
pub(super) fn begin(app: &mut App, plan: &OpenPlan, made: &[PaneId]) {
    let shell = matches!(plan.command, SessionCommand::Shell(_));
    let tab = made.first().and_then(|pane| app.tabs.of(*pane));
    let Some(tab) = tab
        .map(|tab| tab.id)
        .filter(|_| shell && plan.style != OpenStyle::Tabs)
    else {
        return;
    };
    let mut opened: BTreeMap<WorkloadKey, (usize, Arc<str>)> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for pane in made.iter().filter_map(|pane| app.panes.get(pane)) {
        known.insert(pane.target.uid.clone());
        let Some(row) = app.inventory.get(&pane.target.uid) else {
            continue;
        };
        if !matches!(workload(row).kind, WorkloadKind::Bare | WorkloadKind::Node) {
            let container = pane.target.container.clone();
            let (count, _) = opened.entry(workload_key(row)).or_insert((0, container));
            *count += 1;
        }
    }
    opened.retain(|key, (count, _)| {
        let named = *count > 1 || plan.meant == Meant::Workloads;
        named && *count >= running(app, key)
    });
    let following = app.following.entry(tab).or_default();
    following.known.append(&mut known);
    let workloads = opened
        .into_iter()
        .map(|(key, (_, container))| (key, container));
    following.workloads.extend(workloads);
}

fn running(app: &App, key: &WorkloadKey) -> usize {
    let of = |row: &&PodRow| row.accepts_sessions() && workload_key(row) == *key;
    app.inventory.iter().filter(of).count()
}

/// The pods that a watch has news of; none where no tab follows anything.
pub(super) fn touched(app: &App, deltas: &[PodDelta]) -> Vec<PodUid> {
    if app.following.is_empty() {
        return Vec::new();
    }
    let uid = |delta: &PodDelta| match delta {
        PodDelta::Apply(row) | PodDelta::InitApply(row) => Some(row.uid.clone()),
        PodDelta::Init | PodDelta::InitDone | PodDelta::Delete { .. } => None,
    };
    deltas.iter().filter_map(uid).collect()
}

/// Opens shells in new replicas of what the tabs follow.
pub(super) fn pods_changed(app: &mut App, touched: &[PodUid], turn: &mut Turn<'_>) {
    if open::barred(app).is_some() {
        return;
    }
    for uid in touched {
        let Some(row) = app.inventory.get(uid) else {
            continue;
        };
        let wanted = |(tab, following): (&TabId, &Following)| {
            let container = following.container(row)?;
            Some((*tab, row.container_ref(container)))
        };
        let wanted: Vec<_> = app.following.iter().filter_map(wanted).collect();
        if wanted.is_empty() {
            continue;
        }
        let row = row.clone();
        for (tab, target) in wanted {
            if let Some(following) = app.following.get_mut(&tab) {
                following.known.insert(uid.clone());
            }
            match refusal(app, &row) {
                Some(why) => app.say(
                    Weight::Warning,
                    format!("{}: no shell: {why}", row.pod.name),
                ),
                None => join(app, tab, &row, target, turn),
            }
        }
    }
}

/// Nobody pressed a key for it, so nothing may be asked: what would need a word is left out and said.
fn refusal(app: &App, row: &PodRow) -> Option<&'static str> {
    if !open::missing(app, Need::Shell, std::slice::from_ref(&row.pod)).is_empty() {
        return Some("you may not exec there");
    }
    (!guard::lets_follow(app, &row.pod)).then_some("the guard rails do not let it open by itself")
}

fn join(
    app: &mut App,
    tab: TabId,
    row: &PodRow,
    target: crate::ids::ContainerRef,
    turn: &mut Turn<'_>,
) {
    let command = SessionCommand::Shell(app.settings.config.shell.command.clone());
    let pane = open::make_pane(app, row, target, command, turn);
    let area = app.layout.panes_area;
    let name = match app.tabs.get_mut(tab) {
        Some(tab) => {
            tab.add(pane, area);
            tab.name.clone()
        }
        None => return,
    };
    app.place_everything(turn);
    broadcast::appeared(app, pane);
    let name_of_pod = &row.pod.name;
    app.say(
        Weight::Plain,
        format!(
            "{name_of_pod} is new in {}: a shell joins tab {name}",
            workload(row)
        ),
    );
    open::send_open(app, pane, turn);
}
