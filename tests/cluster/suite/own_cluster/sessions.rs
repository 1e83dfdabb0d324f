//! The proven cancel, session by session. The node's processes stand in this machine's /proc, where they are counted.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use kube::Api;
use kube::config::{KubeConfigOptions, Kubeconfig};
use podmux::cluster::WholePod;
use podmux::cluster::cleanup::{self, CleanupRequest};
use podmux::cluster::exec::{
    self, ExecRequest, Marking, OutputChunk, SessionEvent, SessionHandle, Stdin, Timing,
};
use podmux::geometry::GridSize;
use podmux::ids::{ContainerRef, ContextName, PodRef, PodUid, SessionId};
use podmux::session::cancel::{CancelLimits, Identity, Link};
use podmux::session::cleanup::{Forking, ScriptMode, ScriptOrder};
use podmux::session::wrapper::FileSizeMark;
use podmux::session::{
    Cancel, CancelEnd, CancelInput, CancelMode, CancelStep, Handshake, Outcome, Report,
    SessionCommand,
};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, timeout};

use crate::left_behind::{TYPED, new_id, on_node, token};

const GRACE: Duration = Duration::from_secs(2);

pub(super) async fn client() -> kube::Client {
    let file = std::env::var("KUBECONFIG").expect("KUBECONFIG names a cluster");
    let kubeconfig = Kubeconfig::read_from(file).unwrap();
    let mut config =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .unwrap();
    config.default_retry = false;
    kube::Client::try_from(config).unwrap()
}

struct Live {
    handle: SessionHandle,
    events: mpsc::Receiver<(SessionId, SessionEvent)>,
    handshake: Option<Handshake>,
    target: ContainerRef,
    container_id: Option<String>,
    output: Vec<u8>,
    gaps: usize,
    ended: Option<Outcome>,
    tty: bool,
}

async fn target(
    client: &kube::Client,
    namespace: &str,
    pod: &str,
) -> (ContainerRef, Option<String>) {
    let api: Api<WholePod> = Api::namespaced(client.clone(), namespace);
    let (pod, wanted) = pod
        .split_once('/')
        .map_or((pod, None), |(pod, c)| (pod, Some(c)));
    let pod = if let Some(app) = pod.strip_suffix('*') {
        let list = api.list(&kube::api::ListParams::default()).await.unwrap();
        list.items
            .into_iter()
            .find(|p| p.metadata.name.as_deref().unwrap().starts_with(app))
            .unwrap()
    } else {
        api.get(pod).await.unwrap()
    };
    let container = wanted.map_or_else(
        || pod.spec.as_ref().unwrap().containers[0].name.clone(),
        String::from,
    );
    let id = cleanup::container_id(&pod, &container).map(String::from);
    let target = ContainerRef {
        pod: PodRef {
            context: ContextName::new("test"),
            namespace: namespace.into(),
            name: pod.metadata.name.as_deref().unwrap().into(),
        },
        uid: PodUid::new(pod.metadata.uid.as_deref().unwrap()),
        container: container.as_str().into(),
    };
    (target, id)
}

fn shell() -> SessionCommand {
    SessionCommand::Shell(["bash", "ash", "sh"].map(String::from).into())
}

fn argv(words: &[&str]) -> SessionCommand {
    SessionCommand::Argv(words.iter().map(ToString::to_string).collect())
}

async fn open(
    client: &kube::Client,
    at: (&str, &str),
    command: SessionCommand,
    tty: bool,
    stdin: Stdin,
) -> Live {
    open_marked(client, at, command, tty, stdin, FileSizeMark::Off).await
}

async fn open_marked(
    client: &kube::Client,
    (namespace, pod): (&str, &str),
    command: SessionCommand,
    tty: bool,
    stdin: Stdin,
    mark: FileSizeMark,
) -> Live {
    let (target, container_id) = target(client, namespace, pod).await;
    let (to, mut events) = mpsc::channel(256);
    let request = ExecRequest {
        session: new_id(),
        target: target.clone(),
        command,
        tty: tty.then(|| GridSize::new(30, 100)),
        term: "xterm-256color".into(),
        stdin,
        marking: Marking::Wrapped(mark),
        open_timeout: Duration::from_secs(15),
        timing: Timing::default(),
    };
    let handle = exec::open(client.clone(), request, to, Arc::new(Notify::new()));
    let mut handshake = None;
    let mut ended = None;
    loop {
        match timeout(Duration::from_secs(20), events.recv())
            .await
            .expect("an event")
            .unwrap()
            .1
        {
            SessionEvent::Started(found) => {
                handshake = Some(found);
                break;
            }
            SessionEvent::Unmarked => break,
            SessionEvent::Ended(outcome) => {
                ended = Some(outcome);
                break;
            }
            SessionEvent::Opened | SessionEvent::Silent(_) | SessionEvent::InputDropped(_) => {}
        }
    }
    Live {
        handle,
        events,
        handshake,
        target,
        container_id,
        output: Vec::new(),
        gaps: 0,
        ended,
        tty,
    }
}

