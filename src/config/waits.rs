//! Owns which changed settings do not take effect at once, and what they wait for. Called by `app` when the file was read again.

use super::settings::Config;

/// Names of changed settings that wait for something, in the order of the file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Waits {
    /// For the next start of podmux.
    pub restart: Vec<&'static str>,
    /// For the next shell that is opened.
    pub new_shells: Vec<&'static str>,
}

impl Waits {
    /// What of the change from `old` to `new` waits, in a program that was started with `started`.
    pub fn between(started: &Config, old: &Config, new: &Config) -> Self {
        let request = |config: &Config| config.timeouts.request;
        let audit = |config: &Config| config.audit.enabled;
        let names = |config: &Config| config.list.namespaces.clone();
        let restart = [
            ("timeouts.request", differs(request, new, [old, started])),
            ("list.namespaces", differs(names, new, [old, started])),
            ("audit.enabled", differs(audit, new, [old, started])),
        ];
        let (was, is) = (&old.history, &new.history);
        let new_shells = [
            ("shell.command", old.shell.command != new.shell.command),
            ("shell.term", old.shell.term != new.shell.term),
            ("timeouts.lease", old.timeouts.lease != new.timeouts.lease),
            ("history.lines", was.lines != is.lines),
            (
                "history.bytes_per_pane",
                was.bytes_per_pane != is.bytes_per_pane,
            ),
        ];
        Self {
            restart: changed(&restart),
            new_shells: changed(&new_shells),
        }
    }
}

fn differs<T: PartialEq>(of: impl Fn(&Config) -> T, new: &Config, others: [&Config; 2]) -> bool {
    others.iter().all(|other| of(other) != of(new))
}

fn changed(settings: &[(&'static str, bool)]) -> Vec<&'static str> {
    let changed = settings.iter().filter(|(_, changed)| *changed);
    changed.map(|(name, _)| *name).collect()
}
