//! Owns the search of scrollback: in one pane, or in all of them with a list of what was found.

use regex::{Regex, RegexBuilder};

use crate::app::bindings::Place;
use crate::app::overlay::picker::PickerRow;
use crate::app::overlay::prompt::Reach;
use crate::app::overlay::{Choice, Overlay, Picker, PickerKind};
use crate::app::{Action, App, Pane, Turn, Weight};
use crate::ids::PaneId;
use crate::screen::{Match, Point, Selection, SelectionShape};

use super::{keyboard, panes, scroll};

/// The list shows the newest matches of each pane, so that a loud pane does not bury the others.
const LISTED: usize = 100;
/// Of the line that a match stands in. Characters.
const LINE: usize = 200;

/// Without capitals in it, case is ignored.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let ignore = !pattern.chars().any(char::is_uppercase);
    RegexBuilder::new(pattern)
        .case_insensitive(ignore)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| format!("not a pattern: {error}"))
}

/// Searches for a regular expression, newest match first.
pub(super) fn search(
    app: &mut App,
    pane: PaneId,
    reach: Reach,
    pattern: &str,
) -> Result<(), String> {
    let regex = compile(pattern)?;
    match reach {
        Reach::ThisPane => in_pane(app, pane, &regex, pattern),
        Reach::AllPanes if pattern.is_empty() => {}
        Reach::AllPanes => in_all(app, &regex, pattern),
    }
    Ok(())
}

fn in_pane(app: &mut App, pane: PaneId, regex: &Regex, pattern: &str) {
    let Some(pane) = app.panes.get_mut(&pane) else {
        return;
    };
    let matches = find(pane, regex, pattern);
    let found = matches.len();
    let newest = matches.last().map(|found| found.start);
    show(pane, matches, pattern, newest);
    let said = match found {
        0 => "nothing found".to_owned(),
        found => {
            let on = keyboard::offer(app, Place::Scroll, Action::SearchNext, "goes on");
            format!("{found} found{on}")
        }
    };
    app.say(Weight::Plain, said);
}

fn find(pane: &Pane, regex: &Regex, pattern: &str) -> Vec<Match> {
    if pattern.is_empty() {
        return Vec::new();
    }
    pane.screen.search(regex)
}

fn show(pane: &mut Pane, matches: Vec<Match>, pattern: &str, at: Option<Point>) {
    if matches.is_empty() && pane.scroll.is_none() {
        return;
    }
    scroll::enter_pane(pane);
    if let Some(scroll) = pane.scroll.as_mut() {
        scroll.matches = matches;
        pattern.clone_into(&mut scroll.query);
    }
    if let Some(point) = at {
        scroll::go(pane, point.row, point.col);
    }
}

/// Lists what was found; no pane leaves its shell before one is chosen.
fn in_all(app: &mut App, regex: &Regex, pattern: &str) {
    let mut rows = Vec::new();
    let (mut found, mut holding) = (0, 0);
    for pane in app.panes.values() {
        let matches = find(pane, regex, pattern);
        found += matches.len();
        holding += usize::from(!matches.is_empty());
        let newest = matches.iter().rev().take(LISTED);
        rows.extend(newest.map(|found| row(pane, found)));
    }
    if rows.is_empty() {
        return app.say(Weight::Plain, "nothing found in any pane");
    }
    let listed = if rows.len() < found {
        format!("; the newest {LISTED} of each are listed")
    } else {
        String::new()
    };
    let pattern = pattern.to_owned();
    let picker = Picker::new(PickerKind::Matches { pattern }, rows);
    app.overlays.push(Overlay::Picker(picker));
    let said = format!("{found} found in {holding} panes{listed}");
    if listed.is_empty() {
        // The list says as much, and its keys need the place.
        app.note(Weight::Plain, said);
    } else {
        app.say(Weight::Plain, said);
    }
}

fn row(pane: &Pane, found: &Match) -> PickerRow {
    let text = pane.screen.text(Selection {
        start: found.start,
        end: found.end,
        shape: SelectionShape::Line,
    });
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().take(LINE).collect();
    let newest = pane.screen.first_row() + pane.screen.history_rows();
    let place = match newest.saturating_sub(found.start.row) {
        0 => String::new(),
        up => format!("{up} up · "),
    };
    PickerRow {
        choice: Choice::Match(pane.id, found.start),
        text: pane.target.pod.name.to_string(),
        aside: format!("{place}{line}"),
        marked: false,
    }
}

/// Goes to a match that was chosen from the list, the others of its pane highlighted.
pub(super) fn chosen(app: &mut App, pane: PaneId, at: Point, pattern: &str, turn: &mut Turn<'_>) {
    panes::jump(app, pane, turn);
    if let (Some(there), Ok(regex)) = (app.panes.get_mut(&pane), compile(pattern)) {
        let matches = find(there, &regex, pattern);
        show(there, matches, pattern, Some(at));
    }
}
