//! The screens of the console as its users meet them: the program's own loop on the embedded cluster, keys played, each screen in each
//! look at two sizes against a reviewed picture. `cat` shows a picture in its colours. `PODMUX_SCREENS=lost` plays those of that name.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use podmux::app::context::ContextState;
use podmux::cluster::client::Overrides;
use podmux::cluster::kubeconfig::{self, KubeconfigSources};
use podmux::cluster::watch::Selectors;
use podmux::config::{Look, Theme};
use podmux::demo::{Churn, Control, Demo, DemoOptions, Denial, ExecFault, ShellChoice};
use podmux::geometry::GridSize;
use podmux::ids::ContextName;
use podmux::runtime::settings_file::SettingsSource;
use podmux::runtime::snapshot::{play_in, read};
use podmux::runtime::{Backend, ConsoleStart, FilePlace};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SIZES: [(u16, u16); 2] = [(24, 80), (40, 120)];

fn looks() -> [(&'static str, Look); 4] {
    let theme = |name| Look::new(Theme::built_in(name).unwrap());
    let ascii = Look {
        theme: Theme::plain(),
        ascii: true,
    };
    [
        ("dark", theme("dark")),
        ("light", theme("light")),
        ("sixteen", theme("sixteen")),
        ("ascii", ascii),
    ]
}

/// Where a screen plays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Demo,
    /// The context is protected and called `prod-eu`.
    Protected,
    /// Three clusters, of which the third is protected.
    Three,
    /// The same, and nobody listens where the third one should be.
    OneAway,
}

struct Screen {
    name: &'static str,
    stage: Stage,
    /// What is wrong with the cluster.
    fault: fn(&Control),
    keys: &'static str,
}

const SIX: &str = r#"/ "ns:shop web !m2v8d !kk02s !ttz9q !h4vzc !d9s2m" enter a enter settle"#;
const ELEVEN: &str = r#"/ "ns:shop web" enter a enter settle"#;

fn none(_: &Control) {}

fn one_hangs(control: &Control) {
    control.exec_fault_in("web-58b7f-zz81k", ExecFault::Hang);
}

fn one_does_not_start(control: &Control) {
    let why = "exec: \"bash\": executable file not found in $PATH, and neither are ash and sh: this image has no shell";
    control.exec_fault_in(WEB, ExecFault::StartFails(why.to_owned()));
}

const WEB: &str = "web-6d9c8-4kq2p";

fn one_is_cut(control: &Control) {
    let refused = ExecFault::Refuse {
        code: 503,
        message: "the server is currently unable to handle the request".to_owned(),
    };
    let faults = [ExecFault::CutAfterText("app.log\r\n".to_owned()), refused];
    control.exec_faults_in(WEB, &faults);
}

fn one_goes_silent(control: &Control) {
    let deaf = ExecFault::DeafAfterText("app.log\r\n".to_owned());
    control.exec_faults_in(WEB, &[deaf, ExecFault::None]);
}

fn no_exec_in_billing(control: &Control) {
    for verb in ["get", "create"] {
        control.deny(Denial {
            verb: verb.to_owned(),
            resource: "pods/exec".to_owned(),
            namespace: Some("billing".to_owned()),
        });
    }
}