/// What happened, with the seconds since the start.
struct Log(Instant, Vec<String>);

impl Log {
    fn add(&mut self, what: &str) {
        let seconds = self.0.elapsed().as_secs_f32();
        self.1.push(format!("{seconds:.2} {what}"));
    }
}

/// What one cancel needs of the world.
struct Driving {
    client: kube::Client,
    answers: mpsc::Sender<CancelInput>,
    timer: Option<(u32, Instant)>,
    log: Log,
}

impl Driving {
    fn ask(
        &self,
        request: CleanupRequest,
        answer: impl FnOnce(Result<Report, cleanup::CleanupError>) -> CancelInput + Send + 'static,
    ) {
        let (client, answers) = (self.client.clone(), self.answers.clone());
        tokio::spawn(async move {
            let result = cleanup::clean(&client, &request).await;
            answers.send(answer(result)).await.unwrap();
        });
    }
}

impl Live {
    fn type_text(&self, text: &str) {
        self.handle.write(Bytes::from(text.to_string())).unwrap();
    }

    fn take(&mut self, chunk: OutputChunk) {
        match chunk {
            OutputChunk::Bytes(bytes) | OutputChunk::ErrorBytes(bytes) => {
                self.output.extend_from_slice(&bytes);
                let excess = self.output.len().saturating_sub(1 << 20);
                self.output.drain(..excess);
            }
            OutputChunk::Gap(n) => self.gaps += n,
        }
    }

    async fn pump(&mut self, until: Instant) {
        loop {
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(until) => return,
                event = self.events.recv() => {
                    if let Some((_, SessionEvent::Ended(outcome))) = event {
                        self.ended = Some(outcome);
                        return;
                    }
                }
                Some(chunk) = self.handle.output() => self.take(chunk),
            }
        }
    }

    async fn until_seen(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        while memchr::memmem::find(&self.output, text.as_bytes()).is_none() {
            assert!(
                Instant::now() < end && self.ended.is_none(),
                "no {text:?} in {:?}, ended {:?}",
                String::from_utf8_lossy(&self.output),
                self.ended
            );
            self.pump(Instant::now() + Duration::from_millis(50)).await;
        }
    }

    /// Drives the machine as the console does.
    async fn cancel(
        &mut self,
        client: &kube::Client,
        mode: CancelMode,
    ) -> (CancelEnd, Duration, Vec<String>) {
        let began = Instant::now();
        let limits = CancelLimits {
            grace: GRACE,
            cleanup: Duration::from_secs(10),
        };
        let (mut cancel, steps) =
            Cancel::begin(mode, self.identity(), self.link(), limits, began.into_std());
        let (answers, mut answered) = mpsc::channel::<CancelInput>(8);
        let mut driving = Driving {
            client: client.clone(),
            answers,
            timer: None,
            log: Log(began, Vec::new()),
        };
        let mut queue: Vec<CancelStep> = steps;
        loop {
            for step in queue.drain(..) {
                driving.log.add(&format!("{step:?}"));
                if let Some(end) = self.perform(step, &mut driving) {
                    return (end, began.elapsed(), driving.log.1);
                }
            }
            if let Some(input) = self.next_input(&mut driving, &mut answered).await {
                driving.log.add(&format!("    {input:?}"));
                queue.extend(cancel.step(input, Instant::now().into_std(), 7));
            }
            let waited = began.elapsed();
            assert!(waited < Duration::from_secs(60), "{:#?}", driving.log.1);
        }
    }

    fn identity(&self) -> Identity {
        if self.handshake.is_some() {
            Identity::Handshake
        } else {
            Identity::Marker
        }
    }

    fn link(&self) -> Link {
        match (self.ended.is_some(), self.tty) {
            (true, _) => Link::Gone,
            (false, true) => Link::Terminal,
            (false, false) => Link::ClosableInput,
        }
    }

    fn perform(&self, step: CancelStep, driving: &mut Driving) -> Option<CancelEnd> {
        match step {
            CancelStep::DropInput => drop(self.handle.drop_input()),
            CancelStep::SendInterrupt => drop(self.handle.interrupt()),
            CancelStep::CloseInput => drop(self.handle.close_stdin()),
            CancelStep::StartTimer { epoch, after } => {
                driving.timer = Some((epoch, Instant::now() + after));
            }
            CancelStep::Clean {
                attempt,
                mode,
                grace,
            } => driving.ask(self.look(mode, grace), move |result| {
                cleanup::cleaned(attempt, result)
            }),
            CancelStep::Verify { attempt, mode } => driving
                .ask(self.look(mode, Duration::ZERO), move |result| {
                    cleanup::verified(attempt, result)
                }),
            CancelStep::NotConfirmed { left, why } => {
                panic!("not confirmed: {left:?} {why}\n{:#?}", driving.log.1)
            }
            CancelStep::CloseStream | CancelStep::ClosePane | CancelStep::MayStart { .. } => {}
            CancelStep::Finished(end) => return Some(end),
        }
        None
    }

    async fn next_input(
        &mut self,
        driving: &mut Driving,
        answered: &mut mpsc::Receiver<CancelInput>,
    ) -> Option<CancelInput> {
        let far = Instant::now() + Duration::from_secs(60);
        let (epoch, at) = driving.timer.unwrap_or((0, far));
        tokio::select! {
            input = answered.recv() => input,
            () = tokio::time::sleep_until(at) => {
                driving.timer = None;
                Some(CancelInput::Timer(epoch))
            }
            Some(chunk) = self.handle.output() => {
                self.take(chunk);
                None
            }
            Some((_, event)) = self.events.recv() => {
                let SessionEvent::Ended(outcome) = event else {
                    return None;
                };
                driving.log.add(&format!("ended: {outcome}"));
                self.ended = Some(outcome);
                Some(CancelInput::StreamEnded)
            }
        }
    }

    fn look(&self, mode: ScriptMode, grace: Duration) -> CleanupRequest {
        CleanupRequest {
            target: self.target.clone(),
            container_id: self.container_id.clone(),
            order: ScriptOrder {
                session: self.handle.session(),
                leader: self.handshake.clone(),
                mode,
                grace,
                forking: Forking::Allowed,
            },
            timeout: Duration::from_secs(10),
        }
    }
}

