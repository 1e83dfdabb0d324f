//! Exec streams of the embedded cluster through the real client, with simulated shells.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Status;
use kube::Api;
use kube::api::AttachParams;
use kube::client::UpgradeConnectionError;
use podmux::demo::{Control, Demo, ExecFault, ExecProtocols};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

use super::demo::demo;

const LONG: Duration = Duration::from_secs(20);
const WEB: &str = "web-6d9c8-4kq2p";

fn shop(demo: &Demo) -> Api<Pod> {
    Api::namespaced(demo.client(), "shop")
}

fn params() -> AttachParams {
    AttachParams::default()
        .container("app")
        .stdout(true)
        .stderr(true)
}

/// Runs a command without a terminal; gives its output, its errors and its status.
pub(crate) async fn run(demo: &Demo, argv: &[&str]) -> (String, String, Status) {
    let mut process = shop(demo)
        .exec(WEB, argv.to_vec(), &params())
        .await
        .unwrap();
    let status = process.take_status().unwrap();
    let (mut output, mut errors) = (process.stdout().unwrap(), process.stderr().unwrap());
    let (mut text, mut complaint) = (String::new(), String::new());
    let status = timeout(LONG, async {
        let (_, _, status) = tokio::join!(
            output.read_to_string(&mut text),
            errors.read_to_string(&mut complaint),
            status
        );
        status
    });
    let status = status.await.unwrap().unwrap();
    (text, complaint, status)
}

pub(crate) fn exit_code(status: &Status) -> Option<String> {
    let causes = status.details.as_ref()?.causes.as_ref()?;
    let cause = causes
        .iter()
        .find(|cause| cause.reason.as_deref() == Some("ExitCode"))?;
    cause.message.clone()
}

/// A terminal session whose output can be waited for.
pub(crate) struct Typist {
    pub(crate) process: kube::api::AttachedProcess,
    input: std::pin::Pin<Box<dyn tokio::io::AsyncWrite + Send>>,
    output: std::pin::Pin<Box<dyn tokio::io::AsyncRead + Send>>,
    seen: String,
}

impl Typist {
    pub(crate) async fn open(demo: &Demo, pod: &str, argv: &[&str]) -> Self {
        let params = AttachParams::interactive_tty().container("app");
        let mut process = shop(demo).exec(pod, argv.to_vec(), &params).await.unwrap();
        let input = Box::pin(process.stdin().unwrap());
        let output = Box::pin(process.stdout().unwrap());
        Self {
            process,
            input,
            output,
            seen: String::new(),
        }
    }

    pub(crate) async fn type_in(&mut self, text: &str) {
        self.input.write_all(text.as_bytes()).await.unwrap();
    }

    /// Reads on until `text` was printed; gives all up to it and forgets it.
    pub(crate) async fn until(&mut self, text: &str) -> String {
        let mut buffer = [0; 4096];
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            let read = timeout(LONG, self.output.read(&mut buffer)).await;
            let count = read
                .unwrap_or_else(|_| panic!("no {text:?} in {:?}", self.seen))
                .unwrap();
            assert!(
                count > 0,
                "the stream ended without {text:?}: {:?}",
                self.seen
            );
            self.seen
                .push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
    }
}

pub(crate) async fn settled(control: &Control, wanted: usize) {
    let counted = async {
        while control.live_execs() != wanted {
            tokio::task::yield_now().await;
        }
    };
    let late = timeout(LONG, counted).await.is_err();
    assert!(
        !late,
        "{} processes are alive, not {wanted}",
        control.live_execs()
    );
}

#[tokio::test]
async fn output_errors_and_exit_codes_arrive_as_from_a_real_server() {
    let (demo, _) = demo(30).await;
    let (text, _, status) = run(&demo, &["cat", "/etc/app/rev"]).await;
    assert_eq!(text, "7f3c9e1\n");
    assert_eq!(status.status.as_deref(), Some("Success"));
    let (text, errors, status) = run(&demo, &["sh", "-c", "echo out; echo err >&2; exit 7"]).await;
    assert_eq!((text.as_str(), errors.as_str()), ("out\n", "err\n"));
    assert_eq!(status.reason.as_deref(), Some("NonZeroExitCode"));
    assert_eq!(exit_code(&status).as_deref(), Some("7"));
    let (_, _, status) = run(&demo, &["bash"]).await;
    assert_eq!(status.reason.as_deref(), Some("InternalError"));
    assert!(
        status
            .message
            .unwrap()
            .contains("executable file not found in $PATH")
    );
}

#[tokio::test]
async fn words_arrive_byte_for_byte() {
    let (demo, _) = demo(30).await;
    let words = ["a b", "quote' \"", "$(x);", "-n", "gr\u{fc}n", "new\nline"];
    let mut argv = vec![
        "sh",
        "-c",
        "for w in \"$@\"; do printf '%s|' \"$w\"; done",
        "sh",
    ];
    argv.extend(words);
    let (text, errors, _) = run(&demo, &argv).await;
    assert_eq!(
        text,
        words.map(|word| format!("{word}|")).concat(),
        "{errors}"
    );
}

