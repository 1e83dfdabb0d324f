//! Owns which pods of a plan can get a session as it stands, and the sentences about those that cannot.

use crate::app::bindings::Place;
use crate::app::open::OpenPlan;
use crate::app::update::guard::some_names;
use crate::app::update::keyboard;
use crate::app::{Action, App, Weight};
use crate::inventory::PodRow;

use super::{container_of, workload_key};

/// Why a pod gets no session.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Lack {
    /// Nothing in it runs.
    Container,
    /// It has none of the name that was asked for.
    Named(String),
    /// The one that is meant does not run now, and why.
    Running(String, String),
}

/// Takes pods out of the plan that cannot get a session, and says which; the plan may be empty then.
pub(super) fn leave_out(app: &mut App, plan: &mut OpenPlan) {
    let alone = plan.pods.len() == 1;
    let mut lacking: Vec<(Lack, String)> = Vec::new();
    let mut pods = std::mem::take(&mut plan.pods);
    pods.retain(|uid| {
        let Some(row) = app.inventory.get(uid) else {
            return false;
        };
        let lack = lack(row, plan, alone);
        lacking.extend(lack.clone().map(|lack| (lack, row.pod.name.to_string())));
        lack.is_none()
    });
    plan.pods = pods;
    lacking.sort();
    for group in lacking.chunk_by(|(left, _), (right, _)| left == right) {
        if let Some((lack, _)) = group.first() {
            let names: Vec<&str> = group.iter().map(|(_, name)| name.as_str()).collect();
            let describe = keyboard::offer(app, Place::List, Action::Describe, "describes one");
            app.say(Weight::Warning, sentence(lack, &names, &describe));
        }
    }
}

fn lack(row: &PodRow, plan: &OpenPlan, alone: bool) -> Option<Lack> {
    if !row.accepts_sessions() {
        return Some(Lack::Container);
    }
    let not_running = |name: &str| Lack::Running(name.to_owned(), row.status.word.to_string());
    let asked = plan
        .container
        .as_ref()
        .or_else(|| plan.chosen.get(&workload_key(row)));
    if let Some(name) = asked {
        return match container_of(row, plan) {
            None => Some(Lack::Named(name.to_string())),
            Some(container) => (!container.running).then(|| not_running(name)),
        };
    }
    // One pod alone can be asked about.
    row.obvious_container()
        .filter(|container| !container.running && !alone)
        .map(|container| not_running(&container.name))
}

fn sentence(lack: &Lack, names: &[&str], describe: &str) -> String {
    let who = format!("{} left out: {}", names.len(), some_names(names));
    match lack {
        Lack::Container => format!("{who}: no container runs{describe}"),
        Lack::Named(name) => format!("{who}: no container {name}"),
        Lack::Running(name, status) => format!("{who}: {name} does not run ({status})"),
    }
}
