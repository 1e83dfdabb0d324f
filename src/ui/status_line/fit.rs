//! Owns which parts of the status line go first where there is little room. The mode cell is never cut. Pure. Called by `status_line`.

use std::cmp::Ordering;

use crate::ui::paint::{Pen, Piece, width};
use crate::ui::text;

/// Least blanks between the left and the right side.
const GAP: usize = 2;

/// Columns that a notice should have, then those that it should have at least, where it has to be cut.
const READABLE: [usize; 3] = [20, 8, 0];

/// A part of the line in its forms, from the longest to the shortest.
pub(super) type Forms = Vec<Vec<Piece>>;

/// All that the line could hold.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    pub(super) mode: Vec<Piece>,
    /// Who is hidden or out, or how far a cancel is.
    pub(super) who: Forms,
    /// Context, namespaces, watch; the last form is the name alone.
    pub(super) context: Forms,
    /// A long name cut at its start: what is left of the context where even the name has no room.
    pub(super) clipped: Vec<Piece>,
    /// Hints or the current notice.
    pub(super) right: Forms,
    /// Forms of the right side that are given up before the context loses anything.
    pub(super) easy: usize,
    pub(super) hints: Hints,
    pub(super) joint: Joint,
}

/// What stands between who is hidden or out and the context.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Joint {
    #[default]
    Blanks,
    /// They are one list: whom a question is about.
    Dot,
}

/// What the hints are worth.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Hints {
    /// They go before the watch and the names do.
    #[default]
    Welcome,
    /// The way out of a broadcast, a run or a dialog: it outlives the watch and the names.
    Needed,
    /// A notice: it outlives the watch and loses its own end before the context loses its name.
    Notice,
}

/// What the line holds: from the left, and up to the right end.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) left: Vec<Piece>,
    pub(super) right: Vec<Piece>,
}

/// The form taken of each part; past the last one it is left out, the context after its clipped name.
#[derive(Clone, Copy, Default)]
struct Taken {
    who: usize,
    context: usize,
    right: usize,
}

/// Fits the parts into so many columns.
pub(super) fn fit(columns: usize, parts: &Parts, pen: Pen<'_>) -> Line {
    let taken = chosen(columns, parts, pen);
    let left = whole_mode(left(parts, taken, pen), columns, pen);
    let room = columns.saturating_sub(width(&left) + GAP + 1);
    let right = form(&parts.right, taken.right).to_vec();
    Line {
        right: cut(right, room, pen),
        left,
    }
}

/// The first step that fits; a notice gives up its own end before the context gives up its name.
fn chosen(columns: usize, parts: &Parts, pen: Pen<'_>) -> Taken {
    let steps = steps(parts);
    let fits = |taken: &Taken, most: usize| {
        let right = width(form(&parts.right, taken.right)).min(most);
        let gap = if right == 0 { 0 } else { GAP };
        width(&left(parts, *taken, pen)) + gap + right < columns
    };
    let notice = parts.hints == Hints::Notice;
    let named = |taken: &Taken| !notice || taken.context <= parts.context.len();
    let shortest = |taken: &Taken| {
        notice && taken.who + 1 >= parts.who.len() && taken.context + 1 >= parts.context.len()
    };
    let whole = steps
        .iter()
        .find(|taken| named(taken) && fits(taken, usize::MAX));
    let cut_to = |most: usize| {
        let mut steps = steps.iter();
        steps.find(|taken| named(taken) && shortest(taken) && fits(taken, most))
    };
    let taken = whole.or_else(|| READABLE.into_iter().find_map(cut_to));
    taken.or(steps.last()).copied().unwrap_or_default()
}

/// What does not fit behind the mode cell loses its end, and is seen to.
fn whole_mode(mut line: Vec<Piece>, columns: usize, pen: Pen<'_>) -> Vec<Piece> {
    if width(&line) <= columns || line.is_empty() {
        return line;
    }
    let rest = line.split_off(1);
    let room = columns.saturating_sub(width(&line));
    line.extend(cut(rest, room, pen));
    line
}

