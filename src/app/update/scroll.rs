//! Owns reading a pane's scrollback: moving, selecting, searching, copying.

use unicode_width::UnicodeWidthChar;

use crate::app::pane::ScrollMode;
use crate::app::{App, Effect, Pane, Step, Turn, Weight};
use crate::screen::{Match, Point, Screen, SelectionShape};

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

fn move_by(app: &mut App, change: impl FnOnce(Point, usize) -> (usize, u16)) {
    if let Some(pane) = focused(app) {
        let half = usize::from(pane.screen.size().rows() / 2).max(1);
        let Some(cursor) = pane.scroll.as_ref().map(|scroll| scroll.cursor) else {
            return;
        };
        let (row, col) = change(cursor, half);
        go(pane, row, col);
    }
}

/// Moves the cursor through the lines.
pub(super) fn step(app: &mut App, step: Step) {
    match step {
        Step::HalfUp => turn_page(app, 1),
        Step::HalfDown => turn_page(app, -1),
        Step::Up | Step::Down | Step::Top | Step::Bottom => {}
    }
    move_by(app, |at, half| match step {
        Step::Up => (at.row.saturating_sub(1), at.col),
        Step::Down => (at.row + 1, at.col),
        Step::Top => (0, 0),
        Step::Bottom => (usize::MAX, 0),
        Step::HalfUp => (at.row.saturating_sub(half), at.col),
        Step::HalfDown => (at.row.saturating_add(half), at.col),
    });
}

/// Moves what is seen by half a page, and the cursor with it.
fn turn_page(app: &mut App, direction: isize) {
    let Some(pane) = focused(app) else { return };
    let half = isize::try_from(pane.screen.size().rows() / 2)
        .unwrap_or(1)
        .max(1);
    let back = pane.scrolled_back().saturating_add_signed(direction * half);
    let top = pane.screen.anchor(back.min(pane.screen.history_rows()));
    if let Some(scroll) = pane.scroll.as_mut() {
        scroll.top = top;
    }
}

pub(super) fn left(app: &mut App) {
    move_by(app, |at, _| (at.row, at.col.saturating_sub(1)));
}

pub(super) fn right(app: &mut App) {
    move_by(app, |at, _| (at.row, at.col.saturating_add(1)));
}

pub(super) fn line_start(app: &mut App) {
    move_by(app, |at, _| (at.row, 0));
}

pub(super) fn line_end(app: &mut App) {
    with_line(app, |line, _| last_column(line));
}

fn last_column(line: &str) -> u16 {
    let end = unicode_width::UnicodeWidthStr::width(line.trim_end()).saturating_sub(1);
    u16::try_from(end).unwrap_or(u16::MAX)
}

/// Moves within the cursor's row, by its text.
fn with_line(app: &mut App, column: impl FnOnce(&str, u16) -> u16) {
    let Some(pane) = focused(app) else { return };
    let Some(at) = pane.scroll.as_ref().map(|scroll| scroll.cursor) else {
        return;
    };
    let line = pane.screen.text(crate::screen::Selection {
        start: Point {
            row: at.row,
            col: 0,
        },
        end: Point {
            row: at.row,
            col: u16::MAX,
        },
        shape: SelectionShape::Block,
    });
    let col = column(&line, at.col);
    go(pane, at.row, col);
}

/// Whether each column of a row is blank; a wide character takes two.
fn blanks(line: &str) -> Vec<bool> {
    let columns = |c: char| std::iter::repeat_n(c.is_whitespace(), c.width().unwrap_or(0));
    line.chars().flat_map(columns).collect()
}

/// To the start of the next word of the row.
pub(super) fn word_forward(app: &mut App) {
    with_line(app, |line, col| {
        let blanks = blanks(line);
        let mut at = usize::from(col);
        while blanks.get(at).is_some_and(|blank| !blank) {
            at += 1;
        }
        while blanks.get(at).is_some_and(|blank| *blank) {
            at += 1;
        }
        u16::try_from(at).unwrap_or(u16::MAX).min(last_column(line))
    });
}

/// To the start of this word or the one before.
pub(super) fn word_back(app: &mut App) {
    with_line(app, |line, col| {
        let blanks = blanks(line);
        let blank = |at: usize| blanks.get(at).is_none_or(|blank| *blank);
        let mut at = usize::from(col);
        while at > 0 && blank(at - 1) {
            at -= 1;
        }
        while at > 0 && !blank(at - 1) {
            at -= 1;
        }
        u16::try_from(at).unwrap_or(0)
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
        return app.say(
            Weight::Plain,
            "v starts a selection, V one of lines, Ctrl-v a block; y copies",
        );
    };
    let text = pane.screen.text(selection);
    turn.push(Effect::Copy { text });
    leave(app);
}

/// To the next older match, around the end.
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

/// To the next newer match, around the end.
pub(super) fn previous_match(app: &mut App) {
    jump(app, |matches, at| {
        matches
            .iter()
            .find(|found| found.start > at)
            .or(matches.first())
            .copied()
    });
}

fn jump(app: &mut App, pick: impl FnOnce(&[Match], Point) -> Option<Match>) {
    let Some(pane) = focused(app) else { return };
    let Some(scroll) = pane.scroll.as_ref() else {
        return;
    };
    match pick(&scroll.matches, scroll.cursor) {
        Some(found) => go(pane, found.start.row, found.start.col),
        None => app.say(Weight::Plain, "nothing was searched for; / searches"),
    }
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
