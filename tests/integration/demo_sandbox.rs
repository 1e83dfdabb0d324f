//! What sandboxed shells may not do to the machine they run on. Skipped, with the reason, only where no sandbox can be built.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use podmux::demo::{Churn, Demo, DemoOptions, ShellChoice, ShellKind, start};
use tokio::time::timeout;

use super::demo_exec::{Typist, exit_code, run, settled};

const LONG: Duration = Duration::from_secs(20);
const WEB: &str = "web-6d9c8-4kq2p";

fn with_shells(shells: ShellChoice) -> Demo {
    let options = DemoOptions {
        pods: 30,
        shells,
        churn: Churn::Still,
        program: Some(PathBuf::from(env!("CARGO_BIN_EXE_podmux"))),
        ..DemoOptions::default()
    };
    start(options).unwrap()
}

/// A demo with sandboxed shells, or nothing and the reason on the standard output.
async fn sandboxed() -> Option<Demo> {
    let demo = with_shells(ShellChoice::Auto);
    match demo.shells().await {
        ShellKind::Sandboxed => Some(demo),
        ShellKind::Simulated { why } => {
            println!("skipped: {why}");
            None
        }
        ShellKind::Local => panic!("nobody asked for local shells"),
    }
}

async fn sh(demo: &Demo, script: &str) -> String {
    let (output, errors, _) = run(demo, &["sh", "-c", script]).await;
    output + &errors
}

#[tokio::test]
async fn a_sandboxed_shell_is_a_real_one_in_a_pod_of_its_own() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let control = demo.control();
    assert_eq!(sh(&demo, "hostname").await.trim(), WEB);
    assert_eq!(sh(&demo, "cat /etc/app/rev").await, "7f3c9e1\n");
    let (_, _, status) = run(&demo, &["sh", "-c", "exit 7"]).await;
    assert_eq!(exit_code(&status).as_deref(), Some("7"));
    let (_, _, status) = run(&demo, &["no-such-program"]).await;
    assert!(
        status
            .message
            .unwrap()
            .contains("executable file not found in $PATH")
    );
    let mut typist = Typist::open(&demo, WEB, &["sh"]).await;
    typist
        .type_in("PS1='ready''> '; tty; echo $((6*7))\r")
        .await;
    typist.until("/dev/pts/").await;
    typist.until("42\r\n").await;
    typist.until("ready> ").await;
    typist.type_in("sleep 1000\r").await;
    typist.until("sleep 1000").await;
    // A Ctrl-C before the shell has handed the terminal to its child would end nothing.
    while sh(&demo, "grep -lx sleep /proc/[0-9]*/comm")
        .await
        .is_empty()
    {}
    typist.type_in("\x03").await;
    typist.until("ready> ").await;
    typist.type_in("exit 3\r").await;
    let status = timeout(LONG, typist.process.take_status().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(exit_code(&status).as_deref(), Some("3"));
    settled(&control, 0).await;
}

#[tokio::test]
async fn an_exec_root_leads_its_session_and_outlives_its_stream() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let control = demo.control();
    for shape in ["exec cat /proc/self/stat", "cat /proc/$$/stat"] {
        let stat = sh(&demo, shape).await;
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let pid = stat.split(' ').next().unwrap();
        assert_eq!((fields[1], fields[3]), ("0", pid), "{stat}");
    }
    let mut typist = Typist::open(&demo, WEB, &["sh", "-c", "echo up; sleep 1000"]).await;
    typist.until("up").await;
    drop(typist);
    let asleep = async {
        while sh(&demo, "grep -l sleep /proc/[0-9]*/comm")
            .await
            .is_empty()
        {}
    };
    assert!(
        timeout(LONG, asleep).await.is_ok(),
        "the process ended with its stream"
    );
    settled(&control, 1).await;
    let killed =
        "for p in $(grep -l sleep /proc/[0-9]*/comm); do p=${p%/comm}; kill -9 ${p#/proc/}; done";
    assert_eq!(sh(&demo, killed).await, "");
    settled(&control, 0).await;
}

