//! Each limit of time in the settings, against something that never answers. The limit of a run and the guard's are in `headless`
//! and `lease_scripts`; the grace is in `demo_sessions`, against a child that takes no signal.

use std::sync::Arc;
use std::time::Duration;

use podmux::cluster::cleanup::{self, CleanupError, CleanupRequest};
use podmux::cluster::client::{self, Overrides};
use podmux::cluster::error::AccessError;
use podmux::cluster::exec::{self, ExecRequest, Marking, SessionEvent, Stdin, Timing};
use podmux::cluster::kubeconfig::{self, KubeconfigSources};
use podmux::demo::{Demo, ExecFault};
use podmux::ids::{ContainerRef, ContextName, SessionId};
use podmux::session::cleanup::{Forking, ScriptMode, ScriptOrder};
use podmux::session::wrapper::FileSizeMark;
use podmux::session::{Outcome, SessionCommand};
use rstest::rstest;
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};

use super::still::{container, demo};

const LIMIT: Duration = Duration::from_millis(300);
/// A test that waits so long has failed.
const LONG: Duration = Duration::from_secs(20);
const WEB: &str = "web-6d9c8-4kq2p";

/// A demo in which every exec goes wrong in this way.
fn faulty(fault: ExecFault) -> Demo {
    let demo = demo();
    demo.control().exec_fault(fault);
    demo
}

async fn web(demo: &Demo) -> ContainerRef {
    container(demo, ["shop", WEB, "app"]).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_that_never_opens_is_lost_after_the_open_limit() {
    let demo = faulty(ExecFault::Hang);
    let request = ExecRequest {
        session: SessionId::from_bytes([1; 16]),
        target: web(&demo).await,
        command: SessionCommand::Argv(vec!["true".into()]),
        tty: None,
        term: "xterm".to_owned(),
        stdin: Stdin::Open,
        marking: Marking::Wrapped(FileSizeMark::Off),
        open_timeout: LIMIT,
        timing: Timing::default(),
    };
    let (sender, mut events) = mpsc::channel(64);
    let _handle = exec::open(demo.client(), request, sender, Arc::new(Notify::new()));
    let (_, event) = tokio::time::timeout(LONG, events.recv())
        .await
        .unwrap()
        .unwrap();
    let SessionEvent::Ended(Outcome::Lost(why)) = event else {
        panic!("{event:?}");
    };
    assert_eq!(why, "no answer in 0.3 s");
}

#[rstest]
#[case::never_answered(ExecFault::Hang)]
#[case::opened_and_then_nothing(ExecFault::Silent)]
#[tokio::test(flavor = "multi_thread")]
async fn a_cleanup_that_hangs_is_given_up_after_the_cleanup_limit(#[case] fault: ExecFault) {
    let demo = faulty(fault);
    let request = CleanupRequest {
        target: web(&demo).await,
        container_id: None,
        order: ScriptOrder {
            session: SessionId::from_bytes([2; 16]),
            leader: None,
            mode: ScriptMode::Session,
            grace: Duration::from_millis(500),
            forking: Forking::Allowed,
        },
        timeout: LIMIT,
    };
    let cleaned = tokio::time::timeout(LONG, cleanup::clean(&demo.client(), &request)).await;
    let error = cleaned.unwrap().unwrap_err();
    // The limit of the request and that of the whole end in the same moment; either may be the first to speak.
    assert!(
        matches!(error, CleanupError::TimedOut(_) | CleanupError::Lost(_)),
        "{error:?}"
    );
    assert!(error.to_string().contains("no answer in"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_takes_connections_and_says_nothing_is_named_after_the_request_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config");
    let text = format!(
        "contexts: [{{name: mute, context: {{cluster: mute}}}}]\n\
         clusters: [{{name: mute, cluster: {{server: '{server}'}}}}]\n"
    );
    std::fs::write(&file, text).unwrap();
    let sources = KubeconfigSources {
        flag: Some(file),
        ..KubeconfigSources::default()
    };
    let merged = kubeconfig::load(&sources).unwrap();
    let overrides = Overrides {
        request_timeout: Some(LIMIT),
        ..Overrides::default()
    };
    let clients = client::connect(&merged, &ContextName::new("mute"), &overrides)
        .await
        .unwrap();
    let probed = tokio::time::timeout(LONG, client::probe(&clients)).await;
    let error = probed.unwrap().unwrap_err();
    assert!(
        matches!(&error, AccessError::TimedOut { limit, .. } if *limit == LIMIT),
        "{error:?}"
    );
    assert!(error.to_string().contains(&server), "{error}");
}
