//! Owns one command in many pods from the console: asked for, guarded, started, its answers folded as they come.

use crate::app::bindings::Place;
use crate::app::effect::{RunOrder, RunTarget};
use crate::app::event::{JournalState, RunAnswer};
use crate::app::open::OpenStyle;
use crate::app::overlay::{Answer, Overlay};
use crate::app::run::{DiffView, Rest, RestState, Run, RunPlan};
use crate::app::{Action, App, Effect, Focus, Pane, Step, Turn, Weight};
use crate::gather::{Fact, Kind};
use crate::ids::{PodUid, TabId};
use crate::inventory::PodRow;
use crate::journal::audit::{Act, SentText};
use crate::session::Membership;
use crate::session::guard::Action as Guarding;

use super::guard::{self, Asking};
use super::session::{audit, audit_target, keep_text};
use super::{journal, keyboard, open, quit};

/// A command line was typed for the marked pods, or for those of the tab's panes.
pub(super) fn typed(app: &mut App, line: &str, turn: &mut Turn<'_>) -> Result<(), String> {
    if line.trim().is_empty() {
        return Err("type a command; Esc leaves".to_owned());
    }
    let meant = app.run_targets();
    let mut chosen = Vec::new();
    let mut left_out = 0;
    for row in meant.pods.iter().filter_map(|uid| app.inventory.get(uid)) {
        match container(row) {
            Some(container) => {
                chosen.push((row.container_ref(container), container.id.to_string()));
            }
            None => left_out += 1,
        }
    }
    if chosen.is_empty() {
        return Err("no container runs in these pods".to_owned());
    }
    if meant.opted_out > 0 {
        let text = format!("{} left out: opted out", meant.opted_out);
        app.say(Weight::Plain, text);
    }
    if left_out > 0 {
        app.say(
            Weight::Plain,
            format!("{left_out} left out: no container of theirs runs"),
        );
    }
    let plan = RunPlan {
        line: line.to_owned(),
        targets: chosen,
    };
    line.clone_into(&mut app.run_draft);
    guarded(app, &plan, turn);
    Ok(())
}

/// Whom a command is for: in the panes the pods of the tab's panes, without those that its user took out.
pub struct RunTargets {
    pub pods: Vec<PodUid>,
    pub opted_out: usize,
}

impl App {
    /// Whom a command that is typed now is for.
    pub fn run_targets(&self) -> RunTargets {
        match (self.focus, self.tabs.active()) {
            (Focus::Panes, Some(tab)) => of_panes(self, tab.id),
            (Focus::Panes | Focus::List, _) => RunTargets {
                pods: self.list.targets(&self.inventory),
                opted_out: 0,
            },
        }
    }
}

fn of_panes(app: &App, tab: TabId) -> RunTargets {
    let distinct = |panes: &mut dyn Iterator<Item = &Pane>| {
        let mut pods: Vec<PodUid> = panes.map(|pane| pane.target.uid.clone()).collect();
        pods.sort();
        pods.dedup();
        pods
    };
    let out = |pane: &&Pane| pane.membership == Membership::OptedOut;
    let all = distinct(&mut app.panes_of(tab));
    let pods = distinct(&mut app.panes_of(tab).filter(|pane| !out(pane)));
    if pods.is_empty() {
        return RunTargets {
            pods: distinct(&mut app.focused_pane().into_iter()),
            opted_out: 0,
        };
    }
    RunTargets {
        opted_out: all.len() - pods.len(),
        pods,
    }
}

/// As kubectl chooses: the annotated container, else the first that runs.
fn container(row: &PodRow) -> Option<&crate::inventory::ContainerRow> {
    let first = row.containers.iter().find(|container| container.running);
    row.obvious_container()
        .filter(|container| container.running)
        .or(first)
}

fn guarded(app: &mut App, plan: &RunPlan, turn: &mut Turn<'_>) {
    let pods: Vec<_> = plan
        .targets
        .iter()
        .map(|(target, _)| target.pod.clone())
        .collect();
    let asking = Asking {
        what: format!("run in {}: {}", crate::text::pods(pods.len()), plan.line),
        lead: "it will run in",
        pods: &pods,
        notes: Vec::new(),
        key: Action::Run,
        answer: Answer::Run(Box::new(plan.clone())),
    };
    if guard::passed(app, Guarding::Run { text: &plan.line }, asking, turn) {
        start(app, plan, turn);
    }
}

