//! stub
use super::Job;
pub(super) fn jobs() -> Vec<Job> { Vec::new() }
