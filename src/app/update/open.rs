//! Owns the way from marked pods to shells: guard rails, containers, rights, panes, journal, exec.

use std::sync::Arc;

use crate::app::bindings::Place;
use crate::app::effect::Opening;
use crate::app::event::JournalState;
use crate::app::open::{ContainerChoice, Guarded, Meant, OpenPlan, OpenStyle, WorkloadKey};
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::{Answer, Choice, Overlay, Picker, PickerKind};
use crate::app::pane::Phase;
use crate::app::{Action, App, Effect, Focus, Pane, Turn, Weight};
use crate::ids::{ContainerRef, PaneId, PodUid};
use crate::inventory::{PodRow, workload};
use crate::session::SessionCommand;
use crate::session::guard::Action as Guarding;

use super::guard::{self, Asking, Ways};
use super::{broadcast, follow, journal, keyboard, list, panes, session};

mod again;
mod left_out;
mod rights;
mod start;

pub(super) use again::{after_loss, again, again_lost, open_into, reopen_all, when_clean};
pub(super) use rights::{ask, missing, refuse, rights};
pub(super) use start::start_targets;

/// Shells in the marked pods, else in those under the cursor; from a pane another one in its pod.
pub(super) fn from_list(app: &mut App, style: OpenStyle, turn: &mut Turn<'_>) {
    let pods = list::meant(app);
    if pods.is_empty() {
        return app.say(Weight::Plain, "no pod is under the cursor");
    }
    if let [only] = pods.as_slice()
        && app.focus == Focus::List
        && let Some(pane) = pane_in(app, only)
    {
        return panes::jump(app, pane, turn);
    }
    let hidden = if app.focus == Focus::List {
        app.list.marked_hidden()
    } else {
        0
    };
    let meant = if app.focus == Focus::List && app.list.means_group(&app.inventory) {
        Meant::Workloads
    } else {
        Meant::Pods
    };
    let plan = OpenPlan {
        meant,
        ..plan(app, pods, style)
    };
    if hidden > 0 {
        return ask_about_hidden(app, plan, hidden);
    }
    proceed(app, plan, turn);
}

/// The same in one new tab, each workload's container chosen by the user even where the pods say which.
pub(super) fn in_container(app: &mut App, turn: &mut Turn<'_>) {
    let pods = list::meant(app);
    if pods.is_empty() {
        return app.say(Weight::Plain, "no pod is under the cursor");
    }
    let plan = OpenPlan {
        choice: ContainerChoice::Asked,
        ..plan(app, pods, OpenStyle::Tiled)
    };
    proceed(app, plan, turn);
}

/// A plan for shells as the configuration wants them.
pub(super) fn plan(app: &App, pods: Vec<PodUid>, style: OpenStyle) -> OpenPlan {
    let command = SessionCommand::Shell(app.settings.config.shell.command.clone());
    OpenPlan {
        pods,
        meant: Meant::Pods,
        style,
        command,
        chosen: std::collections::BTreeMap::new(),
        container: None,
        choice: ContainerChoice::Obvious,
        guarded: Guarded::NotYet,
    }
}

/// The live pane of a pod, if there is one.
pub(super) fn pane_in(app: &App, uid: &PodUid) -> Option<PaneId> {
    let of_pod = |pane: &&Pane| pane.target.uid == *uid && pane.may_run();
    app.panes.values().find(of_pod).map(|pane| pane.id)
}

fn ask_about_hidden(app: &mut App, plan: OpenPlan, hidden: usize) {
    let marked = plan.pods.len();
    let shown = marked.saturating_sub(hidden);
    // Those that the filter hides are the last ones.
    let names: Vec<String> = plan
        .pods
        .iter()
        .skip(shown)
        .filter_map(|uid| app.inventory.get(uid))
        .map(|row| row.pod.name.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let unmark = keyboard::key_of(app, Place::List, Action::UnmarkAll);
    let unmark = unmark.map_or_else(String::new, |key| format!(", where {key} unmarks all"));
    guard::ask_yes(
        app,
        format!("shells: {marked} marked pods"),
        vec![
            guard::labelled("hidden by the filter", &guard::some_names(&names)),
            format!("{shown} shown, {hidden} hidden"),
        ],
        &Ways {
            yes: "open all of them",
            no: format!("back to the list{unmark}"),
        },
        Answer::Open(Box::new(plan)),
    );
}

/// Why nothing may be opened now, be it recorded or not: the console leaves.
pub(super) fn leaving(app: &App) -> Option<&'static str> {
    let why = "quitting: nothing is opened any more";
    app.quit.as_ref().map(|_| why)
}

