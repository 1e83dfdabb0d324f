//! A full disk under the journal or under the audit, each alone: nothing is started that could not be written down, what runs goes
//! on, and room on the disk is enough to go on. The disk is a tmpfs of 64 KiB in a mount namespace of the program's own.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use rstest::rstest;
use tempfile::TempDir;

use crate::pty::Size;
use crate::stage::{CART, LONG, Stage};

/// What makes the namespace; the second way needs no privileges.
const WAYS: [&[&str]; 2] = [
    &["unshare", "--mount"],
    &["unshare", "--user", "--map-root-user", "--mount"],
];

/// Mounts the small disk, fills it where `$2` is `full`, and becomes the rest.
const SMALL: &str = "mount -t tmpfs -o size=64k none \"$1\" || exit 99; \
    [ \"$2\" = empty ] || head -c 1000000 /dev/zero > \"$1/ballast\" 2>/dev/null; shift 2; exec \"$@\"";

/// A home whose journal or audit lies on the small disk.
struct Small {
    home: TempDir,
    folder: String,
    way: &'static [&'static str],
}

impl Small {
    /// `None` where this machine lets nobody mount anything.
    fn new(file: &str) -> Option<Self> {
        let mounts = |way: &&&[&str]| {
            let mut probe = Command::new(way[0]);
            probe.args(&way[1..]);
            let probe = probe.args(["--", "mount", "-t", "tmpfs", "none", "/tmp"]);
            probe.output().is_ok_and(|output| output.status.success())
        };
        let Some(way) = WAYS.iter().find(mounts) else {
            println!("not run: nothing can be mounted here");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let (folder, state) = (
            home.path().join("small"),
            home.path().join(".local/state/podmux"),
        );
        fs::create_dir(&folder).unwrap();
        fs::create_dir_all(&state).unwrap();
        std::os::unix::fs::symlink(folder.join(file), state.join(file)).unwrap();
        Some(Self {
            folder: folder.to_str().unwrap().to_owned(),
            home,
            way,
        })
    }

    fn before<'a>(folder: &'a str, way: &[&'a str], fill: &'a str) -> Vec<&'a str> {
        [way, &["--", "sh", "-c", SMALL, "sh", folder, fill]].concat()
    }

    /// The console in the three pods of `cart`, with a disk that is full from the start.
    fn list(self) -> (Stage, PathBuf) {
        let mut stage = self.start("full", &["-n", "cart"]);
        stage.0.shows("cart-77c4d-k9b4m");
        stage.0.send("/cart-77\r");
        stage.0.shows("PODS  3 of");
        stage
    }

    /// Its ballast, as others can reach it.
    fn start(self, fill: &str, args: &[&str]) -> (Stage, PathBuf) {
        let Self { home, folder, way } = self;
        let before = Self::before(&folder, way, fill);
        let stage = Stage::start_behind(&before, home, "", args, Size(40, 200), |_| {});
        let root = PathBuf::from(format!("/proc/{}/root", stage.terminal.pid()));
        let ballast = root.join(Path::new(&folder).strip_prefix("/").unwrap());
        (stage, ballast.join("ballast"))
    }
}

/// Writes until nothing more fits, also not into what the file has of its last page.
fn fill(ballast: &Path, file: &str) {
    let mut rest = fs::File::create(ballast).unwrap();
    while rest.write_all(&[0; 4096]).is_ok() {}
    let file = ballast.with_file_name(file);
    let mut last = fs::File::options().append(true).open(file).unwrap();
    while last.write_all(b"\n").is_ok() {}
}

fn execs(stage: &Stage) -> usize {
    let requests = stage.control.requests();
    let execs = requests.iter().filter(|request| request.contains("/exec"));
    execs.count()
}

#[rstest]
#[case::journal("journal.jsonl", "could not be recorded for cleanup")]
#[case::audit("audit.jsonl", "enabled = false under [audit]")]
fn shells_are_refused_until_there_is_room(#[case] file: &str, #[case] says: &str) {
    let Some(small) = Small::new(file) else {
        return;
    };
    let (mut stage, ballast) = small.list();
    stage.send("a\r");
    stage.shows("start failed");
    stage.shows("not recorded, so not started");
    stage.send("\x07g");
    stage.mode("LIST");
    stage.shows(" LIST  no shells ");
    stage.send("us");
    stage.shows("no shells: /");
    stage.send("N");
    stage.shows(file);
    stage.shows("No space left on device");
    stage.shows(says);
    stage.shows("XDG_STATE_HOME");
    stage.send("q");
    stage.mode("LIST");
    assert_eq!(execs(&stage), 0, "{:?}", stage.control.requests());
    fs::remove_file(ballast).unwrap();
    stage.send("s");
    stage.shows("what is started can be recorded again");
    stage.send("s");
    stage.shows(" live ─");
}

#[rstest]
#[case::journal("journal.jsonl")]
#[case::audit("audit.jsonl")]
fn a_run_of_the_console_starts_nothing_and_says_why(#[case] file: &str) {
    let Some(small) = Small::new(file) else {
        return;
    };
    let (mut stage, ballast) = small.list();
    stage.send("a!hostname\r");
    stage.shows("3 failed");
    stage.shows("not recorded, so not started");
    stage.shows("No space left on device");
    stage.shows("XDG_STATE_HOME");
    assert_eq!(execs(&stage), 0, "{:?}", stage.control.requests());
    fs::remove_file(ballast).unwrap();
    stage.send("q!hostname\r");
    if file == "audit.jsonl" {
        stage.shows("what is started can be recorded again");
        // The command is offered again.
        stage.send("!\r");
    }
    for pod in CART {
        let what = format!("{pod} answers");
        stage.terminal.wait_until(&what, LONG, |screen| {
            let text = screen.contents();
            text.contains("3 differ") && text.lines().any(|line| line.trim() == pod)
        });
    }
}

/// Who types needs no disk: the keys go out, and the hole in the audit is told.
#[rstest]
#[case::journal("journal.jsonl")]
#[case::audit("audit.jsonl")]
fn a_broadcast_to_open_shells_goes_on(#[case] file: &str) {
    let Some(small) = Small::new(file) else {
        return;
    };
    let (mut stage, ballast) = small.start("empty", &["-n", "cart", "deploy/cart"]);
    stage.live(3);
    fill(&ballast, file);
    stage.send("\x07b");
    stage.mode("BROADCAST 3 of 3");
    stage.send("hostname\r");
    if file == "audit.jsonl" {
        stage.shows("audit.jsonl cannot be written");
    }
    assert_eq!(stage.typed(), ["hostname\r"; 3]);
    stage.send("\x07C");
    stage.shows("0 left");
}

#[rstest]
#[case::journal("journal.jsonl")]
#[case::audit("audit.jsonl")]
fn podmux_run_exits_2(#[case] file: &str) {
    let Some(small) = Small::new(file) else {
        return;
    };
    let (folder, way) = (small.folder.clone(), small.way);
    let (stage, _) = small.list();
    let before = Small::before(&folder, way, "full");
    let output = stage.podmux_behind(&before, &["run", "deploy/cart", "--", "hostname"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in [file, "No space left on device", "XDG_STATE_HOME"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert_eq!(execs(&stage), 0, "{:?}", stage.control.requests());
}