#[tokio::test]
async fn nothing_of_the_machine_can_be_deleted_or_written() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let before = fs::read_dir("/usr/bin").unwrap().count();
    let mine = tempfile::tempdir().unwrap();
    fs::write(mine.path().join("precious"), "kept").unwrap();
    let said = sh(
        &demo,
        "echo x > /tmp/x; rm -rf --no-preserve-root / 2>/dev/null; ls -A /tmp",
    )
    .await;
    assert_eq!(said, "", "what is its own can be deleted");
    assert_eq!(fs::read_dir("/usr/bin").unwrap().count(), before);
    assert_eq!(
        fs::read_to_string(mine.path().join("precious")).unwrap(),
        "kept"
    );
    assert_eq!(sh(&demo, "echo still here").await, "still here\n");
    for path in [
        "/x",
        "/etc/passwd",
        "/usr/bin/x",
        "/bin/x",
        "/proc/sys/kernel/hostname",
    ] {
        let said = sh(&demo, &format!("echo x > {path} && echo WRITTEN")).await;
        assert!(!said.contains("WRITTEN"), "{path}: {said}");
    }
    assert!(!PathBuf::from("/x").exists());
    let path = mine.path().display();
    let said = sh(
        &demo,
        &format!("ls {path} /home /root /run /sys 2>/dev/null"),
    )
    .await;
    assert_eq!(said, "");
}

#[tokio::test]
async fn only_harmless_devices_are_there_and_none_can_be_made() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let devices = sh(&demo, "ls /dev").await;
    let devices: Vec<&str> = devices.split_whitespace().collect();
    assert_eq!(
        devices,
        ["null", "ptmx", "pts", "random", "tty", "urandom", "zero"]
    );
    let said = sh(
        &demo,
        "mknod /tmp/disk b 8 0 && echo MADE; mknod /tmp/mem c 1 1 && echo MADE",
    )
    .await;
    assert!(!said.contains("MADE"), "{said}");
    let said = sh(&demo, "mount -t tmpfs none /tmp && echo MOUNTED; mount -o remount,rw / && echo MOUNTED; mount -o remount,rw,bind /usr && echo MOUNTED").await;
    assert!(!said.contains("MOUNTED"), "{said}");
    let said = sh(&demo, "echo b > /proc/sysrq-trigger && echo DONE").await;
    assert!(!said.contains("DONE"), "{said}");
}

#[tokio::test]
async fn there_is_no_network_and_no_environment() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let script =
        format!("bash -c 'echo > /dev/tcp/127.0.0.1/{port}' && echo CONNECTED; cat /proc/net/dev");
    let said = sh(&demo, &script).await;
    assert!(!said.contains("CONNECTED"), "{said}");
    let interfaces: Vec<&str> = said
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, _)| name.trim())
        .collect();
    assert!(
        interfaces
            .iter()
            .all(|name| *name == "lo" || name.contains("bash")),
        "{said}"
    );
    let environment = sh(&demo, "env | cut -d= -f1 | sort").await;
    let names: Vec<&str> = environment.split_whitespace().collect();
    for name in &names {
        assert!(
            ["HOME", "HOSTNAME", "OLDPWD", "PATH", "PWD", "SHLVL", "_"].contains(name),
            "{name}"
        );
    }
    assert!(names.contains(&"PATH"));
    let descriptors = sh(&demo, "ls /proc/$$/fd").await;
    assert_eq!(descriptors, "0\n1\n2\n");
}

#[tokio::test]
async fn no_process_of_the_machine_is_seen_or_hit() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let mut bystander = Command::new("sleep")
        .arg("1000")
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let pid = bystander.id();
    sh(
        &demo,
        &format!("kill -9 {pid}; kill -9 -1; kill -9 1; pkill -9 sleep; true"),
    )
    .await;
    assert!(
        bystander.try_wait().unwrap().is_none(),
        "the bystander was hit"
    );
    bystander.kill().unwrap();
    bystander.wait().unwrap();
    assert_eq!(sh(&demo, "echo alive").await, "alive\n");
    let count = sh(&demo, "ls -d /proc/[0-9]* | wc -l").await;
    assert!(count.trim().parse::<u32>().unwrap() < 8, "{count}");
}

