//! Owns the broadcast of each tab: on, off, who takes part, who joins. The rules are `session::broadcast`; here they meet panes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::app::overlay::Answer;
use crate::app::{Action, App, Effect, Pane, Turn, Weight};
use crate::ids::{PaneId, TabId};
use crate::journal::audit::Act;
use crate::session::broadcast::{
    self as rules, Broadcast, BroadcastPlan, Counts, LastKey, Membership, PaneView,
};
use crate::session::guard::Action as Guarding;

use super::guard::{self, Asking};
use super::list;
use super::session::{audit, audit_target};

mod asking;

/// The broadcast of one tab.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TabBroadcast {
    pub state: Broadcast,
    /// Panes that the user was asked about when it was switched on: it asks again only if the set grows.
    confirmed: BTreeSet<PaneId>,
    /// When a key last went out.
    pub used: Instant,
}

impl App {
    /// The broadcast of a tab.
    pub fn broadcast_state(&self, tab: TabId) -> Broadcast {
        self.broadcast
            .get(&tab)
            .map_or(Broadcast::Off, |broadcast| broadcast.state)
    }

    /// Whether the active tab's broadcast is on.
    pub fn broadcast_on(&self) -> bool {
        let tab = self.tabs.active().map(|tab| tab.id);
        tab.is_some_and(|tab| matches!(self.broadcast_state(tab), Broadcast::On { .. }))
    }

    /// What the broadcast rules need to know of a tab's panes.
    pub fn pane_views(&self, tab: TabId) -> Vec<PaneView> {
        let active = self.tabs.active().map(|active| active.id) == Some(tab);
        let hidden = if active {
            self.hidden_panes()
        } else {
            Vec::new()
        };
        let view = |pane: &Pane| pane.view(!active || hidden.contains(&pane.id));
        self.panes_of(tab).map(view).collect()
    }

    /// How many panes of a tab receive, and who does not.
    pub fn broadcast_counts(&self, tab: TabId) -> Counts {
        rules::counts(&self.pane_views(tab))
    }
}

/// Where the next key goes.
pub(super) fn plan(app: &App) -> BroadcastPlan {
    let Some(tab) = app.tabs.active() else {
        return BroadcastPlan::Refused(rules::Refusal::NoPane);
    };
    rules::plan(
        &app.pane_views(tab.id),
        Some(tab.focus()),
        app.broadcast_state(tab.id),
    )
}

/// Switches the broadcast of the active tab on or off.
pub(super) fn toggle(app: &mut App, turn: &mut Turn<'_>) {
    let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
        return app.say(Weight::Plain, "no pane is open");
    };
    match app.broadcast_state(tab) {
        Broadcast::On { .. } => {
            switch_off(app, tab, turn);
            app.say(Weight::Plain, "broadcast off");
        }
        Broadcast::Off => ask_on(app, tab, turn),
    }
}

/// Nothing may be sent any more.
pub(super) fn switch_all_off(app: &mut App, turn: &mut Turn<'_>) {
    let on = |(_, tab): &(&TabId, &TabBroadcast)| matches!(tab.state, Broadcast::On { .. });
    let tabs: Vec<TabId> = app
        .broadcast
        .iter()
        .filter(on)
        .map(|(tab, _)| *tab)
        .collect();
    for tab in tabs {
        switch_off(app, tab, turn);
    }
}

/// Switches off what would be asked about, or refused, if it were switched on now; whether there was such a broadcast.
pub(super) fn switch_outdated_off(app: &mut App, turn: &mut Turn<'_>) -> bool {
    let outdated = |(tab, broadcast): (&TabId, &TabBroadcast)| {
        let on = matches!(broadcast.state, Broadcast::On { .. });
        let panes: Vec<PaneId> = rules::receivers(&app.pane_views(*tab)).collect();
        let pods = guard::pods_of(app, &panes);
        (on && !guard::lets(app, Guarding::Broadcast, &pods)).then_some(*tab)
    };
    let tabs: Vec<TabId> = app.broadcast.iter().filter_map(outdated).collect();
    for tab in &tabs {
        switch_off(app, *tab, turn);
    }
    !tabs.is_empty()
}

/// Switches a tab's broadcast off.
pub(super) fn switch_off(app: &mut App, tab: TabId, turn: &mut Turn<'_>) {
    if let Some(broadcast) = app.broadcast.get_mut(&tab) {
        broadcast.state = Broadcast::Off;
    }
    turn.push(Effect::Audit(audit(app, Act::BroadcastOff)));
    app.touch();
}

