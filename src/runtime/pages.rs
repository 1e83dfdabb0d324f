//! Owns the fetching of pages about a pod: one task per page, with a time limit, and one for a followed log. Knows nothing of what a page says. Called by `perform`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::clusters::send;
use super::perform::Note;
use crate::app::event::{Event, LogNews};
use crate::app::overlay::{PageKind, PageRef, PageText};
use crate::cluster::pages::{self, LogPage, PageError};
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
        let page = PageRef {
            kind,
            pod,
            container,
        };
        send(&notes, Note::Event(Event::Page(page, result))).await;
    });
}

async fn asked(
    client: &kube::Client,
    pod: &PodRef,
    container: Option<&str>,
    kind: PageKind,
) -> Result<PageText, String> {
    let now = jiff::Timestamp::now().as_second();
    let page = async {
        match kind {
            PageKind::Logs => pages::logs(client, pod, container, now).await.map(of_log),
            PageKind::Describe => pages::describe(client, pod, now).await.map(plain),
            PageKind::Yaml => pages::yaml(client, pod).await.map(plain),
            PageKind::Events => pages::events(client, pod, now).await.map(plain),
            // The app has these itself and asks nobody.
            PageKind::Notices => Ok(PageText::default()),
        }
    };
    timeout(LIMIT, page)
        .await
        .unwrap_or(Err(PageError::TimedOut(LIMIT)))
        .map_err(|error| error.to_string())
}

fn plain(lines: Vec<String>) -> PageText {
    PageText {
        lines,
        containers: Vec::new(),
    }
}

fn of_log(page: LogPage) -> PageText {
    PageText {
        lines: page.lines,
        containers: page.containers,
    }
}

/// Pieces of a followed log on their way; the log waits while the console is busy.
const PIECES: usize = 8;

/// The log that is followed; one at a time.
#[derive(Default)]
pub(super) struct Followed(Option<AbortHandle>);

impl Followed {
    /// Follows a log, and no longer the one before.
    pub(super) fn start(
        &mut self,
        client: Option<kube::Client>,
        pod: PodRef,
        container: Option<Box<str>>,
        notes: mpsc::Sender<Note>,
    ) {
        self.end();
        let task = tokio::spawn(follow(client, pod, container, notes));
        self.0 = Some(task.abort_handle());
    }

    /// Follows nothing any more.
    pub(super) fn end(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

async fn follow(
    client: Option<kube::Client>,
    pod: PodRef,
    container: Option<Box<str>>,
    notes: mpsc::Sender<Note>,
) {
    let news = async |news: LogNews| {
        let page = PageRef {
            kind: PageKind::Logs,
            pod: pod.clone(),
            container: container.clone(),
        };
        send(&notes, Note::Event(Event::Logged(page, news))).await;
    };
    let Some(client) = client else {
        return news(LogNews::Ended("the context is not connected".to_owned())).await;
    };
    let (lines, mut coming) = mpsc::channel(PIECES);
    let told = async {
        while let Some(lines) = coming.recv().await {
            news(LogNews::Lines(lines)).await;
        }
    };
    let read = async {
        // Dropped with the end of the log, which ends the other half.
        let lines = lines;
        pages::follow(&client, &pod, container.as_deref(), &lines).await
    };
    let (read, ()) = tokio::join!(read, told);
    let why = read.map_or_else(
        |error| error.to_string(),
        |()| "the log has ended".to_owned(),
    );
    news(LogNews::Ended(why)).await;
}
