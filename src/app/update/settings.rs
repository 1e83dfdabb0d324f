//! Owns changes of settings while the console runs: the file was edited, or a theme was picked.

use crate::app::{App, ContextState, Effect, MouseUse, Settings, Turn, Weight};
use crate::config::Theme;

use super::guard;

/// The file was read again; a wrong one changes nothing.
pub(super) fn reloaded(app: &mut App, result: Result<Settings, String>, turn: &mut Turn<'_>) {
    match result {
        Ok(settings) => {
            let others = guard::differ(&app.settings.config, &settings.config);
            app.settings = settings;
            name_contexts(app);
            take_or_leave_mouse(app, turn);
            app.say(Weight::Plain, "settings read again");
            if others {
                guard::changed(app, turn);
            }
        }
        Err(why) => {
            let first = why.lines().next().unwrap_or_default();
            app.say(Weight::Bad, format!("settings unchanged: {first}"));
        }
    }
    app.place_everything(turn);
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
    let own = |name: &str| {
        let mut own = app.settings.themes.iter();
        own.find(|(of, _)| of == name)
            .map(|(_, theme)| theme.clone())
    };
    if let Some(theme) = Theme::built_in(name).or_else(|| own(name)) {
        let depth = app.settings.look.theme.depth();
        app.settings.look.theme = theme.at_depth(depth);
        app.say(
            Weight::Plain,
            format!("theme {name}, until the console ends"),
        );
    }
}
