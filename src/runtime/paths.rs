//! Owns where podmux keeps its files, and what to say when a folder cannot be written.

use std::path::PathBuf;

use directories::ProjectDirs;

/// The folders of this user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Paths {
    pub config: PathBuf,
    pub themes: PathBuf,
    pub state: PathBuf,
    /// What panes showed.
    pub recordings: PathBuf,
}

impl Paths {
    /// By the rules of the platform; `None` without a home folder.
    pub fn of_user() -> Option<Self> {
        let dirs = ProjectDirs::from("", "", "podmux")?;
        // Only Linux has a folder for state.
        let state = dirs
            .state_dir()
            .unwrap_or_else(|| dirs.data_dir())
            .to_owned();
        Some(Self {
            config: dirs.config_dir().join("config.toml"),
            themes: dirs.config_dir().join("themes"),
            state,
            recordings: dirs.data_dir().join("recordings"),
        })
    }

    /// What must be cleaned up.
    pub fn journal(&self) -> PathBuf {
        self.state.join("journal.jsonl")
    }

    /// Who did what.
    pub fn audit(&self) -> PathBuf {
        self.state.join("audit.jsonl")
    }

    /// Texts that were composed before.
    pub fn history(&self) -> PathBuf {
        self.state.join("history.jsonl")
    }
}

/// What is kept of everything that is started in a pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Record {
    /// For its cleanup.
    Journal,
    /// For who asks later who it was.
    Audit,
}

/// The sentence for a record that cannot be written.
pub fn unwritable(record: Record, why: &str) -> String {
    let help = "Make room there and the folder writable, or set XDG_STATE_HOME to one that is";
    match record {
        Record::Journal => {
            format!("{why}; what is started in pods could not be recorded for cleanup. {help}")
        }
        Record::Audit => format!(
            "{why}; the audit would miss what is done, so nothing new is started. {help}, or switch the audit off: enabled = false under [audit]"
        ),
    }
}
