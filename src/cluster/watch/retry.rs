//! When a watch tries again, and what it says meanwhile. Pure: chance and time are arguments. Used by the supervisor.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kube::Error;
use kube::core::Status;
use kube::runtime::watcher;

use super::super::error::AccessError;
use crate::inventory::{Scope, WatchState};

const FIRST_WAIT: Duration = Duration::from_millis(800);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// A missing right or a refused request seldom changes by itself.
const REFUSED_WAIT: Duration = Duration::from_secs(60);

/// Doubles from 0.8 s to 30 s, each wait spread by a fifth so that many consoles do not return at once.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The next wait; `chance` is uniform in 0.0..1.0.
    pub(super) fn next(&mut self, chance: f64) -> Duration {
        let doubled = FIRST_WAIT.saturating_mul(1 << self.failures.min(6));
        self.failures = self.failures.saturating_add(1);
        doubled
            .min(LONGEST_WAIT)
            .mul_f64(0.8 + 0.4 * chance.clamp(0.0, 1.0))
    }

    pub(super) const fn attempts(&self) -> u32 {
        self.failures
    }

    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

/// What to do about an error of the watcher.
#[derive(Debug)]
pub(super) enum Verdict {
    /// The server does not know streaming lists: list page by page instead, at once.
    ListInstead,
    /// The list is stale: start a fresh one at once.
    Relist,
    /// Show this and wait.
    Wait(WatchState, Duration),
}

/// What the watch was doing.
pub(super) struct Situation<'a> {
    pub(super) server: &'a str,
    pub(super) scope: &'a Scope,
    pub(super) resource: &'static str,
    pub(super) streaming: bool,
    pub(super) listed: bool,
    pub(super) now: Instant,
    pub(super) chance: f64,
}

/// Decides by the error alone.
pub(super) fn judge(
    error: watcher::Error,
    backoff: &mut Backoff,
    situation: &Situation<'_>,
) -> Verdict {
    if let Some(status) = status_of(&error) {
        match status.code {
            // A server that finds even a fresh list stale has to be waited for.
            410 if situation.listed => return Verdict::Relist,
            400 | 404 | 405 | 406 | 415 | 422 | 501 if situation.streaming && !situation.listed => {
                return Verdict::ListInstead;
            }
            403 => return Verdict::Wait(forbidden(status, situation), REFUSED_WAIT),
            400 | 404 | 405 | 406 | 415 | 422 => {
                let reason = format!(
                    "the API server refuses to list {} ({}): {}",
                    situation.resource, status.code, status.message
                );
                return Verdict::Wait(
                    WatchState::Failed {
                        reason: reason.into(),
                    },
                    REFUSED_WAIT,
                );
            }
            _ => {}
        }
    }
    let wait = backoff.next(situation.chance);
    let reason = reason_of(error, situation.server).into();
    let until = situation.now + wait;
    Verdict::Wait(
        WatchState::Reconnecting {
            until,
            attempt: backoff.attempts(),
            reason,
        },
        wait,
    )
}

fn status_of(error: &watcher::Error) -> Option<&Status> {
    match error {
        watcher::Error::WatchError(status)
        | watcher::Error::InitialListFailed(Error::Api(status))
        | watcher::Error::WatchStartFailed(Error::Api(status))
        | watcher::Error::WatchFailed(Error::Api(status)) => Some(status),
        watcher::Error::InitialListFailed(_)
        | watcher::Error::WatchStartFailed(_)
        | watcher::Error::WatchFailed(_)
        | watcher::Error::NoResourceVersion => None,
    }
}

fn reason_of(error: watcher::Error, server: &str) -> String {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => AccessError::classify(server, error).to_string(),
        watcher::Error::WatchError(status) => format!(
            "{server} ended the watch ({}): {}",
            status.code, status.message
        ),
        watcher::Error::NoResourceVersion => {
            format!("{server} sent a list without a resourceVersion")
        }
    }
}

