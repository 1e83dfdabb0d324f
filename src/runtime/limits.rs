//! Owns the settings that effects are carried out with, read anew when the settings change. Called by the loop and its start.

use std::time::Duration;

use super::unattended;
use crate::config::Config;
use crate::journal::audit::KeepText;

/// Limits that effects are carried out with.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    pub(super) times: unattended::Limits,
    /// For commands that run in many pods.
    pub(super) run: Option<Duration>,
    /// Silence of this client after which a guard ends its sessions.
    pub(super) lease: Option<Duration>,
    pub(super) term: String,
    pub(super) copy_command: Vec<String>,
    /// Of commands in many pods, in the audit.
    pub(super) keep_text: KeepText,
}

impl Limits {
    pub(super) fn of(config: &Config) -> Self {
        Self {
            times: unattended::Limits {
                open: config.timeouts.open,
                grace: config.timeouts.grace,
                cleanup: config.timeouts.cleanup,
            },
            run: config.timeouts.run,
            lease: config.timeouts.lease,
            term: config.shell.term.clone(),
            copy_command: config.ui.copy_command.clone(),
            keep_text: config.audit.text.into(),
        }
    }
}
