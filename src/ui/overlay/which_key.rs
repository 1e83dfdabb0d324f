//! Owns the popup of what may follow the prefix, read from the binding table. Called by `overlay`.

use crate::app::bindings::{BINDINGS, Binding, Place};
use crate::app::{Action, App};
use crate::config::Role;
use crate::geometry::Area;
use crate::keys::Chord;
use crate::ui::overlay::dialog;
use crate::ui::paint::{Canvas, Pen, Piece, cells};
use crate::ui::text;
use crate::ui::words;
use crate::workspace::Direction;

/// Least width of one column of the popup.
const COLUMN: usize = 36;

/// What may follow the prefix.
struct Entry {
    keys: String,
    does: String,
    /// The same in fewer words.
    short: String,
}

/// Draws the popup at the foot of the screen.
pub(super) fn draw(app: &App, canvas: &mut Canvas<'_>) {
    let pen = canvas.pen();
    let mut entries = entries(app);
    let (columns, rows) = (app.terminal.cols(), app.terminal.rows());
    let room = usize::from(columns.saturating_sub(4));
    let most = usize::from(rows.saturating_sub(3)).max(1);
    let key_width = entries
        .iter()
        .map(|entry| text::width(&entry.keys))
        .max()
        .unwrap_or(0)
        + 1;
    let widest = entries
        .iter()
        .map(|entry| key_width + text::width(&entry.does) + 1)
        .max()
        .unwrap_or(1);
    let whole = (room / widest.max(1)).max(1);
    // Half of the screen stays in sight where that costs ends of sentences only; they are cut too where there are more keys than rows.
    let widths = whole..=(room / COLUMN).max(whole);
    let within = |rows: usize| {
        let mut widths = widths.clone();
        widths.find(|across| entries.len().div_ceil(*across) <= rows)
    };
    let half = usize::from(rows / 2);
    let across = within(half).or_else(|| within(most));
    let across = across.unwrap_or((room / COLUMN).max(1));
    let down = entries.len().div_ceil(across).min(most);
    let each = room / across;
    say_what_is_left_out(app, &mut entries, across * down);
    let lines: Vec<Vec<Piece>> = (0..down)
        .map(|row| {
            let in_row = entries.iter().skip(row).step_by(down.max(1)).take(across);
            in_row
                .flat_map(|entry| entry.pieces(key_width, each, pen))
                .collect()
        })
        .collect();
    let height = cells(lines.len())
        .saturating_add(2)
        .min(rows.saturating_sub(1));
    let area = Area::new(
        0,
        rows.saturating_sub(1).saturating_sub(height),
        columns,
        height,
    );
    let prefix = words::prefix(&app.settings.config.keys.prefix);
    dialog::draw_in(area, &prefix, &lines, canvas);
}

/// The last place tells how many have none, and the key that shows them all.
fn say_what_is_left_out(app: &App, entries: &mut Vec<Entry>, places: usize) {
    if entries.len() <= places {
        return;
    }
    let last = places.saturating_sub(1);
    let more = entries.len() - last;
    entries.truncate(last);
    let help = words::key_of(&app.settings.keys, Place::Prefix, Action::Help);
    let help = help.map_or_else(String::new, |key| format!(": {key} shows them"));
    entries.push(Entry::plain("…", &format!("{more} more{help}")));
}

impl Entry {
    fn plain(keys: &str, does: &str) -> Self {
        Self {
            keys: keys.to_owned(),
            does: does.to_owned(),
            short: does.to_owned(),
        }
    }

    fn pieces(&self, key_width: usize, columns: usize, pen: Pen<'_>) -> [Piece; 2] {
        let key = text::pad_right(&self.keys, key_width);
        let left = columns.saturating_sub(text::width(&key));
        let room = left.saturating_sub(1);
        let does = if text::width(&self.does) <= room {
            &self.does
        } else {
            &self.short
        };
        let does = text::pad_right(&pen.whole_words(does, room), left);
        [pen.own(&key, Role::Accent), pen.own(&does, Role::Text)]
    }
}

/// Actions that differ by a direction only share one entry, in the place of the first of them.
const TOGETHER: [(&[Action], &str, &str); 4] = [
    (
        &[
            Action::FocusPane(Direction::Left),
            Action::FocusPane(Direction::Down),
            Action::FocusPane(Direction::Up),
            Action::FocusPane(Direction::Right),
        ],
        "pane to the left, below, above, right",
        "pane left, down, up, right",
    ),
    (
        &[Action::NextTab, Action::PreviousTab],
        "next tab, previous tab",
        "next, previous tab",
    ),
    (
        &[Action::PreviousPage, Action::NextPage],
        "previous, next page of the tab",
        "previous, next page",
    ),
    (
        &[
            Action::ResizePane(Direction::Left),
            Action::ResizePane(Direction::Right),
            Action::ResizePane(Direction::Up),
            Action::ResizePane(Direction::Down),
        ],
        "border to the left, right, up, down",
        "border left, right, up, down",
    ),
];

/// Keys with what they do; the nine digits of the tabs share one entry.
fn entries(app: &App) -> Vec<Entry> {
    let rows = BINDINGS.iter().filter(|row| row.place == Place::Prefix);
    let digits = digits_are_tabs(app);
    rows.filter_map(|row| {
        let group = TOGETHER
            .iter()
            .find(|(actions, ..)| actions.contains(&row.action));
        match (digits, row.action, group) {
            (true, Action::SelectTab(1), _) => Some(Entry::plain("1…9", "tab by its number")),
            (true, Action::SelectTab(_), _) => None,
            (_, first, Some((actions, does, short))) => {
                let is_first = actions.first() == Some(&first);
                is_first
                    .then(|| shared(app, actions, does, short))
                    .flatten()
            }
            (_, _, None) => Some(Entry {
                keys: keys(app, row)?,
                does: row.help.to_owned(),
                short: row.short.to_owned(),
            }),
        }
    })
    .collect()
}

/// `h j k l`: the first key of each.
fn shared(app: &App, actions: &[Action], does: &str, short: &str) -> Option<Entry> {
    let key = |action: &Action| words::key_of(&app.settings.keys, Place::Prefix, *action);
    let keys: Vec<String> = actions.iter().filter_map(key).collect();
    (!keys.is_empty()).then(|| Entry {
        keys: keys.join(" "),
        does: does.to_owned(),
        short: short.to_owned(),
    })
}

fn keys(app: &App, row: &Binding) -> Option<String> {
    let chords = app.settings.keys.chords(row.place, row.action);
    let keys: Vec<String> = chords.iter().take(2).copied().map(Chord::written).collect();
    (!keys.is_empty()).then(|| keys.join(" "))
}

fn digits_are_tabs(app: &App) -> bool {
    (1..=9u8).all(|number| {
        let key = app
            .settings
            .keys
            .shown(Place::Prefix, Action::SelectTab(number));
        key == number.to_string()
    })
}
