//! Owns reading a pane's scrollback: moving, selecting, searching, copying.

mod words;

use unicode_width::UnicodeWidthChar;

use crate::app::bindings::Place;
use crate::app::pane::ScrollMode;
use crate::app::{Action, App, Effect, Pane, Step, Turn, Weight};
use crate::keys::{Chord, Key};
use crate::screen::{Match, Point, Screen, SelectionShape};

use super::keyboard;
use words::{Rows, Way};

/// The greatest number before a key.
const MOST: usize = 999_999;

/// More words than this are not walked at once.
const MOST_WORDS: usize = 1000;

/// Starts reading the focused pane's scrollback, the cursor on its last line.
pub(super) fn enter(app: &mut App) {
    if let Some(pane) = focused(app) {
        enter_pane(pane);
    }
}

fn focused(app: &mut App) -> Option<&mut Pane> {
    let id = app.focused_pane()?.id;
    app.panes.get_mut(&id)
}

pub(super) fn enter_pane(pane: &mut Pane) {
    if pane.scroll.is_some() {
        return;
    }
    let back = pane.scrolled_back();
    let top = pane.screen.anchor(back);
    let first = pane.screen.view(back).top_row();
    let row = first + usize::from(pane.screen.size().rows().saturating_sub(1));
    pane.scrolled = None;
    pane.scroll = Some(ScrollMode {
        top,
        cursor: Point { row, col: 0 },
        selecting: None,
        count: None,
        matches: Vec::new(),
        query: String::new(),
    });
}

/// Back to the shell.
pub(super) fn leave(app: &mut App) {
    if let Some(pane) = focused(app) {
        pane.scroll = None;
        pane.scrolled = None;
    }
}

/// The rows that there are: history and live grid.
fn rows(screen: &Screen) -> (usize, usize) {
    let first = screen.first_row();
    let all = screen.history_rows() + usize::from(screen.size().rows());
    (first, first + all.saturating_sub(1))
}

/// Puts the cursor somewhere and scrolls so that it is seen.
pub(super) fn go(pane: &mut Pane, row: usize, col: u16) {
    let (first, last) = rows(&pane.screen);
    let height = usize::from(pane.screen.size().rows());
    let width = pane.screen.size().cols();
    let Some(scroll) = pane.scroll.as_mut() else {
        return;
    };
    let row = row.clamp(first, last);
    scroll.cursor = Point {
        row,
        col: col.min(width.saturating_sub(1)),
    };
    let back = pane.screen.scrolled_back(scroll.top);
    let top = (last + 1).saturating_sub(height).saturating_sub(back);
    let new_top = if row < top {
        row
    } else if row >= top + height {
        row + 1 - height
    } else {
        top
    };
    let live_top = (last + 1).saturating_sub(height);
    scroll.top = pane.screen.anchor(live_top.saturating_sub(new_top));
}

/// Takes a digit of the number before a key; `false` when the key is none, or has a meaning of its own.
pub(super) fn digit(app: &mut App, chord: Chord, bound: bool) -> bool {
    let Key::Char(c) = chord.key else {
        return false;
    };
    let digit = c.to_digit(10).filter(|_| chord == Chord::char(c));
    let Some(scroll) = focused(app).and_then(|pane| pane.scroll.as_mut()) else {
        return false;
    };
    let (Some(digit), open) = (digit, scroll.count.is_some()) else {
        return false;
    };
    if !open && (bound || digit == 0) {
        return false;
    }
    let digit = usize::try_from(digit).unwrap_or(0);
    scroll.count = Some((scroll.count.unwrap_or(0) * 10 + digit).min(MOST));
    true
}

/// The number before the key, if any; it counts once.
pub(super) fn take_count(app: &mut App) -> Option<usize> {
    focused(app)?.scroll.as_mut()?.count.take()
}

fn times(app: &mut App) -> usize {
    take_count(app).unwrap_or(1)
}

fn move_by(app: &mut App, change: impl FnOnce(Point, &Screen) -> (usize, u16)) {
    if let Some(pane) = focused(app) {
        let Some(cursor) = pane.scroll.as_ref().map(|scroll| scroll.cursor) else {
            return;
        };
        let (row, col) = change(cursor, &pane.screen);
        go(pane, row, col);
    }
}

/// Moves the cursor through the lines: so many of them, or to the line of that number.
pub(super) fn step(app: &mut App, step: Step) {
    let count = take_count(app);
    let lines = count.unwrap_or(1);
    match step {
        Step::HalfUp => turn_page(app, true, count),
        Step::HalfDown => turn_page(app, false, count),
        Step::Up => move_by(app, |at, _| (at.row.saturating_sub(lines), at.col)),
        Step::Down => move_by(app, |at, _| (at.row.saturating_add(lines), at.col)),
        Step::Top | Step::Bottom => move_by(app, |_, screen| {
            let numbered = count.map(|line| rows(screen).0 + line.saturating_sub(1));
            let end = if step == Step::Top { 0 } else { usize::MAX };
            (numbered.unwrap_or(end), 0)
        }),
    }
}

/// Moves what is seen by half a page or so many lines, and the cursor with it.
fn turn_page(app: &mut App, up: bool, lines: Option<usize>) {
    let Some(pane) = focused(app) else { return };
    let half = usize::from(pane.screen.size().rows() / 2).max(1);
    let lines = lines.unwrap_or(half);
    let (back, all) = (pane.scrolled_back(), pane.screen.history_rows());
    let back = if up {
        back.saturating_add(lines).min(all)
    } else {
        back.saturating_sub(lines)
    };
    let top = pane.screen.anchor(back);
    let Some(scroll) = pane.scroll.as_mut() else {
        return;
    };
    scroll.top = top;
    let at = scroll.cursor;
    let row = if up {
        at.row.saturating_sub(lines)
    } else {
        at.row.saturating_add(lines)
    };
    go(pane, row, at.col);
}

