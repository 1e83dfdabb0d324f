//! Owns the pages about a pod: logs, describe, YAML, events; each a request or two and its text, made printable. Knows nothing of
//! scrolling or drawing. Called by the runtime, in a task of its own per page.

mod describe;
mod events;
mod lines;
mod logs;
mod request;
mod yaml;

pub use describe::describe;
pub use events::events;
pub use logs::{LogPage, follow, logs};
pub use yaml::yaml;

use std::time::Duration;

use thiserror::Error;

use super::error::AccessError;
use crate::ids::PodRef;

/// Why there is no page, as a sentence with the next step.
#[derive(Debug, Error)]
pub enum PageError {
    /// 404.
    #[error("the pod {pod} is gone (404). Go back to the list and choose another one")]
    Gone { pod: PodRef },
    /// 403.
    #[error(
        "you may not {verb} {resource} in namespace {namespace} (403). Ask for the right to {verb} {resource} there"
    )]
    Forbidden {
        verb: &'static str,
        resource: &'static str,
        namespace: String,
    },
    /// 400 for a log: the container has none yet, or is not there.
    #[error("there is no log: {message}. Its events (e) may say why")]
    NoLog { message: String },
    /// Another refusal: often the kubelet of the pod's node that cannot be reached.
    #[error(
        "the API server answers {code}: {message}. Open the page again in a moment, or look at the pod's node"
    )]
    Refused { code: u16, message: String },
    /// The answer is not what was asked for.
    #[error("the API server's answer about {resource} cannot be read: {reason}. Try kubectl")]
    Unreadable {
        resource: &'static str,
        reason: String,
    },
    /// The answer outgrew what a page may hold.
    #[error("the API server's answer about {resource} is longer than {} MiB. Use kubectl", .limit >> 20)]
    TooLong {
        resource: &'static str,
        limit: usize,
    },
    /// No answer in time. Worth another try.
    #[error("the API server gave no answer within {} s. Check the network or VPN, then open the page again", .0.as_secs())]
    TimedOut(Duration),
    /// Whatever else the way to the API server ended in.
    #[error(transparent)]
    Access(#[from] AccessError),
}
