//! Owns the one door that everything for many pods goes through: the guard rails' verdict becomes go, a question, or a refusal.

use crate::app::edit::Edit;
use crate::app::overlay::{Answer, Demand, Overlay, Question};
use crate::app::rules::rules;
use crate::app::{Action as Asked, App, ContextState, Effect, Place, Turn, Weight};
use crate::ids::{PaneId, PodRef};
use crate::journal::audit::{Act, AuditTarget};
use crate::keys::{Chord, Key};
use crate::session::guard::{Action, Presence, Question as Rail, Rule, Target, Verdict};

use super::session::audit;

mod anew;

pub(super) use anew::{changed, differ, outdated};

/// Columns of the words at the left of a question.
const LABEL: usize = 23;

/// Names that a question shows before it counts.
const NAMED: usize = 12;

/// Something for several pods that wants to pass.
pub(super) struct Asking<'a> {
    /// What it is, as the title of a question and the start of a refusal.
    pub(super) what: String,
    /// What will happen to the targets: `every key will go to`.
    pub(super) lead: &'static str,
    pub(super) pods: &'a [PodRef],
    /// What its user should know besides.
    pub(super) notes: Vec<String>,
    /// The key to press again where that is asked.
    pub(super) key: Asked,
    /// What a yes carries on.
    pub(super) answer: Answer,
}

/// Whether an action may go on at once. Else a question is open whose answer carries it on, or the refusal was said.
pub(super) fn passed(
    app: &mut App,
    action: Action<'_>,
    asking: Asking<'_>,
    turn: &mut Turn<'_>,
) -> bool {
    match judged(app, action, asking.pods) {
        Verdict::Allowed => true,
        Verdict::Ask(rails) => {
            ask(app, asking, &rails);
            false
        }
        Verdict::Refused(rule) => {
            refuse(app, &asking, &rule, turn);
            false
        }
    }
}

fn judged(app: &App, action: Action<'_>, pods: &[PodRef]) -> Verdict {
    let targets: Vec<Target> = pods.iter().map(target).collect();
    let contexts = pods.iter().map(|pod| pod.context.as_str());
    rules(&app.settings.config, contexts).judge(action, &targets, Presence::Console)
}

/// Whether it needs neither an answer nor is refused.
pub(super) fn lets(app: &App, action: Action<'_>, pods: &[PodRef]) -> bool {
    matches!(judged(app, action, pods), Verdict::Allowed)
}

/// Whether a shell in this pod may open without its user's key.
pub(super) fn lets_follow(app: &App, pod: &PodRef) -> bool {
    lets(app, Action::OpenShells, std::slice::from_ref(pod))
}

fn target(pod: &PodRef) -> Target {
    Target {
        context: pod.context.clone(),
        namespace: pod.namespace.to_string(),
    }
}

/// The pods of these panes.
pub(super) fn pods_of(app: &App, panes: &[PaneId]) -> Vec<PodRef> {
    panes
        .iter()
        .filter_map(|id| app.panes.get(id))
        .map(|pane| pane.target.pod.clone())
        .collect()
}

fn ask(app: &mut App, asking: Asking<'_>, rails: &[Rail]) {
    let (mut words, mut typing) = (Vec::new(), Vec::new());
    for rail in rails {
        match rail {
            Rail::TypeNames(names) => {
                words.extend(names.iter().map(|name| shown(app, name)));
                typing.push(names_wanted(app, names));
            }
            Rail::TypeNumber(number) => {
                typing.push(number_wanted(words.is_empty(), &asking));
                words.push(number.to_string());
            }
            Rail::PressTwice => return press_twice(app, asking),
        }
    }
    let mut lines = targets_lines(app, &asking);
    lines.extend(asking.notes);
    lines.push(String::new());
    lines.push(format!("Type {} to go on:", typing.join(", then ")));
    open(app, asking.what, lines, Demand::Words(words), asking.answer);
}

fn names_wanted(app: &App, names: &[String]) -> &'static str {
    let context = |name: &String| {
        let open = app.contexts.open().iter();
        open.map(|context| context.name.as_str())
            .any(|context| context == name)
    };
    if names.iter().all(context) {
        "the name of each protected context"
    } else {
        "each of these protected names"
    }
}

