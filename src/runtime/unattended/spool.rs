//! Owns a copy of the standard input on the disk, so that each target reads it at its own speed and late ones miss nothing. Knows
//! nothing of sessions. Called by `run`.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::watch;

const CHUNK: usize = 16 * 1024;

/// Where standard input comes from.
pub type StandardInput = Box<dyn Read + Send>;

/// How much there is, and whether more may come.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Filled {
    bytes: u64,
    end: Option<Result<(), String>>,
}

/// The copy. The thread that fills it ends with the input or with the process: a read of a terminal cannot be called off.
#[derive(Debug)]
pub(crate) struct Spool {
    file: Arc<File>,
    filled: watch::Receiver<Filled>,
}

/// One target's place in the copy.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    file: Arc<File>,
    filled: watch::Receiver<Filled>,
    at: u64,
}

impl Spool {
    /// Starts to copy.
    pub(crate) fn start(input: StandardInput) -> io::Result<Self> {
        let file = Arc::new(tempfile::tempfile()?);
        let (tell, filled) = watch::channel(Filled::default());
        let copy = Arc::clone(&file);
        std::thread::Builder::new()
            .name("standard input".to_owned())
            .spawn(move || fill(input, &copy, &tell))?;
        Ok(Self { file, filled })
    }

    /// A reader at the beginning.
    pub(crate) fn reader(&self) -> Reader {
        Reader {
            file: Arc::clone(&self.file),
            filled: self.filled.clone(),
            at: 0,
        }
    }
}

impl Reader {
    /// The next bytes; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        let at = self.at;
        let there = self
            .filled
            .wait_for(|filled| filled.bytes > at || filled.end.is_some())
            .await;
        let filled = match there {
            Ok(filled) => filled.clone(),
            Err(error) => return Some(Err(io::Error::other(error))),
        };
        if filled.bytes == at {
            return match filled.end {
                Some(Err(why)) => Some(Err(io::Error::other(why))),
                Some(Ok(())) | None => None,
            };
        }
        let mut chunk = vec![0; CHUNK];
        match self.file.read_at(&mut chunk, at) {
            Ok(count) => {
                chunk.truncate(count);
                self.at = at.saturating_add(count as u64);
                Some(Ok(chunk.into()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

fn fill(mut input: StandardInput, file: &File, tell: &watch::Sender<Filled>) {
    let mut chunk = vec![0; CHUNK];
    let end = loop {
        let at = tell.borrow().bytes;
        let count = match input.read(&mut chunk) {
            Ok(0) => break Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => break Err(error.to_string()),
        };
        let read = chunk.get(..count).unwrap_or_default();
        if let Err(error) = file.write_all_at(read, at) {
            break Err(error.to_string());
        }
        tell.send_modify(|filled| filled.bytes = at.saturating_add(count as u64));
    };
    tell.send_modify(|filled| filled.end = Some(end));
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn all(mut reader: Reader) -> Vec<u8> {
        let mut text = Vec::new();
        while let Some(chunk) = reader.next().await {
            text.extend(chunk.unwrap());
        }
        text
    }

    #[tokio::test]
    async fn every_reader_gets_all_of_it_even_a_late_one() {
        let text = vec![b'x'; 3 * CHUNK + 7];
        let input = io::Cursor::new(text.clone());
        let spool = Spool::start(Box::new(input)).unwrap();
        assert_eq!(all(spool.reader()).await, text);
        assert_eq!(all(spool.reader()).await, text);
    }

    #[tokio::test]
    async fn an_empty_input_ends_at_once() {
        let spool = Spool::start(Box::new(io::empty())).unwrap();
        assert!(all(spool.reader()).await.is_empty());
    }
}