/// Screens of the reviewed design, and the pages beside them. `6` and `11` stand for the keys that open so many shells.
const SCREENS: &[Screen] = &[
    screen("list", r#"/ "ns:shop web" enter settle settle w a g j"#),
    screen(
        "list_flat",
        r#"/ "!kube !branch !invoices !payments" enter settle settle space space / "!kube !branch !invoices !payments !m2v8d" enter"#,
    ),
    Screen {
        fault: one_hangs,
        ..screen("panes", r#"6 ctrl-g l "cat /etc/app/rev" enter"#)
    },
    Screen {
        fault: one_does_not_start,
        ..screen("not_started", "6 ctrl-g l")
    },
    screen("ended", r#"6 "exit 1" enter settle wait:"exit 1 ·""#),
    screen("drawer", "6 ctrl-g g"),
    Screen {
        stage: Stage::Protected,
        ..screen(
            "broadcast",
            r#"11 ctrl-g l ctrl-g o ctrl-g h ctrl-g b settle settle settle "prod-eu" "cat /etc/app/rev" enter wait:"differs""#,
        )
    },
    screen(
        "zoomed",
        r#"6 ctrl-g b "cat /etc/app/rev" enter settle ctrl-g z"#,
    ),
    screen("here_only", "6 ctrl-g b ctrl-g o"),
    screen("waits", "6 ctrl-g b ctrl-g g"),
    screen(
        "cancelling",
        r#"6 "sleep 1000" enter settle ctrl-g c wait:"$ ^C" wait:"grace ""#,
    ),
    screen(
        "cancelled",
        r#"6 ctrl-g b "sleep 1000" enter settle ctrl-g C wait:"6 done""#,
    ),
    screen(
        "not_confirmed",
        r#"6 ctrl-g l "dd if=/dev/vdb of=/tmp/dump" enter settle ctrl-g c wait:"not confirmed, 1 left""#,
    ),
    Screen {
        fault: one_is_cut,
        ..screen(
            "lost",
            r#"6 ctrl-g l "tail -f app.log" enter wait:"cleanup in 1 s""#,
        )
    },
    Screen {
        fault: one_goes_silent,
        ..screen(
            "silent",
            r#"6 ctrl-g l "tail -f app.log" enter settle "q" wait:"silent""#,
        )
    },
    Screen {
        stage: Stage::Protected,
        ..screen(
            "answers",
            r#"/ "ns:shop web" enter a ! "cat /etc/app/rev" enter settle settle settle "prod-eu" wait:"RUN done""#,
        )
    },
    screen(
        "answers_running",
        r#"/ "ns:shop web" enter a ! "test $(hostname) = web-6d9c8-4kq2p && sleep 60; cat /etc/app/rev" enter wait:"1 running""#,
    ),
    Screen {
        stage: Stage::Protected,
        fault: no_exec_in_billing,
        ..screen(
            "refusal",
            r#"/ "cart-77 " enter a / "ledger" enter a settle settle enter settle settle settle y wait:"refused" settle"#,
        )
    },
    Screen {
        stage: Stage::Protected,
        ..screen("guard", "11 ctrl-g l ctrl-g o ctrl-g b settle")
    },
    Screen {
        stage: Stage::Protected,
        ..screen("composer", r#"6 ctrl-g B "echo {pod} done" enter settle"#)
    },
    Screen {
        stage: Stage::Three,
        ..screen(
            "contexts",
            r#"wait:"642" settle settle settle / "postgres" enter a"#,
        )
    },
    Screen {
        stage: Stage::Three,
        ..screen(
            "contexts_panes",
            r#"wait:"642" settle / "web-6d9c8-4kq2p" enter a enter wait:"$""#,
        )
    },
    Screen {
        stage: Stage::OneAway,
        ..screen(
            "reconnecting",
            r#"wait:"428" settle settle settle / "postgres" enter a"#,
        )
    },
    screen(
        "palette",
        r#"/ "web-6d9c8" enter settle settle settle : "bro""#,
    ),
    screen("forward", r#"/ "web-6d9c8-4kq2p" enter f wait:"metrics""#),
    // Through one of them a page is fetched; nothing listens where the other leads.
    screen(
        "forwards",
        r#"/ "web-6d9c8-4kq2p" enter f wait:"metrics" "FETCHED:8080" enter wait:"leads to" f wait:"148 B" f wait:"metrics" "REFUSED:81" enter wait:"! last connection failed" G wait:"refused inside""#,
    ),
    screen("help", r#"settle settle settle ? "cancel""#),
    screen(
        "logs",
        r#"/ "web-6d9c8-4kq2p" enter l settle / "status=503" enter"#,
    ),
    screen("describe", r#"/ "web-6d9c8-4kq2p" enter d settle"#),
];

const fn screen(name: &'static str, keys: &'static str) -> Screen {
    Screen {
        name,
        stage: Stage::Demo,
        fault: none,
        keys,
    }
}

fn keys(screen: &Screen, ports: [u16; 2]) -> String {
    let word = |word: &str| match word {
        "6" => SIX.to_owned(),
        "11" => ELEVEN.to_owned(),
        word => word.to_owned(),
    };
    screen
        .keys
        .split(' ')
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
        .replace("FETCHED", &ports[0].to_string())
        .replace("REFUSED", &ports[1].to_string())
}

const PAGE: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// Ports of this machine that nothing listens on; no two screens get the same.
fn free_ports() -> [u16; 2] {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap();
    let mut taken = Vec::new();
    [(); 2].map(|()| {
        loop {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            taken.push(listener);
            if given.insert(port) {
                break port;
            }
        }
    })
}

/// Connects through a forward as soon as there is one, and says so much.
async fn connect(port: u16, asked: &[u8]) {
    let mut connection = loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
            Ok(connection) => break connection,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            // There was a connection, and it was reset before this task heard of it.
            Err(_) => return,
        }
    };
    if connection.write_all(asked).await.is_ok() {
        let _cut = connection.read_to_end(&mut Vec::new()).await;
    }
}

fn demo(seed: u64, fault: fn(&Control)) -> Demo {
    let options = DemoOptions {
        seed,
        shells: ShellChoice::Simulated,
        churn: Churn::Still,
        ..DemoOptions::default()
    };
    let demo = podmux::demo::start(options).unwrap();
    fault(&demo.control());
    demo
}

/// What a stage is made of; the demos live as long as it does.
struct Set {
    start: ConsoleStart,
    _demos: Vec<Arc<Demo>>,
    _folder: TempDir,
}

const PROTECTED: &str = "[contexts.demo]\nalias = \"prod-eu\"\nprotected = true\n";
/// Where no server listens.
const NOBODY: &str = "127.0.0.1:1";
const THREE: &str = "[contexts.eu]\n[contexts.us]\n[contexts.ap-prod]\n";

async fn set(screen: &Screen) -> Set {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let (settings, names): (&str, &[&str]) = match screen.stage {
        Stage::Demo => ("", &["demo"]),
        Stage::Protected => (PROTECTED, &["demo"]),
        Stage::Three | Stage::OneAway => (THREE, &["eu", "us", "ap-prod"]),
    };
    std::fs::write(&file, settings).unwrap();
    let source = SettingsSource {
        file: Some(file),
        ..SettingsSource::default()
    };
    let mut demos = Vec::new();
    for (seed, _) in (7..).zip(names) {
        demos.push(Arc::new(demo(seed, screen.fault)));
    }
    let backend = match (screen.stage, demos.as_slice()) {
        (Stage::Three | Stage::OneAway, demos) => {
            kubeconfig(&folder, screen.stage, names, demos).await
        }
        (Stage::Demo | Stage::Protected, demos) => Backend::Demo(Arc::clone(&demos[0])),
    };
    let settings = source.load().unwrap();
    let names: Vec<ContextName> = names.iter().map(|name| ContextName::new(name)).collect();
    let open = names.iter().enumerate();
    let open = open.map(|(color, name)| ContextState::opening(name, color, &settings.config));
    Set {
        start: ConsoleStart {
            open: open.collect(),
            known: names.clone(),
            settings,
            source,
            backend,
            selectors: Selectors::default(),
            targets: None,
            files: FilePlace::Folder(folder.path().to_owned()),
        },
        _demos: demos,
        _folder: folder,
    }
}

async fn kubeconfig(
    folder: &TempDir,
    stage: Stage,
    names: &[&str],
    demos: &[Arc<Demo>],
) -> Backend {
    let (mut clusters, mut contexts) = (Vec::new(), Vec::new());
    for (name, demo) in names.iter().zip(demos) {
        let address = match (stage, *name) {
            (Stage::OneAway, "ap-prod") => NOBODY.to_owned(),
            _ => demo.listen().await.unwrap().to_string(),
        };
        clusters.push(format!(
            "{{name: {name}, cluster: {{server: \"http://{address}\"}}}}"
        ));
        contexts.push(format!(
            "{{name: {name}, context: {{cluster: {name}, namespace: shop}}}}"
        ));
    }
    let (clusters, contexts) = (clusters.join(", "), contexts.join(", "));
    let path = folder.path().join("kubeconfig");
    let text =
        format!("apiVersion: v1\nkind: Config\nclusters: [{clusters}]\ncontexts: [{contexts}]\n");
    std::fs::write(&path, text).unwrap();
    let sources = KubeconfigSources {
        flag: Some(path),
        ..KubeconfigSources::default()
    };
    Backend::Kubeconfig {
        merged: Arc::new(kubeconfig::load(&sources).unwrap()),
        overrides: Overrides::default(),
    }
}

/// Times of day and durations differ from run to run.
fn timeless(picture: &str) -> String {
    let mut text = picture.to_owned();
    for (pattern, instead) in [
        (r"\d\d:\d\d:\d\d", "00:00:00"),
        (r"\d\.\d of 2 s", "0.0 of 2 s"),
        (r"\d\.\d s", "0.0 s"),
        (r"opening \d s", "opening 0 s"),
        (r"silent \d s", "silent 0 s"),
        (r" in \d+ s", " in 0 s"),
        (r"RUN (\d+) of (\d+)( .{0,20}) \d s", "RUN $1 of $2$3 0 s"),
        (r"([m: ])[3-6]\d{4}\b", "${1}40000"),
        (r"([ (])[ \d]\ds\b", "${1}20s"),
        (r"m\ds\b", "m1s"),
        (r"\d{4}-\d\d-\d\dT", "2026-01-01T"),
        (r"(\x1b\[0m) +\x1b\[0m\n", "$1\n"),
    ] {
        let pattern = regex::Regex::new(pattern).unwrap();
        text = pattern.replace_all(&text, instead).into_owned();
    }
    text
}

fn settings(folder: &str) -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("../data/pictures/{folder}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings
}

/// Screens that play at the same time; most of their time they wait.
const TOGETHER: usize = 8;

async fn play(screen: &'static Screen, (rows, columns): (u16, u16)) -> Result<Vec<String>, String> {
    let set = set(screen).await;
    let looks: Vec<Look> = looks().into_iter().map(|(_, look)| look).collect();
    let ports = free_ports();
    let wanted = screen.keys.contains("FETCHED");
    let fetching: Vec<_> = ports
        .into_iter()
        .filter(|_| wanted)
        .zip([PAGE, b""])
        .map(|(port, asked)| tokio::spawn(connect(port, asked)))
        .collect();
    let steps = read(&keys(screen, ports)).unwrap();
    let played = play_in(&looks, set.start, GridSize::new(rows, columns), steps).await;
    fetching.iter().for_each(tokio::task::JoinHandle::abort);
    played.map_err(|error| format!("{}: {error}", screen.name))
}

/// The names of pictures that are not as they were reviewed.
fn differing(name: &str, pictures: &[String]) -> Vec<String> {
    let looks = looks();
    let differs = |look: &str, picture: &str| {
        let shown = std::panic::catch_unwind(|| {
            settings(look).bind(|| insta::assert_snapshot!(name, timeless(picture)));
        });
        shown.is_err()
    };
    let each = looks.iter().zip(pictures);
    each.filter(|((look, _), picture)| differs(look, picture))
        .map(|((look, _), _)| format!("{look}/{name}"))
        .collect()
}

// What passes within a grace of two seconds must be caught, which a machine that runs other tests beside does not promise.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "plays 232 pictures for a minute: cargo test --test integration screens -- --ignored"]
async fn every_screen_looks_as_it_was_reviewed() {
    let mut failed = Vec::new();
    let wanted = std::env::var("PODMUX_SCREENS").unwrap_or_default();
    let all: Vec<_> = SCREENS
        .iter()
        .filter(|screen| screen.name.contains(&wanted))
        .flat_map(|screen| SIZES.map(|size| (screen, size)))
        .collect();
    for some in all.chunks(TOGETHER) {
        let playing: Vec<_> = some
            .iter()
            .map(|(screen, size)| tokio::spawn(play(screen, *size)))
            .collect();
        for ((screen, (rows, columns)), played) in some.iter().zip(playing) {
            match played.await.unwrap() {
                Ok(pictures) => {
                    let name = format!("{}_{columns}x{rows}", screen.name);
                    failed.extend(differing(&name, &pictures));
                }
                Err(why) => failed.push(why),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