fn number_wanted(alone: bool, asking: &Asking<'_>) -> &'static str {
    match (alone, &asking.answer) {
        (false, _) => "the number of the others",
        (true, Answer::Run(_) | Answer::Open(_) | Answer::Debug(_)) => "the number of pods",
        (true, _) => "the number of panes",
    }
}

fn press_twice(app: &mut App, asking: Asking<'_>) {
    let bound = app.settings.keys.chords(Place::Prefix, asking.key);
    let key = bound.first().copied().unwrap_or_else(yes);
    let mut lines = targets_lines(app, &asking);
    lines.extend(asking.notes);
    lines.push(String::new());
    lines.push(format!("Press {} again to go on.", key.written()));
    open(app, asking.what, lines, Demand::Press(key), asking.answer);
}

/// The key that says yes where no other is asked for.
fn yes() -> Chord {
    Chord::plain(Key::Char('y'))
}

/// What the two keys of a question do.
pub(super) struct Ways {
    pub(super) yes: &'static str,
    pub(super) no: String,
}

/// Asks for a key that is not Enter.
pub(super) fn ask_yes(
    app: &mut App,
    title: String,
    mut lines: Vec<String>,
    ways: &Ways,
    answer: Answer,
) {
    let Ways { yes: does, no } = ways;
    let key = yes();
    let keys = [format!("{:<5}{does}", key.written()), format!("Esc  {no}")];
    lines.push(String::new());
    lines.extend(keys);
    open(app, title, lines, Demand::Press(key), answer);
}

fn open(app: &mut App, title: String, lines: Vec<String>, demand: Demand, answer: Answer) {
    let question = Question {
        title,
        lines,
        demand,
        typed: Edit::new(""),
        opened: app.now,
        answer,
    };
    app.overlays.push(Overlay::Question(question));
    app.touch();
}

/// A protected name as it is shown: a context's alias, without the `!` before it.
fn shown(app: &App, name: &str) -> String {
    let context = app
        .contexts
        .open()
        .iter()
        .find(|context| context.name.as_str() == name);
    context.map_or_else(|| name.to_owned(), |context| context.short.clone())
}

/// The targets, counted by context, and their names.
pub(super) fn targets_lines(app: &App, asking: &Asking<'_>) -> Vec<String> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for pod in asking.pods {
        let context = app.contexts.get(&pod.context);
        let shown = context.map_or_else(|| pod.context.to_string(), ContextState::shown);
        match counts.iter_mut().find(|(name, _)| *name == shown) {
            Some((_, count)) => *count += 1,
            None => counts.push((shown, 1)),
        }
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    let names: Vec<&str> = asking.pods.iter().map(|pod| &*pod.name).collect();
    vec![
        labelled(asking.lead, &counts.join("   ")),
        labelled("", &some_names(&names)),
    ]
}

/// One line of a question: a label, then what is said of it.
pub(super) fn labelled(label: &str, text: &str) -> String {
    let gap = " ".repeat(LABEL.saturating_sub(label.chars().count()).max(1));
    format!("{label}{gap}{text}")
}

/// Short names as far as they fit in a line of a question, then their number.
pub(super) fn some_names(names: &[&str]) -> String {
    const ROOM: usize = 46;
    let short: Vec<String> = names.iter().take(NAMED).map(|name| short(name)).collect();
    let whole = short.join(" ");
    if short.len() == names.len() && whole.chars().count() <= ROOM {
        return whole;
    }
    let mut width = " +99 more".len();
    let fits = |name: &&String| {
        width += name.chars().count() + 1;
        width <= ROOM
    };
    let shown: Vec<&str> = short.iter().take_while(fits).map(String::as_str).collect();
    let more = names.len().saturating_sub(shown.len());
    format!("{} +{more} more", shown.join(" "))
        .trim_start()
        .to_owned()
}

/// A pod by the end of its name, which tells replicas apart: `…4kq2p`.
fn short(name: &str) -> String {
    let end = name
        .rmatch_indices('-')
        .map(|(at, _)| name.get(at + 1..).unwrap_or_default())
        .find(|end| end.len() >= 4);
    match end {
        Some(end) if end.len() + 1 < name.len() => format!("…{end}"),
        Some(_) | None => name.to_owned(),
    }
}

fn refuse(app: &mut App, asking: &Asking<'_>, rule: &Rule, turn: &mut Turn<'_>) {
    let targets = asking
        .pods
        .iter()
        .map(|pod| AuditTarget {
            context: pod.context.to_string(),
            namespace: pod.namespace.to_string(),
            pod: pod.name.to_string(),
            uid: String::new(),
            container: String::new(),
            session: None,
        })
        .collect();
    let act = Act::Refused {
        what: asking.what.clone(),
        rule: rule.to_string(),
        targets,
    };
    turn.push(Effect::Audit(audit(app, act)));
    let what = asking.what.split(':').next().unwrap_or_default();
    app.say(Weight::Warning, format!("{what} refused: {rule}"));
}
