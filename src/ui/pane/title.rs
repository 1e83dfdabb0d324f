//! Owns the line above a pane: what stands there, and what goes first where there is little room. Pure. Called by `pane`.

use ratatui::style::{Modifier, Style};

use crate::config::{Mark, Role, Weight};
use crate::ui::paint::{Pen, Piece, width};
use crate::ui::pane::sign::Sign;
use crate::ui::text;

/// What a pane is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Name {
    /// The context with its look; only where there are several.
    pub(super) context: Option<(String, Style)>,
    pub(super) pod: String,
    pub(super) container: String,
}

/// How a pane stands among the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stand {
    pub(super) focused: bool,
    pub(super) zoomed: bool,
    pub(super) line: Style,
}

/// The line, exactly as many columns wide as asked for.
pub(super) fn compose(
    columns: usize,
    name: &Name,
    sign: &Sign,
    stand: Stand,
    pen: Pen<'_>,
) -> Vec<Piece> {
    let set = pen.look.lines(sign.weight);
    let plain = |text: String| Piece {
        text,
        style: stand.line,
    };
    let corner = if stand.zoomed {
        set.horizontal
    } else {
        set.corner
    };
    let mark = sign.mark.map_or(set.horizontal, |mark| pen.look.mark(mark));
    let mut head = vec![
        plain(corner.to_string()),
        marked(mark, sign, pen, stand.line),
        plain(" ".into()),
    ];
    if stand.focused {
        head.push(pen.styled(
            &pen.look.mark(Mark::Focus).to_string(),
            pen.style(Role::Accent),
        ));
    }
    let tail = vec![
        plain(" ".into()),
        pen.own(&sign.word, sign.role),
        plain(" ".into()),
        plain(set.horizontal.to_string()),
    ];
    let room = columns.saturating_sub(width(&head) + width(&tail) + 1);
    let named = fit(name, room, stand.focused, pen);
    let fill = columns.saturating_sub(width(&head) + width(&named) + width(&tail));
    head.extend(named);
    if fill > 0 {
        head.push(plain(format!(
            " {}",
            set.horizontal.to_string().repeat(fill - 1)
        )));
    }
    head.extend(tail);
    clip_head(head, columns)
}

fn marked(mark: char, sign: &Sign, pen: Pen<'_>, line: Style) -> Piece {
    let style = match (sign.mark, sign.weight) {
        (None, _) => line,
        (Some(_), Weight::Heavy) => pen.style(Role::Broadcast),
        (Some(_), Weight::Light | Weight::Double) => pen.style(sign.role),
    };
    Piece {
        text: mark.to_string(),
        style,
    }
}

/// The container goes first, then the start of the name; the end of the name stays.
fn fit(name: &Name, room: usize, focused: bool, pen: Pen<'_>) -> Vec<Piece> {
    let style = if focused {
        pen.reversed(Role::Accent)
    } else {
        pen.style(Role::Text)
    };
    let piece = |text: String| Piece { text, style };
    let prefix = name.context.iter().flat_map(|(context, look)| {
        let look = if focused {
            look.add_modifier(Modifier::REVERSED)
        } else {
            *look
        };
        [pen.styled(context, look), piece(":".to_owned())]
    });
    let prefix: Vec<Piece> = prefix.collect();
    let pod = text::printable(&name.pod);
    let container = format!(
        " {} {}",
        pen.look.mark(Mark::Dot),
        text::printable(&name.container)
    );
    let whole = width(&prefix) + text::width(&pod);
    if !name.container.is_empty() && whole + text::width(&container) <= room {
        return prefix
            .into_iter()
            .chain([piece(pod), piece(container)])
            .collect();
    }
    if whole <= room {
        return prefix.into_iter().chain([piece(pod)]).collect();
    }
    let left = room.saturating_sub(width(&prefix));
    if left >= 6 {
        return prefix
            .into_iter()
            .chain([piece(pen.name(&pod, left))])
            .collect();
    }
    vec![piece(pen.name(&pod, room))]
}

