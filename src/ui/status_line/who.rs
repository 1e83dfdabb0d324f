//! Owns what the status line says about panes that do not do as the others: hidden, out, held, being cancelled.
//! Called by `status_line`.

use crate::app::event::JournalState;
use crate::app::overlay::Demand;
use crate::app::pane::DebugWait;
use crate::app::{Action, App, Focus, MouseUse, Overlay, Pane, Place};
use crate::config::Role;
use crate::ids::{PaneId, TabId};
use crate::session::Outcome;
use crate::session::broadcast::{Counts, Life, Refusal};
use crate::session::cancel::PhaseName;
use crate::ui::paint::Pen;
use crate::ui::status_line::fit::Forms;
use crate::ui::status_line::mode::{self, Mode};
use crate::ui::words;

/// The forms of this part, from the longest to the shortest.
pub(super) fn forms(app: &App, mode: &Mode, pen: Pen<'_>) -> Forms {
    let texts = match mode {
        _ if app.quit.is_some() && app.overlay().is_none() => quitting(app),
        Mode::List => list(app),
        Mode::Pane => cancels(app, pen).unwrap_or_else(|| match no_keys(app) {
            none if none.is_empty() => standing(app),
            why => why,
        }),
        Mode::Broadcast(counts) => cancels(app, pen).unwrap_or_else(|| absent(app, counts, pen)),
        Mode::HereOnly(counts) => cancels(app, pen).unwrap_or_else(|| here_only(app, counts)),
        Mode::Scroll => scroll(app),
        Mode::Run => run(app),
        Mode::Ask => asking(app, pen),
    };
    let look = |text: &String| {
        let piece = (!text.is_empty()).then(|| pen.own(text, role(mode)));
        piece.into_iter().collect()
    };
    texts.iter().map(look).collect()
}

const fn role(mode: &Mode) -> Role {
    match mode {
        Mode::List | Mode::HereOnly(_) => Role::Warn,
        Mode::Pane | Mode::Broadcast(_) | Mode::Scroll | Mode::Run | Mode::Ask => Role::Text,
    }
}

/// What holds until it is changed: no shells without a journal, a command that still runs, the mouse left to the terminal.
fn standing(app: &App) -> Vec<String> {
    if matches!(app.journal, JournalState::Blocked(_)) {
        return vec![
            "no shells: they could not be recorded".to_owned(),
            "no shells".to_owned(),
        ];
    }
    if let Some(run) = app.run.as_ref().filter(|run| run.running() > 0) {
        let (running, all) = (run.running(), run.targets.len());
        let (place, prefix) = match app.focus {
            Focus::List => (Place::List, String::new()),
            Focus::Panes => (
                Place::Prefix,
                format!("{} ", words::prefix(&app.settings.config.keys.prefix)),
            ),
        };
        let key = words::key_of(&app.settings.keys, place, Action::Answers);
        let key = key.map_or_else(String::new, |key| format!(", {prefix}{key} shows it"));
        let short = format!("run {} of {all}", all - running.min(all));
        return vec![format!("{short}{key}"), short];
    }
    match app.mouse {
        MouseUse::Released if app.settings.config.ui.mouse => vec!["mouse released".to_owned()],
        MouseUse::Ours | MouseUse::Released => forwarding(app),
    }
}

fn forwarding(app: &App) -> Vec<String> {
    match app.forwards.live().count() {
        0 => Vec::new(),
        some => vec![words::count(some, "forward")],
    }
}

/// The focus is on the list while a broadcast is on: it waits.
fn list(app: &App) -> Vec<String> {
    let Some(tab) = app.tabs.active().filter(|_| app.broadcast_on()) else {
        return standing(app);
    };
    waits(&app.broadcast_counts(tab.id)).to_vec()
}

/// The whole sentence, and what is left of it where there is little room.
fn waits(counts: &Counts) -> [String; 2] {
    let count = format!("{} of {}", counts.receiving, counts.of);
    [format!("broadcast {count} waits"), format!("{count} waits")]
}

fn here_only(app: &App, counts: &Counts) -> Vec<String> {
    match no_keys(app).as_slice() {
        [] => waits(counts).to_vec(),
        [why, ..] => {
            let [waits, _] = waits(counts);
            vec![format!("{why} · {waits}"), why.clone()]
        }
    }
}