#[tokio::test]
async fn the_simulated_shell_speaks_enough_of_the_language() {
    let (demo, _) = demo(30).await;
    for (script, wanted) in [
        ("hostname", "web-6d9c8-4kq2p\n"),
        ("echo a; false || echo b && echo c", "a\nb\nc\n"),
        ("false; echo $?", "1\n"),
        ("seq 3 | tail -n 1", "3\n"),
        ("A=1; echo \"$A-${B:-none}\"", "1-none\n"),
        ("for i in $(seq 2); do echo n$i; done", "n1\nn2\n"),
        (
            "if test -e /etc/app/rev; then echo yes; else echo no; fi",
            "yes\n",
        ),
        ("cd /etc/app && ls", "app.conf\nrev\n"),
        (
            "echo x > /tmp/f; cat /tmp/f; rm /tmp/f; cat /tmp/f 2>/dev/null || echo gone",
            "x\ngone\n",
        ),
        ("trap 'echo bye' EXIT; exit 3", "bye\n"),
        ("env A=b env | grep A=b", "A=b\n"),
        ("yes | head -n 2", "y\ny\n"),
        ("(exit 4); echo $?", "4\n"),
    ] {
        let (text, errors, _) = run(&demo, &["sh", "-c", script]).await;
        assert_eq!(text, wanted, "{script}: {errors}");
    }
}

