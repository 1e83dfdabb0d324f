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

/// The sentence for a state folder that cannot be written.
pub fn unwritable(why: &str) -> String {
    format!(
        "{why}; what is started in pods could not be recorded for cleanup. Make the folder writable, or set XDG_STATE_HOME to one that is"
    )
}