fn forbidden(status: &Status, situation: &Situation<'_>) -> WatchState {
    let Denial { user, verb } = Denial::read(&status.message);
    let namespace = match situation.scope {
        Scope::All => None,
        Scope::Namespace(name) => Some(Arc::clone(name)),
    };
    WatchState::Forbidden {
        verb: verb.unwrap_or("list").into(),
        resource: situation.resource.into(),
        namespace,
        user: user.unwrap_or_default().into(),
    }
}

/// The API server says it in prose only: `pods is forbidden: User "jane" cannot list resource "pods" in …`.
#[derive(PartialEq, Eq, Debug)]
struct Denial<'a> {
    user: Option<&'a str>,
    verb: Option<&'a str>,
}

impl<'a> Denial<'a> {
    fn read(message: &'a str) -> Self {
        let user = message
            .split_once("User \"")
            .and_then(|(_, rest)| rest.split_once('"'))
            .map(|(user, _)| user);
        let verb = message
            .split_once("\" cannot ")
            .and_then(|(_, rest)| rest.split_once(' '))
            .map(|(verb, _)| verb);
        Self { user, verb }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn api(code: u16, message: &str) -> Error {
        Error::Api(Box::new(Status {
            code,
            message: message.into(),
            ..Status::default()
        }))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "an instant to add waits to; nothing waits"
    )]
    fn judged(error: watcher::Error, streaming: bool, listed: bool) -> Verdict {
        let scope = Scope::Namespace("shop".into());
        let situation = Situation {
            server: "https://a",
            scope: &scope,
            resource: "pods",
            streaming,
            listed,
            now: Instant::now(),
            chance: 0.5,
        };
        judge(error, &mut Backoff::default(), &situation)
    }

    #[test]
    fn a_server_without_streaming_lists_is_listed_page_by_page() {
        for code in [400, 422] {
            let verdict = judged(
                watcher::Error::WatchStartFailed(api(code, "sendInitialEvents is forbidden")),
                true,
                false,
            );
            assert!(
                matches!(verdict, Verdict::ListInstead),
                "{code}: {verdict:?}"
            );
        }
    }

    #[test]
    fn a_gone_version_lists_again_without_waiting() {
        let gone = Status {
            code: 410,
            ..Status::default()
        };
        assert!(matches!(
            judged(watcher::Error::WatchError(Box::new(gone)), true, true),
            Verdict::Relist
        ));
    }

    #[test]
    fn a_missing_right_names_verb_user_and_namespace() {
        let message = r#"pods is forbidden: User "jane" cannot watch resource "pods" in API group "" in the namespace "shop""#;
        let Verdict::Wait(state, wait) = judged(
            watcher::Error::WatchStartFailed(api(403, message)),
            true,
            false,
        ) else {
            panic!("no wait");
        };
        let expected = WatchState::Forbidden {
            verb: "watch".into(),
            resource: "pods".into(),
            namespace: Some("shop".into()),
            user: "jane".into(),
        };
        assert_eq!((state, wait), (expected, REFUSED_WAIT));
    }

    #[test]
    fn an_expired_token_is_said_and_tried_again() {
        let Verdict::Wait(
            WatchState::Reconnecting {
                reason, attempt: 1, ..
            },
            _,
        ) = judged(
            watcher::Error::WatchFailed(api(401, "Unauthorized")),
            true,
            true,
        )
        else {
            panic!("no reconnect");
        };
        assert!(reason.contains("Log in again"), "{reason}");
    }

    #[test]
    fn a_wrong_selector_is_told_and_not_hammered() {
        let verdict = judged(
            watcher::Error::InitialListFailed(api(400, "field label not supported: x")),
            false,
            false,
        );
        assert!(
            matches!(
                verdict,
                Verdict::Wait(WatchState::Failed { .. }, REFUSED_WAIT)
            ),
            "{verdict:?}"
        );
    }

    proptest! {
        #[test]
        fn waits_grow_within_their_bounds(chances in prop::collection::vec(0.0..1.0_f64, 1..40)) {
            let mut backoff = Backoff::default();
            for chance in chances {
                let wait = backoff.next(chance);
                prop_assert!(wait >= FIRST_WAIT.mul_f64(0.8) && wait <= LONGEST_WAIT.mul_f64(1.2));
            }
        }
    }
}
