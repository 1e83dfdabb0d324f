//! Owns following the settings file and the themes: they are read again when one of them changes. What is wrong changes nothing but
//! is told. Called by `console`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::clusters::send;
use super::paths::Paths;
use super::perform::Note;
use super::settings_file::SettingsSource;
use crate::app::Event;

/// Editors write a file in several steps: it is read when they are done.
const STEPS: Duration = Duration::from_millis(200);

/// Follows the files until it is dropped.
#[derive(Debug)]
pub(super) struct SettingsWatch {
    task: JoinHandle<()>,
}

impl SettingsWatch {
    /// Starts following; `None` where there is nothing to follow, or no way to.
    pub(super) fn start(source: SettingsSource, notes: mpsc::Sender<Note>) -> Option<Self> {
        let files = followed(&source);
        let (wakes, mut changed) = mpsc::channel(1);
        let own = files.clone();
        let told = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| concerns(&event, &own)) {
                // A full queue holds a change that was not looked at yet: one look covers both.
                wakes.try_send(()).ok();
            }
        };
        let mut watcher = notify::recommended_watcher(told)
            .inspect_err(|error| tracing::warn!(%error, "changed settings are not noticed"))
            .ok()?;
        let mut folders = BTreeSet::new();
        watch_folders(&mut watcher, &files, &mut folders);
        if folders.is_empty() {
            return None;
        }
        let task = tokio::spawn(async move {
            while changed.recv().await.is_some() {
                tokio::time::sleep(STEPS).await;
                while changed.try_recv().is_ok() {}
                // Before they are read: what changes from now on is told again.
                watch_folders(&mut watcher, &files, &mut folders);
                let result = source.load().map_err(|error| error.brief());
                send(&notes, Note::Event(Event::Settings(Box::new(result)))).await;
            }
        });
        Some(Self { task })
    }
}

impl Drop for SettingsWatch {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// The settings file, what it is a link to, and the folder of themes as a file in it.
fn followed(source: &SettingsSource) -> Vec<PathBuf> {
    let path = source
        .path()
        .map(|path| std::path::absolute(&path).unwrap_or(path));
    let target = path.as_ref().and_then(|path| path.canonicalize().ok());
    let themes = Paths::of_user().map(|paths| paths.themes.join("*"));
    path.into_iter().chain(target).chain(themes).collect()
}

/// Watches the folders of the files; of one that is not there yet, the nearest that it will be in.
fn watch_folders(
    watcher: &mut RecommendedWatcher,
    files: &[PathBuf],
    folders: &mut BTreeSet<PathBuf>,
) {
    // One that was removed and made again is another one.
    folders.retain(|folder| folder.is_dir());
    let nearest = |file: &PathBuf| {
        let above = file.ancestors().skip(1).find(|above| above.is_dir());
        above.map(Path::to_owned)
    };
    for folder in files.iter().filter_map(nearest) {
        if !folders.contains(&folder) && watcher.watch(&folder, RecursiveMode::NonRecursive).is_ok()
        {
            folders.insert(folder);
        }
    }
}

/// Whether an event is a change of one of these files or of a folder above one; that one was read, by us too, is none.
fn concerns(event: &notify::Event, files: &[PathBuf]) -> bool {
    let change = match event.kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write))
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_) => true,
        EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
    };
    let ours = |path: &PathBuf| {
        files.iter().any(|file| {
            file.starts_with(path) || (file.ends_with("*") && file.parent() == path.parent())
        })
    };
    change && event.paths.iter().any(ours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use notify::event::{DataChange, ModifyKind};

    fn event(kind: EventKind, path: &str) -> notify::Event {
        notify::Event::new(kind).add_path(path.into())
    }

    #[test]
    fn only_changes_of_our_files_count() {
        let files = [
            PathBuf::from("/c/config.toml"),
            PathBuf::from("/c/themes/*"),
        ];
        let modified = EventKind::Modify(ModifyKind::Data(DataChange::Content));
        let opened = EventKind::Access(AccessKind::Open(AccessMode::Read));
        assert!(concerns(&event(modified, "/c/config.toml"), &files));
        assert!(concerns(&event(modified, "/c/themes/mine.toml"), &files));
        assert!(concerns(&event(modified, "/c/themes"), &files));
        assert!(!concerns(&event(modified, "/c/other.toml"), &files));
        assert!(!concerns(&event(opened, "/c/config.toml"), &files));
    }
}
