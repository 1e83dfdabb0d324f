//! Owns changes of settings while the console runs: the file was edited, or a theme was picked.

use crate::app::{App, ContextState, Effect, MouseUse, Settings, Turn, Weight};
use crate::config::Theme;
use crate::config::waits::Waits;

use super::{guard, list};

/// The file was read again; a wrong one changes nothing.
pub(super) fn reloaded(app: &mut App, result: Result<Settings, String>, turn: &mut Turn<'_>) {
    match result {
        Ok(settings) => {
            let others = guard::differ(&app.settings.config, &settings.config);
            let old = std::mem::replace(&mut app.settings, settings);
            name_contexts(app);
            list::settings_changed(app, &old.config);
            if app.settings.config.ui.mouse != old.config.ui.mouse {
                take_or_leave_mouse(app, turn);
            }
            let waits = Waits::between(&app.started, &old.config, &app.settings.config);
            app.say(Weight::Plain, read_again(&waits));
            keep_picked(app, old);
            if others {
                guard::changed(app, turn);
            }
        }
        Err(why) => app.say(Weight::Bad, format!("settings unchanged: {why}")),
    }
    app.place_everything(turn);
}

/// What was read, and what of it is not yet so.
fn read_again(waits: &Waits) -> String {
    let part = |when: &str, names: &[&str]| match names {
        [] => String::new(),
        names => format!("; {when}: {}", names.join(", ")),
    };
    let restart = part("from the next start", &waits.restart);
    let new_shells = part("for new shells", &waits.new_shells);
    format!("settings read again{restart}{new_shells}")
}

/// A theme that was picked stays until the settings name another one; where its file is wrong now, it stays as it was.
fn keep_picked(app: &mut App, old: Settings) {
    let Some(name) = app.theme_picked.take() else {
        return;
    };
    if app.settings.config.ui.theme != old.config.ui.theme {
        return;
    }
    match find_theme(app, &name) {
        Some(Ok(theme)) => wear(app, theme),
        Some(Err(why)) => {
            app.settings.look.theme = old.look.theme;
            app.say(Weight::Bad, format!("theme unchanged: {why}"));
        }
        None => return,
    }
    app.theme_picked = Some(name);
}

/// Alias and protection of open contexts are as the settings say now.
fn name_contexts(app: &mut App) {
    let config = &app.settings.config;
    for name in app.contexts.active() {
        if let Some(context) = app.contexts.get_mut(&name) {
            let fresh = ContextState::opening(&name, context.color, config);
            context.short = fresh.short;
            context.protected = fresh.protected;
        }
    }
}

fn take_or_leave_mouse(app: &mut App, turn: &mut Turn<'_>) {
    let wanted = MouseUse::wanted(&app.settings.config);
    if app.mouse != wanted {
        app.mouse = wanted;
        turn.push(Effect::Mouse(wanted));
    }
}

/// Names of the themes that can be picked.
pub(super) fn theme_names(app: &App) -> Vec<String> {
    let own = app.settings.themes.iter().map(|(name, _)| name.clone());
    let mut names: Vec<String> = Theme::built_in_names().map(str::to_owned).collect();
    names.extend(own.filter(|name| Theme::built_in(name).is_none()));
    names
}

/// Uses a theme until the console ends.
pub(super) fn use_theme(app: &mut App, name: &str) {
    match find_theme(app, name) {
        Some(Ok(theme)) => {
            wear(app, theme);
            app.theme_picked = Some(name.to_owned());
            app.say(
                Weight::Plain,
                format!("theme {name}, until the console ends"),
            );
        }
        Some(Err(why)) => app.say(Weight::Bad, format!("theme unchanged: {why}")),
        None => {}
    }
}

fn find_theme(app: &App, name: &str) -> Option<Result<Theme, String>> {
    let own = || {
        let mut own = app.settings.themes.iter();
        own.find(|(of, _)| of == name)
            .map(|(_, theme)| theme.clone())
    };
    Theme::built_in(name).map(Ok).or_else(own)
}

/// In colours that the terminal can show.
fn wear(app: &mut App, theme: Theme) {
    let depth = app.settings.look.theme.depth();
    app.settings.look.theme = theme.at_depth(depth);
}
