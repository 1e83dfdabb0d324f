//! Owns reading the outer terminal: a task that turns its reports into a bounded queue.

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Reports that may wait for the loop; the terminal's own buffer holds what comes after.
const QUEUE: usize = 1024;

/// The reading task; ends when dropped.
#[derive(Debug)]
pub(super) struct Input {
    task: JoinHandle<()>,
}

/// What the outer terminal sent.
#[derive(Debug)]
pub(super) enum Incoming {
    Report(Event),
    /// Standard input is at its end, or cannot be read: nobody can type any more.
    Closed(String),
}

impl Input {
    /// Starts reading. A change of size is reported from now on; who has read the size before reads it again.
    pub(super) fn start() -> (Self, mpsc::Receiver<Incoming>) {
        let (reports, incoming) = mpsc::channel(QUEUE);
        let mut stream = EventStream::new();
        let task = tokio::spawn(async move {
            let end = loop {
                match stream.next().await {
                    Some(Ok(event)) => {
                        if reports.send(Incoming::Report(event)).await.is_err() {
                            return;
                        }
                    }
                    Some(Err(error)) => break error.to_string(),
                    None => break "end of input".to_owned(),
                }
            };
            // Without a reader left the console is on its way out already.
            reports.send(Incoming::Closed(end)).await.ok();
        });
        (Self { task }, incoming)
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        self.task.abort();
    }
}
