//! Owns every setting with its type. Knows nothing of TOML. Read by `app`, `runtime`, `headless` and `ui`.

use std::collections::BTreeMap;
use std::time::Duration;

use ratatui::style::Color;
#[cfg(test)]
use schemars::JsonSchema;
use serde::Serialize;

use super::error::Place;
use super::order::{Group, ListColumn, Sort};
use super::pattern::{At, Deny, FileName, Pattern, Stand};
use super::values;
#[cfg(test)]
use super::values::OneOrMany;
use crate::keys::Chord;

/// All settings of podmux.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub keys: Keys,
    pub shell: Shell,
    pub timeouts: Timeouts,
    pub broadcast: Broadcast,
    pub guard: Guard,
    pub history: History,
    pub list: List,
    pub audit: Audit,
    pub ui: Ui,
    /// Settings of single contexts, by the name in the kubeconfig.
    pub contexts: BTreeMap<String, Context>,
    /// The file that was read.
    #[serde(skip)]
    pub file: FileName,
}

/// `[keys]`: the prefix and, per action, the chords that replace its default ones.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default)]
#[cfg_attr(test, schemars(extend("additionalProperties" = { "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })))]
pub struct Keys {
    /// Chords that address podmux from inside a pane, at least one.
    #[serde(serialize_with = "values::print_all")]
    #[cfg_attr(test, schemars(with = "OneOrMany"))]
    pub prefix: Vec<Chord>,
    #[serde(skip)]
    pub prefix_at: At,
    /// How long after the prefix the list of keys pops up.
    #[serde(serialize_with = "values::print_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::DURATION)))]
    pub which_key_after: Duration,
    /// The other lines, one per action, in the order of the file. Their names are known ones.
    #[serde(skip)]
    pub actions: Vec<KeyEntry>,
}

/// One line of `[keys]`: an action and the chords that run it; no chord takes its keys away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyEntry {
    pub name: String,
    pub chords: Vec<Chord>,
    /// Where the name stands.
    pub place: Place,
}

/// `[shell]`: what is started in a container.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Shell {
    /// Candidates, tried in this order inside one exec; at least one.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub command: Vec<String>,
    /// TERM inside of the pane.
    #[cfg_attr(test, schemars(extend("pattern" = "^[A-Za-z0-9+._-]+$")))]
    pub term: String,
    /// What happens after a session was lost.
    pub reconnect: Reconnect,
    /// Image of the ephemeral container offered where a container has no shell; empty: none is offered.
    #[cfg_attr(test, schemars(extend("pattern" = "^[!-~]*$")))]
    pub debug_image: String,
}

/// What happens after a session was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Reconnect {
    /// The pane waits for a key.
    #[default]
    Ask,
    /// A new session is opened once the old one is cleaned up.
    Auto,
}

/// `[timeouts]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// For one plain request to the API server.
    #[serde(serialize_with = "values::print_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::DURATION)))]
    pub request: Duration,
    /// From asking for a session to its first byte.
    #[serde(serialize_with = "values::print_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::DURATION)))]
    pub open: Duration,
    /// From the interrupt to the cleanup.
    #[serde(serialize_with = "values::print_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::DURATION)))]
    pub grace: Duration,
    /// For one try of the cleanup.
    #[serde(serialize_with = "values::print_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::DURATION)))]
    pub cleanup: Duration,
    /// For one command of `podmux run`; none: no limit.
    #[serde(serialize_with = "values::print_optional_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::NO_DURATION_OR_ONE)))]
    pub run: Option<Duration>,
    /// How long a session outlives a console that no longer answers; none: the guard is off.
    #[serde(serialize_with = "values::print_optional_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::NO_DURATION_OR_ONE)))]
    pub lease: Option<Duration>,
}

/// `[broadcast]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Broadcast {
    /// More targets than this want their number typed.
    #[cfg_attr(test, schemars(range(max = 10_000)))]
    pub confirm_over: u32,
    /// More targets than this are refused, at least 1.
    #[cfg_attr(test, schemars(range(min = 1, max = 10_000)))]
    pub max_targets: u32,
    #[serde(skip)]
    pub max_targets_at: Stand,
    /// Broadcast switches itself off after this long without a key; none: never.
    #[serde(serialize_with = "values::print_optional_duration")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::NO_DURATION_OR_ONE)))]
    pub idle_off: Option<Duration>,
}