/// The order in which parts shrink.
fn steps(parts: &Parts) -> Vec<Taken> {
    let last_right = parts.right.len().saturating_sub(1);
    let last_context = parts.context.len().saturating_sub(1);
    let last_who = parts.who.len().saturating_sub(1);
    let easy = parts.easy.min(last_right);
    let mut steps = vec![Taken::default()];
    let mut to = |who: usize, context: usize, right: usize| {
        let mut taken = steps.last().copied().unwrap_or_default();
        while taken.right < right {
            taken.right += 1;
            steps.push(taken);
        }
        while taken.context < context {
            taken.context += 1;
            steps.push(taken);
        }
        while taken.who < who {
            taken.who += 1;
            steps.push(taken);
        }
    };
    to(0, 0, easy);
    match parts.hints {
        Hints::Welcome => {
            to(0, last_context.min(2), easy);
            to(0, last_context.min(2), last_right);
            to(0, last_context, last_right);
            to(last_who, last_context, last_right);
        }
        Hints::Needed | Hints::Notice => {
            to(0, last_context, easy);
            to(last_who, last_context, easy);
            to(last_who, last_context, last_right);
        }
    }
    let without = parts.context.len() + 1;
    to(last_who, without, last_right);
    if last_right > 0 {
        to(last_who, without, parts.right.len());
    }
    steps
}

fn form(forms: &[Vec<Piece>], index: usize) -> &[Piece] {
    forms.get(index).map_or(&[], Vec::as_slice)
}

fn left(parts: &Parts, taken: Taken, pen: Pen<'_>) -> Vec<Piece> {
    let blank = |columns: usize| pen.own(&" ".repeat(columns), crate::config::Role::Text);
    let mut line = parts.mode.clone();
    let who = form(&parts.who, taken.who);
    let context = match taken.context.cmp(&parts.context.len()) {
        Ordering::Less => form(&parts.context, taken.context),
        Ordering::Equal => &parts.clipped,
        Ordering::Greater => &[],
    };
    if !who.is_empty() {
        line.push(blank(1));
        line.extend_from_slice(who);
    }
    if !context.is_empty() {
        line.push(match parts.joint {
            _ if who.is_empty() => blank(1),
            Joint::Blanks => blank(3),
            Joint::Dot => pen.own(" · ", crate::config::Role::Dim),
        });
        line.extend_from_slice(context);
    }
    line
}

