//! Owns how contexts, namespaces and watches are named: a protected context is reversed wherever it is written.
//! Called by all of `ui`.

use ratatui::style::Style;

use crate::app::{App, ContextState};
use crate::config::Role;
use crate::ui::paint::{Pen, Piece};

/// The look of a context's name: protected ones reversed, of several each in its own colour.
pub(super) fn style(context: &ContextState, app: &App, pen: Pen<'_>) -> Style {
    if context.protected {
        return pen.reversed(Role::Bad);
    }
    let own = app.settings.config.contexts.get(context.name.as_str());
    if let Some(color) = own.and_then(|own| own.color) {
        return pen.look.theme.own_colour(color);
    }
    if app.contexts.several() {
        return pen.look.theme.context(context.color);
    }
    pen.style(Role::Text)
}

/// The name of a context as it is always written.
pub(super) fn name(context: &ContextState, app: &App, pen: Pen<'_>) -> Piece {
    Piece {
        text: crate::ui::text::printable(&context.shown()),
        style: style(context, app, pen),
    }
}

/// A sentence of podmux in which every protected context that it names stands out.
pub(super) fn sentence(app: &App, text: &str, look: Style, pen: Pen<'_>) -> Vec<Piece> {
    let protected: Vec<String> = app
        .contexts
        .open()
        .iter()
        .filter(|context| context.protected)
        .map(ContextState::shown)
        .collect();
    let bad = pen.reversed(Role::Bad);
    let mut pieces = Vec::new();
    let mut rest = crate::ui::text::printable(text);
    while let Some((at, name)) = first_of(&rest, &protected) {
        let after = rest.split_off(at);
        pieces.push(pen.styled(&rest, look));
        pieces.push(Piece {
            text: name.clone(),
            style: bad,
        });
        after
            .get(name.len()..)
            .unwrap_or_default()
            .clone_into(&mut rest);
    }
    pieces.push(pen.styled(&rest, look));
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

fn first_of<'a>(text: &str, names: &'a [String]) -> Option<(usize, &'a String)> {
    names
        .iter()
        .filter_map(|name| Some((text.find(name.as_str())?, name)))
        .min_by_key(|(at, name)| (*at, usize::MAX - name.len()))
}
