//! Owns what a scripted test makes go wrong. Knows nothing of HTTP. Written through [`super::Control`], read by the request side.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::routes::Asked;

/// A right that the user of the demo does not have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Denial {
    /// `list`, `watch`, `get` or `create`; `*` for all.
    pub verb: String,
    /// With its subresource, such as `pods/exec`; `*` for all.
    pub resource: String,
    /// One namespace; everywhere where it is missing.
    pub namespace: Option<String>,
}

/// What happens to the next exec streams.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum ExecFault {
    /// Nothing is wrong.
    #[default]
    None,
    /// The upgrade is answered with this HTTP status.
    Refuse { code: u16, message: String },
    /// The upgrade is never answered.
    Hang,
    /// The stream opens, and then nothing comes and nothing is read.
    Silent,
    /// The connection is cut without a close frame after so many bytes of output.
    CutAfter(usize),
    /// The connection is cut without a close frame once this was written; the processes live on.
    CutAfterText(String),
    /// Once this was written nothing is read any more, pings neither; the connection stays open.
    DeafAfterText(String),
    /// The command never runs; the status frame says so.
    StartFails(String),
    /// The stream ends with a close frame but without a status frame.
    EndWithoutStatus,
}

/// Which subprotocols the server speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ExecProtocols {
    #[default]
    V4AndV5,
    V4Only,
    V5Only,
}

/// How the server takes `sendInitialEvents`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StreamingLists {
    #[default]
    Served,
    /// 422, as a server with the feature off.
    Refused,
}

#[derive(Debug, Default)]
struct Plan {
    denials: Vec<Denial>,
    unauthorized: bool,
    expire_watches: u32,
    delay: Duration,
    exec: ExecFault,
    /// One for each exec to come; the last one stays.
    exec_in: HashMap<String, VecDeque<ExecFault>>,
    protocols: ExecProtocols,
    streaming_lists: StreamingLists,
    no_image: Option<String>,
}

/// The faults in force; nothing is wrong at the start.
#[derive(Debug)]
pub(super) struct Faults {
    plan: Mutex<Plan>,
    watch_epoch: watch::Sender<u64>,
    exec_epoch: watch::Sender<u64>,
    hear_epoch: watch::Sender<u64>,
}

impl Faults {
    pub(super) fn new() -> Self {
        Self {
            plan: Mutex::new(Plan::default()),
            watch_epoch: watch::Sender::new(0),
            exec_epoch: watch::Sender::new(0),
            hear_epoch: watch::Sender::new(0),
        }
    }

    pub(super) fn deny(&self, denial: Denial) {
        self.lock().denials.push(denial);
    }

    pub(super) fn allow_all(&self) {
        self.lock().denials.clear();
    }

    pub(super) fn denied(&self, asked: &Asked) -> bool {
        self.lock()
            .denials
            .iter()
            .any(|denial| denial.covers(asked))
    }

    pub(super) fn set_unauthorized(&self, on: bool) {
        self.lock().unauthorized = on;
    }

    pub(super) fn unauthorized(&self) -> bool {
        self.lock().unauthorized
    }

    pub(super) fn set_delay(&self, delay: Duration) {
        self.lock().delay = delay;
    }

    pub(super) fn delay(&self) -> Duration {
        self.lock().delay
    }

    pub(super) fn set_exec(&self, fault: ExecFault) {
        self.lock().exec = fault;
    }

    pub(super) fn set_exec_in(&self, pod: &str, faults: &[ExecFault]) {
        let faults = faults.iter().cloned().collect();
        self.lock().exec_in.insert(pod.to_owned(), faults);
    }

    /// What happens to this exec; asked once for each.
    pub(super) fn take_exec(&self, pod: &str) -> ExecFault {
        let mut plan = self.lock();
        let Plan { exec, exec_in, .. } = &mut *plan;
        let Some(faults) = exec_in.get_mut(pod) else {
            return exec.clone();
        };
        let next = if faults.len() > 1 {
            faults.pop_front()
        } else {
            faults.front().cloned()
        };
        next.unwrap_or_else(|| exec.clone())
    }

