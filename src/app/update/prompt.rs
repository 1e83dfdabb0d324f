//! Owns lines that the user types: filter, search, command, namespace, file name.

use crate::app::overlay::prompt::{Reach, Saved};
use crate::app::overlay::{Overlay, Prompt, PromptKind};
use crate::app::run::Run;
use crate::app::{App, Effect, Focus, Turn, Weight};
use crate::inventory::Filter;
use crate::keys::{Chord, Key};

use super::{list, run, search, text, watch};

/// Opens the filter with what it holds now.
pub(super) fn filter(app: &mut App) {
    let text = app.list.view.spec().filter.text().to_owned();
    app.overlays.push(Overlay::Prompt(
        Prompt::new(PromptKind::Filter, &text).selected(),
    ));
}

/// Opens the line for a command in the marked pods, with the one that was refused last.
pub(super) fn run(app: &mut App) {
    if app.focus == Focus::List && app.list.targets(&app.inventory).is_empty() {
        return app.say(Weight::Plain, "no pod is under the cursor");
    }
    let prompt = Prompt::new(PromptKind::Run, &app.run_draft).selected();
    app.overlays.push(Overlay::Prompt(prompt));
}

/// Opens the search of the focused pane's scrollback.
pub(super) fn search(app: &mut App) {
    let Some(pane) = app.focused_pane() else {
        return;
    };
    let before = pane
        .scroll
        .as_ref()
        .map(|scroll| scroll.query.clone())
        .unwrap_or_default();
    let kind = PromptKind::Search {
        pane: pane.id,
        reach: Reach::ThisPane,
    };
    app.overlays
        .push(Overlay::Prompt(Prompt::new(kind, &before).selected()));
}

/// Opens the line for a file name.
pub(super) fn save(app: &mut App, saved: Saved) {
    let name = match saved {
        Saved::Answers => "podmux-answers.txt",
        Saved::Copied if app.copied.is_none() => {
            return app.say(Weight::Plain, "nothing was copied yet");
        }
        Saved::Copied => "podmux-copy.txt",
    };
    let prompt = Prompt::new(PromptKind::Save(saved), name);
    app.overlays.push(Overlay::Prompt(prompt));
}

/// Gives a key to the open prompt.
pub(super) fn key(app: &mut App, chord: Chord, turn: &mut Turn<'_>) {
    let Some(Overlay::Prompt(prompt)) = app.overlays.last_mut() else {
        return;
    };
    if chord.key == Key::Esc || chord == Chord::ctrl('c') {
        return leave(app);
    }
    if chord.key == Key::Enter {
        return accept(app, turn);
    }
    if let (Key::Tab, PromptKind::Search { reach, .. }) = (chord.key, &mut prompt.kind) {
        *reach = match reach {
            Reach::ThisPane => Reach::AllPanes,
            Reach::AllPanes => Reach::ThisPane,
        };
        return;
    }
    prompt.key(chord);
    follow(app);
}

/// Pasted text counts as typed.
pub(super) fn follow(app: &mut App) {
    let Some(Overlay::Prompt(prompt)) = app.overlays.last() else {
        return;
    };
    if prompt.kind == PromptKind::Filter {
        let text = prompt.edit.line().to_owned();
        list::respec(app, |spec| spec.filter = Filter::parse(&text));
    }
}

fn leave(app: &mut App) {
    let Some(Overlay::Prompt(prompt)) = app.overlays.pop() else {
        return;
    };
    match prompt.kind {
        PromptKind::Filter => {
            list::respec(app, |spec| spec.filter = Filter::parse(&prompt.before));
        }
        PromptKind::Run => app.run_draft.clear(),
        PromptKind::Search { .. }
        | PromptKind::SearchPage
        | PromptKind::Namespace { .. }
        | PromptKind::Save(_) => {}
    }
}

fn accept(app: &mut App, turn: &mut Turn<'_>) {
    let Some(Overlay::Prompt(prompt)) = app.overlays.last() else {
        return;
    };
    let (kind, line) = (prompt.kind.clone(), prompt.edit.line().to_owned());
    let accepted = match kind {
        PromptKind::Filter => Ok(()),
        PromptKind::Search { pane, reach } => search::search(app, pane, reach, &line),
        PromptKind::SearchPage => text::search(app, &line),
        PromptKind::Run => run::typed(app, &line, turn),
        PromptKind::Namespace { context } => watch::typed_namespace(app, &context, &line, turn),
        PromptKind::Save(saved) => write(app, saved, line.trim(), turn),
    };
    match accepted {
        Ok(()) => remove_prompt(app),
        Err(complaint) => {
            if let Some(Overlay::Prompt(prompt)) = app.overlays.last_mut() {
                prompt.complaint = Some(complaint);
            }
        }
    }
}

/// Writes what is to be saved to the file that was named.
fn write(app: &App, saved: Saved, path: &str, turn: &mut Turn<'_>) -> Result<(), String> {
    if path.is_empty() {
        return Err("type a file name; Esc leaves".to_owned());
    }
    let text = match saved {
        Saved::Answers => app.run.as_ref().map(Run::text),
        Saved::Copied => app.copied.clone(),
    };
    if let Some(text) = text {
        let path = path.to_owned();
        turn.push(Effect::Save { path, text });
    }
    Ok(())
}

/// What was accepted may have put its own overlay on top.
fn remove_prompt(app: &mut App) {
    let at = app
        .overlays
        .iter()
        .rposition(|overlay| matches!(overlay, Overlay::Prompt(_)));
    if let Some(at) = at {
        app.overlays.remove(at);
    }
}