/// Why nothing may be opened now, whatever is asked for.
pub(super) fn barred(app: &App) -> Option<(Weight, String)> {
    if let Some(why) = leaving(app) {
        return Some((Weight::Plain, why.to_owned()));
    }
    match &app.journal {
        JournalState::Blocked(why) => Some((Weight::Bad, format!("no shells: {why}"))),
        JournalState::Writable => None,
    }
}

/// Takes a plan as far as it goes: the next question stops it, and the answer brings it back.
pub(super) fn proceed(app: &mut App, mut plan: OpenPlan, turn: &mut Turn<'_>) {
    if let Some((weight, why)) = barred(app) {
        journal::try_again(app, turn);
        return app.say(weight, why);
    }
    left_out::leave_out(app, &mut plan);
    if plan.pods.is_empty() {
        return;
    }
    let Some(plan) = guard_plan(app, plan, turn) else {
        return;
    };
    let Some(plan) = choose_containers(app, plan) else {
        return;
    };
    let Some(plan) = rights::ask_rights(app, plan, turn) else {
        return;
    };
    open(app, &plan, turn);
}

fn guard_plan(app: &mut App, mut plan: OpenPlan, turn: &mut Turn<'_>) -> Option<OpenPlan> {
    if plan.guarded == Guarded::Passed {
        return Some(plan);
    }
    let targets: Vec<_> = plan
        .pods
        .iter()
        .filter_map(|uid| app.inventory.get(uid))
        .map(|row| row.pod.clone())
        .collect();
    plan.guarded = Guarded::Passed;
    let command = match &plan.command {
        SessionCommand::Shell(_) => None,
        SessionCommand::Argv(words) => Some(words.join(" ")),
    };
    let action = command
        .as_deref()
        .map_or(Guarding::OpenShells, |text| Guarding::Run { text });
    let asking = Asking {
        what: match &command {
            None => "shells".to_owned(),
            Some(command) => format!("run in {}: {command}", crate::text::pods(targets.len())),
        },
        lead: "it will run in",
        pods: &targets,
        notes: Vec::new(),
        key: Action::OpenShells,
        answer: Answer::Open(Box::new(plan.clone())),
    };
    guard::passed(app, action, asking, turn).then_some(plan)
}

/// Gives each pod its container; asks once for all pods of a workload where nothing says which.
fn choose_containers(app: &mut App, plan: OpenPlan) -> Option<OpenPlan> {
    let undecided = plan.pods.iter().find_map(|uid| {
        let row = app.inventory.get(uid)?;
        container_of(row, &plan).is_none().then(|| row.clone())
    });
    let Some(row) = undecided else {
        return Some(plan);
    };
    let key = workload_key(&row);
    let same = |uid: &&PodUid| {
        let other = app.inventory.get(uid);
        other.is_some_and(|other| workload_key(other) == key)
    };
    let whose = match plan.pods.iter().filter(same).count() {
        0 | 1 => row.pod.name.to_string(),
        pods => format!("{pods} pods of {}", workload(&row)),
    };
    let choice = |container: &crate::inventory::ContainerRow| PickerRow {
        choice: Choice::Container(container.name.clone()),
        text: container.name.to_string(),
        aside: if container.running {
            String::new()
        } else {
            "not running".to_owned()
        },
        marked: false,
    };
    let rows = row.containers.iter().map(choice).collect();
    app.overlays.push(Overlay::Picker(Picker::new(
        PickerKind::Container(Box::new(plan), whose),
        rows,
    )));
    None
}

/// A container was picked for all pods of the workload that the picker asked about.
pub(super) fn container_picked(
    app: &mut App,
    mut plan: OpenPlan,
    container: &Arc<str>,
    turn: &mut Turn<'_>,
) {
    let asked = plan.pods.iter().find_map(|uid| {
        let row = app.inventory.get(uid)?;
        container_of(row, &plan)
            .is_none()
            .then(|| workload_key(row))
    });
    if let Some(key) = asked {
        plan.chosen.insert(key, container.clone());
    }
    proceed(app, plan, turn);
}