/// Starts a command whose guard rails are passed; the answers come as events.
pub(super) fn start(app: &mut App, plan: &RunPlan, turn: &mut Turn<'_>) {
    if app.quit.is_some() {
        return app.say(Weight::Plain, "quitting: nothing is run any more");
    }
    if let JournalState::Blocked(why) = &app.journal {
        let why = format!("nothing is run: {why}");
        journal::try_again(app, turn);
        return app.say(Weight::Bad, why);
    }
    if app.run_draft == plan.line {
        app.run_draft.clear();
    }
    if let Some(old) = app.run.take() {
        if old.running() > 0 {
            turn.push(Effect::CancelRun(old.id));
        }
        app.rests.extend(old.rests());
    }
    let id = app.epoch();
    let targets: Vec<RunTarget> = plan
        .targets
        .iter()
        .map(|(target, container_id)| RunTarget {
            session: turn.session_id(),
            target: target.clone(),
            container_id: container_id.clone(),
        })
        .collect();
    let facts = targets.iter().map(|target| facts(app, target)).collect();
    let named = targets
        .iter()
        .map(|t| audit_target(&t.target, Some(t.session)))
        .collect();
    let text = SentText::of(&plan.line, keep_text(app));
    turn.push(Effect::Audit(audit(
        app,
        Act::Run {
            targets: named,
            text,
        },
    )));
    let command = ["/bin/sh", "-c", &plan.line].map(str::to_owned).to_vec();
    turn.push(Effect::Run(Box::new(RunOrder {
        run: id,
        command,
        targets: targets.clone(),
    })));
    app.run = Some(Run::new(id, plan.line.clone(), targets, facts, app.now));
    if !app
        .overlays
        .iter()
        .any(|overlay| matches!(overlay, Overlay::Gather))
    {
        app.overlays.push(Overlay::Gather);
    }
    app.touch();
}

fn facts(app: &App, target: &RunTarget) -> Vec<Fact> {
    let Some(row) = app.inventory.get(&target.target.uid) else {
        return Vec::new();
    };
    let image = row
        .containers
        .iter()
        .find(|c| c.name == target.target.container);
    let labels = row.labels.iter().map(|(key, value)| (&**key, &**value));
    Fact::of(
        &row.node,
        image.map_or("", |container| &*container.image),
        labels,
    )
}

/// One target has answered.
pub(super) fn answer(app: &mut App, answer: RunAnswer, turn: &mut Turn<'_>) {
    let now = app.now;
    let warning = answer.warning.clone();
    let target = match app.run.as_mut().filter(|run| run.id == answer.run) {
        Some(run) => {
            let name = run
                .targets
                .get(answer.target)
                .map(|t| t.target.pod.name.clone());
            run.take(answer, now);
            name
        }
        None => of_earlier(app, &answer),
    };
    if let (Some(name), Some(warning)) = (target, warning) {
        app.say(Weight::Warning, format!("{name}: {warning}"));
    }
    app.touch();
    quit::check(app, turn);
}

/// A run that another one took the place of: only what it leaves matters.
fn of_earlier(app: &mut App, answer: &RunAnswer) -> Option<std::sync::Arc<str>> {
    let is_it = |rest: &Rest| rest.run == answer.run && rest.index == answer.target;
    let at = app.rests.iter().position(is_it)?;
    if answer.left == Some(0) {
        return Some(app.rests.remove(at).target.pod.name);
    }
    let rest = app.rests.get_mut(at)?;
    rest.state = RestState::NotProven;
    Some(rest.target.pod.name.clone())
}

/// What one target had left is gone.
pub(super) fn settled(app: &mut App, run: u32, target: usize) {
    app.rests
        .retain(|rest| rest.run != run || rest.index != target);
    if let Some(run) = app.run.as_mut().filter(|of| of.id == run) {
        run.settle(target);
    }
    app.touch();
}