#[tokio::test]
async fn a_terminal_prompts_echoes_edits_and_knows_its_size() {
    let (demo, control) = demo(30).await;
    let mut typist = Typist::open(&demo, WEB, &["sh"]).await;
    typist.until("$ ").await;
    let mut sizes = typist.process.terminal_size().unwrap();
    sizes
        .send(kube::api::TerminalSize {
            width: 101,
            height: 31,
        })
        .await
        .unwrap();
    typist.type_in("echo hexx\x7f\x7fllo\r").await;
    assert!(typist.until("hello\r\n$ ").await.contains("echo he"));
    typist.type_in("stty size\r").await;
    typist.until("31 101\r\n").await;
    typist.type_in("exit 4\r").await;
    let status = timeout(LONG, typist.process.take_status().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(exit_code(&status).as_deref(), Some("4"));
    settled(&control, 0).await;
}

#[tokio::test]
async fn ctrl_c_ends_what_runs_and_the_shell_stays() {
    let (demo, _) = demo(30).await;
    let mut typist = Typist::open(&demo, WEB, &["sh"]).await;
    typist.until("$ ").await;
    for command in [
        "sleep 1000",
        "while true; do sleep 1; done",
        "cat",
        "sh -c 'sleep 50; echo x'",
    ] {
        typist.type_in(&format!("{command}\r")).await;
        typist.until("\n").await;
        typist.type_in("\x03").await;
        typist.until("$ ").await;
    }
    typist.type_in("yes\r").await;
    typist.until("y\r\ny\r\n").await;
    typist.type_in("\x03").await;
    typist.until("$ ").await;
    typist.type_in("echo $?\r").await;
    typist.until("130\r\n").await;
    typist.type_in("\x04").await;
    let status = timeout(LONG, typist.process.take_status().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(status.status.as_deref(), Some("Success"));
}

#[tokio::test]
async fn a_closed_stream_leaves_a_terminal_process_alive() {
    let (demo, control) = demo(30).await;
    let mut typist = Typist::open(&demo, WEB, &["sleep", "1000"]).await;
    typist.type_in("x").await;
    typist.until("x").await;
    drop(typist);
    let (text, ..) = run(&demo, &["ps"]).await;
    assert!(text.contains("sleep 1000"), "{text}");
    settled(&control, 1).await;
    let pid = text
        .lines()
        .find(|line| line.contains("sleep 1000"))
        .unwrap();
    let pid = pid.split_whitespace().next().unwrap().to_owned();
    run(&demo, &["kill", "-9", &pid]).await;
    settled(&control, 0).await;
}

#[tokio::test]
async fn the_end_of_a_pipe_reaches_the_program_on_v5() {
    let (demo, _) = demo(30).await;
    let params = params().stdin(true);
    let mut process = shop(&demo)
        .exec(WEB, vec!["wc", "-c"], &params)
        .await
        .unwrap();
    let (status, mut output) = (process.take_status().unwrap(), process.stdout().unwrap());
    let mut input = process.stdin().unwrap();
    input.write_all(&[b'x'; 10_000]).await.unwrap();
    input.shutdown().await.unwrap();
    let mut text = String::new();
    let (_, status) = timeout(LONG, async {
        tokio::join!(output.read_to_string(&mut text), status)
    })
    .await
    .unwrap();
    assert_eq!(text, "10000\n");
    assert_eq!(status.unwrap().status.as_deref(), Some("Success"));
}

#[tokio::test]
async fn a_container_that_does_not_run_cannot_be_entered() {
    let (demo, control) = demo(30).await;
    let mut process = shop(&demo)
        .exec("web-6d9c8-m2v8d", vec!["sh"], &params())
        .await
        .unwrap();
    let status = timeout(LONG, process.take_status().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(
        status
            .message
            .unwrap()
            .contains("container not found (\"app\")")
    );
    control.exec_protocols(ExecProtocols::V4Only);
    let refused = shop(&demo)
        .exec("web-6d9c8-m2v8d", vec!["sh"], &params())
        .await;
    assert!(refused.is_err());
    let refused = shop(&demo).exec("nothing", vec!["sh"], &params()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn scripted_exec_faults_happen() {
    let (demo, control) = demo(30).await;
    control.exec_fault(ExecFault::Refuse {
        code: 503,
        message: "busy".to_owned(),
    });
    match shop(&demo).exec(WEB, vec!["sh"], &params()).await {
        Err(kube::Error::UpgradeConnection(UpgradeConnectionError::ProtocolSwitch(code))) => {
            assert_eq!(code.as_u16(), 503);
        }
        Err(kube::Error::Api(status)) => assert_eq!(status.code, 503),
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("the exec was not refused"),
    }
    control.exec_fault(ExecFault::StartFails("no space left on device".to_owned()));
    let (_, _, status) = run(&demo, &["sh"]).await;
    assert!(status.message.unwrap().contains("no space left"));
    control.exec_fault_in(WEB, ExecFault::CutAfter(5));
    let request = kube::core::Request::new("/api/v1/namespaces/shop/pods");
    let request = request.exec(WEB, vec!["yes"], &params()).unwrap();
    let mut socket = demo.client().connect(request).await.unwrap().into_stream();
    let mut bytes = 0;
    let end = loop {
        match timeout(LONG, socket.next()).await.unwrap() {
            Some(Ok(Message::Binary(frame))) => bytes += frame.len().saturating_sub(1),
            end => break end,
        }
    };
    assert_eq!(bytes, 5);
    assert!(!matches!(end, Some(Ok(Message::Close(_)))), "{end:?}");
    settled(&control, 1).await;
}

/// The stream of a shell without a prompt, that has run `echo tick`.
async fn ticked(demo: &Demo) -> kube::client::Connection {
    let params = params().stdin(true);
    let request = kube::core::Request::new("/api/v1/namespaces/shop/pods");
    let script = vec!["sh", "-c", "echo tick; cat"];
    let request = request.exec(WEB, script, &params).unwrap();
    demo.client().connect(request).await.unwrap()
}

#[tokio::test]
async fn a_stream_is_cut_once_its_text_was_written() {
    let (demo, control) = demo(30).await;
    let faults = [ExecFault::CutAfterText("ick".into()), ExecFault::None];
    control.exec_faults_in(WEB, &faults);
    let mut socket = ticked(&demo).await.into_stream();
    let mut text = Vec::new();
    let end = loop {
        match timeout(LONG, socket.next()).await.unwrap() {
            Some(Ok(Message::Binary(frame))) => text.extend(frame.into_iter().skip(1)),
            end => break end,
        }
    };
    assert_eq!(text, b"tick\n");
    assert!(!matches!(end, Some(Ok(Message::Close(_)))), "{end:?}");
    let (text, _, _) = run(&demo, &["echo", "tick"]).await;
    assert_eq!(text, "tick\n", "the next one is whole");
}

#[tokio::test]
async fn a_deaf_stream_answers_no_ping_until_it_hears_again() {
    let (demo, control) = demo(30).await;
    control.exec_fault_in(WEB, ExecFault::DeafAfterText("tick".into()));
    let mut socket = ticked(&demo).await.into_stream();
    let is_text = |message: &Message| matches!(message, Message::Binary(frame) if frame.len() > 1);
    while !is_text(
        &timeout(LONG, socket.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap(),
    ) {}
    // What was sent after the text is read, if at all, after it was made to hear.
    tokio::task::yield_now().await;
    socket.send(Message::Ping("?".into())).await.unwrap();
    let deaf = timeout(Duration::from_millis(200), socket.next()).await;
    assert!(deaf.is_err(), "{deaf:?}");
    control.hear_execs();
    let pong = timeout(LONG, socket.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert_eq!(pong, Message::Pong("?".into()));
}

#[tokio::test]
async fn a_removed_pod_takes_its_processes_with_it() {
    let (demo, control) = demo(30).await;
    let mut typist = Typist::open(&demo, WEB, &["sh"]).await;
    typist.until("$ ").await;
    assert!(control.remove_pod("shop", WEB));
    let status = timeout(LONG, typist.process.take_status().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(exit_code(&status).as_deref(), Some("137"));
    settled(&control, 0).await;
}
