//! Owns the opening of the journal: a shared lock while it is in use, and compaction while nobody else uses it. Knows the journal's
//! lines, not what becomes of them. Called by the console at start and by `headless`.

use std::collections::{BTreeSet, HashMap};
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::line_file::{Durability, LineFile, LineFileError, Written};
use super::paths::{Record, unwritable};
use super::unattended::records::owner_state;
use crate::app::event::JournalState;
use crate::ids::SessionId;
use crate::journal::entry::rewritten;
use crate::journal::{Folded, OwnerState, fold};
use crate::session::census::Client;

/// Opens or creates the journal; where no other process uses it, closed entries are dropped first. Other podmux processes may append
/// to it at the same time, but none may compact it.
///
/// # Errors
/// [`LineFileError::Open`] when folder, lock or file cannot be made or written.
pub fn open(path: &Path) -> Result<LineFile, LineFileError> {
    let lock = locked(path).map_err(|error| LineFileError::Open {
        path: path.display().to_string(),
        why: error.to_string(),
    })?;
    let mut file = LineFile::open(path)?;
    file.hold(lock);
    Ok(file)
}

/// Reads the journal as it lies on the disk; a missing one is empty.
///
/// # Errors
/// Any other reason why it cannot be read.
pub fn read(path: &Path) -> io::Result<Folded> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(fold(&bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Folded::default()),
        Err(error) => Err(error),
    }
}

/// The sessions that this machine's journal knows of, and whether their clients run; none where it cannot be read.
pub fn owners(path: &Path) -> Owners {
    let open = read(path).map(|folded| folded.open).unwrap_or_default();
    open.iter()
        .map(|entry| (entry.session, owner_state(&entry.intent.owner)))
        .collect()
}

/// Open sessions of this machine's journal.
pub type Owners = HashMap<SessionId, OwnerState>;

/// Whether the client of a process can still be there.
pub fn client(owners: &Owners, session: Option<SessionId>) -> Client {
    match session.and_then(|session| owners.get(&session)) {
        Some(OwnerState::Alive) => Client::Here,
        Some(OwnerState::Gone) => Client::Gone,
        None => Client::Perhaps,
    }
}

/// A quiet line on what earlier runs may have left in pods; `None` when there is nothing, or nothing can be read.
pub(super) fn earlier(path: &Path) -> Option<String> {
    let folded = read(path).ok()?;
    let left = folded
        .open
        .iter()
        .filter(|entry| owner_state(&entry.intent.owner) == OwnerState::Gone);
    let pods: BTreeSet<&str> = left.map(|entry| entry.intent.uid.as_str()).collect();
    let where_ = match pods.len() {
        0 => return None,
        pods => crate::text::pods(pods),
    };
    Some(format!(
        "`podmux reap` shows what earlier runs may have left in {where_}"
    ))
}