/// The focused pane takes no keys, and why.
fn no_keys(app: &App) -> Vec<String> {
    match mode::refusal(app) {
        None | Some(Refusal::NoPane) => Vec::new(),
        Some(Refusal::TakesNoKeys(_, life)) => {
            let word = match life {
                Life::Opening => "still opening",
                Life::Silent => "silent",
                Life::Cancelling => "being cancelled",
                Life::Ended => app.focused_pane().map_or("ended", over),
                Life::Live => return Vec::new(),
            };
            vec![format!("{word}: takes no keys"), word.to_owned()]
        }
    }
}

const fn over(pane: &Pane) -> &'static str {
    match pane.debug {
        DebugWait::Starting { .. } => "debug container starts",
        DebugWait::No | DebugWait::Failed(_) if pane.never_started() => "not started",
        DebugWait::No | DebugWait::Failed(_) => "ended",
    }
}

fn scroll(app: &App) -> Vec<String> {
    if let Some(Overlay::Text(page)) = app.overlay() {
        let Some(pattern) = &page.pattern else {
            return Vec::new();
        };
        let lines = words::count(page.matches().len(), "line");
        return vec![format!("{lines} with {}", pattern.as_str()), lines];
    }
    let Some((pane, scroll)) = app
        .focused_pane()
        .and_then(|pane| Some((pane, pane.scroll.as_ref()?)))
    else {
        return Vec::new();
    };
    let count = scroll
        .count
        .map_or_else(String::new, |count| format!("{count}… "));
    let back = format!(
        "{count}{} of {} up",
        pane.scrolled_back(),
        pane.screen.history_rows()
    );
    if scroll.query.is_empty() {
        return vec![back];
    }
    let found = words::count(scroll.matches.len(), "match").replace("matchs", "matches");
    vec![format!("{back} · {found} of {}", scroll.query), back]
}

fn quitting(app: &App) -> Vec<String> {
    let waiting = app.quit.as_ref().map_or(0, |quit| quit.waiting_for.len());
    let ending = format!("quitting: ending {}", words::count(waiting, "session"));
    vec![ending, "quitting".to_owned()]
}

fn run(app: &App) -> Vec<String> {
    let Some(run) = &app.run else {
        return Vec::new();
    };
    let all = run.targets.len();
    if run.running() > 0 {
        let ran = words::seconds(app.now.saturating_duration_since(run.started));
        let limit = app.settings.config.timeouts.run.map(words::limit);
        return vec![limit.map_or_else(|| ran.clone(), |limit| format!("{ran} of {limit}"))];
    }
    vec![match run.left() {
        (left, 0) => format!("{all} ended, {left} left"),
        (left, unknown) => format!("{all} ended, {left} left, {unknown} not known"),
    }]
}

fn asking(app: &App, pen: Pen<'_>) -> Vec<String> {
    match app.overlay() {
        Some(Overlay::Question(question)) => match &question.demand {
            Demand::Words(words) => {
                let number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
                let what = if words.iter().all(number) {
                    "number"
                } else {
                    "name"
                };
                let until = format!("until the {what} is right");
                vec![
                    format!("nothing is sent {until}"),
                    format!("type the {what}"),
                ]
            }
            Demand::Press(_) => vec!["nothing is done without a yes".to_owned(), String::new()],
        },
        Some(Overlay::Composer(_)) => {
            let Some(tab) = app.tabs.active() else {
                return Vec::new();
            };
            let counts = app.broadcast_counts(tab.id);
            let count = format!("{} of {}", counts.receiving, counts.of);
            let absent = absent(
                app,
                &Counts {
                    hidden: Vec::new(),
                    ..counts
                },
                pen,
            );
            let with = |absent: String| {
                if absent.is_empty() {
                    count.clone()
                } else {
                    format!("{count} · {absent}")
                }
            };
            absent.into_iter().map(with).collect()
        }
        Some(
            Overlay::Prompt(_)
            | Overlay::Picker(_)
            | Overlay::Refusal(_)
            | Overlay::Text(_)
            | Overlay::Help(_)
            | Overlay::Gather
            | Overlay::Leaks(_)
            | Overlay::Forward(_)
            | Overlay::Forwards(_),
        )
        | None => Vec::new(),
    }
}

