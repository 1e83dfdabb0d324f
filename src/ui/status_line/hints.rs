//! Owns the right side of the status line: the current notice, else the keys that matter now, read from the binding table.
//! Called by `status_line`.

mod dialogs;
mod panes;

use crate::app::overlay::{LeaksPage, PageKind};
use crate::app::{Action, App, Notice, Overlay, Pane, Place, Weight};
use crate::config::{Mark, Role};
use crate::ui::contexts;
use crate::ui::paint::{Pen, Piece};
use crate::ui::pane;
use crate::ui::status_line::fit::{Forms, Hints};
use crate::ui::status_line::mode::Mode;
use crate::ui::words;

/// Forms of the right side before they have looks.
type Texts = Vec<String>;

/// The right side, and how many of its forms are given up easily.
pub(super) struct Right {
    pub(super) forms: Forms,
    pub(super) easy: usize,
    pub(super) hints: Hints,
}

/// What the right side says now.
pub(super) fn right(app: &App, mode: &Mode, pen: Pen<'_>) -> Right {
    if let Some(notice) = app.notices.current(app.now) {
        return Right {
            forms: vec![notice_pieces(app, notice, pen)],
            easy: 0,
            hints: Hints::Notice,
        };
    }
    let (forms, easy) = match mode {
        Mode::List if app.prefix.is_none() => list(app),
        Mode::List | Mode::Pane | Mode::Broadcast(_) | Mode::HereOnly(_) => panes::of(app, mode),
        Mode::Scroll => (scroll(app), 2),
        Mode::Run => (run(app), 2),
        Mode::Ask => (dialogs::of(app), 0),
    };
    let role = if app.prefix.is_some() {
        Role::Accent
    } else {
        Role::Dim
    };
    Right {
        forms: forms
            .into_iter()
            .map(|text| plain(&text, role, pen))
            .collect(),
        easy,
        hints: worth(app, mode),
    }
}

/// Whether the hints say how to get out of something.
fn worth(app: &App, mode: &Mode) -> Hints {
    match mode {
        // Two seconds, and a key that decides over the shell.
        Mode::Pane if app.focused_pane().is_some_and(Pane::in_grace) => Hints::Needed,
        // Without a slip the keys stand nowhere else.
        Mode::Pane if pane::lacks_slip(app) => Hints::Needed,
        Mode::List | Mode::Pane | Mode::Scroll => Hints::Welcome,
        Mode::Broadcast(_) | Mode::HereOnly(_) | Mode::Run | Mode::Ask => Hints::Needed,
    }
}

fn plain(text: &str, role: Role, pen: Pen<'_>) -> Vec<Piece> {
    if text.is_empty() {
        Vec::new()
    } else {
        vec![pen.own(text, role)]
    }
}

fn notice_pieces(app: &App, notice: &Notice, pen: Pen<'_>) -> Vec<Piece> {
    let (mark, role) = match notice.weight {
        Weight::Plain => (None, Role::Text),
        Weight::Warning => (Some(Mark::Alert), Role::Warn),
        Weight::Bad => (Some(Mark::Refused), Role::Bad),
    };
    let mark = mark.map(|mark| pen.own(&format!("{} ", pen.look.mark(mark)), role));
    let text = contexts::sentence(app, &notice.text, pen.style(role), pen);
    mark.into_iter().chain(text).collect()
}

/// `key word` for each action that has a key in the place.
fn offers(app: &App, place: Place, offers: &[(Action, &str)]) -> Vec<String> {
    let offer = |(action, word): &(Action, &str)| {
        let key = words::key_of(&app.settings.keys, place, *action)?;
        Some(if word.is_empty() {
            key
        } else {
            format!("{key} {word}")
        })
    };
    offers.iter().filter_map(offer).collect()
}

fn list(app: &App) -> (Texts, usize) {
    if let Some(marks) = marks_by_context(app) {
        let short = offers(
            app,
            Place::List,
            &[(Action::OpenShells, "shells"), (Action::Help, "")],
        );
        return (
            vec![
                marks,
                short.join("  "),
                short.last().cloned().unwrap_or_default(),
            ],
            0,
        );
    }
    let marked = app.list.marked();
    let shells = if marked > 0 {
        words::count(marked, "shell")
    } else {
        "shells".to_owned()
    };
    let first = if marked > 0 {
        None
    } else {
        Some((Action::Mark, "mark"))
    };
    let unmark = (marked > 0).then_some((Action::UnmarkAll, "unmark"));
    let wide: Vec<(Action, &str)> = first
        .into_iter()
        .chain([
            (Action::OpenShells, shells.as_str()),
            (Action::Run, "run"),
            (Action::Filter, "filter"),
        ])
        .chain(unmark)
        .chain([(Action::Palette, "palette"), (Action::Help, "keys")])
        .collect();
    let core = [
        (Action::Mark, "mark"),
        (Action::OpenShells, "shells"),
        (Action::Run, "run"),
        (Action::Filter, "filter"),
        (Action::Help, ""),
    ];
    let panes = (!app.tabs.is_empty()).then_some((Action::FocusPanes, "panes"));
    let with_panes: Vec<(Action, &str)> = panes.into_iter().chain(wide.iter().copied()).collect();
    let shown =
        |actions: &[(Action, &str)], between: &str| offers(app, Place::List, actions).join(between);
    let forms = vec![
        shown(&with_panes, "   "),
        shown(&wide, "   "),
        shown(&core, "  "),
        shown(&[(Action::OpenShells, "shells"), (Action::Help, "")], "  "),
        shown(&[(Action::Help, "")], "  "),
    ];
    (forms, 2)
}

