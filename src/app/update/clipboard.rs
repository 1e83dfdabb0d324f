//! Owns what programs in pods may put on the clipboard (OSC 52): nothing, what its user takes, or anything, as the settings say for
//! their context. What a program wants never opens a dialog and never takes a key.

use std::time::Duration;

use crate::app::overlay::Answer;
use crate::app::{Action, App, Effect, Place, Turn, Weight};
use crate::config::ClipboardRule;
use crate::ids::SessionId;
use crate::inventory::printable_line;

use super::{guard, keyboard};

/// A pod that sets it faster than a user can copy wants something else.
const EVERY: Duration = Duration::from_secs(1);

/// Lines of a text that are shown before it is taken.
const SHOWN: usize = 5;

/// Columns of each.
const COLUMNS: usize = 60;

/// What a pod wants on the clipboard; the newest only.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Offer {
    /// Who wants it.
    pod: String,
    text: String,
}

/// A program set the clipboard.
pub(super) fn wanted(app: &mut App, session: SessionId, bytes: &[u8], turn: &mut Turn<'_>) {
    let Some((pod, context)) = app.pane_of(session).map(|pane| {
        let pod = &pane.target.pod;
        (pod.name.to_string(), pod.context.clone())
    }) else {
        return;
    };
    let rule = app.settings.config.clipboard(context.as_str());
    let text = std::str::from_utf8(bytes).map(clean).unwrap_or_default();
    match rule {
        ClipboardRule::Off => refused(app, &pod, "refused"),
        ClipboardRule::Ask | ClipboardRule::Allow if text.is_empty() => {
            refused(app, &pod, "refused: it is no text");
        }
        ClipboardRule::Ask => {
            let key = app.settings.keys.shown(Place::Prefix, Action::Clipboard);
            let (prefix, size) = (keyboard::shown_prefix(app), size(&text));
            let says = format!("{pod} wants {size} on the clipboard: {prefix} {key} shows it");
            app.offer = Some(Offer { pod, text });
            app.say(Weight::Plain, says);
        }
        ClipboardRule::Allow => allowed(app, &pod, text, turn),
    }
}

fn refused(app: &mut App, pod: &str, how: &str) {
    app.say(
        Weight::Plain,
        format!("{pod} wanted to set the clipboard; {how}"),
    );
}

fn allowed(app: &mut App, pod: &str, text: String, turn: &mut Turn<'_>) {
    let now = app.now;
    let soon = |last| now.saturating_duration_since(last) < EVERY;
    if app.clipboard_set.is_some_and(soon) {
        return refused(app, pod, "refused: it was just set");
    }
    app.clipboard_set = Some(now);
    let size = size(&text);
    app.say(Weight::Plain, format!("{pod} set the clipboard: {size}"));
    turn.push(Effect::Copy { text });
}

/// Shows what a pod wants on the clipboard, and asks.
pub(super) fn show(app: &mut App) {
    let Some(offer) = app.offer.take() else {
        return app.say(Weight::Plain, "no pod wants anything on the clipboard");
    };
    let all = offer.text.lines().count();
    let shown = offer.text.lines().take(SHOWN);
    let mut lines: Vec<String> = shown
        .map(|line| printable_line(line).chars().take(COLUMNS).collect())
        .collect();
    if all > SHOWN {
        lines.push(format!("and {} more lines", all - SHOWN));
    }
    let title = format!("{} of {} for the clipboard", size(&offer.text), offer.pod);
    let ways = guard::Ways {
        yes: "put it on your clipboard",
        no: "drop it".into(),
    };
    guard::ask_yes(app, title, lines, &ways, Answer::SetClipboard(offer.text));
}

/// Text without controls, which a paste could hide something in.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

fn size(text: &str) -> String {
    let (characters, lines) = (text.chars().count(), text.lines().count());
    let unit = if characters == 1 {
        "character"
    } else {
        "characters"
    };
    if lines > 1 {
        format!("{characters} {unit} in {lines} lines")
    } else {
        format!("{characters} {unit}")
    }
}
