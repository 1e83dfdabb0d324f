//! Owns the fetching of pages about a pod: one task per page, with a time limit. Knows nothing of what a page says. Called by `perform`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::clusters::send;
use super::perform::Note;
use crate::app::event::Event;
use crate::app::overlay::PageKind;
use crate::cluster::pages::{self, PageError};
use crate::ids::PodRef;

/// The longest that a page may take, all its requests together.
const LIMIT: Duration = Duration::from_secs(30);

/// Fetches a page in a task; the note brings its lines, or a sentence on why there are none.
pub(super) fn fetch(
    client: Option<kube::Client>,
    pod: PodRef,
    container: Option<Box<str>>,
    kind: PageKind,
    notes: mpsc::Sender<Note>,
) {
    tokio::spawn(async move {
        let result = match client {
            Some(client) => asked(&client, &pod, container.as_deref(), kind).await,
            None => Err(format!(
                "the context {} is not connected. Wait until it is, or press ctrl-r in the list",
                pod.context
            )),
        };
        send(&notes, Note::Event(Event::Page { pod, kind, result })).await;
    });
}

async fn asked(
    client: &kube::Client,
    pod: &PodRef,
    container: Option<&str>,
    kind: PageKind,
) -> Result<Vec<String>, String> {
    let now = jiff::Timestamp::now().as_second();
    let page = async {
        match kind {
            PageKind::Logs => pages::logs(client, pod, container, now).await,
            PageKind::Describe => pages::describe(client, pod, now).await,
            PageKind::Yaml => pages::yaml(client, pod).await,
            PageKind::Events => pages::events(client, pod, now).await,
            // The app has these itself and asks nobody.
            PageKind::Notices => Ok(Vec::new()),
        }
    };
    timeout(LIMIT, page)
        .await
        .unwrap_or(Err(PageError::TimedOut(LIMIT)))
        .map_err(|error| error.to_string())
}