/// `18 marked: eu 6 · us 6 · !ap-prod 6`, where marks reach over several contexts.
fn marks_by_context(app: &App) -> Option<String> {
    if !app.contexts.several() || app.list.marked() == 0 {
        return None;
    }
    let count = |name| {
        let of = app
            .inventory
            .iter()
            .filter(|row| row.pod.context == name && app.list.is_marked(&row.uid));
        of.count()
    };
    let counts = app
        .contexts
        .open()
        .iter()
        .map(|context| (context.shown(), count(context.name.clone())));
    let shown: Vec<String> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    Some(format!(
        "{} marked: {}",
        app.list.marked(),
        shown.join(" · ")
    ))
}

/// The prefix as people write it.
fn prefix(app: &App) -> String {
    words::prefix(&app.settings.config.keys.prefix)
}

/// One key: `Ctrl-g b off`; several: `Ctrl-g: b off  o out`.
fn after_prefix(app: &App, actions: &[(Action, &str)]) -> String {
    let shown = offers(app, Place::Prefix, actions);
    match shown.as_slice() {
        [] => String::new(),
        [only] if app.prefix.is_some() => format!("{} … {only}", prefix(app)),
        [only] => format!("{} {only}", prefix(app)),
        more if app.prefix.is_some() => format!("{} … {}", prefix(app), more.join("  ")),
        more => format!("{}: {}", prefix(app), more.join("  ")),
    }
}

fn scroll(app: &App) -> Texts {
    if let Some(Overlay::Leaks(page)) = app.overlay() {
        return leaks(app, page);
    }
    if let Some(Overlay::Forwards(_)) = app.overlay() {
        return forwards(app);
    }
    let (close, search) = ((Action::Back, "close"), (Action::Search, "search"));
    let next = (Action::SearchNext, "next");
    let logs = [
        (Action::Follow, "follow"),
        (Action::LogContainer, "container"),
        search,
        next,
        close,
    ];
    let sets: [&[(Action, &str)]; 3] = match app.overlay() {
        Some(Overlay::Text(page)) if page.kind == PageKind::Logs => {
            [&logs, &[logs[0], search, close], &[close]]
        }
        Some(_) => [&[search, next, close], &[close], &[(Action::Back, "")]],
        None => [
            &[
                (Action::SelectCells, "select"),
                (Action::Copy, "copy"),
                (Action::Search, "search"),
                (Action::SearchNext, "next"),
                (Action::LeaveScroll, "back"),
            ],
            &[
                (Action::SelectCells, "select"),
                (Action::Copy, "copy"),
                (Action::LeaveScroll, "back"),
            ],
            &[(Action::LeaveScroll, "back")],
        ],
    };
    let place = if app.overlay().is_some() {
        Place::Text
    } else {
        Place::Scroll
    };
    sets.into_iter()
        .map(|set| offers(app, place, set).join("  "))
        .collect()
}

fn leaks(app: &App, page: &LeaksPage) -> Texts {
    let end = (!page.rows.is_empty()).then_some((Action::EndProcess, "end this one"));
    let again = (Action::LookAgain, "look again");
    let close = (Action::Back, "close");
    let all: Vec<(Action, &str)> = end.into_iter().chain([again, close]).collect();
    let texts = [all.as_slice(), &[close], &[(Action::Back, "")]];
    texts
        .into_iter()
        .map(|set| offers(app, Place::Leaks, set).join("  "))
        .collect()
}

fn forwards(app: &App) -> Texts {
    let close = (Action::Back, "close");
    let some = app.forwards.iter().next().is_some();
    let of_one = [
        (Action::StopForward, "stop"),
        (Action::Forward, "another port"),
        (Action::CopyName, "copy address"),
    ];
    let of_one = of_one.into_iter().filter(|_| some);
    let all: Vec<(Action, &str)> = of_one.chain([close]).collect();
    let short: Vec<(Action, &str)> = all
        .iter()
        .filter(|one| one.0 != Action::CopyName)
        .copied()
        .collect();
    [all.as_slice(), &short, &[close], &[(Action::Back, "")]]
        .into_iter()
        .map(|set| offers(app, Place::Forwards, set).join("  "))
        .collect()
}

fn run(app: &App) -> Texts {
    use Action as A;
    let running = app.run.as_ref().map_or(0, crate::app::run::Run::running);
    let cancel = format!("cancel {running}");
    let sets: [&[(Action, &str)]; 3] = if running > 0 {
        [
            &[
                (A::CancelRun, &cancel),
                (A::Unfold, "unfold"),
                (A::ShowDiff, "diff"),
                (A::ShellsInTargets, "shells"),
                (A::Back, ""),
            ],
            &[
                (A::CancelRun, &cancel),
                (A::ShellsInTargets, "shells"),
                (A::Back, ""),
            ],
            &[(A::CancelRun, &cancel), (A::Back, "")],
        ]
    } else {
        [
            &[
                (A::Unfold, "unfold"),
                (A::ShowDiff, "diff"),
                (A::MarkTargets, "mark"),
                (A::ShellsInTargets, "shells"),
                (A::RunAgain, "again"),
                (A::SaveAnswers, "save"),
                (A::Back, ""),
            ],
            &[
                (A::Unfold, "unfold"),
                (A::ShellsInTargets, "shells"),
                (A::Back, ""),
            ],
            &[(A::Back, "")],
        ]
    };
    sets.into_iter()
        .map(|set| offers(app, Place::Gather, set).join("  "))
        .collect()
}