fn ask_on(app: &mut App, tab: TabId, turn: &mut Turn<'_>) {
    let set = would_receive(app, tab);
    if set.is_empty() {
        return app.say(Weight::Warning, "no pane of this tab could receive");
    }
    let pods = guard::pods_of(app, &set);
    let asking = Asking {
        what: asking::title(&pods, set.len()),
        lead: "every key will go to",
        pods: &pods,
        notes: [
            asking::left_out(app, tab),
            asking::not_on_this_page(app, tab, &set),
        ]
        .into_iter()
        .flatten()
        .collect(),
        key: Action::Broadcast,
        answer: Answer::SwitchBroadcastOn(tab, set.clone()),
    };
    if guard::passed(app, Guarding::Broadcast, asking, turn) {
        switch_on(app, tab, &set, turn);
    }
}

/// The panes that would receive if the broadcast were switched on now.
fn would_receive(app: &App, tab: TabId) -> Vec<PaneId> {
    let switched = rules::switched_on(&app.pane_views(tab));
    let receives = |(id, membership): (PaneId, Membership)| {
        (membership == Membership::Receiving).then_some(id)
    };
    switched.into_iter().filter_map(receives).collect()
}

/// Who gets a composed text or a paste: the receivers, or those that switching the broadcast on would take.
pub(super) fn receiving(app: &App, tab: TabId) -> Vec<PaneId> {
    match app.broadcast_state(tab) {
        Broadcast::On { .. } => rules::receivers(&app.pane_views(tab)).collect(),
        Broadcast::Off => would_receive(app, tab),
    }
}

/// The guard rails are passed: every live pane of the tab that was not opted out receives. One that came to life while the user
/// was asked was not part of the question: it stays out.
pub(super) fn switch_on(app: &mut App, tab: TabId, asked: &[PaneId], turn: &mut Turn<'_>) {
    for (id, membership) in rules::switched_on(&app.pane_views(tab)) {
        let unasked = membership == Membership::Receiving && !asked.contains(&id);
        let membership = if unasked {
            Membership::NewShell
        } else {
            membership
        };
        if let Some(pane) = app.panes.get_mut(&id) {
            pane.membership = membership;
        }
    }
    let confirmed: BTreeSet<PaneId> = rules::receivers(&app.pane_views(tab)).collect();
    let named = confirmed.iter().filter_map(|id| app.panes.get(id));
    let targets = named
        .map(|pane| audit_target(&pane.target, Some(pane.session)))
        .collect();
    turn.push(Effect::Audit(audit(app, Act::BroadcastOn { targets })));
    let state = Broadcast::On {
        last_key: LastKey::None,
    };
    app.broadcast.insert(
        tab,
        TabBroadcast {
            state,
            confirmed,
            used: app.now,
        },
    );
    app.touch();
}

/// A key went out: remembers it and lets those join that waited for this moment.
pub(super) fn key_sent(app: &mut App, plan: &BroadcastPlan, last: LastKey) {
    let Some(tab) = app.tabs.active().map(|tab| tab.id) else {
        return;
    };
    let now = app.now;
    if let Some(broadcast) = app.broadcast.get_mut(&tab)
        && let Broadcast::On { last_key } = &mut broadcast.state
    {
        broadcast.used = now;
        if matches!(plan, BroadcastPlan::All(_)) {
            *last_key = last;
        }
    }
    if matches!(plan, BroadcastPlan::All(_)) && last == LastKey::LineEnd {
        let question = app.epoch();
        // The answers to the line before are no longer compared.
        app.touch();
        for id in plan.targets() {
            if let Some(pane) = app.panes.get_mut(id) {
                pane.answer.asked(question);
            }
        }
    }
    join_ready(app, tab);
}

fn join_ready(app: &mut App, tab: TabId) {
    for id in rules::joins(&app.pane_views(tab), app.broadcast_state(tab)) {
        if let Some(pane) = app.panes.get_mut(&id) {
            pane.membership = Membership::Receiving;
            app.touch();
        }
    }
}

/// A pane became live: it joins if it waits for that, and no line is half typed.
pub(super) fn came_alive(app: &mut App, id: PaneId) {
    if let Some(tab) = app.tabs.of(id).map(|tab| tab.id) {
        join_ready(app, tab);
    }
}

