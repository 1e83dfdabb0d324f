//! `run`, `leaks` and `reap` against the embedded cluster with simulated shells: exit codes, lines, what is left, the journal.

use std::sync::Arc;
use std::time::Duration;

use podmux::cluster::watch::Selectors;
use podmux::demo::{Churn, Demo, DemoOptions, Denial, ExecFault, ShellChoice};
use podmux::headless::{
    Cluster, Count, ExitCode, Form, LeaksOptions, Limits, Namespaces, NoCluster, Output,
    ReapOptions, Rehearsal, RunOptions, Selection, StandardInput, StateFiles, Streams, TargetKind,
    TargetName, Terminal, leaks, reap, run,
};
use podmux::ids::ContextName;
use podmux::journal::audit::KeepText;
use podmux::journal::{Folded, fold};
use podmux::session::guard::{Deny, Origin, Pattern, Rules, Yes};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(30);
const WEB: &str = "web-6d9c8-4kq2p";

/// An embedded cluster, a state folder of its own, and the switch of the user's interrupts.
struct Desk {
    demo: Demo,
    folder: TempDir,
    interrupts: watch::Sender<u32>,
}

/// What a command printed and returned.
struct Said {
    exit: ExitCode,
    out: String,
    err: String,
}

impl Said {
    fn lines(&self) -> Vec<Value> {
        self.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

impl Desk {
    fn new() -> Self {
        let options = DemoOptions {
            pods: 60,
            shells: ShellChoice::Simulated,
            churn: Churn::Still,
            ..DemoOptions::default()
        };
        Self {
            demo: podmux::demo::start(options).unwrap(),
            folder: tempfile::tempdir().unwrap(),
            interrupts: watch::Sender::new(0),
        }
    }

    fn cluster(&self) -> Cluster {
        Cluster {
            context: ContextName::new("demo"),
            api: self.demo.client(),
            exec: self.demo.client(),
            server: "https://demo".into(),
            namespace: "shop".into(),
        }
    }

    fn state(&self) -> StateFiles {
        StateFiles {
            journal: self.folder.path().join("journal.jsonl"),
            audit: Some(self.folder.path().join("audit.jsonl")),
            keep_text: KeepText::No,
        }
    }

    fn journal(&self) -> Folded {
        fold(&std::fs::read(self.state().journal).unwrap())
    }

    fn audit(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.folder.path().join("audit.jsonl")).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    async fn run(&self, options: &RunOptions, stdin: Option<StandardInput>) -> Said {
        let clusters = vec![Arc::new(self.cluster())];
        let state = self.state();
        let interrupts = self.interrupts.subscribe();
        said(async |streams: &mut Streams<'_>| {
            run::run(options, &clusters, &state, interrupts, stdin, streams).await
        })
        .await
    }

    async fn leaks(&self) -> Said {
        self.leaks_as(Form::Json).await
    }

    async fn leaks_as(&self, form: Form) -> Said {
        let options = LeaksOptions {
            selection: pod(WEB),
            form,
            older: Duration::ZERO,
            limits: limits(),
            journal: self.state().journal,
        };
        let clusters = vec![Arc::new(self.cluster())];
        let interrupts = self.interrupts.subscribe();
        said(async |streams: &mut Streams<'_>| {
            leaks::leaks(&options, &clusters, interrupts, streams).await
        })
        .await
    }

    async fn reap(&self, yes: Yes) -> Said {
        let options = ReapOptions {
            yes,
            form: Form::Json,
            limits: limits(),
        };
        let connect = async |name: &ContextName| match name.as_str() {
            "demo" => Ok(self.cluster()),
            _ => Err(NoCluster::NoContext),
        };
        let state = self.state();
        let interrupts = self.interrupts.subscribe();
        said(async |streams: &mut Streams<'_>| {
            reap::reap(options, connect, &state, interrupts, streams).await
        })
        .await
    }

    /// As if the process that wrote the journal had been killed.
    fn orphan_the_journal(&self) {
        let path = self.state().journal;
        let text = std::fs::read_to_string(&path).unwrap();
        let ours = format!("\"owner\":{{\"pid\":{},", std::process::id());
        assert!(text.contains(&ours), "{text}");
        std::fs::write(&path, text.replace(&ours, "\"owner\":{\"pid\":1,")).unwrap();
    }
}