/// `[guard]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Guard {
    /// Refuses shells, run, compose and port-forward.
    pub read_only: bool,
    #[serde(skip)]
    pub read_only_at: Stand,
    /// Contexts whose names must be typed before many get something.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub protected_contexts: Vec<Pattern>,
    /// Namespaces whose names must be typed before many get something.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub protected_namespaces: Vec<Pattern>,
    /// Regular expressions that composed and run text must not match.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub deny: Vec<Deny>,
    /// What programs in pods may put on the clipboard.
    pub clipboard: ClipboardRule,
}

/// What programs in pods may put on the clipboard (OSC 52). They never learn what is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ClipboardRule {
    /// Nothing; that they wanted to is told.
    #[default]
    Off,
    /// What the user looked at and took.
    Ask,
    /// Any text, at most once a second.
    Allow,
}

/// `[history]`: what each pane keeps of its output.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct History {
    /// Lines per pane, 0..=1,000,000.
    #[cfg_attr(test, schemars(range(max = 1_000_000)))]
    pub lines: u32,
    /// Bytes per pane.
    #[serde(serialize_with = "values::print_size")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::SIZE)))]
    pub bytes_per_pane: u64,
    /// Bytes of all panes together.
    #[serde(serialize_with = "values::print_size")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = values::SIZE)))]
    pub bytes_total: u64,
}

/// `[list]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct List {
    /// Columns from left to right; those that do not fit fall off at the right.
    #[cfg_attr(test, schemars(length(min = 1), extend("uniqueItems" = true)))]
    pub columns: Vec<ListColumn>,
    /// Order of the rows; a minus before the column turns it around.
    #[serde(serialize_with = "values::print_one")]
    #[cfg_attr(test, schemars(with = "String", extend("pattern" = super::lists::sort_pattern())))]
    pub sort: Sort,
    /// What the rows are grouped by.
    pub group: Group,
    /// Namespaces listed at start; empty: all, where that is allowed.
    #[cfg_attr(
        test,
        schemars(inner(regex(pattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")))
    )]
    pub namespaces: Vec<String>,
}

/// `[audit]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// Whether who did what is written down.
    pub enabled: bool,
    /// Whether composed, pasted and run text is written as text; else as count and hash.
    pub text: bool,
}

/// `[ui]`
#[derive(Clone, PartialEq, Debug, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Ui {
    /// Name of a theme; `auto`: light or dark as the terminal is.
    #[cfg_attr(test, schemars(length(min = 1)))]
    pub theme: String,
    #[serde(skip)]
    pub theme_at: At,
    /// Whether lines and marks are drawn in ASCII; `auto`: in the C locale.
    #[serde(serialize_with = "values::print_switch")]
    #[cfg_attr(test, schemars(with = "values::OnOffOrAuto"))]
    pub ascii: Switch,
    /// Whether podmux takes the mouse.
    pub mouse: bool,
    /// Frames per second, 1..=120.
    #[cfg_attr(test, schemars(range(min = 1, max = 120)))]
    pub max_fps: u32,
    /// Width of the list beside panes in cells, 20..=120.
    #[cfg_attr(test, schemars(range(min = 20, max = 120)))]
    pub list_width: u16,
    /// Command that takes copied text on its standard input; empty: tmux or the terminal.
    pub copy_command: Vec<String>,
}

/// A switch that podmux may set itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Switch {
    #[default]
    Auto,
    On,
    Off,
}

/// `[contexts.NAME]`
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[cfg_attr(test, derive(JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Context {
    /// Short name shown instead of the context's; none: the context's name, shortened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Colour of the name; none: the next one of the theme.
    #[serde(skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<String>", extend("pattern" = super::colour::PATTERN)))]
    pub color: Option<Color>,
    /// Whether it is protected; none: as `protected_contexts` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    #[serde(skip)]
    pub protected_at: Stand,
    /// What its pods may put on the clipboard; none: as `[guard]` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clipboard: Option<ClipboardRule>,
}
