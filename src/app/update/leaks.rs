//! Owns the list of exec processes that any tool left in pods: the look into the containers, and the end of one of them by the
//! rules of every cleanup.

use std::time::Duration;

use crate::app::effect::CleanOrder;
use crate::app::overlay::leaks::{Fate, Found};
use crate::app::overlay::{Answer, EndPlan, LeaksPage, Overlay};
use crate::app::{App, Effect, Step, Turn, Weight};
use crate::ids::{ContainerRef, SessionId};
use crate::journal::audit::Act;
use crate::journal::entry::{CloseReason, Fact};
use crate::session::census::{Client, condemned};
use crate::session::cleanup::ScriptMode;
use crate::session::{Report, ReportExit};

use super::guard::{self, Ways};
use super::session::{audit, audit_target, journal_fact};

/// Characters of a command line that a question shows.
const SHOWN: usize = 60;

/// Looks into the marked pods, else into the one under the cursor.
pub(super) fn open(app: &mut App, turn: &mut Turn<'_>) {
    let mut targets = Vec::new();
    for uid in app.list.targets(&app.inventory) {
        let Some(row) = app.inventory.get(&uid) else {
            continue;
        };
        let running = row.enterable().filter(|container| container.running);
        targets.extend(running.map(|container| row.container_ref(container)));
    }
    if targets.is_empty() {
        return app.say(Weight::Plain, "no container runs there");
    }
    look(app, targets, turn);
}

fn look(app: &mut App, targets: Vec<ContainerRef>, turn: &mut Turn<'_>) {
    let look = app.epoch();
    app.overlays
        .push(Overlay::Leaks(LeaksPage::new(look, targets.clone())));
    app.touch();
    turn.push(Effect::Census { look, targets });
}

/// Looks into the same containers once more.
pub(super) fn again(app: &mut App, turn: &mut Turn<'_>) {
    if let Some(Overlay::Leaks(page)) = app.overlays.pop() {
        look(app, page.targets, turn);
    }
}

fn page(app: &mut App, look: u32) -> Option<&mut LeaksPage> {
    app.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Leaks(page) if page.look == look => Some(page),
        Overlay::Leaks(_)
        | Overlay::Prompt(_)
        | Overlay::Picker(_)
        | Overlay::Question(_)
        | Overlay::Refusal(_)
        | Overlay::Composer(_)
        | Overlay::Text(_)
        | Overlay::Help(_)
        | Overlay::Forward(_)
        | Overlay::Forwards(_)
        | Overlay::Gather => None,
    })
}

/// One container has answered, or cannot.
pub(super) fn answer(
    app: &mut App,
    look: u32,
    target: ContainerRef,
    result: Result<Found, String>,
) {
    let seen = app.unix_ms;
    if let Some(page) = page(app, look) {
        page.take(target, result, seen);
        app.touch();
    }
}

/// Moves the cursor.
pub(super) fn step(app: &mut App, step: Step) {
    let by = step.rows(app.terminal.rows().into());
    app.touch();
    if let Some(Overlay::Leaks(page)) = app.overlays.last_mut() {
        page.step(by);
    }
}