/// What a choice of a container holds for; a bare pod stands for itself.
pub(super) fn workload_key(row: &PodRow) -> WorkloadKey {
    let workload = workload(row);
    let name = match workload.name {
        "" => row.pod.name.to_string(),
        _ => workload.to_string(),
    };
    (row.pod.context.clone(), row.pod.namespace.clone(), name)
}

fn container_of<'a>(
    row: &'a PodRow,
    plan: &OpenPlan,
) -> Option<&'a crate::inventory::ContainerRow> {
    let named = plan
        .container
        .as_ref()
        .or_else(|| plan.chosen.get(&workload_key(row)));
    match named {
        Some(name) => row.enterable().find(|container| container.name == *name),
        // One that does not run gives a red pane and nothing else: better ask.
        None => row
            .obvious_container()
            .filter(|container| container.running && plan.choice == ContainerChoice::Obvious),
    }
}

/// Makes the panes, places them, and opens their sessions with the size that they will have.
pub(super) fn open(app: &mut App, plan: &OpenPlan, turn: &mut Turn<'_>) {
    if let Some((weight, why)) = barred(app) {
        return app.say(weight, why);
    }
    let mut made = Vec::new();
    for uid in &plan.pods {
        let Some(row) = app.inventory.get(uid).cloned() else {
            continue;
        };
        let Some(container) = container_of(&row, plan) else {
            let name = row.pod.name.clone();
            app.say(Weight::Warning, format!("{name} has no such container"));
            continue;
        };
        made.push(make_pane(
            app,
            &row,
            row.container_ref(container),
            plan.command.clone(),
            turn,
        ));
    }
    if made.is_empty() {
        return;
    }
    let name = tab_name(app, plan);
    panes::add(app, plan.style, &name, &made);
    follow::begin(app, plan, &made);
    app.list.unmark_all();
    app.place_everything(turn);
    for pane in made {
        broadcast::appeared(app, pane);
        send_open(app, pane, turn);
    }
}

/// The name of a new tab: the workloads of its pods, two at most; a bare pod stands for itself.
fn tab_name(app: &App, plan: &OpenPlan) -> String {
    let mut names: Vec<String> = Vec::new();
    for row in plan.pods.iter().filter_map(|uid| app.inventory.get(uid)) {
        let name = match workload(row).name {
            "" => row.pod.name.to_string(),
            name => name.to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first}+{second}"),
        [first, second, ..] => format!("{first}+{second}+…"),
    }
}

pub(super) fn make_pane(
    app: &mut App,
    row: &PodRow,
    target: ContainerRef,
    command: SessionCommand,
    turn: &mut Turn<'_>,
) -> PaneId {
    app.next_pane = app.next_pane.wrapping_add(1);
    let id = PaneId(app.next_pane);
    let session = turn.session_id();
    let history = session::history_limits(app);
    let pane = Pane::new(id, target, command, session, history, app.now);
    let pane = Pane {
        container_id: container_id(row, &pane.target),
        ..pane
    };
    app.panes.insert(id, pane);
    id
}

fn container_id(row: &PodRow, target: &ContainerRef) -> String {
    let found = row
        .enterable()
        .find(|container| container.name == target.container);
    found
        .map(|container| container.id.to_string())
        .unwrap_or_default()
}

/// Writes the intent and asks for the exec, in this order.
pub(super) fn send_open(app: &mut App, id: PaneId, turn: &mut Turn<'_>) {
    let Some(pane) = app.panes.get(&id) else {
        return;
    };
    let opening = Opening {
        session: pane.session,
        target: pane.target.clone(),
        command: pane.command.clone(),
        size: pane.screen.size(),
        container_id: pane.container_id.clone(),
    };
    debug_assert!(
        matches!(pane.phase, Phase::Opening { .. }),
        "only a new session is opened"
    );
    let intent = session::intent(app, &opening);
    turn.push(Effect::Journal(intent));
    let audit = session::audit_open(app, &opening);
    turn.push(Effect::Audit(audit));
    turn.push(Effect::Open(opening));
}