async fn said(command: impl AsyncFnOnce(&mut Streams<'_>) -> ExitCode) -> Said {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = Streams {
        out: &mut out,
        err: &mut err,
        terminal: Terminal::No,
        width: 80,
        count: Count::Off,
    };
    let exit = timeout(LONG, command(&mut streams))
        .await
        .expect("an end in time");
    Said {
        exit,
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

fn limits() -> Limits {
    Limits {
        open: Duration::from_secs(5),
        grace: Duration::from_millis(600),
        cleanup: Duration::from_secs(5),
    }
}

fn selection(kind: TargetKind, name: &str) -> Selection {
    Selection {
        names: vec![TargetName {
            kind,
            name: name.into(),
        }],
        namespaces: Namespaces::OfContext,
        selectors: Selectors::default(),
        container: None,
    }
}

fn pod(name: &str) -> Selection {
    selection(TargetKind::Pod, name)
}

fn redis() -> Selection {
    Selection {
        namespaces: Namespaces::Named(vec!["cart".into()]),
        ..selection(TargetKind::StatefulSet, "cart-redis")
    }
}

fn options(selection: Selection, command: &[&str]) -> RunOptions {
    RunOptions {
        selection,
        command: command.iter().map(|&word| word.to_owned()).collect(),
        output: Some(Output::Json),
        timeout: None,
        lease: None,
        fanout: 32,
        max_output: 1 << 20,
        rules: Rules {
            max_targets: 100,
            ..Rules::default()
        },
        yes: Yes::NotGiven,
        rehearsal: Rehearsal::No,
        limits: limits(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_pod_of_a_workload_answers_and_nothing_stays_open() {
    let desk = Desk::new();
    let db = redis();
    let said = desk.run(&options(db, &["hostname"]), None).await;
    assert_eq!(said.exit, ExitCode::Success, "{}", said.err);
    let lines = said.lines();
    assert!(lines.len() > 1, "{}", said.out);
    for line in &lines {
        let pod = line["pod"].as_str().unwrap();
        assert_eq!(line["stdout"], format!("{pod}\n"));
        assert_eq!(
            (&line["outcome"], &line["exit_code"]),
            (&"exited".into(), &0.into())
        );
        assert_eq!(line["left"], 0, "{line}");
    }
    assert!(desk.journal().open.is_empty());
    let acts: Vec<Value> = desk
        .audit()
        .iter()
        .map(|line| line["act"].clone())
        .collect();
    assert_eq!(acts.first(), Some(&"run".into()));
    assert_eq!(
        acts.iter().filter(|act| **act == "session_end").count(),
        lines.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_other_than_0_makes_exit_code_1() {
    let desk = Desk::new();
    let said = desk
        .run(&options(pod(WEB), &["sh", "-c", "exit 3"]), None)
        .await;
    assert_eq!(said.exit, ExitCode::Failure, "{}", said.err);
    assert_eq!(said.lines()[0]["exit_code"], 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_never_starts_makes_exit_code_3_and_closes_its_entry() {
    let desk = Desk::new();
    desk.demo
        .control()
        .exec_fault(ExecFault::StartFails("exec: \"x\": no such device".into()));
    let said = desk.run(&options(pod(WEB), &["x"]), None).await;
    assert_eq!(said.exit, ExitCode::Unknown, "{}", said.err);
    assert_eq!(said.lines()[0]["outcome"], "start_failed");
    assert!(desk.journal().open.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_exec_names_the_missing_right() {
    let desk = Desk::new();
    desk.demo.control().deny(Denial {
        verb: "*".into(),
        resource: "pods/exec".into(),
        namespace: None,
    });
    let said = desk.run(&options(pod(WEB), &["true"]), None).await;
    assert_eq!(said.exit, ExitCode::Unknown);
    let advice = said.err.matches("kind: RoleBinding").count();
    assert_eq!(advice, 1, "{}", said.err);
    assert!(
        said.err.contains("on pods/exec in namespace"),
        "{}",
        said.err
    );
}

/// What an API server answers behind a gateway that takes the upgrade out of the request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_knows_only_spdy_is_refused_by_name() {
    let desk = Desk::new();
    let message = "Upgrade request required".to_owned();
    let refuse = ExecFault::Refuse { code: 400, message };
    desk.demo.control().exec_fault_in(WEB, refuse);
    let said = desk.run(&options(pod(WEB), &["true"]), None).await;
    assert_eq!(said.exit, ExitCode::Unknown);
    for part in [
        "Upgrade request required",
        "knows only SPDY",
        "the API server's own address",
    ] {
        assert!(said.err.contains(part), "{}", said.err);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_end_without_a_status_is_lost_and_never_a_success() {
    let desk = Desk::new();
    desk.demo
        .control()
        .exec_fault_in(WEB, ExecFault::EndWithoutStatus);
    let options = options(pod(WEB), &["true"]);
    let said = desk.run(&options, None).await;
    assert_eq!(said.exit, ExitCode::Unknown, "{}", said.err);
    let line = said.lines()[0].clone();
    assert_eq!(
        (&line["outcome"], &line["exit_code"]),
        (&"lost".into(), &Value::Null),
        "{line}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_that_takes_too_long_is_cancelled_with_0_left() {
    let desk = Desk::new();
    let mut options = options(pod(WEB), &["sleep", "600"]);
    options.timeout = Some(Duration::from_millis(500));
    let said = desk.run(&options, None).await;
    assert_eq!(said.exit, ExitCode::Unknown, "{}", said.err);
    let line = said.lines()[0].clone();
    assert_eq!(
        (&line["outcome"], &line["left"]),
        (&"timed_out".into(), &0.into()),
        "{}",
        said.err
    );
    assert_eq!(desk.demo.control().live_execs(), 0);
    assert!(desk.journal().open.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_cleans_up_first() {
    let desk = Desk::new();
    let options = options(pod(WEB), &["sleep", "600"]);
    let control = desk.demo.control();
    let running = desk.run(&options, None);
    let interrupt = async {
        while control.live_execs() == 0 {
            tokio::task::yield_now().await;
        }
        desk.interrupts.send_replace(1);
    };
    let (said, ()) = tokio::join!(running, interrupt);
    assert_eq!(said.exit, ExitCode::Interrupted, "{}", said.err);
    assert_eq!(said.lines()[0]["outcome"], "cancelled");
    assert_eq!(control.live_execs(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_ends_the_search_for_targets() {
    let desk = Desk::new();
    desk.demo.control().delay(Duration::from_secs(3600));
    let options = options(pod(WEB), &["true"]);
    let run = desk.run(&options, None);
    let interrupt = async {
        tokio::task::yield_now().await;
        desk.interrupts.send_modify(|count| *count += 1);
    };
    let both = async { tokio::join!(run, interrupt) };
    let (said, ()) = timeout(Duration::from_secs(20), both)
        .await
        .expect("it ends");
    assert_eq!(said.exit, ExitCode::Interrupted, "{}", said.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn standard_input_goes_to_every_target() {
    let desk = Desk::new();
    let db = redis();
    let input = Box::new(std::io::Cursor::new(b"one\ntwo\n".to_vec()));
    let said = desk.run(&options(db, &["cat"]), Some(input)).await;
    assert_eq!(said.exit, ExitCode::Success, "{}", said.err);
    assert!(
        said.lines()
            .iter()
            .all(|line| line["stdout"] == "one\ntwo\n"),
        "{}",
        said.out
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_matches_nothing_and_what_names_nothing_have_codes_of_their_own() {
    let desk = Desk::new();
    let said = desk.run(&options(pod("nosuch"), &["true"]), None).await;
    let where_from =
        "podmux: no pod matches pod/nosuch in namespace shop; -n or -A looks elsewhere\n";
    assert_eq!(
        (said.exit, said.err.as_str()),
        (ExitCode::NoTarget, where_from)
    );
    let mut nothing = pod(WEB);
    nothing.names.clear();
    nothing.namespaces = Namespaces::Named(vec!["shop".into(), "cart".into()]);
    nothing.selectors.labels = "app=nosuch".into();
    let said = desk.run(&options(nothing.clone(), &["true"]), None).await;
    let named = "podmux: no pod matches in namespaces shop, cart; -n or -A looks elsewhere\n";
    assert_eq!((said.exit, said.err.as_str()), (ExitCode::NoTarget, named));
    nothing.namespaces = Namespaces::All;
    let said = desk.run(&options(nothing, &["true"]), None).await;
    assert_eq!(said.err, "podmux: no pod matches in any namespace\n");
    let mut everything = pod(WEB);
    everything.names.clear();
    let said = desk.run(&options(everything, &["true"]), None).await;
    assert_eq!(said.exit, ExitCode::Usage);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn protected_targets_want_yes_and_the_refusal_is_in_the_audit() {
    let desk = Desk::new();
    let mut options = options(pod(WEB), &["true"]);
    options.rules.protected_contexts = vec![Pattern::new("de*")];
    let said = desk.run(&options, None).await;
    assert_eq!(said.exit, ExitCode::Usage);
    assert!(said.err.contains("--yes"), "{}", said.err);
    assert_eq!(desk.audit()[0]["act"], "refused");
    assert!(desk.journal().open.is_empty());
    options.yes = Yes::Given;
    assert_eq!(desk.run(&options, None).await.exit, ExitCode::Success);
}

/// The row of `podmux run` in the attack on the guard rails; what the console's doors answer is in `app/update/tests/rails.rs`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_rule_meets_podmux_run_and_none_stops_leaks_and_reap() {
    type Set = fn(&mut Rules);
    let table: [(&str, Set, &str); 6] = [
        ("none", |_| {}, ""),
        (
            "read_only",
            |rules| rules.read_only = true,
            "guard.read_only",
        ),
        (
            "namespace",
            |rules| rules.protected_namespaces = vec![Pattern::new("ca*")],
            "protected: cart; give --yes",
        ),
        // Nobody is there to type a number: the number is a limit that was given on purpose.
        ("confirm_over", |rules| rules.confirm_over = 1, ""),
        (
            "max_targets",
            |rules| rules.max_targets = 1,
            "targets are more than broadcast.max_targets = 1",
        ),
        (
            "deny",
            |rules| {
                rules.deny = vec![Deny {
                    regex: regex::Regex::new("^true").unwrap(),
                    origin: Origin::default(),
                }];
            },
            "the text matches guard.deny",
        ),
    ];
    let desk = Desk::new();
    for (rule, set, refusal) in table {
        let mut options = options(redis(), &["true"]);
        set(&mut options.rules);
        // What comes on standard input is part of no rule, and goes nowhere where one refuses.
        let input: StandardInput = Box::new(std::io::Cursor::new(b"true\n".to_vec()));
        let said = desk.run(&options, Some(input)).await;
        if refusal.is_empty() {
            assert_eq!(said.exit, ExitCode::Success, "{rule}: {}", said.err);
        } else {
            assert_eq!(said.exit, ExitCode::Usage, "{rule}: {}", said.err);
            assert!(said.err.contains(refusal), "{rule}: {}", said.err);
        }
    }
    assert!(desk.leaks().await.err.is_empty());
    assert_eq!(desk.reap(Yes::Given).await.exit, ExitCode::Success);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rehearsal_prints_the_targets_and_sends_nothing() {
    let desk = Desk::new();
    let mut options = options(pod(WEB), &["true"]);
    options.rehearsal = Rehearsal::DryRun;
    options.output = None;
    let said = desk.run(&options, None).await;
    assert_eq!(
        (said.exit, said.out.as_str()),
        (ExitCode::Success, "demo shop/web-6d9c8-4kq2p app\n")
    );
    let sent = desk.demo.control().requests();
    assert!(
        !sent.iter().any(|request| request.contains("/exec")),
        "{sent:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_place_for_the_journal_nothing_is_run() {
    let desk = Desk::new();
    let clusters = vec![Arc::new(desk.cluster())];
    let state = StateFiles {
        journal: "/proc/nowhere/journal.jsonl".into(),
        ..desk.state()
    };
    let interrupts = desk.interrupts.subscribe();
    let options = options(pod(WEB), &["true"]);
    let said = said(async |streams: &mut Streams<'_>| {
        run::run(&options, &clusters, &state, interrupts, None, streams).await
    })
    .await;
    assert_eq!(said.exit, ExitCode::Usage);
    assert!(said.err.contains("XDG_STATE_HOME"), "{}", said.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaks_finds_what_a_killed_client_left_and_reap_ends_it() {
    let desk = Desk::new();
    let nothing = desk.leaks_as(Form::Table).await;
    assert_eq!(nothing.exit, ExitCode::Success);
    assert!(
        nothing.err.contains("no exec process runs in 2 containers"),
        "{}",
        nothing.err
    );
    let options = options(pod(WEB), &["sleep", "600"]);
    let started = async {
        let journal = desk.state().journal;
        let begun = || {
            let bytes = std::fs::read(&journal).unwrap_or_default();
            fold(&bytes)
                .open
                .iter()
                .any(|entry| entry.handshake.is_some())
        };
        while !begun() {
            tokio::task::yield_now().await;
        }
    };
    // The command's future is dropped in the middle, as a killed client ends.
    tokio::select! {
        said = desk.run(&options, None) => panic!("ended by itself: {}", said.err),
        () = started => {}
    }
    desk.orphan_the_journal();
    let found = desk.leaks().await;
    assert_eq!(found.exit, ExitCode::Failure, "{}", found.err);
    let line = found.lines()[0].clone();
    let session = desk.journal().open[0].session.to_string();
    assert_eq!(
        (&line["exec_root"], &line["session"], &line["client"]),
        (&true.into(), &session.into(), &"gone".into()),
        "{line}"
    );
    let shown = desk.reap(Yes::NotGiven).await;
    assert_eq!(
        (shown.exit, &shown.lines()[0]["left"]),
        (ExitCode::Failure, &1.into())
    );
    let ended = desk.reap(Yes::Given).await;
    assert_eq!(ended.exit, ExitCode::Success, "{} {}", ended.out, ended.err);
    assert_eq!(desk.leaks().await.exit, ExitCode::Success);
    assert!(desk.journal().open.is_empty());
    // Both commands asked the API server who we are.
    let users: Vec<Value> = desk
        .audit()
        .into_iter()
        .filter(|line| line["act"] == "run" || line["act"] == "reap")
        .map(|line| line["cluster_user"].clone())
        .collect();
    assert!(
        users.len() >= 2 && users.iter().all(|user| user == "demo"),
        "{users:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_a_living_podmux_is_left_alone() {
    let desk = Desk::new();
    let mut options = options(pod(WEB), &["sleep", "600"]);
    options.timeout = Some(Duration::from_secs(3));
    let control = desk.demo.control();
    let look = async {
        while control.live_execs() == 0 {
            tokio::task::yield_now().await;
        }
        desk.reap(Yes::Given).await
    };
    let (ran, reaped) = tokio::join!(desk.run(&options, None), look);
    assert_eq!(reaped.lines()[0]["state"], "in_use", "{}", reaped.out);
    assert_eq!(reaped.exit, ExitCode::Success);
    assert_eq!(ran.lines()[0]["outcome"], "timed_out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pod_that_is_gone_closes_its_entry() {
    let desk = Desk::new();
    let options = options(pod(WEB), &["sleep", "600"]);
    let control = desk.demo.control();
    let started = async {
        while control.live_execs() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        said = desk.run(&options, None) => panic!("ended by itself: {}", said.err),
        () = started => {}
    }
    desk.orphan_the_journal();
    assert!(control.remove_pod("shop", WEB));
    let reaped = desk.reap(Yes::NotGiven).await;
    assert_eq!(reaped.exit, ExitCode::Success, "{}", reaped.out);
    assert!(
        reaped.lines()[0]["reason"]
            .as_str()
            .unwrap()
            .contains("the pod is gone")
    );
    assert!(desk.journal().open.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaks_looks_again_into_a_container_too_full_for_the_first_look() {
    let desk = Desk::new();
    let control = desk.demo.control();
    let full = "read init-p: connection reset by peer";
    control.exec_fault_in(WEB, ExecFault::StartFails(full.to_owned()));
    let passes = async {
        let asked = || control.requests().iter().any(|one| one.contains("/exec"));
        while !asked() {
            tokio::task::yield_now().await;
        }
        control.exec_fault_in(WEB, ExecFault::None);
    };
    let (said, ()) = tokio::join!(desk.leaks(), passes);
    assert_eq!((said.exit, &*said.err), (ExitCode::Success, ""));
    // A missing right stays missing, and nobody waits for it.
    let before = control.requests().len();
    control.deny(Denial::everywhere("*", "pods/exec"));
    let said = desk.leaks().await;
    assert_eq!(said.exit, ExitCode::Unknown);
    let asked = control.requests().split_off(before);
    let execs = asked.iter().filter(|one| one.contains("/exec")).count();
    assert_eq!(execs, said.err.matches("not looked into").count());
}