/// Asks whether the process under the cursor is to be ended.
pub(super) fn end(app: &mut App, turn: &mut Turn<'_>) {
    let Some(Overlay::Leaks(page)) = app.overlays.last() else {
        return;
    };
    let Some(row) = page.current() else {
        return app.say(Weight::Plain, "no process is under the cursor");
    };
    if matches!(row.fate, Fate::Ending | Fate::Ended) {
        return app.say(Weight::Plain, "it has been seen to");
    }
    if row.client == Client::Here {
        return app.say(
            Weight::Warning,
            "a podmux of this machine holds it: cancel it there",
        );
    }
    let row = row.clone();
    let what = match condemned(&row.process, row.boot_id.as_deref(), turn.session_id()) {
        Ok(what) => what,
        Err(spared) => return app.say(Weight::Warning, format!("never ended: {spared}")),
    };
    let command: String = row.process.command.chars().take(SHOWN).collect();
    let whose = match row.client {
        Client::Gone => "The podmux that opened it has ended.",
        Client::Here | Client::Perhaps => {
            "Somebody may still be at work there: nothing in the container tells."
        }
    };
    let lines = vec![
        guard::labelled("in", &row.target.to_string()),
        guard::labelled("process", &format!("{} {command}", row.process.pid)),
        whose.to_owned(),
        "All of its exec is ended: TERM, then KILL; never process 1, nothing older, no other session.".to_owned(),
    ];
    let ways = Ways {
        yes: "end it and count again",
        no: "leave it".into(),
    };
    let plan = EndPlan {
        ours: row.client == Client::Gone,
        target: row.target,
        process: row.process,
        what,
    };
    let title = "end what an exec left".to_owned();
    guard::ask_yes(app, title, lines, &ways, Answer::EndProcess(Box::new(plan)));
}

/// The answer was yes.
pub(super) fn carry_out(app: &mut App, plan: &EndPlan, turn: &mut Turn<'_>) {
    let grace = app.settings.config.timeouts.grace;
    let pid = plan.process.pid;
    let Some(Overlay::Leaks(page)) = app.overlays.last_mut() else {
        return;
    };
    let look = page.look;
    set_fate(page, (&plan.target, pid), &Fate::Ending);
    let act = Act::EndProcess {
        target: audit_target(&plan.target, plan.ours.then_some(plan.what.session)),
        pid,
        command: plan.process.command.clone(),
    };
    turn.push(Effect::Audit(audit(app, act)));
    turn.push(Effect::EndProcess {
        look,
        pid,
        session: plan.what.session,
        order: order(plan, grace),
    });
    app.touch();
}

fn order(plan: &EndPlan, grace: Duration) -> CleanOrder {
    CleanOrder {
        target: plan.target.clone(),
        container_id: String::new(),
        leader: plan.what.leader.clone(),
        mode: ScriptMode::Session,
        grace,
    }
}

fn set_fate(page: &mut LeaksPage, (target, pid): (&ContainerRef, u32), fate: &Fate) {
    let root = page
        .rows
        .iter()
        .find(|row| row.target == *target && row.process.pid == pid)
        .and_then(|row| row.process.root.clone());
    for row in &mut page.rows {
        let same_exec = root.is_some() && row.process.root == root;
        if row.target == *target && (row.process.pid == pid || same_exec) {
            row.fate = fate.clone();
        }
    }
}

/// It was ended and counted, or not.
pub(super) fn ended(
    app: &mut App,
    look: u32,
    (target, pid): (&ContainerRef, u32),
    session: SessionId,
    result: Result<Report, String>,
    turn: &mut Turn<'_>,
) {
    let fate = match result {
        Ok(report) => match report.exit {
            ReportExit::Clean | ReportExit::GuardMismatch => Fate::Ended,
            ReportExit::Survivors => Fate::Survived(format!("{} left", report.left.len())),
            ReportExit::CannotRead => {
                Fate::Survived("the container hides its processes".to_owned())
            }
        },
        Err(why) => Fate::Survived(why),
    };
    let pod = &target.pod.name;
    let (weight, said) = match &fate {
        Fate::Survived(why) => (Weight::Bad, format!("{pod}: not confirmed: {why}")),
        Fate::Ended | Fate::Runs | Fate::Ending => {
            (Weight::Plain, format!("{pod}: process {pid} ended, 0 left"))
        }
    };
    let known = page(app, look).is_some_and(|page| {
        let ours = page
            .rows
            .iter()
            .any(|row| row.client == Client::Gone && row.process.owner() == Some(session));
        set_fate(page, (target, pid), &fate);
        ours
    });
    if known && fate == Fate::Ended {
        let reason = CloseReason::Proven;
        journal_fact(app, session, Fact::Closed { reason }, turn);
    }
    app.say(weight, said);
}
