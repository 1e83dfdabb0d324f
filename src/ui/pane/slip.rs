//! Owns what podmux says at the foot of a pane: how its session ended or is being ended, and the keys that may follow.
//! Pure. Called by `pane`.

use std::time::{Duration, Instant};

use crate::app::overlay::text_page::{self, rows::Break};
use crate::app::pane::{DebugWait, Ended, Pane, Phase};
use crate::app::{Action, Keys, Place};
use crate::session::cancel::{PhaseName, Progress};
use crate::session::{CancelMode, Outcome, ProcessLine};
use crate::ui::{text, words};

/// A pane with fewer rows, its title line included, has no slip.
pub(super) const LEAST_ROWS: u16 = 8;

/// Rows of a slip, its keys included.
const MOST_ROWS: usize = 4;

/// What stands between two keys.
const BETWEEN: &str = " · ";

/// What a slip needs to know besides its pane.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    pub(super) keys: &'a Keys,
    pub(super) grace: Duration,
    pub(super) now: Instant,
}

/// The rows of a slip in so many columns; none while there is nothing to say.
pub(super) fn rows(pane: &Pane, columns: usize, around: Circumstances<'_>) -> Vec<String> {
    let lines = lines(pane, around);
    let whole = if pane.why_is_noted() {
        keys(around, &[(Action::Notices, "why")])
    } else {
        String::new()
    };
    fitted(&lines, &whole, columns)
}

/// Sentences, keys last.
fn lines(pane: &Pane, around: Circumstances<'_>) -> Vec<String> {
    let progress = pane.cancel.as_ref().map(crate::session::Cancel::progress);
    let lines = match progress {
        Some(progress) if progress.phase != PhaseName::Finished => {
            under_way(pane, &progress, around)
        }
        Some(_) | None => match &pane.phase {
            Phase::Opening { .. } | Phase::Live { .. } => Vec::new(),
            Phase::Silent { .. } => silent(around),
            Phase::Ended(ended) if pane.lacks_shell() => no_shell(pane, ended, around),
            Phase::Ended(ended) => over(ended, progress.as_ref(), around),
        },
    };
    lines.into_iter().filter(|line| !line.is_empty()).collect()
}

/// The rows of the sentences and of the keys behind them. Where there are too many, sentences lose their end, and the key that shows
/// all of them joins the others.
fn fitted(lines: &[String], whole: &str, columns: usize) -> Vec<String> {
    let wrapped = |line: &String| -> Vec<String> {
        let rows = text_page::rows::rows(0, line, columns, Break::Words);
        rows.into_iter()
            .map(|row| format!("{}{}", " ".repeat(row.indent), row.of(line)))
            .collect()
    };
    let Some((keys, said)) = lines.split_last() else {
        return Vec::new();
    };
    let mut rows: Vec<String> = said.iter().flat_map(wrapped).collect();
    if rows.len() < MOST_ROWS {
        rows.push(whole_offers(keys, "", columns));
        return rows;
    }
    rows.truncate(MOST_ROWS - 1);
    if let Some(last) = rows.last_mut() {
        *last = with_sign_of_more(last, columns);
    }
    rows.push(whole_offers(keys, whole, columns));
    rows
}

/// Keys with their words as far as they fit whole; the last sentence, where there are no keys, is left to be cut.
fn whole_offers(keys: &str, whole: &str, columns: usize) -> String {
    let mut offers: Vec<&str> = keys.split(BETWEEN).chain([whole]).collect();
    offers.retain(|offer| !offer.is_empty());
    while offers.len() > 1 && text::width(&offers.join(BETWEEN)) > columns {
        offers.pop();
    }
    offers.join(BETWEEN)
}

/// A row whose sentence goes on: it loses whole words.
fn with_sign_of_more(row: &str, columns: usize) -> String {
    let mut kept = row.trim_end();
    while text::width(kept) + 2 > columns {
        let Some((before, _)) = kept.rsplit_once(' ') else {
            break;
        };
        kept = before.trim_end();
    }
    format!("{kept} …")
}