pub(super) fn left(app: &mut App) {
    let columns = u16::try_from(times(app)).unwrap_or(u16::MAX);
    move_by(app, |at, _| (at.row, at.col.saturating_sub(columns)));
}

pub(super) fn right(app: &mut App) {
    let columns = u16::try_from(times(app)).unwrap_or(u16::MAX);
    move_by(app, |at, _| (at.row, at.col.saturating_add(columns)));
}

pub(super) fn line_start(app: &mut App) {
    move_by(app, |at, _| (at.row, 0));
}

/// To the end of this line, or of one further down.
pub(super) fn line_end(app: &mut App) {
    let further = times(app).saturating_sub(1);
    move_by(app, |at, screen| {
        let row = at.row.saturating_add(further).min(rows(screen).1);
        let end = blanks(&row_text(screen, row)).len().saturating_sub(1);
        (row, u16::try_from(end).unwrap_or(u16::MAX))
    });
}

fn row_text(screen: &Screen, row: usize) -> String {
    screen.text(crate::screen::Selection {
        start: Point { row, col: 0 },
        end: Point { row, col: u16::MAX },
        shape: SelectionShape::Block,
    })
}

/// Whether each column of a row is blank, trailing ones left out; a wide character takes two.
fn blanks(line: &str) -> Vec<bool> {
    let columns = |c: char| std::iter::repeat_n(c.is_whitespace(), c.width().unwrap_or(0));
    line.trim_end().chars().flat_map(columns).collect()
}

/// To the start of the next word.
pub(super) fn word_forward(app: &mut App) {
    walk_words(app, Way::Forward);
}

/// To the start of this word or the one before.
pub(super) fn word_back(app: &mut App) {
    walk_words(app, Way::Back);
}

fn walk_words(app: &mut App, way: Way) {
    let count = times(app).min(MOST_WORDS);
    move_by(app, |at, screen| {
        let (first, last) = rows(screen);
        let blanks = |row| blanks(&row_text(screen, row));
        let rows = Rows {
            first,
            last,
            blanks,
        };
        let start = (at.row, usize::from(at.col));
        let (row, col) = (0..count).fold(start, |place, _| rows.step(way, place));
        (row, u16::try_from(col).unwrap_or(u16::MAX))
    });
}

/// Starts or ends a selection of this shape at the cursor.
pub(super) fn select(app: &mut App, shape: SelectionShape) {
    let Some(scroll) = focused(app).and_then(|pane| pane.scroll.as_mut()) else {
        return;
    };
    scroll.selecting = match scroll.selecting {
        Some((_, own)) if own == shape => None,
        Some((start, _)) => Some((start, shape)),
        None => Some((scroll.cursor, shape)),
    };
}

/// Copies the selection and goes back to the shell.
pub(super) fn copy(app: &mut App, turn: &mut Turn<'_>) {
    let Some(pane) = focused(app) else { return };
    let selection = pane.scroll.as_ref().and_then(ScrollMode::selection);
    let Some(selection) = selection else {
        let key = |action| app.settings.keys.shown(Place::Scroll, action);
        let said = format!(
            "{} starts a selection, {} one of lines, {} a block; {} copies",
            key(Action::SelectCells),
            key(Action::SelectLines),
            key(Action::SelectBlock),
            key(Action::Copy)
        );
        return app.say(Weight::Plain, said);
    };
    let text = pane.screen.text(selection);
    turn.push(Effect::Copy { text });
    leave(app);
}

/// To the next older match, or one so many further, around the end.
pub(super) fn next_match(app: &mut App) {
    jump(app, |matches, at| {
        matches
            .iter()
            .rev()
            .find(|found| found.start < at)
            .or(matches.last())
            .copied()
    });
}

/// To the next newer match, or one so many further, around the end.
pub(super) fn previous_match(app: &mut App) {
    jump(app, |matches, at| {
        matches
            .iter()
            .find(|found| found.start > at)
            .or(matches.first())
            .copied()
    });
}

fn jump(app: &mut App, pick: impl Fn(&[Match], Point) -> Option<Match>) {
    let count = times(app);
    let Some(pane) = focused(app) else { return };
    let Some(scroll) = pane.scroll.as_ref() else {
        return;
    };
    // Once around is where it began.
    let steps = (count.saturating_sub(1) % scroll.matches.len().max(1)) + 1;
    let mut at = Some(scroll.cursor);
    for _ in 0..steps {
        at = at
            .and_then(|at| pick(&scroll.matches, at))
            .map(|found| found.start);
    }
    if let Some(found) = at {
        return go(pane, found.row, found.col);
    }
    let search = keyboard::offer(app, Place::Scroll, Action::Search, "searches");
    app.say(Weight::Plain, format!("nothing was searched for{search}"));
}

/// Scrolls a pane by the wheel, without scroll mode; at the bottom it follows the output again.
pub(super) fn wheel(pane: &mut Pane, lines: isize) {
    let back = pane
        .scrolled_back()
        .saturating_add_signed(lines)
        .min(pane.screen.history_rows());
    if let Some(scroll) = pane.scroll.as_mut() {
        scroll.top = pane.screen.anchor(back);
        let at = scroll.cursor;
        let top = pane.screen.first_row() + pane.screen.history_rows() - back;
        let bottom = top + usize::from(pane.screen.size().rows().saturating_sub(1));
        return go(pane, at.row.clamp(top, bottom), at.col);
    }
    pane.scrolled = (back > 0).then(|| pane.screen.anchor(back));
}
