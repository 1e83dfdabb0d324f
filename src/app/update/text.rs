//! Owns pages of text: logs, describe, YAML, events, and the notices said before.

use crate::app::bindings::Place;
use crate::app::event::LogNews;
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::text_page::{Follow, PageState, PageText, Way};
use crate::app::overlay::{
    Choice, Overlay, PageKind, PageRef, Picker, PickerKind, Prompt, PromptKind, TextPage,
};
use crate::app::{Action, App, Effect, Focus, Step, Turn, Weight};
use crate::ids::PodRef;

use super::{keyboard, list, search};

/// Opens a page about the pod that is meant and asks for its text.
pub(super) fn open(app: &mut App, kind: PageKind, turn: &mut Turn<'_>) {
    let Some((pod, container)) = subject(app) else {
        let why = list::no_pod(app);
        return app.say(Weight::Plain, why);
    };
    let page = TextPage::asked(kind, Some(pod.clone()), container.clone(), columns(app));
    app.overlays.push(Overlay::Text(page));
    turn.push(Effect::Fetch {
        pod,
        container,
        kind,
    });
}

/// The pod that a page is about, and which of its containers: in a pane its own.
fn subject(app: &App) -> Option<(PodRef, Option<Box<str>>)> {
    if let Some(pane) = app.focused_pane().filter(|_| app.focus == Focus::Panes) {
        let container = (&*pane.target.container).into();
        return Some((pane.target.pod.clone(), Some(container)));
    }
    let row = app.list.current(&app.inventory)?;
    let first = || row.containers.first().map(|container| &container.name);
    let container = row.default_container.as_ref().or_else(first);
    Some((row.pod.clone(), container.map(|name| (&**name).into())))
}

fn text_page(overlay: &mut Overlay) -> Option<&mut TextPage> {
    match overlay {
        Overlay::Text(page) => Some(page),
        Overlay::Prompt(_)
        | Overlay::Picker(_)
        | Overlay::Question(_)
        | Overlay::Refusal(_)
        | Overlay::Composer(_)
        | Overlay::Help(_)
        | Overlay::Leaks(_)
        | Overlay::Forward(_)
        | Overlay::Forwards(_)
        | Overlay::Gather => None,
    }
}

fn named<'a>(app: &'a mut App, name: &PageRef) -> Option<&'a mut TextPage> {
    let mut pages = app.overlays.iter_mut().filter_map(text_page);
    pages.find(|page| page.is(name))
}

/// The page that takes the keys, or the one under a line that is typed for it.
fn current(app: &mut App) -> Option<&mut TextPage> {
    app.overlays.iter_mut().rev().find_map(text_page)
}

/// The text of a page has come, or why not.
pub(super) fn page(app: &mut App, name: &PageRef, result: Result<PageText, String>) {
    let height = height(app);
    if let Some(page) = named(app, name) {
        page.take(result);
        if page.kind == PageKind::Logs {
            page.step(isize::MAX, height);
        }
    }
    app.touch();
}

/// A followed log goes on, or has ended.
pub(super) fn logged(app: &mut App, name: &PageRef, news: LogNews) {
    let height = height(app);
    if let Some(page) = named(app, name).filter(|page| page.follow == Follow::On) {
        match news {
            LogNews::Lines(lines) => page.add(lines, height),
            LogNews::Ended(why) => {
                page.follow = Follow::Off;
                page.add(vec![format!("=== {why}")], height);
            }
        }
    }
    app.touch();
}

/// Follows a log from now on, or no longer.
pub(super) fn toggle_follow(app: &mut App, turn: &mut Turn<'_>) {
    let Some(page) = current(app).filter(|page| page.kind == PageKind::Logs) else {
        return app.say(Weight::Plain, "only a log can be followed");
    };
    match page.follow {
        Follow::On => {
            page.follow = Follow::Off;
            turn.push(Effect::EndFollow);
        }
        Follow::Off => follow(page, turn),
    }
}

/// The log starts over with its newest lines, so that none is missing between what was shown and what follows.
fn follow(page: &mut TextPage, turn: &mut Turn<'_>) {
    let Some(pod) = page.pod.clone() else { return };
    page.follow = Follow::On;
    page.set(PageState::Asked, Vec::new());
    let container = page.container.clone();
    turn.push(Effect::Follow { pod, container });
}