#[tokio::test]
async fn its_user_is_nobody_and_can_become_nobody_else() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    assert_eq!(sh(&demo, "id -u").await, "1000\n");
    let status = sh(
        &demo,
        "grep -E '^(Cap(Eff|Prm|Amb)|NoNewPrivs)' /proc/self/status",
    )
    .await;
    for line in status.lines() {
        let (name, value) = line.split_once(":\t").unwrap();
        let wanted = if name == "NoNewPrivs" {
            "1"
        } else {
            "0000000000000000"
        };
        assert_eq!(value, wanted, "{name}");
    }
    assert_eq!(status.lines().count(), 4);
    let said = sh(&demo, "cat /proc/1/environ; readlink /proc/1/exe").await;
    assert!(!said.contains(env!("CARGO_MANIFEST_DIR")), "{said}");
    let said = sh(
        &demo,
        "unshare -Urm sh -c 'mount -o remount,rw,bind /usr && echo x > /usr/bin/x && echo WRITTEN'",
    )
    .await;
    assert!(!said.contains("WRITTEN"), "{said}");
}

#[tokio::test]
async fn the_end_of_the_demo_ends_every_process() {
    let Some(demo) = sandboxed().await else {
        return;
    };
    let mut typist = Typist::open(&demo, WEB, &["sh", "-c", "echo up; exec sleep 987654"]).await;
    typist.until("up").await;
    // The shell has said so before it becomes the sleeper.
    while sleepers("987654") == 0 {
        tokio::task::yield_now().await;
    }
    drop(demo);
    let over = async {
        while sleepers("987654") > 0 {
            tokio::task::yield_now().await;
        }
    };
    assert!(
        timeout(LONG, over).await.is_ok(),
        "the sleeper outlived the demo"
    );
}

fn sleepers(seconds: &str) -> usize {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = processes.filter_map(|entry| fs::read(entry.path().join("cmdline")).ok());
    lines
        .filter(|line| *line == format!("sleep\0{seconds}\0").into_bytes())
        .count()
}

#[tokio::test]
async fn local_shells_are_this_machine_s_own() {
    let demo = with_shells(ShellChoice::UnsafeLocal);
    assert_eq!(*demo.shells().await, ShellKind::Local);
    let mine = tempfile::NamedTempFile::new().unwrap();
    let path = mine.path().display();
    let (output, ..) = run(
        &demo,
        &["sh", "-c", &format!("ls {path}; test -t 0 || echo pipe")],
    )
    .await;
    assert_eq!(output, format!("{path}\npipe\n"));
    let (output, ..) = run(
        &demo,
        &["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x"],
    )
    .await;
    assert_eq!(output.len(), 3_000_000);
}

/// As `nohup podmux demo &` starts it: what a container runtime starts does not inherit that either.
/// A program that has written is in the foreground: before that, bash itself takes the interrupt and
/// goes on waiting for its child (8 of 300 in a plain pseudo-terminal).
#[test]
fn ctrl_c_works_in_shells_of_a_demo_that_was_started_with_signals_ignored() {
    let keys = "/ \"ns:shop web !m2v8d 4kq2p\" enter enter wait:\"4kq2p · app\" wait:\"$\" \"yes\" enter wait:\"│y\" \
                ctrl-c \"echo BACK\" enter wait:\"│BACK\"";
    let ignoring = "trap '' HUP INT QUIT; exec \"$0\" demo --snapshot 116x26 --keys \"$1\"";
    let played = Command::new("sh")
        .args(["-c", ignoring, env!("CARGO_BIN_EXE_podmux"), keys])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    let screen = String::from_utf8_lossy(&played.stdout);
    let said = String::from_utf8_lossy(&played.stderr);
    assert!(played.status.success(), "{said}\n{screen}");
    assert!(screen.contains("│BACK"), "{screen}");
}