    pub(super) fn set_protocols(&self, protocols: ExecProtocols) {
        self.lock().protocols = protocols;
    }

    pub(super) fn protocols(&self) -> ExecProtocols {
        self.lock().protocols
    }

    pub(super) fn set_streaming_lists(&self, streaming_lists: StreamingLists) {
        self.lock().streaming_lists = streaming_lists;
    }

    pub(super) fn streaming_lists(&self) -> StreamingLists {
        self.lock().streaming_lists
    }

    pub(super) fn set_no_image(&self, image: &str) {
        self.lock().no_image = Some(image.to_owned());
    }

    pub(super) fn has_image(&self, image: &str) -> bool {
        self.lock().no_image.as_deref() != Some(image)
    }

    pub(super) fn expire_watches(&self, count: u32) {
        self.lock().expire_watches = count;
    }

    /// Whether this watch is one of those that get 410.
    pub(super) fn take_expired_watch(&self) -> bool {
        let mut plan = self.lock();
        let taken = plan.expire_watches > 0;
        plan.expire_watches = plan.expire_watches.saturating_sub(1);
        taken
    }

    pub(super) fn cut_watches(&self) {
        self.watch_epoch.send_modify(|epoch| *epoch += 1);
    }

    pub(super) fn watch_cuts(&self) -> watch::Receiver<u64> {
        self.watch_epoch.subscribe()
    }

    pub(super) fn cut_execs(&self) {
        self.exec_epoch.send_modify(|epoch| *epoch += 1);
    }

    pub(super) fn exec_cuts(&self) -> watch::Receiver<u64> {
        self.exec_epoch.subscribe()
    }

    pub(super) fn hear_execs(&self) {
        self.hear_epoch.send_modify(|epoch| *epoch += 1);
    }

    pub(super) fn heard_execs(&self) -> watch::Receiver<u64> {
        self.hear_epoch.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Denial {
    /// Denies `verb` on `resource` everywhere.
    pub fn everywhere(verb: &str, resource: &str) -> Self {
        Self {
            verb: verb.to_owned(),
            resource: resource.to_owned(),
            namespace: None,
        }
    }

    fn covers(&self, asked: &Asked) -> bool {
        (self.verb == "*" || self.verb == asked.verb)
            && (self.resource == "*" || self.resource == asked.resource)
            && (self.namespace.is_none() || self.namespace == asked.namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_a_pod_come_in_their_order_and_the_last_one_stays() {
        let faults = Faults::new();
        faults.set_exec_in("web-0", &[ExecFault::None, ExecFault::Hang]);
        let taken: Vec<ExecFault> = (0..3).map(|_| faults.take_exec("web-0")).collect();
        assert_eq!(taken, [ExecFault::None, ExecFault::Hang, ExecFault::Hang]);
        faults.set_exec(ExecFault::Silent);
        assert_eq!(faults.take_exec("web-1"), ExecFault::Silent);
    }

    #[test]
    fn a_denial_covers_its_verb_resource_and_namespace_only() {
        let asked = |namespace: Option<&str>| Asked {
            verb: "list",
            group: "",
            resource: "pods".to_owned(),
            namespace: namespace.map(str::to_owned),
            name: None,
        };
        let faults = Faults::new();
        assert!(!faults.denied(&asked(None)));
        let namespace = Some("shop".to_owned());
        faults.deny(Denial {
            namespace,
            ..Denial::everywhere("list", "pods")
        });
        assert!(!faults.denied(&asked(None)));
        assert!(faults.denied(&asked(Some("shop"))));
        faults.deny(Denial::everywhere("*", "pods"));
        assert!(faults.denied(&asked(None)));
        faults.allow_all();
        assert!(!faults.denied(&asked(None)));
    }
}