/// What does not fit loses its end, by whole words.
fn cut(pieces: Vec<Piece>, room: usize, pen: Pen<'_>) -> Vec<Piece> {
    if width(&pieces) <= room {
        return pieces;
    }
    if room < 4 {
        return Vec::new();
    }
    let mut left = room;
    let mut kept = Vec::new();
    for piece in pieces {
        let shown = text::keep_words(&piece.text, left, &pen.cut());
        let whole = shown == piece.text;
        left -= text::width(&shown).min(left);
        kept.push(Piece {
            text: shown,
            ..piece
        });
        if !whole || left == 0 {
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Look, Role, Theme};
    use proptest::prelude::*;

    fn look() -> Look {
        Look::new(Theme::plain())
    }

    fn forms(pen: Pen<'_>, texts: &[&str]) -> Forms {
        texts
            .iter()
            .map(|text| {
                if text.is_empty() {
                    Vec::new()
                } else {
                    vec![pen.own(text, Role::Text)]
                }
            })
            .collect()
    }

    fn shown(columns: usize, parts: &Parts) -> String {
        let look = look();
        let line = fit(columns, parts, Pen { look: &look });
        let text = |pieces: &[Piece]| {
            pieces
                .iter()
                .map(|piece| piece.text.clone())
                .collect::<String>()
        };
        let (left, right) = (text(&line.left), text(&line.right));
        let gap = columns.saturating_sub(1 + text::width(&left) + text::width(&right));
        format!("{left}{}{right}", " ".repeat(gap))
    }

    fn parts(
        pen: Pen<'_>,
        mode: &str,
        who: &[&str],
        context: &[&str],
        right: &[&str],
        easy: usize,
    ) -> Parts {
        Parts {
            mode: vec![pen.own(mode, Role::Text)],
            who: forms(pen, who),
            context: forms(pen, context),
            clipped: Vec::new(),
            right: forms(pen, right),
            easy,
            hints: Hints::Needed,
            joint: Joint::Blanks,
        }
    }

    /// A notice keeps the mode, who is out and the context's name; what it has no room for it loses at its end.
    #[test]
    fn a_notice_loses_its_end_before_the_context_loses_its_name() {
        let look = look();
        let pen = Pen { look: &look };
        let long = "run in 12 pods refused: guard.read_only is set (--read-only)";
        let who = ["1 hidden: …kk02s · 1 out: …9xw4t", "1 hidden · 1 out"];
        let table: [(usize, &[&str], &str, &str); 9] = [
            (
                96,
                &[],
                long,
                " LIST  !prod-eu · shop · ● live    run in 12 pods refused: guard.read_only is set (--read-only)",
            ),
            (
                80,
                &[],
                long,
                " LIST  !prod-eu    run in 12 pods refused: guard.read_only is set (--read-only)",
            ),
            (
                60,
                &[],
                long,
                " LIST  !prod-eu   run in 12 pods refused: guard.read_only …",
            ),
            (40, &[], long, " LIST  !prod-eu        run in 12 pods …"),
            (36, &[], long, " LIST  !…-eu       run in 12 pods …"),
            (26, &[], long, " LIST  !prod-eu  run in …"),
            (
                80,
                &who,
                long,
                " LIST  1 hidden · 1 out   !prod-eu    run in 12 pods refused: guard.read_only …",
            ),
            (
                80,
                &who,
                "refused",
                " LIST  1 hidden: …kk02s · 1 out: …9xw4t   !prod-eu · shop · ● live      refused",
            ),
            (40, &who, long, " LIST  1 hidden · 1 out   !prod-eu"),
        ];
        for (columns, who, notice, expected) in table {
            let parts = Parts {
                hints: Hints::Notice,
                clipped: vec![pen.own("!…-eu", Role::Text)],
                ..parts(pen, " LIST ", who, &CONTEXT, &[notice], 0)
            };
            assert_eq!(shown(columns, &parts).trim_end(), expected, "{columns}");
        }
    }

    const CONTEXT: [&str; 3] = ["!prod-eu · shop · ● live", "!prod-eu · ● live", "!prod-eu"];

    #[test]
    fn at_80_columns_the_watch_goes_before_who_is_out() {
        let look = look();
        let pen = Pen { look: &look };
        let who = ["1 hidden: …kk02s · 1 out: …9xw4t", "1 hidden · 1 out"];
        let right = ["Ctrl-g: b off  o out  B compose", "Ctrl-g b off"];
        let parts = parts(pen, " BROADCAST 6 of 7 ", &who, &CONTEXT, &right, 1);
        assert_eq!(
            shown(80, &parts),
            " BROADCAST 6 of 7  1 hidden: …kk02s · 1 out: …9xw4t   !prod-eu     Ctrl-g b off"
        );
    }

    #[test]
    fn at_80_columns_the_namespace_goes_before_the_watch() {
        let look = look();
        let pen = Pen { look: &look };
        let parts = parts(
            pen,
            " HERE ONLY ",
            &["broadcast 5 of 6 waits"],
            &CONTEXT,
            &["Ctrl-g: o join  b off"],
            0,
        );
        assert_eq!(
            shown(80, &parts),
            " HERE ONLY  broadcast 5 of 6 waits   !prod-eu · ● live    Ctrl-g: o join  b off"
        );
    }

    #[test]
    fn a_notice_that_does_not_fit_loses_its_end() {
        let look = look();
        let pen = Pen { look: &look };
        let parts = parts(
            pen,
            " LIST ",
            &[],
            &CONTEXT,
            &["a long sentence about something"],
            0,
        );
        assert_eq!(shown(24, &parts), " LIST          a long …");
    }

    proptest! {
        #[test]
        fn the_mode_is_never_cut(columns in 1usize..140, mode in " [A-Z]{1,9} ", who in "[a-z ]{0,60}", right in "[a-z ]{0,60}") {
            let look = look();
            let pen = Pen { look: &look };
            let parts = parts(pen, &mode, &[&who, ""], &CONTEXT, &[&right, "? keys", "?"], 1);
            let line = fit(columns, &parts, pen);
            prop_assert_eq!(&line.left.first().unwrap().text, &mode);
            if columns > mode.len() + 1 {
                prop_assert!(width(&line.left) + width(&line.right) <= columns);
            }
        }
    }
}
