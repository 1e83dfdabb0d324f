//! Owns pages of text: logs, describe, YAML, events, and the notices said before.

use crate::app::overlay::text_page::PageState;
use crate::app::overlay::{Overlay, PageKind, TextPage};
use crate::app::{App, Effect, Step, Turn, Weight};
use crate::ids::PodRef;

/// Opens a page about the pod under the cursor and asks for its text.
pub(super) fn open(app: &mut App, kind: PageKind, turn: &mut Turn<'_>) {
    let Some(row) = app.list.current(&app.inventory) else {
        return app.say(Weight::Plain, "no pod is under the cursor");
    };
    let pod = row.pod.clone();
    let container = match &row.default_container {
        Some(name) => Some(name.as_ref().into()),
        None => row
            .containers
            .first()
            .map(|container| container.name.as_ref().into()),
    };
    let page = TextPage {
        kind,
        pod: Some(pod.clone()),
        state: PageState::Asked,
        scroll: 0,
    };
    app.overlays.push(Overlay::Text(page));
    turn.push(Effect::Fetch {
        pod,
        container,
        kind,
    });
}

/// The text of a page has come, or why not.
pub(super) fn page(
    app: &mut App,
    pod: &PodRef,
    kind: PageKind,
    result: &Result<Vec<String>, String>,
) {
    let height = height(app);
    for overlay in &mut app.overlays {
        let Overlay::Text(page) = overlay else {
            continue;
        };
        if page.kind != kind || page.pod.as_ref() != Some(pod) {
            continue;
        }
        page.state = match result {
            Ok(lines) => PageState::Shown(lines.clone()),
            Err(why) => PageState::Failed(why.clone()),
        };
        if kind == PageKind::Logs {
            page.step(isize::MAX, height);
        }
    }
    app.touch();
}

/// Opens what was said before, newest last.
pub(super) fn notices(app: &mut App) {
    let line = |notice: &crate::app::Notice| {
        let at = jiff::Timestamp::from_second(notice.unix).unwrap_or_default();
        format!("{}  {}", at.strftime("%H:%M:%S"), notice.text)
    };
    let lines: Vec<String> = app.notices.history().map(line).collect();
    let state = PageState::Shown(lines);
    let mut page = TextPage {
        kind: PageKind::Notices,
        pod: None,
        state,
        scroll: 0,
    };
    page.step(isize::MAX, height(app));
    app.overlays.push(Overlay::Text(page));
}

/// Rows of text that fit between the page's title and the status line.
fn height(app: &App) -> usize {
    usize::from(app.terminal.rows().saturating_sub(2))
}

/// Scrolls the open page.
pub(super) fn step(app: &mut App, step: Step) {
    let height = height(app);
    let half = isize::try_from(height / 2).unwrap_or(1).max(1);
    app.touch();
    if let Some(Overlay::Text(page)) = app.overlays.last_mut() {
        let by = match step {
            Step::Up => -1,
            Step::Down => 1,
            Step::Top => isize::MIN,
            Step::Bottom => isize::MAX,
            Step::HalfUp => -half,
            Step::HalfDown => half,
        };
        page.step(by, height);
    }
}
