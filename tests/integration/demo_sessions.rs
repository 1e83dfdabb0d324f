//! Whole sessions on the embedded cluster, with podmux's own wrapper and cleanup: the same for simulated and for sandboxed shells.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use podmux::cluster::cleanup::{self, CleanupError, CleanupRequest};
use podmux::cluster::exec::{
    self, ExecRequest, Marking, OutputChunk, SessionEvent, SessionHandle, Stdin, Timing,
};
use podmux::demo::{Churn, Demo, DemoOptions, ShellChoice, ShellKind, start};
use podmux::geometry::GridSize;
use podmux::ids::{ContainerRef, SessionId};
use podmux::session::cleanup::{Forking, Report, ReportExit, ScriptMode, ScriptOrder};
use podmux::session::wrapper::FileSizeMark;
use podmux::session::{Handshake, Outcome, SessionCommand};
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;

use super::demo_exec::settled;
use super::still::container;

const LONG: Duration = Duration::from_secs(20);
const WEB: &str = "web-6d9c8-4kq2p";

/// Demos with each kind of shell that works here.
async fn demos() -> Vec<Demo> {
    let mut demos = Vec::new();
    for shells in [ShellChoice::Simulated, ShellChoice::Auto] {
        let options = DemoOptions {
            pods: 30,
            shells,
            churn: Churn::Still,
            program: Some(PathBuf::from(env!("CARGO_BIN_EXE_podmux"))),
            ..DemoOptions::default()
        };
        let demo = start(options).unwrap();
        match demo.shells().await {
            ShellKind::Simulated { why } if shells == ShellChoice::Auto => {
                println!("only simulated shells: {why}");
            }
            ShellKind::Simulated { .. } | ShellKind::Sandboxed | ShellKind::Local => {
                demos.push(demo);
            }
        }
    }
    demos
}

struct Live {
    demo: Demo,
    handle: SessionHandle,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    wake: Arc<Notify>,
    session: SessionId,
    target: ContainerRef,
    container_id: Option<String>,
    handshake: Handshake,
    seen: String,
}

impl Live {
    async fn open(demo: Demo, number: u8, command: SessionCommand) -> Self {
        let session = SessionId::from_bytes([number; 16]);
        let (target, pod) = container(&demo, ["shop", WEB, "app"]).await;
        let container_id = cleanup::container_id(&pod, "app").map(str::to_owned);
        let request = ExecRequest {
            session,
            target: target.clone(),
            command,
            tty: Some(GridSize::new(24, 80)),
            term: "xterm-256color".to_owned(),
            stdin: Stdin::Open,
            marking: Marking::Wrapped(FileSizeMark::Off),
            open_timeout: LONG,
            timing: Timing::default(),
        };
        let (sender, mut events) = mpsc::channel(64);
        let wake = Arc::new(Notify::new());
        let handle = exec::open(demo.client(), request, sender, Arc::clone(&wake));
        let handshake = loop {
            match timeout(LONG, events.recv()).await.unwrap().unwrap().1 {
                SessionEvent::Started(handshake) => break handshake,
                SessionEvent::Opened => {}
                event @ (SessionEvent::Unmarked
                | SessionEvent::Silent(_)
                | SessionEvent::InputDropped(_)
                | SessionEvent::Ended(_)) => panic!("{event:?}"),
            }
        };
        let seen = String::new();
        Self {
            demo,
            handle,
            events,
            wake,
            session,
            target,
            container_id,
            handshake,
            seen,
        }
    }

    fn type_in(&self, text: &str) {
        self.handle
            .write(Bytes::copy_from_slice(text.as_bytes()))
            .unwrap();
    }

    async fn until(&mut self, text: &str) {
        while !self.seen.contains(text) {
            match self.handle.try_output() {
                Some(OutputChunk::Bytes(bytes) | OutputChunk::ErrorBytes(bytes)) => {
                    self.seen.push_str(&String::from_utf8_lossy(&bytes));
                }
                Some(OutputChunk::Gap(bytes)) => panic!("{bytes} bytes are missing"),
                None => {
                    let woken = timeout(LONG, self.wake.notified()).await;
                    assert!(woken.is_ok(), "no {text:?} in {:?}", self.seen);
                }
            }
        }
        let at = self.seen.find(text).unwrap() + text.len();
        self.seen.drain(..at);
    }

    async fn ended(&mut self) -> Outcome {
        loop {
            match timeout(LONG, self.events.recv()).await.unwrap().unwrap().1 {
                SessionEvent::Ended(outcome) => return outcome,
                SessionEvent::Opened
                | SessionEvent::Started(_)
                | SessionEvent::Unmarked
                | SessionEvent::Silent(_)
                | SessionEvent::InputDropped(_) => {}
            }
        }
    }