/// Where not even the state fits, its end is what is left of the line.
fn clip_head(pieces: Vec<Piece>, columns: usize) -> Vec<Piece> {
    let mut over = width(&pieces).saturating_sub(columns);
    let cut = |mut piece: Piece| {
        let gone = over.min(piece.width());
        over -= gone;
        if gone > 0 {
            piece.text = text::keep_end(&piece.text, piece.width() - gone, "");
        }
        piece
    };
    pieces.into_iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Look, Theme};
    use proptest::prelude::*;
    use rstest::rstest;

    fn name(pod: &str) -> Name {
        Name {
            context: None,
            pod: pod.to_owned(),
            container: "app".to_owned(),
        }
    }

    fn sign(word: &str, weight: Weight, mark: Option<Mark>) -> Sign {
        Sign {
            word: word.to_owned(),
            weight,
            mark,
            role: Role::Text,
        }
    }

    fn shown(
        columns: usize,
        name: &Name,
        sign: &Sign,
        focused: bool,
        zoomed: bool,
        ascii: bool,
    ) -> String {
        let look = Look {
            theme: Theme::plain(),
            ascii,
        };
        let stand = Stand {
            focused,
            zoomed,
            line: Style::new(),
        };
        let pieces = compose(columns, name, sign, stand, Pen { look: &look });
        pieces.into_iter().map(|piece| piece.text).collect()
    }

    #[rstest]
    #[case(
        43,
        "web-6d9c8-m2v8d",
        "opening 2 s",
        Weight::Light,
        None,
        false,
        "┌─ web-6d9c8-m2v8d · app ──── opening 2 s ─"
    )]
    #[case(
        43,
        "web-6d9c8-4kq2p",
        "live",
        Weight::Light,
        None,
        true,
        "┌─ ▸web-6d9c8-4kq2p · app ────────── live ─"
    )]
    #[case(
        43,
        "web-6d9c8-4kq2p",
        "live",
        Weight::Heavy,
        Some(Mark::Receives),
        true,
        "┏» ▸web-6d9c8-4kq2p · app ━━━━━━━━━━ live ━"
    )]
    #[case(
        40,
        "web-6d9c8-9xw4t",
        "opted out",
        Weight::Light,
        Some(Mark::Out),
        false,
        "┌× web-6d9c8-9xw4t · app ─── opted out ─"
    )]
    #[case(
        40,
        "web-58b7f-zz81k",
        "≠ differs",
        Weight::Heavy,
        Some(Mark::Receives),
        false,
        "┏» web-58b7f-zz81k · app ━━━ ≠ differs ━"
    )]
    #[case(
        40,
        "web-6d9c8-9xw4t",
        "not confirmed, 1 left",
        Weight::Double,
        Some(Mark::Alert),
        false,
        "╔! …6d9c8-9xw4t  not confirmed, 1 left ═"
    )]
    #[case(
        40,
        "web-6d9c8-7hhzn",
        "cancelling 1.2 s",
        Weight::Light,
        None,
        true,
        "┌─ ▸web-6d9c8-7hhzn ─ cancelling 1.2 s ─"
    )]
    fn titles_look_as_agreed(
        #[case] columns: usize,
        #[case] pod: &str,
        #[case] word: &str,
        #[case] weight: Weight,
        #[case] mark: Option<Mark>,
        #[case] focused: bool,
        #[case] expected: &str,
    ) {
        assert_eq!(
            shown(
                columns,
                &name(pod),
                &sign(word, weight, mark),
                focused,
                false,
                false
            ),
            expected
        );
    }

    #[test]
    fn a_zoomed_pane_has_no_corner() {
        let sign = sign("live", Weight::Heavy, Some(Mark::Receives));
        let line = shown(40, &name("web-6d9c8-4kq2p"), &sign, true, true, false);
        assert_eq!(line, "━» ▸web-6d9c8-4kq2p · app ━━━━━━━ live ━");
    }

    #[test]
    fn ascii_keeps_weight_and_marks_apart() {
        let heavy = sign("live", Weight::Heavy, Some(Mark::Receives));
        assert_eq!(
            shown(30, &name("db-0"), &heavy, true, false, true),
            "#& >db-0 - app ======== live ="
        );
    }

    #[test]
    fn the_context_stands_before_the_pod() {
        let mut named = name("db-0");
        named.container = "pg".to_owned();
        named.context = Some(("!ap-prod".to_owned(), Style::new()));
        let silent = sign("silent 12 s", Weight::Double, Some(Mark::Alert));
        assert_eq!(
            shown(40, &named, &silent, false, false, false),
            "╔! !ap-prod:db-0 · pg ════ silent 12 s ═"
        );
    }

    proptest! {
        #[test]
        fn the_line_is_as_wide_as_its_pane(columns in 0usize..80, pod in "[a-z0-9-]{1,40}", word in "[a-z ]{1,24}", focused: bool, zoomed: bool) {
            let line = shown(columns, &name(&pod), &sign(&word, Weight::Light, None), focused, zoomed, false);
            prop_assert_eq!(text::width(&line), columns);
            if columns >= text::width(&word) + 2 {
                prop_assert!(line.contains(&word), "{:?}", line);
            }
        }
    }
}
