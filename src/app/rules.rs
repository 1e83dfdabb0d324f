//! Owns the translation of the configuration into guard rules, each with where it stands. Called by `update/guard.rs` and by the
//! headless commands, so that both mean the same.

use crate::config::{Config, Pattern as Written, Stand};
use crate::session::guard::{Deny, Origin, Pattern, Rules};

/// The rules for targets in these contexts.
pub fn rules<'a>(config: &Config, contexts: impl IntoIterator<Item = &'a str>) -> Rules {
    let origin = |stand: Stand| Origin(config.origin(stand));
    let protected = contexts.into_iter().filter_map(|name| {
        let stand = config.protection(name)?;
        Some(Pattern::standing(name, origin(stand)))
    });
    let namespace =
        |written: &Written| Pattern::standing(written.as_str(), origin(written.stand()));
    let count = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    Rules {
        read_only: config.guard.read_only,
        read_only_at: origin(config.guard.read_only_at),
        protected_contexts: protected.collect(),
        protected_namespaces: config
            .guard
            .protected_namespaces
            .iter()
            .map(namespace)
            .collect(),
        confirm_over: count(config.broadcast.confirm_over),
        max_targets: count(config.broadcast.max_targets),
        max_targets_at: origin(config.broadcast.max_targets_at),
        deny: config
            .guard
            .deny
            .iter()
            .map(|deny| Deny {
                regex: deny.regex().clone(),
                origin: origin(Stand::Line(deny.line())),
            })
            .collect(),
    }
}
