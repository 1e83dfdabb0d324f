//! Owns one simulated container: its processes, files and environment. Knows nothing of shells. Shared by every exec session in it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::pod::Pod;
use super::processes::{Processes, Signal};

/// Clock ticks that the machine has been up when the demo starts.
const BOOTED: u64 = 8_640_000;

/// The most that all files of a container may hold together, so that `yes > f` ends.
const DISK: usize = 4 << 20;

/// One container.
#[derive(Debug)]
pub(super) struct Container {
    pub(super) hostname: String,
    pub(super) address: String,
    pub(super) boot_id: String,
    pub(super) environment: BTreeMap<String, String>,
    started: tokio::time::Instant,
    contents: Mutex<Contents>,
}

/// What changes.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) processes: Processes,
    files: BTreeMap<String, Vec<u8>>,
}

/// Why a file could not be used, in the words of the C library.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("No such file or directory")]
    Missing,
    #[error("Is a directory")]
    Directory,
    #[error("Read-only file system")]
    ReadOnly,
    #[error("No space left on device")]
    Full,
}

impl Container {
    pub(super) fn new(pod: &Pod, container: &str, boot_id: &str) -> Self {
        let hostname = pod.key().name.to_string();
        let command = format!("/app/{container} --config /etc/app/app.conf");
        let files = first_files(pod, container);
        let environment = [
            ("HOSTNAME", hostname.as_str()),
            ("HOME", "/tmp"),
            (
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ),
            ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
            ("KUBERNETES_SERVICE_PORT", "443"),
            ("APP_REV", pod.revision()),
        ];
        Self {
            address: pod.ip(),
            boot_id: boot_id.to_owned(),
            environment: environment
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            started: tokio::time::Instant::now(),
            contents: Mutex::new(Contents {
                processes: Processes::new(&command, BOOTED),
                files,
            }),
            hostname,
        }
    }

    /// The contents; held only between two waits.
    pub(super) fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Clock ticks since boot.
    pub(super) fn ticks(&self) -> u64 {
        let hundredths = self.started.elapsed().as_millis() / 10;
        BOOTED + 100 + u64::try_from(hundredths).unwrap_or(u64::MAX - BOOTED - 100)
    }

    /// The container stops: everything in it ends.
    pub(super) fn end(&self) {
        let processes = &mut self.lock().processes;
        let all: Vec<u32> = processes.iter().map(|process| process.pid).collect();
        for pid in all {
            processes.signal(pid, Signal::Kill);
        }
    }
}

impl Contents {
    /// A file's bytes; `/proc` and `/dev` are made up on the spot.
    pub(super) fn read(&self, path: &str, boot_id: &str) -> Result<Vec<u8>, FileError> {
        if path == "/dev/null" {
            return Ok(Vec::new());
        }
        if path == "/proc/sys/kernel/random/boot_id" {
            return Ok(format!("{boot_id}\n").into_bytes());
        }
        if let Some(text) = self.process_file(path) {
            return Ok(text);
        }
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.is_directory(path) => Err(FileError::Directory),
            None => Err(FileError::Missing),
        }
    }

    fn process_file(&self, path: &str) -> Option<Vec<u8>> {
        let (pid, name) = path.strip_prefix("/proc/")?.split_once('/')?;
        let process = self.processes.get(pid.parse().ok()?)?;
        let text = match name {
            "comm" => format!("{}\n", process.comm),
            "cmdline" => process.command.replace(' ', "\0"),
            "stat" => {
                let rest = super::own_scripts::stat_after_name(process);
                format!("{} ({}) {rest}\n", process.pid, process.comm)
            }
            _ => return None,
        };
        Some(text.into_bytes())
    }

    /// Writes a file; only `/tmp`, `/var` and `/dev/null` can be written.
    pub(super) fn write(
        &mut self,
        path: &str,
        bytes: &[u8],
        append: bool,
    ) -> Result<(), FileError> {
        if path == "/dev/null" {
            return Ok(());
        }
        if self.is_directory(path) {
            return Err(FileError::Directory);
        }
        if !path.starts_with("/tmp/") && !path.starts_with("/var/") {
            return Err(FileError::ReadOnly);
        }
        let used: usize = self.files.values().map(Vec::len).sum();
        if used + bytes.len() > DISK {
            return Err(FileError::Full);
        }
        let file = self.files.entry(path.to_owned()).or_default();
        if !append {
            file.clear();
        }
        file.extend_from_slice(bytes);
        Ok(())
    }

    /// Removes a file, or with `recursive` all below a directory.
    pub(super) fn remove(&mut self, path: &str, recursive: bool) -> Result<(), FileError> {
        let below = format!("{}/", path.trim_end_matches('/'));
        let victims: Vec<String> = self
            .files
            .keys()
            .filter(|name| **name == path || (recursive && name.starts_with(&below)))
            .cloned()
            .collect();
        if victims.is_empty() {
            let known = self.is_directory(path);
            return Err(if known {
                FileError::Directory
            } else {
                FileError::Missing
            });
        }
        let writable = |name: &String| name.starts_with("/tmp/") || name.starts_with("/var/");
        let kept = victims.iter().any(|name| !writable(name));
        for name in victims.iter().filter(|name| writable(name)) {
            self.files.remove(name);
        }
        if kept {
            Err(FileError::ReadOnly)
        } else {
            Ok(())
        }
    }

    pub(super) fn is_directory(&self, path: &str) -> bool {
        let below = format!("{}/", path.trim_end_matches('/'));
        matches!(path, "/" | "/tmp" | "/proc" | "/dev")
            || self.files.keys().any(|name| name.starts_with(&below))
    }

    /// Names directly below a directory, in order; `None` where it is none.
    pub(super) fn names(&self, path: &str) -> Option<Vec<String>> {
        if !self.is_directory(path) {
            return None;
        }
        let below = format!("{}/", path.trim_end_matches('/'));
        let mut names: Vec<String> = self
            .files
            .keys()
            .filter_map(|name| name.strip_prefix(&below))
            .filter_map(|rest| rest.split('/').next())
            .map(str::to_owned)
            .collect();
        match path {
            "/" => names.extend(["dev", "proc", "tmp"].map(str::to_owned)),
            "/dev" => names.extend(["null", "random", "tty", "zero"].map(str::to_owned)),
            "/proc" => names.extend(self.processes.iter().map(|process| process.pid.to_string())),
            _ => {}
        }
        names.sort();
        names.dedup();
        Some(names)
    }
}

fn first_files(pod: &Pod, container: &str) -> BTreeMap<String, Vec<u8>> {
    let name = &pod.key().name;
    let config = format!("listen = 8080\nworkers = 4\ncontainer = {container}\n");
    let files = [
        ("/etc/app/rev", format!("{}\n", pod.revision())),
        ("/etc/app/app.conf", config),
        ("/etc/hostname", format!("{name}\n")),
        (
            "/etc/hosts",
            format!("127.0.0.1 localhost\n{} {name}\n", pod.ip()),
        ),
        (
            "/etc/os-release",
            "NAME=\"podmux demo\"\nID=demo\n".to_owned(),
        ),
        (
            "/etc/passwd",
            "root:x:0:0:root:/tmp:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n".to_owned(),
        ),
        (
            "/var/log/app.log",
            "level=info msg=\"listening\" port=8080\n".to_owned(),
        ),
        ("/bin/sh", String::new()),
        ("/usr/bin/env", String::new()),
    ];
    let program = (format!("/app/{container}"), Vec::new());
    files
        .map(|(path, text)| (path.to_owned(), text.into_bytes()))
        .into_iter()
        .chain([program])
        .collect()
}
