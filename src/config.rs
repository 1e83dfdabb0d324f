//! Owns the settings, their defaults, and the reading of them from text with errors that name line, column and the right word.
//! Also owns the themes. Knows nothing of files, terminals or actions. Called by `runtime`, `headless`, `app`, `ui` and `cli`.

pub mod colour;
pub mod error;
pub mod look;
pub mod order;
pub mod pattern;
pub mod settings;
pub mod theme;
pub mod values;
pub mod waits;

mod defaults;
mod key_lines;
mod lists;
mod read;
mod sections;

pub use error::{ConfigError, ConfigErrors, Place};
pub use look::{LineSet, Look, Mark, Weight};
pub use order::{Direction, Group, ListColumn, Sort};
pub use pattern::{At, Deny, FileName, Pattern, Stand};
pub use settings::{
    Audit, Broadcast, ClipboardRule, Config, Context, Guard, History, KeyEntry, Keys, List,
    Reconnect, Shell, Switch, Timeouts, Ui,
};
pub use theme::{ColorDepth, Role, Theme};

use key_lines::Actions;

impl Config {
    /// Reads the whole text; what it leaves out keeps its default. `file_name` is only printed, names of actions are taken as they are.
    ///
    /// # Errors
    /// [`ConfigErrors`] with everything that is wrong: broken TOML, unknown keys, wrong values.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, ConfigErrors> {
        Self::read(text, file_name, Actions::Any)
    }

    /// The same, where `[keys]` may name these actions and no others.
    ///
    /// # Errors
    /// As [`Config::parse`], and for each action that is unknown.
    pub fn parse_for(actions: &[&str], text: &str, file_name: &str) -> Result<Self, ConfigErrors> {
        Self::read(text, file_name, Actions::These(actions))
    }

    fn read(text: &str, file_name: &str, actions: Actions<'_>) -> Result<Self, ConfigErrors> {
        let mut document = read::Document::parse(text);
        let config = sections::config(&mut document, actions);
        let errors = document.into_errors();
        if errors.is_empty() {
            let file = FileName(file_name.to_owned());
            return Ok(Self { file, ..config });
        }
        Err(ConfigErrors::new(file_name, text, errors))
    }

    /// `file:line` of something set there; the option where it was given on the command line; empty for a default.
    pub fn origin(&self, stand: Stand) -> String {
        match stand {
            Stand::Default => String::new(),
            Stand::Line(line) => format!("{}:{line}", self.file.0),
            Stand::Flag(flag) => flag.to_owned(),
        }
    }

    /// Whether a context is protected, and by what: its own setting counts before the patterns.
    pub fn protection(&self, context: &str) -> Option<Stand> {
        let own = self
            .contexts
            .get(context)
            .and_then(|own| Some((own.protected?, own.protected_at)));
        if let Some((protected, stand)) = own {
            return protected.then_some(stand);
        }
        let mut patterns = self.guard.protected_contexts.iter();
        patterns
            .find(|pattern| pattern.matches(context))
            .map(Pattern::stand)
    }

    /// What programs in the pods of a context may put on the clipboard.
    pub fn clipboard(&self, context: &str) -> ClipboardRule {
        let own = self.contexts.get(context).and_then(|own| own.clipboard);
        own.unwrap_or(self.guard.clipboard)
    }

    /// The JSON schema of the file, for editors. A test makes it anew from the types and compares.
    pub const fn schema() -> &'static str {
        include_str!("config/schema.json")
    }
}

#[cfg(test)]
mod tests;
