//! Owns files of JSON lines that are only ever appended to (journal, audit): mode 0600, one write per line, fsync where asked.
//! Knows nothing of what a line says. Called by `perform` and `headless`.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

/// Lines that may wait for the disk; more are refused, and the caller fails closed.
const QUEUE: usize = 1024;

/// Why a line is not in the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineFileError {
    #[error("{path} cannot be opened: {why}")]
    Open { path: String, why: String },
    #[error("{path} cannot be written: {why}")]
    Write { path: String, why: String },
    #[error("{path} has {QUEUE} lines waiting: the disk does not keep up")]
    Full { path: String },
}

/// Whether a line must be on the disk before its sender goes on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Durability {
    Synced,
    Buffered,
}

struct Line {
    text: String,
    durability: Durability,
    written: oneshot::Sender<Result<(), LineFileError>>,
}

/// An append-only file and the thread that writes it.
#[derive(Debug)]
pub struct LineFile {
    path: PathBuf,
    queue: Option<mpsc::Sender<Line>>,
    thread: Option<JoinHandle<()>>,
    /// Held for its lock; the system lets go of it when this process ends, however it ends.
    lock: Option<File>,
}

/// The answer to an append: ready once the line is written (and synced, where asked).
pub type Written = oneshot::Receiver<Result<(), LineFileError>>;

impl LineFile {
    /// Opens or creates the file and its folder (mode 0700) and starts the writer.
    ///
    /// # Errors
    /// [`LineFileError::Open`] when folder or file cannot be made or written.
    pub fn open(path: &Path) -> Result<Self, LineFileError> {
        let failed = |error: &io::Error| LineFileError::Open {
            path: path.display().to_string(),
            why: error.to_string(),
        };
        let mut file = open_append(path).map_err(|error| failed(&error))?;
        end_torn_line(&mut file, path).map_err(|error| failed(&error))?;
        let (queue, lines) = mpsc::channel(QUEUE);
        let shown = path.display().to_string();
        let thread = std::thread::Builder::new()
            .name("line file".to_owned())
            .spawn(move || write_lines(file, lines, &shown))
            .map_err(|error| failed(&error))?;
        Ok(Self {
            path: path.to_owned(),
            queue: Some(queue),
            thread: Some(thread),
            lock: None,
        })
    }

    /// Keeps a lock for as long as the file is in use.
    pub(super) fn hold(&mut self, lock: File) {
        self.lock = Some(lock);
    }

    /// Queues a line; never waits.
    pub fn append(&self, text: String, durability: Durability) -> Written {
        let (written, answer) = oneshot::channel();
        let line = Line {
            text,
            durability,
            written,
        };
        let Some(queue) = &self.queue else {
            return answer;
        };
        if let Err(refused) = queue.try_send(line) {
            let line = match refused {
                mpsc::error::TrySendError::Full(line) | mpsc::error::TrySendError::Closed(line) => {
                    line
                }
            };
            let full = LineFileError::Full {
                path: self.path.display().to_string(),
            };
            // The asker may have gone; then nobody needs the answer.
            line.written.send(Err(full)).ok();
        }
        answer
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LineFile {
    fn drop(&mut self) {
        self.queue = None;
        if self
            .thread
            .take()
            .is_some_and(|thread| thread.join().is_err())
        {
            tracing::error!(path = %self.path.display(), "a line writer ended by a panic");
        }
        drop(self.lock.take());
    }
}

fn open_append(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    OpenOptions::new()
        .create(true)
        .read(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

/// A crash may have cut the last line; a line feed keeps the next one whole.
fn end_torn_line(file: &mut File, path: &Path) -> io::Result<()> {
    use std::os::unix::fs::FileExt;
    let length = std::fs::metadata(path)?.len();
    let Some(last) = length.checked_sub(1) else {
        return Ok(());
    };
    let mut byte = [0];
    file.read_exact_at(&mut byte, last)?;
    if byte != [b'\n'] {
        file.write_all(b"\n")?;
    }
    Ok(())
}

fn write_lines(mut file: File, mut lines: mpsc::Receiver<Line>, path: &str) {
    // Set after a short write: the next line must not run on from half a one.
    let mut torn = false;
    while let Some(line) = lines.blocking_recv() {
        let mut text = line.text;
        text.push('\n');
        if torn {
            text.insert(0, '\n');
        }
        let result = file
            .write_all(text.as_bytes())
            .and_then(|()| match line.durability {
                Durability::Synced => file.sync_data(),
                Durability::Buffered => Ok(()),
            });
        torn = result.is_err();
        let result = result.map_err(|error| LineFileError::Write {
            path: path.to_owned(),
            why: error.to_string(),
        });
        // The asker may have gone; the line is written all the same.
        line.written.send(result).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn text(path: &Path) -> String {
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn lines_are_appended_to_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/journal.jsonl");
        let file = LineFile::open(&path).unwrap();
        let answer = file.append("{\"a\":1}".to_owned(), Durability::Synced);
        assert_eq!(answer.blocking_recv().unwrap(), Ok(()));
        drop(file);
        assert_eq!(text(&path), "{\"a\":1}\n");
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_torn_line_does_not_swallow_the_next_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        std::fs::write(&path, "{\"a\":1}\n{\"to").unwrap();
        let file = LineFile::open(&path).unwrap();
        file.append("{\"b\":2}".to_owned(), Durability::Buffered)
            .blocking_recv()
            .unwrap()
            .unwrap();
        assert_eq!(text(&path), "{\"a\":1}\n{\"to\n{\"b\":2}\n");
    }

    #[test]
    fn a_full_disk_is_told_for_each_line() {
        let full = Path::new("/dev/full");
        if !full.exists() {
            println!("not run: this machine has no /dev/full");
            return;
        }
        let file = OpenOptions::new().append(true).open(full).unwrap();
        let (queue, lines) = mpsc::channel(4);
        let thread = std::thread::spawn(move || write_lines(file, lines, "/dev/full"));
        for _ in 0..2 {
            let (written, answer) = oneshot::channel();
            let line = Line {
                text: "x".to_owned(),
                durability: Durability::Buffered,
                written,
            };
            queue.blocking_send(line).ok().unwrap();
            let error = answer.blocking_recv().unwrap().unwrap_err();
            assert!(matches!(error, LineFileError::Write { .. }), "{error}");
        }
        drop(queue);
        thread.join().unwrap();
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let error = LineFile::open(Path::new("/proc/nowhere/journal.jsonl")).unwrap_err();
        assert!(
            error.to_string().starts_with("/proc/nowhere/journal.jsonl"),
            "{error}"
        );
    }
}
