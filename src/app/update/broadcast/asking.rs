//! Owns the words of the question that switching a broadcast on may ask: how many panes, who is left out, who cannot be seen.

use std::collections::BTreeSet;

use crate::app::App;
use crate::ids::{PaneId, PodRef, TabId};
use crate::session::broadcast::{self as rules, Life, Membership, PaneView};
use crate::workspace::Zoom;

use super::super::guard;

/// `broadcast: 38 panes in 2 contexts`.
pub(super) fn title(pods: &[PodRef], panes: usize) -> String {
    let contexts: BTreeSet<_> = pods.iter().map(|pod| &pod.context).collect();
    let unit = if panes == 1 { "pane" } else { "panes" };
    let within = match contexts.len() {
        0 | 1 => String::new(),
        several => format!(" in {several} contexts"),
    };
    format!("broadcast: {panes} {unit}{within}")
}

/// Who will not receive, and why.
pub(super) fn left_out(app: &App, tab: TabId) -> Vec<String> {
    let views = app.pane_views(tab);
    let after = rules::switched_on(&views);
    let with = |wanted: Membership| -> Vec<&str> {
        let of = after.iter().filter(|(_, membership)| *membership == wanted);
        of.filter_map(|(id, _)| app.panes.get(id))
            .map(|pane| &*pane.target.pod.name)
            .collect()
    };
    let count = |wanted: &[Life]| {
        let out = |view: &&PaneView| {
            view.membership != Membership::OptedOut && wanted.contains(&view.life)
        };
        views.iter().filter(out).count()
    };
    let named = |names: Vec<&str>, why: &str| {
        (!names.is_empty()).then(|| format!("{} {why}: {}", names.len(), guard::some_names(&names)))
    };
    let counted = |count: usize, why: &str| (count > 0).then(|| format!("{count} {why}"));
    let rest: Vec<String> = [
        counted(count(&[Life::Opening]), "still opening"),
        counted(count(&[Life::Silent]), "silent"),
        counted(count(&[Life::Cancelling]), "being cancelled"),
        counted(count(&[Life::Ended]), "ended"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let lines = [
        named(with(Membership::Held), "in a full-screen program"),
        named(with(Membership::OptedOut), "opted out"),
        (!rest.is_empty()).then(|| rest.join(" · ")),
    ];
    lines
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(row, line)| guard::labelled(if row == 0 { "left out" } else { "" }, &line))
        .collect()
}

/// How many receivers cannot be seen now, and where they are.
pub(super) fn not_on_this_page(app: &App, tab: TabId, set: &[PaneId]) -> Vec<String> {
    let hidden = app.hidden_panes();
    let count = set.iter().filter(|id| hidden.contains(id)).count();
    let Some(tab) = app.tabs.get(tab).filter(|_| count > 0) else {
        return Vec::new();
    };
    let (page, pages) = tab.page_number(app.layout.panes_area);
    let others: Vec<String> = (0..pages)
        .filter(|other| *other != page)
        .map(|other| (other + 1).to_string())
        .collect();
    let place = match (tab.zoom, others.as_slice()) {
        (Zoom::On, _) => "behind the zoomed pane".to_owned(),
        (Zoom::Off, [only]) => format!("page {only}"),
        (Zoom::Off, [first, .., last]) if page == 0 || page + 1 == pages => {
            format!("pages {first} to {last}")
        }
        (Zoom::Off, some) => format!("pages {}", some.join(" ")),
    };
    vec![guard::labelled(
        "not on this page",
        &format!("{count} ({place})"),
    )]
}
