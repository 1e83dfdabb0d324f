//! Owns changes of settings while the console runs: the file was edited, or a theme was picked.

use crate::app::{App, Settings, Turn, Weight};
use crate::config::Theme;

/// The file was read again; a wrong one changes nothing.
pub(super) fn reloaded(app: &mut App, result: Result<Settings, String>, turn: &mut Turn<'_>) {
    match result {
        Ok(settings) => {
            app.settings = settings;
            app.say(Weight::Plain, "settings read again");
        }
        Err(why) => app.say(Weight::Bad, format!("settings unchanged: {why}")),
    }
    app.place_everything(turn);
}

/// Names of the themes that can be picked.
pub(super) fn theme_names() -> Vec<String> {
    Theme::built_in_names().map(str::to_owned).collect()
}

/// Uses a theme until the console ends.
pub(super) fn use_theme(app: &mut App, name: &str) {
    if let Some(theme) = Theme::built_in(name) {
        app.settings.look.theme = theme;
        app.say(
            Weight::Plain,
            format!("theme {name}, until the console ends"),
        );
    }
}
