//! Owns which keys each section has and what each may be. Knows nothing of files. Called by `Config::parse`.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error::ConfigError;
use super::key_lines::{self, Actions};
use super::lists;
use super::order::ListColumn;
use super::pattern::{Deny, FileName, Pattern};
use super::read::{
    Document, Read, Section, Value, list, number, parsed, some, switch, text, word, wrong,
};
use super::settings::{
    Audit, Broadcast, Config, Context, Guard, History, List, Shell, Switch, Timeouts, Ui,
};
use super::{colour, values};
use crate::ids::{NAMESPACE_RULE, is_namespace};

const MAX_LINES: u64 = 1_000_000;
const KIB: u64 = 1024;

/// Reads every section; what is wrong stays in the document.
pub(super) fn config(document: &mut Document<'_>, actions: Actions<'_>) -> Config {
    let (config, errors) = all(document.root(), actions);
    document.report(errors);
    config
}

fn all(mut root: Section<'_, '_>, actions: Actions<'_>) -> (Config, Vec<ConfigError>) {
    let mut errors = Vec::new();
    let config = Config {
        keys: key_lines::keys(root.section("keys"), actions, &mut errors),
        shell: shell(root.section("shell"), &mut errors),
        timeouts: timeouts(root.section("timeouts"), &mut errors),
        broadcast: broadcast(root.section("broadcast"), &mut errors),
        guard: guard(root.section("guard"), &mut errors),
        history: history(root.section("history"), &mut errors),
        list: list_section(root.section("list"), &mut errors),
        audit: audit(root.section("audit"), &mut errors),
        ui: ui(root.section("ui"), &mut errors),
        contexts: contexts(root.section("contexts"), &mut errors),
        file: FileName::default(),
    };
    errors.extend(root.finish(section_of));
    (config, errors)
}

// The defaults are the one list of all keys.
fn section_of(key: &str) -> Option<String> {
    let defaults = serde_json::to_value(Config::default()).ok()?;
    let sections = defaults.as_object()?;
    sections
        .iter()
        .find(|(_, section)| section.get(key).is_some())
        .map(|(name, _)| name.clone())
}