/// Hidden, opted-out and held panes are named where there is room, else counted.
fn absent(app: &App, counts: &Counts, pen: Pen<'_>) -> Vec<String> {
    let groups: [(&[PaneId], &str); 6] = [
        (&counts.hidden, "hidden"),
        (&counts.opted_out, "out"),
        (&counts.held, "held"),
        (&counts.new_shells, "new"),
        (&counts.joining, "joining"),
        (&counts.not_live, "not live"),
    ];
    let form = |most: usize| {
        let group = |(panes, word): &(&[PaneId], &str)| group(app, panes, word, most, pen);
        groups
            .iter()
            .filter(|(panes, _)| !panes.is_empty())
            .map(group)
            .collect::<Vec<_>>()
            .join(" · ")
    };
    let mut forms = vec![form(3), form(1), form(0)];
    forms.dedup();
    forms
}

fn group(app: &App, panes: &[PaneId], word: &str, most: usize, pen: Pen<'_>) -> String {
    let count = format!("{} {word}", panes.len());
    if panes.len() > most {
        return count;
    }
    let names = panes
        .iter()
        .filter_map(|id| app.panes.get(id))
        .map(|pane| short(pane, pen));
    format!("{count}: {}", names.collect::<Vec<_>>().join(" "))
}

fn short(pane: &Pane, pen: Pen<'_>) -> String {
    words::short_name(&pane.target.pod.name, &pen.cut())
}

/// How far the cancels of a tab are.
#[derive(Default)]
struct Tally<'a> {
    all: usize,
    done: usize,
    left: u32,
    running: usize,
    not_confirmed: Vec<&'a Pane>,
    lost: Vec<&'a Pane>,
    /// A cancel of several whose outcome was not dismissed yet.
    together: usize,
}

/// Whether the summary of cancels is shown.
pub(super) fn summary_shown(app: &App) -> bool {
    app.tabs
        .active()
        .is_some_and(|tab| tally(app, tab.id).is_open())
}

impl Tally<'_> {
    /// Whether there are several, and some are not proven, or nobody has seen yet that they are.
    fn is_open(&self) -> bool {
        let open = self.running + self.not_confirmed.len() + self.lost.len();
        self.all > 1 && (open > 0 || self.together > 1)
    }
}

/// How far a cancel of several panes is; none when there is none, or all of it is proven.
fn cancels(app: &App, pen: Pen<'_>) -> Option<Vec<String>> {
    let tally = tally(app, app.tabs.active()?.id);
    if !tally.is_open() {
        return None;
    }
    let form = |left: &str, names: usize| {
        let counts = [
            (tally.done > 0).then(|| format!("{} done{left}", tally.done)),
            (tally.running > 0).then(|| format!("{} running", tally.running)),
            some(&tally.not_confirmed, "not confirmed", names, pen),
            some(&tally.lost, "lost", names, pen),
        ];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        format!("cancel {}: {}", tally.all, counts.join(" · "))
    };
    let left = format!(", {} left", tally.left);
    Some(vec![form(&left, 2), form("", 1), form("", 0)])
}

fn some(panes: &[&Pane], word: &str, most: usize, pen: Pen<'_>) -> Option<String> {
    if panes.is_empty() {
        return None;
    }
    let names: Vec<String> = panes.iter().map(|pane| short(pane, pen)).collect();
    let names = if panes.len() > most {
        String::new()
    } else {
        format!(": {}", names.join(" "))
    };
    Some(format!("{} {word}{names}", panes.len()))
}

fn tally(app: &App, tab: TabId) -> Tally<'_> {
    let mut tally = Tally::default();
    for pane in app.panes_of(tab) {
        let Some(progress) = pane.cancel.as_ref().map(crate::session::Cancel::progress) else {
            continue;
        };
        tally.all += 1;
        tally.together += usize::from(app.cancelled_together.contains(&pane.id));
        let lost = matches!(
            &pane.phase,
            crate::app::pane::Phase::Ended(ended) if matches!(ended.outcome, Outcome::Lost(_))
        );
        match progress.phase {
            PhaseName::NotConfirmed => tally.not_confirmed.push(pane),
            PhaseName::Finished => {
                tally.done += 1;
                tally.left = tally.left.saturating_add(progress.left.unwrap_or_default());
            }
            PhaseName::Grace
            | PhaseName::Cleaning
            | PhaseName::Verifying
            | PhaseName::Waiting
            | PhaseName::InFlight
                if lost =>
            {
                tally.lost.push(pane);
            }
            PhaseName::Grace
            | PhaseName::Cleaning
            | PhaseName::Verifying
            | PhaseName::Waiting
            | PhaseName::InFlight => {
                tally.running += 1;
            }
        }
    }
    tally
}