/// Everything of this run and of earlier ones that is not proven to be over.
pub(super) fn rests(app: &App) -> Vec<Rest> {
    let current = app.run.iter().flat_map(Run::rests);
    current.chain(app.rests.iter().cloned()).collect()
}

/// Cancels whatever still runs, of every run.
pub(super) fn cancel_all(app: &App, turn: &mut Turn<'_>) {
    let mut runs: Vec<u32> = rests(app)
        .into_iter()
        .filter(|rest| rest.state == RestState::Running)
        .map(|rest| rest.run)
        .collect();
    runs.dedup();
    for run in runs {
        turn.push(Effect::CancelRun(run));
    }
}

/// Shows the answers again after they were closed.
pub(super) fn reopen(app: &mut App) {
    if app.run.is_none() {
        let place = match app.focus {
            Focus::List => Place::List,
            Focus::Panes => Place::Prefix,
        };
        let run = keyboard::offer(app, place, Action::Run, "runs a command");
        return app.say(Weight::Plain, format!("nothing was run yet{run}"));
    }
    app.overlays.push(Overlay::Gather);
}

/// Moves through the groups.
pub(super) fn step(app: &mut App, step: Step) {
    let Some(run) = app.run.as_mut() else { return };
    let last = run.gathered.groups.len().saturating_sub(1);
    run.cursor = match step {
        Step::Up | Step::HalfUp => run.cursor.saturating_sub(1),
        Step::Down | Step::HalfDown => (run.cursor + 1).min(last),
        Step::Top => 0,
        Step::Bottom => last,
    };
}

/// Shows all of the current group's answer, or folds it again.
pub(super) fn unfold(app: &mut App) {
    let Some(run) = app.run.as_mut() else { return };
    if !run.unfolded.remove(&run.cursor) {
        run.unfolded.insert(run.cursor);
    }
}

/// Shows whole differences, or short ones again.
pub(super) fn diff(app: &mut App) {
    let Some(run) = app.run.as_mut() else { return };
    let differs = |group: &crate::gather::Group| group.kind == Kind::Differ;
    if !run.gathered.groups.iter().any(differs) {
        return app.say(Weight::Plain, "nothing differs from the majority");
    }
    run.diff = match run.diff {
        DiffView::Short => DiffView::Whole,
        DiffView::Whole => DiffView::Short,
    };
}

/// Marks the pods of the current group in the list.
pub(super) fn mark(app: &mut App) {
    let pods = app.run.as_ref().map(Run::pods).unwrap_or_default();
    let count = pods.len();
    app.list.mark_only(pods, &app.inventory);
    let pods = if count == 1 { "pod" } else { "pods" };
    app.say(Weight::Plain, format!("{count} {pods} marked"));
}

/// Opens shells in the pods of the current group.
pub(super) fn shells(app: &mut App, turn: &mut Turn<'_>) {
    let pods = app.run.as_ref().map(Run::pods).unwrap_or_default();
    app.overlays
        .retain(|overlay| !matches!(overlay, Overlay::Gather));
    let plan = open::plan(app, pods, OpenStyle::Tiled);
    open::proceed(app, plan, turn);
}

/// The same command in the same pods, through the guard rails again.
pub(super) fn again(app: &mut App, turn: &mut Turn<'_>) {
    let Some(run) = app.run.as_ref() else { return };
    if run.running() > 0 {
        let cancel = keyboard::offer(app, Place::Gather, Action::CancelRun, "cancels it");
        return app.say(Weight::Plain, format!("still running{cancel}"));
    }
    let targets = run
        .targets
        .iter()
        .map(|t| (t.target.clone(), t.container_id.clone()))
        .collect();
    let plan = RunPlan {
        line: run.line.clone(),
        targets,
    };
    guarded(app, &plan, turn);
}

/// Cancels what still runs.
pub(super) fn cancel(app: &mut App, turn: &mut Turn<'_>) {
    match app.run.as_ref() {
        Some(run) if run.running() > 0 => turn.push(Effect::CancelRun(run.id)),
        Some(_) | None => app.say(Weight::Plain, "nothing runs any more"),
    }
}