const ASH: (&str, &str) = ("shop", "web-*");
const BASH: (&str, &str) = ("shop", "db-0/db");
const PODS: [(&str, &str); 8] = [
    ASH,
    BASH,
    ("shop", "locked-down"),
    ("odd", "read-only"),
    ("odd", "shared-processes"),
    ("odd", "host-processes"),
    ("odd", "no-reaper"),
    ("odd", "app-user"),
];

async fn row(
    client: kube::Client,
    at: (&'static str, &'static str),
    name: &'static str,
    text: &'static str,
) -> (String, f32) {
    let token = token();
    let other = crate::left_behind::token();
    let mut bystander = open(&client, at, shell(), true, Stdin::Open).await;
    bystander.type_text(&format!("sleep {other} & sleep {other}\r"));
    let mut live = open(&client, at, shell(), true, Stdin::Open).await;
    assert!(
        live.handshake.is_some(),
        "{name} in {at:?}: {:?}",
        live.ended
    );
    live.type_text("echo rea''dy\r");
    live.until_seen("ready").await;
    live.type_text(&text.replace('T', &token).replacen('\u{1a}', "", 1));
    live.type_text("\r");
    if text.contains('\u{1a}') {
        live.pump(Instant::now() + Duration::from_millis(400)).await;
        live.type_text("\u{1a}");
    }
    let end = Instant::now() + Duration::from_secs(5);
    while on_node(&token).is_empty() && Instant::now() < end {
        live.pump(Instant::now() + Duration::from_millis(100)).await;
    }
    live.pump(Instant::now() + Duration::from_millis(300)).await;
    bystander
        .pump(Instant::now() + Duration::from_millis(10))
        .await;
    let before = on_node(&token).len();
    let (end, took, log) = live.cancel(&client, CancelMode::Session).await;
    let left = [on_node(&token), on_node(&live.handle.session().to_string())].concat();
    let unharmed = on_node(&other).len();
    let (bystander_end, _, _) = bystander.cancel(&client, CancelMode::Session).await;
    let mut verdict = format!(
        "{:?} {}: {name}: before {before}, left {}, {:.2} s",
        at.0,
        at.1,
        left.len(),
        took.as_secs_f32()
    );
    if !left.is_empty() || unharmed != 2 || !matches!(end, CancelEnd::Proven { .. }) || before == 0
    {
        verdict = format!(
            "FAIL {verdict}, bystander {unharmed} of 2, {end:?}\n{left:#?}\n{log:#?}\n{:?}",
            String::from_utf8_lossy(&live.output[..live.output.len().min(600)])
        );
    }
    if !matches!(bystander_end, CancelEnd::Proven { .. }) {
        verdict = format!("FAIL {verdict} bystander: {bystander_end:?}");
    }
    (verdict, took.as_secs_f32())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn nothing_is_left_of_what_was_typed_into_a_shell() {
    let only = std::env::var("PODMUX_ROW").ok();
    let client = client().await;
    let mut cases = Vec::new();
    for at in PODS {
        for (name, text) in TYPED {
            if only
                .as_deref()
                .is_none_or(|only| format!("{} {name}", at.1).contains(only))
            {
                cases.push((at, name, text));
            }
        }
    }
    let mut seconds = Vec::new();
    let mut failed = Vec::new();
    for group in cases.chunks(4) {
        let tasks: Vec<_> = group
            .iter()
            .map(|&(at, name, text)| tokio::spawn(row(client.clone(), at, name, text)))
            .collect();
        for task in tasks {
            match task.await {
                Ok((verdict, took)) => {
                    println!("{verdict}");
                    seconds.push(took);
                    if verdict.starts_with("FAIL") {
                        failed.push(verdict);
                    }
                }
                Err(error) => failed.push(error.to_string()),
            }
        }
    }
    seconds.sort_by(f32::total_cmp);
    let at = |share: usize| seconds[(seconds.len() - 1) * share / 100];
    println!(
        "{} rows, {} failed, cancel p50 {:.2} s, p95 {:.2} s",
        seconds.len(),
        failed.len(),
        at(50),
        at(95)
    );
    assert!(failed.is_empty(), "{} failed", failed.len());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn commands_without_a_terminal_are_cancelled_too() {
    let client = client().await;
    for at in [ASH, BASH] {
        for stdin in [Stdin::Open, Stdin::None] {
            let token = token();
            let mut live = open(&client, at, argv(&["sleep", &token]), false, stdin).await;
            assert!(live.handshake.is_some(), "{at:?}");
            assert_eq!(on_node(&format!("sleep\0{token}")).len(), 1);
            let (end, took, log) = live.cancel(&client, CancelMode::Session).await;
            println!("{at:?} {stdin:?}: {end:?} {took:?}");
            assert!(matches!(end, CancelEnd::Proven { .. }), "{log:#?}");
            assert_eq!(on_node(&token), Vec::<String>::new(), "{log:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn words_arrive_byte_for_byte_and_exit_codes_too() {
    let client = client().await;
    let words = [
        "a'b\"c",
        "$(id) `id` ${HOME}",
        "two\nlines\n",
        "-n",
        "; exit 9 #",
        "größe → \u{1F600}",
        "",
        " * ",
    ];
    for at in [ASH, BASH, ("shop", "locked-down")] {
        let mut command = vec![
            "sh",
            "-c",
            "for w; do printf '%s|' \"$w\"; done; echo done >&2; exit 7",
            "x",
        ];
        command.extend(words);
        let mut live = open(&client, at, argv(&command), false, Stdin::None).await;
        let end = Instant::now() + Duration::from_secs(10);
        while live.ended.is_none() && Instant::now() < end {
            live.pump(Instant::now() + Duration::from_millis(100)).await;
        }
        let mut out = Vec::new();
        live.pump(Instant::now() + Duration::from_millis(50)).await;
        while let Some(chunk) = live.handle.try_output() {
            live.take(chunk);
        }
        out.append(&mut live.output);
        let text = String::from_utf8_lossy(&out).replace("done\n", "");
        assert_eq!(text, words.map(|w| format!("{w}|")).concat(), "{at:?}");
        assert_eq!(live.ended, Some(Outcome::Exited(7)), "{at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn the_shell_lives_on_after_an_interrupt_only() {
    let client = client().await;
    for at in PODS {
        let token = token();
        let mut live = open(&client, at, shell(), true, Stdin::Open).await;
        live.type_text(&format!(
            "sleep {token} & setsid sleep {token} & sh -c 'trap \"\" INT TERM; sleep {token}; :'\r"
        ));
        let end = Instant::now() + Duration::from_secs(5);
        while on_node(&token).len() < 4 && Instant::now() < end {
            live.pump(Instant::now() + Duration::from_millis(100)).await;
        }
        let before = on_node(&token).len();
        let (end, took, log) = live.cancel(&client, CancelMode::InterruptOnly).await;
        println!("{at:?}: before {before}, {end:?} {took:?}");
        assert!(matches!(end, CancelEnd::Proven { .. }), "{log:#?}");
        assert_eq!(on_node(&token), Vec::<String>::new(), "{log:#?}");
        live.type_text("echo still''here\r");
        live.until_seen("stillhere").await;
        let (end, _, log) = live.cancel(&client, CancelMode::Session).await;
        assert!(matches!(end, CancelEnd::Proven { .. }), "{log:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn a_program_that_does_not_read_is_cancelled_out_of_band() {
    let client = client().await;
    for at in [ASH, BASH] {
        let token = token();
        let mut live = open(&client, at, shell(), true, Stdin::Open).await;
        live.type_text(&format!("sleep {token}\r"));
        let end = Instant::now() + Duration::from_secs(5);
        while on_node(&token).is_empty() && Instant::now() < end {
            live.pump(Instant::now() + Duration::from_millis(100)).await;
        }
        for _ in 0..11 {
            live.type_text(&format!("{}\r", "x".repeat(1000)));
        }
        live.pump(Instant::now() + Duration::from_millis(500)).await;
        let (end, took, log) = live.cancel(&client, CancelMode::Session).await;
        println!("{at:?}: {end:?} {took:?}");
        assert!(matches!(end, CancelEnd::Proven { .. }), "{log:#?}");
        assert_eq!(on_node(&token), Vec::<String>::new(), "{log:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn what_cleared_its_environment_and_its_session_is_named_or_found_by_its_limit() {
    let client = client().await;
    for at in [ASH, BASH] {
        for mark in [FileSizeMark::Off, FileSizeMark::On] {
            let token = token();
            let mut live = open_marked(&client, at, shell(), true, Stdin::Open, mark).await;
            assert_eq!(
                live.handshake.as_ref().unwrap().file_size.is_some(),
                mark == FileSizeMark::On
            );
            live.type_text(&format!("(env -i setsid sleep {token} &) ; :\r"));
            let end = Instant::now() + Duration::from_secs(5);
            while on_node(&token).is_empty() && Instant::now() < end {
                live.pump(Instant::now() + Duration::from_millis(100)).await;
            }
            let (end, took, log) = live.cancel(&client, CancelMode::Session).await;
            println!("{at:?} {mark:?}: {end:?} {took:?}");
            let CancelEnd::Proven {
                not_attributable, ..
            } = end
            else {
                panic!("{log:#?}")
            };
            let left = on_node(&token);
            match mark {
                FileSizeMark::Off => {
                    assert_eq!(left.len(), 1);
                    assert!(
                        not_attributable.iter().any(|p| p.comm == "sleep"),
                        "{log:#?}"
                    );
                    for line in left {
                        let pid: i32 = line.split_once(':').unwrap().0.parse().unwrap();
                        nix::sys::signal::kill(
                            nix::unistd::Pid::from_raw(pid),
                            nix::sys::signal::Signal::SIGKILL,
                        )
                        .unwrap();
                    }
                }
                FileSizeMark::On => assert_eq!(left, Vec::<String>::new(), "{log:#?}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs a cluster: tests/cluster/cluster test"]
async fn an_image_without_a_shell_says_so() {
    let client = client().await;
    let live = open(
        &client,
        ("shop", "distroless-*"),
        shell(),
        true,
        Stdin::Open,
    )
    .await;
    println!("{:?}", live.ended);
    assert!(
        matches!(&live.ended, Some(Outcome::StartFailed(words)) if words.contains("no such file")),
        "{:?}",
        live.ended
    );
    let live = open(
        &client,
        ("shop", "distroless-*"),
        argv(&["/idle", "sleep", "1"]),
        false,
        Stdin::None,
    )
    .await;
    println!("bare: {:?} {:?}", live.handshake, live.ended);
    let result = cleanup::clean(&client, &live.look(ScriptMode::Report, Duration::ZERO)).await;
    assert!(
        matches!(result, Err(cleanup::CleanupError::NoShell(_))),
        "{result:?}"
    );
}
