use super::*;
use crate::cluster::WholePod;
use crate::cluster::cleanup;
use crate::demo::{Churn, Demo, DemoOptions, ShellChoice};
use crate::ids::{ContainerRef, ContextName, PodRef, PodUid, SessionId};
use crate::journal::audit::Operator;
use crate::journal::{Folded, fold};
use crate::runtime::journal_file;
use std::path::PathBuf;

const WEB: &str = "web-6d9c8-4kq2p";
const LONG: Duration = Duration::from_secs(60);

/// Runs against an embedded cluster, with a journal of their own.
struct Desk {
    demo: Demo,
    folder: tempfile::TempDir,
    runs: Runs,
    clusters: Clusters,
    notes: mpsc::Sender<Note>,
    mail: mpsc::Receiver<Note>,
}

impl Desk {
    fn new() -> Self {
        let options = DemoOptions {
            pods: 30,
            shells: ShellChoice::Simulated,
            churn: Churn::Still,
            ..DemoOptions::default()
        };
        let demo = crate::demo::start(options).unwrap();
        let mut clusters = Clusters::default();
        let client = demo.client();
        let cluster = Cluster {
            api: client.clone(),
            exec: client,
            server: "demo".into(),
            minor: None,
            user: "demo".into(),
            known_as: None,
        };
        clusters.add(ContextName::new("demo"), cluster);
        let (notes, mail) = mpsc::channel(16);
        Self {
            demo,
            folder: tempfile::tempdir().unwrap(),
            runs: Runs::default(),
            clusters,
            notes,
            mail,
        }
    }

    fn journal(&self) -> PathBuf {
        self.folder.path().join("journal.jsonl")
    }

    fn records(&self, journal: LineFile) -> Records {
        let audit = LineFile::open(&self.folder.path().join("audit.jsonl")).unwrap();
        Records {
            journal: Arc::new(journal),
            audit: Some(Arc::new(audit)),
            operator: Operator::default(),
            owner: identity::owner(),
            keep_text: KeepText::No,
            cluster_users: Arc::default(),
        }
    }

    async fn start(&mut self, words: &[&str], records: Option<Records>) {
        let target = target(&self.demo).await;
        let order = RunOrder {
            run: 1,
            command: words.iter().map(|&word| word.to_owned()).collect(),
            targets: vec![target],
        };
        let limits = RunLimits {
            limits: Limits {
                open: Duration::from_secs(20),
                grace: Duration::from_millis(600),
                cleanup: Duration::from_secs(10),
            },
            timeout: None,
            lease: None,
        };
        self.runs
            .start(order, &self.clusters, records, limits, &self.notes);
    }

    async fn recorded(&mut self, words: &[&str]) {
        let records = self.records(journal_file::open(&self.journal()).unwrap());
        self.start(words, Some(records)).await;
    }

    async fn event(&mut self) -> Event {
        match tokio::time::timeout(LONG, self.mail.recv()).await {
            Ok(Some(Note::Event(event))) => event,
            Ok(Some(Note::Connected(..) | Note::MayOpen(_)) | None) | Err(_) => {
                panic!("no event came")
            }
        }
    }

    async fn answer(&mut self) -> RunAnswer {
        let event = self.event().await;
        let Event::Answer(answer) = event else {
            panic!("{event:?}")
        };
        answer
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.journal()).unwrap_or_default()
    }

    fn folded(&self) -> Folded {
        fold(self.text().as_bytes())
    }

    async fn until_journal_says(&self, word: &str) {
        let said = async {
            while !self.text().contains(word) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(LONG, said).await.expect("it is said");
    }
}

async fn target(demo: &Demo) -> RunTarget {
    let api: kube::Api<WholePod> = kube::Api::namespaced(demo.client(), "shop");
    let pod = api.get(WEB).await.unwrap();
    RunTarget {
        session: SessionId::from_bytes([7; 16]),
        container_id: cleanup::container_id(&pod, "app")
            .unwrap_or_default()
            .into(),
        target: ContainerRef {
            pod: PodRef {
                context: ContextName::new("demo"),
                namespace: "shop".into(),
                name: WEB.into(),
            },
            uid: PodUid::new(pod.metadata.uid.as_deref().unwrap()),
            container: "app".into(),
        },
    }
}

