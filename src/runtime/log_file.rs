//! Owns the log: to a file only, because the screen is the console's.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// What is written unless `PODMUX_LOG` says otherwise.
const FILTER: &str = "podmux=info,warn";

/// Writes the log to `path` (mode 0600, appended) until the guard is dropped. `PODMUX_LOG` sets the levels: `debug`, or one per
/// target as in `podmux=trace,warn`.
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
    let wanted = std::env::var("PODMUX_LOG").unwrap_or_else(|_| FILTER.to_owned());
    let read = wanted.parse::<Targets>();
    let filter = read.as_ref().ok().cloned().unwrap_or_else(usual);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
    if let Err(error) = read {
        tracing::warn!(%error, "PODMUX_LOG={wanted} cannot be read; {FILTER} is taken instead");
    }
    Ok(guard)
}

fn usual() -> Targets {
    use tracing::level_filters::LevelFilter;
    Targets::new()
        .with_target("podmux", LevelFilter::INFO)
        .with_default(LevelFilter::WARN)
}