/// Text was sent without keys: the broadcast counts as used, and a line may be half typed now.
pub(super) fn used(app: &mut App, tab: TabId, last: LastKey) {
    let now = app.now;
    if let Some(broadcast) = app.broadcast.get_mut(&tab)
        && let Broadcast::On { last_key } = &mut broadcast.state
    {
        broadcast.used = now;
        *last_key = last;
    }
    join_ready(app, tab);
}

/// Takes the focused pane out of, or into, the broadcast.
pub(super) fn toggle_focused(app: &mut App, turn: &mut Turn<'_>) {
    if let Some(id) = app.focused_pane().map(|pane| pane.id) {
        toggle_panes(app, &[id], Action::OptOut, turn);
    }
}

/// Takes the panes of the marked pods, else of the current one, out of or into the broadcast.
pub(super) fn opt_out_pods(app: &mut App, turn: &mut Turn<'_>) {
    let pods = list::meant(app);
    let panes: Vec<PaneId> = app
        .panes
        .values()
        .filter(|pane| pane.may_run() && pods.contains(&pane.target.uid))
        .map(|pane| pane.id)
        .collect();
    if panes.is_empty() {
        return app.say(Weight::Plain, "these pods have no pane");
    }
    toggle_panes(app, &panes, Action::OptOutFromList, turn);
}

/// Each leaves or joins. A set that grows beyond what its user was asked about passes the guard rails again, once per tab.
fn toggle_panes(app: &mut App, panes: &[PaneId], key: Action, turn: &mut Turn<'_>) {
    app.touch();
    let mut growing: BTreeMap<TabId, Vec<PaneId>> = BTreeMap::new();
    for id in panes {
        let Some(tab) = app.tabs.of(*id).map(|tab| tab.id) else {
            continue;
        };
        let state = app.broadcast_state(tab);
        let on = matches!(state, Broadcast::On { .. });
        let confirmed = app
            .broadcast
            .get(&tab)
            .is_some_and(|broadcast| broadcast.confirmed.contains(id));
        let Some(pane) = app.panes.get_mut(id) else {
            continue;
        };
        let membership = rules::toggled(&pane.view(false), state);
        let joins = matches!(membership, Membership::Receiving | Membership::Joining);
        if on && joins && !confirmed {
            growing.entry(tab).or_default().push(*id);
        } else {
            pane.membership = membership;
        }
    }
    for (tab, panes) in growing {
        ask_to_grow(app, tab, &panes, key, turn);
    }
}

fn ask_to_grow(app: &mut App, tab: TabId, new: &[PaneId], key: Action, turn: &mut Turn<'_>) {
    let mut set: Vec<PaneId> = rules::receivers(&app.pane_views(tab)).collect();
    set.extend(
        new.iter()
            .filter(|id| !set.contains(id))
            .copied()
            .collect::<Vec<_>>(),
    );
    let pods = guard::pods_of(app, &set);
    let asking = Asking {
        what: asking::title(&pods, set.len()),
        lead: "every key will go to",
        pods: &pods,
        notes: Vec::new(),
        key,
        answer: Answer::TakeIn(tab, new.to_vec()),
    };
    if guard::passed(app, Guarding::Broadcast, asking, turn) {
        take_in(app, tab, new);
    }
}

/// The guard rails are passed: these join, at once or when no line is half typed.
pub(super) fn take_in(app: &mut App, tab: TabId, panes: &[PaneId]) {
    let state = app.broadcast_state(tab);
    for id in panes {
        let Some(pane) = app.panes.get_mut(id) else {
            continue;
        };
        let joined = matches!(pane.membership, Membership::Receiving | Membership::Joining);
        if !joined {
            pane.membership = rules::toggled(&pane.view(false), state);
        }
        if let Some(broadcast) = app.broadcast.get_mut(&tab) {
            broadcast.confirmed.insert(*id);
        }
    }
    app.touch();
}

/// A pane appeared or came back: while its tab's broadcast is on it stays out until the user says otherwise.
pub(super) fn appeared(app: &mut App, id: PaneId) {
    let Some(tab) = app.tabs.of(id).map(|tab| tab.id) else {
        return;
    };
    let state = app.broadcast_state(tab);
    if let Some(pane) = app.panes.get_mut(&id) {
        pane.membership = rules::appeared(pane.membership, state);
    }
}
