//! Owns the TARGETs of the command line: opened as soon as their pods are known.

use std::collections::BTreeMap;

use crate::app::open::{
    ContainerChoice, Guarded, Meant, OpenPlan, OpenStyle, StartTargets, Target,
};
use crate::app::{App, Turn, Weight};
use crate::ids::PodUid;
use crate::inventory::{PodRow, WatchState, workload};

/// Opens the command line's targets once every watch has its pods.
pub(in crate::app::update) fn start_targets(app: &mut App, turn: &mut Turn<'_>) {
    let all_known = !app.watches.is_empty()
        && app.watches.values().all(|state| match state {
            WatchState::Live | WatchState::Forbidden { .. } | WatchState::Failed { .. } => true,
            WatchState::Connecting | WatchState::Listing | WatchState::Reconnecting { .. } => false,
        });
    if !all_known {
        return;
    }
    let Some(wanted) = app.pending_targets.take() else {
        return;
    };
    let pods = meant(app, &wanted);
    if pods.is_empty() {
        return;
    }
    let named = wanted
        .targets
        .iter()
        .any(|target| target.workload.is_some());
    let plan = OpenPlan {
        pods,
        meant: if named { Meant::Workloads } else { Meant::Pods },
        style: OpenStyle::Tiled,
        command: wanted.command,
        chosen: BTreeMap::new(),
        container: wanted.container,
        choice: ContainerChoice::Obvious,
        guarded: Guarded::NotYet,
    };
    super::proceed(app, plan, turn);
}

/// The pods of the targets, and a word about those that match none.
fn meant(app: &mut App, wanted: &StartTargets) -> Vec<PodUid> {
    let of = |app: &App, fits: &dyn Fn(&PodRow) -> bool| -> Vec<PodUid> {
        let rows = app.inventory.iter();
        rows.filter(|row| in_own_namespace(app, row) && fits(row))
            .map(|row| row.uid.clone())
            .collect()
    };
    if wanted.targets.is_empty() {
        let pods = of(app, &|_| true);
        if pods.is_empty() {
            app.say(Weight::Warning, "no pod matches the selector");
        }
        return pods;
    }
    let mut pods = Vec::new();
    let mut unknown = Vec::new();
    for target in &wanted.targets {
        let found = of(app, &|row| is_meant(row, target));
        if found.is_empty() {
            unknown.push(target.text.clone());
        }
        pods.extend(found);
    }
    if !unknown.is_empty() {
        let names = unknown.join(", ");
        app.say(Weight::Warning, format!("no pod matches {names}"));
    }
    pods
}

/// TARGETs mean the context's namespaces: those of `-n`, else its own.
fn in_own_namespace(app: &App, row: &PodRow) -> bool {
    use crate::app::context::ScopeWish;
    let Some(context) = app.contexts.get(&row.pod.context) else {
        return false;
    };
    match &context.wish {
        ScopeWish::Auto => context
            .own_namespace()
            .is_some_and(|own| own == row.pod.namespace),
        ScopeWish::All => true,
        ScopeWish::These(names) => names.contains(&row.pod.namespace),
    }
}

fn is_meant(row: &PodRow, target: &Target) -> bool {
    match &target.workload {
        None => *row.pod.name == *target.name,
        // A Job that a CronJob made still goes by its own name.
        Some(kind) if kind == "job" => row
            .owner
            .as_ref()
            .is_some_and(|owner| &*owner.kind == "Job" && *owner.name == *target.name),
        Some(kind) => {
            let own = workload(row);
            own.kind.word() == kind && own.name == target.name
        }
    }
}