    async fn clean(&self, mode: ScriptMode) -> Result<Report, CleanupError> {
        let request = CleanupRequest {
            target: self.target.clone(),
            container_id: self.container_id.clone(),
            order: ScriptOrder {
                session: self.session,
                leader: Some(self.handshake.clone()),
                mode,
                grace: Duration::from_millis(500),
                forking: Forking::Allowed,
            },
            timeout: LONG,
        };
        cleanup::clean(&self.demo.client(), &request).await
    }
}

fn shell() -> SessionCommand {
    SessionCommand::Shell(["nothing", "ash", "sh"].map(str::to_owned).into())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_marked_and_cancelled_to_the_last_process() {
    for demo in demos().await {
        let control = demo.control();
        let mut live = Live::open(demo, 1, shell()).await;
        assert_eq!(live.handshake.pid, live.handshake.sid);
        live.until("$ ").await;
        for job in [
            "sleep 1001 &",
            "setsid sleep 1002 &",
            "(trap '' TERM HUP INT; sleep 1003) &",
        ] {
            live.type_in(&format!("{job}\r"));
            live.until("$ ").await;
        }
        live.type_in("echo mark=$PODMUX_SESSION; sleep 1004\r");
        live.until(&format!("mark={}\r\n", live.session)).await;
        let found = loop {
            let report = live.clean(ScriptMode::Report).await.unwrap();
            if report
                .left
                .iter()
                .filter(|process| process.comm == "sleep")
                .count()
                == 4
            {
                break report;
            }
        };
        assert_eq!(found.exit, ReportExit::Survivors);
        let report = live.clean(ScriptMode::Session).await.unwrap();
        assert_eq!(report.exit, ReportExit::Clean, "{report:?}");
        assert!(report.signalled >= 5, "{report:?}");
        assert!(matches!(live.ended().await, Outcome::Exited(code) if code > 128));
        let proof = live.clean(ScriptMode::Report).await.unwrap();
        assert_eq!((proof.exit, proof.left.len()), (ReportExit::Clean, 0));
        settled(&control, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_with_children_mode_keeps_the_shell() {
    for demo in demos().await {
        let mut live = Live::open(demo, 2, shell()).await;
        live.until("$ ").await;
        live.type_in("sleep 1001 & setsid sleep 1002 &\r");
        live.until("$ ").await;
        live.type_in("sleep 1003\r");
        // Until it runs, the interrupt would hit the shell in the middle of starting it.
        while live
            .clean(ScriptMode::ReportChildren)
            .await
            .unwrap()
            .left
            .len()
            < 3
        {}
        live.handle.interrupt().unwrap();
        live.until("$ ").await;
        let report = live.clean(ScriptMode::Children).await.unwrap();
        assert_eq!(report.exit, ReportExit::Clean, "{report:?}");
        let left = live.clean(ScriptMode::ReportChildren).await.unwrap();
        assert!(left.left.is_empty(), "{left:?}");
        live.type_in("echo alive-$((1))\r");
        live.until("alive-").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_keeps_its_exit_code_and_its_words() {
    for demo in demos().await {
        let words = ["sh", "-c", "echo \"<$1>\"; exit 9", "sh", "a  'b\" $c"];
        let command = SessionCommand::Argv(words.map(str::to_owned).into());
        let mut live = Live::open(demo, 3, command).await;
        live.until("<a  'b\" $c>").await;
        assert_eq!(live.ended().await, Outcome::Exited(9));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_stream_is_lost_and_what_it_left_is_found_and_ended() {
    for demo in demos().await {
        let control = demo.control();
        let command = SessionCommand::Argv(["sleep", "1001"].map(str::to_owned).into());
        let mut live = Live::open(demo, 4, command).await;
        control.cut_execs();
        assert!(matches!(live.ended().await, Outcome::Lost(_)));
        settled(&control, 1).await;
        let report = live.clean(ScriptMode::Session).await.unwrap();
        assert_eq!(
            (report.exit, report.found.len()),
            (ReportExit::Clean, 1),
            "{report:?}"
        );
        settled(&control, 0).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_container_stops_the_cleanup() {
    for demo in demos().await {
        let control = demo.control();
        let mut live = Live::open(demo, 5, shell()).await;
        assert!(control.restart_pod("shop", WEB));
        live.ended().await;
        let refused = live.clean(ScriptMode::Session).await.unwrap_err();
        assert!(refused.container_is_gone(), "{refused:?}");
        settled(&control, 0).await;
    }
}
