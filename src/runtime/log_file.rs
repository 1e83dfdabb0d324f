//! Owns the log: to a file only, because the screen is the console's.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Writes the log to `path` (mode 0600, appended) until the guard is dropped. `PODMUX_LOG` sets the level, `info` unless given.
///
/// # Errors
/// When the file cannot be opened.
pub fn start(path: &Path) -> std::io::Result<WorkerGuard> {
    let file = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    let filter = EnvFilter::try_from_env("PODMUX_LOG")
        .unwrap_or_else(|_| EnvFilter::new("podmux=info,warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .init();
    Ok(guard)
}