#[tokio::test]
async fn every_target_is_journaled_from_intent_to_proof() {
    let mut desk = Desk::new();
    desk.recorded(&["/bin/sh", "-c", "echo hello"]).await;
    let answer = desk.answer().await;
    assert_eq!(answer.outcome, Outcome::Exited(0));
    assert_eq!((answer.output.as_str(), answer.left), ("hello\n", Some(0)));
    let text = desk.text();
    let facts: Vec<&str> = ["intent", "handshake", "ended", "closed"]
        .into_iter()
        .filter(|fact| text.contains(&format!("\"fact\":\"{fact}\"")))
        .collect();
    assert_eq!(facts, ["intent", "handshake", "ended", "closed"]);
    assert!(text.starts_with("{\"at\":") && text.lines().next().unwrap().contains("\"intent\""));
    assert!(desk.folded().open.is_empty());
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_starts_nothing_and_says_why() {
    let mut desk = Desk::new();
    if !std::path::Path::new("/dev/full").exists() {
        println!("not run: this machine has no /dev/full");
        return;
    }
    let full = LineFile::open(std::path::Path::new("/dev/full")).unwrap();
    let records = desk.records(full);
    desk.start(&["/bin/sh", "-c", "echo hello"], Some(records))
        .await;
    let answer = desk.answer().await;
    let Outcome::StartFailed(why) = &answer.outcome else {
        panic!("{:?}", answer.outcome)
    };
    assert!(
        why.contains("not recorded") && why.contains("/dev/full"),
        "{why}"
    );
    let execs = desk.demo.control().requests();
    assert!(
        !execs.iter().any(|request| request.contains("/exec")),
        "{execs:?}"
    );
    desk.start(&["true"], None).await;
    assert!(matches!(
        desk.answer().await.outcome,
        Outcome::StartFailed(_)
    ));
}

#[tokio::test]
async fn a_cancel_waits_out_the_grace_and_proves_that_nothing_is_left() {
    let mut desk = Desk::new();
    desk.recorded(&["/bin/sh", "-c", "sleep 1000"]).await;
    desk.until_journal_says("handshake").await;
    desk.runs.cancel(1);
    let answer = desk.answer().await;
    assert_eq!(answer.outcome, Outcome::Cancelled { left: Some(0) });
    assert!(desk.folded().open.is_empty(), "{}", desk.text());
    let audit = std::fs::read_to_string(desk.folder.path().join("audit.jsonl")).unwrap();
    for step in ["asked", "cleanup", "cleaned", "verified", "finished"] {
        assert!(
            audit.contains(&format!("\"step\":\"{step}\"")),
            "{step}: {audit}"
        );
    }
}

#[tokio::test]
async fn a_run_that_is_cancelled_before_its_turn_starts_nothing() {
    let mut desk = Desk::new();
    let records = desk.records(journal_file::open(&desk.journal()).unwrap());
    desk.start(&["/bin/sh", "-c", "sleep 1000"], Some(records))
        .await;
    desk.runs.cancel(1);
    let answer = desk.answer().await;
    assert_eq!(answer.outcome, Outcome::Cancelled { left: Some(0) });
    assert!(!desk.text().contains("handshake"), "{}", desk.text());
}

#[tokio::test]
async fn a_lost_command_is_cleaned_up() {
    let mut desk = Desk::new();
    desk.recorded(&["/bin/sh", "-c", "sleep 1000"]).await;
    desk.until_journal_says("handshake").await;
    desk.demo.control().cut_execs();
    let answer = desk.answer().await;
    assert!(matches!(answer.outcome, Outcome::Lost(_)), "{answer:?}");
    assert_eq!(answer.left, Some(0));
    assert!(desk.folded().open.is_empty(), "{}", desk.text());
}