fn locked(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let lock = private().open(beside(path, "lock"))?;
    match lock.try_lock() {
        Ok(()) => {
            compact(path)?;
            lock.unlock()?;
        }
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    lock.lock_shared()?;
    Ok(lock)
}

/// Replaces the journal by what is still open in it. The old one stays until the new one is on the disk.
fn compact(path: &Path) -> io::Result<()> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut kept = Vec::new();
    for line in fold(&bytes).open.iter().flat_map(rewritten) {
        kept.extend(line.to_bytes()?);
    }
    if kept.len() >= bytes.len() {
        return Ok(());
    }
    let new = beside(path, "new");
    let mut file = private().truncate(true).open(&new)?;
    file.write_all(&kept)?;
    file.sync_all()?;
    std::fs::rename(&new, path)?;
    path.parent()
        .map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).write(true).mode(0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Where the files of the state folder are.
#[derive(Default)]
pub(super) struct Places {
    pub(super) journal: PathBuf,
    /// None where no audit is wanted.
    pub(super) audit: Option<PathBuf>,
}

/// A file of the state folder, if it could be opened.
pub(super) type Opened = Option<Arc<LineFile>>;

/// Opens what could not be opened before, and tries both with a line that says nothing.
///
/// # Errors
/// Why one of them still cannot be opened.
pub(super) fn tried(
    journal: &mut Opened,
    audit: &mut Opened,
    places: &Places,
) -> Result<Recorded, LineFileError> {
    let file = match journal {
        Some(file) => file,
        None => journal.insert(Arc::new(open(&places.journal)?)),
    };
    if let (None, Some(path)) = (&audit, &places.audit) {
        *audit = Some(Arc::new(LineFile::open(path)?));
    }
    let nothing = String::new;
    Ok(Recorded {
        intent: file.append(nothing(), Durability::Synced),
        audit: audit
            .as_ref()
            .map(|file| file.append(nothing(), Durability::Buffered)),
    })
}

/// What has to be written down before the opens that follow, until they take it.
#[derive(Default)]
pub(super) struct OnTheWay {
    pub(super) intents: HashMap<SessionId, Written>,
    /// By the session's text.
    pub(super) audits: HashMap<String, Written>,
}

impl OnTheWay {
    /// What this open waits for; `None` without a journal.
    pub(super) fn take(&mut self, session: SessionId) -> Option<Recorded> {
        let audit = self.audits.remove(&session.to_string());
        let intent = self.intents.remove(&session)?;
        Some(Recorded { intent, audit })
    }
}

/// What has to be written down before something is started, on its way to the disk.
pub(super) struct Recorded {
    pub(super) intent: Written,
    /// None where no audit is wanted.
    pub(super) audit: Option<Written>,
}

impl Recorded {
    /// Waits for the disk.
    pub(super) async fn state(self) -> JournalState {
        let state = state(Record::Journal, self.intent.await);
        match self.audit {
            Some(audit) if state == JournalState::Writable => {
                self::state(Record::Audit, audit.await)
            }
            Some(_) | None => state,
        }
    }
}

/// What the answer to one line means for new sessions.
pub(super) fn state(
    record: Record,
    written: Result<Result<(), LineFileError>, tokio::sync::oneshot::error::RecvError>,
) -> JournalState {
    match written {
        Ok(Ok(())) => JournalState::Writable,
        Ok(Err(error)) => blocked(record, &error),
        Err(_gone) => JournalState::Blocked("the writer of the records is gone".to_owned()),
    }
}

/// No new sessions, and why.
pub(super) fn blocked(record: Record, error: &LineFileError) -> JournalState {
    JournalState::Blocked(unwritable(record, &error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SessionId;
    use crate::journal::{CloseReason, Fact, Intent, JournalLine, Owner};

    fn line(session: u8, fact: Fact) -> Vec<u8> {
        let session = SessionId::from_bytes([session; 16]);
        JournalLine {
            at: 1,
            session,
            fact,
        }
        .to_bytes()
        .unwrap()
    }

    fn intent(session: u8) -> Vec<u8> {
        let text = || "x".to_owned();
        let owner = Owner {
            pid: 1,
            start: 1,
            boot_id: text(),
        };
        let intent = Intent {
            context: text(),
            server: text(),
            namespace: text(),
            pod: text(),
            uid: text(),
            container: text(),
            container_id: None,
            tty: false,
            argv: text(),
            owner,
        };
        line(session, Fact::Intent(Box::new(intent)))
    }

    fn journal() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let closed = line(
            1,
            Fact::Closed {
                reason: CloseReason::Proven,
            },
        );
        std::fs::write(&path, [intent(1), intent(2), closed].concat()).unwrap();
        (folder, path)
    }

    #[test]
    fn closed_entries_are_dropped_when_nobody_else_uses_it() {
        let (_folder, path) = journal();
        let _file = open(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), intent(2));
    }

    #[test]
    fn a_journal_in_use_is_left_as_it_is() {
        let (_folder, path) = journal();
        let before = std::fs::read(&path).unwrap();
        let lock = private().open(beside(&path, "lock")).unwrap();
        lock.lock_shared().unwrap();
        let _file = open(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn what_earlier_runs_left_is_one_quiet_line() {
        let (_folder, path) = journal();
        let said = earlier(&path).unwrap();
        assert!(
            said.contains("in 1 pod") && said.contains("podmux reap"),
            "{said}"
        );
        std::fs::write(&path, b"").unwrap();
        assert_eq!(earlier(&path), None);
    }

    #[test]
    fn a_missing_journal_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let read = read(&folder.path().join("none")).unwrap();
        assert_eq!(read, Folded::default());
    }
}
