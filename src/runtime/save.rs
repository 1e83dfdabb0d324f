//! Owns the writing of text to a file of the user's. Called by `perform`.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;

use crate::app::{Event, Weight};

/// Writes a file (mode 0600) and says how it went.
pub(super) async fn save(path: String, text: String) -> Event {
    let written = tokio::task::spawn_blocking({
        let path = path.clone();
        move || {
            let mut file = std::fs::OpenOptions::new()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(0o600)
                .open(path)?;
            file.write_all(text.as_bytes())
        }
    });
    match written.await {
        Ok(Ok(())) => Event::Said(Weight::Plain, format!("written to {path}")),
        Ok(Err(error)) => Event::Said(Weight::Warning, format!("{path} is not written: {error}")),
        Err(error) => Event::Said(Weight::Warning, format!("{path} is not written: {error}")),
    }
}
