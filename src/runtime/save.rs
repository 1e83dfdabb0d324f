//! Owns the writing of text to a file of the user's, never over another one. Called by `perform`.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::app::{Event, Weight};

/// Names that are tried beside the one that was asked for.
const TRIES: u32 = 1000;

/// Writes a file (mode 0600) and says how it went.
pub(super) async fn save(path: String, text: String) -> Event {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let wanted = at_home(&path, home.as_deref());
    let shown = wanted.display().to_string();
    let written = tokio::task::spawn_blocking(move || write(&wanted, &text)).await;
    match written {
        Ok(Ok(path)) if path.display().to_string() == shown => {
            Event::Said(Weight::Plain, format!("written to {}", absolute(&path)))
        }
        Ok(Ok(path)) => Event::Said(
            Weight::Plain,
            format!("{shown} is there already: written to {}", absolute(&path)),
        ),
        Ok(Err(error)) => Event::Said(Weight::Warning, format!("{shown} is not written: {error}")),
        Err(error) => Event::Said(Weight::Warning, format!("{shown} is not written: {error}")),
    }
}

/// `~/answers.txt` lies in the home folder, as in a shell.
fn at_home(path: &str, home: Option<&Path>) -> PathBuf {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => {
            home.join(rest.trim_start_matches('/'))
        }
        _ => PathBuf::from(path),
    }
}

/// Where it was written: `answers.txt`, else `answers-2.txt` and so on.
fn write(wanted: &Path, text: &str) -> std::io::Result<PathBuf> {
    let mut path = wanted.to_owned();
    for number in 2..TRIES {
        match create(&path) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(path);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                path = numbered(wanted, number);
            }
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true).mode(0o600).open(path)
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = match path.extension() {
        Some(extension) => format!("{stem}-{number}.{}", extension.to_string_lossy()),
        None => format!("{stem}-{number}"),
    };
    path.with_file_name(name)
}

fn absolute(path: &Path) -> String {
    let whole = std::path::absolute(path);
    whole.as_deref().unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = Path::new("/home/ann");
        for (typed, path) in [
            ("~/a.txt", "/home/ann/a.txt"),
            ("~", "/home/ann"),
            ("~bob/a.txt", "~bob/a.txt"),
            ("a~.txt", "a~.txt"),
            ("/tmp/a.txt", "/tmp/a.txt"),
        ] {
            assert_eq!(at_home(typed, Some(home)), Path::new(path), "{typed}");
        }
    }

    #[tokio::test]
    async fn nothing_is_written_over_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let wanted = folder.path().join("answers.txt");
        let said = |event| {
            let Event::Said(_, text) = event else {
                panic!("{event:?}")
            };
            text
        };
        let path = wanted.display().to_string();
        let first = said(save(path.clone(), "one".to_owned()).await);
        assert_eq!(first, format!("written to {path}"));
        let second = said(save(path.clone(), "two".to_owned()).await);
        assert!(second.contains("is there already"), "{second}");
        assert_eq!(std::fs::read_to_string(&wanted).unwrap(), "one");
        let other = folder.path().join("answers-2.txt");
        assert_eq!(std::fs::read_to_string(other).unwrap(), "two");
        let nowhere = said(save("/nowhere/at/all".to_owned(), String::new()).await);
        assert!(nowhere.contains("is not written"), "{nowhere}");
    }
}