fn shell(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Shell {
    let default = Shell::default();
    let shell = Shell {
        command: section.get("command", default.command, |v| some(v, word)),
        term: section.get("term", default.term, |v| parsed(v, terminal)),
        reconnect: section.get("reconnect", default.reconnect, |v| {
            parsed(v, lists::reconnect)
        }),
        debug_image: section.get("debug_image", default.debug_image, |v| parsed(v, image)),
    };
    errors.extend(section.finish(section_of));
    shell
}

fn timeouts(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Timeouts {
    let default = Timeouts::default();
    let timeouts = Timeouts {
        request: section.get("request", default.request, |v| within(v, "1s", "1h")),
        open: section.get("open", default.open, |v| within(v, "1s", "10m")),
        grace: section.get("grace", default.grace, |v| within(v, "100ms", "1m")),
        cleanup: section.get("cleanup", default.cleanup, |v| within(v, "1s", "10m")),
        run: section.get("run", default.run, |v| none_or_within(v, "100ms", "24h")),
        lease: section.get("lease", default.lease, |v| none_or_within(v, "10s", "24h")),
    };
    errors.extend(section.finish(section_of));
    timeouts
}

fn broadcast(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Broadcast {
    let default = Broadcast::default();
    let broadcast = Broadcast {
        confirm_over: section.get("confirm_over", default.confirm_over, |v| {
            number(v, 0..=10_000)
        }),
        max_targets_at: section.stand("max_targets"),
        max_targets: section.get("max_targets", default.max_targets, |v| {
            number(v, 1..=10_000)
        }),
        idle_off: section.get("idle_off", default.idle_off, |v| {
            none_or_within(v, "1s", "24h")
        }),
    };
    errors.extend(section.finish(section_of));
    broadcast
}

fn guard(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Guard {
    let default = Guard::default();
    let lines = section.lines();
    let pattern = |v: &Value<'_>| word(v).map(|text| Pattern::new(&text, Some(lines.of(v))));
    let deny = |v: &Value<'_>| {
        let text = word(v)?;
        Deny::new(&text, lines.of(v)).or_else(|error| wrong(v, broken_expression(&error)))
    };
    let guard = Guard {
        read_only_at: section.stand("read_only"),
        read_only: section.get("read_only", default.read_only, switch),
        protected_contexts: section.get("protected_contexts", default.protected_contexts, |v| {
            list(v, pattern)
        }),
        protected_namespaces: section.get(
            "protected_namespaces",
            default.protected_namespaces,
            |v| list(v, pattern),
        ),
        deny: section.get("deny", default.deny, |v| list(v, deny)),
        clipboard: section.get("clipboard", default.clipboard, |v| {
            parsed(v, lists::clipboard)
        }),
    };
    errors.extend(section.finish(section_of));
    guard
}

/// It goes into the environment of a shell: what terminfo names look like.
fn terminal(name: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-._".contains(c);
    if !name.is_empty() && name.chars().all(fits) {
        Ok(name.to_owned())
    } else {
        Err("a terminal's name belongs here, such as \"xterm-256color\": letters, digits and + - . _".to_owned())
    }
}

fn image(name: &str) -> Result<String, String> {
    if name.chars().all(|c| c.is_ascii_graphic()) {
        Ok(name.to_owned())
    } else {
        Err("an image belongs here, such as \"busybox:1.36\", or \"\" for none".to_owned())
    }
}

fn columns(value: &Value<'_>) -> Read<Vec<ListColumn>> {
    let mut seen = Vec::new();
    some(value, |v| {
        let column = parsed(v, lists::column)?;
        if seen.contains(&column) {
            return wrong(v, format!("`{}` is named twice", column.name()));
        }
        seen.push(column);
        Ok(column)
    })
}

fn namespace(name: &str) -> Result<String, String> {
    if is_namespace(name) {
        Ok(name.to_owned())
    } else {
        Err(NAMESPACE_RULE.to_owned())
    }
}

// The crate draws the expression over several lines; ours shows the line of the file already.
fn broken_expression(error: &regex::Error) -> String {
    let whole = error.to_string();
    let last = whole.lines().last().unwrap_or_default();
    format!(
        "this is no regular expression: {}",
        last.trim_start_matches("error: ")
    )
}

fn history(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> History {
    let default = History::default();
    let history = History {
        lines: section.get("lines", default.lines, |v| number(v, 0..=MAX_LINES)),
        bytes_per_pane: section.get("bytes_per_pane", default.bytes_per_pane, at_least_64_kib),
        bytes_total: section.get("bytes_total", default.bytes_total, at_least_64_kib),
    };
    errors.extend(section.finish(section_of));
    history
}

fn list_section(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> List {
    let default = List::default();
    let read = List {
        columns: section.get("columns", default.columns, columns),
        sort: section.get("sort", default.sort, |v| parsed(v, lists::sort)),
        group: section.get("group", default.group, |v| parsed(v, lists::group)),
        namespaces: section.get("namespaces", default.namespaces, |v| {
            list(v, |v| parsed(v, namespace))
        }),
    };
    errors.extend(section.finish(section_of));
    read
}

fn audit(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Audit {
    let default = Audit::default();
    let audit = Audit {
        enabled: section.get("enabled", default.enabled, switch),
        text: section.get("text", default.text, switch),
    };
    errors.extend(section.finish(section_of));
    audit
}

fn ui(mut section: Section<'_, '_>, errors: &mut Vec<ConfigError>) -> Ui {
    let default = Ui::default();
    let ui = Ui {
        theme_at: section.at("theme"),
        theme: section.get("theme", default.theme, word),
        ascii: section.get("ascii", default.ascii, on_off_or_auto),
        mouse: section.get("mouse", default.mouse, switch),
        max_fps: section.get("max_fps", default.max_fps, |v| number(v, 1..=120)),
        list_width: section.get("list_width", default.list_width, |v| number(v, 20..=120)),
        copy_command: section.get("copy_command", default.copy_command, |v| list(v, word)),
    };
    errors.extend(section.finish(section_of));
    ui
}

fn contexts(
    mut section: Section<'_, '_>,
    errors: &mut Vec<ConfigError>,
) -> BTreeMap<String, Context> {
    let mut contexts = BTreeMap::new();
    for (name, _, value) in section.rest() {
        let mut one = section.below(name, Some(value));
        let context = Context {
            alias: one.get("alias", None, |v| word(v).map(Some)),
            color: one.get("color", None, |v| parsed(v, colour::parse).map(Some)),
            protected_at: one.stand("protected"),
            protected: one.get("protected", None, |v| switch(v).map(Some)),
            clipboard: one.get("clipboard", None, |v| parsed(v, lists::clipboard).map(Some)),
        };
        errors.extend(one.finish(|_| None));
        contexts.insert(name.to_owned(), context);
    }
    errors.extend(section.into_errors());
    contexts
}

fn on_off_or_auto(value: &Value<'_>) -> Read<Switch> {
    match (value.get_ref().as_bool(), value.get_ref().as_str()) {
        (Some(true), _) => Ok(Switch::On),
        (Some(false), _) => Ok(Switch::Off),
        (None, Some("auto")) => Ok(Switch::Auto),
        (None, _) => wrong(value, "true, false or \"auto\" belongs here"),
    }
}

pub(super) fn within(value: &Value<'_>, from: &str, to: &str) -> Read<Duration> {
    let read = parsed(value, values::duration)?;
    let bounds = values::duration(from).ok().zip(values::duration(to).ok());
    match bounds {
        Some((from, to)) if (from..=to).contains(&read) => Ok(read),
        Some(_) | None => wrong(value, format!("the duration must be from {from} to {to}")),
    }
}

fn none_or_within(value: &Value<'_>, from: &str, to: &str) -> Read<Option<Duration>> {
    if text(value)?.is_empty() {
        return Ok(None);
    }
    within(value, from, to).map(Some)
}

fn at_least_64_kib(value: &Value<'_>) -> Read<u64> {
    let read = parsed(value, values::size)?;
    if read < 64 * KIB {
        wrong(value, "the size must be at least 64KiB")
    } else {
        Ok(read)
    }
}