/// Lists the containers whose log can be shown instead.
pub(super) fn pick_container(app: &mut App) {
    let Some(page) = current(app).filter(|page| page.kind == PageKind::Logs) else {
        return app.say(Weight::Plain, "only logs are of one container");
    };
    let own = page.container.clone();
    let row = |name: &String| PickerRow {
        choice: Choice::Container(name.as_str().into()),
        text: name.clone(),
        aside: String::new(),
        marked: own.as_deref() == Some(name),
    };
    let rows: Vec<PickerRow> = page.containers.iter().map(row).collect();
    if rows.len() < 2 {
        return app.say(Weight::Plain, "the pod has no other container");
    }
    let picker = Picker::new(PickerKind::LogContainer, rows);
    app.overlays.push(Overlay::Picker(picker));
}

/// Another container's log was chosen; a followed one stays followed.
pub(super) fn container_picked(app: &mut App, name: &str, turn: &mut Turn<'_>) {
    let Some(page) = current(app) else { return };
    page.container = Some(name.into());
    if page.follow == Follow::On {
        turn.push(Effect::EndFollow);
        return follow(page, turn);
    }
    page.set(PageState::Asked, Vec::new());
    let (kind, container) = (page.kind, page.container.clone());
    if let Some(pod) = page.pod.clone() {
        turn.push(Effect::Fetch {
            pod,
            container,
            kind,
        });
    }
}

/// A page was closed.
pub(super) fn closed(page: &TextPage, turn: &mut Turn<'_>) {
    if page.follow == Follow::On {
        turn.push(Effect::EndFollow);
    }
}

/// Opens the line for a search of this page.
pub(super) fn ask_search(app: &mut App) {
    let before = current(app)
        .and_then(|page| page.pattern.as_ref())
        .map(|pattern| pattern.as_str().to_owned());
    let prompt = Prompt::new(PromptKind::SearchPage, &before.unwrap_or_default());
    app.overlays.push(Overlay::Prompt(prompt.selected()));
}

/// Lights what fits a regular expression and goes to the first place of it.
pub(super) fn search(app: &mut App, text: &str) -> Result<(), String> {
    let pattern = match text {
        "" => None,
        text => Some(search::compile(text)?),
    };
    if let Some(page) = current(app) {
        page.search(pattern);
    }
    if !text.is_empty() {
        next_match(app, Way::Down);
    }
    Ok(())
}

/// To the next place of what is searched for.
pub(super) fn next_match(app: &mut App, way: Way) {
    let height = height(app);
    let Some(page) = current(app) else { return };
    let said = match (page.pattern.is_some(), page.go_to_match(way, height)) {
        (true, true) => return,
        (true, false) => "nothing found".to_owned(),
        (false, _) => {
            let search = keyboard::offer(app, Place::Text, Action::Search, "searches");
            format!("nothing was searched for{search}")
        }
    };
    app.say(Weight::Plain, said);
}

/// Opens what was said before, newest last.
pub(super) fn notices(app: &mut App) {
    let line = |notice: &crate::app::Notice| {
        let at = jiff::Timestamp::from_second(notice.unix).unwrap_or_default();
        format!("{}  {}", at.strftime("%H:%M:%S"), notice.text)
    };
    let lines: Vec<String> = app.notices.history().map(line).collect();
    let mut page = TextPage::asked(PageKind::Notices, None, None, columns(app));
    page.set(PageState::Shown, lines);
    page.step(isize::MAX, height(app));
    app.overlays.push(Overlay::Text(page));
}

/// Rows of text that fit between the page's title and the status line.
fn height(app: &App) -> usize {
    usize::from(app.terminal.rows().saturating_sub(2))
}

/// A blank column stands at both sides.
fn columns(app: &App) -> usize {
    usize::from(app.terminal.cols().saturating_sub(2))
}

/// The terminal has another size.
pub(super) fn resized(app: &mut App) {
    let (height, columns) = (height(app), columns(app));
    for overlay in &mut app.overlays {
        if let Overlay::Text(page) = overlay {
            page.lay_out(columns);
            page.step(0, height);
        }
    }
}

/// Scrolls the open page.
pub(super) fn step(app: &mut App, step: Step) {
    let height = height(app);
    app.touch();
    if let Some(Overlay::Text(page)) = app.overlays.last_mut() {
        page.step(step.rows(height), height);
    }
}