/// The keys that help now, each after the prefix.
fn keys(around: Circumstances<'_>, offers: &[(Action, &str)]) -> String {
    let offer = |(action, word): &(Action, &str)| {
        words::key_of(around.keys, Place::Prefix, *action).map(|key| format!("{key} {word}"))
    };
    offers
        .iter()
        .filter_map(offer)
        .collect::<Vec<_>>()
        .join(BETWEEN)
}

fn silent(around: Circumstances<'_>) -> Vec<String> {
    let offers = [(Action::Cancel, "cancel")];
    vec![
        "takes no keys until it answers".to_owned(),
        keys(around, &offers),
    ]
}

fn under_way(pane: &Pane, progress: &Progress<'_>, around: Circumstances<'_>) -> Vec<String> {
    let sent = match &pane.phase {
        Phase::Ended(Ended {
            outcome: Outcome::Lost(why),
            ..
        }) => format!("lost: {why}"),
        _ if progress.interrupts > 0 => "Ctrl-C sent ✓".to_owned(),
        Phase::Opening { .. } | Phase::Live { .. } | Phase::Silent { .. } | Phase::Ended(_) => {
            "its stream is gone".to_owned()
        }
    };
    let tries = words::count(
        usize::try_from(progress.attempts).unwrap_or(usize::MAX),
        "time",
    );
    match progress.phase {
        PhaseName::Grace => vec![sent, grace(progress, around), grace_keys(progress, around)],
        PhaseName::Cleaning => vec![sent, "cleanup runs, then verify".to_owned()],
        PhaseName::Verifying => {
            vec![
                format!(
                    "found {} · signalled {}",
                    progress.found, progress.signalled
                ),
                "verify runs".to_owned(),
            ]
        }
        PhaseName::Waiting => waiting(sent, progress, around),
        PhaseName::InFlight => {
            let wait = progress
                .until
                .map(|until| until.saturating_duration_since(around.now));
            let again = wait.map_or_else(String::new, |wait| {
                format!("looks again in {}", words::seconds(wait))
            });
            let offers = [(Action::ClosePane, "close, journal keeps")];
            vec![
                "0 left, but its start was never answered".to_owned(),
                again,
                keys(around, &offers),
            ]
        }
        PhaseName::NotConfirmed => {
            let offers = [
                (Action::Cancel, "try again"),
                (Action::ClosePane, "close, journal keeps"),
            ];
            let journal = format!("tried {tries}; stays in the journal");
            vec![left_over(progress), journal, keys(around, &offers)]
        }
        PhaseName::Finished => Vec::new(),
    }
}

/// Between two tries: why there is another one, and when.
fn waiting(sent: String, progress: &Progress<'_>, around: Circumstances<'_>) -> Vec<String> {
    let wait = progress
        .until
        .map(|until| until.saturating_duration_since(around.now));
    let again = wait.map_or_else(
        || "tries again".to_owned(),
        |wait| format!("tries again in {}", words::seconds(wait)),
    );
    let why = progress.why.unwrap_or_default();
    let offers = [(Action::Cancel, "try now")];
    vec![sent, format!("{again}: {why}"), keys(around, &offers)]
}

fn grace(progress: &Progress<'_>, around: Circumstances<'_>) -> String {
    let passed = around.now.saturating_duration_since(progress.since);
    let tenths = format!("{}.{}", passed.as_secs(), passed.subsec_millis() / 100);
    format!(
        "grace {tenths} of {}, then cleanup, verify",
        words::limit(around.grace)
    )
}

fn grace_keys(progress: &Progress<'_>, around: Circumstances<'_>) -> String {
    match progress.mode {
        CancelMode::Session | CancelMode::CloseWhenProven => keys(
            around,
            &[
                (Action::Cancel, "end now"),
                (Action::KeepShell, "keep the shell"),
            ],
        ),
        CancelMode::InterruptOnly => keys(around, &[(Action::InterruptOnly, "end now")]),
    }
}

