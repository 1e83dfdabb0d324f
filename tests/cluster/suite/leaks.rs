//! The forty rows of the leak matrix on a real cluster, through the real program: what is left in a container after each way to
//! end a session, which bystanders were killed, and what kubectl leaves of the same.
//!
//! The judge is the machine under the containers (`support::node`), not podmux and not `ps` in the pod. Rows that need the own
//! cluster's users or stop its components are in `own_cluster`.

pub(crate) mod clients;
mod commands;
mod crashes;
mod flood;
mod leases;
mod moments;
mod own_cluster;
mod pods;
mod shells;
mod sizes;
mod table;
mod together;
mod typed;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use self::pods::Pods;
use self::table::{Line, print};

/// Rows that run at the same time, each in a pod of its own.
const AT_ONCE: usize = 6;

type Run = Box<dyn FnOnce(&Pods) -> Vec<Line> + Send>;

/// One row in one kind of pod.
struct Job {
    row: u8,
    case: String,
    run: Run,
}

impl Job {
    fn new(
        row: u8,
        case: impl Into<String>,
        run: impl FnOnce(&Pods) -> Vec<Line> + Send + 'static,
    ) -> Self {
        Self {
            row,
            case: case.into(),
            run: Box::new(run),
        }
    }
}

/// A number of seconds that no other process on this machine has in its words.
pub(crate) fn token() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("7{:06}{n:03}", std::process::id() % 1_000_000)
}

/// Runs all jobs, some at a time; one that panics is a line that says so.
fn run_all(jobs: Vec<Job>, pods: &Pods) -> Vec<Line> {
    let jobs = Mutex::new(jobs.into_iter());
    let lines = Mutex::new(Vec::new());
    let next = || jobs.lock().expect("taking cannot panic").next();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(Job { row, case, run }) = next() {
                    let ran = catch_unwind(AssertUnwindSafe(|| run(pods)));
                    let ran = ran.unwrap_or_else(|panic| vec![Line::panicked(row, case, &*panic)]);
                    lines.lock().expect("adding cannot panic").extend(ran);
                }
            });
        }
    });
    lines.into_inner().expect("adding cannot panic")
}

#[test]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
fn nothing_is_left_by_any_row() {
    let kinds = pods::kinds();
    let mut jobs = Vec::new();
    let mut missing = Vec::new();
    let only = std::env::var("PODMUX_TEST_ROW").ok();
    for job in [
        typed::jobs(&kinds, &mut missing),
        commands::jobs(),
        crashes::jobs(),
        flood::jobs(),
        leases::jobs(),
        together::jobs(),
        sizes::jobs(),
        wire::jobs(),
    ]
    .into_iter()
    .flatten()
    {
        if only
            .as_deref()
            .is_none_or(|only| only == job.row.to_string())
        {
            jobs.push(job);
        }
    }
    let pods = Pods::start(&kinds);
    let lines = run_all(jobs, &pods);
    print(lines, &missing);
}