fn left_over(progress: &Progress<'_>) -> String {
    match (progress.left, progress.names) {
        (Some(left), names @ [_, ..]) => {
            let names: Vec<String> = names.iter().take(3).map(named).collect();
            format!("{left} left: {}", names.join(" · "))
        }
        (Some(left), []) => format!("{left} left"),
        (None, _) => progress
            .why
            .map_or_else(|| "no report came back".to_owned(), str::to_owned),
    }
}

fn named(process: &ProcessLine) -> String {
    let state = if process.state == 'D' {
        ", in disk wait"
    } else {
        ""
    };
    format!("{} {}{state}", process.pid, process.comm)
}

fn over(ended: &Ended, progress: Option<&Progress<'_>>, around: Circumstances<'_>) -> Vec<String> {
    let at = words::clock(ended.unix);
    let offers = [
        (Action::NewSession, "new session"),
        (Action::ClosePane, "close"),
    ];
    let offers = keys(around, &offers);
    let left = ended
        .left
        .map_or_else(String::new, |left| format!(" · {left} left"));
    match &ended.outcome {
        Outcome::Exited(code) => vec![
            format!("ended {at} · exit {code}{left}"),
            ended.pod_says.clone().unwrap_or_default(),
            offers,
        ],
        Outcome::StartFailed(why) => {
            let why = crate::session::outcome::brief(why);
            vec![format!("not started {at}: {why}"), offers]
        }
        Outcome::Lost(why) => {
            let pod = ended
                .pod_says
                .as_deref()
                .map_or_else(String::new, |says| format!("the pod says {says}"));
            vec![format!("lost {at}{left}: {why}"), pod, offers]
        }
        Outcome::TimedOut => vec![format!("timed out {at}{left}"), offers],
        Outcome::Cancelled { left } => vec![
            cancelled_at(&at, ended, progress),
            proof(*left, progress),
            strays(progress),
            offers,
        ],
    }
}

/// The runtime's own words, then what can be done about it.
fn no_shell(pane: &Pane, ended: &Ended, around: Circumstances<'_>) -> Vec<String> {
    let Outcome::StartFailed(why) = &ended.outcome else {
        return Vec::new();
    };
    let said = crate::session::outcome::brief(why);
    let close = (Action::ClosePane, "close");
    let offer = (Action::DebugContainer, "debug container");
    let first = format!("no shell in this image {}", words::clock(ended.unix));
    match &pane.debug {
        DebugWait::No => vec![first, said, keys(around, &[offer, close])],
        DebugWait::Starting { since } => {
            let since = words::seconds(around.now.saturating_duration_since(*since));
            vec![first, format!("a debug container starts, {since}")]
        }
        DebugWait::Failed(why) => {
            let why = format!("no debug container: {why}");
            vec![first, why, keys(around, &[offer, close])]
        }
    }
}

fn cancelled_at(at: &str, ended: &Ended, progress: Option<&Progress<'_>>) -> String {
    let took = progress.map(|progress| ended.at.saturating_duration_since(progress.started));
    took.map_or_else(
        || format!("ended {at}"),
        |took| format!("ended {at} in {}", words::tenths(took)),
    )
}

/// Born during the session, but nothing says of which one: the user decides.
fn strays(progress: Option<&Progress<'_>>) -> String {
    match progress.map_or(&[][..], |progress| progress.not_attributable) {
        [] => String::new(),
        strays => {
            let names: Vec<String> = strays.iter().take(3).map(named).collect();
            let names = names.join(" · ");
            format!("{} not attributable, not ended: {names}", strays.len())
        }
    }
}

fn proof(left: Option<u32>, progress: Option<&Progress<'_>>) -> String {
    let found = progress.map_or_else(String::new, |progress| {
        format!("found {} · ", progress.found)
    });
    match left {
        Some(left) => format!("{found}{left} left, verified"),
        None => "what is left is not known".to_owned(),
    }
}
